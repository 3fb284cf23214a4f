"""The pages of actions: the tracker and its files, one action and its steps, many at once."""

import csv
import io
import tracemalloc
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actions.models import Action, ImpactAnswer, SavedView
from actions.services.impact import ask_for_impact
from actions.views.tracker import lines_of
from core import clock
from core.models import TrailEntry
from standards.models import CalendarDay
from tests.access.test_every_url import signed_in
from tests.actions.scenes import council, done, draft, fresh, moment, opened, signed

pytestmark = pytest.mark.django_db
AT = moment(2026, 11, 10)


@pytest.fixture
def bexley():
    return council("bexley")


@pytest.fixture(autouse=True)
def _today(settings):
    settings.TEST_CLOCK = AT.replace(tzinfo=None)


def get(user, name, /, *args, status=200, **query):
    answer = signed_in(user).get(reverse(name, args=args), query)
    assert answer.status_code == status
    return whole(answer)


def whole(answer):
    """What was sent, in one piece or in many."""
    return answer.getvalue().decode("utf-8-sig")


def post(user, name, /, *args, status=302, **data):
    answer = signed_in(user).post(reverse(name, args=args), data)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer


def day(value, name="due_on"):
    return {f"{name}_0": value.day, f"{name}_1": value.month, f"{name}_2": value.year}


# The tracker -----------------------------------------------------------------------------------------


def rows(text):
    return {
        one.split('"')[0].strip("/")
        for one in text.split('href="/actions/')[1:]
        if one[0].isdigit()
    }


def test_the_tracker_shows_what_is_not_finished_and_narrows(bexley):
    people = bexley.people
    late = opened(bexley, AT, source=1, due_on=date(2026, 10, 1), what="Late one")
    soon = opened(bexley, AT, source=2, due_on=date(2026, 11, 12), themes=("neglect",))
    other = opened(bexley, AT, source=3, owner=people.second)
    closed = signed(bexley, AT, source=4)
    hidden = draft(bexley, AT, source=5)
    everything = {late, soon, other, closed}

    def found(**query):
        text = get(people.officer, "actions", **query)
        return {one for one in {*everything, hidden} if str(one.pk) in rows(text)}

    assert found() == {late, soon, other, hidden} - {hidden}
    assert found(state="signed_off") == {closed}
    assert found(state="all") == {*everything, hidden}
    assert found(band="late") == {late}
    assert found(band="4_to_6") == {late}
    assert found(band="week") == {soon}
    assert found(theme="neglect") == {soon}
    assert found(owner=people.second.pk) == {other}
    assert found(q="late ONE") == {late}
    assert found(q=f"Action {soon.pk}") == {soon}
    assert found(q=other.case.number) == {other}
    assert found(unit=people.service.pk) == {late, soon, other}
    assert found(unit=people.team1.pk) == set()
    assert found(source="audit", action_class="") == {late, soon, other}


def test_the_order_can_be_chosen_and_nonsense_does_no_harm(bexley):
    first = opened(bexley, AT, source=1, due_on=date(2026, 11, 12), what="Alpha")
    opened(bexley, AT, source=2, due_on=date(2026, 11, 20), what="Beta")

    text = get(bexley.people.officer, "actions", sort="-due")
    assert text.index("Beta") < text.index("Alpha")
    text = get(bexley.people.officer, "actions")
    assert text.index("Alpha") < text.index("Beta")
    for query in (
        {"owner": "x"},
        {"sort": "hack"},
        {"q": "'--"},
        {"unit": "9999999"},
        {"page": "z"},
    ):
        get(bexley.people.officer, "actions", **query)
    assert "Action" in first.title


def test_time_to_close_stands_on_the_tracker_with_its_numbers(bexley):
    made = [signed(bexley, AT, source=one) for one in range(3)]
    opened(bexley, AT, source=9)
    for days, one in enumerate(made, start=1):
        Action.objects.filter(pk=one.pk).update(
            opened_on=AT.date() - timedelta(days=10 * days), closed_on=AT.date()
        )

    text = get(bexley.people.officer, "actions")

    assert "3 of 4" in text
    assert "20 days" in text


