"""By when an action has to be done: its class's latest date, counted from the right moment (C1-2, C1-3, C1-4, J-46). No Django."""

from collections.abc import Mapping
from datetime import date, datetime

from standards.deadlines import LONDON, Due, due
from standards.policy import ActionClass, Limit
from standards.workdays import PLAIN, Calendar

# The moments that limits count from, as far as they have come: returned, raised, meeting, moderated, due.
Anchors = Mapping[str, datetime | None]

WITH_REASON = "with_reason"
FROM = {
    "returned": "the return of the audit",
    "raised": "the day on which the action is recorded",
    "meeting": "the meeting",
    "moderated": "the end of the moderation",
    "due": "the audit’s deadline",
}


def latest(cls: ActionClass | None, anchors: Anchors, calendar: Calendar = PLAIN) -> Due | None:
    """The last moment that a class allows; None for a class without a limit, or one whose clock does not run yet."""
    if cls is None or cls.limit is None:
        return None
    since = anchors.get(cls.limit.anchor or "raised")
    return due(cls.limit.duration, since, calendar) if since else None


def afresh(at: datetime) -> Anchors:
    """The moments for an action that begins anew: every clock starts now (C4-c)."""
    return dict.fromkeys(FROM, at)


def in_hours(number: int) -> ActionClass:
    """The limit of a task that has hours of its own and no class: they run from when it begins (T-2)."""
    return ActionClass("", "", Limit(number, "hours", "raised"))


def hours_between(start: datetime | None, end: datetime | None) -> int | None:
    """How many hours a task was given; at least one. None for one that ends with a day."""
    if start is None or end is None:
        return None
    return max(1, round((end - start).total_seconds() / 3600))


def limited(cls: ActionClass | None) -> bool:
    """Whether the class has a limit, so that a date need not be given."""
    return cls is not None and cls.limit is not None


def problem(
    cls: ActionClass | None,
    chosen: date | None,
    reason: str,
    anchors: Anchors,
    calendar: Calendar = PLAIN,
) -> str:
    """What is wrong with a date that somebody has chosen for an action of this class; empty when nothing is."""
    if chosen is None:
        return "" if limited(cls) else "Enter the date by which it will be done."
    last = latest(cls, anchors, calendar)
    if cls is None or last is None or chosen <= last.on:
        return ""
    if not cls.label:
        return f"The date can be {written(last.on)} at the latest: it is {about(cls)}, by {ending(last)}."
    if cls.later != WITH_REASON:
        return f"The date for “{cls.label}” can be {written(last.on)} at the latest."
    if reason.strip():
        return ""
    return f"The date is later than {written(last.on)}, the latest for “{cls.label}”. Choose an earlier one, or give the reason."


def settled(
    cls: ActionClass | None,
    chosen: date | None,
    reason: str,
    anchors: Anchors,
    calendar: Calendar = PLAIN,
) -> Due | None:
    """When the action is due: the date chosen, but never later than the class allows; else the class's latest.

    None where no date is chosen and the clock of the class does not run yet.
    """
    last = latest(cls, anchors, calendar)
    if last is None:
        return Due(chosen) if chosen else None
    if chosen is None or chosen == last.on:
        return last
    if chosen < last.on:
        return Due(chosen)
    allowed = cls is not None and cls.later == WITH_REASON and bool(reason.strip())
    return Due(chosen) if allowed else last


def stricter(
    cls: ActionClass, than: ActionClass | None, anchors: Anchors, calendar: Calendar = PLAIN
) -> bool:
    """Whether a class asks for an earlier end than another one with a limit; one without a limit stays as it is."""
    if than is None or than.limit is None or than.code == cls.code:
        return False
    mine, theirs = latest(cls, anchors, calendar), latest(than, anchors, calendar)
    if mine is None:
        return False
    return theirs is None or (mine.on, mine.at is None) < (theirs.on, theirs.at is None)


def about(cls: ActionClass) -> str:
    """What a class says of its date: “at most 5 working days from the meeting”."""
    if cls.limit is None:
        return "by the date that you set"
    if not cls.label:
        return f"due within {cls.limit.duration.words}"
    since = FROM.get(cls.limit.anchor or "raised", cls.limit.anchor)
    later = ", later only with a reason" if cls.later == WITH_REASON else ""
    return f"at most {cls.limit.duration.words} from {since}{later}"


def ending(last: Due) -> str:
    """4 May 2026, or for a limit in hours 4 May 2026 at 14:32, London time."""
    if last.at is None:
        return written(last.on)
    return f"{written(last.on)} at {last.at.astimezone(LONDON):%H:%M}"


def written(day: date) -> str:
    """4 May 2026."""
    return f"{day.day} {day:%B %Y}"
