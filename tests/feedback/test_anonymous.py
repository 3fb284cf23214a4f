"""What the database keeps of an anonymous answer, and what somebody who reads all of it could join (D-G2, H-4)."""

import hashlib
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from core.moves import Refused
from feedback.models import AnonymousAnswer, Survey, TakenPart, Ticket
from feedback.services.answering import (
    decline,
    draft_of,
    hand_in,
    keep_draft,
    type_in,
    type_in_refusal,
)
from feedback.services.mixing import mix, mix_all
from feedback.services.surveys import close_survey, give_out, take_links_back, take_part
from feedback.tickets import NoTicket, new_ticket, read_ticket
from tests.factories.audits import NOW, framework
from tests.factories.cast import cast
from tests.factories.feedback import ON, answer, survey_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    framework("fixtures/frameworks/bexley/1.yaml")
    return cast("bexley")


@pytest.fixture
def survey(people):
    return survey_at("open", people.officer)


@pytest.fixture
def staff_survey(people):
    return survey_at("open", people.officer, "health_check")


def columns(model):
    return {field.name: field.get_internal_type() for field in model._meta.concrete_fields}


def physical(model):
    """The rows in the order in which the database keeps them, each with the transaction that wrote it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT key, xmin::text FROM {model._meta.db_table} ORDER BY ctid")  # noqa: S608
        return cursor.fetchall()


def everything():
    """Every value of every table, as text."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608
            for (row,) in cursor.fetchall():
                yield table, row


def test_an_answer_keeps_the_survey_the_day_and_what_was_said():
    assert columns(AnonymousAnswer) == {
        "key": "UUIDField",
        "survey": "ForeignKey",
        "received_on": "DateField",
        "answers": "JSONField",
    }


def test_a_ticket_keeps_a_digest_and_no_person_or_moment():
    assert columns(Ticket) == {
        "key": "UUIDField",
        "survey": "ForeignKey",
        "digest": "CharField",
        "used": "BooleanField",
        "declined": "BooleanField",
        "draft": "JSONField",
    }
    assert columns(TakenPart) == {"key": "UUIDField", "survey": "ForeignKey", "user": "ForeignKey"}


@pytest.mark.parametrize("model", [AnonymousAnswer, Ticket, TakenPart])
def test_no_row_history_stands_behind_it(model):
    events = {
        related.related_model.__name__
        for related in model._meta.related_objects
        if related.related_model.__name__.endswith("Event")
    }
    assert events == set()
    assert not hasattr(model, "pgh_event_models")
    assert f"{model.__name__}Event" not in {one.__name__ for one in apps.get_models()}


def test_links_that_are_given_out_stand_nowhere(people, survey):
    tickets = give_out(survey, 3, by=people.officer, at=NOW)

    survey.refresh_from_db()
    assert (survey.handed_out, len(set(tickets)), Ticket.objects.count()) == (3, 3, 0)
    kept = [row for _, row in everything()]
    for ticket in tickets:
        digest = read_ticket(ticket).digest
        assert not any(ticket in row or digest in row for row in kept)


def test_a_link_says_nothing_of_when_it_was_made(survey):
    first, second = new_ticket(survey.pk), new_ticket(survey.pk)

    assert first.count("~") == second.count("~") == 1
    assert len(first) == len(second)


def test_what_is_kept_of_a_link_cannot_be_joined_to_its_answer(survey):
    ticket = answer(survey, s1=7, comment="Thank you")

    digest = read_ticket(ticket).digest
    row, said = Ticket.objects.get(), AnonymousAnswer.objects.get()
    assert (row.digest, row.used, row.draft) == (digest, True, {})
    assert (said.received_on, said.answers) == (ON, {"s1": 7, "comment": "Thank you"})
    assert row.key != said.key
    assert digest not in str(said.__dict__)
    assert hashlib.sha256(ticket.encode()).hexdigest() != digest


