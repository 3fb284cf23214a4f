"""Clocks, ladders and actions in real browsers, one journey for each council, with the clock moved in the page.

The dates are those of the scenarios SC-06, SC-08, SC-15 and SC-21; the QA officer moves the clock and runs the jobs.
"""

from datetime import date, datetime, time

import pytest
from playwright.sync_api import Page, expect

from actions.models import Action
from audits.models import Audit
from audits.services.returning import return_audit
from core import clock
from core.bell import quiet
from people.models import User
from programme.demo import Scene, answer_all, bear_out_grade, bring_to
from qaframework.celery import app
from tests.escalation.scenes import lancashire
from tests.journeys.conftest import Opener, check_page, give_password, sign_in
from tests.moderation.scenes import council, moment, opened, returned

pytestmark = pytest.mark.django_db(transaction=True)
SIX = time(6)


@pytest.fixture(autouse=True)
def _movable_clock(settings):
    """The clock can be moved, and what is rung for is worked at once."""
    settings.TEST_CLOCK_MOVABLE = True
    quiet.end()
    app.conf.task_always_eager = True
    clock.read_again()
    yield
    app.conf.task_always_eager = False
    clock.read_again()


def move(page: Page, address: str, day: date, at: time = SIX) -> None:
    """Put the clock to a moment and run the jobs, as a QA officer does."""
    page.goto(f"{address}/clock/")
    for name, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        page.get_by_label(name, exact=True).fill(str(value))
    page.get_by_label("Time").fill(f"{at:%H:%M}")
    page.get_by_role("button", name="Move the clock").click()
    expect(page.locator("main")).to_contain_text(f"{day:%-d %B %Y} at {at:%H:%M}")
    page.get_by_role("button", name="Run the jobs").click()
    expect(page.locator("#fired")).to_contain_text("jobs are through")


def at_clock(page: Page, address: str, officer: User, moment_: datetime) -> None:
    """Sign the officer in and start the clock."""
    sign_in(page, address, officer)
    move(page, address, moment_.date(), moment_.time())


def follow_task(page: Page, address: str, person: User, words: str) -> Page:
    """Sign somebody in and open one of their tasks."""
    sign_in(page, address, person)
    page.get_by_role("link", name=words).first.click()
    return page


def test_lancashires_late_learning_space_climbs_its_ladder(live_server, open_browser: Opener):
    place = lancashire()
    people, address = place.people, live_server.url
    give_password(people.officer, people.service_manager)
    audit = place.allocated(moment(2026, 4, 7))
    officer = open_browser.page()
    at_clock(officer, address, people.officer, moment(2026, 5, 5, 6))

    move(officer, address, date(2026, 5, 7))
    check_page(officer, "test-clock")
    fired = officer.locator("#fired")
    expect(fired.get_by_role("row").filter(has_text="Waiting for 2 days")).to_have_count(2)
    manager = sign_in(open_browser.page(width=390), address, people.service_manager)
    manager.goto(f"{address}/messages/")
    expect(manager.locator("main")).to_contain_text(f"Learning space {audit.reference}")
    expect(manager.locator("main")).not_to_contain_text(people.auditor.name)

    move(officer, address, date(2026, 5, 12))
    expect(fired.get_by_role("row").filter(has_text="Waiting for 7 days")).to_have_count(1)
    officer.goto(f"{address}/escalations/")
    check_page(officer, "escalations")
    expect(officer.locator("main")).to_contain_text(audit.reference)

    Audit.objects.filter(pk=audit.pk).update(
        state="returned", returned_at=moment(2026, 5, 13), grade="good"
    )
    move(officer, address, date(2026, 5, 19))
    expect(fired).not_to_contain_text("Waiting for 14 days")
    officer.goto(f"{address}/jobs/")
    check_page(officer, "jobs")
    assert open_browser.faults == []


