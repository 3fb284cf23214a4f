"""An audit and what stands beside it, read by queries that are built once: the same as Django would read."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits import selectors
from audits.answers import Given
from audits.models import Answer, Audit, Confirmation, Presence, Reader
from audits.selectors import reading
from audits.services.answers import confirm_question, save_answer
from audits.services.steps import lock
from audits.services.triggers import note_first
from people.models import User
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db
STAGES = ["allocated", "preparing", "in_session", "returned"]


@pytest.fixture
def scene():
    return framework(), cast("eastmere")


def columns(row):
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def same(one, other):
    """Whether two audits hold the same, with what was read with them."""
    related = ("case", "unit", "tool", "version")
    return columns(one) == columns(other) and all(
        columns(getattr(one, name)) == columns(getattr(other, name)) for name in related
    )


@pytest.mark.parametrize("stage", STAGES)
def test_who_may_open_an_audit_reads_it_as_django_does_and_nobody_else_does(scene, stage):
    version, people = scene
    audit = audit_at(stage, people, version)
    Reader.objects.create(
        audit=audit, user=people.moderator, part="moderator", blind=True, since=NOW
    )
    everybody = people.everybody() | {"outsider": cast("northshire").officer}
    opened = set()

    for who, user in everybody.items():
        user = User.objects.get(pk=user.pk)
        wanted = Audit.objects.visible_to(user).with_form().with_blindness(user)
        wanted = wanted.filter(pk=audit.pk).first()
        found = reading.seen(user, audit.pk)

        assert (found is None) == (wanted is None), who
        if found is not None:
            assert same(found, wanted), who
            opened.add(who)

    assert {"auditor", "worker", "officer"} <= opened
    assert "outsider" not in opened
    assert ("moderator" in opened) == (stage == "returned")


def test_the_queries_of_a_page_do_not_grow_with_what_is_confirmed_and_answered(client, scene):
    version, people = scene
    audit = audit_at("in_session", people, version)
    tool = selectors.tool_of(audit)
    section = next(
        one
        for one in tool.sections
        if one.paging == "section"
        and any(p.respondent == "joint" for q in one.questions for p in q.parts)
    )
    client.force_login(people.auditor)
    path = reverse("section", args=[audit.pk, section.code])
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    for question in section.questions:
        for part in (one for one in question.parts if one.kind in {"long_text", "scale"}):
            given = Given(number=5) if part.kind == "scale" else Given(text="Said")
            if part.respondent in {"joint", "auditor"}:
                whose = {"by": people.auditor, "at": NOW}
                save_answer(audit, section, part, given, instance=1, read_version=0, **whose)
        if any(p.respondent == "joint" for p in question.parts) and Answer.objects.filter(
            audit=audit, part__question__code=question.code
        ):
            confirm_question(audit, question, by=people.auditor, at=NOW)
            confirm_question(audit, question, by=people.worker, at=NOW)
    with CaptureQueriesContext(connection) as many:
        page = client.get(path)

    assert Confirmation.objects.filter(audit=audit).count() >= 2
    assert f"Confirmed by {people.worker.name}" in page.content.decode()
    assert len(many) == len(few)


def test_who_else_is_here_is_told_by_name_and_nobody_else(scene):
    version, people = scene
    audit = audit_at("in_session", people, version)
    late = NOW - timedelta(minutes=1)

    alone = selectors.see_presence(audit, people.auditor, place="Voice", at=NOW)
    selectors.see_presence(audit, people.officer, place="Voice", at=late)
    both = selectors.see_presence(audit, people.worker, place="Plan", at=NOW)

    assert alone == []
    assert both == [reading.Here("Voice", people.auditor.name)]
    assert Presence.objects.get(audit=audit, user=people.worker).seen_at == NOW


def test_every_question_is_one_that_can_have_rows():
    questions = [
        reading.LOCKED,
        reading.OF_PEOPLE,
        reading.CASE,
        reading.ANSWERS,
        reading.GIVEN,
        reading.ONE_ANSWER,
        reading.CONFIRMED,
        reading.FINISHED,
        reading.HERE,
        reading.MOVES,
        reading.TRIGGERED,
    ]

    assert all(one.text[0] for one in questions)


def test_what_is_counted_and_remembered_before_a_return_is_what_there_is(scene):
    version, people = scene
    audit = audit_at("in_session", people, version)

    assert reading.number_of_moves(audit.pk) == audit.moves.count() > 1
    assert reading.number_of_moves(0) == 0
    assert note_first(audit, [("one", "good"), ("one", "good")], at=NOW) == [True, False]
    assert reading.fired_before(audit.pk) == {("one", "good")}
    assert note_first(audit, [("one", "good"), ("two", "good")], at=NOW) == [False, True]


# What was read before the lock ------------------------------------------------------------------


def test_an_audit_that_is_locked_is_as_it_stands_now_with_its_people_and_its_child(scene):
    version, people = scene
    audit = audit_at("preparing", people, version)
    before = reading.seen(people.auditor, audit.pk)
    reading.know_people(before)
    # Somebody else's step, while this one waited for the lock.
    Audit.objects.filter(pk=audit.pk).update(
        state="in_session", deadline_on=audit.deadline_on + timedelta(days=5), auditor=people.head
    )
    User.objects.filter(pk=people.worker.pk).update(is_active=False, name="Another name")
    type(audit.case).objects.filter(pk=audit.case_id).update(plan_type="Looked after")

    locked = lock(before)

    assert locked.state == "in_session"
    assert locked.deadline_on == audit.deadline_on + timedelta(days=5)
    assert locked.auditor == people.head
    assert (locked.worker.is_active, locked.worker.name) == (False, "Another name")
    assert locked.case.plan_type == "Looked after"
    assert locked.version is before.version


def test_an_audit_that_is_gone_is_not_locked(scene):
    with pytest.raises(Audit.DoesNotExist):
        reading.kept_for_change(0)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_locked_outside_a_transaction():
    with pytest.raises(TransactionManagementError):
        reading.kept_for_change(1)
