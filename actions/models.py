"""What must be done, by whom, by when, whatever raised it; and everything that happens to it until it is signed off."""

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from actions.querysets import ActionQuerySet, ImpactQuerySet, SavedViewQuerySet
from actions.states import HAPPENED, TO_DO, ActionState
from actions.sums import triggers
from cases.models import CaseFile
from people.models import Council, OrgUnit, User
from standards.models import FrameworkVersion

KEPT = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


@pghistory.track(append_only=True)
class Action(models.Model):
    """One action with an owner and a date. `source` and `source_id` name what raised it (an audit…).

    `unit`, `worker` and `auditor` are those of the work it is about; `grade` is that of the audit; `version` is
    the edition whose rules it keeps. `round` counts how often it was opened; signatures belong to a round.
    One whose source is a look at the impact of another says in `instead_of` which action it began with.
    """

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="actions")
    case = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, blank=True, related_name="actions"
    )
    unit = models.ForeignKey(
        OrgUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="actions"
    )
    worker = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="actions_about_work"
    )
    auditor = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.ForeignKey(
        FrameworkVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    grade = models.SlugField(max_length=40, blank=True)
    source = models.CharField(max_length=40)
    source_id = models.BigIntegerField()
    source_label = models.CharField(max_length=160, blank=True)
    instead_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replacements",
        help_text="the first of those whose place it takes, which has the source that began it all",
    )
    kind = models.CharField(max_length=40)
    kind_label = models.CharField(max_length=120)
    action_class = models.CharField(max_length=40, blank=True)
    class_label = models.CharField(max_length=200, blank=True)
    what = models.TextField()
    why = models.TextField(blank=True)
    success = models.TextField(blank=True)
    question = models.CharField(max_length=40, blank=True)
    question_label = models.CharField(max_length=300, blank=True)
    standards = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    themes = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="actions")
    due_on = models.DateField(
        null=True, blank=True, help_text="empty in a draft whose class counts from what is to come"
    )
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="the moment by which, where the limit is in hours (T-2)"
    )
    hours = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="the limit in hours of a task that has no class"
    )
    date_given = models.BooleanField(
        default=True, help_text="somebody chose the date; else it is the latest of the class"
    )
    late_reason = models.TextField(blank=True)
    latest_on = models.DateField(
        null=True, blank=True, help_text="the latest day that its class allows, once that is known"
    )
    state = models.CharField(max_length=20, choices=ActionState.choices, default=ActionState.DRAFT)
    round = models.PositiveSmallIntegerField(default=1)
    asked = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        help_text="who signs it off, as of the last move",
    )
    evidence = models.TextField(blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    form_token = models.UUIDField(
        null=True, blank=True, editable=False, help_text="the form it was recorded with, sent once"
    )
    opened_on = models.DateField(null=True, blank=True)
    set_on = models.DateField(
        null=True, blank=True, help_text="the day on which its present date was set"
    )
    done_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    impact_on = models.DateField(
        null=True, blank=True, help_text="when it is asked whether it made a difference"
    )

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "id")
        indexes = [
            models.Index(fields=["source", "source_id"]),
            models.Index(fields=["owner", "state", "due_on"]),
            models.Index(fields=["council", "state", "due_on"]),
            models.Index(fields=["worker", "state"]),
            models.Index(fields=["impact_on"], name="action_impact_on"),
            models.Index(
                fields=["council", "due_at"],
                condition=Q(due_at__isnull=False),
                name="action_due_at",
            ),
            # A page of the tracker in any state: as many rows are read for the last page as lie before it, and no more.
            models.Index(fields=["council", "due_on", "id"], name="action_by_due"),
            models.Index(fields=["council", "opened_on"], name="action_opened_on"),
            models.Index(fields=["council", "closed_on"], name="action_closed_on"),
            # What still runs, for the time that actions take; it stays as small as that is.
            models.Index(
                fields=["council", "class_label", "opened_on"],
                condition=Q(closed_on=None, opened_on__isnull=False)
                & ~Q(state=ActionState.WITHDRAWN),
                name="action_not_closed",
            ),
        ]
        triggers = triggers()
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__isnull=False) | Q(state__in=["draft", "withdrawn"]),
                name="action_has_date_once_open",
            ),
            models.UniqueConstraint(
                fields=["recorded_by", "form_token"], name="action_recorded_once"
            ),
        ]

    def __str__(self) -> str:
        return f"action {self.pk}"

    @property
    def title(self) -> str:
        """What it is called in lists and messages, without a name: “Action 12”."""
        return f"Action {self.pk}"

    @property
    def to_do(self) -> bool:
        """Whether its owner still has to do it."""
        return self.state in TO_DO


