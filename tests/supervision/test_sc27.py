"""SC-27, word by word: an audit graded Inadequate with a performance issue, and the note about it."""

import logging
import re
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from audits.models import Audit
from core.models import Notice, TrailEntry
from core.outbox import bundle_up, send_unsent
from reporting.services.tokens import make_token
from supervision.models import PersonalNote
from tests.access.routes import ROUTES
from tests.access.test_every_url import Things, address, body_of, signed_in, things
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import Cast, cast
from tests.factories.supervision import CANARY

pytestmark = pytest.mark.django_db
# Lists, searches, reports, files and what stands on the page of an audit.
SHOWING = re.compile(
    r"search|report|pack|file|csv|xlsx|svg|record|word|log|audits?$|people|cases|actions|dashboard"
)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"')


@dataclass(frozen=True)
class Scene:
    """What most of the scenario needs; `things()` has everything besides."""

    people: Cast
    returned: Audit


@pytest.fixture
def made(settings) -> Scene:
    """A returned audit, and the note about it."""
    settings.TEST_CLOCK = NOW
    version = framework("fixtures/frameworks/bexley/1.yaml")
    people = cast("bexley")
    return noted(Scene(people, audit_at("returned", people, version)))


@pytest.fixture
def everything(settings) -> Things:
    """One of each thing of the service, and the note."""
    settings.TEST_CLOCK = NOW
    return noted(things())


def noted(made):
    """The audit is graded Inadequate; its worker's team manager writes the note by the page, and ticks it."""
    Audit.objects.filter(pk=made.returned.pk).update(grade="inadequate")
    PersonalNote.objects.all().delete()
    manager = signed_in(made.people.manager)
    page = reverse("audit", args=[made.returned.pk])
    write = reverse("write-supervision-note", args=[made.people.worker.pk])
    assert f'href="{write}"' in manager.get(page).content.decode()
    said = {"held_on_0": "10", "held_on_1": "11", "held_on_2": "2026", "text": CANARY}
    assert manager.post(write, {**said, "key": str(uuid4())}).status_code == 302
    assert manager.post(reverse("mark-raised", args=[made.returned.pk]), {"raised": "yes"})
    return made


def plain(answer) -> str:
    """An answer's text without what differs at every request."""
    return TOKEN.sub("", answer.content.decode(errors="replace"))


def note() -> PersonalNote:
    return PersonalNote.objects.get(
        worker__name__startswith="Worker", author__name__startswith="Manager"
    )


def test_only_that_worker_and_that_manager_open_it_and_everybody_else_is_told_it_is_not_there(made):
    where = reverse("supervision-note", args=[note().key])
    absent = reverse("supervision-note", args=[uuid4()])
    opened, wrong = [], []
    for who, user in made.people.everybody().items():
        client = signed_in(user)
        answer = client.get(where)
        if answer.status_code == 200 and CANARY in answer.content.decode():
            opened.append(who)
            continue
        if answer.status_code != 404 or plain(answer) != plain(client.get(absent)):
            wrong.append(f"{who}: {answer.status_code}")
        for name in ("correct", "acknowledge", "share", "stop-sharing"):
            step = reverse(f"{name}-supervision-note", args=[note().key])
            if (status := client.post(step, {"text": "x"}).status_code) != 404:
                wrong.append(f"{who} {name}: {status}")

    assert (opened, wrong) == (["worker", "manager"], [])


def test_the_audit_shows_only_that_it_was_raised_in_supervision(made):
    seen = {}
    for who in ("auditor", "worker", "officer", "qa_head", "head", "director", "manager"):
        page = signed_in(getattr(made.people, who)).get(reverse("audit", args=[made.returned.pk]))
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))
        seen[who] = ("Raised in supervision Yes" in text, CANARY in text)

    assert seen == dict.fromkeys(seen, (True, False))
    assert TrailEntry.objects.filter(verb="raise in supervision").count() == 1


