"""Runs of erasing and what they leave behind, holds, and requests for what is kept about somebody (H-11)."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from cases.models import CaseFile
from core.sealed import SealedField
from people.models import Council, User
from retention.querysets import (
    ItemQuerySet,
    KeptBackQuerySet,
    RunQuerySet,
    SubjectRequestQuerySet,
)
from retention.states import UNFINISHED, RequestState, RunState
from standards.models import FrameworkVersion


class Run(models.Model):
    """One run of erasing in a council: proposed with a list, approved by a second person, done; then a certificate.

    Proposed by a person or, for a `cause`, by a job: then `proposed_by` is whoever has checked the list for the job, so
    that two people stand behind every run. What it counted stays; the list itself goes with its end.
    """

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="retention_runs")
    number = models.PositiveIntegerField(help_text="1, 2, 3… within the council")
    version = models.ForeignKey(FrameworkVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=RunState.choices, default=RunState.PROPOSED)
    proposed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cause = models.CharField(max_length=120, blank=True)
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, help_text="why it was not approved")
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    holder = models.CharField(max_length=32, blank=True, help_text="the worker that has it")
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=200, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.UniqueConstraint(fields=["council", "number"], name="retention_run_number_once"),
            models.UniqueConstraint(
                fields=["council"],
                condition=Q(state__in=sorted(UNFINISHED)),
                name="retention_one_unfinished_run",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=False) | ~Q(cause=""),
                name="retention_proposed_by_person_or_cause",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | Q(proposed_by=None)
                | ~Q(decided_by=F("proposed_by")),
                name="retention_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="retention_decided_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed"]) | Q(decided_at__isnull=False),
                name="retention_nothing_without_approval",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "refused"]) | Q(proposed_by__isnull=False),
                name="retention_nothing_without_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"retention run {self.number}"

    @property
    def waiting(self) -> bool:
        """Whether nobody has decided on it yet."""
        return self.state == RunState.PROPOSED

    @property
    def unchecked(self) -> bool:
        """Whether a job has made it, and nobody has checked it yet."""
        return self.waiting and self.proposed_by_id is None

    @property
    def busy(self) -> bool:
        """Whether a worker has it or is about to."""
        return self.state in {RunState.APPROVED, RunState.RUNNING}


class Part(models.Model):
    """One kind of record in a run: its rule as it was, how many were due, erased and held back, and how many rows."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=20)
    months = models.PositiveSmallIntegerField()
    since = models.CharField(max_length=20)
    cutoff_on = models.DateField(help_text="what is older than this is due")
    found = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["run", "kind"], name="retention_kind_once_in_a_run")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of run {self.run_id}"


class Item(models.Model):
    """One thing that is due in a run, by its reference; deleted when the run is over."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="items")
    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="items")
    label = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    reference = models.CharField(max_length=80)
    due_on = models.DateField()
    done = models.BooleanField(default=False)

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ("part_id", "due_on", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "label", "object_id"], name="retention_item_once"
            )
        ]
        indexes = [models.Index(fields=["part", "done", "id"])]

    def __str__(self) -> str:
        return f"item {self.pk}"


class Erased(models.Model):
    """That the identifiers of one row have been erased: by its id only, so that it is never due again."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    label = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["label", "object_id"], name="retention_erased_once")
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.object_id}"


class Hold(models.Model):
    """That nothing about one case or one person may be erased: why, since when, until when or until it is lifted."""

    class Reason(models.TextChoices):
        LEGAL = "legal", "Court proceedings or legal advice"
        INQUIRY = "inquiry", "An inquiry or a safeguarding review"
        COMPLAINT = "complaint", "A complaint"
        ACCESS = "access", "Somebody has asked for what is kept about them"
        OTHER = "other", "Another reason"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, blank=True, related_name="retention_holds"
    )
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="retention_holds"
    )
    reason = models.CharField(max_length=20, choices=Reason.choices)
    text = models.TextField(blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_because = models.CharField(max_length=300, blank=True, help_text="why it was lifted")

    objects = KeptBackQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, person=None) | Q(case=None, person__isnull=False),
                name="retention_hold_of_case_or_person",
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="retention_hold_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="retention_lifted_by_and_at",
            ),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"


class SubjectRequest(models.Model):
    """One request for everything that is kept about a child or a member of staff; its file is sealed and goes again.

    `key` stands in its address. `due_on` is one calendar month after `received_on` (UK GDPR, article 12(3)). `also`
    are words that whoever read it through takes out besides the known names.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, blank=True, related_name="subject_requests"
    )
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="subject_requests"
    )
    state = models.CharField(
        max_length=20, choices=RequestState.choices, default=RequestState.GATHERING
    )
    received_on = models.DateField()
    due_on = models.DateField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=200, blank=True)
    counts = models.JSONField(default=dict, blank=True, help_text="rows by table")
    gathered = SealedField(null=True, blank=True)
    content = SealedField(null=True, blank=True)
    also = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    read_at = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    downloaded_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = SubjectRequestQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, person=None) | Q(case=None, person__isnull=False),
                name="subject_request_of_case_or_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready")
                | Q(content__isnull=False, read_by__isnull=False, read_at__isnull=False),
                name="subject_file_read_through_before_ready",
            ),
            models.CheckConstraint(
                condition=~Q(state="erased") | Q(content=None, gathered=None),
                name="subject_file_erased_is_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"subject request {self.pk}"

    @property
    def busy(self) -> bool:
        """Whether a worker has it or is about to."""
        return self.state in {RequestState.GATHERING, RequestState.FINISHING}

    def sealed_about(self, column: str) -> str:
        """What its sealed columns are bound to."""
        return f"subject request {self.key} {column}"
