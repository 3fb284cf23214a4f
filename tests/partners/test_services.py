import hashlib
import logging
import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import InternalError, transaction

from audits.models import Audit
from core.models import Notice, TrailEntry
from core.moves import Refused
from partners import selectors
from partners.models import Contribution, PartnerInvitation
from partners.services import sending
from partners.services.answering import NoLink, find, hand_in, open_link, save_answers
from partners.services.inviting import renew, withdraw
from partners.services.sending import send_links
from partners.states import InvitationState
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import Cast, cast
from tests.factories.partners import EMAIL, NAME, invited, mailed

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def people(settings) -> Cast:
    settings.TEST_CLOCK = NOW
    return cast("bexley")


@pytest.fixture
def audit(people) -> Audit:
    return audit_at("in_session", people, framework("fixtures/frameworks/bexley/1.yaml"))


def first_question(audit: Audit) -> tuple[str, str]:
    """The code of the first section that asks, and of its first question."""
    section = selectors.sections_of(audit)[0]
    return section.code, section.questions[0].code


def test_name_and_address_are_sealed_and_the_link_stands_nowhere(audit, people):
    made = invited(audit, people.officer)
    assert made.digest is None

    secret = mailed()

    stored = PartnerInvitation.objects.get()
    assert EMAIL.encode() not in bytes(stored.email)
    assert NAME.encode() not in bytes(stored.name)
    assert (selectors.sealed_word(stored, "name"), selectors.sealed_word(stored, "email")) == (
        NAME,
        EMAIL,
    )
    assert stored.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert len(secret) == 43


def test_the_mail_says_who_asks_by_role_and_nothing_of_the_child_or_the_audit(audit, people):
    invited(audit, people.qa_head, reference="the child from the March meeting", tells_case=True)

    mailed()

    sent = mail.outbox[-1]
    assert sent.to == [EMAIL]
    assert sent.body.startswith("The head of quality assurance of Bexley, children’s services")
    assert "It works until 17 November 2026." in sent.body
    for word in (
        audit.case.number,
        audit.reference,
        "March",
        people.qa_head.name,
        people.worker.name,
        NAME,
    ):
        assert word not in sent.subject + sent.body


def test_a_link_goes_out_once_and_a_second_round_sends_nothing(audit, people):
    invited(audit, people.officer)

    assert [send_links(at=NOW), send_links(at=NOW)] == [1, 0]
    assert PartnerInvitation.objects.get().sent_at == NOW


def test_a_mail_server_that_is_away_is_tried_again_later(audit, people, monkeypatch):
    invited(audit, people.officer)
    monkeypatch.setattr("core.outbox.get_connection", Away)

    assert send_links(at=NOW) == 0

    kept = PartnerInvitation.objects.get()
    assert (kept.failures, kept.sent_at, kept.taken_until) == (1, None, None)
    monkeypatch.undo()
    assert send_links(at=NOW) == 0
    PartnerInvitation.objects.update(next_try_at=None)
    assert send_links(at=NOW) == 1


class Away:
    """A mail server that nobody reaches."""

    def open(self):
        raise ConnectionRefusedError

    def close(self):
        return None


def test_an_address_that_the_server_refuses_does_not_stop_the_others(audit, people, monkeypatch):
    invited(audit, people.officer, email="nobody@nowhere.example.org")
    invited(audit, people.officer)
    honest = sending.EmailMessage.send

    def send(self):
        if "nobody" in self.to[0]:
            raise smtplib.SMTPRecipientsRefused({})
        return honest(self)

    monkeypatch.setattr(sending.EmailMessage, "send", send)

    assert send_links(at=NOW) == 1
    assert list(PartnerInvitation.objects.order_by("pk").values_list("failures", flat=True)) == [
        1,
        0,
    ]


