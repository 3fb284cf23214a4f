"""The sums behind `moderation.agreement`, on arrays; the first axes may hold many samples at once.

Two-phase variance of a figure with linearised values u (Woodruff 1971, JASA 66:411-414; Binder 1983,
Int. Stat. Rev. 51:279-292): practice gives the period's N audits by chance, of which each stratum gives n of
its N by lot (Cochran 1977, Sampling Techniques, 3rd ed., 12.2; Särndal, Swensson and Wretman 1992, ch. 9):
    V = S(u) / N + sum over strata of (N_h / N)^2 (1 / n_h - 1 / N_h) s^2
The first part is left out where only the period's own audits are meant. A stratum that is moderated in full
adds nothing to the second; the others share one s^2, as a month's lot is small (collapsed strata, Cochran
1977, 5A.12). Where every audit is moderated, V is the published variance of n independent pairs.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import gammaincinv, ndtri, stdtrit
from statsmodels.stats.proportion import proportion_confint

from moderation.agreement import About, Pair

Array = Any  # an array of floats; without a type of its own, as the axes say more than it would
Four = tuple[Array, Array, Array, Array]
Figure = Callable[[Array], tuple[Array, Array]]

Z = float(ndtri(0.975))
ALL = (-2, -1)
MORE = 2.0  # see `eased`
TOP = 1 - 1e-9


@dataclass(frozen=True)
class Sample:
    """Moderated audits by stratum, grade before and grade after, and how many audits each stratum holds."""

    cells: Array  # (..., strata, grades, grades)
    sizes: Array  # (..., strata)

    @property
    def n(self) -> Array:
        """How many of each stratum are moderated."""
        return self.cells.sum(ALL)

    @property
    def held(self) -> Array:
        """How many audits each stratum stands for; none where none is moderated."""
        return np.where(self.n > 0, np.maximum(self.sizes, self.n), 0.0)

    @property
    def total(self) -> Array:
        """How many audits all strata stand for."""
        return self.held.sum(-1)

    @property
    def by_lot(self) -> Array:
        """Which strata were drawn from; the others are moderated in full."""
        return (self.n > 0) & (self.n < self.held - 1e-9)

    @property
    def lottery(self) -> Array:
        """What the lot adds to the variance, for each unit of s^2."""
        part = self.held / wide(self.total, 1)
        per_pair = 1 / np.maximum(self.n, 1) - 1 / np.maximum(self.held, 1)
        return np.where(self.by_lot, part**2 * per_pair, 0.0).sum(-1)

    def part(self, which: Array) -> tuple[Array, Array, Array]:
        """Of some strata: how many audits, how many pairs, and the shares of their audits in each cell."""
        held = np.where(which, self.held, 0.0)
        each = held / np.maximum(self.n, 1)
        whole = held.sum(-1)
        shares = (self.cells * wide(each)).sum(-3) / wide(np.maximum(whole, 1e-9))
        return whole, np.where(which, self.n, 0).sum(-1), shares

    @property
    def shares(self) -> Array:
        """The estimated shares of all audits in each cell."""
        return self.part(self.held > 0)[2]


def wide(values: Array, axes: int = 2) -> Array:
    """The values with so many axes more at the end."""
    return np.asarray(values)[(..., *[None] * axes)]


def apart(grades: int) -> Array:
    """How many grades lie between a grade before and a grade after."""
    ranks = np.arange(grades)
    return np.abs(ranks[:, None] - ranks)


def likeness(grades: int) -> Array:
    """Quadratic weights: 1 for the same grade, 0 for the two ends (Fleiss and Cohen 1973, EPM 33:613-619)."""
    return 1 - (apart(grades) / (grades - 1)) ** 2


def sample(pairs: Sequence[Pair], grades: int, sizes: Mapping[str, int] | None) -> Sample:
    """Pairs by stratum and chance.

    A stratum holds the audits that its pairs stand for, by their chances; where its true size is known,
    that is divided among them in the same proportion (post-stratification, Cochran 1977, 5A.9).
    """
    found: dict[tuple[str, float], Array] = defaultdict(lambda: np.zeros((grades, grades)))
    for pair in pairs:
        found[pair.stratum, pair.chance][pair.before - 1, pair.after - 1] += 1
    stands = {key: float(cells.sum()) / key[1] for key, cells in found.items()}
    whole: dict[str, float] = defaultdict(float)
    for (stratum, _), size in stands.items():
        whole[stratum] += size
    known = sizes or {}
    held = [
        size * known.get(stratum, whole[stratum]) / whole[stratum]
        for (stratum, _), size in stands.items()
    ]
    return Sample(np.array(list(found.values())), np.array(held))


# Shares -------------------------------------------------------------------------------------------


def wilson(value: Array, n: Array) -> tuple[Array, Array]:
    """The score interval of a share (Wilson 1927, JASA 22:209-212; Newcombe 1998, Stat. Med. 17:857-872)."""
    n = np.maximum(n, 1e-9)
    return proportion_confint(value * n, n, method="wilson")


def mended(value: Array, n: Array) -> tuple[Array, Array]:
    """Wilson's interval with Poisson limits next to 0 and 1, where it covers too rarely.

    Brown, Cai and DasGupta 2001, Stat. Sci. 16:101-133, section 4.1.1: for one or two (above 50 pairs also
    three) found, the lower limit is the Poisson one of 95 %; the upper limit likewise by symmetry.
    """
    low, high = wilson(value, n)
    few = np.where(np.asarray(n) <= 50, 2, 3) + 0.5

    def lower(share: Array, limit: Array) -> Array:
        found = share * n
        poisson = gammaincinv(np.maximum(found, 1e-9), 0.05) / np.maximum(n, 1e-9)
        return np.where((found > 1e-9) & (found <= few), np.minimum(limit, poisson), limit)

    return lower(value, low), 1 - lower(1 - value, 1 - high)


def eased(drawn: Sample, kinds: Array, about: About, even: float = 0.5) -> tuple[Array, Array]:
    """The shares of some kinds of pairs for the variance only: all strata, and those drawn from.

    As if `MORE` pairs more had been found in each, the part `even` of them of these kinds: where nothing was
    found among a few drawn, nothing would otherwise seem certain (Agresti and Coull 1998, Am. Stat. 52:119-126).
    """
    lots, lot_n, lot = drawn.part(drawn.by_lot)
    rest, rest_n, full = drawn.part(~drawn.by_lot & (drawn.held > 0))
    more = MORE if about == "practice" else 0.0
    in_lot = (lot_n * (lot * kinds).sum(ALL) + MORE * even) / (lot_n + MORE)
    in_full = (rest_n * (full * kinds).sum(ALL) + more * even) / np.maximum(rest_n + more, 1e-9)
    return (lots * in_lot + rest * in_full) / drawn.total, in_lot


def variance(drawn: Sample, everywhere: Array, in_lot: Array, about: About) -> Array:
    """The two-phase variance of what varies so much in all strata and in those drawn from."""
    first = everywhere / drawn.total if about == "practice" else 0.0
    return first + drawn.lottery * in_lot


def share(drawn: Sample, kinds: Array, about: About = "practice") -> Four:
    """The share of some kinds of pairs: value, limits and standard error.

    Wilson's interval at the design-effective number p (1 - p) / V (Korn and Graubard 1998, Surv. Methodol.
    24:193-201, with their factor for few degrees of freedom; Dean and Pagano 2015, J. Surv. Stat. Methodol.
    3:484-503, compare), which is n where all are moderated.
    """
    value = (drawn.shares * kinds).sum(ALL)
    whole, lot = eased(drawn, kinds, about)
    spread = variance(drawn, whole * (1 - whole), lot * (1 - lot), about)
    n = whole * (1 - whole) / np.maximum(spread, 1e-12)
    degrees = np.maximum(drawn.part(drawn.by_lot)[1] - 1, 1)
    n = np.where(drawn.lottery > 0, n * (Z / stdtrit(degrees, 0.975)) ** 2, n)
    low, high = mended(value, n)
    known = spread <= 0
    low, high = np.where(known, value, low), np.where(known, value, high)
    return value, np.minimum(low, value), np.maximum(high, value), error_of(drawn, kinds, about)


def error_of(drawn: Sample, kinds: Array, about: About) -> Array:
    """The standard error of a share without any easing."""
    whole = (drawn.shares * kinds).sum(ALL)
    lot = (drawn.part(drawn.by_lot)[2] * kinds).sum(ALL)
    spread = variance(drawn, whole * (1 - whole), lot * (1 - lot), about)
    return np.sqrt(np.maximum(spread, 0))


def changes(drawn: Sample, about: About = "practice") -> tuple[Four, Four, Four]:
    """Raised, lowered, and raised less lowered.

    The difference: Agresti and Min 2005 (Stat. Med. 24:729-740), two pairs more of which half a pair is raised
    and half a pair lowered, with the two-phase variance (of n, not of n + 2, so a little wider).
    """
    ranks = np.arange(drawn.cells.shape[-1])
    rises, falls = ranks > ranks[:, None], ranks < ranks[:, None]
    up, down = share(drawn, rises, about), share(drawn, falls, about)
    value = up[0] - down[0]
    sign = rises * 1.0 - falls
    middle, in_lot = eased(drawn, sign, about, 0.0)
    moved, lot_moved = eased(drawn, rises | falls, about)
    spread = variance(drawn, moved - middle**2, lot_moved - in_lot**2, about)
    low, high = middle - Z * np.sqrt(spread), middle + Z * np.sqrt(spread)
    low, high = np.where(spread <= 0, value, low), np.where(spread <= 0, value, high)
    low, high = np.maximum(np.minimum(low, value), -1), np.minimum(np.maximum(high, value), 1)
    lot = drawn.part(drawn.by_lot)[2]
    each = [(shares * (rises | falls)).sum(ALL) for shares in (drawn.shares, lot)]
    error = variance(drawn, each[0] - value**2, each[1] - (lot * sign).sum(ALL) ** 2, about)
    return up, down, (value, low, high, np.sqrt(np.maximum(error, 0)))


# Agreement beyond chance --------------------------------------------------------------------------


def kappa(shares: Array, alike: Array | None = None) -> tuple[Array, Array]:
    """Quadratic-weighted kappa of a table of shares, and the linearised value of each cell.

    Cohen 1968; with S(u) / n the non-null variance of Fleiss, Cohen and Everitt 1969 (Psychol. Bull.
    72:323-327). `alike`: other weights than the quadratic ones.
    """
    alike = likeness(shares.shape[-1]) if alike is None else alike
    before, after = shares.sum(-1, keepdims=True), shares.sum(-2, keepdims=True)
    seen = wide((alike * shares).sum(ALL))
    chance = wide((alike * before * after).sum(ALL))
    room = np.maximum(1 - chance, 1e-12)
    rows, columns = (alike * after).sum(-1, keepdims=True), (alike * before).sum(-2, keepdims=True)
    values = ((alike - seen) * room - (rows + columns - 2 * chance) * (1 - seen)) / room**2
    return ((seen - chance) / room)[..., 0, 0], values


def ac2(shares: Array) -> tuple[Array, Array]:
    """Gwet's AC2 of a table of shares, and the linearised value of each cell (Gwet 2014, ch. 5)."""
    alike = likeness(shares.shape[-1])
    grades = alike.shape[-1]
    usual = (shares.sum(-1) + shares.sum(-2)) / 2
    times = alike.sum() / (grades * (grades - 1))
    chance = wide(times * (usual * (1 - usual)).sum(-1))
    seen = wide((alike * shares).sum(ALL))
    value = (seen - chance) / (1 - chance)
    of_cell = times * (1 - (usual[..., :, None] + usual[..., None, :]) / 2)
    values = ((alike - seen) - 2 * (1 - value) * (of_cell - chance)) / (1 - chance)
    return value[..., 0, 0], values


