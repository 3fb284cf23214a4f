"""The moderator's form: no save overwrites a colleague unasked, nothing typed is lost, no grade stays by mistake."""

import html
import re

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from audits.services.returning import reopen_audit
from moderation.asking import AGREE, GRADE, PROPOSE, SUPPORTED, Asked, Said
from moderation.models import Moderation
from moderation.selectors.moderating import asked_of, said_of
from moderation.services.assigning import assign
from moderation.services.choosing import choose_by_hand
from moderation.services.viewing import hand_in, save_view
from moderation.states import ModerationState
from moderation.words import line_of, talk_words
from reporting.builders.moderation_record import build, case_note
from standards.policy import Content
from standards.selectors import edition
from tests.moderation.panel_scenes import room
from tests.moderation.scenes import council, moderator, moment, returned, saying, waiting

pytestmark = pytest.mark.django_db
State = ModerationState
AT = moment(2026, 7, 21)
TYPED = "Forty minutes of writing"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?')


@pytest.fixture
def scene():
    """A panel with one audit before it."""
    found = room()
    found.june(1)
    found.planned(number=1)
    return found


def before_the_panel():
    """The moderation of the only audit before the panel, as it is now."""
    return Moderation.objects.with_audit().get()


def hidden(page):
    """The hidden fields of the form that came back."""
    return {name: html.unescape(value) for name, value in HIDDEN.findall(page)}


def opened(client, user, one):
    """The hidden fields of the form as somebody opens it."""
    client.force_login(user)
    page = client.get(reverse("moderation-view", args=[one.pk])).content.decode()
    return {name: hidden(page)[name] for name in ("read_version", "told_version", "opened")}


def sent(client, one, quiet=False, **data):
    """The form as the browser sends it: by itself, or by the button that keeps it for later."""
    address = reverse("moderation-view", args=[one.pk])
    if quiet:
        return client.post(address, data, headers={"HX-Request": "true"})
    return client.post(address, data | {"later": "yes"})


def texts(one):
    """What is written, by the content's code."""
    return {key[0]: said.text for key, said in said_of(one).items() if said.text}


def by_the_chair(scene, one, words, read_version=0):
    """The chair saves words on the quality of the audit."""
    said = {("quality", ""): Said(text=words)}
    return save_view(one, said, read_version=read_version, by=scene.chair, at=AT)


# Two people in one form ---------------------------------------------------------------------------


def test_two_people_in_different_fields_keep_each_others_words(scene, client):
    one = before_the_panel()
    form = opened(client, scene.other_head, one)
    by_the_chair(scene, one, "The chair's paragraph")

    for words in ("Learn", "Learn more"):
        answer = sent(client, one, quiet=True, **form, quality="", messages=words)
        form = hidden(answer.content.decode())
        assert answer.status_code == 200

    assert texts(one) == {"quality": "The chair's paragraph", "messages": "Learn more"}


def test_a_form_that_saves_itself_never_overwrites_however_often_it_tries(scene, client):
    one = before_the_panel()
    form = opened(client, scene.other_head, one)
    by_the_chair(scene, one, "The chair's paragraph")

    for words in ("Mine", "Mine again"):
        answer = sent(client, one, quiet=True, **form, quality=words, messages="")
        form = hidden(answer.content.decode())
        assert answer.status_code == 422
        assert "Somebody has saved this form" in answer.content.decode()

    assert texts(one) == {"quality": "The chair's paragraph"}


def test_only_a_button_overwrites_and_only_after_the_person_was_told(scene, client):
    one = before_the_panel()
    form = opened(client, scene.other_head, one)
    by_the_chair(scene, one, "The chair's paragraph")

    told = sent(client, one, **form, quality="Mine", messages="")
    form = {name: hidden(told.content.decode())[name] for name in form}
    quiet = sent(client, one, quiet=True, **form, quality="Mine", messages="")
    form = hidden(quiet.content.decode())
    between = texts(one)
    pressed = sent(client, one, **form, quality="Mine", messages="")

    assert [told.status_code, quiet.status_code, pressed.status_code] == [422, 422, 302]
    assert "Mine" in told.content.decode()
    assert between == {"quality": "The chair's paragraph"}
    assert texts(one) == {"quality": "Mine"}


@pytest.mark.parametrize("quiet", [True, False])
def test_what_the_colleague_has_saved_is_shown_beside_ones_own_words(scene, client, quiet):
    one = before_the_panel()
    form = opened(client, scene.other_head, one)
    one = by_the_chair(scene, one, "The chair's paragraph")
    verdict = {("verdict", ""): Said(code="supported")}
    save_view(one, verdict, read_version=1, by=scene.chair, at=AT)

    answer = sent(client, one, quiet=quiet, **form, quality="Mine", messages="Learn")

    page = " ".join(strip_tags(answer.content.decode()).split())
    _, _, theirs = page.partition("What is saved now")
    assert "The chair&#x27;s paragraph" in theirs
    assert "Supported" in theirs
    assert "Messages for learning Left empty" not in theirs  # nobody has touched it


def test_the_blanks_of_an_old_form_wipe_nothing_even_by_a_button(scene, client):
    one = before_the_panel()
    form = opened(client, scene.other_head, one)
    one = by_the_chair(scene, one, "The chair's paragraph")
    save_view(one, {("messages", ""): Said(text="A")}, read_version=1, by=scene.chair, at=AT)

    told = sent(client, one, **form, quality="", messages="B")
    form = {name: hidden(told.content.decode())[name] for name in form}
    sent(client, one, **form, quality="", messages="B")

    assert texts(one) == {"quality": "The chair's paragraph", "messages": "B"}


