"""Filling in the form: a page saved as a whole, one answer saved by itself, and what others change meanwhile."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits import selectors, visibility
from audits.answers import Given
from audits.forms import Typed, as_typed, mark, read_box, sent
from audits.models import Answer, Audit, EarlierAnswer
from audits.selectors import Box, Confirmed, Sheet
from audits.services.answers import (
    SITTING,
    Stale,
    confirm_question,
    fingerprint,
    finish_section,
    save_answer,
)
from audits.states import AuditState
from audits.views.door import Door, open_door, question_of, section_of
from audits.views.parts import head_of, id_of, part_html, with_html
from audits.words import answer_in_words, window_lines
from core import clock
from core.addresses import address_in
from core.moves import Refused
from core.trail import record
from standards.edition import QuestionForm, SectionForm
from standards.policy import Policy

OVERLAP = timedelta(seconds=2)
LONGEST_AWAY = timedelta(days=31)


# --- one page of the form -----------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int, section_code: str, question_code: str = "") -> HttpResponse:
    """A section, or one question of it; without JavaScript it is saved by its button."""
    door = open_door(request, pk, opened="section")
    section = section_of(door, section_code)
    if section.paging == "question" and not question_code:
        return redirect(
            "question", pk=pk, section_code=section.code, question_code=section.questions[0].code
        )
    questions = [one for one in section.questions if question_code in {"", one.code}]
    if not questions:
        raise Http404
    if request.method == "POST":
        return save_page(request, door, section, questions)
    return show(request, door, section, questions)


def show(
    request: HttpRequest,
    door: Door,
    section: SectionForm,
    questions: list[QuestionForm],
    changed: dict[tuple[str, int], Box] | None = None,
    conflicts: dict[tuple[str, int], dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page with what is saved, or with what was typed where it could not be saved."""
    sheet = selectors.sheet_of(door.audit)
    answers, applied = sheet.answers, sheet.applied
    blocks = [
        block(door, sheet, section, question, changed or {}, conflicts or {})
        for question in questions
        if section.code in applied or said_in(question, answers)
    ]
    boxes = [box for one in blocks for group in one["groups"] for box in group["boxes"]]
    here = selectors.see_presence(door.audit, request.user, place=section.title, at=clock.now())
    blind = door.me == visibility.BLIND
    context = {
        "door": door,
        "audit": door.audit,
        "section": section,
        "blind": blind,
        "blocks": blocks,
        "faults": [box for box in boxes if box["fault"]],
        "sections": selectors.progress(door.audit, door.me, answers),
        "single": questions[0] if section.paging == "question" else None,
        "previous": neighbour(door, section, questions[0], -1, applied),
        "next": neighbour(door, section, questions[-1], +1, applied),
        "closed": why_closed(door, section),
        "apart": "" if section.code in applied else selectors.why_left_out(door.audit, section),
        "window": window_lines(door.tool.window),
        "suggestion": suggestion_for(door, questions, answers),
        "editable": any(box["editable"] for box in boxes),
        "mine": visibility.is_open(section, door.audit.state) and door.me in visibility.PARTIES,
        "here": here,
        "now": clock.now(),
        "actions": selectors.actions_of(door.audit, blind=blind)
        if visibility.sees_actions(me=door.me, state=door.audit.state)
        else [],
        "me_records": door.me == visibility.AUDITOR
        and visibility.is_open(section, door.audit.state),
    }
    return render(request, "audits/page.html", context, status=status)


def why_closed(door: Door, section: SectionForm) -> str:
    """When a section of one's own is filled, where that is not now; empty where there is nothing to say."""
    audit = door.audit
    theirs = (part for question in section.questions for part in question.parts)
    if (
        audit.state == AuditState.RETURNED
        or visibility.is_open(section, audit.state)
        or not any(visibility.fills(part, door.me) for part in theirs)
    ):
        return ""
    meeting = door.word("session", "meeting")
    if audit.session_begun:
        return f"This section was filled in before the {meeting} and can no longer be changed."
    return f"You can fill in this section once the {meeting} has begun."


def said_in(question: QuestionForm, answers: dict[Any, Given]) -> bool:
    """Whether anything is said in a question."""
    codes = {part.code for part in question.parts}
    return any(key[0] in codes and not given.empty for key, given in answers.items())


