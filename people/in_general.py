"""Somebody in general: a person by whom a question is built once for all who hold the same kinds of posts.

What a person may open follows from their posts: which there are decides how a question reads, and which units and people
they stand over are values in it. So a question is built for a stand-in with posts of the same kinds, and is sent with the
values of whoever asks. Nothing may be decided from a stand-in but what `Shape` holds; what else is asked of one fails.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from django.db.models import QuerySet

from core.prepared import COUNCIL, DAY, KEY, LOWEST, USER, Prepared
from people.models import User
from people.selectors import Held, below, held_of

# What stands for the path of a unit: the first, the second of those over which somebody holds a post.
PATH = f"/{KEY}/{{}}/"
# What stands for somebody's first post, for the first of the people below them, and for the first of what is kept from
# them; what stands for the next ones follows downwards.
POST, BELOW, KEPT = LOWEST - 1_000, LOWEST - 10_000, LOWEST - 1_000_000


@dataclass(frozen=True)
class Shape:
    """How questions about what a person may open read: their posts, how many are below them, how many things are kept.

    A post is its kind, its roles, and which of their units it is of. Of people and things there are as many places as
    the next power of two; None where a question does not ask for them.
    """

    posts: tuple[tuple[str, frozenset[str], int, bool], ...]
    below: int | None = None
    kept: int | None = None


Values = dict[Any, Any]
# How many shapes of a question are kept: there are about as many as kinds of post.
SHAPES = 200


def places(number: int) -> int:
    """How many places there are for so many things: none, or the next power of two."""
    return 1 << (number - 1).bit_length() if number else 0


def filling(first: int, things: Collection[int]) -> Values:
    """The things for their places; the last one stands in those that are left."""
    found = sorted(things)
    return {first - at: found[min(at, len(found) - 1)] for at in range(places(len(found)))}


def shape_of(
    user: User, on: date, *, with_below: bool = False, kept: Collection[int] | None = None
) -> tuple[Shape, Values] | None:
    """How questions read that are built for a person, and the values for what stands in them.

    None for somebody who may not be there at all: for them nothing is built beforehand.
    """
    if not user.is_authenticated or not user.is_active or user.council_id is None:
        return None
    held = held_of(user, on)
    paths = sorted({one.path for one in held})
    values: Values = {USER: user.pk, COUNCIL: user.council_id, DAY: on}
    values |= {POST - at: one.post_id for at, one in enumerate(held)}
    for at, path in enumerate(paths):
        values |= {PATH.format(at): path, f"{PATH.format(at)}%": f"{path}%"}
    people = below(user, on) if with_below else ()
    values |= filling(BELOW, people) | filling(KEPT, kept or ())
    shape = Shape(
        tuple((one.kind, one.roles, paths.index(one.path), one.leads) for one in held),
        places(len(people)) if with_below else None,
        places(len(kept)) if kept is not None else None,
    )
    return shape, values


def somebody(shape: Shape) -> User:
    """A person who stands for all of this shape, on the day that `DAY` stands for."""
    found = User(pk=USER, council_id=COUNCIL, is_active=True)
    posts = [
        Held(POST - at, kind, roles, PATH.format(path), leads)
        for at, (kind, roles, path, leads) in enumerate(shape.posts)
    ]
    people = None if shape.below is None else {DAY: frozenset(standing(BELOW, shape.below))}
    found.__dict__.update(
        _held_on=OnDay({DAY: posts}),
        _posts_on=OnDay({DAY: [(one.roles, one.path) for one in posts]}),
        _below_on=OnDay(people or {}),
        _line_on=OnDay(),
        has_perm=undecided,
    )
    return found


def standing(first: int, number: int) -> list[int]:
    """What stands for so many people or things."""
    return [first - at for at in range(number)]


def undecided(*_: object) -> NoReturn:
    """Refuses to say what a stand-in may do: that is asked of the person."""
    raise LookupError("Nothing may be decided by what somebody in general may do.")


class OnDay(dict[Any, Any]):
    """What is known of a stand-in on a day. Raises LookupError for what is not, so that nothing is read in its place."""

    def __contains__(self, day: object) -> bool:
        if not super().__contains__(day):
            raise LookupError("This is not known of somebody in general.")
        return True


class AboutPerson:
    """A question about what a person may open: `build` makes it once for all of a shape, from somebody in general on `DAY`.

    `with_below`: it also goes by who is below the person.
    """

    def __init__(
        self, build: "Callable[[User], QuerySet[Any, Any]]", *, with_below: bool = False
    ) -> None:
        self.build, self.with_below = build, with_below
        self._built: dict[Shape, Prepared] = {}

    def rows(
        self, user: User, on: date, more: Mapping[Any, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """The rows for a person on a day, one query; none for somebody who has left. `more` are values for what else stands in it."""
        found = shape_of(user, on, with_below=self.with_below)
        if found is None:
            return []
        shape, values = found
        built = self._built.get(shape)
        if built is None:
            if len(self._built) >= SHAPES:
                self._built.clear()
            built = self._built[shape] = Prepared(lambda: self.build(somebody(shape)))
        return built.rows({**values, **(more or {})})
