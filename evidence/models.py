"""Pictures and documents that belong to an audit or to an action."""

import pghistory
from django.db import models
from django.db.models import Q

from actions.models import Action
from audits.models import Audit
from evidence.querysets import AttachmentQuerySet, StoredFileQuerySet
from evidence.states import BUSY, FileState
from people.models import Council, User


@pghistory.track(
    append_only=True,
    exclude=["raw", "shown_name", "lease_until", "next_try_at", "tries"],
)
class StoredFile(models.Model):
    """One uploaded file. `raw` is what came, kept only until it is checked; what is shown is a file made anew.

    That file stands outside the database under a random name (`name`). `sha256` and `size` (bytes) are the new
    file's. Nothing is shown before it is ready, and nothing of it is left once it is removed or refused.
    """

    class Kind(models.TextChoices):
        JPEG = "jpeg", "JPEG picture"
        PNG = "png", "PNG picture"
        PDF = "pdf", "PDF document"

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="stored_files")
    name = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices, blank=True)
    shown_name = models.CharField(max_length=120, blank=True)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    pages = models.PositiveSmallIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=FileState.choices, default=FileState.WAITING)
    scanned = models.BooleanField(default=False, help_text="looked at by the virus scanner")
    fault = models.CharField(max_length=200, blank=True, help_text="why it waits, or was refused")
    raw = models.BinaryField(null=True, help_text="as it came; taken away once it is checked")
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ready")
                | (Q(name__isnull=False, raw__isnull=True) & ~Q(kind="") & ~Q(sha256="")),
                name="ready_file_is_stored",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "checking"]) | Q(raw__isnull=True),
                name="file_kept_raw_until_checked",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None)
                | Q(state="removed", removed_at__isnull=False, removed_by__isnull=False),
                name="file_removed_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["uploaded_at"],
                condition=Q(state__in=["waiting", "checking"]),
                name="file_unchecked",
            )
        ]

    def __str__(self) -> str:
        return f"file {self.pk}"

    @property
    def busy(self) -> bool:
        """Whether it is still to be checked."""
        return self.state in BUSY

    @property
    def ready(self) -> bool:
        """Whether it can be opened."""
        return self.state == FileState.READY

    @property
    def is_picture(self) -> bool:
        """Whether it is shown on the page itself."""
        return self.kind in {self.Kind.JPEG, self.Kind.PNG}


@pghistory.track(append_only=True, exclude=["caption"])
class Attachment(models.Model):
    """A file that belongs to one audit or to one action, with the words that say what it shows.

    `anonymised`: its uploader has confirmed that names and faces are hidden; until then nobody else sees it (H-5).
    """

    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="attachment")
    audit = models.ForeignKey(
        Audit, on_delete=models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    action = models.ForeignKey(
        Action, on_delete=models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    caption = models.CharField(max_length=300, blank=True)
    anonymised = models.BooleanField(default=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(audit__isnull=False, action=None) | Q(audit=None, action__isnull=False),
                name="attachment_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"attachment {self.pk}"

    @property
    def place(self) -> Audit | Action | None:
        """What it belongs to."""
        return self.audit or self.action
