"""Reading what is late: the steps about one thing, the list for the QA team, and what a batch already has."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count
from django.utils import timezone

from escalation.climbing import RUNG, Coming, furthest
from escalation.models import Escalation, Hold, Overdue
from escalation.points import KIND_WORDS, Chased
from escalation.querysets import OverdueQuerySet
from people.models import Council, OrgUnit, User
from people.selectors import roles_of
from standards.models import FrameworkVersion
from standards.policy import Ladder, Policy
from standards.selectors import calendar_of, edition, reminder_lengths

# Finding one step among those taken: the thing, and what makes the step the same one.
Key = tuple[int, tuple[object, ...]]


# One thing ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """One step about a thing, as its page shows it. `late_by_us`: it was taken on a later day than planned."""

    step: str
    title: str
    planned_at: datetime
    fired_at: datetime | None
    people: tuple[tuple[str, str], ...] = ()
    logged: tuple[str, ...] = ()
    unfound: tuple[str, ...] = ()
    fallback: bool = False
    held_since: datetime | None = None
    let_go_at: datetime | None = None
    reason: str = ""

    @property
    def withheld(self) -> bool:
        """Whether it is held back and nobody has been told."""
        return self.fired_at is None

    @property
    def late_by_us(self) -> bool:
        """Whether it was taken on a later day than planned (T-8)."""
        return self.fired_at is not None and (
            timezone.localdate(self.fired_at) > timezone.localdate(self.planned_at)
        )


def events_of(kind: str, pk: int) -> list[Event]:
    """The steps taken about one thing, and those held back, in the order in which they were planned.

    Whoever asks has made sure that the person may open the thing. Two queries.
    """
    rows = list(
        Escalation.objects.filter(kind=kind, subject_id=pk)
        .select_related("hold")
        .order_by("planned_at", "pk")
    )
    ids = {pk for row in rows for pk in (*(one for one, _ in row.told), *row.logged)}
    names = dict(User.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    return [event_of(row, names) for row in rows]


def event_of(row: Escalation, names: dict[int, str]) -> Event:
    """A row with the names of the people in it."""
    hold = row.hold
    return Event(
        step=row.step,
        title=row.title,
        planned_at=row.planned_at,
        fired_at=row.fired_at,
        people=tuple((names.get(pk, ""), words) for pk, words in row.told),
        logged=tuple(names.get(pk, "") for pk in row.logged),
        unfound=tuple(recipient_words(name) for name in row.unfound),
        fallback=row.fallback,
        held_since=hold.at if hold else None,
        let_go_at=hold.let_go_at if hold else None,
        reason=hold.reason if hold else "",
    )


def recipient_words(name: str) -> str:
    """A recipient's name in words: “worker, head of service”."""
    start, _, role = name.partition(".")
    role = role.removeprefix("post.") if role.startswith("post.") else role.replace("_", " ")
    return role if start == "council" else f"{start}, {role}" if role else start


# The list -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RungCount:
    """How many late things stand on one rung of a kind."""

    kind: str
    kind_words: str
    rung: int
    title: str
    number: int


def counts(found: OverdueQuerySet) -> list[RungCount]:
    """How many late things stand on each rung; one query."""
    rows = found.order_by().values_list("kind", "rung", "rung_title").annotate(number=Count("pk"))
    return [
        RungCount(kind, kind_words(kind), rung, title or "Before the first rung", number)
        for kind, rung, title, number in sorted(rows)
    ]


def kind_words(kind: str) -> str:
    """What a kind of thing is called."""
    return KIND_WORDS.get(kind, kind.replace("_", " ").capitalize())


def policy_of(version: FrameworkVersion) -> Policy:
    """The rules of an edition; read once in each process."""
    return edition(version).policy


def ladder_of(one: Overdue) -> Ladder | None:
    """The ladder of a late thing in its own edition; None where it has none."""
    return policy_of(one.version).ladder(one.ladder) if one.ladder else None


def rungs_left(one: Overdue) -> list[tuple[int, str]]:
    """The rungs of a late thing that nobody has been told on."""
    ladder = ladder_of(one)
    fired = set(
        Escalation.objects.filter(
            kind=one.kind, subject_id=one.subject_id, step=RUNG, fired_at__isnull=False
        )
        .filter(ladder=one.ladder, due_on=one.due_on)
        .values_list("rung", flat=True)
    )
    rungs = ladder.rungs if ladder else ()
    return [(index, rung.title) for index, rung in enumerate(rungs) if index not in fired]


