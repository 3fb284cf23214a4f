from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError

from core.models import TrailEntry
from core.tabular import Unreadable
from people import independence
from people.import_guard import guard
from people.imports import apply, circles, read_plan
from people.models import OrgUnit, Post, PostHolding, PostType, User
from people.services import set_post_types
from tests.factories.people import CouncilFactory, UserFactory
from tests.people.tables import STAFF_ROW, as_csv, as_xlsx, person, read

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
TODAY = date(2026, 11, 10)
TYPES = [
    ("SW", "Social worker", ["practitioner"]),
    ("TM", "Team manager", ["line_manager", "auditor"]),
    ("HOS", "Head of service", ["head_of_service"]),
]
AMINA = person("1", "Amina Okafor", "P-1", Reports_to="P-2")
BEN = person("2", "Ben Hale", "P-2", Post_type="TM", Reports_to="P-3")
CLEO = person("3", "Cleo Marsh", "P-3", Post_type="HOS", Team_code="", Team="")
FILE = [AMINA, BEN, CLEO]


@pytest.fixture
def council():
    made = CouncilFactory(code="eastmere")
    set_post_types(made, TYPES)
    return made


def plan_of(council, table, form=as_csv):
    return read_plan(council, read(form(table)))


def faults_of(council, table) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.says) for fault in plan_of(council, table).faults]


def take_in(council, table, *, form=as_csv, on=TODAY) -> dict[str, int]:
    """Import a file that has no fault; gives what changed."""
    plan = plan_of(council, table, form)
    assert plan.faults == []
    counts = apply(council, plan, by=None, at=NOW, on=on, cause="test")
    return {name: count for name, count in counts.items() if count}


def everything() -> list[list[tuple]]:
    """Every row that a staff file can change."""
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (OrgUnit, Post, User, PostHolding)
    ]


@pytest.mark.parametrize("form", [as_csv, as_xlsx])
def test_a_good_file_makes_units_posts_people_and_holdings(council, form):
    counts = take_in(council, FILE, form=form)

    assert counts == {"units new": 3, "posts new": 3, "people new": 3, "holdings new": 3}
    unit = OrgUnit.objects.get(code="T1")
    assert [unit.name, unit.parent.name, unit.parent.parent.name] == [
        "Team 1",
        "Family support",
        "Children's services",
    ]
    assert unit.path == f"/{unit.parent.parent_id}/{unit.parent_id}/{unit.pk}/"
    assert list(
        Post.objects.values_list("code", "type__code", "unit__code", "reports_to__code")
    ) == [
        ("P-1", "SW", "T1", "P-2"),
        ("P-2", "TM", "T1", "P-3"),
        ("P-3", "HOS", "FS", None),
    ]
    assert list(
        PostHolding.objects.order_by("post__code").values_list(
            "post__code", "user__email", "from_on", "to_on", "cover"
        )
    ) == [
        ("P-1", "amina@example.org", date(2024, 9, 1), None, False),
        ("P-2", "ben@example.org", date(2024, 9, 1), None, False),
        ("P-3", "cleo@example.org", date(2024, 9, 1), None, False),
    ]


def test_new_people_have_no_password(council):
    take_in(council, FILE)

    assert [user.has_usable_password() for user in User.objects.all()] == [False] * 3


def test_the_same_file_twice_changes_nothing(council):
    take_in(council, FILE)
    before = everything()

    assert take_in(council, FILE) == {}
    assert everything() == before


def test_the_order_of_rows_and_columns_does_not_matter(council):
    take_in(council, FILE)
    turned = [dict(reversed(row.items())) for row in reversed(FILE)]

    assert take_in(council, turned) == {}


def test_people_who_are_not_in_the_file_stay(council):
    take_in(council, FILE)

    assert take_in(council, [BEN, CLEO]) == {}
    assert User.objects.get(staff_number="1").is_active is True


def test_a_vacant_post_is_made_without_a_person(council):
    vacant = person("", "", "P-9", From="", Reports_to="P-2")

    assert take_in(council, [*FILE, vacant])["posts new"] == 4
    assert PostHolding.objects.filter(post__code="P-9").exists() is False


def test_all_of_the_file_or_nothing_of_it(council):
    plan = plan_of(council, FILE)
    UserFactory(email="cleo@example.org")
    before = everything()

    with pytest.raises(IntegrityError):
        apply(council, plan, by=None, at=NOW, on=TODAY)

    assert everything() == before


