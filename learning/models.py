"""Themes, the texts that bear them, coding without seeing each other's codes, and what was taught."""

import pghistory
from django.db import models
from django.db.models import F, Q

from audits.models import Audit
from learning.querysets import ActivityQuerySet, ExtractQuerySet, RoundQuerySet, ThemeQuerySet
from learning.states import ActivityKind, Kind, Measured, Source, ThemeState
from people.models import Council, OrgUnit, User
from standards.models import FrameworkVersion


@pghistory.track(append_only=True)
class Theme(models.Model):
    """One theme of a council's list: from its framework, or a tag that somebody added while coding.

    A new tag is in use at once; the QA head then keeps, merges or retires it.
    """

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="themes")
    label = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=ThemeState.choices, default=ThemeState.NEW)
    from_framework = models.BooleanField(default=False)
    into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    added_at = models.DateTimeField()

    objects = ThemeQuerySet.as_manager()

    class Meta:
        ordering = ("label",)
        constraints = [
            models.UniqueConstraint(
                "council", models.functions.Lower("label"), name="theme_label_once"
            ),
            models.CheckConstraint(
                condition=Q(state="merged", into__isnull=False)
                | (~Q(state="merged") & Q(into=None)),
                name="merged_theme_has_another",
            ),
        ]

    def __str__(self) -> str:
        return self.label


@pghistory.track(append_only=True)
class Extract(models.Model):
    """A reference to one text that can be coded: where it stands, and what it counts for. Never the text itself.

    `place` is the question within the source. `kind` is what the question suggests. `revision` rises with each
    coding. `done_at`: it was coded, or laid aside as having nothing to code. `quotation` is what may be printed, as a
    member of the QA team wrote it.
    """

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="extracts")
    source = models.CharField(max_length=12, choices=Source.choices)
    source_id = models.BigIntegerField()
    place = models.CharField(max_length=80, blank=True)
    audit = models.ForeignKey(
        Audit, on_delete=models.PROTECT, null=True, blank=True, related_name="extracts"
    )
    month = models.DateField(help_text="first day of the month that it counts for")
    unit = models.ForeignKey(
        OrgUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    grade = models.SlugField(max_length=40, blank=True, help_text="the audit's when it was found")
    version = models.ForeignKey(FrameworkVersion, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices, blank=True)
    found_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=0)
    done_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    quotation = models.CharField(max_length=500, blank=True)
    quoted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    quoted_at = models.DateTimeField(null=True, blank=True)

    objects = ExtractQuerySet.as_manager()

    class Meta:
        ordering = ("-month", "id")
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id", "place"], name="extract_once"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="extract_done_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(quotation="", quoted_by=None, quoted_at=None)
                | (~Q(quotation="") & Q(quoted_by__isnull=False, quoted_at__isnull=False)),
                name="quotation_has_writer",
            ),
        ]
        indexes = [
            models.Index(fields=["council", "-month", "id"]),
            models.Index(
                fields=["council", "-month", "id"],
                condition=Q(done_at=None),
                name="extract_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"extract {self.pk}"


@pghistory.track(append_only=True)
class Coding(models.Model):
    """That an extract bears a theme, and as what: a strength, something to develop…"""

    extract = models.ForeignKey(Extract, on_delete=models.CASCADE, related_name="codings")
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="codings")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    coder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["extract", "theme", "kind"], name="coding_once")
        ]
        indexes = [models.Index(fields=["theme", "kind"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.theme_id} of extract {self.extract_id}"


class Suggestion(models.Model):
    """A theme that an extract not yet coded may bear, learned from earlier coding; never a coding by itself."""

    extract = models.ForeignKey(Extract, on_delete=models.CASCADE, related_name="suggestions")
    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField()

    class Meta:
        ordering = ("-score", "id")
        constraints = [models.UniqueConstraint(fields=["extract", "theme"], name="suggestion_once")]

    def __str__(self) -> str:
        return f"{self.theme_id} for extract {self.extract_id}"


class Gathered(models.Model):
    """When it was last looked up what can be coded in a council."""

    council = models.OneToOneField(Council, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"gathered {self.at}"


class Training(models.Model):
    """When suggestions of a council were last learned, and from how many coded extracts."""

    council = models.OneToOneField(Council, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    coded = models.PositiveIntegerField()
    themes = models.PositiveIntegerField(help_text="how many could be suggested")

    def __str__(self) -> str:
        return f"learned from {self.coded}"


@pghistory.track(append_only=True)
class BlindRound(models.Model):
    """Extracts drawn by chance that two people code without seeing each other's codes; the draw can be made again."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="blind_rounds")
    number = models.PositiveIntegerField()
    first = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    pool = models.JSONField(help_text="the ids of the extracts that were drawn from")
    seed = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True, blank=True, help_text="both had finished")

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.UniqueConstraint(fields=["council", "number"], name="blind_round_number_once"),
            models.CheckConstraint(condition=~Q(first=F("second")), name="blind_round_two_people"),
        ]

    def __str__(self) -> str:
        return f"round {self.number}"


class BlindItem(models.Model):
    """One drawn extract of a round; settled once its codes stand as the coding."""

    round = models.ForeignKey(BlindRound, on_delete=models.CASCADE, related_name="items")
    extract = models.ForeignKey(Extract, on_delete=models.PROTECT, related_name="blind_items")
    order = models.PositiveIntegerField()
    settled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("order",)
        constraints = [
            models.UniqueConstraint(fields=["round", "extract"], name="blind_item_once"),
            models.UniqueConstraint(
                fields=["extract"],
                condition=Q(settled_at=None),
                name="in_one_open_round",
            ),
        ]

    def __str__(self) -> str:
        return f"item {self.order} of round {self.round_id}"


class BlindSheet(models.Model):
    """What one of the two gave one item: pairs of theme and kind, which may be none; it never changes."""

    item = models.ForeignKey(BlindItem, on_delete=models.CASCADE, related_name="sheets")
    coder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    codes = models.JSONField(default=list, help_text="[theme id, kind] pairs")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "coder"], name="blind_sheet_once")]

    def __str__(self) -> str:
        return f"sheet of item {self.item_id}"


@pghistory.track(append_only=True)
class Activity(models.Model):
    """Something that was done so that people learn, the themes it was about, and what should change by it.

    `unit` is for whom it was; nobody stands there where it was for all. `months` are how many whole months before and
    after are looked at.
    """

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="activities")
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=ActivityKind.choices)
    held_on = models.DateField()
    unit = models.ForeignKey(
        OrgUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    invited = models.PositiveIntegerField(null=True, blank=True)
    attended = models.PositiveIntegerField(null=True, blank=True)
    themes = models.ManyToManyField(Theme, related_name="activities")
    measure = models.CharField(max_length=10, choices=Measured.choices, default=Measured.DEVELOP)
    months = models.PositiveSmallIntegerField(default=3)
    note = models.TextField(blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    form_token = models.UUIDField(null=True, blank=True, unique=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ("-held_on", "-id")
        verbose_name_plural = "activities"
        constraints = [
            models.CheckConstraint(
                condition=Q(invited=None) | Q(attended=None) | Q(attended__lte=F("invited")),
                name="no_more_attended_than_invited",
            ),
            models.CheckConstraint(
                condition=Q(months__gte=1, months__lte=12), name="months_of_an_activity"
            ),
        ]

    def __str__(self) -> str:
        return self.title
