"""Working days: Monday to Friday without the bank holidays of England and Wales (T-3, T-10). No clock."""

from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache

import holidays


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of England and Wales in a year, with substitute days."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working(day: date, closed: Collection[date] = ()) -> bool:
    """Whether a day is a working day; `closed` are further days on which the council does not work."""
    return day.weekday() < 5 and day not in bank_holidays(day.year) and day not in closed


def on_or_before(day: date, closed: Collection[date] = ()) -> date:
    """The day itself if it is a working day, or else the working day before it (T-6)."""
    while not is_working(day, closed):
        day -= timedelta(days=1)
    return day


def working_days_from(day: date, number: int, closed: Collection[date] = ()) -> date:
    """The day that lies so many working days after `day`, which is day 0; before it for a negative number (T-3)."""
    step = timedelta(days=1 if number >= 0 else -1)
    left = abs(number)
    while left:
        day += step
        left -= is_working(day, closed)
    return day
