"""What is noted beside a chart over time: what happened in a month, or that its limits begin anew there, and why."""

import pghistory
from django.db import models
from django.db.models import Q

from people.models import Council, User
from reporting.querysets import AnnotationQuerySet


@pghistory.track(append_only=True)
class Annotation(models.Model):
    """One note at one month of one figure. With `rebased` the average and the limits are worked out anew from there on.

    It is never deleted: whoever takes it away is kept with it, so that an older report can be explained.
    """

    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="annotations")
    figure = models.SlugField(max_length=40)
    month = models.DateField(help_text="first day of the month")
    words = models.CharField(
        max_length=120, help_text="what happened, or why the limits begin anew"
    )
    rebased = models.BooleanField(default=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    removed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = AnnotationQuerySet.as_manager()

    class Meta:
        ordering = ("month", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["council", "figure", "month"],
                condition=Q(rebased=True, removed_at=None),
                name="rebased_once_a_month",
            ),
            models.CheckConstraint(
                condition=Q(removed_by=None, removed_at=None)
                | Q(removed_by__isnull=False, removed_at__isnull=False),
                name="annotation_removed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"note at {self.figure} in {self.month:%B %Y}"
