"""Quarters and whole months. Plain."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, order=True)
class Quarter:
    """A calendar quarter, which is one of the financial year too."""

    first_on: date

    @property
    def last_on(self) -> date:
        """Its last day."""
        return months_after(self.first_on, 3) - timedelta(days=1)

    @property
    def words(self) -> str:
        """Its months: “July to September 2026”."""
        return f"{self.first_on:%B} to {self.last_on:%B %Y}"

    @property
    def short(self) -> str:
        """Its months in short, for the head of a column."""
        return f"{self.first_on:%b}–{self.last_on:%b %Y}"


def quarter_of(day: date) -> Quarter:
    """The quarter in which a day lies."""
    return Quarter(date(day.year, day.month - (day.month - 1) % 3, 1))


def quarters_to(day: date, number: int) -> list[Quarter]:
    """So many quarters, the oldest first; the last is the one in which the day lies."""
    last = quarter_of(day).first_on
    return [Quarter(months_after(last, -3 * back)) for back in reversed(range(number))]


def quarters_between(first_on: date, last_on: date) -> list[Quarter]:
    """Every quarter that has one of the days from one to the other."""
    found = [quarter_of(first_on)]
    while found[-1].last_on < last_on:
        found.append(Quarter(months_after(found[-1].first_on, 3)))
    return found


def months_after(day: date, number: int) -> date:
    """The first day of the month so many months later; before, for a number below 0."""
    at = day.year * 12 + day.month - 1 + number
    return date(at // 12, at % 12 + 1, 1)
