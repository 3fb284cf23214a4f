"""The pages of surveys: planning, links, answers typed in, results, and the link that staff get."""

import re
import time
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlsplit

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import Notice, TrailEntry
from feedback.models import AnonymousAnswer, Invitation, Survey, TakenPart, Ticket
from feedback.services.surveys import call_off
from feedback.states import SurveyState
from feedback.tickets import read_ticket
from feedback.views.taking_part import SHOWN
from tests.access.test_every_url import signed_in
from tests.factories.audits import NOW
from tests.factories.cast import cast
from tests.feedback.survey_scenes import ON, closed, council, opened, planned, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = NOW
    return council()


@pytest.fixture
def officer(people):
    return signed_in(people.officer)


def at(name, survey, *more):
    return reverse(name, args=[survey.pk, *more])


def boxes(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", answer.content.decode()))


def links_of(answer):
    return [
        one
        for one in re.findall(r"http://localhost:8000/answer/[^\s<\"]+", answer.content.decode())
    ]


# --- the list ------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_instrument_and_state(people, officer):
    opened(people, title="Autumn")
    planned(people, "parent_survey", title="Parents 2026")

    assert "No survey matches." in text_of(officer.get("/feedback/?state=called_off"))
    page = text_of(officer.get("/feedback/?instrument=staff"))
    assert "Autumn" in page
    assert "Parents 2026" not in page
    assert "Parents 2026" in text_of(officer.get("/feedback/?state=planned"))


def test_the_list_is_paged_and_takes_one_number_of_queries(people, officer):
    counts = []
    for number in (1, 3, 26):
        while Survey.objects.count() < number:
            planned(people, title=f"Round {Survey.objects.count()}")
        officer.get("/feedback/")
        with CaptureQueriesContext(connection) as queries:
            answer = officer.get("/feedback/")
        counts.append(len(queries))

    assert counts[0] == counts[1] == counts[2]
    assert answer.context["page"].paginator.num_pages == 2


def test_readers_of_totals_see_closed_surveys_only(people):
    opened(people, title="Still open")
    closed(people, said(6, "manager"), title="Over")
    client = signed_in(people.reader)

    page = text_of(client.get("/feedback/"))

    assert "Over" in page
    assert "Still open" not in page
    assert "Plan a survey" not in page


def test_another_council_finds_nothing(people):
    survey = closed(people, said(6, "manager"))
    client = signed_in(cast("eastmere").officer)

    for name in ("survey", "survey-results", "survey-links", "type-in-answer", "close-survey"):
        assert client.get(at(name, survey)).status_code == 404
    assert client.get(at("survey-results-file", survey, "csv")).status_code == 404


# --- planning and its steps ----------------------------------------------------------------------


def plan(officer, **changes):
    typed = {"instrument": "staff", "title": "Autumn", **boxes("opens_on", ON), **changes}
    return officer.post(reverse("plan-survey"), typed)


def test_a_survey_is_planned_for_the_usual_length(people, officer):
    answer = plan(officer)

    survey = Survey.objects.get()
    assert answer.headers["Location"] == at("survey", survey)
    assert (survey.opens_on, survey.closes_on) == (ON, ON + timedelta(days=13))


def test_the_last_day_is_asked_for_where_no_length_is_usual(settings):
    settings.TEST_CLOCK = NOW
    officer = signed_in(council(runs_for=None).officer)

    answer = plan(officer)

    assert answer.status_code == 422
    assert "names no usual length" in text_of(answer)
    assert plan(officer, **boxes("closes_on", ON + timedelta(days=20))).status_code == 302


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "Enter a title."),
        ({"instrument": "complaints"}, "Select a valid choice"),
        (boxes("opens_on", ON - timedelta(days=1)), "has not passed"),
        (boxes("closes_on", ON - timedelta(days=1)), "before the first"),
        ({"opens_on_0": "31", "opens_on_1": "2"}, "real date"),
    ],
)
def test_what_is_wrong_with_a_plan_is_said(people, officer, changes, words):
    answer = plan(officer, **changes)

    assert (answer.status_code, Survey.objects.count()) == (422, 0)
    assert words in text_of(answer)


