"""A council's framework as rows and values: editions, tools, questions, standards, descriptors.

What answers and reports join on (tool, section, question, part) is rows with stable codes;
what is read whole (scales, grades, allocation…) is one validated JSON column. Publishing locks both.
"""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from people.models import Council
from standards.querysets import CalendarDayQuerySet, FrameworkVersionQuerySet

# A row that belongs to an edition may be written only while the edition is a draft.
LOCKED = """
    SELECT state INTO STRICT edition_state FROM standards_frameworkversion
        WHERE id = COALESCE(OLD.version_id, NEW.version_id);
    IF edition_state <> 'draft' THEN
        RAISE EXCEPTION 'This edition is %% and cannot be changed; make a new edition.', edition_state;
    END IF;
    RETURN COALESCE(NEW, OLD);
""".replace("%%", "%")


def locked() -> list[pgtrigger.Trigger]:
    """The trigger that freezes an edition's rows once it is published."""
    return [
        pgtrigger.Trigger(
            name="locked",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            declare=[("edition_state", "text")],
            func=LOCKED,
        )
    ]


class Framework(models.Model):
    """One council's quality assurance framework through all its editions."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="frameworks")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["council", "code"], name="framework_code_once")
        ]

    def __str__(self) -> str:
        return self.name


class CalendarDay(models.Model):
    """Where a council's year differs from the bank holidays, and its terms and cycles (T-3, T-11).

    Both days are included. A `closed` day is no working day; a `worked` one is, though a bank holiday.
    """

    class Kind(models.TextChoices):
        CLOSED = "closed", "Closed, though not a bank holiday"
        WORKED = "worked", "Worked, though a bank holiday or weekend"
        TERM = "term", "School term"
        CYCLE = "cycle", "Week 1 of a performance cycle"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="calendar_days")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=120)
    from_on = models.DateField()
    to_on = models.DateField()

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        ordering = ("from_on", "kind", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["council", "kind", "from_on"], name="calendar_day_once"
            ),
            models.CheckConstraint(
                condition=Q(to_on__gte=models.F("from_on")), name="calendar_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FrameworkVersion(models.Model):
    """One edition. A draft may be replaced; a published one never changes, and audits keep theirs."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        RETIRED = "retired", "Retired"

    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="versions")
    council = models.ForeignKey(
        Council, on_delete=models.PROTECT, related_name="framework_versions"
    )
    edition = models.PositiveIntegerField()
    label = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    effective_from = models.DateField()
    policy = models.JSONField()
    source = models.TextField(help_text="the file as it was loaded")
    checksum = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True, blank=True)

    objects = FrameworkVersionQuerySet.as_manager()

    class Meta:
        ordering = ("framework", "-edition")
        constraints = [
            models.UniqueConstraint(fields=["framework", "edition"], name="edition_once"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False),
                name="published_has_moment",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="draft")
                & (
                    pgtrigger.Q(old__policy__df=pgtrigger.F("new__policy"))
                    | pgtrigger.Q(old__source__df=pgtrigger.F("new__source"))
                    | pgtrigger.Q(old__edition__df=pgtrigger.F("new__edition"))
                    | pgtrigger.Q(old__effective_from__df=pgtrigger.F("new__effective_from"))
                    | pgtrigger.Q(new__state="draft")
                ),
            ),
            pgtrigger.Protect(
                name="kept", operation=pgtrigger.Delete, condition=~pgtrigger.Q(old__state="draft")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.framework_id} edition {self.edition}"


class Tool(models.Model):
    """One form of an edition: a collaborative case audit, a dip sample…"""

    version = models.ForeignKey(FrameworkVersion, on_delete=models.CASCADE, related_name="tools")
    code = models.SlugField(max_length=40)
    title = models.CharField(max_length=200)
    short = models.CharField(max_length=80)
    intro = models.TextField(blank=True)
    used_for = models.CharField(max_length=300, blank=True)
    window = models.JSONField(default=dict)
    suggestion = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="tool_code_once")]
        triggers = locked()

    def __str__(self) -> str:
        return self.title


class Section(models.Model):
    """A section of a tool: who fills it, in which states, and who must not see it before the meeting."""

    version = models.ForeignKey(FrameworkVersion, on_delete=models.CASCADE, related_name="sections")
    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="sections")
    order = models.PositiveSmallIntegerField()
    code = models.SlugField(max_length=40)
    number = models.CharField(max_length=10, blank=True)
    title = models.CharField(max_length=200)
    intro = models.TextField(blank=True)
    respondent = models.CharField(max_length=20)
    open_in = ArrayField(models.CharField(max_length=20), default=list)
    hidden_until_session_from = ArrayField(models.CharField(max_length=20), default=list)
    paging = models.CharField(max_length=20, default="section")
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    applies_when = models.JSONField(default=dict)
    always = models.BooleanField(default=False)

    class Meta:
        ordering = ("order",)
        constraints = [models.UniqueConstraint(fields=["tool", "code"], name="section_code_once")]
        triggers = locked()

    def __str__(self) -> str:
        return self.title


class Question(models.Model):
    """One question of a section, restated in our own words with its source number."""

    version = models.ForeignKey(
        FrameworkVersion, on_delete=models.CASCADE, related_name="questions"
    )
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="questions")
    order = models.PositiveSmallIntegerField()
    code = models.SlugField(max_length=40)
    number = models.CharField(max_length=10, blank=True)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    areas = ArrayField(models.SlugField(max_length=40), default=list)
    standards = ArrayField(models.CharField(max_length=20), default=list)
    scaling = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    repeat = models.PositiveSmallIntegerField(default=1)
    source = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ("section", "order")
        constraints = [
            models.UniqueConstraint(fields=["section", "code"], name="question_code_once")
        ]
        triggers = locked()

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()


class Part(models.Model):
    """One thing to answer (or to read) within a question; `code` is unique in its tool: `q6.scale`."""

    version = models.ForeignKey(FrameworkVersion, on_delete=models.CASCADE, related_name="parts")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="parts")
    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="parts")
    order = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    label = models.CharField(max_length=300)
    respondent = models.CharField(max_length=20)
    required_at = models.CharField(max_length=20, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ("question", "order")
        constraints = [models.UniqueConstraint(fields=["tool", "code"], name="part_code_once")]
        triggers = locked()

    def __str__(self) -> str:
        return self.code


class PracticeStandard(models.Model):
    """One numbered practice standard."""

    version = models.ForeignKey(
        FrameworkVersion, on_delete=models.CASCADE, related_name="standards"
    )
    order = models.PositiveSmallIntegerField()
    section_code = models.CharField(max_length=20)
    section_title = models.CharField(max_length=200)
    number = models.CharField(max_length=20)
    alias = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    source = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ("order",)
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="standard_number_once")
        ]
        triggers = locked()

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()


class Descriptor(models.Model):
    """What practice of one grade looks like in one area: one cell of the council's table."""

    version = models.ForeignKey(
        FrameworkVersion, on_delete=models.CASCADE, related_name="descriptors"
    )
    order = models.PositiveSmallIntegerField()
    area = models.SlugField(max_length=40)
    grade = models.SlugField(max_length=40)
    column = models.SlugField(max_length=40, blank=True)
    text = models.TextField()

    class Meta:
        ordering = ("area", "order")
        triggers = locked()
        indexes = [models.Index(fields=["version", "area"])]

    def __str__(self) -> str:
        return f"{self.area} {self.grade} {self.order}"
