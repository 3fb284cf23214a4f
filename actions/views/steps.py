"""The steps of one action, each on a page of its own; what is refused is said there."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from actions.forms import DateAndReasonForm, ImpactForm, NoteForm, ReviewForm, SignForm
from actions.limits import about, afresh, ending, latest, limited
from actions.models import Action, ImpactAnswer
from actions.selectors import standing
from actions.services.doing import (
    change_date,
    finish_action,
    review_in_supervision,
    send_back,
    sign_off,
    start_action,
    withdraw,
)
from actions.services.impact import answer_impact
from actions.services.steps import calendar_for
from actions.states import ActionState
from actions.views.door import Door, allowed
from actions.views.kept import words_kept
from core import clock
from core.forms import ServiceForm
from core.moves import Refused
from people.models import User


def step(
    request: HttpRequest,
    door: Door,
    form: ServiceForm,
    take: Callable[[], str],
    *,
    title: str,
    button: str,
    lead: str = "",
    to: str = "action-page",
) -> HttpResponse:
    """A page with one form; `take` takes the step and gives the words for it."""
    if request.method == "POST" and form.is_valid():
        try:
            said = take()
        except Refused as fault:
            for problem in fault.problems or (str(fault),):
                date = "due_on" if "date" in problem and "due_on" in form.fields else None
                form.add_error(date, problem)
        else:
            messages.success(request, said)
            return redirect(to, pk=door.action.pk)
    context = {
        "action": door.action,
        "form": form,
        "title": title,
        "button": button,
        "lead": lead,
        "cls": door.cls,
    }
    return render(request, "actions/step.html", context, status=422 if form.errors else 200)


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner has begun."""
    door = allowed(request, pk, "do_action")
    if door.action.state != ActionState.IN_PROGRESS:  # the page was sent twice
        start_action(door.action, by=request.user, at=clock.now())
    messages.success(request, "The action is in progress.")
    return redirect("action-page", pk=pk)


