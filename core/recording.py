"""What every page leaves in the trail, whatever its view does: opened, refused, not found (H-7, H-15).

A view that knows more says it itself with `core.trail.record`; then nothing is added here.
"""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import ResolverMatch
from django.utils import timezone

from core import clock
from core.models import TrailEntry
from core.moves import Refused
from core.tracing import TRACED, label_of
from core.trail import left, openings, record

GetResponse = Callable[[HttpRequest], HttpResponse]
REFUSED = {403: "refused", 404: "not found"}
# Answers that show nothing of what the view had opened.
NOT_SHOWN = frozenset({*REFUSED, 405, 500, 503})
BIGGEST = 2**63 - 1
FILE = "download "
TOO_MANY = Refused(
    "You have downloaded as many files today as one person may. Ask the head of QA if you need more."
)
# Pages without anything about a case or a colleague; and those that keep no trace so that answers stay
# anonymous (decision 0015). Pages that are open to all leave none either: behind a link, people are anonymous.
WITHOUT_A_LINE = frozenset(
    {"brand", "test-clock", "take-part", "take-part-link", "take-part-form", "type-in-answer"}
)
# Rooms of others whose pages are about the sign-in itself, which leaves lines of its own.
SIGNING_IN = ("allauth", "django")


def progress_only(request: HttpRequest) -> None:
    """Say that an answer only tells how far something is, as a page that is open asks every few seconds.

    The view says so by what it answers, never by what the request claims: it leaves no line.
    """
    request.progress_only = True  # type: ignore[attr-defined]


class Recording:
    """Each page that a signed-in person opens, or is refused, or does not find, leaves a line.

    A page that leaves its own is left alone. What fails leaves none, and neither does who is not signed in:
    answers behind a link are anonymous.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token, waiting = left.set([]), openings.set([])
        try:
            response = self.get_response(request)
            if response.status_code == 200 and too_many_files(request, left.get() or []):
                response = render(request, "core/refused.html", {"fault": TOO_MANY}, status=422)
                record_page("refused", request)
            if response.status_code not in NOT_SHOWN:
                TrailEntry.objects.bulk_create(openings.get() or [])
            self.record(request, response.status_code, left.get() or [])
        finally:
            left.reset(token)
            openings.reset(waiting)
        return response

    def record(self, request: HttpRequest, status: int, said: list[str]) -> None:
        """Leave the line that is missing, if one is."""
        match = request.resolver_match
        if match is None or not request.user.is_authenticated or not traced(match):
            return
        if status == 200 and getattr(request, "progress_only", False):
            return
        if status in REFUSED:
            if not set(said) & set(REFUSED.values()):
                record_page(REFUSED[status], request)
        elif status == 200 and request.method in {"GET", "HEAD"} and not said:
            record_page("open page", request)


def too_many_files(request: HttpRequest, said: list[str]) -> bool:
    """Whether this file is one more than somebody may take in a day (F2). Its own line is there already."""
    if not any(verb.startswith(FILE) for verb in said):
        return False
    begin = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    taken = TrailEntry.objects.between(begin, None).filter(
        by_id=request.user.pk, verb__startswith=FILE
    )
    return taken.count() > settings.MOST_FILES


def traced(match: ResolverMatch) -> bool:
    """Whether a page leaves a line."""
    if getattr(match.func, "public", False) or match.func.__module__.startswith(SIGNING_IN):
        return False
    return match.url_name not in WITHOUT_A_LINE


def record_page(verb: str, request: HttpRequest) -> None:
    """One line about a page: the thing that its address names where that is known, else its route."""
    match = request.resolver_match
    name = (match.view_name if match else "") or "page"
    label = label_of(match.route) if match else ""
    kept_apart = match is not None and match.func.__module__.startswith("supervision.")
    record(
        verb,
        (label or (f"supervision.{name}" if kept_apart else name))[:60],
        by=request.user,
        at=clock.now(),
        subject_id=thing_of(match, label) if match else None,
        detail={"page": name} if label else None,
    )


def thing_of(match: ResolverMatch, label: str) -> int | None:
    """The id of what an address names: its first number, or the row behind its key; nothing where it is neither."""
    first = next(iter(match.kwargs.values()), None)
    if isinstance(first, UUID):
        thing = TRACED.get(label)
        return thing.by_key(first) if thing and thing.by_key else None
    return first if isinstance(first, int) and 0 <= first <= BIGGEST else None
