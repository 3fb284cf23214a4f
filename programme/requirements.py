"""What a framework asks of each post in a year: plain values from its document. No Django, no clock (A4.2, T-9)."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from standards.deadlines import end_of_month, months_after

# How many months one period lasts, and how many days. What is not here has no periods to count:
# by event, all the time, as it is set, by school term.
MONTHS = {"month": 1, "two_months": 2, "quarter": 3, "half_year": 6, "year": 12}
DAYS = {"week": 7, "fortnight": 14}
WORDS = {
    "day": "each day",
    "week": "each week",
    "fortnight": "each fortnight",
    "month": "each month",
    "two_months": "every two months",
    "quarter": "each quarter",
    "term": "each school term",
    "half_year": "each half-year",
    "year": "each year",
    "two_years": "every two years",
    "event": "when something calls for it",
    "continuous": "all the time",
    "as_set": "as it is set",
}


@dataclass(frozen=True)
class Activity:
    """One kind of activity: who does it, how many in each period, and the form it uses, if any."""

    code: str
    title: str
    tool: str = ""
    who: tuple[str, ...] = ()
    every: str = ""
    number: int | None = None
    allocated_by: tuple[str, ...] = ()
    note: str = ""

    @property
    def countable(self) -> bool:
        """Whether the source gives a number for a period that has a first and a last day."""
        return self.number is not None and (self.every in MONTHS or self.every in DAYS)

    @property
    def rhythm(self) -> str:
        """1 each month; each week; as it is set."""
        words = WORDS.get(self.every, "")
        return f"{self.number} {words}".strip() if self.number is not None else words


@dataclass(frozen=True)
class Target:
    """A number for the whole service, in a month, a quarter or a year (A4-9)."""

    activity: str
    month: int | None = None
    quarter: int | None = None
    year: int | None = None
    note: str = ""

    @property
    def month_words(self) -> str:
        """A month's number; worked out from the quarter's where the source has none, as 159 to 160 (J-35)."""
        if self.month is not None:
            return str(self.month)
        if self.quarter is None:
            return ""
        low, rest = divmod(self.quarter, 3)
        return f"{low} to {low + 1}" if rest else str(low)

    @property
    def in_quarter(self) -> int | None:
        """A quarter's number, from the month's where the source has only that."""
        if self.quarter is not None:
            return self.quarter
        return self.month * 3 if self.month is not None else None


@dataclass(frozen=True)
class Excuse:
    """`done` once in a period excuses from `number` of `excuses` in it."""

    done: str
    excuses: str
    number: int
    every: str


@dataclass(frozen=True)
class Owed:
    """What one kind of post owes of one activity in one period; both days are included."""

    post: str
    activity: str
    first_on: date
    last_on: date
    number: int


@dataclass(frozen=True)
class Programme:
    """All that a framework says about its year. An absent rule is empty: no local rule."""

    activities: Mapping[str, Activity]
    rows: tuple[tuple[str, str, tuple[int, ...]], ...] = ()
    targets: tuple[Target, ...] = ()
    excuses: tuple[Excuse, ...] = ()
    months_without_audits: frozenset[int] = frozenset()
    practice_weeks: int | None = None
    year_start_month: int = 4

    def owed(self, first_on: date) -> tuple[Owed, ...]:
        """Everything owed in the year that begins on that day; the timetable speaks before the activities."""
        timed = {(activity, post) for activity, post, _ in self.rows}
        found = list(self._timetable(first_on))
        for activity in self.activities.values():
            if activity.countable:
                posts = [post for post in activity.who if (activity.code, post) not in timed]
                found += self._repeated(activity, posts, first_on)
        return tuple(found)

    def _timetable(self, first_on: date) -> Iterator[Owed]:
        quarters = list(self.periods("quarter", first_on))
        for activity, post, numbers in self.rows:
            for (first, last, open_), number in zip(quarters, numbers, strict=True):
                if number and open_:
                    yield Owed(post, activity, first, last, number)

    def _repeated(self, activity: Activity, posts: list[str], first_on: date) -> Iterator[Owed]:
        for first, last, open_ in self.periods(activity.every, first_on):
            if open_:
                for post in posts:
                    yield Owed(post, activity.code, first, last, activity.number or 0)

    def periods(self, every: str, first_on: date) -> Iterator[tuple[date, date, bool]]:
        """The periods of a year: first day, last day, and whether anything is owed in it.

        A period loses the months without audits at its ends, so that nothing falls due in one.
        """
        after = months_after(first_on, 12)
        if every in DAYS:
            day = first_on + timedelta(days=-first_on.weekday() % 7)
            while day < after:
                yield (
                    day,
                    day + timedelta(days=DAYS[every] - 1),
                    day.month not in self.months_without_audits,
                )
                day += timedelta(days=DAYS[every])
            return
        for start in range(0, 12, MONTHS[every]):
            months = [months_after(first_on, start + n) for n in range(MONTHS[every])]
            kept = [one for one in months if one.month not in self.months_without_audits]
            yield (kept or months)[0], end_of_month((kept or months)[-1]), bool(kept)

    def undecided(self) -> tuple[Activity, ...]:
        """The activities whose number the source does not give: as the programme decides, never counted."""
        timed = {activity for activity, _, _ in self.rows}
        aimed = {target.activity for target in self.targets}
        return tuple(
            one
            for one in self.activities.values()
            if not one.countable and one.code not in timed | aimed
        )

    def of_the_service(self) -> tuple[Activity, ...]:
        """The activities with a number for the service as a whole: no post is named for them."""
        return tuple(one for one in self.activities.values() if one.countable and not one.who)

    def flash(self, qa_team: Collection[str]) -> Activity | None:
        """The activity that is raised by an event and given out by the QA team: the flash audit (E-30)."""
        return next(
            (
                one
                for one in self.activities.values()
                if one.every == "event" and set(one.allocated_by) & set(qa_team)
            ),
            None,
        )


def read(document: Mapping[str, Any]) -> Programme:
    """The year's rules in a checked framework document."""
    about = document.get("programme", {})
    return Programme(
        activities={row["code"]: activity_of(row) for row in document.get("activities", ())},
        rows=tuple(
            (row["activity"], row["post"], tuple(row["quarters"]))
            for row in document.get("timetable", ())
        ),
        targets=tuple(
            Target(
                row["activity"],
                row.get("month"),
                row.get("quarter"),
                row.get("year"),
                row.get("note", ""),
            )
            for row in document.get("targets", ())
        ),
        excuses=tuple(
            Excuse(row["done"], row["excuses"], row.get("number", 1), row.get("every", "year"))
            for row in about.get("excuses", ())
        ),
        months_without_audits=frozenset(about.get("months_without_audits", ())),
        practice_weeks=about.get("practice_weeks"),
        year_start_month=document["framework"].get("year_start_month", 4),
    )


