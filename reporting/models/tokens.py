"""Tokens with which a council's own tools read its figures and rows (the API)."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from people.models import Council, User
from reporting.querysets import ApiTokenQuerySet


@pghistory.track(append_only=True, exclude=["digest", "last_used_at"])
class ApiToken(models.Model):
    """One token of a council's tool. Only its digest is kept: nobody reads the token back.

    `scopes` are what may be read with it. It ends on a day, or when somebody revokes it.
    """

    class Scope(models.TextChoices):
        FIGURES = "figures", "Figures"
        AUDITS = "audits", "Audits, without names"
        ACTIONS = "actions", "Actions, without names"
        REPORTS = "reports", "Published reports"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=80, help_text="the tool that uses it")
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_on = models.DateField(help_text="the last day on which it can be used")
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="token_revoked_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(scopes=[]), name="token_reads_something"),
            models.CheckConstraint(
                condition=Q(expires_on__gte=F("made_at__date")), name="token_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"token {self.pk}"
