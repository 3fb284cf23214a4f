"""Saving one answer by itself reads that answer and not the whole form, and refuses what it refused before."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits import selectors
from audits.answers import Given
from audits.models import Answer
from audits.services.answers import save_answer
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    return framework(), cast("eastmere")


@pytest.fixture
def in_session(scene):
    version, people = scene
    return audit_at("in_session", people, version)


def autosave(client, audit, code, text, *, version=0, instance=1):
    """One answer as the page saves it while somebody types."""
    name = selectors.field_name(selectors.tool_of(audit).part(code), instance)
    return client.post(
        reverse("answer", args=[audit.pk, code, instance]),
        {name: text, f"{name}:version": str(version)},
        headers={"X-Autosave": "1"},
    )


def test_what_is_typed_is_saved_on_and_on(client, scene, in_session):
    client.force_login(scene[1].auditor)

    first = autosave(client, in_session, "voice.note", "Drawing")
    second = autosave(client, in_session, "voice.note", "Drawing, 3 May", version=1)

    assert (first.json()["version"], second.json()["version"]) == (1, 2)
    kept = Answer.objects.get(audit=in_session, part__code="voice.note")
    assert (kept.text, kept.version, kept.saved_by) == ("Drawing, 3 May", 2, scene[1].auditor)


def test_the_queries_of_a_save_do_not_grow_with_the_answers(client, scene, in_session):
    client.force_login(scene[1].auditor)
    autosave(client, in_session, "voice.note", "One")
    with CaptureQueriesContext(connection) as few:
        autosave(client, in_session, "voice.note", "Two", version=1)
    tool = selectors.tool_of(in_session)
    for code, given in (("voice.rating", Given(number=3)), ("voice.seen", Given(text="no"))):
        part = tool.part(code)
        save_answer(
            in_session,
            tool.section(part.section_code),
            part,
            given,
            instance=1,
            read_version=0,
            by=scene[1].worker,
            at=NOW,
        )
    with CaptureQueriesContext(connection) as many:
        autosave(client, in_session, "voice.note", "Three", version=2)

    assert len(many) == len(few)
    rows = [one["sql"] for one in many if 'FROM "audits_answer"' in one["sql"]]
    assert len(rows) == 1


def test_words_of_somebody_else_are_shown_beside_ones_own(client, scene, in_session):
    client.force_login(scene[1].worker)
    autosave(client, in_session, "voice.note", "The worker’s words")
    client.force_login(scene[1].auditor)

    answer = autosave(client, in_session, "voice.note", "The auditor’s words")

    assert answer.status_code == 409
    shown = answer.json()
    assert shown["both"] == "The worker’s words\n\nThe auditor’s words"
    assert scene[1].worker.name in shown["html"]


@pytest.mark.parametrize(
    ("who", "code", "instance", "status"),
    [
        ("worker", "outcome.rationale", 1, 403),
        ("officer", "voice.note", 1, 403),
        ("auditor", "voice.note", 2, 404),
        ("auditor", "voice.nothing", 1, 404),
        ("outsider", "voice.note", 1, 404),
    ],
)
def test_what_is_not_theirs_or_not_there_is_refused(
    client, scene, in_session, who, code, instance, status
):
    people = scene[1].everybody() | {"outsider": cast("northshire").auditor}
    client.force_login(people[who])
    path = reverse("answer", args=[in_session.pk, code, instance])

    assert client.post(path, {code: "Words", f"{code}:version": "0"}).status_code == status
    assert not Answer.objects.filter(audit=in_session).exists()


def test_a_further_instance_is_there_once_the_one_before_is_filled(client):
    people = cast("northshire")
    audit = audit_at("preparing", people, framework("tests/frameworks/northshire.yaml"))
    client.force_login(people.worker)

    early = autosave(client, audit, "proud.story", "The second", instance=2)
    autosave(client, audit, "proud.story", "The first")
    late = autosave(client, audit, "proud.story", "The second", instance=2)
    too_late = autosave(client, audit, "proud.story", "The fourth", instance=4)

    assert (early.status_code, late.status_code, too_late.status_code) == (404, 200, 404)
