"""The QA team and a senior leader read, in the browser, whether the audited files are like the caseload (I-19)."""

import random
import re
from datetime import date

import pytest
from playwright.sync_api import expect

from programme.models import ProgrammeYear
from standards.models import FrameworkVersion
from tests.factories.audits import NOW, audit_at
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import Cast
from tests.factories.people import OrgUnitFactory, UserFactory
from tests.journeys.conftest import Opener, check_page, give_password, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def year(bexley: Cast, settings) -> None:
    """Two hundred and forty open files of thirty workers; forty are audited, too few of Leaving care."""
    settings.TEST_CLOCK = NOW
    give_password(bexley.director)
    chance = random.Random(7)
    version = FrameworkVersion.objects.select_related("framework__council").get()
    audit = audit_at("returned", bexley, version)
    care = OrgUnitFactory(council=bexley.council, kind="service", name="Leaving care")
    workers = [UserFactory(council=bexley.council, name=f"Wilma {n:02} Worker") for n in range(30)]
    for number in range(239):
        unit = care if number % 3 == 0 else bexley.team2
        case = CaseFileFactory(
            council=bexley.council,
            unit=unit,
            date_of_birth=date(chance.randint(2009, 2025), chance.randint(1, 12), 1),
            plan_type=chance.choice(["CP", "CIN", "Child looked after"]),
            gender=chance.choice(["Female", "Male", ""]),
            ethnicity=chance.choice(["White British", "Black African", "Asian or Asian British"]),
            disability=chance.choice(["Yes", "No", "No", ""]),
        )
        InvolvementFactory(case=case, user=chance.choice(workers))
        if number < 43 and (unit != care or number < 10):
            worker = case.involvements.get().user
            audit.pk, audit.case, audit.unit, audit.worker = None, case, unit, worker
            audit.reference = f"2026-9{number:03}"
            audit.save(force_insert=True)
    ProgrammeYear.objects.create(council=bexley.council, first_on=date(2026, 4, 1), opened_at=NOW)


def test_the_comparison_is_read(bexley: Cast, year, live_server, open_browser: Opener) -> None:
    officer = sign_in(open_browser.page(), live_server.url, bexley.officer)
    officer.get_by_role("link", name="Programme").click()
    officer.get_by_role("link", name="Audited files beside the open caseload").click()
    expect(officer.get_by_text("Leaving care, fewer than expected")).to_be_visible()
    officer.get_by_text("What the figures mean").click()
    check_page(officer, "representation")
    officer.get_by_role("link", name="Next page").click()
    expect(officer).to_have_url(re.compile(r"/programme/representation/\?year=\d+&page=2#worker$"))
    expect(officer.get_by_text("Wilma 29 Worker")).to_be_visible()
    with officer.expect_download() as file:
        officer.get_by_role("link", name="Download all tables").click()
    assert "Wilma" not in file.value.path().read_text(encoding="utf-8-sig")

    leader = sign_in(open_browser.page(width=390), live_server.url, bexley.director)
    leader.goto(f"{live_server.url}/programme/representation/")
    expect(leader.get_by_text("Worker 1", exact=True)).to_be_visible()
    assert leader.evaluate("document.documentElement.scrollWidth") <= 390
    check_page(leader, "representation-leader")
