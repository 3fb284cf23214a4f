"""The pages of files: what is shown to whom, how a file is served, and what happens to a link (E1, E2, E4, E7)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from actions.models import Action
from audits.models import Audit, Reader
from core.models import TrailEntry
from evidence.models import Attachment
from evidence.services import work_on
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import Cast, cast
from tests.factories.evidence import attached, pdf, picture
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def people() -> Cast:
    return cast()


@pytest.fixture
def audit(people: Cast) -> Audit:
    return audit_at("in_session", people, framework())


def as_(person) -> Client:
    return sign_in(Client(), person)


def send(client: Client, audit: Audit, content: bytes, name: str, **typed: str):
    given = {"file": SimpleUploadedFile(name, content, "image/png"), **typed}
    return client.post(reverse("audit-files", args=[audit.pk]), given)


def address(one: Attachment, name: str = "{}-file") -> str:
    kind, pk = ("audit", one.audit_id) if one.audit_id else ("action", one.action_id)
    return reverse(name.format(kind), args=[pk, one.pk])


def in_a_sandbox(answer) -> bool:
    policy = set(answer.headers["Content-Security-Policy"].split("; "))
    return {"sandbox", "default-src 'none'"} <= policy


def test_picture_is_sent_checked_and_shown(audit, people) -> None:
    worker = as_(people.worker)
    answer = send(worker, audit, picture(), "a.jpg", caption="Three houses", anonymised="on")
    assert answer.status_code == 302
    made = Attachment.objects.get()
    waiting = worker.get(answer.url).content.decode()
    assert "Being checked" in waiting or "Waiting to be checked" in waiting
    assert 'hx-trigger="every 2s"' in waiting

    work_on(made.file_id, at=NOW)

    page = worker.get(answer.url).content.decode()
    assert f'src="{address(made)}" alt="Three houses"' in page
    assert 'hx-trigger="every 2s"' not in page
    assert "Only you see this" not in page


def test_picture_is_served_in_a_sandbox_and_its_opening_is_recorded(audit, people) -> None:
    one = attached(audit, people.worker, NOW)

    answer = as_(people.auditor).get(address(one))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert in_a_sandbox(answer)
    assert answer.headers["Content-Disposition"] == (
        f'inline; filename="audit-{audit.pk}-{one.pk}.jpg"'
    )
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    line = TrailEntry.objects.filter(verb="open picture").get()
    assert (line.by_id, line.subject_id, line.detail) == (
        people.auditor.pk,
        one.file_id,
        {"audit": audit.pk},
    )


def test_pdf_is_served_to_be_kept_whatever_it_was_called(audit, people) -> None:
    name = 'x".html\r\nContent-Type: text/html'
    one = attached(audit, people.worker, NOW, pdf(), name=name)

    answer = as_(people.worker).get(address(one))

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="audit-{audit.pk}-{one.pk}.pdf"'
    )
    assert in_a_sandbox(answer)
    assert TrailEntry.objects.filter(verb="download file", subject_id=one.file_id).count() == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("drawing.pdf", b"MZ\x90 program"),
        ("drawing.png", b"<html><script>alert(1)</script>"),
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("drawing.png.exe", b"MZ\x90 program"),
    ],
)
def test_refused_file_is_named_and_the_words_stay(audit, people, name, content) -> None:
    answer = send(as_(people.worker), audit, content, name, caption="Three houses")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"“{name}” cannot be taken." in page
    assert 'value="Three houses"' in page
    assert not Attachment.objects.exists()


def test_file_over_the_limit_is_refused_by_name(audit, people, settings) -> None:
    settings.EVIDENCE_MAX_BYTES = 1024 * 1024
    large = b"\xff\xd8\xff" + b"\0" * (1024 * 1024 - 2)

    answer = send(as_(people.worker), audit, large, "large.jpg", caption="Three houses")

    assert answer.status_code == 422
    assert "“large.jpg” is larger than 1 MB." in answer.content.decode()


def test_request_over_the_limit_is_refused_unread(audit, people, settings) -> None:
    settings.REQUEST_MAX_BYTES = 1000

    answer = send(as_(people.worker), audit, picture() + b"\0" * 2000, "a.jpg", caption="Houses")

    assert answer.status_code == 413


def test_file_above_two_megabytes_leaves_nothing_in_the_folder_of_uploads(
    audit, people, settings, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 100
    seen: list[list[str]] = []
    monkeypatch.setattr(
        "evidence.services.attach",
        lambda *args, **kwargs: seen.append([one.name for one in tmp_path.iterdir()]) or 1 / 0,
    )

    with pytest.raises(ZeroDivisionError):
        send(as_(people.worker), audit, picture() * 9, "a.jpg", caption="Houses")

    assert seen == [[]]


def test_file_that_the_check_refused_is_sent_again_with_its_words(audit, people) -> None:
    one = attached(audit, people.worker, NOW, picture()[:99], caption="Three houses")
    worker = as_(people.worker)
    where = reverse("audit-files", args=[audit.pk])
    page = worker.get(where).content.decode()
    assert "It is damaged, or it is not what its name says." in page
    assert f'href="{where}?again={one.pk}"' in page

    assert 'value="Three houses"' in worker.get(f"{where}?again={one.pk}").content.decode()
    assert 'value="Three houses"' not in worker.get(f"{where}?again=x").content.decode()
    assert worker.get(address(one)).status_code == 404


def test_link_of_somebody_else_is_not_found(audit, people) -> None:
    other = cast("northshire")
    one = attached(audit, people.worker, NOW)
    kept = attached(audit, people.worker, NOW, anonymised=False)
    elsewhere = audit_at("in_session", people, audit.version)

    for person in (people.manager, people.stranger, people.former, other.qa_head, other.worker):
        assert as_(person).get(address(one)).status_code == 404
    officer = as_(people.officer)
    assert [officer.get(address(each)).status_code for each in (one, kept)] == [200, 404]
    assert officer.get(reverse("audit-file", args=[elsewhere.pk, one.pk])).status_code == 404
    assert officer.get(reverse("audit-file", args=[audit.pk, one.pk + 99])).status_code == 404
    signed_out = Client().get(address(one))
    assert signed_out.status_code == 302
    assert signed_out.url.startswith("/accounts/login/")


def test_no_address_leads_to_the_file_past_the_door(audit, people) -> None:
    one = attached(audit, people.worker, NOW)
    name = one.file.name

    for path in (f"/media/{name}", f"/files/evidence/{name.hex[:2]}/{name.hex}", f"/static/{name}"):
        assert as_(people.officer).get(path).status_code == 404


def test_removed_file_is_not_found_any_more(
    audit, people, django_capture_on_commit_callbacks
) -> None:
    one = attached(audit, people.worker, NOW)
    worker = as_(people.worker)
    asked = worker.get(address(one, "remove-{}-file"))
    assert "Remove this file?" in asked.content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        answer = worker.post(address(one, "remove-{}-file"))

    assert answer.url == reverse("audit-files", args=[audit.pk])
    assert worker.get(address(one)).status_code == 404
    assert "Three houses" not in worker.get(answer.url).content.decode()


def test_lost_right_ends_the_link(audit, people) -> None:
    one = attached(audit, people.worker, NOW)
    auditor = as_(people.auditor)
    assert auditor.get(address(one)).status_code == 200

    Audit.objects.filter(pk=audit.pk).update(auditor=people.manager)

    assert auditor.get(address(one)).status_code == 404


def test_others_cannot_remove_or_share_what_they_see(audit, people) -> None:
    one = attached(audit, people.worker, NOW)
    auditor = as_(people.auditor)

    assert auditor.get(address(one, "remove-{}-file")).status_code == 403
    assert auditor.post(address(one, "remove-{}-file")).status_code == 403
    assert auditor.post(address(one, "share-{}-file")).status_code == 403
    assert as_(people.officer).get(address(one, "remove-{}-file")).status_code == 200


def test_shared_file_is_seen_by_the_others(audit, people) -> None:
    one = attached(audit, people.worker, NOW, anonymised=False)
    worker, auditor = as_(people.worker), as_(people.auditor)
    where = reverse("audit-files", args=[audit.pk])
    assert "Only you see this" in worker.get(where).content.decode()
    assert auditor.get(address(one)).status_code == 404

    worker.post(address(one, "share-{}-file"))

    assert auditor.get(address(one)).status_code == 200


def test_who_grades_blind_sees_what_the_worker_gave_and_nothing_of_the_auditor(
    audit, people
) -> None:
    theirs = attached(audit, people.worker, NOW)
    kept = attached(audit, people.auditor, NOW, pdf(), caption="Why it is good", name="good.pdf")
    Audit.objects.filter(pk=audit.pk).update(state="returned", returned_at=NOW, grade="good")
    for person in (people.moderator, people.officer):
        Reader.objects.create(audit=audit, user=person, part="moderator", blind=True, since=NOW)
    where = reverse("audit-files", args=[audit.pk])

    for person in (people.moderator, people.officer):
        client = as_(person)
        pages = [client.get(where), client.get(where, headers={"HX-Request": "true"})]
        for page in pages:
            assert "Three houses" in page.content.decode()
            assert "Why it is good" not in page.content.decode()
        assert b"good.pdf" not in pages[0].content
        assert [client.get(address(one)).status_code for one in (theirs, kept)] == [200, 404]
    assert as_(people.qa_head).get(address(kept)).status_code == 200

    Reader.objects.update(blind=False)

    assert as_(people.moderator).get(address(kept)).status_code == 200


def test_page_that_waits_for_the_check_is_told_nothing_and_leaves_no_line(audit, people) -> None:
    worker, where = as_(people.worker), reverse("audit-files", args=[audit.pk])
    send(worker, audit, picture(), "a.jpg", caption="Three houses", anonymised="on")
    asks = {"HX-Request": "true", "HX-Target": "files", "HX-Trigger": "files"}
    lines = TrailEntry.objects.filter(by_id=people.worker.pk)
    before = lines.count()

    waiting = [worker.get(where, headers=asks) for _ in range(3)]

    assert [(one.status_code, one.content) for one in waiting] == [(204, b"")] * 3
    assert lines.count() == before
    work_on(Attachment.objects.get().file_id, at=NOW)
    assert "Three houses" in worker.get(where, headers=asks).content.decode()
    assert lines.count() == before + 1


def test_returned_audit_shows_its_files_and_takes_none(people) -> None:
    audit = audit_at("in_session", people, framework())
    attached(audit, people.worker, NOW)
    Audit.objects.filter(pk=audit.pk).update(state="returned", returned_at=NOW, grade="good")
    where = reverse("audit-files", args=[audit.pk])

    pages = {who: as_(getattr(people, who)).get(where) for who in ("worker", "manager", "officer")}

    for page in pages.values():
        assert "Three houses, drawn" in page.content.decode()
        assert "Add the file" not in page.content.decode()
    shown = {who: "/remove/" in page.content.decode() for who, page in pages.items()}
    assert shown == {"worker": False, "manager": False, "officer": True}
    assert send(as_(people.worker), audit, picture(), "a.jpg", caption="x").status_code == 422


def test_pages_of_audit_and_action_ask_for_a_short_list(people) -> None:
    audit = audit_at("returned", people, framework())
    action = Action.objects.get()
    attached(action, action.owner, NOW, caption="The plan, signed", content=pdf())
    owner = as_(action.owner)
    for name, thing in (("audit", audit), ("action", action)):
        page = reverse(name if name == "audit" else "action-page", args=[thing.pk])
        where = reverse(f"{name}-files", args=[thing.pk])
        assert f'hx-get="{where}" hx-trigger="load"' in owner.get(page).content.decode()

    short = owner.get(where, headers={"HX-Request": "true"})
    own = owner.get(where, headers={"HX-Request": "true", "HX-Target": "files"})

    assert "<h1" not in short.content.decode()
    assert "The plan, signed" in short.content.decode()
    assert own.content.decode().startswith('<div id="files">')
    assert short.headers["Vary"].count("HX-Target") == 1
