"""Matching drawn files to auditors: as many as the rules allow, as evenly as they allow, with reasons for the rest.

The rules are edges between files and auditors; what is left is a flow from files over auditors
whose costs rise with each file more, which HiGHS solves. Such a flow has an answer in whole numbers.
Costs are ranked: a file without an auditor costs more than going over a number, that more than any
unevenness in the period, and that more than what somebody was given earlier in the year.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from programme.allocation import TEAM_RULES, Auditor, File, objections
from standards.policy import Allocation

EARLIER = 99  # audits earlier in the year beyond this make no difference
STEP = EARLIER + 1
ALREADY = "The auditor is auditing this child's file already."


class NoPlan(Exception):
    """The solver gave no answer; the message says why."""


@dataclass(frozen=True)
class Person:
    """Somebody who audits. `auditor.allotted` counts in the period; `earlier` counts the year before it.

    `last_worker_ids`: whose practice their last audit looked at.
    """

    auditor: Auditor
    earlier: int = 0
    away: bool = False
    last_worker_ids: frozenset[int] = frozenset()

    @property
    def id(self) -> int:
        return self.auditor.user_id


@dataclass(frozen=True)
class Demand:
    """A drawn file that needs an auditor; `auditing_ids` are those who audit it already."""

    case_id: int
    service: str
    worker_id: int
    file: File
    auditing_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Gap:
    """Files of one service that get no auditor for the same reason, what would mend it, and the words for one file."""

    service: str
    case_ids: tuple[int, ...]
    words: str
    mend: str
    why: str


@dataclass(frozen=True)
class Match:
    """Which auditor each file gets, how many each auditor then has in the period, and what could not be met."""

    given: dict[int, int]
    loads: dict[int, int]
    gaps: tuple[Gap, ...]


# Who may -------------------------------------------------------------------------------------------


def away_for_most(first: date, last: date, spans: Iterable[tuple[date, date]]) -> bool:
    """Whether somebody is away on more than half of the days from first to last, both included."""
    days = max((last - first).days + 1, 0)
    gone = {
        first + timedelta(days=n)
        for n in range(days)
        if any(start <= first + timedelta(days=n) <= end for start, end in spans)
    }
    return 2 * len(gone) > days


def against(rule: Allocation, person: Person, demand: Demand) -> list[str]:
    """What forbids this person this file, in the words of allocating by hand."""
    found = objections(rule, person.auditor, demand.file)
    if person.id in demand.auditing_ids:
        found.append(ALREADY)
    return found


def cautions(person: Person, demand: Demand) -> list[str]:
    """What a plan avoids, and the QA team may accept knowingly: leave, and the same worker twice in a row."""
    found = []
    if person.away:
        found.append("The auditor is away for most of the time.")
    if demand.worker_id in person.last_worker_ids:
        found.append("The auditor's last audit looked at this worker's practice too.")
    return found


def room(rule: Allocation, person: Person) -> int | None:
    """How many more the framework's number lets somebody have in the period; None when there is no number."""
    if rule.per_auditor is None:
        return None
    return max(0, rule.per_auditor.quota(person.auditor.open_cases) - person.auditor.allotted)


# The solver ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Batch:
    """Files of one worker that the same people may audit: the solver need not tell them apart."""

    worker_id: int
    case_ids: tuple[int, ...]
    may: tuple[int, ...]


def match(
    rule: Allocation, demands: Iterable[Demand], people: Iterable[Person], *, over: bool = False
) -> Match:
    """The best plan: most files first, then the evenest load; the same input gives the same plan.

    With `over`, people get more than the framework's number where some file had no auditor otherwise.
    """
    files = sorted(demands, key=lambda one: one.case_id)
    staff = sorted(people, key=lambda one: one.id)
    batches = batched(rule, files, staff)
    steps = ladder(rule, batches, staff, over=over)
    given = filled(batches, staff, best(batches, steps, len(staff)))
    loads = {person.id: person.auditor.allotted for person in staff}
    for user_id in given.values():
        loads[user_id] += 1
    return Match(given, loads, explain(rule, files, staff, given, over=over))


def batched(rule: Allocation, files: Sequence[Demand], staff: Sequence[Person]) -> list[Batch]:
    """The files that somebody may audit, in batches; people by their place in the list."""
    found: dict[tuple[int, tuple[int, ...]], list[int]] = defaultdict(list)
    for demand in files:
        may = tuple(
            place
            for place, person in enumerate(staff)
            if not cautions(person, demand) and not against(rule, person, demand)
        )
        if may:
            found[demand.worker_id, may].append(demand.case_id)
    return [Batch(worker, tuple(ids), may) for (worker, may), ids in found.items()]


