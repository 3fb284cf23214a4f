from datetime import timedelta

import pytest

from reporting.models import Document
from reporting.services import ask_for_document
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast("eastmere")


@pytest.fixture
def document(people):
    audit = audit_at("returned", people, framework())
    return ask_for_document(audit, by=people.auditor, at=NOW)


def test_a_document_is_visible_to_whoever_asked_and_nobody_else(document, people):
    see = {
        name
        for name, person in people.everybody().items()
        if Document.objects.visible_to(person).exists()
    }

    assert see == {"auditor"}


def test_a_document_stays_behind_when_its_person_goes_to_another_council(document, people):
    people.auditor.council = cast("bexley").council
    people.auditor.save()

    assert not Document.objects.visible_to(people.auditor).exists()


@pytest.mark.parametrize(
    ("state", "lease", "due"),
    [
        ("waiting", None, True),
        ("making", -1, True),
        ("making", 0, False),
        ("making", 1, False),
        ("ready", -1, False),
        ("failed", -1, False),
    ],
)
def test_due_is_what_waits_or_was_left_in_the_middle(document, state, lease, due):
    until = None if lease is None else NOW + timedelta(seconds=lease)
    Document.objects.update(
        state=state, lease_until=until, checksum="x" if state == "ready" else ""
    )

    assert Document.objects.due(NOW).exists() is due
