"""The trail (who did or opened what) and the outbox (messages waiting to be sent)."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q


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


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unsent(self) -> "NoticeQuerySet":
        return self.filter(sent_at=None, failures__lt=8)

    def visible_to(self, user: object) -> "NoticeQuerySet":
        """Only one's own messages."""
        return self.filter(to=user)


class Notice(models.Model):
    """A message to one person, in their inbox at once and by e-mail as soon as it can be sent.

    `key` makes a repeated step harmless: the same message is never made twice.
    Neither the text nor the link holds a name or anything about a child beyond the case number.
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
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
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
