"""Finding what stands twice and what refers to nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Place = tuple[str | int, ...]
Found = Iterator[tuple[Place, str]]
Document = Mapping[str, Any]


def twice(rows: Sequence[Mapping[str, Any]], place: Place, key: str) -> Found:
    """Rows whose `key` has stood before."""
    seen: dict[Any, int] = {}
    for step, row in enumerate(rows):
        value = row.get(key)
        if value in (None, ""):
            continue
        if value in seen:
            yield (
                (*place, step, key),
                f"“{value}” is used already by entry [{seen[value]}] of this list. Use another one.",
            )
        seen.setdefault(value, step)


def known(value: str, choices: Iterable[str], place: Place, what: str) -> Found:
    """A fault unless the value is one of the choices."""
    if value not in (listed := list(choices)):
        says = f"It must be one of: {', '.join(listed)}." if listed else "The file has none."
        yield place, f"“{value}” is no {what}. {says}"


def each_known(values: Iterable[str], choices: Iterable[str], place: Place, what: str) -> Found:
    listed = list(choices)
    for step, value in enumerate(values):
        yield from known(value, listed, (*place, step), what)


def codes(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [row["code"] for row in rows]
