"""The files of an audit or of an action: the list, adding one, opening one, taking one away."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actions.models import Action
from audits.models import Audit
from core import clock
from core.bell import ring
from core.moves import Refused
from core.trail import record
from evidence import services, storing
from evidence.forms import FileForm
from evidence.models import Attachment
from evidence.services.adding import Place, detail, takes_files
from evidence.tasks import check_file

TYPES = {"jpeg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
ENDINGS = {"jpeg": "jpg", "png": "png", "pdf": "pdf"}
# The fragment that a page of another room asks for; the page of files itself asks for its own list.
OWN_LIST = "files"


@dataclass(frozen=True)
class Home:
    """An audit or an action as the files' pages name it and link to it."""

    kind: str
    place: Place

    @property
    def title(self) -> str:
        """What it is called."""
        if isinstance(self.place, Audit):
            return f"Audit {self.place.reference}"
        return self.place.title

    @property
    def back(self) -> str:
        """Its own page."""
        return reverse("audit" if self.kind == "audit" else "action-page", args=[self.place.pk])

    @property
    def files(self) -> str:
        """The page of its files."""
        return reverse(f"{self.kind}-files", args=[self.place.pk])

    def address(self, name: str, one: Attachment) -> str:
        """Where a step with one of its files is taken."""
        return reverse(name.format(self.kind), args=[self.place.pk, one.pk])


def home_of(request: HttpRequest, kind: str, pk: int) -> Home:
    """The audit or action, or 404 as if it did not exist."""
    rooms: dict[str, Any] = {"audit": Audit, "action": Action}
    return Home(kind, get_object_or_404(rooms[kind].objects.visible_to(request.user), pk=pk))


def seen(request: HttpRequest, home: Home) -> QuerySet[Attachment]:
    """The files that this person may see there."""
    rows: QuerySet[Attachment] = Attachment.objects.visible_to(request.user).of(home.place).listed()
    return rows


def file_of(request: HttpRequest, kind: str, pk: int, file: int) -> tuple[Home, Attachment]:
    """One file of an audit or action, or 404."""
    home = home_of(request, kind, pk)
    rows = seen(request, home).select_related("audit", "action")
    return home, get_object_or_404(rows, pk=file)


@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The files of an audit or action, and a form to add one. Its own page and the thing's page ask for the list."""
    home = home_of(request, kind, pk)
    if request.method == "POST":
        return add(request, home)
    if request.headers.get("HX-Request"):
        return fragment(request, home)
    record("open files", home.place, by=request.user, at=clock.now())
    again = seen(request, home).filter(file__uploaded_by=request.user, file__state="refused")
    refused = again.filter(pk=number(request.GET.get("again"))).first()
    form = FileForm(initial={"caption": refused.caption} if refused else None)
    return page(request, home, form)


def number(typed: str | None) -> int:
    """A number from an address; 0 for anything else."""
    return int(typed) if typed and typed.isdecimal() and len(typed) < 16 else 0


def fragment(request: HttpRequest, home: Home) -> HttpResponse:
    """The list for the page of files, or a shorter one for the page of the audit or action.

    The page of files asks every few seconds while one is checked: until then there is nothing to tell, and no line.
    """
    own = request.headers.get("HX-Target") == OWN_LIST
    found = context(request, home)
    if own and found["busy"]:
        return HttpResponse(status=204)
    template = "evidence/_files.html" if own else "evidence/_short.html"
    response = render(request, template, found)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def page(request: HttpRequest, home: Home, form: FileForm) -> HttpResponse:
    """The page of files, with what was typed into its form."""
    found = {**context(request, home), "form": form}
    response = render(request, "evidence/files.html", found, status=422 if form.errors else 200)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def context(request: HttpRequest, home: Home) -> dict[str, Any]:
    """What the lists show: each file with where it is opened, and what this person may do with it."""
    open_ = takes_files(home.place)
    rows = list(seen(request, home))
    later = request.user.has_perm(
        "evidence.remove_file_later", Attachment(**{home.kind: home.place})
    )
    lines = []
    for one in rows:
        own = one.file.uploaded_by_id == request.user.pk
        lines.append(
            {
                "one": one,
                "open": home.address("{}-file", one),
                "remove": home.address("remove-{}-file", one) if later or (own and open_) else "",
                "share": home.address("share-{}-file", one)
                if own and open_ and not one.anonymised and one.file.state != "refused"
                else "",
                "again": f"{home.files}?again={one.pk}" if own and open_ else "",
            }
        )
    may_add = open_ and request.user.has_perm(f"evidence.add_to_{home.kind}", home.place)
    busy = any(one.file.busy for one in rows)
    return {"home": home, "lines": lines, "may_add": may_add, "busy": busy}


def add(request: HttpRequest, home: Home) -> HttpResponse:
    """Take in a file and have it checked; a refused one keeps what was typed."""
    if not request.user.has_perm(f"evidence.add_to_{home.kind}", home.place):
        raise PermissionDenied
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, home, form)
    given = form.cleaned_data
    sent = services.Sent(
        given["file"].name or "", given["file"].read(), given["caption"], given["anonymised"]
    )
    try:
        made = services.attach(home.place, sent, by=request.user, at=clock.now())
    except Refused as fault:
        form.add_error("file", str(fault))
        return page(request, home, form)
    ring(check_file, made.file_id)
    messages.success(request, "The file is being checked. It is shown here once that is done.")
    return redirect(home.files)


@require_safe
def open_file(request: HttpRequest, kind: str, pk: int, file: int) -> HttpResponse:
    """The file itself, while the person may see it; each opening leaves a line in the trail.

    `core.middleware` gives what is no page the policy of a sandbox.
    """
    _, one = file_of(request, kind, pk, file)
    stored = one.file
    content = storing.read(stored.name) if stored.ready and stored.name else None
    if content is None:
        raise Http404
    verb = "open picture" if stored.is_picture else "download file"
    record(verb, stored, by=request.user, at=clock.now(), detail=detail(one))
    how = "inline" if stored.is_picture else "attachment"
    headers = {
        "Content-Disposition": f'{how}; filename="{kind}-{pk}-{one.pk}.{ENDINGS[stored.kind]}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store, private",
    }
    return HttpResponse(content, content_type=TYPES[stored.kind], headers=headers)


@require_POST
def share_file(request: HttpRequest, kind: str, pk: int, file: int) -> HttpResponse:
    """Confirm that names and faces are hidden."""
    home, one = file_of(request, kind, pk, file)
    services.share(one, by=request.user, at=clock.now())
    messages.success(request, "Everybody who may open this can see the file now.")
    return redirect(home.files)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_file(request: HttpRequest, kind: str, pk: int, file: int) -> HttpResponse:
    """Ask once more, then take a file away for good."""
    home, one = file_of(request, kind, pk, file)
    if not request.user.has_perm("evidence.remove_file", one):
        raise PermissionDenied
    if request.method == "POST":
        services.remove(one, by=request.user, at=clock.now())
        messages.success(request, "The file is removed.")
        return redirect(home.files)
    return render(request, "evidence/remove.html", {"home": home, "one": one})
