"""A report's paper as HTML and as PDF; short ones are made to fit on their two pages."""

from dataclasses import replace

from django.template.loader import render_to_string

from reporting.builders.quality_report import Paper
from reporting.pdf import render_pages
from reporting.sections import STAFF

# How many rows of a table are shown, from the most, until a short paper fits.
ROWS = (9, 7, 5, 4, 3, 2)
SHORT = 2


def template_of(paper: Paper) -> str:
    """The layout of a paper: long, or two pages for a month or for all staff."""
    if paper.kind == "month":
        return "reporting/report/monthly.html"
    if paper.audience == STAFF:
        return "reporting/report/staff.html"
    return "reporting/report/quarterly.html"


def html_of(paper: Paper) -> str:
    """The paper as a complete page."""
    return render_to_string(template_of(paper), {"paper": paper})


def render_paper(paper: Paper) -> tuple[bytes, int]:
    """The PDF and its number of pages. A short paper shows as many rows as fit on two pages."""
    if template_of(paper).endswith("quarterly.html"):
        return render_pages(html_of(paper))
    for rows in ROWS:
        content, pages = render_pages(html_of(replace(paper, rows=rows)), most=SHORT)
        if content:
            return content, pages
    return render_pages(html_of(replace(paper, rows=ROWS[-1])))
