"""Demo data: what follows audits, made by the same steps that people take: actions, a loop, chasing, a concern."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from actions.models import Action
from actions.plans import Plan
from actions.points import BY_ROOM
from actions.selectors import standing
from actions.services.doing import finish_action, sign_off, start_action
from actions.states import ActionState
from audits import selectors
from audits.answers import Given
from audits.completeness import RETURN
from audits.models import Audit
from audits.services.actions import record_action
from audits.services.answers import save_answer
from audits.services.loop_tracker import keep_days
from audits.services.returning import return_audit
from cases.models import CaseFile
from escalation.models import OfficerEscalation
from escalation.services.chasing import chase
from escalation.services.concerns import Raised, raise_concern
from people.models import Council, User
from people.selectors import resolve_all
from programme.demo import (
    TASKS,
    Scene,
    allocate_one,
    answer_all,
    bear_out_grade,
    bring_to,
    month_of,
    qa_officer,
)
from programme.selectors.allocating import workers
from standards.edition import PartForm
from standards.models import FrameworkVersion
from standards.policy import Ladder, Policy
from standards.selectors import edition, in_force

# How long ago the audit was returned from which the most has followed.
BEFORE = timedelta(weeks=5)
EVIDENCE = "Case note of that week, headed with the name of this audit."
NOTE = "Seen on the file."


@transaction.atomic
def follow(council: Council, *, at: datetime) -> int:
    """Let an inadequate audit be some weeks old and its actions be at every stage, then chase what is late.

    Does nothing where an action has been finished already. Returns how many actions there are.
    """
    actions = Action.objects.filter(council=council)
    if actions.filter(state__in=[ActionState.DONE, ActionState.SIGNED_OFF]).exists():
        return 0
    inadequate_audit(council, at=at)
    for place, action in enumerate(
        actions.filter(state=ActionState.OPEN)
        .exclude(kind__in=BY_ROOM)
        .with_people()
        .with_edition()
        .order_by("pk")
    ):
        bring_along(action, place % 4, at=at)
    raise_one(council, at=at)
    return actions.count()


def nobody_asks(done: int) -> None:
    """A run whose progress nobody looks at."""


def chase_all(*, at: datetime) -> int:
    """The daily runs, as they would have been this morning: days first, then what is late of them."""
    keep_days(at, nobody_asks)
    return chase(at, nobody_asks)


def inadequate_audit(council: Council, *, at: datetime) -> Audit | None:
    """One audit returned with the worst grade some weeks ago; None where no auditor or file is free."""
    version, on = in_force(council, timezone.localdate(at)), timezone.localdate(at)
    officer = qa_officer(council, on)
    if version is None or officer is None:
        return None
    tool = version.tools.select_related("version__framework__council").order_by("pk")[0]
    taken = Audit.objects.filter(council=council).values("case")
    cases = CaseFile.objects.filter(council=council).open_on(on).exclude(pk__in=taken)
    scene = Scene(council, officer, tool, at - BEFORE, paced=True)
    for case in cases.order_by("-number")[:20]:
        month = month_of(version, timezone.localdate(scene.at))
        if audit := allocate_one(scene, case, month=month, offset=0):
            return returned_inadequate(audit, scene)
    return None


def returned_inadequate(audit: Audit, scene: Scene) -> Audit:
    """Hold the meeting and return the audit with the worst grade."""
    bring_to(audit, "in_session", scene)
    audit = Audit.objects.get(pk=audit.pk)
    held = audit.session_at or scene.at
    policy = selectors.edition_of(audit).policy
    part = next(one for one in selectors.tool_of(audit).parts if one.kind == "overall_grade")
    section = selectors.tool_of(audit).section(part.section_code)
    given = worst(part, policy)
    save_answer(audit, section, part, given, instance=1, read_version=0, by=audit.auditor, at=held)
    answer_all(audit, gate=RETURN, at=held)
    bear_out_grade(audit, at=held)
    day = timezone.localdate(held)
    for what, why, seen in TASKS:
        plan = Plan(
            policy.actions.kinds[0].code, what, why, audit.worker, day + timedelta(14), success=seen
        )
        record_action(audit, plan, by=audit.auditor, at=held)
    return return_audit(audit, by=audit.auditor, at=held)


def worst(part: PartForm, policy: Policy) -> Given:
    """The worst overall grade, as it is chosen."""
    rule = policy.overall_grade
    if rule.method == "direct":
        return Given(text=min(rule.grades, key=lambda code: policy.grade(code).rank))
    return Given(number=policy.scales[rule.scale or ""].lowest)


def bring_along(action: Action, stage: int, *, at: datetime) -> None:
    """Leave an action as it is, or have it begun, done, or signed off by everybody who signs."""
    if stage == 0:
        return
    start_action(action, by=action.owner, at=at)
    if stage == 1:
        return
    done = finish_action(action, evidence=EVIDENCE, by=action.owner, at=at)
    while stage == 3 and done.state == ActionState.DONE:
        step = standing(done, timezone.localdate(at)).next
        if step is None or not step.people:
            return
        by = User.objects.get(pk=step.people[0])
        done = sign_off(done, note=NOTE, by=by, at=at)


def raise_one(council: Council, *, at: datetime) -> OfficerEscalation | None:
    """One concern of a reviewing officer, where the framework has stages for it and somebody may raise it."""
    on = timezone.localdate(at)
    version = in_force(council, on)
    if version is None:
        return None
    ladders = (
        one
        for one in edition(version).policy.ladders
        if one.kind == "stages" and one.rungs and not one.restricted
    )
    tried = (concern(council, version, one, at=at) for one in ladders)
    return next((made for made in tried if made), None)


def concern(
    council: Council, version: FrameworkVersion, ladder: Ladder, *, at: datetime
) -> OfficerEscalation | None:
    """One raised by the first person who may, about an open case of somebody else's; None where there is none."""
    on = timezone.localdate(at)
    found = resolve_all(ladder.raised_by, people={}, council=council, on=on)
    case = CaseFile.objects.filter(council=council).open_on(on).order_by("number").first()
    involved = workers(case, on) if case else []
    worker = involved[0].user if involved else None
    if not found or case is None or worker is None or found[0][0] == worker:
        return None
    said = Raised(
        ladder=ladder.code,
        concern="The plan agreed at the last review has not been carried out, and nobody has said why.",
        expectation="The visits that were agreed take place, and the child is told what happens next.",
        worker=worker,
        reference=case.number,
        informal_on=on - timedelta(days=7),
        informal_note="Spoke with the worker, who had been away; no date was set.",
    )
    return raise_concern(said, version, by=found[0][0], at=at)
