"""Values of figures inside commentary: {grades.final} stands for the number that the figure gives. Plain."""

import re
from collections.abc import Iterable, Mapping

from reporting.figure import Figure, Value

HOLE = re.compile(r"\{\s*([A-Za-z0-9][A-Za-z0-9_.-]*)\s*\}")


def name_of(code: str, key: str) -> str:
    """What a value is called in commentary: the figure's code, a full stop, its own name."""
    return key if key.startswith(f"{code}.") else f"{code}.{key}"


def values_of(figures: Iterable[Figure]) -> dict[str, Value]:
    """Every value by the name it has in commentary."""
    return {
        name_of(figure.code, key): value
        for figure in figures
        for key, value in figure.values.items()
    }


def unknown(text: str, values: Mapping[str, Value]) -> list[str]:
    """The names in braces that stand for nothing, each once."""
    return list(dict.fromkeys(name for name in HOLE.findall(text) if name not in values))


def filled(text: str, values: Mapping[str, Value], absent: str = "no figure") -> str:
    """The text with each value in its place; one that this report does not have says so."""

    def words(found: re.Match[str]) -> str:
        value = values.get(found.group(1))
        return value.words if value else absent

    return HOLE.sub(words, text)
