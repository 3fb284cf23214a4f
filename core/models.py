"""The trail and its seals, the outbox (messages waiting to be sent), the runs of jobs, and the test clock."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from core.querysets import NOTICE_TRIES, JobRunQuerySet, NoticeQuerySet, TrailQuerySet

# What was once written is neither changed, deleted nor swept away with its table.
ONLY_ADDED_TO = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
    pgtrigger.Trigger(
        name="never_emptied",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'pgtrigger: Cannot empty table %', TG_TABLE_NAME;",
    ),
]


class TrailEntry(models.Model):
    """One line of the trail: somebody did, opened or was refused something.

    It holds no foreign keys, so it outlives what it describes, and no names or
    texts of a child or a worker. The database itself refuses to change or delete a line.

    `at` is the service's clock. `cluster` (which server's own number), `xact` (which of its
    transactions) and `written_at` (its clock) are set by the database, whatever a client asks for;
    the seals (`TrailSeal`) take the lines of ended transactions in that order (decision 0019).
    """

    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    council_id = models.BigIntegerField(null=True)
    by_id = models.BigIntegerField(null=True)
    cause = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict)
    cluster = models.BigIntegerField(default=0, editable=False)
    xact = models.BigIntegerField(default=0, editable=False)
    written_at = models.DateTimeField(null=True, editable=False)

    objects = TrailQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-id"]),
            models.Index(fields=["council_id", "-id"]),
            models.Index(fields=["by_id", "-id"]),
            # Both grow with the table, so an index of a few pages serves as well and costs nothing to keep.
            BrinIndex(fields=["at"], name="trail_at", autosummarize=True),
            BrinIndex(fields=["cluster", "xact"], name="trail_xact", autosummarize=True),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(by_id__isnull=False) | ~Q(cause=""), name="trail_person_or_cause"
            )
        ]
        triggers = [
            *ONLY_ADDED_TO,
            pgtrigger.Trigger(
                name="stamp",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    NEW.cluster = (SELECT system_identifier FROM pg_catalog.pg_control_system());
                    NEW.xact = pg_catalog.pg_current_xact_id()::text::bigint;
                    NEW.written_at = pg_catalog.clock_timestamp();
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject_id}"


class TrailSeal(models.Model):
    """A seal on the lines of the trail that one server wrote in some of its transactions, all of them ended.

    `digest` is of the lines themselves; `seal` is of everything in the row and of the seal before it, by a
    key that is not in the database (`core.sealing`). `sealed_at` is the computer's own clock.
    """

    number = models.BigIntegerField(unique=True)
    cluster = models.BigIntegerField()
    after_xact = models.BigIntegerField()
    upto_xact = models.BigIntegerField()
    lines = models.BigIntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    key_name = models.CharField(max_length=16)
    seal = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ("number",)
        constraints = [
            models.CheckConstraint(
                condition=Q(after_xact__lt=F("upto_xact"), lines__gt=0, number__gt=0),
                name="trail_seal_of_something",
            )
        ]
        triggers = ONLY_ADDED_TO

    def __str__(self) -> str:
        return f"Seal {self.number}"


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
    address = models.EmailField(
        blank=True, help_text="where its mail goes, if not to the person; empty once it is sent"
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
