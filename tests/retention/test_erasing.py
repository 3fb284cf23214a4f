"""Erasing: what is due, what is held back, who approves, what goes, and that figures stay."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actions.models import Action
from audits.models import Answer, Audit
from cases.models import CaseFile
from core.models import Notice, TrailEntry
from core.moves import Refused
from evidence.models import StoredFile
from evidence.storing import there
from partners.models import PartnerInvitation
from people.models import PostHolding, User
from reporting.figure import dump
from reporting.models import Document
from reporting.selectors.catalogue import MEASURES
from reporting.selectors.scope import Scope
from retention.models import Erased, Item, Run
from retention.services.holding import hold, lift
from retention.services.running import (
    approve,
    check_list,
    delete_batch,
    erase_batch,
    propose,
    propose_all,
    refuse,
    take_up,
    work,
)
from retention.states import RunState
from standards.selectors import edition, in_force
from supervision.models import PersonalNote
from supervision.services import Said, correct_note
from tests.factories.audits import NOW, audit_at
from tests.factories.cast import cast
from tests.factories.evidence import attached
from tests.factories.partners import invited
from tests.factories.retention import LATER, closed, keeping
from tests.factories.supervision import note_for

pytestmark = pytest.mark.django_db
CANARY = "Canarywharf7341"


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = LATER
    return cast("eastmere")


@pytest.fixture
def version(people):
    return keeping()


@pytest.fixture
def audit(people, version):
    """An audit that is due, with a canary in every text of its answers, actions, grades and steps."""
    made = closed(audit_at("returned", people, version))
    mark(made)
    return made


def mark(audit):
    """Write the canary into texts of every kind of row that hangs on an audit."""
    Answer.objects.filter(audit=audit).exclude(text="").update(text=CANARY, place=CANARY)
    for action in Action.objects.filter(source="audit", source_id=audit.pk):
        action.what = f"Ask {CANARY}"
        action.save()
        Notice.objects.create(
            to=action.owner,
            key=f"canary {action.pk}",
            kind="x",
            subject="Action",
            text=f"{audit.case.number} {CANARY}",
            made_at=LATER,
        )
    Audit.objects.filter(pk=audit.pk).update(flash_source=CANARY)


def anywhere(text: str) -> list[str]:
    """Every table of the database in which a text stands, whatever the column."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            asked = f'SELECT count(*) FROM "{table}" AS one WHERE one::text LIKE %s'  # noqa: S608 - our own tables
            cursor.execute(asked, [f"%{text}%"])
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def approved(people, by="director"):
    """A run that has been proposed by the QA head and approved."""
    run = propose(people.council, by=people.qa_head, at=LATER)
    return approve(run, by=getattr(people, by), at=LATER)


def counts(run):
    return {one.kind: one.done for one in run.parts.all() if one.done}


def test_a_run_lists_what_is_due_with_the_day_on_which_it_was(people, audit):
    run = propose(people.council, by=people.qa_head, at=LATER)

    listed = Item.objects.get(run=run, label="audits.Audit")
    assert (listed.reference, listed.object_id) == (f"Audit {audit.reference}", audit.pk)
    assert listed.due_on == date(2033, 1, 15)
    assert run.state == RunState.PROPOSED
    assert anywhere(CANARY) != []


def test_nothing_is_due_a_day_too_early(people, audit):
    closed(audit, LATER - timedelta(days=365 * 6))
    early = propose(people.council, by=people.qa_head, at=LATER)

    assert not Item.objects.filter(run=early, label="audits.Audit").exists()


def test_texts_are_gone_from_the_whole_database_and_numbers_stay(people, audit):
    scores = list(
        Answer.objects.filter(audit=audit).order_by("pk").values_list("number", flat=True)
    )
    number, grade = audit.case.number, audit.grade
    history = apps.get_model("actions", "ActionEvent")
    assert history.objects.filter(what__contains=CANARY).exists()

    run = approved(people)
    Notice.objects.filter(text__contains=CANARY).update(made_at=NOW)
    assert work(run.pk, at=LATER)

    assert anywhere(CANARY) == []
    assert anywhere(number) == []
    audit.refresh_from_db()
    assert audit.grade == grade
    assert (
        list(Answer.objects.filter(audit=audit).order_by("pk").values_list("number", flat=True))
        == scores
    )
    assert CaseFile.objects.get(pk=audit.case_id).number.startswith("erased-")


