"""The page of an audit's action: words that come after the return, or after its removal, come back."""

import re
from datetime import date

import pytest
from django.urls import reverse

from actions.models import Action
from actions.services import Plan
from audits.services.actions import record_action, remove_recorded
from tests.access.test_every_url import signed_in
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast
from tests.reporting.records import finish

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = NOW
    return cast("eastmere")


@pytest.fixture
def draft(people):
    """An action that the auditor has recorded while the audit is filled."""
    audit = audit_at("in_session", people, framework())
    plan = Plan("improve", "Ring the school", "Safer", people.worker, date(2026, 12, 1))
    return audit, record_action(audit, plan, by=people.auditor, at=NOW)


def page(audit, action):
    return reverse("change-action", args=[audit.pk, action.pk])


def main_of(answer):
    return answer.content.decode().partition("<main")[2].partition("</main>")[0]


def typed(people, **changes):
    day = {"due_on_0": 1, "due_on_1": 12, "due_on_2": 2026}
    return {"kind": "improve", "what": "Meet the school", "owner": people.worker.pk} | day | changes


def test_words_typed_while_the_audit_was_returned_come_back_and_nothing_is_saved(people, draft):
    audit, action = draft
    client = signed_in(people.auditor)
    assert "<button" in main_of(client.get(page(audit, action)))
    finish(audit)

    late = client.post(page(audit, action), typed(people))

    main = main_of(late)
    assert late.status_code == 422
    said = re.sub(r"\s+", " ", main)
    assert "this action is open already. Your words below are not saved." in said
    assert reverse("action-page", args=[action.pk]) in main
    assert "Meet the school" in main[main.index("This is what you wrote, to copy from") :]
    assert "<button" not in main
    action.refresh_from_db()
    assert (action.state, action.what) == ("open", "Ring the school")


def test_words_typed_while_the_action_was_removed_come_back(people, draft):
    audit, action = draft
    remove_recorded(audit, action, by=people.auditor, at=NOW)
    client = signed_in(people.auditor)

    late = client.post(page(audit, action), typed(people))

    assert late.status_code == 422
    assert "This action was removed since you opened the page." in main_of(late)
    assert "Meet the school" in main_of(late)
    assert Action.objects.get().state == "withdrawn"
    assert client.get(page(audit, action)).status_code == 404
    assert client.post(page(audit, action), typed(people, what=" ")).status_code == 404


def test_an_open_action_leads_to_its_own_page(people, draft):
    audit, action = draft
    finish(audit)
    client, its_own = signed_in(people.auditor), reverse("action-page", args=[action.pk])

    answers = [client.get(page(audit, action)), client.post(page(audit, action), {"what": ""})]

    assert [(one.status_code, one.headers["Location"]) for one in answers] == [(302, its_own)] * 2
