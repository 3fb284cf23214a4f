"""Figures on a page: the chart in its two widths, and the rows in words."""

from collections.abc import Sequence

from django import template
from django.utils.html import conditional_escape as escape
from django.utils.safestring import SafeString, mark_safe

from reporting import charts, presenting
from reporting.figure import Column, Figure

register = template.Library()


@register.simple_tag
def figure_chart(figure: Figure) -> SafeString:
    """The chart, wide and narrow; the style sheet shows the one that fits."""
    if figure.chart is None:
        return mark_safe("")
    drawn = (
        f'<div class="qa-chart qa-chart--{width}">{chart_of(figure, narrow=narrow)}</div>'
        for width, narrow in (("wide", False), ("narrow", True))
    )
    return mark_safe("".join(drawn))  # noqa: S308 - our own drawing, whose words are escaped there


def chart_of(figure: Figure, *, narrow: bool = False) -> str:
    """The drawing of a figure's chart, with what it says as its description; empty where it has none."""
    if figure.chart is None:
        return ""
    description = " ".join(figure.says) or figure.about
    return charts.draw(
        figure.chart, title=figure.title, description=description, key=figure.code, narrow=narrow
    )


@register.filter
def lines(figure: Figure) -> tuple[presenting.Line, ...]:
    """The rows of a figure in words."""
    return presenting.lines(figure)


HEAD = "govuk-table__header"
CELL = "govuk-table__cell"
BEHIND = '<span class="govuk-visually-hidden">: list behind this number</span>'


@register.simple_tag
def figure_table(figure: Figure, *, linked: bool = False) -> SafeString:
    """A figure's rows as a table, each number with the list behind it where it is linked; nothing without rows.

    Put together here and not in a template: pages have many cells, and a template asks for each of their words.
    """
    rows = presenting.lines(figure)
    if not rows:
        return mark_safe("")
    title = escape(figure.title)
    heads = "".join(
        f'<th scope="col" class="{HEAD}{sided(one, HEAD)}">{escape(one.label)}</th>'
        for one in figure.columns
    )
    sides = [(sided(one, CELL), escape(one.label)) for one in figure.columns]
    body = "".join(row_of(row, sides, linked=linked) for row in rows)
    return mark_safe(  # noqa: S308 - every word is escaped above and below
        f'<div class="qa-scroll qa-cards" tabindex="0" role="region" aria-label="{title}: table">'
        f'<table class="govuk-table qa-board qa-figure__table"><caption class="govuk-visually-hidden">{title}</caption>\n'
        f'<thead class="govuk-table__head"><tr class="govuk-table__row"><th scope="col" class="{HEAD}">'
        f"{escape(figure.rows_are)}</th>{heads}</tr></thead>\n"
        f'<tbody class="govuk-table__body">{body}</tbody></table></div>'
    )


def sided(column: Column, name: str) -> str:
    """The class by which numbers stand at the right edge of their column."""
    return "" if column.kind in {"words", "day"} else f" {name}--numeric"


def row_of(row: presenting.Line, sides: Sequence[tuple[str, str]], *, linked: bool) -> str:
    """One row of a table."""
    cells = "".join(
        f'<td class="{CELL}{side}" data-label="{label}">{words_of(one, linked=linked)}</td>'
        for one, (side, label) in zip(row.cells, sides, strict=True)
    )
    total = " qa-figure__total" if row.total else ""
    return (
        f'<tr class="govuk-table__row{total}"><th scope="row" class="{HEAD}">{escape(row.label)}</th>'
        f"{cells}</tr>"
    )


def words_of(one: presenting.Said, *, linked: bool) -> str:
    """What a cell says, with what stands smaller beneath it."""
    said = str(escape(one.main))
    if one.to and linked:
        said = f'<a class="govuk-link" href="{escape(one.to)}">{said}{BEHIND}</a>'
    if one.small:
        said += f' <span class="qa-quiet qa-figure__small">{escape(one.small)}</span>'
    return said
