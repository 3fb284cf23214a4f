"""The steps with one concern, each a page with one form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core import clock
from core.forms import ServiceForm
from core.middleware import record_refusal
from core.moves import Refused
from escalation.forms.concerns import (
    AnswerForm,
    ConsultedForm,
    FurtherForm,
    HandOverForm,
    ReasonForm,
    ResolveForm,
    TimeForm,
)
from escalation.models import OfficerEscalation, Stage
from escalation.selectors.concerns import ladder_of, rows, rungs_above, successors
from escalation.services import concerns, handing, stages
from escalation.services.concerns import Further, asked_for
from escalation.states import StageState
from escalation.views.concerns import open_concern

FORM = require_http_methods(["GET", "HEAD", "POST"])
NOT_YOURS = "This step is not yours to take any more."
# The steps that are about the stage of the page, and about no later one.
AT_STAGE = frozenset({"answer", "run"})


@dataclass(frozen=True)
class Page:
    """The page of one step: the concern, its present stage, and where the step is over, why it is refused."""

    one: OfficerEscalation
    stage: Stage | None
    fault: Exception | None = None
    words: str = ""


def opened(request: HttpRequest, key: UUID, right: str) -> Page:
    """The concern at its present stage, for somebody who may take this step.

    Whoever may not is refused by GET. A step that was typed and comes too late is refused where its form is read.
    """
    one = open_concern(request, key)
    (row,) = rows([one], clock.today())
    words = over(request, row.stage, right) if request.method == "POST" else ""
    fault: Exception | None = Refused(words) if words else None
    if not request.user.has_perm(f"escalation.{right}_concern", one):
        fault = PermissionDenied()
    elif row.stage is None and right != "reopen":
        fault = Refused("This concern is resolved. It can be opened again with a reason.")
    if fault and request.method != "POST":
        raise fault
    return Page(one, row.stage, fault, words or NOT_YOURS)


def over(request: HttpRequest, stage: Stage | None, right: str) -> str:
    """What has happened to the concern since somebody opened the page of a step; empty where they may go on."""
    if right == "reopen":
        return "This concern has been opened again since you opened the page." if stage else ""
    if stage is None:
        return "This concern has been resolved since you opened the page."
    if right in AT_STAGE and request.POST.get("stage", str(stage.index)) != str(stage.index):
        return "This stage is over since you opened the page."
    if right == "answer" and stage.state == StageState.ANSWERED:
        return "This stage has been answered since you opened the page."
    return ""


def step(
    request: HttpRequest, page: Page, form: ServiceForm, take: Callable[[], str], **more: Any
) -> HttpResponse:
    """A page with one form; `take` takes the step and gives the words for it. What is refused is said in it.

    Words for a step that is over come back to copy from, without a button.
    """
    fault = page.fault
    if request.method == "POST" and fault is None and form.is_valid():
        try:
            said = take()
        except PermissionDenied as refused:
            fault = refused
        except Refused as refused:
            for problem in refused.problems or (str(refused),):
                form.add_error(None, problem)
        else:
            messages.success(request, said)
            return redirect("concern", key=page.one.key)
    if fault is not None:
        hand_back(request, page, form, fault)
    context = {"concern": page.one, "stage": page.stage, "form": form, "over": fault, **more}
    status = 422 if form.errors else 200
    return render(request, "escalation/step.html", context, status=status)


def hand_back(request: HttpRequest, page: Page, form: ServiceForm, fault: Exception) -> None:
    """Put the refusal into the form beside what was typed; where nothing was, it is refused as anywhere."""
    if not form.typed:
        raise fault
    if isinstance(fault, PermissionDenied):
        record_refusal(request, by=request.user)
    form.too_late(page.words)


@FORM
def answer(request: HttpRequest, key: UUID) -> HttpResponse:
    """Answer the present stage."""
    page = opened(request, key, "answer")
    form = AnswerForm(request.POST or None)

    def take() -> str:
        stages.answer(page.one, form.cleaned_data["answer"], by=request.user, at=clock.now())
        return "Your answer is kept and the officer has been told."

    return step(request, page, form, take, title="Answer", button="Send the answer")


@FORM
def give_time(request: HttpRequest, key: UUID) -> HttpResponse:
    """Give the present stage more time."""
    page = opened(request, key, "run")
    form = TimeForm(request.POST or None)

    def take() -> str:
        data = form.cleaned_data
        until = stages.give_time(
            page.one, data["until"], reason=data["reason"], by=request.user, at=clock.now()
        )
        return (
            f"The stage now lasts until {until.due_on:%-d %B %Y}. Those who answer have been told."
        )

    return step(request, page, form, take, title="Give more time", button="Give more time")


@FORM
def consulted(request: HttpRequest, key: UUID) -> HttpResponse:
    """Record who was consulted at the present stage."""
    page = opened(request, key, "run")
    stage = page.stage
    form = ConsultedForm(
        request.POST or None,
        asks=ladder_of(page.one).asks,
        initial={"consulted": stage.consulted, "advocate_on": stage.advocate_on} if stage else {},
    )

    def take() -> str:
        data = form.cleaned_data
        stages.record_consulted(
            page.one,
            consulted=data["consulted"],
            advocate_on=data.get("advocate_on"),
            by=request.user,
            at=clock.now(),
        )
        return "It is recorded with the stage."

    return step(request, page, form, take, title="Record who was consulted", button="Record it")


@FORM
def further(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take the concern to a further stage."""
    page = opened(request, key, "run")
    one, stage = page.one, page.stage
    above = rungs_above(one, stage) if stage else []
    if not above and page.fault is None:
        raise Refused("This is the last stage. Record the outcome when there is one.")
    every = list(enumerate(ladder_of(one).rungs))
    answered = stage is not None and stage.state == StageState.ANSWERED
    form = FurtherForm(
        request.POST or None,
        rungs=every if page.fault else above,
        answered=answered and page.fault is None,
    )

    def take() -> str:
        data = form.cleaned_data
        wanted = Further(int(data["index"]), data["why"], data["reason"])
        concerns.go_up(one, wanted, by=request.user, at=clock.now())
        return "The next stage is open and its people have been told."

    return step(
        request,
        page,
        form,
        take,
        title="Take it further",
        button="Open the next stage",
        next=above[0][1] if len(above) == 1 else None,
        missing=asked_for(one, stage) if stage else [],
    )


