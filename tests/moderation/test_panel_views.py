"""The pages of panels: the list, planning in two steps, the page, changing and closing."""

import re
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import Audit
from core.models import TrailEntry
from moderation.asking import Said
from moderation.models import Panel
from moderation.services.panels import close_panel
from moderation.states import PanelState
from tests.access.test_every_url import signed_in
from tests.factories.audits import framework
from tests.factories.cast import cast
from tests.factories.standards import framework_text, published
from tests.moderation.panel_scenes import JULY, room
from tests.moderation.scenes import moment, returned

pytestmark = pytest.mark.django_db
HELD = moment(2026, 7, 21, 14)


@pytest.fixture
def scene(settings):
    settings.TEST_CLOCK = moment(2026, 7, 22)
    return room()


@pytest.fixture
def officer(scene):
    return signed_in(scene.officer)


def boxes(name, day):
    """A day as its three boxes."""
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


def days_of(scene, **changes):
    found = {"version": scene.place.version.pk} | boxes("from_on", date(2026, 6, 1))
    found |= boxes("to_on", date(2026, 6, 30)) | changes
    return f"{reverse('new-panel')}?{urlencode(found)}"


def typed(scene, **changes):
    found = {
        "chair": scene.chair.pk,
        "members": [one.pk for one in scene.members],
        "how": "draw",
        "number": "4",
        "notes": "",
    }
    return found | boxes("held_on", date(2026, 7, 23)) | changes


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", answer.content.decode()))


# --- the list ------------------------------------------------------------------------------------


def test_the_list_shows_each_panel_with_its_day_and_number_of_audits(scene, officer):
    scene.june(4)
    assert "No panel has been planned yet." in text_of(officer.get(reverse("panels")))
    scene.planned(JULY)

    page = text_of(officer.get(reverse("panels")))

    assert "Panel 1 21 July 2026 1 June 2026 to 30 June 2026" in page
    assert f"{scene.chair.name} 4 Planned" in page


def test_others_see_only_the_panels_that_they_sit_on(scene):
    audits = scene.june(2)
    scene.planned(JULY, picked=frozenset({audits[0].pk}), members=(scene.social_worker,))
    scene.planned(JULY, picked=frozenset({audits[1].pk}), members=(scene.other_head,))
    client = signed_in(scene.social_worker)

    answer = client.get(reverse("panels"))

    assert [one.number for one in answer.context["page"]] == [1]
    assert "Plan a panel" not in text_of(answer)
    assert client.get(reverse("panel", args=[Panel.objects.get(number=2).pk])).status_code == 404


def test_the_list_takes_one_number_of_queries_and_is_paged(scene, officer):
    audits = scene.june(28)
    counts = []
    for number in (1, 3, 28):
        for audit in audits[Panel.objects.count() : number]:
            scene.planned(JULY, picked=frozenset({audit.pk}))
        officer.get(reverse("panels"))
        with CaptureQueriesContext(connection) as queries:
            answer = officer.get(reverse("panels"))
        counts.append(len(queries))

    assert counts[0] == counts[1] == counts[2]
    assert answer.context["page"].paginator.num_pages == 2
    assert len(officer.get(f"{reverse('panels')}?page=2").context["page"]) == 3


# --- planning ------------------------------------------------------------------------------------


def test_the_first_step_offers_the_days_since_the_last_panel(scene, officer):
    scene.june(2)
    scene.planned(JULY, number=1)

    answer = officer.get(reverse("new-panel"))

    initial = answer.context["form"].initial
    assert (initial["from_on"], initial["to_on"]) == (date(2026, 7, 1), date(2026, 7, 21))
    assert "picks or draws a dip sample" in text_of(answer)


