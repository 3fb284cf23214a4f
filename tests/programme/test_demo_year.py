"""An invented year is whole, the same each time, and made once."""

from datetime import UTC, datetime

import pytest

from actions.models import Action
from audits import selectors
from audits.completeness import RETURN, missing
from audits.models import Audit, GradeEvent
from audits.services.returning import problems_of_grade
from moderation.models import Moderation
from qaframework.demo_year import make_year
from qaframework.demo_year.audits import MARK
from reporting.demo import MONTH, QUARTER, build_again, write_some
from reporting.models import Commentary, Recommendation, Report, ReportVersion
from tests.programme.scenes import council

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)


@pytest.fixture
def place(settings):
    settings.TEST_CLOCK = AT
    return council("lancashire")


def made(place, **changes):
    return make_year(place.people.council, at=AT, **{"months": 4, "per_month": (4, 6), **changes})


def test_a_year_is_made_once_and_counts_for_the_months_before(place):
    number = made(place)

    assert number == Audit.objects.filter(case__number__startswith=MARK).count() > 10
    assert sorted({f"{one.month:%Y-%m}" for one in Audit.objects.all()}) == [
        "2026-07",
        "2026-08",
        "2026-09",
        "2026-10",
    ]
    assert made(place) == 0


def test_every_returned_audit_holds_what_a_return_asks_for(place):
    made(place)

    for audit in Audit.objects.filter(state="returned").with_people().with_edition():
        answers = selectors.given_answers(audit)
        tool = selectors.tool_of(audit)
        asked = missing(tool, answers, gate=RETURN, second=False, facts=audit.facts)
        assert (asked, problems_of_grade(audit, selectors.edition_of(audit))) == ([], [])


def test_grades_moderations_and_actions_fit_together(place):
    made(place)

    for audit in Audit.objects.filter(state="returned"):
        first = GradeEvent.objects.filter(audit=audit, kind="auditor").get()
        standing = Moderation.objects.filter(audit=audit).first()
        final = standing.after if standing and standing.state == "final" else first.grade
        assert audit.grade == final
    late = Action.objects.filter(state="signed_off", closed_on=None)
    early = Action.objects.filter(done_on__isnull=False, done_on__gt=AT.date())
    assert (late.count(), early.count()) == (0, 0)
    assert not Audit.objects.filter(returned_at__gt=AT).exists()


def test_without_a_qa_team_there_is_no_year(place):
    place.people.officer.holdings.update(to_on="2026-01-01")
    place.people.qa_head.holdings.update(to_on="2026-01-01")

    assert made(place) == 0


def test_what_was_written_of_the_year_is_written_once_and_names_only_values_that_are_there(place):
    made(place)

    first, again = (write_some(place.people.council, at=AT) for _ in range(2))

    assert (first, again) == (len(QUARTER) + len(MONTH), 0)
    assert {one.report.kind for one in Commentary.objects.select_related("report")} == {
        "month",
        "quarter",
    }
    assert Recommendation.objects.filter(report__kind="quarter").exists()


def test_reports_built_before_the_year_are_built_again_once(place):
    made(place)
    write_some(place.people.council, at=AT)
    first = build_again(place.people.council, at=AT)
    report = Report.objects.get(council=place.people.council, kind="quarter")
    ReportVersion.objects.create(
        report=report,
        council=place.people.council,
        number=1,
        version=place.version,
        state="draft",
        cause="the timetable",
        asked_at=AT,
        cut_at=AT,
        frozen_at=AT,
    )

    again = [build_again(place.people.council, at=AT) for _ in range(2)]

    assert (first, again) == (0, [1, 1])
    assert list(report.versions.order_by("number").values_list("state", flat=True)) == [
        "draft",
        "building",
    ]
