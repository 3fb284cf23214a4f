"""Allocating an audit by hand: find the child's file, then choose who audits it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audits.independence import Parties, everybody_entitled
from audits.models import Audit
from cases.models import CaseFile
from core import clock
from core.forms import DateInput
from core.moves import Refused
from core.trail import record
from people.models import User
from people.roles import QA_TEAM
from people.selectors import line
from programme.dates import earliest_audit
from programme.forms.allocating import AllocationForm, months
from programme.requirements import Activity, read
from programme.selectors.allocating import Candidate, audits_under_way, candidates, workers
from programme.selectors.moderators import NOBODY, Moderator, free, moderators, rule_of
from programme.services.allocating import (
    DAY_PROBLEMS,
    Choice,
    NeedsConfirming,
    WrongModerator,
    allocate,
)
from standards.deadlines import notice_by
from standards.edition import Edition
from standards.models import FrameworkVersion, Tool
from standards.selectors import calendar_of, edition, in_force


def check(request: HttpRequest) -> None:
    """Only the QA team allocates."""
    if not request.user.has_perm("programme.allocate_audit"):
        raise PermissionDenied


@require_safe
def choose_case(request: HttpRequest) -> HttpResponse:
    """Find the open case to be audited."""
    check(request)
    words = request.GET.get("q", "").replace("\x00", "").strip()
    cases = (
        CaseFile.objects.visible_to(request.user)
        .open_on(clock.today())
        .select_related("unit")
        .order_by("number")
    )
    if words:
        cases = cases.filter(number__istartswith=words)
    page = Paginator(cases, 25).get_page(request.GET.get("page"))
    version = in_force(request.user.council, clock.today())
    record("list cases", "cases", by=request.user, at=clock.now())
    return render(
        request, "programme/choose_case.html", {"page": page, "words": words, "version": version}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def allocate_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose auditor, worker and month for one case."""
    check(request)
    today = clock.today()
    case = get_object_or_404(
        CaseFile.objects.visible_to(request.user).open_on(today).select_related("unit", "council"),
        pk=pk,
    )
    version = in_force(request.user.council, today)
    if version is None:
        raise Refused("There is no published framework in force today. Publish one first.")
    framework = edition(version)
    involved = workers(case, today)
    offered = months(today, without=framework.policy.months_without_audits)
    month = month_chosen(request, framework, offered)
    people = candidates(framework, case, {one.user_id for one in involved}, month=month, on=today)
    flash = read(version.policy).flash(QA_TEAM)
    may = may_moderate(request, framework, involved, today)
    form = form_for(request, framework, people, involved, offered, flash, may)
    doubts: tuple[str, ...] = ()
    if "look" in request.POST:
        for name in {*form.errors} - {"audit_on"}:
            del form.errors[name]
    elif request.method == "POST" and form.is_valid():
        named = {one.user.pk: one.user for one in may or []}
        audit, doubts = try_to_allocate(
            request, form, case, version, people, involved, month, named
        )
        if audit is not None:
            messages.success(request, "The audit is allocated and the auditor has been told.")
            return redirect("audit", pk=audit.pk)
    context = {
        "form": form,
        "case": case,
        "involved": involved,
        "left_out": [one for one in people if one.objections],
        "doubts": doubts,
        "under_way": audits_under_way(case),
        "policy": framework.policy,
        "by_day": by_day(framework),
        "framework": framework,
    }
    record("open case to allocate", case, by=request.user, at=clock.now())
    status = 422 if form.errors or doubts else 200
    return render(request, "programme/allocate.html", context, status=status)


def by_day(framework: Edition) -> bool:
    """Whether the framework's audits are due on the day of the audit itself."""
    return framework.policy.allocation.deadline.rule == "audit_date"


def month_chosen(request: HttpRequest, framework: Edition, offered: list[tuple[str, str]]) -> date:
    """The first day of the month that the audit counts for: the one chosen, or that of the audit's day."""
    if by_day(framework):
        day = day_of(request) or clock.today()
        return day.replace(day=1)
    return month_of(request.POST.get("month") or request.GET.get("month") or offered[0][0], offered)


def day_of(request: HttpRequest) -> date | None:
    """The day of the audit as it was typed; None while it is no date."""
    typed = DateInput().value_from_datadict(request.POST, {}, "audit_on")
    return typed if isinstance(typed, date) else None


def notice_words(framework: Edition, day: date | None, council_id: int) -> str:
    """By when an audit has to be given out, and for which day it can be given out today (T-6, SC-14)."""
    notice = framework.policy.allocation.notice
    if notice is None:
        return ""
    calendar = calendar_of(council_id)
    soonest = earliest_audit(clock.today(), notice, calendar)
    words = f"Auditors are told {notice.words} before. Given out today, the audit can be on {soonest:%a %-d %B %Y} or later."
    if day is None:
        return words
    by = notice_by(day, notice, calendar)
    return f"For an audit on {day:%a %-d %B %Y}, give it out by {by:%a %-d %B %Y}. {words}"


