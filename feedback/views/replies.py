"""The pages of replies: the list, one of them, typing one in, tables out and in, and one audit's feedback."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from actions.models import Action
from audits.models import Audit
from audits.states import AuditState
from audits.views.door import open_door
from cases.models import CaseFile
from cases.views import take_file
from core import clock
from core.moves import Refused
from core.tabular import CSV_TYPE, XLSX_TYPE, csv_file, xlsx_file
from core.trail import record
from feedback.filters import ReplyFilter
from feedback.forms.answering import AnswersForm
from feedback.forms.replies import ReplyForm, TableForm, WarningForm
from feedback.models import ContactWarning, Reply
from feedback.selectors.instruments import (
    instrument_in_force,
    instrument_of,
    instruments_in_force,
)
from feedback.selectors.replies import (
    asked_with,
    hides_whose,
    in_words,
    lines_of,
    of_audit,
    row_of,
    types_in,
    with_people,
)
from feedback.selectors.tables import TABLES, tables_taken_in
from feedback.selectors.voices import voices_of
from feedback.services.acting import REPLY
from feedback.services.contact import lift_warning, warn
from feedback.services.replies import Sheet, Subject, record_reply
from feedback.sheets import WAYS, columns_of, line_of
from feedback.states import Outcome
from people.models import User
from standards.instruments import Instrument

PAGE = 25


def refused(form: Form, fault: Refused) -> None:
    """What stands against it, above the form."""
    for problem in fault.problems or (str(fault),):
        form.add_error(None, problem)


@require_safe
def replies(request: HttpRequest) -> HttpResponse:
    """The replies that this person may read, newest first."""
    today = clock.today()
    narrowed = ReplyFilter(
        request.GET,
        with_people(Reply.objects.visible_to(request.user, today)),
        instruments=instruments_in_force(request.user.council, today),
    )
    page = Paginator(narrowed.qs, PAGE).get_page(request.GET.get("page"))
    record("list replies", "replies", by=request.user, at=clock.now())
    context = {
        "filter": narrowed,
        "page": page,
        "rows": [row_of(one, request.user) for one in page],
        "types": types_in(request.user, request.user.council, today),
        "takes_in": request.user.has_perm("feedback.import_replies"),
    }
    return render(request, "feedback/replies.html", context)


@require_safe
def reply(request: HttpRequest, key: UUID) -> HttpResponse:
    """One reply with its answers, or 404; the reading goes into the trail."""
    found = with_people(Reply.objects.visible_to(request.user, clock.today()))
    one = get_object_or_404(found, key=key)
    record("open reply", one, by=request.user, at=clock.now())
    context = {
        "row": row_of(one),
        "said": in_words(one),
        "names": request.user.has_perm("feedback.import_replies"),
        "hides": hides_whose(one, request.user),
        "publishable": instrument_of(one).publishable
        and request.user.has_perm("feedback.write_praise"),
        "tags": one.outcome == Outcome.ANSWERED
        and request.user.has_perm("feedback.tag_reply", one),
        "acts": request.user.has_perm("actions.record_any"),
        "actions": Action.objects.visible_to(request.user, clock.today())
        .raised_by(REPLY, one.pk)
        .select_related("owner")
        .order_by("due_on", "pk"),
    }
    return render(request, "feedback/reply.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def type_in(request: HttpRequest, code: str) -> HttpResponse:
    """Type in a reply that belongs to no audit."""
    council, today = request.user.council, clock.today()
    allowed = types_in(request.user, council, today)
    instrument = next((one for one in allowed if one.code == code), None)
    if instrument is None:
        raise PermissionDenied
    version, _ = instrument_in_force(council, code, today)
    return typing(request, instrument, Subject(council, version), with_case=True)


@require_http_methods(["GET", "HEAD", "POST"])
def type_in_with_audit(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Type in what somebody said with an audit: its auditor or the QA team."""
    door = open_door(request, pk, opened="feedback form")
    instrument = next((one for one in asked_with(door.audit) if one.code == code), None)
    if instrument is None:
        raise Http404
    about = Subject.of_audit(door.audit)
    blank = Reply(council=about.council, version=about.version, audit=door.audit, instrument=code)
    if not request.user.has_perm("feedback.record_reply", blank):
        raise PermissionDenied
    return typing(request, instrument, about, with_case=False)


def typing(
    request: HttpRequest, instrument: Instrument, about: Subject, *, with_case: bool
) -> HttpResponse:
    """The form of one reply: its frame, and the questions of the instrument."""
    posted = request.POST if request.method == "POST" else None
    ways = (set(instrument.delivery) - {"in_audit", "link"}) & set(WAYS) or {"call"}
    frame = ReplyForm(
        posted,
        instrument=instrument,
        today=clock.today(),
        ways=ways,
        with_case=with_case,
        initial={"token": uuid4(), "received_on": clock.today(), "outcome": "answered"},
    )
    asked = AnswersForm(instrument.fields, posted, prefix="said", language="en", easy=False)
    if posted is not None and frame.is_valid() & asked.is_valid():
        made = try_to_keep(request, frame, asked, instrument, about)
        if made is not None:
            messages.success(request, "The reply is kept.")
            return redirect(page_after(made, instrument, request.user))
    context = {"frame": frame, "asked": asked, "instrument": instrument, "audit": about.audit}
    status = 422 if frame.errors or asked.errors else 200
    return render(request, "feedback/reply_form.html", context, status=status)


