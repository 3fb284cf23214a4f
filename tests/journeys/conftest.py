"""A council in the browser: its people with passwords, pages that must pass axe, screenshots on request."""

import os
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from people.models import User
from tests.factories.audits import framework
from tests.factories.cast import Cast, cast
from tools.paths import ROOT

PASSWORD = "a long enough test password"
WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# Axe takes a second for a page, and several journeys pass by the same one.
CHECKED: set[str] = set()
TALLEST = 2000
# Seconds that a request may take to end once its page is closed.
PATIENCE = 20
SCREENS = os.environ.get("QA_SCREENS", "")


def give_password(*people: User) -> None:
    """Let these people sign in."""
    for person in people:
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])


def sign_in(page: Page, address: str, person: User) -> Page:
    """Sign in by the page, as a person does."""
    page.goto(f"{address}/accounts/login/")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{address}/")
    return page


def check_page(page: Page, name: str) -> None:
    """The page has no accessibility fault (asked once for each name); with QA_SCREENS it is also pictured."""
    page.wait_for_load_state()
    expect(page.locator("h1").first).to_be_visible()
    if name in CHECKED:
        return
    found = Axe().run(page, options=WCAG).response["violations"]
    assert not found, f"{name}: " + "; ".join(
        f"{one['id']} at {[node['target'] for node in one['nodes']][:3]}" for one in found
    )
    CHECKED.add(name)
    if SCREENS:
        picture(page, name)


def picture(page: Page, name: str) -> None:
    """Two small pictures of the top of a page: 1280 px and 390 px wide."""
    folder = ROOT / SCREENS
    folder.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size
    for width, tag in ((1280, "wide"), (390, "phone")):
        page.set_viewport_size({"width": width, "height": 900})
        height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
        taken = page.screenshot(
            full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height}
        )
        with Image.open(BytesIO(taken)) as image:
            image.convert("RGB").quantize(64).save(folder / f"{name}-{tag}.png", optimize=True)
    if size:
        page.set_viewport_size(size)


@pytest.fixture
def bexley(transactional_db: None) -> Cast:
    """Bexley's framework published and its cast, who can sign in."""
    framework("fixtures/frameworks/bexley/1.yaml")
    people = cast("bexley")
    give_password(people.officer, people.auditor, people.worker, people.second)
    return people


@pytest.fixture
def open_browser(browser: Browser) -> Iterator["Opener"]:
    """Opens browsers of their own for different people, and closes them all."""
    opener = Opener(browser)
    yield opener
    opener.close()


class Opener:
    """Browsers for different people; any fault in a page's script or policy is kept."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def page(self, *, script: bool = True, width: int = 1280) -> Page:
        """A page in a browser of its own."""
        context = self.browser.new_context(
            java_script_enabled=script,
            viewport={"width": width, "height": 900},
            reduced_motion="reduce",
        )
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on(
            "console",
            lambda line: (
                self.faults.append(line.text) if "Content Security Policy" in line.text else None
            ),
        )
        page.set_default_timeout(15_000)
        return page

    def close(self) -> None:
        """Close every browser, and wait for the requests that a closed page no longer waits for.

        The server goes on with a request whose page has gone, as with a draft that was on its way when a button was
        pressed; the tables cannot be emptied under it.
        """
        for context in self.contexts:
            context.close()
        for thread in threading.enumerate():
            if "process_request_thread" in thread.name:
                thread.join(PATIENCE)


DEMO = Path(ROOT) / "fixtures" / "demo"
