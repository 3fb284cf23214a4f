"""The outbox: what is written here in a transaction is sent by a task after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.models import Notice


@dataclass(frozen=True)
class Message:
    """What to say: a kind (for the log), a subject, a text and the path of the page to open."""

    kind: str
    subject: str
    text: str
    path: str = ""


def tell(people: Iterable[tuple[Any, str]], message: Message, *, key: str, at: datetime) -> int:
    """Put one message in the inbox of each person, once, naming every role that reached them (C6-4).

    `people` are pairs of user and role words. Saying the same `key` again adds nothing.
    Returns how many messages were new.
    """
    roles: dict[Any, list[str]] = {}
    for person, role in people:
        roles.setdefault(person, []).append(role)
    rows = [
        Notice(
            to=person,
            key=key,
            kind=message.kind,
            roles=", ".join(dict.fromkeys(words)),
            subject=message.subject,
            text=message.text,
            path=message.path,
            made_at=at,
        )
        for person, words in roles.items()
    ]
    before = Notice.objects.filter(key=key, to__in=roles).count()
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows) - before
