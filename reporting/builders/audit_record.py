"""The record of one returned audit: what the page, the PDF, the Word file and the case note all show."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from audits import selectors, visibility
from audits.answers import Given, is_answered
from audits.completeness import Key
from audits.models import Audit
from audits.selectors.closing import remedial_actions
from audits.words import answer_in_words, window_lines
from standards.edition import Edition, PartForm, QuestionForm, SectionForm
from standards.policy import Policy


@dataclass(frozen=True)
class Line:
    """One answered part: its label, whose it is, the answer as text, where it is on the child's file."""

    label: str
    whose: str
    text: str
    where: str
    scaled: bool


@dataclass(frozen=True)
class Entry:
    """One question with its answers."""

    number: str
    title: str
    text: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Part:
    """One section of the record; `left_out` says why it was not asked, where it did not apply."""

    number: str
    title: str
    entries: tuple[Entry, ...]
    left_out: str = ""


@dataclass(frozen=True)
class ActionLine:
    """One action: kind, what, why, who, by when, and when it was done."""

    kind: str
    what: str
    why: str
    who: str
    due_on: date
    done_on: date | None = None


@dataclass(frozen=True)
class GradeLine:
    """One grade in the history."""

    kind: str
    value: int | None
    label: str
    surpassed: bool
    rationale: str
    who: str
    at: datetime


@dataclass(frozen=True)
class Record:
    """A returned audit as it is read."""

    council: str
    heading: str
    reference: str
    case_label: str
    case_number: str
    framework: str
    auditor: str
    practitioner_label: str
    practitioner: str
    second_label: str
    second: str
    team: str
    meeting_at: datetime | None
    returned_at: datetime | None
    grade: str
    provisional: bool
    grades: tuple[GradeLine, ...]
    parts: tuple[Part, ...]
    actions: tuple[ActionLine, ...]
    suggested: str = ""
    suggested_how: tuple[str, ...] = ()
    window: tuple[tuple[str, str], ...] = ()
    auditor_label: str = "Auditor"
    actions_heading: str = "Actions"


def capital(words: str) -> str:
    """Words with a capital at their beginning, the others as they are: “Child reference”, “LCS number”."""
    return f"{words[:1].upper()}{words[1:]}"


def build(audit: Audit) -> Record:
    """The record of an audit under its own edition. The number of queries does not grow with the form."""
    edition = selectors.edition_of(audit)
    policy = edition.policy
    answers = selectors.given_answers(audit)
    suggested = selectors.suggestion_of(audit, answers)
    return Record(
        council=audit.council.name,
        heading=policy.note_title or edition.tools[audit.tool.code].title,
        reference=audit.reference,
        case_label=capital(policy.word("case_number", "Case number")),
        case_number=audit.case.number,
        framework=f"{edition.framework_name}, edition {edition.number}",
        auditor=audit.auditor.name,
        practitioner_label=policy.word("practitioner", "practitioner"),
        practitioner=audit.worker.name,
        second_label=policy.word("second_worker", "second worker"),
        second=audit.second_worker.name if audit.second_worker else "",
        team=audit.unit.name,
        meeting_at=audit.meeting_at,
        returned_at=audit.returned_at,
        grade=policy.grade(audit.grade).label if audit.grade else "",
        provisional=not audit.grade_final,
        grades=grades(audit, policy),
        parts=parts(audit, edition, answers),
        actions=actions(audit),
        suggested=policy.grade(suggested.grade).label if suggested else "",
        suggested_how=suggested.how if suggested else (),
        window=window_lines(edition.tools[audit.tool.code].window),
        auditor_label=capital(policy.word("auditor", "auditor")),
        actions_heading=actions_heading(audit, policy),
    )


def grades(audit: Audit, policy: Policy) -> tuple[GradeLine, ...]:
    """Every grade given, in order."""
    return tuple(
        GradeLine(
            kind=event.get_kind_display(),
            value=event.value,
            label=policy.grade(event.grade).label,
            surpassed=event.surpassed,
            rationale=event.rationale,
            who=event.by.name,
            at=event.at,
        )
        for event in audit.grade_events.select_related("by")
    )


def actions_heading(audit: Audit, policy: Policy) -> str:
    """Under which heading the actions go on the child's file; the framework may name the meeting's month in it (C1-9)."""
    heading = policy.actions.file_heading or "Actions"
    met = audit.session_at or audit.meeting_at
    month = timezone.localdate(met) if met else audit.month
    return heading.replace("{month}", f"{month:%B}")


