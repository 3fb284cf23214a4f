"""The QA team's steps with one moderation, the meeting, the ladder and the decision."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from audits.models import Audit
from audits.scoring import Overall
from core import clock
from core.moves import Refused
from moderation.asking import Said, grade_choices, judged
from moderation.forms.settling import (
    AssignForm,
    DecisionForm,
    LeftoverForm,
    MeetingForm,
    PassUpForm,
    ReasonForm,
)
from moderation.models import MeetingRecord
from moderation.selectors.moderating import auditors_event, meetings_of, next_rung, steps_of
from moderation.selectors.people import candidates, rule_of
from moderation.services.assigning import assign as assign_to
from moderation.services.choosing import choose_by_hand, leave_unmoderated
from moderation.services.settling import (
    Meeting,
    decide_leftover,
    record_meeting,
    right_to_pass_up,
)
from moderation.services.settling import decide as decide_grade
from moderation.services.settling import escalate as pass_up
from moderation.states import ModerationState
from moderation.views.door import Door, open_door
from people.models import User
from standards.policy import Policy

NONE = "none"


def step(
    request: HttpRequest,
    door: Door,
    form: Form,
    take: Callable[[], str],
    *,
    template: str = "moderation/step.html",
    **more: Any,
) -> HttpResponse:
    """A page with one form; `take` takes the step and gives the words for it. What is refused is said in it."""
    if request.method == "POST" and form.is_valid():
        try:
            said = take()
        except Refused as fault:
            for problem in fault.problems or (str(fault),):
                form.add_error(None, problem)
        else:
            messages.success(request, said)
            return redirect("moderation", pk=door.moderation.pk)
    context = {
        "door": door,
        "moderation": door.moderation,
        "audit": door.moderation.audit,
        "policy": door.edition.policy,
        "form": form,
        **more,
    }
    return render(request, template, context, status=422 if form.errors else 200)


def allowed(request: HttpRequest, pk: int, right: str) -> Door:
    """The moderation, for somebody who may take this step."""
    door = open_door(request, pk, opened="moderation")
    check(request, door, f"moderation.{right}")
    return door


def check(request: HttpRequest, door: Door, right: str) -> None:
    """Refuse whoever may not take this step, or may not see the grade yet."""
    if not request.user.has_perm(right, door.moderation):
        raise PermissionDenied
    if door.blind and right != "moderation.assign":
        raise Refused("Give your own view of the grade first. This opens once it is in.")


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a returned audit among those to be moderated, by hand."""
    audits = Audit.objects.visible_to(request.user).with_people().with_edition()
    audit = get_object_or_404(audits, pk=pk)
    if not request.user.has_perm("moderation.choose", audit):
        raise PermissionDenied
    form = ReasonForm(
        request.POST or None,
        label="Why is this audit moderated?",
        hint="An audit chosen by hand is left out of the figures that say how far grades can be trusted.",
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = choose_by_hand(
                audit, reason=form.cleaned_data["reason"], by=request.user, at=clock.now()
            )
        except Refused as fault:
            form.add_error("reason", str(fault))
        else:
            messages.success(request, "The audit is chosen. Now give it to a moderator.")
            return redirect("assign-moderation", pk=made.pk)
    context = {"audit": audit, "form": form}
    return render(request, "moderation/choose.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it to a moderator: only those who may are offered."""
    door = allowed(request, pk, "assign")
    found = candidates(door.moderation.audit, clock.today())
    form = AssignForm(request.POST or None, candidates=found)

    def take() -> str:
        chosen = User.objects.visible_to(request.user).get(pk=form.cleaned_data["moderator"])
        assign_to(door.moderation, chosen, by=request.user, at=clock.now())
        return f"{chosen.name} moderates this audit and has been told."

    return step(
        request,
        door,
        form,
        take,
        template="moderation/assign.html",
        candidates=found,
        rule=rule_of(door.moderation.audit),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a chosen audit without moderation."""
    door = allowed(request, pk, "assign")
    form = ReasonForm(request.POST or None, label="Why is it left without moderation?")

    def take() -> str:
        leave_unmoderated(
            door.moderation, reason=form.cleaned_data["reason"], by=request.user, at=clock.now()
        )
        return (
            "The audit is left without moderation, and its grade is final as the auditor gave it."
        )

    return step(
        request,
        door,
        form,
        take,
        title="Leave without moderation",
        button="Leave it without moderation",
        warning="The grade becomes final as the auditor gave it.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the meeting about the grade, each of the two for themselves."""
    door = allowed(request, pk, "meet")
    one, policy = door.moderation, door.edition.policy
    if one.state != ModerationState.DISAGREED:
        return redirect("moderation", pk=pk)
    is_moderator = request.user.pk == one.moderator_id
    recorded = meetings_of(one)
    form = MeetingForm(
        request.POST or None,
        choices=grade_choices(policy),
        is_moderator=is_moderator,
        initial=meeting_initial(recorded, request.user),
    )

    def take() -> str:
        data = form.cleaned_data
        said = Meeting(
            data["met_on"], data["view"], grade_of(data["grade"], policy), data["learning"]
        )
        after = record_meeting(one, said, by=request.user, at=clock.now())
        if after.state == ModerationState.FINAL:
            return "Both of you have recorded the same grade. It is final."
        both = after.meetings.count() == 2
        return (
            "Your record is kept. The two of you have not recorded the same grade, so it is not final."
            if both
            else "Your record is kept. The grade is final once the other has recorded the same."
        )

    return step(
        request,
        door,
        form,
        take,
        template="moderation/meeting.html",
        recorded=[record for record in recorded if record.by_id != request.user.pk],
        event=auditors_event(one.audit),
        is_moderator=is_moderator,
    )


def grade_of(code: str, policy: Policy) -> Overall | None:
    """The grade behind a choice; None for “we did not agree”."""
    if code == NONE:
        return None
    return judged(Said(number=int(code)) if code.isdigit() else Said(code=code), policy)


def meeting_initial(recorded: list[MeetingRecord], user: User) -> dict[str, Any]:
    """One's own record, or the day and the grade of the other's to begin with."""
    mine = next((one for one in recorded if one.by_id == user.pk), None)
    one = mine or next(iter(recorded), None)
    if one is None:
        return {}
    chosen = (
        "surpassed" if one.surpassed else str(one.value) if one.value is not None else one.grade
    )
    found = {"met_on": one.met_on, "grade": chosen or NONE}
    return found | {"view": mine.view, "learning": mine.learning} if mine else found


@require_http_methods(["GET", "HEAD", "POST"])
def escalate(request: HttpRequest, pk: int) -> HttpResponse:
    """Pass the disagreement up to whoever decides next; refused, with the words, where somebody did so before."""
    door = open_door(request, pk, opened="moderation")
    form = PassUpForm(
        request.POST or None,
        label="Why could it not be settled?",
        hint="Both views, and this reason, go to whoever decides.",
        initial={"read_rung": door.moderation.rung},
    )
    late = form.is_valid() and form.cleaned_data["read_rung"] != door.moderation.rung
    if not late:
        check(request, door, right_to_pass_up(door.moderation))

    def take() -> str:
        after = pass_up(door.moderation, **form.cleaned_data, by=request.user, at=clock.now())
        names = [one.name for one in steps_of(after)[-1].deciders.all()]
        do, have = ("decides", "has") if len(names) == 1 else ("decide", "have")
        return f"It has been passed up. {', '.join(names)} {do} next and {have} been told."

    return step(
        request,
        door,
        form,
        take,
        title="Pass it up for a decision",
        button="Pass it up",
        rung=None if late else next_rung(door.moderation),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide on a grade that auditor and moderator could not agree."""
    door = allowed(request, pk, "decide")
    one, policy = door.moderation, door.edition.policy
    form = DecisionForm(request.POST or None, choices=grade_choices(policy))

    def take() -> str:
        data = form.cleaned_data
        grade = grade_of(data["grade"], policy)
        if grade is None:
            raise Refused("Choose the grade.")
        decide_grade(one, grade, reason=data["reason"], by=request.user, at=clock.now())
        return (
            "Your decision is recorded and the grade is final. Everybody concerned has been told."
        )

    return step(
        request,
        door,
        form,
        take,
        template="moderation/decide.html",
        grades=one.audit.grade_events.select_related("by"),
        recorded=meetings_of(one),
        steps=steps_of(one),
        next=next_rung(one),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def leftover(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide what stays of what an earlier grade set off."""
    door = allowed(request, pk, "decide_leftover")
    form = LeftoverForm(request.POST or None)

    def take() -> str:
        data = form.cleaned_data
        keeps = data["keep"] == "keep"
        decide_leftover(
            door.moderation, keep=keeps, reason=data["reason"], by=request.user, at=clock.now()
        )
        return "Your decision is recorded."

    return step(
        request,
        door,
        form,
        take,
        title="What stays of the earlier grade",
        button="Record the decision",
        lead="The audit’s first grade set work off. Moderation has changed the grade. Nothing is cancelled by itself.",
    )
