"""What somebody who leaves has in the programme: audits to do, and themes that they lead."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db.models import Count

from audits.models import Audit
from people.handing_over import Kind, Outcome, each, register
from people.models import User
from programme.models import Theme
from programme.services.changes import Handover, reassign

REASON = "The auditor leaves their post."


def to_audit(people: Collection[int], on: date) -> Mapping[int, int]:
    """How many audits each has still to return."""
    rows = Audit.objects.under_way().filter(auditor__in=people).order_by().values_list("auditor")
    return dict(rows.annotate(number=Count("pk")))


def hand_audits(person: User, to: User, *, by: User, at: datetime) -> Outcome:
    """Give somebody's audits to another auditor, under every rule of allocation."""
    found = list(Audit.objects.under_way().filter(auditor=person).order_by("deadline_on", "pk"))
    return each(found, lambda one: reassign(one, Handover(to, REASON), by=by, at=at))


def led(people: Collection[int], on: date) -> Mapping[int, int]:
    """How many themes, of this quarter or later, each leads."""
    rows = Theme.objects.filter(lead__in=people, quarter_on__gte=on).order_by().values_list("lead")
    return dict(rows.annotate(number=Count("pk")))


register(
    Kind("audits", "audit to return", "audits to return", to_audit, hand_audits, page="audits")
)
register(
    Kind(
        "year-themes",
        "theme of the year that they lead",
        "themes of the year that they lead",
        led,
        why="The QA team agrees who leads it.",
        page="programme",
    )
)