def test_bexleys_24_hours_run_through_the_night_and_a_second_person_signs(
    live_server, open_browser: Opener
):
    place = council("bexley")
    people, address = place.people, live_server.url
    give_password(people.officer, people.manager, people.service_manager)
    returned(place, "1", moment(2026, 12, 18, 11, 30))
    officer = open_browser.page()
    at_clock(officer, address, people.officer, moment(2026, 12, 18, 12))

    move(officer, address, date(2026, 12, 19), time(7, 35))
    expect(officer.locator("#fired")).to_contain_text("Due within hours")
    move(officer, address, date(2026, 12, 19), time(11, 35))
    expect(officer.locator("#fired")).to_contain_text("Its time is over")

    task = "Do the immediate and outstanding tasks"
    manager = follow_task(open_browser.page(), address, people.manager, task)
    expect(manager.locator("main")).to_contain_text("19 December 2026 at 11:30")
    expect(manager.locator("main")).to_contain_text("Overdue")
    check_page(manager, "action")
    manager.get_by_role("button", name="Say that it is done").click()
    manager.get_by_label("What was done, and where is the evidence?").fill(
        "Case note, 19 December."
    )
    manager.get_by_role("button", name="It is done").click()
    expect(manager.locator(".govuk-notification-banner")).to_contain_text("Thank you.")
    expect(manager.get_by_role("button", name="Sign off")).to_have_count(0)

    above = follow_task(open_browser.page(), address, people.service_manager, task)
    above.get_by_role("button", name="Sign off").click()
    above.get_by_role("button", name="Sign off").click()
    expect(above.locator(".govuk-notification-banner")).to_contain_text("signed off")
    above.goto(f"{address}/actions/")
    check_page(above, "actions")
    assert open_browser.faults == []


def test_bracknells_action_is_smart_and_its_difference_is_asked_for(
    live_server, open_browser: Opener
):
    place = council("bracknell-forest")
    people, address = place.people, live_server.url
    give_password(people.officer, people.auditor, people.worker, people.manager)
    at = moment(2026, 5, 19)
    audit = opened(place, at)
    bring_to(audit, "in_session", Scene(people.council, people.officer, place.tool, at))
    officer = open_browser.page()
    at_clock(officer, address, people.officer, at)

    auditor = sign_in(open_browser.page(), address, people.auditor)
    record(auditor, f"{address}/audits/{audit.pk}/actions/new/", what="Meet the school ASAP")
    expect(auditor.locator(".govuk-error-summary")).to_contain_text("as a date, not “ASAP”")
    check_page(auditor, "action-refused")
    day(auditor, date(2026, 5, 28))
    auditor.get_by_label("What will be done?").fill("Meet the school")
    auditor.get_by_role("button", name="Record the action").click()
    expect(auditor.locator(".govuk-error-summary")).to_contain_text("27 May 2026 at the latest")
    day(auditor, date(2026, 5, 27))
    auditor.get_by_role("button", name="Record the action").click()
    expect(auditor.locator(".govuk-notification-banner")).to_contain_text("The action is recorded.")
    hand_in(audit, at)

    worker = follow_task(open_browser.page(width=390), address, people.worker, "Meet the school")
    worker.get_by_role("button", name="Say that it is done").click()
    worker.get_by_label("What was done, and where is the evidence?").fill("Minutes of 20 May.")
    worker.get_by_role("button", name="It is done").click()
    manager = follow_task(open_browser.page(), address, people.manager, "Meet the school")
    manager.get_by_role("button", name="Sign off").click()
    manager.get_by_role("button", name="Sign off").click()
    expect(manager.locator(".govuk-notification-banner")).to_contain_text("signed off")

    move(officer, address, date(2026, 7, 1))
    expect(officer.locator("#fired")).to_contain_text("Did it make a difference?")
    manager.goto(f"{address}/")
    manager.get_by_role("link", name="Meet the school").first.click()
    manager.get_by_role("button", name="Say whether it made a difference").click()
    check_page(manager, "action-impact")
    assert open_browser.faults == []


