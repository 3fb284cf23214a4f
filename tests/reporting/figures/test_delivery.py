"""Figures on delivery: what posts owed, what came back in time, what was changed and by whom, and who can audit."""

from datetime import UTC, date, datetime, timedelta

import pytest

from programme.counts import Count
from programme.models import Away, DateChange, Slot
from programme.services.year import open_year
from reporting.charts.forms import Counts
from reporting.selectors.catalogue import figure
from reporting.selectors.figures.delivery import Owed, owed
from tests.factories.audits import framework
from tests.factories.cast import cast
from tests.factories.people import OrgUnitFactory
from tests.factories.years import OPENED, YEAR, place
from tests.reporting.figures.audits import LATER, returned, scope
from tests.reporting.figures.rows import noon

pytestmark = pytest.mark.django_db
QUARTER = (date(2026, 4, 1), date(2026, 6, 30))
MAY = date(2026, 5, 1)
JUNE = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)


@pytest.fixture
def people():
    return cast("bexley")


@pytest.fixture
def version(people):
    return framework("fixtures/frameworks/bexley/1.yaml")


@pytest.fixture
def lancashire():
    """Lancashire with a team manager, and its year's programme opened."""
    there = place()
    there.seat("TM", there.team)
    there.seat("SM", vacant=True)
    open_year(there.council, YEAR, by=there.officer, at=OPENED)
    return there


def at_lancashire(there, **changes):
    return scope(there, there.version, *QUARTER, at=changes.pop("at", JUNE), **changes)


def rows(found):
    return {row.code or row.label: [cell.n for cell in row.cells] for row in found.rows}


def test_posts_have_what_they_owe_beside_what_they_did(lancashire):
    mine = Slot.objects.filter(post__type__code="TM").order_by("first_on", "number", "pk")
    first, second = mine.filter(first_on__range=QUARTER)[:2]
    Slot.objects.filter(pk=first.pk).update(done_on=MAY)
    Slot.objects.filter(pk=second.pk).update(excused_why="Long illness")

    found = figure("programme-delivery", at_lancashire(lancashire))

    required, planned, given, done, late, excused, extended, of = rows(found)["TM"]
    assert (done, excused, extended, of) == (1, 1, 0, 1)
    # What is left out is not asked for.
    row = next(one for one in found.rows if one.code == "TM")
    assert row.cells[-1].of == required - 1
    assert (
        required
        == planned + given + done + late + excused
        == mine.filter(first_on__range=QUARTER).count()
    )
    assert found.rows[-1].total
    assert found.rows[-1].cells[0].n == sum(row.cells[0].n for row in found.rows[:-1])
    assert "in quarter 1 of the year from April 2026 is done" in found.says[0]
    assert "of 120 in quarter 1" in found.says[1]
    assert "of 478 in quarter 1" in found.says[2]
    assert isinstance(found.chart, Counts)


def test_more_in_one_place_makes_up_for_nothing_in_another():
    parts = [Count(required=5, done=10), Count(required=10, done=5), Count(3, done=1, excused=2)]

    assert [owed(one) for one in parts] == [Owed(10, 10), Owed(5, 10), Owed(1, 1)]
    assert sum(map(owed, parts), Owed()) == Owed(16, 21)
    assert owed(Count(required=2, excused=2)) == Owed(0, 0)


def test_an_audit_that_was_given_more_time_counts_beside_its_state(lancashire):
    audit = lancashire.audit("TM", MAY, noon(MAY), "returned")
    slot = Slot.objects.filter(post=lancashire.posts["TM"], first_on__range=QUARTER).first()
    Slot.objects.filter(audit=audit).update(audit=None)
    Slot.objects.filter(pk=slot.pk).update(audit=audit)
    for state in ("granted", "granted", "refused"):
        DateChange.objects.create(
            audit=audit,
            kind="extension",
            state=state,
            reason="Leave",
            asked_by=lancashire.officer,
            asked_at=noon(MAY),
            old_deadline_on=MAY,
            old_auditor=audit.auditor,
            decided_at=noon(MAY),
        )

    found = figure("programme-delivery", at_lancashire(lancashire))

    assert (rows(found)["TM"][3], rows(found)["TM"][6]) == (1, 1)
    assert found.values["extended"].words == "1"


def test_half_a_year_has_two_quarters_and_a_service_its_own_posts(lancashire):
    other = OrgUnitFactory(council=lancashire.council, kind="service", name="Another service")
    half = scope(lancashire, lancashire.version, QUARTER[0], date(2026, 9, 30), at=JUNE)

    two = figure("programme-delivery", half)
    one = figure("programme-delivery", at_lancashire(lancashire))
    none = figure("programme-delivery", at_lancashire(lancashire, service=other))
    own = figure("programme-delivery", at_lancashire(lancashire, reader=lancashire.people["TM"]))

    assert rows(two)["TM"][0] > rows(one)["TM"][0]
    assert none.says == ("Nothing is owed in these months.",)
    # A vacant post of another kind is not below the team manager.
    assert list(rows(own)) == ["TM", "All posts"]
    assert not any("target" in sentence for sentence in own.says)


