"""Working days: Monday to Friday without the bank holidays of England and Wales (T-3, T-10). No clock."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays


@dataclass(frozen=True)
class Calendar:
    """How a council's days differ from the bank holidays: `closed` though a weekday, `worked` though a holiday."""

    closed: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()


PLAIN = Calendar()


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of England and Wales in a year, with substitute days."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def holidays_named(year: int) -> list[tuple[date, str]]:
    """The bank holidays of a year that fall on a weekday, each with its name, in their order."""
    named = holidays.country_holidays("GB", subdiv="ENG", years=year)
    return sorted((day, str(name)) for day, name in named.items() if day.weekday() < 5)


def is_working(day: date, calendar: Calendar = PLAIN) -> bool:
    """Whether a day is a working day in the council's calendar."""
    if day in calendar.worked:
        return True
    return day.weekday() < 5 and day not in bank_holidays(day.year) and day not in calendar.closed


def on_or_before(day: date, calendar: Calendar = PLAIN) -> date:
    """The day itself if it is a working day, or else the working day before it (T-6)."""
    while not is_working(day, calendar):
        day -= timedelta(days=1)
    return day


def working_days_from(day: date, number: int, calendar: Calendar = PLAIN) -> date:
    """The day that lies so many working days after `day`, which is day 0; before it for a negative number (T-3)."""
    step = timedelta(days=1 if number >= 0 else -1)
    left = abs(number)
    while left:
        day += step
        left -= is_working(day, calendar)
    return day
