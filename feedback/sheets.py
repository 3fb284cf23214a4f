"""The table in which replies to one instrument come in and go out: its columns, and a row as a sheet. Plain."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from core.sheets import Column
from core.tabular import norm, read_date
from feedback import words
from standards.instruments import CHOICES, NUMBERS, Asked, Instrument

CASE, RECEIVED, HOW, OUTCOME = "Case number", "Received", "How", "Outcome"
REASON, RELATION, THEMES = "Reason", "Relation", "Themes"
COMMON = (CASE, RECEIVED, HOW, OUTCOME, REASON, RELATION, THEMES)
# Of whom somebody knows what they said: nobody does of an anonymous instrument, and of others only totals are kept.
KEPT = frozenset({"identified", "confidential"})
# How an answer came, as a table says it.
WAYS = {
    "call": "Telephone",
    "paper": "Paper",
    "link": "Link",
    "in_person": "In person",
    "log": "Other",
    "upload": "File",
}
OUTCOMES = {
    words.ANSWERED: "Answered",
    words.DECLINED: "Declined",
    words.NO_REPLY: "No reply",
    words.UNSAFE: "Unsafe",
    words.NOT_SUITABLE: "Not suitable",
}


def columns_of(instrument: Instrument) -> tuple[Column, ...]:
    """The columns of an instrument's table: what is common to all, then one for each question, named by its code."""
    return (
        Column(
            CASE, "The child's number in your case system, where it is about a case.", longest=40
        ),
        Column(RECEIVED, "The day of the answer.", "date", needed=True, example="2026-05-04"),
        Column(HOW, f"{listed(WAYS.values())}. Empty: File.", longest=20, example="Paper"),
        Column(
            OUTCOME,
            f"{listed(OUTCOMES.values())}. Empty: Answered.",
            longest=20,
            example="Answered",
        ),
        Column(REASON, "Why there is no answer, where there is none.", longest=300),
        Column(RELATION, "Such as mother or teacher. Never a name.", longest=60, example="Mother"),
        Column(THEMES, "Words for what it is about, with commas between them.", longest=300),
        *(
            Column(column_of(one), about(one), longest=4000, example=example(one))
            for one in instrument.fields
        ),
    )


def listed(texts: Iterable[str]) -> str:
    """Words with commas, the last after “or”."""
    *some, last = texts
    return f"{', '.join(some)} or {last}"


def column_of(one: Asked) -> str:
    """The name of a question's column: its code, told apart from a common column of the same name."""
    taken = {norm(name) for name in COMMON}
    return f"{one.code} (answer)" if norm(one.code) in taken else one.code


def about(one: Asked) -> str:
    """What a question's column holds."""
    if one.kind in NUMBERS:
        return f"{one.label} A whole number from {one.steps[0]} to {one.steps[-1]}."
    if one.kind in CHOICES:
        return f"{one.label} {listed(one.options)}." if len(one.options) > 1 else one.label
    return one.label


def example(one: Asked) -> str:
    """What might stand in a question's column."""
    if one.kind in NUMBERS:
        return str(one.steps[-1])
    if one.kind in CHOICES:
        return next(iter(one.options), "")
    return "2026-05-04" if one.kind == "date" else ""


def code_of(text: str, names: Mapping[str, str], empty: str) -> str | None:
    """The code of what a cell says, by its words or its code; None for what is neither."""
    said = text.strip().lower()
    if not said:
        return empty
    return next(
        (code for code, name in names.items() if said in {code, name.lower()}),
        None,
    )


def said(one: Asked, cell: str) -> str:
    """A cell as the form of the question would give it: a choice by its code, a day as year-month-day."""
    if one.kind in CHOICES:
        return code_of(cell, one.options, "") or cell
    if one.kind == "date":
        try:
            return str(read_date(cell) or "")
        except ValueError:
            return cell
    return cell


def line_of(
    instrument: Instrument, common: Mapping[str, Any], answers: Mapping[str, Any]
) -> list[str | int | float | date | None]:
    """One reply as a line of the table; `common` by the names of the common columns."""
    return [
        *(common.get(name, "") for name in COMMON),
        *(answers.get(one.code, "") for one in instrument.fields),
    ]
