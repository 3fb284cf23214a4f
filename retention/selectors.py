"""What the pages of data protection show: rules in plain words, runs with their counts, one list."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from people.models import Council, User
from retention.finding import COUNTED
from retention.models import Run
from retention.register import KEPT_IN_WORDS
from standards.models import FrameworkVersion
from standards.policy import RetentionRule
from standards.selectors import edition, in_force
from standards.wording import WORDS

# What is erased and what stays, where a kind's rows are not deleted whole.
STAYS = {
    "audits": "Texts, reasons and dates of visits are erased. Grades, scores, months, teams and themes stay.",
    "cases": "The number becomes a word that means nothing; date of birth becomes a month; language and referral are erased. Gender, ethnicity, disability and plan stay for figures.",
    "concerns": "Texts are erased. Ladder, stages, dates and outcome tags stay.",
    "feedback": "What people wrote and their names are erased. Choices, outcomes and themes stay.",
    "people": "Name, address, staff number and sign-in are erased. Posts and dates stay, under “Former member of staff”.",
}
WHOLE = "Deleted whole."


@dataclass(frozen=True)
class RuleLine:
    """One rule as the page shows it."""

    title: str
    kept: str
    counted_from: str
    end: str


def rule_lines(
    council: Council, on: date
) -> tuple[FrameworkVersion | None, list[RuleLine], list[str]]:
    """The edition in force, its rules in plain words, and the kinds for which it has none."""
    version = in_force(council, on)
    rules = edition(version).policy.retention if version else ()
    named = {one.kind for one in rules}
    missing = [words(kind) for kind in WORDS["retention.kind"] if kind not in named]
    return version, [line(one) for one in rules], missing


def line(rule: RetentionRule) -> RuleLine:
    """One rule in plain words."""
    return RuleLine(
        words(rule.kind),
        rule.length,
        WORDS["retention.from"][rule.since],
        STAYS.get(rule.kind, WHOLE),
    )


def words(kind: str) -> str:
    """What a kind of record is called, as a heading."""
    said = WORDS["retention.kind"].get(kind, KEPT_IN_WORDS.get(kind, kind))
    return said[0].upper() + said[1:]


@dataclass(frozen=True)
class PartLine:
    """One kind of record in a run, as the page shows it."""

    kind: str
    title: str
    rule: str
    found: int
    held: int
    done: int
    listed: bool


def part_lines(run: Run) -> list[PartLine]:
    """The kinds of a run of which anything is due or held back."""
    return [
        PartLine(
            one.kind,
            words(one.kind),
            f"{RetentionRule(one.kind, one.months, one.since).length} from {WORDS['retention.from'][one.since]}",
            one.found,
            one.held,
            one.done,
            one.kind not in COUNTED,
        )
        for one in run.parts.all()
        if one.found or one.held or one.done
    ]


def progress(run: Run) -> int:
    """How much of a run is done, in per cent."""
    parts = list(run.parts.all())
    found = sum(one.found for one in parts)
    return (
        min(100, round(100 * sum(one.done + one.held for one in parts) / found)) if found else 100
    )


def list_lines(run: Run) -> list[list[Any]]:
    """The whole list of a run, for a file."""
    rows = run.items.select_related("part").order_by("part", "due_on", "pk")
    return [
        ["What", "Reference", "Due since"],
        *([words(one.part.kind), one.reference, one.due_on.isoformat()] for one in rows),
    ]


def decides(user: User, run: Run) -> bool:
    """Whether a person may decide on a run now."""
    return run.waiting and user.has_perm("retention.decide_run", run)


def approves(user: User, run: Run) -> bool:
    """Whether a person may have what is listed erased now, as the second of two."""
    return run.waiting and not run.unchecked and user.has_perm("retention.approve_run", run)
