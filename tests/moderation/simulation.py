"""How far the trust figures can be trusted: `python -m tests.moderation.simulation` prints a table.

Known truth: auditors and moderators grade by a table of chances. Each replicate makes a period of three months,
takes every audit that was graded worst and draws 15 % of each month's others, and estimates from these alone.
"Uncorrected" is the same figure with every moderated audit weighing one.
"""

import sys
import time
from dataclasses import dataclass

import numpy as np

from moderation import estimation
from moderation.estimation import Sample, ac2, agreed, apart, changes, kappa, share
from moderation.leniency import Auditor, Leniency, Moderated, leniency

GRADES = 4
MONTHS = 3
PERCENT = 15


@dataclass(frozen=True)
class Scenario:
    """Shares of each grade before (worst first), and the chances that moderation lowers and raises a grade.

    `worst_up`: the chance that it raises the worst grade; `two`: that it lowers by two grades.
    """

    name: str
    audits: int
    before: tuple[float, ...]
    down: float
    up: float
    worst_up: float
    two: float = 0.0

    @property
    def table(self):
        """The chance of each grade before and after."""
        found = np.zeros((GRADES, GRADES))
        for rank, part in enumerate(self.before):
            up = self.worst_up if rank == 0 else self.up if rank < GRADES - 1 else 0.0
            down = self.down if rank > 0 else 0.0
            two = self.two if rank > 1 else 0.0
            moves = {rank - 2: two, rank - 1: down, rank: 1 - up - down - two, rank + 1: up}
            for to, chance in moves.items():
                if chance:
                    found[rank, to] = part * chance
        return found


MIX = (0.12, 0.38, 0.40, 0.10)
SCENARIOS = (
    Scenario("over-grading", 120, MIX, 0.18, 0.03, 0.03, 0.01),
    Scenario("over-grading", 200, MIX, 0.18, 0.03, 0.03, 0.01),
    Scenario("over-grading", 400, MIX, 0.18, 0.03, 0.03, 0.01),
    Scenario("mostly alike", 200, (0.08, 0.37, 0.45, 0.10), 0.08, 0.05, 0.10),
    Scenario("nearly always alike", 400, (0.10, 0.35, 0.45, 0.10), 0.04, 0.02, 0.05),
    Scenario("worst grade often raised", 200, (0.15, 0.40, 0.35, 0.10), 0.15, 0.04, 0.25, 0.01),
    Scenario("worst grade often raised", 400, (0.15, 0.40, 0.35, 0.10), 0.15, 0.04, 0.25, 0.01),
)


@dataclass(frozen=True)
class Line:
    """One figure of one scenario over all replicates; `noise` is the standard error of its mean."""

    figure: str
    truth: float
    corrected: float
    uncorrected: float
    noise: float
    uncorrected_noise: float
    coverage: float
    uncorrected_coverage: float
    width: float
    replicates: int

    @property
    def bias(self):
        return self.corrected - self.truth

    @property
    def uncorrected_bias(self):
        return self.uncorrected - self.truth


def periods(scenario, replicates, rng):
    """The audits of many periods, by month, grade before and grade after."""
    made = rng.multinomial(
        scenario.audits,
        (np.ones((MONTHS, 1)) / MONTHS * scenario.table.ravel()).ravel(),
        replicates,
    )
    return made.reshape(replicates, MONTHS, GRADES, GRADES)


