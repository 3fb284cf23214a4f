"""Reports to test with: figures of every kind, as the catalogue would give them, and versions made of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from people.models import Council
from reporting.charts.forms import (
    Bar,
    ControlChart,
    CountRow,
    Counts,
    Funnel,
    Mark,
    Point,
    Series,
    StackedBars,
)
from reporting.figure import Cell, Column, Figure, Row, Value, dump
from reporting.models import Report, ReportVersion
from reporting.sections import SECTIONS, figure_codes, switched_on
from reporting.selectors.catalogue import MEASURES, Measure
from reporting.selectors.scope import Scope
from standards.models import FrameworkVersion
from tests.factories.standards import framework_text, published

CUT = datetime(2026, 7, 7, 6, 30, tzinfo=UTC)
SERVICES = ("Family Safeguarding", "Duty and Assessment", "Children in our Care", "Leaving Care")
GRADES = (("outstanding", "Outstanding"), ("good", "Good"), ("ri", "Requires improvement"))


def share(n: int, of: int, to: str = "") -> Cell:
    """A share with an interval that is near enough for a test."""
    low, high = max(n / of - 0.15, 0), min(n / of + 0.15, 1)
    return Cell(n, of, low, high, kept="few" if of < 10 else "", to=to)


def by_service(code: str, title: str) -> Figure:
    """A table with counts and a share in each row, a total, and stacked bars."""
    counts = [(3, 14, 5), (2, 9, 6), (1, 12, 4), (0, 2, 1)]
    rows = [
        Row(
            service,
            (
                *(Cell(n, to=f"/audits/?unit={at}") for n in found),
                Cell(sum(found)),
                share(found[0] + found[1], sum(found)),
            ),
            code=f"s{at}",
        )
        for at, (service, found) in enumerate(zip(SERVICES, counts, strict=True))
    ]
    sums = [sum(column) for column in zip(*counts, strict=True)]
    all_of = sum(sums)
    total = Row(
        "All services",
        (*(Cell(n, to="/audits/") for n in sums), Cell(all_of), share(sums[0] + sums[1], all_of)),
        total=True,
    )
    return Figure(
        code=code,
        title=title,
        about="Returned audits of these months whose grade is final, by the service of the child’s team.",
        rows_are="Service",
        columns=(
            *(Column(code, label) for code, label in GRADES),
            Column("all", "All", total=True),
            Column("good", "Good or better", "share"),
        ),
        rows=(*rows, total),
        says=(
            f"{sums[0] + sums[1]} of {all_of} audits are good or better.",
            "2 more are provisional.",
        ),
        notes=("Provisional grades are not counted.",),
        question="well",
        signal="no signal",
        chart=StackedBars(
            tuple(
                Series(label, colour)
                for (_, label), colour in zip(GRADES, ("blue", "green", "orange"), strict=True)
            ),
            tuple(
                Bar(service, found, f"{sum(found)} audits")
                for service, found in zip(SERVICES, counts, strict=True)
            ),
        ),
        values={
            "final": Value("Final grades", str(all_of)),
            "good": Value("Good or better", "73 %"),
        },
    )


def over_time(code: str, title: str) -> Figure:
    """A share over twelve months with a control chart."""
    months = [date(2025 + (m + 6) // 12, (m + 6) % 12 + 1, 1) for m in range(12)]
    found = [
        (8, 12),
        (7, 11),
        (9, 14),
        (10, 13),
        (6, 12),
        (9, 12),
        (11, 15),
        (8, 13),
        (12, 14),
        (13, 15),
        (2, 5),
        (12, 13),
    ]
    points = tuple(
        Point(
            f"{month:%b %Y}",
            n,
            of,
            n / of,
            0.71,
            0.35,
            1.0,
            joined=of >= 10,
            signal="eight on one side" if at == 11 else "",
            better=True if at == 11 else None,
        )
        for at, (month, (n, of)) in enumerate(zip(months, found, strict=True))
    )
    return Figure(
        code=code,
        title=title,
        about="The share of final grades that are good or better, month by month.",
        rows_are="Month",
        columns=(Column("share", "Good or better", "share"),),
        rows=tuple(Row(point.label, (share(point.n, point.of),)) for point in points),
        says=("More audits are good or better than in the year before.",),
        question="better",
        signal="signal",
        chart=ControlChart("Good or better", points, (Mark(6, "New form"),)),
        values={"now": Value("Latest month", "92 %")},
    )


def funnel(code: str, title: str) -> Figure:
    """A funnel with those who left it."""
    steps = (("Asked", 41), ("Reached", 30), ("Answered", 22))
    return Figure(
        code=code,
        title=title,
        about="Families of audited children.",
        rows_are="Step",
        columns=(Column("n", "Families"),),
        rows=tuple(Row(label, (Cell(n),)) for label, n in steps),
        says=("22 of 41 families who were asked have answered.",),
        question="much",
        chart=Funnel(steps, (("Declined", 6), ("Not safe to ask", 2))),
        values={"answered": Value("Families who answered", "22")},
    )


def counted(code: str, title: str) -> Figure:
    """Counts beside what was wanted."""
    rows = (("Learning spaces", 12, 120), ("Dip samples", 301, 478))
    return Figure(
        code=code,
        title=title,
        about="What was done beside what the programme asks for.",
        rows_are="Activity",
        columns=(Column("n", "Done"), Column("of", "Wanted"), Column("note", "Note", "words")),
        rows=tuple(
            Row(label, (Cell(n), Cell(of), Cell(text="of the quarter"))) for label, n, of in rows
        ),
        says=("12 of 120 learning spaces were held.",),
        question="much",
        chart=Counts(tuple(CountRow(label, n, of) for label, n, of in rows)),
        values={"spaces": Value("Learning spaces", "12")},
    )


def said(code: str, title: str) -> Figure:
    """A table of themes in words, with an example."""
    rows = (
        ("Voice of the child", 14, "Direct work shaped the plan."),
        ("Purposeful visits", 11, "Each visit had an aim."),
        ("Plans with dates", 3, "Dates were kept."),
    )
    return Figure(
        code=code,
        title=title,
        about="Findings coded to a theme.",
        rows_are="Theme",
        columns=(Column("n", "Audits"), Column("example", "Example", "words")),
        rows=tuple(Row(label, (Cell(n), Cell(text=text))) for label, n, text in rows),
        says=("Voice of the child is named most often, in 14 audits.",),
        question="better",
        values={"first": Value("Most named", "Voice of the child")},
    )


SHAPES = (by_service, over_time, funnel, counted, said)


def figure_for(code: str, title: str) -> Figure:
    """Some figure under this code: always the same one."""
    known = {
        "strengths": said,
        "develop": said,
        "good-over-time": over_time,
        "asked": funnel,
        "programme-delivery": counted,
        "grades": by_service,
    }
    return known.get(code, SHAPES[sum(map(ord, code)) % len(SHAPES)])(code, title)


def frozen_version(kind: str = "quarter", **changes: object) -> ReportVersion:
    """A version that is not saved, frozen with a figure in every place."""
    sections = switched_on(["month"] if kind == "month" else [one.code for one in SECTIONS])
    figures = {
        code: figure_for(code, code.replace("-", " ").capitalize())
        for code in figure_codes(sections)
    }
    about = {
        "council": "Eastmere",
        "colour": "#12436d",
        "title": "Monthly summary" if kind == "month" else "Quarterly quality assurance report",
        "period": "June 2026" if kind == "month" else "Q1, April to June 2026",
        "kind": kind,
        "first_on": "2026-04-01",
        "last_on": "2026-06-30",
        "framework": "Learning together, edition 1",
        "editions": ["Learning together, edition 1"],
        "sections": [one.code for one in sections],
        "codes": {one.code: list(one.figures) for one in sections},
        "wide": [code for code in figures if code != "auditor-severity"],
        "response": "compulsory",
        "audiences": ["leaders", "members", "staff"],
        "minimum": 10,
        "smallest": 5,
        "previous": "Q4, January to March 2026",
        "recommendations": [
            {
                "number": 1,
                "text": "Every plan names what will be different for the child, and by when.",
                "why": "A third of plans name no date.",
                "owner": "Head of service",
                "due_on": "2026-09-30",
                "themes": ["Plans"],
                "for_staff": True,
            },
            {
                "number": 2,
                "text": "Supervision looks at the child’s own words each time.",
                "why": "",
                "owner": "Service manager",
                "due_on": "2026-10-31",
                "themes": [],
                "for_staff": True,
            },
        ],
        "earlier": [
            {
                "number": 1,
                "text": "Chronologies are kept up to date.",
                "owner": "Service manager",
                "due_on": "2026-05-31",
                "state": "Signed off",
                "difference": "Partly",
                "reply": "Accepted",
            }
        ],
    }
    words = {
        "leaders.practice": "Practice is strongest where families help to write the plan.\n\n{grades.good} of audits are good or better."
        if kind == "quarter"
        else "",
        "practice": "Visits have a purpose, and children say so.",
        "grades": "There were {grades.final} final grades.",
        "month.good": "Direct work shapes plans.\n\nFathers are asked.",
        "month.develop": "Dates in plans.",
    }
    version = ReportVersion(
        number=1,
        asked_at=CUT,
        cut_at=CUT,
        frozen_at=CUT,
        figures={code: dump(one) for code, one in figures.items()},
        commentary={place: text for place, text in words.items() if text},
        about=about,
    )
    for name, value in changes.items():
        setattr(version, name, value)
    return version


# Reports in the database --------------------------------------------------------------------------

AT = datetime(2026, 7, 7, 6, 45, tzinfo=UTC)
LEADERS = """  - {code: DCS, title: Director of Children’s Services, roles: [senior_leader]}
  - {code: LM, title: Lead member, roles: [report_reader]}