def test_no_table_holds_the_moment_of_an_answer(survey):
    before = set(everything())

    answer(survey, s1=7)

    new = [(table, row) for table, row in everything() if (table, row) not in before]
    assert sorted(table for table, _ in new) == ["feedback_anonymousanswer", "feedback_ticket"]
    assert not any(f"{timezone.now():%H:%M}" in row for _, row in new)


def test_giving_staff_their_link_and_the_answer_leave_nothing_to_join(people, staff_survey):
    before = set(everything())

    ticket = take_part(staff_survey, by=people.worker, on=ON)
    keep_draft(ticket, {"role": "practitioner", "change": "More time"}, on=ON)
    hand_in(ticket, on=ON)

    new = [(table, row) for table, row in everything() if (table, row) not in before]
    assert sorted(table for table, _ in new) == [
        "feedback_anonymousanswer",
        "feedback_takenpart",
        "feedback_ticket",
    ]
    holders = [row for table, row in new if table != "feedback_takenpart"]
    assert not any(f",{people.worker.pk}," in row or people.worker.email in row for row in holders)


@pytest.mark.django_db(transaction=True)
def test_once_mixed_neither_order_nor_transaction_says_who_came_first(people, staff_survey):
    staff = [people.worker, people.second, people.stranger, people.auditor, people.manager]
    for number, person in enumerate(staff):
        ticket = take_part(staff_survey, by=person, on=ON)
        keep_draft(ticket, {"role": "practitioner", "change": str(number)}, on=ON)
        hand_in(ticket, on=ON)
    keys = {row[0] for model in (AnonymousAnswer, Ticket, TakenPart) for row in physical(model)}
    assert len({row[1] for row in physical(AnonymousAnswer)}) == len(staff)

    orders = set()
    for _ in range(12):
        mix(staff_survey.pk)
        said = {row.key: row.answers["change"] for row in AnonymousAnswer.objects.all()}
        orders.add(tuple(said[key] for key, _ in physical(AnonymousAnswer)))

    rows = [row for model in (AnonymousAnswer, Ticket, TakenPart) for row in physical(model)]
    assert len({transaction for _, transaction in rows}) == 1
    assert len(rows) == 3 * len(staff)
    assert keys.isdisjoint(key for key, _ in rows)
    assert all(isinstance(key, UUID) and key.version == 4 for key, _ in rows)
    assert len(orders) > 6


def test_mixing_twice_loses_and_doubles_nothing(survey):
    for number in range(6):
        answer(survey, s1=number)

    assert [mix_all(), mix_all()] == [1, 1]

    assert sorted(row.answers["s1"] for row in AnonymousAnswer.objects.all()) == [0, 1, 2, 3, 4, 5]
    assert Ticket.objects.filter(used=True).count() == 6


def test_a_link_is_for_one_answer(survey):
    ticket = answer(survey, s1=7)

    for again in (
        lambda: hand_in(ticket, on=ON),
        lambda: keep_draft(ticket, {"s1": "3"}, on=ON),
        lambda: decline(ticket, on=ON),
        lambda: draft_of(ticket, on=ON),
    ):
        with pytest.raises(Refused, match="used already"):
            again()
    assert AnonymousAnswer.objects.get().answers == {"s1": 7}


def test_progress_is_kept_until_it_is_handed_in(survey):
    ticket = new_ticket(survey.pk)

    keep_draft(ticket, {"s1": "0"}, on=ON)
    keep_draft(ticket, {"s2": "10", "s1": "0"}, on=ON)

    assert draft_of(ticket, on=ON)[1] == {"s1": 0, "s2": 10}
    assert AnonymousAnswer.objects.count() == 0


def test_declining_keeps_nothing_that_was_written_and_counts(survey):
    ticket = new_ticket(survey.pk)
    keep_draft(ticket, {"comment": "Something"}, on=ON)

    decline(ticket, on=ON)

    row = Ticket.objects.get()
    assert (row.used, row.declined, row.draft, AnonymousAnswer.objects.count()) == (
        True,
        True,
        {},
        0,
    )


def test_handing_in_nothing_is_no_answer_and_leaves_the_link(survey):
    ticket = new_ticket(survey.pk)

    with pytest.raises(Refused, match="at least one question"):
        hand_in(ticket, on=ON)

    assert AnonymousAnswer.objects.count() == 0
    assert keep_draft(ticket, {"s1": "3"}, on=ON) == {}


