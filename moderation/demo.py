"""Demo data: moderations at every stage, made by the same steps that people take."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from audits.models import Audit
from audits.selectors import edition_of
from audits.states import AuditState
from moderation.asking import (
    AGREE,
    GRADE,
    NOT_SUPPORTED,
    PROPOSE,
    SUPPORTED,
    Asked,
    Key,
    Said,
    judged,
)
from moderation.models import Moderation
from moderation.selectors.moderating import asked_of, auditors_event
from moderation.selectors.people import candidates
from moderation.services.assigning import assign
from moderation.services.choosing import choose_by_hand, run_rounds
from moderation.services.settling import Meeting, record_meeting
from moderation.services.viewing import hand_in
from moderation.states import ModerationState
from people.models import Council, User
from people.roles import Role
from standards.policy import Policy

TEXTS = (
    "The record shows what changed for the child, in the child’s own words and in what the school says.",
    "The plan’s dates slipped twice, and the file does not say what was done about it.",
    "The worker knows the family well; direct work is described and dated.",
    "Partners’ views are missing from the last review. Ask them before the next one.",
)
REASON = "Three things that this grade asks for cannot be seen on the file: dates, the school’s view, and the father’s."
SAME = "What is written bears the grade out; the impact on the child can be seen."
LEARNING = "Ask first what is different for the child, and only then how well it is written down."


@transaction.atomic
def moderate(council: Council, *, at: datetime) -> int:
    """Moderate the demo's returned audits: most finished, one of them agreed at a meeting, some at each stage.

    Does nothing where moderations have been made already. Returns how many there are.
    """
    if (
        Moderation.objects.filter(council=council)
        .exclude(state=ModerationState.IN_MODERATION)
        .exists()
    ):
        return 0
    run_rounds(at=at)
    officer = first_with(council, Role.QA_OFFICER, at)
    audits = Audit.objects.filter(council=council, state=AuditState.RETURNED).order_by("pk")
    if officer is None or not audits.exists():
        return 0
    for audit in audits:
        ready = Moderation.objects.filter(audit=audit).standing().exists()
        if (
            not ready
            and edition_of(audit).policy.moderation
            and officer.has_perm("moderation.choose", audit)
        ):
            choose_by_hand(audit, reason="Shown in the demo.", by=officer, at=at)
    found = Moderation.objects.with_audit().filter(council=council).open().order_by("pk")
    for number, moderation in enumerate(list(found)):
        bring_on(moderation, number, officer, at=at)
    return len(found)


def first_with(council: Council, role: Role, at: datetime) -> User | None:
    """Somebody who holds a role."""
    on = timezone.localdate(at)
    return User.objects.filter(council=council).holding(role, on).order_by("pk").first()


def bring_on(moderation: Moderation, number: int, officer: User, *, at: datetime) -> None:
    """Take one moderation to a stage, another one for each number."""
    if number % 6 == 5:
        return
    if moderation.state == ModerationState.AWAITING:
        free = candidates(moderation.audit, timezone.localdate(at))
        if not free or not officer.has_perm("moderation.assign", moderation):
            return
        moderation = assign(moderation, free[0].user, by=officer, at=at)
    by = moderation.moderator
    if by is None or number % 6 == 0 or not by.has_perm("moderation.moderate", moderation):
        return
    differs = number % 3 == 1
    said = view(moderation, differs=differs)
    moderation = hand_in(moderation, said, read_version=moderation.version, by=by, at=at)
    if moderation.state == ModerationState.DISAGREED and number % 6 == 1:
        meet(moderation, by, at=at)


def view(moderation: Moderation, *, differs: bool) -> dict[Key, Said]:
    """A believable view: agreeing, or proposing the next lower grade."""
    policy = edition_of(moderation.audit).policy
    said: dict[Key, Said] = {}
    asked = asked_of(moderation)
    other = lower(asked, policy, moderation.before) if differs else None
    for place, one in enumerate(asked):
        said.update(answer(one, place, moderation, other))
    return said


def lower(asked: list[Asked], policy: Policy, before: str) -> Said | None:
    """The best choice below the auditor's grade, or above it where there is none below."""
    choices = next((one.choices for one in asked if one.choices and not one.about), ())
    grades: dict[str, int] = {}
    values: Mapping[str, Said] = {
        one.code: Said(number=int(one.code)) if one.code.isdigit() else Said(code=one.code)
        for one in choices
    }
    for code, said in values.items():
        grade = judged(said, policy)
        if grade is not None:
            grades[code] = policy.grade(grade.grade).rank
    rank = policy.grade(before).rank
    below = [code for code, one in grades.items() if one < rank]
    above = [code for code, one in grades.items() if one > rank]
    if not below and not above:
        return None
    return values[max(below, key=lambda code: grades[code])] if below else values[above[0]]


def answer(one: Asked, place: int, moderation: Moderation, other: Said | None) -> dict[Key, Said]:
    """What is said to one thing that is asked."""
    content = one.content
    match content.kind:
        case "text":
            return {one.key: Said(text=TEXTS[place % len(TEXTS)])}
        case "reason":
            return {one.key: Said(text=REASON if other else SAME)}
        case "date":
            day = timezone.localdate(moderation.assigned_at)
            return {one.key: Said(day=day)}
        case "number":
            return {one.key: Said(number=50)}
        case "tick" | "yes_no":
            return {one.key: Said(code="yes")}
        case "actions_completed":
            return {one.key: Said(code="partly", text="Case note of the last supervision")}
        case "overall":
            return {one.key: other or same(moderation)}
        case "agreement":
            said = {one.key: Said(code=PROPOSE if other else AGREE)}
            return said | ({(content.code, GRADE): other} if other else {})
        case "verdict":
            said = {one.key: Said(code=NOT_SUPPORTED if other else SUPPORTED)}
            return said | ({(content.code, GRADE): other} if other else {})
        case _:
            return {}


def same(moderation: Moderation) -> Said:
    """The auditor's own overall grade as it was chosen."""
    event = auditors_event(moderation.audit)
    if event is None:
        return Said()
    if event.surpassed:
        return Said(code="surpassed")
    return Said(number=event.value) if event.value is not None else Said(code=event.grade)


def meet(moderation: Moderation, by: User, *, at: datetime) -> None:
    """The two meet and agree on the moderator's grade."""
    policy = edition_of(moderation.audit).policy
    kind = {"overall", "agreement", "verdict"}
    items = {one.content: one for one in moderation.items.filter(about="")}
    grades = {one.content: one for one in moderation.items.filter(about=GRADE)}
    agreed = None
    for one in asked_of(moderation):
        if one.content.kind in kind and agreed is None:
            row = (
                items.get(one.content.code)
                if one.content.kind == "overall"
                else grades.get(one.content.code)
            )
            agreed = judged(Said(row.number, row.code), policy) if row else None
    if agreed is None:
        return
    on = timezone.localdate(at)
    words = "We went through the file together; the dates decide it."
    mine = Meeting(on, words, agreed, LEARNING)
    record_meeting(moderation, mine, by=by, at=at + timedelta(minutes=1))
    theirs = Meeting(on, "I see it now; I had weighed the writing more than the dates.", agreed)
    record_meeting(moderation, theirs, by=moderation.audit.auditor, at=at + timedelta(minutes=2))
