"""Adding, checking, sharing and removing files, and taking away what was left over (E4, E6, E7, X19)."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from actions.models import Action
from audits.models import Audit
from core.models import Notice, TrailEntry
from core.moves import Refused
from evidence import storing
from evidence.checking import check
from evidence.jobs import check_files, sweep_files
from evidence.models import Attachment, StoredFile
from evidence.services import attach, check_waiting, remove, share, work_on
from evidence.services.checking import AWAY, LEASE, TRIES, keep, take_up
from evidence.tasks import check_file
from tests.evidence.scanner import scanner
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import Cast, cast
from tests.factories.evidence import EICAR, attached, pdf, picture, sent

pytestmark = pytest.mark.django_db
AWAY_AT = "/nowhere/clamd.sock"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def people() -> Cast:
    return cast()


@pytest.fixture
def audit(people: Cast) -> Audit:
    return audit_at("in_session", people, framework(), second=True)


@pytest.fixture
def later(monkeypatch) -> Callable[..., None]:
    """Puts the computer's clock on."""
    real = timezone.now
    return lambda wait: monkeypatch.setattr(timezone, "now", lambda: real() + wait)


def on_disk() -> list[Path]:
    return [one for one in storing.folder().rglob("*") if one.is_file()]


def nobody(done: int) -> None:
    """Progress that nobody looks at."""


def fresh(one: Attachment) -> StoredFile:
    return StoredFile.objects.get(pk=one.file_id)


def verbs(file_id: int) -> list[str]:
    lines = TrailEntry.objects.filter(subject_type="evidence.storedfile", subject_id=file_id)
    return list(lines.order_by("id").values_list("verb", flat=True))


def test_added_picture_waits_then_stands_outside_the_database_under_a_random_name(
    audit, people
) -> None:
    made = attach(audit, sent(name="../../etc/A Person.jpg"), by=people.auditor, at=NOW)
    assert (made.file.state, on_disk()) == ("waiting", [])

    assert check_file(made.file_id) is True

    file = fresh(made)
    (path,) = on_disk()
    assert path == storing.path_of(file.name)
    assert "Person" not in str(path)
    assert oct(path.stat().st_mode)[-3:] == "600"
    assert oct(path.parent.stat().st_mode)[-3:] == "700"
    assert (file.state, file.kind, file.shown_name, file.raw) == (
        "ready",
        "jpeg",
        "A Person.jpg",
        None,
    )
    assert (file.width, file.height, file.size) == (60, 40, path.stat().st_size)
    assert verbs(file.pk) == ["upload file", "keep file"]
    assert check_file(made.file_id) is False


def test_pdf_is_kept_with_its_pages(audit, people) -> None:
    file = attached(audit, people.worker, NOW, pdf(2), name="letter.pdf", caption="").file

    assert (file.kind, file.pages, file.state, file.scanned) == ("pdf", 2, "ready", False)


def test_action_takes_files_of_its_owner(people) -> None:
    audit_at("returned", people, framework())
    action = Action.objects.get()
    made = attached(action, action.owner, NOW)

    assert (made.action, made.audit, made.file.state) == (action, None, "ready")
    with pytest.raises(PermissionDenied):
        attach(action, sent(), by=people.officer, at=NOW)
    Action.objects.update(state="signed_off", closed_on=NOW.date())
    with pytest.raises(Refused, match="The action is closed"):
        attach(action, sent(), by=action.owner, at=NOW)


@pytest.mark.parametrize("who", ["auditor", "worker", "second"])
def test_each_party_adds_files(audit, people, who) -> None:
    assert attached(audit, getattr(people, who), NOW).file.state == "ready"


@pytest.mark.parametrize("who", ["officer", "qa_head", "manager", "stranger", "administrator"])
def test_nobody_else_adds_files(audit, people, who) -> None:
    with pytest.raises(PermissionDenied):
        attach(audit, sent(), by=getattr(people, who), at=NOW)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"content": b""}, "“three-houses.jpg” is empty."),
        (
            {"content": b"\xff\xd8\xff" + b"\0" * 10 * 1024 * 1024},
            "“three-houses.jpg” is larger than 10 MB.",
        ),
        (
            {"content": b"MZ program", "name": "drawing.png"},
            "“drawing.png” cannot be taken. Only JPEG, PNG or WebP pictures, or PDF files are taken.",
        ),
        ({"caption": "  "}, "Say in a few words what the picture shows."),
    ],
)
def test_file_that_cannot_be_taken_is_named(audit, people, changes, says) -> None:
    with pytest.raises(Refused) as refused:
        attach(audit, sent(**changes), by=people.auditor, at=NOW)

    assert str(refused.value) == says
    assert not StoredFile.objects.exists()


def test_file_of_exactly_the_limit_is_taken(audit, people, settings) -> None:
    settings.EVIDENCE_MAX_BYTES = len(picture())

    assert attached(audit, people.auditor, NOW).file.state == "ready"


