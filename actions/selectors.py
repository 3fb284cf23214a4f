"""Reading actions for their screens: whose they are to sign, what waits for whom, how long they take."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    CharField,
    Count,
    DateField,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce
from django.urls import reverse

from actions.closing_time import Times, times
from actions.models import Action, ImpactAnswer, SignOffStep, SupervisionReview, TrackerSum
from actions.points import BY_ROOM, kept_ids
from actions.querysets import ActionQuerySet
from actions.signing import Found, Step, matching, step, steps
from actions.states import ActionState
from actions.sums import COUNTED, DATES, Lengths, Sums, read_sums, take_away
from core.addresses import address_of
from core.prepared import COUNCIL, DAY, PEOPLE, USER, Prepared, as_told, ids
from people.models import Council, OrgUnit, User
from people.organisation import Line
from people.roles import QA_TEAM, WORDS, Role
from people.selectors import below, holds, ids_named, line, line_of, managed_paths, posts_of
from standards.models import FrameworkVersion
from standards.policy import Policy
from standards.selectors import edition, edition_known, in_force

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
    people = {"owner": action.owner_id, "worker": action.worker_id, "auditor": action.auditor_id}
    return steps_needed(policy_of(action), action.grade, people, tree)


def steps_needed(
    policy: Policy | None, grade: str, people: Mapping[str, int | None], tree: Line
) -> tuple[Step, ...]:
    """The signatures that an action needs by its rules, its grade and the ids of its people."""
    named = [
        ([one for name in rule.by for one in ids_named(name, whom(name, people), tree)], rule.note)
        for rule in matching(policy.actions.sign_off if policy else (), grade)
    ]
    owner = people["owner"] or 0
    return steps(named, owner, tree, last=last_in_line(tree, owner))


def whom(recipient: str, people: Mapping[str, int | None]) -> int | None:
    """The id of whoever a recipient's first word means."""
    return people.get(recipient.partition(".")[0])


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


# The queries of the start page are built once in a process, and read what is shown and no more.
OWN = Prepared(
    lambda: (
        Action.objects.owned_by(USER)
        .filter(council=COUNCIL)
        .exclude(kind__in=BY_ROOM)
        .values_list("pk", "case__number", "what", "due_on")[:TASKS_SHOWN]
    )
)
IMPACTS = Prepared(
    lambda: (
        ImpactAnswer.objects.waiting()
        .filter(asked__contains=[USER], council=COUNCIL)
        .exclude(action__owner=USER)
        .values_list("action_id", "action__case__number", "action__what", "due_on")[:TASKS_SHOWN]
    )
)


def one_of_theirs(name: str) -> Func:
    """Where somebody stands in a list of people; nowhere, if they are not in it."""
    return Func(ids(PEOPLE), F(name), function="array_position", output_field=IntegerField())


def done_for() -> QuerySet[Any, Any]:
    """What is said to be done that somebody may be asked to sign, the oldest first.

    It has been asked of them, or is their people's; all of it they may open, but for what rooms above keep from them.
    """
    given = SignOffStep.objects.filter(action=OuterRef("pk"), round=OuterRef("round")).order_by()
    signed = given.values("action").annotate(n=Count("pk")).values("n")
    rows = Action.objects.filter(council=COUNCIL, state=ActionState.DONE).exclude(owner=USER)
    rows = rows.alias(owned=one_of_theirs("owner_id"), worked=one_of_theirs("worker_id"))
    mine = Q(asked__contains=[USER]) | Q(owned__isnull=False) | Q(worked__isnull=False)
    return (
        rows.filter(mine)
        .annotate(signed=Coalesce(Subquery(signed), 0))
        .order_by("done_on", "pk")
        .values_list(
            "pk",
            "case__number",
            "what",
            "done_on",
            "signed",
            "grade",
            "owner_id",
            "worker_id",
            "auditor_id",
            "version_id",
            "version__state",
            "version__checksum",
        )[:TASKS_SHOWN]
    )


DONE_FOR = Prepared(done_for)


def tasks(user: User, on: date) -> list[Waiting]:
    """The actions that are a person's to do, to sign off and to answer for; the queries do not grow with them."""
    return [*to_do(user, on), *to_sign(user, on), *to_answer(user, on)]


def to_do(user: User, on: date) -> list[Waiting]:
    """A person's own actions, but for those that rooms above list themselves."""
    found = OWN.rows({USER: user.pk, COUNCIL: user.council_id})
    return [waiting(pk, case, what, due_on, on) for pk, case, what, due_on in found]


