"""Writing the trail. Services and views call `record` themselves, inside their own transaction."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import models

from core.models import TrailEntry

# Where the present request comes from; empty in tasks and commands.
source: ContextVar[str] = ContextVar("source", default="")
# What the lines say that the present request has left so far; nothing is counted outside a request.
left: ContextVar[list[str] | None] = ContextVar("left", default=None)
# The lines that a step has left so far, where they are written together at its end.
gathered: ContextVar[list[TrailEntry] | None] = ContextVar("gathered", default=None)
# The lines that are left once the present request has shown what it opened, and not if it is refused.
openings: ContextVar[list[TrailEntry] | None] = ContextVar("openings", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Write the lines that are left in a step with one query at its end, in their order.

    Inside a transaction that holds the whole step: one that fails leaves no line, as it leaves nothing else.
    """
    if gathered.get() is not None:
        yield
        return
    lines: list[TrailEntry] = []
    token = gathered.set(lines)
    try:
        yield
    finally:
        gathered.reset(token)
    TrailEntry.objects.bulk_create(lines, batch_size=1000)


def record(
    verb: str,
    subject: models.Model | str,
    *,
    at: datetime,
    by: models.Model | None = None,
    cause: str = "",
    council_id: int | None = None,
    detail: dict[str, Any] | None = None,
    subject_id: int | None = None,
) -> None:
    """Add one line to the trail: `by` a person, or for a `cause` when nobody did it.

    `subject` is a row, or a plain word where there is no row (a list, a refused sign-in); beside a
    word, `subject_id` may say which one was meant. `detail` holds codes and numbers only, never a
    name or free text.
    """
    line = _line(verb, subject, at, by, cause, council_id, detail)
    if subject_id is not None:
        line.subject_id = subject_id
    _write(line)


def record_opening(
    verb: str,
    subject: models.Model,
    *,
    at: datetime,
    by: models.Model,
    council_id: int | None = None,
) -> None:
    """Add a line once the page is shown: one who may see a thing may still be refused this page of it.

    `core.recording` writes it, or leaves it out. Outside a request it is written at once.
    """
    waiting = openings.get()
    line = _line(verb, subject, at, by, council_id=council_id)
    if waiting is None:
        line.save(force_insert=True)
    else:
        waiting.append(line)


def record_all(
    verb: str, subjects: Iterable[models.Model], *, at: datetime, by: models.Model
) -> None:
    """Add one line for each of many rows with which a person did the same; one query."""
    _write(*(_line(verb, one, at, by) for one in subjects))


def record_each(
    verb: str,
    subject: models.Model,
    by_and_detail: Iterable[tuple[models.Model, dict[str, Any]]],
    *,
    at: datetime,
) -> None:
    """Add several lines about one row, each with its person and its detail; one query."""
    lines = [_line(verb, subject, at, by, detail=detail) for by, detail in by_and_detail]
    _write(*lines)


def record_many(
    lines: Iterable[tuple[str, models.Model, dict[str, Any]]],
    *,
    at: datetime,
    by: models.Model | None = None,
    cause: str = "",
) -> None:
    """Add many lines, each with its verb, its row and its detail; one query for a thousand of them."""
    made = [_line(verb, row, at, by, cause, detail=detail) for verb, row, detail in lines]
    _write(*made)


def _write(*lines: TrailEntry) -> None:
    waiting = gathered.get()
    if waiting is not None:
        waiting.extend(lines)
    elif len(lines) == 1:
        lines[0].save(force_insert=True)
    else:
        TrailEntry.objects.bulk_create(lines, batch_size=1000)


def _line(
    verb: str,
    subject: models.Model | str,
    at: datetime,
    by: models.Model | None = None,
    cause: str = "",
    council_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> TrailEntry:
    row = subject if isinstance(subject, models.Model) else None
    so_far = left.get()
    if so_far is not None and by is not None:
        so_far.append(verb)
    return TrailEntry(
        at=at,
        verb=verb,
        subject_type=row._meta.label_lower if row is not None else str(subject),
        subject_id=row.pk if row is not None else None,
        council_id=council_id
        or getattr(row, "council_id", None)
        or getattr(by, "council_id", None),
        by_id=by.pk if by is not None else None,
        cause=cause,
        source="".join(char for char in source.get() if char.isprintable()),
        detail=detail or {},
    )
