"""Which returned audits are chosen for moderation by a framework's rules (A0-12, B6-4 to B6-8). Plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.sampling import File, Pool, Result, Rule, draw, share
from standards.deadlines import end_of_month, months_after
from standards.policy import Moderation, Selecting

# The ways in which a rule chooses an audit for certain, as the moderation keeps them.
BY_GRADE, EVERY = "grade", "every"


@dataclass(frozen=True)
class Candidate:
    """One returned audit: its id, its reference, its grade; `certain` where it is chosen whatever its grade."""

    id: int
    reference: str
    grade: str


@dataclass(frozen=True)
class Cohort:
    """What a percentage gives for the audits returned in one month.

    `certain` are chosen on top without chance; `result` are drawn from `pool`, each with the same `chance`.
    """

    returned: int
    certain: tuple[Candidate, ...]
    pool: Pool
    terms: Rule | None
    result: Result
    chance: float | None


def rule_of(rule: Moderation, name: str) -> Selecting | None:
    """The framework's selection rule of this name; None where it has none."""
    return next((one for one in rule.selection if one.rule == name), None)


def certain(rule: Moderation, grade: str) -> str:
    """How an audit is chosen for certain as soon as it is returned: by its grade, or because every audit is.

    Empty where that is left to a later draw, list or panel.
    """
    by_grade = rule_of(rule, "grade")
    if by_grade and grade in by_grade.grades:
        return BY_GRADE
    percentage = rule_of(rule, "percentage")
    if rule_of(rule, "every_audit") or (percentage and percentage.percent == 100):
        return EVERY
    return ""


def has_rounds(rule: Moderation) -> bool:
    """Whether a later draw, list or panel may still choose an audit; otherwise only a person can."""
    return any(rule_of(rule, name) for name in ("percentage", "look_back", "panel"))


def pool_of(candidates: Sequence[Candidate]) -> Pool:
    """The audits as a pool: their references."""
    return Pool(tuple(File(one.reference) for one in candidates), of="audit")


def cohort(rule: Moderation, candidates: Sequence[Candidate], seed: str) -> Cohort:
    """The audits of one month that a percentage chooses (B6-4, J-36).

    N is every audit returned in the month; the percentage of it, rounded up in whole numbers, is drawn from
    those that no grade rule takes, which come on top. A draw larger than its pool takes the whole pool.
    Raises ValueError for a framework without a percentage.
    """
    percentage = rule_of(rule, "percentage")
    if percentage is None or percentage.percent is None:
        raise ValueError("This framework does not choose by a percentage.")
    by_grade = rule_of(rule, "grade")
    grades = by_grade.grades if by_grade else ()
    on_top = tuple(one for one in candidates if one.grade in grades)
    pool = pool_of([one for one in candidates if one.grade not in grades])
    wanted = min(share(percentage.percent, len(candidates)), len(pool.files))
    if not wanted:
        return Cohort(len(candidates), on_top, pool, None, Result(()), None)
    terms = Rule(number=wanted)
    drawn = draw(pool, terms, seed)
    return Cohort(len(candidates), on_top, pool, terms, drawn, wanted / len(pool.files))


def month_before(on: date) -> tuple[date, date]:
    """The first and the last day of the calendar month before a day."""
    last = on.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of the calendar month in which a day lies."""
    return day.replace(day=1), end_of_month(day)


def look_back(on: date, months: int) -> tuple[date, date]:
    """The days of a list that looks back so many months, both included (B6-6, T-6): from 15 March for 15 September."""
    return months_after(on, -months), on
