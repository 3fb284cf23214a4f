"""Writing the trail. Services and views call `record` themselves, inside their own transaction."""

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
    row = subject if isinstance(subject, models.Model) else None
    TrailEntry.objects.create(
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
