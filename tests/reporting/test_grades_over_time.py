from datetime import date

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audits.models import Audit
from audits.states import AuditState
from reporting.builders.grades_over_time import (
    Cell,
    Graded,
    build,
    quarter_start,
    quarter_words,
)
from reporting.selectors.by_quarter import grades_over_time
from standards.selectors import edition
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast
from tests.factories.standards import published

LEGACY, NEW = 1, 2
FOLDER = settings.BASE_DIR / "fixtures" / "frameworks" / "west-sussex"


def text_of(number):
    return (FOLDER / f"{number}.yaml").read_text("utf-8")


@pytest.fixture
def editions(db):
    """West Sussex's closed edition on the 0–10 scale and the one that grades directly."""
    return {number: edition(published(text_of(number))) for number in (LEGACY, NEW)}


def graded(edition, month, grade, audits=1, *, final=True):
    return Graded(edition, "collaborative", date.fromisoformat(month), grade, final, audits)


@pytest.mark.parametrize(
    ("month", "year_start", "start", "words"),
    [
        ("2026-04-01", 4, "2026-04-01", "April to June 2026 (Q1)"),
        ("2026-06-01", 4, "2026-04-01", "April to June 2026 (Q1)"),
        ("2026-03-01", 4, "2026-01-01", "January to March 2026 (Q4)"),
        ("2026-12-01", 1, "2026-10-01", "October to December 2026 (Q4)"),
        ("2026-01-01", 9, "2025-12-01", "December 2025 to February 2026 (Q2)"),
        ("2026-08-01", 9, "2026-06-01", "June to August 2026 (Q4)"),
    ],
)
def test_a_month_lies_in_a_quarter_of_the_councils_year(month, year_start, start, words):
    found = quarter_start(date.fromisoformat(month), year_start)

    assert found == date.fromisoformat(start)
    assert quarter_words(found, year_start) == words


@pytest.mark.parametrize(
    ("audits", "total", "percent"), [(0, 7, 0), (1, 8, 13), (1, 3, 33), (7, 7, 100)]
)
def test_a_cell_gives_whole_per_cent(audits, total, percent):
    assert Cell(audits, total).percent == percent


def test_a_legacy_grade_counts_beside_new_ones_below_a_line_that_says_what_changed(editions):
    (table,) = build(
        editions,
        [
            graded(NEW, "2026-11-01", "good", 2, final=False),
            graded(NEW, "2026-11-01", "inadequate", 1),
            graded(LEGACY, "2025-05-01", "good"),
            graded(LEGACY, "2025-06-01", "good", 2),
        ],
    )

    legacy, new = table.rows
    assert [grade.label for grade in table.grades] == [
        "Outstanding",
        "Good",
        "Requires improvement",
        "Inadequate",
    ]
    assert (legacy.quarter, legacy.edition, legacy.changed) == ("April to June 2025 (Q1)", 1, "")
    assert [cell.audits for cell in legacy.cells] == [0, 3, 0, 0]
    assert [cell.audits for cell in new.cells] == [0, 2, 0, 1]
    assert (new.total, new.provisional) == (3, 2)
    assert new.changed.startswith(f"From {editions[NEW].effective_from:%-d %B %Y}: edition 2. ")
    assert "now chosen directly; before, it was read from a scale of 0 to 10." in new.changed


def test_two_editions_within_one_quarter_stay_two_rows(editions):
    (table,) = build(
        editions, [graded(LEGACY, "2025-05-01", "good"), graded(NEW, "2025-05-01", "good")]
    )

    assert [(row.edition, row.total) for row in table.rows] == [(1, 1), (2, 1)]


def test_grades_under_other_names_begin_a_new_table(editions):
    text = text_of(NEW).replace("edition: 2", "edition: 3", 1)
    renamed = text.replace("label: Good, rank", "label: Sound, rank")
    editions[3] = edition(published(renamed))

    first, second = build(
        editions, [graded(NEW, "2026-05-01", "good"), graded(3, "2026-11-01", "good")]
    )

    assert [grade.label for grade in first.grades][1] == "Good"
    assert [grade.label for grade in second.grades][1] == "Sound"
    assert "given in the same way as before" in second.rows[0].changed


def test_nothing_returned_gives_no_table(editions):
    assert build(editions, []) == ()


@pytest.mark.django_db
class TestPage:
    @pytest.fixture
    def people(self, settings):
        settings.TEST_CLOCK = NOW
        return cast("eastmere")

    @pytest.fixture
    def returned(self, people):
        version = framework()
        return [audit_at("returned", people, version) for _ in range(2)]

    def page(self, user):
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client.get("/grades/")

    def test_counts_returned_audits_only(self, people, returned):
        audit_at("in_session", people, returned[0].version)

        (table,) = grades_over_time(people.officer, NOW.date())

        assert [row.total for row in table.rows] == [2]

    def test_a_leader_counts_what_they_may_open(self, people, returned):
        assert grades_over_time(people.director, NOW.date())[0].rows[0].total == 2
        assert grades_over_time(people.stranger, NOW.date()) == ()
        assert grades_over_time(cast("northshire").officer, NOW.date()) == ()

    def test_shows_the_quarter_and_how_many_are_provisional(self, people, returned):
        answer = self.page(people.officer).content.decode()

        assert "October to December 2026 (Q3)" in answer
        assert "2 provisional" in answer
        assert returned[0].reference not in answer

    def test_says_so_when_nothing_has_been_returned(self, people):
        assert "No audit has been returned yet." in self.page(people.officer).content.decode()

    def test_the_queries_do_not_grow_with_audits(self, people, returned):
        counts = []
        for _ in range(2):
            self.page(people.officer)
            with CaptureQueriesContext(connection) as queries:
                self.page(people.officer)
            counts.append(len(queries))
            audit_at("returned", people, returned[0].version)

        assert counts[0] == counts[1]
        assert Audit.objects.filter(state=AuditState.RETURNED).count() == 4