def test_one_file_too_many_is_refused_and_a_removed_one_makes_room(audit, people, settings) -> None:
    settings.EVIDENCE_MAX_FILES = 2
    first = attach(audit, sent(), by=people.auditor, at=NOW)
    attach(audit, sent(), by=people.worker, at=NOW)
    with pytest.raises(Refused, match="There are 2 files already"):
        attach(audit, sent(), by=people.auditor, at=NOW)

    remove(first, by=people.auditor, at=NOW)

    assert attach(audit, sent(), by=people.auditor, at=NOW).pk


def test_file_that_cannot_be_read_is_thrown_away_with_words(audit, people) -> None:
    made = attached(audit, people.auditor, NOW, picture()[:200], caption="A tree")

    assert (made.file.state, made.file.raw, made.caption) == ("refused", None, "A tree")
    assert made.file.fault == "It is damaged, or it is not what its name says."
    assert on_disk() == []
    assert verbs(made.file_id) == ["upload file", "refuse file"]


def test_virus_is_thrown_away_and_the_head_of_qa_is_told_without_a_name(
    audit, people, settings
) -> None:
    with scanner() as (where, _):
        settings.CLAMD = where
        made = attached(audit, people.worker, NOW, pdf() + EICAR, name="A Person.pdf")
        clean = attached(audit, people.worker, NOW)

    assert (made.file.state, made.file.raw) == ("refused", None)
    assert "virus scanner found something" in made.file.fault
    assert (clean.file.state, clean.file.scanned) == ("ready", True)
    assert verbs(made.file_id) == ["upload file", "refuse harmful file"]
    told = Notice.objects.get(kind="files")
    assert told.to == people.qa_head
    assert "Person" not in told.text + told.subject


def test_scanner_that_is_away_lets_nothing_pass_and_the_job_tries_again(
    audit, people, settings, later
) -> None:
    settings.CLAMD = AWAY_AT
    made = attached(audit, people.auditor, NOW)
    assert (made.file.state, made.file.fault) == ("waiting", AWAY)
    assert made.file.raw is not None
    assert on_disk() == []
    for minutes in (0, 2, 10, 40):
        later(timedelta(minutes=minutes))
        check_files(NOW + timedelta(minutes=minutes), nobody)
    assert (fresh(made).state, fresh(made).tries) == ("waiting", 0)

    with scanner() as (where, _):
        settings.CLAMD = where
        later(timedelta(hours=2))
        assert check_files(NOW + timedelta(hours=2), nobody) == 1
        assert check_files(NOW + timedelta(hours=2), nobody) == 0

    assert (fresh(made).state, fresh(made).scanned) == ("ready", True)


def test_scanner_that_stays_away_for_a_day_has_the_file_thrown_away(
    audit, people, settings
) -> None:
    settings.CLAMD = AWAY_AT
    made = attached(audit, people.auditor, NOW)

    assert sweep_files(NOW + timedelta(hours=23), nobody) == 0
    assert sweep_files(NOW + timedelta(hours=25), nobody) == 1
    assert sweep_files(NOW + timedelta(hours=25), nobody) == 0

    assert (fresh(made).state, fresh(made).raw) == ("refused", None)
    assert "could not be checked within a day" in fresh(made).fault


def test_dead_worker_leaves_its_file_to_the_next(audit, people, later) -> None:
    made = attach(audit, sent(), by=people.auditor, at=NOW)
    assert take_up(made.file_id, at=NOW) is not None
    assert take_up(made.file_id, at=NOW) is None
    assert check_waiting(at=NOW) == 0
    assert check_waiting(at=NOW + timedelta(days=30)) == 0  # the test clock was moved

    later(LEASE + timedelta(seconds=1))
    assert check_waiting(at=NOW) == 1

    assert fresh(made).state == "ready"


def test_file_over_which_workers_die_is_given_up(audit, people, later) -> None:
    made = attach(audit, sent(), by=people.auditor, at=NOW)
    for number in range(TRIES):
        later(number * 2 * LEASE)
        assert take_up(made.file_id, at=NOW) is not None

    later(2 * TRIES * LEASE)
    assert work_on(made.file_id, at=NOW) is False

    assert (fresh(made).state, fresh(made).raw) == ("refused", None)


def test_worker_that_was_too_slow_keeps_nothing(audit, people, later) -> None:
    made = attach(audit, sent(), by=people.auditor, at=NOW)
    slow = take_up(made.file_id, at=NOW)
    later(2 * LEASE)
    assert work_on(made.file_id, at=NOW) is True

    keep(slow, check(picture()), at=NOW)

    (path,) = on_disk()
    assert path == storing.path_of(fresh(made).name)


def test_file_removed_while_it_is_checked_stays_removed(audit, people) -> None:
    made = attach(audit, sent(), by=people.auditor, at=NOW)
    taken = take_up(made.file_id, at=NOW)
    remove(made, by=people.auditor, at=NOW)

    keep(taken, check(picture()), at=NOW)

    assert (fresh(made).state, on_disk()) == ("removed", [])


