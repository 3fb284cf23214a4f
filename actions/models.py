"""What must be done, by whom, by when, whatever raised it."""

import pghistory
from django.db import models

from actions.querysets import ActionQuerySet
from actions.states import ActionState
from cases.models import CaseFile
from people.models import Council, User


@pghistory.track(append_only=True)
class Action(models.Model):
    """One action with an owner and a date. `source` and `source_id` name what raised it (an audit…)."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="actions")
    case = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, blank=True, related_name="actions"
    )
    source = models.CharField(max_length=40)
    source_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    kind_label = models.CharField(max_length=120)
    action_class = models.CharField(max_length=40, blank=True)
    what = models.TextField()
    why = models.TextField(blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="actions")
    due_on = models.DateField()
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="the moment by which, where the limit is in hours (T-2)"
    )
    state = models.CharField(max_length=20, choices=ActionState.choices, default=ActionState.DRAFT)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "id")
        indexes = [
            models.Index(fields=["source", "source_id"]),
            models.Index(fields=["owner", "state", "due_on"]),
        ]

    def __str__(self) -> str:
        return f"action {self.pk}"


class ActionMove(models.Model):
    """One step in an action's life: who, when, why."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="moves")
    verb = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=ActionState.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.verb} {self.action_id}"
