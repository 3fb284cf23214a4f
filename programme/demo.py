"""Demo data: audits of invented children at every stage, made by the same steps that people take."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from django.db import transaction
from django.utils import timezone

from actions.services import Plan
from audits import selectors, visibility
from audits.answers import COMMA, LONGEST_LINE, Given, grade_codes, yes_no_codes
from audits.completeness import (
    RETURN,
    SESSION,
    Missing,
    silent_sections,
    unmet_conditions,
    walk,
)
from audits.models import Audit
from audits.services.actions import record_action
from audits.services.answers import First, give_first
from audits.services.meeting import set_meeting, start_session
from audits.services.opening import Allotment, open_audit
from audits.services.returning import return_audit
from audits.states import AuditState
from cases.models import CaseFile
from people.models import Council, User
from people.roles import QA_TEAM, Role
from people.selectors import line
from programme.naming import least
from programme.selectors.allocating import candidates, workers
from programme.selectors.moderators import free, in_hand, rule_of
from programme.services.allocating import Choice, allocate, due_on, parties_of
from standards.deadlines import months_after
from standards.edition import PartForm
from standards.models import FrameworkVersion, Tool
from standards.selectors import edition, in_force

TEXTS: dict[str, tuple[str, ...]] = {
    "impact": (
        "The child’s room and bedtime routine are described in the visit notes, in the child’s own words.",
        "The child sleeps through now and is at school every day; the school says how much calmer mornings are.",
    ),
    "evidence": (
        "The record says who was there, what was seen and what the child said about it.",
        "The reasons are written down with the decision, and the parents have a copy.",
        "It is on the file and up to date; the last change is from this month.",
    ),
    "worked_well": (
        "Visits are regular and the worker draws with the child, who now talks about what worries them.",
    ),
    "move_up": ("Bring the wider family into the plan, so that it does not rest on one parent.",),
    "attention": (
        "The plan’s dates are not all met, and the file does not say why.",
        "The school’s view is missing from the last two reviews.",
    ),
    "rationale": (
        "The file shows purposeful work whose effect on the child can be seen; the plan needs sharper dates.",
    ),
    "strengths": (
        "Clear, respectful and up to date.",
        "The worker knows the child well, and the record shows how.",
        "Partners know the plan and do their part in it.",
    ),
    "develop": ("Add the professionals who joined since the last review.",),
    "difference": (
        "We found out what mattered to the child, and the family now keeps to a routine that holds.",
    ),
    "better": ("Ask sooner who else in the family can help, and write down what we agree.",),
    "learned": ("I shall ask the child to read the plan with me before each review.",),
    "learning": ("I shall ask the child to read the plan with me before each review.",),
    "changed": ("The child feels safe at home again and says so.",),
    "life": ("Calmer. There is dinner together, and somebody asks how the day was.",),
    "said": ("They say that visits help and that they know whom to ring.",),
    "view": ("They say that visits help and that they know whom to ring.",),
    "notes": (
        "Visits have a purpose, and the child knows what they are for.",
        "We both see the change at home; school still needs a plan.",
        "The grandparents could do more, and would like to be asked.",
    ),
    "comment": ("The record is current; the chronology needs its last two entries.",),
    "open": ("The chronology, which will be there by the end of the week.",),
    "who": ("Grandmother",),
    "role": ("Grandmother",),
    "theme": ("Neglect",),
    "reason": ("Not applicable: they answered.",),
    "why_not": ("There was no time for it before the meeting; it is arranged for next week.",),
}
TASKS = (
    (
        "Hold a family network meeting and record who will do what.",
        "More adults keep the child safe.",
        "The family’s own plan is on the file, with names and days.",
    ),
    (
        "Read the plan with the child and write down what the child says.",
        "The child is heard.",
        "The child’s words stand in the next visit’s record.",
    ),
    (
        "Bring the chronology up to date.",
        "Whoever comes next knows the story.",
        "It holds every event up to this month.",
    ),
)
PARTLY = "partly"
HELD = {"in_session", "returned"}  # stages after the meeting
STAGES = ("allocated", "preparing", "prepared", "in_session", "returned", "returned")
# Of an edition whose time is over: returned audits, so long before its successor's first day.
EARLIER_STAGES = ("returned", "returned")
EARLIER_BY = timedelta(days=60)
MEETING_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Scene:
    """Who and what the demo's audits are made of; `at` is when they are allocated.

    With `paced`, later steps happen when their time comes (the meeting after a week); else at once.
    `earlier`: the edition's time is over, so the audit is opened as it was then, with no more actions than it had to have.
    """

    council: Council
    officer: User
    tool: Tool
    at: datetime
    paced: bool = False
    earlier: bool = False


def qa_officer(council: Council, on: date) -> User | None:
    """Somebody in the council's QA team."""
    return next(
        (u for role in QA_TEAM for u in User.objects.filter(council=council).holding(role, on)),
        None,
    )


