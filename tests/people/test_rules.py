import pytest

from people.models import User
from people.rules import is_administrator, is_qa, is_qa_head
from tests.factories.cast import cast
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast("eastmere")


def those(people, question) -> set[str]:
    """The members of the cast for whom the answer is yes."""
    return {part for part, user in people.everybody().items() if question(user)}


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        (is_qa, {"officer", "qa_head"}),
        (is_qa_head, {"qa_head"}),
        (is_administrator, {"administrator"}),
    ],
)
def test_a_predicate_follows_the_post(people, predicate, expected):
    assert those(people, predicate) == expected


@pytest.mark.parametrize("permission", ["cases.import_cases", "people.see_people"])
def test_the_qa_team_and_administrators_may(people, permission):
    who = those(people, lambda user: user.has_perm(permission))

    assert who == {"officer", "qa_head", "administrator"}


def test_a_staff_file_is_for_whoever_keeps_the_posts(people):
    who = those(people, lambda user: user.has_perm("people.import_staff"))

    assert who == {"qa_head", "administrator"}


@pytest.mark.parametrize("part", ["officer", "qa_head", "administrator"])
@pytest.mark.parametrize(
    "change",
    [
        lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
        lambda user: user.holdings.update(to_on="2025-12-31"),
        lambda user: user.holdings.all().delete(),
    ],
    ids=["left", "the post has ended", "no post"],
)
def test_the_right_goes_with_the_post(people, part, change):
    user = getattr(people, part)

    change(user)

    assert User.objects.get(pk=user.pk).has_perm("cases.import_cases") is False


def test_nobody_may_do_what_no_rule_names(people):
    assert those(people, lambda user: user.has_perm("people.delete_user")) == set()


def test_nobody_is_a_superuser():
    assert (UserFactory().is_superuser, UserFactory().is_staff) == (False, False)