def test_an_address_whose_key_is_missing_is_not_mailed_to(audit, people, settings):
    invited(audit, people.officer)
    settings.QA_DATA_KEYS = ["bmV3IGtleSBmb3IgdGVzdHMgb25seSwgbWFkZSBvZiB3b3Jkcy4"]

    assert send_links(at=NOW) == 0
    assert PartnerInvitation.objects.get().failures == 1
    assert mail.outbox == []


@pytest.mark.parametrize(
    "who", ["auditor", "worker", "manager", "head", "director", "administrator", "moderator"]
)
def test_only_the_qa_team_invites(audit, people, who):
    with pytest.raises(PermissionDenied):
        invited(audit, getattr(people, who))


def test_a_member_of_the_qa_team_with_a_part_in_the_audit_does_not_invite(audit, people):
    Audit.objects.filter(pk=audit.pk).update(auditor=people.officer)

    with pytest.raises(PermissionDenied):
        invited(audit, people.officer)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sections": []}, "Choose the sections"),
        ({"sections": ["no_such"]}, "Choose the sections"),
        ({"last_day": NOW.date() - DAY}, "has gone"),
        ({"last_day": NOW.date() + timedelta(days=181)}, "half a year"),
    ],
)
def test_what_cannot_be_asked_is_refused(audit, people, changes, says):
    with pytest.raises(Refused, match=says):
        invited(audit, people.officer, **changes)


def test_nobody_is_invited_to_an_audit_that_is_finished(people):
    audit = audit_at("returned", people, framework("fixtures/frameworks/bexley/1.yaml"))

    with pytest.raises(Refused, match="under way"):
        invited(audit, people.officer)


def test_answers_are_kept_and_handed_in_once_and_the_auditor_is_told(audit, people):
    made = invited(audit, people.officer)
    secret = mailed()
    section, question = first_question(audit)
    open_link(secret, at=NOW)

    save_answers(secret, section, {question: ("  We saw the child weekly. ", "")}, at=NOW)
    save_answers(secret, section, {question: ("We saw the child weekly.", "")}, at=NOW)
    hand_in(secret, at=NOW)
    hand_in(secret, at=NOW)

    made.refresh_from_db()
    assert (made.state, made.opened_at, made.handed_in_at) == ("handed_in", NOW, NOW)
    assert [one.text for one in Contribution.objects.all()] == ["We saw the child weekly."]
    told = Notice.objects.filter(kind="partners.handed_in")
    assert {one.to for one in told} == {people.auditor, people.officer}
    assert list(made.moves.values_list("verb", "by")) == [
        ("invite", people.officer.pk),
        ("hand in", None),
    ]
    lines = TrailEntry.objects.filter(subject_id=made.pk, verb__endswith=": partner")
    assert list(lines.order_by("id").values_list("verb", "cause")) == [
        ("invite: partner", ""),
        ("open: partner", "a partner's link"),
        ("answer: partner", "a partner's link"),
        ("answer: partner", "a partner's link"),
        ("hand in: partner", "a partner's link"),
    ]


def test_after_handing_in_nothing_is_changed(audit, people):
    invited(audit, people.officer)
    secret = mailed()
    section, question = first_question(audit)
    save_answers(secret, section, {question: ("One", "")}, at=NOW)
    hand_in(secret, at=NOW)

    with pytest.raises(Refused, match="handed in already"):
        save_answers(secret, section, {question: ("Two", "")}, at=NOW)


def test_nothing_is_handed_in_without_an_answer(audit, people):
    invited(audit, people.officer)
    secret = mailed()
    section, question = first_question(audit)
    save_answers(secret, section, {question: ("  ", "")}, at=NOW)

    with pytest.raises(Refused, match="at least one"):
        hand_in(secret, at=NOW)


