"""SC-05, SC-06, SC-12, SC-19, SC-23 and B6-4, to the day and to the person."""

from datetime import date

import pytest

from actions.models import Action
from audits.models import Audit, GradeEvent
from audits.scoring import Overall
from core.models import Notice
from moderation.asking import Said
from moderation.models import Moderation, Selection
from moderation.services.assigning import assign
from moderation.services.choosing import draw_month, list_back
from moderation.services.settling import Meeting, decide, escalate, record_meeting
from moderation.services.viewing import Incomplete, hand_in
from moderation.states import ModerationState
from people.models import PostType
from people.roles import Role
from tests.moderation.scenes import council, moderated, moderator, moment, returned, saying, waiting

pytestmark = pytest.mark.django_db
State = ModerationState


def told(kind: str) -> set[int]:
    """Who has a message of a kind."""
    return set(Notice.objects.filter(kind=kind).values_list("to_id", flat=True))


# --- SC-05, Bexley -------------------------------------------------------------------------------


def test_the_six_month_list_holds_the_edges_and_a_disagreement_ends_in_an_agreed_grade():
    bexley = council("bexley")
    people = bexley.people
    first = returned(bexley, "6", moment(2026, 3, 14, 23, 59))
    second = returned(bexley, "6", moment(2026, 3, 15, 0, 1))
    third = returned(bexley, "6", moment(2026, 9, 10))

    made = list_back(bexley.version, by=people.officer, at=moment(2026, 9, 15))

    assert (made.from_on, made.to_on) == (date(2026, 3, 15), date(2026, 9, 15))
    assert set(made.certain) == {second.pk, third.pk}
    assert not Moderation.objects.filter(audit=first).exists()

    instead = {("actions_completed", ""): Said(code="no", text="Two are open")}
    found = moderated(waiting(third), people.moderator, moment(2026, 9, 18), "4", instead=instead)
    third.refresh_from_db()
    assert (found.state, found.proposed, found.outstanding) == (
        State.DISAGREED,
        "requires_improvement",
        True,
    )
    assert (third.grade, third.grade_final) == ("good", False)
    assert people.auditor.pk in told("moderation.disagreed")

    agreed = Overall("requires_improvement", 5, surpassed=False)
    words = "Signs of impact are weighed before how well it is written."
    meeting = Meeting(date(2026, 9, 22), "The file is thinner than I wrote.", agreed)
    record_meeting(found, meeting, by=people.auditor, at=moment(2026, 9, 22, 15))
    assert waiting(third).state == State.DISAGREED
    meeting = Meeting(date(2026, 9, 22), "We agree.", agreed, words)
    done = record_meeting(found, meeting, by=people.moderator, at=moment(2026, 9, 22, 16))

    third.refresh_from_db()
    assert (done.state, third.grade, third.grade_final) == (
        State.FINAL,
        "requires_improvement",
        True,
    )
    history = third.grade_events.values_list("kind", "value", "grade", "by_id")
    assert list(history) == [
        ("auditor", 6, "good", people.auditor.pk),
        ("moderator", 4, "requires_improvement", people.moderator.pk),
        ("agreed", 5, "requires_improvement", people.moderator.pk),
    ]
    assert (done.before, done.after) == ("good", "requires_improvement")
    assert words in third.grade_events.get(kind="agreed").rationale


# --- SC-06, Bexley -------------------------------------------------------------------------------


def test_a_moderation_that_leaves_it_inadequate_sets_off_tasks_within_24_hours():
    bexley = council("bexley")
    people = bexley.people
    returned(bexley, "1", moment(2026, 12, 10))
    list_back(bexley.version, by=people.officer, at=moment(2026, 12, 14))
    before = set(Action.objects.values_list("pk", flat=True))

    at = moment(2026, 12, 18, 11, 30)
    done = moderated(Moderation.objects.with_audit().get(), people.moderator, at)

    assert done.state == State.FINAL
    assert told("trigger.moderated") == {
        people.worker.pk,
        people.manager.pk,
        people.service_manager.pk,
        people.qa_head.pk,
        people.officer.pk,
    }
    assert not Notice.objects.filter(to=people.director, made_at=at).exists()
    assert not Notice.objects.filter(to=people.deputy_director, made_at=at).exists()
    tasks = Action.objects.exclude(pk__in=before)
    assert {(one.what[:12], one.owner_id, one.state) for one in tasks} == {
        ("Do the tasks", people.manager.pk, "open"),
        ("Write a mana", people.manager.pk, "open"),
    }
    due = {one.what[:12]: (one.due_at, one.due_on) for one in tasks}
    assert due["Do the tasks"] == (moment(2026, 12, 19, 11, 30), date(2026, 12, 19))
    # The source gives the note no limit: it has five working days.
    assert due["Write a mana"] == (None, date(2026, 12, 29))


# --- B6-4 and SC-12, Lancashire ------------------------------------------------------------------


