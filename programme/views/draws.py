"""Drawing files: the list, the pool with what it leaves out, the draw, its seed, its certificate."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.certificate import as_text
from core.moves import Refused
from core.sampling import Rule, expected
from core.trail import record
from programme.forms.allocating import months
from programme.forms.draws import (
    EACH,
    AgainForm,
    FreezeForm,
    PoolForm,
    ReplaceForm,
    ShareForm,
    ValueForm,
)
from programme.models import Draw
from programme.selectors.draws import (
    by_number,
    drawn_files,
    facts_of,
    filter_words,
    notes_of,
    numbers_of,
    pool_of,
    replacements_of,
    rule_words,
    sheet_of,
)
from programme.selectors.pools import (
    STRATA,
    Filters,
    open_cases,
    plan_types_of,
    services_of,
    workers_of,
)
from programme.services import draws as service
from programme.states import DrawState
from standards.deadlines import notice_by
from standards.edition import Edition
from standards.models import FrameworkVersion, Tool
from standards.selectors import calendar_of, edition, in_force

PAGE = 25
SCRIPT = settings.BASE_DIR / "docs" / "verify_draw.py"


def check(request: HttpRequest, permission: str = "programme.draw_files") -> None:
    """Only the QA team draws; senior leaders may give one of the two people's words."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


def draw_of(request: HttpRequest, pk: int, read: str) -> Draw:
    """One of the council's own draws, or 404; the reading goes into the trail."""
    draws = Draw.objects.visible_to(request.user).select_related(
        "council", "tool", "version", "follows", "frozen_by", "drawn_by"
    )
    draw = get_object_or_404(draws, pk=pk)
    record(read, draw, by=request.user, at=clock.now())
    return draw


def refused(form: Form, fault: Refused, field: str | None = None) -> None:
    """What stands against it, beside the form."""
    for problem in fault.problems or (str(fault),):
        form.add_error(field, problem)


# The list and a new draw --------------------------------------------------------------------------


@require_safe
def draws(request: HttpRequest) -> HttpResponse:
    """All draws for the QA team; for a senior leader those that wait for words."""
    check(request, "programme.give_share")
    team = request.user.has_perm("programme.draw_files")
    rows = Draw.objects.visible_to(request.user) if team else waiting(request)
    page = Paginator(rows.select_related("tool").defer("pool", "version"), PAGE).get_page(
        request.GET.get("page")
    )
    record("list draws", "draws", by=request.user, at=clock.now())
    return render(request, "programme/draws.html", {"page": page, "team": team})


def waiting(request: HttpRequest) -> Any:
    """Draws that wait for this person's words."""
    return Draw.objects.open_to_words(request.user).exclude(shares__by=request.user)


@require_http_methods(["GET", "HEAD", "POST"])
def new_draw(request: HttpRequest) -> HttpResponse:
    """Choose the cases, see the pool with what it leaves out, then freeze it."""
    check(request)
    today = clock.today()
    version = in_force(request.user.council, today)
    if version is None:
        raise Refused("There is no published framework in force today. Publish one first.")
    framework = edition(version)
    form = pool_form(request, framework, today)
    if not request.GET or not form.is_valid() or "change" in request.GET:
        status = 422 if form.is_bound and form.errors else 200
        return render(request, "programme/new_draw.html", {"form": form}, status=status)
    cool_off = framework.policy.allocation.cool_off_months
    found = open_cases(request.user, form.filters, today, cool_off=cool_off)
    pool = found.pool(form.cleaned_data["by"])
    strata = pool.strata
    each = form.cleaned_data["how"] == EACH
    freeze = FreezeForm(
        request.POST if request.method == "POST" else None,
        initial={"seed_kind": Draw.Seed.TWO_PEOPLE, "seen": pool.fingerprint},
        strata=strata,
        each=each,
    )
    if request.method == "POST" and freeze.is_valid():
        if freeze.cleaned_data["seen"] != pool.fingerprint:
            freeze.add_error(None, "The pool has changed since you saw it. Look at it again.")
            freeze.data = request.POST.dict() | {"seen": pool.fingerprint}
        elif draw := try_to_freeze(request, form, freeze, version):
            messages.success(request, "The pool is frozen and its fingerprint is recorded.")
            return redirect("draw", pk=draw.pk)
    record("look at pool", "cases", by=request.user, at=clock.now())
    context = {
        "form": form,
        "freeze": freeze,
        "error_form": freeze,
        "found": found,
        "left_out": [{"reason": reason, "count": count} for reason, count in found.left_out],
        "left": found.open - len(found.files),
        "pool": pool,
        "boxes": [
            (name, strata[name], box)
            for name, box in sorted(freeze.boxes(), key=lambda one: by_number(one[0]))
        ],
        "each": each,
        "strata": strata_rows(strata, None if each else form.rule()),
        "divided": divided(pool.fields),
        "rule": "" if each else rule_words(form.rule()),
        "filters": filter_words(form.filters),
        "give_out_by": give_out(
            framework, form.cleaned_data.get("audit_on"), request.user.council_id
        ),
        "today": today,
    }
    return render(request, "programme/new_draw.html", context, status=422 if freeze.errors else 200)


