"""What happens to accounts by the passing of days."""

from datetime import datetime

from core.jobs import Daily, Every, Job, Step, register
from people import posts, services, sign_ins, watching


def end_sign_ins(at: datetime, step: Step) -> int:
    """Close the accounts of those whose last post has ended."""
    return services.end_sign_ins(at=at)


def send_invitations(at: datetime, step: Step) -> int:
    """Send the links for first passwords."""
    return sign_ins.send_invitations(at=at)


def watch_reading(at: datetime, step: Step) -> int:
    """Tell the heads of QA about somebody who reads far more than their work needs (F2)."""
    return watching.watch(at=at)


register(
    Job(
        "send-invitations",
        "Send invitations to new people",
        Every(5),
        send_invitations,
        queue="messages",
    )
)
register(Job("end-sign-ins", "End the sign-ins of those who have left", Every(60), end_sign_ins))


def remind_of_review(at: datetime, step: Step) -> int:
    """Remind whoever reviews access of what waits this quarter."""
    return posts.remind_of_review(at=at)


def tell_of_left_work(at: datetime, step: Step) -> int:
    """Tell the QA team of the open work of people who have left."""
    return posts.tell_of_left_work(at=at)


register(
    Job("review-access", "Remind of the quarterly review of access", Daily(7), remind_of_review)
)
register(
    Job("left-work", "Tell of open work of people who have left", Daily(6, 50), tell_of_left_work)
)
register(Job("watch-reading", "Watch for unusual reading", Every(10), watch_reading, queue="jobs"))
