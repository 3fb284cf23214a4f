"""The year's programme: what each post owes, how files were drawn, who was given them, and every change after."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from audits.models import Audit
from cases.models import CaseFile
from people.models import Council, Post, User
from programme.querysets import (
    AwayQuerySet,
    DateChangeQuerySet,
    DrawQuerySet,
    PlanQuerySet,
    SlotQuerySet,
    ThemeQuerySet,
    YearQuerySet,
)
from programme.states import DrawState, PlanState
from standards.models import FrameworkVersion, Tool

KEPT = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class ProgrammeYear(models.Model):
    """One council's programme of one year, from the first day of its first quarter (T-9)."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="programmes")
    first_on = models.DateField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()

    objects = YearQuerySet.as_manager()

    class Meta:
        ordering = ("-first_on",)
        constraints = [
            models.UniqueConstraint(fields=["council", "first_on"], name="programme_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.first_on.year} to {self.first_on.year + 1}"


@pghistory.track(append_only=True)
class Slot(models.Model):
    """One thing that one post owes in one period: a requirement of the framework made concrete (B0-7).

    An audit fills the slot of an activity that has a form; the others are marked as done by hand.
    """

    year = models.ForeignKey(ProgrammeYear, on_delete=models.PROTECT, related_name="slots")
    version = models.ForeignKey(FrameworkVersion, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="slots")
    activity = models.SlugField(max_length=40)
    tool_code = models.SlugField(max_length=40, blank=True)
    first_on = models.DateField()
    last_on = models.DateField(help_text="the last day of the period")
    number = models.PositiveSmallIntegerField(help_text="1 for the first owed in the period")
    audit = models.OneToOneField(
        Audit, on_delete=models.PROTECT, null=True, blank=True, related_name="slot"
    )
    done_on = models.DateField(null=True, blank=True)
    excused_why = models.CharField(max_length=300, blank=True)
    changed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField()

    objects = SlotQuerySet.as_manager()

    class Meta:
        ordering = ("first_on", "activity", "number")
        constraints = [
            models.UniqueConstraint(
                fields=["year", "post", "activity", "first_on", "number"], name="slot_once"
            ),
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="slot_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(audit=None) | Q(done_on=None), name="slot_done_one_way"
            ),
        ]
        indexes = [models.Index(fields=["year", "first_on"])]

    def __str__(self) -> str:
        return f"{self.activity} {self.number} from {self.first_on}"


class Theme(models.Model):
    """A theme of the year: who leads it, what it is to find out, how many files, and when it is looked at again."""

    year = models.ForeignKey(ProgrammeYear, on_delete=models.PROTECT, related_name="themes")
    title = models.CharField(max_length=200)
    lead = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    objectives = models.TextField()
    sample = models.PositiveSmallIntegerField()
    quarter_on = models.DateField(help_text="first day of the quarter it is done in")
    revisit_on = models.DateField(
        null=True, blank=True, help_text="first day of the quarter it is looked at again (C2-7)"
    )
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    objects = ThemeQuerySet.as_manager()

    class Meta:
        ordering = ("quarter_on", "title")
        constraints = [
            models.CheckConstraint(
                condition=Q(revisit_on=None) | Q(revisit_on__gt=F("quarter_on")),
                name="theme_revisited_later",
            )
        ]

    def __str__(self) -> str:
        return self.title


@pghistory.track(append_only=True, exclude=["pool"])
class Draw(models.Model):
    """Files drawn by chance: the pool is frozen with its fingerprint first, the seed becomes known afterwards.

    `rule` and `pool` are what core/sampling.py takes; `left_out` counts what the pool leaves out, by reason.
    A draw is never changed once drawn: another draw may follow it, with a reason.
    """

    class Seed(models.TextChoices):
        PUBLIC = "public", "A value that is published later by somebody else"
        TWO_PEOPLE = "two_people", "Two people each give a word that the other does not know"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="draws")
    number = models.PositiveIntegerField(help_text="1, 2, 3… within the council")
    title = models.CharField(max_length=200)
    version = models.ForeignKey(FrameworkVersion, on_delete=models.PROTECT, related_name="+")
    tool = models.ForeignKey(Tool, on_delete=models.PROTECT, related_name="+")
    month = models.DateField(help_text="first day of the month the audits count for")
    audit_on = models.DateField(null=True, blank=True, help_text="the day of the audits, if set")
    filters = models.JSONField(default=dict)
    rule = models.JSONField()
    pool = models.JSONField()
    left_out = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64)
    frozen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField()
    seed_kind = models.CharField(max_length=20, choices=Seed.choices)
    seed_source = models.CharField(
        max_length=300, blank=True, help_text="which published value it will be, named beforehand"
    )
    seed_known_on = models.DateField(null=True, blank=True)
    seed = models.CharField(max_length=500, blank=True)
    drawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    drawn_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=list, blank=True)
    follows = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    reason = models.CharField(max_length=500, blank=True, help_text="why it was drawn again")
    state = models.CharField(max_length=20, choices=DrawState.choices, default=DrawState.FROZEN)

    objects = DrawQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.UniqueConstraint(fields=["council", "number"], name="draw_number_once"),
            models.CheckConstraint(
                condition=Q(follows=None) | ~Q(reason=""), name="draw_again_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="frozen", seed="")
                | Q(state="withdrawn")
                | (~Q(seed="") & Q(drawn_at__isnull=False)),
                name="drawn_has_seed_and_moment",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__pool__df=pgtrigger.F("new__pool"))
                | pgtrigger.Q(old__rule__df=pgtrigger.F("new__rule"))
                | pgtrigger.Q(old__fingerprint__df=pgtrigger.F("new__fingerprint"))
                | pgtrigger.Q(old__seed_kind__df=pgtrigger.F("new__seed_kind"))
                | pgtrigger.Q(old__seed_source__df=pgtrigger.F("new__seed_source"))
                | pgtrigger.Q(old__seed_known_on__df=pgtrigger.F("new__seed_known_on"))
                | pgtrigger.Q(old__frozen_at__df=pgtrigger.F("new__frozen_at"))
                | pgtrigger.Q(old__left_out__df=pgtrigger.F("new__left_out"))
                | (
                    ~pgtrigger.Q(old__seed="")
                    & (
                        pgtrigger.Q(old__seed__df=pgtrigger.F("new__seed"))
                        | pgtrigger.Q(old__result__df=pgtrigger.F("new__result"))
                        | pgtrigger.Q(old__drawn_at__df=pgtrigger.F("new__drawn_at"))
                    )
                ),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"Draw {self.number}"