# So many pairs that agree by chance alone ease an interval (see `agreed`), found by simulation.
EASE: dict[Figure, float] = {kappa: 0.5, ac2: 1.1}
# Fleiss, Cohen and Everitt divide by n, Gwet by n - 1.
OFF: dict[Figure, float] = {kappa: 0.0, ac2: 1.0}


def by_chance(shares: Array, figure: Figure) -> Array:
    """The table of people who agree by chance alone: as either grades, for AC2 every grade alike (Gwet)."""
    if figure is ac2:
        return np.full_like(shares, 1 / shares.shape[-1] ** 2)
    return shares.sum(-1, keepdims=True) * shares.sum(-2, keepdims=True)


def spread_of(drawn: Sample, values: Array, whole: Array, lot: Array, about: About) -> Array:
    """The two-phase variance of linearised values over these shares."""
    everywhere = (whole * values**2).sum(ALL)
    in_lot = (lot * values**2).sum(ALL) - (lot * values).sum(ALL) ** 2
    return variance(drawn, everywhere, np.maximum(in_lot, 0), about)


def agreed(drawn: Sample, figure: Figure, about: About = "practice") -> Four:
    """Kappa or AC2: value, 95 % limits and standard error.

    Limits: Fisher's z = artanh (Fisher 1921; Lin 1989, Biometrics 45:255-268, for concordance, which quadratic
    kappa is) with Student's t of n - 1. Before, `EASE` pairs that agree by chance alone are added where the lot
    or chance had a part (pseudo-Bayes tables: Bishop, Fienberg and Holland 1975, ch. 12), since with no
    disagreement among a few drawn the variance would be nothing. Value and error are without any easing.
    """
    lots, lot_n, lot = drawn.part(drawn.by_lot)
    rest, rest_n, full = drawn.part(~drawn.by_lot & (drawn.held > 0))
    shares = drawn.shares
    value, values = figure(shares)
    total = drawn.total
    scale = total / np.maximum(total - OFF[figure], 1e-9)
    error = np.sqrt(spread_of(drawn, values, shares * wide(scale), lot, about))

    chance = by_chance(shares, figure)
    ease = EASE[figure]
    extra = ease if about == "practice" else 0.0
    lot = (wide(lot_n) * lot + ease * chance) / wide(lot_n + ease)
    full = (wide(rest_n) * full + extra * chance) / wide(np.maximum(rest_n + extra, 1e-9))
    whole = (wide(lots) * lot + wide(rest) * full) / wide(total)
    middle, values = figure(whole)
    spread = spread_of(drawn, values, whole, lot, about)
    low, high = fisher(middle, np.sqrt(spread), lot_n + rest_n)
    known = spread <= 0
    low, high = np.where(known, value, low), np.where(known, value, high)
    return value, np.minimum(low, value), np.maximum(high, value), error


