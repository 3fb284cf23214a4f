import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from core import outbox
from core.models import Notice
from core.tasks import send_notices
from tests.factories.audits import audit_at, framework
from tests.factories.cast import cast
from tests.factories.core import AT, NoticeFactory
from tests.ops.postbox import postbox

pytestmark = pytest.mark.django_db

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def no_mail_server(settings):
    """Mail goes to a port at which nobody listens."""
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", 1
    return settings


def test_sending_twice_sends_each_message_once(mailoutbox):
    notices = NoticeFactory.create_batch(3)

    assert (send_notices(), send_notices()) == (3, 0)
    assert sorted(mail.to for mail in mailoutbox) == sorted([notice.to.email] for notice in notices)
    assert not Notice.objects.filter(sent_at=None).exists()


@pytest.mark.parametrize(
    ("path", "link"),
    [("/audits/7/", "https://audit.example.org/audits/7/"), ("", "https://audit.example.org")],
)
def test_a_message_holds_its_text_and_the_address_of_its_page(mailoutbox, settings, path, link):
    settings.QA_ORIGIN = "https://audit.example.org"
    notice = NoticeFactory(path=path)

    outbox.send_unsent(at=AT)

    (mail,) = mailoutbox
    assert (mail.subject, mail.body) == (notice.subject, f"{notice.text}\n\n{link}\n")
    assert Notice.objects.get().sent_at == AT


def test_the_oldest_message_goes_first_and_one_run_has_an_end(mailoutbox, monkeypatch):
    monkeypatch.setattr(outbox, "BATCH", 2)
    for days in (1, 3, 2):
        NoticeFactory(subject=f"{days} days old", made_at=AT - timedelta(days=days))

    assert outbox.send_unsent(at=AT) == 2
    assert [mail.subject for mail in mailoutbox] == ["3 days old", "2 days old"]


def test_a_message_reaches_a_real_mail_server(settings):
    NoticeFactory(subject="An audit has been returned: A-7")

    with postbox() as box:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, *box.server_address
        assert send_notices() == 1

    assert "Subject: An audit has been returned: A-7" in box.letters[0]


def test_a_mail_server_that_is_away_is_counted_and_tried_again(no_mail_server, mailoutbox):
    notice = NoticeFactory()

    assert send_notices() == 0
    notice.refresh_from_db()
    assert (notice.sent_at, notice.failures, notice.fault) == (None, 1, "ConnectionRefusedError")

    no_mail_server.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_notices() == 1
    assert len(mailoutbox) == 1


def test_a_message_is_given_up_after_eight_failures(no_mail_server):
    notice = NoticeFactory()

    for _ in range(10):
        send_notices()

    notice.refresh_from_db()
    assert (notice.failures, notice.sent_at) == (8, None)


@pytest.mark.parametrize(
    "fields",
    [{"subject": "Two\nlines"}, {"to__email": "two\nlines@example.org"}],
    ids=["subject", "address"],
)
def test_a_message_that_cannot_be_sent_holds_up_no_other(mailoutbox, fields):
    bad = NoticeFactory(made_at=AT - timedelta(days=1), **fields)
    good = NoticeFactory()

    assert send_notices() == 1
    assert [mail.to for mail in mailoutbox] == [[good.to.email]]
    bad.refresh_from_db()
    assert (bad.failures, bad.sent_at) == (1, None)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_send_the_same_message(mailoutbox):
    notice = NoticeFactory()
    counts = []

    def other_worker():
        counts.append(send_notices())
        connection.close()

    with transaction.atomic():
        Notice.objects.select_for_update().get(pk=notice.pk)
        thread = threading.Thread(target=other_worker)
        thread.start()
        thread.join(timeout=20)

    assert (counts, len(mailoutbox)) == ([0], 0)
    assert send_notices() == 1


@pytest.mark.parametrize("stage", ["preparing", "in_session", "grade_query", "returned"])
def test_no_e_mail_names_anybody(mailoutbox, stage):
    people = cast("eastmere")
    audit = audit_at(stage, people, framework(), second=True)

    sent = send_notices()

    assert sent == len(mailoutbox) > 0
    words = [f"{mail.subject}\n{mail.body}" for mail in mailoutbox]
    assert all(audit.reference in text for text in words)
    names = {user.name for user in people.everybody().values()}
    assert [name for name in names for text in words if name in text] == []
    assert [
        mail.to[0] for mail in mailoutbox if len(mail.to) + len(mail.cc) + len(mail.bcc) > 1
    ] == []
