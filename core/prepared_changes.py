"""Changes of rows whose text is built once in a process, as `core.prepared` does for questions."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet
from django.db.models.sql import UpdateQuery

from core.prepared import Text
from core.prepared import filled as value_of


class PreparedChange:
    """`rows.update(**fields)` in which stand-ins stand for values that come when it is made."""

    def __init__(self, build: Callable[[], "QuerySet[Any, Any]"], **fields: Any) -> None:
        self.build, self.fields = build, fields
        self._text: Text | None = None

    @property
    def text(self) -> Text:
        """The change for the database, with its stand-ins, as Django's own `update` words it."""
        if self._text is None:
            query: Any = self.build().query.chain(UpdateQuery)
            query.add_update_values(self.fields)
            query.clear_ordering(force=True)
            sql, given = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
            self._text = sql, tuple(given)
        return self._text

    def make(self, values: Mapping[Any, Any]) -> int:
        """Change the rows for these values; returns how many there were."""
        sql, given = self.text
        with connection.cursor() as cursor:
            cursor.execute(sql, [value_of(one, values) for one in given])
            found: int = cursor.rowcount
        return found