def actions(audit: Audit) -> tuple[ActionLine, ...]:
    """Every action taken in response, soonest first; the moderation's once the grade is final.

    Neither what is said in supervision nor what signers note is on the child's file.
    """
    found = remedial_actions(audit) if audit.grade_final else selectors.actions_of(audit)
    return tuple(
        ActionLine(
            action.kind_label,
            action.what,
            action.why,
            action.owner.name,
            action.due_on,
            action.done_on,
        )
        for action in found
        if action.due_on
    )


def parts(audit: Audit, edition: Edition, answers: dict[Key, Given]) -> tuple[Part, ...]:
    """The sections with what was answered in them; one that did not apply says so."""
    tool = edition.tools[audit.tool.code]
    applied = selectors.applied_sections(audit, tool, answers)
    made = (
        Part(section.number, section.title, entries(audit, section, answers, edition.policy))
        if section.code in applied
        else Part(section.number, section.title, (), left_out(audit, section))
        for section in tool.sections
    )
    return tuple(part for part in made if part.entries or part.left_out)


def left_out(audit: Audit, section: SectionForm) -> str:
    """Why a section is not in the record."""
    return f"This section did not apply to this audit. {selectors.why_left_out(audit, section)}"


def entries(
    audit: Audit, section: SectionForm, answers: dict[Key, Given], policy: Policy
) -> tuple[Entry, ...]:
    """The questions of a section that hold anything to read, each time they were filled."""
    found = []
    for question in section.questions:
        for instance in range(1, question.repeat + 1):
            if lines := lines_of(audit, question, instance, answers, policy):
                title = question.title if instance == 1 else f"{question.title} ({instance})"
                found.append(Entry(question.number, title, question.text, lines))
    return tuple(found)


def lines_of(
    audit: Audit, question: QuestionForm, instance: int, answers: dict[Key, Given], policy: Policy
) -> tuple[Line, ...]:
    """The parts of a question as lines: facts shown, and answers given."""
    names = selectors.people_words(audit)
    lines = []
    for part in question.parts:
        if part.kind == "shown" and instance == 1:
            lines.append(
                Line(
                    part.label,
                    "",
                    selectors.shown_fact(audit, part.shows) or "Not known",
                    "",
                    False,
                )
            )
        if not is_answered(part):
            continue
        for respondent in visibility.respondents(part, second=audit.second_worker_id is not None):
            given = answers.get((part.code, respondent, instance), Given())
            if not given.empty:
                whose = names[respondent] if part.respondent == visibility.PRACTITIONER else ""
                lines.append(line_of(part, whose, given, policy))
    return tuple(lines)


def line_of(part: PartForm, whose: str, given: Given, policy: Policy) -> Line:
    """One answer as a line."""
    pieces = [
        given.place,
        f"{given.day:%-d %B %Y}" if given.day and part.kind == "evidence" else "",
    ]
    return Line(
        label=f"{part.label} – {part.aspect}" if part.aspect else part.label,
        whose=whose,
        text=answer_in_words(part, given, policy),
        where=", ".join(piece for piece in pieces if piece),
        scaled=part.kind in {"scale", "overall_grade", "grade"},
    )


def case_note(record: Record) -> str:
    """The text to paste on the child's file: what was found, the grade, and who does what by when (C1-13)."""
    returned = f"{timezone.localtime(record.returned_at):%-d %B %Y}" if record.returned_at else ""
    lines = [
        f"{record.heading} – {record.reference}",
        f"{record.case_label}: {record.case_number}",
        f"{record.auditor_label}: {record.auditor}. "
        f"{capital(record.practitioner_label)}: {record.practitioner}."
        + (f" {capital(record.second_label)}: {record.second}." if record.second else ""),
        f"Returned on {returned}. Overall grade: {record.grade}{' (provisional)' if record.provisional else ''}.",
    ]
    if record.grades:
        lines += ["", "Why this grade", record.grades[-1].rationale]
    lines += ["", record.actions_heading]
    lines += [
        f"{number}. {action.what} – {action.who}, by {action.due_on:%-d %B %Y}{done_words(action)}"
        for number, action in enumerate(record.actions, start=1)
    ]
    return "\n".join(lines) + "\n"


def done_words(action: ActionLine) -> str:
    """“, done on 4 May 2026”; nothing before it is."""
    return f", done on {action.done_on:%-d %B %Y}" if action.done_on else ""