@transaction.atomic
def make_audits(council: Council, *, at: datetime, stages: tuple[str, ...] = STAGES) -> list[Audit]:
    """Allocate one audit for each stage and bring it there, and before them a few under each earlier edition.

    A council that has audits gets none.
    """
    version = in_force(council, timezone.localdate(at))
    if version is None or Audit.objects.filter(council=council).exists():
        return []
    made: list[Audit] = []
    for earlier, then in superseded(version):
        made += audits_under(earlier, EARLIER_STAGES, at=then, earlier=True, but=made)
    return made + audits_under(version, stages, at=at, but=made)


def superseded(version: FrameworkVersion) -> list[tuple[FrameworkVersion, datetime]]:
    """The editions that came before, the oldest first, each with a moment at which it was in force."""
    rows = FrameworkVersion.objects.filter(
        council=version.council, effective_from__lte=version.effective_from
    )
    editions = [*rows.published().order_by("effective_from", "edition")]
    found = []
    for earlier, later in pairwise(editions):
        on = max(earlier.effective_from, later.effective_from - EARLIER_BY)
        if on < later.effective_from <= version.effective_from:
            found.append((earlier, timezone.make_aware(datetime.combine(on, time(10, 0)))))
    return found


def audits_under(
    version: FrameworkVersion,
    stages: tuple[str, ...],
    *,
    at: datetime,
    but: list[Audit],
    earlier: bool = False,
) -> list[Audit]:
    """One audit under an edition for each stage, of files that are not in `but`; `at` is where they stand now."""
    on = timezone.localdate(at)
    officer = qa_officer(version.council, on)
    tool = version.tools.select_related("version__framework__council").order_by("pk").first()
    if officer is None or tool is None:
        return []
    used = [audit.case_id for audit in but]
    cases = CaseFile.objects.filter(council=version.council).open_on(on).exclude(pk__in=used)
    made: list[Audit] = []
    for case in cases.order_by("number"):
        if len(made) == len(stages):
            break
        stage = stages[len(made)]
        begun = at - timedelta(days=9 if stage in HELD else 1)
        scene = Scene(version.council, officer, tool, begun, paced=True, earlier=earlier)
        if audit := allocate_one(scene, case, month=month_of(version, on), offset=len(made)):
            made.append(bring_to(audit, stage, scene))
    return made


def month_of(version: FrameworkVersion, on: date) -> date:
    """The month that an audit counts for: this one, or the next in which the council audits."""
    without = edition(version).policy.months_without_audits
    months = (months_after(on.replace(day=1), n) for n in range(12))
    return next(month for month in months if month.month not in without)


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
        audit_on=on + MEETING_AFTER,
    )
    choice = replace(choice, moderator=moderator_for(choice, on))
    if scene.earlier:
        return open_then(choice, scene)
    return allocate(choice, by=scene.officer, at=scene.at, confirmed=True)


def moderator_for(choice: Choice, on: date) -> User | None:
    """Who moderates it, where the framework has that named with the allocation: who may and has the fewest."""
    rule = rule_of(edition(choice.tool.version).policy)
    if rule is None:
        return None
    ids = free(rule, parties_of(choice), line(choice.case.council_id, on))
    chosen = least(ids, in_hand(ids))
    return User.objects.get(pk=chosen) if chosen else None


def open_then(choice: Choice, scene: Scene) -> Audit:
    """Open an audit as it was when its edition was in force, which new audits can no longer be."""
    on = timezone.localdate(scene.at)
    managers = line(scene.council.pk, on).first_above(choice.worker.pk, Role.LINE_MANAGER)
    allotment = Allotment(
        case=choice.case,
        tool=choice.tool,
        auditor=choice.auditor,
        worker=choice.worker,
        second_worker=choice.second_worker,
        manager=User.objects.filter(pk__in=managers).order_by("pk").first(),
        month=choice.month,
        deadline_on=due_on(choice, edition(scene.tool.version).policy, on),
        moderator=choice.moderator,
    )
    return open_audit(allotment, by=scene.officer, at=scene.at)


def bring_to(audit: Audit, stage: str, scene: Scene) -> Audit:
    """Take the steps that lead to a stage, each by the person whose step it is."""
    if stage == "allocated":
        return audit
    meeting_on = timezone.localdate(scene.at) + MEETING_AFTER
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
    bear_out_grade(audit, at=held)
    rules = selectors.edition_of(audit).policy.actions
    number = rules.minimum if scene.earlier else max(rules.minimum, 1)
    for what, why, seen in TASKS[:number]:
        plan = Plan(
            rules.kinds[0].code,
            what,
            why,
            audit.worker,
            timezone.localdate(held) + timedelta(days=21),
            success=seen,
        )
        record_action(audit, plan, by=audit.auditor, at=held)
    return return_audit(audit, by=audit.auditor, at=held)


def answer_all(audit: Audit, *, gate: str, at: datetime) -> None:
    """Answer everything a gate asks for, each part by the person whose it is."""
    while found := asked(audit, gate):
        answer_each(audit, found, at=at)


