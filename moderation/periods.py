"""Stretches of return days that grades are looked at for: the last months, a quarter, everything. Plain values."""

from dataclasses import dataclass
from datetime import date, timedelta

from standards.deadlines import months_after

LAST, ALL = "12m", "all"


@dataclass(frozen=True)
class Period:
    """Return days from one to another, both included; None leaves that end open. `code` stands in the address."""

    code: str
    words: str
    from_on: date | None = None
    to_on: date | None = None


def quarter_start(day: date, year_start: int) -> date:
    """The first day of the quarter that a day lies in, in a year that begins in month `year_start`."""
    return months_after(day.replace(day=1), -((day.month - year_start) % 3))


def quarter(start: date, year_start: int) -> Period:
    """A quarter by its first day: “Q1, April to June 2026”."""
    last = months_after(start, 3) - timedelta(days=1)
    number = (start.month - year_start) % 12 // 3 + 1
    first = f"{start:%B}" if start.year == last.year else f"{start:%B %Y}"
    return Period(start.isoformat(), f"Q{number}, {first} to {last:%B %Y}", start, last)


def periods(first: date | None, on: date, year_start: int) -> tuple[Period, ...]:
    """What can be chosen on a day: twelve months with this one, everything, and each quarter since the first return."""
    twelve = months_after(on.replace(day=1), -11)
    found = [
        Period(LAST, f"Last 12 months, since {twelve:%B %Y}", twelve),
        Period(ALL, "All returns so far"),
    ]
    start = quarter_start(on, year_start)
    while first is not None and start >= quarter_start(first, year_start):
        found.append(quarter(start, year_start))
        start = months_after(start, -3)
    return tuple(found)


def chosen(found: tuple[Period, ...], code: str) -> Period:
    """The period with this code; the last twelve months for anything else."""
    return next((one for one in found if one.code == code), found[0])
