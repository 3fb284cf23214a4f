"""The record of a finished moderation: as values, on the page, as Word, as PDF, as a note (J-80, C1-13)."""

import re
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pikepdf
import pytest
from django.db import IntegrityError, connection, transaction
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document as WordFile

from actions.services import Plan
from audits.scoring import Overall
from core.models import TrailEntry
from core.moves import Refused
from moderation.asking import Said
from moderation.services.assigning import assign
from moderation.services.choosing import choose_by_hand
from moderation.services.settling import Meeting, decide, escalate, record_meeting
from moderation.services.viewing import add_action, hand_in
from people.roles import Role
from reporting.builders.moderation_record import build, case_note
from reporting.models import Document
from reporting.pdf import render_pdf
from reporting.services import ask_for_document, make_document
from reporting.word import render_moderation_docx
from tests.access.test_every_url import signed_in
from tests.moderation.scenes import council, moderated, moderator, moment, returned, saying, waiting
from tests.reporting.test_pdf import HOSTILE, elements

pytestmark = pytest.mark.django_db
AT = moment(2026, 9, 18)
NOW = moment(2026, 9, 25)


@pytest.fixture
def bexley(settings):
    settings.TEST_CLOCK = NOW
    return council("bexley")


def chosen(place, grade="6"):
    """A returned audit that the QA team has chosen on 15 September."""
    audit = returned(place, grade, moment(2026, 9, 10))
    at = moment(2026, 9, 15)
    return choose_by_hand(audit, reason="Look at it", by=place.people.officer, at=at)


def agreed_at_a_meeting(place):
    """The auditor's 6 is moderated as 4, and both settle on 5."""
    people = place.people
    found = assign(chosen(place), people.moderator, by=people.officer, at=AT)
    plan = Plan("improve", "Meet the school", "It counts", people.worker, AT.date() + timedelta(7))
    kinds = place.version.policy["actions"]["kinds"]
    plan = replace(plan, kind=kinds[0]["code"])
    add_action(found, plan, by=people.moderator, at=AT)
    found = waiting(found.audit)
    said = saying(found, "4")
    found = hand_in(found, said, read_version=found.version, by=people.moderator, at=AT)
    five = Overall("requires_improvement", 5, surpassed=False)
    met = Meeting(date(2026, 9, 22), "It is thinner than I wrote.", five)
    record_meeting(found, met, by=people.auditor, at=moment(2026, 9, 22, 15))
    met = Meeting(date(2026, 9, 22), "We agree.", five, "Weigh signs of impact.")
    return record_meeting(found, met, by=people.moderator, at=moment(2026, 9, 22, 16))


def decided(place):
    """Auditor and moderator do not settle, and the second rung decides (SC-23)."""
    people = place.people
    who = moderator(place, "GM")
    director = place.somebody("AD", [Role.SENIOR_LEADER], people.service.parent)
    boss = people.head.holdings.get().post
    boss.reports_to = director.holdings.get().post
    boss.save()
    found = waiting(returned(place, "good", moment(2026, 6, 1), moderator=who))
    said = saying(found, "requires_improvement")
    found = hand_in(found, said, read_version=0, by=who, at=moment(2026, 6, 4))
    met = Meeting(date(2026, 6, 8), "We see it differently.", None)
    record_meeting(found, met, by=who, at=moment(2026, 6, 8, 12))
    up = escalate(found, read_rung=0, reason="Not settled.", by=who, at=moment(2026, 6, 8, 15))
    up = escalate(up, read_rung=1, reason="I cannot.", by=people.qa_head, at=moment(2026, 6, 10))
    grade = Overall("requires_improvement", None, surpassed=False)
    return decide(up, grade, reason="The plan is late.", by=director, at=moment(2026, 6, 12))


def test_before_proposed_and_final_stand_with_day_and_post(bexley):
    record = build(agreed_at_a_meeting(bexley))

    assert (record.before, record.proposed, record.after) == (
        "Good",
        "Requires improvement",
        "Requires improvement",
    )
    assert [(one.kind, one.grade, one.on) for one in record.grades] == [
        ("Auditor", "6, Good", date(2026, 9, 10)),
        ("Moderator", "4, Requires improvement", date(2026, 9, 18)),
        ("Agreed", "5, Requires improvement", date(2026, 9, 22)),
    ]
    titles = {
        user.pk: user.holdings.get().post.type.title
        for user in (bexley.people.auditor, bexley.people.moderator)
    }
    auditor, mod = titles.values()
    assert [one.post for one in record.grades] == [auditor, mod, f"{auditor} and {mod}"]
    assert record.moderator == f"{bexley.people.moderator.name}, {mod}"
    assert record.outcome == "Auditor and moderator agreed the grade at their meeting."
    assert record.finished_on == date(2026, 9, 22)


