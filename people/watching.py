"""Noticing that somebody reads or takes away far more than their work needs (F2); the heads of QA are told once a day."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from core.models import TrailEntry
from core.notices import Message, tell
from core.querysets import TrailQuerySet
from core.tracing import case_linked
from core.trail import record
from people.models import User
from people.roles import WORDS, Role
from people.trail_words import OPENED, TAKEN, begins

UNUSUAL = "unusual reading"
HOUR, SHOWN = timedelta(hours=1), timedelta(days=30)
FILES = begins("download ")


@dataclass(frozen=True)
class Reading:
    """Somebody's unusual reading: how many records of cases in an hour, and how many files that day."""

    who: str
    at: datetime
    records: int
    files: int


def watch(*, at: datetime) -> int:
    """Tell the heads of QA about everybody who reads or takes away too much; once for each person and day.

    Too much is more than `UNUSUAL_RECORDS` different records of cases within the last hour, or more than
    `UNUSUAL_FILES` files since the day began. Returns how many people are new.
    """
    begin = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    today = TrailEntry.objects.between(begin, None).filter(at__lte=at)
    records, files = records_read(at), files_taken(today)
    too_much = {pk for pk, n in records.items() if n > settings.UNUSUAL_RECORDS}
    too_much |= {pk for pk, n in files.items() if n > settings.UNUSUAL_FILES}
    told = today.filter(verb=UNUSUAL, subject_id__in=too_much).values_list("subject_id", flat=True)
    new = User.objects.filter(pk__in=too_much - set(told)).order_by("pk")
    for person in new:
        notice(person, records[person.pk], files[person.pk], at=at)
    return len(new)


def records_read(at: datetime) -> Counter[int]:
    """By person, how many different records of cases they have opened or taken away in the hour before."""
    rows = TrailEntry.objects.between(at - HOUR, None).filter(OPENED | TAKEN, at__lte=at)
    rows = rows.filter(subject_type__in=case_linked(), subject_id__isnull=False)
    kinds = rows.exclude(by_id=None).order_by().values_list("by_id", "subject_type")
    found: Counter[int] = Counter()
    for by_id, _, number in kinds.annotate(number=Count("subject_id", distinct=True)):
        found[by_id] += number
    return found


def files_taken(today: TrailQuerySet) -> Counter[int]:
    """By person, how many files they have downloaded today."""
    rows = today.filter(FILES).exclude(by_id=None).order_by().values_list("by_id")
    return Counter(dict(rows.annotate(number=Count("pk"))))


@transaction.atomic
def notice(person: User, records: int, files: int, *, at: datetime) -> None:
    """Leave a line about it and tell the heads of QA, without a name: the page of the trail says who."""
    day = timezone.localdate(at)
    record(UNUSUAL, person, cause="watch", at=at, detail={"records": records, "files": files})
    heads = User.objects.active().filter(council=person.council_id).holding(Role.QA_HEAD, day)
    message = Message(
        kind="trail.unusual",
        subject="Unusual reading",
        text="Unusual reading: look in the trail.",
        path=reverse("trail"),
        urgent=True,
    )
    roles = [(head, WORDS[Role.QA_HEAD]) for head in heads]
    tell(roles, message, key=f"unusual-reading:{day}:{person.pk}", at=at)


def noticed(reader: User, at: datetime) -> list[Reading]:
    """The unusual reading in the reader's council over the last thirty days, newest first."""
    lines = TrailEntry.objects.of_council(reader.council_id).between(at - SHOWN, None)
    found = list(lines.filter(verb=UNUSUAL, subject_type="people.user")[:20])
    ids = [one.subject_id for one in found]
    names = dict(User.objects.visible_to(reader).filter(pk__in=ids).values_list("pk", "name"))
    return [
        Reading(
            names.get(one.subject_id or 0, "Somebody"),
            one.at,
            one.detail.get("records", 0),
            one.detail.get("files", 0),
        )
        for one in found
    ]
