"""Delivery of the programme: what was owed and done, in time or not, what was changed, and who can audit (G-21; reports §13)."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Q

from people.models import Post
from people.selectors import managed_paths
from programme.counts import Count as Slots
from programme.counts import counted, total
from programme.models import DateChange, ProgrammeYear, Slot
from programme.requirements import quarter_days, quarter_of
from programme.selectors.board import beyond
from programme.selectors.sheet import QUARTERS, Sheet
from programme.standing import Standing
from programme.states import SlotState
from reporting.charts.forms import CountRow, Counts
from reporting.figure import Cell, Column, Figure, Row, Value
from reporting.measures.shares import percent, share
from reporting.selectors.catalogue import Measure, register
from reporting.selectors.scope import Scope
from reporting.selectors.whose import sees_all
from reporting.wording import those

NO_YEAR = ("The programme of this year has not been opened.",)


@dataclass(frozen=True)
class Year:
    """The programme year of a scope, read once, and the quarters of it that the scope's months touch."""

    sheet: Sheet
    quarters: tuple[int, ...]
    posts: Counter[str]

    @property
    def words(self) -> str:
        """Quarter 1, or quarters 1 and 2, of the year from April 2026."""
        numbers = [str(one) for one in self.quarters]
        said = (
            f"quarter {numbers[0]}"
            if len(numbers) == 1
            else f"quarters {numbers[0]} to {numbers[-1]}"
        )
        return f"{said} of the year from {self.sheet.year.first_on:%B %Y}"

    def required(self, kind: str, quarter: int) -> int:
        """What all posts of a kind owe in a quarter."""
        return self.sheet.owed_by(kind, quarter) * self.posts[kind]


@dataclass(frozen=True)
class Owed:
    """What is done of what was asked for: more in one place makes up for nothing in another."""

    done: int = 0
    asked: int = 0

    def __add__(self, other: "Owed") -> "Owed":
        return Owed(self.done + other.done, self.asked + other.asked)


def owed(one: Slots) -> Owed:
    """What one kind of post did in one quarter, of what was asked of it: what is left out is not asked for."""
    asked = max(0, one.asked - one.excused)
    return Owed(min(one.done, asked), asked)


def paths_of(scope: Scope) -> list[str] | None:
    """The units whose posts count; None for all of the council."""
    if scope.service is not None:
        return [scope.service.path]
    if scope.reader is not None and not sees_all(scope.reader):
        return managed_paths(scope.reader, scope.on)
    return None


def under(paths: list[str] | None, field: str) -> Q:
    """Rows of these units and those below them."""
    if paths is None:
        return Q()
    found = Q(pk__in=[])
    for path in paths:
        found |= Q(**{f"{field}__startswith": path})
    return found


def year_of(scope: Scope) -> Year | None:
    """The year that the scope's last month lies in; None where it has not been opened."""
    year = (
        ProgrammeYear.objects.filter(council=scope.council, first_on__lte=scope.last_on)
        .order_by("-first_on")
        .select_related("council")
        .first()
    )
    if year is None or (scope.last_on - year.first_on).days > 366:
        return None
    slots = Slot.objects.filter(year__council=scope.council)
    if scope.reader is not None:
        slots = Slot.objects.visible_to(scope.reader, scope.on)
    paths = paths_of(scope)
    sheet = Sheet(year, slots.filter(under(paths, "post__unit__path")), scope.on)
    posts = sheet.posts
    if paths is not None:
        there = Post.objects.filter(under(paths, "unit__path"), council=scope.council)
        posts = Counter(there.values_list("type__code", flat=True))
    first = max(scope.first_on, year.first_on)
    begins, ends = (quarter_of(day, year.first_on) for day in (first, scope.last_on))
    return Year(sheet, tuple(one for one in QUARTERS if begins <= one <= ends), posts)


def programme_delivery(scope: Scope) -> Figure:
    """What each kind of post owed in the quarters, how it stands, and the targets of the service."""
    year = year_of(scope)
    if year is None:
        return nothing("programme-delivery", "The programme’s delivery", "Post", NO_YEAR)
    there: dict[tuple[str, int], list[Standing]] = defaultdict(list)
    for number in year.quarters:
        for one in year.sheet.quarter(number):
            there[year.sheet.type_of[one.post_id], number].append(one)
    extended = extensions(year)
    rows, bars = [], []
    everything, every_owed = Slots(), Owed()
    for post in year.sheet.kinds():
        parts = [
            counted(there[post.code, number], year.required(post.code, number))
            for number in year.quarters
        ]
        whole, part = total(parts), sum(map(owed, parts), Owed())
        if whole.none:
            continue
        everything += whole
        every_owed += part
        cells = slot_cells(whole, part, extended[post.code], scope)
        rows.append(Row(post.title, cells, code=post.code))
        bars.append(CountRow(post.title, part.done, part.asked))
    done = share(every_owed.done, every_owed.asked, minimum=scope.minimum)
    targets = targets_said(year) if paths_of(scope) is None else ()
    words = f"{every_owed.done} of {every_owed.asked}"
    last = Row("All posts", slot_cells(everything, every_owed, extended.total(), scope), total=True)
    return Figure(
        code="programme-delivery",
        title="The programme’s delivery",
        about=f"What posts owe in {year.words}, and how it stands on the day of reading. Left out: excluded, or excused; "
        "these are not asked for. What one kind of post did beyond its part in a quarter makes up for no other. Given more time: audits whose deadline was extended; they count in another column as well.",
        rows_are="Post",
        columns=(
            Column("required", "Required"),
            Column("planned", "Planned"),
            Column("allocated", "Given out"),
            Column("done", "Done"),
            Column("late", "Late"),
            Column("excused", "Left out"),
            Column("extended", "Given more time"),
            Column("share", "Done, of those asked for", "share"),
        ),
        rows=(*rows, last) if rows else (),
        says=(
            f"{words} {f'({percent(done.share)}) ' if done.share is not None else ''}asked for in {year.words} {those(every_owed.done, 'is', 'are')} done; "
            f"{everything.late} {those(everything.late, 'is', 'are')} late.",
            *targets,
        )
        if rows
        else ("Nothing is owed in these months.",),
        question="much",
        chart=Counts(tuple(bars), "Done, and what was asked for") if bars else None,
        values={
            "done": Value("Done, of what was asked for", words),
            "late": Value("Late", str(everything.late)),
            "excused": Value("Left out", str(everything.excused)),
            "extended": Value("Given more time", str(extended.total())),
        },
    )