def fisher(middle: Array, error: Array, n: Array) -> tuple[Array, Array]:
    """Limits on Fisher's z with Student's t of n - 1."""
    middle = np.clip(middle, -TOP, TOP)
    step = stdtrit(np.maximum(n - 1, 1), 0.975) * error / (1 - middle**2)
    return np.tanh(np.arctanh(middle) - step), np.tanh(np.arctanh(middle) + step)


def many(counts: Sequence[Sequence[int]], quadratic: bool) -> Four:
    """Gwet's AC2 or AC1 over cases (rows) of how many people gave each grade, some maybe none.

    Gwet 2014, ch. 5, the coefficient and variance for several raters with missing ratings. Limits as in
    `agreed`, eased by one case on which people agree by chance alone.
    """
    given = np.array([row for row in counts if sum(row)], dtype=float)
    grades = given.shape[-1]
    alike = likeness(grades) if quadratic else np.eye(grades)
    raters = given.sum(-1)
    twice = raters > 1
    near = given @ alike
    pairs = np.where(twice, raters * (raters - 1), 1)
    seen_by_case = np.where(twice, (given * (near - 1)).sum(-1) / pairs, 0.0)
    seen = seen_by_case.sum() / twice.sum()
    parts = given / raters[:, None]
    usual = parts.mean(0)
    times = alike.sum() / (grades * (grades - 1))
    chance = times * (usual * (1 - usual)).sum()
    value = (seen - chance) / (1 - chance)
    n = len(given)
    own = np.where(twice, n / twice.sum() * (seen_by_case - chance) / (1 - chance), 0.0)
    of_case = times * (parts * (1 - usual)).sum(-1)
    own = own - 2 * (1 - value) * (of_case - chance) / (1 - chance)
    error = np.sqrt(((own - value) ** 2).sum() / (n * (n - 1)))
    eased = np.append(own, 0.0)
    low, high = fisher(eased.mean(), eased.std(ddof=1) / np.sqrt(len(eased)), twice.sum())
    return value, np.minimum(low, value), np.maximum(high, value), error
