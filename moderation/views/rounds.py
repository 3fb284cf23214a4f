"""Choosing by rounds: last month's draw, the list of the last months, and the certificate of each."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from audits.models import Audit
from core import clock
from core.certificate import as_text
from core.moves import Refused
from core.trail import record
from moderation.models import Moderation, Selection
from moderation.selectors.moderating import rows
from moderation.selectors.rounds import SEED, facts_of, open_rounds, pool_of, stands, title_of
from moderation.services.choosing import draw_month, list_back
from standards.models import FrameworkVersion

PAGE = 25


def check(request: HttpRequest) -> None:
    if not request.user.has_perm("moderation.run_rounds"):
        raise PermissionDenied


@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    """What has been chosen so far, and what can be chosen now."""
    check(request)
    found = (
        Selection.objects.visible_to(request.user)
        .select_related("version__framework", "made_by")
        .defer("pool", "result", "version__source", "version__policy")
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    record("list rounds", "rounds", by=request.user, at=clock.now())
    context = {
        "page": page,
        "rows": [(one, title_of(one)) for one in page],
        "open": open_rounds(request.user, clock.today()),
    }
    return render(request, "moderation/rounds.html", context)


def version_of(request: HttpRequest) -> FrameworkVersion:
    """The edition whose round is run, of one's own council."""
    given = request.POST.get("version", "")
    if not given.isdecimal() or len(given) > 9:
        raise Http404
    versions = FrameworkVersion.objects.filter(council=request.user.council_id)
    return get_object_or_404(versions.select_related("framework"), pk=int(given))


@require_POST
def run_month(request: HttpRequest) -> HttpResponse:
    """Draw a month now, instead of waiting for the job of the 1st."""
    check(request)
    try:
        month = date.fromisoformat(request.POST.get("month", ""))
    except ValueError:
        raise Refused("Choose the month.") from None
    made = draw_month(version_of(request), month, by=request.user, at=clock.now())
    if made is None:
        messages.info(request, f"Nothing was returned in {month:%B %Y}.")
        return redirect("rounds")
    messages.success(
        request, f"Selection {made.number} is made. Doing it again would change nothing."
    )
    return redirect("round", pk=made.pk)


@require_POST
def run_list(request: HttpRequest) -> HttpResponse:
    """Make the list of the last months as of today."""
    check(request)
    made = list_back(version_of(request), by=request.user, at=clock.now())
    if made is None:
        messages.info(request, "No audit of the last months is left to moderate.")
        return redirect("rounds")
    messages.success(request, f"The list is made: {len(made.certain)} audits wait for a moderator.")
    return redirect("round", pk=made.pk)


def round_of(request: HttpRequest, pk: int, read: str) -> Selection:
    """One selection of the council; reading it goes into the trail."""
    check(request)
    found = Selection.objects.visible_to(request.user).select_related("council", "made_by")
    one = get_object_or_404(found, pk=pk)
    record(read, one, by=request.user, at=clock.now())
    return one


def check_not_blind(request: HttpRequest, one: Selection) -> None:
    """The pool tells who was chosen for a grade: it is kept from whoever must still grade one of them blind."""
    ids = [*one.certain, *(file["id"] for file in one.pool["files"])]
    kept = Audit.objects.filter(pk__in=ids, readers__user=request.user, readers__blind=True)
    if kept.exists():
        raise Refused(
            "This selection tells something about an audit that you still have to grade for yourself. "
            "It opens once your own view is in."
        )


@require_safe
def round_(request: HttpRequest, pk: int) -> HttpResponse:
    """One selection: what was returned, what was drawn, what came on top, and whether it can be drawn again."""
    one = round_of(request, pk, "open round")
    check_not_blind(request, one)
    chosen = {file["id"] for file in one.result} | set(one.certain)
    found = Moderation.objects.visible_to(request.user).standing().with_audit()
    page = Paginator(found.filter(audit__in=chosen).order_by("audit__reference"), 50).get_page(
        request.GET.get("page")
    )
    context = {
        "one": one,
        "title": title_of(one),
        "facts": facts_of(one) if one.terms else None,
        "seed_words": SEED,
        "stands": stands(one),
        "pool": len(one.pool["files"]),
        "page": page,
        "rows": rows(list(page), request.user),
        "certain": set(one.certain),
    }
    return render(request, "moderation/round.html", context)


@require_safe
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificate as a file, which docs/verify_draw.py checks with the pool's file."""
    one = round_of(request, pk, "download certificate")
    check_not_blind(request, one)
    if not one.terms:
        raise Http404
    return kept(
        as_text(facts_of(one)), f"moderation-{one.number}-certificate.json", "application/json"
    )


@require_safe
def pool(request: HttpRequest, pk: int) -> HttpResponse:
    """The pool as text."""
    one = round_of(request, pk, "download pool")
    check_not_blind(request, one)
    return kept(pool_of(one).text, f"moderation-{one.number}-pool.txt", "text/plain; charset=utf-8")


def kept(text: str, name: str, kind: str) -> HttpResponse:
    """A text file to keep, byte for byte."""
    response = HttpResponse(text.encode("utf-8"), content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
