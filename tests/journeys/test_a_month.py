"""A month of each council in the browser: the year opened, files drawn, matched and given out (issue of the programme)."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from audits.models import Audit
from core import clock
from people.models import User
from programme.management.commands.demo_data import PASSWORD, sign_ins
from programme.models import AllocationPlan, Draw, ProgrammeYear
from programme.services.plans import work_out
from tests.factories.audits import NOW, framework
from tests.journeys.conftest import Opener

pytestmark = pytest.mark.django_db(transaction=True)
EDITIONS = {
    "bexley": 1,
    "blackburn-with-darwen": 1,
    "bracknell-forest": 1,
    "lancashire": 1,
    "west-sussex": 2,
}
FILES = 3


def enter(opener: Opener, address: str, email: str) -> Page:
    """Sign in with the demo's password."""
    page = opener.page()
    page.goto(f"{address}/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{address}/")
    return page


def freeze(page: Page, *, by_day: bool) -> None:
    """Choose the whole pool and freeze it."""
    page.get_by_role("link", name=re.compile("^Draws")).click()
    page.get_by_role("button", name="New draw").click()
    page.get_by_label("How many files, or how many per cent").fill(str(FILES))
    page.get_by_label("Month the audits count for").select_option("2026-12")
    if by_day:
        group = page.get_by_role("group", name="Day of the audits")
        for label, text in (("Day", "15"), ("Month", "12"), ("Year", "2026")):
            group.get_by_label(label).fill(text)
    page.get_by_role("button", name="Show the pool").click()
    page.get_by_label("What is the draw for?").fill("Audits of December")
    page.get_by_role("button", name="Freeze the pool").click()
    expect(page.get_by_role("alert")).to_contain_text("its fingerprint is recorded")


def give(page: Page, words: str) -> None:
    """One person's half of the seed."""
    page.get_by_label("Your words").fill(words)
    page.get_by_role("button", name="Give my words").click()


def give_out(page: Page, address: str, draw: Draw) -> None:
    """Work the plan out, look at it, confirm it knowingly."""
    page.goto(f"{address}/draws/{draw.pk}/plan/")
    page.get_by_role("button", name="Work out a plan").click()
    expect(page.get_by_text("This usually takes a few seconds")).to_be_visible()
    work_out(AllocationPlan.objects.get().pk, at=clock.now())
    page.goto(f"{address}/draws/{draw.pk}/plan/")
    left = page.get_by_label("Why the cases without an auditor are left out")
    if left.count():
        left.fill("Nobody is free this month.")
    page.get_by_role("button", name="Confirm and give out").click()
    anyway = page.get_by_label("Yes, give them out all the same")
    given = page.get_by_text(re.compile("(audits are|audit is) given out"))
    expect(anyway.or_(given).first).to_be_visible()
    if anyway.count():
        anyway.check()
        page.get_by_role("button", name="Confirm and give out").click()
    expect(given.first).to_be_visible()


@pytest.mark.parametrize("code", EDITIONS)
def test_a_month_is_run_from_the_draw_to_the_allocation(
    code, live_server, open_browser: Opener, settings
) -> None:
    settings.TEST_CLOCK = NOW
    version = framework(f"fixtures/frameworks/{code}/{EDITIONS[code]}.yaml")
    call_command("demo_data")
    by_day = version.policy["allocation"]["deadline"]["rule"] == "audit_date"
    emails = {one["role"]: one["email"] for one in sign_ins()}
    before = set(Audit.objects.values_list("pk", flat=True))
    officer = enter(open_browser, live_server.url, emails["QA officer"])

    officer.get_by_role("link", name="Programme").click()
    officer.get_by_role("button", name="Open 2026–27").click()
    expect(officer.get_by_text("The programme for 2026–27 is open.")).to_be_visible()

    freeze(officer, by_day=by_day)
    draw = Draw.objects.get()
    officer.get_by_role("button", name="Give your words").click()
    give(officer, "grey heron over the weir")
    leader = enter(open_browser, live_server.url, emails["Senior leader"])
    leader.get_by_role("link", name=re.compile("^Draws")).click()
    leader.get_by_role("link", name="give your words").click()
    give(leader, "three lamps in a window")
    expect(leader.get_by_role("alert")).to_contain_text("the files are drawn")

    give_out(officer, live_server.url, draw)

    draw.refresh_from_db()
    made = Audit.objects.exclude(pk__in=before)
    planned = AllocationPlan.objects.get().rows.exclude(auditor=None)
    assert draw.state == "allocated"
    assert len(draw.result) == FILES
    assert 0 < made.count() == planned.count()
    assert {audit.case_id for audit in made} <= {one["id"] for one in draw.result}
    assert not made.filter(auditor=User.objects.get(email=emails["Practitioner"])).exists()
    assert ProgrammeYear.objects.get().first_on.isoformat() == "2026-04-01"
    assert open_browser.faults == []
