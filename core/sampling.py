"""Files drawn by chance from a frozen pool, so that anybody can draw them again (B6-5, B6-9, SC-14).

The pool as text (UTF-8, lines end with a line feed), whose SHA-256 is the pool's fingerprint:
    the first line is `case` (or `audit`, where audits are drawn for moderation) and the names of the strata's
    fields, the next ones hold one file each, in the order of their references (by Unicode code point), with its values. A tab stands between two columns;
    within a name or a value, backslash, tab, line feed and carriage return are written as \\\\, \\t, \\n and \\r.
The key is the SHA-256 of four lines without a last line feed: the tag, the fingerprint, the rule, the seed.
A file's place is the HMAC-SHA256, under the key, of `file`, a line feed and its reference: the files stand in
the order of their places, and the first n are drawn. As all orders are equally likely, all sets of n are.
"""

import hashlib
import hmac
import json
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

TAG = "qa-draw/1"
JOIN = " | "  # between the values of a stratum that is made of several
BETWEEN = " + "  # between the words of two people
KINDS = ("case", "audit")  # what a reference may be the reference of
ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))
READ = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}


@dataclass(frozen=True)
class File:
    """One file of a pool: its reference, and its values in the order of the pool's fields."""

    reference: str
    values: tuple[str, ...] = ()

    @property
    def stratum(self) -> str:
        """The stratum the file belongs to; empty where the pool is not divided."""
        return JOIN.join(self.values)


@dataclass(frozen=True)
class Pool:
    """What is drawn from: files by reference, each reference once; `of` says what the references are of."""

    files: tuple[File, ...]
    fields: tuple[str, ...] = ()
    of: str = "case"

    def __post_init__(self) -> None:
        if self.of not in KINDS:
            raise ValueError("A pool holds cases or audits.")
        if any(len(file.values) != len(self.fields) for file in self.files):
            raise ValueError("A file of the pool has another number of values than the pool has.")
        if len({file.reference for file in self.files}) != len(self.files):
            raise ValueError("A file stands twice in the pool.")
        if any(not file.reference for file in self.files):
            raise ValueError("A file of the pool has no reference.")

    @property
    def text(self) -> str:
        """The pool as text; the same pool always gives the same text."""
        rows = sorted((file.reference, *file.values) for file in self.files)
        return "".join(line_of(row) for row in [(self.of, *self.fields), *rows])

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the pool's text, in hexadecimal digits."""
        return fingerprint(self.text)

    @property
    def strata(self) -> dict[str, int]:
        """How many files each stratum holds, by the stratum's name."""
        sizes: dict[str, int] = defaultdict(int)
        for file in self.files:
            sizes[file.stratum] += 1
        return dict(sorted(sizes.items()))


def line_of(columns: Iterable[str]) -> str:
    """One line of the pool's text."""
    return "\t".join(escaped(column) for column in columns) + "\n"


def escaped(text: str) -> str:
    """A value in which nothing can be taken for the end of a column or a line."""
    for char, written in ESCAPES:
        text = text.replace(char, written)
    return text


def plain(text: str) -> str:
    """A value as it was before it was escaped."""
    parts, rest = [], iter(text)
    for char in rest:
        if char != "\\":
            parts.append(char)
        elif (sign := next(rest, "")) in READ:
            parts.append(READ[sign])
        else:
            raise ValueError("A backslash in the pool stands before something unknown.")
    return "".join(parts)


