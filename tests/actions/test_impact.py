"""Some weeks after the last signature: did it make a difference for the child?"""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from actions.models import Action, ImpactAnswer
from actions.services.doing import finish_action, sign_off
from actions.services.impact import AGAIN, NEW, Said, answer_impact, ask_for_impact
from core.models import Notice
from core.moves import Refused
from tests.actions.scenes import council, fresh, moment, opened, signed
from tests.factories.cast import cast
from tests.factories.standards import framework_text, published
from tests.programme.scenes import Council

pytestmark = pytest.mark.django_db
AT = moment(2026, 11, 10)
LATER = moment(2026, 12, 22, 6, 15)  # six weeks after the signature
YES = Said("yes", "The child is in school again.", "School report of May")
NO_AGAIN = Said("no", "Nothing has changed.", "", AGAIN, date(2027, 1, 29))


@pytest.fixture
def bexley():
    return council("bexley")


@pytest.fixture(autouse=True)
def _today(settings):
    settings.TEST_CLOCK = LATER.replace(tzinfo=None)


def run(at):
    return ask_for_impact(at, lambda done: None)


def asked(place, **changes):
    signed(place, AT, **changes)
    run(LATER)
    return ImpactAnswer.objects.get()


def test_it_is_asked_on_the_day_once_however_often_the_job_runs(bexley):
    action = signed(bexley, AT)
    assert fresh(action).impact_on == date(2026, 12, 22)

    made = [run(at) for at in (LATER - timedelta(days=1), LATER, LATER, LATER + timedelta(days=9))]

    row = ImpactAnswer.objects.get()
    assert made == [0, 1, 0, 0]
    # ten working days over Christmas and New Year
    assert (row.planned_on, row.due_on) == (date(2026, 12, 22), date(2027, 1, 8))
    assert row.asked == [bexley.people.manager.pk]
    told = Notice.objects.get(kind="action.impact_check")
    assert (told.to, "by 8 January 2027" in told.text) == (bexley.people.manager, True)


def test_after_days_without_a_run_it_is_asked_once_with_the_planned_day(bexley):
    signed(bexley, AT)

    assert run(LATER + timedelta(days=30)) == 1
    assert ImpactAnswer.objects.get().planned_on == date(2026, 12, 22)


def test_a_run_that_was_cut_off_goes_on_where_it_stopped(bexley):
    for source in range(3):
        signed(bexley, AT, source=source)

    def cut(done):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        ask_for_impact(LATER, cut)

    assert run(LATER) == 0
    assert ImpactAnswer.objects.count() == 3


def test_tasks_and_follow_ups_are_not_asked_about(bexley):
    action = opened(bexley, AT)
    Action.objects.filter(pk=action.pk).update(kind="task")
    from_task = fresh(action)
    done = finish_action(from_task, evidence="x", by=from_task.owner, at=AT)
    sign_off(done, by=bexley.people.manager, at=AT)

    assert fresh(action).impact_on is None


def test_a_council_that_has_switched_it_off_is_not_asked():
    text = framework_text("eastmere").replace(
        "label: Improve practice}]", "label: Improve practice}]\n  impact_check: {asked: false}"
    )
    place = Council(cast("eastmere"), published(text))

    assert fresh(signed(place, AT)).impact_on is None


def test_the_owner_is_never_asked_about_their_own(bexley):
    people = bexley.people
    signed(bexley, AT, people.service_manager, owner=people.manager)
    run(LATER)
    row = ImpactAnswer.objects.get()

    assert row.asked == [people.service_manager.pk]
    with pytest.raises(PermissionDenied):
        answer_impact(row, YES, by=people.manager, at=LATER)


@pytest.mark.parametrize("who", ["worker", "auditor", "officer", "service_manager", "stranger"])
def test_only_who_is_asked_answers(bexley, who):
    row = asked(bexley)

    with pytest.raises(PermissionDenied):
        answer_impact(row, YES, by=getattr(bexley.people, who), at=LATER)