def test_nothing_else_can_be_set_by_the_form(people, officer):
    plan(officer, council="99", state="closed", handed_out="50", sees_totals="practitioner")

    survey = Survey.objects.get()
    assert (survey.council, survey.state, survey.handed_out) == (people.council, "planned", 0)


@pytest.mark.parametrize(
    ("name", "state"),
    [("open-survey", SurveyState.OPEN), ("call-survey-off", SurveyState.CALLED_OFF)],
)
def test_a_step_is_asked_first_and_then_taken(people, officer, name, state):
    survey = planned(people)

    assert officer.get(at(name, survey)).status_code == 200
    survey.refresh_from_db()
    assert survey.state == SurveyState.PLANNED
    assert officer.post(at(name, survey)).status_code == 302
    survey.refresh_from_db()
    assert survey.state == state


def test_a_step_that_cannot_be_taken_says_why(people, officer):
    survey = opened(people)

    answer = officer.post(at("call-survey-off", survey))

    assert answer.status_code == 422
    assert "Close it." in text_of(answer)


def test_who_does_not_run_it_takes_no_step(people):
    survey = closed(people, said(6, "manager"))
    client = signed_in(people.manager)

    assert client.get(at("survey", survey)).status_code == 200
    for name in ("open-survey", "close-survey", "survey-links", "type-in-answer"):
        assert client.post(at(name, survey)).status_code == 403
    assert client.get(reverse("plan-survey")).status_code == 403


# --- while it is open ----------------------------------------------------------------------------


def test_while_open_nobody_can_watch_answers_come_in(people, officer):
    survey = opened(people)
    pages = []
    for number in range(3):
        pages.append(
            [
                re.sub('csrf[^>]+>|nonce="[^"]+"', "", officer.get(where).content.decode())
                for where in (at("survey", survey), "/feedback/")
            ]
        )
        AnonymousAnswer.objects.bulk_create(
            AnonymousAnswer(survey=survey, received_on=ON, answers={"well": number})
            for _ in range(6)
        )

    assert pages[0] == pages[1] == pages[2]
    assert officer.get(at("survey-results", survey)).status_code == 422
    assert officer.get(at("survey-results-file", survey, "csv")).status_code == 422


def test_results_are_frozen_once_closed(people, officer):
    survey = closed(people, said(7, "manager"))
    first = officer.get(at("survey-results-file", survey, "csv")).content

    for name in ("type-in-answer", "survey-links"):
        assert officer.post(at(name, survey), {"a-well": "1", "declined": "1"}).status_code == 422

    assert officer.get(at("survey-results-file", survey, "csv")).content == first
    assert survey.answers.count() == 7


# --- links ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["list", "slips"])
def test_links_are_shown_once_and_counted(people, officer, how):
    survey = opened(people)

    answer = officer.post(at("survey-links", survey), {"how": how, "number": "3"})

    found = links_of(answer)
    assert (answer.status_code, len(set(found))) == (200, 3)
    for link in found:
        assert read_ticket(link.removeprefix("http://localhost:8000/answer/").rstrip("/"))
    survey.refresh_from_db()
    assert (survey.handed_out, Ticket.objects.count()) == (3, 0)
    assert "no-store" in answer.headers["Cache-Control"]
    said_in_trail = str(list(TrailEntry.objects.values_list("detail", flat=True)))
    assert not any(link in said_in_trail for link in found)


def test_a_slip_has_its_code_and_its_address(people, officer):
    survey = opened(people)

    answer = officer.post(at("survey-links", survey), {"how": "slips", "number": "2"})

    page = answer.content.decode()
    codes = re.findall(r'<path d="([^"]+)"/>', page)
    assert len(set(codes)) == page.count("<svg ") == 2
    assert "style=" not in page


