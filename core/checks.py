"""What Django is asked to look at before tables are made, and whenever it checks a database."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections


@register(Tags.database)
def limits_are_set(databases: Sequence[str] | None = None, **about: Any) -> list[CheckMessage]:
    """Behind a pooler the limits of locks and queries stand with the role, as no session can bring its own."""
    if not settings.POOLED:
        return []
    return [
        Warning(
            f"Nothing limits {name} behind the pooler.",
            hint=f"ALTER ROLE … SET {name} = {wanted}; (docs/operations.md, A pooler)",
            id="core.W001",
        )
        for alias in databases or ()
        for name, wanted in settings.DATABASE_LIMITS.items()
        if limit(alias, name) == "0"
    ]


def limit(alias: str, name: str) -> str:
    """What the server says of one of its limits."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        found: str = cursor.fetchone()[0]
    return found
