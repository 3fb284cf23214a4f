"""Demo data: audits of invented children at every stage, made by the same steps that people take."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from actions.services import Plan
from audits import selectors, visibility
from audits.answers import Given
from audits.completeness import RETURN, SESSION
from audits.models import Audit
from audits.services.actions import record_action
from audits.services.answers import save_answer
from audits.services.meeting import set_meeting, start_session
from audits.services.returning import return_audit
from cases.models import CaseFile
from people.models import Council, User
from people.roles import QA_TEAM
from programme.selectors import candidates, workers
from programme.services import Choice, allocate
from standards.edition import PartForm
from standards.models import Tool
from standards.selectors import edition, in_force

TEXTS = {
    "impact": "The child’s room and bedtime routine are described in the visit notes, in the child’s own words.",
    "worked_well": "Visits are regular and the worker draws with the child, who now talks about what worries them.",
    "move_up": "Bring the wider family into the plan, so that it does not rest on one parent.",
    "rationale": "The file shows purposeful work whose effect on the child can be seen; the plan needs sharper dates.",
    "strengths": "Clear, respectful and up to date.",
    "develop": "Add the professionals who joined since the last review.",
    "role": "Grandmother",
    "reason": "Not applicable: they answered.",
}
HELD = {"in_session", "returned"}  # stages after the meeting
STAGES = ("allocated", "preparing", "prepared", "in_session", "returned", "returned")


@dataclass(frozen=True)
class Scene:
    """Who and what the demo's audits are made of; `at` is when they are allocated.

    With `paced`, later steps happen when their time comes (the meeting after a week); else at once.
    """

    council: Council
    officer: User
    tool: Tool
    at: datetime
    paced: bool = False


def qa_officer(council: Council, on: date) -> User | None:
    """Somebody in the council's QA team."""
    return next(
        (u for role in QA_TEAM for u in User.objects.filter(council=council).holding(role, on)),
        None,
    )


@transaction.atomic
def make_audits(council: Council, *, at: datetime, stages: tuple[str, ...] = STAGES) -> list[Audit]:
    """Allocate one audit for each stage and bring it there. A council that has audits gets none."""
    on = timezone.localdate(at)
    officer, version = qa_officer(council, on), in_force(council, on)
    if officer is None or version is None or Audit.objects.filter(council=council).exists():
        return []
    tool = version.tools.select_related("version__framework__council").first()
    if tool is None:
        return []
    made: list[Audit] = []
    for case in CaseFile.objects.filter(council=council).open_on(on).order_by("number"):
        if len(made) == len(stages):
            break
        stage = stages[len(made)]
        begun = at - timedelta(days=9 if stage in HELD else 1)
        scene = Scene(council, officer, tool, begun, paced=True)
        if audit := allocate_one(scene, case, month=on.replace(day=1), offset=len(made)):
            made.append(bring_to(audit, stage, scene))
    return made


def allocate_one(scene: Scene, case: CaseFile, *, month: date, offset: int) -> Audit | None:
    """Give the case to the first auditor whom the rules allow, each in turn; None when there is none."""
    on = timezone.localdate(scene.at)
    involved = workers(case, on)
    if not involved:
        return None
    first = next((one for one in involved if one.kind == "allocated"), involved[0])
    second = next((one for one in involved if one.kind == "second"), None)
    framework = edition(scene.tool.version)
    ids = {first.user_id, *([second.user_id] if second else [])}
    free = [
        one.user
        for one in candidates(framework, case, ids, month=month, on=on)
        if not one.objections and not one.auditor.allotted
    ]
    if not free:
        return None
    choice = Choice(
        case=case,
        tool=scene.tool,
        auditor=free[offset % len(free)],
        worker=first.user,
        second_worker=second.user if second else None,
        month=month,
    )
    return allocate(choice, by=scene.officer, at=scene.at, confirmed=True)


def bring_to(audit: Audit, stage: str, scene: Scene) -> Audit:
    """Take the steps that lead to a stage, each by the person whose step it is."""
    if stage == "allocated":
        return audit
    meeting_on = timezone.localdate(scene.at) + timedelta(days=7)
    meeting_at = timezone.make_aware(datetime.combine(meeting_on, time(14, 0)))
    set_meeting(audit, meeting_at=meeting_at, mode="in_person", by=audit.auditor, at=scene.at)
    audit.refresh_from_db()
    if stage == "preparing":
        return audit
    answer_all(audit, gate=SESSION, at=scene.at)
    if stage == "prepared":
        return audit
    held = meeting_at if scene.paced else scene.at
    start_session(audit, by=audit.auditor, at=held)
    audit.refresh_from_db()
    if stage == "in_session":
        return audit
    answer_all(audit, gate=RETURN, at=held)
    due_on = timezone.localdate(held) + timedelta(days=21)
    kind = selectors.edition_of(audit).policy.actions.kinds[0].code
    plan = Plan(
        kind,
        "Hold a family network meeting and record who will do what.",
        "More adults keep the child safe.",
        audit.worker,
        due_on,
    )
    record_action(audit, plan, by=audit.auditor, at=held)
    return return_audit(audit, by=audit.auditor, at=held)


def answer_all(audit: Audit, *, gate: str, at: datetime) -> None:
    """Answer everything a gate asks for, each part by the person whose it is."""
    people = {
        visibility.AUDITOR: audit.auditor,
        visibility.JOINT: audit.auditor,
        visibility.PRACTITIONER: audit.worker,
        visibility.SECOND: audit.second_worker,
    }
    while found := selectors.missing_parts(audit, gate):
        for one in found:
            by = people[one.respondent]
            if by is not None:
                save_answer(
                    audit,
                    one.section,
                    one.part,
                    invented(one.part, audit),
                    instance=one.instance,
                    read_version=0,
                    by=by,
                    at=at,
                )


def invented(part: PartForm, audit: Audit) -> Given:
    """A believable invented answer to a part."""
    policy = selectors.edition_of(audit).policy
    spread = (audit.pk * 7 + part.id * 3) % 4
    match part.kind:
        case "scale":
            values = list(policy.scales[part.scale or ""].values)
            return Given(number=values[min(len(values) - 1, 4 + spread)])
        case "overall_grade":
            rule = policy.overall_grade
            if rule.method == "direct":
                return Given(text=rule.grades[spread % len(rule.grades)])
            return Given(number=list(policy.scales[rule.scale or ""].values)[3 + spread])
        case "choice":
            return Given(text=part.options[0].code)
        case "yes_no":
            return Given(text="yes")
        case "date":
            return Given(day=timezone.localdate(audit.allocated_at))
        case "evidence":
            text = TEXTS.get(part.code.rpartition(".")[2], TEXTS["strengths"])
            return Given(
                text=text, place="Case notes, visits", day=timezone.localdate(audit.allocated_at)
            )
        case _:
            return Given(text=TEXTS.get(part.code.rpartition(".")[2], TEXTS["strengths"]))
