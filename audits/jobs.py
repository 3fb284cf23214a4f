"""What audits have done by themselves: the days of forms and second audits (C2-6, B7-6), and closing what is finished (B2-23)."""

from datetime import datetime

from audits.services import closing, loop_tracker, loops
from core.jobs import Daily, Job, Step, register


def close_finished(at: datetime, step: Step) -> int:
    """Close the audits on which nothing is left to do."""
    return closing.settle_all(at=at, step=step)


# Before the daily chaser, which goes by these days.
register(
    Job(
        "loop-days",
        "Move the days of forms that wait for their actions",
        Daily(5, 40),
        loop_tracker.keep_days,
    )
)
register(Job("second-audits", "Second audits that are due", Daily(6, 5), loops.tell_due))
register(
    Job(
        "close-audits",
        "Close audits on which nothing is left to do",
        Daily(6, 30),
        close_finished,
        queue="jobs",
    )
)
