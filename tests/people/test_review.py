"""The quarterly review of access: who decides, about whom, once; and the reminders."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from core import clock
from core.models import Notice, TrailEntry
from core.moves import Refused
from people.models import AccessReview, User
from people.posts import confirm_all, remind_of_review, review
from people.selectors import quarter_of, to_review
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db
TODAY = clock.today()
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 10, tzinfo=UTC)
CONFIRMED, ENDED = AccessReview.Decision.CONFIRMED, AccessReview.Decision.ENDED


@pytest.fixture
def people():
    return cast("eastmere")


def held(person):
    return person.holdings.get()


@pytest.mark.parametrize(
    ("on", "first"),
    [
        (date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 3, 31), date(2026, 1, 1)),
        (date(2026, 4, 1), date(2026, 4, 1)),
        (date(2026, 12, 31), date(2026, 10, 1)),
    ],
)
def test_quarters_are_the_calendars(on, first):
    assert quarter_of(on) == first


def test_everybody_who_holds_a_post_is_to_be_looked_at(people):
    cast("northshire")

    rows = to_review(people.council.pk, TODAY)

    there = {one.holding.user_id for one in rows}
    assert there == {one.pk for one in people.everybody().values()} - {people.former.pk}
    assert {one.decision for one in rows} == {None}


def test_confirming_is_kept_with_who_and_when_and_asked_once(people):
    made = review(held(people.worker), CONFIRMED, by=people.qa_head, at=NOW)
    again = review(held(people.worker), CONFIRMED, by=people.administrator, at=NOW)

    assert (made, made.by, made.quarter_on) == (again, people.qa_head, quarter_of(TODAY))
    rows = to_review(people.council.pk, TODAY)
    assert rows[-1].decision == made
    assert sum(one.decision is not None for one in rows) == 1
    line = TrailEntry.objects.get(verb="review access")
    assert (line.by_id, line.subject_id) == (people.qa_head.pk, people.worker.pk)
    with pytest.raises(Refused, match="already"):
        review(held(people.worker), ENDED, by=people.administrator, at=NOW)


def test_ending_takes_the_rights_at_once(people):
    review(held(people.manager), ENDED, by=people.qa_head, at=NOW)

    user = User.objects.get(pk=people.manager.pk)
    assert (held(user).to_on, user.is_active) == (TODAY - timedelta(days=1), False)
    with pytest.raises(Refused, match="do not hold"):
        review(held(user), CONFIRMED, by=people.qa_head, at=NOW)


@pytest.mark.parametrize("who", ["qa_head", "administrator"])
def test_nobody_decides_about_themselves(people, who):
    user = getattr(people, who)

    for decision in (CONFIRMED, ENDED):
        with pytest.raises(PermissionDenied):
            review(held(user), decision, by=user, at=NOW)
    assert not AccessReview.objects.exists()


@pytest.mark.parametrize("who", ["officer", "manager", "director", "worker", "reader", "former"])
def test_others_do_not_review(people, who):
    with pytest.raises(PermissionDenied):
        review(held(people.second), CONFIRMED, by=getattr(people, who), at=NOW)


def test_another_councils_posts_are_nobodys_here(people):
    other = cast("northshire")

    with pytest.raises(PermissionDenied):
        review(held(other.worker), CONFIRMED, by=people.qa_head, at=NOW)


def test_many_are_confirmed_together_or_none(people):
    rows = [held(people.worker), held(people.qa_head), held(people.second)]
    with pytest.raises(PermissionDenied), transaction.atomic():
        confirm_all(rows, by=people.qa_head, at=NOW)
    assert not AccessReview.objects.exists()

    assert confirm_all(rows, by=people.administrator, at=NOW) == 3


def test_the_database_refuses_ones_own_decision(people):
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessReview.objects.create(
            council=people.council,
            quarter_on=quarter_of(TODAY),
            person=people.qa_head,
            post=held(people.qa_head).post,
            from_on=TODAY,
            decision=CONFIRMED,
            by=people.qa_head,
            at=NOW,
        )


def test_reminders_come_twice_a_quarter_while_something_waits(people):
    def on(month, day):
        return datetime(2026, month, day, 7, tzinfo=UTC)

    told = [
        remind_of_review(at=on(*one)) for one in ((10, 14), (10, 15), (11, 20), (12, 1), (12, 2))
    ]

    assert told == [0, 2, 0, 2, 0]
    assert {one.to_id for one in Notice.objects.filter(kind="people.review")} == {
        people.qa_head.pk,
        people.administrator.pk,
    }


def test_no_reminder_once_everything_is_decided(people):
    for one in to_review(people.council.pk, TODAY):
        by = people.qa_head if one.holding.user_id != people.qa_head.pk else people.administrator
        review(one.holding, CONFIRMED, by=by, at=NOW)
    late = datetime(TODAY.year, quarter_of(TODAY).month + 2, 28, 7, tzinfo=UTC)

    assert remind_of_review(at=late) == 0
