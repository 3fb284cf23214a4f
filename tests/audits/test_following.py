"""What audits tell the rooms below, and the actions of audits from before they kept an edition."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from actions.models import Action
from escalation.points import HOURS
from tests.factories.audits import audit_at, framework
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db


def test_no_audit_is_asked_for_in_the_check_of_hours(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert list(HOURS["audit"](1, None)) == []


def test_earlier_actions_of_audits_get_their_edition_worker_and_auditor():
    people = cast("eastmere")
    audit = audit_at("returned", people, framework())
    action = Action.objects.get(source="audit")
    Action.objects.update(version=None, worker=None, auditor=None)
    other = Action.objects.get()
    other.pk, other.source = None, "meeting"
    other.save()

    fill = import_module("audits.migrations.0007_actions_of_audits").fill
    for _ in range(2):
        with connection.schema_editor() as editor:
            fill(apps, editor)

    action.refresh_from_db()
    other.refresh_from_db()
    assert (action.version, action.worker, action.auditor) == (
        audit.version,
        audit.worker,
        audit.auditor,
    )
    assert (other.version, other.worker) == (None, None)
