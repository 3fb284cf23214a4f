import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from core import outbox
from core.jobs import JOBS
from core.models import Notice, TrailEntry
from core.moves import Refused
from core.notices import Message, tell
from core.tasks import send_notices
from tests.factories.audits import audit_at, framework
from tests.factories.cast import cast
from tests.factories.core import AT, NoticeFactory
from tests.factories.people import UserFactory
from tests.ops.postbox import postbox

pytestmark = pytest.mark.django_db

SMTP = "django.core.mail.backends.smtp.EmailBackend"
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def later(monkeypatch):
    """Puts the computer's own clock forward."""
    real = timezone.now
    return lambda **by: monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(**by))


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


@pytest.mark.parametrize("fields", [{}, {"urgent": True}, {"restricted": True}, {"bundle": "1"}])
@pytest.mark.parametrize("daily", [True, False])
def test_nothing_is_mailed_to_somebody_who_has_left(mailoutbox, fields, daily):
    notice = NoticeFactory(to__is_active=False, to__daily_mail=daily, **fields)
    there = NoticeFactory()

    assert outbox.bundle_up(at=AT) == 0
    outbox.send_unsent(at=AT)

    assert [mail.to for mail in mailoutbox] == [[there.to.email]]
    notice.refresh_from_db()
    assert (notice.sent_at, notice.failures, notice.bundle) == (None, 0, fields.get("bundle", ""))


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


def test_a_mail_server_that_is_away_is_counted_and_tried_again(no_mail_server, mailoutbox, later):
    notice = NoticeFactory()

    assert send_notices() == 0
    notice.refresh_from_db()
    assert (notice.sent_at, notice.failures, notice.fault) == (None, 1, "ConnectionRefusedError")

    no_mail_server.EMAIL_BACKEND = LOCMEM
    assert send_notices() == 0
    later(minutes=1)
    assert send_notices() == 1
    assert len(mailoutbox) == 1


def test_a_message_is_tried_with_growing_gaps_and_given_up_after_eight_failures(
    no_mail_server, later
):
    notice = NoticeFactory()
    passed = 0

    send_notices()
    for number, gap in enumerate(outbox.GAPS, start=1):
        later(minutes=passed + gap, seconds=-5)
        send_notices()
        notice.refresh_from_db()
        assert notice.failures == number
        passed += gap + 1
        later(minutes=passed)
        send_notices()
    later(days=30)
    send_notices()

    notice.refresh_from_db()
    assert (notice.failures, notice.sent_at, notice.given_up) == (8, None, True)


def test_what_stands_in_no_log_is_tried_daily_and_never_given_up(no_mail_server, mailoutbox, later):
    notice = NoticeFactory(restricted=True, failures=20)

    send_notices()
    notice.refresh_from_db()
    assert (notice.failures, notice.given_up) == (21, False)
    assert not Notice.objects.failed().exists()

    no_mail_server.EMAIL_BACKEND = LOCMEM
    later(hours=23)
    assert send_notices() == 0
    later(hours=24)
    assert send_notices() == 1
    assert len(mailoutbox) == 1


def test_a_mail_server_that_is_away_is_asked_once_in_a_round(no_mail_server):
    NoticeFactory.create_batch(3)

    send_notices()
    send_notices()

    assert sorted(Notice.objects.values_list("failures", flat=True)) == [0, 1, 1]


def test_a_message_in_a_killed_workers_hands_is_sent_after_its_lease(mailoutbox, later):
    notice = NoticeFactory()
    (taken,) = outbox.take(Notice.objects.filter(pk=notice.pk))

    assert (taken, send_notices()) == (notice, 0)
    later(minutes=6)
    assert send_notices() == 1


def test_a_mail_that_is_sent_twice_says_that_it_is_the_same(mailoutbox, settings, later):
    settings.QA_ORIGIN = "https://audit.example.org"
    notice = NoticeFactory()

    send_notices()
    Notice.objects.update(sent_at=None)
    send_notices()

    numbers = [mail.message()["Message-ID"] for mail in mailoutbox]
    assert numbers == [f"<notice-{notice.pk}@audit.example.org>"] * 2


