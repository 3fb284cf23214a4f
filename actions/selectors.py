"""Reading actions for their screens: whose they are to sign, what waits for whom, how long they take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Count,
    DateField,
    DurationField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.urls import reverse

from actions.closing_time import Times, Watched, times
from actions.models import Action, ImpactAnswer, SignOffStep, SupervisionReview
from actions.points import BY_ROOM
from actions.querysets import ActionQuerySet
from actions.signing import Found, Step, matching, step, steps
from actions.states import ActionState
from people.models import Council, OrgUnit, User
from people.organisation import Line
from people.roles import QA_TEAM, WORDS, Role
from people.selectors import below, holds, ids_of, line, line_of, managed_paths, posts_of
from standards.models import FrameworkVersion
from standards.policy import Policy
from standards.selectors import edition, in_force

TASKS_SHOWN = 200


def action_path(action: Action) -> str:
    """The page that every message and task about an action leads to."""
    return reverse("action-page", args=[action.pk])


def policy_of(action: Action) -> Policy | None:
    """The rules that the action keeps; None in a council that has no framework yet."""
    return edition(action.version).policy if action.version_id and action.version else None


def version_for(council: Council, on: date) -> FrameworkVersion | None:
    """The edition whose rules an action keeps that nothing with an edition has raised."""
    return in_force(council, on)


def people_of(action: Action) -> dict[str, User | None]:
    """Who is meant by a recipient's first word."""
    return {"owner": action.owner, "worker": action.worker, "auditor": action.auditor}


def last_in_line(tree: Line, owner: int) -> Found:
    """Who judges where nobody above the owner holds a post: another head of the QA team, or else its officers."""
    for role in (Role.QA_HEAD, Role.QA_OFFICER):
        if found := [(pk, WORDS[role]) for pk in tree.holders(role) if pk != owner]:
            return found
    return []


def steps_of(action: Action, tree: Line) -> tuple[Step, ...]:
    """The signatures that the action needs today, in the framework's order (C1-7)."""
    policy = policy_of(action)
    people = people_of(action)
    named = [
        ([one for name in rule.by for one in ids_of(name, people, tree)], rule.note)
        for rule in matching(policy.actions.sign_off if policy else (), action.grade)
    ]
    return steps(named, action.owner_id, tree, last=last_in_line(tree, action.owner_id))


def signers_of(action: Action, tree: Line) -> frozenset[int]:
    """Everybody who signs the action off at any step today."""
    return frozenset(pk for one in steps_of(action, tree) for pk in one.people)


@dataclass(frozen=True)
class Standing:
    """How far the sign-off of an action has come, on a day."""

    steps: tuple[Step, ...]
    signed: int
    tree: Line
    signatures: tuple[SignOffStep, ...] = ()

    @property
    def next(self) -> Step | None:
        """The signature that is asked for next; None when all are there."""
        return self.steps[self.signed] if self.signed < len(self.steps) else None

    @property
    def signers(self) -> frozenset[int]:
        """Everybody who signs at any step."""
        return frozenset(pk for one in self.steps for pk in one.people)


def tree_of(action: Action, on: date) -> Line:
    """The line of management of the action's council on a day; read once for each row, or for all that share it."""
    kept: dict[date, Line] = action.__dict__.setdefault("_line_on", {})
    if on not in kept:
        kept[on] = line(action.council_id, on)
    return kept[on]


def share_line(actions: Sequence[Action], on: date) -> Line:
    """Let the actions of one council share its line of management on a day; two queries whatever their number."""
    tree = tree_of(actions[0], on) if actions else Line()
    for one in actions:
        one.__dict__["_line_on"] = {on: tree}
    return tree


def owner_is_gone(action: Action, on: date) -> bool:
    """Whether its owner has gone: nobody who still works here, or without any post on the day (H-8)."""
    owner = action.owner
    return not owner.is_active or not posts_of(owner, on)


def hearing_for_owner(action: Action, on: date) -> list[tuple[User, str]]:
    """Whom messages to the owner go to: once they have left, who stands above them, or else the QA head (C1-11)."""
    if action.owner.is_active:
        return [(action.owner, "owner")]
    owner, tree = action.owner_id, tree_of(action, on)
    found = step((), owner, tree, last=last_in_line(tree, owner))
    return [(one, found.words) for one in User.objects.active().filter(pk__in=found.people)]


def standing(action: Action, on: date) -> Standing:
    """Who signs, and who has; read once for each row that was fetched, day, state and owner."""
    key = (on, action.state, action.round, action.owner_id)
    kept: dict[Any, Standing] = action.__dict__.setdefault("_standing", {})
    if key not in kept:
        given = SignOffStep.objects.filter(action=action, round=action.round)
        rows = tuple(given.select_related("by"))
        tree = tree_of(action, on)
        needed = steps_of(action, tree)
        kept[key] = Standing(needed, so_far(action, len(rows), needed), tree, rows)
    return kept[key]


def so_far(action: Action, given: int, needed: Sequence[Step]) -> int:
    """How many signatures count: while the action waits, the last one is always still to be given.

    A changed grade or a vacant post can leave fewer steps than have signed; then the last signs once more.
    """
    return min(given, len(needed) - 1) if action.state == ActionState.DONE else given


def steps_in_words(found: Standing) -> list[tuple[Step, str, bool]]:
    """Each signature with the names of those who can give it, and whether it is there; one query."""
    names = dict(User.objects.filter(pk__in=found.signers).values_list("pk", "name"))
    return [
        (one, " or ".join(names[pk] for pk in one.people if pk in names), number < found.signed)
        for number, one in enumerate(found.steps)
    ]


