"""Packs: who makes and opens them, what they hold, and that nobody is named in them."""

import io
from datetime import date
from types import SimpleNamespace

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actions.models import Action
from audits.models import Answer, Audit, GradeEvent, Reader
from cases.models import CaseFile
from core.models import TrailEntry
from core.moves import Refused
from feedback.models import Reply
from people.models import User
from reporting.builders.pack_pages import NOT_FOR_YOU, texts_of
from reporting.models import Pack
from reporting.services import packs as service
from reporting.services.packs import Wish, ask_for_pack, make_pack, share
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast
from tests.factories.packs import shared_pack
from tests.moderation.scenes import council, returned
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
NAMES = {
    "worker": "Sofia Moretti",
    "auditor": "Grace Bennett-Vale",
    "manager": "Amara Oyelaran",
    "moderator": "Zara Khalil",
}
SAID = (
    "Sofia and Ms Bennett-Vale saw case {number} with Amara Oyelaran’s help; ring 07700 900123. "
    "Zara agreed with S. Moretti."
)


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = NOW
    made = cast("eastmere")
    for part, name in NAMES.items():
        User.objects.filter(pk=getattr(made, part).pk).update(name=name)
    return made


@pytest.fixture
def version():
    return framework()


@pytest.fixture
def audit(people, version):
    """A returned audit in which everybody is named, in answers, actions and feedback."""
    found = audit_at("returned", people, version)
    words = SAID.format(number=found.case.number)
    Answer.objects.filter(audit=found, part__kind="long_text").update(text=words)
    Action.objects.filter(source_id=found.pk).update(what=f"Talk. {words}", why=words)
    return found


@pytest.fixture
def pack(people, audit):
    wish = Wish(
        Pack.Kind.INSPECTION, "Six children", f"Learned with Sofia about {audit.case.number}."
    )
    return ask_for_pack(wish, [audit], by=people.officer, at=NOW)


def as_person(user):
    return sign_in(Client(), user)


def text_of(pages):
    """Everything that a pack prints, as the template has it."""
    return service.render_to_string("reporting/pack_pdf.html", {"pack": pages})


def test_a_pack_names_nobody(pack, audit, people):
    html = text_of(service.read(Pack.objects.get(pk=pack.pk), at=NOW))

    said = [
        name
        for name in (*NAMES.values(), audit.case.number, "Moretti", "Bennett", "07700")
        if name in html
    ]
    assert said == []
    assert "[the worker] and [the auditor] saw case Child 1 with [the manager]’s help" in html
    assert "Learned with [a member of staff] about Child 1." in html
    assert audit.reference not in html


def test_feedback_goes_to_leaders_only_where_the_framework_lets_them_read_it(settings):
    settings.TEST_CLOCK = NOW
    place = council("bexley")
    people, audit = place.people, returned(place, "6", NOW)
    User.objects.filter(pk=people.worker.pk).update(name="Sofia Moretti")
    common = {
        "council": audit.council,
        "version": audit.version,
        "instrument": "audit_child",
        "audit": audit,
        "case": audit.case,
        "way": "in_person",
        "outcome": "declined",
        "received_on": NOW.date(),
        "entered_by": people.auditor,
        "entered_at": NOW,
        "reason": "Sofia asked twice.",
    }
    for privacy, roles in (
        ("identified", []),
        ("identified", ["senior_leader"]),
        ("confidential", ["senior_leader"]),
    ):
        Reply.objects.create(**common, privacy=privacy, sees_answers=roles)

    notes = {}
    for kind in Pack.Kind.values:
        pack = ask_for_pack(Wish(kind, "One child"), [audit], by=people.officer, at=NOW)
        (chapter,) = service.read(pack, at=NOW).chapters
        notes[kind] = [one.note for one in chapter.voices]

    asked = "[the worker] asked twice."
    assert notes == {"inspection": [asked, asked], "slt": [NOT_FOR_YOU, asked]}


def test_make_pack_twice_makes_one_file_with_an_index(pack):
    assert make_pack(pack.pk, at=NOW) is True
    made = Pack.objects.values().get(pk=pack.pk)

    assert make_pack(pack.pk, at=NOW) is False

    assert Pack.objects.values().get(pk=pack.pk) == made
    assert bytes(made["content"]).startswith(b"%PDF-1.")
    assert (made["state"], made["tries"], made["pages"] > 1) == ("ready", 1, True)


def test_a_pack_that_fails_three_times_stays_failed(pack):
    Pack.objects.filter(pk=pack.pk).update(tries=3)

    assert make_pack(pack.pk, at=NOW) is False

    assert Pack.objects.get(pk=pack.pk).state == "failed"


def test_two_audits_of_one_child_have_one_number(people, version, audit):
    second = audit_at("returned", people, version)
    third = audit_at("returned", people, version)
    Audit.objects.filter(pk=third.pk).update(case=audit.case)
    found = [audit, second, Audit.objects.get(pk=third.pk)]

    pack = ask_for_pack(Wish("slt", "Both"), found, by=people.officer, at=NOW)

    assert [one.pseudonym for one in pack.items.all()] == ["Child 1", "Child 2", "Child 1"]


