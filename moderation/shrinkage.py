"""The sums behind `moderation.leniency`.

Differences d = case mix + auditor + error, with auditors about 0 of variance tau^2: a random intercept for each
(Laird and Ware 1982, Biometrics 38:963-974; Robinson 1991, Stat. Sci. 6:15-32, for the estimates of the auditors).
Rows weigh 1 / chance, scaled so that each auditor's weights add up to their effective number (Pfeffermann and
others 1998, J. R. Stat. Soc. B 60:23-40, scaling 1; Rabe-Hesketh and Skrondal 2006, J. R. Stat. Soc. A
169:805-827). The ratio tau^2 / sigma^2 maximises the restricted likelihood times itself, so that it never is
0 and no interval is empty (Li and Lahiri 2010, J. Multivar. Anal. 101:882-892; Morris and Tang 2011, Stat. Sci.
26:271-287). One search over one number, so there is nothing that fails to converge. With weights of 1 and a
given ratio these are the estimates of MixedLM in statsmodels, which has no weights.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import stdtrit

from moderation.leniency import Moderated

Array = Any  # an array of floats; without a type of its own, as the axes say more than it would
TINY = 1e-12
LOWEST, HIGHEST = np.log(1e-4), np.log(1e3)


@dataclass(frozen=True)
class Data:
    """The rows as arrays: differences, case mix (the first column is 1), auditors, scaled and raw weights."""

    y: Array
    x: Array
    auditors: Array  # which column of `names`
    names: tuple[int, ...]
    w: Array
    chance: Array  # the raw weights
    alike: Array  # rows of one number were chosen alike (for certain, or by lot) and are of one case mix

    @property
    def members(self) -> Array:
        """A row for each auditor: 1 where the audit is theirs."""
        return (self.auditors == np.arange(len(self.names))[:, None]).astype(float)


@dataclass(frozen=True)
class Fit:
    """The model fitted: all together, the spread between auditors, and each auditor with an error."""

    data: Data
    average: float
    spread: float
    values: Array
    errors: Array
    degrees: float

    def auditor(self, name: int) -> tuple[float, float, float]:
        """An auditor's distance from all in grades, and its 95 % limits."""
        at = self.data.names.index(name)
        value, step = self.values[at], stdtrit(self.degrees, 0.975) * self.errors[at]
        return float(value), float(value - step), float(value + step)


def arrays(rows: Sequence[Moderated]) -> Data:
    """The rows as arrays. Of each kind of case mix, the commonest is what the others are compared with."""
    names = tuple(sorted({row.auditor for row in rows}))
    place = {name: at for at, name in enumerate(names)}
    auditors = np.array([place[row.auditor] for row in rows])
    cells: dict[Any, int] = defaultdict(count().__next__)
    raw = np.array([row.weight for row in rows], dtype=float)
    total = np.bincount(auditors, raw)
    squares = np.bincount(auditors, raw**2)
    columns = [np.ones(len(rows))]
    for kind in range(max((len(row.mix) for row in rows), default=0)):
        found = [row.mix[kind] if kind < len(row.mix) else "" for row in rows]
        levels = sorted(set(found), key=lambda level: (-found.count(level), level))
        columns += [np.array([one == level for one in found], dtype=float) for level in levels[1:]]
    return Data(
        np.array([row.difference for row in rows], dtype=float),
        independent(np.column_stack(columns)),
        auditors,
        names,
        raw * (total / squares)[auditors],
        raw,
        np.array([cells[row.mix, row.weight > 1 + 1e-9] for row in rows]),
    )


def independent(x: Array) -> Array:
    """The columns that say something the ones before them do not; all but the first about their mean."""
    kept = [x[:, 0]]
    for column in x[:, 1:].T:
        tried = np.column_stack([*kept, column - column.mean()])
        if np.linalg.matrix_rank(tried) == tried.shape[1]:
            kept.append(column - column.mean())
    return np.column_stack(kept)


