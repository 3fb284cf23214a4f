"""Families, children, parents and staff are heard: by telephone, by an easy-read link, and in surveys without names."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from audits.models import Answer, Audit
from core import clock
from feedback.jobs import run_surveys
from feedback.models import AnonymousAnswer, Reply, Survey, Ticket
from feedback.services.answering import hand_in, keep_draft, type_in
from feedback.services.surveys import close_survey, take_part
from people.models import User
from standards.models import Part
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import Cast, cast
from tests.factories.feedback import survey_at
from tests.journeys.conftest import Opener, check_page, give_password, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
ON = NOW.date()
OVER = NOW + timedelta(days=14)
NINE = {f"s{number}": number for number in range(1, 10)}
MEANS = "Average of each question, and how many answered it"
SPEAK_UP = "If something about a child's safety worries me, I can say so here"


@pytest.fixture(autouse=True)
def _this_origin(settings, live_server):
    """The clock stands at the cast's day, and links lead to the test's own address."""
    settings.TEST_CLOCK, settings.QA_ORIGIN = NOW, live_server.url


@pytest.fixture
def version(transactional_db):
    return framework("fixtures/frameworks/bexley/1.yaml")


@pytest.fixture
def people(version):
    return cast("bexley")


def rate(audit: Audit, question: str, number: int) -> None:
    """The auditor's rating of a question of the form."""
    part = Part.objects.filter(
        question__section__tool=audit.tool, question__code=question, kind="scale"
    ).exclude(respondent="practitioner")[0]
    Answer.objects.create(
        audit=audit,
        part=part,
        respondent=part.respondent,
        number=number,
        saved_by=audit.auditor,
        saved_at=NOW,
    )


def row(page: Page, table: str, words: str) -> Locator:
    """One row of a table by some of its words."""
    return page.get_by_role("table", name=table).get_by_role("row").filter(has_text=words)


def main(page: Page) -> Locator:
    """What a page says."""
    return page.locator("main")


# With an audit ------------------------------------------------------------------------------------


def test_a_call_stands_beside_the_audit_and_a_child_gets_an_easy_link(
    version, people, live_server, open_browser: Opener
):
    audit = audit_at("in_session", people, version)
    rate(audit, "q12", 4)
    give_password(people.auditor)
    page = sign_in(open_browser.page(), live_server.url, people.auditor)
    feedback = f"{live_server.url}/audits/{audit.pk}/feedback/"

    page.goto(feedback)
    page.get_by_role("link", name="Family, in the audit", exact=True).click()
    type_in_call(page)
    assert Reply.objects.get().answers == NINE
    page.goto(feedback)
    check_page(page, "voices-beside")
    said = row(page, "Family, in the audit: side by side", "8. The worker makes sure")
    expect(said.get_by_role("cell")).to_have_text(["8.0", "4.0", "–", "Apart"])

    page.get_by_role("link", name="make a link to Child, young person").click()
    page.get_by_label("Who will answer?").fill("Child")
    page.get_by_label("In easy read, with pictures").check()
    page.get_by_role("button", name="Make the link").click()
    child = open_browser.page(width=390)
    child.goto(page.get_by_role("textbox", name="The link").input_value())
    expect(main(child)).to_contain_text("Tell us about your worker.")
    child.get_by_role("button", name="Start").click()
    expect(child.get_by_role("img", name="A person with a badge")).to_be_visible()
    check_page(child, "voices-easy-words")
    child.goto(f"{child.url.rpartition('/1/')[0]}/7/")
    child.get_by_label("10", exact=True).check(force=True)
    check_page(child, "voices-easy-scale")
    assert child.evaluate("document.documentElement.scrollWidth") <= 390
    assert open_browser.faults == []


def type_in_call(page: Page) -> None:
    """Type in what a mother said of the nine statements by telephone."""
    for place, number in enumerate((ON.day, ON.month, ON.year)):
        page.locator(f"#id_received_on_{place}").fill(str(number))
    page.get_by_label("Telephone", exact=True).check()
    page.get_by_label("Answered", exact=True).check()
    page.get_by_label("Who answered?").fill("Mother")
    for code, number in NINE.items():
        page.locator(f"input[name=said-{code}][value='{number}']").check(force=True)
    check_page(page, "voices-call")
    page.get_by_role("button", name="Keep the reply").click()
    expect(main(page)).to_contain_text("9 of 10")


# Parents ------------------------------------------------------------------------------------------


