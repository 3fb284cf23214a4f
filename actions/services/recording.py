"""Recording actions. Whatever raises one calls these verbs and has asked who may first."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from actions import limits
from actions.limits import Anchors
from actions.messages import announce_to_owner, said_to_owner
from actions.models import Action, ActionMove
from actions.plans import About, Plan
from actions.selectors import share_line, version_for
from actions.services.locking import drafts_of, of_other_grade, save_opened
from actions.services.steps import (
    calendar_for,
    class_of,
    keep_date,
    leave,
    settle,
    who_signs,
)
from actions.states import OPEN, TO_DO, WITHDRAW, ActionState
from cases.models import CaseFile
from core.notices import tell_all
from core.prepared_rows import in_transaction
from core.trail import record, record_many
from people.models import Council, User
from people.organisation import Line
from standards.policy import ActionClass
from standards.selectors import edition

# Fields that a plan fills as they are.
WORDS = ("what", "why", "success", "late_reason")


def record_draft(
    plan: Plan,
    *,
    kind_label: str,
    council: Council,
    case: CaseFile | None,
    source: tuple[str, int],
    by: User,
    at: datetime,
    about: About | None = None,
    anchors: Anchors | None = None,
    instead_of: Action | None = None,
    form_token: UUID | None = None,
) -> Action:
    """Record a draft action for what raised it: `source` is a kind and an id, such as ("audit", 12).

    `about` says whose work it is about, under which edition; `anchors` are the moments that its class may count
    from and that have come (returned, meeting…); the moment of recording is one of them. Without a date the action
    is due when its class says, once that is known. `instead_of` is the action whose place it takes; the first of a
    row of them is kept, which the audit or the like has raised (B2-23). Raises ValueError without an owner, or where no date can follow.
    """
    in_transaction()
    about = about or About.of_case(case)
    action = Action(
        council=council,
        case=case,
        unit=about.unit,
        worker=about.worker,
        auditor=about.auditor,
        version=about.version or version_for(council, timezone.localdate(at)),
        grade=about.grade,
        source=source[0],
        source_id=source[1],
        source_label=about.label,
        instead_of_id=(instead_of.instead_of_id or instead_of.pk) if instead_of else None,
        recorded_by=by,
        recorded_at=at,
        form_token=form_token,
    )
    _fill(action, plan, kind_label, {"raised": at, **(anchors or {})})
    ActionMove.objects.create(action=action, verb="record", state=action.state, by=by, at=at)
    record("record action", action, by=by, at=at)
    return action


# The same as a step of its own: all of it or nothing.
raise_action = transaction.atomic(record_draft)


@transaction.atomic
def change_action(
    action: Action,
    plan: Plan,
    *,
    kind_label: str,
    by: User,
    at: datetime,
    anchors: Anchors | None = None,
) -> Action:
    """Change what was recorded; the earlier wording stays in the row history."""
    action = Action.objects.with_edition().select_for_update(of=("self",)).get(pk=action.pk)
    _fill(action, plan, kind_label, {"raised": action.recorded_at, **(anchors or {})})
    record("change action", action, by=by, at=at)
    return action


def _fill(action: Action, plan: Plan, kind_label: str, anchors: Anchors) -> None:
    action.action_class = plan.action_class
    cls = class_of(action)
    if plan.owner is None or (plan.due_on is None and not limits.limited(cls)):
        raise ValueError("an action needs an owner and a date")
    action.kind, action.kind_label = plan.kind, kind_label
    action.class_label = cls.label if cls else ""
    for name in WORDS:
        setattr(action, name, getattr(plan, name).strip())
    action.question, action.question_label = plan.question, question_label(action, plan.question)
    action.standards, action.themes = list(plan.standards), list(plan.themes)
    action.owner = plan.owner
    action.due_on, action.due_at = plan.due_on, plan.due_at
    action.hours = limits.hours_between(anchors.get("raised"), plan.due_at)
    action.date_given = plan.due_on is not None
    settle(action, anchors)
    action.save()


def question_label(action: Action, code: str) -> str:
    """What a question of the framework's forms is called; empty for none."""
    if not code or action.version is None:
        return ""
    for tool in edition(action.version).tools.values():
        for section in tool.sections:
            for question in section.questions:
                if question.code == code:
                    return question.heading[:300]
    return ""


@transaction.atomic
def withdraw_action(action: Action, *, reason: str, by: User, at: datetime) -> None:
    """Take an action back, with a reason; the row stays."""
    action = Action.objects.select_for_update().get(pk=action.pk)
    WITHDRAW.check(action.state)
    action.state = WITHDRAW.target
    action.save(update_fields=["state"])
    leave(action, WITHDRAW.verb, by=by, at=at, reason=reason)