"""
REPORTS = """
bodies:
  - {code: board, title: Improvement board, members: [council.head_of_service, council.qa_head]}
  - {code: public, title: The public}
reports:
  - code: quarterly
    title: Quarterly report
    every: quarter
    contents: [Everything]
    to: [council.senior_leader, board, public]
    response: RESPONSE
    due: {number: 5, unit: working_days}
    sections: [leaders, grades, voice, recommendations_are_always_there]
    versions:
      - {audience: members, to: [council.report_reader]}
      - {audience: staff, to: [council.practitioner, council.head_of_service]}
  - {code: monthly, title: Monthly summary, every: month, contents: [The month], to: [council.senior_leader], due: {number: 1, unit: working_days}, sections: [month]}
  - {code: year, title: Year, every: year, contents: [The year], to: [council.senior_leader]}
""".replace(", recommendations_are_always_there", "")


def with_reports(response: str = "compulsory") -> FrameworkVersion:
    """The made-up council's framework with a quarterly and a monthly report."""
    text = framework_text("eastmere").replace(
        "effective_from: 2026-01-01", "effective_from: 2025-01-01"
    )
    kinds = "  - {code: HQA, title: Head of QA, roles: [qa_head]}\n"
    text = text.replace(kinds, kinds + LEADERS)
    return published(text + REPORTS.replace("RESPONSE", response))


@contextmanager
def catalogue_of(*codes: str, fails: str = "") -> Iterator[list[str]]:
    """A catalogue with only these figures, and the list of what was read from it; `fails` cannot be read."""
    kept, read = dict(MEASURES), []

    def measure(code: str) -> Measure:
        def build(scope: Scope) -> Figure:
            read.append(code)
            if code == fails:
                raise ZeroDivisionError
            return figure_for(code, code.capitalize())

        section = next(one.code for one in SECTIONS if code in one.figures)
        return Measure(code, code.capitalize(), section, build)

    MEASURES.clear()
    MEASURES.update({code: measure(code) for code in codes})
    try:
        yield read
    finally:
        MEASURES.clear()
        MEASURES.update(kept)


def quarter_of(council: Council) -> Report:
    """The report of the first quarter of 2026-27, not built yet."""
    return Report.objects.create(
        council=council,
        code="quarterly",
        kind="quarter",
        first_on=date(2026, 4, 1),
        last_on=date(2026, 6, 30),
        title="Quarterly report",
        period="Q1, April to June 2026",
        made_at=AT,
    )
