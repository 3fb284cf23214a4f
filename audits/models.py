"""One audit of a child's file, filled together, and everything said in it."""

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from audits.querysets import AnswerQuerySet, AuditQuerySet, LoopQuerySet
from audits.states import DONE, LOOP_DONE, SESSION_BEGUN, WORKING, AuditState, LoopState
from cases.models import CaseFile
from people.models import Council, OrgUnit, User
from standards.models import FrameworkVersion, Part, Tool


class Respondent(models.TextChoices):
    """Whose answer it is: the two workers answer their own parts apart from each other."""

    AUDITOR = "auditor", "Auditor"
    PRACTITIONER = "practitioner", "Practitioner"
    SECOND = "second", "Second worker"
    JOINT = "joint", "Together"


@pghistory.track(append_only=True, exclude=["changed_at"])
class Audit(models.Model):
    """One audit of one child's file by one auditor with the worker; it keeps its edition for ever."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="audits")
    reference = models.CharField(max_length=20)
    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="audits")
    version = models.ForeignKey(FrameworkVersion, on_delete=models.PROTECT, related_name="audits")
    tool = models.ForeignKey(Tool, on_delete=models.PROTECT, related_name="audits")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="audits")
    auditor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="audits_as_auditor")
    worker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="audits_as_worker")
    second_worker = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="audits_as_second"
    )
    manager = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="audits_of_team"
    )
    moderator = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="who moderates it: named with the allocation, or when it was given out",
    )
    state = models.CharField(
        max_length=20, choices=AuditState.choices, default=AuditState.ALLOCATED
    )
    month = models.DateField(help_text="first day of the month the audit counts for")
    deadline_on = models.DateField()
    practice_week = models.BooleanField(default=False)
    flash_source = models.CharField(
        max_length=300,
        blank=True,
        help_text="what a flash audit was raised from; empty for an audit of the programme (E-30)",
    )
    allocated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    allocated_at = models.DateTimeField()
    meeting_at = models.DateTimeField(null=True, blank=True)
    meeting_mode = models.CharField(max_length=20, blank=True)
    session_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(
        null=True, blank=True, help_text="since when nothing is left to do on it (B2-23)"
    )
    grade = models.SlugField(max_length=40, blank=True, help_text="the grade that counts now")
    grade_final = models.BooleanField(default=False)
    raised_in_supervision = models.BooleanField(
        default=False,
        help_text="the worker's line manager raised it there; nothing of what was said",
    )
    facts = models.JSONField(
        default=dict, blank=True, help_text="what decided which sections applied, as at the return"
    )
    changed_at = models.DateTimeField(auto_now=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ("deadline_on", "id")
        constraints = [
            models.UniqueConstraint(fields=["council", "reference"], name="audit_reference_once"),
            models.CheckConstraint(
                condition=~Q(auditor=models.F("worker")), name="auditor_is_not_worker"
            ),
            models.CheckConstraint(
                condition=Q(second_worker=None)
                | (~Q(second_worker=models.F("worker")) & ~Q(second_worker=models.F("auditor"))),
                name="second_worker_is_another",
            ),
            models.CheckConstraint(
                condition=Q(state="returned", returned_at__isnull=False) & ~Q(grade="")
                | ~Q(state="returned"),
                name="returned_has_grade_and_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["council", "state", "deadline_on"]),
            models.Index(fields=["council", "-id"]),
            models.Index(fields=["auditor", "state"]),
            models.Index(fields=["worker", "state"]),
            models.Index(fields=["second_worker", "state"]),
            models.Index(fields=["council", "month"], name="audit_months"),
            models.Index(fields=["council", "grade"], name="audit_grades"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def under_way(self) -> bool:
        """Whether it is neither returned nor left out."""
        return self.state in WORKING

    @property
    def session_begun(self) -> bool:
        """Whether what was hidden before the meeting may be seen."""
        return self.state in SESSION_BEGUN


class AuditMove(models.Model):
    """One step in an audit's life: who, when, why. Screens read this list."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="moves")
    verb = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=AuditState.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("at", "id")
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.audit_id}"

    @property
    def words(self) -> str:
        """What happened, for the screen."""
        return DONE.get(self.verb, self.verb.capitalize())