@pytest.mark.parametrize("answer", ["yes", "partly"])
def test_a_yes_is_kept_with_the_evidence(bexley, answer):
    row = asked(bexley)

    said = Said(answer, " The child is in school. ", " School report ")
    assert answer_impact(row, said, by=bexley.people.manager, at=LATER) is None

    kept = ImpactAnswer.objects.get()
    assert (kept.answer, kept.difference, kept.evidence, kept.by, kept.at) == (
        answer,
        "The child is in school.",
        "School report",
        bexley.people.manager,
        LATER,
    )
    assert Action.objects.get().state == "signed_off"


def test_a_no_opens_the_action_again_and_its_difference_is_asked_again(bexley):
    people = bexley.people
    row = asked(bexley)

    again = answer_impact(row, NO_AGAIN, by=people.manager, at=LATER)

    action = fresh(again)
    assert (action.state, action.due_on, action.round) == ("open", date(2027, 1, 29), 2)
    assert (action.closed_on, action.impact_on) == (None, None)
    assert [one.words for one in action.moves.all()][-2:] == [
        "Answered whether it made a difference",
        "Reopened",
    ]
    finish_action(action, evidence="Now", by=people.worker, at=LATER)
    sign_off(fresh(action), by=people.manager, at=LATER)
    assert run(moment(2027, 2, 2, 6, 15)) == 1
    assert list(ImpactAnswer.objects.values_list("round", flat=True).order_by("round")) == [1, 2]


def test_a_no_may_raise_another_action_in_its_place(bexley):
    people = bexley.people
    row = asked(bexley)
    said = Said("no", "Nothing.", "", NEW, date(2027, 1, 29), "Ask the school", people.auditor)

    made = answer_impact(row, said, by=people.manager, at=LATER)

    assert (made.state, made.owner, made.what) == ("open", people.auditor, "Ask the school")
    assert (made.source, made.source_id) == ("impact", row.action_id)
    assert (made.worker, made.unit, made.version) == (people.worker, people.team2, bexley.version)
    assert Action.objects.get(pk=row.action_id).state == "signed_off"


def test_an_action_in_anothers_place_stays_with_what_it_all_began_with(bexley):
    people = bexley.people
    row = asked(bexley)
    first = row.action
    said = Said("no", "Nothing.", "", NEW, date(2027, 1, 29), "Ask the school", people.worker)
    second = answer_impact(row, said, by=people.manager, at=LATER)
    finish_action(second, evidence="Asked", by=people.worker, at=LATER)
    sign_off(fresh(second), by=people.manager, at=LATER)
    much_later = moment(2027, 3, 1, 6, 15)
    run(much_later)

    third = answer_impact(
        ImpactAnswer.objects.get(action=second),
        replace(said, due_on=date(2027, 4, 1)),
        by=people.manager,
        at=much_later,
    )

    assert (second.instead_of, third.instead_of) == (first, first)
    assert (third.source, third.source_id) == ("impact", second.pk)
    found = Action.objects.stemming_from("audit", [first.source_id])
    assert set(found) == {first, second, third}


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (Said("", "x", "y"), "Say whether it made a difference."),
        (Said("yes", " ", "y"), "Say what has changed for the child, or what has not."),
        (Said("partly", "x", " "), "Say where the difference can be seen."),
        (Said("no", "x", ""), "Choose what is done now."),
        (Said("no", "x", "", "nothing"), "Choose what is done now."),
    ],
)
def test_what_is_missing_from_an_answer(said, problem):
    assert said.problems() == [problem]


def test_a_refused_answer_leaves_everything_as_it_was(bexley):
    row = asked(bexley)
    bad = Said("no", "x", "", NEW, date(2026, 12, 1), "Call ASAP", bexley.people.auditor)

    with pytest.raises(Refused) as fault:
        answer_impact(row, bad, by=bexley.people.manager, at=LATER)
    with pytest.raises(Refused, match="Enter the date"):
        answer_impact(row, Said("no", "x", "", AGAIN), by=bexley.people.manager, at=LATER)

    assert len(fault.value.problems) == 2
    assert ImpactAnswer.objects.get().answer == ""
    assert Action.objects.count() == 1


def test_it_is_answered_once(bexley):
    row = asked(bexley)
    answer_impact(row, YES, by=bexley.people.manager, at=LATER)

    with pytest.raises(PermissionDenied):
        answer_impact(row, NO_AGAIN, by=bexley.people.manager, at=LATER)
