"""Voices: who was asked with audits and answered, what families say, and how it compares with the audit (G-27; reports §6)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from statistics import fmean

from audits.models import Answer
from feedback.funnel import Funnel, best, funnel
from feedback.selectors.funnels import outcomes_of
from feedback.selectors.replies import with_audits
from feedback.selectors.voices import of_ten
from feedback.states import Outcome
from reporting.charts.forms import DotPlot, DotRow
from reporting.charts.forms import Funnel as Narrowing
from reporting.figure import Cell, Column, Figure, Row, Value
from reporting.measures.means import interval
from reporting.measures.shares import percent, share
from reporting.selectors.catalogue import Measure, register
from reporting.selectors.in_months import returned_in
from reporting.selectors.lists import audits_of
from reporting.selectors.scope import Scope
from reporting.selectors.whose import replies, with_months
from reporting.wording import plural
from standards.deadlines import months_after
from standards.instruments import Instrument
from standards.selectors import edition_known

KINDS = (
    ("answered", "Answered"),
    ("declined", "Declined"),
    ("no_reply", "No reply"),
    ("unsafe", "Not safe to ask"),
    ("not_suitable", "Not suitable"),
    ("not_recorded", "Not recorded"),
)
# A mean of families stands beside those of so many quarters before.
BEFORE = 4
# Words by which an instrument is known to be asked of the family.
FAMILY = ("famil", "parent", "carer", "relative")


def asked(scope: Scope) -> Figure:
    """Each way of asking with the returned audits: how many were asked, reached and answered, and why not."""
    returned = returned_in(scope)
    audits = [(one.pk, one.version) for one in returned]
    editions = {
        version: edition_known(version, state, checksum)
        for version, state, checksum in {
            (one.version, one.version_state, one.checksum) for one in returned
        }
    }
    outcomes = outcomes_of([pk for pk, _ in audits], editions.values())
    found: dict[str, list[str | None]] = defaultdict(list)
    instruments: dict[str, Instrument] = {}
    for pk, version in audits:
        for one in with_audits(editions[version]):
            instruments[one.code] = one
            found[one.code].append(best(outcomes[pk, one.code]))
    funnels = {code: funnel(some) for code, some in found.items()}
    order = sorted(funnels, key=lambda code: leading(instruments[code]))
    main = instruments[order[0]] if order else None
    first = funnels[main.code] if main else None
    values = {
        code: Value(f"Answered ({instruments[code].title})", said(scope, funnels[code]))
        for code in order
        if instruments[code].compulsory
    }
    return Figure(
        code="asked",
        title="Who was asked, and who answered",
        about="Returned audits of these months: what came of asking with each of them. An audit with several relatives "
        "counts once, with the outcome that came furthest. Nothing written down counts as not recorded.",
        rows_are="Asked with audits",
        columns=(
            *(Column(code, label) for code, label in KINDS),
            Column("audits", "Audits", total=True),
            Column("of_asked", "Answered, of those asked", "share"),
        ),
        rows=tuple(
            Row(instruments[code].title, line(scope, funnels[code]), code=code) for code in order
        ),
        # The first sentence and the chart speak of the one instrument that is asked of families.
        says=tuple(asked_said(scope, instruments[code], funnels[code]) for code in order)
        or ("No audit of these months has been returned yet.",),
        question="much",
        chart=Narrowing(
            tuple(
                (f"{main.title}: {label[0].lower()}{label[1:]}", n) if at == 0 else (label, n)
                for at, (label, n) in enumerate(first.steps)
            ),
            tuple((label, n) for code, label in KINDS[1:] if (n := getattr(first, code))),
        )
        if first and main
        else None,
        values=values
        | {
            "asked": Value(
                labelled("Families asked", "Asked", main),
                f"{first.asked} of {first.wanted}" if first else "none",
            ),
            "answered": Value(
                labelled("Families that answered", "Answered", main),
                said(scope, first) if first else "none",
            ),
        },
    )


def of_family(one: Instrument) -> bool:
    """Whether an instrument is asked of the family by its name."""
    return any(word in f"{one.code} {one.title}".lower() for word in FAMILY)


def leading(one: Instrument) -> tuple[bool, bool, bool, str]:
    """The order of instruments: those of the family first, then those that must be asked."""
    by_audience = any(word in one.audience.lower() for word in FAMILY)
    return not of_family(one), not by_audience, not one.compulsory, one.code


def labelled(family: str, other: str, one: Instrument | None) -> str:
    """What a number is called, with the instrument that it is of."""
    if one is None:
        return family
    words = family if leading(one)[:2] != (True, True) else other
    return f"{words} ({one.title})"


def line(scope: Scope, one: Funnel) -> tuple[Cell, ...]:
    """The counts of one way of asking."""
    return (
        *(Cell(n=getattr(one, code)) for code, _ in KINDS),
        Cell(n=one.wanted, to=audits_of(scope)),
        share(one.answered, one.asked, minimum=scope.minimum),
    )


def said(scope: Scope, one: Funnel) -> str:
    """8 of 12 asked, with its percentage where there are enough."""
    cell = share(one.answered, one.asked, minimum=scope.minimum)
    words = f"{one.answered} of {one.asked}"
    return words if cell.share is None else f"{words} ({percent(cell.share)})"


def asked_said(scope: Scope, instrument: Instrument, one: Funnel) -> str:
    """One way of asking in a sentence."""
    return (
        f"{instrument.title}: {one.asked} of {plural(one.wanted, 'audit')} asked, {said(scope, one)} answered; "
        f"of {one.not_recorded} nothing is written down."
    )


@dataclass
class Said:
    """What was said to statements: numbers by statement and quarter. An answer counts for the day of its audit or its receipt."""

    numbers: dict[tuple[str, date], list[int]] = field(default_factory=lambda: defaultdict(list))

    def within(self, code: str, first: date, last: date) -> list[int]:
        """The numbers of one statement in some months."""
        return [
            number
            for (one, month), some in self.numbers.items()
            if one == code and first <= month <= last
            for number in some
        ]


def statements(scope: Scope) -> Figure:
    """What families say to statements from 0 to 10: the mean of these months, and of four spells as long before them.

    Numbers on audits' forms count; a reply does only where its audit's form has none.
    """
    asks = [one for one in scope.edition.instruments if any(of_ten(f.scale) for f in one.fields)]
    asks = [one for one in asks if not one.anonymous]
    spells = spells_before(scope)
    heard = {one.code: said_to(scope, one, spells[-1][0]) for one in asks}
    rows, dots, titles = [], [], {}
    several = sum(any(heard[one.code].numbers) for one in asks) > 1
    for one in asks:
        for statement in one.fields:
            if not of_ten(statement.scale):
                continue
            some = [heard[one.code].within(statement.code, *spell) for spell in spells]
            if not any(some):
                continue
            cells = [mean_of(numbers, one.smallest_group) for numbers in some[:2]]
            label = f"{one.title}: {statement.label}" if several else statement.label
            row = Row(label, tuple(cells), code=f"{one.code}.{statement.code}")
            rows.append(row)
            titles[row.code] = (statement.label, one.title)
            means = [mean_of(numbers, one.smallest_group).n for numbers in some]
            dots.append(
                DotRow(label, means[0], tuple(reversed(means[1:])), plural(len(some[0]), "answer"))
            )
    asked_by = dict.fromkeys(title for _, title in titles.values())
    whose = f"{next(iter(asked_by))}: mean" if len(asked_by) == 1 else "Mean"
    return Figure(
        code="statements",
        title="What families say",
        about="Statements that families rate from 0 to 10, on audits’ forms and in replies of these months: the mean, and "
        "of how many. A statement that fewer answered than the smallest group has no mean.",
        rows_are="Statement",
        columns=(
            Column("now", "These months", "mean"),
            Column("before", "The months before", "mean"),
        ),
        rows=tuple(rows),
        says=(statements_said(scope, rows, titles),),
        notes=("Interval of a mean: 95 %, Student’s t.",) if rows else (),
        question="better",
        chart=DotPlot(tuple(dots), 0, 10, f"{whose}, 0 to 10") if dots else None,
        values={
            row.code.replace(".", "-"): Value(
                "{} ({})".format(*titles[row.code]), f"{row.cells[0].n:.1f} of 10"
            )
            for row in rows
            if row.cells[0].n is not None
        },
    )


def statements_said(
    scope: Scope, rows: Iterable[Row], titles: Mapping[str, tuple[str, str]]
) -> str:
    """Which statement stands highest and which lowest, where that is more than chance; of enough answers only."""
    enough = [
        row
        for row in rows
        if row.cells[0].n is not None and (row.cells[0].of or 0) >= scope.minimum
    ]
    if not enough:
        return "Too few families have answered to compare statements."
    asked_by = ", ".join(dict.fromkeys(titles[row.code][1] for row in enough))
    highest, lowest = max(enough, key=mean_now), min(enough, key=mean_now)
    best, worst = highest.cells[0], lowest.cells[0]
    if best.low is None or worst.high is None or best.low <= worst.high:
        return (
            f"{asked_by}: no statement stands apart from the others by more than chance explains."
        )
    (top, first), (bottom, second) = titles[highest.code], titles[lowest.code]
    of = "" if first == second else f" ({second})"
    return (
        f"{first}: highest is “{top}” with a mean of {best.n:.1f}, lowest “{bottom}”{of} with {worst.n:.1f}; "
        "their intervals lie apart."
    )


def mean_now(row: Row) -> float:
    """The mean of these months."""
    return row.cells[0].n or 0.0


def spells_before(scope: Scope) -> list[tuple[date, date]]:
    """These months and the spells of as many months before them, the latest first."""
    first, last = scope.first_on.replace(day=1), scope.last_on.replace(day=1)
    length = (last.year - first.year) * 12 + last.month - first.month + 1
    return [
        (months_after(first, -length * n), months_after(last, -length * n))
        for n in range(BEFORE + 1)
    ]


def mean_of(numbers: list[int], smallest: int) -> Cell:
    """The mean of some numbers from 0 to 10 with its interval; without one where they are too few."""
    if not numbers:
        return Cell()
    if len(numbers) < smallest:
        return Cell(of=len(numbers), text="too few", kept="few")
    low, high = interval(numbers, lowest=0, highest=10) or (None, None)
    return Cell(n=round(fmean(numbers), 1), of=len(numbers), low=low, high=high)


def said_to(scope: Scope, instrument: Instrument, since: date) -> Said:
    """Every number given to an instrument's statements since a month; two queries."""
    found, with_numbers = Said(), set()
    if instrument.question:
        wide = with_months(scope, since, scope.last_on)
        given = Answer.objects.filter(
            audit__in=wide.returned().order_by().values("pk"),
            part__question__code=instrument.question,
            number__isnull=False,
        ).order_by()
        for audit, code, month, number in given.values_list(
            "audit_id", "part__code", "audit__month", "number"
        ):
            with_numbers.add(audit)
            found.numbers[code.rpartition(".")[2], month].append(number or 0)
    answered = replies(with_months(scope, since, scope.last_on)).filter(
        instrument=instrument.code, outcome=Outcome.ANSWERED
    )
    for audit, day, answers in answered.order_by().values_list(
        "audit_id", "received_on", "answers"
    ):
        if audit not in with_numbers:
            for code, value in answers.items():
                if isinstance(value, int):
                    found.numbers[code, day.replace(day=1)].append(value)
    return found


register(
    Measure("asked", "Who was asked, and who answered", "voice", asked),
    Measure("statements", "What families say", "voice", statements),
)
