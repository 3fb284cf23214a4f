"""The themes of a year: who leads each, what it is to find out, how many files, when it is looked at again."""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core.moves import Refused
from core.trail import record
from people.models import User
from programme.models import ProgrammeYear, Theme
from standards.deadlines import months_after


@dataclass(frozen=True)
class ThemePlan:
    """A theme as the QA team plans it; the quarters by their first days, the second may be of the next year."""

    title: str
    lead: User
    objectives: str
    sample: int
    quarter_on: date
    revisit_on: date | None = None


def quarters_from(year: ProgrammeYear) -> list[date]:
    """The first days of the year's four quarters and of the four after them."""
    return [months_after(year.first_on, 3 * n) for n in range(8)]


@transaction.atomic
def add_theme(year: ProgrammeYear, plan: ThemePlan, *, by: User, at: datetime) -> Theme:
    """Add a theme to the year (C2-7).

    Raises PermissionDenied unless `by` is in the council's QA team, and Refused with everything that is wrong.
    """
    if not by.has_perm("programme.run_programme") or by.council_id != year.council_id:
        raise PermissionDenied
    if problems := faults(year, plan):
        raise Refused("The theme cannot be added like this.", problems)
    theme = Theme.objects.create(
        year=year,
        title=plan.title.strip(),
        lead=plan.lead,
        objectives=plan.objectives.strip(),
        sample=plan.sample,
        quarter_on=plan.quarter_on,
        revisit_on=plan.revisit_on,
        added_by=by,
        added_at=at,
    )
    record("add theme", theme, by=by, at=at, council_id=year.council_id)
    return theme


def faults(year: ProgrammeYear, plan: ThemePlan) -> list[str]:
    """What stands against a theme, in words."""
    quarters = quarters_from(year)
    found = []
    if not plan.title.strip() or not plan.objectives.strip():
        found.append("Give the theme a title and objectives.")
    if plan.lead.council_id != year.council_id or not plan.lead.is_active:
        found.append("Choose a lead from this council.")
    if plan.sample < 1:
        found.append("The sample is at least one file.")
    if plan.quarter_on not in quarters[:4]:
        found.append("Choose a quarter of this year.")
    if plan.revisit_on and plan.revisit_on not in quarters:
        found.append("Choose the quarter in which the theme is looked at again from the list.")
    if plan.revisit_on and plan.revisit_on <= plan.quarter_on:
        found.append("A theme is looked at again in a later quarter.")
    return found