class ActionMove(models.Model):
    """One step in an action's life: who, when, why. Nobody where a job took it."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="moves")
    verb = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=ActionState.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.verb} {self.action_id}"

    @property
    def words(self) -> str:
        """What happened, for the screen."""
        return HAPPENED.get(self.verb, self.verb.capitalize())


class SignOffStep(models.Model):
    """One signature on an action: as whom, when, with what note. It counts for its round only."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="signatures")
    round = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=300, help_text="by which role")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("at", "id")
        triggers = [KEPT]

    def __str__(self) -> str:
        return f"signature {self.pk}"


class DueChange(models.Model):
    """One change of an action's date: from when to when, why, by whom. Nobody where a job made it."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="date_changes")
    old_on = models.DateField()
    new_on = models.DateField()
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")
        triggers = [KEPT]

    def __str__(self) -> str:
        return f"{self.old_on} to {self.new_on}"


class SupervisionReview(models.Model):
    """An action was gone through in supervision on a day, with a note (C1-12)."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="reviews")
    on = models.DateField()
    note = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("on", "id")
        triggers = [KEPT]

    def __str__(self) -> str:
        return f"review of action {self.action_id}"


@pghistory.track(append_only=True, exclude=["council"])
class ImpactAnswer(models.Model):
    """Whether an action that was signed off made a difference for the child: asked once for each round.

    `asked` are the people who held the posts on the day; any one of them answers. `council` is the action's, so that an
    index finds a council's answers without those of others.
    """

    class Answer(models.TextChoices):
        YES = "yes", "Yes"
        PARTLY = "partly", "Partly"
        NO = "no", "No"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+", db_index=False)
    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="impact")
    round = models.PositiveSmallIntegerField()
    planned_on = models.DateField()
    due_on = models.DateField()
    asked = ArrayField(models.BigIntegerField(), default=list, blank=True)
    made_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    difference = models.TextField(blank=True)
    evidence = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(null=True, blank=True)

    objects = ImpactQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "id")
        constraints = [
            models.UniqueConstraint(fields=["action", "round"], name="impact_asked_once"),
            models.CheckConstraint(
                condition=Q(answer="", by=None, at=None)
                | (~Q(answer="") & Q(by__isnull=False, at__isnull=False)),
                name="impact_answered_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["council", "due_on"], condition=Q(answer=""), name="impact_waiting"
            ),
            models.Index(fields=["council", "at"], name="impact_at"),
            # Who is asked, and whether they still are.
            GinIndex(fields=["asked"], name="impact_asked"),
        ]

    def __str__(self) -> str:
        return f"impact of action {self.action_id}"


class TrackerSum(models.Model):
    """So many more or fewer actions of a council with one origin, one theme, or one number of days until closed.

    Rows are only added, by triggers of Action, until they are put together each night: see `actions.sums`.
    """

    council = models.ForeignKey(Council, on_delete=models.CASCADE, related_name="+", db_index=False)
    of = models.CharField(max_length=10, help_text="origin, theme or closed")
    source = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=40, blank=True, help_text="of the class")
    label = models.CharField(max_length=200, blank=True, help_text="of the class, or the theme")
    days = models.IntegerField(default=0)
    number = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["council", "of", "source", "code", "label", "days"],
                include=["number"],
                name="tracker_sums",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number:+d} {self.of}"


class SavedView(models.Model):
    """One person's own way of looking at the tracker: a name and what the list is narrowed to."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="action_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500, blank=True)
    is_default = models.BooleanField(default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="action_view_once"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default=True), name="action_view_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name
