"""The grade of a returned audit: the history that only grows, and the one grade that counts (B0-12)."""

from datetime import datetime

from django.db import transaction

from actions.services import note_grade
from audits.models import Audit, GradeEvent
from audits.scoring import Overall
from audits.selectors import edition_of
from audits.services.follow_ups import give_follow_ups
from audits.services.triggers import FINAL, MODERATED, RETURNED, fire, tighten_actions
from audits.states import AuditState
from core.moves import Refused
from core.trail import record
from people.models import User


def record_grade(
    audit: Audit,
    judged: Overall,
    *,
    kind: str = GradeEvent.Kind.AUDITOR,
    rationale: str,
    by: User,
    at: datetime,
) -> GradeEvent:
    """Add a grade to the history, which only grows; the grade that counts stays as it is (B0-12)."""
    return GradeEvent.objects.create(
        audit=audit,
        kind=kind,
        value=judged.value,
        surpassed=judged.surpassed,
        grade=judged.grade,
        rationale=rationale,
        by=by,
        at=at,
    )


@transaction.atomic
def make_final(
    audit: Audit, *, grade: str, by: User | None, at: datetime, cause: str = ""
) -> Audit:
    """Make a grade the final one, moderated or left out of the sample. Who may is asked by whoever moderates.

    Refused unless the audit is returned.
    """
    audit = Audit.objects.select_for_update().get(pk=audit.pk)
    if audit.state != AuditState.RETURNED:
        raise Refused("Only the grade of a returned audit becomes final.")
    audit.grade, audit.grade_final = grade, True
    audit.save(update_fields=["grade", "grade_final", "changed_at"])
    record("make grade final", audit, by=by, cause=cause, at=at)
    note_grade("audit", audit.pk, grade, by=by, at=at)
    return audit


def set_off(
    audit: Audit, *, before: str, by: User, at: datetime, outstanding: bool = False
) -> None:
    """What a moderated, final grade sets off: the triggers of a moderation, then those of a final grade (B2-21).

    A framework that names none for a moderation, and whose grade the moderation changed, has those of a return
    set off for the new grade: it must not matter at which point an audit turned out Inadequate. Of these, one
    that asks for no grade and has been set off before is not set off again.
    `outstanding`: the moderation found actions of the audit still open.
    """
    more = frozenset({"actions_outstanding"} if outstanding else ())
    policy = edition_of(audit).policy
    changed = audit.grade != before
    named = any(
        one.point == MODERATED and not one.flag and audit.grade in one.grades
        for one in policy.grade_triggers
    )
    points = [MODERATED] if named or not changed else [RETURNED, MODERATED]
    tighten_actions(audit, [*points, FINAL], by=by, at=at)
    fire(audit, MODERATED, flags=more, by=by, at=at)
    if changed and not named:
        done = any_grade_done(audit)
        fire(audit, RETURNED, flags=more, without=done, tell_now=True, by=by, at=at)
    fire(audit, FINAL, flags=more, by=by, at=at)
    give_follow_ups(audit, by=by, at=at)


def any_grade_done(audit: Audit) -> set[str]:
    """The codes of the triggers that ask for no grade and that the audit has set off already."""
    any_grade = {one.code for one in edition_of(audit).policy.grade_triggers if not one.grades}
    return any_grade & set(audit.triggered.values_list("code", flat=True))