def test_the_import_is_in_the_trail_with_counts_only(council):
    take_in(council, FILE)

    entry = TrailEntry.objects.get(verb="import staff")
    assert (entry.cause, entry.council_id) == ("test", council.pk)
    assert entry.detail["people new"] == 3


# --- what changes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ([AMINA | {"Name": "Amina Stone"}], {"people changed": 1}),
        ([AMINA | {"E-mail": "AMINA.STONE@example.org"}], {"people changed": 1}),
        ([AMINA | {"Post type": "TM"}], {"posts changed": 1}),
        ([AMINA | {"Reports to": "P-3"}], {"posts changed": 1}),
        ([AMINA | {"Reports to": ""}], {"posts changed": 1}),
        ([AMINA | {"Cover": "yes"}], {"holdings changed": 1}),
        ([AMINA | {"To": "2026-12-31"}], {"holdings changed": 1}),
        ([AMINA | {"Team": "Team one"}], {"units changed": 1}),
        ([AMINA | {"Post code": "P-4"}], {"posts new": 1, "holdings new": 1}),
        ([AMINA | {"From": "2025-01-01"}], {"holdings new": 1}),
        ([AMINA | {"Team code": "T2", "Team": "Team 2"}], {"units new": 1, "posts changed": 1}),
    ],
    ids=[
        "a new name",
        "a new address",
        "another kind of post",
        "another manager",
        "no manager",
        "a deputy",
        "a last day",
        "a renamed team",
        "a second post",
        "a second time in the post",
        "a post that moves to a new team",
    ],
)
def test_only_what_differs_changes(council, table, expected):
    take_in(council, FILE)

    assert take_in(council, table) == expected
    assert take_in(council, table) == {}


def test_somebody_who_moves_keeps_their_past(council):
    take_in(council, FILE)

    moved = [AMINA | {"To": "2026-06-30"}, AMINA | {"Post code": "P-4", "From": "2026-07-01"}]
    counts = take_in(council, moved)

    assert counts == {"posts new": 1, "holdings new": 1, "holdings changed": 1}
    held = PostHolding.objects.filter(user__staff_number="1")
    assert [row.post.code for row in held.current(date(2026, 6, 30))] == ["P-1"]
    assert [row.post.code for row in held.current(date(2026, 7, 1))] == ["P-4"]
    assert User.objects.get(staff_number="1").is_active is True


@pytest.mark.parametrize(
    ("last_day", "active"),
    [("2026-11-09", False), ("2026-11-10", True), ("2026-11-11", True)],
    ids=["yesterday", "today", "tomorrow"],
)
def test_a_last_day_ends_the_holding_and_then_the_sign_in(council, last_day, active):
    take_in(council, FILE)

    take_in(council, [AMINA | {"To": last_day}])

    assert str(PostHolding.objects.get(post__code="P-1").to_on) == last_day
    assert User.objects.get(staff_number="1").is_active is active
    assert User.objects.get(staff_number="2").is_active is True


def test_somebody_who_comes_back_can_sign_in_again(council):
    take_in(council, [*FILE[1:], AMINA | {"To": "2026-01-31"}])
    assert User.objects.get(staff_number="1").is_active is False

    take_in(council, [AMINA | {"From": "2026-12-01"}])

    assert User.objects.get(staff_number="1").is_active is True


def test_a_service_that_moves_takes_its_teams_along(council):
    take_in(council, FILE)

    take_in(
        council,
        [row | {"Directorate code": "PS", "Directorate": "People's services"} for row in FILE],
    )

    team = OrgUnit.objects.get(code="T1")
    top = OrgUnit.objects.get(code="PS")
    assert team.path == f"/{top.pk}/{team.parent_id}/{team.pk}/"
    assert list(OrgUnit.objects.within([OrgUnit.objects.get(code="CS").path])) == [
        OrgUnit.objects.get(code="CS")
    ]


def test_another_councils_codes_are_its_own(council):
    take_in(council, FILE)
    other = CouncilFactory(code="northshire")
    set_post_types(other, TYPES)
    theirs = [row | {"E-mail": f"n{row['E-mail']}"} for row in FILE]

    assert take_in(other, theirs)["people new"] == 3
    assert take_in(council, FILE) == {}