def test_four_answers_are_too_few_and_five_are_shown(people, live_server, open_browser: Opener):
    small = with_four(people, s1="3", comment="Just the four of us")
    close_survey(small, by=people.officer, at=NOW)
    survey = with_four(people, s1="7")
    give_password(people.officer, people.head)
    address = f"{live_server.url}/feedback/surveys"
    officer = sign_in(open_browser.page(), live_server.url, people.officer)

    officer.goto(f"{address}/{survey.pk}/type-in/")
    for code in NINE:
        officer.locator(f"#id_a-{code}").fill("9")
    check_page(officer, "voices-type-in")
    officer.get_by_role("button", name="Keep this answer").click()
    expect(main(officer)).to_contain_text("The answer is kept.")
    officer.get_by_role("button", name="Asked, chose not to answer").click()
    expect(main(officer)).to_contain_text("Counted: asked, and chose not to answer.")
    assert Ticket.objects.filter(survey=survey, declined=True).count() == 1
    officer.goto(f"{address}/{survey.pk}/close/")
    officer.get_by_role("button", name="Close the survey").click()
    expect(main(officer)).to_contain_text("The survey is closed.")

    head = sign_in(open_browser.page(), live_server.url, people.head)
    head.goto(f"{address}/{small.pk}/results/")
    expect(main(head)).to_contain_text("Too few people answered to show anything. 5 are needed.")
    expect(main(head)).not_to_contain_text("3.0")
    expect(main(head)).not_to_contain_text("Just the four of us")
    head.goto(f"{address}/{survey.pk}/results/")
    expect(row(head, MEANS, "1. The worker listens")).to_contain_text("7.4 (5)")
    expect(row(head, MEANS, "2. The worker does")).to_contain_text("too few")
    assert open_browser.faults == []


def with_four(people: Cast, **said: str) -> Survey:
    """An open survey of parents that four have answered."""
    survey = survey_at("open", people.officer)
    for _ in range(4):
        assert type_in(survey, said, on=ON) == {}
    return survey


# Staff --------------------------------------------------------------------------------------------


def test_the_health_check_from_its_plan_to_its_report(
    people, settings, live_server, open_browser: Opener
):
    give_password(people.officer, people.worker)
    officer = sign_in(open_browser.page(), live_server.url, people.officer)
    officer.goto(f"{live_server.url}/feedback/surveys/plan/")
    officer.get_by_label("Social Work Health Check").check()
    officer.get_by_label("Title").fill("Autumn 2026")
    officer.get_by_role("button", name="Plan the survey").click()
    expect(main(officer)).to_contain_text("The survey is planned.")

    run_surveys(clock.now(), lambda done: None)
    survey = Survey.objects.get(state="open")
    for person in (people.second, people.stranger):
        answers(survey, person, role="practitioner", speak_up="5")
    for person in (people.manager, people.auditor):
        answers(survey, person, role="manager", speak_up="2")
    worker = sign_in(open_browser.page(), live_server.url, people.worker)
    worker.goto(f"{live_server.url}/take-part/")
    worker.get_by_role("button", name="Give me my link").click()
    check_page(worker, "voices-my-link")
    take_part_by(open_browser.page(), worker.get_by_role("textbox").input_value())
    assert AnonymousAnswer.objects.filter(survey=survey).count() == 5

    settings.TEST_CLOCK = OVER
    run_surveys(clock.now(), lambda done: None)
    officer.goto(f"{live_server.url}/feedback/surveys/{survey.pk}/")
    officer.get_by_role("button", name="Read the results").click()
    expect(row(officer, MEANS, SPEAK_UP).get_by_role("cell")).to_have_text(
        ["3.6 (5)", "too few", "too few", "too few"]
    )
    check_page(officer, "voices-health-check")

    report = f"{live_server.url}/feedback/surveys/{survey.pk}/report/"
    officer.goto(report)
    officer.get_by_label("What has the survey shown?").fill("We can say what worries us.")
    officer.get_by_label("What are the next steps?").fill("More time for supervision.")
    officer.get_by_label("Themes").fill("Supervision")
    check_page(officer, "voices-report")
    officer.get_by_role("button", name="Share the report").click()
    expect(main(officer)).to_contain_text("The report is shared.")
    worker.goto(report)
    expect(main(worker)).to_contain_text("More time for supervision.")
    expect(main(worker).locator(".govuk-tag")).to_have_text("Supervision")
    assert open_browser.faults == []


def answers(survey: Survey, person: User, **said: str) -> None:
    """A colleague takes part."""
    ticket = take_part(survey, by=person, on=ON)
    assert keep_draft(ticket, said, on=ON) == {}
    hand_in(ticket, on=ON)


def take_part_by(page: Page, link: str) -> None:
    """Answer the practitioners' version by a link, in a browser in which nobody is signed in."""
    page.goto(link)
    page.get_by_role("button", name="Start").click()
    page.get_by_label("Practitioner", exact=True).check(force=True)
    page.get_by_label("No", exact=True).check(force=True)
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("group", name=SPEAK_UP).get_by_label("Agree", exact=True).check(force=True)
    asked = ""
    while (go_on := page.get_by_role("button", name="Save and continue")).count():
        asked += main(page).inner_text()
        go_on.click()
    assert "My manager has time for me when it matters" in asked
    assert "My staff come to me when something worries them" not in asked
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
