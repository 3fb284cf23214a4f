import hashlib
from datetime import timedelta

import pytest

from core.models import TrailEntry
from core.moves import Refused
from reporting.models import Document
from reporting.services import LEASE, TRIES, ask_for_document, make_document, take_up
from reporting.services.documents import AT_ONCE
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast("eastmere")


@pytest.fixture
def audit(people):
    return audit_at("returned", people, framework())


@pytest.fixture
def document(audit, people):
    return ask_for_document(audit, by=people.auditor, at=NOW)


def test_make_document_twice_makes_one_pdf(document):
    assert make_document(document.pk, at=NOW) is True
    made = Document.objects.values().get(pk=document.pk)

    assert make_document(document.pk, at=NOW + timedelta(days=1)) is False

    assert Document.objects.values().get(pk=document.pk) == made
    content = bytes(made["content"])
    assert content.startswith(b"%PDF-1.")
    assert made["checksum"] == hashlib.sha256(content).hexdigest()
    assert (made["state"], made["ready_at"], made["tries"]) == ("ready", NOW, 1)


def test_asking_again_while_it_waits_gives_the_same_document(document, audit, people):
    again = ask_for_document(audit, by=people.auditor, at=NOW)

    assert again == document
    assert TrailEntry.objects.filter(verb="ask for PDF").count() == 1


def test_one_persons_many_pdfs_do_not_hold_up_everybody_else(document, audit, people):
    others = [audit_at("returned", people, audit.version) for _ in range(AT_ONCE)]
    for one in others[1:]:
        ask_for_document(one, by=people.auditor, at=NOW)

    with pytest.raises(Refused, match="10 PDFs that you have asked for"):
        ask_for_document(others[0], by=people.auditor, at=NOW)

    assert ask_for_document(audit, by=people.auditor, at=NOW) == document
    assert ask_for_document(others[0], by=people.officer, at=NOW).state == Document.State.WAITING
    make_document(document.pk, at=NOW)
    assert ask_for_document(others[0], by=people.auditor, at=NOW).state == Document.State.WAITING


@pytest.mark.parametrize("who", ["worker", "officer"])
def test_everybody_gets_a_document_of_their_own(document, audit, people, who):
    theirs = ask_for_document(audit, by=getattr(people, who), at=NOW)

    assert theirs != document
    assert theirs.asked_by == getattr(people, who)


def test_asking_after_it_is_ready_makes_another_and_keeps_the_first(document, audit, people):
    make_document(document.pk, at=NOW)

    again = ask_for_document(audit, by=people.auditor, at=NOW + timedelta(days=1))

    assert again != document
    assert Document.objects.get(pk=document.pk).state == "ready"


@pytest.mark.parametrize("stage", ["allocated", "preparing", "in_session"])
def test_asking_before_the_return_is_refused(people, stage):
    audit = audit_at(stage, people, framework())

    with pytest.raises(Refused, match="once the audit is returned"):
        ask_for_document(audit, by=people.auditor, at=NOW)

    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("after", "taken"),
    [
        (timedelta(0), False),
        (LEASE - timedelta(seconds=1), False),
        (LEASE, False),
        (LEASE + timedelta(seconds=1), True),
    ],
)
def test_a_dead_workers_document_is_taken_up_when_its_lease_has_ended(document, after, taken):
    take_up(document.pk, at=NOW)

    assert make_document(document.pk, at=NOW + after) is taken

    found = Document.objects.get(pk=document.pk)
    assert (found.state, found.tries) == (("ready", 2) if taken else ("making", 1))


def test_a_document_that_never_finishes_fails_with_words(document):
    for n in range(TRIES):
        assert take_up(document.pk, at=NOW + n * 2 * LEASE) is not None

    assert make_document(document.pk, at=NOW + TRIES * 2 * LEASE) is False

    found = Document.objects.get(pk=document.pk)
    assert (found.state, found.fault, found.content) == (
        "failed",
        "It was tried three times and did not finish.",
        None,
    )
    assert make_document(document.pk, at=NOW + timedelta(days=1)) is False


def test_a_failure_says_why_and_asking_again_makes_the_pdf(
    document, audit, people, without_pango, monkeypatch
):
    assert make_document(document.pk, at=NOW) is False
    failed = Document.objects.get(pk=document.pk)
    assert failed.state == "failed"
    assert failed.fault.startswith("PDF is off on this server.")

    monkeypatch.undo()
    again = ask_for_document(audit, by=people.auditor, at=NOW)

    assert make_document(again.pk, at=NOW) is True


def test_a_document_that_is_not_there_is_nothing_to_do():
    assert make_document(999_999, at=NOW) is False
