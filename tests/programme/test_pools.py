from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.sampling import Rule
from programme.selectors.pools import (
    Filters,
    age_band,
    open_cases,
    plan_types_of,
    services_of,
    workers_of,
)
from programme.services.draws import replace
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import cast
from tests.factories.draws import draw_at, open_files
from tests.factories.people import OrgUnitFactory

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 10)


@pytest.fixture
def people():
    return cast("bexley")


@pytest.fixture
def version():
    return framework("fixtures/frameworks/bexley/1.yaml")


def pool(people, cool_off=None, but=None, on=ON, **filters):
    return open_cases(people.officer, Filters(**filters), on, cool_off=cool_off, but=but)


def numbers(found):
    return [one.number for one in found.files]


@pytest.mark.parametrize(
    ("born_on", "band"),
    [
        (None, "Not known"),
        (date(2027, 1, 1), "0–4"),  # not yet born
        (ON, "0–4"),
        (date(2021, 11, 11), "0–4"),
        (date(2021, 11, 10), "5–9"),
        (date(2016, 11, 11), "5–9"),
        (date(2016, 11, 10), "10–15"),
        (date(2010, 11, 11), "10–15"),
        (date(2010, 11, 10), "16 and over"),
        (date(1999, 1, 1), "16 and over"),
        (date(2012, 2, 29), "10–15"),
    ],
)
def test_an_age_band_changes_on_the_birthday(born_on, band):
    assert age_band(born_on, ON) == band


def test_the_pool_holds_the_councils_open_cases(people):
    cases = open_files(people, 2)
    open_files(people, 1, closed_on=date(2026, 11, 10))
    open_files(people, 1, opened_on=date(2026, 11, 11))
    last_day = open_files(people, 1, closed_on=date(2026, 11, 11), opened_on=ON)
    open_files(cast("eastmere"), 1)

    found = pool(people)

    assert numbers(found) == [case.number for case in (*cases, *last_day)]
    assert (found.left_out, found.open) == ((), 3)


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        ({"plan_types": ("CIN",)}, "It has another plan type"),
        ({"open_since": date(2026, 1, 5)}, "It was opened after 5 January 2026"),
    ],
)
def test_a_filter_leaves_out_the_others_and_says_why(people, filters, reason):
    kept = open_files(people, 1, plan_type="CIN", opened_on=date(2026, 1, 5))
    open_files(people, 2, plan_type="CP", opened_on=date(2026, 1, 6))

    found = pool(people, **filters)

    assert (numbers(found), found.left_out) == ([kept[0].number], ((reason, 2),))


def test_the_filters_of_service_and_worker(people):
    service = OrgUnitFactory(council=people.council, kind="service", name="Disability")
    team = OrgUnitFactory(council=people.council, parent=service)
    elsewhere = CaseFileFactory(council=people.council, unit=team)
    in_the_service_itself = CaseFileFactory(council=people.council, unit=service)
    ours = open_files(people, 1)[0]
    InvolvementFactory(case=elsewhere, user=people.second, kind="second")
    InvolvementFactory(case=ours, user=people.second, to_on=date(2026, 11, 9))

    assert numbers(pool(people, services=(service.pk,))) == [
        elsewhere.number,
        in_the_service_itself.number,
    ]
    assert numbers(pool(people, workers=(people.second.pk,))) == [elsewhere.number]
    assert pool(people, workers=(people.worker.pk,)).left_out == (("Another worker works it", 2),)


def test_each_file_counts_under_its_first_reason_only(people):
    open_files(people, 1, plan_type="CP", opened_on=date(2026, 6, 1))

    found = pool(people, plan_types=("CIN",), open_since=date(2026, 1, 1))

    assert found.left_out == (("It has another plan type", 1),)


@pytest.mark.parametrize("stage", ["allocated", "preparing", "in_session"])
def test_a_file_that_is_being_audited_is_left_out(people, version, stage):
    audit_at(stage, people, version)

    assert pool(people).left_out == (("It is being audited now", 1),)