@dataclass(frozen=True)
class Sums:
    """What the likelihood needs of the data."""

    xx: Array
    xy: Array
    yy: float
    n: Array  # by auditor
    x: Array
    y: Array

    @classmethod
    def of(cls, data: Data) -> "Sums":
        weighted = data.members * data.w
        scaled = data.x * data.w[:, None]
        return cls(
            data.x.T @ scaled,
            scaled.T @ data.y,
            float(data.w @ data.y**2),
            weighted.sum(1),
            weighted @ data.x,
            weighted @ data.y,
        )

    @property
    def degrees(self) -> float:
        return float(self.n.sum() - len(self.xx))

    def solved(self, ratio: float) -> tuple[Array, Array, float]:
        """The inverse of X'X, the coefficients and sigma^2 under this ratio (Henderson 1975)."""
        pull = ratio / (1 + ratio * self.n)
        inverse = np.linalg.inv(self.xx - (self.x * pull[:, None]).T @ self.x)
        right = self.xy - (self.x * pull[:, None]).T @ self.y
        left = self.yy - float(pull @ self.y**2) - float(right @ inverse @ right)
        return inverse, inverse @ right, max(left, TINY) / self.degrees

    def cost(self, log_ratio: float) -> float:
        """Twice the negative of the logarithm of the restricted likelihood times the ratio."""
        ratio = float(np.exp(log_ratio))
        inverse, _, sigma2 = self.solved(ratio)
        size = -np.linalg.slogdet(inverse)[1] + np.log1p(ratio * self.n).sum()
        return float(self.degrees * np.log(sigma2) + size - 2 * log_ratio)


def fit(data: Data) -> Fit:
    """The model fitted to differences of which at least one differs from the others."""
    sums = Sums.of(data)
    best = minimize_scalar(
        sums.cost, bounds=(LOWEST, HIGHEST), method="bounded", options={"xatol": 1e-4}
    )
    return estimated(data, sums, float(np.exp(best.x)))


def estimated(data: Data, sums: Sums, ratio: float) -> Fit:
    """The auditors under this ratio of tau^2 to sigma^2, with the uncertainty of the case mix."""
    inverse, mix, sigma2 = sums.solved(ratio)
    pull = ratio / (1 + ratio * sums.n)
    values = pull * (sums.y - sums.x @ mix)
    lent = pull**2 * np.einsum("ai,ij,aj->a", sums.x, inverse, sums.x)
    errors = np.sqrt(sigma2 * (pull + lent))
    weights = data.chance / data.chance.sum()
    average = float(weights @ data.y)
    return Fit(data, average, float(np.sqrt(ratio * sigma2)), values, errors, sums.degrees)


def chances(fitted: Fit, judged: Sequence[int], times: int, seed: int) -> dict[int, float]:
    """For each judged auditor, how often so large a difference is seen in anybody when nobody differs.

    Differences are dealt anew among the audits of one case mix that were chosen alike, for certain or by lot: when
    nobody differs every such deal is as likely, so the rate is exact (Fisher 1935; Lehmann and Romano 2005,
    Testing Statistical Hypotheses, 15.2). Each auditor's weighted sum, less what the case mix explains, is
    compared with the largest dealt to any not yet decided (Westfall and Young 1993, step-down max T).
    """
    data = fitted.data
    scaled = data.x * data.w[:, None]
    hat = data.x @ np.linalg.inv(data.x.T @ scaled) @ scaled.T
    less = np.eye(len(data.y)) - hat
    sums = (data.members[[data.names.index(one) for one in judged]] * data.w) @ less
    rng = np.random.default_rng(seed)
    dealt = np.tile(data.y, (times + 1, 1))
    for cell in range(data.alike.max() + 1):
        dealt[1:, data.alike == cell] = rng.permuted(dealt[1:, data.alike == cell], axis=1)
    seen = dealt @ sums.T
    spread = seen.std(0)
    apart = np.abs(seen - seen.mean(0)) / np.where(spread > 1e-9, spread, np.inf)
    order = np.argsort(-apart[0], kind="stable")
    found, highest = {}, 0.0
    for place, at in enumerate(order):
        largest = apart[:, order[place:]].max(1)
        highest = max(highest, float(np.mean(largest >= largest[0] - 1e-9)))
        found[judged[at]] = highest
    return found
