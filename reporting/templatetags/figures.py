"""Figures on a page: the chart in its two widths, and the rows in words."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from reporting import charts, presenting
from reporting.figure import Figure

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
