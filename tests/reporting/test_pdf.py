import re
import socket
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
from django.template.loader import render_to_string
from weasyprint.urls import FatalURLFetchingError

from reporting.builders.audit_record import Entry, Line, Part
from reporting.pdf import NoPdf, render_pdf
from tests.reporting.records import RECORD

PAGE = '<!doctype html><html lang="en-GB"><head><title>T</title>{head}</head><body>{body}</body></html>'


def opened(html):
    return pikepdf.open(BytesIO(render_pdf(html)))


def page_of(record):
    return render_to_string("reporting/audit_record_pdf.html", {"record": record})


def elements(pdf):
    """The kinds of every tagged element, in reading order."""
    found = []

    def walk(node):
        if isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                found.append(str(node.S))
            if "/K" in node:
                walk(node.K)
        elif isinstance(node, pikepdf.Array):
            for one in node:
                walk(one)

    walk(pdf.Root.StructTreeRoot.K)
    return found


def test_the_record_is_tagged_with_language_and_title():
    pdf = opened(page_of(RECORD))

    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "en-GB"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    with pdf.open_metadata() as about:
        assert about["dc:title"] == "Practice conversation 2026-0007"
        assert about["pdfuaid:part"] == "1"


def test_headings_and_table_cells_are_tagged_in_order():
    kinds = elements(opened(page_of(RECORD)))

    assert [one for one in kinds if re.fullmatch("/H[1-6]", one)] == [
        "/H1",
        "/H2",
        "/H2",
        "/H2",
        "/H3",
        "/H2",
        "/H3",
    ]
    assert kinds.count("/Table") == 2
    assert kinds.count("/TH") == 8 + 3


def test_the_same_page_makes_the_same_file():
    html = page_of(RECORD)

    assert render_pdf(html) == render_pdf(html)


HOSTILE = [
    "<img src=file:///etc/passwd>",
    "<link rel=attachment href=file:///etc/passwd>",
    "<script>alert(1)</script>",
    "</dd></dl><iframe src=http://localhost/></iframe>",
    "}} </style><style>@import url(file:///etc/passwd)",
    "one\x0btwo\x1bthree",
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_words_stand_in_the_page_as_words(typed):
    line = Line(typed, typed, typed, typed, False)
    record = replace(
        RECORD,
        heading=typed,
        case_number=typed,
        grades=(replace(RECORD.grades[0], rationale=typed),),
        actions=(replace(RECORD.actions[0], what=typed, why=typed),),
        parts=(Part(typed, typed, (Entry(typed, typed, typed, (line,)),)),),
    )

    html = page_of(record)

    assert not re.search("<(img|link|script|iframe)", html)
    assert html.count("<style>") == 1
    assert len(opened(html).pages) >= 1


@pytest.mark.parametrize(
    "typed", ['"; } body { background: url(file:///etc/passwd)', "</style><img src=x>", "\\", "\n"]
)
@pytest.mark.parametrize("field", ["council", "reference"])
def test_words_in_the_style_sheet_stay_words(field, typed):
    html = page_of(replace(RECORD, **{field: typed}))

    style = html[html.index("<style>") : html.index("</style>")]
    plain = page_of(RECORD)
    expected = plain[plain.index("<style>") : plain.index("</style>")]
    assert re.sub(r'"(\\.|[^"\\\n])*"', '""', style) == re.sub(r'"[^"]*"', '""', expected)


@pytest.fixture
def door():
    """A port of one's own on which anybody who comes is noticed."""
    with socket.create_server(("127.0.0.1", 0)) as opened_door:
        opened_door.setblocking(False)
        yield opened_door


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", '<img alt="x" src="{url}">'),
        ("", '<object data="{url}"></object>'),
        ("", '<p style="background: url({url})">x</p>'),
        ('<link rel="stylesheet" href="{url}">', ""),
        ('<link rel="attachment" href="{url}">', ""),
        ("<style>@import url({url});</style>", ""),
        ("<style>@font-face {{ font-family: x; src: url({url}) }}</style>", "<p>x</p>"),
        ("", '<a rel="attachment" href="{url}">x</a>'),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "file"])
def test_nothing_is_fetched_even_from_a_hostile_page(head, body, scheme, door, tmp_path):
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    port = door.getsockname()[1]
    url = secret.as_uri() if scheme == "file" else f"http://127.0.0.1:{port}/secret.svg"

    with pytest.raises(FatalURLFetchingError):
        render_pdf(PAGE.format(head=head.format(url=url), body=body.format(url=url)))

    with pytest.raises(BlockingIOError):
        door.accept()


def test_without_pango_the_fault_says_what_to_install(without_pango):
    with pytest.raises(NoPdf, match="apt-get install libpango"):
        render_pdf(PAGE.format(head="", body="<p>x</p>"))