def units_for(user: User, on: date) -> "QuerySet[OrgUnit]":
    """The units for which a person may record actions: all of the council for the QA team, else those they manage."""
    units = OrgUnit.objects.visible_to(user)
    if not holds(user, *QA_TEAM, on=on):
        units = units.within(managed_paths(user, on))
    return units.select_related("council").order_by("path")


# What waits for a person ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """One thing about an action that a person has to do: what, about which, by when, where."""

    what: str
    about: str
    due_on: date
    url: str
    late: bool


def about(action: Action) -> str:
    """Action 12, case 700123."""
    return f"{action.title}, case {action.case.number}" if action.case else action.title


def tasks(user: User, on: date) -> list[Waiting]:
    """The actions that are a person's to do, to sign off and to answer for; the queries do not grow with them."""
    return [*to_do(user, on), *to_sign(user, on), *to_answer(user, on)]


def to_do(user: User, on: date) -> list[Waiting]:
    """A person's own actions, but for those that rooms above list themselves."""
    found = Action.objects.owned_by(user).filter(council=user.council_id).exclude(kind__in=BY_ROOM)
    found = found.select_related("case")
    return [waiting(one, one.what, one.due_on, on) for one in found[:TASKS_SHOWN]]


def to_sign(user: User, on: date) -> list[Waiting]:
    """What is said to be done and waits for this person's signature, within a week of that."""
    juniors = below(user, on)
    mine = Q(asked__contains=[user.pk]) | Q(owner__in=juniors) | Q(worker__in=juniors)
    found = Action.objects.visible_to(user, on).filter(mine, state=ActionState.DONE)
    found = found.exclude(owner=user).with_people().with_edition()
    given = Count("signatures", filter=Q(signatures__round=F("round")))
    rows = list(found.annotate(signed=given).order_by("done_on", "pk")[:TASKS_SHOWN])
    tree = line_of(user, on) if rows else Line()
    made = []
    for one in rows:
        needed = steps_of(one, tree)
        step = Standing(needed, so_far(one, one.signed, needed), tree).next
        if step and user.pk in step.people and one.done_on:
            words = f"Sign off, or send back: {one.what}"
            made.append(waiting(one, words, one.done_on + timedelta(days=7), on))
    return made


def to_answer(user: User, on: date) -> list[Waiting]:
    """Where this person is asked whether an action made a difference."""
    found = ImpactAnswer.objects.waiting().asked_of(user).select_related("action__case")
    return [
        waiting(one.action, f"Did it make a difference? {one.action.what}", one.due_on, on)
        for one in found.filter(action__council=user.council_id)[:TASKS_SHOWN]
    ]


def waiting(action: Action, words: str, due_on: date | None, on: date) -> Waiting:
    """One line of My work about an action."""
    day = due_on or on
    return Waiting(words, about(action), day, action_path(action), day < on)


def under_supervision(user: User, on: date) -> ActionQuerySet:
    """The unfinished actions of a manager's own people, and those about their work, with the last review (C1-12)."""
    reports = line_of(user, on).reports(user.pk)
    last = SupervisionReview.objects.filter(action=OuterRef("pk")).order_by("-on", "-pk")
    found: ActionQuerySet = (
        Action.objects.visible_to(user, on)
        .unfinished()
        .filter(Q(owner__in=reports) | Q(worker__in=reports))
        .exclude(owner=user)
        .annotate(
            reviewed_on=Subquery(last.values("on")[:1]), review=Subquery(last.values("note")[:1])
        )
        .with_people()
        .order_by("owner__name", "due_on", "pk")
    )
    return found


# Time to close ---------------------------------------------------------------------------------------


def closing_times(found: ActionQuerySet, on: date) -> list[tuple[str, Times]]:
    """How long actions take from opening to the last signature, by class; one query.

    One that is not closed counts for as long as it has been open; one that was withdrawn does not count.
    """
    until = Coalesce(F("closed_on"), Value(on), output_field=DateField())
    span = ExpressionWrapper(until - F("opened_on"), output_field=DurationField())
    rows = (
        found.standing()
        .filter(opened_on__isnull=False, opened_on__lte=on)
        .order_by()
        .annotate(span=span, closed=Q(closed_on__isnull=False))
        .values_list("class_label", "span", "closed")
        .annotate(number=Count("pk", distinct=True))
    )
    groups: dict[str, list[Watched]] = {}
    for label, length, closed, number in rows:
        groups.setdefault(label, []).append(Watched(max(length.days, 0), closed, number))
    return [(label, times(group)) for label, group in sorted(groups.items())]


# What a framework offers ------------------------------------------------------------------------------


def themes_of(version: FrameworkVersion) -> list[str]:
    """The tags that a framework lists for findings and actions; none where people choose their own words."""
    kept = FrameworkVersion.objects.filter(pk=version.pk).values_list("policy__themes", flat=True)
    return [one["label"] for one in (kept.first() or ())]


def standards_of(version: FrameworkVersion) -> list[tuple[str, str]]:
    """The practice standards as choices."""
    return [
        (one.number, f"{one.number} {one.title or one.text}"[:120])
        for one in edition(version).standards
    ]


def questions_of(version: FrameworkVersion, tool: str) -> list[tuple[str, str]]:
    """The questions of a form as choices."""
    return [
        (question.code, question.heading[:120])
        for section in edition(version).tools[tool].sections
        for question in section.questions
    ]
