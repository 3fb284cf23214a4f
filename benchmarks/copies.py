"""More of the same: a council's rows copied for earlier years and for other councils, by COPY from one end to the other.

Every id is shifted by a step of its own table, so that copies never meet; what names a row of another table is shifted
by that table's step. Triggers rest meanwhile (`session_replication_role`), as a restore does; the rows are as sound as the first.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from django.apps import apps
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import AutoField, CharField, DateField, ForeignKey, Model, UUIDField
from psycopg2 import sql

# What there is once for everybody, and what belongs to a run and not to a council.
EVERYBODYS = frozenset(
    {
        *("auth", "contenttypes", "sessions", "floors", "pghistory", "usersessions", "mfa"),
        *("socialaccount", "account"),
    }
)
ONCE = frozenset({"core.JobRun", "core.Heartbeat", "core.TestClock", "core.TrailSeal"})
# Columns that name a row without a foreign key: by the word in another column.
OF_ACTIONS = {"audit": "audits.Audit", "impact": "actions.ImpactAnswer"}
OF_THINGS = {"audit": "audits.Audit", "action": "actions.Action"}
OF_TEXTS = {
    "audit": "audits.Answer",
    "moderation": "moderation.ModerationItem",
    "meeting": "moderation.MeetingRecord",
    "panel": "moderation.Panel",
    "reply": "feedback.Reply",
    "summary": "feedback.Summary",
    "impact": "actions.ImpactAnswer",
    "loop": "audits.Loop",
}
OF_LINES = {
    "audits.audit": "audits.Audit",
    "actions.action": "actions.Action",
    "people.user": "people.User",
}
BY_A_WORD = {
    ("actions.Action", "source_id"): ("source", OF_ACTIONS),
    ("actions.ActionEvent", "source_id"): ("source", OF_ACTIONS),
    ("escalation.Hold", "subject_id"): ("kind", OF_THINGS),
    ("escalation.Escalation", "subject_id"): ("kind", OF_THINGS),
    ("escalation.Overdue", "subject_id"): ("kind", OF_THINGS),
    ("escalation.EscalationEvent", "subject_id"): ("kind", OF_THINGS),
    ("learning.Extract", "source_id"): ("source", OF_TEXTS),
    ("learning.ExtractEvent", "source_id"): ("source", OF_TEXTS),
    ("core.TrailEntry", "subject_id"): ("subject_type", OF_LINES),
}
# What is copied of a table for an earlier year, where it is not all.
OF_A_YEAR = {"learning.Extract": sql.SQL("source NOT IN ('summary', 'panel')")}
# Or always of one table.
ALWAYS = {
    ("core.TrailEntry", "council_id"): "people.Council",
    ("core.TrailEntry", "by_id"): "people.User",
}
PEOPLE_IN = {
    ("actions.Action", "asked"),
    ("actions.ActionEvent", "asked"),
    ("actions.ImpactAnswer", "asked"),
}


# What a year's rows hang from; everything that names one of them belongs to the year.
ROOTS = frozenset(
    {"cases.CaseFile", "audits.Audit", "actions.Action", "learning.Extract", "core.TrailEntry"}
)
# What there is once a year by itself.
ONE_A_YEAR = frozenset({"programme.Slot", "programme.SlotEvent"})
# What must be another in every copy, as SQL over the column and the number of the copy.
COUNCILS_OWN = {
    ("people.Council", "code"): "{name} || '-' || copy.k",
    ("people.Council", "name"): "{name} || ' ' || copy.k",
    ("people.User", "email"): "split_part({name}, '@', 1) || '.' || copy.k || '@example.org'",
    ("people.OrgUnit", "path"): (
        "(SELECT string_agg(CASE WHEN part = '' THEN '' ELSE (part::bigint + {units} * copy.k)::text END, '/'"
        " ORDER BY place) FROM unnest(string_to_array({name}, '/')) WITH ORDINALITY AS path(part, place))"
    ),
}
# 2026-0012 becomes 2025-1012 a year earlier.
EARLIER = "(left({name}, 4)::int - copy.k) || '-' || (substr({name}, 6)::int + 1000 * copy.k)"
YEARS_OWN = {
    ("audits.Audit", "reference"): EARLIER,
    ("audits.AuditEvent", "reference"): EARLIER,
    ("escalation.OfficerEscalation", "number"): "{name} + 1000 * copy.k",
    ("cases.CaseFile", "number"): "{name} || '-' || copy.k",
    ("cases.CaseFileEvent", "number"): "{name} || '-' || copy.k",
}


def own_models() -> list[type[Model]]:
    """Every table that holds rows of councils."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and model._meta.app_label not in EVERYBODYS
        and model._meta.label not in ONCE
    ]