def activity_of(row: Mapping[str, Any]) -> Activity:
    """One activity of a document."""
    return Activity(
        code=row["code"],
        title=row["title"],
        tool=row.get("tool", ""),
        who=tuple(row.get("who", ())),
        every=row.get("every", ""),
        number=row.get("number"),
        allocated_by=tuple(row.get("allocated_by", ())),
        note=row.get("note", ""),
    )


def year_of(day: date, start_month: int) -> date:
    """The first day of the council's year that a day lies in."""
    return date(day.year - (day.month < start_month), start_month, 1)


def quarter_of(day: date, first_on: date) -> int:
    """The quarter, 1 to 4, of the year from `first_on` that a day of it lies in."""
    return ((day.month - first_on.month) % 12) // 3 + 1


def quarter_days(first_on: date, quarter: int) -> tuple[date, date]:
    """The first and the last day of one quarter."""
    first = months_after(first_on, 3 * (quarter - 1))
    return first, end_of_month(months_after(first, 2))


def quarter_totals(owed: Collection[Owed], first_on: date) -> dict[str, tuple[int, ...]]:
    """How many each kind of post owes in quarters 1 to 4: a period counts in the quarter that it begins in."""
    found: dict[str, Counter[int]] = {}
    for one in owed:
        found.setdefault(one.post, Counter())[quarter_of(one.first_on, first_on)] += one.number
    return {post: tuple(count[n] for n in (1, 2, 3, 4)) for post, count in found.items()}
