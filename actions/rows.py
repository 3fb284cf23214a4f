"""The lines of the tracker: only what is shown of each action, in one query."""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any, TypedDict

from django.utils.text import Truncator

from actions.bands import band
from actions.querysets import ActionQuerySet
from actions.states import TO_DO, ActionState
from actions.words import COLOURS
from core.templatetags.service import day, moment
from standards.workdays import Calendar, is_working

SHOWN = 140
COLUMNS = (
    "pk",
    "what",
    "themes",
    "case__number",
    "owner__name",
    "unit__name",
    "due_on",
    "due_at",
    "state",
    "source",
    "source_label",
    "class_label",
)
LABELS = dict(ActionState.choices)


class Row(TypedDict):
    """One action as the tracker shows it; `late` is its band once it is overdue.

    A template reads a key much more quickly than an attribute.
    """

    pk: str
    title: str
    url: str
    what: str
    themes: str
    case: str
    owner: str
    unit: str
    due: str
    no_working_day: bool
    to_do: bool
    state: str
    colour: str
    late: str
    origin: str
    class_label: str


def rows_of(
    found: ActionQuerySet,
    address: Callable[[int], str],
    today: date,
    calendar: Callable[[], Calendar],
) -> list[Row]:
    """The actions as lines; one query. The calendar is asked for only where a deadline is shown."""
    once = cache(calendar)
    return [row_of(one, address, today, once) for one in found.values_list(*COLUMNS)]


def row_of(
    values: tuple[Any, ...],
    address: Callable[[int], str],
    today: date,
    calendar: Callable[[], Calendar],
) -> Row:
    """One line from the columns of an action."""
    pk, what, themes, case, owner, unit, due_on, due_at, state, source, label, of_class = values
    to_do = state in TO_DO
    open_day = due_on is not None and (to_do or state == ActionState.DRAFT)
    origin = label or source
    return {
        "pk": str(pk),
        "title": f"Action {pk}",
        "url": address(pk),
        "what": shortened(what),
        "themes": ", ".join(themes),
        "case": case or "",
        "owner": owner,
        "unit": unit or "",
        "due": moment(due_at) if due_at else day(due_on),
        "no_working_day": open_day and not is_working(due_on, calendar()),
        "to_do": to_do,
        "state": LABELS[state],
        "colour": COLOURS[state],
        "late": band(due_on, today).label if to_do and due_on < today else "",
        "origin": origin[:1].upper() + origin[1:],
        "class_label": of_class,
    }


def shortened(text: str) -> str:
    """A text of at most so many letters; counting them takes long where there are signs beyond ASCII."""
    return text if len(text) <= SHOWN and text.isascii() else str(Truncator(text).chars(SHOWN))
