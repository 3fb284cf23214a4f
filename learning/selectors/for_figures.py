"""What reports and dashboards read of learning: plain frozen rows, without a name or a text that nobody chose.

`service_path` is the path of a unit: that and what lies below it counts; empty counts the whole council. Audits count
by their month, from `first_on` to `last_on` (both included). `minimum` is the policy's least number for a percentage.
`at` is the moment of reading: audits that were returned after it do not count. Flash audits never do: they are raised for a
concern (E-30).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.db.models import Q

from audits.querysets import AuditQuerySet
from learning.change import Change
from learning.kinds import DEVELOP, KINDS
from learning.models import Activity, Coding, Theme
from learning.quarters import quarters_to
from learning.returning import LEAST, Flag, flag_of, running_quarters, words_of
from learning.selectors.activities import changes_of
from learning.selectors.counting import FIRST, LAST, AboutPlace, Place, by_quarter, counts
from learning.selectors.themes import held_of

Kind = Literal["strength", "develop", "barrier", "difference", "said"]
EXAMPLES = 3
# How many quarters are looked back upon for what comes back.
BACK = 8


@dataclass(frozen=True)
class ThemeRow:
    """One theme as one kind: in how many coded audits, in how many texts beside audits, and quotations chosen by people."""

    theme: str
    theme_id: int
    audits: int
    others: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Themes:
    """The themes of one kind, the most frequent first.

    `coded` audits are those of which something is coded, of `returned` ones; `enough`: `coded` reaches the minimum, so
    that shares of it may stand as percentages. `waiting`: how many texts of these months nobody has coded yet.
    """

    kind: str
    title: str
    rows: tuple[ThemeRow, ...]
    coded: int
    returned: int
    waiting: int
    enough: bool


@dataclass(frozen=True)
class ActivityRow:
    """One learning activity: what, when, for whom, who came, about which themes, and the change that was measured.

    `measured` is the kind that was looked at (develop or strength); `change` has both shares and the signal.
    """

    activity_id: int
    title: str
    kind: str
    held_on: date
    audience: str
    attended: int | None
    invited: int | None
    themes: tuple[str, ...]
    measured: str
    months: int
    change: Change


@dataclass(frozen=True)
class QuarterRow:
    """One theme in one quarter: audits in which it is to be developed, of audits coded, of audits returned."""

    quarter: str
    first_on: date
    audits: int
    coded: int
    returned: int


@dataclass(frozen=True)
class ReturningRow:
    """One theme that stays or comes back: the flag with its words, for how many quarters, and the quarters themselves.

    `activities` are the titles and days of what was taught about it.
    """

    theme: str
    theme_id: int
    flag: Flag
    words: str
    running: int
    quarters: tuple[QuarterRow, ...]
    activities: tuple[tuple[str, date], ...]


@dataclass(frozen=True)
class Standing(Place):
    """A place as figures read it: without flash audits, and without those that were returned after `at`."""

    at: datetime | None = None

    def audits(self) -> AuditQuerySet:
        """The returned audits that figures count."""
        found = super().audits().filter(flash_source="")
        return found.filter(returned_at__lte=self.at) if self.at else found

    def counting(self) -> Q:
        """Which extracts are of an audit whose texts count."""
        found = super().counting() & Q(audit__flash_source="")
        if self.at:
            found &= Q(audit__returned_at=None) | Q(audit__returned_at__lte=self.at)
        return found


def themes(
    council_id: int,
    first_on: date,
    last_on: date,
    service_path: str = "",
    *,
    kind: Kind,
    minimum: int,
    at: datetime | None = None,
) -> Themes:
    """The themes that were coded as one kind; four queries whatever there is."""
    place = Standing(council_id, service_path, at)
    found = counts(place, first_on, last_on)
    wanted = {theme: one for (theme, of), one in found.borne.items() if of == kind}
    said = examples(place, first_on, last_on, kind)
    rows = [
        ThemeRow(found.labels[theme], theme, one.audits, one.others, said.get(theme, ()))
        for theme, one in wanted.items()
    ]
    rows.sort(key=lambda row: (-row.audits, -row.others, row.theme))
    enough = found.coded >= minimum
    return Themes(
        kind, KINDS[kind], tuple(rows), found.coded, found.returned, found.waiting, enough
    )


QUOTED = AboutPlace(
    lambda place: (
        Coding.objects.filter(
            extract__in=place.extracts()
            .filter(month__range=(FIRST, LAST))
            .exclude(quotation="")
            .values("pk")
        )
        .order_by("-extract__quoted_at", "-extract")
        .values_list("theme", "kind", "extract__quotation")
    )
)


def examples(place: Place, first_on: date, last_on: date, kind: str) -> dict[int, tuple[str, ...]]:
    """Up to three quotations of each theme that a person wrote to be printed, the newest first; one query."""
    found: dict[int, tuple[str, ...]] = {}
    for theme, of, words in QUOTED.rows(place, first_on, last_on):
        there = found.get(theme, ())
        if of == kind and len(there) < EXAMPLES and words not in there:
            found[theme] = (*there, words)
    return found


def activities(
    council_id: int,
    first_on: date,
    last_on: date,
    service_path: str = "",
    *,
    minimum: int,
    as_of: date | None = None,
    at: datetime | None = None,
) -> tuple[ActivityRow, ...]:
    """The activities held on these days, the newest first, with what changed up to `as_of`; five queries.

    For a service: its own, those of what lies below and above it, and those for all.
    """
    rows = Activity.objects.filter(council=council_id, held_on__range=(first_on, last_on))
    if service_path:
        above = [service_path[: at + 1] for at, sign in enumerate(service_path) if sign == "/"]
        for_it = Q(unit=None) | Q(unit__path__startswith=service_path) | Q(unit__path__in=above)
        rows = rows.filter(for_it)
    found = list(rows.select_related("unit").prefetch_related("themes"))
    place = Standing(council_id, service_path, at)
    changed = changes_of(found, place, minimum=minimum, as_of=as_of)
    return tuple(
        ActivityRow(
            one.pk,
            one.title,
            one.get_kind_display(),
            one.held_on,
            one.unit.name if one.unit else "Everybody",
            one.attended,
            one.invited,
            tuple(theme.label for theme in one.themes.all()),
            one.measure,
            one.months,
            changed[one.pk],
        )
        for one in found
    )


def returning(
    council_id: int,
    first_on: date,
    last_on: date,
    service_path: str = "",
    *,
    least: int = LEAST,
    quarters: int = BACK,
    at: datetime | None = None,
) -> tuple[ReturningRow, ...]:
    """The themes to develop that stay or come back in the quarter of `last_on`; five queries whatever there is.

    `first_on` is not asked: a flag looks back over `quarters` quarters. A quarter that is not over counts as it is.
    """
    spans = quarters_to(last_on, quarters)
    found = by_quarter(Standing(council_id, service_path, at), spans)
    held = held_of(council_id, last_on)
    rows = []
    for theme in Theme.objects.filter(council=council_id).exclude(state="merged"):
        counted = found.counted(theme.pk, DEVELOP)
        days = held.get(theme.pk, [])
        flag = flag_of(counted, [day for _, day in days], least=least)
        if flag:
            seen = tuple(
                QuarterRow(one.quarter.short, one.quarter.first_on, one.n, one.coded, one.returned)
                for one in counted
            )
            running = running_quarters(counted, least=least)
            words = words_of(flag, running)
            rows.append(
                ReturningRow(theme.label, theme.pk, flag, words, running, seen, tuple(days))
            )
    rows.sort(key=lambda row: (row.flag != "back", -row.quarters[-1].audits, row.theme))
    return tuple(rows)
