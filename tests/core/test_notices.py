import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from core.models import Notice
from core.notices import Message, tell
from tests.factories.core import AT, NoticeFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

MESSAGE = Message("audit.returned", "An audit has been returned: A-7", "It is ready.", "/audits/7/")


def test_tell_puts_the_message_in_the_inbox_of_each_person():
    first, second = UserFactory.create_batch(2)

    new = tell([(first, "auditor"), (second, "worker")], MESSAGE, key="audit:7", at=AT)

    assert new == 2
    assert set(
        Notice.objects.values_list("to", "roles", "kind", "subject", "text", "path", "made_at")
    ) == {
        (person.pk, role, "audit.returned", MESSAGE.subject, "It is ready.", "/audits/7/", AT)
        for person, role in ((first, "auditor"), (second, "worker"))
    }


@pytest.mark.parametrize(
    ("roles", "named"),
    [
        (["auditor"], "auditor"),
        (["auditor", "line manager"], "auditor, line manager"),
        (["auditor", "line manager", "auditor"], "auditor, line manager"),
    ],
)
def test_somebody_reached_by_several_roles_gets_one_message_that_names_them(roles, named):
    person = UserFactory()

    assert tell([(person, role) for role in roles], MESSAGE, key="audit:7", at=AT) == 1
    assert Notice.objects.get(to=person).roles == named


def test_the_same_key_again_adds_nothing_and_changes_nothing():
    person = UserFactory()
    tell([(person, "auditor")], MESSAGE, key="audit:7", at=AT)

    again = tell([(person, "worker")], MESSAGE, key="audit:7", at=AT + timedelta(days=1))

    assert again == 0
    assert Notice.objects.values_list("roles", "made_at").get() == ("auditor", AT)


def test_the_same_key_reaches_only_those_who_have_not_had_it():
    first, second = UserFactory.create_batch(2)
    tell([(first, "auditor")], MESSAGE, key="audit:7", at=AT)

    assert tell([(first, "auditor"), (second, "worker")], MESSAGE, key="audit:7", at=AT) == 1
    assert Notice.objects.count() == 2


def test_another_key_is_another_message():
    person = UserFactory()
    tell([(person, "auditor")], MESSAGE, key="audit:7:returned:1", at=AT)

    assert tell([(person, "auditor")], MESSAGE, key="audit:7:returned:2", at=AT) == 1


def test_a_message_keeps_its_text_s_edition_and_when_it_was_planned():
    message = Message(
        "action.overdue",
        "Overdue",
        "It is late.",
        template="overdue, 2026/27",
        planned_at=AT - timedelta(days=2),
        restricted=True,
    )

    tell([(UserFactory(), "owner")], message, key="action:7", at=AT)

    fields = ("template", "planned_at", "made_at", "urgent", "restricted")
    assert Notice.objects.values_list(*fields).get() == (
        "overdue, 2026/27",
        AT - timedelta(days=2),
        AT,
        False,
        True,
    )


def test_the_log_holds_the_councils_messages_without_the_restricted_ones():
    shown = NoticeFactory()
    NoticeFactory(to=shown.to, restricted=True)
    NoticeFactory()

    assert list(Notice.objects.log_of(shown.to.council_id)) == [shown]
    assert Notice.objects.visible_to(shown.to).count() == 2


def test_nobody_to_tell_is_harmless():
    assert tell([], MESSAGE, key="audit:7", at=AT) == 0


def test_a_message_is_lost_with_the_transaction_that_fails():
    person = UserFactory()
    with contextlib.suppress(RuntimeError), transaction.atomic():
        tell([(person, "auditor")], MESSAGE, key="audit:7", at=AT)
        raise RuntimeError

    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("fields", "waits"),
    [
        ({}, True),
        ({"failures": 7}, True),
        ({"failures": 8}, False),
        ({"sent_at": datetime(2026, 5, 4, tzinfo=UTC)}, False),
        ({"read_at": datetime(2026, 5, 4, tzinfo=UTC)}, True),
    ],
)
def test_a_message_waits_until_it_is_sent_or_has_failed_eight_times(fields, waits):
    NoticeFactory(**fields)

    assert Notice.objects.unsent().exists() == waits


def test_only_ones_own_messages_are_visible():
    own = NoticeFactory()
    NoticeFactory(to__council=own.to.council)

    assert list(Notice.objects.visible_to(own.to)) == [own]