@FORM
def hand_over(request: HttpRequest, key: UUID) -> HttpResponse:
    """Hand the concern over to another officer."""
    page = opened(request, key, "hand_over")
    form = HandOverForm(request.POST or None, people=successors(page.one, clock.today()))

    def take() -> str:
        reason = form.cleaned_data["reason"]
        handing.hand_over(page.one, form.chosen, reason=reason, by=request.user, at=clock.now())
        return "The concern is handed over. The officer has been told."

    return step(
        request, page, form, take, title="Hand over to another officer", button="Hand it over"
    )


@FORM
def resolve(request: HttpRequest, key: UUID) -> HttpResponse:
    """Declare the concern resolved."""
    page = opened(request, key, "resolve")
    form = ResolveForm(request.POST or None)

    def take() -> str:
        data = form.cleaned_data
        stages.resolve(page.one, data["outcome"], data["tags"], by=request.user, at=clock.now())
        return "The concern is resolved. Everybody whom it was put to has been told."

    return step(request, page, form, take, title="Record the outcome", button="Resolve the concern")


@FORM
def reopen(request: HttpRequest, key: UUID) -> HttpResponse:
    """Open a resolved concern again."""
    page = opened(request, key, "reopen")
    form = ReasonForm(request.POST or None)

    def take() -> str:
        reason = form.cleaned_data["reason"]
        stages.reopen(page.one, reason=reason, by=request.user, at=clock.now())
        return "The concern is open again at its last stage."

    return step(request, page, form, take, title="Open it again", button="Open it again")