class Answer(models.Model):
    """What one respondent said to one part. No row, or an empty one, is a blank; 0 is an answer."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="answers")
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="answers")
    respondent = models.CharField(max_length=20, choices=Respondent.choices)
    instance = models.PositiveSmallIntegerField(default=1)
    number = models.IntegerField(null=True, blank=True)
    text = models.TextField(blank=True)
    day = models.DateField(null=True, blank=True)
    place = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["audit", "part", "respondent", "instance"], name="answer_once"
            ),
        ]
        # No index holds what typing on changes: so a changed answer stays on its page of the table (decision 30).

    def __str__(self) -> str:
        return f"answer {self.pk}"


class EarlierAnswer(models.Model):
    """What an answer said before somebody else replaced it, so that nobody's words are lost.

    `refused`: it never stood, because `replaced_by` had changed the answer while it was written.
    """

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="earlier_answers")
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="+")
    respondent = models.CharField(max_length=20, choices=Respondent.choices)
    instance = models.PositiveSmallIntegerField(default=1)
    number = models.IntegerField(null=True, blank=True)
    text = models.TextField(blank=True)
    day = models.DateField(null=True, blank=True)
    place = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField()
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    replaced_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField()
    refused = models.BooleanField(default=False)

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["audit", "part"])]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"earlier answer {self.pk}"


class SectionDone(models.Model):
    """A respondent says that a section is finished; they may still change it while it is open."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="sections_done")
    section_code = models.SlugField(max_length=40)
    respondent = models.CharField(max_length=20, choices=Respondent.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["audit", "section_code", "respondent"], name="section_done_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section_code} done"


class Confirmation(models.Model):
    """One party confirms the answers to a joint question as they stood at these versions (B3-2)."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="confirmations")
    question_code = models.SlugField(max_length=40)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    fingerprint = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["audit", "question_code", "by"], name="confirmation_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_code} confirmed"


class GradeEvent(models.Model):
    """One grade given to an audit, for ever: by whom, when, on which scale value and why (B0-12)."""

    class Kind(models.TextChoices):
        PRACTITIONER = "practitioner", "Practitioner's view"
        AUDITOR = "auditor", "Auditor"
        MODERATOR = "moderator", "Moderator"
        AGREED = "agreed", "Agreed"
        DECIDED = "decided", "Decided"
        PANEL = "panel", "Panel"

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="grade_events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    value = models.SmallIntegerField(null=True, blank=True)
    surpassed = models.BooleanField(default=False)
    grade = models.SlugField(max_length=40)
    rationale = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.grade}"


class Reader(models.Model):
    """Somebody who may read one returned audit for a task of theirs: to moderate it, to decide on its grade…

    `blind`: the auditor's grades and reasons are not sent to them until their own view is in.
    """

    class Part(models.TextChoices):
        MODERATOR = "moderator", "Moderator"
        PANEL = "panel", "Panel member"
        DECIDER = "decider", "Decides on the grade"
        CALIBRATION = "calibration", "Grades it in a calibration"

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="readers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=20, choices=Part.choices)
    blind = models.BooleanField(default=False)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["audit", "user", "part"], name="reader_once")
        ]
        indexes = [models.Index(fields=["user", "audit"])]

    def __str__(self) -> str:
        return f"{self.part} of audit {self.audit_id}"


class Triggered(models.Model):
    """One grade trigger that has fired for one audit and grade; it never fires twice (B0-17, B2-13)."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="triggered")
    code = models.SlugField(max_length=40)
    grade = models.SlugField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["audit", "code", "grade"], name="triggered_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} of audit {self.audit_id}"


class Listed(models.Model):
    """An audit that a grade trigger puts before somebody: on a watch list, or in a list without a message (B4).

    It stands there until the actions of the audit are signed off. `to` are recipients, found on the day.
    """

    class Kind(models.TextChoices):
        WATCH = "watch", "Watched until its actions are signed off"
        SHOW = "show", "Shown"

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="listed")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    to = ArrayField(models.CharField(max_length=80))
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audit", "kind", "to"], name="listed_once")]

    def __str__(self) -> str:
        return f"{self.kind} audit {self.audit_id}"


@pghistory.track(append_only=True)
class Loop(models.Model):
    """The loop of one audit (C3): its form, who authorised it, and the second audit that shows what has lasted."""

    audit = models.OneToOneField(Audit, on_delete=models.PROTECT, related_name="loop")
    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=LoopState.choices, default=LoopState.FORM_DUE)
    before = models.SlugField(max_length=40, help_text="the grade that asked for the loop")
    begun_at = models.DateTimeField()
    met_on = models.DateField(null=True, blank=True)
    met_manager = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    different = models.TextField(blank=True, help_text="what is different for the child")
    secured = models.BooleanField(null=True, blank=True, help_text="safeguarding is secured")
    outstanding = models.TextField(blank=True)
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    authorised_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    authorised_at = models.DateTimeField(null=True, blank=True)
    reaudit_due_on = models.DateField(null=True, blank=True)
    reaudit = models.OneToOneField(
        Audit, on_delete=models.PROTECT, null=True, blank=True, related_name="loop_before"
    )
    version = models.PositiveIntegerField(default=1)

    objects = LoopQuerySet.as_manager()

    class Meta:
        ordering = ("begun_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(reaudit=None) | ~Q(reaudit=models.F("audit")),
                name="reaudit_is_another_audit",
            ),
            models.CheckConstraint(
                condition=Q(authorised_by=None) | ~Q(authorised_by=models.F("submitted_by")),
                name="loop_authorised_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"loop of audit {self.audit_id}"


class LoopMove(models.Model):
    """One step in a loop: who, when, why."""

    loop = models.ForeignKey(Loop, on_delete=models.PROTECT, related_name="moves")
    verb = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=LoopState.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("at", "id")
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.loop_id}"

    @property
    def words(self) -> str:
        """What happened, for the screen."""
        return LOOP_DONE.get(self.verb, self.verb.capitalize())


class ClosureConfirmed(models.Model):
    """Somebody confirmed one thing that must be there before an audit is closed (C3-8)."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="closure_confirmed")
    code = models.SlugField(max_length=40)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["audit", "code"], name="closure_confirmed_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} of audit {self.audit_id}"


class Presence(models.Model):
    """Who has the audit open now, and where."""

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="present")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=80)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audit", "user"], name="presence_once")]

    def __str__(self) -> str:
        return self.place


class AuditCounter(models.Model):
    """The last reference number given in one council and year."""

    council = models.ForeignKey(Council, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["council", "year"], name="audit_counter_once")
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
