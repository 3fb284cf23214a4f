"""Which audits and answers; one idea each."""

from __future__ import annotations

from typing import Any

from django.db import models


class AuditQuerySet(models.QuerySet[Any]):
    pass


class AnswerQuerySet(models.QuerySet[Any]):
    pass