def answer_each(audit: Audit, wanted: Iterable[Missing], *, at: datetime) -> None:
    """Answer these parts, which nobody has answered, each by the person whose it is."""
    people = {
        visibility.AUDITOR: audit.auditor,
        visibility.JOINT: audit.auditor,
        visibility.PRACTITIONER: audit.worker,
        visibility.SECOND: audit.second_worker,
    }
    firsts = (
        First(one.section, one.part, invented(one.part, audit), one.instance, by)
        for one in wanted
        if (by := people[one.respondent])
    )
    give_first(audit, firsts, at=at)


def asked(audit: Audit, gate: str) -> list[Missing]:
    """What a gate asks for; before the meeting also what can be answered only then."""
    if found := selectors.missing_parts(audit, gate):
        return found
    if gate == RETURN:
        return silent(audit)
    later = [*selectors.missing_parts(audit, RETURN), *silent(audit)]
    return [one for one in later if AuditState.IN_SESSION not in one.section.open_in]


def silent(audit: Audit) -> list[Missing]:
    """The first part of each section that is never left out and in which nothing has been said."""
    tool = selectors.tool_of(audit)
    if not any(section.always for section in tool.sections):
        return []
    sections = {one.code for one in silent_sections(tool, selectors.given_answers(audit))}
    firsts = {
        section.code: Missing(section, question, part, part.respondent, 1)
        for section, question, part in reversed([*walk(tool)])
        if section.code in sections
    }
    return [*firsts.values()]


def bear_out_grade(audit: Audit, *, at: datetime) -> None:
    """Tick the lines that the grade given depends on."""
    tool, policy = selectors.tool_of(audit), selectors.edition_of(audit).policy
    answers, facts = selectors.given_answers(audit), selectors.facts_of(audit)
    judged = selectors.overall_of(tool, answers, policy)
    grade = judged.grade if judged else ""
    lines = unmet_conditions(tool, policy, answers, grade=grade, facts=facts)
    wanted = (
        Missing(section, question, part, part.respondent, 1)
        for section, question, part in walk(tool)
        if part in lines
    )
    answer_each(audit, wanted, at=at)


def invented(part: PartForm, audit: Audit) -> Given:
    """A believable invented answer to a part."""
    policy = selectors.edition_of(audit).policy
    spread = (audit.pk * 7 + part.id * 3) % 4
    on = timezone.localdate(audit.allocated_at)
    match part.kind:
        case "scale":
            return Given(number=nearly(policy.scales[part.scale or ""].values, 4 + spread))
        case "overall_grade":
            rule = policy.overall_grade
            if rule.method == "direct":
                bound = {one.grade for one in rule.conditions}
                free = [grade for grade in rule.grades if grade not in bound] or rule.grades
                return Given(text=free[spread % len(free)])
            return Given(number=nearly(policy.scales[rule.scale or ""].values, 3 + spread))
        case "choice":
            return Given(text=preferred(part, [option.code for option in part.options], audit))
        case "yes_no":
            codes = yes_no_codes(part)
            partly = PARTLY in codes and (audit.pk + part.id) % 6 == 0
            return Given(text=PARTLY if partly else preferred(part, codes, audit))
        case "grade":
            offered = grade_codes(part, policy)
            return Given(text=offered[spread % len(offered)])
        case "checklist":
            return Given(text=COMMA.join(option.code for option in part.options))
        case "number":
            number = (part.lowest or 0) + spread
            return Given(number=number if part.highest is None else min(number, part.highest))
        case "date":
            return Given(day=on)
        case "evidence":
            return Given(text=words_for(part, spread), place="Case notes, visits", day=on)
        case _:
            return Given(text=words_for(part, spread))


def nearly(values: Sequence[int], place: int) -> int:
    """The value at a place of a scale, or its last where it is shorter."""
    return values[min(place, len(values) - 1)]


def preferred(part: PartForm, codes: Sequence[str], audit: Audit) -> str:
    """The first answer that no rule across answers speaks against and that asks for nothing more; else the first."""
    policy, tool = selectors.edition_of(audit).policy, selectors.tool_of(audit)
    against = {
        code for check in policy.return_checks if check.part == part.code for code in check.not_in
    }
    leads_on = {
        code
        for other in tool.question(part.question_code).parts
        if other.required_when and other.required_when[0] == part.code
        for code in other.required_when[1]
    }
    allowed = [code for code in codes if code not in against] or codes
    return next((code for code in allowed if code not in leads_on), allowed[0])


def words_for(part: PartForm, spread: int) -> str:
    """An invented text for a part, by the last word of its code, as long as the part allows."""
    texts = TEXTS.get(part.code.rpartition(".")[2], TEXTS["strengths"])
    if part.kind == "short_text":
        return texts[spread % len(texts)][: part.max_length or LONGEST_LINE]
    return texts[spread % len(texts)][: part.max_length]