class SeedShare(models.Model):
    """One person's half of a seed; its words stay unseen until both halves are there."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="shares")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=200)
    salt = models.CharField(
        max_length=32, help_text="chance signs, so that nobody guesses the words"
    )
    commitment = models.CharField(
        max_length=64, help_text="SHA-256 of the salt and the words, shown at once"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")
        constraints = [models.UniqueConstraint(fields=["draw", "by"], name="one_share_a_person")]
        triggers = [KEPT]

    def __str__(self) -> str:
        return f"share of draw {self.draw_id}"


class Replacement(models.Model):
    """A drawn file that was replaced by the next in the draw's own order, and why."""

    class Why(models.TextChoices):
        CLOSED = "closed", "The case closed after the draw"
        MOVED = "moved", "The case moved to a service out of scope"
        RECENT = "recent", "The file turned out to have been audited lately"
        SENSITIVE = "sensitive", "An audit now would harm the child or the family"
        PROCEEDINGS = "proceedings", "Criminal or court proceedings forbid it now"
        NO_AUDITOR = "no_auditor", "No auditor is free of interest in this file"

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="replacements")
    out_case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="+")
    in_case = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why = models.CharField(max_length=20, choices=Why.choices)
    passed_over = models.JSONField(
        default=list, blank=True, help_text="who stood before in the order and is open no more"
    )
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(fields=["draw", "out_case"], name="replaced_once"),
            models.UniqueConstraint(fields=["draw", "in_case"], name="replaces_once"),
        ]
        triggers = [KEPT]

    def __str__(self) -> str:
        return f"replacement in draw {self.draw_id}"


class AllocationPlan(models.Model):
    """Who is to audit each drawn file: worked out in the background, changed by hand, then confirmed as a whole."""

    draw = models.OneToOneField(Draw, on_delete=models.PROTECT, related_name="plan")
    state = models.CharField(max_length=20, choices=PlanState.choices, default=PlanState.WAITING)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    over_number = models.BooleanField(
        default=False, help_text="auditors may get more than the framework's number (B6-10)"
    )
    explained = models.JSONField(
        default=list, blank=True, help_text="what could not be met, in words"
    )
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = PlanQuerySet.as_manager()

    def __str__(self) -> str:
        return f"plan of draw {self.draw_id}"


class PlanRow(models.Model):
    """One drawn file in a plan, with the auditor proposed for it; none where nobody may audit it."""

    plan = models.ForeignKey(AllocationPlan, on_delete=models.CASCADE, related_name="rows")
    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="+")
    worker = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    auditor = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    why_none = models.CharField(max_length=500, blank=True)
    by_hand = models.BooleanField(default=False)
    reason = models.CharField(
        max_length=500, blank=True, help_text="why the framework's rule on teams is left aside"
    )
    audit = models.OneToOneField(
        Audit, on_delete=models.PROTECT, null=True, blank=True, related_name="plan_row"
    )

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["plan", "case"], name="planned_once")]

    def __str__(self) -> str:
        return f"row of plan {self.plan_id}"


@pghistory.track(append_only=True)
class Away(models.Model):
    """Days on which somebody is away: a plan gives no audit that falls mostly into them. Why is not kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="away")
    from_on = models.DateField()
    to_on = models.DateField(help_text="the last day away")
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    objects = AwayQuerySet.as_manager()

    class Meta:
        ordering = ("from_on", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")), name="away_ends_after_start"
            ),
            models.UniqueConstraint(fields=["user", "from_on", "to_on"], name="away_once"),
        ]
        indexes = [models.Index(fields=["user", "to_on"])]

    def __str__(self) -> str:
        return f"away from {self.from_on} to {self.to_on}"


@pghistory.track(append_only=True)
class DateChange(models.Model):
    """An extension, an exclusion or another auditor for one audit: asked, decided, kept (B0-8)."""

    class Kind(models.TextChoices):
        EXTENSION = "extension", "More time"
        EXCLUSION = "exclusion", "Left out"
        REASSIGNMENT = "reassignment", "Another auditor"

    class State(models.TextChoices):
        ASKED = "asked", "Asked"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    state = models.CharField(max_length=20, choices=State.choices, default=State.ASKED)
    reason = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    old_deadline_on = models.DateField()
    new_deadline_on = models.DateField(null=True, blank=True)
    old_auditor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    new_auditor = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.TextField(blank=True)

    objects = DateChangeQuerySet.as_manager()

    class Meta:
        ordering = ("asked_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["audit", "kind"], condition=Q(state="asked"), name="asked_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at=None)
                | (~Q(state="asked") & Q(decided_at__isnull=False)),
                name="decided_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of audit {self.audit_id}"
