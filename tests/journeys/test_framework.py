"""An officer changes a number of the framework; the head of QA sees it in words and publishes it."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from core import clock
from people.models import User
from standards.models import FrameworkVersion
from standards.schema import read
from tests.factories.audits import framework
from tests.factories.cast import Cast, cast
from tests.journeys.conftest import Opener, check_page, give_password, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def eastmere(transactional_db: None) -> Cast:
    """Eastmere's framework published, and its people who can sign in."""
    framework()
    people = cast("eastmere")
    give_password(people.officer, people.qa_head)
    return people


def at_frameworks(open_browser: Opener, address: str, who: User) -> Page:
    """The person's page with the council's frameworks."""
    page = sign_in(open_browser.page(), address, who)
    page.get_by_role("link", name="Frameworks").click()
    return page


def test_a_number_changes_by_a_draft_and_a_second_person(eastmere, live_server, open_browser):
    page = at_frameworks(open_browser, live_server.url, eastmere.officer)
    check_page(page, "frameworks")
    page.get_by_role("link", name="edition 3").click()
    check_page(page, "framework-about")
    page.get_by_role("link", name="Actions and clocks").click()
    check_page(page, "framework-actions")
    page.get_by_role("link", name="Change Fewest actions in an audit").click()
    check_page(page, "framework-change")
    page.get_by_label("Number").fill("2")
    page.get_by_role("button", name="Save in the draft").click()

    said = page.locator(".qa-record__row")
    expect(said).to_contain_text("Actions: Fewest actions in an audit")
    expect(said.locator("del")).to_have_text("0")
    expect(said.locator("ins")).to_have_text("2")
    check_page(page, "framework-difference")
    preview(page)
    settle_warnings(page)
    propose(page)

    head = at_frameworks(open_browser, live_server.url, eastmere.qa_head)
    head.get_by_role("link", name="edition 4").click()
    check_page(head, "framework-to-approve")
    head.get_by_role("button", name="Approve and publish").click()
    expect(head.get_by_role("alert")).to_contain_text("Edition 4 is published.")

    version = FrameworkVersion.objects.get(edition=4)
    assert (version.state, version.proposed_by, version.published_by) == (
        "published",
        eastmere.officer,
        eastmere.qa_head,
    )
    assert read(version.source)["actions"]["minimum"] == 2
    assert open_browser.faults == []


def preview(page: Page) -> None:
    """The form as the practitioner sees it in the meeting."""
    page.get_by_role("link", name="Forms").click()
    check_page(page, "framework-forms")
    page.get_by_role("link", name="the practitioner sees Practice conversation").click()
    expect(page.locator("#s-talk")).to_contain_text("To fill")
    expect(page.locator("#s-outcome")).to_contain_text("To read")
    check_page(page, "framework-preview")


def settle_warnings(page: Page) -> None:
    """Whatever looks like an oversight is accepted by its name."""
    page.get_by_role("link", name="Warnings", exact=True).click()
    check_page(page, "framework-warnings")
    accept = page.get_by_role("button", name="Accept")
    while left := accept.count():
        page.get_by_label("Why it is meant so").first.fill("The council means it so.")
        accept.first.click()
        expect(accept).to_have_count(left - 1)


def propose(page: Page) -> None:
    """Ask for publication from tomorrow."""
    page.get_by_role("link", name="Ask for it to be published").click()
    check_page(page, "framework-propose")
    day = clock.today() + timedelta(days=1)
    for name, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        page.get_by_label(name).fill(str(value))
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.locator(".qa-publish")).to_contain_text("A second person")
