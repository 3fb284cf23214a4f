"""The staff list."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core import clock
from core.trail import record
from people.models import PostHolding, User

LOOKED_FOR = "people-looked-for"


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """The council's people with the posts they hold today.

    What is looked for is posted and kept with the session, so that no name stands in an address.
    """
    if not request.user.has_perm("people.see_people"):
        raise PermissionDenied
    if request.method == "POST":
        request.session[LOOKED_FOR] = request.POST.get("q", "").replace("\x00", "").strip()[:200]
        return redirect("people")
    words = request.session.get(LOOKED_FOR, "")
    held = PostHolding.objects.current(clock.today()).select_related("post__type", "post__unit")
    found = User.objects.visible_to(request.user).prefetch_related(
        Prefetch("holdings", held, to_attr="held")
    )
    if words:
        found = found.filter(
            Q(name__icontains=words)
            | Q(email__istartswith=words)
            | Q(staff_number__istartswith=words)
        )
    page = Paginator(found.order_by("name", "pk"), 50).get_page(request.GET.get("page"))
    record("list people", "people", by=request.user, at=clock.now())
    return render(request, "people/people.html", {"page": page, "words": words})
