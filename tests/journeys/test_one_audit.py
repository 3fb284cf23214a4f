"""One Bexley audit from import to returned grade: QA officer, practitioner and auditor in three browsers."""

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.core.management import call_command
from playwright.sync_api import Locator, Page, expect

from audits.models import Audit
from cases import services as imports
from cases.models import ImportRun
from core import clock
from people.models import User
from reporting.models import Document
from reporting.services import make_document
from tests.journeys.conftest import DEMO, Opener, check_page, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

CASES = "Case number,Team code,Worker,Worker from,Date of birth,Gender,Ethnicity,Language,Plan,Referral,Opened\n"


def worker_runs(run: ImportRun) -> None:
    """What the background worker does when its bell rings."""
    imports.work_on(run.pk, at=clock.now())


def import_file(page: Page, address: str, kind: str, name: str, content: bytes) -> None:
    """Upload, look at what would change, confirm."""
    page.goto(f"{address}/import/")
    page.get_by_label(kind, exact=True).check()
    page.get_by_label("CSV or Excel file").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Check the file").click()
    page.wait_for_url(re.compile(r"/import/\d+/"))
    run = ImportRun.objects.latest("pk")
    worker_runs(run)
    page.reload()
    expect(page.get_by_text("Ready to import")).to_be_visible()
    check_page(page, "import-preview")
    page.get_by_role("button", name="Import all of it").click()
    worker_runs(run)
    page.reload()
    expect(page.get_by_text("Imported", exact=True)).to_be_visible()


def choose(page: Page, group: str, choice: str, *, nth: int = 0) -> None:
    """Choose in a radio group and wait until it says that it is saved."""
    part = page.get_by_role("group", name=re.compile(f"^{re.escape(group)}")).nth(nth)
    if choice.isdigit():
        part.locator(f"input[type=radio][value='{choice}']").check(force=True)
    else:
        part.get_by_label(choice).check(force=True)
    saved(page, part)


def saved(page: Page, inside) -> None:
    """Wait for the visible word beside what was changed."""
    part = inside.locator("xpath=ancestor-or-self::*[@data-part][1]")
    expect(part.locator("[data-save-state]")).to_have_text(
        re.compile(r"^Saved \d\d:\d\d"), timeout=15_000
    )


def write_all(page: Page, fields: Sequence[Locator], words: str) -> None:
    """Type into several boxes one after another, then see that each says that it is saved."""
    for field in fields:
        field.fill(words)
    for field in fields:
        saved(page, field)


def date_boxes(page: Page, group: str, day: str, month: str, year: str) -> None:
    """Fill the three boxes of a date."""
    boxes = page.get_by_role("group", name=group)
    boxes.get_by_label("Day").fill(day)
    boxes.get_by_label("Month").fill(month)
    boxes.get_by_label("Year").fill(year)
    saved(page, boxes)


def allocate(page: Page, address: str, people) -> Audit:
    """The QA officer finds the case and gives it to the auditor."""
    page.goto(f"{address}/allocate/")
    check_page(page, "allocate-find")
    page.get_by_label("Case number").fill("900100")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Allocate case 900100").click()
    page.get_by_label("Auditor").select_option(str(people.manager.pk))
    page.get_by_role("button", name="Allocate the audit").click()
    expect(page.get_by_role("alert")).to_contain_text("own team")
    check_page(page, "allocate-refused")
    page.get_by_label("Auditor").select_option(str(people.auditor.pk))
    page.get_by_role("button", name="Allocate the audit").click()
    expect(page.get_by_role("alert")).to_contain_text("allocated")
    return Audit.objects.get()


def prepare_worker(page: Page, address: str, audit: Audit) -> None:
    """The practitioner reflects before the meeting; 0 is an answer."""
    page.goto(address)
    page.get_by_role("link", name="Prepare for the audit meeting").click()
    check_page(page, "audit-preparing")
    expect(page.get_by_role("link", name="3. Case file health check")).to_have_count(0)
    page.get_by_role("link", name="2. Practitioner preparation").click()
    check_page(page, "preparation")
    for nth, value in ((0, "7"), (1, "0")):
        choose(page, "Your scaling", value, nth=nth)
        boxes = page.locator(".qa-question").nth(nth).locator("textarea").all()
        write_all(page, boxes, "She draws with me now and tells me what worries her.")
    page.get_by_role("button", name="I have finished this section").click()
    expect(page.get_by_role("alert")).to_contain_text("finished")


