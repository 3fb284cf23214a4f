"""Reports begin by themselves on their day, once, and those that were missed are caught up (B7-4, B7-5)."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from core.jobs import JOBS
from core.moves import Refused
from reporting.models import Report, ReportVersion
from reporting.services.scheduling import ask_for_due, begin_report
from standards.models import CalendarDay
from tests.factories.cast import cast
from tests.reporting.report_scenes import AT, with_reports

pytestmark = pytest.mark.django_db


def at(year, month, day):
    return datetime(year, month, day, 5, 45, tzinfo=UTC)


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = AT
    with_reports()
    return cast("eastmere")


def begun():
    return sorted(Report.objects.values_list("code", "first_on"))


def test_the_job_begins_what_is_due_and_twice_makes_one_draft(people):
    steps = []
    made = [JOBS["reports"].work(at(2026, 7, 7), steps.append) for _ in range(2)]

    assert made == [3, 0]
    assert begun() == [
        ("monthly", date(2026, 5, 1)),
        ("monthly", date(2026, 6, 1)),
        ("quarterly", date(2026, 4, 1)),
    ]
    versions = ReportVersion.objects.filter(state="building", work="figures")
    assert set(versions.values_list("built_by", "cause")) == {(None, "the timetable")}
    assert Report.objects.get(code="quarterly").period == "Q1, April to June 2026"


def test_the_day_before_nothing_of_the_quarter_is_begun(people):
    ask_for_due(at=at(2026, 7, 6))

    assert ("quarterly", date(2026, 4, 1)) not in begun()


def test_a_closed_day_of_the_council_puts_it_off(people):
    day = date(2026, 7, 3)
    CalendarDay.objects.create(
        council=people.council, kind="closed", name="Moving house", from_on=day, to_on=day
    )

    ask_for_due(at=at(2026, 7, 7))
    assert ("quarterly", date(2026, 4, 1)) not in begun()

    ask_for_due(at=at(2026, 7, 8))
    assert ("quarterly", date(2026, 4, 1)) in begun()


def test_weeks_without_the_job_are_caught_up(people):
    ask_for_due(at=at(2026, 9, 29))

    assert begun() == [
        ("monthly", date(2026, 7, 1)),
        ("monthly", date(2026, 8, 1)),
        ("quarterly", date(2026, 4, 1)),
    ]


def test_a_council_without_a_framework_has_none(people):
    cast("northshire")

    ask_for_due(at=AT)

    assert set(Report.objects.values_list("council__code", flat=True)) == {"eastmere"}


@pytest.mark.parametrize(
    ("code", "day", "words"),
    [
        ("quarterly", date(2026, 7, 1), "not over yet"),
        ("year", date(2026, 6, 30), "not made by the system"),
        ("none", date(2026, 6, 30), "asks for this report"),
        ("quarterly", date(2024, 6, 30), "No framework"),
    ],
)
def test_what_cannot_be_begun_is_refused(people, code, day, words):
    with pytest.raises(Refused, match=words):
        begin_report(people.council, code, day, by=people.officer, at=AT)


def test_a_report_is_begun_once_by_the_qa_team(people):
    version = begin_report(people.council, "monthly", date(2026, 6, 9), by=people.officer, at=AT)

    assert (version.report.first_on, version.built_by) == (date(2026, 6, 1), people.officer)
    with pytest.raises(Refused, match="begun already"):
        begin_report(people.council, "monthly", date(2026, 6, 1), by=people.qa_head, at=AT)
    for person in (people.director, people.worker, cast("northshire").officer):
        with pytest.raises(PermissionDenied):
            begin_report(people.council, "monthly", date(2026, 5, 1), by=person, at=AT)
