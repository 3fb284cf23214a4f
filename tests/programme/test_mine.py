from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from audits.models import Audit
from audits.services.changing import exclude_audit, extend_deadline
from audits.services.meeting import set_meeting
from programme.diary import Entry, calendar_of
from programme.selectors.mine import year_from
from programme.services.changes import Handover, reassign
from tests.factories.cast import cast
from tests.programme.scenes import council, moment

pytestmark = pytest.mark.django_db
GIVEN = moment(2026, 10, 5)
MEETING = moment(2026, 10, 20, 14, 30)  # summer time; the clocks change on 25 October
WINTER = moment(2026, 10, 27, 9, 0)


@pytest.fixture
def bexley(settings):
    settings.TEST_CLOCK = GIVEN
    return council("bexley")


def events(client):
    answer = client.get(reverse("my-calendar"))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    return answer.content.decode(), {str(one["uid"]): one for one in calendar.walk("VEVENT")}


def met(audit, at=MEETING):
    return set_meeting(audit, meeting_at=at, mode="in_person", by=audit.auditor, at=GIVEN)


@pytest.mark.parametrize(
    ("code", "on", "first"),
    [
        ("bexley", date(2026, 4, 1), date(2026, 4, 1)),
        ("bexley", date(2027, 3, 31), date(2026, 4, 1)),
        ("eastmere", date(2026, 11, 10), date(2026, 4, 1)),
    ],
)
def test_the_year_begins_on_the_first_day_of_the_programmes_year(code, on, first):
    assert year_from(council(code).people.auditor, on) == first


def test_the_year_begins_in_april_where_no_framework_is_in_force():
    assert year_from(cast("bexley").auditor, date(2026, 3, 31)) == date(2025, 4, 1)


def test_my_allocations_hold_this_years_audits_and_older_ones_under_way(bexley, client):
    people = bexley.people
    now, old, done = (bexley.allocated(GIVEN) for _ in range(3))
    Audit.objects.filter(pk__in=[old.pk, done.pk]).update(month=date(2026, 3, 1))
    Audit.objects.filter(pk=done.pk).update(state="returned", returned_at=GIVEN, grade="good")
    theirs = bexley.allocated(GIVEN, auditor=people.head)
    client.force_login(people.auditor)

    page = client.get(reverse("my-allocations"))

    assert {one.pk for one in page.context["page"]} == {now.pk, old.pk}
    text = page.content.decode()
    assert theirs.reference not in text
    assert "31 October 2026" in text
    assert people.worker.name not in text
    assert now.case.number not in text


def test_what_is_done_is_shown_with_its_day(bexley, client):
    audit = bexley.allocated(GIVEN)
    Audit.objects.filter(pk=audit.pk).update(
        state="returned", returned_at=moment(2026, 10, 21, 16, 5), grade="good"
    )
    client.force_login(bexley.people.auditor)

    assert "21 October 2026 at 16:05" in client.get(reverse("my-allocations")).content.decode()


def test_the_list_is_paged_and_its_queries_are_flat(bexley, client):
    client.force_login(bexley.people.auditor)
    counts = []
    for more in (1, 25):
        for _ in range(more):
            bexley.allocated(GIVEN)
        for name in ("my-allocations", "my-calendar"):
            client.get(reverse(name))
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse(name))
            counts.append(len(queries))

    assert counts[:2] == counts[2:]
    assert len(client.get(reverse("my-allocations"), {"page": 2}).context["page"].object_list) == 1


def test_my_work_leads_to_both(bexley, client):
    client.force_login(bexley.people.auditor)

    page = client.get(reverse("my-work")).content.decode()

    assert reverse("my-allocations") in page
    assert reverse("my-calendar") in page


# --- the calendar --------------------------------------------------------------------------------


