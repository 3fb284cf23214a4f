"""Some weeks after an action is signed off: did it make a difference for the child?"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from actions.messages import announce
from actions.models import Action, ImpactAnswer
from actions.plans import About, Plan
from actions.selectors import last_in_line, people_of, policy_of
from actions.services.doing import begin_anew, holders
from actions.services.recording import open_one, raise_action
from actions.services.steps import calendar_for, leave, locked
from actions.signing import Step, step
from actions.states import REOPEN, ActionState
from core.moves import Refused
from people.models import User
from people.organisation import Line
from people.selectors import ids_of, line
from standards.selectors import calendar_of
from standards.workdays import working_days_from

# The framework gives the answer no limit of its own.
TIME_TO_ANSWER = 10  # working days
BATCH = 200
SOURCE = "impact"
NEW, AGAIN = "new", "again"


def ask_for_impact(at: datetime, step_done: Callable[[int], None]) -> int:
    """Ask about every action whose time has come by now, once for each round; returns how many were asked about.

    Days on which nothing ran are made up for: the row keeps the day that was planned.
    """
    on, done = timezone.localdate(at), 0
    while True:
        waiting = Action.objects.filter(state=ActionState.SIGNED_OFF, impact_on__lte=on)
        ids = list(waiting.order_by("impact_on", "pk").values_list("pk", flat=True)[:BATCH])
        if not ids:
            return done
        for pk in ids:
            done += ask_about(pk, at=at)
        step_done(done)


@transaction.atomic
def ask_about(pk: int, *, at: datetime) -> int:
    """Ask about one action: whoever holds the posts today. Where nobody can be asked, the QA head is."""
    found = Action.objects.with_people().with_edition().select_for_update(of=("self",))
    action = found.get(pk=pk)
    if action.impact_on is None or action.state != ActionState.SIGNED_OFF:
        return 0
    on = timezone.localdate(at)
    asked = who_is_asked(action, line(action.council_id, on))
    row, made = ImpactAnswer.objects.get_or_create(
        action=action,
        round=action.round,
        defaults={
            "council_id": action.council_id,
            "planned_on": action.impact_on,
            "due_on": working_days_from(on, TIME_TO_ANSWER, calendar_of(action.council_id)),
            "asked": list(asked.people),
            "made_at": at,
        },
    )
    action.impact_on = None
    action.save(update_fields=["impact_on"])
    if made:
        leave(action, "ask", by=None, at=at)
        once = f"r{action.round}"
        people = holders(asked)
        announce(action, "impact_check", people, once=once, at=at, due_on=row.due_on)
    return int(made)


def who_is_asked(action: Action, tree: Line) -> Step:
    """The people whom the framework names, without the owner and those junior to them; else who is above the owner."""
    policy = policy_of(action)
    rule = policy.actions.impact_check if policy else None
    named = [
        one for name in (rule.by if rule else ()) for one in ids_of(name, people_of(action), tree)
    ]
    return step(named, action.owner_id, tree, last=last_in_line(tree, action.owner_id))


@dataclass(frozen=True)
class Said:
    """What somebody answers: whether it made a difference, what changed, where that can be seen.

    After a “no”: `then` is to do the same action again by `due_on`, or a new one: `what` and whose.
    """

    answer: str
    difference: str
    evidence: str
    then: str = ""
    due_on: date | None = None
    what: str = ""
    owner: User | None = None

    def problems(self) -> list[str]:
        """What is missing, in words for the screen."""
        no = self.answer == ImpactAnswer.Answer.NO
        return [
            words
            for wrong, words in (
                (
                    self.answer not in ImpactAnswer.Answer.values,
                    "Say whether it made a difference.",
                ),
                (
                    not self.difference.strip(),
                    "Say what has changed for the child, or what has not.",
                ),
                (
                    bool(self.answer) and not no and not self.evidence.strip(),
                    "Say where the difference can be seen.",
                ),
                (no and self.then not in {NEW, AGAIN}, "Choose what is done now."),
                (no and self.then == NEW and not self.what.strip(), "Enter what will be done."),
                (no and self.then == NEW and self.owner is None, "Choose who will do it."),
            )
            if wrong
        ]


@transaction.atomic
def answer_impact(row: ImpactAnswer, said: Said, *, by: User, at: datetime) -> Action | None:
    """Answer for an action. A “no” opens it again with a new date, or raises another one: whichever is chosen.

    Returns the action that is to be done now, if there is one. Raises PermissionDenied for anybody who is not asked,
    its owner above all; Refused with what is missing, and once it has been answered.
    """
    row = ImpactAnswer.objects.select_for_update().get(pk=row.pk)
    action = locked(row.action, by=by, permission="actions.answer_impact")
    if row.answer:
        raise Refused("This has been answered already.")
    if problems := said.problems():
        raise Refused("The answer is not complete.", problems)
    row.answer, row.by, row.at = said.answer, by, at
    row.difference, row.evidence = said.difference.strip(), said.evidence.strip()
    row.save()
    leave(action, "impact", by=by, at=at, reason=f"{row.get_answer_display()}. {row.difference}")
    if said.answer != ImpactAnswer.Answer.NO:
        return None
    if said.then == AGAIN:
        begin_anew(action, REOPEN, reason=said.difference, due_on=said.due_on, by=by, at=at)
        return action
    return raise_another(action, said, by=by, at=at)


def raise_another(action: Action, said: Said, *, by: User, at: datetime) -> Action:
    """A new action in place of one that made no difference, open at once."""
    owner = said.owner
    if owner is None or owner.council_id != action.council_id:
        raise Refused("Choose who will do it from the list.")
    plan = Plan(
        action.kind,
        said.what,
        action.why,
        owner,
        said.due_on,
        action_class=action.action_class,
        success=action.success,
        question=action.question,
        standards=tuple(action.standards),
        themes=tuple(action.themes),
    )
    policy = policy_of(action)
    if problems := plan.problems(
        {action.kind: action.kind_label},
        on=timezone.localdate(at),
        rules=replace(policy.actions, success_asked=False) if policy else None,
        anchors={"raised": at},
        calendar=calendar_for(action),
    ):
        raise Refused("The action is not complete.", problems)
    about = About(
        unit=action.unit,
        worker=action.worker,
        auditor=action.auditor,
        version=action.version,
        grade=action.grade,
        label=f"Look at the difference that action {action.pk} made",
    )
    made = raise_action(
        plan,
        kind_label=action.kind_label,
        council=action.council,
        case=action.case,
        source=(SOURCE, action.pk),
        by=by,
        at=at,
        about=about,
        instead_of=action,
    )
    open_one(made, by=by, at=at, anchors={})
    return made
