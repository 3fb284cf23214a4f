from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError

from cases.imports import apply, read_plan
from cases.models import CaseFile, Involvement
from core.models import TrailEntry
from core.tabular import Unreadable
from tests.factories.cases import CaseFileFactory
from tests.factories.people import CouncilFactory, OrgUnitFactory, UserFactory
from tests.people.tables import as_csv, as_xlsx, read

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
FIRST = {
    "Case number": "704211",
    "Team code": "T1",
    "Worker": "1",
    "Worker from": "2026-03-02",
    "Second worker": "2",
    "Second worker from": "04/05/2026",
    "Date of birth": "2015-06-30",
    "Gender": "Girl",
    "Ethnicity": "Black British",
    "Language": "English",
    "Disability": "No",
    "Plan": "CIN",
    "Referral": "2026-02-20",
    "Opened": "2026-02-23",
    "Closed": "",
}
SECOND = {"Case number": "704212", "Team code": "T2", "Opened": "2026-01-05"}
FILE = [FIRST, SECOND]


@pytest.fixture
def council():
    made = CouncilFactory(code="eastmere")
    for code in ("T1", "T2"):
        OrgUnitFactory(council=made, code=code)
    for staff in ("1", "2", "3"):
        UserFactory(council=made, staff_number=staff)
    return made


def plan_of(council, table, form=as_csv):
    return read_plan(council, read(form(table)))


def faults_of(council, table) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.says) for fault in plan_of(council, table).faults]


def take_in(council, table, *, form=as_csv) -> dict[str, int]:
    """Import a file that has no fault; gives what changed."""
    plan = plan_of(council, table, form)
    assert plan.faults == []
    counts = apply(council, plan, by=None, at=NOW, on=NOW.date(), cause="test")
    return {name: count for name, count in counts.items() if count}


def everything() -> list[list[tuple]]:
    """Every row that a case file can change."""
    return [list(model.objects.order_by("pk").values_list()) for model in (CaseFile, Involvement)]


def workers(kind: str = "allocated") -> list[tuple[str, str, str | None]]:
    """Who worked the first case, from when to when."""
    rows = Involvement.objects.filter(case__number="704211", kind=kind).order_by("from_on", "pk")
    return [
        (row.user.staff_number, str(row.from_on), str(row.to_on) if row.to_on else None)
        for row in rows
    ]


@pytest.mark.parametrize("form", [as_csv, as_xlsx])
def test_a_good_file_makes_cases_and_who_works_them(council, form):
    counts = take_in(council, FILE, form=form)

    assert counts == {"cases new": 2, "workers new": 2}
    case = CaseFile.objects.get(number="704211")
    assert (case.council, case.unit.code, case.gender, case.ethnicity) == (
        council,
        "T1",
        "Girl",
        "Black British",
    )
    assert (case.language, case.disability, case.plan_type) == ("English", "No", "CIN")
    assert (case.date_of_birth, case.referral_on, case.opened_on, case.closed_on) == (
        date(2015, 6, 30),
        date(2026, 2, 20),
        date(2026, 2, 23),
        None,
    )
    assert workers() == [("1", "2026-03-02", None)]
    assert workers("second") == [("2", "2026-05-04", None)]


@pytest.mark.parametrize("form", [as_csv, as_xlsx])
def test_the_same_file_twice_changes_nothing(council, form):
    take_in(council, FILE, form=form)
    before = everything()

    assert take_in(council, FILE, form=form) == {}
    assert everything() == before


def test_the_same_file_as_csv_and_as_a_workbook_is_the_same(council):
    take_in(council, FILE, form=as_csv)

    assert take_in(council, FILE, form=as_xlsx) == {}


def test_a_case_that_is_not_in_the_file_stays(council):
    take_in(council, FILE)

    assert take_in(council, [SECOND]) == {}
    assert CaseFile.objects.count() == 2


def test_two_councils_may_have_the_same_number(council):
    take_in(council, FILE)
    other = CouncilFactory(code="northshire")
    OrgUnitFactory(council=other, code="T2")

    assert take_in(other, [SECOND]) == {"cases new": 1}
    assert take_in(council, FILE) == {}


def test_all_of_the_file_or_nothing_of_it(council):
    plan = plan_of(council, FILE)
    plan.people["2"] = None  # the cases are written by the time the database refuses this
    before = everything()

    with pytest.raises(IntegrityError):
        apply(council, plan, by=None, at=NOW, on=NOW.date())

    assert everything() == before


