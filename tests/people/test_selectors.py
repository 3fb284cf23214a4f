from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from people import selectors
from people.models import User
from people.roles import Role
from tests.factories.cast import cast
from tests.factories.people import PostHoldingFactory, UserFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 10)


@pytest.fixture
def people():
    return cast("eastmere")


def again(user: User) -> User:
    """The person as a new request reads them."""
    return User.objects.get(pk=user.pk)


def parts(people, found: list[tuple[User, str]]) -> list[tuple[str, str]]:
    """Who was found, by their part in the cast."""
    names = {user.pk: part for part, user in people.everybody().items()}
    return [(names[user.pk], words) for user, words in found]


@pytest.mark.parametrize(
    ("on", "there"),
    [
        (date(2019, 12, 31), False),
        (date(2020, 1, 1), True),
        (date(2025, 12, 31), True),
        (date(2026, 1, 1), False),
    ],
    ids=["the day before", "the first day", "the last day", "the day after"],
)
def test_a_post_counts_from_its_first_day_to_its_last(people, on, there):
    former = people.former

    assert selectors.holds(former, Role.AUDITOR, on=on) is there
    assert bool(selectors.line(people.council.pk, on).seats_of(former.pk)) is there
    assert (selectors.managed_paths(former, on) == [people.team1.path]) is there


def test_the_line_knows_every_post_even_a_vacant_one(people):
    tree = selectors.line(people.council.pk, TODAY)
    post = people.former.holdings.get().post

    assert tree.seats[post.pk].holders == ()
    assert tree.first_above(people.worker.pk, Role.HEAD_OF_SERVICE) == (people.head.pk,)


def test_a_deputy_stands_behind_the_holder_even_when_entered_first(people):
    post = people.manager.holdings.get().post
    people.manager.holdings.all().delete()
    deputy = PostHoldingFactory(post=post, cover=True).user
    PostHoldingFactory(post=post, user=people.manager)

    tree = selectors.line(people.council.pk, TODAY)

    assert tree.seats[post.pk].holders == (people.manager.pk, deputy.pk)


def test_somebody_who_cannot_sign_in_is_in_no_line(people):
    User.objects.filter(pk=people.manager.pk).update(is_active=False)

    tree = selectors.line(people.council.pk, TODAY)

    assert tree.seats_of(people.manager.pk) == []
    assert tree.first_above(people.worker.pk, Role.LINE_MANAGER) == ()


def test_another_council_is_in_no_line(people):
    other = cast("northshire")

    tree = selectors.line(people.council.pk, TODAY)

    assert tree.seats_of(other.worker.pk) == []
    assert len(tree.seats) == people.council.posts.count()


def test_roles_of_somebody_who_left_or_is_not_signed_in_are_none(people):
    left = UserFactory.build(pk=people.officer.pk, council=people.council, is_active=False)

    assert selectors.roles_of(people.officer, TODAY) == {Role.QA_OFFICER}
    assert selectors.roles_of(left, TODAY) == frozenset()
    assert selectors.roles_of(AnonymousUser(), TODAY) == frozenset()
    assert selectors.managed_paths(left, TODAY) == []


def test_roles_of_two_posts_are_added_up(people):
    PostHoldingFactory(post=people.officer.holdings.get().post, user=people.worker)

    assert selectors.roles_of(again(people.worker), TODAY) == {Role.PRACTITIONER, Role.QA_OFFICER}


def test_a_post_in_another_council_gives_no_role(people):
    other = cast("northshire")
    PostHoldingFactory(post=other.officer.holdings.get().post, user=people.worker)

    assert selectors.roles_of(again(people.worker), TODAY) == {Role.PRACTITIONER}


