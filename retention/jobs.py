"""What retention does by itself: the month's list, what still waits, and files whose time is over."""

from datetime import datetime

from django.utils import timezone

from core.jobs import Daily, Every, Job, Monthly, Step, register
from retention.models import Run, SubjectRequest
from retention.services import answering, running


def propose_lists(at: datetime, step: Step) -> int:
    """Make each council's list of what is due on the first of the month; a person approves it."""
    return running.propose_all(at=at)


def take_up_waiting(at: datetime, step: Step) -> int:
    """Work what waits, because a bell was missed or a worker died."""
    done = 0
    for pk in list(Run.objects.due(timezone.now()).values_list("pk", flat=True)):
        done += running.work(pk, at=at)
        step(done)
    for pk in list(SubjectRequest.objects.due(timezone.now()).values_list("pk", flat=True)):
        done += answering.work(pk, at=at)
        step(done)
    return done


def erase_files(at: datetime, step: Step) -> int:
    """Erase files for subjects whose 28 days are over."""
    return answering.erase_outlived(at=at)


register(
    Job(
        "propose-erasing",
        "List what is kept no longer, on the first of a month",
        Monthly(1, 1, 30),
        propose_lists,
        queue="jobs",
    )
)
register(
    Job(
        "erase-approved",
        "Erase what was approved, and gather files",
        Every(5),
        take_up_waiting,
        queue="files",
    )
)
register(
    Job(
        "erase-subject-files",
        "Erase files for subjects after 28 days",
        Daily(1, 45),
        erase_files,
        queue="files",
    )
)
