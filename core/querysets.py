"""Which messages and which runs of jobs; one idea each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

# After so many tries a message or a run stands as failed, until somebody asks for it again.
NOTICE_TRIES = 8
RUN_TRIES = 5


class NoticeQuerySet(models.QuerySet[Any]):
    def unsent(self) -> NoticeQuerySet:
        """Not sent, and not given up. What stands in no log is never given up: nobody could ask for it again.

        Nothing waits for somebody who has left: nobody is mailed whose account is closed (H-8).
        """
        waits = Q(failures__lt=NOTICE_TRIES) | Q(restricted=True)
        return self.filter(waits, sent_at=None, to__is_active=True)

    def failed(self) -> NoticeQuerySet:
        """Given up until somebody asks for another try."""
        return self.filter(
            sent_at=None, failures__gte=NOTICE_TRIES, restricted=False, to__is_active=True
        )

    def left_unsent(self) -> NoticeQuerySet:
        """Never mailed, because the person has left."""
        return self.filter(sent_at=None, to__is_active=False)

    def free(self, now: datetime) -> NoticeQuerySet:
        """Unsent, in nobody's hands, and not to be left alone for a while after a failure."""
        return self.unsent().filter(
            Q(taken_until=None) | Q(taken_until__lte=now),
            Q(next_try_at=None) | Q(next_try_at__lte=now),
        )

    def for_now(self) -> NoticeQuerySet:
        """Mails of their own: to people who want each at once, or urgent."""
        return self.filter(Q(to__daily_mail=False) | Q(urgent=True), bundle="")

    def for_the_morning(self) -> NoticeQuerySet:
        """Kept for the morning's mail, and in none yet."""
        return self.unsent().filter(to__daily_mail=True, urgent=False, bundle="")

    def visible_to(self, user: object) -> NoticeQuerySet:
        """Only one's own messages."""
        return self.filter(to=user)

    def log_of(self, council_id: int | None) -> NoticeQuerySet:
        """The messages of a council's people, without those that only their readers may know of."""
        return self.filter(to__council=council_id, restricted=False)


class JobRunQuerySet(models.QuerySet[Any]):
    def unfinished(self) -> JobRunQuerySet:
        return self.filter(state__in=["waiting", "running"])

    def ready(self, now: datetime) -> JobRunQuerySet:
        """To be taken up: waiting, or left by a worker whose lease has run out."""
        waits = Q(state="waiting") & (Q(next_try_at=None) | Q(next_try_at__lte=now))
        return self.filter(waits | Q(state="running", lease_until__lt=now))

    def newest_of_each(self) -> JobRunQuerySet:
        """The latest planned run of each job."""
        return self.order_by("name", "-planned_at").distinct("name")


class TrailQuerySet(models.QuerySet[Any]):
    def of_run(self, cluster: int, after_xact: int, upto_xact: int) -> TrailQuerySet:
        """The lines that one server wrote in these transactions, in the order of the seals."""
        found = self.filter(cluster=cluster, xact__gt=after_xact, xact__lte=upto_xact)
        return found.order_by("xact", "id")

    def of_council(self, council_id: int | None) -> TrailQuerySet:
        """One council's lines, without those about what two people alone may know of (H-2)."""
        if council_id is None:
            return self.none()
        return self.filter(council_id=council_id).exclude(subject_type__startswith="supervision.")

    def between(self, first: datetime | None, last: datetime | None) -> TrailQuerySet:
        """From one moment on and before another, by the service's clock; either may be left open."""
        found = self if first is None else self.filter(at__gte=first)
        return found if last is None else found.filter(at__lt=last)