def drawn(audits, rng, percent=PERCENT):
    """All the worst, and the rule's part of each month's others without putting any back."""
    worst, others = audits.copy(), audits.copy()
    worst[..., 1:, :] = 0
    others[..., 0, :] = 0
    size = others.sum((-1, -2))
    left, rest = -(-percent * size // 100), size.copy()
    flat = others.reshape(*others.shape[:2], -1)
    taken = np.zeros_like(flat)
    for cell in range(flat.shape[-1]):
        rest = rest - flat[..., cell]
        taken[..., cell] = rng.hypergeometric(flat[..., cell], rest, left)
        left = left - taken[..., cell]
    cells = np.concatenate([worst, taken.reshape(others.shape)], 1)
    return Sample(cells.astype(float), np.concatenate([worst.sum((-1, -2)), size], 1).astype(float))


def figures(sample, about="practice"):
    """Every figure that has an interval, by name: value, limits and error."""
    gaps = apart(GRADES)
    up, down, net = changes(sample, about)
    return {
        "exact": share(sample, gaps == 0, about),
        "within one": share(sample, gaps <= 1, about),
        "changed up": up,
        "changed down": down,
        "net": net,
        "kappa": agreed(sample, kappa, about),
        "AC2": agreed(sample, ac2, about),
    }


def truths(audits):
    """What the figures are when every audit's two grades are known."""
    shares = audits / audits.sum((-1, -2), keepdims=True)
    gaps, ranks = apart(GRADES), np.arange(GRADES)
    up = (shares * (ranks > ranks[:, None])).sum((-1, -2))
    down = (shares * (ranks < ranks[:, None])).sum((-1, -2))
    return {
        "exact": (shares * (gaps == 0)).sum((-1, -2)),
        "within one": (shares * (gaps <= 1)).sum((-1, -2)),
        "changed up": up,
        "changed down": down,
        "net": up - down,
        "kappa": estimation.kappa(shares)[0],
        "AC2": estimation.ac2(shares)[0],
    }


def run(scenario, replicates, seed, about="practice"):
    """The lines of one scenario."""
    rng = np.random.default_rng(seed)
    audits = periods(scenario, replicates, rng)
    sample = drawn(audits, rng)
    truth = truths(scenario.table if about == "practice" else audits.sum(1))
    naive = Sample(sample.cells, sample.n)
    right = figures(sample, about)
    wrong = figures(naive)
    return [line(name, truth[name], right[name], wrong[name], replicates) for name in right]


def line(name, truth, right, wrong, replicates):
    def covered(found):
        return float(np.mean((found[1] <= truth + 1e-9) & (found[2] >= truth - 1e-9)))

    def noise(found):
        return float(np.std(found[0] - truth) / replicates**0.5)

    return Line(
        name,
        float(np.mean(truth)),
        float(np.mean(right[0])),
        float(np.mean(wrong[0])),
        noise(right),
        noise(wrong),
        covered(right),
        covered(wrong),
        float(np.mean(right[2] - right[1])),
        replicates,
    )


# Auditors -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Team:
    """Auditors whose leniency varies by `spread` grades, and their audits of a period; every fourth is drawn."""

    auditors: int
    audits: int
    spread: float


TEAMS = (Team(8, 320, 0.0), Team(12, 600, 0.0), Team(5, 250, 0.0), Team(12, 600, 0.35))


def moderated(team, rng):
    """True leniencies and the moderated audits. Differences are whole grades whose mean is exactly as meant.

    The third service is harder to grade, audits at the worst grade differ downwards and are all moderated.
    """
    own = rng.normal(0, team.spread, team.auditors)
    who = rng.integers(0, team.auditors, team.audits)
    service = rng.integers(0, 3, team.audits)
    worst = rng.random(team.audits) < 0.12
    mean = 0.15 + 0.15 * (service == 2) - 0.3 * worst + own[who]
    mean = mean + rng.normal(0, 0.3, team.audits)
    differences = np.floor(mean + rng.random(team.audits))
    rows = [
        Moderated(
            int(who[at]), float(differences[at]), 1.0 if worst[at] else 4.0, (str(service[at]),)
        )
        for at in np.flatnonzero(worst | (rng.random(team.audits) < 0.25))
    ]
    return own, rows


def alarms(team, replicates, seed, times=199):
    """How often anybody was flagged, how often anybody judged was, and how often the interval held the truth."""
    rng = np.random.default_rng(seed)
    anybody, each, covered = [], [], []
    for _ in range(replicates):
        own, rows = moderated(team, rng)
        found = leniency(rows, times=times)
        if not isinstance(found, Leniency):
            continue
        told = {who: one for who, one in found.auditors.items() if isinstance(one, Auditor)}
        anybody.append(any(one.flagged for one in told.values()))
        each += [one.flagged for one in told.values()]
        covered += [one.low <= own[who] <= one.high for who, one in told.items()]
    return float(np.mean(anybody)), float(np.mean(each)), float(np.mean(covered))


def report(replicates):
    """All scenarios as two Markdown tables."""
    head = "scenario|audits|figure|truth|corrected|uncorrected|bias|uncorrected bias"
    head += "|coverage %|uncorrected coverage %|mean width|replicates"
    yield f"|{head}|"
    yield "|" + "---|" * (head.count("|") + 1)
    for about in ("practice", "period"):
        for seed, one in enumerate(SCENARIOS, 1):
            for found in run(one, replicates, seed, about):
                yield (
                    f"|{one.name} ({about})|{one.audits}|{found.figure}|{found.truth:.3f}"
                    f"|{found.corrected:.3f}|{found.uncorrected:.3f}|{found.bias:+.3f}"
                    f"|{found.uncorrected_bias:+.3f}|{100 * found.coverage:.1f}"
                    f"|{100 * found.uncorrected_coverage:.1f}|{found.width:.2f}|{replicates}|"
                )
    yield "\n|auditors|audits|true spread|anybody flagged %|each flagged %|coverage %|replicates|"
    yield "|---|---|---|---|---|---|---|"
    for seed, team in enumerate(TEAMS, 1):
        anybody, each, covered = alarms(team, replicates // 5, seed)
        yield (
            f"|{team.auditors}|{team.audits}|{team.spread}|{100 * anybody:.1f}|{100 * each:.1f}"
            f"|{100 * covered:.1f}|{replicates // 5}|"
        )


if __name__ == "__main__":
    began = time.monotonic()
    for row in report(int(sys.argv[1]) if len(sys.argv) > 1 else 5000):
        print(row)
    print(f"\n{time.monotonic() - began:.0f} s")