@pytest.mark.parametrize("who", ["auditor", "worker", "head", "qa_head", "director"])
def test_nobody_but_the_workers_line_manager_ticks_it(made, who):
    client = signed_in(getattr(made.people, who))

    answer = client.post(reverse("mark-raised", args=[made.returned.pk]), {"raised": "no"})

    assert answer.status_code == 403
    assert Audit.objects.get(pk=made.returned.pk).raised_in_supervision


def test_no_page_file_search_or_report_shows_its_text_and_no_table_holds_it(everything):
    made = everything
    found, seen = [], 0
    # The whole cast is led through every address by tests/access/test_every_url.py.
    routes = [one for one in ROUTES if SHOWING.search(one.name) and one.expected("qa_head") == 200]
    for who in ("qa_head",):
        client = signed_in(getattr(made.people, who))
        for route in routes:
            answer = client.get(address(route, made))
            body = body_of(answer)
            seen += answer.status_code == 200
            if b"Canary" in body or "Canary" in str(answer.headers):
                found.append(f"{who} {route.name}")
        searched = client.get(reverse("audits"), {"q": "Canary", "search": "Canary sentence"})
        if CANARY in searched.content.decode():
            found.append(f"{who} search")

    assert found == []
    assert seen > 30
    assert columns_with("Canary") == []


def columns_with(word: str) -> list[str]:
    """Every column of every table in which a word stands, in text, JSON or bytes."""
    hits, columns = [], 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND (data_type LIKE '%char%' OR data_type IN"
            " ('text', 'json', 'jsonb', 'bytea', 'ARRAY', 'tsvector'))"
        )
        for table, column, kind in cursor.fetchall():
            columns += 1
            said = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            cursor.execute(f"SELECT count(*) FROM \"{table}\" WHERE {said} LIKE '%{word}%'")  # noqa: S608
            if cursor.fetchone()[0]:
                hits.append(f"{table}.{column}")
    assert columns > 300
    return hits


def test_the_search_of_every_column_finds_what_is_there(made):
    Audit.objects.filter(pk=made.returned.pk).update(flash_source="A Canary for the search")

    assert "audits_audit.flash_source" in columns_with("Canary")


def test_the_api_does_not_show_it(made):
    scopes = ["figures", "audits", "actions", "reports"]
    _, secret = make_token("All", scopes, NOW.date(), by=made.people.qa_head, at=NOW)
    for name in ("api-audits", "api-actions", "api-figures", "api-reports"):
        answer = Client().get(
            reverse(f"api-v1:{name}"), headers={"Authorization": f"Bearer {secret}"}
        )
        assert answer.status_code == 200
        assert b"Canary" not in answer.content


def test_it_stands_in_no_mail_log_cache_or_trail(made, caplog):
    caplog.set_level(logging.DEBUG)
    send_unsent(at=NOW)
    bundle_up(at=NOW)
    sent = [one for one in mail.outbox if one.to == [made.people.worker.email]]

    assert any("personal supervision note for you to read" in one.subject for one in sent)
    assert not any("Canary" in str(one.message()) for one in mail.outbox)
    assert "Canary" not in caplog.text
    assert b"Canary" not in b"".join(cache._cache.values())
    assert (
        not Notice.objects.log_of(made.people.council.pk).filter(kind="supervision.note").exists()
    )


def test_another_council_does_not_find_it(made, settings):
    other = cast("eastmere")
    where = reverse("supervision-note", args=[note().key])

    assert {signed_in(user).get(where).status_code for user in other.everybody().values()} == {404}


def test_a_fault_while_it_is_written_shows_nothing_of_it(made, monkeypatch, settings, caplog):
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    monkeypatch.setattr("supervision.services.seal", fail)
    client = signed_in(made.people.manager)
    said = {"held_on_0": "10", "held_on_1": "11", "held_on_2": "2026", "text": CANARY}
    where = reverse("write-supervision-note", args=[made.people.worker.pk])

    answer = client.post(where, said)

    assert answer.status_code == 500
    assert "Canary" not in caplog.text + answer.content.decode()


def fail(text: str, *, about: str) -> bytes:
    """A fault of ours in the middle of it."""
    raise RuntimeError("a fault")
