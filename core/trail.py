"""Writing the trail. Services and views call `record` themselves, inside their own transaction."""

from collections.abc import Iterable
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import models

from core.models import TrailEntry

# Where the present request comes from; empty in tasks and commands.
source: ContextVar[str] = ContextVar("source", default="")


def record(
    verb: str,
    subject: models.Model | str,
    *,
    at: datetime,
    by: models.Model | None = None,
    cause: str = "",
    council_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one line to the trail: `by` a person, or for a `cause` when nobody did it.

    `subject` is a row, or a plain word where there is no row (a list, a refused sign-in).
    `detail` holds codes and numbers only, never a name or free text.
    """
    _line(verb, subject, at, by, cause, council_id, detail).save(force_insert=True)


def record_all(
    verb: str, subjects: Iterable[models.Model], *, at: datetime, by: models.Model
) -> None:
    """Add one line for each of many rows with which a person did the same; one query."""
    TrailEntry.objects.bulk_create([_line(verb, one, at, by) for one in subjects], batch_size=1000)


def record_each(
    verb: str,
    subject: models.Model,
    by_and_detail: Iterable[tuple[models.Model, dict[str, Any]]],
    *,
    at: datetime,
) -> None:
    """Add several lines about one row, each with its person and its detail; one query."""
    lines = [_line(verb, subject, at, by, detail=detail) for by, detail in by_and_detail]
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
        source=source.get(),
        detail=detail or {},
    )
