"""Template tags and filters of the service."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BoundField
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import escape, format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe

from core.counts import waiting
from core.heartbeat import last_heard
from core.lines import read_lines

register = template.Library()
register.tag("lines", read_lines)

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
MENU_BEGINS = '<nav class="qa-menu" aria-label="Menu"><div class="govuk-width-container">'
MENU_ENDS = "</div></nav>"
BESIDE = ' class="qa-menu__beside"'


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the menu: its route's name, its words and its address."""

    name: str
    words: str
    url: str


STATE_COLOURS = {
    "allocated": "grey",
    "preparing": "blue",
    "in_session": "purple",
    "grade_query": "yellow",
    "returned": "green",
    "excluded": "light-blue",
}


@register.simple_tag(takes_context=True)
def silent_worker(context: dict[str, Any]) -> str:
    """For the QA team: that nothing runs in the background, and since when."""
    user = context["request"].user
    said = last_heard() if user.has_perm("core.see_jobs") else ""
    return render_to_string("components/silent_worker.html", {"said": said}) if said else ""


@register.simple_tag(takes_context=True)
def menu(context: dict[str, Any]) -> SafeString:
    """The menu with what this person may open; on a page that only says no, nothing is counted."""
    request = context["request"]
    groups = [entries(request, group) for group in MENU]
    names = [entry.name for group in groups for entry in group]
    counts = (
        waiting(getattr(request, "_cached_user", request.user), names)
        if "exception" not in context
        else {}
    )
    lists = [
        f"<ul{BESIDE if number else ''}>"
        + "".join(line_of(entry, request.path, counts.get(entry.name, 0)) for entry in group)
        + "</ul>"
        for number, group in enumerate(group for group in groups if group)
    ]
    return mark_safe(MENU_BEGINS + "".join(lists) + MENU_ENDS)  # noqa: S308 - words of ours and numbers


def entries(request: HttpRequest, group: Iterable[tuple[str, str, str]]) -> list[Entry]:
    """Those of a group of the menu that this person may open."""
    # The person themselves: asking by way of the request's lazy stand-in takes longer than the rules do.
    may = getattr(request, "_cached_user", request.user).has_perm
    open_to = [(name, words) for name, words, asked in group if not asked or may(asked)]
    found = [(name, words, address(name, settings.ROOT_URLCONF)) for name, words in open_to]
    return [Entry(name, words, url) for name, words, url in found if url]


class AddressOf(template.Node):
    """Writes the address of a page that needs no more than its name; worked out once in each process."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, context: template.Context) -> str:
        return address(self.name, settings.ROOT_URLCONF) or reverse(self.name)


@register.tag
def page(parser: template.base.Parser, token: template.base.Token) -> AddressOf:
    """The address of a page by its name: `page "messages"`."""
    return AddressOf(token.split_contents()[1].strip("'\""))


class FileOf(template.Node):
    """Writes the address of a file of the pages; looked up once in each process, as the files do not change under it."""

    def __init__(self, path: str) -> None:
        self.path = path

    def render(self, context: template.Context) -> str:
        return (
            escape(static(self.path)) if settings.DEBUG else file_of(self.path, settings.STATIC_URL)
        )


@register.tag
def file(parser: template.base.Parser, token: template.base.Token) -> FileOf:
    """The address of a file of the pages: `file "js/keep-words.js"`."""
    return FileOf(token.split_contents()[1].strip("'\""))


@cache
def file_of(path: str, root: str) -> str:
    """Where a file of the pages is, as its storage says."""
    return str(escape(static(path)))


@cache
def address(name: str, urls: str) -> str:
    """Where a page of the menu is, found once in each process; nothing where there is no such page."""
    try:
        return str(escape(reverse(name, urls)))
    except NoReverseMatch:
        return ""


def line_of(entry: Entry, path: str, count: int) -> str:
    """One line of the menu: whether it leads to where somebody is, and what waits there."""
    here = path == entry.url or (entry.url != "/" and path.startswith(entry.url))
    mark = ' aria-current="page"' if here else ""
    kind = "unread" if entry.name == "messages" else "waiting"
    waits = (
        f' <span class="qa-menu__count">{count:d}<span class="govuk-visually-hidden"> {kind}</span></span>'
        if count
        else ""
    )
    return f'<li><a href="{entry.url}"{mark}>{entry.words}{waits}</a></li>'


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
