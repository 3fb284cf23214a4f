"""Start page, lists, and the page of one audit with its steps."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits import selectors, visibility
from audits.answers import Given
from audits.completeness import SESSION, Key, missing
from audits.filters import AuditFilter
from audits.forms import MeetingForm, ReasonForm
from audits.models import Audit, GradeEvent, Loop
from audits.rows import Lines, work_of
from audits.selectors.closing import may_confirm, regions, unconfirmed
from audits.services.meeting import MODES, set_meeting, start_session
from audits.services.returning import (
    advise_on_grade,
    problems_before_return,
    query_grade,
    reopen_audit,
    return_audit,
)
from audits.services.supervision import mark_raised
from audits.states import EXCLUDE, REASSIGN, WORKING, AuditState
from audits.views.door import Door, open_door
from audits.words import window_lines
from core import clock
from core.addresses import by_number
from core.moves import Refused
from core.notices import newest
from core.paging import rows_of_page
from core.trail import record
from people.line_managers import line_managers
from people.models import User
from people.selectors import line_of
from standards.templatetags.working_days import calendar_for

PAGE = 50
OWN_GRADES = (GradeEvent.Kind.PRACTITIONER, GradeEvent.Kind.AUDITOR)


@require_safe
def my_work(request: HttpRequest) -> HttpResponse:
    """What is this person's to do next, soonest first."""
    today = clock.today()
    return render(
        request,
        "audits/my_work.html",
        {
            "tasks": work_of(
                selectors.my_tasks(request.user, today), today, lambda: calendar_for(request)
            ),
            "notices": newest(request.user),
        },
    )


@require_safe
def audit_list(request: HttpRequest) -> HttpResponse:
    """The audits this person may open, newest first; those of a page are found first, then what is said of each."""
    user, today = request.user, clock.today()
    audits = Audit.objects.visible_to(user).with_blindness(user).order_by("-id")
    narrowed = AuditFilter(request.GET, queryset=audits, user=user)
    page = Paginator(narrowed.qs, PAGE).get_page(request.GET.get("page"))
    record("list audits", "audits", by=user, at=clock.now())
    lines = Lines(
        user.pk,
        today,
        units=narrowed.units,
        address=by_number("audit"),
        calendar=lambda: calendar_for(request),
    )
    found: Any = page.object_list
    rows = lines.of(rows_of_page(found).with_blindness(user))
    context = {"filter": narrowed, "page": page, "rows": rows}
    return render(request, "audits/audit_list.html", context)


@require_safe
def being_audited(request: HttpRequest) -> HttpResponse:
    """Which files of one's own teams are under audit, and by whom (I-15): number, auditor and worker only."""
    if not request.user.has_perm("audits.see_being_audited"):
        raise PermissionDenied
    today = clock.today()
    audits = (
        Audit.objects.being_audited(request.user, today).with_people().order_by("deadline_on", "id")
    )
    page = Paginator(audits, PAGE).get_page(request.GET.get("page"))
    record("list files being audited", "audits", by=request.user, at=clock.now())
    return render(request, "audits/being_audited.html", {"page": page, "today": today})


@require_safe
def audit(request: HttpRequest, pk: int) -> HttpResponse:
    """One audit: where it stands, what to do next, its sections, actions, grades and history."""
    door = open_door(request, pk, opened="audit")
    return render(request, "audits/audit.html", overview(door, request))