def test_a_view_is_kept_opens_first_and_is_removed_by_its_owner_only(bexley):
    people = bexley.people
    post(people.officer, "save-action-view", name="Late", query="band=late&page=3", default="on")
    view = SavedView.objects.get()
    assert (view.query, view.is_default) == ("band=late", True)

    answer = signed_in(people.officer).get(reverse("actions"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/actions/?band=late")
    assert "Late" in get(people.officer, "actions", band="late")
    post(people.qa_head, "remove-action-view", view.pk, status=404)
    post(people.officer, "save-action-view", name="Mine", query="", default="on")
    assert list(SavedView.objects.order_by("name").values_list("name", "is_default")) == [
        ("Late", False),
        ("Mine", True),
    ]
    get(people.officer, "actions")
    post(people.officer, "remove-action-view", view.pk)
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_a_view_needs_a_name(bexley, name):
    post(bexley.people.officer, "save-action-view", name=name, status=422)


# Files -------------------------------------------------------------------------------------------------


def test_the_files_hold_what_is_shown_and_no_formula(bexley):
    people = bexley.people
    action = opened(bexley, AT, source=1, what="=HYPERLINK(1)", themes=("neglect", "voice"))
    opened(bexley, AT, source=2, what="Other")
    client = signed_in(people.officer)

    answer = client.get(reverse("actions-file", args=["csv"]), {"q": "hyperlink"})
    table = list(csv.reader(io.StringIO(whole(answer))))
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(reverse("actions-file", args=["xlsx"]), {"q": "hyperlink"}).content)
    )
    sheet = [[cell or "" for cell in row] for row in book.active.iter_rows(values_only=True)]

    assert sheet == table
    assert len(table) == 2
    line = dict(zip(*table, strict=True))
    assert (line["Action"], line["What"], line["Themes"]) == (
        str(action.pk),
        "'=HYPERLINK(1)",
        "neglect, voice",
    )
    assert (line["Owner"], line["Due"], line["How late"]) == (
        people.worker.name,
        "2026-12-01",
        "Not due within a week",
    )
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)
    told = (
        TrailEntry.objects.filter(verb="download actions")
        .order_by("id")
        .values_list("detail", flat=True)
    )
    assert list(told) == [{"rows": 1, "form": "csv"}, {"rows": 1, "form": "xlsx"}]


@pytest.mark.parametrize(
    "what", ["\x01=1+1", "\t=1", "\r=1", "=1", "+1", "-1", "@SUM(1)", "\uff1d1+1", "  =1+1"]
)
def test_whatever_an_action_begins_with_its_files_hold_no_formula(bexley, what):
    opened(bexley, AT, what=what, success="\x0b=2", themes=("\x02@x",))
    client = signed_in(bexley.people.officer)

    content = client.get(reverse("actions-file", args=["xlsx"])).content
    text = whole(client.get(reverse("actions-file", args=["csv"])))

    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    cells = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    line = dict(zip(*csv.reader(io.StringIO(text, newline="")), strict=True))
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert (line["What"][0], line["How it will be known"], line["Themes"]) == ("'", "'=2", "'@x")
    assert cells[1] == list(line.values())


def test_a_file_says_the_day_of_recording_as_it_was_here(bexley):
    opened(bexley, moment(2026, 7, 1, 0, 30))

    answer = signed_in(bexley.people.officer).get(reverse("actions-file", args=["csv"]))

    line = dict(zip(*csv.reader(io.StringIO(whole(answer))), strict=True))
    assert line["Recorded"] == "2026-07-01"


def test_a_file_holds_only_what_the_person_may_see(bexley):
    opened(bexley, AT)

    assert "Ask the child" not in get(bexley.people.stranger, "actions-file", "csv")
    assert "Ask the child" in get(bexley.people.worker, "actions-file", "csv")
    get(bexley.people.worker, "actions-file", "exe", status=404)


def many(bexley, number):
    first = opened(bexley, AT, themes=("neglect",))
    copies = []
    for at in range(number - 1):
        one = fresh(first)
        one.pk, one.source_id, one.form_token, one.what = None, 100 + at, None, f"Ask {at}"
        copies.append(one)
    Action.objects.bulk_create(copies)


@pytest.mark.parametrize("number", [2, 1203])
def test_a_long_file_is_sent_in_pieces_and_asks_no_more_than_a_short_one(bexley, number):
    many(bexley, number)
    client = signed_in(bexley.people.officer)
    client.get(reverse("actions"))

    with CaptureQueriesContext(connection) as asked:
        answer = client.get(reverse("actions-file", args=["csv"]))
        parts = list(answer.streaming_content)

    assert answer.streaming
    # The session, the person, what is kept from them, the sums, units, owners, the number of lines, the trail's, today's files.
    assert len(asked) <= 10
    assert len(parts) == 1 + number // 500
    table = list(csv.reader(io.StringIO(b"".join(parts).decode("utf-8-sig"))))
    assert len(table) == number + 1
    assert {row[6] for row in table[1:]} == {
        "Ask the child",
        *(f"Ask {n}" for n in range(number - 1)),
    }
    (line,) = TrailEntry.objects.filter(verb="download actions")
    assert line.detail == {"rows": number, "form": "csv"}


