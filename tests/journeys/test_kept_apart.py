"""What is kept apart: a personal supervision note between two people, and a partner with a link and nothing else."""

import pytest
from playwright.sync_api import expect

from audits.models import Audit
from partners import selectors
from partners.models import PartnerInvitation
from supervision.models import PersonalNote
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast
from tests.factories.partners import EMAIL, NAME, mailed
from tests.journeys.conftest import Opener, check_page, give_password, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
NOTE = "Three visits were late. We agreed two mornings a week, and look again in four weeks."
SAYS = "We saw the child each month and were told late of the plan."


@pytest.fixture(autouse=True)
def _this_origin(settings, live_server):
    """The clock stands at the cast's day, and links lead to the test's own address."""
    settings.TEST_CLOCK, settings.QA_ORIGIN = NOW, live_server.url


@pytest.fixture
def people(transactional_db):
    framework("fixtures/frameworks/bexley/1.yaml")
    return cast("bexley")


def test_a_manager_writes_a_note_that_only_its_worker_reads(
    people, live_server, open_browser: Opener
):
    version = framework("fixtures/frameworks/bexley/1.yaml")
    audit = audit_at("returned", people, version)
    give_password(people.manager, people.worker)
    page = sign_in(open_browser.page(), live_server.url, people.manager)

    page.goto(f"{live_server.url}/audits/{audit.pk}/")
    page.get_by_role("button", name="Mark as raised in supervision").click()
    check_page(page, "supervision-audit")
    assert Audit.objects.get(pk=audit.pk).raised_in_supervision
    page.get_by_role("link", name="Write a personal supervision note").click()
    page.get_by_label("Day").fill("10")
    page.get_by_label("Month").fill("11")
    page.get_by_label("Year").fill("2026")
    page.get_by_label("Your note").fill(NOTE)
    check_page(page, "supervision-write")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator("main")).to_contain_text(NOTE)
    page.get_by_role("link", name="Personal supervision", exact=True).first.click()
    check_page(page, "supervision-people")

    reader = sign_in(open_browser.page(width=390), live_server.url, people.worker)
    reader.goto(f"{live_server.url}/supervision/")
    check_page(reader, "supervision-mine")
    reader.get_by_role("link", name="Supervision on 10 November 2026").click()
    expect(reader.locator("main")).to_contain_text(NOTE)
    reader.get_by_role("button", name="I have read this").click()
    check_page(reader, "supervision-note")
    assert PersonalNote.objects.get().read_at


def test_a_partner_answers_on_a_telephone_without_scripts(
    people, live_server, open_browser: Opener
):
    version = framework("fixtures/frameworks/bexley/1.yaml")
    audit = audit_at("in_session", people, version)
    section = next(one for one in selectors.sections_of(audit) if one.code == "practice")
    give_password(people.officer)
    page = sign_in(open_browser.page(), live_server.url, people.officer)
    page.goto(f"{live_server.url}/audits/{audit.pk}/")
    page.get_by_role("link", name="Invite a partner of another agency").click()
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Agency").fill("Health visiting")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label(section.title, exact=True).check()
    page.get_by_label("Where the meeting is held").fill("Room 4, Civic Offices")
    check_page(page, "partner-invite")
    page.get_by_role("button", name="Send the link").click()
    expect(page.locator("main")).to_contain_text(NAME)

    partner = open_browser.page(script=False, width=390)
    looking = open_browser.page(width=390)

    def look(name: str) -> None:
        """The page on which the partner is, in a browser in which it can be checked."""
        looking.goto(partner.url)
        check_page(looking, name)

    partner.goto(f"{live_server.url}/invited/{mailed()}/")
    look("partner-start")
    partner.get_by_role("link", name=section.title).click()
    look("partner-section")
    partner.get_by_label("What your agency says").first.fill(SAYS)
    partner.get_by_role("button", name="Save and continue").click()
    partner.get_by_role("button", name="Hand in our answers").click()
    expect(partner.locator("main")).to_contain_text(SAYS)
    look("partner-handed-in")
    assert PartnerInvitation.objects.get().state == "handed_in"

    page.goto(f"{live_server.url}/audits/{audit.pk}/")
    expect(page.locator("main")).to_contain_text(SAYS)
    check_page(page, "partner-audit")
    partner.goto(f"{live_server.url}/invited/{'0' * 43}/")
    look("partner-gone")
