"""The programme's pages: who opens them, what they do, and that nothing grows with the rows."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import Audit
from programme.models import ProgrammeYear, Slot, Theme
from programme.services.year import make_slots
from tests.access.test_every_url import signed_in
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.people import UserFactory
from tests.factories.years import YEAR, noon, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def lancashire(settings):
    settings.TEST_CLOCK = noon(5, 4)
    made = place()
    for kind in ("HOS", "TM", "DCSC"):
        made.seat(kind, made.team if kind == "TM" else None)
    return made


@pytest.fixture
def year(lancashire):
    return lancashire.open(YEAR, noon(4, 1))


@pytest.fixture
def officer(lancashire):
    return signed_in(lancashire.officer)


def dip(made) -> Slot:
    return Slot.objects.filter(post=made.posts["HOS"], activity="dip_sample").first()


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_the_qa_team_opens_the_year(lancashire, officer):
    before = text(officer.get(reverse("programme")))

    answer = officer.post(reverse("open-year"), {"first_on": "2026-04-01"}, follow=True)

    assert "No year is open yet." in before
    assert "Open 2026–27" in before
    assert "The programme for 2026–27 is open." in text(answer)
    assert ProgrammeYear.objects.get().first_on == YEAR


@pytest.mark.parametrize("day", ["", "tomorrow", "2026-05-01", "2031-04-01"])
def test_another_day_opens_nothing(lancashire, officer, day):
    answer = officer.post(reverse("open-year"), {"first_on": day})

    assert answer.status_code == 422
    assert not ProgrammeYear.objects.exists()


@pytest.mark.parametrize(
    "name", ["open-year", "make-slots", "plan-slots", "programme-slot", "add-theme"]
)
@pytest.mark.parametrize("kind", ["DCSC", "HOS", "TM"])
def test_nobody_else_changes_the_programme(lancashire, year, name, kind):
    slot = dip(lancashire)
    args = {
        "open-year": [],
        "make-slots": [year.pk, 1],
        "plan-slots": [year.pk, slot.post_id],
        "programme-slot": [slot.pk],
        "add-theme": [year.pk],
    }[name]

    answer = signed_in(lancashire.people[kind]).post(
        reverse(name, args=args), {"first_on": "2027-04-01", "step": "excuse", "reason": "x"}
    )

    assert answer.status_code == 403
    assert ProgrammeYear.objects.count() == 1
    assert Slot.objects.get(pk=slot.pk).excused_why == ""


def test_another_year_can_be_chosen(lancashire, year, officer):
    after = lancashire.open(date(2027, 4, 1), noon(4, 2))

    first = officer.get(reverse("programme"))
    second = officer.get(reverse("programme"), {"year": after.pk})
    wrong = officer.get(reverse("programme"), {"year": "x"})

    assert [page.context["shown"] for page in (first, second, wrong)] == [year, after, year]


def test_a_quarter_shows_its_figures(lancashire, year, officer):
    page = officer.get(reverse("programme-quarter", args=[year.pk, 1]))

    assert page.context["board"].total.required == 11
    assert [row.holders for row in page.context["rows"]] == [lancashire.people["DCSC"].name]
    assert "Targets for the service" in text(page)


def test_a_kind_of_post_can_be_chosen(lancashire, year, officer):
    address = reverse("programme-quarter", args=[year.pk, 1])

    assert officer.get(address, {"type": "TM"}).context["chosen"].code == "TM"
    assert officer.get(address, {"type": "NOBODY"}).context["chosen"].code == "DCSC"


@pytest.mark.parametrize("number", [0, 5, 12])
def test_there_are_four_quarters(year, officer, number):
    assert officer.get(f"/programme/{year.pk}/q{number}/").status_code == 404


def test_a_council_without_numbers_is_told_so(settings):
    settings.TEST_CLOCK = noon(5, 4)
    made = place("bracknell-forest", "QAO")
    year = made.open(YEAR, noon(4, 1))

    page = text(signed_in(made.officer).get(reverse("programme-quarter", args=[year.pk, 1])))

    assert "No local rule says how many each post owes." in page
    assert "Flash audit, when something calls for it" in page


def test_slots_are_made_by_hand(lancashire, year, officer):
    first = officer.post(reverse("make-slots", args=[year.pk, 2]), follow=True)
    again = officer.post(reverse("make-slots", args=[year.pk, 2]), follow=True)

    assert "15 slots are new." in text(first)
    assert "Every slot was there already." in text(again)


def test_a_slot_is_marked_and_opened_again(lancashire, year, officer):
    slot = dip(lancashire)
    address = reverse("programme-slot", args=[slot.pk])
    typed = {"step": "done", "done_on_0": "30", "done_on_1": "4", "done_on_2": "2026"}

    done = officer.post(address, typed)
    marked = Slot.objects.get(pk=slot.pk).done_on
    page = text(officer.get(address))
    officer.post(address, {"step": "undo"})

    assert done.headers["Location"] == reverse("programme-post", args=[year.pk, slot.post_id])
    assert marked == date(2026, 4, 30)
    assert "It was not done: open it again" in page
    assert Slot.objects.get(pk=slot.pk).done_on is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"step": "done"}, "Enter the day it was done."),
        (
            {"step": "done", "done_on_0": "5", "done_on_1": "5", "done_on_2": "2026"},
            "Enter a day from 1 April 2026 to today.",
        ),
        ({"step": "excuse", "reason": " "}, "Give the reason."),
        ({"step": "excuse", "reason": "x" * 301}, "Ensure this value has at most 300 characters"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(lancashire, year, officer, typed, words):
    answer = officer.post(reverse("programme-slot", args=[dip(lancashire).pk]), typed)

    assert answer.status_code == 422
    assert words in text(answer)
    assert not Slot.objects.exclude(done_on=None, excused_why="").exists()


def test_a_slot_is_excused_and_required_again(lancashire, year, officer):
    slot = dip(lancashire)
    address = reverse("programme-slot", args=[slot.pk])

    officer.post(address, {"step": "excuse", "reason": "On long leave."})
    page = text(officer.get(reverse("programme-post", args=[year.pk, slot.post_id])))
    officer.post(address, {"step": "unexcuse"})

    assert "On long leave." in page
    assert Slot.objects.get(pk=slot.pk).excused_why == ""


@pytest.mark.parametrize("step", ["undo", "unexcuse"])
def test_a_step_that_does_not_fit_is_refused(lancashire, year, officer, step):
    answer = officer.post(reverse("programme-slot", args=[dip(lancashire).pk]), {"step": step})

    assert answer.status_code == 422


def test_an_unknown_step_changes_nothing(lancashire, year, officer):
    address = reverse("programme-slot", args=[dip(lancashire).pk])

    assert officer.post(address, {"step": "x"}).status_code == 200
    assert not Slot.objects.exclude(done_on=None, excused_why="").exists()


def test_what_an_audit_fills_has_no_field_for_a_day(lancashire, year, officer):
    slot = Slot.objects.get(post=lancashire.posts["HOS"], activity="learning_space")

    page = text(officer.get(reverse("programme-slot", args=[slot.pk])))

    assert "An audit fills this when it is allocated." in page
    assert "When was it done?" not in page


def test_something_more_is_planned(lancashire, year, officer):
    address = reverse("plan-slots", args=[year.pk, lancashire.posts["HOS"].pk])
    typed = {"activity": "thematic", "month": "2026-06-01", "number": "2"}

    wrong = officer.post(address, typed | {"number": "0"})
    officer.post(address, typed)

    assert wrong.status_code == 422
    assert "Enter a number from 1." in text(wrong)
    assert Slot.objects.filter(activity="thematic", first_on=date(2026, 6, 1)).count() == 2


def test_a_theme_is_added_and_must_be_looked_at_again_later(lancashire, year, officer):
    address = reverse("add-theme", args=[year.pk])
    typed = {
        "title": "Voice of the child",
        "lead": lancashire.people["HOS"].pk,
        "objectives": "What do plans say?",
        "sample": "12",
        "quarter": "2026-07-01",
        "revisit": "2026-07-01",
    }

    wrong = officer.post(address, typed)
    none_yet = Theme.objects.count()
    officer.post(address, typed | {"revisit": "2027-04-01"})
    page = text(officer.get(reverse("programme-themes", args=[year.pk])))

    assert (wrong.status_code, none_yet) == (422, 0)
    assert "A theme is looked at again in a later quarter." in text(wrong)
    assert "Q2 2026–27, July to September 2026" in page
    assert "Q1 2027–28, April to June 2027" in page


def test_a_theme_needs_everything(lancashire, year, officer):
    answer = officer.post(reverse("add-theme", args=[year.pk]), {"title": ""})

    for words in (
        "Give the theme a title.",
        "Choose the lead.",
        "Enter the objectives.",
        "Enter how many files.",
        "Choose the quarter.",
    ):
        assert words in text(answer)


def test_a_manager_reads_their_own_post_and_is_offered_nothing(lancashire, year):
    client = signed_in(lancashire.people["TM"])

    page = text(client.get(reverse("programme-post", args=[year.pk, lancashire.posts["TM"].pk])))
    other = client.get(reverse("programme-post", args=[year.pk, lancashire.posts["HOS"].pk]))

    assert "Function-based dip sample" in page
    assert "/programme/slots/" not in page
    assert "Plan something more" not in page
    assert other.status_code == 404


def test_my_allocations_show_my_own_row(lancashire, year):
    page = text(signed_in(lancashire.people["HOS"]).get(reverse("my-allocations")))

    assert "0 of 4 done, 4 planned" in page


@pytest.mark.parametrize(
    ("who", "offered"), [("officer", True), ("DCSC", True), ("HOS", False), ("TM", False)]
)
def test_the_menu_offers_the_programme_to_those_who_read_it(lancashire, who, offered):
    user = lancashire.officer if who == "officer" else lancashire.people[who]

    page = signed_in(user).get(reverse("my-work")).content.decode()

    assert ('href="/programme/"' in page) == offered


def test_posts_are_shown_25_at_a_time(lancashire, year, officer):
    for _ in range(26):
        lancashire.seat("TM", lancashire.team)
    address = reverse("programme-quarter", args=[year.pk, 1])

    pages = [officer.get(address, {"type": "TM", "page": n}) for n in (1, 2)]

    assert [len(page.context["rows"]) for page in pages] == [25, 2]


@pytest.mark.parametrize(
    "name", ["programme", "programme-quarter", "programme-post", "programme-themes"]
)
def test_no_page_takes_more_queries_for_more_rows(lancashire, year, officer, name):
    args = {
        "programme": [],
        "programme-quarter": [year.pk, 1],
        "programme-post": [year.pk, lancashire.posts["TM"].pk],
        "programme-themes": [year.pk],
    }[name]
    lancashire.audit("TM", date(2026, 5, 1), noon(5, 4), "returned")
    theme(lancashire, year)
    few = taken(officer, reverse(name, args=args))
    for _ in range(3):
        lancashire.seat("TM", lancashire.team)
        theme(lancashire, year)
    make_slots(year, YEAR, date(2026, 9, 30), by=lancashire.officer, at=noon(5, 4))
    lancashire.audit("TM", date(2026, 7, 1), noon(5, 4))

    many = taken(officer, reverse(name, args=args))

    assert many == few
    assert many <= 24


def taken(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    print(f"{len(queries)} {address}")
    return len(queries)


def theme(made, year) -> Theme:
    return Theme.objects.create(
        year=year,
        title="Voice of the child",
        lead=made.people["HOS"],
        objectives="What do plans say?",
        sample=3,
        quarter_on=YEAR,
        added_by=made.officer,
        added_at=noon(4, 1),
    )


# Flash audits (E-30)


def case_of(made):
    case = CaseFileFactory(council=made.council, unit=made.team)
    worker = UserFactory(council=made.council)
    InvolvementFactory(case=case, user=worker)
    return case, worker


@pytest.mark.parametrize(
    ("council", "officer", "there"),
    [
        ("bracknell-forest", "QAO", True),
        ("lancashire", "QA", False),
        ("west-sussex", "QA", False),
        ("blackburn-with-darwen", "QAL", False),
        ("bexley", "PSQA", False),
    ],
)
def test_only_a_framework_with_flash_audits_asks_what_one_is_raised_from(
    settings, council, officer, there
):
    settings.TEST_CLOCK = noon(5, 4)
    made = place(council, officer)
    case, _ = case_of(made)

    page = text(signed_in(made.officer).get(reverse("allocate-case", args=[case.pk])))

    assert ("Flash audit raised from (if it is one)" in page) == there


def test_a_flash_audit_keeps_what_it_was_raised_from(settings):
    settings.TEST_CLOCK = noon(5, 4)
    made = place("bracknell-forest", "QAO")
    made.seat("TM")
    case, worker = case_of(made)
    typed = {
        "auditor": made.people["TM"].pk,
        "worker": worker.pk,
        "month": "2026-05",
        "audit_on_0": "29",
        "audit_on_1": "5",
        "audit_on_2": "2026",
        "flash_source": "Key line of enquiry 3",
        "confirmed": "on",
    }

    answer = signed_in(made.officer).post(reverse("allocate-case", args=[case.pk]), typed)

    assert answer.status_code == 302, text(answer)
    assert Audit.objects.get().flash_source == "Key line of enquiry 3"