def slot_cells(one: Slots, part: Owed, extended: int, scope: Scope) -> tuple[Cell, ...]:
    """The numbers of one row."""
    numbers = (one.required, one.planned, one.allocated, one.done, one.late, one.excused, extended)
    return (
        *(Cell(n=number) for number in numbers),
        share(part.done, part.asked, minimum=scope.minimum),
    )


def extensions(year: Year) -> Counter[str]:
    """How many audits of these quarters were given more time, by the kind of their slot’s post; one query."""
    slots = {
        one.slot_id: one.post_id for number in year.quarters for one in year.sheet.quarter(number)
    }
    given = DateChange.objects.filter(
        kind=DateChange.Kind.EXTENSION,
        state=DateChange.State.GRANTED,
        audit__slot__year=year.sheet.year,
    )
    found = given.order_by().values_list("audit__slot", flat=True).distinct()
    return Counter(year.sheet.type_of[slots[pk]] for pk in found if pk in slots)


def targets_said(year: Year) -> tuple[str, ...]:
    """Each target of the service: how many are done in the quarters and in the year."""
    if not year.sheet.rules.targets:
        return ()
    done: Counter[tuple[str, int]] = Counter(
        (one.activity, quarter_of(one.first_on, year.sheet.year.first_on))
        for one in year.sheet.slots
        if one.state == SlotState.DONE
    )
    done += beyond(year.sheet)
    said = []
    for target in year.sheet.rules.targets:
        here = sum(done[target.activity, one] for one in year.quarters)
        all_year = sum(done[target.activity, one] for one in QUARTERS)
        parts = (
            [f"{here} of {target.in_quarter * len(year.quarters)} in {year.words}"]
            if target.in_quarter
            else []
        )
        if target.year:
            parts.append(f"{all_year} of {target.year} in the year so far")
        if parts:
            said.append(
                f"{year.sheet.title(target.activity)}, target of the service: {'; '.join(parts)}."
            )
    return tuple(said)


def nothing(code: str, title: str, rows_are: str, says: tuple[str, ...]) -> Figure:
    """A figure with nothing to show, and why."""
    return Figure(code, title, "", rows_are, (), (), says=says, question="much")


def activities(scope: Scope) -> Figure:
    """What was done besides audits: slots of activities without a form, in the quarters."""
    year = year_of(scope)
    title = "Other quality assurance work"
    if year is None:
        return nothing("activities", title, "Activity", NO_YEAR)
    rules = year.sheet.rules.activities
    slots = defaultdict(list)
    for number in year.quarters:
        for one in year.sheet.quarter(number):
            if one.activity not in rules or not rules[one.activity].tool:
                slots[one.activity].append(one)
    rows, late = [], 0
    for code in sorted(slots, key=year.sheet.title):
        whole = counted(slots[code])
        late += whole.late
        rows.append(
            Row(
                year.sheet.title(code),
                (
                    share(whole.done, whole.made - whole.excused, minimum=scope.minimum),
                    Cell(n=whole.planned + whole.allocated),
                    Cell(n=whole.late),
                    Cell(n=whole.excused),
                ),
                code=code,
            )
        )
    done = sum(int(row.cells[0].n or 0) for row in rows)
    first, last = quarter_days(year.sheet.year.first_on, year.quarters[0])[0], scope.last_on
    return Figure(
        code="activities",
        title=title,
        about=f"Activities of the programme other than audits, in {year.words}: observations, dip samples, reports and the like. "
        "Left out: excused; these are not asked for.",
        rows_are="Activity",
        columns=(
            Column("done", "Done", "share"),
            Column("planned", "Still to come"),
            Column("late", "Late"),
            Column("excused", "Left out"),
        ),
        rows=tuple(rows),
        says=(f"{done} {those(done, 'is', 'are')} done, {late} {those(late, 'is', 'are')} late.",)
        if rows
        else (f"The programme plans nothing else from {first:%B %Y} to {last:%B %Y}.",),
        question="much",
        chart=Counts(
            tuple(CountRow(row.label, row.cells[0].n or 0, row.cells[0].of) for row in rows),
            "Done, and how many were planned",
        )
        if rows
        else None,
        values={"done": Value("Done", str(done)), "late": Value("Late", str(late))},
    )


register(
    Measure("programme-delivery", "The programme’s delivery", "delivery", programme_delivery),
    Measure("activities", "Other quality assurance work", "activities", activities),
)
