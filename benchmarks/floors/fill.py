"""The floors' table: 10,000 rows in groups of fifty, made where it is not there yet."""

from datetime import date, timedelta

from django.db import connection, transaction

from benchmarks.floors.models import Row

GROUPS, IN_A_GROUP = 200, 50
WORDS = "The record says who was there, what was seen and what the child said about it. "


@transaction.atomic
def make_rows() -> None:
    """Make the table and its rows, once."""
    if Row._meta.db_table in connection.introspection.table_names():
        return
    with connection.schema_editor() as editor:
        editor.create_model(Row)
    Row.objects.bulk_create(
        Row(
            group=1 + number // IN_A_GROUP,
            name=f"Row {number + 1}",
            words=WORDS,
            number=number % 5,
            day=date(2026, 1, 1) + timedelta(days=number % 365),
            state=("open", "done", "late")[number % 3],
        )
        for number in range(GROUPS * IN_A_GROUP)
    )
