"""Surveys: one opening of an instrument to many people, and what is kept of anonymous answers (D-G2)."""

import uuid

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from feedback.querysets import SurveyQuerySet, SurveyReportQuerySet
from feedback.states import SurveyState
from people.models import Council, User
from standards.models import FrameworkVersion

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


@pghistory.track(append_only=True)
class Survey(models.Model):
    """One opening of an instrument, from a day to a day (both included); it keeps its edition.

    `asked_by` and `sees_totals` are the roles that run it and read its totals, as its edition names them.
    `handed_out` counts the links and papers given out, which nobody can tell apart; of them only those of the latest `series` can
    be used. `result` is what may be shown once
    it is closed (`feedback.totals.kept`, and how many declined): no single answer and no small number.
    """

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="surveys")
    version = models.ForeignKey(FrameworkVersion, on_delete=models.PROTECT, related_name="surveys")
    instrument = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    opens_on = models.DateField()
    closes_on = models.DateField()
    state = models.CharField(
        max_length=20, choices=SurveyState.choices, default=SurveyState.PLANNED
    )
    asked_by = ArrayField(models.CharField(max_length=40), default=list, help_text="roles")
    sees_totals = ArrayField(models.CharField(max_length=40), default=list, help_text="roles")
    handed_out = models.PositiveIntegerField(default=0)
    series = models.PositiveIntegerField(default=1)
    reminded_on = models.DateField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        ordering = ("-opens_on", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["council", "instrument", "number"], name="survey_number_once"
            ),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")), name="survey_closes_after_opening"
            ),
            models.CheckConstraint(
                condition=~Q(state=SurveyState.CLOSED) | Q(result__isnull=False),
                name="closed_survey_has_result",
            ),
        ]
        indexes = [models.Index(fields=["council", "state", "closes_on"])]

    def __str__(self) -> str:
        return self.title


@pgtrigger.register(APPEND_ONLY)
class SurveyMove(models.Model):
    """One step of a survey: who, or for which cause, and when."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="moves")
    verb = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=SurveyState.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.verb}: {self.state}"


class TakenPart(models.Model):
    """That a member of staff has been given their link in a survey: nothing of when, how or what.

    No row history stands behind it: a moment there would stand beside that of an answer.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="taken")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["survey", "user"], name="part_taken_once")]

    def __str__(self) -> str:
        return "taken part"


class Ticket(models.Model):
    """What is kept of a link that somebody has opened: a digest of its chance, and what they have answered so far.

    The link itself stands nowhere, so that this says nothing of whose it is. Once it is handed in, only the digest
    stays, so that the link is not used again.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="tickets")
    digest = models.CharField(max_length=64)
    used = models.BooleanField(default=False)
    declined = models.BooleanField(default=False)
    draft = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "digest"], name="ticket_once"),
            models.CheckConstraint(
                condition=Q(used=False, declined=False) | Q(used=True, draft={}),
                name="used_ticket_keeps_no_draft",
            ),
        ]

    def __str__(self) -> str:
        return "used" if self.used else "open"


class AnonymousAnswer(models.Model):
    """What one person answered, and the day: nothing of who, where, how or from which link (D-G2).

    Its key is by chance, so that it does not count. No row history stands behind it. Each night all answers of a
    survey are written anew in an order by chance (`feedback.services.mixing`), so that neither the order of the
    rows nor the number of the transaction that wrote them says when somebody answered.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="answers")
    received_on = models.DateField()
    answers = models.JSONField(default=dict)

    class Meta:
        ordering = ("key",)

    def __str__(self) -> str:
        return "an answer"


@pghistory.track(append_only=True)
class SurveyReport(models.Model):
    """What a closed survey said and what comes of it, in the words of whoever runs it; shared once it is ready.

    `themes` are tags. Its actions are those that the survey raised.
    """

    survey = models.OneToOneField(Survey, on_delete=models.PROTECT, related_name="report")
    heard = models.TextField()
    next_steps = models.TextField(blank=True)
    themes = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    with_staff = models.BooleanField(default=False, help_text="shared with everybody on the staff")
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    shared_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    shared_at = models.DateTimeField(null=True, blank=True)

    objects = SurveyReportQuerySet.as_manager()

    class Meta:
        ordering = ("-written_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(shared_at=None, shared_by=None)
                | Q(shared_at__isnull=False, shared_by__isnull=False),
                name="shared_by_and_at",
            ),
        ]

    def __str__(self) -> str:
        return "shared" if self.shared_at else "draft"
