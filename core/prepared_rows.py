"""Rows of a model from a query that is built once: as Django would make them, from the columns that were read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.transaction import TransactionManagementError


class Columns:
    """The columns of a model that are read, and how a row is made of them, as Django would make it."""

    def __init__(self, model: Any, without: Iterable[str] = ()) -> None:
        fields = [one for one in model._meta.concrete_fields if one.attname not in without]
        self.model, self.names = model, [one.attname for one in fields]
        self.said = [
            (at, one.from_db_value)
            for at, one in enumerate(fields)
            if hasattr(one, "from_db_value")
        ]

    def row(self, values: Sequence[Any]) -> Any:
        """A row with these columns."""
        read = list(values)
        for at, said in self.said:
            read[at] = said(read[at], None, connection)
        return self.model.from_db(DEFAULT_DB_ALIAS, self.names, read)


class WithRelated:
    """The columns of a model and of rows that it points to, read with it in one query; some may not be there."""

    def __init__(self, own: Columns, related: Mapping[str, Columns]) -> None:
        self.own, self.related = own, related
        self.names = [
            *own.names,
            *(f"{name}__{one}" for name, of in related.items() for one in of.names),
        ]

    def row(self, values: Sequence[Any]) -> Any:
        """A row, with those it points to; a row without its number is none."""
        at = len(self.own.names)
        made = self.own.row(values[:at])
        for name, of in self.related.items():
            said = values[at : at + len(of.names)]
            setattr(made, name, of.row(said) if said[0] is not None else None)
            at += len(of.names)
        return made


def in_transaction() -> None:
    """Raises TransactionManagementError outside a transaction, in which nothing stays locked."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("Rows are locked inside a transaction.")
