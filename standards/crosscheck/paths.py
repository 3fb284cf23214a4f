"""Paths as they are written in a file: tools[0].sections[3], or by codes, tools.cca.q9."""

from typing import Any

from standards.crosscheck.references import Document, Place


def leads_somewhere(path: str, document: Document) -> bool:
    """Whether there is something at a written path."""
    return place_of(path, document) is not None


def place_of(path: str, document: Document) -> Place | None:
    """The place that a written path means; None where it leads nowhere."""
    place: Place = ()
    value: Any = document
    for word in path.replace("[", ".[").split("."):
        found = step_into(value, word)
        if found is None:
            return None
        steps, value = found
        place += steps
    return place if value is not None else None


def step_into(value: Any, word: str) -> tuple[Place, Any] | None:
    """What a word of a path means within a value: a key, a place in a list, or the code of something in it."""
    if isinstance(value, dict):
        return ((word,), value[word]) if word in value else within_form(value, word)
    if not isinstance(value, list) or not word:
        return None
    if word.startswith("[") and word[1:-1].isdigit():
        at = int(word[1:-1])
        return ((at,), value[at]) if at < len(value) else None
    return next((((at,), row) for at, row in enumerate(value) if name_of(row) == word), None)


def within_form(form: dict[str, Any], word: str) -> tuple[Place, Any] | None:
    """A section, or else a question, of a form by its code."""
    sections = form.get("sections", [])
    rows: list[tuple[Place, Any]] = [
        (("sections", at), section) for at, section in enumerate(sections)
    ]
    rows += [
        ((*place, "questions", at), question)
        for place, section in list(rows)
        for at, question in enumerate(section["questions"])
    ]
    return next((found for found in rows if name_of(found[1]) == word), None)


def name_of(row: Any) -> str:
    """What a row of a list is called: its code, or that of the section it stands for."""
    if not isinstance(row, dict):
        return ""
    return str(row.get("code") or row.get("section", {}).get("code", ""))


def written(place: Place, document: Document) -> str:
    """A place with the codes of rows for their numbers, where a code leads back to the same row."""
    path = ""
    value: Any = document
    for at, step in enumerate(place):
        value = value[step]
        name = f"{path}.{name_of(value)}" if isinstance(step, int) else f"{path}.{step}"
        named = place_of(name.removeprefix("."), document) == place[: at + 1]
        path = name if named else f"{path}[{step}]"
    return path.removeprefix(".")
