"""When an audit is due back (A0-10, J-48, T-5). Plain dates in, a date out."""

import calendar
from datetime import date, timedelta

from standards.policy import Deadline


def months_later(day: date, n: int) -> date:
    """The same day number `n` months on, clamped to the end of a shorter month (T-5)."""
    index = day.year * 12 + day.month - 1 + n
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def deadline(rule: Deadline, *, allocated_on: date, month: date, audit_on: date | None = None) -> date:
    """The last day on which the audit is in time.

    `month` is the first day of the month it counts for. Weeks are 7 calendar days each; no roll on
    weekends or bank holidays (T-6). Raises ValueError for a rule that needs the audit's date without one.
    """
    match rule.rule:
        case "end_of_month":
            return month.replace(day=calendar.monthrange(month.year, month.month)[1])
        case "weeks":
            return allocated_on + timedelta(weeks=rule.n)
        case "months":
            return months_later(allocated_on, rule.n)
        case "audit_date" if audit_on is not None:
            return audit_on
    raise ValueError(f"the deadline rule {rule.rule!r} cannot be worked out here")
