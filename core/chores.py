"""What core does by itself: the morning's mail, sealing the trail, and clearing away old runs."""

from datetime import datetime, timedelta

from core import outbox, sealing
from core.jobs import JOBS, Daily, Every, Job, Step, register
from core.models import JobRun

# Runs of jobs that come several times a day are kept for a week, the others for a year and a month.
OFTEN, SELDOM = timedelta(days=7), timedelta(days=396)


def send_morning_mail(at: datetime, step: Step) -> int:
    """One mail to each person who wants a day's messages together (C6)."""
    return outbox.bundle_up(at=at)


def seal_trail(at: datetime, step: Step) -> int:
    """Seal the lines of the trail that are new and final."""
    return sealing.seal_trail()


def clear_runs(at: datetime, step: Step) -> int:
    """Take away the rows of runs that ended well long ago."""
    often = [job.name for job in JOBS.values() if isinstance(job.when, Every)]
    done = JobRun.objects.filter(state=JobRun.State.DONE)
    number, _ = done.filter(name__in=often, planned_at__lt=at - OFTEN).delete()
    return number + done.filter(planned_at__lt=at - SELDOM).delete()[0]


register(Job("morning-mail", "Send the morning's mail", Daily(7), send_morning_mail))
register(Job("seal-trail", "Seal the trail", Every(5), seal_trail))
register(Job("clear-runs", "Clear away old runs", Daily(4, 30), clear_runs, queue="jobs"))
