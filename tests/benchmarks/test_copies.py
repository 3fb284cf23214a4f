"""Copies of a small real database: every row names rows of its own copy, and nothing is lost or twice."""

import io
from collections import Counter
from contextlib import redirect_stdout

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import ForeignKey
from psycopg2 import sql
from psycopg2.errors import UndefinedTable

from actions.models import Action
from audits.models import Audit
from benchmarks import copies, dataset
from benchmarks.copies import COUNCILS_OWN, YEARS_OWN, Copier, models_of_a_year, own_models
from core.models import TrailEntry
from people.models import Council, OrgUnit, User

pytestmark = pytest.mark.django_db(transaction=True)


def ask(query, **names):
    """One number from the database."""
    quoted = {
        key: sql.Identifier(one) if isinstance(one, str) else sql.Literal(one)
        for key, one in names.items()
    }
    with connection.cursor() as cursor:
        asked = sql.SQL(query).format(**quoted).as_string(cursor.cursor)
        cursor.execute(asked)
        return cursor.fetchone()[0]


def counts():
    return Counter({model._meta.label: model._base_manager.count() for model in own_models()})


def keys():
    """Each foreign key of the copied tables: its table and column, and the table that it names."""
    known = {model._meta.label for model in own_models()}
    for model in own_models():
        for one in model._meta.concrete_fields:
            if isinstance(one, ForeignKey) and one.related_model._meta.label in known:
                yield model, one, one.related_model


def dangling():
    """The columns that name a row which is not there."""
    found = {}
    for model, one, named in keys():
        missing = ask(
            "SELECT count(*) FROM {table} AS a WHERE a.{column} IS NOT NULL AND NOT EXISTS"
            " (SELECT FROM {named} AS b WHERE b.{pk} = a.{column})",
            table=model._meta.db_table,
            column=one.column,
            named=named._meta.db_table,
            pk=named._meta.pk.column,
        )
        if missing:
            found[f"{model._meta.label}.{one.name}"] = missing
    return found


def of_council(model):
    return any(one.attname == "council_id" for one in model._meta.concrete_fields)


def mixed():
    """The columns of a council's rows that name a row of another council."""
    found = {}
    for model, one, named in keys():
        if of_council(model) and of_council(named):
            others = ask(
                "SELECT count(*) FROM {table} AS a JOIN {named} AS b ON b.{pk} = a.{column}"
                " WHERE a.council_id <> b.council_id",
                table=model._meta.db_table,
                column=one.column,
                named=named._meta.db_table,
                pk=named._meta.pk.column,
            )
            if others:
                found[f"{model._meta.label}.{one.name}"] = others
    return found


@pytest.fixture
def council():
    """One council with its people, and audits in every state."""
    with redirect_stdout(io.StringIO()):
        dataset.load_framework()
        call_command("demo_data", verbosity=0)
    return Council.objects.get(code=dataset.COUNCIL)


def copied(models, own, *batches, years=False):
    copier = Copier(list(models), own, years=years)
    copier.measure()
    went = Counter()
    for first, last in batches:
        copier.copy(first, last, lambda label, rows: went.update({label: rows}))
    return went


def test_councils_are_copied_whole_and_apart(council):
    dataset.more_people(council, 60)
    before = counts()
    assert before["audits.Audit"] >= 5
    assert min(before["actions.Action"], before["audits.Answer"], before["core.TrailEntry"]) > 0

    went = copied(own_models(), COUNCILS_OWN, (1, 2), (3, 3))

    assert counts() == Counter({label: 4 * rows for label, rows in before.items()})
    assert +went == +Counter({label: 3 * rows for label, rows in before.items()})
    assert (dangling(), mixed()) == ({}, {})
    assert sorted(Council.objects.values_list("code", flat=True)) == [
        *("bexley", "bexley-1", "bexley-2", "bexley-3"),
    ]

    is_like(council, Council.objects.get(code="bexley-2"))
    teams_stand_below_their_own()


def is_like(council, other):
    """A copied council is like the first in all that its rows say of each other."""
    for model in (Audit, Action):
        states = [
            Counter(model.objects.filter(council=one).values_list("state", flat=True))
            for one in (council, other)
        ]
        assert states[0] == states[1]
    audits = set(Audit.objects.filter(council=other).values_list("pk", flat=True))
    assert set(
        Action.objects.filter(council=other, source="audit").values_list("source_id", flat=True)
    ) <= {*audits, None}
    lines = TrailEntry.objects.filter(council_id=other.pk, subject_type="audits.audit")
    assert {*lines.values_list("subject_id", flat=True)} <= audits
    assert {*lines.exclude(by_id=None).values_list("by_id", flat=True)} <= {
        *User.objects.filter(council=other).values_list("pk", flat=True)
    }


def teams_stand_below_their_own():
    """Teams of a copy stand in its own tree."""
    for unit in OrgUnit.objects.select_related("parent"):
        above = unit.parent.path if unit.parent else None
        assert unit.path.startswith(above or "")
        assert str(unit.pk) in unit.path.split("/")


def test_earlier_years_are_the_same_audits_a_year_before_and_go_with_their_council(council):
    before = Counter(Audit.objects.values_list("state", flat=True))
    newest = Audit.objects.order_by("pk").first()
    people = counts()["people.User"]

    copied(models_of_a_year(own_models()), YEARS_OWN, (1, 2), years=True)

    assert Counter(Audit.objects.values_list("state", flat=True)) == Counter(
        {state: 3 * number for state, number in before.items()}
    )
    assert (dangling(), mixed(), counts()["people.User"]) == ({}, {}, people)
    year, number = newest.reference.split("-")
    earlier = Audit.objects.get(reference=f"{int(year) - 2}-{int(number) + 2000}")
    assert earlier.allocated_at.year == newest.allocated_at.year - 2
    other_councils_come_behind()


def other_councils_come_behind():
    """Councils are copied with all their years, and new rows come behind the copies."""
    audits = Audit.objects.count()

    copied(own_models(), COUNCILS_OWN, (1, 1))

    assert Audit.objects.count() == 2 * audits
    assert (dangling(), mixed()) == ({}, {})
    last = Council.objects.order_by("-pk")[0].pk
    assert Council.objects.create(code="new", name="New").pk > last


def test_a_fault_of_the_giving_end_is_told():
    with (
        copies.second_connection() as giving,
        pytest.raises(UndefinedTable, match="no_such_table"),
    ):
        copies.pour(giving, "COPY no_such_table TO STDOUT", "COPY core_trailentry FROM STDIN")


def test_what_a_run_stands_on_is_counted():
    Council.objects.create(code="one", name="One")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    found = dataset.counted()

    assert (found.councils, found.users, found.audits, found.answers) == (1, 0, 0, 0)
    assert found.bytes > 1_000_000