def suggestion_for(
    door: Door, questions: list[QuestionForm], answers: dict[Any, Given]
) -> dict[str, Any] | None:
    """What stands beside the overall grade, where these questions ask for it and the form suggests one."""
    rule = door.tool.suggestion
    if door.me == visibility.BLIND:
        return None
    if rule is None or not any(p.kind == "overall_grade" for q in questions for p in q.parts):
        return None
    found = selectors.suggestion_of(door.audit, answers)
    judged = selectors.overall_of(door.tool, answers, door.edition.policy)
    return {
        "found": found,
        "policy": door.edition.policy,
        "begun": door.audit.session_begun,
        "differs": bool(found and judged and found.grade != judged.grade),
        "reason": door.tool.part(rule.reason_part).label,
    }


def block(
    door: Door,
    sheet: Sheet,
    section: SectionForm,
    question: QuestionForm,
    changed: dict[tuple[str, int], Box],
    conflicts: dict[tuple[str, int], dict[str, Any]],
) -> dict[str, Any]:
    """One question of a page: its parts by instance, its guidance, who has confirmed it."""
    groups = []
    for instance, found in selectors.boxes(sheet, section, question, door.me):
        views = [
            with_html(
                door,
                changed.get((box.part.code, instance), box) if box.editable else box,
                conflicts.get((box.part.code, instance)),
            )
            for box in found
        ]
        groups.append({"instance": instance, "boxes": views})
    joint = any(part.respondent == visibility.JOINT for part in question.parts)
    open_now = sheet.asks(section) and visibility.is_open(section, door.audit.state)
    return {
        "question": question,
        "head": head_of(door, question, single=section.paging == "question"),
        "groups": groups,
        "joint": joint,
        "confirmed": confirmed(question, sheet, sheet.confirmed) if joint else [],
        "can_confirm": joint and door.me in visibility.PARTIES and open_now,
    }


def confirmed(
    question: QuestionForm, sheet: Sheet, said: Iterable[Confirmed]
) -> list[dict[str, Any]]:
    """Who confirmed the question, and whether it has changed since; `said` are the confirmations of its audit."""
    theirs = [one for one in said if one.question == question.code]
    if not theirs:
        return []
    codes = {part.code for part in question.parts}
    now = fingerprint([row for key, row in sheet.rows.items() if key[0] in codes])
    return [{"who": one.name, "at": one.at, "stands": one.fingerprint == now} for one in theirs]


def neighbour(
    door: Door, section: SectionForm, question: QuestionForm, step: int, applied: frozenset[str]
) -> dict[str, str] | None:
    """The page before or after this one that the person may see, past sections that do not apply."""
    pages = [
        (one, None if one.paging == "section" else each)
        for one in door.tool.sections
        if visibility.may_see(one, me=door.me, state=door.audit.state)
        and (one.code in applied or one.code == section.code)
        for each in (one.questions if one.paging == "question" else one.questions[:1])
    ]
    here = next(
        i
        for i, (one, each) in enumerate(pages)
        if one.code == section.code and (each is None or each.code == question.code)
    )
    there = here + step
    if not 0 <= there < len(pages):
        return None
    one, each = pages[there]
    return {
        "url": page_url(door.audit, one, each),
        "title": each.heading if each else one.title,
    }


def page_url(audit: Audit, section: SectionForm, question: QuestionForm | None) -> str:
    """The address of a page of the form."""
    if question is None:
        return address_in("section", audit.pk, section.code)
    return address_in("question", audit.pk, section.code, question.code)


# --- saving -------------------------------------------------------------------------------------


def editable_boxes(door: Door, section: SectionForm, questions: list[QuestionForm]) -> list[Box]:
    """The parts of a page that this person may change."""
    sheet = selectors.sheet_of(door.audit)
    return [
        box
        for question in questions
        for _, group in selectors.boxes(sheet, section, question, door.me)
        for box in group
        if box.editable
    ]


