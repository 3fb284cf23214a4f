"""What several people said on one occasion: kept without names, for instruments of which only totals are kept (D-G1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from core.moves import Refused
from core.trail import record
from feedback.models import Summary
from feedback.selectors.instruments import instrument_in_force
from people.models import Council, User

TOTALS = "totals"


@dataclass(frozen=True)
class Heard:
    """What somebody types: the day, how many people took part (None: not counted), what they said, what is learned."""

    held_on: date
    heard: str
    learning: str = ""
    people: int | None = None
    themes: Sequence[str] = ()


@transaction.atomic
def record_summary(
    council: Council,
    code: str,
    heard: Heard,
    *,
    by: User,
    at: datetime,
    form_token: UUID | None = None,
) -> Summary:
    """Keep what was said on one occasion. The same form sent twice keeps it once.

    Raises PermissionDenied for whoever does not ask with the instrument, and Refused for one of which single answers are
    kept, for a day to come and without words.
    """
    # Two forms that are sent at once wait for each other here.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if form_token and (kept := Summary.objects.filter(form_token=form_token).first()):
        return kept
    version, instrument = instrument_in_force(council, code, timezone.localdate(at))
    if instrument.privacy != TOTALS:
        raise Refused("Type in each reply of this one by itself.")
    summary = Summary(
        council=council,
        version=version,
        instrument=code,
        asked_by=list(instrument.asked_by),
        sees_totals=list(instrument.sees_totals),
        entered_by=by,
        entered_at=at,
        form_token=form_token,
    )
    return _fill(summary, heard, by=by, at=at, verb="record summary")


@transaction.atomic
def change_summary(summary: Summary, heard: Heard, *, by: User, at: datetime) -> Summary:
    """Put a summary right. Raises as `record_summary`."""
    found: Summary = Summary.objects.select_for_update(of=("self",)).get(pk=summary.pk)
    return _fill(found, heard, by=by, at=at, verb="change summary")


def _fill(summary: Summary, heard: Heard, *, by: User, at: datetime, verb: str) -> Summary:
    if not by.has_perm("feedback.record_summary", summary):
        raise PermissionDenied
    if heard.held_on > timezone.localdate(at):
        raise Refused("Enter a day that is not in the future.")
    if not heard.heard.strip():
        raise Refused("Say what was said.")
    summary.held_on, summary.people = heard.held_on, heard.people
    summary.heard, summary.learning = heard.heard.strip(), heard.learning.strip()
    summary.themes = list(heard.themes)
    summary.save()
    record(verb, summary, by=by, at=at, council_id=summary.council_id)
    return summary
