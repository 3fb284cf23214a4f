"""Which rungs of a ladder are reached, and who is told on them (C4, T-7, T-8). No Django, no clock."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from standards.deadlines import LONDON, Due, morning_of, notice_by, shifted
from standards.policy import Duration, Ladder
from standards.workdays import PLAIN, Calendar, working_days_from

REMINDER, OVERDUE, RUNG = "reminder", "overdue", "rung"
# A limit in hours is recalled so long before its moment: at +20 h of 24 (B7-1).
BEFORE = timedelta(hours=4)
MORNING = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Coming:
    """One step whose moment has come: a reminder, the word that it is overdue, or the rung with this index."""

    step: str
    index: int
    planned_at: datetime


@dataclass(frozen=True)
class Told:
    """Who is told on a rung; `fallback` where they are a higher rung's people, standing in for an empty one."""

    people: tuple[int, ...]
    fallback: bool = False


def run_day(at: datetime) -> date:
    """The last day whose daily run has come: before 06:00 in London it is the day before (T-7)."""
    return (at.astimezone(LONDON).replace(tzinfo=None) - MORNING).date()


def planned(ladder: Ladder, anchor_on: date, calendar: Calendar = PLAIN) -> list[tuple[int, date]]:
    """The day of each rung of a ladder that climbs by itself; none lies beyond `longest`."""
    cap = shifted(anchor_on, ladder.longest, calendar=calendar) if ladder.longest else date.max
    return [
        (index, min(cap, shifted(anchor_on, rung.after, calendar=calendar)))
        for index, rung in enumerate(ladder.rungs)
        if rung.after is not None
    ]


def reached(
    ladder: Ladder, anchor_on: date, on: date, calendar: Calendar = PLAIN
) -> list[tuple[int, date]]:
    """The rungs whose day has come, in order, each with the day on which it was planned."""
    return [(index, day) for index, day in planned(ladder, anchor_on, calendar) if day <= on]


def reminders(
    lengths: Sequence[Duration], due_on: date, on: date, calendar: Calendar = PLAIN
) -> list[tuple[int, date]]:
    """The reminders whose day has come, the earliest first; one for no working day comes before it (T-6)."""
    days = [
        (index, notice_by(due_on, length, calendar) if length.number else due_on)
        for index, length in enumerate(lengths)
    ]
    return sorted((one for one in days if one[1] <= on), key=lambda one: one[1])


def furthest(lengths: Iterable[Duration], on: date, calendar: Calendar = PLAIN) -> date:
    """The last due date of which a reminder may have come by a day, or a day or two more; without any, the day itself.

    Counted from the next working day, as a reminder that falls on no working day comes before it (T-6, C4-8).
    """
    open_on = working_days_from(on, 1, calendar)
    ends = [shifted(open_on, one, calendar=calendar) for one in lengths if one.number]
    return max(ends, default=on)


def steps(
    ladder: Ladder | None,
    lengths: Sequence[Duration],
    *,
    due: Due,
    anchor_on: date,
    at: datetime,
    calendar: Calendar = PLAIN,
) -> Iterator[Coming]:
    """Every step whose moment has come, in order. Of missed reminders only the last is of use."""
    if not due.late(at):
        yield from reminder(lengths, due, at, calendar)
        return
    first = due.on + timedelta(days=1)
    overdue_at = due.at or morning_of(first)
    if overdue_at <= at:
        yield Coming(OVERDUE, 0, overdue_at)
    if ladder is not None:
        # A ladder may count from the day something was set; nothing climbs before it is late.
        for index, day in reached(ladder, anchor_on, run_day(at), calendar):
            planned_at = morning_of(max(day, first))
            if planned_at <= at:
                yield Coming(RUNG, index, planned_at)


def reminder(
    lengths: Sequence[Duration], due: Due, at: datetime, calendar: Calendar
) -> Iterator[Coming]:
    """The last reminder whose moment has come, if any; none where the framework has switched reminders off (C4-8)."""
    if due.at is not None:
        if lengths and due.at - BEFORE <= at:
            yield Coming(REMINDER, 0, due.at - BEFORE)
        return
    for index, day in reminders(lengths, due.on, run_day(at), calendar)[-1:]:
        yield Coming(REMINDER, index, morning_of(day))


def told(
    rung_people: Sequence[Sequence[int]], index: int, late: int, juniors: Collection[int]
) -> Told:
    """Who is told on a rung: without the person who is late and anybody junior to them (C4-a, J-47).

    If nobody is left, those who are left on the nearest higher rung stand in; nobody where none is.
    """
    for step in range(index, len(rung_people)):
        left = [pk for pk in dict.fromkeys(rung_people[step]) if pk != late and pk not in juniors]
        if left:
            return Told(tuple(left), fallback=step > index)
    return Told(())
