"""Actions: how late, how long they take, what was said about late ones, and whether they made a difference (G-25; reports §7)."""

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import (
    Count,
    DateField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce

from actions.bands import BANDS, LATE
from actions.closing_time import Watched, times
from actions.models import Action
from actions.states import TO_DO, ActionState
from core.among import numbers_of
from escalation.models import Escalation
from escalation.selectors.late import kind_words
from reporting.charts.forms import CountRow, Counts, StepCurve
from reporting.figure import Cell, Column, Figure, Row
from reporting.figure import Value as Named
from reporting.measures.numerals import percent
from reporting.measures.shares import share
from reporting.measures.survival import at as open_at
from reporting.measures.survival import steps as curve_of
from reporting.selectors.catalogue import Measure, register
from reporting.selectors.in_general import Question
from reporting.selectors.lists import listed
from reporting.selectors.scope import Scope
from reporting.selectors.whose import actions, steps
from reporting.wording import plural, those
from standards.deadlines import months_after

# How many titles of one step are named where ladders call it differently.
NAMED = 2
TWELVE_WEEKS = 84
MARKS = ((28, "4 weeks"), (42, "6 weeks"), (84, "12 weeks"))


def tracker(scope: Scope, **wanted: object) -> str:
    """The tracker of actions, narrowed as its filters are called."""
    unit = scope.service.pk if scope.service else ""
    return listed("actions", {"unit": unit, **wanted})


def actions_by_age(scope: Scope) -> Figure:
    """The actions still to be done on the day of reading by how late they are; and what was opened and closed in these months.

    One query.
    """
    number = numbers_by_age(scope)
    to_do = sum(number[band.code] for band in BANDS)
    late = sum(number[code] for code in LATE)
    rows = tuple(
        Row(
            band.label,
            (Cell(n=number[band.code], to=tracker(scope, band=band.code)),),
            code=band.code,
        )
        for band in BANDS
    )
    total = Row("Still to be done", (Cell(n=to_do),), total=True)
    opened, waiting = number["opened"], number["waiting"]
    empty = not to_do and not number["opened"] and not number["closed"] and not number["waiting"]
    closed = share(number["in_time"], number["closed"], minimum=scope.minimum)
    said = (
        f"{late} of {plural(to_do, 'action')} still to be done {those(late, 'is', 'are')} overdue, "
        f"{number['over_12']} of them by 12 weeks or more.",
        f"In these months {opened} {those(opened, 'was', 'were')} opened and {number['closed']} signed off, "
        f"{number['in_time']} of these by the date set; {waiting} now {those(waiting, 'waits', 'wait')} for a signature.",
    )
    return Figure(
        code="actions-by-age",
        title="Actions by how late they are",
        about="Actions that are open or under way on the day of reading, by their date. Bands are those of the tracker.",
        rows_are="How late",
        columns=(Column("actions", "Actions"),),
        rows=() if empty else (*rows, total),
        says=("No action has been opened yet.",) if empty else said,
        question="much",
        chart=Counts(tuple(CountRow(band.label, number[band.code]) for band in BANDS), "Actions")
        if to_do
        else None,
        values={
            "open": Named("Actions still to be done", str(to_do)),
            "late": Named("Actions overdue", f"{late} of {to_do}"),
            "opened": Named("Actions opened in these months", str(number["opened"])),
            "closed": Named("Actions signed off in these months", str(number["closed"])),
            "in_time": Named("Of these by their date", of_words(closed)),
            "waiting": Named("Actions that wait for a signature", str(number["waiting"])),
        },
    )


# What stands in the query below for the first and the last day on which what lies in a band is due.
EDGES = {one.code: (date(1, 3 + at, 1), date(1, 3 + at, 2)) for at, one in enumerate(BANDS)}
NUMBERS = ("waiting", "opened", "closed", "in_time", *(band.code for band in BANDS))


def counted_by_age(scope: Scope) -> "QuerySet[Action, Any]":
    """How many actions wait for a signature, were opened, closed, closed in time, and lie in each band: one row of `NUMBERS`."""
    opened, closed = days("opened_on", scope), days("closed_on", scope)
    filters = {"waiting": Q(state=ActionState.DONE), "opened": opened, "closed": closed}
    filters["in_time"] = closed & in_time()
    for band in BANDS:
        first, last = EDGES[band.code]
        there = Q(state__in=TO_DO)
        there &= Q(due_on__gte=first) if band.last is not None else Q()
        there &= Q(due_on__lte=last) if band.first is not None else Q()
        filters[band.code] = there
    # Only those that one of the numbers counts are looked at, not all there ever were.
    live = Q(state__in=[*TO_DO, ActionState.DONE])
    return numbers_of(
        actions(scope).filter(live | opened | closed),
        {f"n_{code}": Count("pk", filter=filters[code]) for code in NUMBERS},
    )


BY_AGE = Question(counted_by_age, of_actions=True)


def numbers_by_age(scope: Scope) -> dict[str, int]:
    """The numbers of actions on the day of reading, by `NUMBERS`; one query."""
    edges: dict[Any, Any] = {}
    for band in BANDS:
        edges |= dict(zip(EDGES[band.code], band.days(scope.on), strict=True))
    return dict(zip(NUMBERS, BY_AGE.rows(scope, edges)[0], strict=True))


def days(field: str, scope: Scope) -> Q:
    """A day that lies in the scope's months, and not after the day of reading."""
    return Q(**{f"{field}__range": (scope.first_on, scope.until)})


def in_time() -> Q:
    """Done by its date: what counts is the day on which the owner said so, where it is known."""
    return Q(done_on__lte=F("due_on")) | Q(done_on=None, closed_on__lte=F("due_on"))


def of_words(cell: Cell) -> str:
    """8 of 12, with its percentage where there are enough."""
    said = f"{cell.n:g} of {cell.of}"
    return said if cell.share is None else f"{said} ({percent(cell.share)})"


def escalations(scope: Scope) -> Figure:
    """How many steps of the ladders were taken about late things in these months, by what was late; one query."""
    counted = (
        steps(scope)
        .filter(step=Escalation.Step.RUNG)
        .order_by()
        .values_list("kind", "rung", "title")
        .annotate(number=Count("pk"))
    )
    by_rung: Counter[tuple[int, str]] = Counter()
    titles: dict[int, Counter[str]] = {}
    for kind, rung, title, number in counted:
        by_rung[rung, kind] += number
        titles.setdefault(rung, Counter())[title] += number
    kinds = sorted({kind for _, kind in by_rung}, key=kind_words)
    rungs = sorted({rung for rung, _ in by_rung})

    def line(rung: int) -> Row:
        # The list of late things shows what is late now, not what was taken then: no list shows these.
        cells = [Cell(n=by_rung[rung, kind]) for kind in kinds]
        whole = sum(by_rung[rung, kind] for kind in kinds)
        return Row(rung_words(rung, titles[rung]), (*cells, Cell(n=whole)), code=str(rung))

    sums = [sum(by_rung[rung, kind] for rung in rungs) for kind in kinds]
    everything = sum(sums)
    last = Row("All steps", tuple(Cell(n=one) for one in (*sums, everything)), total=True)
    return Figure(
        code="escalations",
        title="Steps taken about late things",
        about="Steps of the ladders at which somebody was told in these months. A thing for which three steps were taken counts "
        "three times; reminders and the first word that it is late do not count.",
        rows_are="Step",
        columns=(
            *(Column(kind, kind_words(kind)) for kind in kinds),
            Column("all", "All", total=True),
        ),
        rows=(*(line(rung) for rung in rungs), last) if everything else (),
        says=(
            f"{plural(everything, 'step')} {those(everything, 'was', 'were')} taken about late things; "
            f"{by_top(by_rung, rungs)} of them the furthest that was reached, “{rung_words(rungs[-1], titles[rungs[-1]])}”.",
        )
        if everything
        else ("Nobody had to be told of anything late.",),
        question="much",
        chart=Counts(
            tuple(
                CountRow(rung_words(rung, titles[rung]), sum(by_rung[rung, kind] for kind in kinds))
                for rung in rungs
            ),
            "Steps",
        )
        if everything
        else None,
        values={"steps": Named("Steps taken about late things", str(everything))},
    )


def by_top(by_rung: Counter[tuple[int, str]], rungs: list[int]) -> int:
    """How many steps were on the highest rung reached."""
    return sum(number for (rung, _), number in by_rung.items() if rung == rungs[-1])


def rung_words(rung: int, titles: Counter[str]) -> str:
    """The step's own title; of ladders that call it differently the two that were taken most."""
    found = [
        title for title, _ in sorted(titles.items(), key=lambda one: (-one[1], one[0])) if title
    ]
    if not found:
        return f"Step {rung + 1}"
    if len(found) > NAMED:
        return f"{', '.join(found[:NAMED])} and others"
    return " or ".join(found)


def time_to_close(scope: Scope) -> Figure:
    """How long actions opened in the year before the end of these months take to be signed off; one query.

    One that is still open counts for as long as it has been.
    """
    until = Coalesce(F("closed_on"), Value(scope.on), output_field=DateField())
    span = ExpressionWrapper(until - F("opened_on"), output_field=DurationField())
    since = months_after(scope.last_on.replace(day=1), -11)
    counted = (
        actions(scope)
        .filter(opened_on__range=(since, min(scope.last_on, scope.on)))
        .order_by()
        .annotate(span=span, over=Q(closed_on__isnull=False))
        .values_list("class_label", "span", "over")
        .annotate(number=Count("pk", distinct=True))
    )
    groups: dict[str, list[Watched]] = {}
    for label, length, over, number in counted:
        groups.setdefault(label or "No class", []).append(
            Watched(max(length.days, 0), over, number)
        )
    everything = [one for some in groups.values() for one in some]

    def line(label: str, some: list[Watched], *, total: bool = False) -> Row:
        found = times(some)
        cells = [share(found.closed, found.number, minimum=scope.minimum)]
        few = Cell(of=found.number, text="too few", kept="few")
        for day in (found.lower, found.median, found.upper):
            told = Cell(n=day, of=found.number) if day is not None else Cell(text="not yet")
            cells.append(told if found.number >= scope.minimum else few)
        return Row(label, tuple(cells), total=total)

    found = curve_of(everything)
    whole = times(everything)
    longest = max((one.days for one in everything), default=0)
    enough = whole.number >= scope.minimum
    return Figure(
        code="time-to-close",
        title="How long actions take",
        about="Actions opened in the twelve months up to the end of these, from opening to the last signature. Those still "
        f"open count for as long as they have been open. Of fewer than {scope.minimum} no days are shown.",
        rows_are="Class",
        columns=(
            Column("closed", "Signed off", "share"),
            Column("quarter", "A quarter after, days", "days"),
            Column("half", "Half after, days", "days"),
            Column("three", "Three quarters after, days", "days"),
        ),
        rows=(
            *(line(label, groups[label]) for label in sorted(groups)),
            line("All actions", everything, total=True),
        )
        if everything
        else (),
        says=closing_said(scope, everything)
        if everything
        else ("No action was opened in these twelve months.",),
        notes=(
            "Days until signed off: Kaplan and Meier’s estimate. The band is a 95 % interval (Greenwood, on the log-log scale).",
        )
        if found
        else (),
        question="well",
        chart=StepCurve(found, longest, tuple(one for one in MARKS if one[0] <= longest))
        if found and enough
        else None,
        values={
            "median": Named(
                "Days until half are signed off",
                "too few to say"
                if not enough
                else "not reached"
                if whole.median is None
                else str(whole.median),
            ),
            "closed": Named("Actions signed off", f"{whole.closed} of {whole.number}"),
        },
    )


def closing_said(scope: Scope, everything: list[Watched]) -> tuple[str, ...]:
    """How long actions take in sentences: nothing of too few, nor of a day up to which too few were watched."""
    whole = times(everything)
    if whole.number < scope.minimum:
        opened = plural(whole.number, "action")
        return (
            f"{opened} {those(whole.number, 'was', 'were')} opened: too few to say how long they take.",
        )
    half = (
        f"Half of the actions are signed off within {plural(whole.median, 'day')}."
        if whole.median is not None
        else "Fewer than half are signed off, so that there is no median yet."
    )
    watched = sum(one.number for one in everything if one.days >= TWELVE_WEEKS)
    if watched < scope.minimum:
        few = those(watched, "action has", "actions have")
        return half, f"Only {watched} {few} been open for 12 weeks: too few to say how many are."
    there = open_at(curve_of(everything), TWELVE_WEEKS)
    return (
        half,
        f"{percent(there.share)} are still open after 12 weeks (95% interval {percent(there.low)} to {percent(there.high)}; "
        f"{watched} of {whole.number} actions were open that long).",
    )


register(
    Measure("actions-by-age", "Actions by how late they are", "actions", actions_by_age),
    Measure("escalations", "Steps taken about late things", "actions", escalations),
    Measure("time-to-close", "How long actions take", "actions", time_to_close),
)
