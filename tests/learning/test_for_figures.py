"""What reports read: counts of audits, examples that people wrote, what changed, what comes back."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audits.models import Audit
from learning.models import Extract
from learning.selectors import for_figures
from learning.selectors.themes import themes_over
from learning.services.activities import Held, record_activity
from learning.services.coding import Code, code_extract, quote
from learning.services.theming import add_theme
from learning.states import Source
from tests.factories.audits import NOW
from tests.learning.scenes import coded, extract, scene

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 10, 1), date(2026, 12, 31)


@pytest.fixture
def place():
    return scene()


def found(place, kind: str = "develop", path: str = "", minimum: int = 2) -> for_figures.Themes:
    """The themes of the quarter."""
    return for_figures.themes(
        place.people.council.pk, FIRST, LAST, path, kind=kind, minimum=minimum
    )


def test_themes_count_each_audit_once_of_those_coded_of_those_returned(place):
    theme, officer = place.themes[0], place.people.officer
    one, other, _ = (place.returned() for _ in range(3))
    for number in range(2):
        coded(extract(place, one, number=number), theme, officer)
    code_extract(extract(place, other), [], by=officer, at=NOW)
    extract(place, one, number=7)

    read = found(place)

    (row,) = read.rows
    assert (row.theme, row.theme_id, row.audits, row.others) == (theme.label, theme.pk, 1, 0)
    assert (read.coded, read.returned, read.waiting, read.enough) == (2, 3, 1, True)
    assert found(place, minimum=3).enough is False
    assert found(place, "strength").rows == ()


def test_themes_keep_to_their_months_service_and_council(place):
    theme, people = place.themes[0], place.people
    audit = place.returned()
    coded(extract(place, audit), theme, people.officer)
    earlier = place.returned(month=date(2026, 9, 1))
    coded(extract(place, earlier), theme, people.officer)

    assert found(place).rows[0].audits == 1
    assert found(place, path=people.team2.path).rows[0].audits == 1
    assert found(place, path=people.service.path).rows[0].audits == 1
    assert found(place, path=people.team1.path).rows == ()
    other = for_figures.themes(people.council.pk + 1, FIRST, LAST, kind="develop", minimum=2)
    assert (other.rows, other.returned) == ((), 0)


def test_flash_audits_and_those_returned_later_do_not_count(place):
    theme, officer = place.themes[0], place.people.officer
    kept, flash, later = (place.returned() for _ in range(3))
    for audit in (kept, flash, later):
        coded(extract(place, audit), theme, officer)
    Audit.objects.filter(pk=flash.pk).update(flash_source="A complaint")
    Audit.objects.filter(pk__in=(kept.pk, flash.pk)).update(returned_at=NOW)
    Audit.objects.filter(pk=later.pk).update(returned_at=NOW + timedelta(days=1))

    def read(**changes: object) -> tuple[int, int, int]:
        found = for_figures.themes(
            place.people.council.pk, FIRST, LAST, kind="develop", minimum=1, **changes
        )
        return found.rows[0].audits, found.coded, found.returned

    assert read() == (2, 2, 2)
    assert read(at=NOW) == (1, 1, 1)


def test_what_was_said_beside_audits_counts_by_itself(place):
    theme, officer = place.themes[0], place.people.officer
    one = extract(place, place.returned())
    Extract.objects.filter(pk=one.pk).update(source=Source.REPLY, audit=None)
    coded_one = Extract.objects.get(pk=one.pk)
    coded_one.codings.create(theme=theme, kind="said", coder=officer, at=NOW)
    Extract.objects.filter(pk=one.pk).update(done_by=officer, done_at=NOW)

    read = found(place, "said")

    assert [(row.audits, row.others) for row in read.rows] == [(0, 1)]
    assert read.coded == 0


def test_an_audit_opened_again_counts_no_more(place):
    audit = place.returned()
    coded(extract(place, audit), place.themes[0], place.people.officer)
    Audit.objects.filter(pk=audit.pk).update(state="in_session")

    assert (found(place).rows, found(place).coded, found(place).returned) == ((), 0, 0)


def test_examples_are_three_words_of_people_and_never_a_text(place):
    theme, officer = place.themes[0], place.people.officer
    audit = place.returned()
    for number in range(5):
        one = coded(extract(place, audit, number=number), theme, officer)
        if number:
            quote(one, f"Quotation {number}", by=officer, at=NOW)

    assert found(place).rows[0].examples == ("Quotation 4", "Quotation 3", "Quotation 2")


def activity(place, held_on: date, **more):
    """Something taught about the first theme."""
    held = Held("Plans", "workshop", held_on, (place.themes[0],), **more)
    return record_activity(held, by=place.people.officer, at=NOW)


def test_activities_say_what_changed_among_the_audits_of_their_months(place):
    theme, officer = place.themes[0], place.people.officer
    for month in (date(2026, 7, 1), date(2026, 8, 1), date(2026, 10, 1)):
        audit = place.returned(month=month)
        coded(extract(place, audit), theme, officer, "develop" if month.month < 9 else "strength")
    activity(place, date(2026, 9, 9), invited=9, attended=7)

    (row,) = for_figures.activities(
        place.people.council.pk, date(2026, 9, 1), date(2026, 9, 30), minimum=1
    )

    assert (row.title, row.kind, row.audience) == ("Plans", "Workshop", "Everybody")
    assert (row.attended, row.invited, row.themes) == (7, 9, (theme.label,))
    assert (row.change.before.n, row.change.before.of) == (2, 2)
    assert (row.change.after.n, row.change.after.of) == (0, 1)
    assert row.change.signal == "none"
    early = for_figures.activities(
        place.people.council.pk,
        date(2026, 9, 1),
        date(2026, 9, 30),
        minimum=1,
        as_of=date(2026, 9, 30),
    )
    assert early[0].change.signal == "early"


def test_activities_of_a_service_are_its_own_and_those_for_all(place):
    people = place.people
    theirs = activity(place, date(2026, 11, 2), unit=people.team1)
    mine = activity(place, date(2026, 11, 3), unit=people.team2)
    above = activity(place, date(2026, 11, 4), unit=people.service)
    everybody = activity(place, date(2026, 11, 5))

    def of(path: str) -> list[int]:
        rows = for_figures.activities(people.council.pk, FIRST, LAST, path, minimum=10)
        return [row.activity_id for row in rows]

    assert of("") == [everybody.pk, above.pk, mine.pk, theirs.pk]
    assert of(people.team2.path) == [everybody.pk, above.pk, mine.pk]
    assert of(people.service.path) == [everybody.pk, above.pk, mine.pk, theirs.pk]


def test_returning_themes_have_their_flag_quarters_and_what_was_taught(place):
    theme, people = place.themes[0], place.people
    for month in (4, 7, 10):
        for number in range(2):
            audit = place.returned(month=date(2026, month, 1))
            coded(extract(place, audit, number=number), theme, people.officer)
    taught = activity(place, date(2026, 6, 1))

    (row,) = for_figures.returning(people.council.pk, FIRST, LAST)

    assert (row.theme, row.flag, row.words, row.running) == (
        theme.label,
        "running",
        "For 3 quarters running",
        3,
    )
    assert [(one.audits, one.coded, one.returned) for one in row.quarters[-4:]] == [
        (0, 0, 0),
        (2, 2, 2),
        (2, 2, 2),
        (2, 2, 2),
    ]
    assert row.activities == ((taught.title, taught.held_on),)
    assert for_figures.returning(people.council.pk, FIRST, LAST, least=3) == ()


def test_the_figures_ask_the_same_whatever_there_is(place):
    theme, people = place.themes[0], place.people
    asked = []
    for number in (1, 3):
        for each in range(number):
            audit = place.returned()
            tag = add_theme(people.council, f"Tag {number} {each}", by=people.officer, at=NOW)
            codes = [Code(theme.pk, "develop"), Code(tag.pk, "develop")]
            one = code_extract(extract(place, audit), codes, by=people.officer, at=NOW)
            quote(one, "Words.", by=people.officer, at=NOW)
            activity(place, date(2026, 11, 2))
        with CaptureQueriesContext(connection) as queries:
            found(place)
            for_figures.activities(people.council.pk, FIRST, LAST, minimum=10)
            for_figures.returning(people.council.pk, FIRST, LAST)
            themes_over(people.council.pk, NOW.date())
        asked.append(len(queries))

    assert asked[0] == asked[1]
