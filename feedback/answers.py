"""What somebody may answer to an instrument: raw values in, clean answers or words about each fault out. Plain."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from standards.instruments import CHOICES, NUMBERS, Asked, Instrument

# As long as somebody may write; a short text is one line.
LONGEST = {"short_text": 300, "long_text": 4000}


def cleaned(
    instrument: Instrument, given: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The answers that count, by the field's code, and the faults, by the field's code.

    Nothing has to be answered; an empty answer is left out, and so is one to a question to which the others do not
    lead. `given` holds texts as a form or a file gives them.
    """
    answers: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for one in instrument.fields:
        if one.shown_when is not None and not one.shown_when.holds(answers):
            continue
        raw = given.get(one.code)
        text = raw.strip().replace("\x00", "") if isinstance(raw, str) else raw
        if text in (None, ""):
            continue
        try:
            answers[one.code] = value_of(one, str(text))
        except ValueError as fault:
            faults[one.code] = str(fault)
    return answers, faults


def value_of(field: Asked, text: str) -> Any:
    """One answer as it is kept: a number, a code, a day as year-month-day, or a text. Raises ValueError with words."""
    if field.kind in NUMBERS:
        if not text.isascii() or not text.isdigit() or int(text[:4]) not in field.steps:
            raise ValueError(f"Choose a number from {field.steps[0]} to {field.steps[-1]}.")
        return int(text)
    if field.kind in CHOICES:
        if text not in field.options:
            raise ValueError("Choose one of the answers.")
        return text
    if field.kind == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ValueError("Enter a date such as 2026-05-04.") from None
    if len(text) > LONGEST[field.kind]:
        raise ValueError(f"Write at most {LONGEST[field.kind]} characters.")
    return text
