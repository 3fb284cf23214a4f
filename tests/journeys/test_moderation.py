"""Moderation in real browsers: a dispute between two people that ends in an agreed grade, and every council's form."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from audits.models import Audit
from core import clock
from moderation.models import Moderation
from moderation.services.choosing import choose_by_hand
from moderation.states import ModerationState
from people.models import User
from tests.journeys.conftest import Opener, check_page, give_password, sign_in
from tests.moderation.scenes import council, moderator, returned, waiting

pytestmark = pytest.mark.django_db(transaction=True)
COUNCILS = {
    "bexley": ("6", "Scaling of the overall rating"),
    "west-sussex": ("good", "How many minutes the discussion took"),
    "lancashire": ("good", "Date of the talk with the manager"),
    "bracknell-forest": ("good", "Does the content bear out the grade"),
    "blackburn-with-darwen": ("good", "Agree with the grade or propose another"),
}


def prepared(code: str) -> tuple[Moderation, User, User, User]:
    """A Good audit of a council waiting for a moderator, with the officer, the moderator and the auditor."""
    place = council(code, 2 if code == "west-sussex" else 1)
    people = place.people
    who = people.moderator if code == "bexley" else moderator(place)
    give_password(people.officer, people.auditor, who)
    audit = returned(place, COUNCILS[code][0], clock.now() - timedelta(days=3))
    if not Moderation.objects.filter(audit=audit).exists():
        reason = "For the journey."
        choose_by_hand(audit, reason=reason, by=people.officer, at=clock.now())
    return waiting(audit), people.officer, who, people.auditor


def assigned(address: str, page: Page, found: Moderation, officer: User, who: User) -> None:
    """The QA officer gives it to the moderator."""
    sign_in(page, address, officer)
    page.goto(f"{address}/moderation/{found.pk}/")
    page.get_by_role("button", name="Give it to a moderator").click()
    choice = page.get_by_label("Moderator")
    expect(choice).to_be_visible()
    label = next(
        one for one in choice.locator("option").all_inner_texts() if one.startswith(who.name)
    )
    choice.select_option(label=label)
    page.get_by_role("button", name="Give it to this moderator").click()
    expect(page.locator(".govuk-notification-banner")).to_contain_text("moderates this audit")


def fill(page: Page, *, grade: str = "") -> None:
    """Fill in the whole form as a person would, agreeing or with another grade."""
    today = timezone.localdate(clock.now())
    expect(page.get_by_role("button", name="Hand in your view")).to_be_visible()
    for area in page.locator("form textarea:visible").all():
        area.fill("The record shows what changed for the child.")
    for box in page.locator("input[type=checkbox]:visible").all():
        box.check()
    for number in page.locator("input[type=number]:visible").all():
        number.fill("50")
    for name, text in (("Day", today.day), ("Month", today.month), ("Year", today.year)):
        for box in page.get_by_label(name, exact=True).all():
            box.fill(str(text))
    for words in ("Yes, all of them", "Supported: the content bears the grade out"):
        for choice in page.get_by_label(words).all():
            choice.check()
    if page.get_by_label("6 – Good").count():
        page.get_by_label(grade or "6 – Good").first.check()
    agreement = "I propose another grade" if grade else "I agree"
    for choice in page.get_by_label(agreement).all():
        choice.check()


def test_a_dispute_goes_to_a_meeting_and_an_agreed_grade(live_server, open_browser: Opener):
    found, officer, who, auditor = prepared("bexley")
    address = live_server.url
    assigned(address, open_browser.page(), found, officer, who)

    left = sign_in(open_browser.page(), address, who)
    expect(left.get_by_role("link", name="Moderate the audit")).to_be_visible()
    left.get_by_role("link", name="Moderate the audit").click()
    left.get_by_role("button", name="Give your view").click()
    fill(left, grade="4 – Requires improvement")
    expect(left.locator("#saved")).to_contain_text("Saved at")
    check_page(left, "moderation-view")
    left.get_by_role("button", name="Hand in your view").click()
    expect(left.locator(".govuk-notification-banner")).to_contain_text("asked to meet you")
    check_page(left, "moderation-disagreed")

    right = sign_in(open_browser.page(width=390), address, auditor)
    right.get_by_role("link", name="Meet about the grade and record it").click()
    expect(right.locator("main")).to_contain_text("Auditor and moderator meet")
    met(right, view="I had weighed the writing more than the visits.")
    check_page(right, "moderation-meeting-recorded")
    assert Audit.objects.get().grade_final is False

    left.reload()
    met(left, view="We agree on it.", learning="Ask first what changed for the child.")
    expect(left.locator(".govuk-notification-banner")).to_contain_text("It is final")
    check_page(left, "moderation-final")
    audit = Audit.objects.get()
    assert (audit.grade, audit.grade_final) == ("requires_improvement", True)
    right.reload()
    expect(right.locator("main")).to_contain_text("Agreed")
    assert open_browser.faults == []


def met(page: Page, *, view: str, learning: str = "") -> None:
    """Record the meeting in the browser: today, 5."""
    today = timezone.localdate(clock.now())
    page.get_by_role("button", name="Record the meeting").click()
    page.get_by_label("Day", exact=True).fill(str(today.day))
    page.get_by_label("Month", exact=True).fill(str(today.month))
    page.get_by_label("Year", exact=True).fill(str(today.year))
    page.get_by_label("How do you see it?").fill(view)
    page.get_by_label("5 – Requires improvement").check()
    if learning:
        page.get_by_label("What does it teach about auditing?").fill(learning)
    check_page(page, "moderation-meeting")
    page.get_by_role("button", name="Record the meeting").click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("code", COUNCILS)
def test_each_councils_moderation_runs_in_the_browser(live_server, open_browser, code, script):
    found, officer, who, _ = prepared(code)
    address = live_server.url
    assigned(address, open_browser.page(script=script), found, officer, who)

    page = sign_in(open_browser.page(script=script), address, who)
    page.goto(f"{address}/moderation/{found.pk}/view/")
    expect(page.locator("form").last).to_contain_text(COUNCILS[code][1])
    page.get_by_role("button", name="Hand in your view").click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    fill(page)
    if script:
        check_page(page, f"moderation-{code}")
    page.get_by_role("button", name="Hand in your view").click()
    expect(page.locator(".govuk-notification-banner")).to_contain_text("Your view is in")

    found.refresh_from_db()
    assert (found.state, found.agrees) == (ModerationState.FINAL, True)
    assert Audit.objects.get().grade_final is True
    assert open_browser.faults == []


def test_the_qa_team_chooses_gives_out_and_reads_the_round(live_server, open_browser):
    place = council("lancashire")
    give_password(place.people.officer)
    last_month = timezone.localdate(clock.now()).replace(day=1) - timedelta(days=5)
    at = clock.now().replace(year=last_month.year, month=last_month.month, day=last_month.day)
    for _ in range(3):
        returned(place, "good", at, actions=0)
    page = sign_in(open_browser.page(), live_server.url, place.people.officer)

    page.get_by_role("link", name="Moderation").click()
    check_page(page, "moderations")
    page.get_by_role("link", name="Choosing by rounds").click()
    check_page(page, "rounds")
    page.get_by_role("button", name="Draw this month").click()

    expect(page.locator("main")).to_contain_text("1 of 3")
    expect(page.locator("main")).to_contain_text("The same audits came back")
    check_page(page, "round")
    assert Moderation.objects.chosen().count() == 1
    assert open_browser.faults == []
