"""What is late, which steps were taken about it, and which rungs are held back (C4, B6-3, T-8)."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from escalation.climbing import OVERDUE, REMINDER, RUNG
from escalation.querysets import HoldQuerySet, OverdueQuerySet
from people.models import Council, User
from standards.models import FrameworkVersion


class Hold(models.Model):
    """A rung of one thing's ladder held back, or its whole ladder, with a reason, until it is let go.

    It is for one date: when the thing is given another, the ladder climbs from there.
    """

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    due_on = models.DateField(help_text="the date of the thing for which it is held back")
    rung = models.SmallIntegerField(null=True, blank=True, help_text="empty: every rung")
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    let_go_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    let_go_at = models.DateTimeField(null=True, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                "kind",
                "subject_id",
                "due_on",
                Coalesce("rung", -1),
                condition=Q(let_go_at=None),
                name="held_back_once",
            ),
            models.CheckConstraint(
                condition=Q(let_go_at=None, let_go_by=None)
                | Q(let_go_at__isnull=False, let_go_by__isnull=False),
                name="let_go_has_person_and_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"hold on {self.kind} {self.subject_id}"

    def covers(self, rung: int) -> bool:
        """Whether it holds this rung back."""
        return self.rung is None or self.rung == rung


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), append_only=True)
class Escalation(models.Model):
    """One step about something late: a reminder, the word that it is overdue, or a rung of its ladder.

    A rung is taken once for a thing, ladder and anchor; the others once for a thing and its date. While it is held back it has no `fired_at`.
    `told` are pairs of those who got a message and why they did; `logged` those who stood in before. Only what a
    change replaces is kept apart: most rows never change.
    """

    class Step(models.TextChoices):
        REMINDER = REMINDER, "Reminder"
        OVERDUE = OVERDUE, "Told that it is overdue"
        RUNG = RUNG, "Rung"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="escalations")
    version = models.ForeignKey(FrameworkVersion, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    item = models.CharField(max_length=120)
    case_number = models.CharField(max_length=40, blank=True)
    late = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=10, choices=Step.choices)
    ladder = models.CharField(max_length=40, blank=True)
    rung = models.SmallIntegerField(default=0)
    title = models.CharField(max_length=200)
    anchor_on = models.DateField()
    due_on = models.DateField()
    planned_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True, blank=True)
    hold = models.ForeignKey(
        Hold, on_delete=models.PROTECT, null=True, blank=True, related_name="escalations"
    )
    told = models.JSONField(default=list, help_text="ids, each with the words for the role")
    logged = models.JSONField(default=list, help_text="ids")
    unfound = models.JSONField(default=list, help_text="recipients for whom nobody was found")
    fallback = models.BooleanField(default=False)

    class Meta:
        ordering = ("planned_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id", "ladder", "anchor_on", "rung"],
                condition=Q(step=RUNG),
                name="rung_fired_once",
            ),
            models.UniqueConstraint(
                fields=["kind", "subject_id", "step", "due_on", "rung"],
                condition=~Q(step=RUNG),
                name="reminded_once",
            ),
            models.CheckConstraint(
                condition=Q(fired_at__isnull=False) | Q(hold__isnull=False),
                name="fired_or_held_back",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "subject_id"]),
            models.Index(
                fields=["council", "fired_at"], condition=~Q(unfound=[]), name="rung_unfound"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.rung} of {self.kind} {self.subject_id}"

    @property
    def withheld(self) -> bool:
        """Whether it is held back and nobody has been told."""
        return self.fired_at is None


class Overdue(models.Model):
    """One late thing as the last run found it. What is done since then is left out of lists; the row goes with the next daily run (C4-c).

    `rung` is the highest that has been reached, -1 before the first.
    """

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(FrameworkVersion, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    item = models.CharField(max_length=120)
    case_number = models.CharField(max_length=40, blank=True)
    path = models.CharField(max_length=200)
    late = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    due_at = models.DateTimeField(null=True, blank=True)
    ladder = models.CharField(max_length=40, blank=True)
    paused_by = ArrayField(models.CharField(max_length=40), default=list)
    rung = models.SmallIntegerField(default=-1)
    rung_title = models.CharField(max_length=200, blank=True)
    seen_at = models.DateTimeField()

    objects = OverdueQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "id")
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_id"], name="overdue_once"),
        ]
        indexes = [models.Index(fields=["council", "due_on"])]

    def __str__(self) -> str:
        return f"overdue {self.kind} {self.subject_id}"
