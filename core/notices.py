"""The outbox: what is written here in a transaction is sent by a task after it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from core.models import Notice
from core.prepared import USER, Prepared
from core.querysets import NoticeQuerySet
from core.trail import record

# What climbs or counts in hours is told at once, whatever somebody has chosen (C6).
URGENT = ("escalation", "hours")
# What rooms above keep from a person now, by its page: messages about it stand in no log that this person reads.
HIDDEN: list[Callable[[Any], Iterable[str]]] = []


@dataclass(frozen=True)
class Message:
    """What to say: a kind (for the log), a subject, a text and the path of the page to open.

    `template` names the text's place in the framework and its edition; `planned_at` is when it was to go out.
    An `urgent` one is never kept for the morning's mail; a `restricted` one stands in nobody's log.
    `address` is where its mail goes, if not to the person's address of today.
    """

    kind: str
    subject: str
    text: str
    path: str = ""
    template: str = ""
    planned_at: datetime | None = None
    urgent: bool = False
    restricted: bool = False
    address: str = ""


@dataclass(frozen=True, slots=True)
class New:
    """A message that somebody has not read: its number, its subject and when it was made."""

    pk: int
    subject: str
    made_at: datetime


NEWEST = Prepared(
    lambda: (
        Notice.objects.visible_to(USER)
        .filter(read_at=None)
        .values_list("pk", "subject", "made_at")[:5]
    )
)


def newest(person: Any) -> list[New]:
    """The newest five messages that somebody has not read."""
    return [New(*row) for row in NEWEST.rows({USER: person.pk})]


def tell(people: Iterable[tuple[Any, str]], message: Message, *, key: str, at: datetime) -> int:
    """Put one message in the inbox of each person, once, naming every role that reached them (C6-4).

    `people` are pairs of user and role words. Saying the same `key` again adds nothing.
    Returns how many messages were new.
    """
    rows = rows_of(people, message, key=key, at=at)
    before = Notice.objects.filter(key=key, to__in=[row.to for row in rows]).count()
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows) - before


def tell_all(
    said: Iterable[tuple[Iterable[tuple[Any, str]], Message, str]], *, at: datetime
) -> None:
    """Put many messages, each with its people and its key, in the inboxes with one query; each once."""
    rows = [
        row for people, message, key in said for row in rows_of(people, message, key=key, at=at)
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


def rows_of(
    people: Iterable[tuple[Any, str]], message: Message, *, key: str, at: datetime
) -> list[Notice]:
    """One message to each person, naming every role that reached them."""
    roles: dict[Any, list[str]] = {}
    for person, role in people:
        roles.setdefault(person, []).append(role)
    return [
        Notice(
            to=person,
            key=key,
            kind=message.kind,
            roles=", ".join(dict.fromkeys(words)),
            subject=message.subject,
            text=message.text,
            path=message.path,
            template=message.template,
            planned_at=message.planned_at,
            urgent=message.urgent or message.kind.startswith(URGENT),
            restricted=message.restricted,
            address=message.address,
            made_at=at,
        )
        for person, words in roles.items()
    ]


def log_for(reader: Any) -> NoticeQuerySet:
    """The messages of a council's people for who reads the log, without those about what is kept from them."""
    hidden = [page for room in HIDDEN for page in room(reader)]
    found: NoticeQuerySet = Notice.objects.log_of(reader.council_id)
    return found.exclude(path__in=hidden)


@transaction.atomic
def choose_mail(person: Any, *, daily: bool, at: datetime) -> None:
    """Whether somebody's messages come by e-mail one by one, or once a day; what waits follows the choice."""
    person.daily_mail = daily
    person.save(update_fields=["daily_mail"])
    record("mail.chosen", person, by=person, at=at, detail={"daily": daily})
