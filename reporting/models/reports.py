"""Reports of a month or a quarter: their versions as they were built, and what people write about them."""

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from actions.models import Action
from people.models import Council, User
from reporting.querysets import RenditionQuerySet, ReportQuerySet, ReportVersionQuerySet
from reporting.states import ReportState
from standards.models import FrameworkVersion

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
# What a version was built from is written once, when it is built.
FROZEN = pgtrigger.Protect(
    name="figures_frozen",
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(old__frozen_at__isnull=False)
    & (
        pgtrigger.Q(old__figures__df=pgtrigger.F("new__figures"))
        | pgtrigger.Q(old__commentary__df=pgtrigger.F("new__commentary"))
        | pgtrigger.Q(old__about__df=pgtrigger.F("new__about"))
        | pgtrigger.Q(old__cut_at__df=pgtrigger.F("new__cut_at"))
        | pgtrigger.Q(old__frozen_at__df=pgtrigger.F("new__frozen_at"))
    ),
)
# A published version stays as it is: only what is known of its sending may be added once.
PUBLISHED_STAYS = pgtrigger.Protect(
    name="published_stays",
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(old__state="published")
    & pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
)


class Audience(models.TextChoices):
    LEADERS = "leaders", "Leaders"
    MEMBERS = "members", "Elected members and the public"
    STAFF = "staff", "All staff"


@pghistory.track(append_only=True)
class Report(models.Model):
    """One report of a council about some months, as its framework asks for it; it lives on in its versions."""

    class Kind(models.TextChoices):
        MONTHLY = "month", "Monthly"
        QUARTERLY = "quarter", "Quarterly"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="reports")
    code = models.CharField(max_length=60, help_text="the framework's code for it")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    first_on = models.DateField()
    last_on = models.DateField()
    title = models.CharField(max_length=200)
    period = models.CharField(max_length=80, help_text="Q1, April to June 2026")
    made_at = models.DateTimeField()

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ("-last_on", "kind", "code")
        constraints = [
            models.UniqueConstraint(fields=["council", "code", "first_on"], name="report_once"),
            models.CheckConstraint(
                condition=Q(last_on__gt=F("first_on")), name="report_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["council", "kind", "first_on"])]

    def __str__(self) -> str:
        return f"{self.title}, {self.period}"


@pghistory.track(append_only=True, exclude=["figures", "commentary", "about"])
class ReportVersion(models.Model):
    """One version of a report: the figures, words and recommendations it was built from, and where it stands.

    What it was built from never changes once it is there; another build is another version. `work` says what is
    still to be made for it in the background: `figures`, `pages`, `response` or `issue`. `by_hand` are the
    recipients for whom nobody with an account was found.
    """

    class Work(models.TextChoices):
        FIGURES = "figures", "Figures are read and pages made"
        PAGES = "pages", "Pages are made"
        RESPONSE = "response", "The response is appended"
        ISSUE = "issue", "The final pages are made and sent"

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="versions")
    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    version = models.ForeignKey(FrameworkVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=20, choices=ReportState.choices, default=ReportState.BUILDING
    )
    work = models.CharField(max_length=10, choices=Work.choices, blank=True)
    asked_at = models.DateTimeField()
    built_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cause = models.CharField(max_length=120, blank=True)
    same_figures_as = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cut_at = models.DateTimeField(null=True, blank=True, help_text="the moment the figures are of")
    frozen_at = models.DateTimeField(null=True, blank=True)
    figures = models.JSONField(default=dict, blank=True)
    commentary = models.JSONField(default=dict, blank=True)
    about = models.JSONField(default=dict, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=300, blank=True)
    response_needed = models.BooleanField(default=False)
    responded_at = models.DateTimeField(null=True, blank=True)
    issue_asked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    issue_words = models.CharField(
        max_length=300, blank=True, help_text="the post that issued it, and the day, as printed"
    )
    issued_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    issued_at = models.DateTimeField(null=True, blank=True)
    by_hand = ArrayField(models.CharField(max_length=200), default=list, blank=True)

    objects = ReportVersionQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        triggers = [FROZEN, PUBLISHED_STAYS]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="report_version_once"),
            models.UniqueConstraint(
                fields=["report"],
                condition=Q(state="building"),
                name="report_built_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(built_by__isnull=False) | ~Q(cause=""),
                name="report_built_by_person_or_cause",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["building", "failed"])
                | Q(frozen_at__isnull=False, cut_at__isnull=False),
                name="report_readable_is_frozen",
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(issued_at__isnull=False, issued_by__isnull=False),
                name="report_published_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="published", response_needed=True)
                | Q(responded_at__isnull=False),
                name="report_published_with_response",
            ),
            models.CheckConstraint(
                condition=~Q(state="response_appended") | Q(responded_at__isnull=False),
                name="report_appended_has_response",
            ),
        ]
        indexes = [models.Index(fields=["state", "work"])]

    def __str__(self) -> str:
        return f"report version {self.pk}"

    @property
    def busy(self) -> bool:
        """Whether something is being made for it now."""
        return bool(self.work) and not self.fault


