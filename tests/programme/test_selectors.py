from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programme.selectors.allocating import (
    allotted,
    audits_under_way,
    candidates,
    period_of,
    workers,
)
from standards.policy import Allocation, Deadline, PerAuditor
from standards.selectors import edition
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import cast
from tests.factories.people import PostFactory, PostHoldingFactory
from tests.factories.standards import framework_text, published

ON = NOW.date()
MONTH = date(2026, 11, 1)


def rule(every):
    return Allocation(
        by=(),
        auditors=("auditor",),
        team_rule="any",
        own_case="refused",
        line_manager="refused",
        deadline=Deadline("end_of_month"),
        per_auditor=PerAuditor(1, every) if every else None,
    )


@pytest.mark.parametrize(
    ("every", "month", "year_start", "first", "last"),
    [
        (None, (2026, 11), 4, (2026, 11), (2026, 11)),
        ("month", (2026, 11), 4, (2026, 11), (2026, 11)),
        ("quarter", (2026, 4), 4, (2026, 4), (2026, 6)),
        ("quarter", (2026, 6), 4, (2026, 4), (2026, 6)),
        ("quarter", (2026, 12), 4, (2026, 10), (2026, 12)),
        ("quarter", (2027, 1), 4, (2027, 1), (2027, 3)),
        ("quarter", (2027, 3), 4, (2027, 1), (2027, 3)),
        ("quarter", (2026, 11), 9, (2026, 9), (2026, 11)),
        ("quarter", (2026, 12), 9, (2026, 12), (2027, 2)),
        ("quarter", (2027, 2), 9, (2026, 12), (2027, 2)),
    ],
)
def test_period_of_is_the_month_or_the_quarter_of_the_councils_year(
    every, month, year_start, first, last
):
    assert period_of(rule(every), date(*month, 1), year_start) == (date(*first, 1), date(*last, 1))


@pytest.fixture
def people(db):
    return cast("bexley")


@pytest.fixture
def version(db):
    return framework("fixtures/frameworks/bexley/1.yaml")


@pytest.fixture
def case(people):
    case = CaseFileFactory(council=people.council, unit=people.team2)
    InvolvementFactory(case=case, user=people.worker)
    return case


def test_candidates_are_those_who_hold_a_post_that_audits_today(people, version, case):
    found = candidates(edition(version), case, {people.worker.pk}, month=MONTH, on=ON)

    assert {one.user for one in found if not one.objections} == {
        people.auditor,
        people.service_manager,
        people.head,
        people.deputy_director,
        people.director,
    }
    assert {one.user for one in found if one.objections} == {people.manager}


def test_candidates_leave_out_another_councils_people(people, version, case):
    theirs = cast("eastmere")

    found = candidates(edition(version), case, {people.worker.pk}, month=MONTH, on=ON)

    assert not {one.user for one in found} & set(theirs.everybody().values())


def test_candidates_with_two_posts_stand_once_under_the_rules_of_both(people, version, case):
    deputy = PostFactory(
        council=people.council, unit=people.team2, type=people.auditor.holdings.get().post.type
    )
    PostHoldingFactory(post=deputy, user=people.auditor, cover=True)

    found = candidates(edition(version), case, {people.worker.pk}, month=MONTH, on=ON)
    twice = [one for one in found if one.user == people.auditor]

    assert len(twice) == 1
    assert twice[0].auditor.unit_ids == {people.team1.pk, people.team2.pk}
    assert len(twice[0].objections) == 1


def test_candidates_take_the_same_number_of_queries_for_many_people(people, version, case):
    framed = edition(version)
    post_type = people.auditor.holdings.get().post.type

    def asked():
        with CaptureQueriesContext(connection) as queries:
            found = candidates(framed, case, {people.worker.pk}, month=MONTH, on=ON)
        return len(found), len(queries)

    few, before = asked()
    for _ in range(3):
        post = PostFactory(council=people.council, unit=people.team1, type=post_type)
        PostHoldingFactory(post=post)
    audit_at("allocated", people, version)

    assert before == 6
    assert asked() == (few + 3, before)


@pytest.mark.parametrize(
    ("month", "allotted_then"), [((2026, 9), 1), ((2026, 11), 1), ((2026, 12), 0), ((2026, 8), 0)]
)
def test_the_quarter_of_the_number_starts_with_the_councils_own_year(db, month, allotted_then):
    people = cast("northshire")
    version = published(framework_text("northshire"))
    audit = audit_at("allocated", people, version)

    found = candidates(edition(version), audit.case, set(), month=date(*month, 1), on=ON)

    assert {one.user: one.auditor.allotted for one in found}[people.auditor] == allotted_then


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [((2026, 11), (2026, 11), 2), ((2026, 10), (2026, 12), 2), ((2026, 12), (2027, 2), 0)],
)
def test_allotted_counts_the_audits_of_the_period_in_one_council(
    people, version, first, last, count
):
    for _ in range(2):
        audit_at("allocated", people, version)
    audit_at("allocated", cast("eastmere"), framework())

    found = allotted(people.council.pk, date(*first, 1), date(*last, 1))

    assert found == ({people.auditor.pk: count} if count else {})


def test_workers_come_with_the_allocated_worker_first_and_without_those_who_left(people, case):
    InvolvementFactory(case=case, user=people.second, kind="second", from_on=date(2025, 1, 1))
    InvolvementFactory(case=case, user=people.stranger, to_on=date(2026, 11, 9))

    assert [one.user for one in workers(case, ON)] == [people.worker, people.second]


@pytest.mark.parametrize(("stage", "count"), [("allocated", 1), ("in_session", 1), ("returned", 0)])
def test_audits_under_way_leaves_out_returned_ones(people, version, stage, count):
    audit = audit_at(stage, people, version)

    assert audits_under_way(audit.case) == count
