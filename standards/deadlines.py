"""When an audit is due back (A0-10). Plain arithmetic on days; weekends are not moved (T-5, T-6)."""

from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta

from standards.policy import Deadline


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
