"""Which months and quarters a report is about, and on which day its draft is there. Plain values."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from moderation.periods import quarter, quarter_start
from standards.deadlines import months_after
from standards.policy import Duration, ReportRule
from standards.workdays import Calendar, working_days_from

MONTH, QUARTER = "month", "quarter"
# Where a framework makes a report and does not say when: the first and the fifth working day (B7-4, B7-5).
USUAL = {MONTH: Duration(1, "working_days"), QUARTER: Duration(5, "working_days")}
# How far back the job looks for a report that was missed.
LOOK_BACK = {MONTH: 2, QUARTER: 1}


@dataclass(frozen=True)
class Months:
    """Some months, both ends included, and what they are called."""

    first_on: date
    last_on: date
    words: str


def months_of(kind: str, day: date, year_start: int) -> Months:
    """The month or quarter that a day lies in."""
    if kind == MONTH:
        first = day.replace(day=1)
        return Months(first, months_after(first, 1) - timedelta(days=1), f"{first:%B %Y}")
    first = quarter_start(day, year_start)
    words = quarter(first, year_start).words
    return Months(first, months_after(first, 3) - timedelta(days=1), words)


def due_on(rule: ReportRule, months: Months, calendar: Calendar) -> date:
    """The day on which the draft is there: so long after the last day."""
    due = rule.due or USUAL[rule.every]
    if due.unit == "working_days":
        return working_days_from(months.last_on, due.number, calendar)
    if due.unit == "months":
        return months_after(months.last_on, due.number)
    return months.last_on + timedelta(days=due.number * (7 if due.unit == "weeks" else 1))


def made_here(rule: ReportRule) -> bool:
    """Whether the system makes this report: it has sections, and comes each month or quarter."""
    return bool(rule.sections) and rule.every in USUAL


def over(rule: ReportRule, on: date, year_start: int) -> Iterator[Months]:
    """The months or quarters that are over on a day and not long ago, the oldest first."""
    length = 1 if rule.every == MONTH else 3
    now = months_of(rule.every, on, year_start).first_on
    for back in range(LOOK_BACK[rule.every], 0, -1):
        yield months_of(rule.every, months_after(now, -back * length), year_start)


def due(rule: ReportRule, on: date, year_start: int, calendar: Calendar) -> list[Months]:
    """The months or quarters whose draft should be there on a day."""
    return [one for one in over(rule, on, year_start) if due_on(rule, one, calendar) <= on]