def test_each_person_changed_and_each_post_given_or_ended_is_in_the_trail(council):
    take_in(council, FILE)
    amina = User.objects.get(staff_number="1")
    post = Post.objects.get(code="P-1")
    before = TrailEntry.objects.latest("pk").pk

    take_in(council, [AMINA | {"To": "2026-11-09", "Name": "Amina Stone"}])
    take_in(council, [AMINA | {"From": "2026-11-10", "Post type": "TM", "Name": "Amina Stone"}])

    lines = TrailEntry.objects.filter(pk__gt=before).exclude(verb="import staff").order_by("pk")
    assert [(one.verb, one.subject_id, one.detail, one.cause) for one in lines] == [
        ("change person", amina.pk, {"name": True, "address": False}, "test"),
        ("end post", amina.pk, {"post": post.pk, "last_day": "2026-11-09"}, "test"),
        ("end sign-in", amina.pk, {}, "test"),
        (
            "change post",
            post.pk,
            {"type": PostType.objects.get(code="TM").pk, "unit": post.unit_id},
            "test",
        ),
        ("join", amina.pk, {"post": post.pk}, "test"),
        ("reopen account", amina.pk, {}, "test"),
    ]


# --- QA stands outside line management (H-16) -----------------------------------------------------


def guarded(council, table) -> list[tuple[int, str]]:
    """The rows that the guard refuses, as by command."""
    plan = plan_of(council, table)
    assert plan.faults == []
    guard(council, plan, on=TODAY)
    return [(fault.row, fault.says) for fault in plan.faults]


@pytest.mark.parametrize("independent", [True, False])
def test_a_file_does_not_mix_qa_with_line_management_where_that_is_forbidden(
    council, monkeypatch, independent
):
    monkeypatch.setattr(independence, "SAYS", [lambda council_id, on: independent])
    set_post_types(council, [*TYPES, ("PSQA", "QA officer", ["qa_officer"])])
    take_in(council, FILE)
    officer = BEN | {"Post code": "P-7", "Post type": "PSQA", "Reports to": ""}

    found = guarded(council, [AMINA, officer])

    assert [row for row, _ in found] == ([3] if independent else [])
    assert all("independent of line management" in says for _, says in found)
    # Whoever holds the posts one after the other mixes nothing.
    assert guarded(council, [BEN | {"To": "2026-11-09"}, officer]) == []


def test_a_file_that_puts_workers_below_somebody_of_the_qa_team_is_refused(council, monkeypatch):
    monkeypatch.setattr(independence, "SAYS", [lambda council_id, on: True])
    set_post_types(council, [*TYPES, ("PSQA", "QA officer", ["qa_officer", "line_manager"])])
    alone = {"Team_code": "Q1", "Team": "QA", "Service_code": "QS", "Service": "Quality"}
    take_in(council, [*FILE, person("5", "Eve Lund", "P-5", Post_type="PSQA", **alone)])

    found = guarded(council, [AMINA | {"Reports to": "P-5"}])

    assert [(row, says.partition(":")[0]) for row, says in found] == [(0, "Staff number 5")]


# --- what is refused ----------------------------------------------------------------------------

AGAIN = "stands in an earlier row with other details. Make the rows agree."


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"Post code": ""}, ("Post code", "This must be filled in.")),
        ({"Post type": ""}, ("Post type", "This must be filled in.")),
        ({"Name": ""}, ("Name", "This must be filled in for a person.")),
        ({"E-mail": ""}, ("E-mail", "This must be filled in for a person.")),
        ({"From": ""}, ("From", "This must be filled in for a person.")),
        (
            {"Staff number": ""},
            (
                "Staff number",
                "Enter the staff number, or leave name and e-mail empty for a vacant post.",
            ),
        ),
        (
            {"E-mail": "dora at example"},
            ("E-mail", "Enter an e-mail address, like name@example.org."),
        ),
        ({"From": "31/2/2026"}, ("From", "Enter a date as 2026-05-04 or 4/5/2026.")),
        ({"To": "soon"}, ("To", "Enter a date as 2026-05-04 or 4/5/2026.")),
        ({"To": "2024-08-31"}, ("To", "The last day is before the first.")),
        ({"Cover": "perhaps"}, ("Cover", "Enter yes or no.")),
        ({"Name": "D" * 121}, ("Name", "Use 120 characters or fewer.")),
        ({"Post code": "P" * 41}, ("Post code", "Use 40 characters or fewer.")),
        ({"Post type": "XX"}, ("Post type", "“XX” is not a kind of post in your framework.")),
        (
            {"Reports to": "P-8"},
            ("Reports to", "There is no post “P-8” in this file or before it."),
        ),
        ({"Reports to": "P-4"}, ("Reports to", "A post cannot report to itself.")),
        (
            {"Team code": "", "Service code": "", "Directorate code": ""},
            ("Team code", "Enter the code of the team, the service or the directorate."),
        ),
        ({"Team": "Another name"}, ("Team code", f"“T1” {AGAIN}")),
        ({"Service code": "", "Service": ""}, ("Team code", f"“T1” {AGAIN}")),
        ({"Post code": "P-2"}, ("Post code", f"“P-2” {AGAIN}")),
        ({"Staff number": "3"}, ("Staff number", f"“3” {AGAIN}")),
        ({"E-mail": "Ben@example.org"}, ("E-mail", "This address belongs to staff number 2.")),
        ({"E-mail": "far@example.org"}, ("E-mail", "This address cannot be used here.")),
    ],
)
def test_every_fault_names_its_row_and_column(council, row, expected):
    UserFactory(council=CouncilFactory(code="northshire"), email="far@example.org")
    dora = person("4", "Dora Lind", "P-4", Reports_to="P-2") | row

    faults = faults_of(council, [*FILE, dora])

    assert (5, *expected) in faults
    assert {number for number, _, _ in faults} == {5}


