"""Parts of questions that are built once: one of a list of any length, and several numbers in one row."""

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Aggregate,
    BigIntegerField,
    BooleanField,
    CharField,
    Count,
    Func,
    QuerySet,
    Value,
)


class Among(Func):
    """`Among("audit_id", [..])`: a condition. The list may be what stands for one in a prepared query."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, name: Any, values: list[int] | list[str], **extra: Any) -> None:
        texts = any(isinstance(one, str) for one in values)
        kind: Any = CharField() if texts else BigIntegerField()
        super().__init__(name, Value(values, output_field=ArrayField(kind)), **extra)


# How many rows there are.
NUMBER: Mapping[str, Aggregate] = {"number": Count("pk")}


def numbers_of(
    rows: "QuerySet[Any, Any]", numbers: Mapping[str, Aggregate]
) -> "QuerySet[Any, Any]":
    """A question for one row: numbers that are counted from some rows, in this order; noughts where there are none."""
    whole = rows.order_by().annotate(whole=Value(1)).values("whole")
    return whole.annotate(**numbers).values_list(*numbers)