@transaction.atomic(savepoint=False)
def open_drafts(
    source: str,
    source_id: int,
    *,
    by: User,
    at: datetime,
    anchors: Anchors | None = None,
    grade: str = "",
    tree: Line | None = None,
) -> int:
    """Open every draft action of one source; returns how many. Doing it again opens nothing more.

    `anchors` are the moments that have come by now (returned, meeting, moderated, due): a class that counts from one
    of them is settled here, and a date that turns out later than its class allows is brought forward to the latest.
    `grade` is the grade that the audit was given; it decides who signs off. Call `tighten` before this. `tree` is
    the council's line of management on the day, where it has been read already.
    """
    drafts = drafts_of(source, source_id)
    on = timezone.localdate(at)
    if drafts and tree is not None:
        drafts[0].__dict__["_line_on"] = {on: tree}
    share_line(drafts, on)
    for action in drafts:
        put_open(action, by=by, at=at, anchors=anchors or {}, grade=grade)
    ActionMove.objects.bulk_create(
        ActionMove(action=one, verb=OPEN.verb, state=one.state, by=by, at=at) for one in drafts
    )
    record_many(((f"{OPEN.verb} action", one, {}) for one in drafts), by=by, at=at)
    tell_all(
        (
            said_to_owner(one, "action_assigned", once=f"r{one.round}", by=by, at=at)
            for one in drafts
            if one.owner_id != by.pk
        ),
        at=at,
    )
    return len(drafts)


def open_one(action: Action, *, by: User, at: datetime, anchors: Anchors, grade: str = "") -> None:
    """Open one draft: its date is settled, its owner is told unless they open it themselves."""
    put_open(action, by=by, at=at, anchors=anchors, grade=grade)
    leave(action, OPEN.verb, by=by, at=at)
    tell_owner(action, once=f"r{action.round}", by=by, at=at)


def put_open(action: Action, *, by: User, at: datetime, anchors: Anchors, grade: str = "") -> None:
    """Save a draft as open, with its date settled and who signs it off."""
    OPEN.check(action.state)
    # Where nobody says when something happened, it is taken to be now, so that an open action has a date.
    settle(action, {**limits.afresh(at), "raised": action.recorded_at, **anchors})
    action.state = OPEN.target
    action.opened_on = action.set_on = timezone.localdate(at)
    action.grade = grade or action.grade
    action.asked = who_signs(action, at)
    save_opened(action)


def tell_owner(action: Action, *, once: str, by: User, at: datetime) -> None:
    """Tell the owner what is to be done by when, unless it is they who act."""
    if action.owner_id != by.pk:
        announce_to_owner(action, "action_assigned", once=once, by=by, at=at)


@transaction.atomic
def tighten(
    source: str,
    source_id: int,
    cls: ActionClass,
    *,
    by: User,
    at: datetime,
    anchors: Anchors | None = None,
) -> int:
    """Put what is still to be done and has a laxer class into a stricter one, due at its latest (B4, J-44).

    An action of a class without a limit stays as it was set, and so does a date that is earlier already. The
    stricter class counts from the recording of the action; where that end is over already, from now.
    Returns how many were changed. Call it at the return, before `open_drafts`.
    """
    found = (
        Action.objects.raised_by(source, source_id)
        .filter(state__in=[ActionState.DRAFT, *TO_DO])
        .with_people()
        .with_edition()
        .select_for_update(of=("self",))
    )
    changed = 0
    for action in found:
        moments = running(action, cls, {**(anchors or {}), "raised": action.recorded_at}, at)
        if not limits.stricter(cls, class_of(action), moments, calendar_for(action)):
            continue
        put_into(action, cls, moments, by=by, at=at)
        changed += 1
    return changed


def put_into(action: Action, cls: ActionClass, anchors: Anchors, *, by: User, at: datetime) -> None:
    """Give an action another class and its date; one that is open keeps the old date, and its owner is told."""
    old = action.due_on, action.due_at
    action.action_class, action.class_label = cls.code, cls.label
    action.late_reason = ""
    settle(action, anchors)
    is_open = action.state != ActionState.DRAFT
    if is_open and ends(*old) < ends(action.due_on, action.due_at):
        action.due_on, action.due_at = old  # nobody is given more time by a stricter class
    moved = is_open and old != (action.due_on, action.due_at)
    if moved:
        action.set_on = timezone.localdate(at)
    action.save()
    leave(action, "tighten", by=by, at=at, reason=cls.label)
    if moved:
        keep_date(action, old[0], reason=cls.label, by=by, at=at)
        tell_owner(action, once=f"r{action.round}:{cls.code}", by=by, at=at)


def ends(on: date | None, at: datetime | None) -> tuple[date, bool, datetime | None]:
    """An end to compare with another: a moment of a day comes before the end of that day."""
    return on or date.max, at is None, at


def running(action: Action, cls: ActionClass, anchors: Anchors, at: datetime) -> Anchors:
    """The moments that a class given now counts from: none that would make it overdue at once."""
    last = limits.latest(cls, anchors, calendar_for(action))
    return limits.afresh(at) if last is not None and last.late(at) else anchors


@transaction.atomic(savepoint=False)
def note_grade(source: str, source_id: int, grade: str, *, by: User | None, at: datetime) -> int:
    """The grade of the audit has changed: who signs its actions off follows it. Returns how many it concerns."""
    found = of_other_grade(source, source_id, grade)
    for action in found:
        action.grade = grade
        action.asked = [] if action.state == ActionState.DRAFT else who_signs(action, at)
        action.save(update_fields=["grade", "asked"])
        cause = "" if by else "final grade"
        record("note grade of action", action, by=by, cause=cause, at=at)
    return len(found)