def ladder(
    rule: Allocation, batches: Sequence[Batch], staff: Sequence[Person], *, over: bool
) -> list[tuple[int, int]]:
    """For each file more that somebody could get: the cost, rising with the load, and the person; cheapest first.

    Nobody gets two files of a worker, so nobody gets more files than there are workers.
    """
    wanted: dict[int, set[int]] = defaultdict(set)
    for batch in batches:
        for place in batch.may:
            wanted[place].add(batch.worker_id)
    most = max((staff[a].auditor.allotted + len(them) for a, them in wanted.items()), default=0)
    dearer = STEP * (2 * most + 2)
    steps = []
    for a, workers in wanted.items():
        person, limit = staff[a], room(rule, staff[a])
        top = len(workers) if limit is None or over else min(len(workers), limit)
        for k in range(1, top + 1):
            cost = STEP * (2 * (person.auditor.allotted + k) - 1) + min(person.earlier, EARLIER)
            steps.append((cost + (dearer if limit is not None and k > limit else 0), a))
    return sorted(steps)


def best(
    batches: Sequence[Batch], steps: Sequence[tuple[int, int]], people: int
) -> list[tuple[int, int]]:
    """The cheapest flow, from the cheap steps first: when they serve every file, the dear ones change nothing.

    For were a dear step used, one file could pass along to a cheap step that is free, and cost less.
    """
    files = sum(len(batch.case_ids) for batch in batches)
    take = files + files // 4 + people
    while take < len(steps):
        chosen = flow(batches, steps[:take], people)
        if len(chosen) == files:
            return chosen
        take *= 4
    return flow(batches, steps, people)


def flow(
    batches: Sequence[Batch], steps: Sequence[tuple[int, int]], people: int
) -> list[tuple[int, int]]:
    """Pairs of batch and person in the cheapest flow that serves as many files as possible."""
    edges = [(b, a) for b, batch in enumerate(batches) for a in batch.may]
    if not edges or not steps:
        return []
    from programme.solver import cheapest  # noqa: PLC0415 - SciPy is slow to load, and rarely needed

    count = len(edges)
    prize = 1 + steps[-1][0]
    pays = [(e, a, 1.0) for e, (_, a) in enumerate(edges)]
    pays += [(count + s, a, -1.0) for s, (_, a) in enumerate(steps)]
    caps, tops = limits(batches, edges)
    try:
        found = cheapest([-prize] * count + [cost for cost, _ in steps], caps, tops, pays, people)
    except ArithmeticError as fault:
        raise NoPlan(f"The solver found no plan: {fault}") from None
    return [edge for edge, value in zip(edges, found[:count], strict=True) if value > 0.5]


def limits(
    batches: Sequence[Batch], edges: Sequence[tuple[int, int]]
) -> tuple[list[tuple[int, int, float]], list[int]]:
    """What no plan may go beyond: each batch its files, each pair of person and worker one file.

    Entries of column, row and value, and each row's most.
    """
    pairs: dict[tuple[int, int], list[int]] = defaultdict(list)
    for e, (b, a) in enumerate(edges):
        pairs[a, batches[b].worker_id].append(e)
    entries = [(e, b, 1.0) for e, (b, _) in enumerate(edges)]
    shared = [one for one in pairs.values() if len(one) > 1]
    entries += [(e, len(batches) + n, 1.0) for n, one in enumerate(shared) for e in one]
    return entries, [len(batch.case_ids) for batch in batches] + [1] * len(shared)


def filled(
    batches: Sequence[Batch], staff: Sequence[Person], chosen: Sequence[tuple[int, int]]
) -> dict[int, int]:
    """The auditor of each file: a batch's people in the order of its files."""
    waiting = [list(batch.case_ids) for batch in batches]
    return {waiting[b].pop(0): staff[a].id for b, a in chosen}


# What could not be met -----------------------------------------------------------------------------

TEAMS = {
    "other_team": "outside the team",
    "other_service": "outside the service",
    "own_service": "inside the service",
}
CAUSES = {
    "away": "are away",
    "last": "looked at the same worker’s practice last time",
    "full": "have their number already",
    "used": "reach their number in this plan",
    "worker": "look at the same worker’s practice in this plan",
}
MENDS = {
    "none": "Enter who holds the posts that audit.",
    "team": "Ask for an auditor {where}, or replace the cases in the draw.",
    "aside": "Choose an auditor by hand and give the reason for leaving the rule on teams aside, or ask for an auditor {where}.",
    "people": "Ask for another auditor who has no part in these cases, or replace them in the draw.",
    "away": "Choose somebody by hand who is back in time.",
    "last": "Choose somebody by hand if you accept the same worker twice in a row.",
    "full": "Work the plan out again and let auditors go over the number, or find {n} more.",
}
SAME = {"last": "last", "worker": "last", "full": "full", "used": "full", "away": "away"}


