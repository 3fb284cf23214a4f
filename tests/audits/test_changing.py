from datetime import date

import pytest

from audits import selectors
from audits.models import Answer, Audit, Presence
from audits.services.changing import exclude_audit, extend_deadline, reassign_audit
from audits.services.meeting import set_meeting
from audits.states import AuditState
from core.models import Notice, TrailEntry
from core.moves import Refused
from programme.demo import Scene, bring_to
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db
LATER = date(2026, 12, 14)
BEGUN = ["in_session", "returned"]


@pytest.fixture
def scene():
    version = framework("fixtures/frameworks/bexley/1.yaml")
    return version, cast("bexley")


def told(kind):
    return set(Notice.objects.filter(kind=f"audit.{kind}").values_list("to", flat=True))


def last_move(audit):
    return audit.moves.last()


@pytest.mark.parametrize("stage", ["allocated", "preparing", "in_session"])
def test_more_time_moves_the_deadline_and_keeps_the_old_one_in_the_history(scene, stage):
    version, people = scene
    audit = audit_at(stage, people, version)

    extend_deadline(audit, deadline_on=LATER, reason=" Ill. ", by=people.head, at=NOW)

    audit.refresh_from_db()
    assert (audit.state, audit.deadline_on) == (stage, LATER)
    move = last_move(audit)
    assert (move.words, move.state, move.by, move.at) == (
        "Given more time",
        stage,
        people.head,
        NOW,
    )
    assert move.reason == "Due back by 14 December 2026 instead of 30 November 2026. Ill."
    assert told("extended") == {people.auditor.pk}
    line = TrailEntry.objects.get(verb="extend")
    assert (line.subject_id, line.by_id) == (audit.pk, people.head.pk)


@pytest.mark.parametrize(
    ("day", "reason"),
    [(date(2026, 11, 30), "Ill."), (date(2026, 11, 29), "Ill."), (LATER, "  ")],
)
def test_more_time_needs_a_later_day_and_a_reason(scene, day, reason):
    version, people = scene
    audit = audit_at("allocated", people, version)

    with pytest.raises(Refused):
        extend_deadline(audit, deadline_on=day, reason=reason, by=people.head, at=NOW)

    audit.refresh_from_db()
    assert audit.deadline_on == date(2026, 11, 30)


def test_a_returned_or_left_out_audit_gets_no_more_time(scene):
    version, people = scene
    returned = audit_at("returned", people, version)
    out = audit_at("allocated", people, version)
    exclude_audit(out, reason="Closed.", by=people.head, at=NOW)

    for audit in (returned, out):
        with pytest.raises(Refused, match="no longer under way"):
            extend_deadline(audit, deadline_on=LATER, reason="Ill.", by=people.head, at=NOW)


def test_an_audit_that_is_left_out_stays_readable_and_is_nobodys_work(scene):
    version, people = scene
    audit = audit_at("preparing", people, version, second=True)

    exclude_audit(audit, reason="The family moved.", by=people.head, at=NOW)

    audit.refresh_from_db()
    assert audit.state == AuditState.EXCLUDED
    assert not audit.under_way
    assert (last_move(audit).words, last_move(audit).reason) == ("Left out", "The family moved.")
    assert told("excluded") == {people.auditor.pk}
    assert told("called_off") == {people.worker.pk, people.second.pk}
    for person in (people.auditor, people.worker):
        assert selectors.my_tasks(person, NOW.date()) == []
        assert Audit.objects.visible_to(person, NOW.date()).filter(pk=audit.pk).exists()
    assert not Audit.objects.being_audited(people.manager, NOW.date()).exists()


def test_workers_who_were_not_asked_to_prepare_hear_nothing(scene):
    version, people = scene
    audit = audit_at("allocated", people, version)

    exclude_audit(audit, reason="The family moved.", by=people.head, at=NOW)

    assert told("called_off") == set()


@pytest.mark.parametrize("stage", BEGUN)
def test_nothing_is_left_out_or_passed_on_once_the_meeting_has_begun(scene, stage):
    version, people = scene
    audit = audit_at(stage, people, version)

    with pytest.raises(Refused, match="before its meeting begins only"):
        exclude_audit(audit, reason="Why.", by=people.head, at=NOW)
    with pytest.raises(Refused, match="before the meeting begins only"):
        reassign_audit(audit, auditor=people.head, reason="Why.", by=people.officer, at=NOW)

    audit.refresh_from_db()
    assert (audit.state, audit.auditor) == (stage, people.auditor)