def test_the_second_step_says_how_many_returns_there_are(scene, officer):
    scene.june(3)
    returned(scene.place, "good", moment(2026, 7, 2))

    answer = officer.get(days_of(scene))

    page = text_of(answer)
    assert "3 returned audits to choose from" in page
    assert [one.reference for one in answer.context["pool"]] == [
        "2026-0001",
        "2026-0002",
        "2026-0003",
    ]
    assert f"{scene.chair.name} – Head of quality assurance" in page
    assert "change=1" in answer.content.decode()


def test_days_without_returns_say_so(scene, officer):
    page = text_of(officer.get(days_of(scene)))

    assert "0 returned audits" in page
    assert "Nothing that was returned in these days is left to look at." in page


def test_without_somebody_who_chairs_there_is_no_form(scene, officer):
    scene.june(1)
    scene.chair.holdings.update(to_on=date(2026, 7, 1))

    assert "Nobody holds a post today that chairs the panel." in text_of(
        officer.get(days_of(scene))
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (boxes("to_on", date(2026, 5, 1)), "must not lie before the first"),
        (boxes("to_on", date(2026, 7, 22)), "Enter a day that is over."),
        ({"from_on_0": ""}, "must include a day"),
        ({"version": "999999"}, "999999"),
    ],
)
def test_days_that_do_not_fit_are_said(scene, officer, changes, words):
    answer = officer.get(days_of(scene, **changes))

    assert answer.status_code == 422
    assert words in text_of(answer)


def test_a_panel_is_drawn_and_the_page_shows_its_audits(scene, officer):
    scene.june(5)

    answer = officer.post(days_of(scene), typed(scene), follow=True)

    panel = Panel.objects.get()
    assert answer.redirect_chain == [(reverse("panel", args=[panel.pk]), 302)]
    page = text_of(answer)
    assert "Panel 1 is planned and its people have been told." in page
    assert "From those that were not moderated yet, 4 were drawn by chance." in page
    assert panel.selection.seed in page
    assert page.count("None yet") == 4
    assert panel.held_on == date(2026, 7, 23)
    assert set(panel.members.all()) == set(scene.members)


def test_a_panel_is_picked_by_hand(scene, officer):
    audits = scene.june(3)
    picked = [audits[0].pk, audits[2].pk]

    answer = officer.post(days_of(scene), typed(scene, how="pick", number="", picked=picked))

    assert answer.status_code == 302
    panel = Panel.objects.get()
    assert set(panel.moderations.values_list("audit_id", flat=True)) == set(picked)
    assert "They were picked by hand" in text_of(officer.get(answer.headers["Location"]))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": "6"}, "Enter a number from 1 to 5."),
        ({"number": ""}, "Enter a number from 1 to 5."),
        ({"number": "x"}, "Enter a whole number."),
        ({"how": "pick"}, "Pick at least one audit."),
        ({"how": "pick", "picked": ["999999"]}, "cannot be taken any more"),
        ({"how": ""}, "Choose how the audits are chosen."),
        ({"chair": ""}, "Choose the chair."),
        (boxes("held_on", date(2026, 6, 30)), "meets after the last day"),
        ({"held_on_0": "", "held_on_1": "", "held_on_2": ""}, "Enter the day of the panel."),
    ],
)
def test_what_stands_against_a_plan_is_said_and_nothing_is_made(scene, officer, changes, words):
    scene.june(5)

    answer = officer.post(days_of(scene), typed(scene, **changes))

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not Panel.objects.exists()


def test_sending_the_plan_twice_makes_one_panel(scene, officer):
    scene.june(5)

    first = officer.post(days_of(scene), typed(scene))
    again = officer.post(days_of(scene), typed(scene, number="1"))

    assert (first.status_code, again.status_code) == (302, 422)
    assert "exactly these days already" in text_of(again)
    assert Panel.objects.count() == 1


