"""A month's plan in the browser: noted leave, a plan asked for, a row changed by hand, confirmed."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from audits.models import Audit
from core import clock
from core.models import Notice
from programme.models import AllocationPlan
from programme.services.plans import work_out
from standards.models import FrameworkVersion
from tests.factories.programme import auditor_of, drawn, worked_case, worker_of
from tests.journeys.conftest import check_page, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("script", [True, False])
def test_a_draw_is_planned_changed_and_given_out(live_server, bexley, open_browser, script):
    version = FrameworkVersion.objects.get(council=bexley.council)
    today = clock.today()
    away = auditor_of(bexley, name="Ada Anders")
    free = [auditor_of(bexley, name=f"Robin Free {n}") for n in range(2)]
    draw = drawn(
        bexley,
        version,
        [worked_case(bexley, worker_of(bexley)) for _ in range(8)],
        month=today.replace(day=1),
    )
    address = live_server.url
    page = sign_in(open_browser.page(script=script), address, bexley.officer)

    page.goto(f"{address}/away/")
    page.get_by_label("Person").select_option(str(away.pk))
    for group, day in (("First day away", today), ("Last day away", today + timedelta(days=60))):
        boxes = page.get_by_role("group", name=group)
        boxes.get_by_label("Day").fill(str(day.day))
        boxes.get_by_label("Month").fill(str(day.month))
        boxes.get_by_label("Year").fill(str(day.year))
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_role("rowheader", name=re.compile("Ada Anders"))).to_be_visible()
    look(page, "plan-away", script=script)

    page.goto(f"{address}/draws/{draw.pk}/plan/")
    look(page, "plan-ask", script=script)
    page.get_by_role("button", name="Work out a plan").click()
    expect(page.get_by_text("This usually takes a few seconds")).to_be_visible()
    look(page, "plan-waiting", script=script)
    work_out(AllocationPlan.objects.get().pk, at=clock.now())
    if not script:
        page.get_by_role("link", name="Check again").click()
    expect(
        page.get_by_role("heading", name="What could not be met when the plan was worked out")
    ).to_be_visible()
    look(page, "plan", script=script)

    page.get_by_role("link", name="How many audits each auditor has with this plan").click()
    look(page, "plan-load", script=script)
    page.go_back()
    page.get_by_role("link", name=re.compile("^Change")).first.click()
    look(page, "plan-row", script=script)
    page.get_by_label("Auditor", exact=True).select_option(str(bexley.manager.pk))
    page.get_by_role("button", name="Take this auditor").click()
    expect(
        page.get_by_role("link", name="The auditor is the worker's line manager.")
    ).to_be_visible()
    look(page, "plan-row-refused", script=script)
    page.get_by_label("Auditor", exact=True).select_option(str(free[0].pk))
    page.get_by_role("button", name="Take this auditor").click()
    expect(page.get_by_text("By hand", exact=True)).to_be_visible()

    if page.get_by_label("Why the cases without an auditor are left out").count():
        page.get_by_label("Why the cases without an auditor are left out").fill("Next month.")
    page.get_by_role("button", name="Confirm and give out").click()
    expect(page.get_by_text("Please confirm knowingly")).to_be_visible()
    look(page, "plan-doubts", script=script)
    page.get_by_label("Yes, give them out all the same").check()
    page.get_by_role("button", name="Confirm and give out").click()
    expect(page.get_by_text(re.compile("audits are given out"))).to_be_visible()
    look(page, "plan-confirmed", script=script)

    rows = AllocationPlan.objects.get().rows.exclude(auditor=None)
    assert Audit.objects.count() == rows.count()
    assert set(Notice.objects.filter(kind="audit.allocated").values_list("to", flat=True)) == set(
        rows.values_list("auditor", flat=True)
    )
    assert open_browser.faults == []


def look(page, name, *, script):
    """The page passes axe where there is a script to ask with."""
    if script:
        check_page(page, name)