def record(page: Page, address: str, *, what: str) -> None:
    """Fill in an immediate action of the worker's and send it."""
    page.goto(address)
    page.get_by_label("Improve practice and outcomes for this child").check()
    page.get_by_label("Immediate action").check()
    page.get_by_label("What will be done?").fill(what)
    page.get_by_label("How will you know that it has worked?").fill("The school says so.")
    choice = page.get_by_label("Who will do it?")
    worker = next(one for one in choice.locator("option").all_inner_texts() if "Worker" in one)
    choice.select_option(label=worker)
    page.get_by_role("button", name="Record the action").click()


def day(page: Page, on: date) -> None:
    """Type a due date."""
    for name, value in (("Day", on.day), ("Month", on.month), ("Year", on.year)):
        page.get_by_label(name, exact=True).fill(str(value))


def hand_in(audit: Audit, at: datetime) -> None:
    """The auditor fills in what is left and returns the audit."""
    audit = Audit.objects.get(pk=audit.pk)
    answer_all(audit, gate="return", at=at)
    bear_out_grade(audit, at=at)
    return_audit(audit, by=audit.auditor, at=at)


def test_west_sussexs_action_has_four_weeks_and_the_line_manager_signs(
    live_server, open_browser: Opener
):
    place = council("west-sussex", 2)
    people, address = place.people, live_server.url
    give_password(people.officer, people.worker, people.manager, people.auditor)
    at = moment(2026, 4, 27)
    returned(place, "good", at)
    action = Action.objects.exclude(kind="follow_up").get()
    officer = open_browser.page()
    at_clock(officer, address, people.officer, at)

    worker = follow_task(open_browser.page(), address, people.worker, action.what)
    check_page(worker, "action-open")
    worker.get_by_role("button", name="Start").click()
    worker.get_by_role("button", name="Say that it is done").click()
    worker.get_by_label("What was done, and where is the evidence?").fill("Visit of 1 May.")
    worker.get_by_role("button", name="It is done").click()
    expect(worker.get_by_role("button", name="Sign off")).to_have_count(0)
    auditor = sign_in(open_browser.page(), address, people.auditor)
    auditor.goto(f"{address}/actions/{action.pk}/")
    expect(auditor.get_by_role("button", name="Sign off")).to_have_count(0)
    manager = follow_task(open_browser.page(width=390), address, people.manager, action.what)
    manager.get_by_role("button", name="Send back").click()
    manager.get_by_label("What is still missing?").fill("Who was seen?")
    check_page(manager, "action-send-back")
    manager.get_by_role("button", name="Send back").click()
    expect(manager.locator(".govuk-notification-banner")).to_contain_text("open again")

    move(officer, address, date(2026, 6, 30))
    expect(officer.locator("#fired")).to_contain_text("Now overdue")
    assert open_browser.faults == []


def test_blackburns_owner_is_reminded_and_the_tracker_shows_what_is_late(
    live_server, open_browser: Opener
):
    place = council("blackburn-with-darwen")
    people, address = place.people, live_server.url
    give_password(people.officer, people.worker)
    returned(place, "good", moment(2026, 9, 10))
    action = Action.objects.get()
    assert action.due_on == date(2026, 9, 20)
    officer = open_browser.page()
    at_clock(officer, address, people.officer, moment(2026, 9, 11, 6))

    move(officer, address, date(2026, 9, 17))
    expect(officer.locator("#fired")).to_contain_text("Due soon")
    move(officer, address, date(2026, 9, 21))
    expect(officer.locator("#fired")).to_contain_text("Now overdue")

    officer.goto(f"{address}/actions/")
    expect(officer.locator("main")).to_contain_text(action.what)
    expect(officer.locator("main")).to_contain_text("Overdue")
    check_page(officer, "actions-late")
    worker = sign_in(open_browser.page(width=390), address, people.worker)
    expect(worker.locator("main")).to_contain_text(action.what)
    worker.goto(f"{address}/messages/")
    expect(worker.locator("main")).to_contain_text("Now overdue")
    check_page(worker, "messages-late")
    assert open_browser.faults == []
