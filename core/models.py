"""The trail, the outbox (messages waiting to be sent), the runs of jobs, and the test clock."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from core.querysets import NOTICE_TRIES, JobRunQuerySet, NoticeQuerySet


class TrailEntry(models.Model):
    """One line of the trail: somebody did, opened or was refused something.

    It holds no foreign keys, so it outlives what it describes, and no names or
    texts of a child or a worker. The database itself refuses to change or delete a line.
    """

    at = models.DateTimeField(db_index=True)
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    council_id = models.BigIntegerField(null=True)
    by_id = models.BigIntegerField(null=True)
    cause = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-id"]),
            models.Index(fields=["council_id", "-id"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(by_id__isnull=False) | ~Q(cause=""), name="trail_person_or_cause"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject_id}"


class Notice(models.Model):
    """A message to one person, in their inbox at once and by e-mail as soon as it can be sent.

    `key` makes a repeated step harmless: the same message is never made twice.
    Neither the text nor the link holds a name or anything about a child beyond the case number.
    `planned_at`, `made_at`, `sent_at` are the service's clock; `next_try_at` and `taken_until`
    are the computer's own, which nobody moves. A `bundle` is one mail with a day's messages.
    """

    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    roles = models.CharField(
        max_length=200, blank=True, help_text="the roles by which the person was reached"
    )
    subject = models.CharField(max_length=200)
    text = models.TextField()
    path = models.CharField(max_length=200, blank=True)
    template = models.CharField(
        max_length=120, blank=True, help_text="the text it was made from, and that text's edition"
    )
    urgent = models.BooleanField(default=False, help_text="never kept back for the morning's mail")
    restricted = models.BooleanField(
        default=False, help_text="seen by its reader only, in no log and in no count"
    )
    planned_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    bundle = models.CharField(max_length=20, blank=True)
    taken_until = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=200, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-id")
        constraints = [models.UniqueConstraint(fields=["to", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["to", "-made_at"]),
            models.Index(fields=["made_at"], condition=Q(sent_at=None), name="notice_unsent"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def given_up(self) -> bool:
        """Whether it is tried no more until somebody asks for it."""
        return self.sent_at is None and self.failures >= NOTICE_TRIES and not self.restricted


class JobRun(models.Model):
    """One planned run of a job: worked once by whoever holds its lease, taken up again when that runs out.

    `planned_at`, `started_at` and `ended_at` are the service's clock; the lease and the next try are
    the computer's own. `missed` counts the planned moments before it that it makes up for.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    name = models.CharField(max_length=60)
    planned_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    missed = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    holder = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    took = models.DurationField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=200, blank=True)

    objects = JobRunQuerySet.as_manager()

    class Meta:
        ordering = ("-planned_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=["name", "planned_at"], name="job_run_once"),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(state__in=["waiting", "running"]),
                name="job_one_unfinished",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False),
                name="job_running_has_lease",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.planned_at:%Y-%m-%d %H:%M}"


class Heartbeat(models.Model):
    """When a worker last kept time, by the computer's own clock; one row."""

    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_heartbeat")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"


class TestClock(models.Model):
    """How far the service's clock is from the computer's, in a demo (T-1), and what was run at it last; one row."""

    shift = models.DurationField()
    set_by_id = models.BigIntegerField(null=True)
    set_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    runs = ArrayField(models.BigIntegerField(), default=list)
    notices_after = models.BigIntegerField(default=0)

    __test__ = False

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_test_clock")]

    def __str__(self) -> str:
        return str(self.shift)
