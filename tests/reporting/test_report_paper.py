"""A report on paper: what each audience reads, and that its files are tagged, ordered and the same every time."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from io import BytesIO

import pikepdf
import pytest

from reporting.builders.quality_report import Answer, Headline, Reply, paper
from reporting.figure import Value, dump, load
from reporting.headline import three_questions
from reporting.pages import html_of, render_paper
from reporting.sections import SECTIONS
from tests.reporting.report_scenes import figure_for, frozen_version
from tools.paths import ROOT

SHAPES = [
    ("month", "leaders"),
    ("quarter", "leaders"),
    ("quarter", "members"),
    ("quarter", "staff"),
]
ANSWER = Answer(
    "Dana Director",
    "Director of Children’s Services",
    date(2026, 7, 20),
    "We welcome this.\n\nWe accept it.",
    (Reply(1, "Accepted", ""), Reply(2, "Accepted in part", "From October on.")),
)


@pytest.fixture(scope="module")
def draft():
    return render_paper(paper(frozen_version(), "leaders"))


@pytest.fixture(scope="module")
def answered():
    return render_paper(paper(frozen_version(), "leaders", "answered", ANSWER))


def opened(made):
    return pikepdf.open(BytesIO(made[0]))


def tags(node, found):
    """The structure tree in its order: each tag with its alternative text."""
    if isinstance(node, pikepdf.Array):
        for one in node:
            tags(one, found)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            found.append((str(node.S)[1:], str(node.get("/Alt", ""))))
        if "/K" in node:
            tags(node.K, found)
    return found


def test_the_file_is_tagged_and_says_what_it_is(draft):
    with opened(draft) as pdf:
        root = pdf.Root
        tree = tags(root.StructTreeRoot.K, [])
        with pdf.open_metadata() as meta:
            part = meta["pdfuaid:part"]
        assert (str(root.Lang), bool(root.MarkInfo.Marked), part) == ("en-GB", True, "1")
        assert (
            str(pdf.docinfo.Title)
            == "Eastmere: Quarterly quality assurance report, Q1, April to June 2026"
        )
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert "/CreationDate" not in pdf.docinfo
    names = [name for name, _ in tree]
    assert (names.count("H1"), names.count("H2")) == (1, len(SECTIONS) + 3)
    assert names.index("H1") < names.index("H2") < names.index("Figure")
    pictures = [words for name, words in tree if name == "Figure"]
    assert len(pictures) >= 10
    assert all(words.startswith("Chart: ") for words in pictures)


def test_bookmarks_lead_to_the_sections_in_their_order(draft):
    with opened(draft) as pdf, pdf.open_outline() as outline:
        top = [item.title for item in outline.root]
    titles = [f"{number} {one.title}" for number, one in enumerate(SECTIONS, start=1)]

    assert top == ["Contents", *titles, f"{len(SECTIONS) + 1} Recommendations", "A Method notes"]


def test_rendering_again_gives_the_same_bytes(answered):
    assert render_paper(paper(frozen_version(), "leaders", "answered", ANSWER)) == answered


def contents(pdf):
    return [page.Contents.read_bytes() for page in pdf.pages]


def test_the_response_adds_pages_and_leaves_those_before_as_they_were(draft, answered):
    with opened(draft) as before, opened(answered) as after:
        first, second = contents(before), contents(after)

    assert len(second) == len(first) + 1
    assert second[: len(first)] == first


def test_the_response_stands_at_the_end_and_nothing_else_changes():
    without = html_of(paper(frozen_version(), "leaders"))
    with_it = html_of(paper(frozen_version(), "leaders", "answered", ANSWER))
    start, end = with_it.index('<section class="response"'), with_it.index("</body>")

    assert with_it[:start].strip() + "\n" + with_it[end:] == without.replace(
        "\n\n</body>", "\n</body>"
    )
    assert "From October on." in with_it[start:end]
    assert "<b>Dana Director</b><br>Director of Children’s Services<br>20 July 2026" in with_it


@pytest.mark.parametrize(("kind", "audience"), [("month", "leaders"), ("quarter", "staff")])
def test_short_papers_have_two_pages(kind, audience):
    version = frozen_version(kind)
    long = "The plan is clear and the family helped to write it. " * 8
    places = ("good", "develop", "focus", "voices", "meeting")
    version.commentary |= {f"month.{place}": long for place in places} | {"leaders.practice": long}

    assert render_paper(paper(version, audience))[1] == 2


def test_each_audience_reads_what_is_meant_for_it():
    version = frozen_version()
    version.commentary |= {"grades": "There are {strengths.first} and {auditor-severity.now}."}
    pages = {one: html_of(paper(version, one)) for one in ("leaders", "members", "staff")}

    assert "Direct work shaped the plan." in pages["leaders"]
    assert "list: /audits/" in pages["leaders"]
    for wide in ("members", "staff"):
        assert "Direct work shaped the plan." not in pages[wide]
        assert "Auditor severity" not in pages[wide]
        assert "list: /audits/" not in pages[wide]
    assert "Auditor severity" in pages["leaders"]
    assert "withheld" in pages["members"]
    assert "Every plan names what will be different" in pages["staff"]
    assert {one.code for one in paper(version, "staff").parts} == {
        "leaders",
        "practice",
        "learning",
    }


def test_a_value_that_is_withheld_is_never_printed_in_words_of_people():
    version = frozen_version()
    small = figure_for("asked", "Asked")
    small = replace(small, values={"answered": Value("Answers", "2"), "many": Value("Asked", "41")})
    version.figures["asked"] = dump(small)
    version.commentary = {"voice": "So many: {asked.answered} of {asked.many}."}

    assert "So many: 2 of 41." in html_of(paper(version, "leaders"))
    assert "So many: withheld of 41." in html_of(paper(version, "members"))


def test_the_order_in_which_figures_are_stored_changes_nothing():
    version, other = frozen_version(), frozen_version()
    other.figures = dict(reversed(other.figures.items()))

    for audience in ("leaders", "members", "staff"):
        assert paper(other, audience) == paper(version, audience)
    assert html_of(paper(other, "staff")) == html_of(paper(version, "staff"))


def test_the_three_questions_are_those_of_the_dashboard():
    version = frozen_version()
    version.figures["month-audits"] = dump(
        replace(
            figure_for("asked", "Audits"),
            code="month-audits",
            values={"returned": Value("Audits returned", "40 of 60")},
        )
    )
    known = {code: load(found) for code, found in version.figures.items()}
    asked = three_questions(known.__getitem__, known)

    said = paper(version, "leaders").questions

    assert [words for words, _ in said] == [one.words for one in asked]
    assert [[one.text for one in answers] for _, answers in said] == [
        [f"{one.label}: {one.words}" for one in question.answers] for question in asked
    ]
    assert said[0][1][0] == Headline("Audits returned: 40 of 60", "13.1", "")


def test_a_signal_is_named_after_what_has_found_it():
    version = frozen_version()
    pages = {one: html_of(paper(version, one)) for one in ("leaders", "members")}

    for page in pages.values():
        assert "No change beyond chance" in page
        assert ">Signal</span>" in page
        assert "statistical process control" in page
    version.figures = {
        code: dump(replace(load(found), chart=None)) for code, found in version.figures.items()
    }
    page = html_of(paper(version, "leaders"))
    assert "Changed by more than chance explains" in page
    assert ">Signal</span>" not in page
    assert "statistical process control" not in page


def test_the_notes_of_a_figure_stand_beneath_it():
    page = html_of(paper(frozen_version(), "leaders"))

    assert '<p class="foot">Provisional grades are not counted.</p>' in page


@pytest.mark.parametrize(("kind", "audience"), SHAPES)
def test_running_heads_hold_names_as_they_are_written(kind, audience):
    version = frozen_version(kind)
    version.about |= {"council": "Children's & Families' Trust", "framework": "Zoë’s, edition 1"}

    style = html_of(paper(version, audience)).partition("<style>")[2].partition("</style>")[0]

    assert "Children's & Families' Trust · " in style
    assert "· Zoë’s, edition 1" in style


def test_a_draft_says_so_on_every_page_and_a_final_file_nowhere():
    version = frozen_version(issue_words="Issued on 8 July 2026: Head of QA")
    draft, final = (html_of(paper(version, "leaders", stage)) for stage in ("draft", "final"))

    assert 'content: "DRAFT, version 1 · Data as at 7 July 2026 at 07:30' in draft
    assert "DRAFT" not in final
    assert "Issued on 8 July 2026: Head of QA" in final


def test_text_of_people_cannot_become_html():
    version = frozen_version()
    version.commentary = {"grades": "<script>alert(1)</script> <img src=x>"}

    html = html_of(paper(version, "leaders"))

    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)" in html


# The peak is this process’s own: what getrusage says of a child begins with its parent’s.
MEASURED = """
import os, time
os.environ.update(QA_ENV="test", DJANGO_SETTINGS_MODULE="qaframework.settings")
import django; django.setup()
from reporting.builders.quality_report import paper
from reporting.pages import render_paper
from tests.reporting.report_scenes import frozen_version
version = frozen_version()
version.commentary = {code: "A paragraph of commentary. " * 60 for code in version.about["sections"]}
before = time.process_time()
_, pages = render_paper(paper(version, "leaders"))
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(pages, time.process_time() - before, int(peak.split()[1]) // 1024)
"""


def test_thirty_pages_with_their_charts_take_less_than_fifteen_seconds_and_500_mib():
    done = subprocess.run(
        [sys.executable, "-c", MEASURED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    pages, seconds, mebibytes = map(float, done.stdout.split())
    print(f"{pages:.0f} pages in {seconds:.1f} s, {mebibytes:.0f} MiB")

    assert pages >= 25
    assert seconds < 15
    assert mebibytes < 500