def models_of_a_year(models: Iterable[type[Model]]) -> list[type[Model]]:
    """Those whose rows come anew each year: the roots, and whatever names a row of one of these."""
    every = list(models)
    found = set(ROOTS)
    while True:
        more = {
            model._meta.label
            for model in every
            if model._meta.label not in found | ONE_A_YEAR
            and model._meta.app_label not in {"reporting", "evidence"}
            for one in model._meta.concrete_fields
            if isinstance(one, ForeignKey) and one.related_model._meta.label in found
        }
        if not more:
            return [model for model in every if model._meta.label in found]
        found |= more


@dataclass
class Copier:
    """Which tables are copied, and by how much the ids of each are shifted from one copy to the next."""

    models: list[type[Model]]
    own: Mapping[tuple[str, str], str]
    years: bool = False
    steps: dict[str, int] = field(default_factory=dict)

    def measure(self) -> None:
        """Read how far the ids of each table reach: a copy begins behind them."""
        with connection.cursor() as cursor:
            for model in self.models:
                if isinstance(model._meta.pk, AutoField):
                    asked = sql.SQL("SELECT coalesce(max({pk}), 0) + 1 FROM {table}").format(
                        pk=pk_of(model), table=table_of(model)
                    )
                    cursor.execute(text(asked))
                    self.steps[model._meta.label] = cursor.fetchone()[0]

    def shifted(self, model: type[Model], one: Any) -> sql.Composable:
        """What stands in a column of copy `copy.k`."""
        label, name = model._meta.label, sql.Identifier(one.column)
        if own := self.own.get((label, one.attname)):
            return sql.SQL(own).format(name=name, units=self.step("people.OrgUnit"))
        if one.primary_key and label in self.steps:
            return self.by(name, label)
        if isinstance(one, ForeignKey):
            return self.by(name, one.related_model._meta.label)
        if target := ALWAYS.get((label, one.attname)):
            return self.by(name, target)
        if word := BY_A_WORD.get((label, one.attname)):
            return self.by_a_word(name, *word)
        if (label, one.attname) in PEOPLE_IN:
            each = sql.SQL("ARRAY(SELECT one + {step} * copy.k FROM unnest({name}) AS one)")
            return each.format(step=self.step("people.User"), name=name)
        if self.years and isinstance(one, DateField):
            kind = sql.SQL(one.db_type(connection))
            earlier = sql.SQL("({name} - make_interval(years => copy.k))::{kind}")
            return earlier.format(name=name, kind=kind)
        return self.told_apart(one, name)

    def step(self, label: str) -> sql.Literal:
        """By how much the ids of a table are shifted; 0 where it is not copied."""
        return sql.Literal(self.steps.get(label, 0))

    def by(self, name: sql.Identifier, label: str) -> sql.Composable:
        """An id shifted by the step of the table that it is of."""
        if label not in self.steps:
            return name
        return sql.SQL("{name} + {step} * copy.k").format(name=name, step=self.step(label))

    def by_a_word(
        self, name: sql.Identifier, word: str, meant: Mapping[str, str]
    ) -> sql.Composable:
        """An id of the table that another column names."""
        cases = [
            sql.SQL("WHEN {said} THEN {step}").format(said=sql.Literal(said), step=self.step(label))
            for said, label in meant.items()
            if label in self.steps
        ]
        if not cases:
            return name
        chosen = sql.SQL("{name} + copy.k * CASE {word} {cases} ELSE 0 END")
        return chosen.format(name=name, word=sql.Identifier(word), cases=sql.SQL(" ").join(cases))

    @staticmethod
    def told_apart(one: Any, name: sql.Identifier) -> sql.Composable:
        """A key that is unique everywhere is made anew; everything else is as it was."""
        if isinstance(one, UUIDField) and (one.unique or one.primary_key):
            return sql.SQL("gen_random_uuid()")
        if one.unique and isinstance(one, CharField):
            mixed = sql.SQL("left(md5({name} || copy.k) || md5(copy.k || {name}), {length})")
            return mixed.format(name=name, length=sql.Literal(one.max_length or 64))
        return name

    def first_ones(self, model: type[Model]) -> sql.Composable:
        """Which rows of a table are no copies yet: by their own ids, or by those of what they belong to."""
        limits = [
            (one.column, label)
            for one in model._meta.concrete_fields
            for label in [model._meta.label if isinstance(one, AutoField) else belongs_to(one)]
            if label in self.steps
        ]
        if not limits:
            return sql.SQL("true")
        column, label = limits[0]
        is_first = sql.SQL("{column} < {step}")
        return is_first.format(column=sql.Identifier(column), step=self.step(label))

    def copy(self, first: int, last: int, progress: Callable[[str, int], None]) -> None:
        """Copy every table for the copies `first` to `last`, one after the other."""
        with second_connection() as giving:
            for model in self.models:
                out, into = self.both_ends(model, first, last)
                progress(model._meta.label, pour(giving, out, into))
        go_on()

    def both_ends(self, model: type[Model], first: int, last: int) -> tuple[str, str]:
        """The COPY that gives the copies of a table and the one that takes them in."""
        columns = [one for one in model._meta.concrete_fields if not one.generated]
        every = sql.SQL("true")
        out = sql.SQL(
            "COPY (SELECT {values} FROM generate_series({first}, {last}) AS copy(k), {table}"
            " WHERE {some} AND {first_ones}) TO STDOUT (FORMAT binary)"
        ).format(
            values=sql.SQL(", ").join(self.shifted(model, one) for one in columns),
            first=sql.Literal(first),
            last=sql.Literal(last),
            table=table_of(model),
            some=OF_A_YEAR.get(model._meta.label, every) if self.years else every,
            first_ones=self.first_ones(model),
        )
        into = sql.SQL("COPY {table} ({names}) FROM STDIN (FORMAT binary)").format(
            table=table_of(model),
            names=sql.SQL(", ").join(sql.Identifier(one.column) for one in columns),
        )
        return text(out), text(into)


