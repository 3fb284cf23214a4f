"""The minutes of a panel: as values, as a page, as a PDF (E-21)."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pikepdf
import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.moves import Refused
from moderation.asking import Said
from moderation.models import Moderation
from moderation.services.panels import Change, change_panel, close_panel
from reporting.builders.panel_minutes import Item, Minutes, Present, build
from reporting.models import Document
from reporting.pdf import render_pdf
from reporting.services import ask_for_document, make_document
from tests.access.test_every_url import signed_in
from tests.moderation.panel_scenes import JULY, room
from tests.moderation.scenes import moment
from tests.reporting.test_pdf import HOSTILE, elements

pytestmark = pytest.mark.django_db
HELD = moment(2026, 7, 21, 14)
AFTER = moment(2026, 7, 22)


@pytest.fixture
def scene(settings):
    settings.TEST_CLOCK = AFTER
    return room()


@pytest.fixture
def panel(scene):
    """Four of five audits of June: one not supported, one sent back, one supported, one without a verdict."""
    scene.june(5)
    panel = scene.planned()
    first, second, third, _ = items(panel)
    said = {("quality", ""): Said(text="The effect on the child is not shown.")}
    scene.judged(first, HELD, "requires_improvement", instead=said)
    scene.judged(second, HELD, instead={("verdict", ""): Said(code="sent_back")})
    scene.judged(third, HELD)
    return panel


def items(panel):
    return list(panel.moderations.with_audit().order_by("audit__reference"))


def change(scene, panel):
    words = Change(
        date(2026, 7, 21),
        scene.members,
        apologies="The principal social worker",
        notes="The next panel is in August.",
        messages="Say what changed for the child.",
    )
    return change_panel(panel, words, by=scene.officer, at=HELD)


def page_of(minutes):
    return render_to_string("reporting/panel_minutes_pdf.html", {"minutes": minutes})


def test_the_head_says_who_when_and_how_it_was_drawn(scene, panel):
    minutes = build(change(scene, panel))

    assert replace(minutes, items=()) == Minutes(
        council="Bracknell Forest",
        number=1,
        framework=minutes.framework,
        case_label=minutes.case_label,
        held_on=date(2026, 7, 21),
        draft=True,
        closed_at=None,
        chair=Present(scene.chair.name, minutes.chair.posts),
        members=tuple(
            Present(one.name, next(seat.posts for seat in minutes.members if seat.name == one.name))
            for one in sorted(scene.members, key=lambda one: one.name)
        ),
        apologies="The principal social worker",
        from_on=date(2026, 6, 1),
        to_on=date(2026, 6, 30),
        returned=5,
        pool=5,
        seed=panel.selection.seed,
        fingerprint=panel.selection.fingerprint,
        items=(),
        messages="Say what changed for the child.",
        notes="The next panel is in August.",
    )


def test_each_audit_has_its_verdict_and_where_its_grade_stands(scene, panel):
    minutes = build(panel)

    assert [(one.verdict, one.stage, one.after) for one in minutes.items] == [
        ("Not supported: Requires improvement", "Provisional: chair and auditor meet", ""),
        ("Sent back", "Open for its auditor again", ""),
        ("Supported", "Final", "Good"),
        ("", "Provisional", ""),
    ]
    first = minutes.items[0]
    assert [(one.label, one.text) for one in first.said] == [
        ("Quality of the audit", "The effect on the child is not shown."),
        ("Messages for learning", "What we saw: Messages for learning"),
    ]
    assert minutes.items[3].said == ()


def test_what_is_only_being_written_is_not_minuted(scene, panel):
    one = items(panel)[3]
    one.items.create(content="verdict", code="not_supported")
    one.items.create(content="quality", text="Half a thought")

    assert build(panel).items[3] == replace(build(panel).items[3], verdict="", said=())


def test_recusals_name_who_took_no_part_and_never_why(scene, panel):
    minutes = build(panel)

    references = ", ".join(one.reference for one in minutes.items)
    assert minutes.recusals == ((scene.own_head.name, references),)
    page = page_of(minutes)
    assert f"{scene.own_head.name}: audit {references}" in page
    assert "manages the worker" not in page


def test_no_auditor_worker_or_child_is_named(scene, panel):
    page = page_of(build(change(scene, panel)))

    for one in items(panel):
        assert one.audit.auditor.name not in page
        assert one.audit.worker.name not in page
        assert one.audit.case.number in page


def test_after_the_end_they_are_final(scene, panel):
    scene.judged(items(panel)[3], HELD)
    close_panel(panel, by=scene.officer, at=AFTER)
    panel.refresh_from_db()

    minutes = build(panel)

    assert (minutes.draft, minutes.closed_at) == (False, AFTER)
    page = page_of(minutes)
    assert "<h1>Minutes of validation panel 1</h1>" in page
    assert "Draft" not in page


def test_a_draft_says_so_and_picks_by_hand_have_no_seed(scene):
    audit = scene.june(1)[0]
    panel = scene.planned(picked=frozenset({audit.pk}))

    page = page_of(build(panel))

    assert "Draft: the panel is not closed yet." in page
    assert "picked by hand" in page
    assert "Seed" not in page


PLAIN = Minutes(
    council="Northshire",
    number=3,
    framework="Framework, edition 1",
    case_label="Case number",
    held_on=date(2026, 7, 21),
    draft=True,
    closed_at=None,
    chair=Present("Amina Okafor", "Head of quality assurance"),
    members=(),
    apologies="",
    from_on=date(2026, 6, 1),
    to_on=date(2026, 6, 30),
    returned=2,
    pool=2,
    seed="abc",
    fingerprint="def",
    items=(
        Item("2026-0001", "7", "Drawn by chance", "Good", "Supported", "Final", "Good", (), ()),
    ),
    messages="",
    notes="",
)


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_words_stand_in_the_page_as_words(typed):
    minutes = replace(PLAIN, council=typed, apologies=typed, messages=typed, notes=typed)

    html = page_of(minutes)

    assert not re.search("<(img|link|script|iframe)", html)
    assert html.count("<style>") == 1


def test_the_pdf_is_tagged_with_title_headings_and_tables(scene, panel):
    pdf = pikepdf.open(BytesIO(render_pdf(page_of(build(panel)))))

    assert str(pdf.Root.Lang) == "en-GB"
    with pdf.open_metadata() as about:
        assert about["dc:title"] == "Draft minutes of validation panel 1"
        assert about["pdfuaid:part"] == "1"
    kinds = elements(pdf)
    assert [one for one in kinds if re.fullmatch("/H[1-6]", one)] == [
        "/H1",
        "/H2",
        "/H2",
        "/H3",
        "/H3",
        "/H3",
        "/H2",
    ]
    assert kinds.count("/Table") == 3


# --- asking for them -----------------------------------------------------------------------------


def test_there_are_none_before_the_first_verdict(scene):
    scene.june(1)
    panel = scene.planned(number=1)

    with pytest.raises(Refused, match="once the panel has given its first verdict"):
        ask_for_document(panel, by=scene.officer, at=JULY)

    answer = signed_in(scene.officer).post(reverse("ask-for-minutes", args=[panel.pk]))
    assert answer.status_code == 422
    assert not Document.objects.exists()


def test_members_and_the_qa_team_get_the_minutes_and_nobody_else_does(scene, panel):
    address = reverse("ask-for-minutes", args=[panel.pk])
    people = scene.place.people

    codes = {
        user.name: signed_in(user).post(address).status_code
        for user in (*scene.members, scene.chair, people.auditor, people.director, people.worker)
    }

    assert list(codes.values()) == [302] * 5 + [404] * 3


def test_the_pdf_is_made_once_and_fetched_by_whoever_asked(scene, panel):
    client = signed_in(scene.social_worker)
    for _ in range(2):
        client.post(reverse("ask-for-minutes", args=[panel.pk]))
    document = Document.objects.get()

    assert make_document(document.pk, at=AFTER) is True
    assert make_document(document.pk, at=AFTER) is False

    page = client.get(reverse("document", args=[document.pk])).content.decode()
    assert "Minutes of validation panel 1 (PDF)" in page
    answer = client.get(reverse("document-file", args=[document.pk]))
    assert answer.content.startswith(b"%PDF-1.")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="panel-1-minutes.pdf"'
    panel.members.remove(scene.social_worker)
    assert client.get(reverse("document-file", args=[document.pk])).status_code == 404


def test_somebody_whose_own_work_is_before_the_panel_waits_for_its_grade(scene):
    audits = scene.june(2)
    type(audits[0]).objects.filter(pk=audits[0].pk).update(worker=scene.social_worker)
    panel = scene.planned(number=2)
    first, second = items(panel)
    scene.judged(second, HELD)
    client = signed_in(scene.social_worker)
    address = reverse("ask-for-minutes", args=[panel.pk])

    assert client.post(address).status_code == 422
    scene.judged(first, HELD)

    assert client.post(address).status_code == 302


def test_somebody_who_still_has_to_grade_one_of_its_audits_waits(scene, panel):
    document = ask_for_document(panel, by=scene.officer, at=AFTER)
    make_document(document.pk, at=AFTER)
    audit = Moderation.objects.filter(panel=panel).first().audit
    audit.readers.create(user=scene.officer, part="calibration", blind=True, since=AFTER)
    client = signed_in(scene.officer)

    assert client.get(reverse("document-file", args=[document.pk])).status_code == 422
    assert client.post(reverse("ask-for-minutes", args=[panel.pk])).status_code == 422


def test_the_minutes_take_four_queries_more_for_each_audit_at_most(scene, panel):
    few = counted(panel)
    audits = frozenset(audit.pk for audit in scene.june(4))
    more = scene.planned(picked=audits)
    for one in items(more):
        scene.judged(one, HELD)

    assert counted(more) <= few + 4


def counted(panel):
    """How many queries the minutes of a panel take."""
    panel = type(panel).objects.select_related("chair", "council", "selection").get(pk=panel.pk)
    build(panel)
    with CaptureQueriesContext(connection) as queries:
        build(panel)
    return len(queries)