def test_a_file_is_made_while_it_is_sent_and_not_before(bexley):
    many(bexley, 1203)
    lines = lines_of(Action.objects.order_by("pk"), AT.date())
    tracemalloc.start()
    peaks = []
    for number, _ in enumerate(lines, 1):
        if number in {600, 1203}:
            peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()

    assert number == 1203
    assert peaks[1] < 1.3 * peaks[0]


# One action ----------------------------------------------------------------------------------------------


def test_the_page_says_what_is_next_for_whom(bexley):
    people = bexley.people
    action = opened(bexley, AT)
    steps = {
        "start": "Start</button>",
        "done": "Say that it is done",
        "sign": "Sign off</a>",
        "date": "Change the date",
        "review": "Gone through in supervision",
        "give": "Give it to somebody else",
        "withdraw": "Withdraw</a>",
    }

    def offered(user):
        text = get(user, "action-page", action.pk)
        return {name for name, words in steps.items() if words in text}

    assert offered(people.worker) == {"start", "done"}
    assert offered(people.auditor) == set()
    assert offered(people.manager) == {"date", "review", "give", "withdraw"}
    assert offered(people.officer) == {"date", "give"}

    post(people.worker, "finish-action", action.pk, note="Case note")
    assert offered(people.worker) == set()
    assert offered(people.manager) == {"sign", "review"}
    text = get(people.manager, "action-page", action.pk)
    assert (people.manager.name in text, "Asked now" in text) == (True, True)


def test_the_date_of_sc_21_has_its_tag():
    place = council("west-sussex", edition=2)
    action = opened(place, moment(2026, 4, 27), due_on=None, action_class="standard_4w")

    text = get(place.people.worker, "action-page", action.pk)

    assert ("25 May 2026" in text, "Not a working day" in text) == (True, True)


def test_lists_say_that_a_deadline_is_no_working_day_with_one_look_at_the_calendar(bexley):
    people = bexley.people
    closed = date(2026, 12, 3)
    CalendarDay.objects.create(
        council=people.council, kind="closed", from_on=closed, to_on=closed, name="Moving"
    )
    shown = []
    for source in range(3):
        opened(bexley, AT, source=source, due_on=closed)
        client = signed_in(people.officer)
        with CaptureQueriesContext(connection) as queries:
            text = client.get(reverse("actions")).content.decode()
        shown.append((text.count("Not a working day"), len(queries)))
        assert sum("calendarday" in one["sql"] for one in queries) == 1

    assert [number for number, _ in shown] == [1, 2, 3]
    assert len({queries for _, queries in shown}) == 1


def test_what_is_finished_has_no_word_about_its_day(bexley):
    people = bexley.people
    signed(bexley, AT, due_on=date(2026, 12, 5))
    opened(bexley, AT, source=2, due_on=date(2026, 12, 7))

    assert "Not a working day" not in get(people.officer, "actions", state="all")
    opened(bexley, AT, source=3, due_on=date(2026, 12, 6))
    assert "Not a working day" in get(people.officer, "actions", state="all")


def test_a_task_in_hours_is_sent_back_without_a_date_and_the_page_says_its_moment(
    bexley, monkeypatch
):
    monkeypatch.setattr(clock, "now", lambda: AT)
    people = bexley.people
    until = {"due_on": date(2026, 11, 11), "due_at": AT + timedelta(hours=24)}
    action = done(bexley, AT, **until)

    text = get(people.manager, "send-back-action", action.pk)
    assert "Due within 24 hours. You can leave this empty" in text
    assert "it is then due by 11 November 2026 at 10:00" in text
    late = day(date(2026, 11, 12))
    answer = post(people.manager, "send-back-action", action.pk, reason="No", status=422, **late)
    assert "The date can be 11 November 2026 at the latest" in answer.content.decode()
    post(people.manager, "send-back-action", action.pk, reason="No")

    row = fresh(action)
    assert (row.state, row.due_at) == ("open", AT + timedelta(hours=24))
    assert "only be an earlier one" in get(people.manager, "action-date", action.pk)


def test_the_form_that_sends_back_says_what_the_class_makes_of_an_empty_date():
    place = council("bracknell-forest")
    met = {"meeting": moment(2026, 5, 19)}
    action = done(place, moment(2026, 5, 19), due_on=None, action_class="immediate", anchors=met)

    text = get(place.people.manager, "send-back-action", action.pk)

    assert "You can leave this empty: it is then due by 17 November 2026" in text


