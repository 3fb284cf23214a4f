"""A version of a report as it is printed for one audience: made from what is frozen, and from nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from reporting import headline
from reporting.charts.forms import ControlChart
from reporting.figure import Figure, Value, load
from reporting.measures.suppression import withhold
from reporting.models import ReportVersion
from reporting.placeholders import filled, values_of
from reporting.presenting import WITHHELD, Line, has_few, has_withheld, lines, list_behind
from reporting.sections import LEADERS, STAFF, Section, switched_on
from reporting.wide import together

# What a value is called in a version that does not show it.
SMALL = WITHHELD
EXAMPLES = frozenset({"example", "examples"})
AUDIENCES = {
    "leaders": "For leaders",
    "members": "For elected members and the public",
    "staff": "For all staff",
}


@dataclass(frozen=True)
class Printed:
    """A figure as it is printed: its number in the report, its table in words, and where its list is.

    `controlled`: its signal comes of a control chart, also where the chart itself is withheld.
    """

    number: str
    figure: Figure
    lines: tuple[Line, ...]
    path: str
    few: bool
    withheld: bool
    controlled: bool = False


@dataclass(frozen=True)
class Words:
    """What somebody has written in one place, with the values in it."""

    label: str
    text: str


@dataclass(frozen=True)
class Part:
    """One section as it is printed."""

    number: str
    code: str
    title: str
    figures: tuple[Printed, ...] = ()
    words: tuple[Words, ...] = ()

    @property
    def anchor(self) -> str:
        """Where links to it lead."""
        return f"s-{self.code}"


@dataclass(frozen=True)
class Reply:
    """What management answers to one recommendation."""

    number: int
    answer: str
    text: str


@dataclass(frozen=True)
class Answer:
    """Management's response, signed."""

    name: str
    post: str
    on: date
    text: str
    replies: tuple[Reply, ...]


@dataclass(frozen=True)
class Wanted:
    """A recommendation, or what became of one of the report before."""

    number: int
    text: str
    owner: str
    due_on: date
    why: str = ""
    state: str = ""
    difference: str = ""
    reply: str = ""


@dataclass(frozen=True)
class Headline:
    """What one figure says first, with its number, and whether chance explains the change.

    `controlled`: a control chart has decided that; other figures compare intervals.
    """

    text: str
    number: str
    signal: str
    controlled: bool = False


