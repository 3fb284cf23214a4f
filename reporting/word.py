"""From a record to a Word file, for councils that keep one on the child's file (J-80)."""

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from io import BytesIO
from typing import Any

from django.utils import timezone
from docx import Document
from docx.document import Document as WordDocument
from docx.shared import Pt

from reporting.builders.audit_record import ActionLine, Record, capital
from reporting.builders.moderation_record import MeetingLine, ModerationRecord, StepLine

BREAKS = re.compile("[\x0b\x0c]")  # what Word itself puts on the clipboard for a line or page break
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LONGEST_TITLE = 255


def render_docx(record: Record) -> bytes:
    """The record as a .docx with real headings and a real table of actions."""
    record = _writable(record)
    document = _new(record.heading, record.reference, record.council)
    _facts(document, record)
    _grade(document, record)
    document.add_heading(record.actions_heading, level=1)
    _actions(document, record.actions)
    for part in record.parts:
        document.add_heading(f"{part.number}. {part.title}" if part.number else part.title, level=1)
        if part.left_out:
            document.add_paragraph(part.left_out)
        for entry in part.entries:
            document.add_heading(
                f"{entry.number}. {entry.title}" if entry.number else entry.title, level=2
            )
            for line in entry.lines:
                _line(document, line.label, line.whose, line.text, line.where)
    return _saved(document)


def render_moderation_docx(record: ModerationRecord) -> bytes:
    """The record of a moderation as a .docx with real headings and real tables."""
    record = _writable(record)
    document = _new(f"{record.heading}: moderation", record.reference, record.council)
    for label, value in record.facts:
        if value:
            _fact(document, label, value)
    _grades_on_the_way(document, record)
    if record.said:
        document.add_heading("What was said", level=1)
    for line in record.said:
        _line(document, line.label, "", line.whole, "")
    if record.actions:
        document.add_heading(record.actions_heading, level=1)
        _actions(document, record.actions)
    if record.meetings:
        document.add_heading("The meeting about the grade", level=1)
    for meeting in record.meetings:
        _meeting(document, meeting)
    if record.steps:
        document.add_heading("The decision", level=1)
    for step in record.steps:
        _step(document, step)
    return _saved(document)


def _new(heading: str, reference: str, council: str) -> WordDocument:
    document = Document()
    document.core_properties.title = f"{heading} {reference}"[:LONGEST_TITLE]
    document.core_properties.language = "en-GB"
    document.core_properties.author = council
    document.styles["Normal"].font.name = "Arial"
    document.styles["Normal"].font.size = Pt(11)
    document.add_heading(heading, level=0)
    return document


def _saved(document: WordDocument) -> bytes:
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _writable(value: Any) -> Any:
    """The value without the characters that a Word file cannot hold."""
    if isinstance(value, str):
        return NOT_XML.sub("", BREAKS.sub("\n", value))
    if isinstance(value, tuple):
        return tuple(map(_writable, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{one.name: _writable(getattr(value, one.name)) for one in fields(value)}
        )
    return value


def _facts(document: WordDocument, record: Record) -> None:
    returned = timezone.localtime(record.returned_at) if record.returned_at else None
    facts = [
        ("Reference", record.reference),
        (record.case_label, record.case_number),
        (record.auditor_label, record.auditor),
        (capital(record.practitioner_label), record.practitioner),
        (capital(record.second_label), record.second),
        ("Team", record.team),
        ("Returned", f"{returned:%-d %B %Y}" if returned else ""),
        ("Framework", record.framework),
    ]
    for label, value in facts:
        if value:
            _fact(document, label, value)


def _fact(document: WordDocument, label: str, value: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.add_run(f"{label}: ").bold = True
    paragraph.add_run(value)


def _grade(document: WordDocument, record: Record) -> None:
    document.add_heading("Overall grade", level=1)
    document.add_paragraph(f"{record.grade}{' (provisional)' if record.provisional else ''}")
    if record.grades:
        document.add_paragraph(record.grades[-1].rationale)
    if record.suggested:
        how = " ".join(record.suggested_how)
        document.add_paragraph(f"Suggested by the answers: {record.suggested}. {how}")
    for heading, words in record.window:
        document.add_paragraph(f"{heading}: {words}")


def _actions(document: WordDocument, actions: Iterable[ActionLine]) -> None:
    rows = ((one.what, one.who, f"{one.due_on:%-d %B %Y}") for one in actions)
    _table(document, ("What", "Who", "When"), rows)


def _table(document: WordDocument, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    table = document.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    for cell, words in zip(table.rows[0].cells, heads, strict=True):
        cell.text = words
    for row in rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words


def _grades_on_the_way(document: WordDocument, record: ModerationRecord) -> None:
    document.add_heading("The grade", level=1)
    document.add_paragraph(f"{record.after}. {record.outcome}".strip())
    rows = ((one.kind, one.grade, f"{one.on:%-d %B %Y}", one.post) for one in record.grades)
    _table(document, ("Whose", "Grade", "When", "Post"), rows)


def _meeting(document: WordDocument, meeting: MeetingLine) -> None:
    who = f"{meeting.part}, {meeting.post}" if meeting.post else meeting.part
    document.add_heading(who, level=2)
    _fact(document, "Met on", f"{meeting.met_on:%-d %B %Y}")
    _fact(document, "Grade agreed", meeting.grade or "None")
    _fact(document, "Their view", meeting.view)
    if meeting.learning:
        _fact(document, "What it teaches about auditing", meeting.learning)


def _step(document: WordDocument, step: StepLine) -> None:
    document.add_heading(step.title, level=2)
    asked = f"{step.asked_on:%-d %B %Y}{f', by {step.asked_by}' if step.asked_by else ''}"
    _fact(document, "Passed up", asked)
    _fact(document, "Why", step.reason)
    if step.decided_on:
        decided = (
            f"{step.decided_on:%-d %B %Y}{f', by {step.decided_by}' if step.decided_by else ''}"
        )
        _fact(document, "Decided", decided)
        _fact(document, "Grade", step.grade)
        _fact(document, "Reason", step.decision)
    else:
        document.add_paragraph("It was passed on to the next.")


def _line(document: WordDocument, label: str, whose: str, text: str, where: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.add_run(f"{label}{f' ({whose})' if whose else ''}: ").bold = True
    paragraph.add_run(text)
    if where:
        document.add_paragraph(f"On file: {where}")
