"""Children as references (U-11, H-1): a number in the case system and the form's demographics."""

from django.db import models
from django.db.models import F, Q

from cases.querysets import CaseFileQuerySet, ImportRunQuerySet
from people.models import Council, OrgUnit, User


class CaseFile(models.Model):
    """One child's file in the council's case system. No name, address or story of a child is kept here."""

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="cases")
    number = models.CharField(max_length=40)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="cases")
    date_of_birth = models.DateField(null=True, blank=True)
    gender = models.CharField(max_length=40, blank=True)
    ethnicity = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=80, blank=True)
    disability = models.CharField(max_length=40, blank=True)
    plan_type = models.CharField(max_length=40, blank=True)
    referral_on = models.DateField(null=True, blank=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)

    objects = CaseFileQuerySet.as_manager()

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["council", "number"], name="case_number_once"),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
                name="case_closes_after_opening",
            ),
        ]
        indexes = [models.Index(fields=["council", "closed_on", "number"])]

    def __str__(self) -> str:
        return self.number


class Involvement(models.Model):
    """Who worked with the child from one day to another, as allocated or as second worker."""

    class Kind(models.TextChoices):
        ALLOCATED = "allocated", "Allocated worker"
        SECOND = "second", "Second worker"

    case = models.ForeignKey(CaseFile, on_delete=models.CASCADE, related_name="involvements")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="involvements")
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.ALLOCATED)
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("from_on", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "user", "kind", "from_on"], name="involvement_once"
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                name="involvement_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["user", "to_on"])]

    def __str__(self) -> str:
        return f"{self.kind} worker from {self.from_on:%Y-%m-%d}"


class ImportRun(models.Model):
    """One uploaded file on its way: checked in the background, looked at, confirmed, written as a whole.

    `subject` is the code of the instrument that replies answer; other kinds have none. `sensitive` says in plain
    words what in it takes a second person to confirm; it is empty where one person is enough.
    """

    class Kind(models.TextChoices):
        STAFF = "staff", "Staff and posts"
        CASES = "cases", "Case references"
        REPLIES = "replies", "Feedback replies"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting to be checked"
        CHECKING = "checking", "Being checked"
        FAULTY = "faulty", "Needs putting right"
        CHECKED = "checked", "Ready to import"
        CONFIRMED = "confirmed", "Waiting to be written"
        WRITING = "writing", "Being written"
        DONE = "done", "Imported"
        FAILED = "failed", "Failed"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="imports")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    subject = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    checksum = models.CharField(max_length=64)
    content = models.BinaryField(null=True, help_text="taken away once the import has ended")
    rows = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    sensitive = models.JSONField(default=list, help_text="what takes a second person, in words")
    faults = models.JSONField(default=list)
    fault_count = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["state", "uploaded_at"])]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="replies") & ~Q(subject=""))
                | (~Q(kind="replies") & Q(subject="")),
                name="import_of_replies_has_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"

    @property
    def waits_for_another(self) -> bool:
        """Whether somebody else than who uploaded it has to confirm it."""
        return self.state == self.State.CHECKED and bool(self.sensitive)
