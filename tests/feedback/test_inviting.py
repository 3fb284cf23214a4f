"""Links for one person: made, used once, taken back, too old; and the gate before them."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from actions.models import Action
from core.models import TrailEntry
from core.moves import Refused
from feedback.models import Invitation, Reply
from feedback.services.contact import warn
from feedback.services.inviting import (
    NoLink,
    decline,
    digest_of,
    hand_in,
    invite,
    keep_draft,
    opened,
    take_back,
)
from tests.factories.answering import answering
from tests.factories.audits import NOW, audit_at
from tests.factories.cast import cast
from tests.factories.feedback import survey_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(tmp_path):
    return answering(tmp_path)


@pytest.fixture
def people(version):
    return cast("bexley")


@pytest.fixture
def audit(version, people):
    return audit_at("in_session", people, version)


def asked(audit, **changes):
    given = {"relation": "Mother", "by": audit.auditor, "at": NOW} | changes
    return invite(audit, "voice", **given)


def everything():
    """Every value of every table, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608
            yield from (row for (row,) in cursor.fetchall())


def test_only_a_digest_of_the_link_is_kept(audit):
    made, secret = asked(audit)

    assert made.digest == hashlib.sha256(secret.encode()).hexdigest() == digest_of(secret)
    assert len(secret) == 43
    assert not any(secret in row for row in everything())
    assert (made.case, made.version, made.state) == (audit.case, audit.version, "sent")
    assert opened(secret, at=NOW) == made


def test_two_links_are_not_alike(audit):
    assert asked(audit)[1] != asked(audit)[1]


def test_it_ends_when_its_thirtieth_day_is_over(audit):
    made, secret = asked(audit, at=datetime(2026, 11, 4, 9, tzinfo=UTC))

    assert made.expires_at == datetime(2026, 12, 5, tzinfo=UTC)
    assert opened(secret, at=made.expires_at - timedelta(seconds=1)) == made
    with pytest.raises(NoLink):
        opened(secret, at=made.expires_at)


def test_who_neither_audits_nor_asks_sends_no_link(people, audit):
    for person in (people.worker, people.stranger, people.reader, people.administrator):
        with pytest.raises(PermissionDenied):
            asked(audit, by=person)
    assert Invitation.objects.count() == 0


def test_another_council_sends_no_link(audit):
    with pytest.raises(PermissionDenied):
        asked(audit, by=cast("eastmere").officer)


def test_no_link_while_contact_is_unsafe(people, audit):
    _, before = asked(audit)
    warn(audit.case, "A threat", by=people.officer, at=NOW)

    with pytest.raises(Refused, match="marked unsafe"):
        asked(audit)
    with pytest.raises(Refused, match="marked unsafe"):
        invite(audit.case, "voice", by=people.officer, at=NOW)
    with pytest.raises(NoLink):
        opened(before, at=NOW)


@pytest.mark.parametrize(
    ("code", "changes", "says"),
    [
        ("nameless", {}, "lead to nobody"),
        ("nothing", {}, "no such way"),
        ("voice", {"language": "cy"}, "this language"),
    ],
)
def test_what_cannot_be_asked_by_a_link_is_refused(people, audit, code, changes, says):
    with pytest.raises(Refused, match=says):
        invite(audit, code, by=people.officer, at=NOW, **changes)


def test_it_keeps_the_language_and_the_form(audit):
    made, _ = asked(audit, language="ur", easy=True)

    assert (made.language, made.easy) == ("ur", True)


def test_what_was_answered_is_kept_until_it_is_handed_in(audit):
    made, secret = asked(audit)

    assert keep_draft(secret, {"listens": "5", "helped": "99"}, at=NOW).keys() == {"helped"}
    keep_draft(secret, {"helped": "0"}, at=NOW)

    made.refresh_from_db()
    assert (made.draft, made.opened_on) == ({"listens": 5, "helped": 0}, NOW.date())
    assert Reply.objects.count() == 0


