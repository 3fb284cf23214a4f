"""The one way from a request to an action: what may not be seen does not exist."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from actions.models import Action
from actions.selectors import Standing, policy_of, standing
from actions.services.steps import limit_of
from core import clock
from core.trail import record_opening
from standards.policy import ActionClass, Policy

RIGHTS = (
    "do_action",
    "sign_off",
    "change_date",
    "withdraw_action",
    "review_action",
    "answer_impact",
    "reassign_action",
)


@dataclass(frozen=True)
class Door:
    """An action as this person may see it, and how far its sign-off has come."""

    action: Action
    policy: Policy | None
    standing: Standing

    @property
    def cls(self) -> ActionClass | None:
        """Its class."""
        return self.policy.actions.action_class(self.action.action_class) if self.policy else None

    @property
    def limit(self) -> ActionClass | None:
        """What a new date is limited by when it begins anew: its class, or the hours of a task."""
        return limit_of(self.action)


def open_door(request: HttpRequest, pk: int, *, opened: str) -> Door:
    """The action, or 404 as if it did not exist; reading it goes into the trail."""
    found = Action.objects.visible_to(request.user).with_people().with_edition()
    action = get_object_or_404(found.select_related("recorded_by"), pk=pk)
    if request.method != "POST":
        record_opening(f"open {opened}", action, by=request.user, at=clock.now())
    return Door(action, policy_of(action), standing(action, clock.today()))


def allowed(request: HttpRequest, pk: int, right: str) -> Door:
    """The action, for somebody who may take this step."""
    door = open_door(request, pk, opened="action page")
    if not request.user.has_perm(f"actions.{right}", door.action):
        raise PermissionDenied
    return door
