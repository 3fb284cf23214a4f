"""What escalation does by itself (B7-1, B7-2)."""

from datetime import datetime

from core.jobs import Daily, Every, Job, Step, register
from escalation.services.chasing import chase, chase_hours
from escalation.services.prompting import join_holders, prompt_officers, prompt_successors
from escalation.services.tally import Tally


def chase_daily(at: datetime, step: Step) -> int:
    """Remind, say what is overdue, climb the ladders; then see to concerns, also where the first has failed.

    Whoever holds a post of a stage today is told of it, officers that the time of theirs is over,
    and whoever stands in for an officer who has left.
    """
    tally = Tally(step)
    for work in (chase, join_holders, prompt_officers, prompt_successors):
        tally.part(work, at)
    return tally.end()


register(Job("daily-chaser", "Chase what is due or late", Daily(6), chase_daily))
register(Job("hour-check", "Chase what is due within hours", Every(5), chase_hours))
