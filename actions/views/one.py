"""One action's page, and recording one that no audit raised."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from actions.choices import Choices, choices_of
from actions.forms import AnyPlanForm
from actions.models import Action
from actions.points import BY_ROOM, place_of
from actions.selectors import steps_in_words, units_for, version_for
from actions.services.raising import Occasion, raise_by_hand
from actions.states import FINISH, SEND_BACK, SIGN_OFF, START, WITHDRAW, ActionState
from actions.views.door import RIGHTS, Door, open_door
from actions.views.kept import words_kept
from actions.words import source_words
from cases.models import CaseFile
from core import clock
from core.moves import Refused
from escalation.selectors import events_of
from people.models import User
from standards.deadlines import Due
from standards.models import FrameworkVersion

NO_FRAMEWORK = Choices(kinds=[("improve", "Improve practice")])
ANOTHER = (
    "With this page you have recorded {} already, in other words. "
    "To record these words as another action, choose “Record the action” again."
)


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one action, and what this person can do next."""
    door = open_door(request, pk, opened="action page")
    return render(request, "actions/action.html", overview(door, request.user))


def overview(door: Door, user: User) -> dict[str, Any]:
    """What the page of an action shows."""
    one = door.action
    can = {name: user.has_perm(f"actions.{name}", one) for name in RIGHTS}
    due = Due(one.due_on, one.due_at) if one.due_on else None
    return {
        "action": one,
        "source": source_words(one.source),
        "place": place_of(one.source, one.source_id, user),
        "cls": door.cls,
        "by_room": one.kind in BY_ROOM and one.to_do,
        "steps": steps_in_words(door.standing),
        "waiting_for": door.standing.next,
        "late": bool(due and one.to_do and due.late(clock.now())),
        "moves": one.moves.select_related("by"),
        "signatures": door.standing.signatures,
        "dates": one.date_changes.select_related("by"),
        "reviews": one.reviews.select_related("by"),
        "impact": one.impact.select_related("by").order_by("-round")
        if one.closed_on or one.round > 1
        else (),
        "events": events_of("action", one.pk),
        "supervised": bool(door.policy and door.policy.actions.supervision_review),
        "standards": standards_in_words(one),
        **next_steps(one, can),
    }


def next_steps(one: Action, can: dict[str, bool]) -> dict[str, bool]:
    """Which steps the page offers to this person now."""
    return {
        "may_start": can["do_action"] and one.state in START.sources,
        "may_finish": can["do_action"] and one.state in FINISH.sources,
        "may_sign": can["sign_off"] and one.state in SIGN_OFF.sources,
        "may_send_back": can["sign_off"] and one.state in SEND_BACK.sources,
        "may_date": can["change_date"] and one.to_do,
        "may_withdraw": can["withdraw_action"] and one.state in WITHDRAW.sources,
        "may_review": can["review_action"] and (one.to_do or one.state == ActionState.DONE),
        "may_answer": can["answer_impact"],
        "may_reassign": can["reassign_action"] and one.to_do,
    }


def standards_in_words(one: Action) -> list[str]:
    """The practice standards that the action is about, with their words where the edition has them."""
    if not one.standards or one.version is None:
        return list(one.standards)
    known = dict(choices_of(one.version).standards)
    return [known.get(number, number) for number in one.standards]


def new_form(request: HttpRequest) -> AnyPlanForm:
    """The form with what the framework in force offers."""
    version = version_for(request.user.council, clock.today())
    people = User.objects.visible_to(request.user).active().order_by("name")
    return AnyPlanForm(
        request.POST or None,
        choices=choices_of(version) if version else NO_FRAMEWORK,
        owners=people,
        workers=people,
        units=units_for(request.user, clock.today()),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept(new_form)
def new(request: HttpRequest) -> HttpResponse:
    """Record an action from a meeting, an observation or the like; it is open at once."""
    if not request.user.has_perm("actions.record_any"):
        raise PermissionDenied
    version = version_for(request.user.council, clock.today())
    form = new_form(request)
    if request.method == "POST" and form.is_valid():
        made = recorded(request, form, version)
        if made is not None:
            messages.success(request, "The action is recorded and open. Its owner has been told.")
            return redirect("action-page", pk=made.pk)
    status = 422 if form.errors else 200
    return render(request, "actions/new.html", {"form": form}, status=status)


def recorded(
    request: HttpRequest, form: AnyPlanForm, version: FrameworkVersion | None
) -> Action | None:
    """Record it; what is refused goes into the form in words."""
    data = form.cleaned_data
    case = None
    if number := data["case_number"].strip():
        case = CaseFile.objects.visible_to(request.user).filter(number=number).first()
        if case is None:
            form.add_error("case_number", "There is no case with this number that you may open.")
            return None
    occasion = Occasion(
        data["source"], data["source_label"].strip(), data["unit"], data["worker"], case
    )
    try:
        made = raise_by_hand(
            form.plan(),
            occasion,
            version=version,
            by=request.user,
            at=clock.now(),
            form_token=data["form_token"],
        )
    except Refused as fault:
        form.say(fault.problems or (str(fault),))
        return None
    if form.says(made):
        return made
    form.renew()
    form.add_error(None, ANOTHER.format(made.title))
    return None
