"""What differs between two editions, said in words. No Django."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from standards.wording import Names, Place, in_words, is_duration, key_in_words, names_of, simple

# What makes an entry of a list the same entry in both editions.
MARKS = ("code", "number", "title", "label", "grade", "activity", "part", "week", "rule", "from")
TITLES = ("title", "label", "subject")
# Always different, and said elsewhere.
QUIET = frozenset({("framework", "edition"), ("framework", "effective_from"), ("format",)})


@dataclass(frozen=True)
class Change:
    """One difference: where, what it was, what it becomes; empty where there was or will be nothing."""

    where: str
    before: str
    after: str


@dataclass(frozen=True)
class Where:
    """A place in both documents: its shape (each entry of a list is 0), the words that lead there, the names."""

    place: Place
    words: tuple[str, ...]
    names: tuple[Names, Names]

    def into(self, step: str | int, words: str) -> "Where":
        """A step further in."""
        more = (words,) if words else ()
        return Where((*self.place, step), (*self.words, *more), self.names)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Every difference between two documents, in the order of the later one."""
    names = (names_of(before), names_of(after))
    return list(_mappings(before, after, Where((), (), names)))


def _mappings(old: Mapping[str, Any], new: Mapping[str, Any], here: Where) -> Iterator[Change]:
    above = next((step for step in reversed(here.place) if isinstance(step, str)), "")
    for key in [*new, *(key for key in old if key not in new)]:
        there = here.into(key, _heading(key, above, here.names))
        if there.place not in QUIET:
            yield from _values(old.get(key), new.get(key), there)


def _heading(key: str, above: str, names: tuple[Names, Names]) -> str:
    """A key in words; grades by code stand under definitions and cells."""
    if above in {"definitions", "cells"}:
        return names[1].of["grade"].get(key, names[0].of["grade"].get(key, key))
    return key_in_words(key, above)


def _values(old: Any, new: Any, here: Where) -> Iterator[Change]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping) and not is_duration(new):
        yield from _mappings(old, new, here)
    elif _listed(old) and _listed(new):
        yield from _lists(old or [], new or [], here)
    else:
        before, after = (
            _said(value, names, here.place)
            for value, names in zip((old, new), here.names, strict=True)
        )
        yield Change(": ".join(here.words), before, after)


def _listed(value: Any) -> bool:
    return value is None or (isinstance(value, list) and not simple(value))


def _lists(old: list[Any], new: list[Any], here: Where) -> Iterator[Change]:
    before, after = _by_mark(old), _by_mark(new)
    for mark in [*after, *(mark for mark in before if mark not in after)]:
        entry = after.get(mark, before.get(mark))
        there = here.into(0, _title(entry, mark, here))
        yield from _values(before.get(mark), after.get(mark), there)


def _by_mark(entries: list[Any]) -> dict[str, Any]:
    """Entries by what tells them apart; where nothing does, by their place."""
    found: dict[str, Any] = {}
    for place, entry in enumerate(entries):
        mark = _mark(entry) or str(place + 1)
        found[mark if mark not in found else f"{mark} ({place + 1})"] = entry
    return found


def _mark(entry: Any) -> str:
    if not isinstance(entry, Mapping):
        return str(entry)
    inner = entry["section"] if isinstance(entry.get("section"), Mapping) else entry
    mark = next((str(inner[key]) for key in MARKS if key in inner), "")
    if "path" in entry:
        return f"{entry.get('warning', mark)} at {entry['path']}"
    return mark


def _title(entry: Any, mark: str, here: Where) -> str:
    """What an entry is called: its title, or what tells it apart in words."""
    if not isinstance(entry, Mapping):
        return ""
    inner = entry["section"] if isinstance(entry.get("section"), Mapping) else entry
    for key in TITLES:
        if isinstance(inner.get(key), str):
            return str(inner[key])
    key = next((key for key in MARKS if key in inner), "")
    if not key or "path" in entry:
        return mark
    return in_words(inner[key], here.names[1], (*here.place, 0, key))


def _said(value: Any, names: Names, place: Place) -> str:
    """A value as one line; of something larger, what it says in one line each, or how much it holds."""
    if value is None:
        return ""
    if simple(value):
        return in_words(value, names, place)
    if isinstance(value, list):
        return f"{len(value)} entries"
    facts = [
        f"{key_in_words(key)}: {in_words(one, names, (*place, key))}".removeprefix(": ")
        for key, one in value.items()
        if simple(one) and key not in {"code", *TITLES}
    ]
    return "; ".join(facts) or next((str(value[key]) for key in TITLES if key in value), "")
