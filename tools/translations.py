"""The catalogues of the pages in other languages, from locale/*/LC_MESSAGES/django.po; no gettext is needed."""

import ast
import os
import struct
from pathlib import Path

from tools.paths import ROOT

LOCALE = ROOT / "locale"
MAGIC = 0x950412DE
HEAD = 28


def need_translations(folder: Path = LOCALE) -> None:
    """Write each catalogue that is not newer than what it is made from."""
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        made = source.with_suffix(".mo")
        if not made.exists() or made.stat().st_mtime_ns < source.stat().st_mtime_ns:
            write(made, catalogue(messages(source.read_text(encoding="utf-8"))))


def write(made: Path, content: bytes) -> None:
    """Put a file in place whole, also where two do so at once."""
    part = made.with_suffix(f".{os.getpid()}")
    part.write_bytes(content)
    part.replace(made)


def messages(text: str) -> dict[str, str]:
    """What stands in a .po file, by the English words; without those that are not translated.

    Raises ValueError for a form that we do not use (plurals and contexts).
    """
    found: dict[str, str] = {}
    entry = {"msgid": "", "msgstr": ""}
    now = ""
    for number, line in enumerate([*text.splitlines(), "msgid"], start=1):
        word, _, rest = line.strip().partition(" ")
        if not line.strip() or word.startswith("#"):
            continue
        if word == "msgid":
            if now and entry["msgstr"]:
                found[entry["msgid"]] = entry["msgstr"]
            entry = {"msgid": "", "msgstr": ""}
        if word in entry:
            now = word
        elif not line.strip().startswith('"'):
            raise ValueError(f"line {number}: {word} is not understood")
        else:
            rest = line.strip()
        entry[now] += ast.literal_eval(rest) if rest else ""
    return found


def catalogue(found: dict[str, str]) -> bytes:
    """A catalogue as GNU gettext lays it out: a head, two tables of lengths and places, and the words."""
    pairs = sorted((one.encode(), words.encode()) for one, words in found.items())
    tables: tuple[list[int], list[int]] = ([], [])
    words, at = b"", HEAD + 16 * len(pairs)
    for side, table in enumerate(tables):
        for pair in pairs:
            table += [len(pair[side]), at + len(words)]
            words += pair[side] + b"\0"
    number = len(pairs)
    head = struct.pack("<7I", MAGIC, 0, number, HEAD, HEAD + 8 * number, 0, at)
    return head + struct.pack(f"<{4 * number}I", *tables[0], *tables[1]) + words


if __name__ == "__main__":
    need_translations()