def fingerprint(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_pool(text: str) -> Pool:
    """The pool of a text; raises ValueError with what is wrong with it."""
    if not text.endswith("\n"):
        raise ValueError("The pool does not end with the end of a line.")
    rows = [tuple(map(plain, line.split("\t"))) for line in text[:-1].split("\n")]
    if rows[0][0] not in KINDS:
        raise ValueError("The pool does not begin with the names of its columns.")
    return Pool(tuple(File(row[0], row[1:]) for row in rows[1:]), rows[0][1:], rows[0][0])


# The rule -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """How many files are drawn, and whether from each stratum its part.

    `number` or `percent` of the pool; `quotas` are None for quotas in proportion, else a number for each
    stratum by its name, and then neither `number` nor `percent` stands beside them.
    """

    by: tuple[str, ...] = ()
    number: int | None = None
    percent: int | None = None
    quotas: Mapping[str, int] | None = None

    def __post_init__(self) -> None:
        given = [one for one in (self.number, self.percent, self.quotas) if one is not None]
        if len(given) != 1:
            raise ValueError("Say either how many files, or which share of them, or a number each.")
        if self.quotas is not None and not self.by:
            raise ValueError("A number for each part needs something that the pool is divided by.")
        counts = list(self.quotas.values()) if self.quotas is not None else given
        if not all(whole(one) for one in counts) or not any(counts):
            raise ValueError("At least one file is drawn, and numbers are whole.")
        if self.percent is not None and self.percent > 100:
            raise ValueError("No more than 100 % can be drawn.")
        if len(set(self.by)) != len(self.by):
            raise ValueError("The pool is divided by the same thing twice.")

    @classmethod
    def read(cls, about: Mapping[str, Any]) -> "Rule":
        """The rule as it is stored; raises ValueError when it is none."""
        if set(about) - {"by", "number", "percent", "quotas"}:
            raise ValueError("The rule says something that is not known.")
        quotas = about.get("quotas")
        if quotas is not None and not isinstance(quotas, Mapping):
            raise ValueError("The rule's numbers are not named by stratum.")
        by = about.get("by", [])
        if not isinstance(by, list) or not all(isinstance(name, str) for name in by):
            raise ValueError("The rule does not name what the pool is divided by.")
        return cls(tuple(by), about.get("number"), about.get("percent"), quotas)

    @property
    def stored(self) -> dict[str, Any]:
        """The rule for a certificate and for the database."""
        about: dict[str, Any] = {"by": list(self.by)} if self.by else {}
        if self.quotas is not None:
            return about | {"quotas": dict(sorted(self.quotas.items()))}
        if self.percent is not None:
            return about | {"percent": self.percent}
        return about | {"number": self.number}

    @property
    def text(self) -> str:
        """The rule in one line: JSON with sorted names and without spaces."""
        return json.dumps(self.stored, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def size(self, pool: int) -> int:
        """How many files are drawn from a pool of this many, where there are no fixed quotas."""
        wanted = share(self.percent, pool) if self.percent is not None else self.number or 0
        return min(wanted, pool)


def whole(number: Any) -> bool:
    """Whether something is a whole number that is not below 0."""
    return isinstance(number, int) and not isinstance(number, bool) and number >= 0


def share(percent: int, n: int) -> int:
    """So many per cent of n, rounded up, in whole numbers (B6-4): 15 % of 27 is 5, 7 % of 100 is 7."""
    if not whole(percent) or not whole(n):
        raise ValueError("A share is taken in whole numbers from 0.")
    return -(-percent * n // 100)


# The seed and the key -----------------------------------------------------------------------------


def canonical(words: str) -> str:
    """Words as they count for the seed: composed (NFC), one space between them and none around them."""
    return " ".join(unicodedata.normalize("NFC", words).split())


def seed_of(words: Iterable[str]) -> str:
    """The seed of one published value, or of two people's words in the order in which they were given."""
    return BETWEEN.join(canonical(one) for one in words)


def commitment(words: str, salt: str) -> str:
    """What is shown of somebody's words before both are in: the SHA-256 of a chance salt and the words."""
    return fingerprint(f"{salt}\n{canonical(words)}")


def key_of(pool_fingerprint: str, rule: Rule, seed: str) -> bytes:
    """The key that decides the order of the files; another pool, rule or seed gives another key."""
    return hashlib.sha256("\n".join([TAG, pool_fingerprint, rule.text, seed]).encode()).digest()


def place(key: bytes, reference: str, kind: str = "file") -> bytes:
    """Where a file (or a stratum) stands in the order."""
    return hmac.new(key, f"{kind}\n{reference}".encode(), hashlib.sha256).digest()


# The draw -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Drawn:
    """One drawn file; `order` is 1 for the first."""

    order: int
    reference: str
    stratum: str


@dataclass(frozen=True)
class Result:
    """The drawn files in order, how many each stratum gives, and what the rule could not have."""

    files: tuple[Drawn, ...]
    quotas: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def in_order(pool: Pool, key: bytes) -> list[File]:
    """All files of the pool in the order that the key gives them."""
    return sorted(pool.files, key=lambda file: (place(key, file.reference), file.reference))


def draw(pool: Pool, rule: Rule, seed: str) -> Result:
    """Draw from the pool by the rule. The same pool, rule and seed give the same files at all times (SC-14).

    Raises ValueError when the pool is not divided by what the rule names.
    """
    if pool.fields != rule.by:
        raise ValueError("The pool is not divided by what the rule names.")
    key = key_of(pool.fingerprint, rule, seed)
    quotas, notes = quotas_of(pool, rule, key)
    left = dict(quotas)
    taken = []
    for file in in_order(pool, key):
        if left.get(file.stratum, 0):
            left[file.stratum] -= 1
            taken.append(file)
    files = tuple(Drawn(n, file.reference, file.stratum) for n, file in enumerate(taken, 1))
    return Result(files, MappingProxyType(quotas), tuple(notes))


def quotas_of(pool: Pool, rule: Rule, key: bytes) -> tuple[dict[str, int], list[str]]:
    """How many files each stratum gives, and in words what it could not give."""
    strata = pool.strata
    if rule.quotas is not None:
        return fixed(strata, rule.quotas)
    wanted = rule.size(len(pool.files))
    notes = []
    if rule.number is not None and rule.number > len(pool.files):
        notes = [
            f"The pool holds {len(pool.files)} of the {rule.number} files asked for: all are drawn."
        ]
    return in_proportion(strata, wanted, key), notes


def in_proportion(strata: Mapping[str, int], wanted: int, key: bytes) -> dict[str, int]:
    """Quotas by largest remainder: whole parts first, then one more for the largest remainders.

    Equal remainders are decided by the key, so that no stratum is favoured by its name or its size.
    """
    total = sum(strata.values())
    if not total:
        return {}
    quotas = {name: wanted * size // total for name, size in strata.items()}
    open_places = wanted - sum(quotas.values())
    by_remainder = sorted(
        strata,
        key=lambda name: (-(wanted * strata[name] % total), place(key, name, "stratum"), name),
    )
    for name in by_remainder[:open_places]:
        quotas[name] += 1
    return quotas


def expected(strata: Mapping[str, int], rule: Rule) -> dict[str, tuple[int, int]]:
    """How many files each stratum will give, at least and at most, before the seed is known."""
    if rule.quotas is not None:
        return {name: (n, n) for name, n in fixed(strata, rule.quotas)[0].items()}
    total = sum(strata.values())
    wanted = rule.size(total)
    sure = {name: wanted * size // total for name, size in strata.items()}
    left = wanted - sum(sure.values())
    rest = {name: wanted * size % total for name, size in strata.items()}
    found = {}
    for name, remainder in rest.items():
        larger = sum(one > remainder for one in rest.values())
        alike = sum(one == remainder for one in rest.values())
        lowest = sure[name] + (larger + alike <= left)
        found[name] = (lowest, sure[name] + (larger < left))
    return found


def fixed(strata: Mapping[str, int], asked: Mapping[str, int]) -> tuple[dict[str, int], list[str]]:
    """The numbers asked for; a stratum that holds fewer gives all it has, and that is said."""
    notes = [
        f"{name}: {strata.get(name, 0)} of the {number} files asked for, because the pool holds no more."
        for name, number in sorted(asked.items())
        if number > strata.get(name, 0)
    ]
    return {name: min(asked.get(name, 0), size) for name, size in strata.items()}, notes


def line_up(pool: Pool, rule: Rule, seed: str, stratum: str) -> list[str]:
    """The references of one stratum in the draw's own order: the drawn ones first, then who follows them."""
    key = key_of(pool.fingerprint, rule, seed)
    return [file.reference for file in in_order(pool, key) if file.stratum == stratum]


def next_in_line(
    line: Iterable[str], used: Collection[str], barred: Collection[str]
) -> tuple[str, tuple[str, ...]]:
    """The next file after those used already, and which were passed over because they are barred.

    The file is empty when nobody is left.
    """
    passed: list[str] = []
    for reference in line:
        if reference in used:
            continue
        if reference not in barred:
            return reference, tuple(passed)
        passed.append(reference)
    return "", tuple(passed)
