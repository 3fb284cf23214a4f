"""Words that come too late for a step: they are not saved, and come back on a page to copy from."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from actions.models import Action
from actions.selectors import standing
from actions.states import ActionState
from core import clock
from core.forms import ServiceForm
from core.middleware import record_refusal
from people.models import User

View = Callable[..., HttpResponse]
NOT_SAVED = "Your words below are not saved."
GONE = "There is no such action, or it is not yours to open any more."
NO_RIGHT = "Your posts do not include the right to do this any more."


def words_kept(
    make: Callable[[HttpRequest], ServiceForm],
    right: str = "",
    again: Callable[[Action, ServiceForm, User], str] | None = None,
) -> Callable[[View], View]:
    """Give back what was typed where a step is refused: nothing is done, and the trail keeps its line.

    `make` reads the form from the request, `right` is the permission that the step needs. `again` says what to tell
    somebody who has just taken this very step and sent the page twice; they go to the action (empty: they have not).
    """

    def around(view: View) -> View:
        @wraps(view)
        def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except (PermissionDenied, Http404) as fault:
                if request.method != "POST":
                    raise
                form = make(request)
                action = may_open(request.user, kwargs.get("pk"))
                if action and again and (said := again(action, form, request.user)):
                    messages.success(request, said)
                    return redirect("action-page", pk=action.pk)
                if not typed(form):
                    raise
                if isinstance(fault, PermissionDenied):
                    record_refusal(request, by=request.user)
                return given_back(request, form, action, right, fault)

        return kept

    return around


def may_open(user: User, pk: int | None) -> Action | None:
    """The action, where there is one that this person may still open."""
    found = Action.objects.visible_to(user).with_people().with_edition()
    return found.filter(pk=pk).first() if pk else None


def typed(form: ServiceForm) -> bool:
    """Whether there are words to lose."""
    texts = [one for one in form if isinstance(one.field.widget, forms.Textarea)]
    return any(str(one.value() or "").strip() for one in texts)


def given_back(
    request: HttpRequest, form: ServiceForm, action: Action | None, right: str, fault: Exception
) -> HttpResponse:
    """The page with the words: 422 where the action may be opened, else as it would be without them.

    It shows nothing of an action that this person may not open, and is the same for one that does not exist.
    """
    refused = isinstance(fault, PermissionDenied)
    if action:
        why, status = why_not(action, right, request.user), 422
    else:
        why, status = (NO_RIGHT, 403) if refused else (GONE, 404)
    form.errors.clear()
    form.add_error(None, f"{why} {NOT_SAVED}")
    for one in form:
        to_copy_from(one)
    context = {"form": form, "action": action}
    return render(request, "actions/not_saved.html", context, status=status)


def to_copy_from(one: forms.BoundField) -> None:
    """Show a field as it was filled in: no text to change, and of a list only what was chosen."""
    widget = one.field.widget
    if isinstance(widget, forms.Textarea | forms.TextInput):
        widget.attrs["readonly"] = True
    if isinstance(widget, forms.Select):
        chosen = str(one.value() or "")
        widget.choices = [pair for pair in widget.choices if str(pair[0]) == chosen]


def why_not(action: Action, right: str, user: User) -> str:
    """Why a step is not this person's any more, in words for the screen."""
    if action.state == ActionState.WITHDRAWN:
        return "The action has been withdrawn."
    if right == "answer_impact":
        rows = action.impact.exclude(answer="").filter(asked__contains=[user.pk])
        who = [one.by_id for one in rows.order_by("-round")[:1]]
        return by_whom(who, user, "answered") or "You are not asked about this action any more."
    if right == "sign_off":
        who = [one.by_id for one in standing(action, clock.today()).signatures]
        return by_whom(who, user, "signed") or "The action is not yours to sign off any more."
    if right == "do_action" and action.owner_id != user.pk:
        return "The action is somebody else’s to do."
    return "This step is not yours to take any more."


def by_whom(who: list[int | None], user: User, done: str) -> str:
    """Who was first, without a name; empty where nobody was."""
    if user.pk in who:
        return f"You have {done} already."
    return f"Somebody else has {done} since you opened this page." if who else ""
