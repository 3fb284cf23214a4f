"""Sections and questions of the audit: where practice is as good as it should be and where it is not (reports §4; G-23)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from statistics import median

from audits.models import Respondent
from reporting.charts.forms import DotPlot, DotRow, Heat, HeatMap
from reporting.figure import Cell, Column, Figure, Row, Value
from reporting.measures.shares import percent, share
from reporting.selectors.catalogue import Measure, register
from reporting.selectors.compared import SHARED, ends_said, moved_said
from reporting.selectors.graded import NO_FLASH, left_out, services_in
from reporting.selectors.items import (
    JUDGES,
    Given,
    Met,
    Verdict,
    answers,
    judged_parts,
    main_tool,
    total,
    values,
)
from reporting.selectors.scope import Scope
from standards.deadlines import months_after
from standards.edition import PartForm, QuestionForm, ToolForm
from standards.policy import Scale

# How many quarters stand before the present one, and how many questions are named as the weakest.
BEFORE, WEAKEST = 4, 5
POPULATION = f"Returned audits, with final and provisional grades alike. {NO_FLASH}"
COUNTED = (
    "Answers of auditors, and those given together: grades of the council’s good ones and better, scale values from the "
    "band of such a grade on, and a plain yes count as met; partly and no do not. Not applicable is left out."
)
IN_SECTION = (
    "An audit counts as met in a section when at least half of its judged answers there are met."
)
IN_QUESTION = (
    "An audit counts as met in a question when at least half of its judged answers there are met; "
    "most questions have one."
)


@dataclass(frozen=True)
class Read:
    """The form that is looked at, with what each audit says to its sections."""

    tool: ToolForm
    by_section: dict[str, list[Verdict]]
    by_question: dict[str, list[Verdict]]

    @property
    def sections(self) -> list[tuple[str, str]]:
        """The sections with any such answer: code and title."""
        return [(one.code, one.title) for one in self.tool.sections if one.code in self.by_section]

    @property
    def services(self) -> set[int]:
        """The services whose audits have such an answer."""
        return {row.audit.service for rows in self.by_section.values() for row in rows}


def read(scope: Scope, quarters_before: int = 0) -> Read | None:
    """The answers of these months, and those of so many quarters before; None where there is no form."""
    tool = main_tool(scope)
    if tool is None:
        return None
    found = answers(scope, tool, months_after(scope.first_on, -3 * quarters_before))
    return Read(tool, found.by_section, found.by_question)


def nothing(scope: Scope, code: str, title: str, rows_are: str) -> Figure:
    """What stands where no question of the form is judged, or nothing has been returned."""
    return Figure(
        code=code,
        title=title,
        about=f"{POPULATION} {COUNTED}",
        rows_are=rows_are,
        columns=(Column("all", "All services", "share"),),
        rows=(),
        says=("No returned audit of these months has such an answer.",),
        notes=left_out(scope),
        question="well",
    )


def sections_by_service(scope: Scope) -> Figure:
    """In how many audits each section was met, service by service."""
    found = read(scope)
    if found is None or not found.sections:
        return nothing(scope, "sections-by-service", "Sections by service", "Section")
    groups = [(one.pk, one.name) for one in services_in(scope) if one.pk in found.services]
    if others := found.services - {pk for pk, _ in groups}:
        groups.append((0, "In no service"))
    rows, heat = [], []
    for code, title in found.sections:
        some = found.by_section[code]
        sums = [
            total(
                row
                for row in some
                if row.audit.service == pk or (not pk and row.audit.service in others)
            )
            for pk, _ in groups
        ]
        whole = total(some)
        rows.append(
            Row(
                title,
                tuple(share(one.n, one.of, minimum=scope.minimum) for one in (*sums, whole)),
                code=code,
            )
        )
        heat.append(tuple(heat_of(scope, one) for one in (*sums, whole)))
    names = (*(name for _, name in groups), "All services")
    return Figure(
        code="sections-by-service",
        title="Sections by service",
        about=f"{found.tool.title}. {POPULATION} {IN_SECTION} {COUNTED}",
        rows_are="Section",
        columns=(
            *(Column(f"s{pk}", name, "share") for pk, name in groups),
            Column("all", "All services", "share", total=True),
        ),
        rows=tuple(rows),
        says=ends_said(rows),
        notes=(*left_out(scope), SHARED),
        question="well",
        chart=HeatMap(tuple(row.label for row in rows), names, tuple(heat), "less met", "more met"),
    )


def heat_of(scope: Scope, met: Met) -> Heat:
    """A cell of the heat map; without a level where there are too few audits."""
    cell = share(met.n, met.of, minimum=scope.minimum)
    if cell.share is None:
        return Heat(None, f"{met.n} of {met.of}" if met.of else "–")
    return Heat(cell.share, percent(cell.share))


def sections_over_time(scope: Scope) -> Figure:
    """In how many audits each section was met, in these months and in the four quarters before."""
    found = read(scope, BEFORE)
    if found is None or not found.sections:
        return nothing(scope, "sections-over-time", "Sections over time", "Section")
    starts = [months_after(scope.first_on, -3 * back) for back in range(BEFORE, 0, -1)]
    bounds = [(start, months_after(start, 2)) for start in starts]
    bounds.append((scope.first_on, last_month(scope)))
    rows, dots = [], []
    for code, title in found.sections:
        some = found.by_section[code]
        sums = [
            total(row for row in some if first <= row.audit.month <= last) for first, last in bounds
        ]
        cells = [share(one.n, one.of, minimum=scope.minimum) for one in sums]
        rows.append(Row(title, tuple(cells), code=code))
        dots.append(
            DotRow(
                title,
                cells[-1].share,
                tuple(cell.share for cell in cells[:-1]),
                f"{sums[-1].n} of {sums[-1].of}",
            )
        )
    says, signal = moved_said(rows, scope.minimum)
    return Figure(
        code="sections-over-time",
        title="Sections over time",
        about=f"{found.tool.title}, by the months for which audits count. {POPULATION} {IN_SECTION} {COUNTED}",
        rows_are="Section",
        columns=tuple(
            Column(start.isoformat(), months_words(start, last), "share") for start, last in bounds
        ),
        rows=tuple(rows),
        says=says,
        notes=(*left_out(scope), SHARED),
        question="better",
        signal=signal,
        chart=DotPlot(tuple(dots), 0.0, 1.0, percent=True),
    )


def last_month(scope: Scope) -> date:
    """The last month of the scope, or that of reading where it is before."""
    last = min(scope.last_on, scope.on).replace(day=1)
    return max(last, scope.first_on.replace(day=1))


def months_words(first: date, last: date) -> str:
    """Apr 2026 to Jun 2026, or May 2026."""
    same = (first.year, first.month) == (last.year, last.month)
    return f"{last:%b %Y}" if same else f"{first:%b %Y} to {last:%b %Y}"


def weakest_items(scope: Scope) -> Figure:
    """The questions that are met in fewest audits, and how often in those with the worst final grade."""
    found = read(scope)
    if found is None or not found.sections:
        return nothing(scope, "weakest-items", "Weakest questions", "Question")
    worst = scope.edition.policy.worst_grade
    known: list[tuple[float, QuestionForm, Met, Met]] = []
    for section in found.tool.sections:
        for question in section.questions:
            some = found.by_question.get(question.code, [])
            whole = total(some)
            if whole.of >= max(scope.minimum, 1):
                bad = total(
                    row for row in some if row.audit.final and row.audit.grade == worst.code
                )
                known.append((whole.n / whole.of, question, whole, bad))
    weakest = sorted(known, key=lambda one: (one[0], one[1].code))[:WEAKEST]
    rows = tuple(
        Row(
            question.heading,
            (
                share(whole.n, whole.of, minimum=scope.minimum),
                share(bad.n, bad.of, minimum=scope.minimum),
            ),
            code=question.code,
        )
        for _, question, whole, bad in weakest
    )
    return Figure(
        code="weakest-items",
        title="Weakest questions",
        about=f"{found.tool.title}: the {WEAKEST} questions that are met in fewest audits, of those answered in at least "
        f"{scope.minimum}. {POPULATION} Of the audits graded {worst.label}, those whose grade is final. {IN_QUESTION} {COUNTED}",
        rows_are="Question",
        columns=(
            Column("met", "Met", "share"),
            Column("worst", f"Met in audits with the final grade {worst.label}", "share"),
        ),
        rows=rows,
        says=(
            (f"Met least: {weakest[0][1].title}, in {percent(weakest[0][0])} of audits.",)
            if weakest
            else ("Too few audits answer any one question.",)
        ),
        notes=left_out(scope),
        question="well",
        values={
            "weakest": Value("The question met least", weakest[0][1].title if weakest else "none")
        },
    )


def scales(scope: Scope) -> Figure:
    """Each question on a scale: the middle value, and how many answers lie in each band; auditors and workers apart."""
    tool = main_tool(scope)
    parts = [part for _, _, part in judged_parts(tool) if part.kind == "scale"] if tool else []
    if tool is None or not parts:
        return Figure(
            code="scales",
            title="Scales",
            about=f"Questions answered on a scale. {POPULATION}",
            rows_are="Question",
            columns=(Column("n", "Answers"),),
            rows=(),
            says=("The form asks nothing on a scale.",),
        )
    policy = scope.edition.policy
    given = values(scope, tool)
    widest = max(
        (policy.scales[part.scale or ""] for part in parts), key=lambda one: len(one.bands)
    )
    rows = []
    for part in parts:
        for who, label in (
            ("judge", ""),
            (Respondent.PRACTITIONER, "worker"),
            (Respondent.SECOND, "second worker"),
        ):
            some = [
                one
                for one in given
                if one.part == part.code
                and (one.respondent in JUDGES if who == "judge" else one.respondent == who)
            ]
            if some:
                rows.append(scale_row(tool, part, label, some, widest))
    return Figure(
        code="scales",
        title="Scales",
        about=f"{tool.title}: questions answered on a scale. {POPULATION} The middle value is the median; "
        "values are never averaged across questions.",
        rows_are="Question",
        columns=(
            Column("n", "Answers"),
            Column("median", "Middle value", "mean"),
            *(
                Column(f"b{band.lowest}", bounds_words(band.lowest, band.highest))
                for band in widest.bands
            ),
        ),
        rows=tuple(rows),
        says=(f"{len(rows)} {'set' if len(rows) == 1 else 'sets'} of answers on a scale.",)
        if rows
        else ("No answer on a scale.",),
        notes=left_out(scope),
        question="well",
    )


def bounds_words(lowest: int, highest: int) -> str:
    """0 to 2, or 6."""
    return str(lowest) if lowest == highest else f"{lowest} to {highest}"


def scale_row(tool: ToolForm, part: PartForm, who: str, some: list[Given], widest: Scale) -> Row:
    """One question on a scale, answered by one party."""
    given: Counter[int] = Counter()
    for one in some:
        given[one.number] += one.times
    several = sum(
        part.question_code == other.question_code for other in tool.parts if other.kind == "scale"
    )
    title = tool.question(part.question_code).heading
    title = f"{title}: {part.label}" if several > 1 else title
    same = part.scale == widest.code
    return Row(
        f"{title} ({who})" if who else title,
        (
            Cell(n=given.total()),
            Cell(n=float(median(given.elements()))),
            *(
                Cell(n=sum(given[v] for v in range(band.lowest, band.highest + 1)))
                if same
                else Cell()
                for band in widest.bands
            ),
        ),
        code=part.code,
    )


register(
    Measure("sections-by-service", "Sections by service", "sections", sections_by_service),
    Measure("sections-over-time", "Sections over time", "sections", sections_over_time),
    Measure("weakest-items", "Weakest questions", "sections", weakest_items),
    Measure("scales", "Scales", "sections", scales),
)
