"""The plans as text: nothing of a row stands in them, and what they rely on is still there."""

import re
from pathlib import Path

import pytest
from django.db import connection

from benchmarks import pages
from benchmarks.pages import Page
from benchmarks.plan_texts import (
    FILES,
    LARGE,
    MOST,
    READ_WHOLE,
    Plan,
    costliest,
    indexes_of,
    plain_query,
    plain_steps,
    read_whole,
    size_words,
    text_of,
    touched,
)
from benchmarks.plans import explained, inside, noted, plans_of, queries_of, words_of_lists
from benchmarks.site import HOST
from benchmarks.wire import Asked
from people.models import Council
from tests.factories.people import CouncilFactory
from tools.paths import ROOT

KEPT = frozenset({"open", "in_progress"})
STEPS = """Limit (actual rows=50.00 loops=1)
  Buffers: shared hit=12 read=3
  ->  Sort (actual rows=50.00 loops=1)
        Sort Key: due_on, (COALESCE(closed_on, '2026-11-22'::date))
        Sort Method: top-N heapsort  Memory: 40kB
        Buffers: shared hit=1,012
        ->  Index Scan Backward using tracker_due on actions_action u0 (actual rows=310.00 loops=1)
              Index Cond: ((council_id = 17) AND ((state)::text = ANY ('{open,in_progress}'::text[])))
              Filter: ((what)::text = 'Ring Ms O''Brien'::text)
              Rows Removed by Filter: 12
              Index Searches: 2
              Buffers: shared hit=12 read=3
        ->  Bitmap Index Scan on case_number (never executed)
        ->  Seq Scan on people_orgunit v5 (actual rows=9.00 loops=1)
        ->  Parallel Seq Scan on audits_audit (actual rows=9.00 loops=2)
        ->  Seq Scan on audits_loop w0_2 (never executed)
Planning:
  Buffers: shared hit=96"""


def texts() -> list[Path]:
    return sorted(ROOT.glob("*/plans/*.txt"))


def test_plain_steps_leave_out_values_and_what_passes():
    plain = plain_steps(STEPS, KEPT)

    assert "Index Cond: ((council_id = ?) AND ((state)::text = ANY ('{open,in_progress}'" in plain
    assert "Filter: ((what)::text = '?'::text)\n" in plain
    assert "Sort Key: due_on, (COALESCE(closed_on, '?'::date))\n" in plain
    assert "Rows Removed by Filter: 12\n" in plain
    assert "Buffers: 15 pages\n" in plain
    for word in ("17", "Brien", "2026", "Memory", "Planning", "96", "Searches"):
        assert word not in plain


def test_a_long_line_of_a_plan_is_cut():
    plain = plain_steps(f"Seq Scan on x\n  Filter: ({'a_name = b_name AND ' * 40})", KEPT)

    assert [len(line) for line in plain.splitlines()] == [13, 220]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            'SELECT "a"."id" FROM "a" WHERE "a"."x1" = %s LIMIT 21',
            "SELECT a.id FROM a WHERE a.x1 = ? LIMIT ?",
        ),
        ('"a"."id" IN (%s, %s, %s)', "a.id IN (?, …)"),
        ('"a"."id" IN (5, 6, -7)', "a.id IN (?, …)"),
        ("x = 'open' AND y = 'Ann' AND z = 'it''s'", "x = 'open' AND y = '?' AND z = '?'"),
        ("(array[%s])::varchar(80)[] || U0.n2 * 1.5", "(array[?])::varchar(80)[] || U0.n2 * ?"),
    ],
)
def test_plain_query_holds_no_value(asked, said):
    assert plain_query(asked, KEPT) == said


def test_a_long_query_is_cut_in_its_middle():
    words = plain_query("SELECT " + "column_of_a_table, " * 100 + "last_one FROM a", KEPT)

    assert words.startswith("SELECT column_of_a_table")
    assert words.endswith("last_one FROM a")
    assert " … " in words.replace("\n", " ")
    assert len(words) < 1_000


def test_touched_is_what_the_uppermost_step_read():
    assert touched(STEPS) == 15
    assert touched("Result (actual rows=1.00 loops=1)") == 0


