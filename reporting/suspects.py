"""Words and numbers of a text that a person should look at before anybody else reads it. Plain values in and out."""

import re
from collections import Counter
from collections.abc import Iterable

from reporting.everyday import USUAL
from reporting.redaction import SHORTEST, starts, words_of

BRACKETS = re.compile(r"\[[^\]]*\]")
# Four figures or more, with or without a space or a hyphen between them, that are no part of a date.
LONG = re.compile(r"(?<![^\W_])\d(?:[ \u00a0-]?\d){3,}(?![^\W_])")
MONTH = (
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:[a-z]{1,6})?"  # May and September too
)
DATES = re.compile(
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?[ \u00a0]+)?\b{MONTH}[ \u00a0]+\d{{4}}\b|\b\d{{4}}-\d\d-\d\d\b|\b\d\d?/\d\d?/\d{{4}}\b"
)


def suspects(texts: Iterable[str], known: Iterable[str]) -> list[str]:
    """Words that may be names nobody has listed, then numbers of four figures or more; the most frequent first.

    A word with a capital inside a sentence may be one where it is not among those that are known; one that begins a
    sentence, where it never stands in small letters in any of the texts and is no everyday word. Words in capitals
    throughout, as abbreviations are, are left out.
    """
    plain = [BRACKETS.sub("", text) for text in texts]
    usual = {one.key for text in known for one in words_of(text)}
    small = {one.key for text in plain for one in words_of(text) if one.text.islower()}
    names: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    for text in plain:
        for one in words_of(text):
            strange = one.text[0].isupper() and not one.text.isupper() and one.key not in usual
            if not strange or len(one.text) < SHORTEST:
                continue
            if not starts(text, one) or not (one.key in small or one.key in USUAL):
                names[one.text] += 1
        numbers.update(LONG.findall(DATES.sub("", text)))
    return [*most_first(names), *most_first(numbers)]


def most_first(counts: Counter[str]) -> list[str]:
    """What was counted, the most frequent first, then by the alphabet."""
    return sorted(counts, key=lambda one: (-counts[one], one))


def cut(found: list[str], most: int) -> list[str]:
    """As many as are shown; where there are more, the last entry says how many are left out."""
    left = len(found) - most
    return [*found[:most], f"and {left} more that are not listed"] if left > 0 else found
