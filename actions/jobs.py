"""What actions have done by themselves: asking whoever holds the posts today, and what difference an action made."""

from datetime import datetime

from actions.services.asking import ask_holders
from actions.services.impact import ask_for_impact
from actions.sums import fold
from core.jobs import Daily, Job, Step, register

register(
    Job("impact-checks", "Ask whether actions made a difference", Daily(6, 15), ask_for_impact)
)
register(
    Job(
        "holders",
        "Ask whoever holds a post today to sign off and answer",
        Daily(5, 45),
        ask_holders,
    )
)


def put_together(at: datetime, step: Step) -> int:
    """Put together what a day has added to the sums beside the tracker."""
    return fold()


register(Job("tracker-sums", "Put the tracker's sums together", Daily(3, 20), put_together))
