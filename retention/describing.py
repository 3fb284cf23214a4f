"""The register of personal fields as a page: docs/personal-data.md is this, and a test compares them."""

from collections.abc import Iterator

from retention.graph import history_of, model_of, pointers, tables
from retention.register import KEPT_IN_WORDS, TABLES, End, Holds, Table

HEAD = """# Personal data

Made by `./qa manage register`; a test compares it with the code. Do not edit it: edit `retention/register_rows.py`.

Every table of the service and what each of its fields holds. A column that points at another row is not listed by itself:
it identifies whoever that row is about. Row history (tables that end in `Event`) holds the same fields as the table whose
earlier rows it keeps; it is deleted with the row's identifiers, and otherwise by the rule for row history. How long
each kind is kept says the council's framework (`retention`, [the format](framework-format.md#retention)); what happens
then is in [decision 0026](decisions/0026-retention.md).

Special category (UK GDPR, article 9): ethnicity and disability of a child. They are kept without the case number once a
case is erased, because figures on whose files were looked at are counted by them.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD, *summary(), "\n## Every table\n"]
    for table in sorted(TABLES.values(), key=lambda one: one.label):
        parts += entry(table)
    return "\n".join(parts).rstrip() + "\n"


def summary() -> Iterator[str]:
    """How many tables and fields there are of each sort."""
    personal = [one for one in TABLES.values() if one.personal]
    yield f"{len(TABLES)} tables, of which {len(personal)} hold something personal in fields of their own.\n"
    yield "| what a field holds | fields |\n|---|---|"
    for holds in Holds:
        number = sum(list(one.fields.values()).count(holds) for one in TABLES.values())
        yield f"| {holds.value} | {number} |"


def entry(table: Table) -> Iterator[str]:
    """One table."""
    yield f"### {table.label}\n"
    yield f"{table.why}. Read by: {lower(table.read_by)}. Kept: {lower(KEPT_IN_WORDS[table.kept])}."
    yield f"At the end: {at_the_end(table)}.\n"
    for holds in Holds:
        names = [f"`{name}`" for name, one in table.fields.items() if one is holds]
        if names:
            yield f"- {holds.value}: {', '.join(names)}"
    to = [
        f"`{one.name}` ({one.related_model._meta.label})" for one in pointers(model_of(table.label))
    ]
    if to:
        yield f"- points at: {', '.join(to)}"
    if history_of(table.label):
        yield "- row history is kept of it"
    yield ""


def lower(words: str) -> str:
    """Words inside a sentence; what is written in capitals stays."""
    return words if words[:2].isupper() else words[0].lower() + words[1:]


def at_the_end(table: Table) -> str:
    """What happens at the end, with what stays all the same."""
    words = "it is kept" if table.end is End.ERASED and not table.erased else table.end.value
    stays = [f"`{one}`" for one in sorted(table.stays)] if table.end is End.ERASED else []
    return (
        f"{words}; {', '.join(stays)} {'stay' if len(stays) > 1 else 'stays'}" if stays else words
    )


def unclassified() -> Iterator[str]:
    """Fields and tables of the database that the register does not know."""
    for model in tables():
        label = model._meta.label
        if label not in TABLES:
            yield f"{label}: the whole table is missing"
            continue
        for one in model._meta.local_concrete_fields:
            if (
                not one.is_relation and not one.primary_key and one.name not in TABLES[label].fields
            ) or (
                one.primary_key
                and one.name != "id"
                and not one.is_relation
                and one.name not in TABLES[label].fields
            ):
                yield f"{label}.{one.name}: this field is missing"


def gone() -> Iterator[str]:
    """What the register knows and the database does not have any more."""
    there = {model._meta.label: model for model in tables()}
    for label, table in TABLES.items():
        if label not in there:
            yield f"{label}: there is no such table"
            continue
        names = {
            one.name for one in there[label]._meta.local_concrete_fields if not one.is_relation
        }
        for name in [*table.fields, *table.stays]:
            if name not in names:
                yield f"{label}.{name}: there is no such field"