def check_file(page: Page, address: str, audit: Audit) -> None:
    """The auditor reads the file before the meeting."""
    page.goto(f"{address}/audits/{audit.pk}/form/health_check/")
    check_page(page, "health-check")
    write_all(page, page.locator("textarea").all(), "Up to date; add the new health visitor.")
    for radio in page.locator("input[type=radio][value='6']").all():
        radio.check(force=True)
        saved(page, radio)


def fill_details(page: Page, address: str, audit: Audit) -> None:
    """The auditor's dates and the practice observation."""
    page.goto(f"{address}/audits/{audit.pk}/form/details/")
    date_boxes(page, "Date the referral was received", "20", "2", "2026")
    date_boxes(page, "Date the audit was commenced", "4", "5", "2026")
    choose(page, "Practice observation", "Not required")
    check_page(page, "details")


def fill_practice(auditor: Page, worker: Page, address: str, audit: Audit) -> None:
    """Both fill the joint questions; what one saves the other sees within five seconds."""
    for number in range(6, 20):
        url = f"{address}/audits/{audit.pk}/form/practice/question/q{number}/"
        auditor.goto(url)
        boxes = [text for text in auditor.locator(".qa-part textarea").all() if text.is_editable()]
        write_all(auditor, boxes, f"Seen in the visit notes (question {number}).")
        if number == 7:
            together(auditor, worker, url)
        else:
            radio = auditor.locator("input[type=radio][value='5']")
            radio.check(force=True)
            saved(auditor, radio)


def together(auditor: Page, worker: Page, url: str) -> None:
    """The practitioner chooses the scale of question 7 while the auditor watches."""
    auditor.get_by_role("group", name="What good looks like").count()
    worker.goto(url)
    expect(auditor.locator("[data-here]")).to_contain_text("is here now", timeout=8_000)
    auditor.locator("h1").click()
    worker.locator("input[type=radio][value='10']").check(force=True)
    saved(worker, worker.locator("input[type=radio][value='10']"))
    expect(auditor.locator("input[type=radio][value='10']")).to_be_checked(timeout=5_000)
    check_page(auditor, "question")
    auditor.get_by_text("What good looks like").click()
    expect(auditor.locator(".qa-guidance").first).to_be_visible()
    check_page(auditor, "question-guidance")
    worker.get_by_role("button", name="Confirm that this is what we agreed").click()
    expect(worker.get_by_text("Confirmed by")).to_be_visible()


def fill_feedback(page: Page, address: str, audit: Audit) -> None:
    """The child was not asked, with a reason; the family answered; nobody else was asked."""
    page.goto(f"{address}/audits/{audit.pk}/form/feedback/")
    questions = page.locator(".qa-question")
    questions.nth(0).get_by_role("radio", name=re.compile("^Not asked")).check(force=True)
    saved(page, questions.nth(0).get_by_role("radio", name=re.compile("^Not asked")))
    page.locator("#voice_child-reason").fill("Three weeks old")
    saved(page, page.locator("#voice_child-reason"))
    family = page.locator("#voice_family")
    family.get_by_role("radio", name="Yes, and they answered").first.check(force=True)
    saved(page, family.get_by_role("radio", name="Yes, and they answered").first)
    date_boxes_in(page, "voice_family-contact_on", "6", "5", "2026")
    page.locator("#voice_family-role").fill("Grandmother")
    saved(page, page.locator("#voice_family-role"))
    for statement in range(1, 10):
        radio = page.locator(f"#part-voice_family-s{statement}").get_by_role("radio").nth(statement)
        radio.check(force=True)
        saved(page, radio)
    check_page(page, "feedback")


def date_boxes_in(page: Page, part: str, day: str, month: str, year: str) -> None:
    """Fill the three boxes of one part."""
    found = page.locator(f"#part-{part}")
    for label, value in (("Day", day), ("Month", month), ("Year", year)):
        found.get_by_label(label).fill(value)
    saved(page, found.get_by_label("Year"))