@pytest.mark.parametrize(
    ("how", "number"), [("list", "0"), ("list", "2001"), ("slips", "201"), ("list", "many")]
)
def test_too_many_links_are_refused(people, officer, how, number):
    survey = opened(people)

    answer = officer.post(at("survey-links", survey), {"how": how, "number": number})

    assert answer.status_code == 422
    survey.refresh_from_db()
    assert survey.handed_out == 0


# --- typed in ------------------------------------------------------------------------------------


def test_an_answer_is_typed_in_and_the_trail_says_nothing(people, officer):
    survey = opened(people)
    before = TrailEntry.objects.count()

    officer.get(at("type-in-answer", survey))
    answer = officer.post(
        at("type-in-answer", survey),
        {
            "a-role": "manager",
            "a-well": "0",
            "a-proud": "5",
            "a-words": "More time",
            "a-from_on_0": "1",
            "a-from_on_1": "9",
            "a-from_on_2": "2026",
        },
    )

    assert answer.headers["Location"] == at("type-in-answer", survey)
    assert survey.answers.get().answers == {
        "role": "manager",
        "well": 0,
        "proud": 5,
        "words": "More time",
        "from_on": "2026-09-01",
    }
    assert TrailEntry.objects.count() == before


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"a-well": "11"}, "Choose a number from 0 to 10."),
        ({"a-well": "seven"}, "Choose a number from 0 to 10."),
        ({"a-from_on_0": "31", "a-from_on_1": "2", "a-from_on_2": "2026"}, "real date"),
        ({"a-often": "3"}, "asked only after certain answers"),
        ({"a-role": "boss"}, "Select a valid choice"),
    ],
)
def test_what_was_typed_comes_back(people, officer, typed, words):
    survey = opened(people)

    answer = officer.post(at("type-in-answer", survey), {"a-words": "Keep me", **typed})

    assert (answer.status_code, survey.answers.count()) == (422, 0)
    assert words in text_of(answer)
    assert "Keep me" in text_of(answer)
    assert all(value in answer.content.decode() for value in typed.values() if value != "boss")


def test_an_empty_form_is_no_answer(people, officer):
    survey = opened(people)

    answer = officer.post(at("type-in-answer", survey), {"a-role": ""})

    assert (answer.status_code, survey.answers.count()) == (422, 0)


def test_somebody_who_chose_not_to_answer_is_counted(people, officer):
    survey = opened(people)

    officer.post(at("type-in-answer", survey), {"declined": "1"})

    assert survey.tickets.filter(declined=True).count() == 1
    assert survey.answers.count() == 0


# --- results -------------------------------------------------------------------------------------


def test_the_results_show_means_groups_choices_words_and_leave_a_line(people, officer):
    survey = closed(
        people, said(6, "practitioner", words="Less paper") + said(5, "manager", well=2)
    )

    page = text_of(officer.get(at("survey-results", survey)))

    assert "How well does it go? 0 to 10 4.7 (11) 7.0 (6) 2.0 (5) too few" in page
    assert "I work with families 6 I manage 5" in page
    assert "Less paper" in page
    line = TrailEntry.objects.get(verb="open totals")
    assert (line.by_id, line.subject_id, line.detail) == (people.officer.pk, survey.pk, {})


def test_too_few_answers_show_no_number_and_no_words(people, officer):
    survey = closed(people, said(4, "manager", well=9, words="Only me"))

    answer = officer.get(at("survey-results", survey))
    file = officer.get(at("survey-results-file", survey, "csv")).content.decode()

    assert "Too few people answered" in text_of(answer)
    assert "Only me" not in text_of(answer)
    assert "9.0" not in file
    assert "4" not in re.sub(r"edition.*", "", file)


def test_a_small_group_is_hidden_in_page_and_file(people, officer):
    survey = closed(people, said(8, "practitioner", well=8) + said(2, "manager", well=1))

    page = text_of(officer.get(at("survey-results", survey)))
    file = officer.get(at("survey-results-file", survey, "csv")).content.decode()

    assert "How well does it go? 0 to 10 6.6 (10) too few too few too few" in page
    assert "well,How well does it go?,I work with families,too few,too few" in file