@dataclass(frozen=True)
class Paper:
    """One file: everything that its pages say."""

    council: str
    colour: str
    title: str
    period: str
    kind: str
    audience: str
    audience_words: str
    number: int
    draft: bool
    cut_at: datetime
    framework: str
    editions: tuple[str, ...]
    minimum: int
    smallest: int
    parts: tuple[Part, ...]
    questions: tuple[tuple[str, tuple[Headline, ...]], ...]
    signals: tuple[Headline, ...]
    recommendations: tuple[Wanted, ...]
    earlier: tuple[Wanted, ...]
    previous: str
    response: str
    answer: Answer | None = None
    issued: str = ""
    methods: tuple[Printed, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0

    @property
    def heading(self) -> str:
        """What the file is called."""
        return f"{self.title}, {self.period}"

    @property
    def state(self) -> str:
        """Draft or final."""
        return "Draft" if self.draft else "Final"

    @property
    def controlled(self) -> bool:
        """Whether a control chart stands behind some of its signals."""
        return any(one.controlled for one in self.signals)

    @property
    def by_code(self) -> dict[str, Printed]:
        """Each printed figure by its code."""
        return {one.figure.code: one for part in self.parts for one in part.figures}


def paper(
    version: ReportVersion, audience: str, stage: str = "draft", answer: Answer | None = None
) -> Paper:
    """One file of a version, from its frozen values."""
    about = version.about
    every = {code: load(version.figures[code]) for code in in_order(version)}
    shown = {code: shown_to(audience, one, about) for code, one in every.items()}
    figures = {code: one for code, one in shown.items() if one is not None}
    if audience != LEADERS:
        figures = together(figures)
    sections = tuple(
        section for section in switched_on(about["sections"]) if audience in section.readers
    )
    words = words_for(version.commentary, every, figures)
    parts = tuple(
        part_of(section, number, figures, about["codes"], words, controlled(every))
        for number, section in enumerate(sections, start=1)
    )
    printed = tuple(one for part in parts for one in part.figures)
    return Paper(
        council=about["council"],
        colour=about["colour"],
        title=about["title"],
        period=about["period"],
        kind=about["kind"],
        audience=audience,
        audience_words=AUDIENCES[audience],
        number=version.number,
        draft=stage != "final",
        cut_at=version.cut_at or version.asked_at,
        framework=about["framework"],
        editions=tuple(about["editions"]),
        minimum=about["minimum"],
        smallest=about["smallest"],
        parts=parts,
        questions=three_questions(figures, printed),
        signals=tuple(one for one in headlines(printed) if one.signal),
        recommendations=wanted(about.get("recommendations", ()), audience),
        earlier=wanted(about.get("earlier", ()), audience),
        previous=about.get("previous", ""),
        response=about["response"],
        answer=answer if audience == LEADERS else None,
        issued=issue_words(version) if stage == "final" else "",
        methods=tuple(one for one in printed if one.figure.about or one.figure.notes),
        words=words,
    )


def in_order(version: ReportVersion) -> list[str]:
    """The frozen figures in the order of their sections: a database keeps names in an order of its own."""
    codes = version.about["codes"]
    sections = switched_on(version.about["sections"])
    listed = [code for section in sections for code in codes.get(section.code, ())]
    order = dict.fromkeys((*listed, *sorted(version.figures)))
    return [code for code in order if code in version.figures]


def controlled(figures: Mapping[str, Figure]) -> frozenset[str]:
    """The figures whose signal comes of a control chart."""
    return frozenset(code for code, one in figures.items() if isinstance(one.chart, ControlChart))


def shown_to(audience: str, figure: Figure, about: Mapping[str, Any]) -> Figure | None:
    """A figure as an audience may see it: small numbers withheld and examples left out for all but leaders."""
    if audience == LEADERS:
        return figure
    if figure.code not in about["wide"]:
        return None
    return without_examples(withhold(figure, about["smallest"]))


def without_examples(figure: Figure) -> Figure:
    """A figure without its columns of examples from single files."""
    kept = [n for n, column in enumerate(figure.columns) if column.code not in EXAMPLES]
    if len(kept) == len(figure.columns):
        return figure
    rows = tuple(replace(row, cells=tuple(row.cells[n] for n in kept)) for row in figure.rows)
    return replace(figure, columns=tuple(figure.columns[n] for n in kept), rows=rows)


def words_for(
    commentary: Mapping[str, str], every: Mapping[str, Figure], shown: Mapping[str, Figure]
) -> dict[str, str]:
    """What was written, with the values that this audience may see."""
    values = dict.fromkeys(values_of(every.values()), Value("", SMALL))
    values.update(values_of(shown.values()))
    return {place: filled(text, values) for place, text in commentary.items()}


def part_of(
    section: Section,
    number: int,
    figures: Mapping[str, Figure],
    codes: Mapping[str, list[str]],
    words: Mapping[str, str],
    charted: frozenset[str],
) -> Part:
    """A section with its figures numbered within it."""
    there = [figures[code] for code in codes.get(section.code, ()) if code in figures]
    return Part(
        str(number),
        section.code,
        section.title,
        tuple(printed_of(one, f"{number}.{n}", charted) for n, one in enumerate(there, start=1)),
        tuple(
            Words(place.label, words[place.code])
            for place in section.places
            if words.get(place.code)
        ),
    )


def printed_of(figure: Figure, number: str, charted: frozenset[str]) -> Printed:
    """A figure as it is printed."""
    return Printed(
        number,
        figure,
        lines(figure),
        list_behind(figure),
        has_few(figure),
        has_withheld(figure),
        figure.code in charted,
    )


def headlines(printed: tuple[Printed, ...]) -> tuple[Headline, ...]:
    """What each figure says first."""
    return tuple(
        Headline(one.figure.says[0], one.number, one.figure.signal, one.controlled)
        for one in printed
        if one.figure.says
    )


def three_questions(
    figures: Mapping[str, Figure], printed: tuple[Printed, ...]
) -> tuple[tuple[str, tuple[Headline, ...]], ...]:
    """The numbers that answer the three questions, as the dashboard has them; an empty figure answers none."""
    numbers = {one.figure.code: one.number for one in printed}
    known = [code for code, one in figures.items() if not one.empty]
    return tuple(
        (
            asked.words,
            tuple(
                Headline(f"{one.label}: {one.words}", numbers.get(one.figure, ""), one.signal)
                for one in asked.answers
            ),
        )
        for asked in headline.three_questions(figures.__getitem__, known)
    )


def wanted(rows: Any, audience: str) -> tuple[Wanted, ...]:
    """Recommendations as they are printed; all staff read those that are meant for them."""
    return tuple(
        Wanted(
            number=row["number"],
            text=row["text"],
            owner=row["owner"],
            due_on=date.fromisoformat(row["due_on"]),
            why=row.get("why", ""),
            state=row.get("state", ""),
            difference=row.get("difference", ""),
            reply=row.get("reply", ""),
        )
        for row in rows
        if audience != STAFF or row.get("for_staff", True)
    )


def issue_words(version: ReportVersion) -> str:
    """Who issued it, by their post, as it was when they asked for it."""
    return str(version.issue_words)
