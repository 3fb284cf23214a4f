"""A second opinion on a returned grade: how audits are chosen, what the moderator says, how it is settled."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from audits.models import Audit
from moderation.querysets import (
    CalibrationQuerySet,
    ModerationQuerySet,
    PanelQuerySet,
    SelectionQuerySet,
)
from moderation.states import DONE, GONE, CalibrationState, ModerationState, PanelState
from people.models import Council, User
from standards.models import FrameworkVersion

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Selection(models.Model):
    """One choosing of audits for moderation by a framework's rule, with its pool and seed; it never changes.

    `pool` and `terms` are what core/sampling.py takes. `certain` lists the ids of audits chosen on top
    without chance. The same rule, edition and days are chosen from once only (B6-5).
    """

    class Rule(models.TextChoices):
        PERCENTAGE = "percentage", "A percentage of the month"
        LOOK_BACK = "look_back", "List of the last months"
        PANEL = "panel", "Dip sample for a panel"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="selections")
    version = models.ForeignKey(
        FrameworkVersion, on_delete=models.PROTECT, related_name="selections"
    )
    number = models.PositiveIntegerField()
    rule = models.CharField(max_length=20, choices=Rule.choices)
    from_on = models.DateField(help_text="first day of the returns looked at")
    to_on = models.DateField(help_text="last day of the returns looked at")
    returned = models.PositiveIntegerField(help_text="audits returned in these days")
    pool = models.JSONField(help_text="what was drawn from: references, ids and values")
    fingerprint = models.CharField(max_length=64)
    terms = models.JSONField(
        default=dict, help_text="how many were drawn; empty where all were chosen"
    )
    seed = models.CharField(max_length=200, blank=True)
    result = models.JSONField(default=list, help_text="the drawn audits in order")
    certain = models.JSONField(default=list, help_text="ids chosen without chance, on top")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField()

    objects = SelectionQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["version", "rule", "from_on", "to_on"], name="selected_once"
            ),
            models.UniqueConstraint(fields=["council", "number"], name="selection_number_once"),
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")), name="selection_ends_after_start"
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"selection {self.number}"


@pghistory.track(append_only=True)
class Panel(models.Model):
    """One validation panel: when, who, which audits it looks at, what it says for learning (B0-14)."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="panels")
    version = models.ForeignKey(FrameworkVersion, on_delete=models.PROTECT, related_name="panels")
    number = models.PositiveIntegerField()
    held_on = models.DateField()
    chair = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    members = models.ManyToManyField(User, related_name="+")
    selection = models.OneToOneField(
        Selection, on_delete=models.PROTECT, null=True, blank=True, related_name="panel"
    )
    from_on = models.DateField(help_text="first day of the returns looked at")
    to_on = models.DateField(help_text="last day of the returns looked at")
    state = models.CharField(max_length=20, choices=PanelState.choices, default=PanelState.PLANNED)
    apologies = models.TextField(blank=True)
    messages = models.TextField(blank=True, help_text="messages for learning; no names")
    notes = models.TextField(blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = PanelQuerySet.as_manager()

    class Meta:
        ordering = ("-held_on", "-id")
        constraints = [
            models.UniqueConstraint(fields=["council", "number"], name="panel_number_once"),
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")), name="panel_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"panel {self.number}"


@pghistory.track(append_only=True)
class Moderation(models.Model):
    """The grade of one returned audit on its way to being final: chosen or not, by whom, what came of it.

    `chance` is the probability with which the audit was chosen by the rule; none where a person chose it.
    `before` is the auditor's grade when it was chosen; `proposed` the moderator's own.
    """

    class How(models.TextChoices):
        CHANCE = "chance", "Drawn by chance"
        GRADE = "grade", "Every audit with this grade"
        EVERY = "every", "Every audit"
        LOOK_BACK = "look_back", "List of the last months"
        PANEL = "panel", "Picked for the panel"
        HAND = "hand", "Chosen by hand"

    class Leftover(models.TextChoices):
        NONE = "", "Nothing"
        OPEN = "open", "To be decided"
        KEPT = "kept", "Kept"
        TAKEN_BACK = "taken_back", "Taken back"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="moderations")
    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="moderations")
    state = models.CharField(
        max_length=20, choices=ModerationState.choices, default=ModerationState.AWAITING
    )
    how = models.CharField(max_length=20, choices=How.choices)
    reason = models.TextField(blank=True, help_text="why it was chosen, or left, by hand")
    selection = models.ForeignKey(
        Selection, on_delete=models.PROTECT, null=True, blank=True, related_name="moderations"
    )
    chance = models.FloatField(null=True, blank=True)
    panel = models.ForeignKey(
        Panel, on_delete=models.PROTECT, null=True, blank=True, related_name="moderations"
    )
    chosen_at = models.DateTimeField()
    moderator = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="moderations"
    )
    assigned_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    assigned_at = models.DateTimeField(null=True, blank=True)
    blind = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=0, help_text="rises with each save of the form")
    before = models.SlugField(max_length=40, help_text="the auditor's grade")
    agrees = models.BooleanField(null=True, blank=True)
    proposed = models.SlugField(max_length=40, blank=True, help_text="the moderator's grade")
    view_at = models.DateTimeField(
        null=True, blank=True, help_text="when the moderator's view was in"
    )
    rung = models.PositiveSmallIntegerField(default=0, help_text="how far up the ladder it is")
    after = models.SlugField(max_length=40, blank=True, help_text="the final grade")
    finished_at = models.DateTimeField(null=True, blank=True)
    outstanding = models.BooleanField(
        default=False, help_text="actions of the audit were still open"
    )
    leftover = models.CharField(
        max_length=20,
        choices=Leftover.choices,
        default=Leftover.NONE,
        blank=True,
        help_text="what becomes of what the earlier grade set off (B2-22)",
    )

    objects = ModerationQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["audit"],
                condition=~Q(state__in=sorted(GONE)),
                name="one_standing_moderation",
            ),
            models.CheckConstraint(
                condition=Q(chance=None) | Q(chance__gt=0, chance__lte=1), name="chance_is_one"
            ),
            models.CheckConstraint(
                condition=~Q(state="final") | Q(finished_at__isnull=False) & ~Q(after=""),
                name="finished_has_grade_and_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["council", "state", "chosen_at"]),
            models.Index(fields=["moderator", "state"]),
            models.Index(fields=["council", "finished_at"]),
        ]

    def __str__(self) -> str:
        return f"moderation of audit {self.audit_id}"


