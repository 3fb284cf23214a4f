"""Somebody in general: what they stand for, and what may not be asked of them."""

from datetime import date

import pytest

from audits.models import Audit
from core.prepared import DAY, LOWEST, Unfilled, ask, text_of
from people.in_general import BELOW, AboutPerson, filling, places, shape_of, somebody
from people.models import Post
from people.selectors import below, managed_paths, roles_of
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db
ON = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("number", "found"), [(0, 0), (1, 1), (2, 2), (3, 4), (4, 4), (5, 8), (249, 256)]
)
def test_places_are_as_many_as_the_next_power_of_two(number, found):
    assert places(number) == found


def test_the_last_thing_fills_the_places_that_are_left():
    assert filling(-10, [7, 5, 6]) == {-10: 5, -11: 6, -12: 7, -13: 7}
    assert filling(-10, []) == {}


def test_those_in_posts_alike_have_one_shape_and_their_own_values():
    people = cast()
    other = cast("barnet")

    (one, mine), (two, theirs) = (shape_of(some.director, ON) for some in (people, other))

    assert one == two
    assert set(mine) == set(theirs)
    assert mine != theirs


def test_a_stand_in_has_the_roles_and_as_many_units_and_people_as_the_person():
    people = cast()
    shape, values = shape_of(people.head, ON, with_below=True)
    found = somebody(shape)

    assert roles_of(found, DAY) == roles_of(people.head, ON)
    assert [values[path] for path in managed_paths(found, DAY)] == managed_paths(people.head, ON)
    assert {values[one] for one in below(found, DAY)} == below(people.head, ON)


def test_nothing_is_decided_from_what_is_not_known_of_a_stand_in():
    found = somebody(shape_of(cast().head, ON)[0])

    for ask_it in (
        lambda: below(found, DAY),
        lambda: roles_of(found, ON),
        lambda: managed_paths(found, ON),
        lambda: found.has_perm("audits.see_lists"),
    ):
        with pytest.raises(LookupError):
            ask_it()


def test_who_has_left_or_belongs_to_no_council_has_no_shape():
    people = cast()
    people.worker.is_active = False
    people.reader.council = None

    assert shape_of(people.worker, ON) is None
    assert shape_of(people.reader, ON) is None
    assert (
        AboutPerson(lambda user: Audit.objects.visible_to(user, DAY)).rows(people.worker, ON) == []
    )


def test_a_question_with_something_left_open_is_not_sent():
    people = cast()
    build = AboutPerson(lambda user: Post.objects.filter(pk=BELOW).values_list("pk"))

    with pytest.raises(Unfilled):
        build.rows(people.head, ON)


def test_no_row_has_the_id_of_a_stand_in():
    assert ask(text_of(Post.objects.filter(pk__lt=LOWEST).values_list("pk")), {}) == []
