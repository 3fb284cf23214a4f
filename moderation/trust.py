"""How far grades can be trusted: tables, figures and sentences for the page. Plain values.

What is too few to tell is said in words, and no figure stands beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from moderation.agreement import (
    SHARE_MINIMUM,
    Changes,
    Estimate,
    FoundAgreement,
    Matrix,
    OneGrade,
    Pair,
    TooFew,
    ac2,
    agreement,
    changes,
    kappa,
    matrix,
)
from moderation.coverage import Coverage, coverage
from moderation.frame import Lot, Row, Sample, counted, returns, sample
from moderation.leniency import Auditor
from standards.policy import Grade, Moderation, Selecting

SAME, RAISED, LOWERED = "same", "raised", "lowered"
EVERY = "Every returned audit."
SHADES = (0.0, 0.02, 0.08, 0.2, 0.4)
ONE_GRADE = "everybody gave the same grade, so agreement beyond chance has no meaning"


def too_few(found: TooFew) -> str:
    """Too few to tell (7 of 10 needed)."""
    return f"too few to tell ({found.n} of {found.needed} needed)"


def percent(value: float) -> str:
    """81%."""
    return f"{100 * value:.0f}%"


def points(value: float) -> str:
    """+12 or −12 percentage points; 0 has no sign."""
    whole = round(100 * value)
    sign = "+" if whole > 0 else "−" if whole < 0 else ""
    return f"{sign}{abs(whole)}"


def decimal(value: float) -> str:
    """0.86 or −0.05."""
    return f"{value:.2f}".replace("-", "−")


# Figures ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """One line of the table of figures; `plain` is the same without the correction, where that is shown too."""

    code: str
    about: str
    label: str
    found: FoundAgreement
    shown: Callable[[float], str] = percent
    plain: FoundAgreement | None = None

    @property
    def value(self) -> str:
        """The figure in words."""
        return worded(self.found, self.shown)

    @property
    def interval(self) -> str:
        """74% to 87%; empty where nothing can be told."""
        return limits(self.found, self.shown)

    @property
    def n(self) -> str:
        """How many moderated audits are behind it; empty where nothing can be told."""
        return str(self.found.n) if isinstance(self.found, Estimate) else ""

    @property
    def plain_value(self) -> str:
        """Without the correction: figure and interval; empty where that is not shown."""
        if not isinstance(self.found, Estimate) or not isinstance(self.plain, Estimate):
            return ""
        return f"{worded(self.plain, self.shown)} ({limits(self.plain, self.shown)})"


def worded(found: FoundAgreement, shown: Callable[[float], str]) -> str:
    """A figure, or why there is none."""
    match found:
        case Estimate(value=value):
            return shown(value)
        case TooFew():
            return too_few(found).capitalize()
        case OneGrade():
            return ONE_GRADE.capitalize()


def limits(found: FoundAgreement, shown: Callable[[float], str]) -> str:
    """The interval in words."""
    return f"{shown(found.low)} to {shown(found.high)}" if isinstance(found, Estimate) else ""


@dataclass(frozen=True)
class Comparison:
    """Two gradings of the same audits, compared: the matrix, and the pairs behind it."""

    sample: Sample
    grades: int

    @property
    def pairs(self) -> Sequence[Pair]:
        """The pairs; none where they are no picture of all audits."""
        return self.sample.pairs if self.sample.speaks else ()

    @property
    def as_they_are(self) -> list[Pair]:
        """The same pairs, each for itself alone."""
        return [Pair(pair.before, pair.after) for pair in self.pairs]

    @property
    def sizes(self) -> dict[str, int]:
        """How many audits each stratum holds."""
        return dict(self.sample.sizes)

    def matrix(self) -> Matrix:
        """Counts as they are, and the estimated shares."""
        found = matrix(self.sample.pairs, self.grades, sizes=self.sizes)
        return found if self.sample.speaks else Matrix(found.counts, TooFew(0, SHARE_MINIMUM))

    def changes(self) -> Changes:
        """Raised, lowered, and the one less the other."""
        return changes(self.pairs, self.grades, sizes=self.sizes)

    def agreement(self, within: int = 0) -> Estimate | TooFew:
        """So much is at most so many grades apart."""
        return agreement(self.pairs, self.grades, within=within, sizes=self.sizes)


def figures(view: Comparison, final: Comparison) -> tuple[Figure, ...]:
    """The table of figures: the auditor beside the moderator, then the auditor beside the final grade."""
    seen, kept = view.changes(), final.changes()
    n, sizes = view.grades, view.sizes
    raw = view.as_they_are
    two, end = "Auditor and moderator", "Auditor’s and final grade"
    return (
        Figure("same", two, "Same grade", view.agreement(), plain=agreement(raw, n)),
        Figure(
            "within_one",
            two,
            "Same grade or the next",
            view.agreement(1),
            plain=agreement(raw, n, within=1),
        ),
        Figure(
            "kappa",
            two,
            "Kappa, quadratic weights",
            kappa(view.pairs, n, sizes=sizes),
            decimal,
            kappa(raw, n),
        ),
        Figure(
            "ac2",
            two,
            "Gwet’s AC2, quadratic weights",
            ac2(view.pairs, n, sizes=sizes),
            decimal,
            ac2(raw, n),
        ),
        Figure("higher", two, "Moderator grades higher", seen.up),
        Figure("lower", two, "Moderator grades lower", seen.down),
        Figure("net", two, "Higher less lower, percentage points", seen.net, points),
        Figure(
            "kept",
            end,
            "Grade kept",
            final.agreement(),
            plain=agreement(final.as_they_are, n),
        ),
        Figure("raised", end, "Grade raised", kept.up),
        Figure("lowered", end, "Grade lowered", kept.down),
        Figure("final_net", end, "Raised less lowered, percentage points", kept.net, points),
    )


def headlines(found: Sequence[Figure]) -> tuple[str, ...]:
    """What the figures say, in sentences; what cannot be told is not said."""
    by_code = {one.code: one.found for one in found}
    said = [
        words.format(round(100 * one.value), round(100 * one.low), round(100 * one.high))
        for code, words in (
            ("same", "Of 100 audits, the moderator gives about {} ({} to {}) the same grade."),
            ("kept", "Of 100 audits, about {} ({} to {}) keep their grade when moderated."),
        )
        if isinstance(one := by_code[code], Estimate)
    ]
    return (*said, *leaning(by_code["net"]))


def leaning(net: FoundAgreement) -> list[str]:
    """Whether auditors grade higher or lower than moderators; only where chance alone is no explanation."""
    if not isinstance(net, Estimate) or net.low <= 0 <= net.high:
        return []
    way, other = ("lower", "higher") if net.value > 0 else ("higher", "lower")
    least, most = sorted((abs(net.low), abs(net.high)))
    middle, low, high = (round(100 * one) for one in (abs(net.value), least, most))
    return [
        f"Auditors grade {way} than moderators more often than {other}: "
        f"in about {middle} ({low} to {high}) more of 100 audits."
    ]


# Tables -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """From one grade to another: how many moderated audits, the estimated share of all, and how far to shade."""

    count: int
    share: str
    kind: str
    shade: int

    @property
    def mark(self) -> str:
        """What stands in the cell besides its shade."""
        return {SAME: "=", RAISED: "▲", LOWERED: "▼"}[self.kind]


@dataclass(frozen=True)
class Table:
    """One transition matrix, best grade first; `few` says why there are no shares."""

    title: str
    rows_are: str
    columns_are: str
    grades: tuple[Grade, ...]
    rows: tuple[tuple[Grade, tuple[Cell, ...], int], ...]
    few: str
    n: int


def table(
    title: str, rows_are: str, columns_are: str, found: Matrix, grades: Sequence[Grade]
) -> Table:
    """A matrix with its grades, best first."""
    best = tuple(sorted(grades, key=lambda grade: -grade.rank))
    shares = None if isinstance(found.shares, TooFew) else found.shares
    rows = []
    for row in best:
        counts = found.counts[row.rank - 1]
        cells = tuple(
            cell(
                row,
                column,
                counts[column.rank - 1],
                shares[row.rank - 1][column.rank - 1] if shares else None,
            )
            for column in best
        )
        rows.append((row, cells, sum(counts)))
    few = too_few(found.shares) if isinstance(found.shares, TooFew) else ""
    n = sum(map(sum, found.counts))
    return Table(title, rows_are, columns_are, best, tuple(rows), few, n)


def cell(row: Grade, column: Grade, count: int, share: float | None) -> Cell:
    """One cell; it is shaded by its share of all audits."""
    kind = SAME if row.rank == column.rank else RAISED if column.rank > row.rank else LOWERED
    shade = sum((share or 0.0) > floor for floor in SHADES)
    words = percent(share) if share and share >= 0.005 else "under 1%" if share else ""
    return Cell(count, words, kind, shade)


# The page -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trust:
    """Everything the page shows of one edition, period and service."""

    returned: int
    counted: int
    headlines: tuple[str, ...]
    tables: tuple[Table, ...]
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]
    coverage: Coverage
    left: int
    by_hand: int

    @property
    def few(self) -> bool:
        """Whether nothing at all can be told."""
        return not any(isinstance(one.found, Estimate) for one in self.figures)


def trust(rows: Sequence[Row], grades: Sequence[Grade], on: date) -> Trust:
    """The figures of some returned audits of one edition, on a day."""
    n = len(grades)
    view = Comparison(sample(rows, lambda row: (row.before, row.moderated)), n)
    onward = Comparison(sample(rows, lambda row: (row.moderated, row.final)), n)
    final = Comparison(sample(rows, lambda row: (row.before, row.final)), n)
    found = figures(view, final)
    a, m, f = "Auditor’s grade", "Moderator’s grade", "Final grade"
    return Trust(
        returned=len(rows),
        counted=len(counted(rows)),
        headlines=headlines(found),
        tables=(
            table("From the auditor’s to the moderator’s grade", a, m, view.matrix(), grades),
            table("From the moderator’s to the final grade", m, f, onward.matrix(), grades),
            table("From the auditor’s to the final grade", a, f, final.matrix(), grades),
        ),
        figures=found,
        notes=tuple(notes(rows, view.sample, final.sample)),
        coverage=coverage(returns(rows), on=on),
        left=sum(row.left for row in rows),
        by_hand=sum(row.by_person for row in rows),
    )


def audits(number: int, one: str, many: str) -> str:
    """1 audit was …; 3 audits were …."""
    return f"{number} audit{'' if number == 1 else 's'} {one if number == 1 else many}"


def them(number: int) -> str:
    """The word for so many audits that were named before."""
    return "it" if number == 1 else "them"


def notes(rows: Sequence[Row], view: Sample, final: Sample) -> list[str]:
    """What the figures leave out and what that may do to them, in sentences."""
    base = {row.audit for row in counted(rows)}
    by_hand = sum(row.viewed and row.chance is None for row in rows)
    early = sum(row.by_chance and row.audit not in base for row in rows)
    undecided = sum(row.lot == Lot.OPEN for row in rows)
    nameless = sum(row.by_chance and row.audit in base and row.moderated is None for row in rows)
    unsettled = len(view.pairs) - len(final.pairs)
    missing = max(view.missing, final.missing)
    said = (
        (
            by_hand,
            audits(by_hand, "was", "were")
            + " chosen by hand, or picked for a panel, and moderated. Such a choice says "
            f"nothing about other audits, so the figures leave {them(by_hand)} out.",
        ),
        (
            undecided,
            audits(undecided, "has", "have")
            + f" not been drawn from yet, or no rule could choose {them(undecided)}. The figures do not speak "
            f"of {them(undecided)}.",
        ),
        (
            early,
            audits(early, "was", "were")
            + " taken for the grade in a month that is not decided yet. "
            + ("It counts" if early == 1 else "They count")
            + " once it is.",
        ),
        (
            nameless,
            audits(nameless, "was", "were")
            + " not supported without another grade being named. "
            + ("It is" if nameless == 1 else "They are")
            + " left out, so agreement may be lower than it seems.",
        ),
        (
            max(unsettled, 0),
            audits(unsettled, "is", "are")
            + f" still in disagreement. The final grades leave {them(unsettled)} out, so more may change than it "
            "seems.",
        ),
        (
            missing,
            audits(missing, "was", "were")
            + " chosen from groups of which nothing is moderated yet. "
            + (
                f"The figures do not speak of {them(missing)}."
                if view.speaks and final.speaks
                else "That is too many: what is moderated is no picture of all, so some figures are held back."
            ),
        ),
    )
    return [words for number, words in said if number]


# The council's rule -------------------------------------------------------------------------------


def rule_in_words(rule: Moderation | None, grades: Sequence[Grade]) -> tuple[str, ...]:
    """Which audits the council's rule sends to moderation, one line for each part of it."""
    if rule is None:
        return ()
    labels = {grade.code: grade.label for grade in grades}
    lines = dict.fromkeys(selecting(one, labels) for one in rule.selection)
    return (EVERY,) if EVERY in lines else tuple(line for line in lines if line)