def save_page(
    request: HttpRequest, door: Door, section: SectionForm, questions: list[QuestionForm]
) -> HttpResponse:
    """Save what was changed on the page; what cannot be saved comes back as it was typed."""
    policy = door.edition.policy
    found = [
        read_box(box, request.POST, policy)
        for box in editable_boxes(door, section, questions)
        if sent(box, request.POST)
    ]
    if not visibility.is_open(section, door.audit.state):
        check_nothing_typed(request, door, section, questions)
        return after_saving(request, door, section, questions)
    resolve = request.POST.get("resolve", "")
    changed: dict[tuple[str, int], Box] = {}
    conflicts: dict[tuple[str, int], dict[str, Any]] = {}
    try:
        for one in found:
            save_typed(request, door, section, one, resolve, changed, conflicts)
    except Refused:
        check_nothing_typed(request, door, section, questions)
        raise
    if changed or conflicts:
        return show(request, door, section, questions, changed, conflicts, status=422)
    if resolve:
        return redirect(request.get_full_path())
    return after_saving(request, door, section, questions)


def check_nothing_typed(
    request: HttpRequest, door: Door, section: SectionForm, questions: list[QuestionForm]
) -> None:
    """Refuse a page that came too late, showing the words that were not saved so that they can be copied."""
    policy = door.edition.policy
    sheet = selectors.sheet_of(door.audit)
    lost = []
    for question in questions:
        for _, group in selectors.boxes(sheet, section, question, door.me):
            for box in group:
                if box.respondent not in {door.me, visibility.JOINT} or not sent(box, request.POST):
                    continue
                one = read_box(box, request.POST, policy)
                if one.changed and one.given != box.given:
                    words = (
                        plain(replace(box, given=one.given), policy)
                        if one.given
                        else " ".join((one.typed or {}).values())
                    )
                    lost.append(f"{box.part.label}: {words}")
    if lost:
        raise Refused("This part is closed now, so these words were not saved.", lost)


def save_typed(
    request: HttpRequest,
    door: Door,
    section: SectionForm,
    one: Typed,
    resolve: str,
    changed: dict[tuple[str, int], Box],
    conflicts: dict[tuple[str, int], dict[str, Any]],
) -> None:
    """Save one part of a page, or note why it was not."""
    key = (one.box.part.code, one.box.instance)
    if one.given is None:
        changed[key] = as_typed(one.box, one)
        return
    if not one.changed or resolve == f"{one.box.name}|theirs":
        return
    given = one.given
    if resolve == f"{one.box.name}|both":
        given = replace(given, text=both(one.box.given.text, given.text))
    try:
        save_answer(
            door.audit,
            section,
            one.box.part,
            given,
            instance=one.box.instance,
            read_version=one.version,
            by=request.user,
            at=clock.now(),
        )
    except Stale as stale:
        words = f"{stale.current.saved_by.name} changed this while you were writing. Nothing of yours is lost."
        changed[key] = as_typed(one.box, one, words)
        conflicts[key] = conflict_of(door, one.box, given, stale.current)


def both(theirs: str, mine: str) -> str:
    """Two texts put together, the other person's first."""
    return f"{theirs}\n\n{mine}"


def conflict_of(door: Door, box: Box, mine: Given, current: Answer) -> dict[str, Any]:
    """Both texts of a conflict, side by side, and the two put together."""
    theirs = selectors.given_of(current)
    policy = door.edition.policy
    texts = box.part.kind in {"evidence", "long_text", "short_text"}
    return {
        "name": box.name,
        "who": current.saved_by.name,
        "at": current.saved_at,
        "version": current.version,
        "mine": plain(replace(box, given=mine), policy),
        "theirs": plain(replace(box, given=theirs), policy),
        "both": both(theirs.text, mine.text) if texts else "",
        "texts": texts,
    }


def plain(box: Box, policy: Policy) -> str:
    """An answer as one text."""
    given = box.given
    if box.part.kind not in {"evidence", "long_text", "short_text"}:
        return answer_in_words(box.part, given, policy) or "No answer"
    day = f"{given.day:%-d %B %Y}" if given.day else ""
    where = ", ".join(piece for piece in (given.place, day) if piece)
    return "\n".join(piece for piece in (given.text, where) if piece) or "No answer"