def give_outcome(page: Page, address: str, audit: Audit) -> None:
    """Good, with the reason and an action."""
    page.goto(f"{address}/audits/{audit.pk}/form/outcome/")
    boxes = page.locator(".qa-part textarea").all()
    write_all(page, boxes, "The plan is carried by the family; the child says home is calmer.")
    radio = page.locator("input[type=radio][value='6']")
    radio.check(force=True)
    saved(page, radio)
    expect(page.get_by_role("radio")).to_have_count(8)
    check_page(page, "outcome")
    page.get_by_role("button", name="Record an action").click()
    page.get_by_label("Share good practice").check()
    page.get_by_label("What will be done?").fill("Present the direct work at the staff conference")
    page.get_by_label("Who will do it?").select_option(str(audit.worker_id))
    due = clock.today() + timedelta(days=20)
    for label, value in (("Day", due.day), ("Month", due.month), ("Year", due.year)):
        page.get_by_label(label).fill(str(value))
    check_page(page, "action")
    page.get_by_role("button", name="Record the action").click()
    expect(page.locator("#actions")).to_contain_text("Present the direct work")


def test_one_collaborative_audit_from_import_to_returned_grade(
    bexley, live_server, open_browser: Opener
):
    address, people = live_server.url, bexley
    officer = sign_in(open_browser.page(), address, people.officer)
    check_page(officer, "my-work-empty")
    # The first staff list comes by command; later ones take two people where they change rights.
    staff = DEMO / "bexley-staff.csv"
    call_command("import_file", "staff", str(staff), "--council", "bexley", "--confirm")
    people.worker.staff_number = "77001"
    people.worker.save(update_fields=["staff_number"])
    row = f"900100,{people.team2.code},77001,2026-03-02,2015-06-30,Girl,White British,English,CIN,2026-02-20,2026-02-23\n"
    import_file(officer, address, "Case references", "cases.csv", (CASES + row).encode())
    assert User.objects.filter(council=people.council).count() > 40

    audit = allocate(officer, address, people)

    auditor = sign_in(open_browser.page(), address, people.auditor)
    check_page(auditor, "my-work")
    auditor.get_by_role("link", name="Set the meeting date").click()
    auditor.get_by_role("button", name="Set the meeting").click()
    meeting = clock.today() + timedelta(days=3)
    for label, value in (("Day", meeting.day), ("Month", meeting.month), ("Year", meeting.year)):
        auditor.get_by_label(label).fill(str(value))
    auditor.get_by_label("Start time").fill("14:30")
    auditor.get_by_label("In person").check()
    check_page(auditor, "meeting")
    auditor.get_by_role("button", name="Set the meeting").click()
    expect(auditor.get_by_role("alert")).to_contain_text("The meeting is set")

    worker = sign_in(open_browser.page(width=390), address, people.worker)
    prepare_worker(worker, address, audit)
    check_file(auditor, address, audit)
    fill_details(auditor, address, audit)
    auditor.goto(f"{address}/audits/{audit.pk}/start/")
    check_page(auditor, "start")
    auditor.get_by_role("button", name="Start the meeting").click()
    expect(auditor.get_by_role("alert")).to_contain_text("The meeting has started")

    fill_practice(auditor, worker, address, audit)
    fill_feedback(auditor, address, audit)
    give_outcome(auditor, address, audit)
    auditor.goto(f"{address}/audits/{audit.pk}/return/")
    check_page(auditor, "return")
    auditor.get_by_role("button", name="Return the audit").click()
    expect(auditor.get_by_role("alert")).to_contain_text("The audit is returned")
    check_page(auditor, "audit-returned")

    audit.refresh_from_db()
    assert (audit.state, audit.grade) == ("returned", "good")
    read_the_record(auditor, address, audit)
    assert open_browser.faults == []


def read_the_record(page: Page, address: str, audit: Audit) -> None:
    """The record, its note to paste, and its PDF made in the background."""
    page.get_by_role("button", name="Read the record").click()
    expect(page.get_by_label("Case note to copy")).to_have_value(re.compile("Overall grade: Good"))
    check_page(page, "record")
    page.get_by_role("button", name="Make a PDF").click()
    expect(page.get_by_text("The PDF is being made")).to_be_visible()
    make_document(Document.objects.get().pk, at=clock.now())
    expect(page.get_by_role("button", name="Download the PDF")).to_be_visible(timeout=10_000)
    check_page(page, "pdf-ready")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the PDF").click()
    assert download.value.suggested_filename == f"audit-{audit.reference}.pdf"
