"""The QA team in the browser: the test clock moved and the jobs run (T-1), what ran, what was sent, the calendar."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from core import clock, running
from core.models import Heartbeat, JobRun
from tests.core.test_jobs import london
from tests.factories.cast import Cast
from tests.factories.core import NoticeFactory
from tests.journeys.conftest import Opener, check_page, give_password, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def movable(bexley: Cast, settings):
    """A demo: its clock can be moved."""
    settings.TEST_CLOCK_MOVABLE = True
    clock.read_again()
    give_password(bexley.qa_head)
    yield
    clock.read_again()


def set_clock(page: Page, day: str, month: str, year: str, time: str) -> None:
    for label, value in (("Day", day), ("Month", month), ("Year", year), ("Time", time)):
        page.get_by_role("textbox", name=label, exact=True).fill(value)
    page.get_by_role("button", name="Move the clock").click()


@pytest.mark.parametrize("script", [True, False])
def test_the_clock_is_moved_and_the_jobs_run(
    bexley: Cast, movable, live_server, open_browser: Opener, script: bool
) -> None:
    officer = sign_in(open_browser.page(script=script), live_server.url, bexley.officer)
    officer.get_by_role("link", name="Test clock").click()
    set_clock(officer, "1", "6", "2026", "05:30")
    expect(officer.get_by_text("Monday 1 June 2026 at 05:30")).to_be_visible()
    officer.get_by_role("button", name="Run the jobs").click()
    expect(officer.get_by_role("status")).to_contain_text("0 of ")

    runs = list(JobRun.objects.values_list("pk", flat=True))
    for pk in runs:
        running.work_on(pk, at=clock.now())
    NoticeFactory(to=bexley.auditor, subject="Audit 2026-0001 is overdue", roles="auditor")
    if not script:
        officer.get_by_role("link", name="Look again").click()

    expect(officer.get_by_role("status")).to_contain_text(f"{len(runs)} of {len(runs)}")
    expect(officer.get_by_text("Audit 2026-0001 is overdue")).to_be_visible()
    if script:
        check_page(officer, "test-clock")
    officer.get_by_role("button", name="+1 day").click()
    expect(officer.get_by_text("Tuesday 2 June 2026 at 05:30")).to_be_visible()
    assert not open_browser.faults


def test_what_ran_and_what_was_sent_is_read_and_tried_again(
    bexley: Cast, movable, live_server, open_browser: Opener
) -> None:
    Heartbeat.objects.create(pk=1, at=timezone.now() - timedelta(days=3))
    six = london(2026, 5, 1, 5)
    JobRun.objects.create(
        name="open-month",
        planned_at=six,
        state=JobRun.State.FAILED,
        attempts=5,
        started_at=six + timedelta(hours=3),
        fault="OperationalError at programme/services/year.py:131",
    )
    JobRun.objects.create(
        name="end-sign-ins",
        planned_at=six,
        state=JobRun.State.DONE,
        attempts=1,
        started_at=six + timedelta(minutes=1),
        took=timedelta(seconds=2),
        done=4,
        missed=71,
    )
    NoticeFactory.create_batch(3, to=bexley.auditor, roles="auditor, line manager", sent_at=six)
    NoticeFactory(to=bexley.worker, roles="worker", failures=8, fault="ConnectionRefusedError")
    head = sign_in(open_browser.page(), live_server.url, bexley.qa_head)
    expect(head.get_by_text("The worker has not run since")).to_be_visible()
    check_page(head, "my-work-silent-worker")
    head.get_by_role("link", name="Jobs", exact=True).click()
    check_page(head, "jobs")
    head.get_by_role("button", name="Retry Open the month").click()
    expect(head.get_by_text("The job is tried again.")).to_be_visible()
    head.get_by_role("link", name="Look and retry").click()
    check_page(head, "message-log")
    head.get_by_role("button", name="Retry An audit has been returned").click()
    expect(head.get_by_text("sent again with the next round")).to_be_visible()
    head.get_by_role("link", name="Messages", exact=True).click()
    head.get_by_label("All of a day in one e-mail").check()
    head.get_by_role("button", name="Save").click()
    expect(head.get_by_text("You get one e-mail each morning from now on.")).to_be_visible()
    check_page(head, "messages")


def test_the_head_of_qa_enters_a_closed_day(
    bexley: Cast, movable, live_server, open_browser: Opener
) -> None:
    head = sign_in(open_browser.page(), live_server.url, bexley.qa_head)
    head.goto(f"{live_server.url}/calendar/?year=2026")
    head.get_by_label("Closed, though not a bank holiday").check()
    head.get_by_label("Name or reason").fill("Council closed")
    first = head.get_by_role("group", name="First day")
    for label, value in (("Day", "29"), ("Month", "12"), ("Year", "2026")):
        first.get_by_label(label).fill(value)
    head.get_by_role("button", name="Enter").click()
    expect(head.get_by_text("It is entered.")).to_be_visible()
    expect(head.get_by_role("row", name="Council closed")).to_contain_text("29 December 2026")
    check_page(head, "calendar")
