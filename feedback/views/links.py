"""Links for one person with an audit: made, shown once, taken back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from audits.views.door import open_door
from core import clock
from core.moves import Refused
from feedback.forms.links import EASY, LinkForm
from feedback.models import Invitation, Reply
from feedback.qr import code_of
from feedback.selectors.replies import asked_with
from feedback.services.inviting import invite, take_back
from feedback.views.surveys import address_of


@require_http_methods(["GET", "HEAD", "POST"])
def make_link(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Make a link to an instrument of an audit; it is shown on this page once and kept nowhere."""
    door = open_door(request, pk, opened="feedback link")
    audit = door.audit
    found = (one for one in asked_with(audit) if one.code == code and "link" in one.delivery)
    if (instrument := next(found, None)) is None:
        raise Http404
    blank = Reply(council=audit.council, version=audit.version, audit=audit, instrument=code)
    if not request.user.has_perm("feedback.record_reply", blank):
        raise PermissionDenied
    form = LinkForm(request.POST if request.method == "POST" else None, instrument=instrument)
    context = {"audit": audit, "instrument": instrument, "form": form}
    if form.is_valid():
        data = form.cleaned_data
        try:
            invitation, secret = invite(
                audit,
                code,
                relation=data["relation"],
                language=data["language"],
                easy=data["form"] == EASY,
                by=request.user,
                at=clock.now(),
            )
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            address = address_of(secret)
            context |= {"invitation": invitation, "address": address, "qr": code_of(address)}
            return render(request, "feedback/link.html", context)
    status = 422 if form.errors else 200
    return render(request, "feedback/link_form.html", context, status=status)


@require_POST
def take_link_back(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    """Take back a link that nobody has used."""
    door = open_door(request, pk)
    seen = Invitation.objects.visible_to(request.user, clock.today()).filter(audit=door.audit)
    take_back(get_object_or_404(seen, pk=link), by=request.user, at=clock.now())
    messages.success(request, "The link is taken back. It opens nothing any more.")
    return redirect("audit-feedback", pk=pk)
