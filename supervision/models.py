"""Personal supervision notes: a store apart. Nothing here points at an audit, an action or a case."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q

from core.sealed import SealedField
from people.models import Council, User
from supervision.querysets import NoteQuerySet, ShareQuerySet


class PersonalNote(models.Model):
    """What a line manager wrote for one worker about their work (H-2). Only these two open it.

    The text is sealed: neither the database nor a copy of it gives it away. It is never changed: a correction is a
    further note that stands in for this one. It has no row history, so that no second copy of it is kept anywhere.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+")
    worker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", help_text="the line manager of that day"
    )
    text = SealedField()
    held_on = models.DateField(help_text="the day of the supervision")
    made_at = models.DateTimeField()
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    read_at = models.DateTimeField(
        null=True, blank=True, help_text="when the worker said that they had read it"
    )

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ("-held_on", "-id")
        constraints = [
            models.CheckConstraint(condition=~Q(author=F("worker")), name="note_of_somebody_else")
        ]
        indexes = [models.Index(fields=["worker", "author"]), models.Index(fields=["author"])]
        triggers = [pgtrigger.ReadOnly(name="never_rewritten", exclude=["text", "read_at"])]

    def __str__(self) -> str:
        return f"note {self.pk}"

    def sealed_about(self, column: str) -> str:
        """What its text is bound to: moved to another row, it does not open."""
        return f"supervision:{self.worker_id}:{self.author_id}:{self.key}"


class Share(models.Model):
    """The worker lets a later line manager read one note; it ends when they say so, or when the line does."""

    note = models.ForeignKey(PersonalNote, on_delete=models.CASCADE, related_name="shares")
    reader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["note", "reader"], condition=Q(ended_at=None), name="note_shared_once"
            )
        ]

    def __str__(self) -> str:
        return f"share {self.pk}"