def test_everything_said_the_actions_and_the_meeting_are_in_it(bexley):
    record = build(agreed_at_a_meeting(bexley))

    labels = [one.label for one in record.said]
    contents = bexley.version.policy["moderation"]["contents"]
    asked = [
        one["label"] for one in contents if one.get("kind") not in {"items", "further_actions"}
    ]
    assert [one for one in asked if one in labels] == asked
    assert [(one.what, one.who, one.due_on) for one in record.actions] == [
        ("Meet the school", bexley.people.worker.name, date(2026, 9, 25))
    ]
    assert [(one.part, one.grade, one.view, one.learning) for one in record.meetings] == [
        ("Auditor", "5, Requires improvement", "It is thinner than I wrote.", ""),
        ("Moderator", "5, Requires improvement", "We agree.", "Weigh signs of impact."),
    ]
    assert record.steps == ()


def test_the_ladder_and_the_decision_are_in_it():
    place = council("west-sussex", 2)

    record = build(decided(place))

    assert [(one.reason, one.decided_on, one.grade, one.decision) for one in record.steps] == [
        ("Not settled.", None, "", ""),
        ("I cannot.", date(2026, 6, 12), "Requires improvement", "The plan is late."),
    ]
    assert record.outcome == "Auditor and moderator did not agree. The grade was decided."
    assert record.grades[-1].kind == "Decided"
    page = render_to_string("reporting/moderation_record_pdf.html", {"record": record})
    assert "It was passed on to the next." in page
    assert "The plan is late." in page


def test_an_agreement_says_so_and_keeps_the_grade(bexley):
    done = moderated(chosen(bexley), bexley.people.moderator, AT)

    record = build(done)

    assert (record.before, record.proposed, record.after) == ("Good", "Good", "Good")
    assert record.outcome == "The moderator agreed with the auditor’s grade."
    assert (record.meetings, record.steps, record.actions) == ((), (), ())


def test_the_note_holds_the_grade_what_was_said_and_the_actions_and_no_learning(bexley):
    note = case_note(build(agreed_at_a_meeting(bexley)))

    assert "Final grade: Requires improvement (it was Good)." in note
    assert f"1. Meet the school – {bexley.people.worker.name}, by 25 September 2026" in note
    assert "Weigh signs of impact." not in note
    assert note.endswith("\n")


def test_a_moderation_without_actions_has_none_in_its_note(bexley):
    note = case_note(build(moderated(chosen(bexley), bexley.people.moderator, AT)))

    assert "Final grade: Good." in note
    assert "Further actions" not in note


# --- pages and files -----------------------------------------------------------------------------


def test_whoever_may_see_the_moderation_reads_its_record_once_it_is_final(bexley):
    people = bexley.people
    done = agreed_at_a_meeting(bexley)
    for route in ("moderation-record", "moderation-word"):
        address = reverse(route, args=[done.pk])
        codes = {
            name: signed_in(user).get(address).status_code
            for name, user in people.everybody().items()
        }
        may = {name for name, code in codes.items() if code == 200}
        assert may == {
            "auditor",
            "worker",
            "manager",
            "service_manager",
            "head",
            "deputy_director",
            "director",
            "officer",
            "qa_head",
            "moderator",
        }
        assert set(codes.values()) == {200, 404}


@pytest.mark.parametrize("route", ["moderation-record", "moderation-word"])
def test_there_is_no_record_before_the_end(bexley, route):
    found = assign(chosen(bexley), bexley.people.moderator, by=bexley.people.officer, at=AT)

    assert signed_in(bexley.people.officer).get(reverse(route, args=[found.pk])).status_code == 404
    with pytest.raises(Refused, match="once the moderation is finished"):
        ask_for_document(found, by=bexley.people.officer, at=AT)


def test_on_a_phone_each_table_scrolls_by_itself_and_not_the_page(bexley):
    done = agreed_at_a_meeting(bexley)

    page = signed_in(bexley.people.auditor).get(reverse("moderation-record", args=[done.pk]))

    tables = re.findall(r'(<div class="qa-scroll"[^>]*>)?<table', page.content.decode())
    assert len(tables) == 2
    assert all(tables)


def test_the_page_shows_the_record_the_note_and_the_downloads(bexley):
    done = agreed_at_a_meeting(bexley)
    client = signed_in(bexley.people.worker)

    page = client.get(reverse("moderation-record", args=[done.pk])).content.decode()

    assert "6, Good" in page
    assert "Weigh signs of impact." in page
    assert page.count("Meet the school") == 2
    assert reverse("moderation-word", args=[done.pk]) in page
    assert TrailEntry.objects.filter(verb="open moderation record", subject_id=done.pk).exists()


