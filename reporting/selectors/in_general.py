"""Questions of figures that are built once for all scopes alike: for readers of the same kinds of posts, with or without a service.

Building such a question takes Django several milliseconds, and a page of figures asks dozens. What is kept is how a question
reads, never an answer; it is sent with the values of the scope that asks.
"""

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from typing import Any, cast

from django.db import router
from django.db.models import Model, QuerySet

from actions.points import kept_ids
from core.prepared import COUNCIL, DAY, KEY, LOWEST, MOMENT, Text, as_told, ask, text_of
from people.in_general import KEPT, SHAPES, Values, shape_of, somebody, standing
from people.models import Council, OrgUnit
from reporting.selectors.scope import Scope

# What stands for a scope's first and last day, the last one that has come, and for a service.
FIRST, LAST, UNTIL = date(1, 1, 11), date(1, 1, 12), date(1, 1, 13)
SERVICE, SERVICE_PATH = LOWEST - 90, f"/{KEY}/service/"
Rows = list[tuple[Any, ...]]


class General(Scope):
    """A scope that stands for all of its shape. It has no edition: what a council says in one is a value, or part of the name."""

    @property
    def on(self) -> date:
        """What stands for the day of reading."""
        return DAY

    @property
    def until(self) -> date:
        """What stands for the last day that has come."""
        return UNTIL


class Question:
    """A question about a scope: `build` makes it from a scope in general.

    `of_actions`: it asks which actions may be opened, which also goes by who is below the reader and what is kept from them.
    """

    def __init__(
        self, build: Callable[[Scope], "QuerySet[Any, Any]"], *, of_actions: bool = False
    ) -> None:
        self.build, self.of_actions = build, of_actions
        self._built: dict[Hashable, tuple[Text, type[Model]]] = {}

    def rows(self, scope: Scope, more: Mapping[Any, Any] | None = None) -> Rows:
        """The rows for a scope, one query; `more` are values for what else stands in the question."""
        found = self.general(scope)
        if found is None:
            rows = self.build(scope)
            return (
                as_told(rows)
                if not more
                else ask(text_of(rows), more, using=router.db_for_read(rows.model))
            )
        key, values = found
        built = self._built.get(key)
        if built is None:
            if len(self._built) >= SHAPES:
                self._built.clear()
            rows = self.build(in_general(*key))
            built = self._built[key] = text_of(rows), rows.model
        text, model = built
        return ask(text, {**values, **(more or {})}, using=router.db_for_read(model))

    def general(self, scope: Scope) -> tuple[tuple[Any, bool], Values] | None:
        """Which scopes read alike, with the values of this one; None for a reader who has left."""
        kept = ("in general", self.of_actions)
        if kept not in scope.kept:
            scope.kept[kept] = general_of(scope, of_actions=self.of_actions)
        return scope.kept[kept]  # type: ignore[return-value]


def general_of(scope: Scope, *, of_actions: bool) -> tuple[tuple[Any, bool], Values] | None:
    """The shape of a scope and its values; None for a reader who has left."""
    shape = None
    values: Values = {}
    if scope.reader is not None:
        hidden = kept_from(scope) if of_actions else None
        found = shape_of(scope.reader, scope.on, with_below=of_actions, kept=hidden)
        if found is None:
            return None
        shape, values = found
    values |= {
        COUNCIL: scope.council.pk,
        DAY: scope.on,
        MOMENT: scope.at,
        FIRST: scope.first_on,
        LAST: scope.last_on,
        UNTIL: scope.until,
    }
    if scope.service is not None:
        values |= {
            SERVICE: scope.service.pk,
            SERVICE_PATH: scope.service.path,
            f"{SERVICE_PATH}%": f"{scope.service.path}%",
        }
    return (shape, scope.service is not None), values


def in_general(shape: Any, service: bool) -> General:
    """The scope that stands for all of a shape."""
    found = General(
        council=Council(pk=COUNCIL),
        first_on=FIRST,
        last_on=LAST,
        at=MOMENT,
        edition=cast(Any, None),
        reader=somebody(shape) if shape else None,
        service=OrgUnit(pk=SERVICE, path=SERVICE_PATH) if service else None,
    )
    if shape and shape.kept is not None:
        found.kept["kept from the reader",] = standing(KEPT, shape.kept)
    return found


def kept_from(scope: Scope) -> list[int]:
    """The ids of the actions that are kept from the reader of a scope; read once."""
    key = ("kept from the reader",)
    if key not in scope.kept:
        scope.kept[key] = kept_ids(scope.reader) if scope.reader is not None else []
    found: list[int] = scope.kept[key]  # type: ignore[assignment]
    return found
