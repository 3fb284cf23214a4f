"""The one way from a request to an extract, a theme, a round or an activity: what may not be seen does not exist."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from core import clock
from learning.models import Activity, BlindRound, Extract, Theme
from learning.selectors.queue import one_of
from people.models import Council
from standards.selectors import edition, in_force


def ask(request: HttpRequest, permission: str, one: Any = None) -> None:
    """Raises PermissionDenied for whoever does not have a permission."""
    allowed = (
        request.user.has_perm(permission) if one is None else request.user.has_perm(permission, one)
    )
    if not allowed:
        raise PermissionDenied


def council_of(request: HttpRequest) -> Council:
    """The council of whoever asks."""
    if request.user.council is None:
        raise PermissionDenied
    return request.user.council


def extract_of(request: HttpRequest, pk: int) -> Extract:
    """An extract that this member of the QA team may read."""
    ask(request, "learning.code")
    found = one_of(request.user, pk, clock.today())
    if found is None:
        raise Http404
    return found


def theme_of(request: HttpRequest, pk: int) -> Theme:
    """A theme of the council's."""
    ask(request, "learning.see_themes")
    return get_object_or_404(Theme.objects.visible_to(request.user, clock.today()), pk=pk)


def round_of(request: HttpRequest, pk: int) -> BlindRound:
    """A blind round of the council's."""
    ask(request, "learning.code")
    found = BlindRound.objects.visible_to(request.user, clock.today())
    return get_object_or_404(found.select_related("first", "second", "made_by", "council"), pk=pk)


def activity_of(request: HttpRequest, pk: int) -> Activity:
    """A learning activity of the council's."""
    ask(request, "learning.see_themes")
    found = Activity.objects.visible_to(request.user, clock.today())
    return get_object_or_404(found.select_related("unit", "recorded_by"), pk=pk)


def minimum_of(council: Council, on: date) -> int:
    """The least number of audits for a percentage, as the framework in force has it."""
    version = in_force(council, on)
    return edition(version).policy.figures.minimum if version else 10