def test_results_stand_beside_earlier_rounds(people, officer):
    closed(people, said(6, "manager", well=4), title="Spring")
    closed(people, said(3, "manager", well=9), title="Summer")
    survey = closed(people, said(6, "manager", well=6), title="Autumn")

    answer = officer.get(at("survey-results", survey))

    assert "How well does it go? 4.0 (6) too few 6.0 (6)" in text_of(answer)
    assert [one.title for one in answer.context["rounds"]] == ["Spring", "Summer", "Autumn"]


def test_the_workbook_holds_totals_and_their_course_and_no_words(people, officer):
    closed(people, said(6, "manager", well=4), title="Spring")
    survey = closed(people, said(6, "manager", words="=SECRET()"), title="=Autumn()")

    answer = officer.get(at("survey-results-file", survey, "xlsx"))

    book = openpyxl.load_workbook(BytesIO(answer.content))
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert book.sheetnames == ["Totals", "Over time"]
    assert "SECRET" not in str(cells)
    assert "'=Autumn()" in cells
    assert "attachment" in answer.headers["Content-Disposition"]
    assert officer.get(at("survey-results-file", survey, "exe")).status_code == 404


def test_who_does_not_read_its_totals_gets_none(people):
    survey = closed(people, said(6, "manager"))

    for who, status in (("manager", 200), ("reader", 200), ("worker", 404), ("director", 404)):
        client = signed_in(getattr(people, who))
        assert client.get(at("survey-results", survey)).status_code == status


def test_words_that_look_like_html_are_shown_as_text(people, officer):
    survey = closed(people, said(6, "manager", words="<script>alert(1)</script>"))

    assert b"<script>alert" not in officer.get(at("survey-results", survey)).content


# --- staff ---------------------------------------------------------------------------------------


def test_staff_see_what_asks_them_and_get_one_link(people):
    survey = opened(people, title="Autumn")
    opened(people, "parent_survey", title="For parents")
    client = signed_in(people.worker)
    before = (TrailEntry.objects.count(), Notice.objects.count())

    page = text_of(client.get("/take-part/"))
    answer = client.post(at("take-part-link", survey))

    assert "Autumn" in page
    assert "For parents" not in page
    (link,) = set(links_of(answer))
    assert read_ticket(urlsplit(link).path.split("/")[2]).survey == survey.pk
    assert 'referrerpolicy="no-referrer"' in answer.content.decode()
    assert answer.status_code == 200
    assert TakenPart.objects.get().user == people.worker
    assert (TrailEntry.objects.count(), Notice.objects.count()) == before


def test_a_second_link_is_refused(people):
    survey = opened(people)
    client = signed_in(people.worker)
    client.post(at("take-part-link", survey))

    answer = signed_in(people.worker).post(at("take-part-link", survey))

    assert answer.status_code == 422
    assert not links_of(answer)
    assert "nobody can show it to you again" in text_of(client.get("/take-part/"))


@pytest.mark.parametrize("name", ["take-part-link", "take-part-form"])
def test_a_page_sent_twice_shows_the_same_link_again_and_nothing_else_keeps_it(people, name):
    people.worker.holdings.update(from_on=ON - timedelta(days=95))
    url = at(name, opened(people)) if name == "take-part-link" else reverse(name, args=["start"])
    client = signed_in(people.worker)
    first = client.post(url)
    before = (TrailEntry.objects.count(), TakenPart.objects.count(), Invitation.objects.count())

    second = client.post(url)

    assert (first.status_code, second.status_code) == (200, 200)
    assert links_of(first) == links_of(second) != []
    assert before == (
        TrailEntry.objects.count(),
        TakenPart.objects.count(),
        Invitation.objects.count(),
    )
    assert SHOWN not in second.cookies
    secret = links_of(first)[0].split("/")[-2]
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608
            assert not any(secret in row for (row,) in cursor.fetchall()), table