def test_nobody_is_offered_to_pick_their_own_audit_nor_told_a_grade_they_must_still_give(
    scene, officer
):
    own, blind, _ = scene.june(3)
    Audit.objects.filter(pk=own.pk).update(auditor=scene.officer)
    blind.readers.create(user=scene.officer, part="calibration", blind=True, since=JULY)

    choices = dict(officer.get(days_of(scene)).context["form"].fields["picked"].choices)

    assert str(own.pk) not in choices
    assert [one.endswith(", Good") for one in choices.values()] == [False, True]


def test_a_council_without_a_panel_is_told_so(settings):
    settings.TEST_CLOCK = JULY
    framework("fixtures/frameworks/bexley/1.yaml")
    client = signed_in(cast("bexley").officer)

    answer = client.get(reverse("new-panel"))

    assert answer.status_code == 200
    assert "has no validation panel" in text_of(answer)


def test_two_editions_with_a_panel_are_both_offered(scene, officer):
    second = published(framework_text("bracknell-forest").replace("edition: 1", "edition: 2", 1))
    scene.june(1)

    form = officer.get(reverse("new-panel")).context["form"]

    assert [pk for pk, _ in form.fields["version"].choices] == [
        str(second.pk),
        str(scene.place.version.pk),
    ]


# --- one panel -----------------------------------------------------------------------------------


def test_a_member_gives_verdicts_from_the_page_and_a_recused_one_does_not(scene):
    scene.june(1)
    panel = scene.planned(JULY, number=1)
    one = panel.moderations.get()
    address, form = reverse("panel", args=[panel.pk]), reverse("moderation-view", args=[one.pk])

    links = {
        user: form in signed_in(user).get(address).content.decode()
        for user in (scene.chair, *scene.members)
    }

    assert links == {
        scene.chair: True,
        scene.own_head: False,
        scene.other_head: True,
        scene.social_worker: True,
        scene.officer: True,
    }
    assert signed_in(scene.own_head).get(form).status_code == 403
    assert signed_in(scene.social_worker).get(form).status_code == 200


def test_the_page_shows_verdicts_and_who_takes_no_part(scene, officer):
    scene.june(2)
    panel = scene.planned(JULY, number=2)
    one, other = panel.moderations.order_by("audit__reference")
    scene.judged(one, HELD, "requires_improvement")
    scene.judged(other, HELD)

    answer = officer.get(reverse("panel", args=[panel.pk]))

    found = [(item.verdict, [p.name for p in item.recused]) for item in answer.context["items"]]
    assert found == [
        ("Not supported", [scene.own_head.name]),
        ("Supported", [scene.own_head.name]),
    ]
    assert "Make a draft of the minutes (PDF)" in text_of(answer)
    assert TrailEntry.objects.filter(verb="open panel", subject_id=panel.pk).count() == 1


def test_a_grade_that_must_still_be_given_is_not_on_the_page(scene, officer):
    audit = scene.june(1)[0]
    panel = scene.planned(JULY, number=1)
    audit.readers.create(user=scene.officer, part="calibration", blind=True, since=JULY)

    page = text_of(officer.get(reverse("panel", args=[panel.pk])))

    assert page.count("Not shown to you yet") == 2
    assert "Good" not in page


def test_the_page_takes_the_same_queries_for_one_and_three_audits(scene, officer):
    audits = scene.june(4)
    few = scene.planned(JULY, picked=frozenset({audits[0].pk}))
    many = scene.planned(JULY, picked=frozenset(one.pk for one in audits[1:]))
    counts = []
    for panel in (few, many):
        address = reverse("panel", args=[panel.pk])
        officer.get(address)
        with CaptureQueriesContext(connection) as queries:
            officer.get(address)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 24


def test_who_has_no_part_in_a_panel_finds_nothing(scene):
    scene.june(1)
    panel = scene.planned(JULY, number=1, members=(scene.officer,))
    people = scene.place.people
    for user in (people.auditor, people.worker, people.director, scene.social_worker):
        for route in ("panel", "change-panel", "close-panel"):
            assert signed_in(user).get(reverse(route, args=[panel.pk])).status_code == 404