def test_what_is_left_is_a_certificate_and_no_list(people, audit):
    run = approved(people)
    work(run.pk, at=LATER)

    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert counts(run)["audits"] == 1
    assert not Item.objects.filter(run=run).exists()
    line = TrailEntry.objects.get(verb="erase records")
    assert line.detail["audits"] == 1
    assert line.detail["approved_by"] == people.director.pk


def test_worked_twice_is_harmless_and_never_due_again(people, audit):
    run = approved(people)
    work(run.pk, at=LATER)
    before = counts(run)

    assert work(run.pk, at=LATER) is False
    assert counts(run) == before
    assert Erased.objects.filter(label="audits.Audit", object_id=audit.pk).count() == 1
    assert not any(
        one.label == "audits.Audit"
        for run in [proposed_or_none(people)]
        if run
        for one in run.items.all()
    )


def proposed_or_none(people):
    try:
        return propose(people.council, by=people.qa_head, at=LATER)
    except Refused:
        return None


def test_a_hold_of_the_case_keeps_its_audit_back_also_when_it_comes_after_approval(people, audit):
    run = approved(people)
    made = hold(
        audit.case, "legal", "", from_on=LATER.date(), until_on=None, by=people.qa_head, at=LATER
    )

    work(run.pk, at=LATER)

    part = run.parts.get(kind="audits")
    assert (part.done, part.held) == (0, 1)
    assert anywhere(CANARY) != []
    assert CaseFile.objects.get(pk=audit.case_id).number == audit.case.number
    lift(made, "The court has decided.", by=people.qa_head, at=LATER)
    again = approved(people)
    work(again.pk, at=LATER)
    assert counts(again)["audits"] == 1


def test_a_held_thing_is_counted_and_not_listed(people, audit):
    hold(
        people.worker,
        "complaint",
        "",
        from_on=LATER.date(),
        until_on=None,
        by=people.qa_head,
        at=LATER,
    )

    run = propose(people.council, by=people.qa_head, at=LATER)

    assert run.parts.get(kind="audits").held == 1
    assert not run.items.filter(label="audits.Audit").exists()


def test_a_hold_that_is_told_between_two_batches_keeps_back_what_is_left(
    people, audit, monkeypatch
):
    """Messages and row history are not listed; each batch asks anew what is held, and holds wait for a batch."""
    monkeypatch.setattr("retention.services.running.MOST", 1)
    for number in range(2):
        Notice.objects.create(to=people.worker, key=f"old {number}", kind="x", made_at=NOW)
    run = take_up(approved(people).pk, at=LATER)
    said, history = run.parts.get(kind="messages"), run.parts.get(kind="history")

    with CaptureQueriesContext(connection) as batch:
        assert delete_batch(run, said, 0, at=LATER) == 0
    with CaptureQueriesContext(connection) as holding:
        hold(
            people.worker,
            "legal",
            "",
            from_on=LATER.date(),
            until_on=None,
            by=people.qa_head,
            at=LATER,
        )
    left = Notice.objects.filter(to=people.worker).count()
    place = 0
    while place is not None:
        place = delete_batch(run, said, place, at=LATER)

    assert left >= 1
    assert Notice.objects.filter(to=people.worker).count() == left
    assert not Notice.objects.exclude(to=people.worker).filter(made_at__lte=NOW).exists()
    assert delete_batch(run, history, 0, at=LATER) is None
    with CaptureQueriesContext(connection) as erasing:
        erase_batch(run, run.parts.get(kind="audits"), "audits.Audit", at=LATER)
    assert Answer.objects.filter(audit=audit, text=CANARY).exists()
    assert all(locks_the_council(one) for one in (batch, holding, erasing))