class TestMorningMail:
    """What somebody keeps for the morning comes as one mail."""

    @pytest.fixture
    def person(self):
        return UserFactory(daily_mail=True)

    def test_it_holds_every_message_of_the_person_once(self, person, mailoutbox):
        for number in (1, 2):
            NoticeFactory(to=person, subject=f"Message {number}", text="Read it.", path="/x/")
        other = NoticeFactory()

        assert send_notices() == 1
        assert JOBS["morning-mail"].work(AT, lambda done: None) == 2
        assert JOBS["morning-mail"].work(AT, lambda done: None) == 0

        first, morning = mailoutbox
        assert (first.to, morning.to) == ([other.to.email], [person.email])
        assert morning.subject == "2 messages from the QA service"
        assert [morning.body.count(f"Message {n}\n\nRead it.\n\n") for n in (1, 2)] == [1, 1]
        assert not Notice.objects.filter(sent_at=None).exists()

    @pytest.mark.parametrize(
        ("kind", "urgent"), [("escalation.rung", False), ("hours.due", False), ("audit", True)]
    )
    def test_what_is_urgent_comes_at_once(self, person, mailoutbox, kind, urgent):
        tell([(person, "auditor")], Message(kind, "Now", "Read it.", urgent=urgent), key="k", at=AT)

        assert send_notices() == 1

    def test_it_is_tried_again_whole_under_the_same_number(
        self, person, no_mail_server, mailoutbox, later
    ):
        NoticeFactory.create_batch(2, to=person)
        JOBS["morning-mail"].work(AT, lambda done: None)
        late = NoticeFactory(to=person)
        bundle = Notice.objects.exclude(bundle="").values_list("bundle", flat=True).first()

        no_mail_server.EMAIL_BACKEND = LOCMEM
        later(minutes=2)

        assert send_notices() == 2
        assert mailoutbox[0].message()["Message-ID"].startswith(f"<morning-{person.pk}-{bundle}@")
        assert list(Notice.objects.filter(sent_at=None)) == [late]

    def test_half_of_it_in_other_hands_is_not_sent_by_halves(self, person, mailoutbox):
        half, _ = NoticeFactory.create_batch(2, to=person, bundle="20260504")
        outbox.take(Notice.objects.filter(pk=half.pk))

        assert (send_notices(), mailoutbox) == (0, [])

    def test_who_no_longer_wants_it_gets_each_at_once(self, person, mailoutbox):
        NoticeFactory.create_batch(2, to=person)
        person.daily_mail = False
        person.save()

        assert send_notices() == 2


class TestRetry:
    """The head of QA has a message tried again that was given up."""

    @pytest.fixture
    def people(self):
        return cast()

    @pytest.fixture
    def given_up(self, people):
        return NoticeFactory(to=people.auditor, failures=8, fault="TimeoutError")

    def test_it_goes_out_with_the_next_round(self, people, given_up, mailoutbox):
        assert send_notices() == 0

        outbox.retry(given_up.pk, by=people.qa_head, at=AT)

        assert send_notices() == 1
        assert TrailEntry.objects.filter(verb="message.retried").count() == 1

    def test_the_messages_of_one_morning_go_together(self, people, mailoutbox):
        rows = NoticeFactory.create_batch(2, to=people.auditor, failures=8, bundle="20260504")

        outbox.retry(rows[0].pk, by=people.qa_head, at=AT)

        assert (send_notices(), len(mailoutbox)) == (2, 1)

    @pytest.mark.parametrize("who", ["officer", "administrator", "auditor", "director"])
    def test_nobody_else_may(self, people, given_up, who):
        with pytest.raises(PermissionDenied):
            outbox.retry(given_up.pk, by=people.everybody()[who], at=AT)

    @pytest.mark.parametrize("fields", [{"failures": 7}, {"failures": 8, "sent_at": AT}])
    def test_only_what_was_given_up_is_retried(self, people, fields):
        notice = NoticeFactory(to=people.auditor, **fields)

        with pytest.raises(Refused):
            outbox.retry(notice.pk, by=people.qa_head, at=AT)

    @pytest.mark.parametrize("fields", [{"restricted": True}, {"to__council__code": "other"}])
    def test_what_is_not_in_the_log_is_not_found(self, people, fields):
        given = fields if "to__council__code" in fields else {**fields, "to": people.auditor}
        notice = NoticeFactory(failures=8, **given)

        with pytest.raises(Notice.DoesNotExist):
            outbox.retry(notice.pk, by=people.qa_head, at=AT)


def test_a_message_that_cannot_be_sent_holds_up_no_other(mailoutbox):
    bad = NoticeFactory(made_at=AT - timedelta(days=1), to__email="two\nlines@example.org")
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
    assert all(audit.reference in text or "Action " in text for text in words)
    names = {user.name for user in people.everybody().values()}
    assert [name for name in names for text in words if name in text] == []
    assert [
        mail.to[0] for mail in mailoutbox if len(mail.to) + len(mail.cc) + len(mail.bcc) > 1
    ] == []
