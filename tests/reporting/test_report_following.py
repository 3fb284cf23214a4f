"""What became of the recommendations of the report before stands in the next one, without a name."""

from datetime import date, timedelta

import pytest

from actions.models import Action, ImpactAnswer
from reporting.models import Report
from reporting.selectors.reports import followed_up
from reporting.services.recommending import Wish, raise_actions, write_recommendation
from tests.factories.cast import cast
from tests.reporting.report_scenes import AT, catalogue_of, quarter_of, with_reports
from tests.reporting.test_report_lifecycle import frozen

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = AT
    with_reports()
    return cast("eastmere")


@pytest.fixture
def issued(people):
    """A report with three recommendations, of which two are actions."""
    report = quarter_of(people.council)
    for text in ("One", "Two"):
        wish = Wish(text, "", people.head, date(2026, 9, 30))
        write_recommendation(report, wish, by=people.officer, at=AT)
    raise_actions(frozen(report, people), by=people.officer, at=AT)
    late = Wish("Three", "", people.service_manager, date(2026, 9, 30))
    write_recommendation(report, late, by=people.officer, at=AT)
    return report


@pytest.fixture
def later(people, issued):
    return Report.objects.create(
        council=people.council,
        code="quarterly",
        kind="quarter",
        first_on=date(2026, 7, 1),
        last_on=date(2026, 9, 30),
        title="Quarterly report",
        period="Q2",
        made_at=AT,
    )


def test_each_has_its_state_and_whether_it_made_a_difference(people, issued, later):
    one, _ = Action.objects.filter(source="report").order_by("pk")
    Action.objects.filter(pk=one.pk).update(state="signed_off")
    ImpactAnswer.objects.create(
        council=one.council, action=one, round=1, planned_on=AT.date(), due_on=AT.date(), made_at=AT,
        answer="partly", difference="Children wait less", by=people.head, at=AT,
    )  # fmt: skip

    rows = followed_up(later, date(2026, 10, 7))

    assert [(row["number"], row["state"], row["difference"], row["owner"]) for row in rows] == [
        (1, "Signed off", "Partly", "Head of service"),
        (2, "Open, late", "Not asked yet", "Head of service"),
        (3, "Not issued", "", "Service manager"),
    ]
    assert "Children wait less" not in str(rows)


def test_the_first_report_has_none_before_it(people, issued):
    assert followed_up(issued, AT.date()) == []


def test_what_was_followed_up_is_frozen_with_the_figures(people, issued, later):
    with catalogue_of("grades"):
        version = frozen(later, people)

    before = version.about["earlier"]
    Action.objects.filter(source="report").update(state="withdrawn")
    version.refresh_from_db()

    assert version.about["earlier"] == before
    assert {row["state"] for row in before} == {"Open", "Not issued"}
    assert version.about["previous"] == "Q1, April to June 2026"


def test_actions_are_raised_once(people, issued):
    version = issued.versions.get()

    assert raise_actions(version, by=people.officer, at=AT + timedelta(days=1)) == 1
    assert raise_actions(version, by=people.officer, at=AT + timedelta(days=1)) == 0
    assert Action.objects.filter(source="report").count() == 3