@pytest.mark.parametrize("secure", [True, False])
def test_the_browser_keeps_the_link_for_this_page_only_and_out_of_scripts(people, settings, secure):
    client = signed_in(people.worker)
    settings.SESSION_COOKIE_SECURE = secure
    url = at("take-part-link", opened(people))

    kept = client.post(url).cookies[SHOWN]

    assert kept["httponly"] is True
    assert (kept["samesite"], kept["path"], kept["max-age"]) == ("Strict", url, 600)
    assert bool(kept["secure"]) is secure


def test_after_its_minutes_the_link_is_not_shown_again(people, monkeypatch):
    url = at("take-part-link", opened(people))
    client = signed_in(people.worker)
    client.post(url)
    late = time.time() + 601
    monkeypatch.setattr("django.core.signing.time.time", lambda: late)

    assert client.post(url).status_code == 422


def test_what_the_browser_keeps_is_worth_nothing_to_a_colleague_or_for_another_survey(people):
    survey, other = opened(people, title="Autumn"), opened(people, title="Winter")
    client = signed_in(people.worker)
    first = client.post(at("take-part-link", survey))
    signed_in(people.second).post(at("take-part-link", survey))

    elsewhere = client.post(at("take-part-link", other))
    client.cookies[SHOWN] = first.cookies[SHOWN].value
    client.force_login(people.second, backend="allauth.account.auth_backends.AuthenticationBackend")
    colleague = client.post(at("take-part-link", survey))

    assert elsewhere.status_code == 200
    assert set(links_of(elsewhere)).isdisjoint(links_of(first))
    assert (colleague.status_code, links_of(colleague)) == (422, [])


def test_a_form_that_is_used_or_taken_back_is_not_shown_again(people):
    people.worker.holdings.update(from_on=ON - timedelta(days=95))
    client = signed_in(people.worker)
    url = reverse("take-part-form", args=["start"])
    client.post(url)

    Invitation.objects.update(state="declined")
    used = client.post(url)
    Invitation.objects.update(state="revoked")

    assert (used.status_code, links_of(used)) == (422, [])
    assert client.post(url).status_code == 404


def test_a_link_is_given_by_post_only(people):
    survey = opened(people)

    assert signed_in(people.worker).get(at("take-part-link", survey)).status_code == 405
    assert TakenPart.objects.count() == 0


@pytest.mark.parametrize("who", ["officer", "director", "former"])
def test_somebody_whom_it_does_not_ask_gets_none(people, who):
    survey = opened(people)
    client = signed_in(getattr(people, who))

    assert "There is no survey for you" in text_of(client.get("/take-part/"))
    assert client.post(at("take-part-link", survey)).status_code == 404
    assert TakenPart.objects.count() == 0


def test_a_parents_survey_gives_no_link_to_staff(people):
    survey = opened(people, "parent_survey")

    assert signed_in(people.worker).post(at("take-part-link", survey)).status_code == 404


def test_another_councils_staff_are_not_asked(people):
    survey = opened(people)

    client = signed_in(cast("eastmere").worker)

    assert client.post(at("take-part-link", survey)).status_code == 404


def test_nobody_answers_a_survey_that_was_called_off(people):
    survey = call_off(planned(people), by=people.officer, at=NOW)

    assert signed_in(people.worker).post(at("take-part-link", survey)).status_code == 404


def test_somebody_new_gets_a_confidential_form_once(people):
    people.worker.holdings.update(from_on=ON - timedelta(days=95))
    client = signed_in(people.worker)

    page = text_of(client.get("/take-part/"))
    answer = client.post(reverse("take-part-form", args=["start"]))

    assert "Your start here" in page
    assert "confidential, not anonymous" in page
    assert len(set(links_of(answer))) == 1
    assert Invitation.objects.get().user == people.worker
    elsewhere = signed_in(people.worker)
    assert elsewhere.post(reverse("take-part-form", args=["start"])).status_code == 404
