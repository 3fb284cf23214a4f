"""Subject access: complete for one subject, nothing of another, read through before it can be opened (G9)."""

import io
import json
import zipfile
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from actions.models import Action
from audits.models import Answer, Audit
from cases.models import CaseFile
from core.models import Notice, TrailEntry
from core.moves import Refused
from core.trail import record
from escalation.models import OfficerEscalation
from moderation.models import Moderation
from moderation.services.choosing import choose_by_hand
from people.models import User
from retention.gathering import open_tables
from retention.graph import ways
from retention.models import SubjectRequest
from retention.register import TABLES
from retention.services.answering import (
    LEASE,
    ask,
    confirm,
    download,
    erase_outlived,
    read_gathered,
    start_again,
    take_up,
    work,
)
from supervision.services import acknowledge_note
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast
from tests.factories.supervision import note_for

pytestmark = pytest.mark.django_db
ON = NOW.date()
MINE, FOREIGN, KEPT = "Ownwords5512", "Foreignwords9083", "Keptwords3341"


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = NOW
    made = cast("eastmere")
    User.objects.filter(pk=made.worker.pk).update(name="Sofia Moretti")
    User.objects.filter(pk=made.auditor.pk).update(name="Grace Bennett-Vale")
    for one in (made.worker, made.auditor):
        one.refresh_from_db()
    return made


@pytest.fixture
def audits(people):
    """The subject's audit and another child's, each with words of its own in every text."""
    version = framework()
    mine, foreign = (audit_at("returned", people, version) for _ in range(2))
    say(
        mine,
        f"{MINE}: Grace Bennett-Vale saw Tobiah with Sofia Moretti, as with {foreign.case.number}.",
    )
    say(foreign, FOREIGN)
    return mine, foreign


def say(audit, words):
    """Write words into every text that was written in an audit."""
    Answer.objects.filter(audit=audit).exclude(text="").exclude(part__kind="overall_grade").update(
        text=words
    )
    for action in Action.objects.filter(source="audit", source_id=audit.pk):
        action.what = words
        action.save()
    Notice.objects.create(
        to=audit.worker,
        key=f"note {audit.pk}",
        kind="x",
        subject="Audit",
        text=f"{audit.case.number}: {words}",
        made_at=NOW,
    )


def finished(subject, people, also=()):
    """The file about somebody, after it was read through."""
    request = ask(subject, ON, by=people.qa_head, at=NOW)
    assert work(request.pk, at=NOW)
    request.refresh_from_db()
    confirm(request, also, read=True, by=people.qa_head, at=NOW)
    assert work(request.pk, at=NOW)
    request.refresh_from_db()
    return request


def opened(request, people):
    """The parts of a file by their names."""
    content = download(request, by=people.qa_head, at=NOW)
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        return {name: bundle.read(name).decode() for name in bundle.namelist()}


def test_a_childs_file_holds_what_is_theirs_and_nothing_foreign(people, audits):
    mine, foreign = audits

    found = opened(finished(mine.case, people, also=["Tobiah"]), people)

    for text in found.values():
        assert MINE in text
        assert FOREIGN not in text
        assert foreign.case.number not in text
        assert "Bennett" not in text
        assert "Moretti" not in text
        assert "Tobiah" not in text
    assert f"case {mine.case.number}" in found["index.html"]
    assert "http" not in found["index.html"]


def test_every_table_that_leads_to_a_child_is_asked(people, audits):
    mine, _ = audits

    request = finished(mine.case, people)

    expected = {
        label
        for label in open_tables()
        for way in ways(label, "cases.CaseFile")
        if TABLES[label].personal and model_rows(label, way, mine.case)
    }
    assert expected > {
        "audits.Answer",
        "audits.GradeEvent",
        "actions.Action",
        "feedback.Invitation",
    } - {"feedback.Invitation"}
    assert expected - set(request.counts) == set()
    assert request.counts["core.Notice"] >= 1
    assert request.counts["cases.CaseFile"] == 1


