"""Whether a text seems to name somebody: people of the council, or a number like that of a child's file. Plain."""

import re
from collections.abc import Iterable

WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
# What can be a file's number: at least one digit, and four signs or more.
NUMBER = re.compile(r"\b(?=[\w/-]*\d)[\w][\w/-]{2,}[\w]\b")
SHORTEST = 3


def words_of(text: str) -> list[str]:
    """The words of a text, in their order."""
    return WORD.findall(text)


def names_in(text: str, names: Iterable[str]) -> list[str]:
    """Those of these people whom the text seems to name: by the whole name, or by a surname with a capital."""
    said = words_of(text)
    alone = set(said)
    run = f" {' '.join(said)} ".lower()
    found = []
    for name in names:
        parts = words_of(name)
        if not parts:
            continue
        whole = f" {' '.join(parts)} ".lower() in run
        last = parts[-1]
        if whole or (len(parts) > 1 and len(last) >= SHORTEST and last in alone):
            found.append(name)
    return list(dict.fromkeys(found))


def numbers_in(text: str) -> list[str]:
    """What could be the number of a child's file, each once."""
    return list(dict.fromkeys(NUMBER.findall(text)))
