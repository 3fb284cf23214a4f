import contextlib
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from cases.models import ImportRun
from cases.services import upload
from cases.tasks import sweep_imports, work_on_import
from core.bell import quiet, ring
from core.tasks import run_job
from qaframework.celery import app
from tests.factories.cast import cast
from tests.factories.core import AT
from tests.factories.people import OrgUnitFactory

pytestmark = pytest.mark.django_db

TABLE = b"Case number,Team code,Opened\n704211,T1,2026-01-05\n"


def waiting_import():
    OrgUnitFactory(council=(people := cast()).council, code="T1")
    return upload("cases", TABLE, by=people.officer, at=AT)


@pytest.fixture
def worker_at_hand():
    """A worker that takes up at once what it is rung for."""
    quiet.end()
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def test_a_bell_that_nobody_hears_breaks_no_request_and_loses_nothing(
    django_capture_on_commit_callbacks,
):
    client = Client()
    client.force_login(
        cast().officer, backend="allauth.account.auth_backends.AuthenticationBackend"
    )

    with django_capture_on_commit_callbacks(execute=True) as rung:
        answer = client.post(
            "/import/", {"kind": "cases", "file": SimpleUploadedFile("cases.csv", TABLE)}
        )

    run = ImportRun.objects.get()
    assert len(rung) == 1
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/import/{run.pk}/")
    assert run.state == ImportRun.State.WAITING
    assert sweep_imports() == 1


def test_a_broker_that_is_away_is_waited_for_once_however_many_bells_there_are(
    django_capture_on_commit_callbacks,
):
    quiet.end()
    began = time.monotonic()

    with django_capture_on_commit_callbacks(execute=True) as rung:
        for pk in range(40):
            ring(run_job, pk)

    assert len(rung) == 40
    assert time.monotonic() - began < 5
    assert quiet.now()
    quiet.end()
    assert not quiet.now()


def test_a_bell_rings_a_worker_once_the_transaction_is_through(
    worker_at_hand, django_capture_on_commit_callbacks
):
    run = waiting_import()

    with django_capture_on_commit_callbacks(execute=True):
        ring(work_on_import, run.pk)
        run.refresh_from_db()
        assert run.state == ImportRun.State.WAITING

    run.refresh_from_db()
    assert run.state == ImportRun.State.CHECKED


@pytest.mark.django_db(transaction=True)
def test_a_bell_is_silent_when_the_transaction_fails(worker_at_hand):
    run = waiting_import()

    with contextlib.suppress(RuntimeError), transaction.atomic():
        ring(work_on_import, run.pk)
        raise RuntimeError

    run.refresh_from_db()
    assert run.state == ImportRun.State.WAITING
