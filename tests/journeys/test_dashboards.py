"""Dashboards of three roles: what waits, what is changing, one figure with its list; on wide screens and phones, with axe."""

from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect

from standards.deadlines import months_after
from tests.factories.audits import framework
from tests.factories.cast import cast
from tests.journeys.conftest import check_page, give_password, sign_in
from tests.reporting.figures.audits import answer, returned

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 11, 10, 10, tzinfo=UTC)


@pytest.fixture
def people(settings, live_server, transactional_db):
    settings.TEST_CLOCK, settings.QA_ORIGIN = AT, live_server.url
    version = framework("fixtures/frameworks/bexley/1.yaml")
    made = cast("bexley")
    for month in range(14):
        day = months_after(date(2025, 9, 1), month)
        good = returned(made, version, 4 + month // 2, grade="good", month=day)
        bad = returned(made, version, 8 - month // 2, grade="requires_improvement", month=day)
        answer(good, "q6.scale", number=8)
        answer(bad, "q6.scale", number=3)
    give_password(made.qa_head, made.manager, made.worker)
    return made


def test_what_is_changing_leads_to_the_audits_behind_it(people, live_server, open_browser):
    page = sign_in(open_browser.page(), live_server.url, people.qa_head)
    page.goto(f"{live_server.url}/dashboard/?period=q2026-07-01")
    expect(page.get_by_role("heading", name="Is anyone better off?")).to_be_visible()
    check_page(page, "figures-dashboard")
    page.get_by_role("link", name="Grades", exact=True).click()
    check_page(page, "figures-section")
    page.get_by_role("link", name="Good or better over time").click()
    expect(page.get_by_role("img", name="Good or better over time").first).to_be_visible()
    check_page(page, "figures-one")
    page.get_by_label("What happened").fill("A new practice model")
    page.locator("#id_month").fill("2026-05-11")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_role("listitem").filter(has_text="A new practice model")).to_be_visible()
    page.get_by_role("link", name="list behind this number").last.click()
    expect(page.get_by_role("heading", name="Audits")).to_be_visible()
    check_page(page, "audits-of-a-figure")
    assert not open_browser.faults


def test_a_manager_and_a_worker_see_their_own(people, live_server, open_browser):
    page = sign_in(open_browser.page(width=390, script=False), live_server.url, people.manager)
    page.goto(f"{live_server.url}/dashboard/")
    expect(page.get_by_role("option", name="Everything you may open")).to_be_attached()
    page.goto(f"{live_server.url}/accounts/logout/")

    own = sign_in(open_browser.page(width=390), live_server.url, people.worker)
    own.goto(f"{live_server.url}/dashboard/")
    expect(own.get_by_role("heading", name="Your own year")).to_be_visible()
    expect(own.get_by_text("How much did we do?")).to_have_count(0)
    check_page(own, "figures-own-year")
    assert not open_browser.faults
