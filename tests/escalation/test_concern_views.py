"""The pages of concerns: raising, the timeline, each step, who opens which (C5)."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import TrailEntry
from escalation.models import OfficerEscalation
from escalation.services.handing import hand_over
from escalation.services.stages import answer as answer_stage
from escalation.services.stages import resolve as resolve_concern
from people.roles import Role
from tests.access.test_every_url import signed_in
from tests.escalation.concern_scenes import now, room, stages
from tests.factories.cast import cast
from tests.factories.people import PostHoldingFactory
from tests.factories.standards import edition_of
from tests.programme.scenes import moment

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 20)  # Bexley's edition is in force
MONDAY = moment(2026, 4, 20)


@pytest.fixture
def scene(settings):
    settings.TEST_CLOCK = MONDAY
    return room()


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", answer.content.decode()))


def boxes(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


def at(name, concern):
    return reverse(name, args=[concern.key])


def test_an_officer_raises_a_concern_and_takes_it_to_the_first_stage(scene):
    client, people = signed_in(scene.firo), scene.place.people
    assert "Escalation by a fostering independent reviewing officer" in text_of(
        client.get(reverse("concerns"))
    )
    where = reverse("raise-concern", args=["firo"])
    typed = {
        "reference": "FC-118",
        "worker": people.worker.pk,
        "concern": "No visit since January.",
        "expectation": "A visit within a week.",
        "informal_note": "Talked with the worker.",
    }
    refused = client.post(where, typed)
    assert refused.status_code == 422
    assert "Enter the day of the informal attempt." in text_of(refused)

    page = text_of(client.post(where, typed | boxes("informal_on", date(2026, 3, 16)), follow=True))
    assert "Informal attempt, 16 March 2026 Talked with the worker." in page

    concern = OfficerEscalation.objects.get()
    client.post(at("concern-further", concern), {"index": "1", "why": "no_reply", "reason": ""})
    page = text_of(client.get(at("concern", concern)))
    assert "Stage 1: team manager and service manager, to be answered by 27 April 2026." in page
    assert people.manager.name in page


def test_a_form_offers_every_stage_where_stages_may_be_skipped_and_else_the_next(scene):
    fostering = scene.raised(MONDAY)
    chaired = scene.raised(MONDAY, ladder="cp_chair", by=scene.chair)

    def offered(user, concern):
        form = signed_in(user).get(at("concern-further", concern)).context["form"]
        return [code for code, _ in form.fields["index"].choices]

    assert offered(scene.firo, fostering) == ["1", "2", "3", "4"]
    assert offered(scene.chair, chaired) == ["1"]


def test_each_step_is_taken_by_its_page(scene):
    concern, client = scene.raised(MONDAY), signed_in(scene.firo)
    scene.up(concern, 1, TODAY)
    manager = signed_in(scene.place.people.manager)

    typed = boxes("until", date(2026, 4, 30)) | {"reason": "Ill"}
    page = text_of(client.post(at("concern-time", concern), typed, follow=True))
    assert "27 April 2026 → 30 April 2026 Ill" in page
    assert client.post(at("concern-time", concern), typed).status_code == 422
    page = text_of(manager.post(at("answer-concern", concern), {"answer": "We will."}, follow=True))
    assert "Answer Manager Bexley" in page
    page = text_of(client.get(at("concern-further", concern)))
    assert "Record who was consulted at this stage." in page
    assert client.post(at("concern-consulted", concern), {"consulted": ""}).status_code == 422
    client.post(at("concern-consulted", concern), {"consulted": "The carer"})
    typed = {"index": "2", "why": "not_accepted", "reason": "Not enough."}
    page = text_of(client.post(at("concern-further", concern), typed, follow=True))
    assert "Consulted: The carer" in page
    assert "It went further: the reply was not accepted." in page
    typed = {"outcome": "The carers were visited.", "tags": "visits, planning"}
    page = text_of(client.post(at("resolve-concern", concern), typed, follow=True))
    assert "Learning: planning, visits" in page
    assert "Open it again" in page
    page = text_of(client.post(at("reopen-concern", concern), {"reason": "Again"}, follow=True))
    assert "Opened again" in page
    assert stages(concern)[-1][:2] == (2, "open")


# --- words for a step that is over ---------------------------------------------------------------


def handed_back(answer, why, *words):
    """Whether a page hands words back to copy from, says why, and offers no button."""
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    said, back = text_of(answer), main.partition("This is what you wrote, to copy from")[2]
    assert answer.status_code == 422
    assert f"{why} Your words below are not saved." in said
    for one in words:
        assert one in back
    assert "<button" not in main


def test_an_answer_to_a_stage_that_moved_on_comes_back(scene):
    concern, people = scene.raised(MONDAY), scene.place.people
    client, where = signed_in(people.manager), at("answer-concern", concern)
    assert 'name="stage" value="0"' in client.get(where).content.decode()
    scene.up(concern, 1, TODAY)
    over = "This stage is over since you opened the page."

    handed_back(client.post(where, {"answer": "I rang.", "stage": "0"}), over, "I rang.")
    scene.up(concern, 2, TODAY, why="no_reply")
    handed_back(client.post(where, {"answer": "We visit.", "stage": "1"}), over, "We visit.")

    assert not concern.stages.exclude(reply="").exists()
    refused = TrailEntry.objects.filter(verb="refused", by_id=people.manager.pk)
    assert refused.get().subject_type == "escalation.officerescalation"


def test_an_answer_after_a_colleagues_comes_back_beside_it(scene):
    concern, people = scene.raised(MONDAY), scene.place.people
    scene.up(concern, 1, TODAY)
    answer_stage(concern, "We visit in May.", by=people.service_manager, at=MONDAY)
    typed = {"answer": "We visit in June.", "stage": "1"}

    late = signed_in(people.manager).post(at("answer-concern", concern), typed)

    why = "This stage has been answered since you opened the page."
    handed_back(late, why, "We visit in June.")
    assert "We visit in May." in text_of(late)
    assert now(concern).reply == "We visit in May."


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("answer-concern", {"answer": "Too late"}),
        ("concern-time", boxes("until", date(2026, 5, 4)) | {"reason": "Too late"}),
        ("concern-consulted", {"consulted": "Too late"}),
        ("concern-further", {"index": "2", "why": "no_reply", "reason": "Too late"}),
        ("hand-over-concern", {"officer": "1", "reason": "Too late"}),
        ("resolve-concern", {"outcome": "Too late", "tags": "visits"}),
    ],
)
def test_words_after_the_concern_was_resolved_come_back(scene, name, typed):
    concern, people = scene.raised(MONDAY), scene.place.people
    scene.up(concern, 1, TODAY)
    resolve_concern(concern, "All was visited.", [], by=scene.firo, at=MONDAY)
    who = {"answer-concern": people.manager, "hand-over-concern": people.qa_head}

    late = signed_in(who.get(name, scene.firo)).post(at(name, concern), typed | {"stage": "1"})

    handed_back(late, "This concern has been resolved since you opened the page.", "Too late")
    assert "All was visited." in text_of(late)
    concern.refresh_from_db()
    assert (concern.outcome, concern.stages.count()) == ("All was visited.", 2)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("concern-time", boxes("until", date(2026, 5, 4)) | {"reason": "Too late"}),
        ("concern-further", {"index": "2", "why": "no_reply", "reason": "Too late"}),
    ],
)
def test_an_officers_words_after_it_was_handed_over_come_back(scene, name, typed):
    qa = scene.place.people.officer
    PostHoldingFactory(post=scene.firo.holdings.get().post, user=qa)
    concern = scene.raised(MONDAY, by=qa)
    scene.up(concern, 1, TODAY)
    hand_over(concern, scene.firo, reason="Away", by=scene.place.people.qa_head, at=MONDAY)

    late = signed_in(qa).post(at(name, concern), typed | {"stage": "1"})

    handed_back(late, "This step is not yours to take any more.", "Too late")
    assert stages(concern) == [(0, "closed", None), (1, "open", date(2026, 4, 27))]


def test_a_step_for_an_earlier_stage_is_taken_at_no_later_one(scene):
    concern, client = scene.raised(MONDAY), signed_in(scene.firo)
    typed = {"index": "2", "why": "no_reply", "reason": "It cannot wait.", "stage": "0"}
    scene.up(concern, 1, TODAY)

    over = "This stage is over since you opened the page."
    handed_back(client.post(at("concern-further", concern), typed), over, "It cannot wait.")

    assert now(concern).index == 1


def test_a_reason_after_it_was_opened_again_comes_back(scene):
    concern = scene.raised(MONDAY)

    late = signed_in(scene.firo).post(at("reopen-concern", concern), {"reason": "No visit"})

    handed_back(late, "This concern has been opened again since you opened the page.", "No visit")


def test_who_typed_nothing_is_refused_as_anywhere(scene):
    concern = scene.raised(MONDAY)
    reader = signed_in(scene.place.people.officer)
    assert reader.post(at("answer-concern", concern), {"answer": " "}).status_code == 403

    resolve_concern(concern, "Visited.", [], by=scene.firo, at=MONDAY)

    answer = signed_in(scene.firo).post(at("concern-time", concern), {})
    assert answer.status_code == 422
    assert "This concern is resolved." in text_of(answer)


def test_a_skipped_stage_is_shown_as_skipped(scene):
    concern = scene.raised(MONDAY)
    scene.up(concern, 2, TODAY, reason="It cannot wait.")

    page = text_of(signed_in(scene.firo).get(at("concern", concern)))

    assert "Stage 1: team manager and service manager Skipped Skipped on 20 April 2026." in page


STEPS = {
    "answer-concern": {"manager", "service_manager"},
    "concern-time": {"firo"},
    "concern-consulted": {"firo"},
    "concern-further": {"firo"},
    "hand-over-concern": {"qa_head"},
    "resolve-concern": {"firo"},
    "reopen-concern": {"firo"},
}


@pytest.mark.parametrize(("name", "may"), STEPS.items())
def test_who_may_take_which_step(scene, name, may):
    concern = scene.raised(MONDAY)
    scene.up(concern, 1, TODAY)
    people = scene.place.people.everybody() | {"firo": scene.firo, "iro": scene.iro}
    sees = {"firo", "worker", "manager", "service_manager", "officer", "qa_head"}

    for who, user in people.items():
        expected = 200 if who in may else 403 if who in sees else 404
        assert signed_in(user).get(at(name, concern)).status_code == expected, who


def test_the_head_of_qa_hands_a_concern_over_by_its_page(scene):
    concern = scene.raised(MONDAY)
    other = scene.place.somebody("FIRO", [Role.REVIEWING_OFFICER], scene.place.people.team1)
    client, where = signed_in(scene.place.people.qa_head), at("hand-over-concern", concern)
    assert where in client.get(at("concern", concern)).content.decode()
    assert where not in signed_in(scene.firo).get(at("concern", concern)).content.decode()
    offered = client.get(where).context["form"].fields["officer"].choices
    assert [code for code, _ in offered] == ["", str(other.pk)]
    for typed in ({"officer": other.pk}, {"officer": scene.iro.pk, "reason": "Left"}):
        assert client.post(where, typed).status_code == 422

    page = text_of(client.post(where, {"officer": other.pk, "reason": "She left."}, follow=True))

    assert f"Raised by {other.name}" in page
    assert "Handed over to another officer" in page


def test_a_restricted_concern_is_in_nobody_elses_list_page_or_figures(scene):
    stranger = scene.place.people.stranger
    concern = scene.raised(
        MONDAY,
        by=stranger,
        ladder="practice_concern",
        worker=None,
        reference="",
        informal_on=None,
        informal_note="",
    )

    for user in (scene.place.people.qa_head, scene.place.people.director, scene.iro):
        client = signed_in(user)
        assert client.get(at("concern", concern)).status_code == 404
        assert "Practice feels compromised, 1" not in text_of(client.get(reverse("concerns")))
        assert list(client.get(reverse("concerns") + "?state=all").context["rows"]) == []
    learning = signed_in(scene.place.people.qa_head).get(reverse("concerns-learning"))
    assert learning.context["quarters"] == []
    page = text_of(signed_in(stranger).get(at("concern", concern)))
    assert "the whistleblowing and employee resolution routes stand beside it" in page
    assert signed_in(scene.principal).get(at("resolve-concern", concern)).status_code == 200


def test_who_stands_in_for_the_post_takes_the_steps_of_this_one_concern_by_its_pages(scene):
    director = signed_in(scene.place.people.director)
    said = {"ladder": "practice_concern", "worker": None, "reference": ""}
    other = scene.raised(MONDAY, by=scene.place.people.stranger, **said)
    concern = scene.raised(MONDAY, by=scene.principal, **said)

    page = text_of(director.get(at("concern", concern)))
    assert "Director of children's services" in page.replace("&#x27;", "'")
    assert "Nobody found" not in page
    assert [row.concern for row in director.get(reverse("concerns")).context["rows"]] == [concern]
    for name in ("concern", "answer-concern", "resolve-concern"):
        assert director.get(at(name, concern)).status_code == 200
        assert director.get(at(name, other)).status_code == 404
    typed = {"outcome": "Talked through.", "tags": ""}
    page = text_of(director.post(at("resolve-concern", concern), typed, follow=True))
    assert "Open it again" in page


@pytest.mark.parametrize(("ladder", "who"), [("cp_chair", "chair"), ("iro", "iro")])
def test_the_form_asks_chairs_and_independent_reviewing_officers_for_the_informal_attempt(
    scene, ladder, who
):
    client, where = signed_in(getattr(scene, who)), reverse("raise-concern", args=[ladder])
    fields = client.get(where).context["form"].fields
    assert fields["informal_on"].required
    assert "(optional)" not in fields["informal_note"].label
    typed = {
        "reference": "700123",
        "worker": scene.place.people.worker.pk,
        "concern": "No visit since January.",
        "expectation": "A visit within a week.",
    }

    page = text_of(client.post(where, typed))

    assert "Enter the day of the informal attempt." in page
    assert "Enter what was said in the informal attempt." in page
    assert not OfficerEscalation.objects.exists()


@pytest.mark.parametrize(
    ("ladder", "who", "status"),
    [
        ("firo", "firo", 200),
        ("firo", "iro", 403),
        ("practice_concern", "worker", 200),
        ("practice_concern", "officer", 403),
        ("no_such", "firo", 404),
    ],
)
def test_who_may_open_the_form_of_a_ladder(scene, ladder, who, status):
    people = scene.place.people.everybody() | {"firo": scene.firo, "iro": scene.iro}

    answer = signed_in(people[who]).get(reverse("raise-concern", args=[ladder]))

    assert answer.status_code == status


def test_a_ladder_without_stages_says_so_instead_of_a_form(scene):
    edition_of("bracknell-forest")
    people = cast("bracknell-forest", {"CSW": "IRO"})
    people.moderator.holdings.get().post.type.__class__.objects.filter(
        council=people.council, code="IRO"
    ).update(roles=["reviewing_officer"])

    page = text_of(signed_in(people.moderator).get(reverse("raise-concern", args=["iro_cpc"])))

    assert "Your council has not filled in the stages of this ladder yet." in page
    assert "Pan-Berkshire Dispute Resolution Policy" in page


def test_a_concern_is_on_the_start_page_of_whoever_it_waits_for(scene):
    concern = scene.raised(MONDAY)
    scene.up(concern, 1, TODAY)

    def work(user):
        return text_of(signed_in(user).get(reverse("my-work")))

    assert "Answer a concern" in work(scene.place.people.manager)
    assert "Answer a concern" not in work(scene.place.people.worker)
    assert "Decide on a concern" not in work(scene.firo)

    answer_stage(concern, "We will.", by=scene.place.people.manager, at=MONDAY)

    assert "Answer a concern" not in work(scene.place.people.manager)
    assert "Decide on a concern" in work(scene.firo)


def test_what_was_typed_is_text_on_every_page(scene):
    bad = "<script>alert(1)</script>"
    concern = scene.raised(MONDAY, concern=bad, expectation=bad, informal_note=bad, reference=bad)
    scene.up(concern, 1, TODAY)
    answer_stage(concern, bad, by=scene.place.people.manager, at=MONDAY)
    client = signed_in(scene.firo)

    for name in ("concern", "concern-further", "concern-time"):
        assert bad not in client.get(at(name, concern)).content.decode()
    assert bad not in client.get(reverse("concerns")).content.decode()


def test_the_list_takes_one_number_of_queries_and_every_reading_is_in_the_trail(scene):
    client, counts = signed_in(scene.place.people.officer), []
    for number in (1, 3):
        for _ in range(number):
            scene.up(scene.raised(MONDAY), 1, TODAY)
        client.get(reverse("concerns"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("concerns"))
        counts.append(len(queries))
    assert counts[0] == counts[1]

    concern = OfficerEscalation.objects.first()
    client.get(at("concern", concern))
    read = TrailEntry.objects.filter(verb="open concern", subject_id=concern.pk)
    assert read.get().by_id == scene.place.people.officer.pk
    assert now(concern).index == 1
