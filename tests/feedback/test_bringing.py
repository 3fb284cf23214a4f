"""A reply with an audit, brought into the audit's own form once, over nobody's words."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from audits.models import Answer, Audit
from core.models import TrailEntry
from core.moves import Refused
from feedback.models import Reply
from feedback.services.bringing import (
    ALONE,
    ALREADY,
    CLOSED,
    FULL,
    NO_QUESTION,
    NOTHING,
    RETURNED,
    bring_in,
    wanted_of,
)
from feedback.services.replies import Sheet, Subject, record_reply
from standards.models import Part
from standards.selectors import edition
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 9)


@pytest.fixture(autouse=True)
def _at_noon(settings):
    settings.TEST_CLOCK = NOW


@pytest.fixture
def version():
    return framework("fixtures/frameworks/bexley/1.yaml")


@pytest.fixture
def people(version):
    return cast("bexley")


@pytest.fixture
def audit(people, version):
    return audit_at("in_session", people, version)


def heard(audit, answers, **changes):
    values = {"instrument": "audit_family", "way": "call", "outcome": "answered"}
    sheet = Sheet(**values | {"received_on": DAY, "answers": answers} | changes)
    return record_reply(sheet, Subject.of_audit(audit), by=audit.auditor, at=NOW)


def on_form(audit, instance=1, question="voice_family"):
    """What a place of the question holds, by the part's own code."""
    rows = Answer.objects.filter(
        audit=audit, part__question__code=question, instance=instance
    ).values_list("part__code", "number", "text", "day")
    said = {code.rpartition(".")[2]: (number, text, day) for code, number, text, day in rows}
    return {
        code: next((v for v in values if v not in (None, "")), "") for code, values in said.items()
    }


def write(audit, instance, code="role", **values):
    part = Part.objects.get(question__section__tool=audit.tool, code=f"voice_family.{code}")
    Answer.objects.create(
        audit=audit,
        part=part,
        respondent=part.respondent,
        instance=instance,
        saved_by=audit.auditor,
        saved_at=NOW,
        **values,
    )


def test_a_reply_fills_the_first_empty_place(people, audit):
    write(audit, 1, text="Father")
    reply = heard(audit, {"role": "Mother", "said": "Good", "s1": "0", "s2": "10"})

    place = bring_in(reply, by=people.auditor, at=NOW)

    assert place == 2
    assert on_form(audit, 1) == {"role": "Father"}
    assert on_form(audit, 2) == {
        "outcome": "answered",
        "contact_on": DAY,
        "role": "Mother",
        "said": "Good",
        "s1": 0,
        "s2": 10,
    }
    assert TrailEntry.objects.filter(verb="bring reply in").count() == 1


def test_a_day_that_was_answered_goes_before_the_day_of_the_reply(people, audit):
    reply = heard(audit, {"contact_on": "2026-11-02", "s1": "4"})

    bring_in(reply, by=people.auditor, at=NOW)

    assert on_form(audit)["contact_on"] == date(2026, 11, 2)


def test_why_there_is_no_answer_comes_with_what_came_of_asking(people, audit):
    reply = heard(audit, {}, outcome="no_reply", reason="Called three times")

    bring_in(reply, by=people.auditor, at=NOW)

    assert on_form(audit) == {
        "outcome": "no_reply",
        "reason": "Called three times",
        "contact_on": DAY,
    }


def test_an_outcome_that_the_form_does_not_have_stays_blank(people, audit):
    reply = heard(audit, {}, outcome="not_suitable", reason="Nobody agreed")

    bring_in(reply, by=people.auditor, at=NOW)

    assert on_form(audit) == {"reason": "Nobody agreed", "contact_on": DAY}


def test_a_place_that_was_emptied_again_is_filled(people, audit):
    write(audit, 1, text="", version=3)

    assert bring_in(heard(audit, {"role": "Aunt", "s1": "4"}), by=people.auditor, at=NOW) == 1
    assert on_form(audit)["role"] == "Aunt"


def test_a_second_time_is_refused(people, audit):
    reply = heard(audit, {"s1": "4", "said": "Good"})
    bring_in(reply, by=people.auditor, at=NOW)
    write(audit, 1, text="Mother")

    with pytest.raises(Refused, match=ALREADY):
        bring_in(reply, by=people.auditor, at=NOW)

    assert on_form(audit, 2) == {}


@pytest.mark.parametrize("other", [{"s1": "5"}, {"s1": "4", "s2": "4"}, {"s1": "4", "said": "Bad"}])
def test_another_reply_takes_another_place(people, audit, other):
    bring_in(heard(audit, {"s1": "4"}), by=people.auditor, at=NOW)

    assert bring_in(heard(audit, other), by=people.auditor, at=NOW) == 2


def test_what_is_typed_in_already_is_not_brought_again(people, audit):
    write(audit, 3, code="outcome", text="answered")
    write(audit, 3, code="s1", number=4)

    with pytest.raises(Refused, match=ALREADY):
        bring_in(heard(audit, {"s1": "4"}), by=people.auditor, at=NOW)


def test_no_place_is_left(people, audit):
    for instance in range(1, 5):
        write(audit, instance, text="Somebody")

    with pytest.raises(Refused, match=FULL):
        bring_in(heard(audit, {"s1": "4"}), by=people.auditor, at=NOW)

    assert Answer.objects.filter(audit=audit, part__code="voice_family.s1").count() == 0


