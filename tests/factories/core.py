"""Messages for tests."""

from datetime import UTC, datetime

import factory

from core.models import Notice
from tests.factories.people import UserFactory

AT = datetime(2026, 5, 4, 13, 30, tzinfo=UTC)


class NoticeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Notice

    to = factory.SubFactory(UserFactory)
    key = factory.Sequence(lambda n: f"audit:{n}:returned:")
    kind = "audit.returned"
    subject = factory.Sequence(lambda n: f"An audit has been returned: A-{n}")
    text = "The record and its actions are ready to read."
    path = "/messages/"
    made_at = AT
