"""Queries that every page asks: Django builds each once in a process, then it is sent again with other values.

Building a query costs more than the database needs to answer it. What is kept is the text of a query, never an answer.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, router
from django.db.models import BigIntegerField, Model, QuerySet, Value

# What stands in a query for whoever asks, their council, the day and the like, until it is sent.
USER = -(2**60) - 11
COUNCIL = -(2**60) - 12
DAY = date(1, 1, 3)
MOMENT = datetime(1, 1, 3, 1, 3, tzinfo=UTC)
KEY = "‹key of a session›"
# These stand for lists of ids, of people and of posts; see `ids`.
PEOPLE = -(2**60) - 14
POSTS = -(2**60) - 15
# Every number that stands for something is below this one; no row has such an id.
LOWEST = -(2**60)
Text = tuple[str, tuple[Any, ...]]


class Unfilled(LookupError):
    """A query was about to be asked with something in it that still stands for a value."""


class Prepared:
    """A query in which `USER`, `COUNCIL`, `DAY`, `MOMENT` and `KEY` stand for values that come when it is asked."""

    def __init__(self, build: Callable[[], "QuerySet[Any, Any]"]) -> None:
        self.build = build
        self._built: tuple[Text, type[Model]] | None = None

    @property
    def built(self) -> tuple[Text, type[Model]]:
        """The query for the database, with its stand-ins, and whose rows it finds."""
        if self._built is None:
            rows = self.build()
            self._built = text_of(rows), rows.model
        return self._built

    @property
    def text(self) -> Text:
        """The query for the database, with its stand-ins; nothing where it can have no row."""
        return self.built[0]

    def rows(self, values: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
        """The rows for these values; one query, to the database that Django would ask for these rows."""
        text, model = self.built
        return ask(text, values, using=router.db_for_read(model))


def ids(stand_in: int) -> Value:
    """A list of ids in a query, as long or as short as it will be when it is asked."""
    return Value([stand_in], output_field=ArrayField(BigIntegerField()))


def text_of(rows: "QuerySet[Any, Any]") -> Text:
    """A query as the database gets it; nothing where it can have no row."""
    try:
        sql, given = rows.query.sql_with_params()
    except EmptyResultSet:
        return "", ()
    return sql, tuple(given)


def ask(
    text: Text, values: Mapping[Any, Any], *, using: str = DEFAULT_DB_ALIAS
) -> list[tuple[Any, ...]]:
    """The rows of a prepared query for these values. Raises Unfilled where something has no value."""
    sql, given = text
    return send((sql, tuple(filled(one, values) for one in given)), using)


def as_told(rows: "QuerySet[Any, Any]") -> list[tuple[Any, ...]]:
    """The rows of a query as the database tells them, each value as it comes; what was typed in it stays as it is."""
    return send(text_of(rows), router.db_for_read(rows.model))


def send(text: Text, using: str) -> list[tuple[Any, ...]]:
    """The rows that a database gives for a text and its values; none where it can have no row."""
    sql, given = text
    if not sql:
        return []
    with connections[using].cursor() as cursor:
        cursor.execute(sql, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def filled(given: Any, values: Mapping[Any, Any]) -> Any:
    """One value of a query: what a stand-in stands for, also inside a list. Raises Unfilled where it has none."""
    if isinstance(given, list):
        if len(given) == 1 and isinstance(values.get(given[0]), list):
            return values[given[0]]
        return [filled(one, values) for one in given]
    if not isinstance(given, (int, str, date)):
        return given
    if given in values:
        return values[given]
    if stands_in(given):
        raise Unfilled(f"Nothing was given for {given!r}, which stands in a prepared query.")
    return given


def stands_in(given: int | str | date) -> bool:
    """Whether a value is one of those that only stand for others, or was worked out from one."""
    if isinstance(given, int):
        return given < LOWEST
    if isinstance(given, date):
        return given.year < 100
    return KEY in given
