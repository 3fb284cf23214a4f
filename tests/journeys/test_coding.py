"""A member of the QA team codes with the keyboard, and somebody else without any script."""

import re

import pytest
from playwright.sync_api import Page, expect

from audits.models import Answer
from learning.models import Extract, Theme
from learning.services.gathering import gather
from learning.services.theming import seed_themes
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import Cast, cast
from tests.journeys.conftest import Opener, check_page, give_password, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db, settings, live_server) -> Cast:
    """A council with one returned audit of whose texts three are left to code."""
    settings.TEST_CLOCK = NOW
    version = framework("fixtures/frameworks/bexley/1.yaml")
    found = cast("bexley")
    audit_at("returned", found, version)
    seed_themes(found.council, at=NOW)
    gather(found.council, at=NOW)
    keep = Extract.objects.filter(kind="develop").values_list("pk", flat=True)[:3]
    Extract.objects.exclude(pk__in=list(keep)).update(done_by=found.qa_head, done_at=NOW)
    give_password(found.officer, found.qa_head, found.director)
    return found


def codes() -> list[list[tuple[str, str]]]:
    """What each text of the queue bears, in its order."""
    rows = Extract.objects.filter(kind="develop", revision__gt=0).order_by("pk")
    return [list(one.codings.values_list("theme__label", "kind")) for one in rows]


def coding(page: Page) -> None:
    """Wait for the page of one text, with its keys."""
    expect(page.get_by_role("heading", name="Coding")).to_be_visible()
    expect(page.locator("form.qa-coding--keys")).to_be_visible()


def test_texts_are_coded_with_the_keyboard(people, live_server, open_browser: Opener):
    themes = list(Theme.objects.values_list("label", flat=True))
    page = sign_in(open_browser.page(), live_server.url, people.officer)
    page.goto(f"{live_server.url}/learning/coding/")
    check_page(page, "coding-queue")
    page.get_by_role("button", name="Start with the first of 3").click()
    coding(page)
    check_page(page, "coding-extract")

    page.keyboard.press("2")
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 in this queue")).to_be_visible()
    coding(page)
    page.keyboard.press("/")
    page.keyboard.type(themes[-1][:8].lower())
    page.keyboard.press("Enter")
    page.keyboard.press("n")
    page.keyboard.type("Dates of plans")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 in this queue")).to_be_visible()
    coding(page)
    page.keyboard.press("x")
    expect(page.get_by_text("everything here is coded")).to_be_visible()

    assert codes() == [
        [(themes[1], "barrier")],
        [(themes[-1], "develop"), ("Dates of plans", "develop")],
        [],
    ]
    page.goto(f"{live_server.url}/learning/")
    check_page(page, "themes")
    page.goto(f"{live_server.url}/learning/rounds/")
    check_page(page, "blind-rounds")
    assert open_browser.faults == []


def test_keys_are_turned_off_and_the_form_works_without_script(
    people, live_server, open_browser: Opener
):
    page = sign_in(open_browser.page(), live_server.url, people.officer)
    first = Extract.objects.waiting().order_by("pk").first()
    page.goto(f"{live_server.url}/learning/coding/{first.pk}/")
    coding(page)
    page.get_by_text("Keys", exact=True).click()
    page.get_by_role("button", name="Turn the keys off").click()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.locator("input[name=themes]:checked")).to_have_count(0)
    page.reload()
    expect(page.locator("form.qa-coding--keys")).to_have_count(0)

    plain = sign_in(open_browser.page(script=False), live_server.url, people.qa_head)
    plain.goto(f"{live_server.url}/learning/coding/")
    plain.get_by_role("button", name=re.compile("Start with")).click()
    plain.get_by_label("Assessments of adult carers").check()
    plain.get_by_role("button", name="Save and go on").click()

    expect(plain.get_by_text("2 in this queue")).to_be_visible()
    assert codes() == [[("Assessments of adult carers", "develop")]]
    assert Answer.objects.filter(pk=first.source_id).exists()
    assert open_browser.faults == []