def selecting(one: Selecting, labels: dict[str, str]) -> str:
    """One part of the rule."""
    named = " or ".join(labels.get(code, code) for code in one.grades)
    match one.rule:
        case "every_audit":
            return EVERY
        case "percentage" if one.percent == 100:
            return EVERY
        case "percentage":
            return (
                f"{one.percent}% of the audits returned in a month, rounded up and drawn by chance."
            )
        case "grade":
            return f"Every audit graded {named}."
        case "look_back":
            return f"A list of the audits returned in the last {one.months} months and not yet moderated."
        case "panel":
            size = f" of {one.size}" if one.size else ""
            return f"A sample{size} for the validation panel."
        case "by_hand":
            return "Single audits by hand, with a reason; these do not count for the figures."
        case _:
            return ""


# Each auditor -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One auditor's estimate as a picture: where the interval begins and ends, and the figure, in per cent."""

    low: str
    high: str
    at: str


def reach(found: Sequence[Auditor]) -> float:
    """How far the picture goes to either side, in half grades; one grade at the least."""
    furthest = max((max(abs(one.low), abs(one.high)) for one in found), default=0.0)
    return max(1.0, -(-furthest // 0.5) * 0.5)


def line(one: Auditor, far: float) -> Line:
    """The place of an estimate on a line from −far to +far."""
    low, high, at = (f"{50 + 50 * value / far:.1f}%" for value in (one.low, one.high, one.value))
    return Line(low, high, at)


def grades_apart(value: float) -> str:
    """+0.3 or −0.3; 0.0 has no sign."""
    rounded = round(value, 1) + 0.0
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{abs(rounded):.1f}"


def verdict(one: Auditor) -> str:
    """What an estimate means: marked only as rarely as the stated rate allows."""
    if not one.flagged:
        return "No clear difference"
    return "Grades higher than the others" if one.value > 0 else "Grades lower than the others"