def model_rows(label, way, case):
    from django.apps import apps  # noqa: PLC0415 - beside its one use

    return apps.get_model(label)._base_manager.filter(**{way: case}).exists()


def test_a_workers_file_names_them_and_nobody_else(people, audits):
    found = opened(finished(people.worker, people), people)["data.json"]

    assert "Sofia Moretti" in found
    assert MINE in found
    assert "Bennett" not in found
    assert "password" not in found
    tables = {one["label"] for one in json.loads(found)["tables"]}
    assert {"people.User", "people.PostHolding", "audits.Answer", "audits.GradeEvent"} <= tables


def test_the_passages_that_may_name_somebody_are_shown_first(people, audits):
    request = ask(audits[0].case, ON, by=people.qa_head, at=NOW)
    work(request.pk, at=NOW)
    request.refresh_from_db()

    passages = read_gathered(request)["passages"]

    named = next(one for one in passages if one["word"] == "Tobiah")
    assert any(MINE in place for place in named["places"])
    assert request.state == "review"


def test_what_a_worker_has_in_hand_stays_there_when_the_test_clock_is_moved(
    people, audits, monkeypatch
):
    request = ask(audits[0].case, ON, by=people.qa_head, at=NOW)
    assert take_up(request.pk) is not None

    assert work(request.pk, at=NOW + timedelta(days=30)) is False

    now = timezone.now() + LEASE + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: now)
    assert work(request.pk, at=NOW)


def test_there_is_no_file_before_somebody_has_read_it(people, audits):
    request = ask(audits[0].case, ON, by=people.qa_head, at=NOW)
    work(request.pk, at=NOW)
    request.refresh_from_db()

    with pytest.raises(Refused):
        download(request, by=people.qa_head, at=NOW)
    with pytest.raises(Refused, match="Read every passage"):
        confirm(request, [], read=False, by=people.qa_head, at=NOW)
    assert work(request.pk, at=NOW) is False
    with pytest.raises(IntegrityError), transaction.atomic():
        SubjectRequest.objects.filter(pk=request.pk).update(state="ready", content=b"x")


def test_what_is_gathered_is_sealed_in_the_database(people, audits):
    request = finished(audits[0].case, people)

    assert MINE.encode() not in bytes(request.content)
    assert request.gathered is None


@pytest.mark.parametrize("part", ["officer", "administrator", "manager", "worker", "auditor"])
def test_nobody_but_the_qa_head_and_senior_leaders_asks(people, audits, part):
    with pytest.raises(PermissionDenied):
        ask(audits[0].case, ON, by=getattr(people, part), at=NOW)


def test_nobody_opens_what_another_has_asked_for(people, audits):
    request = finished(audits[0].case, people)

    for part in ("officer", "administrator", "director", "worker", "auditor"):
        with pytest.raises(PermissionDenied):
            download(request, by=getattr(people, part), at=NOW)


def test_whoever_is_asked_about_or_has_a_part_leaves_the_answer_to_a_senior_leader(people, audits):
    case, head = audits[0].case, people.qa_head
    with pytest.raises(PermissionDenied):
        ask(head, ON, by=head, at=NOW)
    assert head.has_perm("retention.answer_subject", case)
    mine = Audit.objects.filter(pk=audits[0].pk)
    for part in ("auditor", "worker", "second_worker"):
        was = mine.values_list(part, flat=True).get()
        mine.update(**{part: head})
        with pytest.raises(PermissionDenied):
            ask(case, ON, by=head, at=NOW)
        mine.update(**{part: was})
    worked = case.involvements.create(user=head, from_on=ON - timedelta(days=900), to_on=ON)
    with pytest.raises(PermissionDenied):
        ask(case, ON, by=head, at=NOW)
    worked.delete()
    chosen = choose_by_hand(audits[0], reason="Look at it", by=people.officer, at=NOW)
    Moderation.objects.filter(pk=chosen.pk).update(moderator=head)
    with pytest.raises(PermissionDenied):
        ask(case, ON, by=head, at=NOW)

    assert ask(case, ON, by=people.director, at=NOW)
    assert ask(head, ON, by=people.director, at=NOW)
    with pytest.raises(PermissionDenied):
        ask(people.director, ON, by=people.director, at=NOW)