def test_removed_file_is_erased_with_its_words(
    audit, people, django_capture_on_commit_callbacks
) -> None:
    made = attached(audit, people.worker, NOW, name="A Person.jpg")
    with pytest.raises(PermissionDenied):
        remove(made, by=people.auditor, at=NOW)

    with django_capture_on_commit_callbacks(execute=True):
        remove(made, by=people.worker, at=NOW)
        remove(made, by=people.worker, at=NOW)

    made.refresh_from_db()
    file = fresh(made)
    assert (on_disk(), made.caption, file.shown_name) == ([], "", "")
    assert (file.state, file.removed_by, file.removed_at) == ("removed", people.worker, NOW)
    assert verbs(file.pk) == ["upload file", "keep file", "remove file"]


def test_returned_audit_keeps_its_files_but_for_the_qa_team(people) -> None:
    audit = audit_at("in_session", people, framework())
    made = attached(audit, people.worker, NOW, anonymised=False)
    Audit.objects.filter(pk=audit.pk).update(state="returned", returned_at=NOW, grade="good")
    made = Attachment.objects.select_related("file", "audit").get(pk=made.pk)

    for step in (share, remove):
        with pytest.raises(Refused, match="has been returned"):
            step(made, by=people.worker, at=NOW)
    with pytest.raises(Refused, match="has been returned"):
        attach(audit, sent(), by=people.worker, at=NOW)
    remove(made, by=people.officer, at=NOW)

    assert fresh(made).state == "removed"


def test_only_the_uploader_confirms_that_nobody_can_be_known(audit, people) -> None:
    made = attached(audit, people.worker, NOW, anonymised=False)
    with pytest.raises(PermissionDenied):
        share(made, by=people.officer, at=NOW)

    assert share(made, by=people.worker, at=NOW).anonymised
    share(made, by=people.worker, at=NOW)

    assert verbs(made.file_id)[-1:] == ["share file"]
    assert verbs(made.file_id).count("share file") == 1


def seen_by(*users) -> list[int]:
    return [Attachment.objects.visible_to(user).listed().count() for user in users]


def test_unshared_file_is_seen_by_its_uploader_only(audit, people) -> None:
    made = attached(audit, people.worker, NOW, anonymised=False)
    three = (people.worker, people.auditor, people.officer)
    assert seen_by(*three) == [1, 0, 0]

    share(made, by=people.worker, at=NOW)

    assert seen_by(*three, people.manager, people.stranger) == [1, 1, 1, 0, 0]


def test_before_the_meeting_each_party_sees_their_own_and_the_qa_team_all(people) -> None:
    audit = audit_at("preparing", people, framework())
    attached(audit, people.worker, NOW)
    attached(audit, people.auditor, NOW)
    attached(audit, people.auditor, NOW)
    people_of_it = (people.worker, people.auditor, people.officer)
    assert seen_by(*people_of_it) == [1, 2, 3]

    Audit.objects.filter(pk=audit.pk).update(state="in_session")

    assert seen_by(*people_of_it) == [3, 3, 3]


def test_member_of_the_qa_team_whose_work_is_audited_sees_as_a_worker(people) -> None:
    audit = audit_at("preparing", people, framework())
    attached(audit, people.auditor, NOW)
    assert seen_by(people.officer) == [1]

    Audit.objects.filter(pk=audit.pk).update(second_worker=people.officer)

    assert seen_by(people.officer) == [0]


def test_unchecked_file_is_shown_to_nobody_else(audit, people) -> None:
    attach(audit, sent(), by=people.worker, at=NOW)

    assert seen_by(people.worker, people.auditor, people.officer) == [1, 0, 0]


def test_sweep_takes_what_no_row_knows_and_marks_what_is_gone(audit, people) -> None:
    kept, gone = attached(audit, people.auditor, NOW), attached(audit, people.auditor, NOW)
    young, old = storing.write(b"left by a worker"), storing.write(b"left long ago")
    yesterday = (timezone.now() - timedelta(hours=25)).timestamp()
    for name in (old, kept.file.name):
        os.utime(storing.path_of(name), (yesterday, yesterday))
    storing.erase(gone.file.name)

    assert sweep_files(NOW, nobody) == 2
    assert sweep_files(NOW, nobody) == 0

    assert [storing.there(one) for one in (kept.file.name, young, old)] == [True, True, False]
    assert (fresh(kept).state, fresh(gone).state) == ("ready", "lost")
    assert storing.read(gone.file.name) is None


def test_file_belongs_to_one_thing(audit, people) -> None:
    made = attach(audit, sent(), by=people.auditor, at=NOW)

    with pytest.raises(IntegrityError, match="attachment_of_one_thing"), transaction.atomic():
        Attachment.objects.filter(pk=made.pk).update(audit=None)
    with pytest.raises(IntegrityError, match="ready_file_is_stored"), transaction.atomic():
        StoredFile.objects.filter(pk=made.file_id).update(state="ready", raw=None)