def locks_the_council(asked):
    """Whether nobody else could hold back or erase in the council meanwhile."""
    return any(
        "people_council" in one["sql"] and "FOR NO KEY UPDATE" in one["sql"] for one in asked
    )


def test_what_a_job_has_listed_is_checked_by_one_and_approved_by_another(people, audit):
    propose_all(at=LATER)
    run = Run.objects.get()

    with pytest.raises(Refused, match="Nobody has checked it yet"):
        approve(run, by=people.qa_head, at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.update(state="approved", decided_by=people.director, decided_at=LATER)
    check_list(run, by=people.qa_head, at=LATER)
    assert work(run.pk, at=LATER) is False
    with pytest.raises(PermissionDenied):
        approve(run, by=people.qa_head, at=LATER)
    with pytest.raises(Refused, match="Somebody else has checked"):
        check_list(run, by=people.director, at=LATER)
    with pytest.raises(PermissionDenied):
        check_list(run, by=people.administrator, at=LATER)
    approve(run, by=people.director, at=LATER)

    assert work(run.pk, at=LATER)
    run.refresh_from_db()
    assert (run.proposed_by, run.decided_by) == (people.qa_head, people.director)
    assert run.cause == "the month's list"


def test_whoever_has_lifted_a_hold_lately_approves_nothing_and_others_are_told(people, audit):
    made = hold(
        audit.case, "legal", "", from_on=LATER.date(), until_on=None, by=people.qa_head, at=LATER
    )
    with pytest.raises(Refused, match="why it is lifted"):
        lift(made, " ", by=people.qa_head, at=LATER)
    lift(made, "The court has decided.", by=people.qa_head, at=LATER)
    made.refresh_from_db()
    assert made.lifted_because == "The court has decided."
    told = Notice.objects.filter(kind="retention.hold_lifted")
    assert {one.to for one in told} == {people.director, people.deputy_director}
    assert audit.case.number not in str(list(told.values("subject", "text", "path")))

    later = LATER + timedelta(days=59)
    run = propose(people.council, by=people.administrator, at=later)
    with pytest.raises(PermissionDenied):
        approve(run, by=people.qa_head, at=later)
    refuse(run, "Not yet.", by=people.qa_head, at=later)
    after = LATER + timedelta(days=61)
    run = propose(people.council, by=people.administrator, at=after)
    assert approve(run, by=people.qa_head, at=after).state == RunState.APPROVED


def test_notes_partners_links_and_uploaded_files_go_from_database_and_disk(
    people, version, django_capture_on_commit_callbacks
):
    note = note_for(people.worker, people.manager, NOW)
    said = Said(NOW.date(), "What was meant.")
    correct_note(note, said, key=uuid4(), by=people.manager, at=NOW)
    audit = audit_at("in_session", people, version)
    invited(audit, people.officer)
    name = attached(audit, people.worker, NOW).file.name
    assert there(name)

    run = approved(people)
    with django_capture_on_commit_callbacks(execute=True):
        assert work(run.pk, at=LATER)

    assert not PersonalNote.objects.exists()
    assert not PartnerInvitation._base_manager.exists()
    assert not StoredFile._base_manager.exists()
    assert not there(name)
    assert anywhere("Henrietta") == []
    assert {kind: counts(run)[kind] for kind in ("supervision_notes", "partners", "files")} == {
        "supervision_notes": 2,
        "partners": 1,
        "files": 1,
    }


@pytest.mark.parametrize("part", ["officer", "administrator", "manager", "worker", "qa_head"])
def test_whoever_proposed_it_or_may_not_decide_is_refused(people, audit, part):
    run = propose(people.council, by=people.qa_head, at=LATER)

    with pytest.raises(PermissionDenied):
        approve(run, by=getattr(people, part), at=LATER)

    assert work(run.pk, at=LATER) is False
    assert anywhere(CANARY) != []


def test_the_database_itself_refuses_an_approval_by_the_proposer(people, audit):
    run = propose(people.council, by=people.qa_head, at=LATER)

    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(
            state="approved", decided_by=people.qa_head, decided_at=LATER
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(state="running")


def test_another_councils_head_decides_nothing(people, audit):
    run = propose(people.council, by=people.qa_head, at=LATER)
    other = cast("bexley")

    with pytest.raises(PermissionDenied):
        approve(run, by=other.qa_head, at=LATER)
    with pytest.raises(PermissionDenied):
        propose(people.council, by=other.qa_head, at=LATER)


def test_a_list_that_is_not_approved_is_gone_and_nothing_else(people, audit):
    run = propose(people.council, by=people.qa_head, at=LATER)

    with pytest.raises(Refused):
        refuse(run, " ", by=people.director, at=LATER)
    refuse(run, "The inquiry is not over.", by=people.director, at=LATER)

    assert not Item.objects.filter(run=run).exists()
    assert work(run.pk, at=LATER) is False
    assert anywhere(CANARY) != []


def test_the_monthly_round_proposes_once_and_only_where_there_are_rules(people, audit):
    cast("bexley")

    assert propose_all(at=LATER) == 1
    assert propose_all(at=LATER) == 0
    assert Run.objects.get().cause == "the month's list"


def test_a_run_that_was_cut_off_is_taken_up_where_it_stopped(people, version, monkeypatch):
    audits = [closed(audit_at("returned", people, version)) for _ in range(2)]
    monkeypatch.setattr("retention.services.running.BATCH", 1)
    run = approved(people)
    real = __import__("retention.services.running", fromlist=["erase_things"]).erase_things
    calls = []

    def dies(*args, **more):
        calls.append(args)
        if len(calls) == 2:
            raise SystemExit
        return real(*args, **more)

    monkeypatch.setattr("retention.services.running.erase_things", dies)
    with pytest.raises(SystemExit):
        work(run.pk, at=LATER)
    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    assert work(run.pk, at=LATER) is False
    assert work(run.pk, at=LATER + timedelta(days=30)) is False  # the test clock was moved

    now = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr(timezone, "now", lambda: now)
    assert work(run.pk, at=LATER)

    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert (
        Erased.objects.filter(
            label="audits.Audit", object_id__in=[one.pk for one in audits]
        ).count()
        == 2
    )
    assert counts(run)["audits"] == 2


def test_whoever_left_long_ago_loses_name_address_and_sign_in(people, version):
    gone = people.former
    PostHolding.objects.filter(user=gone).update(to_on=date(2027, 6, 30))
    User.objects.filter(pk=gone.pk).update(
        is_active=False, name="Nora Goneaway", email="nora.goneaway@example.org"
    )

    run = approved(people)
    work(run.pk, at=LATER)

    run.refresh_from_db()
    gone.refresh_from_db()
    assert gone.name == "Former member of staff"
    assert anywhere("oneaway") == []
    assert PostHolding.objects.filter(user=gone).exists()
    assert people.worker.name != "Former member of staff"


def test_documents_of_an_audit_go_with_it(people, audit):
    Document.objects.create(
        council=people.council,
        audit=audit,
        asked_by=people.officer,
        asked_at=LATER,
        content=b"%PDF",
        checksum="0" * 64,
    )

    run = approved(people)
    work(run.pk, at=LATER)

    assert not Document.objects.exists()


def test_every_figure_is_the_same_before_and_after(people, version):
    for _ in range(3):
        mark(closed(audit_at("returned", people, version)))
    CaseFile.objects.update(
        date_of_birth=date(2018, 3, 14),
        gender="Girl",
        ethnicity="Irish",
        disability="No",
        plan_type="CIN",
    )
    before = figures(people)

    run = approved(people)
    work(run.pk, at=LATER)

    assert counts(run)["audits"] == 3
    assert counts(run)["cases"] == 3
    after = figures(people)
    assert len(before) > 20
    assert [code for code in before if before[code] != after[code]] == []


def figures(people):
    """Every figure of the catalogue about the months of the audits, as it is sent."""
    version = in_force(people.council, LATER.date())
    scope = Scope(people.council, date(2026, 4, 1), date(2027, 3, 31), LATER, edition(version))
    return {code: dump(one.build(scope)) for code, one in MEASURES.items()}
