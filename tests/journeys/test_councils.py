"""One audit in the browser under each of four more councils' frameworks, from allocation to the returned grade."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from audits.models import Answer, Audit
from core import clock
from core.models import Notice
from people.models import Post
from tests.factories.audits import audit_at, framework
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import Cast, cast
from tests.factories.people import OrgUnitFactory
from tests.journeys.conftest import (
    SCREENS,
    Opener,
    check_page,
    give_password,
    picture,
    sign_in,
)
from tests.journeys.filling import OnFile, fill

pytestmark = pytest.mark.django_db(transaction=True)

FILES = "fixtures/frameworks/{}.yaml"
# The council's own kind of post for each of the cast's.
POSTS = {
    "west-sussex": {
        "TM": "PM",
        "SM": "GM",
        "HOS": "SL",
        "HOS_PSQA": "PMSQP",
        "CSW": "SM",
        "PSQA": "QA",
        "ST": "EHW",
    },
    "lancashire": {
        "HOS_PSQA": "QAL",
        "DD": "DCSC",
        "DCS": "ED",
        "CSW": "PDM",
        "PSQA": "QA",
        "LM": "CSAP",
        "ST": "SW",
    },
    "bracknell-forest": {
        "SW": "KW",
        "ST": "KW",
        "SM": "HOS",
        "HOS_PSQA": "HOQA",
        "DD": "AD_CSC",
        "DCS": "ED",
        "CSW": "PSW",
        "PSQA": "QAO",
    },
    "blackburn-with-darwen": {
        "TM": "SO",
        "ST": "SEEDS",
        "HOS_PSQA": "QAL",
        "DD": "DCS",
        "CSW": "HOS",
        "PSQA": "QAL",
        "LM": "CE",
    },
}


@dataclass
class Council:
    """A council in the browser: its people, its address, its audit once it is allocated, a page for each."""

    people: Cast
    address: str
    browsers: Opener
    name: str
    auditor: Page
    worker: Page
    audit: Audit | None = None

    def url(self, path: str = "") -> str:
        """The address of the audit, or of a page below it."""
        return f"{self.address}/audits/{self.audit.pk}/{path}"

    def check(self, page: Page, what: str) -> None:
        """The page passes axe, and is pictured on request."""
        check_page(page, f"{self.name}-{what}")

    def look(self, page: Page, what: str) -> None:
        """A page of a kind that passes axe elsewhere is only pictured, on request."""
        if SCREENS:
            picture(page, f"{self.name}-{what}")


@pytest.fixture
def enter(transactional_db, live_server, open_browser):
    """Publishes a council's edition, makes its people and gives them browsers of their own."""

    def make(name: str, edition: int = 1, elsewhere: bool = False) -> Council:
        framework(FILES.format(f"{name}/{edition}"))
        people = cast(name, POSTS[name])
        if elsewhere:
            other = OrgUnitFactory(
                council=people.council, kind="service", name="Children we care for"
            )
            team = OrgUnitFactory(council=people.council, name="Team 7", parent=other)
            Post.objects.filter(holdings__user=people.auditor).update(unit=team)
        give_password(people.officer, people.auditor, people.worker)
        auditor = sign_in(open_browser.page(), live_server.url, people.auditor)
        worker = sign_in(open_browser.page(width=390), live_server.url, people.worker)
        return Council(people, live_server.url, open_browser, name, auditor, worker)

    return make


# --- steps that every council takes --------------------------------------------------------------


def date_in_form(page: Page, days: int) -> None:
    """Fill the only date of a form with a day from today on."""
    day = clock.today() + timedelta(days=days)
    for label, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        page.get_by_label(label, exact=True).fill(str(value))


def allocate(here: Council, *, refused: Mapping[str, str], due: int | None = None) -> None:
    """The QA officer tries those who may not audit this file first, then gives it to the auditor."""
    people = here.people
    case = CaseFileFactory(council=people.council, unit=people.team2, number="900100")
    InvolvementFactory(case=case, user=people.worker)
    officer = sign_in(here.browsers.page(), here.address, people.officer)
    officer.goto(f"{here.address}/allocate/{case.pk}/")
    if due is not None:
        date_in_form(officer, due)
    for part, words in refused.items():
        officer.get_by_label("Auditor", exact=True).select_option(str(getattr(people, part).pk))
        officer.get_by_role("button", name="Allocate the audit").click()
        expect(officer.get_by_role("alert")).to_contain_text(words)
    (here.look if due is None else here.check)(officer, "allocate")
    officer.get_by_label("Auditor", exact=True).select_option(str(people.auditor.pk))
    officer.get_by_role("button", name="Allocate the audit").click()
    expect(officer.get_by_role("alert")).to_contain_text("allocated")
    here.audit = Audit.objects.get()
    here.look(officer, "allocated")


