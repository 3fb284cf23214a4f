"""More time, leaving out and another auditor in the browser: SC-09 in Lancashire, SC-14 in Bracknell Forest."""

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from audits.models import Audit
from tests.journeys.conftest import Opener, check_page, give_password, sign_in
from tests.programme.scenes import council, moment

pytestmark = pytest.mark.django_db(transaction=True)


def fill_day(page, day: str, month: str, year: str) -> None:
    page.get_by_label("Day", exact=True).fill(day)
    page.get_by_label("Month", exact=True).fill(month)
    page.get_by_label("Year", exact=True).fill(year)


def test_the_head_of_service_gives_more_time_on_the_last_day(
    open_browser: Opener, live_server, settings
):
    settings.TEST_CLOCK = moment(2026, 4, 7)
    lancashire = council("lancashire")
    people = lancashire.people
    give_password(people.auditor, people.head, people.officer)
    audit = lancashire.allocated(moment(2026, 4, 7))
    lancashire.allocated(moment(2026, 4, 7))
    settings.TEST_CLOCK = moment(2026, 5, 5, 15, 0)

    auditor = sign_in(open_browser.page(), live_server.url, people.auditor)
    auditor.get_by_role("link", name="My allocations").click()
    check_page(auditor, "my-allocations")
    auditor.get_by_role("link", name=audit.reference).click()
    auditor.get_by_role("link", name="Ask for more time").click()
    fill_day(auditor, "19", "5", "2026")
    auditor.get_by_label("Why is more time needed?").fill("I have been ill for two weeks.")
    check_page(auditor, "more-time-ask")
    auditor.get_by_role("button", name="Ask for more time").click()
    expect(auditor.get_by_text("Your request is with those who decide.")).to_be_visible()
    check_page(auditor, "audit-allocated")

    head = sign_in(open_browser.page(), live_server.url, people.head)
    head.get_by_role("link", name="Requests 1 waiting").click()
    check_page(head, "requests")
    head.get_by_role("link", name=f"More time: audit {audit.reference}").click()
    check_page(head, "request")
    head.get_by_role("button", name="Grant").click()
    expect(head.get_by_text("Granted by")).to_be_visible()
    assert Audit.objects.get(pk=audit.pk).deadline_on == date(2026, 5, 19)

    officer = sign_in(open_browser.page(), live_server.url, people.officer)
    officer.goto(live_server.url + reverse("extend-audit", args=[audit.pk]))
    expect(officer.get_by_text("You can neither ask for this nor decide it.")).to_be_visible()
    check_page(officer, "more-time-not-yours")
    officer.goto(live_server.url + reverse("reassign-audit", args=[audit.pk]))
    officer.get_by_label("New auditor").select_option(str(people.head.pk))
    officer.get_by_label("Why does it pass to somebody else?").fill("Long leave.")
    check_page(officer, "another-auditor")
    officer.get_by_role("button", name="Give it to this auditor").click()
    expect(officer.get_by_text("The audit has another auditor now.")).to_be_visible()
    check_page(officer, "audit-passed-on")
    assert open_browser.faults == []


def test_a_head_of_service_leaves_an_audit_out(open_browser: Opener, live_server, settings):
    settings.TEST_CLOCK = moment(2026, 5, 4)
    lancashire = council("lancashire")
    people = lancashire.people
    give_password(people.auditor, people.head)
    audit = lancashire.allocated(moment(2026, 4, 7))

    head = sign_in(open_browser.page(width=390), live_server.url, people.head)
    head.goto(live_server.url + reverse("exclude-audit", args=[audit.pk]))
    head.get_by_role("button", name="Leave it out").click()
    check_page(head, "leave-out-refused")
    head.get_by_label("Why is this audit left out?").fill("The family has moved away.")
    head.get_by_role("button", name="Leave it out").click()
    expect(head.get_by_text("The audit is left out.")).to_be_visible()

    auditor = sign_in(open_browser.page(), live_server.url, people.auditor)
    auditor.goto(live_server.url + reverse("audit", args=[audit.pk]))
    expect(auditor.get_by_text("This audit was left out. It can only be read.")).to_be_visible()
    check_page(auditor, "audit-left-out")
    assert open_browser.faults == []


def test_the_form_says_by_when_an_audit_has_to_be_given_out(
    open_browser: Opener, live_server, settings
):
    settings.TEST_CLOCK = moment(2026, 4, 27)
    bracknell = council("bracknell-forest")
    people = bracknell.people
    give_password(people.officer)
    choice = bracknell.choice(month=date(2026, 9, 1))

    page = sign_in(open_browser.page(), live_server.url, people.officer)
    page.goto(live_server.url + reverse("allocate-case", args=[choice.case.pk]))
    fill_day(page, "14", "9", "2026")
    page.get_by_role("button", name="Show by when to give it out").click()
    expect(page.get_by_text("give it out by Fri 14 August 2026")).to_be_visible()
    check_page(page, "allocate-by-day")
    page.get_by_label("Auditor", exact=True).select_option(str(people.auditor.pk))
    page.get_by_role("button", name="Allocate the audit").click()
    expect(page.get_by_text("The audit is allocated")).to_be_visible()
    assert Audit.objects.get().deadline_on == date(2026, 9, 14)
    assert open_browser.faults == []