def test_another_sections_questions_and_grades_that_are_none_are_refused(audit, people):
    invited(audit, people.officer)
    secret = mailed()
    section, question = first_question(audit)
    other = selectors.sections_of(audit)[1]

    with pytest.raises(NoLink):
        save_answers(secret, other.code, {other.questions[0].code: ("x", "")}, at=NOW)
    with pytest.raises(Refused):
        save_answers(secret, section, {other.questions[0].code: ("x", "")}, at=NOW)
    with pytest.raises(Refused):
        save_answers(secret, section, {question: ("x", "11 of 10")}, at=NOW)
    assert not Contribution.objects.exists()


def works(secret: str, at=NOW) -> bool:
    try:
        find(secret, at=at)
    except NoLink:
        return False
    return True


def test_a_link_ends_after_its_last_day_in_london(audit, people):
    invited(audit, people.officer, last_day=NOW.date())
    secret = mailed()
    night = NOW.replace(hour=23, minute=59)

    assert [works(secret, night), works(secret, night + timedelta(minutes=1))] == [True, False]


def test_a_link_that_is_taken_back_or_replaced_works_no_more(audit, people):
    made = invited(audit, people.officer)
    first = mailed()
    renew(made, last_day=NOW.date() + DAY, by=people.officer, at=NOW)
    assert not works(first)
    second = mailed()
    assert (works(first), works(second)) == (False, True)

    withdraw(made, by=people.officer, at=NOW)

    assert not works(second)
    with pytest.raises(Refused, match="taken back already"):
        withdraw(made, by=people.officer, at=NOW)


def test_a_renewed_invitation_keeps_what_was_written_and_lets_it_be_changed(audit, people):
    made = invited(audit, people.officer)
    secret = mailed()
    section, question = first_question(audit)
    save_answers(secret, section, {question: ("One", "")}, at=NOW)
    hand_in(secret, at=NOW)

    renew(made, last_day=NOW.date(), by=people.officer, at=NOW)

    made.refresh_from_db()
    assert (made.state, made.handed_in_at) == (InvitationState.ASKED, None)
    save_answers(mailed(), section, {question: ("Two", "")}, at=NOW)
    assert Contribution.objects.get().text == "Two"


def test_a_link_ends_with_an_audit_that_is_left_out_and_only_reads_once_it_is_returned(
    audit, people
):
    invited(audit, people.officer)
    secret = mailed()
    section, question = first_question(audit)
    Audit.objects.filter(pk=audit.pk).update(state="excluded")
    assert not works(secret)

    Audit.objects.filter(pk=audit.pk).update(state="returned", returned_at=NOW, grade="good")

    with pytest.raises(Refused, match="finished"):
        save_answers(secret, section, {question: ("x", "")}, at=NOW)
    assert works(secret)


@pytest.mark.parametrize("secret", ["", "x", "x" * 5000, "é\ud800", "None"])
def test_what_is_no_link_opens_nothing(audit, people, secret):
    invited(audit, people.officer)

    assert not works(secret)


@pytest.mark.parametrize("step", [withdraw, renew])
def test_only_the_qa_team_takes_back_and_renews(audit, people, step):
    made = invited(audit, people.officer)
    more = {"last_day": NOW.date()} if step is renew else {}

    with pytest.raises(PermissionDenied):
        step(made, by=people.auditor, at=NOW, **more)


def test_steps_are_never_rewritten(audit, people):
    made = invited(audit, people.officer)

    with pytest.raises(InternalError), transaction.atomic():
        made.moves.update(verb="hand in")


def test_no_log_holds_the_link_or_the_address(audit, people, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    invited(audit, people.officer)
    monkeypatch.setattr("core.outbox.get_connection", Away)
    send_links(at=NOW)
    monkeypatch.undo()
    PartnerInvitation.objects.update(next_try_at=None)
    secret = mailed()

    assert secret not in caplog.text
    assert EMAIL not in caplog.text


def test_who_sees_the_partners_of_an_audit(audit, people):
    invited(audit, people.officer)
    seen = {
        who
        for who, user in people.everybody().items()
        if PartnerInvitation.objects.visible_to(user).exists()
    }

    assert seen == {"auditor", "worker", "officer", "qa_head"}