def overview(door: Door, request: HttpRequest) -> dict[str, Any]:
    """What the page of an audit shows."""
    audit = door.audit
    answers = selectors.given_answers(audit)
    sections = selectors.progress(audit, door.me, answers)
    seen = (
        door.me in visibility.PARTIES
        or door.me == visibility.QA
        or audit.state == AuditState.RETURNED
    )
    blind = door.me == visibility.BLIND
    return {
        "door": door,
        "audit": audit,
        "sections": sections,
        "blind": blind,
        "takes_part": door.me in {*visibility.PARTIES, visibility.QA},
        "moves": audit.moves.select_related("by") if seen and not blind else [],
        "grades": grades_for(door) if seen and not blind else [],
        "actions": selectors.actions_of(audit, blind=blind)
        if seen and visibility.sees_actions(me=door.me, state=audit.state)
        else [],
        "policy": door.edition.policy,
        "window": window_lines(door.tool.window),
        "modes": MODES,
        "waiting": waiting_for(door, sections, answers),
        "today": clock.today(),
        "can": {
            name: request.user.has_perm(f"audits.{name}", audit)
            for name in (
                "set_meeting",
                "start_session",
                "query_grade",
                "advise_on_grade",
                "record_action",
                "return_audit",
                "reopen_audit",
            )
        },
        "changes": changes_for(door, request) if audit.under_way else [],
        **(after_the_return(door, request) if not blind else {}),
    }


def after_the_return(door: Door, request: HttpRequest) -> dict[str, Any]:
    """How far what follows a returned audit has come, and what this person confirms before it is closed."""
    audit = door.audit
    if audit.state != AuditState.RETURNED:
        return {}
    today = clock.today()
    checks = [(one, may_confirm(request.user, audit, one, today)) for one in unconfirmed(audit)]
    return {
        "regions": regions(audit),
        "checks": checks,
        "supervises": supervised_by(request, audit),
        "loop": Loop.objects.filter(audit=audit).first(),
    }


def supervised_by(request: HttpRequest, audit: Audit) -> list[User]:
    """The workers of a returned audit whose line manager this person is; they alone raise it in supervision."""
    if not request.user.has_perm("audits.mark_raised", audit):
        return []
    tree = line_of(request.user, clock.today())
    people = [one for one in (audit.worker, audit.second_worker) if one is not None]
    return [one for one in people if request.user.pk in line_managers(tree, one.pk)]


def grades_for(door: Door) -> "QuerySet[GradeEvent]":
    """The grades given so far; a worker reads what a moderation made of them once it is final (H2)."""
    found = door.audit.grade_events.select_related("by")
    if door.me in visibility.WORKERS and not door.audit.grade_final:
        return found.filter(kind__in=OWN_GRADES)
    return found


# The pages of the programme on which an audit is changed after allocation: right, route, words for
# the auditor, words for others, and the stages at which there is such a change.
CHANGES = (
    ("programme.extend_audit", "extend-audit", "Ask for more time", "Give more time", WORKING),
    (
        "programme.exclude_audit",
        "exclude-audit",
        "Ask to leave it out",
        "Leave out",
        EXCLUDE.sources,
    ),
    ("programme.reassign_audit", "reassign-audit", "", "Give to another auditor", REASSIGN.sources),
)


def changes_for(door: Door, request: HttpRequest) -> list[tuple[str, str]]:
    """The addresses and words of the changes that this person may ask for or make."""
    return [
        (reverse(route, args=[door.audit.pk]), asked if door.me == visibility.AUDITOR else done)
        for right, route, asked, done, stages in CHANGES
        if door.audit.state in stages and request.user.has_perm(right, door.audit)
    ]


def waiting_for(door: Door, sections: list[selectors.Progress], answers: dict[Key, Given]) -> str:
    """What happens next, for whom it is."""
    audit, me = door.audit, door.me
    session = door.word("session", "meeting")
    if audit.state == AuditState.ALLOCATED:
        return (
            f"Set the date of the {session}."
            if me == visibility.AUDITOR
            else f"The {door.word('auditor', 'auditor')} sets the date of the {session} next."
        )
    if audit.state == AuditState.PREPARING:
        return before_the_meeting(door, sections, answers, session)
    if audit.state == AuditState.IN_SESSION:
        return (
            "Fill in the form together, then return the audit."
            if me == visibility.AUDITOR
            else f"Fill in the form together with the {door.word('auditor', 'auditor')}."
        )
    if audit.state == AuditState.GRADE_QUERY:
        return (
            "Give your advice on the grade."
            if me == visibility.QA
            else "The QA team has been asked for advice on the grade."
        )
    if audit.state == AuditState.EXCLUDED:
        return "This audit was left out. It can only be read. Who left it out, and why, is below."
    return ""


