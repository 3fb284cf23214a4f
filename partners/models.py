"""Partners of other agencies who take part in one audit without an account (H-6, E-3)."""

import uuid

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from audits.models import Audit
from core.sealed import SealedField
from partners.querysets import PartnerInvitationQuerySet
from partners.states import InvitationState
from people.models import Council, User

NOT_KEPT_TWICE = ["name", "email", "digest", "sent_at", "failures", "next_try_at", "taken_until"]


@pghistory.track(append_only=True, exclude=NOT_KEPT_TWICE)
class PartnerInvitation(models.Model):
    """One partner's link to some sections of one audit's tool and to its meeting. It ends after its last day.

    Name and e-mail address are sealed. Of the link only its digest is kept, and no digest before the mail goes out.
    `reference` is what the QA team calls the child to this partner; the case number is told only if they say so.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+")
    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="partner_invitations")
    name = SealedField()
    email = SealedField()
    agency = models.CharField(max_length=120)
    sections = ArrayField(models.SlugField(max_length=40))
    place = models.CharField(max_length=200, blank=True, help_text="where the meeting is held")
    reference = models.CharField(max_length=80, blank=True)
    tells_case = models.BooleanField(default=False)
    state = models.CharField(
        max_length=20, choices=InvitationState.choices, default=InvitationState.ASKED
    )
    last_day = models.DateField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    handed_in_at = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, unique=True, null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    taken_until = models.DateTimeField(null=True, blank=True)

    objects = PartnerInvitationQuerySet.as_manager()

    class Meta:
        ordering = ("made_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=InvitationState.HANDED_IN) | Q(handed_in_at__isnull=False),
                name="partner_handed_in_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=InvitationState.WITHDRAWN) | Q(digest=None),
                name="partner_withdrawn_has_no_link",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}: {self.state}"

    def sealed_about(self, column: str) -> str:
        """What its sealed columns are bound to: moved to another row, they do not open."""
        return f"partners:{column}:{self.audit_id}:{self.key}"


class InvitationMove(models.Model):
    """One step of an invitation; nobody stands in it where the partner took it."""

    invitation = models.ForeignKey(
        PartnerInvitation, on_delete=models.PROTECT, related_name="moves"
    )
    verb = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=InvitationState.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.verb}: {self.state}"


@pghistory.track(append_only=True)
class Contribution(models.Model):
    """What one partner's agency says to one question, and the grade that it would give where the question has one."""

    invitation = models.ForeignKey(
        PartnerInvitation, on_delete=models.PROTECT, related_name="contributions"
    )
    question_code = models.SlugField(max_length=40)
    text = models.TextField(blank=True)
    grade = models.CharField(max_length=40, blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["invitation", "question_code"], name="contribution_once"
            )
        ]

    def __str__(self) -> str:
        return f"contribution {self.pk}"
