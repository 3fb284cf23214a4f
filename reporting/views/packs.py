"""The pages of packs: the list, choosing audits, one pack with its file, and who is who in it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actions.models import Action
from audits import selectors
from audits.models import Audit
from audits.querysets import AuditQuerySet
from audits.states import AuditState
from core import clock
from core.bell import ring
from core.moves import Refused
from core.recording import progress_only
from core.tabular import XLSX_TYPE, xlsx_file
from core.trail import record, record_all
from people.sensitive import asks_again
from reporting.forms.packs import MoreForm, PackFilter, PackForm
from reporting.models import Pack
from reporting.querysets import kept_from
from reporting.services import packs as service
from reporting.tasks import make_pack
from reporting.views.files import attachment

PAGE, CHOICE = 25, 25


def check(request: HttpRequest, permission: str) -> None:
    """Raises PermissionDenied for somebody without the right."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


def pack_of(request: HttpRequest, pk: int) -> Pack:
    """One pack that the person may open, or 404."""
    check(request, "reporting.see_packs")
    found = Pack.objects.visible_to(request.user).light().select_related("asked_by", "shared_by")
    pack: Pack = get_object_or_404(found.annotate(audits=Count("items")), pk=pk)
    return pack


@require_safe
def packs(request: HttpRequest) -> HttpResponse:
    """The council's packs that the person may open."""
    check(request, "reporting.see_packs")
    found = Pack.objects.visible_to(request.user).light().select_related("asked_by")
    rows = found.annotate(audits=Count("items")).order_by("-asked_at", "-id")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    record("list packs", "packs", by=request.user, at=clock.now())
    return render(request, "reporting/packs.html", {"page": page})


def choosable(request: HttpRequest) -> AuditQuerySet:
    """The returned audits that the person may open and whose grade is not kept from them."""
    found: AuditQuerySet = (
        Audit.objects.visible_to(request.user)
        .filter(state=AuditState.RETURNED)
        .with_blindness(request.user)
        .exclude(kept_from(request.user))
    )
    return found


def themes_of(request: HttpRequest) -> list[str]:
    """The themes that the council's actions have."""
    return Action.objects.filter(council=request.user.council_id).used_themes()


@require_http_methods(["GET", "HEAD", "POST"])
def new_pack(request: HttpRequest) -> HttpResponse:
    """Choose audits, by ticks or by case numbers, and ask for a pack of them."""
    check(request, "reporting.make_pack")
    form = PackForm(request.POST or None)
    ticked = [int(one) for one in request.POST.getlist("audit") if one.isdecimal()]
    if request.method == "POST" and form.is_valid():
        chosen, unknown = chosen_of(request, ticked, form.cleaned_data["numbers"])
        if unknown:
            form.add_error("numbers", f"No returned audit was found for {', '.join(unknown)}.")
        else:
            try:
                pack = asked_for(request, form.cleaned_data, chosen)
            except Refused as fault:
                form.add_error(None, str(fault))
            else:
                ring(make_pack, pack.pk)
                return redirect("pack", pk=pack.pk)
    found = (
        choosable(request).with_edition().select_related("case", "unit").order_by("-month", "-id")
    )
    narrowed = PackFilter(request.GET, queryset=found, user=request.user, themes=themes_of(request))
    page = Paginator(narrowed.qs, CHOICE).get_page(request.GET.get("page"))
    rows = [(audit, selectors.edition_of(audit).policy) for audit in page]
    context = {"form": form, "filter": narrowed, "page": page, "rows": rows, "ticked": ticked}
    status = 422 if form.errors else 200
    return render(request, "reporting/new_pack.html", context, status=status)


def chosen_of(
    request: HttpRequest, ticked: list[int], numbers: list[str]
) -> tuple[list[Audit], list[str]]:
    """The audits that were ticked and the latest of each case number, and the numbers that have none."""
    audits = choosable(request)
    found = list(audits.filter(pk__in=ticked).order_by("month", "pk"))
    by_number: dict[str, Audit] = {}
    rows = audits.filter(case__number__in=numbers).select_related("case")
    for one in rows.order_by("returned_at", "pk"):
        by_number[one.case.number] = one
    there = {one.pk for one in found}
    found += [
        by_number[one] for one in numbers if one in by_number and by_number[one].pk not in there
    ]
    return found, [one for one in numbers if one not in by_number]


def asked_for(request: HttpRequest, data: dict[str, Any], chosen: list[Audit]) -> Pack:
    """Ask for the pack."""
    wish = service.Wish(data["kind"], data["title"], data["learning"], tuple(data["also"]))
    return service.ask_for_pack(wish, chosen, by=request.user, at=clock.now())


@require_safe
def pack(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a pack is; its file, what to look at before it is shared, and with whom it is."""
    found = pack_of(request, pk)
    if request.headers.get("HX-Request") and found.busy:
        progress_only(request)
    else:
        record("open pack", found, by=request.user, at=clock.now())
    part = "reporting/_pack.html" if request.headers.get("HX-Request") else "reporting/pack.html"
    return render(request, part, {"pack": found, "form": MoreForm(), **service_rows(found)})


def service_rows(found: Pack) -> dict[str, Any]:
    """The audits of a pack under their pseudonyms."""
    items = found.items.select_related("audit__unit").order_by("place")
    return {"items": items}


@asks_again
@require_safe
def pack_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF of a pack; who opens it has opened each of its audits."""
    check(request, "reporting.see_packs")
    found = get_object_or_404(Pack.objects.visible_to(request.user), pk=pk)
    if found.state != Pack.State.READY or found.content is None:
        raise Http404
    at = clock.now()
    record("download pack", found, by=request.user, at=at)
    audits = Audit.objects.filter(pk__in=found.items.values("audit")).only("pk", "council")
    record_all("open audit in pack", audits, by=request.user, at=at)
    return attachment(bytes(found.content), f"pack-{found.number}.pdf", "application/pdf")


@asks_again
@require_safe
def pack_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is who in a pack, for the head of QA only."""
    check(request, "reporting.see_pack_key")
    found = pack_of(request, pk)
    record("download key of pack", found, by=request.user, at=clock.now())
    content = xlsx_file({"Key": service.key_lines(found)})
    return attachment(content, f"pack-{found.number}-key.xlsx", XLSX_TYPE)


@require_POST
def pack_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a pack anew: after a failure, or with further words taken out."""
    check(request, "reporting.make_pack")
    found = pack_of(request, pk)
    also: list[str] = []
    if request.POST.get("also") is not None:
        form = MoreForm(request.POST)
        if not form.is_valid():
            context = {"pack": found, "form": form, **service_rows(found)}
            return render(request, "reporting/pack.html", context, status=422)
        also = form.cleaned_data["also"]
    made = service.make_again(found, also, by=request.user, at=clock.now())
    ring(make_pack, made.pk)
    return redirect("pack", pk=pk)


@require_POST
def share_pack(request: HttpRequest, pk: int) -> HttpResponse:
    """Share a pack with the council's senior leaders, or take it back."""
    check(request, "reporting.make_pack")
    found = pack_of(request, pk)
    if request.POST.get("back"):
        service.unshare(found, by=request.user, at=clock.now())
        messages.success(request, "Senior leaders can no longer open this pack.")
    else:
        service.share(found, by=request.user, at=clock.now())
        messages.success(request, "Senior leaders can open this pack now.")
    return redirect("pack", pk=pk)
