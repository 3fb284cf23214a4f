from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document

from reporting.builders.audit_record import Entry, Line, Part
from reporting.word import render_docx
from tests.reporting.records import RECORD


def opened(record):
    return Document(BytesIO(render_docx(record)))


def headings(document):
    return [
        (one.style.name, one.text)
        for one in document.paragraphs
        if one.style.name.startswith(("Heading", "Title"))
    ]


def test_the_headings_are_real_and_in_order():
    assert headings(opened(RECORD)) == [
        ("Title", "Practice conversation"),
        ("Heading 1", "Overall grade"),
        ("Heading 1", "Actions"),
        ("Heading 1", "1. Conversation"),
        ("Heading 2", "2. Records"),
        ("Heading 1", "Before we talk"),
        ("Heading 2", "What went well"),
    ]


def test_the_actions_are_a_table_with_headers():
    table = opened(RECORD).tables[0]

    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["What", "Who", "When"],
        ["Meet the family", "Daniel Hughes", "1 December 2026"],
    ]


def test_the_text_holds_facts_grade_and_answers():
    texts = [
        one.text for one in opened(RECORD).paragraphs if not one.style.name.startswith("Heading")
    ]

    assert texts == [
        "Practice conversation",
        "Reference: 2026-0007",
        "Mosaic number: 704211",
        "Auditor: Amina Okafor",
        "Key worker: Daniel Hughes",
        "Team: Team 2",
        "Returned: 10 November 2026",
        "Framework: Northshire quality framework, edition 3",
        "Strong (provisional)",
        "Clear work",
        "Fullness (Daniel Hughes): 0",
        "On file: Case notes",
    ]


def test_a_second_worker_and_a_final_grade_are_said():
    texts = [
        one.text
        for one in opened(replace(RECORD, second="Priya Sharma", provisional=False)).paragraphs
    ]

    assert "Support worker: Priya Sharma" in texts
    assert "Strong" in texts


def test_the_file_says_its_title_language_and_council():
    about = opened(RECORD).core_properties

    assert (about.title, about.language, about.author) == (
        "Practice conversation 2026-0007",
        "en-GB",
        "Northshire",
    )


def test_a_long_heading_is_cut_in_the_title_only():
    document = opened(replace(RECORD, heading="A long heading " * 30))

    assert len(document.core_properties.title) == 255
    assert document.paragraphs[0].text == "A long heading " * 30


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("one\ntwo", "one\ntwo"),
        ("one\ttwo", "one\ttwo"),
        ("one\x0btwo", "one\ntwo"),
        ("one\x0ctwo", "one\ntwo"),
        ("one\x1b\x08two", "onetwo"),
        ("one\ufffetwo", "onetwo"),
        ("<b>&amp; “it’s”", "<b>&amp; “it’s”"),
        ("الطفل 👧🏽", "الطفل 👧🏽"),
    ],
)
def test_whatever_was_typed_the_file_opens_and_the_words_are_there(typed, kept):
    line = Line(typed, typed, typed, typed, False)
    record = replace(
        RECORD,
        heading=typed,
        case_number=typed,
        grades=(replace(RECORD.grades[0], rationale=typed),),
        actions=(replace(RECORD.actions[0], what=typed),),
        parts=(Part("1", typed, (Entry("1", typed, "", (line,)),)),),
    )

    document = opened(record)

    texts = [one.text for one in document.paragraphs]
    assert document.tables[0].rows[1].cells[0].text == kept
    assert {kept, f"1. {kept}", f"{kept} ({kept}): {kept}", f"On file: {kept}"} <= set(texts)
