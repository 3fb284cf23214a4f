"""The year's programme: open it, the board of a quarter, one post's year, one slot, the themes."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.moves import Refused
from core.trail import record
from people.models import Post, User
from programme.counts import total
from programme.forms.board import DoneForm, ExcuseForm, ExtraForm, ThemeForm
from programme.models import ProgrammeYear, Slot, Theme
from programme.requirements import quarter_days, quarter_of
from programme.selectors.board import board, columns, post_rows, year_rows
from programme.selectors.post_year import post_page, posts_seen, undecided_for
from programme.selectors.sheet import sheet
from programme.selectors.year import years_to_open
from programme.services.slots import audits_itself, excuse, mark_done, undo_done, unexcuse
from programme.services.themes import ThemePlan, add_theme, quarters_from
from programme.services.year import Extra, make_slots, open_year, plan_slots
from programme.states import SlotState
from standards.deadlines import months_after

PAGE = 25


def check_sees(request: HttpRequest) -> None:
    """The board is for the QA team and senior leaders."""
    if not request.user.has_perm("programme.see_board"):
        raise PermissionDenied


def check_runs(request: HttpRequest) -> None:
    """The QA team alone changes the programme."""
    if not request.user.has_perm("programme.run_programme"):
        raise PermissionDenied


def year_words(first_on: date) -> str:
    """2026–27; 2026 where the year is a calendar year."""
    return (
        f"{first_on.year}"
        if first_on.month == 1
        else f"{first_on.year}–{(first_on.year + 1) % 100:02}"
    )


def quarter_words(first_on: date, year_on: date) -> str:
    """Q2 2026–27, July to September 2026."""
    last = months_after(first_on, 2)
    begun = year_on if first_on < months_after(year_on, 12) else months_after(year_on, 12)
    return f"Q{quarter_of(first_on, year_on)} {year_words(begun)}, {first_on:%B} to {last:%B %Y}"


def year_of(request: HttpRequest, pk: int) -> ProgrammeYear:
    """One of the council's own years."""
    return get_object_or_404(
        ProgrammeYear.objects.visible_to(request.user).select_related("council"), pk=pk
    )


def quarter_in(number: int) -> int:
    """A quarter from an address."""
    if number not in {1, 2, 3, 4}:
        raise Http404
    return number


@require_safe
def programme(request: HttpRequest) -> HttpResponse:
    """The year that runs (or another), its quarters, and what can be opened."""
    check_sees(request)
    today = clock.today()
    years = list(ProgrammeYear.objects.visible_to(request.user))
    wanted = request.GET.get("year", "")
    running = [year for year in years if year.first_on <= today]
    shown = next((year for year in years if str(year.pk) == wanted), None) or next(
        iter(running or years), None
    )
    rows = year_rows(sheet(shown, request.user, today)) if shown else []
    context = {
        "years": [(year, year_words(year.first_on)) for year in years],
        "shown": shown,
        "words": year_words(shown.first_on) if shown else "",
        "rows": rows,
        "sum": total(row.count for row in rows),
        "today": today,
        "to_open": [(day, year_words(day)) for day in years_to_open(request.user.council, today)]
        if request.user.has_perm("programme.run_programme")
        else [],
    }
    return render(request, "programme/programme.html", context)


@require_POST
def open_(request: HttpRequest) -> HttpResponse:
    """Open a year."""
    check_runs(request)
    try:
        first_on = date.fromisoformat(request.POST.get("first_on", ""))
    except ValueError:
        raise Refused("Choose the year to open.") from None
    open_year(request.user.council, first_on, by=request.user, at=clock.now())
    messages.success(request, f"The programme for {year_words(first_on)} is open.")
    return redirect("programme")


