"""Many actions at once: giving them to somebody else, and going through them in supervision."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from actions.forms import ReassignForm
from actions.models import Action
from actions.points import BY_ROOM
from actions.selectors import under_supervision
from actions.services.reassigning import MOST, Outcome, reassign_many
from actions.views.kept import words_kept
from core import clock
from core.middleware import record_refusal
from core.moves import Refused
from core.trail import record
from people.models import User

PAGE = 50
NOT_ALL_YOURS = (
    "Some of these actions are not yours to open any more. Nothing was given. "
    "Look at the list below, and give those that are left."
)
SOME_BY_POST = (
    "What has a page of its own is still finished there, by whoever holds the post that the framework "
    "names for it."
)


def chosen(request: HttpRequest) -> list[int]:
    """The rows that were ticked, or all that somebody still has to do."""
    given = request.POST if request.method == "POST" else request.GET
    rows = given.getlist("row")[: MOST + 1]
    if rows:
        if not all(one.isascii() and one.isdigit() and len(one) < 13 for one in rows):
            raise Http404
        return [int(one) for one in rows]
    owner = given.get("all_of", "")
    if not (owner.isascii() and owner.isdigit() and len(owner) < 13):
        return []
    found = Action.objects.visible_to(request.user).to_do().filter(owner=int(owner))
    return list(found.order_by("pk").values_list("pk", flat=True)[:MOST])


def reassign_form(request: HttpRequest) -> ReassignForm:
    """Who does them now, and why."""
    people = User.objects.visible_to(request.user).active().order_by("name")
    return ReassignForm(request.POST if "owner" in request.POST else None, owners=people)


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept(reassign_form)
def reassign(request: HttpRequest) -> HttpResponse:
    """Give the chosen actions, or all of one person, to somebody else (C1-11)."""
    if not request.user.has_perm("actions.reassign_any"):
        raise PermissionDenied
    ids = chosen(request)
    form = reassign_form(request)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = reassign_many(
                ids, data["owner"], reason=data["reason"], by=request.user, at=clock.now()
            )
        except Refused as fault:
            form.add_error(None, str(fault))
        except PermissionDenied:
            if not shown(request.user, ids):
                raise
            record_refusal(request, by=request.user)
            form.add_error(None, NOT_ALL_YOURS)
        else:
            return after(request, made, data)
    rows = shown(request.user, ids)
    context = {
        "form": form,
        "rows": rows,
        "by_post": any(one.kind in BY_ROOM for one in rows),
        "holders": holders(request.user),
        "most": MOST,
    }
    return render(request, "actions/reassign.html", context, status=422 if form.errors else 200)


def shown(user: User, ids: list[int]) -> list[Action]:
    """Those of the chosen actions that this person may open."""
    found = Action.objects.visible_to(user).filter(pk__in=ids).with_people()
    return list(found.order_by("due_on", "pk"))


def after(request: HttpRequest, made: Outcome, data: dict[str, Any]) -> HttpResponse:
    """To the tracker, or to the list of those that could not be given, with the reason that was written."""
    owner: User = data["owner"]
    words = f"{len(made.given)} action{'' if len(made.given) == 1 else 's'}"
    if not made.given and all(one.to_do and one.owner_id == owner.pk for one, _ in made.refused):
        messages.success(request, f"{owner.name} has these actions already.")
        return redirect("actions")
    if not made.refused:
        more = f" {SOME_BY_POST}" if made.by_post else ""
        messages.success(request, f"{words} given to {owner.name}.{more}")
        return redirect("actions")
    context = {"made": made, "words": words, "by_post": SOME_BY_POST, **data}
    return render(request, "actions/reassigned.html", context)


def holders(user: User) -> list[tuple[int, str]]:
    """Whoever has something to do that this person may see."""
    found = Action.objects.visible_to(user).to_do().order_by()
    people = User.objects.filter(pk__in=found.values("owner")).order_by("name")
    return list(people.values_list("pk", "name"))


@require_safe
def supervision(request: HttpRequest) -> HttpResponse:
    """The open actions of those whom this person supervises, and of the work of theirs that was looked at (C1-12)."""
    if not request.user.has_perm("actions.see_supervision"):
        raise PermissionDenied
    today = clock.today()
    found = under_supervision(request.user, today)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    record("list actions for supervision", "actions", by=request.user, at=clock.now())
    return render(request, "actions/supervision.html", {"page": page, "today": today})
