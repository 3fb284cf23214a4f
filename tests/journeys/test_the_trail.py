"""The head of QA asks who saw what of one child, on a phone without scripts too (H-7)."""

import pytest
from playwright.sync_api import expect

from core import clock
from core.trail import record
from tests.factories.audits import audit_at, framework
from tests.journeys.conftest import check_page, give_password, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_head_of_qa_finds_who_saw_what_of_a_child(bexley, live_server, open_browser):
    give_password(bexley.qa_head)
    audit = audit_at("returned", bexley, framework("fixtures/frameworks/bexley/1.yaml"))
    at = clock.now()
    record("open audit", audit, by=bexley.auditor, at=at)
    record("download PDF", audit, by=bexley.manager, at=at)
    record("open page", "audits.audit", by=bexley.stranger, at=at, subject_id=audit.pk)
    record("unusual reading", bexley.manager, cause="watch", at=at, detail={"records": 240})
    page = sign_in(open_browser.page(), live_server.url, bexley.qa_head)

    page.get_by_role("link", name="Trail", exact=True).click()
    expect(page.get_by_role("heading", name="Unusual reading in the last 30 days")).to_be_visible()
    check_page(page, "trail")
    page.get_by_label("Case number or audit reference").fill(audit.case.number)
    page.get_by_role("button", name="Search").click()
    lines = page.get_by_role("region", name="Lines of the trail").get_by_role("row")
    expect(lines.filter(has_text="Downloaded PDF")).to_contain_text(bexley.manager.name)
    expect(lines.filter(has_text="Opened audit")).to_contain_text(f"Audit {audit.reference}")
    assert audit.case.number not in page.url
    check_page(page, "trail-of-a-case")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download every line that matches (CSV)").click()
    assert taken.value.suggested_filename == "trail.csv"
    page.get_by_role("button", name="Show everything").click()
    expect(lines.filter(has_text="Downloaded the trail")).to_contain_text(bexley.qa_head.name)

    plain = sign_in(open_browser.page(script=False, width=390), live_server.url, bexley.qa_head)
    plain.goto(f"{live_server.url}/trail/")
    plain.get_by_label("Person").fill(bexley.manager.name)
    plain.get_by_role("button", name="Search").click()
    expect(plain.get_by_role("table")).to_contain_text("Downloaded PDF")
    assert open_browser.faults == []