def test_without_a_programme_there_is_nothing_to_say(people, version):
    for code in ("programme-delivery", "activities"):
        found = figure(code, scope(people, version, *QUARTER))

        assert (found.rows, found.says) == (
            (),
            ("The programme of this year has not been opened.",),
        )


def test_work_besides_audits_is_counted_by_activity(lancashire):
    found = figure("activities", at_lancashire(lancashire))

    assert found.rows
    assert all(row.cells[0].of is not None for row in found.rows)
    assert "are late." in found.says[0]
    assert "case_audit" not in rows(found)


def test_audits_are_returned_in_time_or_late(people, version):
    other = OrgUnitFactory(council=people.council, kind="service", name="Another service")
    returned(people, version, 10, grade="good", month=MAY)
    returned(people, version, 2, grade="good", month=MAY, deadline_on=date(2026, 5, 15), unit=other)
    returned(people, version, 1, grade="good", month=MAY, deadline_on=date(2026, 5, 1), unit=other)
    returned(
        people, version, 1, grade="", month=MAY, state="in_session", returned_at=None, unit=other
    )
    returned(
        people, version, 1, grade="", month=MAY, state="in_session", returned_at=None,
        deadline_on=LATER.date() + timedelta(days=3),
    )  # fmt: skip

    found = figure("timeliness", scope(people, version, *QUARTER))

    assert [(row.label, [cell.n for cell in row.cells]) for row in found.rows] == [
        ("Another service", [0, 2, 1, 1]),
        (people.service.name, [10, 0, 0, 0]),
        ("All services", [10, 2, 1, 1]),
    ]
    assert found.says == ("10 of 14 (71%) came back by the deadline; 1 is still not returned.",)
    assert (
        figure("timeliness", scope(people, version, date(2025, 4, 1), date(2025, 6, 30))).rows == ()
    )


def test_who_granted_more_time_stands_by_the_post(people, version):
    audits = returned(people, version, 4, grade="good", month=MAY)
    for audit, kind, state, by in (
        (audits[0], "extension", "granted", people.head),
        (audits[1], "extension", "refused", people.head),
        (audits[2], "exclusion", "granted", people.former),
        (audits[3], "exclusion", "asked", None),
    ):
        DateChange.objects.create(
            audit=audit,
            kind=kind,
            state=state,
            reason="Leave",
            asked_by=people.auditor,
            asked_at=noon(MAY),
            old_deadline_on=MAY,
            old_auditor=people.auditor,
            decided_by=by,
            decided_at=noon(MAY) if by else None,
        )

    found = figure("date-changes", scope(people, version, *QUARTER))
    of_stranger = figure("date-changes", scope(people, version, *QUARTER, reader=people.stranger))

    title = people.head.holdings.get().post.type.title
    assert [(row.label, [cell.n for cell in row.cells]) for row in found.rows] == [
        ("More time", [2, 1, 1, 0]),
        (f"More time, granted by: {title}", [None, 1, None, None]),
        ("Left out", [2, 1, 0, 1]),
        ("Left out, granted by: No post any more", [None, 1, None, None]),
    ]
    assert found.says == ("More time was granted 1 time, and 1 audit was left out.",)
    assert people.head.name not in str(found)
    assert of_stranger.rows == ()


def test_auditors_are_here_away_or_busy(people, version):
    Away.objects.create(
        user=people.auditor,
        from_on=LATER.date(),
        to_on=LATER.date(),
        noted_by=people.officer,
        noted_at=LATER,
    )
    returned(
        people,
        version,
        3,
        grade="",
        month=MAY,
        state="in_session",
        returned_at=None,
        auditor=people.manager,
    )

    found = figure("auditor-capacity", scope(people, version, *QUARTER))
    of_manager = figure("auditor-capacity", scope(people, version, *QUARTER, reader=people.manager))

    total = found.rows[-1]
    title = people.auditor.holdings.get().post.type.title
    assert [cell.n for row in found.rows if row.label == title for cell in row.cells] == [
        2,
        1,
        0,
        3,
    ]
    assert total.cells[1].n == 1
    assert found.notes == ("Accreditation of auditors is not recorded here.",)
    # A manager reads of their own team only, and not who is away.
    assert [cell.n for cell in of_manager.rows[-1].cells] == [1, 0, 0, 3]