def before_the_meeting(
    door: Door, sections: list[selectors.Progress], answers: dict[Key, Given], session: str
) -> str:
    """What somebody does while everybody prepares: what the meeting needs first, then what it does not."""
    audit, me = door.audit, door.me
    second = audit.second_worker_id is not None
    facts = selectors.facts_of(audit)
    found = missing(door.tool, answers, gate=SESSION, second=second, facts=facts)
    if me in visibility.PARTIES and any(one.respondent in {me, visibility.JOINT} for one in found):
        return f"Complete your part before the {session}."
    begin = (
        f"Start the {session} when you are together."
        if me == visibility.AUDITOR
        else f"The {door.word('auditor', 'auditor')} starts the {session}."
    )
    if me not in visibility.PARTIES:
        return begin
    mine = [one for one in sections if one.mine and visibility.is_open(one.section, audit.state)]
    if any(one.status in {"todo", "started"} for one in mine):
        return f"You can fill in your part now. {begin}"
    return f"Your part is ready. {begin}" if mine else begin


@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """Set or move the meeting."""
    door = open_door(request, pk, opened="meeting")
    if not request.user.has_perm("audits.set_meeting", door.audit):
        raise PermissionDenied
    form = MeetingForm(request.POST or None, initial=meeting_initial(door.audit))
    prepares = visibility.prepares(door.tool, visibility.PRACTITIONER)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        when = timezone.make_aware(datetime.combine(data["day"], data["time"]))
        if when < clock.now():
            form.add_error("day", "The meeting must be in the future.")
        else:
            set_meeting(
                door.audit, meeting_at=when, mode=data["mode"], by=request.user, at=clock.now()
            )
            messages.success(request, f"The meeting is set. {after_setting(prepares)}")
            return redirect("audit", pk=pk)
    status = 422 if form.errors else 200
    return render(
        request,
        "audits/meeting.html",
        {"door": door, "audit": door.audit, "form": form, "prepares": prepares},
        status=status,
    )


def after_setting(prepares: bool) -> str:
    """What the message to everybody who takes part says."""
    asked = "been asked to prepare" if prepares else "been told the date"
    return f"Everybody who takes part has {asked}."


