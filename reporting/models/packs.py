"""Packs: several children's audits in one file without names, for an inspection or for senior leaders (G-12, I-124)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from audits.models import Audit
from people.models import Council, User
from reporting.querysets import PackQuerySet


class Pack(models.Model):
    """One pack: whose audits, for whom, and the file once a worker has made it. `also` are words that are taken out too.

    `suspects` are words of the file that may be names: somebody looks at them before it is shared.
    """

    class Kind(models.TextChoices):
        INSPECTION = "inspection", "Inspection pack"
        SLT = "slt", "Pack for senior leaders"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        MAKING = "making", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="packs")
    number = models.PositiveIntegerField(help_text="1, 2, 3… within the council")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.CharField(max_length=120)
    learning = models.TextField(blank=True, help_text="what is learned from these audits; no names")
    also = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=300, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    content = models.BinaryField(null=True)
    checksum = models.CharField(max_length=64, blank=True)
    pages = models.PositiveIntegerField(default=0)
    suspects = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    shared_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    shared_at = models.DateTimeField(null=True, blank=True)

    objects = PackQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=["council", "number"], name="pack_number_once"),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(checksum__gt="", ready_at__isnull=False),
                name="ready_pack_has_content",
            ),
            models.CheckConstraint(
                condition=Q(shared_at=None, shared_by=None)
                | Q(shared_at__isnull=False, shared_by__isnull=False, state="ready"),
                name="shared_pack_is_ready",
            ),
        ]
        indexes = [models.Index(fields=["state", "asked_at"])]

    def __str__(self) -> str:
        return f"pack {self.number}"

    @property
    def busy(self) -> bool:
        """Whether it is still to be made."""
        return self.state in {self.State.WAITING, self.State.MAKING}


class PackItem(models.Model):
    """One audit in a pack, at its place, under the number of its child."""

    pack = models.ForeignKey(Pack, on_delete=models.CASCADE, related_name="items")
    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    child = models.PositiveSmallIntegerField(help_text="Child 1, Child 2… in this pack")

    class Meta:
        ordering = ("place",)
        constraints = [
            models.UniqueConstraint(fields=["pack", "audit"], name="in_a_pack_once"),
            models.UniqueConstraint(fields=["pack", "place"], name="pack_place_once"),
        ]

    def __str__(self) -> str:
        return f"place {self.place} of pack {self.pack_id}"

    @property
    def pseudonym(self) -> str:
        """What the child is called in the pack."""
        return f"Child {self.child}"
