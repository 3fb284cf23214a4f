"""The staff list."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock
from core.trail import record
from people.models import PostHolding, User


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The council's people with the posts they hold today."""
    if not request.user.has_perm("people.see_people"):
        raise PermissionDenied
    words = request.GET.get("q", "").replace("\x00", "").strip()
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