def test_links_that_are_taken_back_lead_nowhere_and_those_of_staff_stay(people, survey):
    [lost] = give_out(survey, 1, by=people.officer, at=NOW)
    own = new_ticket(survey.pk)

    take_links_back(survey, by=people.officer, at=NOW)
    [fresh] = give_out(survey, 1, by=people.officer, at=NOW)

    with pytest.raises(NoTicket):
        draft_of(lost, on=ON)
    for ticket in (own, fresh):
        assert draft_of(ticket, on=ON)[1] == {}


def test_a_form_typed_in_twice_is_one_answer_and_one_refusal(survey):
    token, other = uuid4(), uuid4()
    for _ in range(2):
        assert type_in(survey, {"s1": "4"}, on=ON, token=token) == {}
        type_in_refusal(survey, on=ON, token=other)

    assert AnonymousAnswer.objects.count() == 1
    assert Ticket.objects.filter(declined=True).count() == 1


def test_closing_leaves_no_single_day(people, survey):
    answer(survey, s1=7)

    close_survey(survey, by=people.officer, at=NOW)

    assert AnonymousAnswer.objects.get().received_on == survey.closes_on


@pytest.mark.parametrize("days", [-1, 14])
def test_outside_its_days_a_survey_takes_nothing(survey, days):
    with pytest.raises(Refused, match="closed"):
        hand_in(new_ticket(survey.pk), on=ON + timedelta(days=days))


@pytest.mark.parametrize("days", [0, 13])
def test_its_first_and_last_day_count(survey, days):
    answer(survey, on=ON + timedelta(days=days), s1=1)

    assert AnonymousAnswer.objects.get().received_on == ON + timedelta(days=days)


@pytest.mark.parametrize("ticket", ["", "x", "WzEsImEiXQ~nothing", "☃", "~" * 400])
def test_what_is_no_ticket_of_ours_opens_nothing(survey, ticket):
    with pytest.raises(NoTicket):
        draft_of(ticket, on=ON)


def test_a_ticket_opens_its_own_survey_only(people, survey, staff_survey):
    found, _ = draft_of(new_ticket(staff_survey.pk), on=ON)

    assert found == staff_survey


def test_closing_ends_drafts_and_mixes(people, survey):
    answer(survey, s1=7)
    keep_draft(left := new_ticket(survey.pk), {"s1": "3"}, on=ON)

    close_survey(survey, by=people.officer, at=NOW)

    assert not Ticket.objects.exists()
    assert AnonymousAnswer.objects.get().answers == {"s1": 7}
    with pytest.raises(Refused, match="closed"):
        hand_in(left, on=ON)


def test_paper_and_telephone_are_typed_in_without_who(people, survey):
    before = set(everything())

    faults = type_in(survey, {"s1": "4", "comment": "Fine"}, on=ON)
    type_in_refusal(survey, on=ON)

    new = sorted(table for table, row in everything() if (table, row) not in before)
    assert faults == {}
    assert new == ["feedback_anonymousanswer", "feedback_ticket"]


def test_what_is_typed_in_wrongly_is_told_and_not_kept(survey):
    assert type_in(survey, {"s1": "11"}, on=ON) == {"s1": "Choose a number from 0 to 10."}
    assert AnonymousAnswer.objects.count() == 0


def test_staff_get_one_link_each(people, staff_survey):
    take_part(staff_survey, by=people.worker, on=ON)

    with pytest.raises(Refused, match="answers once"):
        take_part(staff_survey, by=people.worker, on=ON)
    assert TakenPart.objects.count() == 1


def test_somebody_without_a_post_or_of_another_council_is_not_asked(people, staff_survey):
    for person in (people.former, cast("eastmere").worker):
        with pytest.raises(PermissionDenied):
            take_part(staff_survey, by=person, on=ON)
    assert Survey.objects.get(pk=staff_survey.pk).taken.count() == 0