def test_a_part_that_somebody_gets_later_closes_the_file_to_them(people, audits):
    request = finished(audits[0].case, people)
    Audit.objects.filter(pk=audits[0].pk).update(auditor=people.qa_head)

    with pytest.raises(PermissionDenied):
        download(request, by=people.qa_head, at=NOW)
    with pytest.raises(PermissionDenied):
        start_again(request, by=people.qa_head, at=NOW)


def restricted_concern(people, case):
    """A concern that the worker has raised and only the head of QA may solve, with lines in the trail."""
    kept = OfficerEscalation.objects.create(
        council=people.council,
        version=framework(),
        ladder="cp_chair",
        ladder_title="Escalation",
        number=7,
        restricted=True,
        officer=people.worker,
        case=case,
        solvers=["council.qa_head"],
        concern=KEPT,
        expectation=KEPT,
        raised_at=NOW,
    )
    stage = kept.stages.create(index=0, title="First", opened_on=ON, reply=KEPT)
    stage.people.create(user=people.qa_head, part="to", roles="head of QA")
    record("raise concern", kept, by=people.worker, at=NOW)
    record("open page", "raise-concern", by=people.worker, at=NOW)
    return kept


def test_restricted_concerns_and_personal_notes_stand_in_no_file_nor_their_lines(people, audits):
    """The trail in the file is what the page of the trail shows to who asks, and less."""
    restricted_concern(people, audits[0].case)
    note = note_for(people.worker, people.manager, NOW)
    acknowledge_note(note, by=people.worker, at=NOW)
    record("open audit", audits[0], by=people.worker, at=NOW)

    for subject in (people.worker, people.manager, audits[0].case):
        request = ask(subject, ON, by=people.qa_head, at=NOW)
        work(request.pk, at=NOW)
        request.refresh_from_db()
        held = read_gathered(request)
        text = json.dumps(held["tables"])

        assert KEPT not in text
        assert "raise" not in text
        assert "supervision." not in text
        assert "Canary sentence" not in text
        assert "escalation.Stage" not in request.counts
        if subject == people.worker:
            assert "open audit" in text


def test_another_council_asks_for_nothing(people, audits):
    other = cast("bexley")

    with pytest.raises(PermissionDenied):
        ask(audits[0].case, ON, by=other.qa_head, at=NOW)
    assert not SubjectRequest.objects.visible_to(other.qa_head).exists()


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 11, 3), date(2026, 12, 3)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2024, 1, 30), date(2024, 2, 29)),
    ],
)
def test_it_is_due_one_calendar_month_later(people, audits, received, due):
    assert ask(audits[0].case, received, by=people.qa_head, at=NOW).due_on == due


def test_a_day_that_has_not_come_is_refused(people, audits):
    with pytest.raises(Refused):
        ask(audits[0].case, ON + timedelta(days=1), by=people.qa_head, at=NOW)


def test_a_file_goes_after_28_days_and_the_request_stays(people, audits):
    request = finished(audits[0].case, people)

    assert erase_outlived(at=NOW + timedelta(days=28)) == 0
    assert erase_outlived(at=NOW + timedelta(days=28, minutes=1)) == 1
    assert erase_outlived(at=NOW + timedelta(days=29)) == 0

    request.refresh_from_db()
    assert (request.state, request.content, request.gathered) == ("erased", None, None)
    with pytest.raises(Refused):
        download(request, by=people.qa_head, at=NOW)


def test_every_step_leaves_a_line_in_the_trail_without_a_name(people, audits):
    request = finished(audits[0].case, people)
    opened(request, people)

    lines = TrailEntry.objects.filter(
        subject_type="retention.subjectrequest", subject_id=request.pk
    )
    assert set(lines.values_list("verb", flat=True)) == {
        "ask for subject data",
        "read subject data",
        "download subject data",
    }
    assert CaseFile.objects.get(pk=audits[0].case_id).number not in str(list(lines.values()))