@pytest.mark.parametrize(
    ("cool_off", "months", "on", "reason"),
    [
        (None, None, ON, ""),
        (3, None, ON, "It was audited within the last 3 months (the framework’s rule)"),
        (3, 6, ON, "It was audited within the last 3 months (the framework’s rule)"),
        (None, 1, ON, "It was audited within the last 1 month (as chosen)"),
        (1, 3, date(2026, 12, 20), "It was audited within the last 3 months (as chosen)"),
        (
            3,
            None,
            date(2027, 2, 9),
            "It was audited within the last 3 months (the framework’s rule)",
        ),
        (3, None, date(2027, 2, 10), ""),
    ],
)
def test_a_file_audited_lately_is_left_out_until_the_day_it_may_be_picked_again(
    people, version, cool_off, months, on, reason
):
    audit_at("returned", people, version)

    found = pool(people, cool_off=cool_off, months=months, on=on)

    assert found.left_out == (((reason, 1),) if reason else ())


def test_what_is_drawn_and_not_allocated_is_left_out_of_the_next_pool(people, version):
    open_files(people, 6)
    draw = draw_at("drawn", people, version)
    first = draw.result[0]["id"]
    made = replace(draw, first, why="sensitive", by=people.officer, at=NOW)

    found = pool(people)

    standing = {draw.result[1]["id"], made.in_case_id}
    assert found.left_out == (("It is drawn already and waits to be allocated", 2),)
    assert {one.id for one in found.files}.isdisjoint(standing)
    assert first in {one.id for one in found.files}
    assert len(pool(people, but=draw).files) == 6
    assert len(pool(people, on=date(2026, 12, 1)).files) == 6


def test_the_values_that_a_pool_may_be_divided_by(people):
    people.worker.staff_number = "S10"
    people.worker.save()
    open_files(
        people, 1, plan_type="CIN", date_of_birth=date(2018, 1, 1), gender="F", disability="No"
    )
    CaseFileFactory(council=people.council, unit=OrgUnitFactory(council=people.council))

    found = pool(people)

    assert [dict(one.values) for one in found.files] == [
        {
            "service": "Family support",
            "plan_type": "CIN",
            "age": "5–9",
            "gender": "F",
            "ethnicity": "Not known",
            "disability": "No",
            "worker": "S10",
        },
        {
            "service": "No service",
            "plan_type": "Not known",
            "age": "Not known",
            "gender": "Not known",
            "ethnicity": "Not known",
            "disability": "Not known",
            "worker": "No worker recorded",
        },
    ]
    assert found.without_worker == 1


def test_a_pool_to_draw_from_holds_only_what_it_is_divided_by(people):
    case = open_files(people, 1, gender="F", ethnicity="Asian")[0]

    assert pool(people).pool(()).text == f"case\n{case.number}\n"
    assert pool(people).pool(["age", "gender"]).text == (
        f"case\tage\tgender\n{case.number}\tNot known\tF\n"
    )


def test_filters_read_back():
    made = Filters((1, 2), ("CIN",), (3,), date(2026, 1, 5), 6)

    assert Filters.read(made.stored) == made
    assert Filters.read(Filters().stored) == Filters() == Filters.read({})


def test_what_the_page_offers(people):
    open_files(people, 1, plan_type="CP")
    open_files(people, 2, plan_type="CIN")
    open_files(people, 1, plan_type="Closed", closed_on=date(2026, 1, 1))
    cast("eastmere")

    assert [name for _, name in services_of(people.officer)] == [
        "Family support",
        "Quality assurance",
    ]
    assert plan_types_of(people.officer, ON) == ["CIN", "CP"]
    assert workers_of(people.officer, ON) == [(people.worker.pk, people.worker.name)]


def test_the_pool_takes_the_same_queries_for_few_and_many_cases(people, version):
    counts = []
    for more in (2, 8):
        open_files(people, more)
        audit_at("returned", people, version)
        audit_at("allocated", people, version)
        draw_at("drawn", people, version, rule=Rule(number=1))
        with CaptureQueriesContext(connection) as queries:
            pool(people, cool_off=3)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 9