def test_the_calendar_holds_meetings_in_london_time_and_deadlines(bexley, client):
    audit = met(bexley.allocated(GIVEN))
    later = met(bexley.allocated(GIVEN), WINTER)
    client.force_login(bexley.people.auditor)

    text, found = events(client)

    assert set(found) == {
        f"audit-{one.pk}-{what}@qa-framework"
        for one in (audit, later)
        for what in ("due", "meeting")
    }
    meeting = found[f"audit-{audit.pk}-meeting@qa-framework"]
    assert meeting["dtstart"].dt == MEETING
    assert meeting["dtstart"].params["TZID"] == "Europe/London"
    assert "DTSTART;TZID=Europe/London:20261020T143000" in text
    assert "DTSTART;TZID=Europe/London:20261027T090000" in text
    assert "BEGIN:VTIMEZONE" in text
    due = found[f"audit-{audit.pk}-due@qa-framework"]
    assert (due["dtstart"].dt, due["summary"]) == (
        date(2026, 10, 31),
        f"Audit {audit.reference} is due back",
    )
    assert due["url"].endswith(f"/audits/{audit.pk}/")


def test_the_calendar_names_nobody_and_no_case(bexley, client):
    audit = met(bexley.allocated(GIVEN))
    people = bexley.people
    client.force_login(people.auditor)

    text, _ = events(client)

    for word in (audit.case.number, people.worker.name, people.auditor.name, "Team 2"):
        assert word not in text


def test_a_worker_has_the_meeting_and_a_stranger_nothing(bexley, client):
    audit = met(bexley.allocated(GIVEN))

    client.force_login(bexley.people.worker)
    assert set(events(client)[1]) == {f"audit-{audit.pk}-meeting@qa-framework"}
    for who in ("stranger", "manager", "officer", "director"):
        client.force_login(getattr(bexley.people, who))
        assert events(client)[1] == {}


def test_a_change_keeps_the_entry_and_raises_its_number(bexley, client):
    audit = bexley.allocated(GIVEN)
    client.force_login(bexley.people.auditor)
    (before,) = events(client)[1].values()

    extend_deadline(
        audit, deadline_on=date(2026, 11, 9), reason="Ill.", by=bexley.people.qa_head, at=GIVEN
    )

    (after,) = events(client)[1].values()
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert (after["dtstart"].dt, after["status"]) == (date(2026, 11, 9), "CONFIRMED")


def test_what_was_left_out_or_passed_on_is_called_off(bexley, client):
    out, passed = met(bexley.allocated(GIVEN)), bexley.allocated(GIVEN)
    people = bexley.people
    exclude_audit(out, reason="Moved.", by=people.qa_head, at=GIVEN)
    reassign(passed, Handover(people.head, "Leave."), by=people.officer, at=GIVEN)
    client.force_login(people.auditor)

    found = events(client)[1]

    assert {str(one["status"]) for one in found.values()} == {"CANCELLED"}
    assert len(found) == 4
    assert "url" not in found[f"audit-{passed.pk}-due@qa-framework"]
    client.force_login(people.head)
    assert [str(one["status"]) for one in events(client)[1].values()] == ["CONFIRMED"]


def test_what_came_back_is_not_called_off(bexley, client):
    people, audit = bexley.people, bexley.allocated(GIVEN)
    for person in (people.head, people.auditor):
        reassign(audit, Handover(person, "Leave."), by=people.officer, at=GIVEN)
    client.force_login(people.auditor)

    assert [str(one["status"]) for one in events(client)[1].values()] == ["CONFIRMED"]


def test_an_empty_calendar_is_a_calendar():
    text = calendar_of([], at=GIVEN, title="Audits").decode()

    assert text.startswith("BEGIN:VCALENDAR")
    assert "BEGIN:VEVENT" not in text


def test_a_meeting_ends_after_its_minutes():
    entry = Entry("audit-1-meeting", "Meeting", MEETING, minutes=75)

    event = Calendar.from_ical(calendar_of([entry], at=GIVEN, title="Audits")).walk("VEVENT")[0]

    assert event["dtend"].dt == moment(2026, 10, 20, 15, 45)
    assert event["status"] == "CONFIRMED"