def to_sign(user: User, on: date) -> list[Waiting]:
    """What is said to be done and waits for this person's signature, within a week of that."""
    me = user.pk
    rows = DONE_FOR.rows({USER: me, COUNCIL: user.council_id, PEOPLE: sorted(below(user, on))})
    tree = line_of(user, on) if rows else Line()
    found: dict[Any, tuple[Step, ...]] = {}
    made = []
    for pk, case, what, done_on, signed, *about in rows:
        # Actions of the same people, grade and edition need the same signatures.
        key = tuple(about)
        needed = found[key] = found.get(key) or steps_for(tree, *about)
        step = needed[min(signed, len(needed) - 1)]
        if me in step.people and done_on:
            words = f"Sign off, or send back: {what}"
            made.append((pk, waiting(pk, case, words, done_on + timedelta(days=7), on)))
    kept = kept_ids(user) if made else ()
    return [one for pk, one in made if pk not in kept]


def steps_for(
    tree: Line,
    grade: str,
    owner: int,
    worker: int | None,
    auditor: int | None,
    version: int | None,
    state: str | None,
    checksum: str | None,
) -> tuple[Step, ...]:
    """The signatures that an action needs by its columns and those of its edition."""
    policy = edition_known(version, state or "", checksum or "").policy if version else None
    return steps_needed(policy, grade, {"owner": owner, "worker": worker, "auditor": auditor}, tree)


def to_answer(user: User, on: date) -> list[Waiting]:
    """Where this person is asked whether an action made a difference."""
    found = IMPACTS.rows({USER: user.pk, COUNCIL: user.council_id})
    return [
        waiting(pk, case, f"Did it make a difference? {what}", due_on, on)
        for pk, case, what, due_on in found
    ]


def waiting(pk: int, case: str | None, words: str, due_on: date | None, on: date) -> Waiting:
    """One line of My work about an action, and its case where it has one."""
    day = due_on or on
    about = f"Action {pk}, case {case}" if case is not None else f"Action {pk}"
    return Waiting(words, about, day, address_of("action-page", pk), day < on)


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


class Days(Func):
    """The days from the second date to the first."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = IntegerField()


def closing_times(found: ActionQuerySet, on: date) -> list[tuple[str, Times]]:
    """How long actions take from opening to the last signature, by class; one query.

    One that is not closed counts for as long as it has been open; one that was withdrawn does not count.
    """
    until = Coalesce(F("closed_on"), Value(on), output_field=DateField())
    rows = (
        found.standing()
        .filter(opened_on__isnull=False, opened_on__lte=on)
        .order_by()
        .annotate(span=Days(until, F("opened_on")))
        .values_list("class_label", "span")
        .annotate(number=Count("*"), closed=Count("closed_on"))
    )
    lengths: Lengths = defaultdict(int)
    # As the database gives them: there are as many lines as lengths, and each is two numbers and a text.
    for label, days, number, closed in as_told(rows):
        lengths[label, days, True] += closed
        lengths[label, days, False] += number - closed
    return by_class(lengths)


def by_class(lengths: Lengths) -> list[tuple[str, Times]]:
    """The times to close of each class that has any action."""
    groups: dict[str, list[tuple[int, bool, int]]] = defaultdict(list)
    for (label, days, closed), number in lengths.items():
        if number:
            groups[label].append((max(days, 0), closed, number))
    return [(label, times(group)) for label, group in sorted(groups.items())]


def whole_council() -> QuerySet[Any, Any]:
    """What all actions of a council come to: the sums, those that still run, and less those opened after the day."""
    sums = TrackerSum.objects.filter(council=COUNCIL).order_by()
    rows = Action.objects.filter(council=COUNCIL).standing().order_by()
    running = rows.filter(closed_on=None, opened_on__isnull=False, opened_on__lte=DAY)
    later = rows.filter(closed_on__isnull=False, opened_on__gt=DAY)
    until = Value(DAY, output_field=DateField())
    return (
        sums.values("of", "source", "code", "label", day=F("days"))
        .annotate(n=Sum("number"))
        .values_list("of", "source", "code", "label", "day", "n")
        .union(
            lengths_of(running, "running", until, Count("*")),
            lengths_of(later, "closed", F("closed_on"), -Count("*")),
            all=True,
        )
    )


def lengths_of(found: ActionQuerySet, of: str, until: Any, number: Any) -> QuerySet[Any, Any]:
    """How many of these actions have a class and so many days until then, as lines of the sums."""
    none = Value("", output_field=CharField())
    return (
        found.annotate(
            of=Value(of, output_field=CharField()), none=none, day=Days(until, F("opened_on"))
        )
        .values("of", "none", "class_label", "day")
        .annotate(n=number)
        .values_list("of", "none", "none", "class_label", "day", "n")
    )


WHOLE_COUNCIL = Prepared(whole_council)


def sums_for(user: User, kept: Collection[int], on: date) -> Sums:
    """What the actions come to that somebody of the QA team may open: all of the council but for those kept from them."""
    found = read_sums(WHOLE_COUNCIL.rows({COUNCIL: user.council_id, DAY: on}))
    if kept:
        rows = Action.objects.filter(council=user.council_id, pk__in=kept).order_by()
        hidden = rows.exclude(pk__in=rows.own(user.pk, user.council_id).values("pk"))
        for columns in hidden.values_list(*COUNTED[1:], *DATES):
            take_away(found, on, *columns)
    return found


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
