"""What actions have done by themselves: asking whoever holds the posts today, and what difference an action made."""

from actions.services.asking import ask_holders
from actions.services.impact import ask_for_impact
from core.jobs import Daily, Job, register

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