# What the daily run reads -------------------------------------------------------------------------


def look_ahead(council_id: int, on: date) -> date:
    """The last due date of which a reminder may have come by a day, in any edition of a council; two queries."""
    return furthest(reminder_lengths(council_id), on, calendar_of(council_id))


@dataclass
class Known:
    """What a batch of things has behind it: steps taken or held back, what is held back now, active people."""

    steps: dict[Key, Escalation] = field(default_factory=dict)
    holds: dict[tuple[int, date], list[Hold]] = field(default_factory=dict)
    active: frozenset[int] = frozenset()
    # Who was mailed as a stand-in, by thing, ladder and anchor.
    stood_in: dict[Key, set[int]] = field(default_factory=dict)

    def add(self, row: Escalation) -> None:
        """Keep a step that has been taken."""
        self.steps[key_of(row)] = row
        if row.fallback:
            series = (row.subject_id, (row.ladder, row.anchor_on))
            self.stood_in.setdefault(series, set()).update(pk for pk, _ in row.told)


def key_of(row: Escalation) -> Key:
    """What makes a step the same one."""
    if row.step == RUNG:
        return row.subject_id, (row.ladder, row.anchor_on, row.rung)
    return row.subject_id, (row.step, row.due_on, row.rung)


def key_for(thing: Chased, coming: Coming) -> Key:
    """The key that a step about a thing would have."""
    if coming.step == RUNG and thing.ladder is not None:
        return thing.pk, (thing.ladder.code, thing.anchor_on, coming.index)
    return thing.pk, (coming.step, thing.due.on, coming.index)


def known_of(kind: str, batch: Sequence[Chased]) -> Known:
    """What is known of things of one kind; three queries whatever their number."""
    ids = [thing.pk for thing in batch]
    found = Known(
        active=frozenset(
            User.objects.active()
            .filter(pk__in={thing.late_id for thing in batch})
            .values_list("pk", flat=True)
        )
    )
    for row in Escalation.objects.filter(kind=kind, subject_id__in=ids).order_by("planned_at"):
        found.add(row)
    for hold in Hold.objects.standing().filter(kind=kind, subject_id__in=ids).order_by("pk"):
        found.holds.setdefault((hold.subject_id, hold.due_on), []).append(hold)
    return found


def unfound_between(
    council_id: int, since: datetime, until: datetime
) -> dict[tuple[datetime, str], list[tuple[str, str]]]:
    """The items, each with its case number, by the run that took a step about them and the recipient nobody stood for."""
    found: dict[tuple[datetime, str], list[tuple[str, str]]] = {}
    rows = Escalation.objects.filter(council=council_id, fired_at__range=(since, until))
    rows = rows.exclude(unfound=[]).order_by("pk")
    for at, unfound, item, case in rows.values_list("fired_at", "unfound", "item", "case_number"):
        for name in unfound:
            if at is not None:
                found.setdefault((at, name), []).append((item, case))
    return found


def unit_names(council_id: int) -> dict[int, str]:
    """The names of a council's units."""
    return dict(OrgUnit.objects.filter(council=council_id).values_list("pk", "name"))


def council_ids() -> list[int]:
    """Every council, in a steady order."""
    return list(Council.objects.order_by("pk").values_list("pk", flat=True))


# The rows of the list -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One late thing in the list: how long it has been late, what is held back, and what this person may do."""

    one: Overdue
    kind_words: str
    days: int
    holds: tuple[Hold, ...]
    may_hold: bool


def rows_of(page: Sequence[Overdue], user: User, on: date) -> list[Row]:
    """Late things with what is held back of them; one query more whatever their number."""
    ids = [one.subject_id for one in page]
    holds: dict[tuple[str, int, date], list[Hold]] = {}
    for hold in Hold.objects.standing().filter(subject_id__in=ids).select_related("by"):
        holds.setdefault((hold.kind, hold.subject_id, hold.due_on), []).append(hold)
    roles = roles_of(user, on)
    return [
        Row(
            one,
            kind_words(one.kind),
            (on - one.due_on).days,
            tuple(holds.get((one.kind, one.subject_id, one.due_on), ())),
            not roles.isdisjoint(one.paused_by) and user.pk != one.late_id,
        )
        for one in page
    ]