def after_saving(
    request: HttpRequest, door: Door, section: SectionForm, questions: list[QuestionForm]
) -> HttpResponse:
    """Where the button leads: on to the next page, or back to the audit."""
    go = request.POST.get("go", "next")
    applied = frozenset(one.code for one in door.tool.sections)
    if any(one.applies_when for one in door.tool.sections):
        answers = selectors.given_answers(door.audit)
        applied = selectors.applied_sections(door.audit, door.tool, answers)
    following = neighbour(door, section, questions[-1], +1, applied)
    if go == "next" and following:
        return redirect(following["url"])
    if go == "stay":
        messages.success(request, "Saved.")
        return redirect(request.get_full_path())
    return redirect("audit", pk=door.audit.pk)


def box_at(
    door: Door, part_code: str, instance: int, *, filled: bool = True
) -> tuple[SectionForm, Box]:
    """One part of the form as this person sees it, or 404; not `filled` where what stands in it is not asked for."""
    part = next((one for one in door.tool.parts if one.code == part_code), None)
    if part is None:
        raise Http404
    section, question = question_of(door, part.question_code)
    if not filled and instance == 1 and section.applies_when is None:
        sheet = Sheet(door.audit, {})  # the first is always there, whatever has been said
    else:
        sheet = selectors.sheet_of(door.audit, None if section.applies_when else question)
    for number, group in selectors.boxes(sheet, section, question, door.me, part):
        if number == instance and group:
            return section, group[0]
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int, part_code: str, instance: int) -> HttpResponse:
    """One answer: POST saves it while somebody types; GET gives the part as it stands now."""
    saving = request.method == "POST"
    door = open_door(request, pk, opened="answer", named=not saving)
    section, box = box_at(door, part_code, instance, filled=not saving)
    if not saving:
        return HttpResponse(part_html(request, door, box))
    if not box.editable:
        return JsonResponse(
            {"state": "closed", "message": "This part is not open for you to change now."},
            status=403,
        )
    one = read_box(box, request.POST, door.edition.policy)
    if one.given is None:
        return JsonResponse({"state": "fault", "message": one.fault}, status=422)
    now = clock.now()
    try:
        saved = save_answer(
            door.audit,
            section,
            box.part,
            one.given,
            instance=instance,
            read_version=one.version,
            by=request.user,
            at=now,
        )
    except Stale as stale:
        conflict = conflict_of(door, box, one.given, stale.current)
        html = render_to_string("audits/_conflict.html", {"conflict": conflict}, request)
        return JsonResponse(
            {
                "state": "conflict",
                "html": html,
                **{k: conflict[k] for k in ("version", "both", "texts")},
            },
            status=409,
        )
    except Refused as fault:
        return JsonResponse({"state": "closed", "message": str(fault)}, status=422)
    at = saved.saved_at if saved else now
    return JsonResponse(
        {
            "state": "saved",
            "version": saved.version if saved else 0,
            "at": f"{timezone.localtime(at):%H:%M}",
            "mark": mark(one.given),
        }
    )


# --- being in it together -----------------------------------------------------------------------


@require_safe
def changes(
    request: HttpRequest, pk: int, section_code: str, question_code: str = ""
) -> JsonResponse:
    """Who else is here, and the parts of this page that somebody else has saved since the last look."""
    door = open_door(request, pk)
    section = section_of(door, section_code)
    now = clock.now()
    since = moment_of(request.GET.get("since", ""), now)
    with transaction.atomic():
        if not selectors.was_here(door.audit, request.user, since=now - SITTING):
            record("open section", door.audit, by=request.user, at=now)
        here = selectors.see_presence(door.audit, request.user, place=section.title, at=now)
    questions = [one for one in section.questions if question_code in {"", one.code}]
    return JsonResponse(
        {
            "now": now.isoformat(),
            "state": door.audit.state,
            "here": render_to_string("audits/_here.html", {"here": here}, request),
            "parts": changed_parts(request, door, section, questions, since - OVERLAP),
            "suggestion": suggestion_html(request, door, questions),
        }
    )


