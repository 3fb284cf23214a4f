"""Numbers within sentences: which are said, and whether a small one is told. Plain.

When in doubt a number is a count, so that its sentence is left out where many read. What is certainly none is listed here.
"""

import re
from collections.abc import Iterator
from itertools import combinations

from reporting.measures.numerals import percent
from reporting.measures.shares import wilson

MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
)
WORDS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
SPOKEN = {word: number for number, word in enumerate(WORDS, 1)} | {"once": 1, "twice": 2}
SPOKEN |= {"single": 1, "only": 1}
NO_COUNT = re.compile(
    rf"\b(?:\d{{1,2}} )?(?:{MONTHS})\b(?: \d{{2,4}})?|\b\d+ (?:months|quarters|weeks|points) in a row"
    r"|\b95 ?%|\b0 to 10\b"
)
# Lengths of time, thresholds, labels and the words of method: no number of people, files or things done.
_NUMBER = rf"(?:\d+(?:\.\d+)?|{'|'.join(WORDS)})"
_SPAN = (
    r"(?:(?:working |calendar )?days?|weeks?|months?|quarters?|years?|points?|percentage points?)"
)
NEVER_COUNT = re.compile(
    rf"\b{_NUMBER} of the last {_NUMBER} {_SPAN}\b|\b{_NUMBER} {_SPAN}\b|\bQ[1-4]\b|\b(?:19|20)\d\d\b(?:[-/–]\d\d)?"
    rf"|\b(?:Rung|Edition|Version|Figure|Part|Section) \d+(?:\.\d+)?|\b{_NUMBER} standard errors?\b"
    r"|\binterval [+−-]\d+ to [+−-]\d+|\b(?:two of three near|one side|one of its|single concern|single services|final grades only"
    r"|two sources or more)\b",
    re.IGNORECASE,
)
TOKEN = re.compile(
    rf"(?<![A-Za-z])\d[\d,]*(?:\.\d+)?|\b(?:{'|'.join(WORDS)}|once|twice|single|only)\b", re.I
)
# “8 of 12 audits (67%, 39% to 86%)”: a percentage together with what it is of.
SHARE = re.compile(
    r"(\d[\d,]*) of (?:the |their )?(\d[\d,]*)(?: [^\d().;:]{1,60}?)? ?\(([^()]*%)\)"
)
PER_CENT = re.compile(r"\d+(?:\.\d+)?\s?%|\bper cent\b|\bpercent\b", re.I)


def digits(text: str) -> bool:
    """Whether a text holds a number."""
    return bool(TOKEN.search(text))


def said(text: str) -> set[float]:
    """The numbers of a sentence, dates and the like left out."""
    return set(_numbers(NO_COUNT.sub("", text)))


def _numbers(text: str) -> Iterator[float]:
    for token in TOKEN.findall(text):
        word = token.lower()
        yield float(word.replace(",", "")) if word[0].isdigit() else float(SPOKEN[word])


def tells_small(text: str, smallest: int) -> bool:
    """Whether a text by itself tells a count above nought and below the smallest group, or lets it be worked out of two.

    A percentage without the numbers that it comes from cannot be judged, so that it counts as small.
    """
    plain = NO_COUNT.sub("", SHARE.sub(_without_percentage, text))
    if PER_CENT.search(plain):
        return True
    counts = [n for n in _numbers(NEVER_COUNT.sub("", plain)) if n.is_integer()]
    apart = (abs(one - other) for one, other in combinations(counts, 2))
    return any(0 < n < smallest for n in (*counts, *apart))


def _without_percentage(found: re.Match[str]) -> str:
    """A share as its two numbers, where its percentages say no more than these; else as it stands."""
    n, of = (int(found.group(at).replace(",", "")) for at in (1, 2))
    if not of or n > of:
        return found.group(0)
    known = {percent(part) for part in (n / of, *wilson(n, of))}
    same = set(re.findall(r"(?:under |over )?\d+%", found.group(3))) <= known
    return f"{n} of {of}" if same else found.group(0)
