"""Returned audits of a council with the grade that a scenario needs, and moderations at a stage."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone

from actions.services import Plan
from audits import selectors
from audits.answers import Given
from audits.completeness import RETURN
from audits.models import Audit
from audits.services.actions import record_action
from audits.services.answers import save_answer
from audits.services.opening import Allotment, open_audit
from audits.services.returning import return_audit
from moderation.asking import Said
from moderation.models import Moderation
from moderation.selectors.moderating import asked_of
from moderation.services.assigning import assign
from moderation.services.viewing import hand_in
from people.models import User
from people.roles import Role
from programme.demo import Scene, answer_all, bear_out_grade, bring_to
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.programme.scenes import Council, council, moment

__all__ = ["council", "moderated", "moderator", "moment", "returned", "saying", "waiting"]


def give(audit: Audit, code: str, given: Given, *, at: datetime) -> None:
    """Save one answer of the auditor's."""
    tool = selectors.tool_of(audit)
    part = tool.part(code)
    rows = selectors.answer_rows(audit)
    read = next((row.version for key, row in rows.items() if key[0] == code), 0)
    section = tool.section(part.section_code)
    save_answer(audit, section, part, given, instance=1, read_version=read, by=audit.auditor, at=at)


def opened(place: Council, at: datetime, **changes: object) -> Audit:
    """An audit of a Team 2 child by Team 1's manager, given out at a moment."""
    people = place.people
    case = CaseFileFactory(council=people.council, unit=changes.pop("unit", people.team2))
    InvolvementFactory(case=case, user=people.worker)
    on = timezone.localdate(at)
    allotment = Allotment(
        case=case,
        tool=place.tool,
        auditor=people.auditor,
        worker=people.worker,
        second_worker=None,
        manager=people.manager,
        month=on.replace(day=1),
        deadline_on=on + timedelta(days=28),
    )
    return open_audit(replace(allotment, **changes), by=people.officer, at=at)


def returned(place: Council, grade: str, at: datetime, **changes: object) -> Audit:
    """An audit returned at a moment with an overall grade; `changes` as in `finished`."""
    audit = finished(place, grade, at, **changes)
    return return_audit(audit, by=audit.auditor, at=at)


def finished(place: Council, grade: str, at: datetime, **changes: object) -> Audit:
    """An audit in session in which nothing is missing, with an overall grade: a value such as "6", or a grade's code.

    `answers` are further answers by the part's code; `actions` how many actions it has; `unit`, `auditor` and
    `moderator` others than the cast's. The rules of allocation are not asked.
    """
    answers = changes.pop("answers", {})
    actions = changes.pop("actions", 1)
    audit = opened(place, at, **changes)
    bring_to(audit, "in_session", Scene(place.people.council, place.people.officer, place.tool, at))
    audit = Audit.objects.get(pk=audit.pk)
    tool = selectors.tool_of(audit)
    overall = next(part for part in tool.parts if part.kind == "overall_grade")
    given = Given(number=int(grade)) if grade.isdigit() else Given(text=grade)
    give(audit, overall.code, given, at=at)
    for code, one in answers.items():
        give(audit, code, one, at=at)
    answer_all(audit, gate=RETURN, at=at)
    bear_out_grade(audit, at=at)
    rules = selectors.edition_of(audit).policy.actions
    due_on = timezone.localdate(at) + timedelta(days=10)
    for _ in range(actions):
        plan = Plan(rules.kinds[0].code, "Ask the child", "It counts", audit.worker, due_on)
        plan = replace(plan, success="The child says so")
        record_action(audit, plan, by=audit.auditor, at=at)
    return audit


def waiting(audit: Audit) -> Moderation:
    """The standing moderation of an audit, with everything around it."""
    return Moderation.objects.with_audit().standing().get(audit=audit)


def moderator(place: Council, name: str = "") -> User:
    """Somebody who may moderate in this council and has no part in the audits."""
    rule = place.version.policy["moderation"]
    kinds = rule.get("moderators", ["MOD"])
    people = place.people
    qa = people.officer.holdings.get().post.unit
    kind = name or kinds[0]
    return place.somebody(kind, [Role.MODERATOR, Role.PANEL_MEMBER], qa)


def saying(moderation: Moderation, grade: str = "", **changes: object) -> dict:
    """A complete view: agreeing, or proposing a grade ("4", "requires_improvement")."""
    said = {}
    chosen = Said(number=int(grade)) if grade.isdigit() else Said(code=grade)
    for one in asked_of(moderation):
        content = one.content
        match content.kind:
            case "text" | "reason":
                said[one.key] = Said(text=f"What we saw: {content.label}")
            case "date":
                said[one.key] = Said(day=timezone.localdate(moderation.assigned_at))
            case "number":
                said[one.key] = Said(number=45)
            case "tick" | "yes_no":
                said[one.key] = Said(code="yes")
            case "actions_completed":
                said[one.key] = Said(code="yes")
            case "overall":
                said[one.key] = chosen if grade else same(moderation)
            case "agreement":
                said[one.key] = Said(code="propose" if grade else "agree")
                if grade:
                    said[content.code, "grade"] = chosen
            case "verdict":
                said[one.key] = Said(code="not_supported" if grade else "supported")
                if grade:
                    said[content.code, "grade"] = chosen
    said |= changes.get("instead", {})
    return said


def same(moderation: Moderation) -> Said:
    """The auditor's own overall grade, as it was chosen."""
    event = moderation.audit.grade_events.filter(kind="auditor").last()
    return Said(number=event.value) if event.value is not None else Said(code=event.grade)


def moderated(
    moderation: Moderation, by: User, at: datetime, grade: str = "", **changes: object
) -> Moderation:
    """Give it to a moderator and hand in their view."""
    audit = moderation.audit
    assigned = assign(moderation, by, by=audit.allocated_by, at=at)
    said = saying(assigned, grade, **changes)
    return hand_in(assigned, said, read_version=assigned.version, by=by, at=at)
