"""What follows from the roles of a post, in plain words: read from the code's own rules and the matrix."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from inspect import Parameter, signature

from rules.permissions import permissions
from rules.predicates import Predicate

from people.models import Council, PostType, User
from people.rights import Right, parts_of, rights
from people.roles import MANAGERS, QA_TEAM, WORDS, Role
from people.seeing import sentences

MODERATORS = frozenset({Role.MODERATOR, Role.PANEL_MEMBER})
KEEPERS = frozenset({Role.ADMINISTRATOR, Role.QA_HEAD})
LEADERS = MANAGERS | QA_TEAM
# Predicates about a thing that only the holders of some roles can fulfil; others depend on the thing alone.
NEEDS: Mapping[str, frozenset[Role]] = {
    "is_qa_of_its_council": QA_TEAM,
    "is_qa_head_of_its_council": frozenset({Role.QA_HEAD}),
    "is_qa_of_the_loop": QA_TEAM,
    "is_qa_of_the_moderation": QA_TEAM,
    "is_qa_of_the_calibration": QA_TEAM,
    "is_its_auditor": frozenset({Role.AUDITOR}),
    "is_a_party": frozenset({Role.AUDITOR, Role.PRACTITIONER}),
    "is_above": MANAGERS,
    "manages_its_unit": MANAGERS,
    "manages_its_case": MANAGERS,
    "is_its_moderator": MODERATORS | QA_TEAM,
    "sits_on_its_panel": MODERATORS | QA_TEAM,
    "decides_it": LEADERS | MODERATORS,
    "authorises_the_loop": LEADERS,
    "fills_the_loop": LEADERS | {Role.AUDITOR, Role.PRACTITIONER},
    "may_change_deadline": LEADERS | {Role.AUDITOR},
    "may_change_inclusion": LEADERS | {Role.AUDITOR},
    "may_pause_its_ladder": LEADERS,
    "may_pause_what_it_holds": LEADERS,
    "hands_their_work_over": KEEPERS,
    "hands_its_auditors_work_over": KEEPERS,
    "hands_its_moderators_work_over": KEEPERS,
    "hands_its_owners_work_over": KEEPERS,
    "hands_its_officers_work_over": KEEPERS,
}


@dataclass(frozen=True)
class Access:
    """What the holders of some roles may see, do in any case, and do where they have the part that is asked for."""

    sees: list[tuple[str, list[str]]]
    always: list[Right]
    with_a_part: list[Right]


@dataclass(frozen=True)
class KindOfPost:
    """A kind of post of a council, with what follows from its roles."""

    type: PostType
    access: Access

    @property
    def roles(self) -> list[str]:
        """The words of its engine roles."""
        return [WORDS[Role(one)] for one in self.type.roles]


def access_of(roles: frozenset[str], council: Council, on: date) -> Access:
    """What follows from holding these roles in a council on a day."""
    someone = User(council=council, is_active=True)
    someone.__dict__["_posts_on"] = {on: [(roles, "/")] if roles else []}
    always: list[Right] = []
    part: list[Right] = []
    for right in rights():
        answer = possible(permissions[right.permission], someone, roles)
        if answer is not False:
            (always if answer else part).append(right)
    return Access(sentences(roles), always, part)


def possible(rule: Predicate, someone: User, roles: frozenset[str]) -> bool | None:
    """Whether somebody with these roles passes a rule: always, never, or (None) where the thing is such that they do."""
    operator, parts = parts_of(rule)
    if not operator:
        return single(rule, someone, roles)
    answers = [possible(one, someone, roles) for one in parts]
    if operator == "INVERT":
        return None if answers[0] is None else not answers[0]
    decided = operator == "OR"
    if decided in answers:
        return decided
    return None if None in answers else not decided


def single(predicate: Predicate, someone: User, roles: frozenset[str]) -> bool | None:
    """One predicate: asked where it needs no thing, else by the roles that it needs."""
    needed = NEEDS.get(predicate.name)
    if needed is not None:
        return None if roles & needed else False
    if needs_a_thing(predicate):
        return None
    return bool(predicate(someone))


def needs_a_thing(predicate: Predicate) -> bool:
    """Whether it is asked about a thing: its second argument may not be left out."""
    given = list(signature(predicate.fn).parameters.values())
    return len(given) > 1 and given[1].default is Parameter.empty


def kinds_of_post(council: Council, on: date) -> list[KindOfPost]:
    """Every kind of post of a council with what its holders may see and do; alike roles are asked once."""
    known: dict[frozenset[str], Access] = {}
    found = []
    for one in PostType.objects.filter(council=council):
        roles = frozenset(one.roles)
        if roles not in known:
            known[roles] = access_of(roles, council, on)
        found.append(KindOfPost(one, known[roles]))
    return found
