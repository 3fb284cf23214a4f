"""A reply that came with an audit, brought into the audit's own form."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from audits.views.door import open_door
from core import clock
from feedback.models import Reply
from feedback.services.bringing import bring_in


@require_POST
def bring_reply_in(request: HttpRequest, pk: int, key: UUID) -> HttpResponse:
    """Write a reply into the audit's form; 404 for one that this person may not read."""
    door = open_door(request, pk)
    seen = Reply.objects.visible_to(request.user, clock.today()).filter(audit=door.audit)
    reply = get_object_or_404(seen, key=key)
    bring_in(reply, by=request.user, at=clock.now())
    messages.success(
        request, "The reply is on the audit form. Check there that nothing is missing."
    )
    return redirect("audit-feedback", pk=pk)
