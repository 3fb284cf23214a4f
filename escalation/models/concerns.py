"""Concerns that a reviewing officer, or who else a framework names, takes up stage by stage (C5, C4-9)."""

import uuid

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from cases.models import CaseFile
from escalation.naming import called
from escalation.querysets import ConcernQuerySet, StagePersonQuerySet
from escalation.states import DONE, ConcernState, StageState
from people.models import Council, User
from standards.models import FrameworkVersion

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


@pghistory.track(append_only=True)
class OfficerEscalation(models.Model):
    """One concern on its way up the stages of a ladder; it keeps its edition.

    `key` stands in its address, so that nobody can count those that they may not see. `number` counts within
    one ladder. `solvers` are the whole posts and roles of the council that may declare it solved.
    """

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="concerns")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(FrameworkVersion, on_delete=models.PROTECT, related_name="concerns")
    ladder = models.CharField(max_length=40)
    ladder_title = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    restricted = models.BooleanField(default=False)
    solvers = ArrayField(models.CharField(max_length=80), default=list)
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="concerns_raised")
    worker = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    manager = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    case = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reference = models.CharField(
        max_length=40, blank=True, help_text="the case or the carer's file, as the officer wrote it"
    )
    concern = models.TextField()
    expectation = models.TextField()
    informal_on = models.DateField(null=True, blank=True)
    informal_note = models.TextField(blank=True)
    state = models.CharField(max_length=20, choices=ConcernState.choices, default=ConcernState.OPEN)
    raised_at = models.DateTimeField()
    outcome = models.TextField(blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list)
    resolved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = ConcernQuerySet.as_manager()

    class Meta:
        ordering = ("-raised_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["council", "ladder", "number"], name="concern_number_once"
            ),
            models.CheckConstraint(
                condition=Q(worker=None) | ~Q(worker=F("officer")), name="concern_not_about_oneself"
            ),
            models.CheckConstraint(
                condition=~Q(state="resolved")
                | Q(resolved_at__isnull=False, resolved_by__isnull=False) & ~Q(outcome=""),
                name="resolved_has_outcome",
            ),
        ]
        indexes = [models.Index(fields=["council", "state", "-raised_at"])]

    def __str__(self) -> str:
        return f"{self.ladder} {self.number}"

    @property
    def words(self) -> str:
        """What it is called where no name may stand."""
        return called(self.number, self.ladder_title)


@pghistory.track(append_only=True)
class Stage(models.Model):
    """One stage of a concern: whose it is, until when, what came of it.

    `why` says why it went up from here: nobody replied, or the reply was not accepted.
    """

    class Why(models.TextChoices):
        NONE = "", "It did not go up from here"
        NO_REPLY = "no_reply", "No reply came"
        NOT_ACCEPTED = "not_accepted", "The reply was not accepted"

    concern = models.ForeignKey(OfficerEscalation, on_delete=models.PROTECT, related_name="stages")
    index = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    informal = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=StageState.choices, default=StageState.OPEN)
    opened_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    consulted = models.TextField(blank=True)
    advocate_on = models.DateField(
        null=True, blank=True, help_text="when the child was told of their rights and an advocate"
    )
    reply = models.TextField(blank=True)
    replied_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    replied_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=20, choices=Why.choices, default=Why.NONE, blank=True)
    unfound = ArrayField(models.CharField(max_length=80), default=list)

    class Meta:
        ordering = ("index",)
        constraints = [
            models.UniqueConstraint(fields=["concern", "index"], name="stage_once"),
            models.UniqueConstraint(
                fields=["concern"],
                condition=Q(state__in=["open", "answered"]),
                name="one_stage_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state="open"), name="stage_open_due")
        ]

    def __str__(self) -> str:
        return f"stage {self.index} of concern {self.concern_id}"


class StagePerson(models.Model):
    """Somebody who was told at a stage: it is theirs to answer, or a copy, or they may solve it.

    `posts` are the ids of the posts that they were told by, and their rights end with these (H-8); none where they
    were told as themselves, such as the worker.
    """

    class Part(models.TextChoices):
        TO = "to", "To answer"
        COPY = "copy", "Copy"
        SOLVER = "solver", "May solve it"

    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="people")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=10, choices=Part.choices)
    roles = models.CharField(max_length=200)
    posts = ArrayField(models.BigIntegerField(), default=list)

    objects = StagePersonQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["stage", "user", "part"], name="told_once_at_a_stage")
        ]

    def __str__(self) -> str:
        return f"{self.part} of stage {self.stage_id}"


class ConcernMove(models.Model):
    """One step in a concern's life: who (nobody where a job did it), when, why, and the dates it changed."""

    concern = models.ForeignKey(OfficerEscalation, on_delete=models.PROTECT, related_name="moves")
    stage = models.ForeignKey(
        Stage, on_delete=models.PROTECT, null=True, blank=True, related_name="moves"
    )
    verb = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=ConcernState.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    old_due_on = models.DateField(null=True, blank=True)
    new_due_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("at", "id")
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.verb} {self.concern_id}"

    @property
    def words(self) -> str:
        """What happened, for the screen."""
        return DONE.get(self.verb, self.verb.capitalize())
