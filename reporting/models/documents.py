"""Documents made from what was recorded, kept as they were made."""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q

from audits.models import Audit
from moderation.models import Moderation, Panel
from people.models import Council, User
from programme.models import Draw
from reporting.querysets import DocumentQuerySet

# The columns that say what a document is of; exactly one of them is filled.
SUBJECTS = ("audit", "draw", "moderation", "panel")


def exactly_one(names: tuple[str, ...]) -> Q:
    """One of these columns is filled and the others are empty."""
    ways = (Q(**{f"{name}__isnull": name != filled for name in names}) for filled in names)
    return reduce(or_, ways)


class Document(models.Model):
    """One PDF asked for by a person: of an audit, a draw, a moderation or a panel. A ready one never changes."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        MAKING = "making", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="documents")
    audit = models.ForeignKey(
        Audit, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    draw = models.ForeignKey(
        Draw, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    moderation = models.ForeignKey(
        Moderation, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    panel = models.ForeignKey(
        Panel, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    ready_at = models.DateTimeField(null=True, blank=True)
    content = models.BinaryField(null=True)
    checksum = models.CharField(max_length=64, blank=True)
    fault = models.CharField(max_length=300, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(state="ready", checksum__gt="") | ~Q(state="ready"),
                name="ready_has_content",
            ),
            models.CheckConstraint(condition=exactly_one(SUBJECTS), name="document_of_one_thing"),
        ]
        indexes = [models.Index(fields=["state", "asked_at"])]

    def __str__(self) -> str:
        return f"document {self.pk}"
