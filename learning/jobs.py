"""What learning does by itself: find what can be coded, and learn what to suggest."""

from datetime import datetime

from core.jobs import Daily, Every, Job, Step, register
from learning.services.gathering import gather
from learning.services.teaching import has_many_new, learn
from people.models import Council


def gather_all(at: datetime, step: Step) -> int:
    """Find what can be coded in every council."""
    done = 0
    for council in Council.objects.order_by("pk"):
        done += gather(council, at=at)
        step(done)
    return done


def learn_all(at: datetime, step: Step) -> int:
    """Learn every council's suggestions anew."""
    done = 0
    for council in Council.objects.order_by("pk"):
        done += learn(council, at=at)
        step(done)
    return done


def learn_where_new(at: datetime, step: Step) -> int:
    """Learn anew where much was coded since the last time."""
    done = 0
    for council in Council.objects.order_by("pk"):
        if has_many_new(council):
            done += learn(council, at=at)
            step(done)
    return done


register(Job("find-extracts", "Find what can be coded", Daily(2, 50), gather_all, queue="jobs"))
register(
    Job("learn-themes", "Learn which themes to suggest", Daily(3, 20), learn_all, queue="jobs")
)
register(
    Job("learn-new-themes", "Learn from much new coding", Every(30), learn_where_new, queue="jobs")
)
