"""When the form that closes a loop is due: once its remedial actions are done (C2-6, C3-3). No database, no clock."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Standing:
    """How the remedial actions stand on the day `on`, whose usual time for the form ends on `usual_on`.

    `waits`: one of them is not done, and `last_on` is the latest day on which one of these is due, if any has a day.
    `free_on` is when the usual time ends that began when the form could be handed in; it counts once none waits.
    """

    on: date
    usual_on: date
    waits: bool
    last_on: date | None
    free_on: date


def form_day(kept: date, standing: Standing) -> date:
    """The day on which the form is due, where it was due on the day `kept` so far; the same when asked again.

    While it waits that is the latest day of what it waits for, if the usual time is not longer. A day nearer than that
    stands until it comes; then it is put off by the usual time, as nobody can hand the form in. Once it waits no more
    it is due after the usual time; where that is found out too late, nobody is late at once.
    """
    if standing.waits:
        if standing.last_on is not None and standing.last_on >= standing.usual_on:
            return standing.last_on
        return kept if standing.on < kept <= standing.usual_on else standing.usual_on
    if kept <= standing.free_on or standing.on < standing.free_on:
        return standing.free_on
    return min(kept, standing.usual_on)
