"""How tables hang together: from each one the ways to a case, to an audit, to a person, by its foreign keys.

The ways are worked out of the tables themselves, so that a table which another room adds is found as well.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

# Nobody is asked what hangs on these: whole councils would come along.
TOPS = frozenset(
    {
        "people.Council",
        "people.OrgUnit",
        "people.Post",
        "people.PostType",
        "contenttypes.ContentType",
    }
)
CLOSED_APPS = frozenset({"standards", "pghistory", "auth"})
DEEPEST = 6

Model = type[models.Model]


def label_of(model: Model) -> str:
    """A table's name: audits.Audit."""
    return model._meta.label


def model_of(label: str) -> Any:
    """The table with this name."""
    return apps.get_model(label)


def tables() -> list[Model]:
    """Every table of the service that holds rows of its own, tables of row history left out."""
    return [
        one
        for one in apps.get_models()
        if one._meta.managed and not one._meta.proxy and tracked(one) is None
    ]


def tracked(model: Model) -> Model | None:
    """The table whose earlier rows this one keeps; None where it is no table of row history."""
    found: Model | None = getattr(model, "pgh_tracked_model", None)
    return found


@cache
def history_of(label: str) -> Model | None:
    """The table of row history of a table; None where it has none."""
    for one in apps.get_models():
        known = tracked(one)
        if known is not None and label_of(known) == label:
            return one
    return None


def histories() -> list[Model]:
    """Every table of row history."""
    return [one for one in apps.get_models() if tracked(one) is not None and one._meta.managed]


def pointers(model: Model) -> Iterator[Any]:
    """A table's own foreign keys."""
    for one in model._meta.local_concrete_fields:
        if one.is_relation:
            yield one


@cache
def ways(label: str, target: str) -> tuple[str, ...]:
    """Every way from a table to another, as Django writes it: audit__case. No table is passed twice."""
    return tuple(
        sorted(_ways(model_of(label), target, frozenset()), key=lambda one: (one.count("__"), one))
    )


def _ways(model: Model, target: str, passed: frozenset[str]) -> Iterator[str]:
    here = label_of(model)
    if here == target or len(passed) > DEEPEST:
        return
    for one in pointers(model):
        to = one.related_model
        name = label_of(to)
        if name == target:
            yield one.name
        elif name not in passed and name != here and goes_on(to):
            for rest in _ways(to, target, passed | {here}):
                yield f"{one.name}__{rest}"


def goes_on(model: Model) -> bool:
    """Whether the ways lead on through a table: not through people, units or frameworks, which everybody shares."""
    name = label_of(model)
    return name not in TOPS and name != "people.User" and model._meta.app_label not in CLOSED_APPS


def people_in(label: str) -> tuple[str, ...]:
    """The columns of a table that point at a member of staff."""
    return tuple(
        one.name
        for one in pointers(model_of(label))
        if label_of(one.related_model) == "people.User"
    )