def meeting_initial(audit: Audit) -> dict[str, Any]:
    """The meeting as it is set now."""
    if audit.meeting_at is None:
        return {}
    local = timezone.localtime(audit.meeting_at)
    return {"day": local.date(), "time": local.time(), "mode": audit.meeting_mode}


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the meeting: who is present, and what is still missing."""
    door = open_door(request, pk, opened="start")
    if not request.user.has_perm("audits.start_session", door.audit):
        raise PermissionDenied
    context: dict[str, Any] = {
        "door": door,
        "audit": door.audit,
        "problems": selectors.missing_in_words(door.audit, SESSION),
        "shown_then": any(one.hidden_until_session_from for one in door.tool.sections),
        "closed_then": visibility.closing(door.tool),
    }
    if request.method == "POST":
        try:
            start_session(door.audit, by=request.user, at=clock.now())
        except Refused as fault:
            context |= {"fault": fault, "problems": fault.problems}
            return render(request, "audits/start.html", context, status=422)
        messages.success(
            request,
            "The meeting has started. The joint sections are open to everybody who takes part.",
        )
        return redirect("audit", pk=pk)
    return render(request, "audits/start.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def return_(request: HttpRequest, pk: int) -> HttpResponse:
    """Check what is missing and return the audit."""
    door = open_door(request, pk, opened="return", named=request.method != "POST")
    if not request.user.has_perm("audits.return_audit", door.audit):
        raise PermissionDenied
    if request.method == "POST":
        try:
            returned = return_audit(door.audit, by=request.user, at=clock.now())
        except Refused as fault:
            context = about_return(door) | {"fault": fault, "problems": fault.problems}
            return render(request, "audits/return.html", context, status=422)
        messages.success(request, after_return(returned))
        return redirect("audit", pk=pk)
    answers, problems = selectors.given_answers(door.audit), []
    if door.audit.state != AuditState.RETURNED:
        problems = problems_before_return(door.audit, door.edition, answers)
    context = about_return(door, answers) | {"problems": problems}
    return render(request, "audits/return.html", context)


def about_return(door: Door, answers: dict[Key, Given] | None = None) -> dict[str, Any]:
    """What the page before the return shows beside what stands in its way."""
    answers = selectors.given_answers(door.audit) if answers is None else answers
    judged = selectors.overall_of(door.tool, answers, door.edition.policy)
    return {
        "door": door,
        "audit": door.audit,
        "judged": judged,
        "grade": door.edition.policy.grade(judged.grade) if judged else None,
        "suggested": selectors.suggestion_of(door.audit, answers),
        "actions": selectors.actions_of(door.audit),
    }


@require_POST
def raised(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick that the audit was raised in supervision, or take the tick back."""
    door = open_door(request, pk)
    yes = request.POST.get("raised") == "yes"
    mark_raised(door.audit, raised=yes, by=request.user, at=clock.now())
    words = "raised in supervision" if yes else "not raised in supervision"
    messages.success(request, f"This audit is marked as {words}.")
    return redirect("audit", pk=pk)


def after_return(audit: Audit) -> str:
    """What the return means for the grade."""
    if audit.grade_final:
        return "The audit is returned and its grade is final."
    return "The audit is returned. Its grade is provisional until it is moderated or left out of the sample."


NOTES: dict[str, dict[str, Any]] = {
    "query_grade": {
        "service": query_grade,
        "key": "note",
        "title": "Query the grade",
        "label": "What do you not agree about?",
        "hint": "The QA team reads this and gives advice. Both views stay in the record.",
        "absent": "Say what you do not agree about.",
        "done": "The QA team has been asked for advice.",
        "button": "Ask for advice",
    },
    "advise_on_grade": {
        "service": advise_on_grade,
        "key": "advice",
        "title": "Give advice on the grade",
        "label": "Your advice",
        "hint": "Everybody who takes part in the audit reads this.",
        "absent": "Enter your advice.",
        "done": "Your advice is recorded and the audit is open to its parties again.",
        "button": "Record the advice",
    },
    "reopen_audit": {
        "service": reopen_audit,
        "key": "reason",
        "title": "Reopen this audit",
        "label": "Why is it reopened?",
        "hint": "The grade given so far stays in the history. The auditor returns the audit again.",
        "absent": "Say why the audit is reopened.",
        "done": "The audit is open again.",
        "button": "Reopen the audit",
    },
}


@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """A step that needs only a note: query the grade, advise, reopen."""
    door = open_door(request, pk, opened="notes")
    words = NOTES[step]
    if not request.user.has_perm(f"audits.{step}", door.audit):
        raise PermissionDenied
    form = ReasonForm(
        request.POST or None, label=words["label"], hint=words["hint"], absent=words["absent"]
    )
    if request.method == "POST" and form.is_valid():
        try:
            words["service"](
                door.audit,
                by=request.user,
                at=clock.now(),
                **{words["key"]: form.cleaned_data["reason"]},
            )
        except Refused as fault:
            form.add_error("reason", str(fault))
        else:
            messages.success(request, words["done"])
            return redirect("audit", pk=pk)
    context = {
        "door": door,
        "audit": door.audit,
        "form": form,
        "words": words,
        "moves": door.audit.moves.select_related("by"),
    }
    return render(request, "audits/note.html", context, status=422 if form.errors else 200)
