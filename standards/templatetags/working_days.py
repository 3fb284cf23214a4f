"""Whether a day is a working day in the council's calendar, said beside it (T-6)."""

from datetime import date
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from standards.deadlines import Due
from standards.selectors import calendar_of
from standards.workdays import PLAIN, Calendar

register = template.Library()

BADGE = mark_safe(' <strong class="govuk-tag govuk-tag--grey">Not a working day</strong>')


def calendar_for(request: Any) -> Calendar:
    """The calendar of whoever asks; read once for each request, and only where a page shows a deadline."""
    kept: Calendar | None = request.__dict__.get("_calendar")
    if kept is None:
        council_id = getattr(request.user, "council_id", None)
        kept = request.__dict__["_calendar"] = calendar_of(council_id) if council_id else PLAIN
    return kept


@register.simple_tag(takes_context=True)
def not_working(context: dict[str, Any], day: date | None) -> SafeString | str:
    """A tag beside a deadline that falls on no working day: it is not moved, but said (T-6).

    Nothing for no day, and on paper, where there is no request.
    """
    request = context.get("request")
    if not isinstance(day, date) or request is None:
        return ""
    return BADGE if Due(day).not_working(calendar_for(request)) else ""
