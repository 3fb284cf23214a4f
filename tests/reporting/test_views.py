from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document as WordFile

from actions.services import Plan
from audits.answers import Given
from audits.models import Audit
from audits.services.actions import record_action
from core.models import TrailEntry
from reporting.models import Document
from reporting.services import ask_for_document, make_document
from tests.access.routes import EVERYBODY, READERS
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast
from tests.reporting.records import answer, finish

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = NOW
    return cast("eastmere")


@pytest.fixture
def version():
    return framework()


@pytest.fixture
def audit(people, version):
    return audit_at("returned", people, version)


@pytest.fixture
def auditor(people, client):
    client.force_login(people.auditor)
    return client


def as_person(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("route", ["audit-record", "audit-word"])
def test_a_returned_audit_is_read_by_its_parties_the_qa_team_and_the_line_above(
    audit, people, route
):
    address = reverse(route, args=[audit.pk])

    answers = {
        name: as_person(person).get(address).status_code
        for name, person in people.everybody().items()
    }

    assert answers == {name: 200 if name in READERS else 404 for name in EVERYBODY}


@pytest.mark.parametrize("stage", ["allocated", "in_session"])
@pytest.mark.parametrize("route", ["audit-record", "audit-word", "ask-for-pdf"])
def test_there_is_no_record_before_the_return(auditor, people, version, stage, route):
    audit = audit_at(stage, people, version)
    method = auditor.post if route == "ask-for-pdf" else auditor.get

    assert method(reverse(route, args=[audit.pk])).status_code == 404
    assert not Document.objects.exists()


@pytest.mark.parametrize("who", ["stranger", "moderator", "reader"])
def test_whoever_may_not_read_the_record_gets_no_pdf(audit, people, who):
    client = as_person(getattr(people, who))

    assert client.post(reverse("ask-for-pdf", args=[audit.pk])).status_code == 404
    assert not Document.objects.exists()


def test_the_record_shows_grade_answers_actions_and_the_note(auditor, audit, people):
    page = auditor.get(reverse("audit-record", args=[audit.pk])).content.decode()

    assert f"Mosaic number {audit.case.number}" in page
    assert page.count("Hold a family network meeting and record who will do what.") == 2
    assert "What we saw" in page
    assert f"Auditor: {people.auditor.name}. Key worker: {people.worker.name}." in page


def test_words_of_a_person_are_shown_as_they_wrote_them(auditor, people, version):
    audit = audit_at("in_session", people, version)
    hostile = "<script>alert(1)</script>"
    answer(audit, "voice.note", Given(text=hostile), by=people.auditor)
    audit = finish(audit)

    page = auditor.get(reverse("audit-record", args=[audit.pk])).content.decode()

    assert hostile not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_record_takes_the_same_queries_with_more_answers_and_actions(auditor, people, version):
    little = audit_at("returned", people, version)
    much = audit_at("in_session", people, version)
    answer(much, "voice.rating", Given(number=4), by=people.worker)
    answer(much, "voice.seen", Given(text="no"), by=people.worker)
    answer(much, "voice.seen_on", Given(day=date(2026, 5, 4)), by=people.worker)
    for what in ("First", "Second", "Third"):
        plan = Plan("improve", what, "", people.worker, date(2026, 12, 1))
        record_action(much, plan, by=people.auditor, at=NOW)
    much = finish(much)
    counts = []
    for audit in (little, much):
        address = reverse("audit-record", args=[audit.pk])
        auditor.get(address)
        with CaptureQueriesContext(connection) as queries:
            auditor.get(address)
        counts.append((audit.answers.count() + audit.case.actions.count(), len(queries)))

    (few_rows, few), (many_rows, many) = counts
    assert few_rows < many_rows
    assert few == many


def test_the_word_file_opens_and_its_name_holds_no_person(auditor, audit):
    answer = auditor.get(reverse("audit-word", args=[audit.pk]))

    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="audit-{audit.reference}.docx"'
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert WordFile(BytesIO(answer.content)).core_properties.title.endswith(audit.reference)


def test_the_word_file_is_made_whatever_was_pasted(auditor, people, version):
    audit = audit_at("in_session", people, version)
    answer(audit, "voice.note", Given(text="one\x0btwo\x1b"), by=people.auditor)
    audit = finish(audit)

    content = auditor.get(reverse("audit-word", args=[audit.pk])).content

    texts = [one.text for one in WordFile(BytesIO(content)).paragraphs]
    assert "What we saw: one\ntwo" in texts


def test_the_pdf_is_asked_for_once_and_fetched_when_it_is_ready(auditor, audit):
    for _ in range(2):
        asked = auditor.post(reverse("ask-for-pdf", args=[audit.pk]))
    document = Document.objects.get()
    page = reverse("document", args=[document.pk])
    file = reverse("document-file", args=[document.pk])
    assert asked.headers["Location"] == page
    assert "The PDF is being made." in auditor.get(page).content.decode()
    assert auditor.get(file).status_code == 404

    make_document(document.pk, at=NOW)

    assert "The PDF is ready." in auditor.get(page).content.decode()
    fetched = auditor.get(file)
    assert fetched.content.startswith(b"%PDF-1.")
    assert fetched.headers["Content-Type"] == "application/pdf"
    assert fetched.headers["Content-Disposition"] == (
        f'attachment; filename="audit-{audit.reference}.pdf"'
    )


def test_a_failure_is_shown_with_its_reason_and_can_be_tried_again(
    auditor, audit, people, without_pango, monkeypatch
):
    document = ask_for_document(audit, by=people.auditor, at=NOW)
    make_document(document.pk, at=NOW)

    page = auditor.get(reverse("document", args=[document.pk])).content.decode()
    assert "PDF is off on this server." in page
    assert f'action="{reverse("ask-for-pdf", args=[audit.pk])}"' in page

    monkeypatch.undo()
    auditor.post(reverse("ask-for-pdf", args=[audit.pk]))
    again = Document.objects.exclude(pk=document.pk).get()
    assert make_document(again.pk, at=NOW) is True


def test_the_page_asks_again_by_itself_only_while_it_waits(auditor, audit, people):
    document = ask_for_document(audit, by=people.auditor, at=NOW)
    address = reverse("document", args=[document.pk])

    waiting = auditor.get(address, headers={"HX-Request": "true"}).content.decode()
    make_document(document.pk, at=NOW)
    ready = auditor.get(address, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in waiting
    assert "hx-trigger" in waiting
    assert "hx-trigger" not in ready


@pytest.mark.parametrize("route", ["document", "document-file"])
def test_a_document_is_only_for_whoever_asked(audit, people, route):
    document = ask_for_document(audit, by=people.worker, at=NOW)
    make_document(document.pk, at=NOW)
    address = reverse(route, args=[document.pk])

    see = {
        name
        for name, person in people.everybody().items()
        if as_person(person).get(address).status_code == 200
    }

    assert see == {"worker"}


def test_the_pdf_is_closed_to_whoever_may_no_longer_open_the_audit(audit, people):
    document = ask_for_document(audit, by=people.manager, at=NOW)
    make_document(document.pk, at=NOW)
    client = as_person(people.manager)
    address = reverse("document-file", args=[document.pk])
    assert client.get(address).status_code == 200

    people.manager.holdings.update(to_on=date(2026, 11, 9))

    assert client.get(address).status_code == 404


def test_the_pdf_is_closed_after_its_audit_is_reopened_for_a_manager(audit, people):
    document = ask_for_document(audit, by=people.manager, at=NOW)
    make_document(document.pk, at=NOW)
    Audit.objects.filter(pk=audit.pk).update(state="in_session")

    answer = as_person(people.manager).get(reverse("document-file", args=[document.pk]))

    assert answer.status_code == 404


def test_each_reading_leaves_a_line_in_the_trail_without_names(auditor, audit, people):
    auditor.get(reverse("audit-record", args=[audit.pk]))
    auditor.get(reverse("audit-word", args=[audit.pk]))
    auditor.post(reverse("ask-for-pdf", args=[audit.pk]))
    document = Document.objects.get()
    make_document(document.pk, at=NOW)
    auditor.get(reverse("document-file", args=[document.pk]))

    lines = TrailEntry.objects.filter(
        subject_type="audits.audit", subject_id=audit.pk, by_id=people.auditor.pk
    ).order_by("id")
    assert list(lines.values_list("verb", "detail"))[-5:] == [
        ("open record", {}),
        ("download Word file", {}),
        ("ask for record", {}),
        ("ask for PDF", {}),
        ("download PDF", {}),
    ]