def test_fifteen_per_cent_are_drawn_and_every_inadequate_one_comes_on_top():
    lancashire = council("lancashire")
    for n in range(27):
        grade = "inadequate" if n < 2 else "good"
        returned(lancashire, grade, moment(2026, 6, 1 + n), actions=0)

    made = draw_month(lancashire.version, date(2026, 6, 1), by=None, at=moment(2026, 7, 1, 5))

    chosen = Moderation.objects.chosen()
    assert (made.returned, len(made.result)) == (27, 5)
    assert chosen.count() == 7
    assert chosen.filter(how="grade", before="inadequate", chance=1.0).count() == 2
    assert {one.chance for one in chosen.filter(how="chance")} == {5 / 25}
    assert Audit.objects.filter(grade_final=True).count() == 20
    again = draw_month(lancashire.version, date(2026, 6, 1), by=None, at=moment(2026, 7, 2, 5))
    assert (again, Selection.objects.count(), Moderation.objects.count()) == (made, 1, 27)


def test_a_learning_space_is_not_final_before_the_talk_is_recorded():
    lancashire = council("lancashire")
    people = lancashire.people
    returned(lancashire, "good", moment(2026, 6, 10), actions=0)
    draw_month(lancashire.version, date(2026, 6, 1), by=people.officer, at=moment(2026, 7, 1))
    who = moderator(lancashire)
    at = moment(2026, 7, 6)
    found = assign(Moderation.objects.with_audit().get(), who, by=people.officer, at=at)
    empty = {("talked_on", ""): Said(), ("viewpoint", ""): Said(), ("learning", ""): Said()}

    with pytest.raises(Incomplete) as fault:
        hand_in(found, saying(found, instead=empty), read_version=0, by=who, at=at)

    assert {one.name for one in fault.value.fields} == {"talked_on", "viewpoint", "learning"}
    assert waiting(found.audit).state == State.IN_MODERATION
    found = waiting(found.audit)
    done = hand_in(found, saying(found), read_version=found.version, by=who, at=at)
    assert (done.state, Audit.objects.get().grade_final) == (State.FINAL, True)


# --- SC-19, West Sussex --------------------------------------------------------------------------


def test_the_moderator_named_with_the_allocation_hears_of_stage_1_at_once():
    place = council("west-sussex", 2)
    people = place.people
    who = moderator(place, "GM")
    managing = people.service_manager.holdings.get().post
    managing.type = PostType.objects.get(council=people.council, code="GM")
    managing.save()
    at = moment(2026, 5, 20)

    audit = returned(place, "good", at, moderator=who)

    found = waiting(audit)
    assert (found.state, found.moderator, found.how) == (State.IN_MODERATION, who, "every")
    assert who.pk in told("audit.returned")
    assert who.pk in told("moderation.assigned")
    said = saying(found, instead={("minutes", ""): Said(number=75)})
    done = hand_in(found, said, read_version=0, by=who, at=moment(2026, 5, 27))
    assert done.state == State.FINAL
    heard = told("moderation.agreed")
    assert {people.manager.pk, people.service_manager.pk, people.officer.pk} <= heard


def test_a_moderator_named_with_the_allocation_who_may_not_is_not_given_it():
    place = council("west-sussex", 2)

    audit = returned(place, "good", moment(2026, 5, 20), moderator=place.people.manager)

    assert waiting(audit).state == State.AWAITING
    assert told("moderation.nobody") == {place.people.officer.pk, place.people.qa_head.pk}


# --- SC-23, West Sussex --------------------------------------------------------------------------


def test_moderator_and_auditor_do_not_settle_and_the_assistant_director_decides():
    place = council("west-sussex", 2)
    people = place.people
    who = moderator(place, "GM")
    directorate = people.service.parent
    director = place.somebody("AD", [Role.SENIOR_LEADER], directorate)
    boss = people.head.holdings.get().post
    boss.reports_to = director.holdings.get().post
    boss.save()
    audit = returned(place, "good", moment(2026, 6, 1), moderator=who)
    found = waiting(audit)
    said = saying(found, "requires_improvement")
    found = hand_in(found, said, read_version=0, by=who, at=moment(2026, 6, 4))
    met = Meeting(date(2026, 6, 8), "We see it differently.", None)
    record_meeting(found, met, by=who, at=moment(2026, 6, 8, 12))

    up = escalate(found, read_rung=0, reason="Not settled.", by=who, at=moment(2026, 6, 8, 15))
    first = up.steps.get()
    assert [one.pk for one in first.deciders.all()] == [people.qa_head.pk]
    assert told("moderation.decide") == {people.qa_head.pk}
    up = escalate(
        up, read_rung=1, reason="I cannot settle it.", by=people.qa_head, at=moment(2026, 6, 10)
    )
    assert [one.pk for one in up.steps.last().deciders.all()] == [director.pk]
    grade = Overall("requires_improvement", None, surpassed=False)
    done = decide(up, grade, reason="The plan is late.", by=director, at=moment(2026, 6, 12))

    audit.refresh_from_db()
    assert (done.state, audit.grade, audit.grade_final) == (
        State.FINAL,
        "requires_improvement",
        True,
    )
    rungs = [(one.rung, one.decided_by_id, one.grade) for one in done.steps.all()]
    assert rungs == [(1, None, ""), (2, director.pk, "requires_improvement")]
    assert told("moderation.decided") == {people.worker.pk, people.auditor.pk, who.pk}
    kinds = list(audit.grade_events.values_list("kind", "grade"))
    assert kinds == [
        (GradeEvent.Kind.AUDITOR, "good"),
        (GradeEvent.Kind.MODERATOR, "requires_improvement"),
        (GradeEvent.Kind.DECIDED, "requires_improvement"),
    ]
