"""What surveys do by themselves, each job twice."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from core.jobs import JOBS
from core.models import Notice, TrailEntry
from feedback.models import AnonymousAnswer
from feedback.selectors.surveys import results_of
from feedback.services import rounds
from feedback.services.inviting import invite
from feedback.services.surveys import take_part
from feedback.states import SurveyState
from tests.factories.audits import NOW
from tests.feedback.survey_scenes import ON, closed, council, opened, planned, said

pytestmark = pytest.mark.django_db
STAFF = {"auditor", "worker", "second", "manager", "stranger"}


@pytest.fixture
def people():
    return council()


def after(days) -> datetime:
    return NOW + timedelta(days=days)


def run(name, at):
    """What a job did the first time, and the second."""
    return [JOBS[name].work(at, lambda done: None) for _ in range(2)]


def told(people, day):
    """Who was told on a day, by their part."""
    found = set(Notice.objects.filter(key__endswith=f":{day}").values_list("to", flat=True))
    return {name for name, user in people.everybody().items() if user.pk in found}


def asked(people, survey):
    """Everybody whom a staff survey asks."""
    found = rounds.asked_staff(survey, rounds.instrument_of(survey), timezone.localdate(NOW))
    return {name for name, user in people.everybody().items() if user.pk in found}


def test_a_planned_survey_opens_on_its_first_day(people):
    survey = planned(people)

    rounds.open_due(at=after(-1))
    survey.refresh_from_db()
    assert survey.state == SurveyState.PLANNED
    assert [rounds.open_due(at=NOW) for _ in range(2)] == [1, 0]
    survey.refresh_from_db()
    assert survey.state == SurveyState.OPEN
    assert survey.moves.last().by is None


def test_it_closes_after_its_last_day_and_not_on_it(people):
    survey = opened(people)

    assert rounds.close_due(at=after(13)) == 0
    assert [rounds.close_due(at=after(14)) for _ in range(2)] == [1, 0]
    survey.refresh_from_db()
    assert survey.state == SurveyState.CLOSED


def test_staff_are_told_on_the_first_day_without_a_link(people):
    everybody = asked(people, opened(people))
    before = Notice.objects.count()

    assert run("surveys", NOW) == [len(everybody), 0]

    assert told(people, ON) == everybody
    assert everybody >= STAFF
    assert {"officer", "director", "former"}.isdisjoint(everybody)
    notices = Notice.objects.filter(kind="feedback.survey")
    assert notices.count() - before == len(everybody)
    assert {one.path for one in notices} == {"/take-part/"}
    assert not any("answer/" in one.text or "~" in one.text for one in notices)


def test_a_parents_survey_tells_no_staff(people):
    opened(people, "parent_survey")

    run("surveys", NOW)

    assert not Notice.objects.filter(kind="feedback.survey").exists()


def test_reminders_come_on_the_frameworks_days_only(people):
    opened(people)
    days = []
    for day in range(14):
        if sum(run("surveys", after(day))):
            days.append(day)

    assert days == [0, 5, 10]


def test_a_day_that_was_missed_is_made_up_once(people):
    opened(people)
    run("surveys", NOW)

    assert [bool(n) for n in run("surveys", after(7))] == [True, False]
    assert sum(run("surveys", after(8))) == 0


def test_one_person_who_has_taken_part_is_not_pointed_at_by_who_is_reminded(people):
    survey = opened(people)
    run("surveys", NOW)
    everybody = told(people, ON)
    take_part(survey, by=people.worker, on=ON)

    run("surveys", after(5))

    assert told(people, ON + timedelta(days=5)) == everybody


def test_once_enough_have_taken_part_the_others_alone_are_reminded(people):
    survey = opened(people)
    run("surveys", NOW)
    everybody = told(people, ON)
    taken = sorted(STAFF)
    for who in taken[:3]:
        take_part(survey, by=getattr(people, who), on=ON)
    run("surveys", after(5))
    for who in taken[3:]:
        take_part(survey, by=getattr(people, who), on=ON)

    run("surveys", after(10))

    assert told(people, ON + timedelta(days=5)) == everybody
    assert told(people, ON + timedelta(days=10)) == everybody - STAFF


def test_answers_are_mixed_each_night(people):
    survey = opened(people)
    AnonymousAnswer.objects.create(survey=survey, received_on=ON, answers={"well": 1})
    before = set(AnonymousAnswer.objects.values_list("pk", flat=True))

    assert run("mix-answers", NOW) == [1, 1]

    assert before.isdisjoint(AnonymousAnswer.objects.values_list("pk", flat=True))
    assert AnonymousAnswer.objects.count() == 1


def test_single_answers_go_all_at_once_when_their_time_is_over(people):
    survey = closed(people, said(6, "manager"))
    kept = closed(people, [{"s1": 3}] * 6, "parent_survey")

    assert run("forget-answers", after(13 + 365)) == [0, 0]
    assert run("forget-answers", after(13 + 366)) == [1, 0]

    assert not survey.answers.exists()
    whole = results_of(survey, people.officer).totals
    assert (whole.answered, str(whole.question("well").whole.mean)) == (6, "7.0")
    assert kept.answers.count() == 6
    assert TrailEntry.objects.filter(verb="delete answers").count() == 1


def test_new_staff_are_asked_once_after_their_time(people):
    people.worker.holdings.update(from_on=ON)

    assert run("ask-new-staff", after(60)) == [0, 0]
    assert run("ask-new-staff", after(95)) == [1, 0]
    assert sum(run("ask-new-staff", after(96))) == 0

    notice = Notice.objects.get(kind="feedback.joined")
    assert (notice.to, notice.path) == (people.worker, "/take-part/")


def test_somebody_who_joined_long_ago_or_has_their_link_is_not_asked(people):
    people.worker.holdings.update(from_on=ON)
    invite(people.worker, "start", by=None, at=after(93))

    assert run("ask-new-staff", after(95)) == [0, 0]
    people.second.holdings.update(from_on=ON)
    assert run("ask-new-staff", after(200)) == [0, 0]
