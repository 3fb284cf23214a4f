"""From a record to a Word file, for councils that keep one on the child's file (J-80)."""

from io import BytesIO

from django.utils import timezone
from docx import Document
from docx.document import Document as WordDocument
from docx.shared import Pt

from reporting.builders.audit_record import Record


def render_docx(record: Record) -> bytes:
    """The record as a .docx with real headings and a real table of actions."""
    document = Document()
    document.core_properties.title = f"{record.heading} {record.reference}"
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
        for entry in part.entries:
            document.add_heading(
                f"{entry.number}. {entry.title}" if entry.number else entry.title, level=2
            )
            for line in entry.lines:
                _line(document, line.label, line.whose, line.text, line.where)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _facts(document: WordDocument, record: Record) -> None:
    returned = timezone.localtime(record.returned_at) if record.returned_at else None
    facts = [
        ("Reference", record.reference),
        (record.case_label, record.case_number),
        ("Auditor", record.auditor),
        (record.practitioner_label.capitalize(), record.practitioner),
        (record.second_label, record.second),
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
