"""Joiners, movers and leavers: what whoever keeps the posts does, each with a line in the trail.

Nobody changes their own posts (H-9). Rights follow posts, so they end with the day; a post that is ended at
once was last held yesterday.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from core.moves import Refused
from core.notices import Message, tell
from core.trail import record
from people.handing_over import KINDS, Outcome
from people.independence import MIXED, forbidden
from people.models import AccessReview, Council, Post, PostHolding, User
from people.roles import QA_TEAM, Role
from people.selectors import left_work, line, quarter_of, to_review, would_mix
from people.services import join, leave
from people.wide_rights import WIDE, tell_of_wide_posts, wide_of

# How far from today a first or last day may lie.
REACH = timedelta(days=366)
TOO_FAR = "Enter a day within a year of today."


@dataclass(frozen=True)
class Newcomer:
    """Somebody who is new to the service."""

    name: str
    email: str
    staff_number: str = ""


def check_keeps(by: User, person: User) -> None:
    """Raises PermissionDenied unless `by` keeps the posts of this person's council, and is another."""
    if not by.has_perm("people.change_posts", person):
        raise PermissionDenied


def check_day(day: date, at: datetime) -> None:
    """Raises Refused for a day that can only be a slip of the hand."""
    if abs(day - timezone.localdate(at)) > REACH:
        raise Refused(TOO_FAR)


@transaction.atomic
def add_person(who: Newcomer, *, by: User, at: datetime) -> User:
    """Add a person to the council, without a post or a password yet.

    Refused for an address or a staff number that is taken; nothing is said of people of other councils.
    """
    council = by.council
    if council is None or not by.has_perm("people.add_person"):
        raise PermissionDenied
    Council.objects.select_for_update().get(pk=council.pk)
    name, email, number = who.name.strip(), who.email.strip().lower(), who.staff_number.strip()
    if not name or not email:
        raise Refused("Enter the name and the e-mail address.")
    other = User.objects.filter(email=email).first()
    if other is not None:
        own = other.council_id == council.pk
        raise Refused(
            f"This address belongs to {other.name}." if own else "This address cannot be used here."
        )
    if number and User.objects.filter(council=council, staff_number=number).exists():
        raise Refused("Somebody has this staff number already.")
    person = User.objects.create(
        council=council,
        name=name,
        email=email,
        staff_number=number,
        password=make_password(None),
    )
    record("add person", person, by=by, at=at)
    return person


@transaction.atomic
def give_post(
    person: User,
    post: Post,
    *,
    from_on: date,
    to_on: date | None = None,
    cover: bool = False,
    by: User,
    at: datetime,
) -> PostHolding:
    """Give somebody a post from a day on; whoever had left can sign in again.

    Raises PermissionDenied for one's own; Refused for a post that they hold then, for days in the wrong order, and
    where the framework keeps the QA team apart from line management (H-16).
    """
    person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    check_keeps(by, person)
    if post.council_id != person.council_id:
        raise PermissionDenied
    check_day(from_on, at)
    if to_on is not None and to_on < from_on:
        raise Refused("The last day is before the first.")
    there = PostHolding.objects.filter(user=person, post=post).going_on(from_on)
    if to_on is not None:
        there = there.filter(from_on__lte=to_on)
    if there.exists():
        raise Refused(f"{person.name} holds this post then already.")
    day = max(from_on, timezone.localdate(at))
    if would_mix(person, post, day) and forbidden(post.council_id, day):
        raise Refused(f"{MIXED} Your framework does not allow that.")
    made = join(person, post, from_on=from_on, to_on=to_on, cover=cover, by=by, at=at)
    number = int(bool(wide_of(post.type.roles)))
    tell_of_wide_posts(post.council_id, done="given", number=number, by=by, at=at)
    return made


@transaction.atomic
def end_post(holding: PostHolding, *, last_day: date | None = None, by: User, at: datetime) -> None:
    """End somebody's post on a day, or at once; what they could do by it ends with it.

    Raises PermissionDenied for one's own; Refused for a day before they took it up.
    """
    holding = locked(holding)
    check_keeps(by, holding.user)
    finish(holding, last_day=last_day, by=by, at=at)


