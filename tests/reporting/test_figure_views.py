"""The dashboard of each role, sections of figures, one figure, and what is noted beside a chart."""

import re
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from core.models import TrailEntry
from reporting.models import Annotation
from reporting.selectors.catalogue import MEASURES
from tests.access.test_every_url import signed_in
from tests.factories.audits import framework
from tests.factories.cast import cast
from tests.reporting.figures.audits import returned

pytestmark = pytest.mark.django_db
MAY = date(2026, 5, 1)
Q1 = {"period": "q2026-04-01"}


@pytest.fixture
def people():
    return cast("bexley")


@pytest.fixture
def version(people):
    return framework("fixtures/frameworks/bexley/1.yaml")


@pytest.fixture(autouse=True)
def november(settings):
    settings.TEST_CLOCK = datetime(2026, 11, 10, 10, tzinfo=UTC)


def get(user, name, *args, **params):
    return signed_in(user).get(reverse(name, args=args), params)


def text(response):
    html = re.sub(r"<svg.*?</svg>", "", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize(
    ("who", "leads"),
    [
        ("worker", False),
        ("moderator", False),
        ("reader", False),
        ("manager", True),
        ("head", True),
        ("director", True),
        ("officer", True),
    ],
)
def test_the_dashboard_shows_figures_to_those_who_lead_and_everybody_their_own_year(
    people, version, who, leads
):
    returned(people, version, 3, grade="good", month=MAY)

    said = text(get(getattr(people, who), "dashboard", **Q1))

    assert ("How much did we do?" in said) is leads
    assert "Your own year" in said


def test_a_worker_counts_their_own_audits_and_nobody_elses(people, version):
    returned(people, version, 2, grade="good", month=MAY)
    returned(people, version, 5, grade="inadequate", month=MAY, worker=people.second)

    said = text(get(people.worker, "dashboard"))

    assert "2 audits of your work have been returned since December 2025; you made 0." in said
    assert "Inadequate" not in said


def test_what_waits_stands_first_with_what_is_late(people, version):
    returned(
        people,
        version,
        2,
        grade="",
        month=date(2026, 10, 1),
        state="preparing",
        returned_at=None,
        final=False,
        deadline_on=date(2026, 10, 31),
    )

    said = text(get(people.auditor, "dashboard"))

    assert "2 Your audits that are late" in said


def test_the_three_questions_are_answered_from_the_figures(people, version):
    returned(people, version, 7, grade="good", month=MAY)
    returned(people, version, 5, grade="inadequate", month=MAY)

    said = text(get(people.director, "dashboard", **Q1))

    assert "Audits returned 12 of 12" in said
    assert "Final grades that are good or better 7 of 12 (58%, 32% to 81%)" in said
    assert "Q1, April to June 2026" in said


def test_a_manager_looks_at_their_own_service_only(people, version):
    said = get(people.manager, "figures-section", "grades", **Q1).content.decode()
    whole = get(people.officer, "figures-section", "grades", **Q1).content.decode()

    assert "Everything you may open" in said
    assert "Whole council" in whole


def test_figures_that_ask_for_a_right_are_not_there_for_others(people, version):
    assert get(people.manager, "figure", "agreement").status_code == 404
    assert get(people.qa_head, "figure", "agreement").status_code == 200
    assert get(people.officer, "figure", "nothing").status_code == 404
    assert get(people.worker, "figure", "grades").status_code == 403


def test_reading_a_figure_is_kept_in_the_trail(people, version):
    get(people.officer, "figure", "grades")

    assert (
        TrailEntry.objects.filter(verb="read figure: grades", by_id=people.officer.pk).count() == 1
    )


@pytest.mark.parametrize("code", sorted(MEASURES))
def test_every_figure_has_a_page_without_and_with_audits(people, version, code):
    assert get(people.qa_head, "figure", code, **Q1).status_code == 200

    returned(people, version, 12, grade="inadequate", month=MAY)

    assert get(people.qa_head, "figure", code, **Q1).status_code == 200


def test_a_note_is_put_beside_a_chart_and_taken_away(people, version):
    client = signed_in(people.officer)
    typed = {"month": "2026-05-17", "words": "A new practice model", "rebased": "on"}

    client.post(reverse("note-figure", args=["good-over-time"]), typed)
    note = Annotation.objects.get()
    client.post(reverse("remove-note", args=[note.pk]))
    note.refresh_from_db()

    assert (note.month, note.words, note.rebased) == (MAY, "A new practice model", True)
    assert note.removed_by == people.officer


def test_a_note_without_words_comes_back_with_what_was_typed(people, version):
    response = signed_in(people.officer).post(
        reverse("note-figure", args=["good-over-time"]), {"month": "2026-05-17", "words": ""}
    )

    assert response.status_code == 422
    assert "Say what happened, in a few words." in text(response)
    assert 'value="2026-05-17"' in response.content.decode()


def test_a_director_notes_nothing_and_another_council_takes_nothing_away(people, version):
    note = Annotation.objects.create(
        council=people.council,
        figure="good-over-time",
        month=MAY,
        words="Ours",
        by=people.officer,
        at=datetime(2026, 5, 2, tzinfo=UTC),
    )
    others = cast("eastmere")

    denied = signed_in(people.director).post(
        reverse("note-figure", args=["good-over-time"]), {"month": "2026-05-17", "words": "Mine"}
    )
    unseen = signed_in(others.officer).post(reverse("remove-note", args=[note.pk]))

    assert (denied.status_code, unseen.status_code) == (403, 404)
    note.refresh_from_db()
    assert note.removed_at is None


def test_the_list_behind_a_number_holds_just_those_audits(people, version):
    found = returned(people, version, 3, grade="good", month=MAY)
    returned(people, version, 2, grade="inadequate", month=MAY)
    page = get(people.officer, "figure", "grades", **Q1).content.decode()
    link = re.search(r'href="(/audits/\?[^"]*grade=good[^"]*final=1)"', page)[1]

    listed = signed_in(people.officer).get(link.replace("&amp;", "&")).content.decode()

    assert "3 audits" in listed
    assert all(audit.reference in listed for audit in found)