@pytest.mark.parametrize("audits", [[], None])
def test_a_pack_needs_some_audits_and_not_too_many(people, audit, audits):
    wanted = [audit] * (service.MOST + 1) if audits is None else audits

    with pytest.raises(Refused):
        ask_for_pack(Wish("slt", "Many"), wanted, by=people.officer, at=NOW)


def test_the_queries_of_a_pack_grow_by_the_same_number_for_each_child(people, version, audit):
    packs = []
    for number in (1, 2, 3):
        audits = [audit_at("returned", people, version) for _ in range(number)]
        packs.append(ask_for_pack(Wish("slt", "Some"), audits, by=people.officer, at=NOW))
    counts = []
    for pack in packs:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            service.read(Pack.objects.get(pk=pack.pk), at=NOW)
        counts.append(len(seen))

    assert counts[2] - counts[1] == counts[1] - counts[0]


def test_leaders_open_what_is_shared_and_nobody_else_opens_anything(pack, audit, people):
    Pack.objects.filter(pk=pack.pk).update(kind="slt")
    make_pack(pack.pk, at=NOW)
    file = reverse("pack-file", args=[pack.pk])

    before = {
        one: as_person(getattr(people, one)).get(file).status_code
        for one in ("officer", "director", "head", "auditor", "administrator")
    }
    share(Pack.objects.get(pk=pack.pk), by=people.officer, at=NOW)
    after = as_person(people.director).get(file)

    assert before == {
        "officer": 200,
        "director": 404,
        "head": 403,
        "auditor": 403,
        "administrator": 403,
    }
    assert (after.status_code, after["Content-Type"]) == (200, "application/pdf")
    assert as_person(cast("bexley").officer).get(file).status_code == 404
    opened = TrailEntry.objects.filter(verb="open audit in pack", subject_id=audit.pk)
    assert [one.by_id for one in opened.order_by("pk")] == [people.officer.pk, people.director.pk]


def test_an_inspection_pack_is_never_shared(pack, people):
    make_pack(pack.pk, at=NOW)

    found = as_person(people.officer).post(reverse("share-pack", args=[pack.pk]))

    assert (found.status_code, Pack.objects.get(pk=pack.pk).shared_at) == (422, None)
    assert "Only a pack for senior leaders can be shared." in found.content.decode()
    # One that was shared before this was so stays shut as well.
    Pack.objects.filter(pk=pack.pk).update(shared_by=people.officer, shared_at=NOW)
    page = reverse("pack", args=[pack.pk])
    assert as_person(people.director).get(page).status_code == 404


@pytest.mark.parametrize("why", ["blind", "worker", "second_worker"])
def test_nobody_opens_a_pack_with_an_audit_that_is_kept_from_them(people, audit, why):
    pack = shared_pack(people, [audit], NOW)
    if why == "blind":
        for user in (people.qa_head, people.director):
            Reader.objects.create(audit=audit, user=user, part="calibration", blind=True, since=NOW)
        shut, others = [people.qa_head, people.director], [people.officer, people.deputy_director]
    else:
        Audit.objects.filter(pk=audit.pk).update(**{why: people.officer, "state": "grade_query"})
        shut, others = [people.officer], [people.qa_head, people.director]

    pages = [reverse(name, args=[pack.pk]) for name in ("pack", "pack-file")]
    seen = {
        user.pk: {as_person(user).get(page).status_code for page in pages}
        for user in (*shut, *others)
    }

    assert seen == {one.pk: {404} for one in shut} | {one.pk: {200} for one in others}
    assert not Pack.objects.visible_to(shut[0], NOW.date()).exists()


def test_an_older_making_never_writes_over_a_newer_one(pack, people):
    """Row by row: the old worker ends after the pack was asked for anew and is in somebody else's hands."""
    old = service.take_up(pack.pk, at=NOW)
    Pack.objects.filter(pk=pack.pk).update(state="failed")
    service.make_again(pack, ["Zoltan"], by=people.officer, at=NOW)
    new = service.take_up(pack.pk, at=NOW)

    late = service.end(old, state="failed", fault="old")
    between = Pack.objects.values("state", "fault", "tries").get(pk=pack.pk)
    done = service.make(new, at=NOW)
    after = service.make(old, at=NOW)

    assert (late, between) == (False, {"state": "making", "fault": "", "tries": 1})
    assert (done, after, new.lease_until > old.lease_until) == (True, False, True)
    assert Pack.objects.get(pk=pack.pk).state == "ready"


@pytest.mark.parametrize(
    "title", ["About {number}", "Audit {reference}", "Sofia’s work", "Amara Oyelaran"]
)
def test_a_title_names_nobody(audit, people, title):
    words = title.format(number=audit.case.number, reference=audit.reference)

    page = as_person(people.officer).post(
        reverse("new-pack"), {"kind": "slt", "title": words, "audit": [audit.pk]}
    )

    assert (page.status_code, Pack.objects.count()) == (422, 0)
    assert "Enter a title without names of people" in page.content.decode()