def month_of(text: str, offered: list[tuple[str, str]]) -> date:
    """The first day of the chosen month; the first offered when the choice is not one of them."""
    code = text if text in {value for value, _ in offered} else offered[0][0]
    year, month = code.split("-")
    return date(int(year), int(month), 1)


def form_for(
    request: HttpRequest,
    framework: Edition,
    people: list[Candidate],
    involved: list[Any],
    offered: list[tuple[str, str]],
    flash: Activity | None,
    may: list[Moderator] | None,
) -> AllocationForm:
    """The form with this council's words and this case's people."""
    allocation = framework.policy.allocation
    names = [(str(one.user_id), one.user.name) for one in involved]
    first = [
        pair for one, pair in zip(involved, names, strict=True) if one.kind == "allocated"
    ] or names
    initial = {"worker": first[0][0] if first else "", "month": offered[0][0]}
    second = [(str(one.user_id), one.user.name) for one in involved if one.kind == "second"]
    if second:
        initial["second_worker"] = second[0][0]
    return AllocationForm(
        request.POST or None,
        initial=initial,
        candidates=people,
        workers=names,
        seconds=names if allocation.second_worker and len(names) > 1 else [],
        tools=[(tool.code, tool.title) for tool in framework.tools.values()],
        months=offered,
        override=allocation.override_team,
        flash=flash,
        by_day=by_day(framework),
        today=clock.today(),
        notice=notice_words(framework, day_of(request), request.user.council_id),
        second_label=framework.policy.word("second_worker", "Second worker"),
        moderators=may,
    )


def may_moderate(
    request: HttpRequest, framework: Edition, involved: list[Any], today: date
) -> list[Moderator] | None:
    """Who can be named as moderator beside the people chosen; None where the framework names nobody then.

    Somebody who was chosen and may not stays in the list, so that the refusal says why.
    """
    rule = rule_of(framework.policy)
    if rule is None:
        return None
    tree = line(request.user.council_id, today)
    chosen = {name: number_of(request.POST.get(name, "")) for name in ("auditor", "moderator")}
    workers = [number_of(request.POST.get(name, "")) for name in ("worker", "second_worker")]
    if request.method != "POST" and involved:
        workers = [next((one for one in involved if one.kind == "allocated"), involved[0]).user_id]
    known = [pk for pk in workers if pk]
    parties = Parties(
        chosen["auditor"] or NOBODY,
        known[0] if known else NOBODY,
        known[1] if len(known) > 1 else None,
    )
    ids = free(rule, parties, tree)
    if chosen["moderator"] in everybody_entitled(rule, tree):
        ids.append(chosen["moderator"])
    return moderators(ids, tree)


def number_of(text: str) -> int:
    """The id that a choice stands for; 0 for none."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def try_to_allocate(
    request: HttpRequest,
    form: AllocationForm,
    case: CaseFile,
    version: FrameworkVersion,
    people: list[Candidate],
    involved: list[Any],
    month: date,
    named: dict[int, User],
) -> tuple[Audit | None, tuple[str, ...]]:
    """Allocate; gives the audit, or what must be confirmed; what stands against it goes into the form."""
    users: dict[int, User] = {one.user.pk: one.user for one in people} | {
        one.user_id: one.user for one in involved
    }
    data = form.cleaned_data
    tools = Tool.objects.filter(version=version).select_related("version__framework__council")
    chosen = tools.get(code=data["tool"]) if "tool" in form.fields else tools.first()
    auditor, worker = form.person("auditor", users), form.person("worker", users)
    if chosen is None or auditor is None or worker is None:
        raise Refused("Choose the auditor and the worker.")
    choice = Choice(
        case=case,
        tool=chosen,
        auditor=auditor,
        worker=worker,
        second_worker=form.person("second_worker", users),
        month=month,
        audit_on=data.get("audit_on"),
        practice_week=data["practice_week"],
        reason=data.get("reason", ""),
        flash_source=data.get("flash_source", ""),
        moderator=form.person("moderator", named),
    )
    try:
        return allocate(choice, by=request.user, at=clock.now(), confirmed=data["confirmed"]), ()
    except NeedsConfirming as fault:
        return None, fault.problems
    except WrongModerator as fault:
        for problem in fault.problems:
            form.add_error("moderator", problem)
    except Refused as fault:
        for problem in fault.problems or (str(fault),):
            form.add_error("audit_on" if problem in DAY_PROBLEMS else "auditor", problem)
    return None, ()
