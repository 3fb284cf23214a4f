"""The tag beside a deadline that falls on no working day (T-6)."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.template import Context, Template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from standards.models import CalendarDay
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
SATURDAY, BANK_HOLIDAY = date(2026, 11, 14), date(2026, 5, 25)
TUESDAY, CLOSED = date(2026, 11, 10), date(2026, 12, 3)


@pytest.fixture
def user():
    made = UserFactory()
    days = (("closed", CLOSED), ("worked", BANK_HOLIDAY))
    for kind, day in days:
        CalendarDay.objects.create(
            council=made.council, kind=kind, name="Ours", from_on=day, to_on=day
        )
    return made


def asked_by(user):
    made = RequestFactory().get("/")
    made.user = user
    return made


def said(day, **context):
    return "Not a working day" in Template("{% not_working day %}").render(
        Context({"day": day, **context})
    )


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (SATURDAY, True),
        (TUESDAY, False),
        (CLOSED, True),
        (BANK_HOLIDAY, False),  # this council works
        (None, False),
        ("", False),
    ],
)
def test_the_tag_goes_by_the_councils_own_calendar(user, day, expected):
    assert said(day, request=asked_by(user)) is expected


def test_another_councils_calendar_does_not_count(user):
    other = asked_by(UserFactory())

    assert (said(CLOSED, request=other), said(BANK_HOLIDAY, request=other)) == (False, True)


def test_somebody_of_no_council_has_the_bank_holidays_and_paper_says_nothing():
    nobody = asked_by(AnonymousUser())

    assert (said(SATURDAY, request=nobody), said(TUESDAY, request=nobody)) == (True, False)
    assert not said(SATURDAY)


def test_the_calendar_is_read_once_for_each_request_and_only_when_it_is_needed(user):
    request = asked_by(user)

    with CaptureQueriesContext(connection) as none:
        said(None, request=request)
    with CaptureQueriesContext(connection) as once:
        for day in (SATURDAY, TUESDAY, CLOSED):
            said(day, request=request)

    assert (len(none), len(once)) == (0, 1)