def test_nobody_hands_in_what_a_colleague_has_written_meanwhile_without_being_told(scene, client):
    one = before_the_panel()
    form = opened(client, scene.other_head, one)
    by_the_chair(scene, one, "The chair's paragraph")
    address, data = (
        reverse("moderation-view", args=[one.pk]),
        {"verdict": "supported", "quality": "", "messages": "Learn"},
    )

    told = client.post(address, form | data)
    form = {name: hidden(told.content.decode())[name] for name in form}
    handed_in = client.post(address, form | data)

    assert [told.status_code, handed_in.status_code] == [422, 302]
    assert "Somebody has saved this form" in told.content.decode()
    assert before_the_panel().state == State.FINAL
    assert texts(one) == {"quality": "The chair's paragraph", "messages": "Learn"}


def test_what_does_not_fit_together_is_kept_though_it_cannot_be_handed_in(scene, client):
    one = before_the_panel()
    form = opened(client, scene.chair, one)
    data = {"verdict": "not_supported", "verdict__grade": one.before, "quality": "Thin."}

    answer = client.post(reverse("moderation-view", args=[one.pk]), form | data)

    assert "Choose another grade than the auditor" in answer.content.decode()
    assert said_of(one)["verdict", GRADE] == Said(code=one.before)
    assert texts(one) == {"quality": "Thin."}


def test_words_taken_out_on_purpose_are_taken_out(scene, client):
    one = by_the_chair(scene, before_the_panel(), "The chair's paragraph")
    form = opened(client, scene.other_head, one)

    sent(client, one, **form, quality="", messages="")

    assert texts(one) == {}


@pytest.mark.parametrize("broken", ["null", "[1]", "{"])
def test_a_form_that_does_not_say_how_it_was_opened_overwrites_nothing(scene, client, broken):
    one = before_the_panel()
    form = opened(client, scene.other_head, one)
    by_the_chair(scene, one, "The chair's paragraph")

    answer = sent(client, one, **(form | {"opened": broken}), quality="Mine", messages="")

    assert answer.status_code == 422
    assert texts(one) == {"quality": "The chair's paragraph"}


# A moderation that ends meanwhile -----------------------------------------------------------------


def test_words_typed_into_a_moderation_that_was_called_off_are_shown_and_said_to_be_unsaved(client):
    place = council("bexley")
    audit = returned(place, "6", moment(2026, 7, 1))
    who, officer = place.people.moderator, place.people.officer
    chosen = choose_by_hand(audit, reason="A complaint.", by=officer, at=AT)
    one = assign(chosen, who, by=officer, at=AT)
    reopen_audit(audit, reason="A page was missing.", by=place.people.qa_head, at=AT)
    client.force_login(who)

    page = sent(client, one, read_version="0", good_practice=TYPED)
    fragment = sent(client, one, quiet=True, read_version="0", good_practice=TYPED)

    assert [page.status_code, fragment.status_code] == [422, 422]
    assert TYPED in page.content.decode()
    assert "<html" not in fragment.content.decode()
    for answer in (page, fragment):
        assert "closed meanwhile; these words were not saved" in answer.content.decode()
    assert texts(one) == {}
    read = client.get(reverse("moderation-view", args=[one.pk]))
    assert (read.status_code, read.url) == (302, reverse("moderation", args=[one.pk]))


def test_a_member_is_told_that_another_has_handed_the_verdict_in(scene, client):
    one = before_the_panel()
    form = opened(client, scene.other_head, one)
    scene.judged(one, AT)
    kept = texts(one)

    answer = sent(client, one, **form, quality=TYPED, messages="")

    assert answer.status_code == 422
    assert TYPED in answer.content.decode()
    assert texts(one) == kept


# A grade that does not belong ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        ("agreement", AGREE, "Agrees with the grade"),
        ("agreement", PROPOSE, "Proposes another grade: inadequate"),
        ("verdict", SUPPORTED, "Supported"),
        ("verdict", "sent_back", "Sent back"),
        ("verdict", "not_supported", "Not supported: inadequate"),
    ],
)
def test_a_grade_stands_beside_a_proposal_and_a_refusal_only(kind, code, words):
    one = Asked(Content("view", "View", kind, required=True))
    said = {("view", ""): Said(code=code), ("view", GRADE): Said(code="inadequate")}

    assert line_of(one, said).words == words


def test_a_proposed_grade_goes_when_the_moderator_agrees_after_all(client):
    place = council("lancashire")
    audit = returned(place, "inadequate", moment(2026, 6, 10), actions=0)
    who = moderator(place)
    one = assign(waiting(audit), who, by=place.people.officer, at=AT)
    name = next(asks.name for asks in asked_of(one) if asks.content.kind == "agreement")
    grade = f"{name}__{GRADE}"
    form = opened(client, who, one)

    first = sent(client, one, quiet=True, **form, **{name: PROPOSE, grade: "good"})
    kept = said_of(one)[name, GRADE]
    form = hidden(first.content.decode())
    sent(client, one, quiet=True, **form, **{name: AGREE, grade: "good"})

    assert kept == Said(code="good")
    assert said_of(one)[name, GRADE].blank
    one = waiting(audit)
    said = saying(one) | {(name, GRADE): Said(code="good")}
    done = hand_in(one, said, read_version=one.version, by=who, at=AT)
    assert "Agrees with the grade: " not in case_note(
        build(Moderation.objects.with_audit().get(pk=done.pk))
    )


def test_whom_the_moderator_talks_with_is_said_in_words(scene):
    policy = edition(before_the_panel().audit.version).policy
    post = policy.post_types[0]

    said = talk_words(["auditor", "worker.line_manager", f"council.post.{post.code}"], policy)

    assert said == ["the auditor", "the worker's line manager", f"whoever is {post.title}"]