def explain(
    rule: Allocation,
    files: Sequence[Demand],
    staff: Sequence[Person],
    given: dict[int, int],
    *,
    over: bool = False,
) -> tuple[Gap, ...]:
    """Why files got no auditor, together for each service and reason; the most files first."""
    taken: dict[int, set[int]] = defaultdict(set)
    for demand in files:
        if demand.case_id in given:
            taken[given[demand.case_id]].add(demand.worker_id)
    groups: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    for demand in files:
        if demand.case_id not in given:
            causes = why_none(rule, demand, staff, taken, over=over)
            groups[demand.service, causes].append(demand.case_id)
    gaps = [gap(rule, service, causes, ids) for (service, causes), ids in groups.items()]
    return tuple(sorted(gaps, key=lambda one: (-len(one.case_ids), one.service, one.words)))


def why_none(
    rule: Allocation,
    demand: Demand,
    staff: Sequence[Person],
    taken: dict[int, set[int]],
    *,
    over: bool,
) -> tuple[str, ...]:
    """The causes that together leave a file without an auditor."""
    if not staff:
        return ("none",)
    found = {person.id: against(rule, person, demand) for person in staff}
    team = TEAM_RULES.get(rule.team_rule, "")
    if all(team in words for words in found.values()):
        return ("team",)
    may = [person for person in staff if not found[person.id]]
    if not may:
        return ("people",)
    causes = {cause(rule, person, demand, taken[person.id], over=over) for person in may}
    return tuple(one for one in CAUSES if one in causes)


def cause(
    rule: Allocation, person: Person, demand: Demand, workers: set[int], *, over: bool
) -> str:
    """Why somebody whom no rule forbids a file does not get it."""
    if person.away:
        return "away"
    if demand.worker_id in person.last_worker_ids:
        return "last"
    if not over and room(rule, person) == 0:
        return "full"
    return "worker" if demand.worker_id in workers else "used"


def gap(rule: Allocation, service: str, causes: tuple[str, ...], ids: Sequence[int]) -> Gap:
    """One explanation in words, with what would mend it."""
    n, where = len(ids), TEAMS.get(rule.team_rule, "")
    if causes == ("none",):
        why = "no auditor: nobody holds a post that audits."
    elif causes == ("team",):
        why = f"no auditor {where}."
    elif causes == ("people",):
        why = f"no auditor{f' {where}' if where else ''} but people who worked with the child, manage the worker or audit the file already."
    else:
        why = f"no auditor: those who may {joined([CAUSES[one] for one in causes])}."
    kinds = dict.fromkeys(SAME.get(one, one) for one in causes)
    if causes == ("team",) and rule.override_team:
        kinds = {"aside": None}
    mend = " ".join(MENDS[kind].format(where=where, n=n) for kind in kinds)
    words = f"{counted(n, service)} {'has' if n == 1 else 'have'} {why}"
    return Gap(service, tuple(ids), words, mend, why[0].upper() + why[1:])


# Files that can be given to nobody: what is said of one, of one in a list, of several, and what mends it.
BARRED = {
    "closed": (
        "The case has been closed since the draw.",
        "has been closed since the draw.",
        "have been closed since the draw.",
        "Replace {it} in the draw.",
    ),
    "worker": (
        "No worker is recorded for this case today.",
        "has no worker recorded today.",
        "have no worker recorded today.",
        "Import the case references again, or replace {it} in the draw.",
    ),
    "lately": (
        "The file has been audited too lately.",
        "has been audited too lately.",
        "have been audited too lately.",
        "Replace {it} in the draw.",
    ),
}


def barred_gap(service: str, kind: str, ids: Sequence[int]) -> Gap:
    """The explanation for files of a service that can be given to nobody."""
    why, one, several, mend = BARRED[kind]
    single = len(ids) == 1
    words = f"{counted(len(ids), service)} {one if single else several}"
    return Gap(service, tuple(ids), words, mend.format(it="it" if single else "them"), why)


def counted(n: int, service: str) -> str:
    """3 cases of Leaving Care."""
    return f"{n} case{'' if n == 1 else 's'}{f' of {service}' if service else ''}"


def joined(words: list[str]) -> str:
    """One, two or three."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))
