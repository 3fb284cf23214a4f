from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.core.management import call_command

from audits.models import Audit
from feedback.demo import hear
from feedback.models import (
    ContactWarning,
    Invitation,
    Praise,
    Reply,
    Summary,
    Survey,
    SurveyReport,
)
from feedback.selectors.instruments import instrument_of
from feedback.selectors.replies import in_words
from feedback.selectors.surveys import results_of
from feedback.selectors.voices import voices_of
from people.models import Council, User
from people.roles import Role
from tests.factories.audits import NOW, framework
from tests.factories.cast import cast

FIRST = datetime(2026, 4, 1, 10, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def bexley(settings):
    """A council with its demo people, cases and audits, some time after its framework came into force."""
    settings.TEST_CLOCK = NOW
    framework("fixtures/frameworks/bexley/1.yaml")
    call_command("demo_data")
    return Council.objects.get(code="bexley")


def everything() -> dict[str, list[dict[str, object]]]:
    """Every row of every table, row history and trail included."""
    return {m._meta.label: list(m.objects.order_by("pk").values()) for m in apps.get_models()}


def test_the_demo_has_each_outcome_with_an_audit_and_a_link_that_waits(bexley):
    made = hear(bexley, at=NOW)

    replies = Reply.objects.filter(council=bexley)
    with_audits = replies.exclude(audit=None)
    assert replies.count() == made
    assert set(with_audits.values_list("outcome", flat=True)) == {
        "answered",
        "declined",
        "no_reply",
        "unsafe",
    }
    assert not replies.filter(received_on__gt=NOW.date()).exists()
    assert Invitation.objects.get(state="sent").audit is not None
    unsafe = with_audits.get(outcome="unsafe")
    assert ContactWarning.objects.standing().get().case == unsafe.case
    first = Audit.objects.filter(council=bexley, replies__outcome="answered").order_by("pk")[0]
    assert [len(one.rows) > 1 for one in voices_of(first, first.auditor)] == [True, True]


def test_the_demo_has_entries_of_its_own_a_worry_and_praise_that_another_has_shown(bexley):
    hear(bexley, at=NOW)

    alone = Reply.objects.filter(council=bexley, audit=None)
    publishable = {reply.pk for reply in alone if instrument_of(reply).publishable}
    assert set(alone.values_list("privacy", flat=True)) == {"confidential", "identified"}
    assert all(in_words(reply) for reply in alone)
    assert set(alone.filter(worry=True).values_list("privacy", flat=True)) == {"identified"}
    shown, waiting = Praise.objects.order_by("shown_at")
    assert {shown.reply_id, waiting.reply_id} <= publishable
    assert shown.shown_by_id != shown.written_by_id
    assert waiting.shown_at is None


def test_the_demo_has_closed_surveys_with_averages_and_one_with_too_few_answers(bexley):
    officer = User.objects.filter(council=bexley).holding(Role.QA_OFFICER, NOW.date()).first()

    hear(bexley, at=NOW)

    surveys = Survey.objects.filter(council=bexley)
    for code in set(surveys.values_list("instrument", flat=True)):
        found = surveys.filter(instrument=code).order_by("number")
        states = [survey.state for survey in found.exclude(state="planned")]
        assert states == ["closed", "closed", "closed", "open"]
        results = results_of(found[2], officer)
        assert [one.totals.answered for one in results.rounds] == [None, 12, 13]
        assert any(one.whole.mean is not None for one in results.totals.questions)
        for question in results.totals.questions:
            if question.groups and question.asked.shown_when is None:
                assert [part.cell.few for part in question.groups] == [False, True, True]


def test_the_demo_has_summaries_themes_and_reports_of_surveys(bexley):
    hear(bexley, at=NOW)

    reports = SurveyReport.objects.filter(survey__council=bexley)
    shared = [bool(one.shared_at) for one in reports.order_by("survey__opens_on", "survey")]
    assert shared == [True, True, False, False]
    assert Summary.objects.filter(council=bexley).count() == 3
    tagged = Reply.objects.filter(council=bexley).exclude(themes=[])
    assert tagged.filter(audit=None).exists()
    assert tagged.exclude(audit=None).exists()


def test_the_demo_twice_changes_nothing(bexley):
    hear(bexley, at=NOW)
    before = everything()

    assert hear(bexley, at=NOW) == 0

    assert everything() == before


def test_on_its_frameworks_first_day_a_council_has_only_a_survey_that_is_open(settings):
    settings.TEST_CLOCK = FIRST
    framework("fixtures/frameworks/bexley/1.yaml")
    call_command("demo_data")

    hear(Council.objects.get(code="bexley"), at=FIRST)

    assert set(Survey.objects.values_list("state", flat=True)) == {"open", "planned"}
    assert set(Summary.objects.values_list("held_on", flat=True)) == {FIRST.date()}


@pytest.mark.parametrize("missing", ["framework", "QA team"])
def test_a_council_that_is_not_set_up_hears_nothing(missing):
    people = cast("eastmere")
    if missing != "framework":
        framework()
        User.objects.filter(pk__in=[people.officer.pk, people.qa_head.pk]).update(council=None)

    assert hear(people.council, at=NOW) == 0