def test_nobody_sets_a_meeting_for_an_audit_that_was_left_out(scene):
    version, people = scene
    audit = audit_at("allocated", people, version)
    exclude_audit(audit, reason="Why.", by=people.head, at=NOW)

    with pytest.raises(Refused):
        set_meeting(audit, meeting_at=NOW, mode="video", by=people.auditor, at=NOW)
    with pytest.raises(Refused):
        exclude_audit(audit, reason="Again.", by=people.head, at=NOW)


def test_another_auditor_takes_over_and_nothing_written_is_lost(scene):
    version, people = scene
    audit = audit_at("prepared", people, version)
    Presence.objects.create(audit=audit, user=people.auditor, place="Form", seen_at=NOW)
    written = Answer.objects.filter(audit=audit, respondent="auditor").count()
    assert written

    reassign_audit(audit, auditor=people.head, reason="Long leave.", by=people.officer, at=NOW)

    audit.refresh_from_db()
    assert (audit.state, audit.auditor, audit.deadline_on) == (
        "allocated",
        people.head,
        date(2026, 11, 30),
    )
    assert (audit.meeting_at, audit.meeting_mode) == (None, "")
    assert Answer.objects.filter(audit=audit, respondent="auditor").count() == written
    assert not Audit.objects.visible_to(people.auditor, NOW.date()).filter(pk=audit.pk).exists()
    assert Audit.objects.visible_to(people.head, NOW.date()).filter(pk=audit.pk).exists()
    assert not Presence.objects.filter(audit=audit).exists()
    names = f"From {people.auditor.name} to {people.head.name}. Long leave."
    assert (last_move(audit).words, last_move(audit).reason) == ("Given to another auditor", names)
    assert told("reassigned") == {people.head.pk}
    assert told("taken_over") == {people.auditor.pk}
    assert told("new_auditor") == {people.worker.pk}
    away = Notice.objects.get(kind="audit.taken_over")
    assert (away.path, audit.case.number in away.text) == ("", False)


def test_the_new_auditor_carries_the_audit_through_to_its_return(scene):
    version, people = scene
    audit = audit_at("preparing", people, version)

    reassign_audit(audit, auditor=people.head, reason="Leave.", by=people.officer, at=NOW)

    audit.refresh_from_db()
    bring_to(audit, "returned", Scene(people.council, people.officer, audit.tool, NOW))
    assert Audit.objects.get(pk=audit.pk).state == AuditState.RETURNED


@pytest.mark.parametrize("who", ["auditor", "worker", "second"])
def test_a_party_of_the_audit_does_not_take_it_over(scene, who):
    version, people = scene
    audit = audit_at("allocated", people, version, second=True)

    with pytest.raises(Refused):
        reassign_audit(
            audit, auditor=getattr(people, who), reason="Leave.", by=people.officer, at=NOW
        )


def test_it_may_pass_back_and_everybody_is_told_again(scene):
    version, people = scene
    audit = audit_at("allocated", people, version)

    for person in (people.head, people.auditor, people.head):
        reassign_audit(audit, auditor=person, reason="Leave.", by=people.officer, at=NOW)

    assert Notice.objects.filter(kind="audit.reassigned", to=people.head).count() == 2


def test_the_workers_manager_is_told_where_managers_see_what_is_audited(scene):
    version, people = scene
    audit = audit_at("allocated", people, version)

    notice = Notice.objects.get(kind="audit.file_audited")

    assert (notice.to, notice.path) == (people.manager, "/being-audited/")
    assert people.auditor.name not in notice.text
    assert list(Audit.objects.being_audited(people.manager, NOW.date())) == [audit]


def test_nobody_else_is_told_where_the_framework_does_not_say_so():
    version = framework("fixtures/frameworks/lancashire/1.yaml")
    people = cast("lancashire")

    audit_at("allocated", people, version)

    assert told("file_audited") == set()
