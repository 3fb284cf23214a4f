"""Whatever people write is shown as text: in pages, pieces, paper, tables and mails (checklist D1, D6, D7)."""

import csv
import io

import pytest
from django.core.cache import cache
from django.test import Client

from core.models import Notice
from core.outbox import send_unsent
from reporting.services import html_of
from tests.access.routes import ROUTES
from tests.access.test_every_url import address, body_of, things
from tests.factories.audits import NOW
from tests.factories.people import UserFactory
from tests.safety.poison import LONG, Finder, is_prose, poison_all, poisoned, runs
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
OURS = {
    "people", "standards", "cases", "escalation", "actions", "audits", "programme", "moderation", "feedback",
    "learning", "reporting", "supervision", "partners", "evidence", "core",
}  # fmt: skip
# The trail and its seals refuse any change.
APART = {"core.TrailEntry", "core.TrailSeal"}


def test_every_page_and_file_shows_what_is_written_as_text():
    made = things()
    assert poison_all(OURS, APART) > 300
    cache.clear()
    wrong, shown, tables, opened = [], 0, 0, set()
    for who in ("qa_head", "auditor", "worker"):
        client = sign_in(Client(raise_request_exception=False), made.people.everybody()[who])
        for route in ROUTES:
            # What one person has seen need not be looked at by the next.
            if (route.name, route.args) in opened or route.expected(who) != 200:
                continue
            answer = client.get(address(route, made))
            if answer.status_code >= 500:
                wrong.append(f"{who} {route.name}: {answer.status_code}")
            if answer.status_code != 200:
                continue
            opened.add((route.name, route.args))
            kind = answer.headers["Content-Type"]
            if kind.startswith("text/html"):
                page = body_of(answer).decode()
                shown += "&lt;svg/onload=xss(1)&gt;" in page
                wrong += [f"{who} {route.name}: {one}" for one in runs(page)]
            elif kind.startswith("text/csv"):
                tables += 1
                wrong += [f"{who} {route.name}: {one}" for one in formulas(body_of(answer))]

    wrong += [f"paper: {one}" for one in runs(html_of(made.document)) if one != "style"]
    assert wrong == []
    assert (len(opened) > 100, shown > 90, tables >= 3) == (True, True, True)


def formulas(content):
    """The cells of a table that a spreadsheet would work out."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    return [cell for row in rows for cell in row if cell[:1] in "=+@\t\r" and cell[:1]]


def test_the_finder_finds_what_would_run():
    """What the test above leans on."""
    assert runs(f"<p>{LONG}</p>") == [
        "svg onload",
        "script",
        "img onerror",
        "b onmouseover",
    ]
    assert runs("<a href=' JavaScript:x()'>a</a><script src=a></script><p style='a'>") == [
        "a href= JavaScript:x()",
        "p style",
    ]
    assert Finder().found == []
    assert poisoned({"code": "q1", "text": "Some three words here"})["code"] == "q1"
    assert is_prose(Notice._meta.get_field("text"))


# --- mails (D6) ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "Subject\r\nBcc: evil@example.org",
        "Subject\nTo: evil@example.org\n\nBody",
        "Subject\u2028Bcc: evil@example.org",
        "Subject\x0bBcc: evil@example.org\x85X: y",
    ],
)
def test_no_words_add_a_recipient_or_a_header_to_a_mail(mailoutbox, words):
    person = UserFactory()
    Notice.objects.create(
        to=person, key="k", kind="k", subject=words, text=f"{words}\r\n.\r\nBcc: x", made_at=NOW
    )

    assert send_unsent(at=NOW) == 1

    (mail,) = mailoutbox
    message = mail.message()
    assert mail.recipients() == [person.email]
    assert {name.lower() for name in message} == {
        "content-type", "content-transfer-encoding", "mime-version", "subject", "from", "to", "date", "message-id",
    }  # fmt: skip
    head = message.as_bytes().partition(b"\n\n")[0].decode()
    assert not any(line.lower().startswith(("bcc", "x:")) for line in head.splitlines())