def locked(holding: PostHolding) -> PostHolding:
    """The holding with its person and post, kept from others."""
    rows = PostHolding.objects.select_for_update(of=("self",)).select_related("user", "post__type")
    return rows.get(pk=holding.pk)


def finish(holding: PostHolding, *, last_day: date | None, by: User, at: datetime) -> None:
    """Write the last day; a holding that never was is taken away. Whoever holds nothing more cannot sign in."""
    today = timezone.localdate(at)
    day = last_day or today - timedelta(days=1)
    check_day(day, at)
    if last_day is not None and day < holding.from_on:
        raise Refused(f"They took it up on {holding.from_on:%-d %B %Y}.")
    if holding.to_on is not None and holding.to_on < today:
        raise Refused(f"It ended on {holding.to_on:%-d %B %Y} already.")
    detail = {"post": holding.post_id, "last_day": day.isoformat()}
    if day < holding.from_on:
        holding.delete()
    else:
        holding.to_on = day
        holding.save(update_fields=["to_on"])
    person = holding.user
    record("end post", person, by=by, at=at, detail=detail)
    number = int(bool(wide_of(holding.post.type.roles)))
    tell_of_wide_posts(holding.post.council_id, done="ended", number=number, by=by, at=at)
    if not PostHolding.objects.filter(user=person).going_on(today).exists():
        person.is_active = False
        person.save(update_fields=["is_active"])
        record("end sign-in", person, by=by, at=at)


@transaction.atomic
def move_post(
    holding: PostHolding, post: Post, *, from_on: date, cover: bool = False, by: User, at: datetime
) -> PostHolding:
    """Somebody moves from one post to another: the new one from a day on, the old one until the day before."""
    before = locked(holding)
    made = give_post(before.user, post, from_on=from_on, cover=cover, by=by, at=at)
    # Put right on the day it was given: the old post was never held.
    never = from_on <= before.from_on and before.from_on >= timezone.localdate(at)
    last_day = None if never else from_on - timedelta(days=1)
    end_post(before, last_day=last_day, by=by, at=at)
    return made


@transaction.atomic
def let_leave(
    person: User,
    *,
    last_day: date | None = None,
    to: Mapping[str, User] | None = None,
    by: User,
    at: datetime,
) -> dict[str, Outcome]:
    """Somebody leaves on a day, or at once: every post ends, and their open work goes to the people of `to`, by kind."""
    person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    check_keeps(by, person)
    day = last_day or timezone.localdate(at) - timedelta(days=1)
    check_day(day, at)
    lost = PostHolding.objects.filter(user=person).going_on(day + timedelta(days=1))
    number = lost.with_role(*WIDE).count()
    leave(person, last_day=day, by=by, at=at)
    if person.council_id is not None:
        tell_of_wide_posts(person.council_id, done="ended", number=number, by=by, at=at)
    return hand_over(person, to, by=by, at=at) if to else {}


@transaction.atomic
def hand_over(
    person: User, to: Mapping[str, User], *, by: User, at: datetime
) -> dict[str, Outcome]:
    """Give what somebody who leaves has open to others, by kind; what the rules keep from a successor stays.

    Raises PermissionDenied unless `by` may hand this person's work over; Refused for `by` themselves as a successor, since
    whoever keeps the posts reads no cases (H-14), for the person, and for somebody of another council.
    """
    if not by.has_perm("people.hand_over_work", person):
        raise PermissionDenied
    for successor in to.values():
        if successor.council_id != person.council_id or not successor.is_active:
            raise Refused("Choose who takes it over from the list.")
        if successor.pk in {person.pk, by.pk}:
            raise Refused("Choose somebody else than the person who leaves, and than yourself.")
    found: dict[str, Outcome] = {}
    for name, successor in to.items():
        hand = KINDS[name].hand
        if hand is not None:
            found[name] = hand(person, successor, by=by, at=at)
    given = {name: one.given for name, one in found.items()}
    record("hand over work", person, by=by, at=at, detail={"given": given})
    return found


