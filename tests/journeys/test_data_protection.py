"""Data protection in a browser: a list approved by a second person, and a request read through and downloaded."""

import pytest
from playwright.sync_api import expect

from audits.models import Answer
from retention.models import SubjectRequest
from retention.services.answering import work
from retention.services.running import propose
from retention.services.running import work as erase
from tests.factories.audits import audit_at
from tests.factories.cast import Cast, cast
from tests.factories.retention import LATER, closed, keeping
from tests.journeys.conftest import Opener, check_page, give_password, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db, settings, live_server) -> Cast:
    """A council with two audits that are due."""
    settings.TEST_CLOCK = LATER
    found = cast("eastmere")
    version = keeping(audits=6, cases=6, people=6)
    for _ in range(2):
        audit = closed(audit_at("returned", found, version))
    Answer.objects.filter(audit=audit).exclude(text="").exclude(part__kind="overall_grade").update(
        text="The worker met Tobiah at school."
    )
    give_password(found.qa_head, found.director)
    return found


def test_a_list_is_approved_and_a_request_answered(people, live_server, open_browser: Opener):
    address = live_server.url
    head = sign_in(open_browser.page(), address, people.qa_head)
    head.goto(f"{address}/data-protection/requests/new/")
    check_page(head, "data-protection-new-request")
    head.get_by_label("A child, by the case number").check()
    head.get_by_label("Case number", exact=True).fill(Answer.objects.latest("pk").audit.case.number)
    for box, typed in (("Day", "9"), ("Month", "1"), ("Year", "2034")):
        head.get_by_label(box).fill(typed)
    head.get_by_role("button", name="Gather it").click()
    expect(head.get_by_text("This takes a few minutes.")).to_be_visible()
    request = SubjectRequest.objects.get()
    work(request.pk, at=LATER)
    head.get_by_role("link", name="Look again").click()
    expect(head.get_by_role("heading", name="Read it through")).to_be_visible()
    check_page(head, "data-protection-review")
    head.get_by_label("Tobiah").check()
    head.get_by_role("button", name="Make the file").click()
    expect(head.get_by_role("alert")).to_contain_text("Read every passage")
    expect(head.get_by_label("Tobiah")).to_be_checked()
    head.get_by_label("I have read every passage").check()
    head.get_by_role("button", name="Make the file").click()
    expect(head.get_by_text("This takes a few minutes.")).to_be_visible()
    work(request.pk, at=LATER)
    head.get_by_role("link", name="Look again").click()
    check_page(head, "data-protection-ready")
    with head.expect_download() as got:
        head.get_by_role("button", name="Download the file (ZIP)").click()
    assert got.value.suggested_filename == "what-is-kept.zip"

    run = propose(people.council, by=people.qa_head, at=LATER)
    director = sign_in(open_browser.page(), address, people.director)
    director.goto(f"{address}/data-protection/")
    check_page(director, "data-protection")
    director.get_by_role("link", name=f"List {run.number}").click()
    check_page(director, "data-protection-list")
    director.get_by_role("button", name="Approve and erase").click()
    expect(director.get_by_text("Approved. The records are being erased.")).to_be_visible()
    erase(run.pk, at=LATER)
    director.get_by_role("link", name="Look again").click()
    expect(director.get_by_role("heading", name="Certificate: what was erased")).to_be_visible()
    check_page(director, "data-protection-certificate")
    head.goto(f"{address}/data-protection/holds/new/")
    check_page(head, "data-protection-new-hold")
    head.get_by_label("A child, by the case number").check()
    head.get_by_label("Case number", exact=True).fill(Answer.objects.first().audit.case.number)
    head.get_by_label("A complaint", exact=True).check()
    head.get_by_role("button", name="Hold", exact=True).click()
    expect(head.get_by_text("Nothing about them is erased while this stands.")).to_be_visible()
    check_page(head, "data-protection-holds")
