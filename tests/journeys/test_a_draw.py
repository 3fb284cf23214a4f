"""A draw in the browser: the pool, two people's words, a replacement, the certificate that verifies (SC-14)."""

from datetime import date

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Page, expect

from programme.models import Draw
from tests.factories.audits import NOW
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import Cast
from tests.factories.draws import WORDS, open_files
from tests.journeys.conftest import Opener, check_page, give_password, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
BORN = (date(2024, 1, 1), date(2018, 1, 1), date(2014, 1, 1), date(2009, 1, 1), None)


@pytest.fixture
def council(bexley: Cast, settings) -> Cast:
    """Forty open cases of all ages, with a few that the pool leaves out."""
    settings.TEST_CLOCK = NOW
    for n in range(40):
        case = CaseFileFactory(
            council=bexley.council,
            unit=bexley.team2 if n % 3 else bexley.team1,
            plan_type=("CIN", "CP", "LAC")[n % 3],
            date_of_birth=BORN[n % 5],
            gender="FM"[n % 2],
        )
        if n != 7:
            InvolvementFactory(case=case, user=bexley.worker if n % 2 else bexley.second)
    open_files(bexley, 3, plan_type="CIN", opened_on=date(2026, 10, 20))
    give_password(bexley.qa_head, bexley.director)
    Client().get("/accounts/login/")  # a first page takes long; no browser waits for it
    return bexley


def choose(page: Page) -> None:
    """The pool: cases open since April, divided by age, a share of them."""
    page.get_by_role("link", name="Draws").click()
    check_page(page, "draws-empty")
    page.get_by_role("button", name="New draw").click()
    page.get_by_role("button", name="Show the pool").click()
    check_page(page, "new-draw-errors")
    expect(page.get_by_role("alert")).to_contain_text("Enter how many files")
    since = page.get_by_role("group", name="Open since this day or longer")
    for label, box in (("Day", "1"), ("Month", "4"), ("Year", "2026")):
        since.get_by_label(label).fill(box)
    page.get_by_label("A share of the pool, in per cent").check()
    page.get_by_label("How many files, or how many per cent").fill("15")
    page.get_by_label("Age band").check()
    check_page(page, "new-draw")
    page.get_by_role("button", name="Show the pool").click()
    expect(page.get_by_text("It was opened after 1 April 2026")).to_be_visible()


def freeze(page: Page) -> None:
    """The pool is frozen."""
    check_page(page, "draw-pool")
    page.get_by_label("What is the draw for?").fill("Audits of November, all services")
    page.get_by_role("button", name="Freeze the pool").click()
    expect(page.get_by_role("alert")).to_contain_text("its fingerprint is recorded")


def give(page: Page, words: str) -> None:
    """One person's words."""
    page.get_by_label("Your words").fill(words)
    page.get_by_role("button", name="Give my words").click()


def test_a_draw_that_anybody_can_repeat(
    council: Cast, live_server, open_browser: Opener, tmp_path
) -> None:
    officer = sign_in(open_browser.page(), live_server.url, council.officer)
    choose(officer)
    freeze(officer)
    officer.get_by_role("button", name="Give your words").click()
    check_page(officer, "draw-words")
    give(officer, WORDS[0])
    check_page(officer, "draw-waiting")

    leader = sign_in(open_browser.page(width=390), live_server.url, council.director)
    leader.get_by_role("link", name="Draws").click()
    check_page(leader, "draws-leader")
    leader.get_by_role("link", name="give your words").click()
    check_page(leader, "draw-words-leader")
    give(leader, WORDS[1])
    expect(leader.get_by_role("alert")).to_contain_text("the files are drawn")

    officer.reload()
    replace_one(officer)
    check_page(officer, "draw")
    officer.locator(".govuk-back-link").click()
    check_page(officer, "draws")
    officer.get_by_role("link", name="Draw 1", exact=True).click()
    verify(officer, tmp_path)
    again(officer)
    assert open_browser.faults == []


def replace_one(page: Page) -> None:
    """The first drawn file has closed."""
    page.get_by_role("link", name="Replace").first.click()
    page.get_by_role("button", name="Replace it").click()
    check_page(page, "draw-replace")
    page.get_by_label("The case closed after the draw").check()
    page.get_by_role("button", name="Replace it").click()
    expect(page.get_by_role("alert")).to_contain_text("is replaced by case")


def verify(page: Page, folder) -> None:
    """The downloaded certificate and pool verify."""
    paths = []
    for name in ("Certificate for a computer (JSON)", "The frozen pool (text)"):
        with page.expect_download() as found:
            page.get_by_role("link", name=name).click()
        paths.append(folder / found.value.suggested_filename)
        found.value.save_as(paths[-1])
    call_command("draw", "verify", *map(str, paths))
    page.get_by_role("button", name="Draw once more to check").click()
    expect(page.get_by_role("alert")).to_contain_text("the same cases came back")
    page.get_by_role("link", name="Read the certificate").click()
    check_page(page, "draw-certificate")
    page.go_back()


def again(page: Page) -> None:
    """A second draw with a reason; the first is kept."""
    page.get_by_role("link", name="Draw again, with a reason").click()
    check_page(page, "draw-again")
    page.get_by_label("Why are the files drawn again?").fill("One team’s cases were not imported.")
    page.get_by_role("button", name="Draw again").click()
    expect(page.get_by_text("It follows")).to_contain_text("One team’s cases were not imported.")
    assert list(Draw.objects.values_list("number", "state")) == [(2, "frozen"), (1, "withdrawn")]
