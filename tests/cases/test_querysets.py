from datetime import UTC, date, datetime, timedelta

import pytest

from cases.models import CaseFile, ImportRun
from core import clock
from people.models import User
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import cast
from tests.factories.people import PostHoldingFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
TODAY = date(2026, 11, 10)


@pytest.fixture
def people():
    """The cast, with a case in each team, one in the service itself, and one in another council."""
    made = cast("eastmere")
    CaseFileFactory(council=made.council, unit=made.team1, number="team 1")
    mine = CaseFileFactory(council=made.council, unit=made.team2, number="team 2")
    CaseFileFactory(council=made.council, unit=made.service, number="service")
    InvolvementFactory(case=mine, user=made.worker)
    InvolvementFactory(case=mine, user=made.second, kind="second")
    CaseFileFactory(number="elsewhere")
    return made


def numbers(found) -> list[str]:
    return [case.number for case in found.order_by("number")]


def seen_by(user: User, on: date = TODAY) -> list[str]:
    return numbers(CaseFile.objects.visible_to(User.objects.get(pk=user.pk), on))


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("officer", ["service", "team 1", "team 2"]),
        ("qa_head", ["service", "team 1", "team 2"]),
        ("director", ["service", "team 1", "team 2"]),
        ("deputy_director", ["service", "team 1", "team 2"]),
        ("head", ["service", "team 1", "team 2"]),
        ("service_manager", ["service", "team 1", "team 2"]),
        ("auditor", ["team 1"]),
        ("manager", ["team 2"]),
        ("worker", ["team 2"]),
        ("second", ["team 2"]),
        ("stranger", []),
        ("administrator", []),
        ("moderator", []),
        ("reader", []),
        ("former", []),
    ],
)
def test_each_role_sees_its_own_cases(people, who, expected):
    assert seen_by(getattr(people, who)) == expected


def test_nobody_of_another_council_sees_anything(people):
    other = cast("northshire")

    assert {part for part, user in other.everybody().items() if seen_by(user)} == set()


@pytest.mark.parametrize("who", ["officer", "manager", "head"])
def test_somebody_who_left_sees_nothing_by_their_post(people, who):
    user = getattr(people, who)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert seen_by(user) == []


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 2, 28), []),
        (date(2026, 3, 1), ["team 1"]),
        (date(2026, 5, 31), ["team 1"]),
        (date(2026, 6, 1), []),
    ],
    ids=["the day before", "the first day", "the last day", "the day after"],
)
def test_a_worker_sees_a_case_while_they_work_it(people, on, expected):
    case = CaseFile.objects.get(number="team 1")
    InvolvementFactory(
        case=case, user=people.stranger, from_on=date(2026, 3, 1), to_on=date(2026, 5, 31)
    )

    assert seen_by(people.stranger, on) == expected
    assert numbers(CaseFile.objects.worked_by(people.stranger, on)) == expected


def test_somebody_elses_work_and_ones_own_past_do_not_add_up(people):
    case = CaseFile.objects.get(number="team 2")
    InvolvementFactory(case=case, user=people.stranger, to_on=date(2026, 5, 31))

    assert seen_by(people.stranger) == []


def test_work_in_another_council_shows_nothing(people):
    InvolvementFactory(case=CaseFile.objects.get(number="elsewhere"), user=people.stranger)

    assert seen_by(people.stranger) == []


def test_a_deputy_sees_what_the_post_sees(people):
    PostHoldingFactory(post=people.manager.holdings.get().post, user=people.stranger, cover=True)

    assert seen_by(people.stranger) == ["team 2"]


def test_a_case_shows_once_however_many_ways_lead_to_it(people):
    case = CaseFile.objects.get(number="team 2")
    for from_on in (date(2026, 1, 1), date(2026, 2, 1)):
        InvolvementFactory(case=case, user=people.manager, from_on=from_on)

    assert seen_by(people.manager) == ["team 2"]
    assert numbers(CaseFile.objects.worked_by(people.manager, TODAY)) == ["team 2"]


def test_a_user_of_no_council_sees_nothing(people):
    assert seen_by(User.objects.create(email="nobody@example.org", name="Nobody")) == []


def test_without_a_day_it_is_today(people):
    people.worker.involvements.update(to_on=clock.today() - timedelta(days=1))
    people.second.involvements.update(to_on=clock.today())

    assert numbers(CaseFile.objects.visible_to(people.worker)) == []
    assert numbers(CaseFile.objects.visible_to(people.second)) == ["team 2"]


@pytest.mark.parametrize(
    ("on", "there"),
    [
        (date(2025, 1, 5), False),
        (date(2025, 1, 6), True),
        (date(2026, 2, 27), True),
        (date(2026, 2, 28), False),
    ],
    ids=["before", "opened", "the day before closing", "closed"],
)
def test_a_case_is_open_from_its_first_day_until_it_is_closed(on, there):
    CaseFileFactory(opened_on=date(2025, 1, 6), closed_on=date(2026, 2, 28))

    assert CaseFile.objects.open_on(on).exists() is there


# --- imports ------------------------------------------------------------------------------------


def run(people, state: str = "waiting", **changes: object) -> ImportRun:
    values = {"kind": "cases", "uploaded_by": people.officer, "uploaded_at": NOW, "content": b"x"}
    return ImportRun.objects.create(council=people.council, state=state, **values | changes)


@pytest.mark.parametrize(
    ("who", "count"),
    [("officer", 1), ("qa_head", 1), ("administrator", 1), ("head", 0), ("worker", 0)],
)
def test_imports_are_seen_by_those_who_import(people, who, count):
    run(people)

    assert ImportRun.objects.visible_to(getattr(people, who)).count() == count
    assert ImportRun.objects.visible_to(cast("northshire").officer).count() == 0


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("state", "lease", "due"),
    [
        ("waiting", None, True),
        ("confirmed", None, True),
        ("checking", NOW + SECOND, False),
        ("checking", NOW, False),
        ("checking", NOW - SECOND, True),
        ("writing", NOW + SECOND, False),
        ("writing", NOW - SECOND, True),
        ("checked", None, False),
        ("faulty", None, False),
        ("done", None, False),
        ("failed", NOW - SECOND, False),
    ],
)
def test_due_is_what_waits_or_was_left_in_the_middle(people, state, lease, due):
    run(people, state, lease_until=lease)

    assert ImportRun.objects.due(NOW).exists() is due


@pytest.mark.parametrize(
    ("age", "content", "stale"),
    [
        (timedelta(hours=24), b"x", False),
        (timedelta(hours=24) + SECOND, b"x", True),
        (timedelta(days=9), None, False),
    ],
)
def test_stale_is_a_file_still_kept_after_a_day(people, age, content, stale):
    run(people, uploaded_at=NOW - age, content=content)

    assert ImportRun.objects.stale(NOW).exists() is stale