def test_a_returned_audit_is_closed(people, version):
    audit = audit_at("returned", people, version)
    before = Answer.objects.filter(audit=audit).count()

    with pytest.raises(Refused, match=RETURNED):
        bring_in(heard(audit, {"s1": "4"}), by=people.auditor, at=NOW)

    assert Answer.objects.filter(audit=audit).count() == before


def test_before_the_form_is_open_nothing_comes_in(people, version):
    audit = audit_at("allocated", people, version)

    with pytest.raises(Refused, match=CLOSED):
        bring_in(heard(audit, {"s1": "4"}), by=people.auditor, at=NOW)


def test_a_form_without_the_question_takes_nothing(people, audit):
    reply = heard(audit, {"s1": "4"})
    reply.instrument = "complaints"

    with pytest.raises(Refused, match=NO_QUESTION):
        bring_in(reply, by=people.auditor, at=NOW)


def test_a_reply_without_an_audit_belongs_on_no_form(people, audit):
    reply = heard(audit, {"s1": "4"})
    reply.audit = None

    with pytest.raises(Refused, match=ALONE):
        bring_in(reply, by=people.auditor, at=NOW)


def test_what_no_part_asks_for_is_refused(people, audit):
    reply = heard(audit, {}, outcome="not_suitable", reason="Nobody agreed")
    reply.reason = ""

    with pytest.raises(Refused, match=NOTHING):
        bring_in(reply, by=people.auditor, at=NOW)


@pytest.mark.parametrize(
    "answers", [{"s1": 11}, {"contact_on": "soon"}, {"role": "x" * 301}, {"s1": 4, "s9": "much"}]
)
def test_what_a_part_cannot_hold_is_refused_and_nothing_comes_in(people, audit, answers):
    reply = heard(audit, {"s1": "4"})
    reply.answers = answers

    with pytest.raises(Refused, match=": "):
        bring_in(reply, by=people.auditor, at=NOW)

    assert on_form(audit) == {}


@pytest.mark.parametrize("who", ["worker", "manager", "officer", "stranger"])
def test_only_the_auditor_brings_it(people, audit, who):
    reply = heard(audit, {"s1": "4"})

    with pytest.raises(PermissionDenied):
        bring_in(reply, by=getattr(people, who), at=NOW)


@pytest.mark.parametrize(
    ("outcome", "answers", "found"),
    [
        ("answered", {"life": "Better"}, {"asked": "answered", "life": "Better"}),
        ("declined", {}, {"asked": "declined", "reason": "Too busy"}),
        ("answered", {"asked": "not_asked"}, {"asked": "not_asked"}),
    ],
)
def test_a_framework_that_names_its_parts_otherwise(outcome, answers, found):
    version = framework("fixtures/frameworks/west-sussex/2.yaml")
    one = edition(version)
    (question,) = {
        question.code: question
        for form in one.tools.values()
        for section in form.sections
        for question in section.questions
        if question.code == "voice_family"
    }.values()
    reply = Reply(outcome=outcome, answers=answers, received_on=DAY)
    reply.reason = "Too busy" if outcome == "declined" else ""

    wanted = wanted_of(reply, question, one.policy)

    said = {code.rpartition(".")[2]: given for code, given in wanted.items()}
    assert said.pop("asked_on").day == DAY
    assert {code: given.text for code, given in said.items()} == found


def post(user, audit, reply):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.post(reverse("bring-reply-in", args=[audit.pk, reply.key]))


def page(user, audit):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.get(reverse("audit-feedback", args=[audit.pk])).content.decode()


def test_the_auditor_brings_it_from_the_page(people, audit):
    reply = heard(audit, {"s1": "4"})

    assert "Bring into the audit form" in page(people.auditor, audit)
    assert "Bring into the audit form" not in page(people.officer, audit)
    answer = post(people.auditor, audit, reply)

    assert (answer.status_code, answer.url) == (302, reverse("audit-feedback", args=[audit.pk]))
    assert on_form(audit)["s1"] == 4
    again = post(people.auditor, audit, reply)
    assert again.status_code == 422
    assert ALREADY in again.content.decode()


def test_the_page_of_a_returned_audit_has_no_button(people, version):
    audit = audit_at("returned", people, version)
    heard(audit, {"s1": "4"})

    assert "Bring into the audit form" not in page(people.auditor, audit)


@pytest.mark.parametrize(
    ("who", "status"), [("officer", 403), ("worker", 404), ("manager", 404), ("stranger", 404)]
)
def test_others_do_not_bring_it(people, audit, who, status):
    reply = heard(audit, {"s1": "4"})

    assert post(getattr(people, who), audit, reply).status_code == status
    assert on_form(audit) == {}


def test_a_reply_that_the_auditor_may_not_read_is_not_there(people, audit):
    reply = heard(audit, {"s1": "4"})
    Reply.objects.update(sees_answers=["moderator"])
    other = audit_at("in_session", people, Audit.objects.get(pk=audit.pk).version)

    assert post(people.auditor, audit, reply).status_code == 404
    Reply.objects.update(sees_answers=["auditor"])
    assert post(people.auditor, other, reply).status_code == 404
