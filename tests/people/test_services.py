from datetime import UTC, date, datetime

import pytest

from core.models import TrailEntry
from people.models import PostHolding, PostType, User
from people.services import join, leave, save_unit, set_post_types
from tests.factories.people import (
    CouncilFactory,
    OrgUnitFactory,
    PostFactory,
    PostHoldingFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
FIRST = date(2026, 9, 1)


def test_post_types_follow_the_framework_and_none_is_taken_away():
    council = CouncilFactory()
    set_post_types(council, [("SW", "Social worker", ["practitioner"]), ("TM", "Manager", [])])

    changed = [("TM", "Team manager", ["line_manager"]), ("IRO", "Reviewing officer", [])]
    assert [set_post_types(council, changed) for _ in range(2)] == [2, 2]

    assert list(PostType.objects.order_by("code").values_list("code", "title", "roles")) == [
        ("IRO", "Reviewing officer", []),
        ("SW", "Social worker", ["practitioner"]),
        ("TM", "Team manager", ["line_manager"]),
    ]


def test_a_unit_knows_its_path_from_the_top():
    top = OrgUnitFactory(kind="directorate")
    team = OrgUnitFactory(council=top.council, parent=top)
    assert (top.path, team.path) == (f"/{top.pk}/", f"/{top.pk}/{team.pk}/")

    team.parent = None
    save_unit(team)

    team.refresh_from_db()
    assert team.path == f"/{team.pk}/"


def test_joining_twice_is_one_holding_and_lets_somebody_back_in():
    post = PostFactory()
    user = UserFactory(council=post.council, is_active=False)

    first, second = (join(user, post, from_on=FIRST, at=NOW, cause="test") for _ in range(2))

    assert first == second
    assert list(user.holdings.values_list("post", "from_on", "to_on")) == [(post.pk, FIRST, None)]
    assert User.objects.get(pk=user.pk).is_active is True
    assert TrailEntry.objects.filter(verb="join", subject_id=user.pk, cause="test").exists()


@pytest.mark.parametrize(
    ("from_on", "to_on", "expected"),
    [
        (date(2020, 1, 1), None, [date(2026, 11, 9)]),
        (date(2020, 1, 1), date(2026, 12, 31), [date(2026, 11, 9)]),
        (date(2020, 1, 1), date(2026, 11, 9), [date(2026, 11, 9)]),
        (date(2020, 1, 1), date(2025, 12, 31), [date(2025, 12, 31)]),
        (date(2026, 11, 9), None, [date(2026, 11, 9)]),
        (date(2026, 11, 10), None, []),
    ],
    ids=["open", "ends later", "ends that day", "ended before", "began that day", "not begun"],
)
def test_leaving_ends_every_post_on_the_last_day(from_on, to_on, expected):
    user = PostHoldingFactory(from_on=from_on, to_on=to_on).user

    for _ in range(2):
        leave(user, last_day=date(2026, 11, 9), at=NOW, cause="test")

    assert list(PostHolding.objects.values_list("to_on", flat=True)) == expected


@pytest.mark.parametrize(
    ("last_day", "active"),
    [(date(2026, 11, 9), False), (date(2026, 11, 10), True), (date(2026, 12, 31), True)],
    ids=["yesterday", "today", "later"],
)
def test_whoever_leaves_can_sign_in_until_their_last_day(last_day, active):
    user = PostHoldingFactory().user

    leave(user, last_day=last_day, at=NOW, by=user)

    assert User.objects.get(pk=user.pk).is_active is active


def test_leaving_leaves_other_people_alone():
    holding = PostHoldingFactory()
    leave(PostHoldingFactory(post=holding.post).user, last_day=FIRST, at=NOW, cause="test")

    holding.refresh_from_db()
    assert (holding.to_on, holding.user.is_active) == (None, True)