@require_safe
def quarter(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The board of one quarter, with the posts of one kind."""
    check_sees(request)
    year, number, today = year_of(request, pk), quarter_in(number), clock.today()
    found = sheet(year, request.user, today)
    shown = board(found, number)
    codes = {row.code: row for row in shown.types}
    owing = next((row for row in shown.types if not row.count.none), None)
    chosen = codes.get(request.GET.get("type", "")) or owing or next(iter(shown.types), None)
    context: dict[str, Any] = {
        "board": shown,
        "chosen": chosen,
        "words": year_words(year.first_on),
        "today": today,
        "whole": shown.rules.of_the_service(),
        "open_activities": shown.rules.undecided(),
    }
    if chosen:
        activities = columns(found, number, chosen.code)
        posts = (
            Post.objects.visible_to(request.user)
            .filter(type__code=chosen.code)
            .select_related("type", "unit")
            .order_by("unit__name", "code")
        )
        page = Paginator(posts, PAGE).get_page(request.GET.get("page"))
        context |= {
            "page": page,
            "titles": [found.title(code) for code in activities],
            "rows": post_rows(found, number, activities, page.object_list),
        }
    record("open programme", year, by=request.user, at=clock.now())
    return render(request, "programme/quarter.html", context)


@require_POST
def make(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Make the slots of a quarter by hand."""
    check_runs(request)
    year = year_of(request, pk)
    first, last = quarter_days(year.first_on, quarter_in(number))
    new = make_slots(year, first, last, by=request.user, at=clock.now())
    words = {0: "Every slot was there already.", 1: "1 slot is new."}
    messages.success(request, words.get(new, f"{new} slots are new."))
    return redirect("programme-quarter", pk=pk, number=number)


def post_of(request: HttpRequest, pk: int) -> Post:
    """A post whose year this person may see."""
    posts = Post.objects.visible_to(request.user).select_related("type", "unit")
    seen = posts_seen(request.user, clock.today())
    return get_object_or_404(posts if seen is None else posts.filter(pk__in=seen), pk=pk)


@require_safe
def post(request: HttpRequest, pk: int, post_pk: int) -> HttpResponse:
    """One post's year: what it owes, and every slot."""
    one, year, today = post_of(request, post_pk), year_of(request, pk), clock.today()
    found = sheet(year, request.user, today, post=one)
    [row] = post_rows(found, 1, [], [one])
    context = {
        "post": one,
        "holders": row.holders,
        "year": year,
        "words": year_words(year.first_on),
        "about": post_page(found, one),
        "extras": undecided_for(found, one),
        "today": today,
    }
    record("open programme of a post", one, by=request.user, at=clock.now())
    return render(request, "programme/post.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, pk: int, post_pk: int) -> HttpResponse:
    """Plan more for a post: activities whose number the programme decides."""
    check_runs(request)
    one, year = post_of(request, post_pk), year_of(request, pk)
    found = sheet(year, request.user, clock.today(), post=one)
    form = ExtraForm(
        request.POST or None,
        activities=undecided_for(found, one),
        year_on=year.first_on,
        without=set(found.rules.months_without_audits),
        initial={"month": f"{clock.today():%Y-%m}-01"},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        extra = Extra(data["activity"], date.fromisoformat(data["month"]), data["number"])
        try:
            plan_slots(year, one, extra, by=request.user, at=clock.now())
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "It is planned.")
            return redirect("programme-post", pk=pk, post_pk=post_pk)
    context = {"form": form, "post": one, "year": year, "words": year_words(year.first_on)}
    return render(request, "programme/plan_slots.html", context, status=422 if form.errors else 200)


Step = Callable[[Slot, HttpRequest, DoneForm, ExcuseForm], object]
STEPS: dict[str, tuple[str, str, Step]] = {
    "done": (
        "done",
        "It is marked as done.",
        lambda slot, request, done, _: mark_done(
            slot, done_on=done.cleaned_data["done_on"], by=request.user, at=clock.now()
        ),
    ),
    "undo": (
        "",
        "It is open again.",
        lambda slot, request, *_: undo_done(slot, by=request.user, at=clock.now()),
    ),
    "excuse": (
        "excuse",
        "It is excused.",
        lambda slot, request, _, why: excuse(
            slot, reason=why.cleaned_data["reason"], by=request.user, at=clock.now()
        ),
    ),
    "unexcuse": (
        "",
        "It is required again.",
        lambda slot, request, *_: unexcuse(slot, by=request.user, at=clock.now()),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
def slot(request: HttpRequest, pk: int) -> HttpResponse:
    """One slot: mark it as done, excuse it, or take that back."""
    check_runs(request)
    one = get_object_or_404(
        Slot.objects.visible_to(request.user).select_related(
            "year", "post__type", "post__unit", "audit", "version"
        ),
        pk=pk,
    )
    step = request.POST.get("step", "") if request.method == "POST" else ""
    done = DoneForm(request.POST if step == "done" else None, initial={"done_on": clock.today()})
    why = ExcuseForm(request.POST if step == "excuse" else None)
    forms = {"done": done, "excuse": why}
    if step in STEPS:
        name, words, take = STEPS[step]
        form = forms.get(name)
        if form is None or form.is_valid():
            try:
                take(one, request, done, why)
            except Refused as fault:
                if form is None:
                    raise
                form.add_error(None, str(fault))
            else:
                messages.success(request, words)
                return redirect("programme-post", pk=one.year_id, post_pk=one.post_id)
    found = sheet(one.year, request.user, clock.today(), post=one.post)
    line = next(row for row in post_page(found, one.post).lines if row.slot.pk == one.pk)
    context = {
        "line": line,
        "slot": one,
        "done": done,
        "why": why,
        "form": forms.get(step, done),
        "marks": not (one.tool_code and audits_itself(one)),
        "open": line.state in {SlotState.PLANNED, SlotState.LATE} and not one.audit_id,
    }
    status = 422 if done.errors or why.errors else 200
    return render(request, "programme/slot.html", context, status=status)


@require_safe
def themes(request: HttpRequest, pk: int) -> HttpResponse:
    """The themes of a year."""
    check_sees(request)
    year = year_of(request, pk)
    rows = Theme.objects.visible_to(request.user).filter(year=year).select_related("lead")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "year": year,
        "words": year_words(year.first_on),
        "page": page,
        "rows": [
            (
                one,
                quarter_words(one.quarter_on, year.first_on),
                quarter_words(one.revisit_on, year.first_on) if one.revisit_on else "",
            )
            for one in page
        ],
    }
    return render(request, "programme/themes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_theme(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a theme."""
    check_runs(request)
    year = year_of(request, pk)
    quarters = [(day.isoformat(), quarter_words(day, year.first_on)) for day in quarters_from(year)]
    form = ThemeForm(request.POST or None, people=leads(request), quarters=quarters)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        quarter_on = form.day("quarter") or year.first_on
        plan_ = ThemePlan(
            data["title"],
            form.leader,
            data["objectives"],
            data["sample"],
            quarter_on,
            form.day("revisit"),
        )
        try:
            add_theme(year, plan_, by=request.user, at=clock.now())
        except Refused as fault:
            for problem in fault.problems:
                form.add_error("revisit" if "later quarter" in problem else None, problem)
        else:
            messages.success(request, "The theme is added.")
            return redirect("programme-themes", pk=pk)
    context = {"form": form, "year": year, "words": year_words(year.first_on)}
    return render(request, "programme/new_theme.html", context, status=422 if form.errors else 200)


def leads(request: HttpRequest) -> list[User]:
    """Who may lead a theme: anybody of the council who holds a post with a part in quality assurance today."""
    posts = (
        Post.objects.visible_to(request.user)
        .exclude(type__roles=[])
        .exclude(type__roles=["practitioner"])
    )
    people = User.objects.visible_to(request.user).active().filter(holdings__post__in=posts)
    return list(people.distinct().order_by("name"))
