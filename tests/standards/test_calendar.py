"""The council's calendar: bank holidays shown, own days entered and removed by those who may, and counted."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from core.models import TrailEntry
from core.moves import Refused
from standards import calendars
from standards.models import CalendarDay
from standards.selectors import calendar_of
from standards.workdays import holidays_named, is_working, working_days_from
from tests.core.test_moving import browser
from tests.factories.cast import cast
from tests.factories.core import AT

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 12, 29)


@pytest.fixture
def people():
    return cast()


def typed(kind="closed", name="Council closed", from_on=TUESDAY, to_on=None):
    data = {"kind": kind, "name": name}
    for field, day in (("from_on", from_on), ("to_on", to_on)):
        boxes = (day.day, day.month, day.year) if day else ("", "", "")
        data |= {f"{field}_{number}": str(box) for number, box in enumerate(boxes)}
    return data


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2026, [(1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)]),
        (2027, [(1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)]),
    ],
)
def test_the_years_bank_holidays_are_those_of_the_list(year, days):
    assert [day for day, _ in holidays_named(year)] == [date(year, *day) for day in days]


@pytest.mark.parametrize("who", ["qa_head", "administrator"])
def test_a_closed_day_is_entered_with_its_reason_and_counted(people, who):
    by = people.everybody()[who]
    before = working_days_from(date(2026, 12, 24), 2, calendar_of(people.council.pk))

    answer = browser(by).post("/calendar/", typed())

    assert (answer.status_code, answer.headers["Location"]) == (302, "/calendar/?year=2026")
    after = working_days_from(date(2026, 12, 24), 2, calendar_of(people.council.pk))
    assert (before, after) == (date(2026, 12, 30), date(2026, 12, 31))
    entry = TrailEntry.objects.get(verb="calendar.added")
    assert (entry.by_id, entry.detail["from"]) == (by.pk, "2026-12-29")


def test_a_worked_holiday_is_marked_and_terms_change_no_working_day(people):
    client = browser(people.qa_head)
    client.post("/calendar/", typed("worked", "Open", date(2026, 8, 31)))
    client.post("/calendar/", typed("term", "Term 1", date(2026, 9, 1), date(2026, 12, 18)))
    client.post("/calendar/", typed("cycle", "Cycle 3", date(2026, 9, 7)))

    own = calendar_of(people.council.pk)
    page = client.get("/calendar/?year=2026").content.decode()

    assert is_working(date(2026, 8, 31), own)
    assert is_working(date(2026, 9, 7), own)
    assert page.count("Worked here") == 1
    for words in ("Term 1", "1 September 2026 to 18 December 2026", "Cycle 3", "Good Friday"):
        assert words in page
    assert "Term 1" not in client.get("/calendar/?year=2027").content.decode()


def test_an_entry_is_removed_again(people):
    client = browser(people.qa_head)
    client.post("/calendar/", typed())
    day = CalendarDay.objects.get()

    assert client.post(f"/calendar/{day.pk}/remove/").status_code == 302
    assert calendar_of(people.council.pk).closed == frozenset()
    assert TrailEntry.objects.filter(verb="calendar.removed", subject_id=day.pk).count() == 1


def test_an_officer_reads_it_and_changes_nothing(people):
    day = CalendarDay.objects.create(
        council=people.council, kind="term", name="Term 2", from_on=TUESDAY, to_on=TUESDAY
    )
    client = browser(people.officer)
    page = client.get("/calendar/?year=2026").content.decode()

    assert "Term 2" in page
    assert "Remove" not in page
    assert [
        client.post(path, typed()).status_code
        for path in ("/calendar/", f"/calendar/{day.pk}/remove/")
    ] == [403, 403]
    with pytest.raises(PermissionDenied):
        calendars.add_day("closed", "x", TUESDAY, TUESDAY, by=people.officer, at=AT)


def test_another_councils_entry_is_not_found(people):
    other = cast("eastmere")
    day = CalendarDay.objects.create(
        council=other.council, kind="term", name="Term 2", from_on=TUESDAY, to_on=TUESDAY
    )
    client = browser(people.qa_head)

    assert client.post(f"/calendar/{day.pk}/remove/").status_code == 404
    assert "Term 2" not in client.get("/calendar/?year=2026").content.decode()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("closed", date(2026, 12, 26), date(2026, 12, 26)), "no working day"),
        (("closed", date(2026, 12, 28), date(2026, 12, 28)), "no working day"),
        (("worked", TUESDAY, TUESDAY), "is a working day"),
        (("closed", TUESDAY, date(2026, 12, 28)), "first day or later"),
        (("closed", date(2026, 1, 1), date(2026, 2, 1)), "31 days at most"),
        (("cycle", date(2026, 1, 5), date(2026, 1, 12)), "7 days at most"),
        (("term", date(2026, 1, 1), date(2026, 12, 31)), "200 days at most"),
    ],
)
def test_days_that_cannot_be_meant_are_refused_in_words(people, given, words):
    kind, from_on, to_on = given

    with pytest.raises(Refused, match=words):
        calendars.add_day(kind, "x", from_on, to_on, by=people.qa_head, at=AT)


def test_days_that_overlap_are_refused_and_keep_what_was_typed(people):
    client = browser(people.qa_head)
    client.post("/calendar/", typed(from_on=date(2026, 12, 29), to_on=date(2026, 12, 31)))

    answer = client.post("/calendar/", typed(name="Again", from_on=date(2026, 12, 30)))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "These days are entered already" in page
    assert 'value="Again"' in page
    assert CalendarDay.objects.count() == 1


@pytest.mark.parametrize("year", ["", "26", "1899", "2101", "abcd", "²026", "-202"])
def test_a_year_that_is_none_shows_the_present_one(people, year, settings):
    settings.TEST_CLOCK = AT

    assert (
        "Calendar 2026"
        in browser(people.officer).get("/calendar/", {"year": year}).content.decode()
    )
