"""In a real browser: long forms while the database is away, and words that would be scripts (checklist C8, D1, X9)."""

import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from playwright.sync_api import expect

from escalation.models import OfficerEscalation
from tests.journeys.conftest import bexley, check_page, open_browser, sign_in
from tests.journeys.test_together import Server
from tests.safety.poison import LONG

__all__ = ["bexley", "open_browser"]
pytestmark = pytest.mark.django_db(transaction=True)

CONCERN = "The plan has not been looked at since March, and nobody has said why."
NAME = "safety-tests"


class CuttableServer(Server):
    """The production web server, whose way to the database can be cut and mended."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="cut-"))
        self.way = self.folder / ".s.PGSQL.5432"
        self.real = Path(connection.settings_dict["HOST"]) / self.way.name

    def start(self) -> None:
        """Start with a way of its own to the database, and under a name of its own there."""
        self.mend()
        usual = os.environ["PGHOST"]
        os.environ |= {"PGHOST": str(self.folder), "PGAPPNAME": NAME}
        try:
            super().start()
        finally:
            os.environ["PGHOST"] = usual
            del os.environ["PGAPPNAME"]

    def mend(self) -> None:
        """The database is there again."""
        self.way.symlink_to(self.real)

    def cut(self) -> None:
        """The database is gone: no new connection, and those that are there end."""
        self.way.unlink()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s",
                [NAME],
            )


@pytest.fixture
def server(bexley):
    if "DATABASE_URL" in os.environ:
        pytest.skip("a database with a socket of its own is needed")
    made = CuttableServer()
    made.start()
    yield made
    made.kill()
    made.way.unlink(missing_ok=True)
    made.folder.rmdir()


def fill_in(page, server, concern):
    page.goto(f"{server.url}/concerns/raise/practice_concern/")
    page.get_by_label("What is the concern?").fill(concern)
    page.get_by_label("What do you expect to happen?").fill("That it is looked at this week.")


def test_a_long_form_keeps_its_words_while_the_database_is_away_and_runs_none_of_them(
    bexley, server, open_browser
):
    page = sign_in(open_browser.page(), server.url, bexley.worker)
    page.add_init_script("window.ran = []; window.xss = (number) => window.ran.push(number)")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    words = f"{CONCERN} {LONG}"
    fill_in(page, server, words)
    server.cut()

    page.locator("main form button").last.click()

    unsent = page.get_by_role("alert")
    expect(unsent).to_contain_text("Not sent yet: the service cannot be reached just now.")
    expect(page.get_by_label("What is the concern?")).to_have_value(words)
    check_page(page, "unsent")
    assert not OfficerEscalation.objects.exists()

    server.mend()

    page.wait_for_url(f"{server.url}/concerns/*-*/", timeout=20_000)
    expect(page.locator("main")).to_contain_text("<svg/onload=xss(1)>")
    assert OfficerEscalation.objects.get().concern == words
    # Nothing ran, nothing was asked of another place, nothing was kept, and no rule of the page was broken.
    assert page.evaluate("window.ran") == []
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(server.url).netloc}
    # htmx notes the address of the page, in which nothing personal stands, and no page.
    kept = page.evaluate(
        "[Object.keys(localStorage), Object.keys(sessionStorage), document.cookie]"
    )
    assert kept == [[], ["htmx-current-path-for-history"], ""]
    assert open_browser.faults == []
    check_without_scripts(bexley, server, open_browser)


def check_without_scripts(bexley, server, open_browser):
    """The same without JavaScript: the words come back and can be sent again."""
    page = sign_in(open_browser.page(script=False, width=390), server.url, bexley.second)
    fill_in(page, server, CONCERN)
    server.cut()

    page.locator("main form button").last.click()

    expect(page.locator("h1")).to_have_text("The service is away for a moment")
    expect(page.get_by_label("What you wrote").first).to_have_value(CONCERN)
    server.mend()
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator("h1")).not_to_have_text("The service is away for a moment")
    assert OfficerEscalation.objects.filter(concern=CONCERN).count() == 1