def test_the_import_is_in_the_trail_with_counts_only(council):
    take_in(council, FILE)

    entry = TrailEntry.objects.get(verb="import cases")
    assert (entry.cause, entry.council_id) == ("test", council.pk)
    assert entry.detail == {
        "cases new": 2,
        "cases changed": 0,
        "workers new": 2,
        "workers ended": 0,
    }


# --- what changes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"Team code": "T2"},
        {"Date of birth": "2015-07-01"},
        {"Date of birth": ""},
        {"Gender": "Boy"},
        {"Ethnicity": ""},
        {"Language": "Welsh"},
        {"Disability": "Yes"},
        {"Plan": "CP"},
        {"Referral": "2026-02-21"},
        {"Opened": "2026-02-24"},
    ],
)
def test_only_the_case_that_differs_changes(council, change):
    take_in(council, FILE)

    assert take_in(council, [FIRST | change, SECOND]) == {"cases changed": 1}
    assert take_in(council, [FIRST | change, SECOND]) == {}


@pytest.mark.parametrize(
    ("change", "counts", "expected"),
    [
        (
            {"Worker": "3", "Worker from": "2026-06-01"},
            {"workers new": 1, "workers ended": 1},
            [("1", "2026-03-02", "2026-05-31"), ("3", "2026-06-01", None)],
        ),
        (
            {"Worker": "3", "Worker from": "2026-03-02"},
            {"workers new": 1, "workers ended": 1},
            [("1", "2026-03-02", "2026-03-02"), ("3", "2026-03-02", None)],
        ),
        (
            {"Worker from": "2026-06-01"},
            {"workers new": 1, "workers ended": 1},
            [("1", "2026-03-02", "2026-05-31"), ("1", "2026-06-01", None)],
        ),
        ({"Worker": "", "Worker from": ""}, {}, [("1", "2026-03-02", None)]),
        (
            {
                "Worker": "",
                "Worker from": "",
                "Second worker": "",
                "Second worker from": "",
                "Closed": "2026-09-01",
            },
            {"cases changed": 1, "workers ended": 2},
            [("1", "2026-03-02", "2026-08-31")],
        ),
    ],
    ids=[
        "another worker",
        "another worker from the same day",
        "the same worker again later",
        "no worker says nothing",
        "a closed file without workers",
    ],
)
def test_another_worker_ends_the_earlier_one(council, change, counts, expected):
    take_in(council, FILE)

    assert take_in(council, [FIRST | change]) == counts
    assert workers() == expected
    assert take_in(council, [FIRST | change]) == {}


def test_closing_a_file_ends_who_works_it_even_when_they_are_still_named(council):
    take_in(council, FILE)

    closed = [FIRST | {"Closed": "2026-09-01"}]

    assert take_in(council, closed) == {"cases changed": 1, "workers ended": 2}
    assert workers() == [("1", "2026-03-02", "2026-08-31")]
    assert take_in(council, closed) == {}
    assert take_in(council, FILE) == {"cases changed": 1, "workers new": 2}
    assert workers() == [("1", "2026-03-02", None)]


def test_a_file_that_comes_closed_has_workers_of_the_past(council):
    closed = [FIRST | {"Closed": "2026-09-01", "Second worker from": "2026-09-01"}]

    assert take_in(council, closed) == {"cases new": 1, "workers new": 2}
    assert workers() == [("1", "2026-03-02", "2026-08-31")]
    assert workers("second") == [("2", "2026-09-01", "2026-09-01")]
    assert take_in(council, closed) == {}


def test_a_worker_named_by_mistake_can_be_put_right(council):
    take_in(council, FILE)
    take_in(council, [FIRST | {"Worker": "3"}])

    take_in(council, FILE)

    assert [who for who, _, to_on in workers() if to_on is None] == ["1"]
    assert take_in(council, FILE) == {}


def test_the_worker_and_the_second_worker_are_kept_apart(council):
    take_in(council, FILE)

    swapped = {"Worker": "2", "Second worker": "1", "Worker from": "2026-06-01"}
    take_in(council, [FIRST | swapped | {"Second worker from": "2026-06-01"}])

    assert workers() == [("1", "2026-03-02", "2026-05-31"), ("2", "2026-06-01", None)]
    assert workers("second") == [("2", "2026-05-04", "2026-05-31"), ("1", "2026-06-01", None)]