def suggestion_html(request: HttpRequest, door: Door, questions: list[QuestionForm]) -> str:
    """The suggested grade as it stands now, as HTML; empty on pages that show none."""
    if door.tool.suggestion is None:
        return ""
    found = suggestion_for(door, questions, selectors.given_answers(door.audit))
    return (
        render_to_string("audits/_suggestion.html", {"suggestion": found}, request) if found else ""
    )


def moment_of(text: str, now: datetime) -> datetime:
    """The moment of the page's last look, a month back at most; now when it is no moment."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    return max(moment, now - LONGEST_AWAY) if moment and timezone.is_aware(moment) else now


def changed_parts(
    request: HttpRequest,
    door: Door,
    section: SectionForm,
    questions: list[QuestionForm],
    since: datetime,
) -> list[dict[str, Any]]:
    """The parts of these questions that others saved after a moment, as HTML."""
    recent = Answer.objects.filter(audit=door.audit, saved_at__gt=since).exclude(
        saved_by=request.user
    )
    if not recent.exists():
        return []
    sheet = selectors.sheet_of(door.audit)
    found = []
    for question in questions:
        for _, group in selectors.boxes(sheet, section, question, door.me):
            found += [
                {
                    "id": id_of(box),
                    "version": box.version,
                    "html": part_html(request, door, box),
                }
                for box in group
                if box.saved_at
                and box.saved_at > since
                and sheet.rows[(box.part.code, box.respondent, box.instance)].saved_by_id
                != request.user.pk
            ]
    return found


@require_safe
def guidance(request: HttpRequest, pk: int, question_code: str) -> HttpResponse:
    """What good looks like for one question: descriptors in grade columns, standards, the scaling question."""
    door = open_door(request, pk)
    section, question = question_of(door, question_code)
    context = {
        "door": door,
        "audit": door.audit,
        "section": section,
        "question": question,
        "guidance": door.edition.guidance(question),
        "grades": [grade for grade in door.edition.policy.grades_best_first if grade.descriptors],
        "back": page_url(door.audit, section, question if section.paging == "question" else None),
    }
    template = (
        "audits/_guidance.html" if request.headers.get("HX-Request") else "audits/guidance.html"
    )
    return render(request, template, context)


@require_POST
def confirm(request: HttpRequest, pk: int, question_code: str) -> HttpResponse:
    """Confirm a joint question as it stands."""
    door = open_door(request, pk)
    section, question = question_of(door, question_code)
    confirm_question(door.audit, question, by=request.user, at=clock.now())
    messages.success(request, "You have confirmed the answers to this question.")
    return redirect(
        page_url(door.audit, section, question if section.paging == "question" else None)
    )


@require_POST
def finish(request: HttpRequest, pk: int, section_code: str) -> HttpResponse:
    """Say that one's part of a section is finished."""
    door = open_door(request, pk)
    section = section_of(door, section_code)
    try:
        finish_section(door.audit, door.tool, section, by=request.user, at=clock.now())
    except Refused as fault:
        context = {
            "fault": fault,
            "door": door,
            "audit": door.audit,
            "back": reverse("section", args=[pk, section.code]),
        }
        return render(request, "audits/not_finished.html", context, status=422)
    messages.success(
        request, f"You have finished “{section.title}”. You can still change it while it is open."
    )
    return redirect("audit", pk=pk)


@require_safe
def earlier(request: HttpRequest, pk: int, part_code: str) -> HttpResponse:
    """What an answer said before somebody else replaced it."""
    door = open_door(request, pk, opened="earlier answers")
    part = next((one for one in door.tool.parts if one.code == part_code), None)
    if part is None or (
        door.me == visibility.BLIND and part_code in selectors.kept_back(door.audit)
    ):
        raise Http404
    section, question = question_of(door, part.question_code)
    rows = EarlierAnswer.objects.filter(audit=door.audit, part_id=part.id).select_related(
        "saved_by", "replaced_by"
    )
    seen = [
        row
        for row in rows
        if visibility.sees_answers_of(row.respondent, me=door.me, state=door.audit.state)
    ]
    context = {
        "door": door,
        "audit": door.audit,
        "part": part,
        "question": question,
        "rows": seen[:50],
        "back": page_url(door.audit, section, question if section.paging == "question" else None),
    }
    return render(request, "audits/earlier.html", context)
