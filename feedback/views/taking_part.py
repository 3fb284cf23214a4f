"""Where staff get their one link to a survey. Nothing here says when somebody did, and no trail is written.

For a few minutes their own browser keeps the link, so that a page sent again shows it again. Nothing else keeps it.
"""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core import clock
from feedback.selectors.surveys import induction_for, offers_to
from feedback.services.inviting import NoLink, invite
from feedback.services.links import open_link
from feedback.services.surveys import take_part
from feedback.views.surveys import address_of

# With "secret" in its name Django keeps it out of reports on faults.
SHOWN = "link-secret"
LASTS = timedelta(minutes=10)


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The surveys that ask this person now."""
    on = clock.today()
    context = {"offers": offers_to(request.user, on), "inductions": induction_for(request.user, on)}
    return render(request, "feedback/take_part.html", context)


@require_POST
def give_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody their one link. Nobody is led on by the machine: a page that leads there would say where they come
    from."""
    offer = next(
        (one for one in offers_to(request.user, clock.today()) if one.survey.pk == pk), None
    )
    if offer is None:
        raise Http404
    ticket = shown_before(request) if offer.taken else None
    ticket = ticket or take_part(offer.survey, by=request.user, on=clock.today())
    return show(request, "feedback/my_link.html", ticket, offer=offer)


@require_POST
def give_form(request: HttpRequest, code: str) -> HttpResponse:
    """Give somebody new their form, which is confidential and says so."""
    asked = induction_for(request.user, clock.today())
    found = next((one for one in asked if one.code == code), None)
    if found is not None:
        _, secret = invite(request.user, code, by=None, at=clock.now())
        return show(request, "feedback/my_form.html", secret, instrument=found)
    before = shown_before(request)
    if before is None:
        raise Http404
    try:
        found = open_link(before, at=clock.now()).instrument
    except NoLink:
        raise Http404 from None
    return show(request, "feedback/my_form.html", before, instrument=found)


def show(request: HttpRequest, template: str, secret: str, **more: object) -> HttpResponse:
    """Show a link, and have the person's own browser keep it for this page until the minutes are over."""
    context = {"address": address_of(secret), "path": reverse("answer", args=[secret])}
    response = render(request, template, context | more)
    if secret != shown_before(request):
        response.set_signed_cookie(
            SHOWN,
            secret,
            salt=salt_of(request),
            max_age=LASTS,
            path=request.path,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )
    return response


def shown_before(request: HttpRequest) -> str | None:
    """The link that this person has been shown on this page in the last minutes."""
    found: str | None = request.get_signed_cookie(
        SHOWN, default=None, salt=salt_of(request), max_age=LASTS
    )
    return found


def salt_of(request: HttpRequest) -> str:
    """What is kept for one person and page is worth nothing to another one who uses the same browser."""
    return f"feedback.shown:{request.user.pk}:{request.path}"