def page_after(made: Reply, instrument: Instrument, user: User) -> str:
    """Where somebody gets who has typed a reply in; not everybody reads it back."""
    if Reply.objects.visible_to(user, clock.today()).filter(pk=made.pk).exists():
        return reverse("reply", args=[made.key])
    if made.audit_id:
        return reverse("audit-feedback", args=[made.audit_id])
    return reverse("recognition" if instrument.publishable else "replies")


def try_to_keep(
    request: HttpRequest,
    frame: ReplyForm,
    asked: AnswersForm,
    instrument: Instrument,
    about: Subject,
) -> Reply | None:
    """The reply; None where something stands against it, which the form then says."""
    data = frame.cleaned_data
    if number := data.get("case_number", "").strip():
        case = CaseFile.objects.visible_to(request.user).filter(number=number).first()
        if case is None:
            frame.add_error("case_number", "There is no such case that you may open.")
            return None
        about = Subject(about.council, about.version, case=case)
    sheet = Sheet(
        instrument.code,
        data["way"],
        data["outcome"],
        data["received_on"],
        asked.given,
        reason=data["reason"],
        relation=data["relation"],
        respondent=data.get("respondent", ""),
    )
    try:
        return record_reply(sheet, about, by=request.user, at=clock.now(), form_token=data["token"])
    except Refused as fault:
        refused(frame, fault)
        return None


@require_safe
def replies_table(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The replies to one instrument that this person may read, as CSV or Excel; an empty table is the template."""
    if form not in {"csv", "xlsx"}:
        raise Http404
    council, today = request.user.council, clock.today()
    found = [one for one in instruments_in_force(council, today) if one.code == code]
    if not found or found[0].anonymous:
        raise Http404
    instrument = found[0]
    seen = with_people(
        Reply.objects.visible_to(request.user, today).filter(instrument=instrument.code)
    )
    kept = list(seen.order_by("received_on", "pk"))
    lines = [
        line_of(instrument, common, one.answers)
        for one, common in zip(kept, lines_of(kept, request.user), strict=True)
    ]
    head = [column.name for column in columns_of(instrument)]
    at = clock.now()
    detail = {"instrument": instrument.code, "rows": len(lines)}
    record("download replies", "replies", by=request.user, at=at, detail=detail)
    name = f"replies-{instrument.code}-{today:%Y-%m-%d}.{form}"
    content = csv_file([head, *lines]) if form == "csv" else xlsx_file({"Replies": [head, *lines]})
    response = HttpResponse(content, content_type=CSV_TYPE if form == "csv" else XLSX_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """Upload a table of replies from elsewhere to be checked, and see what became of earlier ones."""
    if not request.user.has_perm("feedback.import_replies"):
        raise PermissionDenied
    instruments = types_in(request.user, request.user.council, clock.today())
    posted = request.method == "POST"
    form = TableForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        instruments=instruments,
        initial={"instrument": request.GET.get("subject")},
    )
    if posted and form.is_valid():
        run = take_file(request, form, TABLES, form.cleaned_data["instrument"])
        if run is not None:
            return redirect("import-run", pk=run.pk)
    runs = tables_taken_in(request.user, instruments)[:10]
    context = {"form": form, "instruments": instruments, "runs": runs}
    return render(request, "feedback/take_in.html", context, status=422 if form.errors else 200)


@require_safe
def audit_feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """What was asked and said with one audit, and what may be done about it."""
    door = open_door(request, pk, opened="feedback")
    audit = door.audit
    blank = Reply(council=audit.council, version=audit.version, audit=audit)
    context: dict[str, Any] = {
        "audit": audit,
        "found": of_audit(audit, request.user, clock.today()),
        "asks": request.user.has_perm("feedback.record_reply", blank),
        "voices": voices_of(audit, request.user) if may_compare(audit, request.user) else [],
    }
    return render(request, "feedback/audit.html", context)


def may_compare(audit: Audit, user: User) -> bool:
    """Whether ratings and replies may stand side by side for somebody.

    Never for who grades blind; before the return only for its auditor and the QA team.
    """
    if getattr(audit, "blind", True):
        return False
    worked = user.pk in {audit.worker_id, audit.second_worker_id}
    early = audit.auditor_id == user.pk or user.has_perm("feedback.import_replies")
    return (early and not worked) or audit.state == AuditState.RETURNED


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark that contacting a case's family is not safe, or that it is again."""
    case = get_object_or_404(CaseFile.objects.visible_to(request.user), pk=pk)
    warning = ContactWarning.objects.standing().filter(case=case).first()
    form = WarningForm(request.POST if request.method == "POST" and not warning else None)
    if request.method == "POST" and warning and request.POST.get("lift") != str(warning.pk):
        messages.success(request, "Contact is marked unsafe.")
        return redirect("contact", pk=pk)
    if request.method == "POST" and warning:
        lift_warning(warning, by=request.user, at=clock.now())
        messages.success(request, "Contact is marked safe again.")
        return redirect("contact", pk=pk)
    if form.is_valid():
        warn(case, form.cleaned_data["reason"], by=request.user, at=clock.now())
        messages.success(request, "Contact is marked unsafe. Links that nobody has used are gone.")
        return redirect("contact", pk=pk)
    lifts = bool(warning) and request.user.has_perm("feedback.lift_warning", warning)
    context = {"case": case, "warning": warning, "form": form, "lifts": lifts}
    return render(request, "feedback/contact.html", context, status=422 if form.errors else 200)
