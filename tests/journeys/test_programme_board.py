"""The QA team opens Lancashire's year 2026–27 and a senior leader reads the board, in the browser (SC-11)."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from core import clock
from people.models import Post
from programme.models import Slot
from programme.services.slots import excuse, mark_done
from programme.services.themes import ThemePlan, add_theme
from programme.services.year import make_slots
from tests.factories.people import OrgUnitFactory
from tests.factories.years import Place, noon, place
from tests.journeys.conftest import Opener, check_page, give_password, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
TEAMS = (
    "Burnley",
    "Chorley",
    "Fylde",
    "Hyndburn",
    "Lancaster",
    "Pendle",
    "Preston",
    "Ribble Valley",
)


@pytest.fixture
def lancashire(transactional_db: None, settings) -> Place:
    """Eight teams with a manager each, two senior managers, one head of service, one director, one IRO."""
    settings.TEST_CLOCK = noon(7, 20)
    made = place()
    for name in TEAMS:
        unit = OrgUnitFactory(council=made.council, name=name, parent=made.service)
        made.seat("TM", unit, vacant=name == "Fylde")
    for kind in ("SM", "SM", "HOS", "DCSC", "IRO"):
        made.seat(kind)
    give_password(made.officer, made.people["DCSC"], made.people["TM"])
    return made


def test_the_year_is_opened_and_read(lancashire: Place, live_server, open_browser: Opener) -> None:
    officer = sign_in(open_browser.page(), live_server.url, lancashire.officer)
    open_year(officer)
    lived(lancashire)
    officer.get_by_role("link", name="Programme").click()
    check_page(officer, "programme")
    officer.get_by_role("link", name="Q2").click()
    check_page(officer, "programme-quarter")
    officer.get_by_role("link", name="Team manager").click()
    officer.get_by_role("link", name="Burnley").click()
    check_page(officer, "programme-post")
    mark_one(officer)
    themes(officer)

    leader = sign_in(open_browser.page(width=390), live_server.url, lancashire.people["DCSC"])
    leader.get_by_role("link", name="Programme").click()
    leader.get_by_role("link", name="Q1").click()
    expect(leader.get_by_role("button", name="Make the slots")).to_have_count(0)
    check_page(leader, "programme-quarter-leader")
    assert open_browser.faults == []


def open_year(page: Page) -> None:
    """Open the year that runs, from the menu."""
    page.get_by_role("link", name="Programme").click()
    check_page(page, "programme-none")
    page.get_by_role("button", name="Open 2026–27").click()
    expect(page.get_by_text("The programme for 2026–27 is open.")).to_be_visible()


def lived(made: Place) -> None:
    """Some of the first two quarters is done, late or excused."""
    year, by, at = made.council.programmes.get(), made.officer, clock.now()
    make_slots(year, date(2026, 4, 1), date(2026, 6, 30), by=by, at=at)
    for n, slot in enumerate(Slot.objects.filter(tool_code="", first_on=date(2026, 4, 1))):
        if n % 5:
            mark_done(slot, done_on=date(2026, 6, 1), by=by, at=at)
    vacant = Post.objects.get(unit__name="Fylde")
    for slot in Slot.objects.filter(post=vacant).open():
        excuse(slot, reason="The post is vacant.", by=by, at=at)
    unit = Post.objects.get(pk=made.posts["TM"].pk).unit
    made.audit("TM", date(2026, 7, 1), noon(7, 1), unit=unit)
    made.audit("HOS", date(2026, 6, 1), noon(6, 1), "returned", practice_week=True)
    plan = ThemePlan(
        "Voice of the child",
        made.people["HOS"],
        "What do plans say in the child’s own words?\n\nWhat has changed since the last look?",
        12,
        date(2026, 4, 1),
        date(2026, 7, 1),
    )
    add_theme(year, plan, by=by, at=at)


def mark_one(page: Page) -> None:
    """Mark a dip sample as done and excuse another."""
    page.get_by_role("link", name="Function-based dip sample", exact=True).last.click()
    check_page(page, "programme-slot")
    page.get_by_role("button", name="Mark as done").click()
    expect(page.get_by_text("It is marked as done.")).to_be_visible()
    page.get_by_role("link", name="Function-based dip sample 2").last.click()
    page.get_by_role("button", name="Excuse the post from this").click()
    expect(page.get_by_role("link", name="Give the reason.")).to_be_visible()
    page.get_by_label("Why is it not required?").fill("On long leave.")
    page.get_by_role("button", name="Excuse the post from this").click()
    expect(page.get_by_text("It is excused.")).to_be_visible()
    page.get_by_role("button", name="Plan something more").click()
    check_page(page, "programme-plan")
    page.get_by_label("Activity").select_option("thematic")
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_text("It is planned.")).to_be_visible()


def themes(page: Page) -> None:
    """Add a theme; it must be looked at again later."""
    page.get_by_role("link", name="Programme 2026–27").click()
    page.get_by_role("link", name="Themes of 2026–27").click()
    check_page(page, "programme-themes")
    page.get_by_role("button", name="Add a theme").click()
    page.get_by_label("Theme", exact=True).fill("Plans that are SMART")
    page.get_by_label("Who leads it?").select_option(index=1)
    page.get_by_label("What is it to find out?").fill("Whether plans say who does what by when.")
    page.get_by_label("How many files").fill("10")
    page.get_by_label("Quarter", exact=True).select_option(index=2)
    page.get_by_label("Quarter in which it is looked at again").select_option(index=1)
    page.get_by_role("button", name="Add the theme").click()
    expect(
        page.get_by_role("link", name="A theme is looked at again in a later quarter.")
    ).to_be_visible()
    check_page(page, "programme-new-theme")
    page.get_by_label("Quarter in which it is looked at again").select_option(index=3)
    page.get_by_role("button", name="Add the theme").click()
    expect(page.get_by_role("heading", name="Plans that are SMART")).to_be_visible()
