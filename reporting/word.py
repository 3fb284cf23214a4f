"""From a record to a Word file, for councils that keep one on the child's file (J-80)."""

import re
from dataclasses import fields, is_dataclass, replace
from io import BytesIO
from typing import Any

from django.utils import timezone
from docx import Document
from docx.document import Document as WordDocument
from docx.shared import Pt

from reporting.builders.audit_record import Record, capital

BREAKS = re.compile("[\x0b\x0c]")  # what Word itself puts on the clipboard for a line or page break
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LONGEST_TITLE = 255


def render_docx(record: Record) -> bytes:
    """The record as a .docx with real headings and a real table of actions."""
    record = _writable(record)
    document = Document()
    document.core_properties.title = f"{record.heading} {record.reference}"[:LONGEST_TITLE]
    document.core_properties.language = "en-GB"
    document.core_properties.author = record.council
    document.styles["Normal"].font.name = "Arial"
    document.styles["Normal"].font.size = Pt(11)
    document.add_heading(record.heading, level=0)
    _facts(document, record)
    _grade(document, record)
    _actions(document, record)
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


def _actions(document: WordDocument, record: Record) -> None:
    document.add_heading("Actions", level=1)
    table = document.add_table(rows=1, cols=3)
    table.style = "Table Grid"
    for cell, words in zip(table.rows[0].cells, ("What", "Who", "When"), strict=True):
        cell.text = words
    for action in record.actions:
        cells = table.add_row().cells
        cells[0].text, cells[1].text, cells[2].text = (
            action.what,
            action.who,
            f"{action.due_on:%-d %B %Y}",
        )


def _line(document: WordDocument, label: str, whose: str, text: str, where: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.add_run(f"{label}{f' ({whose})' if whose else ''}: ").bold = True
    paragraph.add_run(text)
    if where:
        document.add_paragraph(f"On file: {where}")