def test_a_member_reads_the_panel_and_changes_nothing(scene):
    scene.june(1)
    panel = scene.planned(JULY, number=1)
    client = signed_in(scene.social_worker)

    for route in ("change-panel", "close-panel"):
        for method in (client.get, client.post):
            assert method(reverse(route, args=[panel.pk])).status_code == 403
    assert client.get(reverse("new-panel")).status_code == 403
    assert "Change it or add notes" not in text_of(client.get(reverse("panel", args=[panel.pk])))


def test_a_change_is_saved_and_shown(scene, officer):
    scene.june(1)
    panel = scene.planned(JULY, number=1)
    given = {
        "members": [scene.social_worker.pk],
        "apologies": "The head of service",
        "messages": "Say what changed.",
        "notes": "Room 2",
    } | boxes("held_on", date(2026, 7, 24))

    answer = officer.post(reverse("change-panel", args=[panel.pk]), given, follow=True)

    page = text_of(answer)
    assert "24 July 2026" in page
    for words in ("The head of service", "Say what changed.", "Room 2"):
        assert words in page
    assert set(panel.members.all()) == {scene.social_worker}


def test_the_change_page_offers_who_sits_on_it_even_without_their_post(scene, officer):
    scene.june(1)
    panel = scene.planned(JULY, number=1)
    scene.social_worker.holdings.update(to_on=date(2026, 7, 4))

    form = officer.get(reverse("change-panel", args=[panel.pk])).context["form"]

    choices = dict(form.fields["members"].choices)
    assert choices[str(scene.social_worker.pk)] == f"{scene.social_worker.name} – on this panel"
    assert str(scene.chair.pk) not in choices


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (boxes("held_on", date(2026, 6, 30)), "meets after the last day"),
        ({"members": ["999999"]}, "999999"),
    ],
)
def test_a_change_that_does_not_fit_is_said(scene, officer, changes, words):
    scene.june(1)
    panel = scene.planned(JULY, number=1)
    given = {"members": [scene.officer.pk]} | boxes("held_on", date(2026, 7, 24)) | changes

    answer = officer.post(reverse("change-panel", args=[panel.pk]), given)

    assert answer.status_code == 422
    assert words in text_of(answer)


def test_closing_says_what_is_missing_and_what_becomes_of_the_rest(scene, officer):
    scene.june(3)
    panel = scene.planned(JULY, number=1)
    one = panel.moderations.get()
    address = reverse("close-panel", args=[panel.pk])

    page = text_of(officer.get(address))
    assert f"Still without one: {one.audit.reference}" in page
    assert '<form method="post" novalidate>' not in officer.get(address).content.decode()
    refused = officer.post(address)
    assert refused.status_code == 422
    assert f"Audit {one.audit.reference}" in text_of(refused)

    scene.judged(one, HELD, instead={("messages", ""): Said(text="Learn")})
    page = text_of(officer.get(address))
    assert "2 returned audits of these days were not chosen." in page
    assert "No message for learning has been written down." in page
    answer = officer.post(address, follow=True)

    assert "Panel 1 is closed. Its minutes are final." in text_of(answer)
    assert Panel.objects.get().state == PanelState.CLOSED
    assert Audit.objects.filter(grade_final=True).count() == 3


def test_a_closed_panel_has_no_button_and_refuses_both_pages(scene, officer):
    scene.june(1)
    panel = scene.planned(JULY, number=1)
    scene.judged(panel.moderations.get(), HELD)
    close_panel(panel, by=scene.officer, at=HELD + timedelta(hours=1))

    page = text_of(officer.get(reverse("panel", args=[panel.pk])))

    assert "Make the minutes (PDF)" in page
    assert "Change it or add notes" not in page
    for route in ("change-panel", "close-panel"):
        for method in (officer.get, officer.post):
            answer = method(reverse(route, args=[panel.pk]))
            assert answer.status_code == 422
            assert "nothing about it changes any more" in text_of(answer)
