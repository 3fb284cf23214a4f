"""The certificate of a draw: a JSON file that, with the pool's file, lets anybody draw the same files again."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from core.sampling import (
    Pool,
    Result,
    Rule,
    commitment,
    draw,
    fingerprint,
    line_up,
    next_in_line,
    read_pool,
    seed_of,
)

FORMAT = 1
WORDS = {
    "format": int,
    "council": str,
    "draw": int,
    "title": str,
    "frozen_at": str,
    "pool": dict,
    "rule": dict,
    "seed": dict,
    "drawn_at": str,
    "result": list,
    "replacements": list,
    "follows": dict,
    "followed_by": dict,
}


@dataclass(frozen=True)
class Share:
    """One person's part of a seed of two."""

    by: str
    words: str
    salt: str
    commitment: str
    at: datetime


@dataclass(frozen=True)
class Substitute:
    """A drawn file that was replaced; `instead` is empty when nobody was left in its stratum."""

    out: str
    instead: str
    stratum: str
    why: str
    at: datetime
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What a certificate certifies. `follows` and `followed_by` are the number of another draw and its reason."""

    council: str
    number: int
    title: str
    frozen_at: datetime
    pool: Pool
    fingerprint: str
    rule: Rule
    seed_kind: str
    seed_source: str
    seed_known_on: date | None
    seed: str
    shares: tuple[Share, ...]
    drawn_at: datetime
    result: Result
    replacements: tuple[Substitute, ...] = ()
    follows: tuple[int, str] | None = None
    followed_by: tuple[int, str] | None = None


def moment(at: datetime) -> str:
    """A moment in universal time."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def another(draw: tuple[int, str] | None) -> dict[str, Any]:
    """The draw before or after this one, and why the files were drawn again."""
    return {"draw": draw[0], "reason": draw[1]} if draw else {}


def certificate(facts: Facts) -> dict[str, Any]:
    """The certificate as plain values."""
    return {
        "format": FORMAT,
        "council": facts.council,
        "draw": facts.number,
        "title": facts.title,
        "frozen_at": moment(facts.frozen_at),
        "pool": {"fingerprint": facts.fingerprint, "files": len(facts.pool.files)},
        "rule": facts.rule.stored,
        "seed": {
            "kind": facts.seed_kind,
            "source": facts.seed_source,
            "known_on": facts.seed_known_on.isoformat() if facts.seed_known_on else "",
            "text": facts.seed,
            "shares": [
                {
                    "by": share.by,
                    "words": share.words,
                    "salt": share.salt,
                    "commitment": share.commitment,
                    "at": moment(share.at),
                }
                for share in facts.shares
            ],
        },
        "drawn_at": moment(facts.drawn_at),
        "result": [
            {"order": one.order, facts.pool.of: one.reference, "stratum": one.stratum}
            for one in facts.result.files
        ],
        "replacements": [
            {
                "out": one.out,
                "in": one.instead,
                "stratum": one.stratum,
                "why": one.why,
                "at": moment(one.at),
                "passed_over": list(one.passed_over),
            }
            for one in facts.replacements
        ],
        "follows": another(facts.follows),
        "followed_by": another(facts.followed_by),
    }


def as_text(facts: Facts) -> str:
    """The certificate as the file that is downloaded."""
    return json.dumps(certificate(facts), indent=2, ensure_ascii=False) + "\n"


def read(text: str) -> dict[str, Any]:
    """A certificate from its file; raises ValueError when the file is none."""
    try:
        found = json.loads(text)
    except ValueError:
        raise ValueError("This is not a certificate: it is not a JSON file.") from None
    if not isinstance(found, dict) or set(found) != set(WORDS):
        raise ValueError("This is not a certificate: its parts are not those of a certificate.")
    wrong = [name for name, kind in WORDS.items() if not isinstance(found[name], kind)]
    if wrong:
        raise ValueError(f"This is not a certificate: “{wrong[0]}” cannot be read.")
    if found["format"] != FORMAT:
        raise ValueError(
            f"This certificate has format {found['format']}; format {FORMAT} is known."
        )
    return found


