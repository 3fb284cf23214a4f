"""Links with an audit: made, shown once, answered, taken back."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from feedback.models import Invitation, Reply
from feedback.services.contact import warn
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon(settings):
    settings.TEST_CLOCK = NOW


@pytest.fixture
def people():
    framework("fixtures/frameworks/bexley/1.yaml")
    return cast("bexley")


@pytest.fixture
def audit(people):
    return audit_at("in_session", people, people.council.frameworks.get().versions.get())


def as_(user):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def make(client, audit, **changes):
    url = reverse("make-link", args=[audit.pk, "audit_family"])
    return client.post(url, {"relation": "Mother", "language": "pl", "form": "plain"} | changes)


def test_a_link_is_shown_once_and_answered_by_somebody_without_an_account(people, audit):
    page = make(as_(people.auditor), audit).content.decode()

    (path,) = set(re.findall(r"/answer/[\w-]+/", page))
    invitation = Invitation.objects.get()
    assert (invitation.relation, invitation.language, invitation.audit) == ("Mother", "pl", audit)
    assert path.split("/")[2] not in str(invitation.__dict__)
    asked = Client().get(path)
    assert asked.status_code == 200
    for secret in (audit.case.number, people.worker.name, people.auditor.name, audit.reference):
        assert secret not in asked.content.decode()
    again = as_(people.auditor).get(reverse("audit-feedback", args=[audit.pk])).content.decode()
    assert path not in again
    assert "Mother" in again


def test_a_link_that_is_taken_back_opens_nothing(people, audit):
    page = make(as_(people.auditor), audit).content.decode()
    (path,) = set(re.findall(r"/answer/[\w-]+/", page))
    url = reverse("take-link-back", args=[audit.pk, Invitation.objects.get().pk])

    assert as_(people.worker).post(url).status_code == 404
    as_(people.auditor).post(url)

    assert Invitation.objects.get().state == "revoked"
    assert Client().get(path).status_code == 410


def test_no_link_is_made_while_contact_is_unsafe(people, audit):
    warn(audit.case, "He reads her messages", by=people.worker, at=NOW)

    answer = make(as_(people.auditor), audit)

    assert answer.status_code == 422
    assert "Contact is marked unsafe" in answer.content.decode()
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize("who", ["worker", "manager", "stranger", "director"])
def test_nobody_else_makes_one(people, audit, who):
    assert make(as_(getattr(people, who)), audit).status_code in {403, 404}
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize("code", ["audit_network", "parent_survey", "nothing"])
def test_what_is_not_asked_by_a_link_has_none(people, audit, code):
    url = reverse("make-link", args=[audit.pk, code])

    assert as_(people.auditor).get(url).status_code == 404


def test_a_link_needs_to_say_who_answers(people, audit):
    answer = make(as_(people.auditor), audit, relation="")

    assert answer.status_code == 422
    assert "Say who will answer, without a name." in answer.content.decode()
    assert Reply.objects.count() == 0
