"""How many audits bear which theme, as what: the one count that pages, activities and reports read.

An audit counts once for a theme and a kind, however many of its texts bear it, in the month for which the audit counts.
Audits count that are returned; of these `coded` are those of which somebody has coded a text, or laid one aside. What was
said or found later (feedback, impact, loops, panels) counts as texts beside the audits, in the month in which it came.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from audits.models import Audit
from audits.querysets import AuditQuerySet
from audits.states import AuditState
from core.among import numbers_of
from core.prepared import COUNCIL, KEY, MOMENT, Prepared
from learning.kinds import DEVELOP
from learning.models import Coding, Extract
from learning.quarters import Quarter, quarter_of
from learning.querysets import ExtractQuerySet
from learning.returning import Counted
from learning.states import Source

# What speaks for an audit itself.
OF_AUDITS = (Source.AUDIT, Source.MODERATION)


@dataclass(frozen=True)
class Place:
    """Whose rows are counted: one council, and within it one service or team by its path, or all."""

    council_id: int
    path: str = ""

    def audits(self) -> AuditQuerySet:
        """The returned audits."""
        found = Audit.objects.filter(council=self.council_id, state=AuditState.RETURNED)
        return found.filter(unit__path__startswith=self.path) if self.path else found

    def extracts(self) -> ExtractQuerySet:
        """The extracts that count: those of returned audits, and those of no audit."""
        found: ExtractQuerySet = Extract.objects.filter(council=self.council_id)
        if self.path:
            found = found.filter(unit__path__startswith=self.path)
        return found.filter(Q(audit=None) | self.counting())

    def counting(self) -> Q:
        """Which extracts are of an audit whose texts count: one that is returned still."""
        return Q(audit__state=AuditState.RETURNED)


@dataclass(frozen=True)
class Borne:
    """In how many audits a theme stands as one kind, and in how many texts beside them (feedback, impact, panels)."""

    audits: int
    others: int

    @property
    def texts(self) -> int:
        """All that say it, audits counted once each."""
        return self.audits + self.others


@dataclass(frozen=True)
class Counts:
    """What was coded in some months: by theme and kind; audits coded, and audits returned; what the themes are called."""

    borne: Mapping[tuple[int, str], Borne] = field(default_factory=dict)
    coded: int = 0
    returned: int = 0
    waiting: int = 0
    labels: Mapping[int, str] = field(default_factory=dict)

    def of(self, theme: int, kind: str) -> Borne:
        """How often a theme stands as one kind."""
        return self.borne.get((theme, kind), Borne(0, 0))


# What stands in questions for the path of a place, and for the first and the last day.
PATH = f"/{KEY}/place/"
FIRST, LAST = date(1, 1, 11), date(1, 1, 12)


class AboutPlace:
    """A question about a place from a day to a day: `build` makes it once for all places alike, and gets one in general."""

    def __init__(self, build: "Callable[[Place], QuerySet[Any, Any]]") -> None:
        self.build = build
        self._built: dict[tuple[object, ...], Prepared] = {}

    def rows(self, place: Place, first_on: date, last_on: date) -> list[tuple[Any, ...]]:
        """The rows for a place; one query."""
        at: datetime | None = getattr(place, "at", None)
        key = (type(place), bool(place.path), at is not None)
        if key not in self._built:
            general = replace(place, council_id=COUNCIL, path=PATH if place.path else "")
            if at is not None:
                general = replace(general, at=MOMENT)  # type: ignore[call-arg]
            self._built[key] = Prepared(lambda: self.build(general))
        values = {COUNCIL: place.council_id, FIRST: first_on, LAST: last_on, MOMENT: at}
        return self._built[key].rows({**values, f"{PATH}%": f"{place.path}%"})


CODINGS = AboutPlace(
    lambda place: (
        place.extracts()
        .filter(month__range=(FIRST, LAST), done_at__isnull=False, codings__isnull=False)
        .order_by()
        .values_list(
            "codings__theme",
            "codings__theme__label",
            "codings__kind",
            "pk",
            "audit",
            "source",
        )
    )
)
RETURNED = AboutPlace(
    lambda place: numbers_of(
        place.audits().filter(month__range=(FIRST, LAST)), {"number": Count("pk")}
    )
)


def counts(place: Place, first_on: date, last_on: date) -> Counts:
    """What is coded of the months from a day to a day (both included); three queries whatever there is."""
    audits: dict[tuple[int, str], set[int]] = defaultdict(set)
    others: dict[tuple[int, str], set[int]] = defaultdict(set)
    labels: dict[int, str] = {}
    for theme, label, kind, extract, audit, source in CODINGS.rows(place, first_on, last_on):
        labels[theme] = label
        if source in OF_AUDITS:
            audits[theme, kind].add(audit)
        else:
            others[theme, kind].add(extract)
    borne = {key: Borne(len(audits[key]), len(others[key])) for key in {*audits, *others}}
    ((coded, of_none, waiting),) = CODED.rows(place, first_on, last_on)
    ((returned,),) = RETURNED.rows(place, first_on, last_on)
    return Counts(borne, coded + bool(of_none), returned, waiting, labels)


def coded_and_waiting(place: Place) -> "QuerySet[Extract, Any]":
    """One row: of how many audits something is coded, how many such texts are of none, and how many wait to be coded."""
    coded = Q(done_at__isnull=False, source__in=OF_AUDITS)
    return numbers_of(
        place.extracts().filter(month__range=(FIRST, LAST)),
        {
            "coded": Count("audit", filter=coded, distinct=True),
            "of_none": Count("pk", filter=coded & Q(audit=None)),
            "waiting": Count("pk", filter=Q(done_at=None)),
        },
    )


CODED = AboutPlace(coded_and_waiting)


@dataclass(frozen=True)
class ByQuarter:
    """What was coded in each of some quarters, the oldest first."""

    quarters: Sequence[Quarter]
    counts: Sequence[Counts]

    def counted(self, theme: int, kind: str = DEVELOP) -> list[Counted]:
        """One theme as `learning.returning` takes it."""
        return [
            Counted(quarter, one.of(theme, kind).audits, one.coded, one.returned)
            for quarter, one in zip(self.quarters, self.counts, strict=True)
        ]


def by_quarter(place: Place, quarters: Sequence[Quarter]) -> ByQuarter:
    """The counts of each quarter; three queries whatever there is."""
    days = (quarters[0].first_on, quarters[-1].last_on)
    done = place.extracts().filter(month__range=days, done_at__isnull=False)
    rows = Coding.objects.filter(extract__in=done.values("pk")).values_list(
        "theme", "kind", "extract", "extract__audit", "extract__month", "extract__source"
    )
    audits: dict[Quarter, dict[tuple[int, str], set[int]]] = defaultdict(lambda: defaultdict(set))
    others: dict[Quarter, dict[tuple[int, str], set[int]]] = defaultdict(lambda: defaultdict(set))
    for theme, kind, extract, audit, month, source in rows:
        if source in OF_AUDITS:
            audits[quarter_of(month)][theme, kind].add(audit)
        else:
            others[quarter_of(month)][theme, kind].add(extract)
    coded = done.filter(source__in=OF_AUDITS).order_by().values_list("audit", "month").distinct()
    coded_in = Counter(quarter_of(month) for _, month in coded)
    returned = place.audits().filter(month__range=days).order_by().values_list("month", flat=True)
    returned_in = Counter(quarter_of(month) for month in returned)
    return ByQuarter(
        quarters,
        [
            Counts(
                {
                    key: Borne(len(audits[one][key]), len(others[one][key]))
                    for key in {*audits[one], *others[one]}
                },
                coded_in[one],
                returned_in[one],
            )
            for one in quarters
        ],
    )


@dataclass(frozen=True)
class Months:
    """The audits of each month that are coded, and those that bear a theme as one kind."""

    coded: Mapping[date, frozenset[int]]
    borne: Mapping[tuple[int, str], Mapping[date, frozenset[int]]]

    def share(self, themes: Iterable[int], kind: str, days: tuple[date, date]) -> tuple[int, int]:
        """In how many audits of some months one of the themes stands as this kind, of how many coded."""
        months = [month for month in self.coded if days[0] <= month <= days[1]]
        coded = frozenset().union(*(self.coded[month] for month in months))
        with_it = frozenset().union(
            *(
                self.borne.get((theme, kind), {}).get(month, frozenset())
                for theme in themes
                for month in months
            )
        )
        return len(with_it), len(coded)


def by_month(place: Place, first_on: date, last_on: date) -> Months:
    """The coded audits of each month; two queries whatever there is."""
    done = place.extracts().filter(
        month__range=(first_on, last_on), done_at__isnull=False, source__in=OF_AUDITS
    )
    coded: dict[date, set[int]] = defaultdict(set)
    for audit, month in done.order_by().values_list("audit", "month").distinct():
        coded[month].add(audit)
    borne: dict[tuple[int, str], dict[date, set[int]]] = defaultdict(lambda: defaultdict(set))
    rows = Coding.objects.filter(extract__in=done.values("pk"))
    for theme, kind, audit, month in rows.values_list(
        "theme", "kind", "extract__audit", "extract__month"
    ):
        borne[theme, kind][month].add(audit)
    return Months(
        {month: frozenset(found) for month, found in coded.items()},
        {
            key: {month: frozenset(found) for month, found in months.items()}
            for key, months in borne.items()
        },
    )