def verify(about: Mapping[str, Any], pool_text: str) -> list[str]:
    """What does not match when the files are drawn again, in words; empty when everything matches."""
    try:
        pool, rule = read_pool(pool_text), Rule.read(about["rule"])
        problems = pool_problems(about["pool"], pool, pool_text) + seed_problems(about["seed"])
        problems += time_problems(about)
        seed = str(about["seed"]["text"])
        again = draw(pool, rule, seed)
        problems += result_problems(about["result"], again, pool.of)
        lines = {name: line_up(pool, rule, seed, name) for name in pool.strata}
        return problems + replacement_problems(about["replacements"], again, lines)
    except ValueError as fault:
        return [str(fault)]
    except (KeyError, TypeError, AttributeError):
        return ["A part of the certificate is missing or is of another kind than it should be."]


def pool_problems(about: Mapping[str, Any], pool: Pool, text: str) -> list[str]:
    """Whether the file is the pool that was frozen."""
    problems = []
    if fingerprint(text) != about["fingerprint"]:
        problems.append("The pool is not the one that was frozen: its fingerprint is another.")
    if pool.text != text:
        problems.append("The pool's lines are not in their order.")
    if len(pool.files) != about["files"]:
        problems.append(
            f"The pool holds {len(pool.files)} files; the certificate says {about['files']}."
        )
    return problems


def seed_problems(about: Mapping[str, Any]) -> list[str]:
    """Whether the seed is made of what the two people had committed themselves to."""
    if not about["text"]:
        return ["The certificate has no seed."]
    if about["kind"] != "two_people":
        return []
    shares = about["shares"]
    problems = [
        f"The words of {share['by']} are not those of the commitment."
        for share in shares
        if commitment(share["words"], share["salt"]) != share["commitment"]
    ]
    if len(shares) != 2 or seed_of(share["words"] for share in shares) != about["text"]:
        problems.append("The seed is not made of the two people's words.")
    return problems


def time_problems(about: Mapping[str, Any]) -> list[str]:
    """Whether the pool was frozen before anybody could know the seed."""
    frozen, seed = about["frozen_at"], about["seed"]
    if about["drawn_at"] < frozen or any(share["at"] < frozen for share in seed["shares"]):
        return ["The seed was given before the pool was frozen."]
    if seed["kind"] == "public" and seed["known_on"] <= frozen[:10]:
        return ["The published value was known when the pool was frozen."]
    return []


def result_problems(stated: list[Mapping[str, Any]], again: Result, of: str) -> list[str]:
    """Where the stated list differs from the files drawn again."""
    expected = [(one.order, one.reference, one.stratum) for one in again.files]
    found = [(one["order"], one[of], one["stratum"]) for one in stated]
    if found == expected:
        return []
    problems = []
    if len(found) != len(expected):
        problems.append(
            f"The draw gives {len(expected)} files; the certificate lists {len(found)}."
        )
    for n, (one, other) in enumerate(zip(found, expected, strict=False), 1):
        if one != other:
            problems.append(
                f"Line {n} of the result says {of} {one[1]}; the draw gives {of} {other[1]}."
                if one[1] != other[1]
                else f"Line {n} of the result ({of} {one[1]}) has another number or part than the draw gives."
            )
    return problems[:10]


def replacement_problems(
    stated: Iterable[Mapping[str, Any]], again: Result, lines: Mapping[str, list[str]]
) -> list[str]:
    """Whether each replacement is the next of the same stratum in the draw's own order."""
    where = {one.reference: one.stratum for one in again.files}
    standing, problems = set(where), []
    used = set(where)
    for one in stated:
        out, stratum = one["out"], where.get(one["out"], "")
        if out not in standing:
            problems.append(f"Case {out} was not drawn, or was replaced already.")
            continue
        expected, passed = next_in_line(lines[stratum], used, one["passed_over"])
        if (one["in"], one["stratum"], list(one["passed_over"])) != (
            expected,
            stratum,
            list(passed),
        ):
            problems.append(
                f"Case {out} was replaced by {one['in'] or 'none'}; the next in the draw's order is {expected or 'none'}."
            )
        standing.discard(out)
        if one["in"]:
            standing.add(one["in"])
            used.add(one["in"])
            where[one["in"]] = stratum
    return problems