def set_meeting(here: Council) -> None:
    """The auditor sets the meeting."""
    page = here.auditor
    page.goto(here.url("meeting/"))
    date_in_form(page, 3)
    page.get_by_label("Start time").fill("14:30")
    page.get_by_label("In person").check()
    page.get_by_role("button", name="Set the meeting").click()
    expect(page.get_by_role("alert")).to_contain_text("The meeting is set")
    here.check(page, "preparing")


def start(here: Council, *, missing: str = "") -> None:
    """Start the meeting; with `missing`, it is refused and says this."""
    page = here.auditor
    page.goto(here.url("start/"))
    page.get_by_role("button", name=re.compile("start", re.IGNORECASE)).click()
    expect(page.get_by_role("alert")).to_contain_text(missing or "The meeting has started")


def open_part(here: Council, place: str, page: Page | None = None) -> Page:
    """Open a section, or a question as section/question, in the auditor's browser or another."""
    page = page or here.auditor
    section, _, question = place.partition("/")
    page.goto(here.url(f"form/{section}/" + (f"question/{question}/" if question else "")))
    return page


def closed_before_the_meeting(here: Council, place: str) -> None:
    """A section that opens in the meeting can be read before it, not filled, and says when it opens."""
    page = open_part(here, place)
    expect(page.get_by_text("You can fill in this section once the")).to_be_visible()
    expect(page.locator("textarea, input[type=radio]")).to_have_count(0)


def record_action(
    here: Council, kind: str, what: str, *, days: int = 20, asap: bool = False
) -> None:
    """Record an action; with `asap` it is refused once for words that are no date."""
    page = here.auditor
    page.goto(here.url("actions/new/"))
    page.get_by_label(kind).check()
    page.get_by_label("Who will do it?").select_option(str(here.people.worker.pk))
    page.get_by_label("How will you know that it has worked?").fill("It stands on the file")
    date_in_form(page, days)
    if asap:
        page.get_by_label("What will be done?").fill(f"{what} ASAP")
        page.get_by_role("button", name="Record the action").click()
        expect(page.get_by_role("alert")).to_contain_text("not “ASAP”")
    page.get_by_label("What will be done?").fill(what)
    page.get_by_role("button", name="Record the action").click()
    expect(page.locator("#actions")).to_contain_text(what)


def not_yet(here: Council, *words: str) -> Page:
    """The page before the return lists what is missing, and has no button to return."""
    page = here.auditor
    page.goto(here.url("return/"))
    for one in words:
        expect(page.locator("main")).to_contain_text(one)
    expect(page.get_by_role("button", name="Return")).to_have_count(0)
    return page


def return_it(here: Council, *, code: str, grade: str, heading: str) -> Page:
    """Return the audit, see its grade, read its record and its note."""
    page = here.auditor
    page.goto(here.url("return/"))
    here.check(page, "return")
    page.get_by_role("button", name=re.compile("^Return the ")).click()
    expect(page.get_by_role("alert")).to_contain_text("is returned")
    expect(page.locator("main .govuk-tag", has_text=grade).first).to_be_visible()
    here.check(page, "returned")
    here.audit.refresh_from_db()
    assert (here.audit.state, here.audit.grade) == ("returned", code)
    page.get_by_role("button", name="Read the record").click()
    note = page.get_by_label("Case note to copy")
    expect(note).to_have_value(re.compile(f"^{heading} – .*Overall grade: {grade}", re.DOTALL))
    here.check(page, "record")
    assert here.browsers.faults == []
    return page


# --- West Sussex ---------------------------------------------------------------------------------