def finish_form(request: HttpRequest) -> NoteForm:
    """The evidence."""
    return NoteForm(
        request.POST or None,
        label="What was done, and where is the evidence?",
        hint="Say where it stands on the child’s file, and its date. Do not copy it here.",
        absent="Say what was done and where the evidence is.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept(finish_form, "do_action")
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner says that it is done."""
    door = allowed(request, pk, "do_action")
    form = finish_form(request)

    def take() -> str:
        evidence = form.cleaned_data["note"]
        if (door.action.state, door.action.evidence) != (ActionState.DONE, evidence):  # sent twice
            finish_action(door.action, evidence=evidence, by=request.user, at=clock.now())
        return "Thank you. Whoever signs it off has been asked to look at it."

    return step(request, door, form, take, title="Say that it is done", button="It is done")


def sign_form(request: HttpRequest, seen: int | None = None) -> SignForm:
    """A note, and how many signatures stand on the page."""
    return SignForm(request.POST or None, label="Note (optional)", initial={"seen": seen})


def signed_words(action: Action) -> str:
    """What a signature has led to."""
    if action.state == ActionState.SIGNED_OFF:
        return "The action is signed off."
    return "Your signature is kept. The next one has been asked for."


def signed_again(action: Action, form: ServiceForm, user: User) -> str:
    """What to say to somebody who has given this signature already, with these words or none."""
    note = form.data.get("note", "").strip()
    own = [one for one in standing(action, clock.today()).signatures if one.by_id == user.pk]
    return signed_words(action) if own and note in {"", own[-1].note} else ""


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept(sign_form, "sign_off", again=signed_again)
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody else than the owner signs it off."""
    door = allowed(request, pk, "sign_off")
    form = sign_form(request, len(door.standing.signatures))

    def take() -> str:
        data = form.cleaned_data
        made = sign_off(
            door.action, note=data["note"], seen=data["seen"], by=request.user, at=clock.now()
        )
        return signed_words(made)

    lead = f"What was done: {door.action.evidence}"
    title = "Sign the action off"
    return step(request, door, form, take, title=title, button="Sign off", lead=lead)


def hint_of(door: Door, at: datetime) -> str:
    """What limits a new date, and what it is when nobody gives one."""
    last = latest(door.limit, afresh(at), calendar_for(door.action))
    if door.limit is None or last is None:
        return ""
    words = f"{door.limit.label}: {about(door.limit)}" if door.limit.label else about(door.limit)
    return (
        f"{words[0].upper()}{words[1:]}. You can leave this empty: it is then due by {ending(last)}, "
        "if you send it back now. An earlier date can be given."
    )


def back_form(request: HttpRequest, door: Door | None = None) -> DateAndReasonForm:
    """What is still missing, and the new date."""
    return DateAndReasonForm(
        request.POST or None,
        label="What is still missing?",
        absent="Say what is still missing.",
        hint=hint_of(door, clock.now()) if door else "",
        needs_date=door is not None and not limited(door.limit),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept(back_form, "sign_off")
def back(request: HttpRequest, pk: int) -> HttpResponse:
    """What was done is not enough."""
    door = allowed(request, pk, "sign_off")
    form = back_form(request, door)

    def take() -> str:
        data = form.cleaned_data
        send_back(
            door.action,
            reason=data["reason"],
            due_on=data["due_on"],
            by=request.user,
            at=clock.now(),
        )
        return "The action is open again. Its owner has been told what is missing."

    return step(request, door, form, take, title="Send the action back", button="Send back")


def date_form(request: HttpRequest, hint: str = "") -> DateAndReasonForm:
    """Another date, and why."""
    return DateAndReasonForm(
        request.POST or None, label="Reason", absent="Give the reason.", hint=hint, needs_date=True
    )


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept(date_form, "change_date")
def date(request: HttpRequest, pk: int) -> HttpResponse:
    """Another date: more time by whoever signs it off, an earlier one also by the QA team."""
    door = allowed(request, pk, "change_date")
    last = door.action.latest_on
    hint = f"Its class ends on {last:%-d %B %Y}." if last and door.cls else ""
    if door.action.hours:
        hint = "It is due within hours, so the date can only be an earlier one."
    form = date_form(request, hint)

    def take() -> str:
        data = form.cleaned_data
        change_date(
            door.action,
            due_on=data["due_on"],
            reason=data["reason"],
            by=request.user,
            at=clock.now(),
        )
        return f"The action is now due on {data['due_on']:%-d %B %Y}. Its owner has been told."

    return step(request, door, form, take, title="Change the date", button="Change the date")


def take_back_form(request: HttpRequest) -> NoteForm:
    """Why it is not needed."""
    return NoteForm(
        request.POST or None, label="Why is it not needed any more?", absent="Give the reason."
    )


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept(take_back_form, "withdraw_action")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The action is not needed any more."""
    door = allowed(request, pk, "withdraw_action")
    form = take_back_form(request)

    def take() -> str:
        withdraw(door.action, reason=form.cleaned_data["note"], by=request.user, at=clock.now())
        return "The action is withdrawn. It stays on record, with your reason."

    return step(request, door, form, take, title="Withdraw the action", button="Withdraw")


def review_form(request: HttpRequest) -> ReviewForm:
    """The day, and what was said."""
    return ReviewForm(request.POST or None, today=clock.today())


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept(review_form, "review_action")
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """It was gone through in supervision."""
    door = allowed(request, pk, "review_action")
    form = review_form(request)

    def take() -> str:
        data = form.cleaned_data
        review_in_supervision(
            door.action, on=data["on"], note=data["note"], by=request.user, at=clock.now()
        )
        return "The review is kept."

    title, button = "Gone through in supervision", "Keep the review"
    lead = (
        "Everybody who may open the action reads this note. What concerns a person’s performance "
        "belongs into their supervision file."
    )
    return step(request, door, form, take, title=title, button=button, lead=lead)


def impact_form(request: HttpRequest) -> ImpactForm:
    """The answer, and what is done after a no."""
    owners = User.objects.visible_to(request.user).active().order_by("name")
    return ImpactForm(request.POST or None, owners=owners)


def answered_again(action: Action, form: ServiceForm, user: User) -> str:
    """What to say to somebody who has given this answer already, in these words."""
    said = {name: form.data.get(name, "").strip() for name in ("answer", "difference", "evidence")}
    own = action.impact.filter(by=user).order_by("-round").values(*said)[:1]
    return "Thank you. Your answer is kept." if list(own) == [said] else ""


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept(impact_form, "answer_impact", again=answered_again)
def impact(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether it made a difference for the child."""
    door = allowed(request, pk, "answer_impact")
    asked: Any = ImpactAnswer.objects.waiting().filter(action=door.action)
    row = get_object_or_404(asked, round=door.action.round)
    form = impact_form(request)

    def take() -> str:
        made = answer_impact(row, form.said(), by=request.user, at=clock.now())
        if made is None:
            return "Thank you. Your answer is kept."
        if made.pk == door.action.pk:
            return "Thank you. The action is open again."
        return f"Thank you. {made.title} takes its place and is open."

    lead = f"What was done: {door.action.evidence}"
    title = "Did it make a difference?"
    return step(request, door, form, take, title=title, button="Answer", lead=lead)
