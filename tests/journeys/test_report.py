"""A quarterly report: built, written, sent, answered without JavaScript, published, and read by those it is for."""

import pytest
from playwright.sync_api import expect

from reporting import tasks
from reporting.models import ReportVersion
from tests.factories.cast import cast
from tests.journeys.conftest import check_page, give_password, sign_in
from tests.reporting.report_scenes import AT, catalogue_of, with_reports

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(settings, live_server, transactional_db):
    settings.TEST_CLOCK, settings.QA_ORIGIN = AT, live_server.url
    with_reports()
    made = cast("eastmere")
    give_password(made.officer, made.qa_head, made.director, made.reader)
    return made


def test_a_report_from_its_beginning_to_its_readers(people, live_server, open_browser):
    with catalogue_of("grades", "good-over-time", "asked"):
        page = sign_in(open_browser.page(), live_server.url, people.officer)
        page.goto(f"{live_server.url}/reports/begin/")
        check_page(page, "begin-report")
        page.get_by_label("Quarterly report").check()
        page.get_by_role("button", name="Begin the report").click()
        expect(page.get_by_text("It waits for its turn")).to_be_visible()
        check_page(page, "report-building")
        assert tasks.make_waiting() == 1
        expect(page.get_by_role("link", name="Leaders: draft")).to_be_visible()

        page.get_by_role("button", name="Write the commentary").click()
        check_page(page, "write-report")
        page.get_by_role("link", name="Grades", exact=True).first.click()
        page.get_by_label("Commentary").fill("Final grades: ")
        page.get_by_role("button", name="Insert Final grades").first.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Commentary")).to_have_value("Final grades: {grades.final}")
        page.get_by_role("button", name="Show how it reads").click()
        expect(page.get_by_role("status")).to_contain_text("Final grades: 59")
        check_page(page, "write-section")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("As it reads now")).to_be_visible()

        page.goto(f"{live_server.url}/reports/")
        check_page(page, "reports")
        page.get_by_role("link", name="Q1, April to June 2026").click()
        page.get_by_role("link", name="Add a recommendation").click()
        check_page(page, "recommend")
        page.get_by_label("What do you recommend?").fill("Every plan has dates")
        page.get_by_label("Who will see to it?").select_option(label=people.head.name)
        for box, value in (("Day", "30"), ("Month", "9"), ("Year", "2026")):
            page.get_by_label(box).fill(value)
        page.get_by_role("button", name="Keep the recommendation").click()
        page.get_by_text("Make another version").click()
        page.get_by_role("button", name="Make the PDF anew with the same figures").click()
        assert tasks.make_waiting() == 1
        page.get_by_role("button", name="Send to management").click()
        expect(page.get_by_text("The draft is with management")).to_be_visible()

        theirs = sign_in(open_browser.page(script=False), live_server.url, people.director)
        theirs.goto(page.url)
        theirs.get_by_role("button", name="Write the response").click()
        theirs.get_by_label("The response of the service").fill("We agree with all of it.")
        theirs.get_by_label("Accepted in part").check()
        theirs.get_by_role("button", name="Hand in the response").click()
        expect(theirs.get_by_role("link", name="Say why recommendation 1")).to_be_visible()
        theirs.get_by_label("On recommendation 1").fill("From October on.")
        theirs.get_by_role("button", name="Hand in the response").click()
        assert tasks.make_waiting() == 1

        page.reload()
        expect(page.get_by_role("button", name="Publish")).to_have_count(0)
        second = sign_in(open_browser.page(), live_server.url, people.qa_head)
        second.goto(page.url)
        second.get_by_role("button", name="Publish").click()
        check_page(second, "publish-report")
        second.get_by_role("button", name="Publish and send").click()
        assert tasks.make_waiting() == 1
        page.reload()
        expect(page.get_by_role("heading", name="Who has it")).to_be_visible()
        check_page(page, "report-published")

        reader = sign_in(open_browser.page(width=390), live_server.url, people.reader)
        reader.goto(f"{live_server.url}/reports/")
        reader.get_by_role("link", name="Q1, April to June 2026").click()
        check_page(reader, "report-reader")
        with reader.expect_download() as download:
            reader.get_by_role("link", name="Elected members and the public").click()
        assert download.value.suggested_filename == "quarterly-2026-04-v2-members.pdf"
    version = ReportVersion.objects.get(number=2)
    assert version.readers.filter(user=people.reader).exclude(opened_at=None).exists()
    assert not open_browser.faults