def test_west_sussex_grades_six_sections_and_the_whole_directly(enter):
    here = enter("west-sussex", 2, elsewhere=True)
    people = here.people
    allocate(here, refused={"manager": "own service", "service_manager": "own service"})
    assert here.audit.version.edition == 2
    set_meeting(here)
    closed_before_the_meeting(here, "referral")
    start(here, missing=f"{people.worker.name}: My work with this child – What could be better?")

    page = open_part(here, "self_assessment", here.worker)
    expect(page.locator(".qa-timer").first).to_contain_text("The last 6 months")
    fill(page)
    here.look(page, "self-assessment")
    start(here)
    expect(here.auditor.locator("main")).to_contain_text("Collaborative audit")

    for section in (
        "referral",
        "quality_of_practice",
        "assessment",
        "planning",
        "review",
        "management_oversight",
    ):
        page = open_part(here, section)
        expect(page.get_by_text("Suggested time: about 10 minutes")).to_be_visible()
        fill(page, {"grade": "requires_improvement" if section == "planning" else "good"})
    here.check(page, "oversight")
    expect(page.get_by_label("A view of the quality of reflective practice")).to_be_visible()
    page = open_part(here, "referral")
    page.get_by_text("What good looks like", exact=False).first.click()
    guidance = page.locator(".qa-guidance").first
    expect(guidance.get_by_role("heading", name="Requires improvement")).to_be_visible()
    expect(guidance.get_by_role("heading", name="Outstanding")).to_have_count(0)

    page = open_part(here, "feedback")
    fill(
        page,
        {"voice_child.asked": "not_asked", "voice_child.reason": "Three weeks old"},
        leave=frozenset(
            {
                "voice_child.asked_on",
                "voice_child.life",
                "voice_child.difference",
                "voice_child.better",
                "voice_family.reason",
            }
        ),
    )
    page = open_part(here, "outcome")
    expect(
        page.get_by_role("group", name=re.compile("^Overall grade")).get_by_role("radio")
    ).to_have_count(4)
    expect(page.locator(".qa-scale__label", has_text=re.compile(r"^\d+$"))).to_have_count(0)
    fill(page, {"outcome.overall": "good", "safeguarding": "yes"}, leave=frozenset({"concern"}))
    here.check(page, "outcome")
    record_action(here, "Better care planning", "Hold a family network meeting")

    not_yet(
        here,
        "Overall grade and actions – What is the concern, and what was done at once?",
        f"{people.worker.name}: What the practitioner learned",
        f"{people.auditor.name}: What the auditor learned",
    )
    fill(open_part(here, "outcome"), {"concern": "Bruise seen; strategy talk held."}, only=True)
    assert fill(open_part(here, "learning")) == ["learning_auditor.learned"]
    assert fill(open_part(here, "learning", here.worker)) == ["learning_worker.learned"]
    here.look(here.worker, "learning-worker")

    page = return_it(here, code="good", grade="Good", heading="Collaborative audit")
    expect(page.get_by_text("Mosaic number 900100")).to_be_visible()
    told = set(Notice.objects.filter(kind="audit.returned").values_list("to", flat=True))
    assert told == {people.worker.pk, people.manager.pk, people.officer.pk}


# --- Lancashire ----------------------------------------------------------------------------------


def test_lancashire_holds_a_learning_space(enter):
    here = enter("lancashire")
    people = here.people
    allocate(here, refused={"manager": "line manager"})
    here.auditor.goto(f"{here.address}/")
    set_meeting(here)
    expect(here.auditor.locator("main")).to_contain_text("Learning space")
    expect(here.auditor.get_by_text("Auditing manager")).to_be_visible()
    expect(here.auditor.get_by_text("Start the reflective conversation when")).to_be_visible()
    closed_before_the_meeting(here, "conversation/working")
    page = open_part(here, "details")
    fill(page, {"function": "family", "in_person": "no"}, leave=frozenset({"why_not"}))
    here.look(page, "details")
    start(here)

    for question in ("working", "experience", "outcomes", "next"):
        page = open_part(here, f"conversation/{question}")
        if question == "working":
            expect(page.get_by_text("Nothing works yet")).to_be_visible()
            expect(
                page.get_by_role("group", name="From 0 to 10").get_by_role("radio")
            ).to_have_count(11)
            here.check(page, "conversation")
        fill(
            page,
            {"scale": "0"},
            leave=frozenset() if question == "working" else frozenset({"scale"}),
        )
    fill(
        open_part(here, "voice"),
        {"heard": "yes", "view": "She wants to stay at her school."},
        leave=frozenset({"why_not"}),
    )
    fill(
        open_part(here, "outcome"),
        {"overall": "requires_improvement"},
        leave=frozenset({"rationale"}),
    )
    not_yet(
        here,
        "Child, people and meeting – If you did not, why not?",
        "Grade and reasons – Reasons for the grade",
    )
    fill(open_part(here, "details"), {"why_not": "The manager was ill; held by video."}, only=True)
    page = open_part(here, "outcome")
    fill(page, {"rationale": "Purposeful work; the plan needs dates."}, only=True)
    here.check(page, "outcome")
    record_action(here, "Learning for the worker or the team", "Take the case to group supervision")

    page = return_it(
        here, code="requires_improvement", grade="Requires improvement", heading="Learning space"
    )
    expect(page.get_by_text("Child reference 900100")).to_be_visible()
    expect(page.get_by_text("social worker Worker Lancashire")).to_be_visible()
    # 0 is an answer, and no number becomes the grade.
    expect(page.locator("dt", has_text="From 0 to 10")).to_have_count(1)
    assert set(Notice.objects.filter(kind="audit.returned").values_list("to", flat=True)) == {
        people.worker.pk,
        people.officer.pk,
    }


