"""Replies of which somebody knows whose they are: with an audit, about a case, or entered from elsewhere."""

import uuid

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from audits.models import Audit
from cases.models import CaseFile
from feedback.models.surveys import APPEND_ONLY, Survey
from feedback.querysets import (
    ContactWarningQuerySet,
    InvitationQuerySet,
    PraiseQuerySet,
    ReplyQuerySet,
    SummaryQuerySet,
)
from feedback.states import InvitationState, Outcome
from people.models import Council, User
from standards.models import FrameworkVersion


class Way(models.TextChoices):
    """How an answer came."""

    CALL = "call", "By telephone"
    PAPER = "paper", "On paper"
    LINK = "link", "By a link"
    IN_PERSON = "in_person", "In person"
    LOG = "log", "Entered from elsewhere"
    UPLOAD = "upload", "From a file"


@pghistory.track(append_only=True, exclude=["digest", "draft"])
class Invitation(models.Model):
    """A link for one person without an account. Only its digest is kept: nobody reads the link back.

    `draft` is what the person has answered so far; it is emptied when they hand it in or decline.
    """

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="invitations")
    version = models.ForeignKey(
        FrameworkVersion, on_delete=models.PROTECT, related_name="invitations"
    )
    instrument = models.CharField(max_length=40)
    audit = models.ForeignKey(
        Audit, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    case = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    survey = models.ForeignKey(
        Survey, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    relation = models.CharField(max_length=60, blank=True, help_text="such as mother; no name")
    digest = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=8, default="en")
    easy = models.BooleanField(default=False)
    state = models.CharField(
        max_length=20, choices=InvitationState.choices, default=InvitationState.SENT
    )
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_on = models.DateField(null=True, blank=True)
    draft = models.JSONField(default=dict, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=InvitationState.SENT) | Q(draft={}),
                name="invitation_keeps_no_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument}: {self.state}"


@pgtrigger.register(APPEND_ONLY)
class InvitationMove(models.Model):
    """One step of an invitation; nobody stands in it where the person without an account took it."""

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="moves")
    verb = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=InvitationState.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.verb}: {self.state}"


@pghistory.track(append_only=True)
class Reply(models.Model):
    """What came of asking one person, and what they answered; or one line of an instrument that is a log.

    `key` stands in its address. `sees_answers` are the roles that read it, as its edition names them. `respondent` is
    a name that only the QA team reads (confidential instruments).
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="replies")
    version = models.ForeignKey(FrameworkVersion, on_delete=models.PROTECT, related_name="replies")
    instrument = models.CharField(max_length=40)
    privacy = models.CharField(max_length=20)
    audit = models.ForeignKey(
        Audit, on_delete=models.PROTECT, null=True, blank=True, related_name="replies"
    )
    case = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, blank=True, related_name="replies"
    )
    survey = models.ForeignKey(
        Survey, on_delete=models.PROTECT, null=True, blank=True, related_name="replies"
    )
    invitation = models.OneToOneField(
        Invitation, on_delete=models.PROTECT, null=True, blank=True, related_name="reply"
    )
    sees_answers = ArrayField(models.CharField(max_length=40), default=list, help_text="roles")
    way = models.CharField(max_length=20, choices=Way.choices)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    reason = models.CharField(max_length=300, blank=True)
    relation = models.CharField(max_length=60, blank=True)
    respondent = models.CharField(max_length=120, blank=True)
    received_on = models.DateField()
    answers = models.JSONField(default=dict, blank=True)
    worry = models.BooleanField(default=False)
    themes = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    form_token = models.UUIDField(null=True, blank=True, unique=True)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        ordering = ("-received_on", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome=Outcome.ANSWERED) | (~Q(reason="") & Q(answers={})),
                name="reply_without_answers_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(privacy="confidential") | Q(respondent=""),
                name="respondent_of_confidential_only",
            ),
            models.CheckConstraint(
                condition=~Q(privacy="anonymous"), name="reply_is_not_anonymous"
            ),
        ]
        indexes = [models.Index(fields=["council", "instrument", "-received_on"])]

    def __str__(self) -> str:
        return f"{self.instrument}: {self.outcome}"


@pghistory.track(append_only=True)
class Summary(models.Model):
    """What several people said on one occasion, without anybody's name: of an instrument of which only totals are kept.

    `people` is how many took part, where somebody counted. `sees_totals` are the roles that read it, as its edition names
    them.
    """

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="summaries")
    version = models.ForeignKey(
        FrameworkVersion, on_delete=models.PROTECT, related_name="summaries"
    )
    instrument = models.CharField(max_length=40)
    asked_by = ArrayField(models.CharField(max_length=40), default=list, help_text="roles")
    sees_totals = ArrayField(models.CharField(max_length=40), default=list, help_text="roles")
    held_on = models.DateField()
    people = models.PositiveIntegerField(null=True, blank=True)
    heard = models.TextField()
    learning = models.TextField(blank=True)
    themes = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    form_token = models.UUIDField(null=True, blank=True, unique=True)

    objects = SummaryQuerySet.as_manager()

    class Meta:
        ordering = ("-held_on", "-id")
        indexes = [models.Index(fields=["council", "-held_on"])]
        verbose_name_plural = "summaries"

    def __str__(self) -> str:
        return f"{self.instrument} of {self.held_on}"


@pghistory.track(append_only=True)
class ContactWarning(models.Model):
    """That contacting somebody about a case may put them in danger; no link is made while it stands."""

    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="contact_warnings")
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = ContactWarningQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(lifted_at=None), name="one_contact_warning_stands"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="lifted_by_and_at",
            ),
        ]

    def __str__(self) -> str:
        return "not safe to contact"


@pghistory.track(append_only=True)
class Praise(models.Model):
    """A nomination as all staff may read it: written anew without names, by one person, checked by another."""

    reply = models.OneToOneField(Reply, on_delete=models.PROTECT, related_name="praise")
    text = models.TextField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    shown_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    shown_at = models.DateTimeField(null=True, blank=True)

    objects = PraiseQuerySet.as_manager()

    class Meta:
        ordering = ("-shown_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(shown_by=None) | ~Q(shown_by=models.F("written_by")),
                name="praise_checked_by_another",
            ),
            models.CheckConstraint(
                condition=Q(shown_at=None, shown_by=None)
                | Q(shown_at__isnull=False, shown_by__isnull=False),
                name="shown_by_and_at",
            ),
        ]

    def __str__(self) -> str:
        return "praise"
