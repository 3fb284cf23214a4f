"""The one way from a request to a moderation: what may not be seen does not exist."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from audits.selectors import edition_of
from core import clock
from core.trail import record_opening
from moderation.models import Moderation
from moderation.selectors.moderating import is_blind
from standards.edition import Edition, ToolForm


@dataclass(frozen=True)
class Door:
    """A moderation as this person may see it; `blind`: the auditor's grade is kept from them."""

    moderation: Moderation
    edition: Edition
    tool: ToolForm
    blind: bool


def open_door(request: HttpRequest, pk: int, *, opened: str) -> Door:
    """The moderation, or 404 as if it did not exist; reading it goes into the trail."""
    found = Moderation.objects.visible_to(request.user).with_audit()
    moderation = get_object_or_404(found, pk=pk)
    if request.method != "POST":
        council = moderation.council_id
        record_opening(
            f"open {opened}", moderation, by=request.user, council_id=council, at=clock.now()
        )
    edition = edition_of(moderation.audit)
    tool = edition.tools[moderation.audit.tool.code]
    return Door(moderation, edition, tool, is_blind(moderation, request.user))
