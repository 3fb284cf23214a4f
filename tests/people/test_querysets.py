from datetime import date

import pytest

from people.models import OrgUnit, Post, PostHolding, User
from people.roles import Role
from tests.factories.cast import cast
from tests.factories.people import OrgUnitFactory, PostHoldingFactory, UserFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 10)


@pytest.fixture
def people():
    return cast("eastmere")


@pytest.mark.parametrize(
    ("on", "there"),
    [
        (date(2026, 2, 28), False),
        (date(2026, 3, 1), True),
        (date(2026, 3, 31), True),
        (date(2026, 4, 1), False),
    ],
    ids=["the day before", "the first day", "the last day", "the day after"],
)
def test_current_includes_both_ends(on, there):
    holding = PostHoldingFactory(from_on=date(2026, 3, 1), to_on=date(2026, 3, 31))

    assert PostHolding.objects.current(on).exists() is there
    assert holding.held_on(on) is there


def test_an_open_end_has_no_end():
    PostHoldingFactory(from_on=date(2026, 3, 1))

    assert PostHolding.objects.current(date(2099, 1, 1)).count() == 1


@pytest.mark.parametrize("model", [OrgUnit, Post, User])
def test_everybody_sees_their_own_councils_rows_only(people, model):
    ours = set(model.objects.values_list("pk", flat=True))
    stranger = cast("northshire").officer

    seen = set(model.objects.visible_to(people.worker).values_list("pk", flat=True))

    assert seen == ours
    assert ours.isdisjoint(model.objects.visible_to(stranger).values_list("pk", flat=True))


def test_somebody_of_no_council_sees_nothing(people):
    nobody = UserFactory(council=None)

    assert OrgUnit.objects.visible_to(nobody).count() == 0
    assert list(User.objects.visible_to(nobody)) == [nobody]


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ([], []),
        (["team1"], ["Team 1"]),
        (["service"], ["Family support", "Team 1", "Team 2"]),
        (["team1", "team2"], ["Team 1", "Team 2"]),
    ],
)
def test_within_is_the_unit_and_all_below_it(people, above, expected):
    paths = [getattr(people, name).path for name in above]

    assert [unit.name for unit in OrgUnit.objects.within(paths)] == expected


def test_within_is_not_fooled_by_an_id_that_begins_alike():
    unit = OrgUnitFactory(name="Wanted")
    OrgUnitFactory(pk=int(f"{unit.pk}0"), name="Alike")

    assert [found.name for found in OrgUnit.objects.within([unit.path])] == ["Wanted"]


def test_with_role_finds_any_of_the_roles(people):
    held = PostHolding.objects.with_role(Role.QA_HEAD, Role.QA_OFFICER)

    assert {holding.user for holding in held} == {people.officer, people.qa_head}


def test_holding_a_role_counts_on_the_day_and_once(people):
    PostHoldingFactory(post=people.auditor.holdings.get().post, user=people.manager)

    def managers(on: date) -> list[str]:
        return sorted(user.email for user in User.objects.holding(Role.LINE_MANAGER, on))

    now = [people.auditor.email, people.manager.email]
    assert managers(TODAY) == now
    assert managers(date(2025, 12, 31)) == sorted([*now, people.former.email])


def test_active_leaves_out_those_who_cannot_sign_in(people):
    User.objects.filter(pk=people.former.pk).update(is_active=False)

    assert User.objects.active().count() == len(people.everybody()) - 1