def pool_form(request: HttpRequest, framework: Edition, today: date) -> PoolForm:
    """The form with what this council can choose from."""
    allocation = framework.policy.allocation
    return PoolForm(
        request.GET or None,
        initial={"how": "number", "tool": next(iter(framework.tools), "")},
        tools=[(tool.code, tool.title) for tool in framework.tools.values()],
        months=months(today, 12, without=framework.policy.months_without_audits),
        services=services_of(request.user),
        plan_types=plan_types_of(request.user, today),
        workers=workers_of(request.user, today),
        cool_off=allocation.cool_off_months,
        with_day=allocation.notice is not None or allocation.deadline.rule == "audit_date",
    )


def try_to_freeze(
    request: HttpRequest, form: PoolForm, freeze: FreezeForm, version: FrameworkVersion
) -> Draw | None:
    """Freeze the pool, or put what stands against it into the form."""
    tools = Tool.objects.filter(version=version).select_related("version__framework__council")
    tool = tools.get(code=form.cleaned_data["tool"]) if "tool" in form.fields else tools.get()
    terms = service.Terms(
        title=freeze.cleaned_data["title"],
        tool=tool,
        month=form.first_of_month,
        filters=form.filters,
        rule=form.rule(freeze.quotas),
        seed=freeze.seed,
        audit_on=form.cleaned_data.get("audit_on"),
    )
    try:
        return service.freeze(terms, by=request.user, at=clock.now())
    except Refused as fault:
        refused(freeze, fault)
    return None


def give_out(framework: Edition, audit_on: date | None, council_id: int) -> date | None:
    """The last day to give the audits out, where the framework promises notice (SC-14)."""
    notice = framework.policy.allocation.notice
    return notice_by(audit_on, notice, calendar_of(council_id)) if audit_on and notice else None


def divided(fields: tuple[str, ...]) -> str:
    """What the pool is divided by, as the heading of a column."""
    return " and ".join(STRATA.get(name, name) for name in fields)


def strata_rows(strata: dict[str, int], rule: Rule | None) -> list[dict[str, Any]]:
    """Each part of the pool with its size and how many files it will give."""
    numbers = expected(strata, rule) if rule else {}
    return [
        {"name": name, "size": strata[name], "numbers": numbers.get(name)}
        for name in sorted(strata, key=by_number)
    ]


# One draw -----------------------------------------------------------------------------------------


@require_safe
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    """One draw: what is frozen, what it waits for, what is drawn."""
    return draw_page(request, draw_of(request, pk, "open draw"))


def draw_page(
    request: HttpRequest, one: Draw, value: ValueForm | None = None, status: int = 200
) -> HttpResponse:
    """The page of a draw."""
    pool, rule = pool_of(one), Rule.read(one.rule)
    replacements, numbers = replacements_of(one), numbers_of(one)
    files = drawn_files(one, replacements)
    page = Paginator(files, PAGE).get_page(request.GET.get("page"))
    came = {each.in_case_id: numbers[each.out_case_id] for each in replacements if each.in_case_id}
    shares = list(one.shares.select_related("by"))
    known = one.seed_known_on is not None and clock.today() >= one.seed_known_on
    context = {
        "draw": one,
        "size": len(pool.files),
        "open": len(pool.files) + sum(each["count"] for each in one.left_out),
        "rule": rule_words(rule),
        "filters": filter_words(Filters.read(one.filters)),
        "strata": drawn_rows(one, strata_rows(pool.strata, rule)) if pool.fields else [],
        "divided": divided(pool.fields),
        "page": page,
        "files": [(file, came.get(file["id"], "")) for file in page],
        "replacements": [
            {
                "out": numbers[each.out_case_id],
                "in": numbers.get(each.in_case_id, ""),
                "about": each,
            }
            for each in replacements
        ],
        "notes": notes_of(one) if one.seed else [],
        "shares": shares,
        "given": any(share.by_id == request.user.pk for share in shares),
        "known": known,
        "form": value or ValueForm(),
        "later": one.followed_by.only("pk", "number", "reason").first(),
        "give_out_by": give_out(edition(one.version), one.audit_on, one.council_id),
        "drawn_state": one.state == DrawState.DRAWN,
        "may_again": one.state in {DrawState.FROZEN, DrawState.DRAWN},
    }
    return render(request, "programme/draw.html", context, status=status)


