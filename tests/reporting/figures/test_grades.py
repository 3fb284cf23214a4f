"""Figures on grades: final and provisional apart, by service, and over time with signals."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audits.models import Reader
from reporting.charts.forms import StackedBars
from reporting.figure import Cell
from reporting.models import Annotation
from reporting.selectors.catalogue import figure
from reporting.services.notes import add_note
from standards.deadlines import months_after
from tests.factories.audits import framework
from tests.factories.cast import cast
from tests.factories.people import OrgUnitFactory
from tests.reporting.figures.audits import LATER, returned, scope

pytestmark = pytest.mark.django_db
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
QUARTER = (date(2026, 4, 1), date(2026, 6, 30))


@pytest.fixture
def people():
    return cast("bexley")


@pytest.fixture
def version(people):
    return framework("fixtures/frameworks/bexley/1.yaml")


def cells(found, code):
    return next(row.cells for row in found.rows if row.code == code)


def test_final_and_provisional_grades_are_kept_apart(people, version):
    returned(people, version, 7, grade="good", month=MAY)
    returned(people, version, 5, grade="requires_improvement", month=JUNE)
    returned(people, version, 2, grade="good", month=JUNE, final=False)
    returned(people, version, 3, grade="good", month=JULY)
    returned(people, version, 1, grade="inadequate", month=JUNE, flash_source="A complaint")

    found = figure("grades", scope(people, version, *QUARTER))

    final, provisional = cells(found, "good")
    assert (final.n, final.of, provisional.n) == (7, 12, 2)
    assert (round(final.low, 4), round(final.high, 4)) == (0.3195, 0.8067)
    total = found.rows[-1]
    assert (total.total, total.cells[0].n, total.cells[1].n) == (True, 12, 2)
    assert found.values["final"].words == "12"
    assert found.values["good"].words == "7 of 12 (58%, 32% to 81%)"
    assert found.says[0].startswith("12 audits have a final grade; 2 more are provisional")
    assert found.notes == ("1 audit raised for a single concern (flash audits) is not counted.",)
    assert isinstance(found.chart, StackedBars)


def test_few_audits_have_no_percentage(people, version):
    returned(people, version, 3, grade="good", month=MAY)

    found = figure("grades", scope(people, version, *QUARTER))

    assert cells(found, "good")[0].kept == "few"
    assert found.values["good"].words == "3 of 3"


def test_what_is_returned_after_the_moment_of_reading_is_not_counted(people, version):
    returned(people, version, 3, grade="good", month=MAY)

    found = figure(
        "grades", scope(people, version, *QUARTER, at=datetime(2026, 5, 1, 9, 0, tzinfo=UTC))
    )

    assert (found.rows, found.chart) == ((), None)
    assert found.says == ("No audit of these months has been returned yet.",)


def test_a_reader_counts_what_they_may_open_and_no_grade_that_is_kept_from_them(people, version):
    audits = returned(people, version, 4, grade="good", month=MAY)
    Reader.objects.create(
        audit=audits[0], user=people.officer, part="moderator", blind=True, since=LATER
    )

    of_officer = figure("grades", scope(people, version, *QUARTER, reader=people.officer))
    of_stranger = figure("grades", scope(people, version, *QUARTER, reader=people.stranger))

    assert of_officer.values["final"].words == "3"
    assert of_stranger.rows == ()


def test_services_stand_beside_each_other_and_add_up(people, version):
    other = OrgUnitFactory(council=people.council, kind="service", name="Another service")
    returned(people, version, 12, grade="good", month=MAY)
    returned(people, version, 12, grade="inadequate", month=MAY, unit=other)

    found = figure("grades-by-service", scope(people, version, *QUARTER))

    assert [row.label for row in found.rows] == [
        "Another service",
        people.service.name,
        "All services",
    ]
    assert [row.cells[-1].n for row in found.rows] == [0, 12, 12]
    assert [row.cells[-2].n for row in found.rows] == [12, 12, 24]
    assert found.says == (
        "The services differ by more than chance explains (p < 0.05). The share of audits graded Good or better "
        f"is highest in {people.service.name} and lowest in Another service.",
    )
    link = found.rows[0].cells[-2].to
    assert f"service={other.pk}" in link
    assert "flash=0" in link
    assert "since=2026-04-01" in link


def test_services_that_differ_by_chance_are_said_not_to_differ(people, version):
    other = OrgUnitFactory(council=people.council, kind="service", name="Another service")
    returned(people, version, 12, grade="good", month=MAY)
    returned(people, version, 11, grade="good", month=MAY, unit=other)
    returned(people, version, 1, grade="inadequate", month=MAY, unit=other)

    found = figure("grades-by-service", scope(people, version, *QUARTER))

    assert found.says == ("The services do not differ by more than chance explains.",)


def test_services_are_compared_all_together_and_only_those_with_enough(people, version):
    for name, good, bad in (("Alder", 5, 10), ("Birch", 9, 6), ("Cedar", 14, 1), ("Dill", 0, 9)):
        unit = OrgUnitFactory(council=people.council, kind="service", name=name)
        returned(people, version, good, grade="good", month=MAY, unit=unit)
        returned(people, version, bad, grade="inadequate", month=MAY, unit=unit)

    found = figure("grades-by-service", scope(people, version, *QUARTER))

    assert found.says[0].endswith("is highest in Cedar and lowest in Alder.")


def test_one_service_with_enough_is_compared_with_none(people, version):
    other = OrgUnitFactory(council=people.council, kind="service", name="Another service")
    returned(people, version, 12, grade="good", month=MAY)
    returned(people, version, 9, grade="inadequate", month=MAY, unit=other)

    found = figure("grades-by-service", scope(people, version, *QUARTER))

    assert found.says == ("Too few audits in single services to compare them.",)


def test_audits_in_no_service_have_no_list_and_are_not_compared(people, version):
    team = OrgUnitFactory(council=people.council, kind="team", name="A team of no service")
    returned(people, version, 12, grade="good", month=MAY)
    returned(people, version, 12, grade="inadequate", month=MAY, unit=team)

    found = figure("grades-by-service", scope(people, version, *QUARTER))

    rows = {row.label: row for row in found.rows}
    assert {cell.to for cell in rows["In no service"].cells} == {""}
    assert rows["All services"].cells[0].to
    assert found.says == ("Too few audits in single services to compare them.",)


def test_a_team_within_a_service_links_to_its_own_audits(people, version):
    returned(people, version, 2, grade="good", month=MAY)

    found = figure("grades-by-service", scope(people, version, *QUARTER, service=people.team2))

    assert f"service={people.team2.pk}&" in f"{found.rows[0].cells[0].to}&"


def test_a_chart_over_time_ends_with_the_month_of_reading_and_names_the_last_counted(
    people, version
):
    returned(people, version, 3, grade="good", month=MAY)
    returned(people, version, 2, grade="good", month=JUNE, final=False)

    found = figure(
        "good-over-time",
        scope(people, version, MAY, date(2026, 8, 31), at=datetime(2026, 7, 9, tzinfo=UTC)),
    )

    assert [row.label for row in found.rows] == ["May 2026", "June 2026", "July 2026"]
    assert [(point.n, point.of) for point in found.chart.points] == [(3, 3), (0, 0), (0, 0)]
    assert found.values["last"].label == "The share of audits graded Good or better in May 2026"
    assert found.values["last"].words == "3 of 3"


def test_a_change_over_time_is_a_signal_and_limits_begin_anew_where_somebody_says(people, version):
    first = date(2025, 1, 1)
    for month in range(18):
        good = 6 if month < 9 else 11
        day = months_after(first, month)
        returned(people, version, good, grade="good", month=day)
        returned(people, version, 12 - good, grade="inadequate", month=day)
    last = date(2026, 6, 30)

    before = figure("good-over-time", scope(people, version, QUARTER[0], last))
    add_note(
        "good-over-time",
        month=months_after(first, 9),
        words="A new practice model",
        rebased=True,
        by=people.officer,
        at=datetime(2026, 6, 1, tzinfo=UTC),
    )
    after = figure("good-over-time", scope(people, version, QUARTER[0], last))

    assert before.signal == "signal"
    assert len(before.rows) == 18
    assert before.rows[0].cells[0] == Cell(
        n=6,
        of=12,
        low=before.rows[0].cells[0].low,
        high=before.rows[0].cells[0].high,
        to=before.rows[0].cells[0].to,
    )
    assert [point.centre for point in after.chart.points][:1] != [
        point.centre for point in before.chart.points
    ][:1]
    assert after.chart.marks[0].rebased
    assert after.chart.marks[0].words == "A new practice model"


def test_a_note_taken_away_is_gone_from_now_on_and_stays_before(people, version):
    Annotation.objects.create(
        council=people.council,
        figure="good-over-time",
        month=MAY,
        words="Gone",
        by=people.officer,
        at=datetime(2026, 5, 2, tzinfo=UTC),
        removed_by=people.officer,
        removed_at=datetime(2026, 6, 2, tzinfo=UTC),
    )
    returned(people, version, 3, grade="good", month=MAY)

    marks = [
        figure("good-over-time", scope(people, version, *QUARTER, at=at)).chart.marks
        for at in (datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
    ]

    assert [len(one) for one in marks] == [1, 0]


@pytest.mark.parametrize(
    "code",
    [
        "grades",
        "grades-by-service",
        "good-over-time",
        "sections-by-service",
        "sections-over-time",
        "weakest-items",
        "scales",
        "inadequate-audits",
        "loops",
        "grade-changes",
        "moderation-coverage",
        "agreement",
        "month-audits",
        "strengths",
        "learning-activities",
        "returning-themes",
    ],
)
def test_the_number_of_queries_does_not_grow(people, version, code):
    counted = []
    for number in (1, 4):
        returned(people, version, number, grade="inadequate", month=MAY)
        returned(people, version, number, grade="good", month=JUNE, final=False)
        asked = scope(people, version, *QUARTER, reader=people.officer)
        figure(code, asked)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            figure(code, asked)
        counted.append(len(queries))

    assert counted[0] == counted[1]
    assert counted[0] <= 14


def test_only_the_last_months_wait_for_their_provisional_grades(people, version):
    for month in range(6):
        day = months_after(date(2026, 6, 1), month)
        returned(people, version, 12, grade="good", month=day)
        returned(people, version, 6, grade="good", month=day, final=False)
    asked = scope(people, version, date(2026, 9, 1), date(2026, 11, 30), at=LATER.replace(day=28))

    found = figure("good-over-time", asked)

    joined = {point.label: point.joined for point in found.chart.points}
    assert joined == {
        "Jun 2026": True,
        "Jul 2026": True,
        "Aug 2026": False,
        "Sep 2026": False,
        "Oct 2026": False,
        "Nov 2026": False,
    }