def test_the_steps_by_their_pages(bexley):
    people = bexley.people
    action = opened(bexley, AT)

    post(people.worker, "start-action", action.pk)
    post(people.worker, "finish-action", action.pk, note=" ", status=422)
    post(people.worker, "finish-action", action.pk, note="Case note of today")
    get(people.auditor, "sign-off-action", action.pk, status=403)
    get(people.worker, "sign-off-action", action.pk, status=403)
    post(people.manager, "send-back-action", action.pk, reason="The plan", status=422)
    later = date(2026, 12, 24)
    post(people.manager, "send-back-action", action.pk, reason="The plan", **day(later))
    assert (fresh(action).state, fresh(action).due_on) == ("open", later)

    post(people.manager, "action-date", action.pk, reason="Ill", **day(date(2027, 1, 8)))
    post(people.manager, "review-action", action.pk, note="On its way", **day(AT.date(), "on"))
    post(people.worker, "finish-action", action.pk, note="Now")
    post(people.manager, "sign-off-action", action.pk, note="")
    assert fresh(action).state == "signed_off"
    text = get(people.worker, "action-page", action.pk)
    for words in ("On its way", "24 December 2026 to 8 January 2027", "Case note", "Sent back"):
        assert (words in text) == (words != "Case note"), words


def test_withdrawing_and_a_draft_of_ones_own(bexley):
    people = bexley.people
    action = opened(bexley, AT)
    mine = draft(bexley, AT, source=2)

    get(people.worker, "withdraw-action", action.pk, status=403)
    post(people.manager, "withdraw-action", action.pk, note="Not needed")
    post(people.auditor, "withdraw-action", mine.pk, note="A slip")

    assert {fresh(one).state for one in (action, mine)} == {"withdrawn"}


def test_a_refusal_stands_at_its_field(bexley):
    action = opened(bexley, AT)

    answer = post(
        bexley.people.manager,
        "action-date",
        action.pk,
        reason="Ill",
        status=422,
        **day(date(2026, 11, 9)),
    )

    assert "The date must be today or later." in answer.content.decode()


def test_a_later_date_by_the_qa_team_is_refused_in_words_and_keeps_what_was_typed(bexley):
    action = opened(bexley, AT)
    data = {"reason": "She asked me for it", **day(date(2027, 1, 8))}

    answer = post(bexley.people.officer, "action-date", action.pk, status=422, **data)

    text = answer.content.decode()
    assert "You can bring this date forward." in text
    assert "She asked me for it" in text


def test_the_impact_is_answered_on_its_page(bexley):
    people = bexley.people
    action = signed(bexley, AT)
    ask_for_impact(moment(2026, 12, 22), lambda done: None)
    get(people.worker, "action-impact", action.pk, status=403)

    post(people.manager, "action-impact", action.pk, answer="no", difference="None", status=422)
    post(
        people.manager,
        "action-impact",
        action.pk,
        answer="no",
        difference="None",
        then="again",
        **day(date(2027, 1, 29)),
    )

    assert (fresh(action).state, ImpactAnswer.objects.get().answer) == ("open", "no")
    assert "Did it make a difference?" in get(people.worker, "action-page", action.pk)


# Recording, many at once -----------------------------------------------------------------------------------


def new(place, **changes):
    people = place.people
    return {
        "source": "meeting",
        "source_label": "Team meeting of 9 November 2026",
        "unit": people.team2.pk,
        "kind": "improve",
        "action_class": "as_set",
        "what": "Bring the plan up to date",
        "owner": people.worker.pk,
        "worker": people.worker.pk,
        "themes": "neglect,  voice of the child , neglect",
        **day(date(2026, 12, 1)),
    } | changes


def test_an_action_of_a_meeting_is_recorded_and_open(bexley):
    people = bexley.people

    post(people.manager, "new-action", **new(bexley))

    made = Action.objects.get()
    assert (made.state, made.source, made.source_label, made.unit, made.version) == (
        "open",
        "meeting",
        "Team meeting of 9 November 2026",
        people.team2,
        bexley.version,
    )
    assert (made.themes, made.asked) == (["neglect", "voice of the child"], [people.manager.pk])


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"what": "Call ASAP"}, "Say when it will be done as a date"),
        ({"due_on_0": "ongoing", "due_on_1": "", "due_on_2": ""}, "The date must include"),
        ({"due_on_0": "as soon", "due_on_1": "as", "due_on_2": "possible"}, "Enter a real date"),
        ({"due_on_0": "", "due_on_1": "", "due_on_2": ""}, "Enter the date by which"),
        ({"owner": ""}, "Choose who will do it"),
        ({"source": "gossip"}, "Select a valid choice"),
        ({"source_label": ""}, "Say which one it was"),
        ({"case_number": "999"}, "There is no case with this number"),
        ({"unit": ""}, "Choose the team or service"),
        ({"themes": ",".join(f"t{one}" for one in range(11))}, "ten short themes"),
    ],
)
def test_what_is_missing_is_said(bexley, changes, says):
    answer = post(bexley.people.officer, "new-action", status=422, **new(bexley, **changes))

    assert says in answer.content.decode()
    assert not Action.objects.exists()