# --- the quarterly review -----------------------------------------------------------------------


@transaction.atomic
def review(holding: PostHolding, decision: str, *, by: User, at: datetime) -> AccessReview:
    """Confirm in this quarter's review that a post is right still, or end it at once; never one's own (H-9).

    A second decision about the same post in a quarter replaces none: it is refused.
    """
    holding = locked(holding)
    if not by.has_perm("people.review_holding", holding):
        raise PermissionDenied
    today = timezone.localdate(at)
    if not holding.held_on(today):
        raise Refused("They do not hold this post today.")
    made, new = AccessReview.objects.get_or_create(
        quarter_on=quarter_of(today),
        person=holding.user,
        post=holding.post,
        from_on=holding.from_on,
        defaults={
            "council_id": holding.post.council_id,
            "decision": decision,
            "by": by,
            "at": at,
        },
    )
    if not new and made.decision != decision:
        raise Refused(
            "This was decided in this quarter already. You can still end the post on the person's page."
        )
    if new and decision == AccessReview.Decision.ENDED:
        finish(holding, last_day=None, by=by, at=at)
    if new:
        detail = {"post": holding.post_id, "decision": decision}
        record("review access", holding.user, by=by, at=at, detail=detail)
    return made


@transaction.atomic
def confirm_all(holdings: list[PostHolding], *, by: User, at: datetime) -> int:
    """Confirm several posts: all of them, or none where one may not be confirmed. Returns how many."""
    for one in holdings:
        review(one, AccessReview.Decision.CONFIRMED, by=by, at=at)
    return len(holdings)


def remind_of_review(*, at: datetime) -> int:
    """Tell whoever reviews access that posts wait for it: two weeks into a quarter and once more in its last month."""
    today = timezone.localdate(at)
    since = (today - quarter_of(today)).days
    if since < FIRST_REMINDER:
        return 0
    turn = 2 if since >= SECOND_REMINDER else 1
    told = 0
    for council in Council.objects.all():
        waiting = sum(one.decision is None for one in to_review(council.pk, today))
        if waiting:
            told += tell(
                keepers(council, today),
                Message(
                    kind="people.review",
                    subject="The quarterly review of access is due",
                    text=f"{waiting} {'post waits' if waiting == 1 else 'posts wait'} for somebody to confirm or end them.",
                    path="/people/review/",
                ),
                key=f"review:{council.pk}:{quarter_of(today)}:{turn}",
                at=at,
            )
    return told


FIRST_REMINDER, SECOND_REMINDER = 14, 61


def keepers(council: Council, on: date) -> list[tuple[User, str]]:
    """The council's administrators and its QA head."""
    return holders(council, {Role.ADMINISTRATOR, Role.QA_HEAD}, on)


def holders(
    council: Council, roles: "set[Role] | frozenset[Role]", on: date
) -> list[tuple[User, str]]:
    """Whoever holds one of some roles on the day, for messages."""
    tree = line(council.pk, on)
    ids = {pk for role in roles for pk in tree.holders(role)}
    return [(one, "") for one in User.objects.active().filter(pk__in=ids)]


def tell_of_left_work(*, at: datetime) -> int:
    """Tell the QA team once of each person who has left and still has work open."""
    today, told = timezone.localdate(at), 0
    for council in Council.objects.all():
        for person, _ in left_work(council.pk, today):
            last = person.holdings.order_by("-to_on").values_list("to_on", flat=True).first()
            told += tell(
                holders(council, QA_TEAM, today),
                Message(
                    kind="people.left",
                    subject="Work of somebody who has left is still open",
                    text="Somebody has left, and some of their work has nobody yet who goes on with it.",
                    path="/people/left-work/",
                ),
                key=f"left-work:{person.pk}:{last}",
                at=at,
            )
    return told
