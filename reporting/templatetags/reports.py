"""A figure's chart on a page and on paper."""

from base64 import b64encode
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from reporting import charts
from reporting.builders.quality_report import Part, Printed
from reporting.figure import Column, Figure
from reporting.presenting import Line, lines

register = template.Library()
WORDS = frozenset({"words", "day"})


def described(figure: Figure) -> str:
    """What a chart shows, in words."""
    return " ".join(figure.says) or figure.about


@register.simple_tag
def paper_chart(figure: Figure, key: str) -> SafeString:
    """The chart as an image with its words: that is how it gets its alternative text in a tagged file."""
    if figure.chart is None:
        return mark_safe("")
    drawn = charts.draw(figure.chart, title=figure.title, description=described(figure), key=key)
    return format_html(
        '<img class="chart" alt="Chart: {}. {}" src="data:image/svg+xml;base64,{}">',
        figure.title,
        described(figure),
        b64encode(drawn.encode()).decode(),
    )


@register.filter
def numeric(column: Column) -> bool:
    """Whether a column holds numbers, which stand at its right edge."""
    return column.kind not in WORDS


@register.filter
def safe_colour(value: str) -> str:
    """A colour that can stand in a style sheet; the service's own for anything else."""
    digits = value.removeprefix("#").lower()
    good = len(digits) == 6 and set(digits) <= set("0123456789abcdef")
    return f"#{digits}" if good else "#12436d"


@register.filter
def nth(values: tuple[Any, ...], place: int) -> Any:
    """The value at a place."""
    return values[place]


@register.filter
def css_time(value: str) -> str:
    """A moment that can stand between quotes in a style sheet."""
    return "".join(char for char in value if char.isalnum() or char in " :")


@register.filter
def lower_first(value: str) -> str:
    """Words as they stand within a sentence."""
    return f"{value[:1].lower()}{value[1:]}"


@register.filter
def words(value: str) -> list[str]:
    """The words of a text."""
    return value.split()


@register.filter
def first_lines(printed: Printed, rows: int) -> list[Line]:
    """The first rows of a table, and its totals."""
    plain = [one for one in printed.lines if not one.total]
    return [*(plain[:rows] if rows else plain), *(one for one in printed.lines if one.total)]


@register.filter
def left_out(printed: Printed, rows: int) -> int:
    """How many rows are not shown."""
    plain = sum(not one.total for one in printed.lines)
    return max(plain - rows, 0) if rows else 0


@register.filter
def has_part(parts: tuple[Part, ...], code: str) -> bool:
    """Whether a section is there."""
    return any(one.code == code for one in parts)


@register.filter
def in_words(figure: Figure) -> tuple[Line, ...]:
    """The rows of a figure in words."""
    return lines(figure)
