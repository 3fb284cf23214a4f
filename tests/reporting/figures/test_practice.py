"""Figures on practice: themes of whom a reader may read, what changed after learning, and what comes back."""

from datetime import date

import pytest

from audits.models import Audit
from learning.services.activities import Held, record_activity
from learning.services.coding import quote
from people.models import PostType
from reporting.selectors.catalogue import figure
from tests.factories.audits import NOW
from tests.factories.people import OrgUnitFactory, PostFactory, PostHoldingFactory
from tests.learning.scenes import coded, extract, scene
from tests.reporting.figures.audits import LATER, returned, scope

pytestmark = pytest.mark.django_db
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def place():
    return scene()


def read(place, code, **changes):
    """A figure of the year, with shares from two audits on."""
    given = {"minimum": 2, "at": LATER} | changes
    return figure(code, scope(place.people, place.version, *YEAR, **given))


def audits_with(place, number, month, kind="develop", **changes):
    """So many audits of a month whose one coded text bears the first theme."""
    made = returned(place.people, place.version, number, grade="good", month=month, **changes)
    return [
        coded(extract(place, audit), place.themes[0], place.people.officer, kind) for audit in made
    ]


def test_a_reader_sees_the_themes_of_what_they_manage(place):
    people = place.people
    other = OrgUnitFactory(council=people.council, kind="service", name="Another service")
    (text,) = audits_with(place, 1, date(2026, 5, 1), unit=people.team2)
    audits_with(place, 2, date(2026, 5, 1), unit=other)
    quote(text, "Visits were late.", by=people.officer, at=NOW)

    whole = read(place, "develop", reader=people.officer)
    of_manager = read(place, "develop", reader=people.manager)
    service = read(place, "develop", reader=people.manager, service=people.service)

    assert (whole.rows[0].cells[0].n, whole.rows[0].cells[0].to) == (3, "")
    assert "Visits were late." in whole.rows[0].cells[2].text
    # Looking at the service, the manager still reads their own team.
    for found in (of_manager, service):
        assert found.rows[0].cells[0].n == 1
        assert "Visits were late." in found.rows[0].cells[2].text
        assert not any(note.startswith("Whole") for note in found.notes)


def test_a_reader_with_two_places_reads_no_quotation_of_the_whole_council(place):
    people = place.people
    other = OrgUnitFactory(council=people.council, kind="service", name="Another service")
    kind = PostType.objects.get(council=people.council, code="TM")
    post = PostFactory(council=people.council, unit=other, type=kind)
    PostHoldingFactory(post=post, user=people.manager)
    (text, _) = audits_with(place, 2, date(2026, 5, 1), unit=people.team1)
    quote(text, "Visits were late.", by=people.officer, at=NOW)

    found = read(place, "develop", reader=people.manager)
    inside = read(place, "develop", reader=people.manager, service=other)

    assert found.rows[0].cells[2].text == ""
    assert found.notes[0].startswith("Whole council: ")
    assert inside.rows == ()
    assert not any(note.startswith("Whole") for note in inside.notes)


def taught(place, held_on, measure="develop"):
    held = Held("Plans", "workshop", held_on, (place.themes[0],), measure=measure)
    return record_activity(held, by=place.people.officer, at=NOW)


@pytest.mark.parametrize(
    ("measure", "before", "after", "words"),
    [
        ("develop", "develop", "strength", "Better: to develop named less often"),
        ("develop", "strength", "develop", "Worse: to develop named more often"),
        ("strength", "develop", "strength", "Better: strength named more often"),
        ("strength", "strength", "develop", "Worse: strength named less often"),
    ],
)
def test_a_change_is_for_the_better_or_the_worse(place, measure, before, after, words):
    audits_with(place, 6, date(2026, 3, 1), before)
    audits_with(place, 6, date(2026, 5, 1), after)
    taught(place, date(2026, 4, 15), measure)

    found = read(place, "learning-activities")

    assert found.rows[0].cells[-1].text == f"{words}, by more than chance explains"
    better = words.startswith("Better")
    assert found.says == (
        "1 learning activity; audits changed by more than chance explains after 1: "
        f"for the better after {int(better)}, for the worse after {int(not better)}.",
    )
    assert found.signal == "signal"
    assert (
        found.chart.rows[0].label == f"Plans ({'to develop' if measure == 'develop' else measure})"
    )
    assert any(
        note.startswith("Themes are often taught when they stand high") for note in found.notes
    )


def test_until_the_months_after_are_over_it_is_too_early(place):
    audits_with(place, 6, date(2026, 8, 1))
    audits_with(place, 6, date(2026, 10, 1), "strength")
    # The three months after it end with November, and it is read on the tenth.
    taught(place, date(2026, 8, 15))

    found = read(place, "learning-activities")

    assert found.rows[0].cells[-1].text == "Too early to tell"
    assert (found.signal, found.chart) == ("", None)
    assert found.says[0].startswith("1 learning activity; it is too early")


def test_of_few_audits_there_is_no_signal_and_without_a_change_none(place):
    taught(place, date(2026, 4, 15))
    few = read(place, "learning-activities")
    audits_with(place, 3, date(2026, 3, 1))
    audits_with(place, 3, date(2026, 5, 1))
    same = read(place, "learning-activities")

    assert few.signal == ""
    assert (same.signal, same.rows[0].cells[-1].text) == ("no signal", "No change beyond chance")


def test_what_comes_back_is_counted_and_is_no_signal(place):
    for month in (1, 4, 7, 10):
        audits_with(place, 2, date(2026, month, 1))
    flash = audits_with(place, 1, date(2026, 10, 1))
    Audit.objects.filter(pk=flash[0].audit_id).update(flash_source="A complaint")

    found = read(place, "returning-themes")

    assert found.signal == ""
    assert found.rows[0].cells[0].text == "For 4 quarters running"
    assert [cell.n for cell in found.rows[0].cells[1:5]] == [2, 2, 2, 2]
    assert found.says[0].startswith("1 theme stays or comes back: ")
