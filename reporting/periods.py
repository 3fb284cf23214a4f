"""The stretches of months that figures are shown for: a quarter, a month, the last twelve. Plain."""

from dataclasses import dataclass
from datetime import date, timedelta

from moderation.periods import quarter, quarter_start
from standards.deadlines import months_after

# How far back the choices go.
QUARTERS, MONTHS = 8, 12
YEAR = "12m"


@dataclass(frozen=True)
class Months:
    """From the first day of a month to the last day of a month; `code` stands in the address."""

    code: str
    words: str
    first_on: date
    last_on: date


def end_of(first: date, months: int) -> date:
    """The last day of so many months that begin with one."""
    return months_after(first, months) - timedelta(days=1)


def quarter_of(day: date, year_start: int) -> Months:
    """The quarter that a day lies in: “Q1, April to June 2026”."""
    found = quarter(quarter_start(day, year_start), year_start)
    first = date.fromisoformat(found.code)
    return Months(f"q{found.code}", found.words, first, end_of(first, 3))


def month_of(day: date) -> Months:
    """The month that a day lies in."""
    first = day.replace(day=1)
    return Months(f"m{first.isoformat()}", f"{first:%B %Y}", first, end_of(first, 1))


def year_to(day: date) -> Months:
    """The twelve months that end with the one a day lies in."""
    first = months_after(day.replace(day=1), -11)
    return Months(YEAR, f"Twelve months to {day:%B %Y}", first, end_of(first, 12))


def choices(day: date, year_start: int) -> tuple[Months, ...]:
    """What can be chosen on a day: twelve months, this quarter and those before it, this month and those before it."""
    start = quarter_start(day, year_start)
    quarters = [quarter_of(months_after(start, -3 * back), year_start) for back in range(QUARTERS)]
    months = [month_of(months_after(day.replace(day=1), -back)) for back in range(MONTHS)]
    return (year_to(day), *quarters, *months)


def chosen(found: tuple[Months, ...], code: str) -> Months:
    """The stretch with this code; the quarter that runs for anything else."""
    return next((one for one in found if one.code == code), found[1])