def test_a_pack_says_nothing_of_other_files_and_no_day_of_birth(people, version, audit):
    second, other = (audit_at("returned", people, version) for _ in range(2))
    CaseFile.objects.filter(pk=second.case_id).update(date_of_birth=date(2012, 5, 4))
    words = (
        f"Like {other.case.number} and {other.reference}, born May 4th, 2012. Zainab came; x. "
        "Ring 12345."
    )
    Answer.objects.filter(audit=audit, part__kind="long_text").update(text=words)
    Action.objects.filter(source_id=audit.pk).update(why="Quentin helped.")
    pack = ask_for_pack(Wish("slt", "Two"), [audit, second], by=people.officer, at=NOW)
    Pack.objects.filter(pk=pack.pk).update(title="Two with Zoltan", also=["Zoltan"])

    pages = service.read(Pack.objects.get(pk=pack.pk), at=NOW)

    html = text_of(pages)
    said = [one for one in (other.case.number, other.reference, "2012", "Zoltan") if one in html]
    assert said == []
    assert "Like [another file] and [another file], born [a date of birth]." in html
    assert pages.title == "Two with [a name]"
    assert {"Zainab", "Quentin", "12345"} <= set(pages.suspects)


def test_only_the_head_of_qa_reads_who_is_who(pack, audit, people):
    key = reverse("pack-key", args=[pack.pk])

    assert as_person(people.officer).get(key).status_code == 403
    found = as_person(people.qa_head).get(key)

    sheet = openpyxl.load_workbook(io.BytesIO(found.content)).active
    assert list(sheet.values)[1] == ("Child 1", audit.case.number, audit.reference)
    assert TrailEntry.objects.filter(verb="download key of pack").count() == 1


def test_a_pack_is_made_from_ticks_and_case_numbers(audit, people):
    page = as_person(people.officer).post(
        reverse("new-pack"),
        {
            "kind": "inspection",
            "title": "Visit",
            "audit": [audit.pk],
            "numbers": audit.case.number,
            "also": "Zoltan",
        },
    )

    pack = Pack.objects.get()
    assert page.url == reverse("pack", args=[pack.pk])
    assert ([one.audit for one in pack.items.all()], pack.also) == ([audit], ["Zoltan"])


def test_an_unknown_case_number_comes_back_with_what_was_typed(audit, people):
    page = as_person(people.officer).post(
        reverse("new-pack"), {"kind": "slt", "title": "Visit", "numbers": "no-such-number"}
    )

    assert page.status_code == 422
    assert "No returned audit was found for no-such-number." in page.content.decode()
    assert Pack.objects.count() == 0


def test_words_taken_out_later_end_the_sharing(pack, people):
    Pack.objects.filter(pk=pack.pk).update(kind="slt")
    make_pack(pack.pk, at=NOW)
    share(Pack.objects.get(pk=pack.pk), by=people.officer, at=NOW)

    as_person(people.officer).post(reverse("pack-again", args=[pack.pk]), {"also": "Zoltan\nDoris"})

    found = Pack.objects.get(pk=pack.pk)
    assert (found.state, found.also, found.shared_at) == ("waiting", ["Zoltan", "Doris"], None)


def test_every_free_text_of_a_pack_is_looked_through_for_names():
    line = SimpleNamespace(text="said", where="where", scaled=False)
    scaled = SimpleNamespace(text="6", where="minutes", scaled=True)
    entry = SimpleNamespace(lines=(line, scaled))
    record = SimpleNamespace(
        grades=(SimpleNamespace(rationale="rationale"),),
        parts=(SimpleNamespace(entries=(entry,)),),
        suggested_how=("how",),
    )
    moderation = SimpleNamespace(
        said=(SimpleNamespace(text="moderator"),),
        meetings=(SimpleNamespace(view="view", learning="learning"),),
        steps=(SimpleNamespace(reason="reason", decision="decision"),),
    )
    action = SimpleNamespace(what="what", why="why", difference="difference", evidence="evidence")
    voices = (
        SimpleNamespace(relation="aunt", note="note", said=(("Q", "answer"),)),
        SimpleNamespace(relation="", note=NOT_FOR_YOU, said=()),
    )
    chapter = SimpleNamespace(
        record=record, moderation=moderation, actions=(action,), voices=voices
    )

    assert texts_of([chapter]) == [
        "rationale",
        "said",
        "where",
        "minutes",
        "how",
        "moderator",
        "view",
        "learning",
        "reason",
        "decision",
        "what",
        "why",
        "difference",
        "evidence",
        "aunt",
        "note",
        "answer",
    ]


def test_grades_and_values_stay(pack, audit):
    chapter = service.read(Pack.objects.get(pk=pack.pk), at=NOW).chapters[0]

    kinds = {one.kind for one in chapter.record.grades}
    assert kinds == {GradeEvent.Kind.AUDITOR.label}
    assert chapter.record.grade