@pytest.mark.parametrize("form", [as_csv, as_xlsx])
@pytest.mark.parametrize("text", ["=1+1", "=HYPERLINK(1)", "+44", "@SUM(1)"])
def test_a_formula_is_kept_as_text(council, form, text):
    take_in(council, [FIRST | {"Language": text}], form=form)

    assert CaseFile.objects.get().language == text


# --- what is refused ----------------------------------------------------------------------------

DATE = "Enter a date as 2026-05-04 or 4/5/2026."


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"Case number": ""}, ("Case number", "This must be filled in.")),
        ({"Case number": "704211"}, ("Case number", "This case stands in row 2 already.")),
        ({"Case number": "7" * 41}, ("Case number", "Use 40 characters or fewer.")),
        ({"Team code": ""}, ("Team code", "This must be filled in.")),
        (
            {"Team code": "T9"},
            ("Team code", "There is no team “T9”. Import the staff file first."),
        ),
        (
            {"Team code": "FAR"},
            ("Team code", "There is no team “FAR”. Import the staff file first."),
        ),
        (
            {"Worker": "99", "Worker from": "2026-03-02"},
            (
                "Worker",
                "There is nobody with staff number “99”. Import the staff file first.",
            ),
        ),
        (
            {"Worker": "N1", "Worker from": "2026-03-02"},
            (
                "Worker",
                "There is nobody with staff number “N1”. Import the staff file first.",
            ),
        ),
        (
            {"Second worker": "N1", "Second worker from": "2026-03-02"},
            (
                "Second worker",
                "There is nobody with staff number “N1”. Import the staff file first.",
            ),
        ),
        ({"Worker": "1"}, ("Worker from", "This must be filled in with a worker.")),
        ({"Second worker": "1"}, ("Second worker from", "This must be filled in with a worker.")),
        (
            {
                "Worker": "1",
                "Worker from": "2026-03-02",
                "Second worker": "1",
                "Second worker from": "2026-03-02",
            },
            ("Second worker", "The second worker must be another person."),
        ),
        ({"Worker from": "May"}, ("Worker from", DATE)),
        ({"Date of birth": "30/2/2015"}, ("Date of birth", DATE)),
        ({"Referral": "13/13/2026"}, ("Referral", DATE)),
        ({"Opened": ""}, ("Opened", "This must be filled in.")),
        ({"Opened": "yesterday"}, ("Opened", DATE)),
        ({"Closed": "2026-01-04"}, ("Closed", "The file is closed before it is opened.")),
        ({"Gender": "x" * 41}, ("Gender", "Use 40 characters or fewer.")),
        ({"Language": "x" * 81}, ("Language", "Use 80 characters or fewer.")),
    ],
)
def test_every_fault_names_its_row_and_column(council, row, expected):
    other = CouncilFactory(code="northshire")
    OrgUnitFactory(council=other, code="FAR")
    UserFactory(council=other, staff_number="N1")

    assert faults_of(council, [FIRST, SECOND | row]) == [(3, *expected)]


def test_every_fault_is_told_at_once(council):
    table = [FIRST | {"Team code": "T9", "Opened": "x"}, SECOND | {"Worker": "99"}]

    assert {(row, column) for row, column, _ in faults_of(council, table)} == {
        (2, "Team code"),
        (2, "Opened"),
        (3, "Worker"),
        (3, "Worker from"),
    }


def test_an_empty_staff_number_is_nobody(council):
    UserFactory(council=council, staff_number="")

    assert take_in(council, [SECOND | {"Worker": ""}]) == {"cases new": 1}
    assert Involvement.objects.count() == 0


def test_reading_a_plan_writes_nothing(council):
    CaseFileFactory(council=council)
    before = everything()

    plan_of(council, FILE)

    assert everything() == before


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([{"Case number": "1", "Team code": "T1"}], "The file has no column “Opened”."),
        ([SECOND | {"Child's name": "x"}], "The column “child's name” is not known here."),
    ],
)
def test_a_wrong_header_is_refused_in_words(council, table, words):
    with pytest.raises(Unreadable, match=words):
        plan_of(council, table)


@pytest.mark.parametrize("cases", [1, 30])
def test_the_number_of_queries_does_not_grow_with_the_file(
    council, cases, django_assert_max_num_queries
):
    table = [FIRST | {"Case number": str(number)} for number in range(cases)]

    with django_assert_max_num_queries(14):
        take_in(council, table)
