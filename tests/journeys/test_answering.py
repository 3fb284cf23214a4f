"""A mother answers by a link on an old phone without script; a child in easy read; somebody in Urdu."""

import pytest
from playwright.sync_api import Page, expect

from core import clock
from feedback.models import Reply
from feedback.services.inviting import invite
from tests.factories.answering import answering
from tests.factories.audits import audit_at
from tests.factories.cast import cast
from tests.journeys.conftest import Opener, check_page

pytestmark = pytest.mark.django_db(transaction=True)
NARROWEST = 320


@pytest.fixture
def audit(transactional_db, tmp_path):
    version = answering(tmp_path)
    return audit_at("in_session", cast("bexley"), version)


def link(audit, live_server, **changes) -> str:
    _, secret = invite(audit, "voice", by=audit.auditor, at=clock.now(), **changes)
    return f"{live_server.url}/answer/{secret}/"


def fits(page: Page) -> None:
    """Nothing stands outside the narrowest phone."""
    page.set_viewport_size({"width": NARROWEST, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST
    page.set_viewport_size({"width": 390, "height": 800})


def look(page: Page, name: str) -> None:
    """A page that everybody can use."""
    check_page(page, name)
    fits(page)


def test_a_mother_answers_without_script(audit, live_server, open_browser: Opener):
    page = open_browser.page(script=False, width=390)
    page.goto(link(audit, live_server))
    page.get_by_role("button", name="Start").click()
    page.get_by_label("Happy", exact=True).check(force=True)
    page.get_by_label("7", exact=True).check(force=True)
    page.get_by_role("button", name="Save and answer later").click()
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Yes").check(force=True)
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_label("What is it?").fill("Somebody shouts")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text("Somebody shouts")).to_be_visible()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()

    reply = Reply.objects.get()
    assert reply.answers == {
        "listens": 4,
        "helped": 7,
        "worried": "yes",
        "worry": "Somebody shouts",
    }
    assert reply.worry
    assert page.context.cookies()[0]["name"] == "csrf"
    assert open_browser.faults == []


@pytest.mark.parametrize(
    ("name", "language", "easy"),
    [("usual", "en", False), ("easy", "en", True), ("urdu", "ur", False)],
)
def test_every_page_can_be_used_by_everybody(
    audit, live_server, open_browser: Opener, name, language, easy
):
    page = open_browser.page(width=390)
    address = link(audit, live_server, language=language, easy=easy)
    page.goto(address)
    look(page, f"answering-{name}-start")
    pages = (1, 2, 3, 4, 5) if easy else (1, 2, 3)
    for number in pages:
        page.goto(f"{address}{number}/")
        if page.locator("#id_worried_0").count():
            page.locator("#id_worried_0").check(force=True)
        look(page, f"answering-{name}-{number}")
        if page.locator("#id_since_0").count():
            page.locator("#id_since_0").fill("31")
        page.locator("button[value=next]").click()
    if not easy:
        look(page, f"answering-{name}-fault")
    page.goto(f"{address}check/")
    look(page, f"answering-{name}-check")
    page.goto(f"{address}decline/")
    look(page, f"answering-{name}-decline")
    page.locator("form button").click()
    look(page, f"answering-{name}-declined")
    page.goto(address)
    look(page, f"answering-{name}-gone")
    assert open_browser.faults == []
