"""When things are due, and since when they are late (A0-10, T-1 to T-8). Plain arithmetic, no clock.

A deadline is never moved for falling on a weekend or a bank holiday; a notice counted backwards is (T-6).
"""

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from standards.policy import Deadline, Duration
from standards.workdays import PLAIN, Calendar, is_working, on_or_before, working_days_from

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Due:
    """When something is due: the end of a day, or for a limit in hours the moment `at` (T-2, T-3)."""

    on: date
    at: datetime | None = None

    def late(self, now: datetime) -> bool:
        """Whether it is overdue: after its moment, or from 00:00 in London on the day after its day (T-7)."""
        return now > self.at if self.at else now.astimezone(LONDON).date() > self.on

    def not_working(self, calendar: Calendar = PLAIN) -> bool:
        """Whether it falls on no working day; it is shown, and not moved (T-6)."""
        return not is_working(self.on, calendar)


def due(length: Duration, since: datetime, calendar: Calendar = PLAIN) -> Due:
    """When something is due that has so long from a moment on (T-2 to T-5).

    Hours run through nights, holidays and the change of the clocks; every other unit ends with its day in London.
    """
    if length.unit == "hours":
        moment = since.astimezone(UTC) + timedelta(hours=length.number)
        return Due(moment.astimezone(LONDON).date(), moment)
    return Due(shifted(since.astimezone(LONDON).date(), length, calendar=calendar))


def shifted(day: date, length: Duration, *, back: bool = False, calendar: Calendar = PLAIN) -> date:
    """The day so long after `day`, or before it. A part of a day counts as a whole day (T-3 to T-5)."""
    number = -length.number if back else length.number
    match length.unit:
        case "hours":
            days = -(-length.number // 24)
            return day + timedelta(days=-days if back else days)
        case "days":
            return day + timedelta(days=number)
        case "working_days":
            return working_days_from(day, number, calendar)
        case "weeks":
            return day + timedelta(weeks=number)
        case "months":
            return months_after(day, number)
        case _:
            raise ValueError(f"There is no unit of time “{length.unit}”.")


def notice_by(day: date, notice: Duration, calendar: Calendar = PLAIN) -> date:
    """The last day on which a notice counted backwards from `day` is as long as promised.

    One that falls on no working day moves to the working day before it, never after (T-6, SC-14).
    """
    return on_or_before(shifted(day, notice, back=True, calendar=calendar), calendar)


def window(on: date, length: Duration) -> tuple[date, date]:
    """The look-back window that ends on a day: plain calendar dates, both included, never moved (T-6)."""
    return shifted(on, length, back=True), on


def morning_of(day: date) -> datetime:
    """The moment of the daily run of a day, 06:00 in London, at which its notices go out (T-7)."""
    return datetime.combine(day, time(6), LONDON)


def deadline(
    rule: Deadline, *, allocated_on: date, month: date, audit_on: date | None = None
) -> date:
    """The day by which an audit is due back under its council's rule.

    `month` is any day of the month the audit is allotted to; `audit_on` is the day of the audit itself.
    Raises ValueError for an unknown rule, or when the rule needs the audit's day and there is none.
    """
    match rule.rule:
        case "end_of_month":
            return end_of_month(month)
        case "weeks":
            return allocated_on + timedelta(weeks=rule.n)
        case "months":
            return months_after(allocated_on, rule.n)
        case "audit_date" if audit_on is not None:
            return audit_on
        case "audit_date":
            raise ValueError(
                "This framework's audits are due on the day of the audit. Give that day."
            )
        case _:
            raise ValueError(f"There is no deadline rule “{rule.rule}”.")


def clear_of(due_on: date, months: Collection[int]) -> date:
    """The same day of the next month in which audits fall due, where `due_on` lies in one in which none does."""
    later = (months_after(due_on, n) for n in range(12))
    return next((day for day in later if day.month not in months), due_on)


def end_of_month(day: date) -> date:
    """The last day of the month a day lies in (J-48)."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def months_after(day: date, n: int) -> date:
    """The same day of the month, n months on; the last day of the month where it is shorter (T-5)."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
