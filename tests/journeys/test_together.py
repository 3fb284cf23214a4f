"""Two people in one answer, a server that dies while somebody types, and a browser without JavaScript."""

import os
import re
import signal
import socket
import subprocess
import time
from urllib.request import urlopen

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from audits.models import Answer, EarlierAnswer
from people.models import User
from standards.models import FrameworkVersion
from tests.factories.audits import audit_at
from tests.journeys.conftest import Opener, check_page, sign_in
from tools.paths import PYTHON, ROOT

pytestmark = pytest.mark.django_db(transaction=True)


def question(address: str, audit, number: int = 6) -> str:
    return f"{address}/audits/{audit.pk}/form/practice/question/q{number}/"


def in_session(people):
    version = FrameworkVersion.objects.select_related("framework__council").get()
    return audit_at("in_session", people, version)


def state_of(page: Page, part: str):
    return page.locator(f"#part-{part} [data-save-state]")


def conflicting(bexley, address: str, open_browser: Opener) -> tuple[Page, Page, object]:
    """Both have question 6 open; the practitioner saves first, then the auditor writes."""
    audit = in_session(bexley)
    auditor = sign_in(open_browser.page(), address, bexley.auditor)
    worker = sign_in(open_browser.page(), address, bexley.worker)
    auditor.goto(question(address, audit))
    worker.goto(question(address, audit))
    auditor.locator("#q6-move_up").focus()
    worker.locator("#q6-move_up").fill("The practitioner’s words")
    expect(state_of(worker, "q6-move_up")).to_have_text(re.compile("^Saved"))
    auditor.locator("#q6-move_up").fill("The auditor’s words")
    expect(auditor.locator(".qa-conflict")).to_be_visible()
    return auditor, worker, audit


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ("Keep mine", "The auditor’s words"),
        ("Keep theirs", "The practitioner’s words"),
        ("Keep both, theirs first", "The practitioner’s words\n\nThe auditor’s words"),
    ],
)
def test_a_stale_save_shows_both_texts_and_loses_neither(
    bexley, live_server, open_browser, button, words
):
    auditor, _, audit = conflicting(bexley, live_server.url, open_browser)

    expect(auditor.locator(".qa-conflict")).to_contain_text("The auditor’s words")
    expect(auditor.locator(".qa-conflict")).to_contain_text("The practitioner’s words")
    check_page(auditor, "conflict")
    auditor.get_by_role("button", name=button).click()

    expect(auditor.locator(".qa-conflict")).to_have_count(0)
    expect(state_of(auditor, "q6-move_up")).to_have_text(re.compile("^Saved"))
    assert Answer.objects.get(audit=audit, part__code="q6.move_up").text == words
    kept = set(EarlierAnswer.objects.filter(audit=audit).values_list("text", flat=True))
    assert "The auditor’s words" in kept
    assert ("The practitioner’s words" in kept) == (button != "Keep theirs")
    auditor.reload()
    auditor.get_by_role("link", name="Earlier answers").first.click()
    expect(auditor.locator("main")).to_contain_text("The auditor’s words")
    check_page(auditor, "earlier-answers")
    assert open_browser.faults == []


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """The production web server on the test database, which can be killed like any process."""

    def __init__(self) -> None:
        self.port = free_port()
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        settings = connection.settings_dict
        env = {**os.environ, "PGDATABASE": str(settings["NAME"])}
        line = [
            "gunicorn",
            "qaframework.wsgi:application",
            "--bind",
            f"127.0.0.1:{self.port}",
            "--threads",
            "4",
        ]
        self.process = subprocess.Popen(
            [PYTHON, "-m", *line, "--no-control-socket"],
            cwd=ROOT,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                urlopen(f"{self.url}/health/", timeout=2).read()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError("the web server did not start")

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def server(bexley):
    made = Server()
    made.start()
    yield made
    made.kill()


def test_nothing_is_lost_when_the_server_is_killed_in_mid_typing(bexley, server, open_browser):
    audit = in_session(bexley)
    page = sign_in(open_browser.page(), server.url, bexley.auditor)
    page.goto(question(server.url, audit))
    page.locator("#q6-impact").fill("Saved before the server dies.")
    expect(state_of(page, "q6-impact")).to_have_text(re.compile("^Saved"))

    page.locator("#q6-impact").press_sequentially(" Typed", delay=20)
    server.kill()
    page.locator("#q6-impact").press_sequentially(" while it is dead.", delay=20)

    expect(state_of(page, "q6-impact")).to_have_text(re.compile("^Not saved. We will keep trying"))
    expect(page.locator("#q6-impact")).to_have_value(
        "Saved before the server dies. Typed while it is dead."
    )
    check_page(page, "not-saved")
    assert Answer.objects.get(audit=audit, part__code="q6.impact").text.startswith("Saved before")

    server.start()

    expect(state_of(page, "q6-impact")).to_have_text(re.compile("^Saved"), timeout=20_000)
    answer = Answer.objects.get(audit=audit, part__code="q6.impact")
    assert answer.text == "Saved before the server dies. Typed while it is dead."
    assert not EarlierAnswer.objects.exists()


def test_the_form_works_without_javascript(bexley, live_server, open_browser):
    audit = in_session(bexley)
    page = sign_in(open_browser.page(script=False), live_server.url, bexley.auditor)
    page.goto(question(live_server.url, audit))
    page.locator("#q6-impact").fill("Seen in the notes")
    page.locator("#q6-impact-place").fill("Case notes")
    page.locator("#q6-impact-d").fill("4")
    page.locator("input[name='q6.scale'][value='0']").check(force=True)

    page.get_by_role("button", name="Save and continue").click()

    expect(
        page.get_by_role("link", name=re.compile("must include a month and a year"))
    ).to_be_visible()
    expect(page.locator("#q6-impact")).to_have_value("Seen in the notes")
    expect(page.locator("#q6-impact-d")).to_have_value("4")
    page.locator("#q6-impact-m").fill("5")
    page.locator("#q6-impact-y").fill("2026")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator("h1")).to_contain_text("7.")

    answers = {
        a.part.code: a
        for a in Answer.objects.filter(audit=audit, part__code__startswith="q6").select_related(
            "part"
        )
    }
    assert answers["q6.impact"].day.isoformat() == "2026-05-04"
    assert answers["q6.scale"].number == 0