def test_costliest_keeps_a_few_each_once():
    plans = [Plan(f"SELECT {number}", number, "") for number in range(9)]

    kept = costliest([*plans, plans[8], Plan("SELECT 8", 3, "")])

    assert [one.touched for one in kept] == [8, 7, 6, 5][:MOST]


def test_indexes_and_whole_tables_are_found():
    assert indexes_of(STEPS) == {"tracker_due", "case_number"}
    assert read_whole(STEPS) == {"people_orgunit", "audits_audit"}


def test_text_says_what_it_stood_on():
    size = {
        "councils": 1,
        "users": 250,
        "audits": 5_023,
        "answers": 106_580,
        "actions": 0,
        "lines": 7,
    }

    text = text_of("tracker", size_words(size), 12, [Plan("SELECT 1", 1_213, "Result")])

    assert text == (
        "The plans behind: tracker\n"
        "Stood on one council: about 5,000 audits, about 110,000 answers, about 0 actions, about 7 lines of the trail.\n"
        "Of its 12 queries the 1 that touch most of the database; made by benchmarks/plans.py.\n"
        "\n1. 1,213 pages of 8 kB\n\nSELECT 1\n\nResult\n"
    )


def test_every_job_of_a_browser_has_its_plans():
    targets = dict.fromkeys(("auditors", "officers", "heads", "leaders"), ["key"] * 16)
    measured = pages.pages({**targets, "typed": [], "returned": [], "case": "77", "cookie": "c"}, 0)

    assert {one.name for one in measured} == set(FILES)
    assert {str(path.relative_to(ROOT)) for path in texts()} == set(FILES.values())


def test_large_tables_exist():
    assert set(connection.introspection.django_table_names()) >= LARGE


@pytest.mark.django_db
@pytest.mark.parametrize("path", texts(), ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_plans_name_only_indexes_that_exist(path):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")
        known = {name for (name,) in cursor.fetchall()}

    assert indexes_of(path.read_text(encoding="utf-8")) - known == set()


@pytest.mark.parametrize("path", texts(), ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_no_page_reads_a_large_table_from_end_to_end(path):
    name = str(path.relative_to(ROOT))

    whole = read_whole(path.read_text(encoding="utf-8")) & LARGE

    assert whole == set(READ_WHOLE.get(name, {}))


@pytest.mark.parametrize("path", texts(), ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_plans_hold_only_words_of_our_own_lists(path):
    quoted = re.findall("'([^'\\n]*)'", path.read_text(encoding="utf-8"))

    words = {word for one in quoted for word in one.strip("{}").split(",")}

    assert words - {"?"} - words_of_lists() == set()


def test_words_of_lists_are_states_and_the_like():
    assert words_of_lists() >= {"returned", "in_progress", "auditor"}


@pytest.mark.django_db
def test_a_query_is_noted_and_explained_without_its_values():
    council = CouncilFactory()

    with noted() as found:
        Council.objects.filter(code=council.code).first()
    (sql, values) = found[0]

    assert values[0] == council.code
    assert 'FROM "people_council"' in sql
    assert "Buffers" in explained((sql, values))
    assert council.code not in next(plans_of(found, frozenset())).steps


@pytest.mark.django_db
def test_what_cannot_be_explained_has_no_plan_and_changes_nothing():
    council = CouncilFactory()

    renamed = explained(("UPDATE people_council SET name = %s", ["Elsewhere"]))

    assert "Update on people_council" in renamed
    assert explained(("SELECT nothing FROM nowhere", [])) == ""
    assert list(plans_of([("INSERT INTO nowhere", []), ("SELECT nothing", [])], KEPT)) == []
    assert Council.objects.get().name == council.name


@pytest.mark.django_db
def test_a_page_is_asked_twice_and_its_second_time_counts(settings):
    settings.ALLOWED_HOSTS = [HOST]
    asked = []
    page = Page("", "F1", None, lambda who: asked.append(who) or Asked("/health/"))

    found = queries_of(page)

    assert len(asked) == 2
    assert not [sql for sql, _ in found if sql.startswith("SAVEPOINT")]
    assert inside(0, Asked("/health/")) != b""