def test_a_learning_space_is_filled_without_javascript(enter, open_browser):
    here = enter("lancashire")
    version = here.people.council.framework_versions.get()
    here.audit = audit_at("in_session", here.people, version)
    page = sign_in(open_browser.page(script=False), here.address, here.people.auditor)
    open_part(here, "voice", page)
    page.locator("#voice-heard").check(force=True)
    page.get_by_label("What do they say?").fill("She wants to stay at her school.")

    page.get_by_role("button", name="Save and continue").click()

    expect(page.locator("h1")).to_have_text("Grade")
    page.get_by_label("Good", exact=True).check(force=True)
    page.get_by_label("Reasons for the grade").fill("Purposeful work with an effect.")
    page.get_by_role("button", name="Save and go back to the audit").click()
    expect(page.locator("h1")).to_contain_text(here.audit.reference)
    said = dict(Answer.objects.filter(audit=here.audit).values_list("part__code", "text"))
    assert said["voice.heard"] == "yes"
    assert said["voice.view"] == "She wants to stay at her school."
    assert said["outcome.overall"] == "good"


# --- Bracknell Forest ----------------------------------------------------------------------------


def test_bracknell_forest_agrees_the_grade_in_a_live_audit(enter):
    here = enter("bracknell-forest")
    allocate(here, refused={"manager": "own team"}, due=45)
    assert here.audit.deadline_on == clock.today() + timedelta(days=45)
    set_meeting(here)
    expect(here.auditor.locator("main")).to_contain_text("Live audit")
    expect(here.auditor.get_by_text("Key worker", exact=True)).to_be_visible()
    closed_before_the_meeting(here, "standards/s1")
    start(here, missing="Have you checked the file on Mosaic and brought it up to date?")
    page = open_part(here, "preparation", here.worker)
    fill(page, {"updated": "no"}, leave=frozenset({"open"}))
    start(here, missing="If not, what is still missing and by when will it be there?")
    fill(page, {"open": "The chronology, by Friday"}, only=True)
    here.look(page, "preparation")
    start(here)

    fill(open_part(here, "details"))
    page = open_part(here, "indicators")
    expect(page.locator(".qa-question")).to_have_count(7)
    here.check(page, "indicators")
    fill(page, {"permanency.met": "no"})
    for number in range(1, 8):
        page = open_part(here, f"standards/s{number}")
        fill(page, {"grade": "inadequate" if number == 3 else "good", "evidence": OnFile("Seen")})
    here.look(page, "standard")
    fill(open_part(here, "feedback"), {"explored": "yes"}, leave=frozenset({"why_not"}))
    page = open_part(here, "outcome")
    expect(page.get_by_text("makes an exceptional difference")).to_be_visible()
    fill(page, {"overall": "good", "agreed": "no"}, leave=frozenset({"views", "advice"}))
    here.check(page, "outcome")
    fill(
        open_part(here, "plan"),
        {"smart": ["specific", "measurable", "achievable", "realistic"]},
        only=True,
    )
    not_yet(
        here,
        "If not, what did the QA Team advise?",
        "The actions are SMART (tick every line)",
        "Record at least one action.",
    )
    ask_for_advice(here)
    fill(
        open_part(here, "outcome"),
        {"views": "Good / requires improvement", "advice": "Settle on requires improvement"},
        only=True,
    )
    fill(open_part(here, "outcome"), {"overall": "requires_improvement"}, only=True)
    page = open_part(here, "plan")
    fill(page, {"smart": ["timescale"]}, only=True)
    here.check(page, "plan")
    record_action(here, "Put the record right", "Bring the chronology up to date", asap=True)

    page = return_it(
        here, code="requires_improvement", grade="Requires improvement", heading="Live audit"
    )
    expect(page.get_by_text("key worker Worker Bracknell-Forest")).to_be_visible()
    expect(page.get_by_text("Timescale: who does it and by when")).to_be_visible()