def belongs_to(one: Any) -> str:
    """The table that every row names in this column; no name for a column that may be empty or names none."""
    named = isinstance(one, ForeignKey) and not one.null
    return str(one.related_model._meta.label) if named else ""


def table_of(model: type[Model]) -> sql.Identifier:
    """A model's table."""
    return sql.Identifier(model._meta.db_table)


def pk_of(model: type[Model]) -> sql.Identifier:
    """The column of a model's ids."""
    return sql.Identifier(model._meta.pk.column)


def text(asked: sql.Composable) -> str:
    """A query as the database gets it, its names and values quoted by psycopg2."""
    with connection.cursor() as cursor:
        return str(asked.as_string(cursor.cursor))


@contextmanager
def second_connection() -> Iterator[BaseDatabaseWrapper]:
    """Another connection to the same database, for another thread."""
    other = connection.copy()
    other.inc_thread_sharing()
    try:
        with other.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
        yield other
    finally:
        other.close()


def pour(giving: BaseDatabaseWrapper, out: str, into: str) -> int:
    """Pour what one COPY gives over its connection into another; returns how many rows went."""
    read, write = os.pipe()

    def give() -> None:
        with os.fdopen(write, "wb") as end, giving.cursor() as cursor:
            cursor.cursor.copy_expert(out, end)

    with ThreadPoolExecutor(1) as pool, os.fdopen(read, "rb") as end:
        given = pool.submit(give)
        try:
            rows = take(into, end)
        finally:
            given.result()
    return rows


def take(into: str, end: IO[bytes]) -> int:
    """Take in what the other COPY gives, with the triggers at rest; returns how many rows came."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.cursor.copy_expert(into, end)
        return int(cursor.cursor.rowcount)


def go_on() -> None:
    """Have every table count on from its newest row."""
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if not model._meta.managed or not isinstance(model._meta.pk, AutoField):
                continue
            named = sql.SQL("SELECT pg_get_serial_sequence({table}, {pk})").format(
                table=sql.Literal(f'"{model._meta.db_table}"'),
                pk=sql.Literal(model._meta.pk.column),
            )
            asked = sql.SQL(
                "SELECT setval(({named}), coalesce(max({pk}), 0) + 1, false) FROM {table}"
            ).format(named=named, pk=pk_of(model), table=table_of(model))
            cursor.execute(text(asked))