def test_the_same_holding_twice_is_a_fault(council):
    assert faults_of(council, [*FILE, AMINA]) == [
        (5, "Staff number", "This person, post and first day stand in an earlier row.")
    ]


def test_posts_in_a_circle_are_faults_at_the_first_row_of_each(council):
    table = [AMINA, BEN, CLEO | {"Reports to": "P-1"}]

    says = "These posts report to each other in a circle."
    assert faults_of(council, table) == [
        (2, "Reports to", says),
        (3, "Reports to", says),
        (4, "Reports to", says),
    ]


def test_a_circle_through_posts_of_an_earlier_file_is_found(council):
    take_in(council, FILE)

    faults = faults_of(council, [CLEO | {"Reports to": "P-1"}])

    assert faults == [(2, "Reports to", "These posts report to each other in a circle.")]


def test_a_manager_from_an_earlier_file_is_known(council):
    take_in(council, FILE)

    assert faults_of(council, [person("4", "Dora Lind", "P-4", Reports_to="P-2")]) == []


def test_a_manager_in_another_council_is_not_known(council):
    other = CouncilFactory(code="northshire")
    set_post_types(other, TYPES)
    take_in(other, FILE)

    assert faults_of(council, [AMINA | {"E-mail": "new@example.org"}]) == [
        (2, "Reports to", "There is no post “P-2” in this file or before it.")
    ]


def test_every_fault_is_told_at_once(council):
    table = [AMINA | {"Post type": "XX"}, BEN | {"From": "x"}, CLEO | {"E-mail": "y"}]

    assert {(row, column) for row, column, _ in faults_of(council, table)} == {
        (2, "Post type"),
        (3, "From"),
        (4, "E-mail"),
    }


def test_reading_a_plan_writes_nothing(council):
    before = everything()

    plan_of(council, FILE)

    assert everything() == before


def test_a_formula_is_text(council):
    dora = person("4", "=1+1", "P-4", Reports_to="P-2") | {"E-mail": "dora@example.org"}

    take_in(council, [*FILE, dora], form=as_xlsx)

    assert User.objects.get(staff_number="4").name == "=1+1"


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([{"Staff number": "1", "Post type": "SW"}], "The file has no column “Post code”."),
        ([STAFF_ROW | {"Post code": "P-1", "Salary": "1"}], "The column “salary” is not known"),
    ],
)
def test_a_wrong_header_is_refused_in_words(council, table, words):
    with pytest.raises(Unreadable, match=words):
        plan_of(council, table)


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ({}, []),
        ({"a": None}, []),
        ({"a": "b", "b": "c", "c": None}, []),
        ({"a": "a"}, ["a"]),
        ({"a": "b", "b": "a"}, ["a", "b"]),
        ({"a": "b", "b": "c", "c": "b"}, ["b", "c"]),
        ({"a": "missing"}, []),
        ({"a": "b", "b": "a", "c": "d", "d": "c", "e": None}, ["a", "b", "c", "d"]),
    ],
)
def test_circles(above, expected):
    assert circles(above) == expected