def test_a_manager_records_for_their_own_units_only(bexley):
    answer = post(bexley.people.auditor, "new-action", status=422, **new(bexley))

    assert "Select a valid choice" in answer.content.decode()
    get(bexley.people.worker, "new-action", status=403)


def test_sc_15_the_form_of_an_audits_action_offers_the_classes_with_their_limits():
    place = council("bracknell-forest")
    officer = place.people.officer

    text = get(officer, "new-action")

    assert "at most 5 working days from the meeting" in text
    assert "How will you know that it has worked?" in text
    data = new(place, action_class="standard", success="The child says so")
    data |= {"due_on_0": "", "due_on_1": "", "due_on_2": ""}
    post(officer, "new-action", **data)
    made = Action.objects.get()
    assert (made.due_on, made.date_given) == (date(2026, 12, 10), False)


def test_chosen_rows_and_everything_of_a_person_are_given_on(bexley):
    people = bexley.people
    first, second = (opened(bexley, AT, source=one) for one in range(2))
    finished = done(bexley, AT, source=3)

    assert "2 actions" in get(people.officer, "reassign-actions", all_of=people.worker.pk)
    assert "1 action" in get(people.officer, "reassign-actions", row=first.pk)
    get(people.worker, "reassign-actions", status=403)
    get(people.officer, "reassign-actions", row="x", status=404)
    answer = post(
        people.officer,
        "reassign-actions",
        status=200,
        row=[first.pk, second.pk, finished.pk],
        owner=people.second.pk,
        reason="Has left",
    )

    text = answer.content.decode()
    assert ("2 actions given" in text, finished.title in text) == (True, True)
    assert "It is not open any more." in text
    assert {fresh(one).owner for one in (first, second)} == {people.second}
    post(
        people.officer,
        "reassign-actions",
        row=[first.pk],
        owner=people.worker.pk,
        reason="Back again",
    )
    assert fresh(first).owner == people.worker


def test_what_has_a_page_of_its_own_says_who_finishes_it_there(bexley):
    people = bexley.people
    action = opened(bexley, AT)
    Action.objects.filter(pk=action.pk).update(kind="loop")

    assert "being the owner here gives nobody that right" in get(
        people.officer, "action-page", action.pk
    )
    assert "Give it to somebody else" not in get(people.officer, "action-page", action.pk)
    data = {"row": [action.pk], "owner": people.second.pk, "reason": "Has left"}
    answer = post(people.officer, "reassign-actions", status=200, **data)
    assert "stays with whoever finishes it there" in answer.content.decode()

    people.worker.holdings.update(to_on=AT.date() - timedelta(days=1))
    assert "Give it to somebody else" in get(people.officer, "action-page", action.pk)
    assert "by whoever holds the post" in get(people.officer, "reassign-actions", row=action.pk)
    client = signed_in(people.officer)
    text = client.post(reverse("reassign-actions"), data, follow=True).content.decode()
    assert "What has a page of its own is still finished there" in text
    assert fresh(action).owner == people.second


def test_a_manager_goes_through_what_is_open_for_those_they_supervise(bexley):
    people = bexley.people
    action = opened(bexley, AT)
    opened(bexley, AT, source=2, owner=people.stranger, what="Elsewhere", by=people.officer)
    signed(bexley, AT, source=3, what="Closed")

    text = get(people.manager, "supervision")
    assert ("Ask the child" in text, "not yet" in text) == (True, True)
    assert "Closed" not in text
    post(people.manager, "review-action", action.pk, note="Half done", **day(AT.date(), "on"))
    assert "Half done" in get(people.manager, "supervision")
    assert "Ask the child" not in get(people.service_manager, "supervision")
    get(people.worker, "supervision", status=403)


def test_opening_an_action_leaves_a_line(bexley):
    action = opened(bexley, AT)
    get(bexley.people.worker, "action-page", action.pk)

    lines = TrailEntry.objects.filter(verb="open action page", by_id=bexley.people.worker.pk)
    assert [one.subject_id for one in lines] == [action.pk]
