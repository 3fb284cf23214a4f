"""Writing many rows of several kinds at once."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Model

BATCH = 1000


def under(name: str, parent: Model, rows: Iterable[Model]) -> list[Model]:
    """The rows, each with its parent, which has its id by now."""
    found = list(rows)
    for row in found:
        setattr(row, name, parent)
    return found


def write_all(rows: Iterable[Model]) -> None:
    """Write the rows, kind by kind."""
    kinds: dict[type[Model], list[Model]] = defaultdict(list)
    for row in rows:
        kinds[type(row)].append(row)
    for model, found in kinds.items():
        model._default_manager.bulk_create(found, batch_size=BATCH)
