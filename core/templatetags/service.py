"""Template tags and filters of the service."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe

from core.counts import waiting_for
from core.heartbeat import last_heard

register = template.Library()

# The menu: the work of every day, then what is looked after beside it: the route's name, its words, and the permission it asks for.
MENU = (
    (
        ("my-work", "My work", ""),
        ("dashboard", "Dashboard", ""),
        ("audits", "Audits", ""),
        ("actions", "Actions", ""),
        ("programme", "Programme", "programme.see_board"),
        ("draws", "Draws", "programme.give_share"),
        ("allocate", "Allocate", "programme.allocate_audit"),
        ("my-allocations", "My allocations", "programme.have_allocations"),
        ("requests", "Requests", "programme.see_requests"),
        ("moderations", "Moderation", "moderation.see_moderations"),
        ("escalations", "Escalations", "escalation.see_late"),
        ("concerns", "Concerns", "escalation.see_concerns"),
        ("being-audited", "Being audited", "audits.see_being_audited"),
        ("personal-supervision", "Personal supervision", "supervision.see_supervision"),
        ("surveys", "Feedback", "feedback.see_feedback"),
        ("cases", "Cases", "cases.see_cases"),
        ("learning", "Learning", "learning.see_themes"),
        ("reports", "Reports", "reporting.see_reports"),
        ("messages", "Messages", ""),
    ),
    (
        ("people", "People", "people.see_people"),
        ("frameworks", "Frameworks", "standards.see_frameworks"),
        ("import", "Import", "cases.import_cases"),
        ("trail", "Trail", "core.see_trail"),
        ("data-protection", "Data protection", "retention.see_data_protection"),
        ("jobs", "Jobs", "core.see_jobs"),
        ("test-clock", "Test clock", "core.move_clock"),
    ),
)
STATE_COLOURS = {
    "allocated": "grey",
    "preparing": "blue",
    "in_session": "purple",
    "grade_query": "yellow",
    "returned": "green",
    "excluded": "light-blue",
}


@register.inclusion_tag("components/silent_worker.html", takes_context=True)
def silent_worker(context: dict[str, Any]) -> dict[str, Any]:
    """For the QA team: that nothing runs in the background, and since when."""
    user = context["request"].user
    return {"said": last_heard() if user.has_perm("core.see_jobs") else ""}


@register.inclusion_tag("components/menu.html", takes_context=True)
def menu(context: dict[str, Any]) -> dict[str, Any]:
    """The menu with what this person may open; on a page that only says no, nothing is counted."""
    counted = "exception" not in context
    groups = [entries(context["request"], group, counted=counted) for group in MENU]
    return {"groups": [group for group in groups if group]}


def entries(
    request: HttpRequest, group: tuple[tuple[str, str, str], ...], *, counted: bool
) -> list[dict[str, Any]]:
    """Those of a group of the menu that this person may open, with what waits for them there."""
    found = []
    for name, words, permission in group:
        if permission and not request.user.has_perm(permission):
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        here = request.path == url or (url != "/" and request.path.startswith(url))
        count = waiting_for(request.user, name) if counted else 0
        words_of_count = "unread" if name == "messages" else "waiting"
        found.append(
            {"url": url, "words": words, "here": here, "count": count, "counted": words_of_count}
        )
    return found


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    """4 May 2026."""
    return f"{value:%-d %B %Y}" if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """4 May 2026 at 14:32, London time."""
    return f"{timezone.localtime(value):%-d %B %Y at %H:%M}" if value else ""


@register.filter
def weekday(value: datetime | None) -> str:
    """Monday, London time."""
    return f"{timezone.localtime(value):%A}" if value else ""


@register.filter
def seconds(value: timedelta | str | None) -> str:
    """0.4 s, 12 s, 3 min: how long something took; nothing where it has not ended."""
    if not isinstance(value, timedelta):
        return ""
    taken = value.total_seconds()
    if taken >= 120:
        return f"{taken / 60:.0f} min"
    return f"{taken:.1f} s" if taken < 10 else f"{taken:.0f} s"


@register.filter
def clock(value: datetime | None) -> str:
    """14:32, London time."""
    return f"{timezone.localtime(value):%H:%M}" if value else ""


@register.filter(is_safe=True, needs_autoescape=False)
def paragraphs(value: str) -> SafeString:
    """Text as paragraphs; anything that looks like HTML is shown as text."""
    return mark_safe(linebreaks(value or "", autoescape=True))  # noqa: S308 - linebreaks escapes it


@register.filter
def item(value: Mapping[Any, Any], key: Any) -> Any:
    """The value under a key; nothing when there is none."""
    return value.get(key, ())


@register.filter
def css_text(value: Any) -> SafeString:
    """A text that can stand between quotes in a style sheet, where HTML is not read: what is left of it can end neither."""
    kept = "".join(char for char in str(value) if char.isalnum() or char in " -–.,()&'’")
    return mark_safe(kept)  # noqa: S308 - no quote mark, backslash or angle bracket is left in it


@register.simple_tag
def state_tag(audit: Any) -> SafeString:
    """An audit's stage as a tag."""
    return format_html(
        '<strong class="govuk-tag govuk-tag--{}">{}</strong>',
        STATE_COLOURS.get(audit.state, "grey"),
        audit.get_state_display(),
    )


@register.simple_tag
def grade_tag(policy: Any, code: str) -> SafeString:
    """A grade as a tag: its word always, its colour beside it."""
    grade = policy.grade(code)
    return format_html(
        '<strong class="govuk-tag govuk-tag--{}">{}</strong>', grade.colour, grade.label
    )


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: dict[str, Any], page: Page[Any], at: str = "") -> dict[str, Any]:
    """Links to the pages before and after, keeping what the list is narrowed to; `at` is a place in the page."""
    query = context["request"].GET.copy()

    def to(number: int) -> str:
        query["page"] = str(number)
        return str(query.urlencode())

    before = to(page.previous_page_number()) if page.has_previous() else ""
    after = to(page.next_page_number()) if page.has_next() else ""
    return {"page": page, "before": before, "after": after, "at": at}


@register.simple_tag
def error_target(field: BoundField) -> str:
    """The id that a link in the error summary leads to: the field's first control."""
    return (
        f"{field.auto_id}_0" if getattr(field.field.widget, "boxes", False) else str(field.auto_id)
    )
