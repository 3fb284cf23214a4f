"""One page of a long list."""

from typing import Any, TypeVar

from django.db.models import QuerySet

Rows = TypeVar("Rows", bound="QuerySet[Any, Any]")


def rows_of_page(found: Rows) -> Rows:
    """The rows of a page, found by their ids first: what is joined to a row is not read for those of earlier pages."""
    rows: Any = found.model._default_manager.filter(pk__in=found.values("pk"))
    ordered: Rows = rows.order_by(*found.query.order_by)
    return ordered