def test_a_conflict_without_javascript_shows_both_texts(bexley, live_server, open_browser):
    audit = in_session(bexley)
    pages = [
        sign_in(open_browser.page(script=False), live_server.url, who)
        for who in (bexley.auditor, bexley.worker)
    ]
    for page in pages:
        page.goto(question(live_server.url, audit))
    auditor, worker = pages
    worker.locator("#q6-move_up").fill("The practitioner’s words")
    worker.get_by_role("button", name="Save and continue").click()
    auditor.locator("#q6-move_up").fill("The auditor’s words")

    auditor.get_by_role("button", name="Save and continue").click()

    expect(auditor.locator(".qa-conflict")).to_contain_text("The practitioner’s words")
    expect(auditor.locator("#q6-move_up")).to_have_value("The auditor’s words")
    auditor.get_by_role("button", name="Keep both, theirs first").click()
    assert Answer.objects.get(audit=audit, part__code="q6.move_up").text == (
        "The practitioner’s words\n\nThe auditor’s words"
    )


def test_signing_in_is_needed_and_a_wrong_password_says_so(bexley, live_server, open_browser):
    page = open_browser.page()
    page.goto(f"{live_server.url}/audits/")
    check_page(page, "sign-in")
    page.get_by_label("Email").fill(User.objects.get(pk=bexley.auditor.pk).email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("is not right")
    check_page(page, "sign-in-refused")
