"""One edition of a framework as a frozen tree: what the pages of an audit read, without a query."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from standards.instruments import Instrument
from standards.policy import Duration, Policy


def headed(number: str, title: str) -> str:
    """A title after its number where it has one: “3. Plan”."""
    return f"{number}. {title}" if number else title


@dataclass(frozen=True)
class Option:
    """One choice of a part."""

    code: str
    label: str
    hint: str = ""
    counts: str = ""


@dataclass(frozen=True)
class PartForm:
    """One thing to answer or to read within a question."""

    id: int
    code: str
    kind: str
    label: str
    respondent: str
    question_code: str
    section_code: str
    help: str = ""
    required_at: str = ""
    required_when: tuple[str, tuple[str, ...]] | None = None
    scale: str | None = None
    low: str = ""
    high: str = ""
    options: tuple[Option, ...] = ()
    shows: str = ""
    max_length: int | None = None
    grades: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    all_of: bool = False
    lowest: int | None = None
    highest: int | None = None
    unit: str = ""
    aspect: str = ""
    weight: int = 1
    priority: bool = False


@dataclass(frozen=True)
class Scaling:
    """The suggested scaling question of a question, and what its two ends mean."""

    text: str
    low: str
    high: str


@dataclass(frozen=True)
class QuestionForm:
    """One question with its parts, and the descriptors and standards that guide it."""

    code: str
    number: str
    title: str
    text: str
    areas: tuple[str, ...]
    standards: tuple[str, ...]
    scaling: Scaling | None
    note: str
    repeat: int
    source: str
    section_code: str
    parts: tuple[PartForm, ...]

    @property
    def heading(self) -> str:
        """The title, after the number where there is one."""
        return headed(self.number, self.title)


@dataclass(frozen=True)
class AppliesWhen:
    """What makes a section apply: an answer to `part`, or a fact of the case or the audit, among `values`."""

    part: str
    fact: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class SectionForm:
    """One section: who fills it, in which states, who must not see it before the meeting."""

    code: str
    number: str
    title: str
    intro: str
    respondent: str
    open_in: tuple[str, ...]
    hidden_until_session_from: tuple[str, ...]
    paging: str
    minutes: int | None
    questions: tuple[QuestionForm, ...]
    applies_when: AppliesWhen | None = None
    always: bool = False

    @property
    def heading(self) -> str:
        """The title, after the number where there is one."""
        return headed(self.number, self.title)


@dataclass(frozen=True)
class Window:
    """Which time an audit looks at, and the time on which its grade is given where that is shorter."""

    look_back: Duration | None = None
    judgement: Duration | None = None
    note: str = ""


@dataclass(frozen=True)
class Suggestion:
    """How a grade is worked out from answers, to stand beside the judgement (never in its place).

    `parts` names parts or whole sections, empty = every part that counts; `bands` are pairs of a share in
    per cent and the grade from there on, rising; `reason_part` says why another grade was given.
    """

    method: str
    reason_part: str
    parts: tuple[str, ...] = ()
    bands: tuple[tuple[int, str], ...] = ()
    priority_grade: str = ""


@dataclass(frozen=True)
class ToolForm:
    """One form."""

    id: int
    code: str
    title: str
    short: str
    intro: str
    sections: tuple[SectionForm, ...]
    window: Window | None = None
    suggestion: Suggestion | None = None
    used_for: str = ""

    @cached_property
    def parts(self) -> tuple[PartForm, ...]:
        """Every part in order."""
        return tuple(
            part for one in self.sections for question in one.questions for part in question.parts
        )

    @cached_property
    def _questions(self) -> dict[str, QuestionForm]:
        return {question.code: question for one in self.sections for question in one.questions}

    def section(self, code: str) -> SectionForm:
        """The section with this code; KeyError when there is none."""
        for one in self.sections:
            if one.code == code:
                return one
        raise KeyError(code)

    def question(self, code: str) -> QuestionForm:
        """The question with this code; KeyError when there is none."""
        return self._questions[code]

    def part(self, code: str) -> PartForm:
        """The part with this full code; KeyError when there is none."""
        for one in self.parts:
            if one.code == code:
                return one
        raise KeyError(code)


@dataclass(frozen=True)
class Standard:
    """One practice standard."""

    number: str
    alias: str
    section_code: str
    section_title: str
    title: str
    text: str


@dataclass(frozen=True)
class Cell:
    """One descriptor, with its column where the council has columns."""

    column: str
    text: str

    @property
    def heading(self) -> str:
        """The column in words: practice_standard is headed “Practice standard”."""
        return self.column.replace("_", " ").replace("-", " ").capitalize()


@dataclass(frozen=True)
class Area:
    """One area of practice with what each grade looks like in it."""

    code: str
    title: str
    aim: str
    columns: tuple[str, ...]
    cells: Mapping[str, tuple[Cell, ...]]


@dataclass(frozen=True)
class Guidance:
    """What opens beside a question."""

    areas: tuple[Area, ...]
    standards: tuple[Standard, ...]


@dataclass(frozen=True)
class Edition:
    """One edition of one council's framework."""

    id: int
    council_code: str
    framework_name: str
    number: int
    label: str
    effective_from: date
    checksum: str
    policy: Policy
    tools: Mapping[str, ToolForm]
    standards: tuple[Standard, ...]
    areas: Mapping[str, Area]
    year_start: int = 4
    instruments: tuple[Instrument, ...] = ()

    @cached_property
    def worked_out(self) -> dict[Hashable, Any]:
        """What rooms have worked out from this edition alone; kept as long as a process keeps the edition.

        It is the same for everybody: nothing of a case, a person or an answer belongs here.
        """
        return {}

    def instrument(self, code: str) -> Instrument:
        """The instrument with this code. Raises KeyError for a code the framework does not have."""
        for one in self.instruments:
            if one.code == code:
                return one
        raise KeyError(code)

    def guidance(self, question: QuestionForm) -> Guidance:
        """The descriptor areas and practice standards that guide a question.

        A question names single standards or whole sections of them.
        """
        wanted = set(question.standards)
        return Guidance(
            areas=tuple(self.areas[code] for code in question.areas if code in self.areas),
            standards=tuple(
                one for one in self.standards if one.number in wanted or one.section_code in wanted
            ),
        )
