"""Every figure there is, by its code: one definition serves dashboards, reports, files and the API."""

from collections.abc import Callable
from dataclasses import dataclass

from reporting.figure import Figure
from reporting.selectors.scope import Scope


@dataclass(frozen=True)
class Measure:
    """One figure of the catalogue. `section` is the report's section that it stands in.

    `wide`: it may go to readers outside the council's management, after small numbers are withheld. `permission`: the
    right that a reader of it needs besides reading figures at all.
    """

    code: str
    title: str
    section: str
    build: Callable[[Scope], Figure]
    wide: bool = True
    permission: str = ""


MEASURES: dict[str, Measure] = {}


def register(*measures: Measure) -> None:
    """Put figures into the catalogue; a code stands for one figure only."""
    for one in measures:
        if one.code in MEASURES:
            raise ValueError(f"There are two figures called {one.code}.")
        MEASURES[one.code] = one


def figure(code: str, scope: Scope) -> Figure:
    """One figure as it stands. Raises KeyError for a code that is none."""
    return MEASURES[code].build(scope)
