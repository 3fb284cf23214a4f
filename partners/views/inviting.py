"""An audit's partners: for its parties to read, for the QA team to invite."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from audits.views.door import Door, open_door
from core import clock
from core.bell import ring
from core.moves import Refused
from partners.forms import InviteForm, RenewForm
from partners.models import PartnerInvitation
from partners.selectors import partners_of, sealed_word, sections_of, usual_last_day
from partners.services.inviting import invite, renew, withdraw
from partners.tasks import send_links


def ask(request: HttpRequest, door: Door, permission: str) -> None:
    """Raise PermissionDenied unless this person has the right on the audit."""
    if not request.user.has_perm(f"partners.{permission}", door.audit):
        raise PermissionDenied


@require_safe
@vary_on_headers("HX-Request")
def partners(request: HttpRequest, pk: int) -> HttpResponse:
    """The partners of an audit and what they said; a part of the audit's page where that asks for it."""
    door = open_door(request, pk, opened="partners")
    ask(request, door, "see_partners")
    context = {
        "audit": door.audit,
        "partners": partners_of(door.audit, reader=request.user, on=clock.today()),
        "may_invite": request.user.has_perm("partners.invite_partner", door.audit)
        and door.audit.under_way,
        "may_withdraw": request.user.has_perm("partners.invite_partner", door.audit),
    }
    template = (
        "partners/_partners.html" if request.headers.get("HX-Request") else "partners/partners.html"
    )
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
def invite_partner(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite a partner to this audit."""
    door = open_door(request, pk, opened="partner invitation")
    ask(request, door, "invite_partner")
    sections = sections_of(door.audit)
    start = {"last_day": usual_last_day(door.audit, clock.today())}
    sent = request.POST if request.method == "POST" else None
    form = InviteForm(sent, sections=sections, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            invite(door.audit, form.asked, by=request.user, at=clock.now())
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            ring(send_links)
            messages.success(request, "They are invited. Their link is on its way by e-mail.")
            return redirect("audit-partners", pk)
    context = {"audit": door.audit, "form": form}
    status = 422 if form.errors else 200
    return render(request, "partners/invite.html", context, status=status)


def invitation_of(request: HttpRequest, door: Door, pk: int) -> PartnerInvitation:
    """An invitation of this audit, or 404."""
    seen = PartnerInvitation.objects.visible_to(request.user, clock.today())
    return get_object_or_404(seen.filter(audit=door.audit), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def renew_invitation(request: HttpRequest, pk: int, invitation: int) -> HttpResponse:
    """Send a partner a new link."""
    door = open_door(request, pk, opened="partner invitation")
    ask(request, door, "invite_partner")
    found = invitation_of(request, door, invitation)
    start = {"last_day": usual_last_day(door.audit, clock.today())}
    form = RenewForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            day = form.cleaned_data["last_day"]
            renew(found, last_day=day, by=request.user, at=clock.now())
        except Refused as fault:
            form.add_error("last_day", str(fault))
        else:
            ring(send_links)
            messages.success(request, "A new link is on its way. The old one no longer works.")
            return redirect("audit-partners", pk)
    context = {
        "audit": door.audit,
        "form": form,
        "name": sealed_word(found, "name"),
        "invitation": found,
    }
    status = 422 if form.errors else 200
    return render(request, "partners/renew.html", context, status=status)


@require_POST
def withdraw_invitation(request: HttpRequest, pk: int, invitation: int) -> HttpResponse:
    """Take a partner's link back."""
    door = open_door(request, pk)
    ask(request, door, "invite_partner")
    withdraw(invitation_of(request, door, invitation), by=request.user, at=clock.now())
    messages.success(request, "The link is taken back. It no longer works.")
    return redirect("audit-partners", pk)
