"""What the API reads: rows of one council, flat and without names; each page in a fixed number of queries."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from actions.models import Action, ImpactAnswer
from actions.states import TO_DO
from audits.models import Audit, GradeEvent, Reader
from audits.states import WORKING, AuditState
from moderation.models import Moderation
from moderation.states import ModerationState
from people.models import OrgUnit
from people.organisation import service_of


class Units:
    """The units of one council by id: their codes, and the codes of the services that they are in; one query."""

    def __init__(self, council_id: int) -> None:
        self.by_id: Mapping[int, OrgUnit] = {
            one.pk: one for one in OrgUnit.objects.filter(council=council_id)
        }
        self.services = {
            pk: one for pk, one in self.by_id.items() if one.kind == OrgUnit.Kind.SERVICE
        }

    def team(self, unit_id: int | None) -> str | None:
        """The code of a unit."""
        found = self.by_id.get(unit_id or 0)
        return found.code if found else None

    def service(self, unit_id: int | None) -> str | None:
        """The code of the service that a unit is in, or is."""
        unit = self.by_id.get(unit_id or 0)
        found = self.by_id.get(service_of(unit.path, self.services)) if unit else None
        return found.code if found else None

    def named(self, code: str) -> OrgUnit | None:
        """The unit with this code; None where the council has none."""
        return next((one for one in self.by_id.values() if one.code == code), None)


def audits_of(council_id: int) -> "QuerySet[Audit]":
    """A council's audits with what the rows say of their grades, and whether somebody must still grade them blind."""
    given = GradeEvent.objects.filter(audit=OuterRef("pk"), kind=GradeEvent.Kind.AUDITOR)
    moderated = Moderation.objects.filter(audit=OuterRef("pk"), state=ModerationState.FINAL)
    return (
        Audit.objects.filter(council=council_id)
        .annotate(
            auditor_grade=Subquery(given.order_by("-at", "-pk").values("grade")[:1]),
            moderated=Exists(moderated),
            graded_blind=graded_blind("pk"),
        )
        .select_related("tool", "version")
        .defer("version__source", "version__policy", "facts")
        .order_by("pk")
    )


def graded_blind(audit: str) -> Exists:
    """Whether somebody must still grade an audit without having seen its grade."""
    return Exists(Reader.objects.filter(audit=OuterRef(audit), blind=True))


def audit_row(one: Any, units: Units, on: date) -> dict[str, Any]:
    """One audit as it is sent: no grade while somebody must grade it blind, the auditor's own once it is final."""
    shown = not one.graded_blind
    own = shown and one.grade_final
    returned = day(one.returned_at)
    back = returned or on
    owed = one.state in WORKING or one.state == AuditState.RETURNED
    return {
        "id": one.pk,
        "reference": one.reference,
        "month": one.month,
        "state": one.state,
        "form": one.tool.code,
        "edition": one.version.edition,
        "team": units.team(one.unit_id) or "",
        "service": units.service(one.unit_id),
        "grade": one.grade if shown else "",
        "grade_final": one.grade_final if shown else None,
        "auditor_grade": (one.auditor_grade or "") if own else "",
        "moderated": one.moderated,
        "allocated_on": day(one.allocated_at),
        "deadline_on": one.deadline_on,
        "returned_on": returned,
        "closed_on": day(one.closed_at),
        "late": owed and back > one.deadline_on,
        "practice_week": one.practice_week,
        "flash": bool(one.flash_source),
    }


def actions_of(council_id: int) -> "QuerySet[Action]":
    """A council's actions that were ever opened, with the audit that raised them and the last word on their effect."""
    audit = Audit.objects.filter(pk=OuterRef("source_id"), council=council_id)
    said = ImpactAnswer.objects.filter(action=OuterRef("pk")).exclude(answer="").order_by("-round")
    return (
        Action.objects.filter(council=council_id)
        .exclude(Q(state="draft") | Q(opened_on=None))
        .annotate(
            audit_reference=Subquery(audit.values("reference")[:1]),
            impact_said=Subquery(said.values("answer")[:1]),
            graded_blind=graded_blind("source_id"),
        )
        .defer("what", "why", "success", "evidence", "late_reason")
        .order_by("pk")
    )


def action_row(one: Any, units: Units, on: date) -> dict[str, Any]:
    """One action as it is sent: no name, and nothing that somebody wrote freely."""
    ended = one.done_on or (on if one.state in TO_DO else None)
    return {
        "id": one.pk,
        "source": one.source,
        "audit": one.audit_reference if one.source == "audit" else None,
        "kind": one.kind,
        "action_class": one.action_class,
        "state": one.state,
        "team": units.team(one.unit_id),
        "service": units.service(one.unit_id),
        "grade": "" if one.source == "audit" and one.graded_blind else one.grade,
        "themes": one.themes,
        "opened_on": one.opened_on,
        "due_on": one.due_on,
        "done_on": one.done_on,
        "closed_on": one.closed_on,
        "late": bool(ended and one.due_on and ended > one.due_on),
        "made_a_difference": one.impact_said or "",
    }


def day(at: datetime | None) -> date | None:
    """The day of a moment in London."""
    return timezone.localdate(at) if at else None


def page_of(found: "QuerySet[Any]", after: int | None, limit: int) -> tuple[list[Any], int | None]:
    """The rows after an id, and the id after which the next ones come; None at the end."""
    rows = list(found.filter(pk__gt=after)[: limit + 1] if after else found[: limit + 1])
    more = len(rows) > limit
    return rows[:limit], rows[limit - 1].pk if more else None


def within(found: "QuerySet[Any]", unit: OrgUnit) -> "QuerySet[Any]":
    """Those of a unit and of everything below it."""
    return found.filter(unit__path__startswith=unit.path)