def test_somebody_who_still_has_to_grade_the_audit_blind_does_not_read_it(bexley):
    done = agreed_at_a_meeting(bexley)
    done.audit.readers.create(user=bexley.people.officer, part="calibration", blind=True, since=AT)

    answer = signed_in(bexley.people.officer).get(reverse("moderation-record", args=[done.pk]))

    assert answer.status_code == 422


def test_the_word_file_has_headings_tables_and_everything_said(bexley):
    done = agreed_at_a_meeting(bexley)
    client = signed_in(bexley.people.auditor)

    answer = client.get(reverse("moderation-word", args=[done.pk]))

    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="moderation-{done.audit.reference}.docx"'
    )
    file = WordFile(BytesIO(answer.content))
    headings = [one.text for one in file.paragraphs if one.style.name == "Heading 1"]
    assert headings == [
        "The grade",
        "What was said",
        "Further actions",
        "The meeting about the grade",
    ]
    rows = [[cell.text for cell in row.cells[:3]] for row in file.tables[0].rows]
    assert rows == [
        ["Whose", "Grade", "When"],
        ["Auditor", "6, Good", "10 September 2026"],
        ["Moderator", "4, Requires improvement", "18 September 2026"],
        ["Agreed", "5, Requires improvement", "22 September 2026"],
    ]
    assert file.tables[1].rows[1].cells[0].text == "Meet the school"


def test_the_word_file_of_a_decision_names_its_rungs():
    file = WordFile(BytesIO(render_moderation_docx(build(decided(council("west-sussex", 2))))))

    texts = [one.text for one in file.paragraphs]
    assert "It was passed on to the next." in texts
    assert "Reason: The plan is late." in texts
    assert any(one.startswith("Decided: 12 June 2026") for one in texts)


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_words_stand_in_page_and_word_file_as_words(bexley, typed):
    instead = {("agreement", ""): Said(code="agree"), ("reason", ""): Said(text=typed)}
    done = moderated(chosen(bexley), bexley.people.moderator, AT, instead=instead)
    record = replace(build(done), council=typed, heading=typed)

    html = render_to_string("reporting/moderation_record_pdf.html", {"record": record})

    assert not re.search("<(img|link|script|iframe)", html)
    assert html.count("<style>") == 1
    assert WordFile(BytesIO(render_moderation_docx(record))).core_properties.title


def test_the_pdf_is_tagged_and_made_in_the_background(bexley):
    done = agreed_at_a_meeting(bexley)
    client = signed_in(bexley.people.moderator)
    client.post(reverse("ask-for-moderation-pdf", args=[done.pk]))
    document = Document.objects.get()

    assert make_document(document.pk, at=AT) is True
    assert make_document(document.pk, at=AT) is False

    answer = client.get(reverse("document-file", args=[document.pk]))
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="moderation-{done.audit.reference}.pdf"'
    )
    pdf = pikepdf.open(BytesIO(answer.content))
    with pdf.open_metadata() as about:
        assert about["pdfuaid:part"] == "1"
    kinds = elements(pdf)
    assert [one for one in kinds if re.fullmatch("/H[12]", one)] == ["/H1"] + ["/H2"] * 4
    page = client.get(reverse("document", args=[document.pk])).content.decode()
    assert f"PDF of the moderation of audit {done.audit.reference}" in page


def test_the_same_page_makes_the_same_file(bexley):
    record = build(agreed_at_a_meeting(bexley))
    html = render_to_string("reporting/moderation_record_pdf.html", {"record": record})

    assert render_pdf(html) == render_pdf(html)


def test_a_document_is_of_exactly_one_thing(bexley):
    done = moderated(chosen(bexley), bexley.people.moderator, AT)
    common = {"council": done.council, "asked_by": bexley.people.officer, "asked_at": AT}

    for things in ({}, {"audit": done.audit, "moderation": done}):
        with pytest.raises(IntegrityError, match="document_of_one_thing"), transaction.atomic():
            Document.objects.create(**common, **things)


def test_the_record_takes_the_same_queries_whatever_happened(bexley):
    client, counts = signed_in(bexley.people.officer), []
    for done in (
        moderated(chosen(bexley), bexley.people.moderator, AT),
        agreed_at_a_meeting(bexley),
    ):
        address = reverse("moderation-record", args=[done.pk])
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))

    assert counts[0] == counts[1]
