"""Predicates about posts held today, shared by every app, and what the people pages allow."""

from typing import Any

import rules
from django.conf import settings

from core import clock
from people.models import Council, PostHolding, User
from people.roles import QA_TEAM, Role
from people.selectors import holds, leaves


@rules.predicate
def is_qa(user: User, subject: Any = None) -> bool:
    """is of the QA team"""
    return holds(user, *QA_TEAM, on=clock.today())


@rules.predicate
def is_qa_head(user: User, subject: Any = None) -> bool:
    """is the QA head"""
    return holds(user, Role.QA_HEAD, on=clock.today())


@rules.predicate
def is_administrator(user: User, subject: Any = None) -> bool:
    """is an administrator"""
    return holds(user, Role.ADMINISTRATOR, on=clock.today())


@rules.predicate
def is_senior_leader(user: User, subject: Any = None) -> bool:
    """is a senior leader"""
    return holds(user, Role.SENIOR_LEADER, on=clock.today())


@rules.predicate
def in_a_demo(user: User, subject: Any = None) -> bool:
    """works in a demo, where the clock can be moved"""
    return bool(settings.TEST_CLOCK_MOVABLE)


@rules.predicate
def is_of_their_council(user: User, person: User | None) -> bool:
    """is of the same council"""
    return person is not None and user.council_id == person.council_id


@rules.predicate
def is_that_person(user: User, person: User | None) -> bool:
    """is that person themselves"""
    return person is not None and user.pk == person.pk


@rules.predicate
def is_their_own_council(user: User, council: Council | None) -> bool:
    """belongs to that council"""
    return council is not None and user.council_id == council.pk


@rules.predicate
def keeps_posts(user: User, person: User | None = None) -> bool:
    """is an administrator, or the QA head where the council has no administrator but that person"""
    on = clock.today()
    if holds(user, Role.ADMINISTRATOR, on=on):
        return True
    if not holds(user, Role.QA_HEAD, on=on):
        return False
    others = User.objects.active().filter(council=user.council_id)
    if person is not None:
        others = others.exclude(pk=person.pk)
    return not others.holding(Role.ADMINISTRATOR, on).exists()


@rules.predicate
def holds_it_themselves(user: User, holding: PostHolding | None) -> bool:
    """holds that post themselves"""
    return holding is not None and user.pk == holding.user_id


@rules.predicate
def is_of_the_posts_council(user: User, holding: PostHolding | None) -> bool:
    """is of the council of the post"""
    return holding is not None and user.council_id == holding.post.council_id


@rules.predicate
def hands_their_work_over(user: User, person: User | None) -> bool:
    """is an administrator or the QA head, where that person leaves a post or has left"""
    if person is None or user.pk == person.pk or user.council_id != person.council_id:
        return False
    on = clock.today()
    return holds(user, Role.ADMINISTRATOR, Role.QA_HEAD, on=on) and leaves(person, on)


rules.add_perm("core.see_jobs", is_qa)
rules.add_perm("core.retry_job", is_qa_head)
rules.add_perm("core.see_all_messages", is_qa_head)
rules.add_perm("core.see_trail", is_qa_head)
rules.add_perm("core.retry_message", is_qa_head)
rules.add_perm("core.move_clock", is_qa & in_a_demo)
# A staff file gives and ends posts, so it is for whoever keeps them; what is sensitive in it takes two of them.
rules.add_perm("people.import_staff", is_administrator | is_qa_head)
rules.add_perm("people.see_people", is_qa | is_administrator)
# Whoever keeps the posts sees who has which rights; nobody changes or confirms their own (H-9).
rules.add_perm("people.see_access", is_administrator | is_qa_head)
rules.add_perm("people.add_person", keeps_posts)
rules.add_perm("people.change_posts", is_of_their_council & keeps_posts & ~is_that_person)
rules.add_perm("people.review_access", is_administrator | is_qa_head)
rules.add_perm(
    "people.review_holding",
    is_of_the_posts_council & (is_administrator | is_qa_head) & ~holds_it_themselves,
)
rules.add_perm("people.hand_over_work", hands_their_work_over)
rules.add_perm("people.see_left_work", is_qa | is_administrator)
# How people sign in: seen by whoever looks after accounts, chosen by the administrator.
rules.add_perm("people.see_sign_in", is_administrator | is_qa_head)
rules.add_perm("people.choose_sign_in", is_their_own_council & is_administrator)
rules.add_perm(
    "people.take_factors_away",
    is_of_their_council & (is_administrator | is_qa_head) & ~is_that_person,
)
