"""The edition in force for a council on a day, and an edition's rows as frozen values."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from people.models import Council
from standards.edition import (
    Area,
    Cell,
    Edition,
    Option,
    PartForm,
    QuestionForm,
    Scaling,
    SectionForm,
    Standard,
    ToolForm,
)
from standards.models import Descriptor, FrameworkVersion, Part, PracticeStandard, Question, Section, Tool
from standards.reading import policy_of

# Published editions never change, so they are kept in the process; the checksum guards the key.
_kept: dict[tuple[int, str], Edition] = {}


def in_force(council: Council, on: date) -> FrameworkVersion | None:
    """The council's edition for new audits on the day, or None."""
    return FrameworkVersion.objects.filter(council=council).in_force(on).select_related("framework__council").first()


def edition(version: FrameworkVersion) -> Edition:
    """The edition as frozen values; a published one is read once in the life of the process."""
    if version.state == FrameworkVersion.State.DRAFT:
        return read_edition(version)
    key = (version.pk, version.checksum)
    if key not in _kept:
        _kept[key] = read_edition(version)
    return _kept[key]


def read_edition(version: FrameworkVersion) -> Edition:
    """The edition from its rows; the number of queries does not grow with its questions."""
    policy = policy_of(version.policy)
    return Edition(
        id=version.pk,
        council_code=version.framework.council.code,
        framework_name=version.framework.name,
        number=version.edition,
        label=version.label,
        effective_from=version.effective_from,
        checksum=version.checksum,
        policy=policy,
        tools=tools_of(version),
        standards=tuple(
            Standard(s.number, s.alias, s.section_code, s.section_title, s.title, s.text)
            for s in PracticeStandard.objects.filter(version=version)
        ),
        areas=areas_of(version),
    )


def grouped(rows: Iterable[Any], key: str) -> dict[int, list[Any]]:
    """Rows by one of their foreign keys, in their order."""
    groups: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, key)].append(row)
    return groups


def tools_of(version: FrameworkVersion) -> dict[str, ToolForm]:
    """The forms of an edition: four queries."""
    sections = grouped(Section.objects.filter(version=version).order_by("tool_id", "order"), "tool_id")
    questions = grouped(Question.objects.filter(version=version).order_by("section_id", "order"), "section_id")
    parts = grouped(Part.objects.filter(version=version).order_by("question_id", "order"), "question_id")
    return {
        tool.code: ToolForm(
            id=tool.pk,
            code=tool.code,
            title=tool.title,
            short=tool.short,
            intro=tool.intro,
            sections=tuple(section_form(s, questions[s.pk], parts) for s in sections[tool.pk]),
        )
        for tool in Tool.objects.filter(version=version).order_by("pk")
    }


def section_form(section: Section, questions: list[Question], parts: dict[int, list[Part]]) -> SectionForm:
    """One section with its questions."""
    return SectionForm(
        code=section.code,
        number=section.number,
        title=section.title,
        intro=section.intro,
        respondent=section.respondent,
        open_in=tuple(section.open_in),
        hidden_until_session_from=tuple(section.hidden_until_session_from),
        paging=section.paging,
        minutes=section.minutes,
        questions=tuple(question_form(q, section.code, parts[q.pk]) for q in questions),
    )


def question_form(question: Question, section_code: str, parts: list[Part]) -> QuestionForm:
    """One question with its parts."""
    return QuestionForm(
        code=question.code,
        number=question.number,
        title=question.title,
        text=question.text,
        areas=tuple(question.areas),
        standards=tuple(question.standards),
        scaling=Scaling(**question.scaling) if question.scaling else None,
        note=question.note,
        repeat=question.repeat,
        source=question.source,
        section_code=section_code,
        parts=tuple(part_form(part, question.code, section_code) for part in parts),
    )


def part_form(part: Part, question_code: str, section_code: str) -> PartForm:
    """One part."""
    details = part.details
    when = details.get("required_when")
    return PartForm(
        id=part.pk,
        code=part.code,
        kind=part.kind,
        label=part.label,
        respondent=part.respondent,
        question_code=question_code,
        section_code=section_code,
        help=details.get("help", ""),
        required_at=part.required_at,
        required_when=(when["part"], tuple(when["in"])) if when else None,
        scale=details.get("scale"),
        low=details.get("low", ""),
        high=details.get("high", ""),
        options=tuple(Option(o["code"], o["label"], o.get("hint", "")) for o in details.get("options", [])),
        shows=details.get("shows", ""),
        max_length=details.get("max_length"),
    )


def areas_of(version: FrameworkVersion) -> dict[str, Area]:
    """The descriptor areas in the order of the file, with their cells from the rows."""
    cells: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for row in Descriptor.objects.filter(version=version).order_by("area", "order"):
        cells[row.area, row.grade].append(Cell(row.column, row.text))
    grades = [grade["code"] for grade in version.policy["grades"]]
    return {
        area["code"]: Area(
            code=area["code"],
            title=area["title"],
            aim=area.get("aim", ""),
            columns=tuple(area.get("columns", ())),
            cells={grade: tuple(cells[area["code"], grade]) for grade in grades if cells[area["code"], grade]},
        )
        for area in version.policy.get("descriptor_areas", [])
    }
