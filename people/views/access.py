"""Who may see and do what, by kind of post; the quarterly review; the work of people who have left."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.moves import Refused
from core.trail import record
from people import posts
from people.access import kinds_of_post
from people.independence import forbidden
from people.models import AccessReview, PostHolding
from people.selectors import left_work, quarter_of, to_review
from people.sensitive import asks_again
from people.views.persons import check

PAGE = 50


@require_safe
def access(request: HttpRequest) -> HttpResponse:
    """For each kind of post of the council: what people in it may see and do, in plain words."""
    check(request, "people.see_access")
    kinds = kinds_of_post(request.user.council, clock.today())
    record("list access", "access", by=request.user, at=clock.now())
    return render(request, "people/access.html", {"kinds": kinds})


@asks_again
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest) -> HttpResponse:
    """The quarter's review: who holds what, when they last signed in, confirm or end; nobody decides about themselves."""
    check(request, "people.review_access")
    if request.method == "POST":
        return decide(request)
    today = clock.today()
    council = request.user.council
    rows = to_review(council.pk, today)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "decided": sum(one.decision is not None for one in rows),
        "all": len(rows),
        "quarter": quarter_of(today),
        "forbidden": forbidden(council.pk, today),
        "mixed": any(one.mixed for one in rows),
    }
    record("list access review", "access", by=request.user, at=clock.now())
    return render(request, "people/review.html", context)


def decide(request: HttpRequest) -> HttpResponse:
    """Confirm the posts that were ticked, or end one; ids of another council are not found, and nothing is done."""
    mine = PostHolding.objects.visible_to(request.user).select_related("user", "post")
    back = redirect("access-review")
    if page := number(request.POST.get("page", "")):
        back["Location"] += f"?page={page}"
    try:
        if ended := request.POST.get("end"):
            holding = get_object_or_404(mine, pk=number(ended))
            if not request.POST.get("sure"):
                return ask_whether(request, holding)
            posts.review(holding, AccessReview.Decision.ENDED, by=request.user, at=clock.now())
            messages.success(request, f"{holding.user.name} does not hold this post any more.")
            return back
        ids = list(dict.fromkeys(number(one) for one in request.POST.getlist("holding")))
        if not ids or len(ids) > PAGE:
            raise Refused(f"Tick between 1 and {PAGE} posts.")
        found = list(mine.filter(pk__in=ids).order_by("pk"))
        if len(found) != len(ids):
            return missing(request)
        done = posts.confirm_all(found, by=request.user, at=clock.now())
        messages.success(request, f"Confirmed: {done} {'post' if done == 1 else 'posts'}.")
    except Refused as fault:
        messages.error(request, str(fault))
    return back


def ask_whether(request: HttpRequest, holding: PostHolding) -> HttpResponse:
    """Ask whether a post is really to end at once."""
    check(request, "people.review_holding", holding)
    page = number(request.POST.get("page", ""))
    return render(request, "people/review_end.html", {"holding": holding, "page": page})


def number(text: str) -> int:
    """An id as it was sent; 0, which nothing has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def missing(request: HttpRequest) -> HttpResponse:
    """As for a thing that does not exist."""
    return render(request, "404.html", status=404)


@require_safe
def left(request: HttpRequest) -> HttpResponse:
    """The open work of people who have left, as counts by kind; the QA team goes from here to the things."""
    check(request, "people.see_left_work")
    rows = left_work(request.user.council_id, clock.today())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    record("list left work", "people", by=request.user, at=clock.now())
    context = {"page": page, "links": request.user.has_perm("programme.allocate_audit")}
    return render(request, "people/left_work.html", context)