@pytest.mark.parametrize(
    ("who", "units"),
    [
        ("auditor", ["team1"]),
        ("manager", ["team2"]),
        ("service_manager", ["service"]),
        ("head", ["service"]),
        ("worker", []),
        ("officer", []),
        ("administrator", []),
        ("former", []),
    ],
)
def test_managed_paths_are_those_of_the_managing_posts(people, who, units):
    expected = [getattr(people, unit).path for unit in units]

    assert selectors.managed_paths(getattr(people, who), TODAY) == expected


def test_posts_are_asked_for_once_for_each_person_and_day(people, django_assert_num_queries):
    with django_assert_num_queries(1):
        for _ in range(3):
            selectors.holds(people.manager, Role.LINE_MANAGER, on=TODAY)
            selectors.managed_paths(people.manager, TODAY)


def test_the_line_takes_two_queries_whatever_its_size(people, django_assert_num_queries):
    for post in people.council.posts.all():
        PostHoldingFactory(post=post)

    with django_assert_num_queries(2):
        selectors.line(people.council.pk, TODAY)


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ("worker", [("worker", "worker")]),
        ("second_worker", []),
        ("stranger", []),
        ("worker.line_manager", [("manager", "worker’s line manager")]),
        ("worker.next_level", [("service_manager", "worker’s service manager")]),
        ("worker.head_of_service", [("head", "worker’s head of service")]),
        ("worker.senior_leader", [("deputy_director", "worker’s senior leader")]),
        ("auditor.line_manager", []),
        ("second_worker.line_manager", []),
        ("council.qa_officer", [("officer", "QA officer")]),
        ("council.qa_head", [("qa_head", "QA head")]),
        (
            "council.senior_leader",
            [("director", "senior leader"), ("deputy_director", "senior leader")],
        ),
        ("council.panel_member", []),
    ],
)
def test_the_people_behind_a_recipients_name(people, recipient, expected):
    involved = {"auditor": people.auditor, "worker": people.worker, "second_worker": None}

    found = selectors.resolve(recipient, people=involved, council=people.council, on=TODAY)

    assert parts(people, found) == expected


def test_a_vacant_post_gives_whoever_is_next_up_with_the_role(people):
    people.deputy_director.holdings.update(to_on="2026-11-09")

    found = {
        on: parts(
            people,
            selectors.resolve(
                "worker.senior_leader",
                people={"worker": people.worker},
                council=people.council,
                on=on,
            ),
        )
        for on in (date(2026, 11, 9), TODAY)
    }

    assert found == {
        date(2026, 11, 9): [("deputy_director", "worker’s senior leader")],
        TODAY: [("director", "worker’s senior leader")],
    }


def test_somebody_who_left_is_told_nothing(people):
    User.objects.filter(pk=people.worker.pk).update(is_active=False)

    found = selectors.resolve(
        "worker", people={"worker": people.worker}, council=people.council, on=TODAY
    )

    assert found == []


@pytest.mark.parametrize(
    ("recipients", "queries"),
    [
        ([], 0),
        (["worker"], 1),
        (["worker.line_manager"], 3),
        (["worker", "auditor", "worker.line_manager", "worker.next_level", "council.qa_head"], 3),
    ],
)
def test_recipients_take_the_same_queries_however_many(
    people, django_assert_num_queries, recipients, queries
):
    involved = {"auditor": people.auditor, "worker": people.worker}

    with django_assert_num_queries(queries):
        selectors.resolve_all(recipients, people=involved, council=people.council, on=TODAY)


def test_unit_choices_are_the_councils_teams_by_name(people):
    cast("northshire")

    assert selectors.unit_choices(people.council) == [people.team1, people.team2]


def test_the_line_of_a_person_is_read_once_for_a_request(people, django_assert_num_queries):
    asker = again(people.manager)

    with django_assert_num_queries(2):
        tree = selectors.line_of(asker, TODAY)
        assert selectors.line_of(asker, TODAY) is tree

    assert tree == selectors.line(people.council.pk, TODAY)
    assert selectors.line_of(AnonymousUser(), TODAY).seats == {}
