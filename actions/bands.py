"""How late an action is, in the bands of the tracker (C1-11), which are the rungs' own: 4, 6 and 12 weeks. No Django."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Band:
    """A stretch of days since the due date, both ends included; None is no end. Below 0 it is still to come."""

    code: str
    label: str
    first: int | None
    last: int | None

    def days(self, on: date) -> tuple[date | None, date | None]:
        """The due dates that lie in the band on a day, the earliest and the latest."""
        return (
            None if self.last is None else on - timedelta(days=self.last),
            None if self.first is None else on - timedelta(days=self.first),
        )


BANDS = (
    Band("later", "Not due within a week", None, -7),
    Band("week", "Due within a week", -6, 0),
    Band("under_4", "Overdue, up to 4 weeks", 1, 27),
    Band("4_to_6", "Overdue 4 to 6 weeks", 28, 41),
    Band("6_to_12", "Overdue 6 to 12 weeks", 42, 83),
    Band("over_12", "Overdue 12 weeks or more", 84, None),
)
LATE = ("under_4", "4_to_6", "6_to_12", "over_12")


def band(due_on: date, on: date) -> Band:
    """The band that a due date lies in on a day."""
    days = (on - due_on).days
    return next(
        one
        for one in BANDS
        if (one.first is None or one.first <= days) and (one.last is None or days <= one.last)
    )


def named(code: str) -> Band | None:
    """The band of a code; None for an unknown one."""
    return next((one for one in BANDS if one.code == code), None)