def ask_for_advice(here: Council) -> None:
    """The key worker queries the grade; the return waits for the QA team's advice."""
    page = here.worker
    page.goto(here.url())
    page.get_by_role("button", name="Query the grade").click()
    page.get_by_label("What do you not agree about?").fill("The plan does not hold for Good.")
    page.get_by_role("button", name="Ask for advice").click()
    expect(page.get_by_role("alert")).to_contain_text("asked for advice")
    not_yet(here, "The grade query is open. Wait for the QA team's advice")
    officer = sign_in(here.browsers.page(), here.address, here.people.officer)
    officer.goto(here.url("advice/"))
    officer.get_by_label("Your advice").fill("Requires improvement, for want of dates.")
    officer.get_by_role("button", name="Record the advice").click()
    expect(officer.get_by_role("alert")).to_contain_text("recorded")


# --- Blackburn with Darwen -----------------------------------------------------------------------


def test_blackburn_grades_three_columns_and_asks_statements_for_outstanding(enter):
    here = enter("blackburn-with-darwen")
    allocate(here, refused={"manager": "line manager"})
    set_meeting(here)
    expect(here.auditor.get_by_text("Supervising officer")).to_have_count(0)
    closed_before_the_meeting(here, "standards_1")
    start(here, missing="Materials at hand – Chronology")
    page = open_part(here, "details")
    fill(
        page,
        {"case_file": "yes", "chronology": "no", "missing": "The chronology ends in March"},
        leave=frozenset({"theme"}),
    )
    here.look(page, "details")
    start(here)

    for number, questions in ((1, 9), (2, 14), (3, 7), (4, 13), (5, 14)):
        page = open_part(here, f"standards_{number}")
        expect(page.locator(".qa-question")).to_have_count(questions)
        answers = {f"s{number}_{n}.met": "yes" for n in range(1, 16)}
        answers |= {f"s{number}_1.met": "partly", f"s{number}_2.met": "not_applicable"}
        fill(page, answers, only=True)
    assert Answer.objects.filter(audit=here.audit, part__code__endswith=".met").count() == 57
    open_part(here, "standards_2")
    expect(here.auditor.get_by_role("heading", name=re.compile(r"^2\.11"))).to_have_count(0)
    here.look(here.auditor, "standards")

    for area in ("contact_referral", "recording", "assessment", "review", "management_oversight"):
        page = open_part(here, f"areas/{area}")
        fill(page, {"grade": "good", "compliance": "requires_improvement"})
    here.check(page, "area")
    columns(here)
    expect(
        open_part(here, "areas/review", here.worker).locator("#part-review-grade input")
    ).to_have_count(0)

    fill(open_part(here, "reflection", here.worker))
    page = open_part(here, "outcome")
    fill(
        page,
        {"overall": "outstanding", "outcome.outstanding": ["consistently_good"]},
        leave=frozenset({"rationale"}),
    )
    not_yet(
        here,
        "Rationale for the grade",
        "Outstanding can be given only when every line of “For Outstanding, both must be true” is ticked.",
    )
    page = open_part(here, "outcome")
    fill(page, {"outcome.outstanding": ["sustained"], "rationale": "It lasts."}, only=True)
    here.check(page, "outcome")
    record_action(here, "Take to a practice learning circle", "Show the direct work", asap=True)

    page = return_it(
        here, code="outstanding", grade="Outstanding", heading="Collaborative case audit"
    )
    expect(page.get_by_text("Protocol number 900100")).to_be_visible()
    expect(page.locator("dt", has_text="Compliance")).to_have_count(5)


def columns(here: Council) -> None:
    """The guidance of Assessment stands in three columns: 4/2/5, 4/2/5 and 3/2/3 descriptors, no fourth grade."""
    page = open_part(here, "areas/assessment")
    page.get_by_text("What good looks like", exact=False).first.click()
    guidance = page.locator(".qa-guidance")
    expect(guidance.get_by_role("heading", name="Inadequate")).to_be_visible()
    here.check(page, "guidance")
    found = guidance.locator(".qa-guidance__column").all()
    assert [one.locator("h4").inner_text() for one in found] == [
        "Good",
        "Requires improvement",
        "Inadequate",
    ]
    for one, counts in zip(found, ((4, 2, 5), (4, 2, 5), (3, 2, 3)), strict=True):
        assert one.locator("h5").all_inner_texts() == [
            "Compliance",
            "Practice standard",
            "Systemic practice",
        ]
        lists = one.locator("ul").all()
        assert tuple(len(each.locator("li").all()) for each in lists) == counts
