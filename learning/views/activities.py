"""Learning activities and what changed since."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.moves import Refused
from core.trail import record
from learning.change import windows
from learning.forms import ActivityForm
from learning.models import Activity, Theme
from learning.selectors import queue
from learning.selectors.activities import changes_of
from learning.selectors.counting import Place
from learning.services.activities import change_activity, record_activity
from learning.services.theming import seed_themes
from learning.views.door import activity_of, ask, council_of, minimum_of

PAGE = 20
FIELDS = ("title", "kind", "held_on", "unit", "invited", "attended", "measure", "months", "note")


@require_safe
def activities(request: HttpRequest) -> HttpResponse:
    """What was taught, the newest first, with what changed since."""
    ask(request, "learning.see_themes")
    today = clock.today()
    seen = Activity.objects.visible_to(request.user, today)
    found = seen.select_related("unit").prefetch_related("themes")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    record("list activities", "activities", by=request.user, at=clock.now())
    council = council_of(request)
    least = minimum_of(council, today)
    changed = changes_of(list(page), Place(council.pk), minimum=least, as_of=today)
    context = {
        "page": page,
        "rows": [(one, changed[one.pk]) for one in page],
        "minimum": least,
    }
    return render(request, "learning/activities.html", context)


@require_safe
def activity(request: HttpRequest, pk: int) -> HttpResponse:
    """One activity: what it was, and the share of audits before and after."""
    one = activity_of(request, pk)
    today = clock.today()
    least = minimum_of(council_of(request), today)
    changed = changes_of([one], Place(one.council_id), minimum=least, as_of=today)
    before, after = windows(one.held_on, one.months)
    record("open activity", one, by=request.user, at=clock.now())
    context = {
        "one": one,
        "change": changed[one.pk],
        "minimum": least,
        "before": before,
        "after": after,
        "over": after[1] < today.replace(day=1),
        "may_change": request.user.has_perm("learning.change_activity", one),
    }
    return render(request, "learning/activity.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_activity(request: HttpRequest) -> HttpResponse:
    """Record a learning activity."""
    ask(request, "learning.record_activity")
    seed_themes(council_of(request), at=clock.now())
    form = form_of(request)
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["token"]
        try:
            made = record_activity(form.held, by=request.user, at=clock.now(), form_token=token)
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "The activity is kept.")
            return redirect("learning-activity", made.pk)
    return activity_page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a learning activity right."""
    one = activity_of(request, pk)
    ask(request, "learning.change_activity", one)
    form = form_of(request, one)
    if request.method == "POST" and form.is_valid():
        try:
            change_activity(one, form.held, by=request.user, at=clock.now())
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "The activity is changed.")
            return redirect("learning-activity", one.pk)
    return activity_page(request, form, one)


def form_of(request: HttpRequest, one: Activity | None = None) -> ActivityForm:
    """The form, filled with an activity that is there; its own themes stay to be chosen."""
    council = council_of(request)
    listed = Theme.objects.visible_to(request.user, clock.today())
    used = listed.in_use()
    start = {}
    if one is not None:
        start = {name: getattr(one, name) for name in FIELDS} | {"themes": one.themes.all()}
        used = used | listed.filter(activities=one)
    return ActivityForm(
        request.POST if request.method == "POST" else None,
        units=queue.units_of(council),
        themes=used.distinct(),
        today=clock.today(),
        initial=start,
    )


def activity_page(
    request: HttpRequest, form: ActivityForm, one: Activity | None = None
) -> HttpResponse:
    """The form of an activity."""
    context = {"form": form, "one": one}
    status = 422 if form.errors else 200
    return render(request, "learning/activity_form.html", context, status=status)