def drawn_rows(one: Draw, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each part of the pool with how many files it gave."""
    counts = Counter(file["stratum"] for file in one.result)
    return [row | {"drawn": counts[row["name"]]} for row in rows]


@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one's words for a seed of two people; nobody sees them before both are in."""
    check(request, "programme.give_share")
    one = get_object_or_404(
        Draw.objects.open_to_words(request.user).select_related("tool", "frozen_by"), pk=pk
    )
    shares = list(one.shares.select_related("by"))
    given = any(each.by_id == request.user.pk for each in shares)
    form = ShareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = service.give_share(
                one, form.cleaned_data["words"], by=request.user, at=clock.now()
            )
        except Refused as fault:
            refused(form, fault, "words")
        else:
            drawn = done.state == DrawState.DRAWN
            messages.success(
                request,
                "Both people’s words are in, and the files are drawn."
                if drawn
                else "Your words are in. The files are drawn once another person has given theirs.",
            )
            team = request.user.has_perm("programme.draw_files")
            return redirect("draw", pk=pk) if team else redirect("draws")
    context = {"draw": one, "form": form, "shares": shares, "given": given}
    return render(request, "programme/draw_share.html", context, status=422 if form.errors else 200)


@require_POST
def seed(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the published value; the files are drawn at once."""
    check(request)
    one = draw_of(request, pk, "open draw")
    form = ValueForm(request.POST)
    if form.is_valid():
        try:
            service.set_published_seed(
                one, form.cleaned_data["value"], by=request.user, at=clock.now()
            )
        except Refused as fault:
            refused(form, fault, "value")
        else:
            messages.success(request, "The value is entered and the files are drawn.")
            return redirect("draw", pk=pk)
    return draw_page(request, one, form, status=422)


@require_POST
def repeat(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw once more from the stored pool and seed, to see that the same cases come back."""
    check(request)
    one = draw_of(request, pk, "open draw")
    if not service.repeat(one, by=request.user, at=clock.now()):
        raise Refused(
            "The stored list is not what the stored pool, rule and seed give. Somebody has changed the database."
        )
    messages.success(request, "Drawn once more: the same cases came back, in the same order.")
    return redirect("draw", pk=pk)


def with_form(
    request: HttpRequest, one: Draw, form: Form, template: str, take: Callable[[], Any], **more: Any
) -> HttpResponse:
    """A page with one form; what is refused is said in it."""
    if request.method == "POST" and form.is_valid():
        try:
            made = take()
        except Refused as fault:
            refused(form, fault)
        else:
            return redirect("draw", pk=made.pk if isinstance(made, Draw) else one.pk)
    context = {"draw": one, "form": form, **more}
    return render(request, template, context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw again, with a reason and a new seed; the earlier draw is kept."""
    check(request)
    one = draw_of(request, pk, "open draw")
    form = AgainForm(request.POST or None, initial={"seed_kind": Draw.Seed.TWO_PEOPLE})

    def take() -> Draw:
        made = service.draw_again(
            one, form.seed, reason=form.cleaned_data["reason"], by=request.user, at=clock.now()
        )
        messages.success(
            request, f"Draw {one.number} is kept as withdrawn. A new pool is frozen for this one."
        )
        return made

    return with_form(request, one, form, "programme/draw_again.html", take)


@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: HttpRequest, pk: int, case_pk: int) -> HttpResponse:
    """Replace a drawn file by the next in the draw's own order."""
    check(request)
    one = draw_of(request, pk, "open draw")
    file = next((each for each in drawn_files(one) if each["id"] == case_pk), None)
    if file is None:
        raise Http404
    form = ReplaceForm(request.POST or None)

    def take() -> None:
        data = form.cleaned_data
        made = service.replace(
            one, case_pk, why=data["why"], note=data["note"], by=request.user, at=clock.now()
        )
        came = numbers_of(one).get(made.in_case_id)
        messages.success(
            request,
            f"Case {file['case']} is replaced by case {came}."
            if came
            else f"Case {file['case']} is taken out. Nobody is left to take its place.",
        )

    return with_form(request, one, form, "programme/draw_replace.html", take, file=file)


# The certificate ----------------------------------------------------------------------------------


def drawn(request: HttpRequest, pk: int, read: str) -> Draw:
    """A draw whose seed is known; 404 for one that waits for it."""
    check(request)
    one = draw_of(request, pk, read)
    if not one.seed:
        raise Http404
    return one


@require_safe
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificate to read and to print."""
    one = drawn(request, pk, "open certificate")
    return render(request, "programme/certificate.html", {"draw": one, "sheet": sheet_of(one)})


@require_safe
def certificate_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificate as a file for a computer."""
    one = drawn(request, pk, "download certificate")
    return kept(as_text(facts_of(one)), f"draw-{one.number}-certificate.json", "application/json")


@require_safe
def pool_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The frozen pool as text; before the seed is known as well, so that somebody can keep it."""
    check(request)
    one = draw_of(request, pk, "download pool")
    return kept(pool_of(one).text, f"draw-{one.number}-pool.txt", "text/plain; charset=utf-8")


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The stand-alone script that draws a certificate's files again."""
    check(request)
    return kept(SCRIPT.read_text("utf-8"), SCRIPT.name, "text/x-python; charset=utf-8")


def kept(text: str, name: str, kind: str) -> HttpResponse:
    """A text file to keep, byte for byte."""
    response = HttpResponse(text.encode("utf-8"), content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