@pgtrigger.register(APPEND_ONLY)
class ReportMove(models.Model):
    """One step of a version: who, or nobody where a job took it, and when."""

    version = models.ForeignKey(ReportVersion, on_delete=models.PROTECT, related_name="moves")
    verb = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=ReportState.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.verb}: {self.state}"


@pgtrigger.register(APPEND_ONLY)
class Rendition(models.Model):
    """The file of a version for one audience at one stage. Once it is made it never changes (G-41)."""

    class Stage(models.TextChoices):
        DRAFT = "draft", "Draft"
        ANSWERED = "answered", "Draft with the response"
        FINAL = "final", "Final"

    version = models.ForeignKey(ReportVersion, on_delete=models.PROTECT, related_name="renditions")
    audience = models.CharField(max_length=10, choices=Audience.choices)
    stage = models.CharField(max_length=10, choices=Stage.choices)
    content = models.BinaryField()
    checksum = models.CharField(max_length=64)
    pages = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()

    objects = RenditionQuerySet.as_manager()

    class Meta:
        ordering = ("audience", "id")
        constraints = [
            models.UniqueConstraint(fields=["version", "audience", "stage"], name="rendition_once"),
            models.CheckConstraint(condition=Q(checksum__gt=""), name="rendition_has_checksum"),
        ]

    def __str__(self) -> str:
        return f"rendition {self.pk}"


@pghistory.track(append_only=True)
class Commentary(models.Model):
    """What the QA team writes beside the figures of one place of a report. `saves` counts how often it was saved."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="commentaries")
    place = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    saves = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["report", "place"], name="commentary_once")]

    def __str__(self) -> str:
        return f"commentary {self.pk}"


@pghistory.track(append_only=True)
class Recommendation(models.Model):
    """One recommendation of a report: what, why, who, by when. Once the report is published it is an action."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="recommendations")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    why = models.TextField(blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    themes = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    for_staff = models.BooleanField(
        default=True, help_text="it stands in the version for all staff (G-13, G-48)"
    )
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    action = models.OneToOneField(
        Action, on_delete=models.PROTECT, null=True, blank=True, related_name="recommendation"
    )

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(
                fields=["report", "number"],
                name="recommendation_number_once",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]

    def __str__(self) -> str:
        return f"recommendation {self.pk}"


@pgtrigger.register(APPEND_ONLY)
class ManagementResponse(models.Model):
    """Management's written answer to one version, as it was given: who, in which post, when, what (G-47)."""

    version = models.OneToOneField(ReportVersion, on_delete=models.PROTECT, related_name="response")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=120)
    post = models.CharField(max_length=250)
    at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="response_has_text")]

    def __str__(self) -> str:
        return f"response {self.pk}"


@pgtrigger.register(APPEND_ONLY)
class RecommendationReply(models.Model):
    """What management answers to one recommendation."""

    class Answer(models.TextChoices):
        ACCEPT = "accept", "Accepted"
        PARTLY = "partly", "Accepted in part"
        NO = "no", "Not accepted"

    response = models.ForeignKey(
        ManagementResponse, on_delete=models.PROTECT, related_name="replies"
    )
    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.PROTECT, related_name="replies"
    )
    answer = models.CharField(max_length=10, choices=Answer.choices)
    text = models.TextField(blank=True)

    class Meta:
        ordering = ("recommendation__number",)
        constraints = [
            models.UniqueConstraint(
                fields=["response", "recommendation"], name="recommendation_answered_once"
            ),
            models.CheckConstraint(
                condition=Q(answer="accept") | ~Q(text=""), name="other_answer_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"reply {self.pk}"


@pghistory.track(append_only=True)
class Distribution(models.Model):
    """One reader of a published version: for which audience, by which role, when told, when first opened."""

    version = models.ForeignKey(ReportVersion, on_delete=models.PROTECT, related_name="readers")
    audience = models.CharField(max_length=10, choices=Audience.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reports_read")
    roles = models.CharField(max_length=300)
    sent_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("audience", "roles", "id")
        constraints = [models.UniqueConstraint(fields=["version", "user"], name="report_sent_once")]
        indexes = [models.Index(fields=["user", "version"])]

    def __str__(self) -> str:
        return f"reader {self.pk}"
