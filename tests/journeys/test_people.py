"""The administrator adds somebody, moves somebody, lets somebody leave; the work is handed over and the rest is listed."""

import re

import pytest
from playwright.sync_api import expect

from people.models import AccessReview, User
from standards.models import FrameworkVersion
from tests.factories.audits import audit_at
from tests.journeys.conftest import check_page, give_password, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_joining_moving_and_leaving(live_server, bexley, open_browser):
    give_password(bexley.administrator)
    version = FrameworkVersion.objects.get(framework__council=bexley.council)
    allocated = audit_at("allocated", bexley, version)
    audit_at("in_session", bexley, version)
    page = sign_in(open_browser.page(), live_server.url, bexley.administrator)
    page.get_by_role("link", name="People", exact=True).click()
    check_page(page, "people-of-a-council")

    page.get_by_role("link", name="Who may see and do what").click()
    page.get_by_text("(TM)").first.click()
    expect(page.get_by_text("read returned audits of their team").first).to_be_attached()
    check_page(page, "access-by-post")

    page.goto(f"{live_server.url}/people/add/")
    page.get_by_label("Full name").fill("Rosa Quill")
    page.get_by_label("Work e-mail address").fill("rosa.quill@example.org")
    check_page(page, "add-a-person")
    page.get_by_role("button", name="Add and choose a post").click()
    page.get_by_label("Post", exact=True).select_option(index=1)
    check_page(page, "give-a-post")
    page.get_by_role("button", name="Give the post").click()
    expect(page.get_by_role("heading", name="Rosa Quill")).to_be_visible()
    rosa = User.objects.get(email="rosa.quill@example.org")

    page.get_by_role("link", name="Move from").click()
    page.get_by_label("Post", exact=True).select_option(index=2)
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("heading", name="Rosa Quill")).to_be_visible()
    assert rosa.holdings.count() == 1

    page.goto(f"{live_server.url}/people/{bexley.auditor.pk}/")
    check_page(page, "a-person")
    page.get_by_role("button", name="Record that they are leaving").click()
    who = page.get_by_label("Who takes over 2 audits to return?")
    expect(who).to_have_value(str(bexley.service_manager.pk))
    who.select_option(str(bexley.head.pk))
    page.get_by_label("At once").check()
    check_page(page, "let-somebody-leave")
    page.get_by_role("button", name="Record that they are leaving").click()
    expect(page.get_by_text("Handed over: 1 audit to return.", exact=True)).to_be_visible()
    expect(page.get_by_text("Not handed over: 1 audit to return.")).to_be_visible()
    allocated.refresh_from_db()
    assert allocated.auditor == bexley.head

    page.goto(f"{live_server.url}/people/left-work/")
    expect(page.get_by_text(bexley.auditor.name)).to_be_visible()
    check_page(page, "work-that-was-left")

    page.goto(f"{live_server.url}/people/review/")
    check_page(page, "review-of-access")
    page.get_by_label(f"Still right: {bexley.worker.name}").check()
    page.get_by_role("button", name="Confirm what is ticked").click()
    expect(page.get_by_text("Confirmed: 1 post.")).to_be_visible()
    assert AccessReview.objects.get().person == bexley.worker
    end = re.compile(f"End at once.*{bexley.second.name}")
    page.get_by_role("button", name=end).click()
    check_page(page, "end-a-post-in-the-review")
    page.get_by_role("button", name="End it at once").click()
    expect(page.get_by_text("does not hold this post any more")).to_be_visible()
    assert open_browser.faults == []
