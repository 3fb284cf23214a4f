"""Learning activities: what was taught, to whom, about which themes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from core.moves import Refused
from core.trail import record
from learning.change import MONTHS
from learning.models import Activity, Theme
from learning.states import Measured
from people.models import OrgUnit, User


@dataclass(frozen=True)
class Held:
    """What is written of an activity."""

    title: str
    kind: str
    held_on: date
    themes: Sequence[Theme] = field(default_factory=tuple)
    unit: OrgUnit | None = None
    invited: int | None = None
    attended: int | None = None
    measure: str = Measured.DEVELOP
    months: int = MONTHS
    note: str = ""


@transaction.atomic
def record_activity(
    held: Held, *, by: User, at: datetime, form_token: UUID | None = None
) -> Activity:
    """Keep a learning activity; the same form sent twice makes one.

    Raises PermissionDenied for whoever is not of the QA team, Refused for what cannot be.
    """
    council = by.council
    if council is None or not by.has_perm("learning.record_activity"):
        raise PermissionDenied
    if form_token and (there := Activity.objects.filter(form_token=form_token).first()):
        if there.recorded_by_id != by.pk:
            raise PermissionDenied
        return there
    made = Activity(council=council, recorded_by=by, recorded_at=at, form_token=form_token)
    return _write(made, held, "record activity", by, at)


@transaction.atomic
def change_activity(activity: Activity, held: Held, *, by: User, at: datetime) -> Activity:
    """Put an activity right."""
    found: Activity = Activity.objects.select_for_update().get(pk=activity.pk)
    if not by.has_perm("learning.change_activity", found):
        raise PermissionDenied
    return _write(found, held, "change activity", by, at)


def _write(activity: Activity, held: Held, verb: str, by: User, at: datetime) -> Activity:
    if held.held_on > timezone.localdate(at):
        raise Refused("Enter a day that has come.")
    if held.attended is not None and held.invited is not None and held.attended > held.invited:
        raise Refused("No more can have attended than were invited.")
    council = activity.council_id
    if any(one.council_id != council for one in held.themes) or (
        held.unit is not None and held.unit.council_id != council
    ):
        raise Refused("Choose from the lists.")
    for name in (
        "title",
        "kind",
        "held_on",
        "unit",
        "invited",
        "attended",
        "measure",
        "months",
        "note",
    ):
        setattr(activity, name, getattr(held, name))
    activity.save()
    activity.themes.set(held.themes)
    record(verb, activity, by=by, at=at)
    return activity
