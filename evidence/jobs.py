"""What happens to files by themselves: what waits is checked, what was left over is taken away."""

from datetime import datetime

from django.utils import timezone

from core.jobs import Daily, Every, Job, Step, register
from evidence import services


def check_files(at: datetime, step: Step) -> int:
    """Check the files that wait."""
    return services.check_waiting(at=at)


def sweep_files(at: datetime, step: Step) -> int:
    """Take away what was left over; files on the disk are dated by the computer's own clock."""
    return services.sweep(at=at, now=timezone.now())


register(Job("check-files", "Check uploaded files that wait", Every(5), check_files, queue="files"))
register(Job("sweep-files", "Take away files left over", Daily(3, 40), sweep_files, queue="files"))
