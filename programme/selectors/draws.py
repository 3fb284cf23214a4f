"""Reading a draw: its pool and rule as values, what is drawn after replacements, its certificate's facts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.certificate import Facts, Share, Substitute
from core.sampling import Drawn, File, Pool, Result, Rule, key_of, quotas_of
from people.models import OrgUnit, User
from programme.models import Draw, Replacement
from programme.selectors.pools import STRATA, Filters


def pool_of(draw: Draw) -> Pool:
    """The frozen pool."""
    files = tuple(File(one["case"], tuple(one["values"])) for one in draw.pool["files"])
    return Pool(files, tuple(draw.pool["fields"]))


def stored_pool(pool: Pool, ids: dict[str, int]) -> dict[str, Any]:
    """A pool as a draw keeps it: with the ids of the cases beside their numbers."""
    files = sorted(pool.files, key=lambda file: file.reference)
    return {
        "fields": list(pool.fields),
        "files": [
            {"case": file.reference, "id": ids[file.reference], "values": list(file.values)}
            for file in files
        ],
    }


def ids_of(draw: Draw) -> dict[str, int]:
    """The ids of the pool's cases by their numbers."""
    return {one["case"]: one["id"] for one in draw.pool["files"]}


def numbers_of(draw: Draw) -> dict[int, str]:
    """The numbers of the pool's cases by their ids, as they were when the pool was frozen."""
    return {one["id"]: one["case"] for one in draw.pool["files"]}


def replacements_of(draw: Draw) -> list[Replacement]:
    """The replacements in the order in which they were made; read once for each draw in hand."""
    return list(draw.replacements.select_related("by"))


def drawn_files(draw: Draw, replacements: list[Replacement] | None = None) -> list[dict[str, Any]]:
    """The drawn files as they stand after all replacements, each with its case, id, stratum and order.

    A file that came in takes the order of the one it replaced.
    """
    numbers = numbers_of(draw)
    standing = {one["id"]: dict(one) for one in draw.result}
    for one in replacements_of(draw) if replacements is None else replacements:
        gone = standing.pop(one.out_case_id)
        if one.in_case_id is not None:
            came = {"id": one.in_case_id, "case": numbers[one.in_case_id]}
            standing[one.in_case_id] = gone | came
    return sorted(standing.values(), key=lambda file: file["order"])


def notes_of(draw: Draw) -> list[str]:
    """What the rule asked for and the pool could not give."""
    pool, rule = pool_of(draw), Rule.read(draw.rule)
    return quotas_of(pool, rule, key_of(draw.fingerprint, rule, draw.seed))[1]


def facts_of(draw: Draw) -> Facts:
    """What the certificate of a draw says; ValueError while its seed is not known."""
    if draw.drawn_at is None:
        raise ValueError("The files of this draw have not been drawn.")
    numbers = numbers_of(draw)
    strata = {one["id"]: one["stratum"] for one in draw.result}
    substitutes = []
    for one in replacements_of(draw):
        stratum = strata[one.out_case_id]
        if one.in_case_id is not None:
            strata[one.in_case_id] = stratum
        substitutes.append(
            Substitute(
                out=numbers[one.out_case_id],
                instead=numbers[one.in_case_id] if one.in_case_id else "",
                stratum=stratum,
                why=one.why,
                at=one.at,
                passed_over=tuple(one.passed_over),
            )
        )
    later = draw.followed_by.values_list("number", "reason").first()
    return Facts(
        council=draw.council.code,
        number=draw.number,
        title=draw.title,
        frozen_at=draw.frozen_at,
        pool=pool_of(draw),
        fingerprint=draw.fingerprint,
        rule=Rule.read(draw.rule),
        seed_kind=draw.seed_kind,
        seed_source=draw.seed_source,
        seed_known_on=draw.seed_known_on,
        seed=draw.seed,
        shares=shares_of(draw),
        drawn_at=draw.drawn_at,
        result=Result(
            tuple(Drawn(one["order"], one["case"], one["stratum"]) for one in draw.result)
        ),
        replacements=tuple(substitutes),
        follows=(draw.follows.number, draw.reason) if draw.follows else None,
        followed_by=later,
    )


def shares_of(draw: Draw) -> tuple[Share, ...]:
    """The words of the two people, once both are in."""
    if not draw.seed:
        return ()
    return tuple(
        Share(one.by.name, one.words, one.salt, one.commitment, one.at)
        for one in draw.shares.select_related("by")
    )


# In words -----------------------------------------------------------------------------------------


def rule_words(rule: Rule) -> str:
    """The rule in words: "12 files, in proportion from each service"."""
    by = " and ".join(STRATA.get(name, name).split(" (")[0].lower() for name in rule.by)
    if rule.quotas is not None:
        numbers = ", ".join(f"{name}: {number}" for name, number in sorted(rule.quotas.items()))
        return f"A fixed number of files for each {by}. {numbers}"
    much = f"{rule.percent} % of the pool, rounded up"
    if rule.percent is None:
        much = f"{rule.number} file{'s' if rule.number != 1 else ''}"
    return f"{much}, from each {by} in proportion" if by else f"{much}, from the pool as a whole"


def filter_words(filters: Filters) -> list[str]:
    """What was chosen for the pool, in words; two queries at most."""
    found = []
    if filters.services:
        names = OrgUnit.objects.filter(pk__in=filters.services).order_by("name")
        found.append("Service: " + ", ".join(names.values_list("name", flat=True)))
    if filters.plan_types:
        found.append("Plan type: " + ", ".join(filters.plan_types))
    if filters.workers:
        people = User.objects.filter(pk__in=filters.workers).order_by("name")
        found.append("Worker: " + ", ".join(people.values_list("name", flat=True)))
    if filters.open_since:
        found.append(f"Open since {filters.open_since:%-d %B %Y} or longer")
    if filters.months:
        found.append(f"Not audited within the last {filters.months} months")
    return found


def by_number(name: str) -> list[str | int]:
    """For reading: 5–9 stands before 10–15."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]


@dataclass(frozen=True)
class Sheet:
    """A certificate as it is read: on the page and on paper."""

    facts: Facts
    council: str
    tool: str
    framework: str
    month: date
    audit_on: date | None
    rule: str
    filters: tuple[str, ...]
    strata: Mapping[str, int]
    left_out: tuple[Mapping[str, Any], ...]
    notes: tuple[str, ...]
    seed: str
    why: Mapping[str, str]
    withdrawn: bool


def in_reading_order(strata: Mapping[str, int]) -> dict[str, int]:
    """The parts of a pool as they are read."""
    return {name: strata[name] for name in sorted(strata, key=by_number)}


def sheet_of(draw: Draw) -> Sheet:
    """The certificate of a draw that has been drawn, for people."""
    facts = facts_of(draw)
    return Sheet(
        facts=facts,
        council=draw.council.name,
        tool=draw.tool.title,
        framework=draw.version.label,
        month=draw.month,
        audit_on=draw.audit_on,
        rule=rule_words(facts.rule),
        filters=tuple(filter_words(Filters.read(draw.filters))),
        strata=in_reading_order(facts.pool.strata) if facts.pool.fields else {},
        left_out=tuple(draw.left_out),
        notes=tuple(notes_of(draw)),
        seed=draw.get_seed_kind_display(),
        why=dict(Replacement.Why.choices),
        withdrawn=draw.state == "withdrawn",
    )