def test_handing_in_makes_a_reply_and_uses_the_link(audit):
    made, secret = asked(audit)
    keep_draft(secret, {"listens": "5"}, at=NOW)

    reply = hand_in(secret, at=NOW)

    made.refresh_from_db()
    assert (reply.outcome, reply.way, reply.received_on) == ("answered", "link", NOW.date())
    assert (reply.answers, reply.relation, reply.invitation) == ({"listens": 5}, "Mother", made)
    assert (reply.audit, reply.case, reply.entered_by, reply.worry) == (
        audit,
        audit.case,
        None,
        False,
    )
    assert (made.state, made.draft) == ("answered", {})
    assert [move.verb for move in made.moves.all()] == ["invite", "answer"]


def test_a_worry_is_followed_up(audit):
    _, secret = asked(audit)
    keep_draft(secret, {"worried": "yes", "worry": "Somebody shouts"}, at=NOW)

    reply = hand_in(secret, at=NOW)

    assert reply.worry
    assert Action.objects.raised_by("reply", reply.pk).count() == 1


def test_a_link_is_used_once(audit):
    _, secret = asked(audit)
    keep_draft(secret, {"listens": "5"}, at=NOW)
    hand_in(secret, at=NOW)

    for again in (
        lambda: hand_in(secret, at=NOW),
        lambda: keep_draft(secret, {"listens": "1"}, at=NOW),
        lambda: decline(secret, at=NOW),
        lambda: opened(secret, at=NOW),
    ):
        with pytest.raises(Refused, match="used already"):
            again()
    assert Reply.objects.get().answers == {"listens": 5}


def test_nothing_answered_is_not_handed_in(audit):
    _, secret = asked(audit)

    with pytest.raises(Refused, match="at least one"):
        hand_in(secret, at=NOW)


def test_declining_is_counted_and_keeps_nothing_that_was_written(audit):
    made, secret = asked(audit)
    keep_draft(secret, {"name": "Something"}, at=NOW)

    reply = decline(secret, at=NOW)

    made.refresh_from_db()
    assert (reply.outcome, reply.reason, reply.answers) == ("declined", "Declined on the page", {})
    assert (made.state, made.draft) == ("declined", {})
    assert not any("Something" in row for row in everything())


def test_a_link_is_taken_back_by_those_who_may_send_one(people, audit):
    made, secret = asked(audit)
    keep_draft(secret, {"listens": "5"}, at=NOW)
    with pytest.raises(PermissionDenied):
        take_back(made, by=people.worker, at=NOW)

    made = take_back(made, by=people.officer, at=NOW)

    assert (made.state, made.draft) == ("revoked", {})
    for use in (opened, hand_in, decline):
        with pytest.raises(NoLink):
            use(secret, at=NOW)
    with pytest.raises(Refused, match="taken back"):
        take_back(made, by=people.officer, at=NOW)


@pytest.mark.parametrize("secret", ["", "x", "☃", "\x00", "\udce4", "a" * 5000])
def test_what_is_no_link_opens_nothing(secret):
    with pytest.raises(NoLink):
        opened(secret, at=NOW)


def test_a_link_to_staff_is_theirs(people):
    made, secret = invite(people.worker, "voice", by=people.officer, at=NOW)
    keep_draft(secret, {"listens": "2"}, at=NOW)

    assert hand_in(secret, at=NOW).audit is None
    assert made.user == people.worker


def test_no_survey_of_anonymous_answers_has_links_to_people(people):
    survey = survey_at("open", people.officer, "nameless")

    with pytest.raises(Refused, match="lead to nobody"):
        invite(survey, "nameless", by=people.officer, at=NOW)


def test_in_a_survey_a_link_ends_with_its_last_day(people):
    survey = survey_at("open", people.officer, "voice")
    made, secret = invite(survey, "voice", by=people.officer, at=NOW)

    assert made.expires_at == datetime(2026, 11, 18, tzinfo=UTC) or made.survey == survey
    with pytest.raises(Refused, match="closed"):
        opened(secret, at=made.expires_at)


def test_the_trail_says_that_and_not_what(audit):
    _, secret = asked(audit)
    keep_draft(secret, {"name": "Something"}, at=NOW)
    hand_in(secret, at=NOW)

    lines = TrailEntry.objects.filter(verb__contains="link")
    assert [line.verb for line in lines.order_by("pk")] == ["invite: link", "answer: link"]
    assert "Something" not in str(list(TrailEntry.objects.values()))