class ModerationMove(models.Model):
    """One step in a moderation's life: who (nobody where a job did it), when, why."""

    moderation = models.ForeignKey(Moderation, on_delete=models.PROTECT, related_name="moves")
    verb = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=ModerationState.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("at", "id")
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.verb} {self.moderation_id}"

    @property
    def words(self) -> str:
        """What happened, for the screen."""
        return DONE.get(self.verb, self.verb.capitalize())


@pghistory.track(append_only=True)
class ModerationItem(models.Model):
    """One thing that the moderator says: a content of the framework's form, whole or for one question or section."""

    moderation = models.ForeignKey(Moderation, on_delete=models.PROTECT, related_name="items")
    content = models.SlugField(max_length=40)
    about = models.CharField(
        max_length=80, blank=True, help_text="the question or section; empty for the whole"
    )
    number = models.IntegerField(null=True, blank=True)
    code = models.CharField(max_length=40, blank=True, help_text="a choice")
    text = models.TextField(blank=True)
    day = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["moderation", "content", "about"], name="moderation_item_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.content} of moderation {self.moderation_id}"


@pghistory.track(append_only=True)
class MeetingRecord(models.Model):
    """What one of the two says of their meeting about the grade: when, their view, the grade agreed, the learning."""

    moderation = models.ForeignKey(Moderation, on_delete=models.PROTECT, related_name="meetings")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    met_on = models.DateField()
    view = models.TextField(help_text="how this person sees it")
    grade = models.SlugField(max_length=40, blank=True, help_text="empty where nothing was agreed")
    value = models.SmallIntegerField(null=True, blank=True)
    surpassed = models.BooleanField(default=False)
    learning = models.TextField(blank=True, help_text="what it teaches about auditing")

    class Meta:
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(fields=["moderation", "by"], name="meeting_recorded_once")
        ]

    def __str__(self) -> str:
        return f"meeting on moderation {self.moderation_id}"


class DisputeStep(models.Model):
    """One rung of the ladder that a disagreement went up: why, who was asked, what was decided or passed on."""

    moderation = models.ForeignKey(Moderation, on_delete=models.PROTECT, related_name="steps")
    rung = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.TextField()
    deciders = models.ManyToManyField(User, related_name="+")
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    grade = models.SlugField(max_length=40, blank=True)
    decision = models.TextField(blank=True)

    class Meta:
        ordering = ("rung", "id")
        constraints = [
            models.UniqueConstraint(fields=["moderation", "rung"], name="rung_once"),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="decision_has_person_and_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"rung {self.rung} of moderation {self.moderation_id}"


@pghistory.track(append_only=True)
class Calibration(models.Model):
    """Several people grade the same returned audit without seeing each other's grade, then discuss the spread."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="calibrations")
    version = models.ForeignKey(
        FrameworkVersion, on_delete=models.PROTECT, related_name="calibrations"
    )
    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="calibrations")
    title = models.CharField(max_length=200)
    closes_on = models.DateField()
    state = models.CharField(
        max_length=20, choices=CalibrationState.choices, default=CalibrationState.OPEN
    )
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True, blank=True)
    discussed = models.TextField(blank=True, help_text="what the discussion brought; no names")
    agreed = models.SlugField(
        max_length=40, blank=True, help_text="the grade that the group settled on"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = CalibrationQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_at", "-id")

    def __str__(self) -> str:
        return f"calibration {self.pk}"


@pghistory.track(append_only=True)
class CalibrationGrade(models.Model):
    """One person's own grade in a calibration; asked for and not yet given while `grade` is empty."""

    calibration = models.ForeignKey(Calibration, on_delete=models.PROTECT, related_name="grades")
    rater = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    grade = models.SlugField(max_length=40, blank=True)
    value = models.SmallIntegerField(null=True, blank=True)
    surpassed = models.BooleanField(default=False)
    rationale = models.TextField(blank=True)
    given_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["calibration", "rater"], name="rater_once"),
            models.CheckConstraint(
                condition=Q(grade="", given_at=None) | ~Q(grade="") & Q(given_at__isnull=False),
                name="given_grade_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"grade in calibration {self.calibration_id}"
