"""Taking names out of free text: words for a role in place of each name, a pseudonym in place of a case number.

Whole names go, turned around and with initials too, and so does each part that says who it is by itself, in any case,
with or without accents, hyphens and what possession adds. A name that is also an everyday word goes only where it is
meant as one: with a capital that the beginning of a sentence does not explain. What looks like an e-mail address, a
telephone number, a number of ten figures or a postcode goes whoever it belongs to. Plain values in and out.

Numbers of other files of the council go where they stand as they are stored, and days of birth however they are written.
Nobody can list the names of children and families, which this system does not hold: reporting/suspects.py says which
words a person should look at before anybody else reads the text.
"""

import re
import unicodedata
from calendar import month_abbr, month_name
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise

from reporting.everyday import MONTHS, OF_TIME, WORDS

EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\w/-])(?:\+\d|\(0|0)(?:[ ()./-]{0,2}\d){8,13}(?![\w/-])")
TEN = re.compile(r"(?<![\w/.-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w/-])")
POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b")
MAIL_OUT, NUMBER_OUT, POSTCODE_OUT = "[an e-mail address]", "[a number]", "[a postcode]"
BORN, ELSEWHERE = "[a date of birth]", "[another file]"
# What stands between the parts of a date: 4th of May, 2012; 04/05/12; 2012-05-04.
GAP_OF_DATE = r"(?:\s*[,./\\‐‑–-]\s*|\s+(?:of\s+)?)"
# A stored number is looked for from so many signs on: fewer could be anything.
FEWEST = 4
SEPTEMBER = 9
# A word of letters; what possession adds is no part of it. A hyphen parts words.
WORD = re.compile(r"[^\W\d_]+(?:[’'ʼ](?!s\b)[^\W\d_]+)*", re.IGNORECASE)
GAP = re.compile(r"(?:[ \u00a0\t]|\r?\n){1,2}|\.?[ \u00a0]|,[ \u00a0]?|\.|[-‐‑–]")
APOSTROPHES, HYPHENS = re.compile(r"[’'ʼ]"), re.compile(r"[-‐‑–]")
TITLES = frozenset(
    {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "aunt", "auntie", "uncle"}
)
PARTICLES = frozenset(
    {"de", "del", "der", "da", "di", "la", "le", "van", "von", "bin", "al", "el", "st", "mc", "mac"}
    | {"and", "the", "of", "jr", "sr", *TITLES}
)
SHORTEST = 3  # a part of a name with fewer letters could be any word
# Ends of what stands before a word that begins a sentence or a line.
BEGINS = '.!?:;\n•–—“"‘(>'
TWICE = re.compile(r"(\[[a-z’ ]+\])(?:[\s-]+\1)+")
MARKED = re.compile("\ue000(\\d+)\ue001")

Name = tuple[str, ...]


@dataclass(frozen=True)
class Person:
    """Somebody who must not be named: their name as it is written, and the words that stand in its place."""

    name: str
    words: str


@dataclass(frozen=True)
class Said:
    """One word of a text: where it stands, and as it is compared."""

    start: int
    end: int
    text: str
    key: str


@dataclass(frozen=True)
class Files:
    """The numbers under which a council's files are stored: case numbers and references of audits, in capitals."""

    stored: frozenset[str] = frozenset()

    @cached_property
    def shapes(self) -> list[re.Pattern[str]]:
        """The forms that the numbers have, the longest first: 2026-0147 is four figures, a hyphen and four figures."""
        found = {shape_of(one) for one in self.stored}
        return [re.compile(rf"(?<!\w){one}(?!\w)") for one in longest_first(found)]

    def __call__(self, text: str) -> str:
        """The text without these numbers, where they stand as they are stored."""
        for shape in self.shapes:
            text = shape.sub(self._instead, text)
        return text

    def _instead(self, found: re.Match[str]) -> str:
        return ELSEWHERE if found.group().upper() in self.stored else found.group()


def files(numbers: Iterable[str]) -> Files:
    """The numbers of files that are looked for: those that are long enough and hold a figure."""
    usual = (one.strip() for one in numbers)
    return Files(
        frozenset(
            one.upper()
            for one in usual
            if len(one) >= FEWEST and any(sign.isdecimal() for sign in one)
        )
    )


def shape_of(number: str) -> str:
    """The form of a number, as a pattern: any figure for a figure, any letter for a letter, other signs as they are."""
    return "".join(
        r"\d" if one.isdecimal() else r"[^\W\d_]" if one.isalpha() else re.escape(one)
        for one in number
    )


@dataclass(frozen=True)
class Redaction:
    """What is taken out of texts. `numbers` are case numbers with their pseudonyms; `kept` are phrases that stay.

    `born` are days of birth, `others` the numbers of files besides. Where a name could be that of several people,
    `anybody` stands in its place.
    """

    people: tuple[Person, ...] = ()
    numbers: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    born: frozenset[date] = frozenset()
    others: Files = Files()
    anybody: str = "[a person]"

    def __call__(self, text: str) -> str:
        """The text without names, numbers and addresses. Nothing else in it changes."""
        if not text or not text.strip():
            return text
        text, phrases = self._set_aside(unicodedata.normalize("NFC", text).replace("\ue000", ""))
        text = EMAIL.sub(MAIL_OUT, text)
        if self._born:
            text = self._born.sub(BORN, text)
        if self._numbers:
            text = self._numbers.sub(lambda found: self._by_digits[bare(found.group())], text)
        text = self.others(text)
        text = POSTCODE.sub(POSTCODE_OUT, text)
        text = TEN.sub(NUMBER_OUT, PHONE.sub(NUMBER_OUT, text))
        text = TWICE.sub(r"\1", self._without_names(text))
        return MARKED.sub(lambda found: phrases[int(found.group(1))], text)

    def _set_aside(self, text: str) -> tuple[str, list[str]]:
        """The text with a mark in place of each phrase that stays as it is, and these phrases."""
        phrases: list[str] = []
        if self._kept is None:
            return text, phrases

        def mark(found: re.Match[str]) -> str:
            phrases.append(found.group())
            return f"\ue000{len(phrases) - 1}\ue001"

        return self._kept.sub(mark, text), phrases

    @cached_property
    def _kept(self) -> re.Pattern[str] | None:
        return either(re.escape(one) for one in longest_first(self.kept) if one.strip())

    @cached_property
    def _born(self) -> re.Pattern[str] | None:
        return either(ways_of_day(one) for one in sorted(self.born))

    @cached_property
    def _by_digits(self) -> dict[str, str]:
        return {bare(number): words for number, words in self.numbers.items() if bare(number)}

    @cached_property
    def _numbers(self) -> re.Pattern[str] | None:
        written = (
            r"[ \u00a0./-]?".join(re.escape(sign) for sign in number)
            for number in longest_first(self._by_digits)
        )
        return either(rf"(?<!\w){one}(?!\w)" for one in written)

    @cached_property
    def _names(self) -> dict[str, list[tuple[Name, str]]]:
        """Every way of writing each name, by its first word, the longest first, with what stands in its place."""
        words: dict[Name, str] = {}
        for person in self.people:
            for name in ways(person.name):
                known = words.get(name)
                words[name] = person.words if known in {None, person.words} else self.anybody
        found: dict[str, list[tuple[Name, str]]] = {}
        for name in sorted(words, key=lambda one: (-len(one), one)):
            found.setdefault(name[0], []).append((name, words[name]))
        return found

    def _without_names(self, text: str) -> str:
        said, out, last, at = list(words_of(text)), [], 0, 0
        while at < len(said):
            name, instead = self._found(text, said, at)
            if not name:
                at += 1
                continue
            start = said[at - 1].start if titled(text, said, at) else said[at].start
            out += [text[last : max(last, start)], instead]
            at += len(name)
            last = said[at - 1].end
        return "".join([*out, text[last:]])

    def _found(self, text: str, said: list[Said], at: int) -> tuple[Name, str]:
        """The longest name that begins at a word and is meant there, with what stands in its place."""
        for name, instead in self._names.get(said[at].key, ()):
            here = said[at : at + len(name)]
            same = tuple(one.key for one in here) == name and close(text, here)
            if same and meant(text, said, at, name):
                return name, instead
        return (), ""


def redaction(
    people: Iterable[Person],
    numbers: Mapping[str, str],
    kept: Iterable[str] = (),
    *,
    born: Iterable[date] = (),
    others: Files | None = None,
) -> Redaction:
    """What is to be taken out; people without a name are left aside."""
    return Redaction(
        tuple(one for one in people if one.name.strip()),
        dict(numbers),
        frozenset(kept),
        frozenset(born),
        others or Files(),
    )


def ways_of_day(day: date) -> str:
    """Every way of writing a day with its year, as a pattern: 4th of May 2012, May 4, ’12, 04/05/12, 2012-05-04."""
    number = rf"0?{day.day}(?:st|nd|rd|th)?"
    short = "|Sept" if day.month == SEPTEMBER else ""
    name = rf"(?:{month_name[day.month]}|{month_abbr[day.month]}{short})\.?"
    year, gap = rf"(?:{day:%Y}|[’'‘]?{day:%y})", GAP_OF_DATE
    inside = rf"(?:{gap}?{name}{gap}?|{gap}0?{day.month}{gap})"
    begins = rf"(?:{name}{gap}?|0?{day.month}{gap})"
    orders = (
        f"{number}{inside}{year}",
        f"{begins}{number}{gap}{year}",
        f"{year}{inside}{number}",
        f"{day:%d%m%Y}",
        f"{day:%Y%m%d}",
    )
    return rf"(?<![^\W_])(?:{'|'.join(orders)})(?![^\W_])"


# Ways of writing a name -------------------------------------------------------------------------------


def ways(name: str) -> set[Name]:
    """The ways in which a name is written: whole, turned around, with initials, each part by itself and of several."""
    groups = [
        tuple(folded(one) for one in HYPHENS.split(word) if folded(one)) for word in name.split()
    ]
    groups = [one for one in groups if one and one[0] not in TITLES]
    whole = tuple(word for group in groups for word in group)
    if not whole:
        return set()
    found = {
        whole,
        *((one,) for one in whole if tells(one)),
        *(one for one in groups if len(one) > 1),
    }
    if len(groups) > 1:
        first, rest, last = groups[0], groups[1:], groups[-1]
        family = tuple(word for group in rest for word in group)
        initial = (first[0][0],)
        found |= {family, (*first, *last), (*family, *first), (*last, *first)}
        found |= {(*initial, *family), (*initial, *last), (*family, *initial)}
        found.add(tuple(group[0][0] for group in groups))
    found |= {(f"{word}s",) for word in whole if tells(word) and word not in WORDS | MONTHS}
    return {one for one in found if len(one) > 1 or tells(one[0])}


def tells(word: str) -> bool:
    """Whether a part of a name says by itself who is meant."""
    return len(word) >= SHORTEST and word not in PARTICLES


def folded(word: str) -> str:
    """A word as it is compared: no case, no accents, no apostrophes."""
    plain = unicodedata.normalize("NFD", word.casefold())
    return APOSTROPHES.sub("", "".join(one for one in plain if one.isalpha() or one in "’'ʼ"))


def bare(number: str) -> str:
    """A case number without what people put between its signs, in capitals."""
    return re.sub(r"[\s\u00a0./-]", "", number).upper()


def longest_first(names: Iterable[str]) -> list[str]:
    """In the order in which they are looked for: one that holds another comes before it."""
    return sorted(names, key=lambda one: (-len(one), one))


def either(patterns: Iterable[str]) -> re.Pattern[str] | None:
    """Any of some patterns, whatever the case; None where there are none."""
    whole = "|".join(patterns)
    return re.compile(whole, re.IGNORECASE) if whole else None


# Reading a text -----------------------------------------------------------------------------------------


def words_of(text: str) -> Iterator[Said]:
    """The words of a text, without what already stands in brackets for somebody."""
    for found in WORD.finditer(text):
        yield Said(found.start(), found.end(), found.group(), folded(found.group()))


def close(text: str, here: list[Said]) -> bool:
    """Whether some words stand together as a name's do: a space, a hyphen, a full stop or a comma between them."""
    pairs = pairwise(here)
    return all(GAP.fullmatch(text[one.end : other.start]) for one, other in pairs)


def titled(text: str, said: list[Said], at: int) -> bool:
    """Whether a title such as Mrs stands before a word."""
    if not at or said[at - 1].key not in TITLES:
        return False
    return bool(GAP.fullmatch(text[said[at - 1].end : said[at].start]))


def meant(text: str, said: list[Said], at: int, name: Name) -> bool:
    """Whether the words at a place are meant as this name, and are not everyday words that look like it."""
    here = said[at : at + len(name)]
    if all(len(word) == 1 for word in name):  # initials alone: J.S., in capitals with full stops
        stops = all(text[one.end : one.end + 1] == "." for one in here[:-1])
        return stops and all(one.text.isupper() for one in here)
    if any(word not in WORDS | MONTHS and len(word) > 1 for word in name):
        return True
    if not all(one.text[0].isupper() for one in here):
        return False
    if len(name) > 1 or titled(text, said, at):
        return True
    return not starts(text, here[0]) and not of_time(text, said, at)


def starts(text: str, word: Said) -> bool:
    """Whether a word begins a sentence, a line or what somebody said."""
    before = text[: word.start]
    stripped = before.rstrip(" \u00a0\t")
    return not stripped or stripped[-1] in BEGINS


def of_time(text: str, said: list[Said], at: int) -> bool:
    """Whether a word that may be a month is one: a date or a word of time stands beside it."""
    if said[at].key not in MONTHS:
        return False
    before, after = text[: said[at].start].rstrip(), text[said[at].end :].lstrip()
    return before[-1:].isdigit() or after[:1].isdigit() or bool(at and said[at - 1].key in OF_TIME)
