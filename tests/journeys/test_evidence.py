"""Pictures and documents in the browser: added, refused with the words kept, seen by the other party, removed."""

import pytest
from playwright.sync_api import expect

from actions.models import Action
from evidence.demo import steps, three_houses
from evidence.models import StoredFile
from evidence.services import check_waiting
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast
from tests.factories.evidence import attached, pdf
from tests.journeys.conftest import Opener, check_page, give_password, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT, settings.TEST_CLOCK = tmp_path / "files", NOW


def test_drawing_is_added_checked_and_seen_by_the_auditor(
    live_server, open_browser: Opener
) -> None:
    version, people = framework(), cast()
    audit = audit_at("in_session", people, version)
    audit_at("returned", people, version)
    action = Action.objects.exclude(owner=people.auditor).first()
    attached(action, action.owner, NOW, steps(), caption="The steps of the plan, drawn as a ladder")
    give_password(people.worker, people.auditor)
    page = sign_in(open_browser.page(), live_server.url, people.worker)
    page.goto(f"{live_server.url}/audits/{audit.pk}/")
    page.get_by_role("link", name="Add a picture or PDF").click()
    expect(page.get_by_text("There are no pictures or documents yet.")).to_be_visible()

    page.get_by_label("Picture or PDF").set_input_files(
        {"name": "drawing.png", "mimeType": "image/png", "buffer": b"<html>no picture</html>"}
    )
    page.get_by_label("What it shows").fill("Three houses, drawn with the child")
    page.get_by_role("button", name="Add the file").click()
    expect(page.get_by_role("alert")).to_contain_text("“drawing.png” cannot be taken.")
    expect(page.get_by_label("What it shows")).to_have_value("Three houses, drawn with the child")
    check_page(page, "evidence-refused")

    page.get_by_label("Picture or PDF").set_input_files(
        {"name": "houses.png", "mimeType": "image/png", "buffer": three_houses()}
    )
    page.get_by_label("Names and faces are hidden").check()
    page.get_by_role("button", name="Add the file").click()
    expect(page.get_by_text("A file is being checked.")).to_be_visible()
    check_waiting(at=NOW)
    shown = page.get_by_role("img", name="Three houses, drawn with the child")
    expect(shown).to_be_visible()
    # The picture itself comes after its place in the page.
    expect(shown).to_have_js_property("naturalWidth", 1200)

    page.get_by_label("Picture or PDF").set_input_files(
        {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": pdf(2)}
    )
    page.get_by_label("What it shows").fill("A letter to the judge")
    page.get_by_role("button", name="Add the file").click()
    expect(page.get_by_text("A file is being checked.")).to_be_visible()
    check_waiting(at=NOW)
    expect(page.get_by_role("link", name="Download the PDF")).to_be_visible()
    expect(page.get_by_text("Only you see this")).to_be_visible()
    check_page(page, "evidence")

    auditor = sign_in(open_browser.page(script=False), live_server.url, people.auditor)
    auditor.goto(f"{live_server.url}/audits/{audit.pk}/")
    auditor.get_by_role("link", name="Pictures and documents of this audit").click()
    expect(auditor.get_by_role("img", name="Three houses, drawn with the child")).to_be_visible()
    expect(auditor.get_by_text("A letter to the judge")).to_have_count(0)
    page.get_by_role("button", name="let others see it").click()
    auditor.reload()
    with auditor.expect_download() as kept:
        auditor.get_by_role("link", name="Download the PDF").click()
    assert kept.value.suggested_filename.endswith(".pdf")

    page.get_by_role("link", name="Remove A letter to the judge").click()
    check_page(page, "evidence-remove")
    page.get_by_role("button", name="Remove the file").click()
    expect(page.get_by_text("The file is removed.")).to_be_visible()
    auditor.reload()
    expect(auditor.get_by_text("A letter to the judge")).to_have_count(0)
    page.goto(f"{live_server.url}/audits/{audit.pk}/")
    expect(page.get_by_role("link", name="Three houses, drawn with the child")).to_be_visible()
    check_page(page, "evidence-audit")
    page.goto(f"{live_server.url}/actions/{action.pk}/")
    expect(page.get_by_role("link", name="The steps of the plan")).to_be_visible()
    check_page(page, "evidence-action")
    assert StoredFile.objects.filter(state="removed").count() == 1
    assert open_browser.faults == []
