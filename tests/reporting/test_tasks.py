import pytest

from core import clock
from reporting import tasks
from reporting.models import Document
from reporting.services import LEASE, ask_for_document, take_up
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = NOW
    return cast("eastmere")


@pytest.fixture
def audit(people):
    return audit_at("returned", people, framework())


def test_the_task_twice_makes_one_pdf(audit, people):
    document = ask_for_document(audit, by=people.auditor, at=NOW)

    assert [tasks.make_document(document.pk) for _ in range(2)] == [True, False]
    assert Document.objects.get().state == "ready"


def test_the_sweep_makes_what_nobody_was_told_of_and_what_a_dead_worker_left(audit, people):
    waiting = ask_for_document(audit, by=people.auditor, at=NOW)
    left = ask_for_document(audit, by=people.worker, at=NOW)
    take_up(left.pk, at=NOW - 2 * LEASE)
    busy = ask_for_document(audit, by=people.officer, at=NOW)
    take_up(busy.pk, at=clock.now())

    assert [tasks.make_waiting() for _ in range(2)] == [2, 0]

    states = dict(Document.objects.values_list("pk", "state"))
    assert states == {waiting.pk: "ready", left.pk: "ready", busy.pk: "making"}
