"""Raising a concern and taking it up its stages (C5-1 to C5-5). Nothing moves up by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases.models import CaseFile
from core.moves import Refused
from core.trail import record
from escalation.models import ConcernMove, OfficerEscalation, Stage, StagePerson
from escalation.selectors.concerns import (
    OFFICER,
    asked_at,
    found_for,
    ladder_of,
    may_raise,
    meant_by,
    needs_worker,
    numbered,
    posts_behind,
    rungs_above,
    stage_now,
)
from escalation.services.concern_messages import announce, nobody_there
from escalation.states import CLOSE, StageState
from people.models import Council, User
from people.roles import Role
from people.selectors import line
from standards.deadlines import due
from standards.models import FrameworkVersion
from standards.policy import Ladder, Rung
from standards.selectors import calendar_of, edition

Part = StagePerson.Part
EMPTY = "Your council has not filled in the stages of this ladder yet. The QA team can add them to the framework."
NOBODY_ELSE = (
    "Nobody else holds the post that looks into this. "
    "Use the whistleblowing route, or ask for the post to be covered."
)
ASKS = {
    "consulted": "Record who was consulted at this stage.",
    "advocate": "Record when the child was told of their rights and helped to an advocate or lawyer.",
}


@dataclass(frozen=True)
class Raised:
    """What an officer says when they raise a concern. `reference` is the number of the case or the carer's file."""

    ladder: str
    concern: str
    expectation: str
    worker: User | None = None
    reference: str = ""
    informal_on: date | None = None
    informal_note: str = ""

    def problems(self, ladder: Ladder, *, on: date, by: User) -> list[str]:
        """What is missing, in words for the screen."""
        told = self.informal_on is not None and bool(self.informal_note.strip())
        return [
            words
            for wrong, words in (
                (not self.concern.strip(), "Enter what the concern is."),
                (not self.expectation.strip(), "Enter what you expect to happen."),
                (needs_worker(ladder) and self.worker is None, "Choose the worker."),
                (self.worker == by, "Somebody else must raise what is about your own work."),
                (
                    not self.reference.strip() and not ladder.restricted,
                    "Enter the number of the case or of the carer’s file.",
                ),
                (
                    ladder.begins_informally and not told,
                    "Record the informal attempt first: the day, and what was said.",
                ),
                (
                    self.informal_on is not None and self.informal_on > on,
                    "The informal attempt must not lie in the future.",
                ),
            )
            if wrong
        ]


@transaction.atomic
def raise_concern(
    said: Raised, version: FrameworkVersion, *, by: User, at: datetime
) -> OfficerEscalation:
    """Raise a concern and open its first stage, the informal one where the ladder has one.

    Raises PermissionDenied if the framework does not let `by` raise it, Refused where something is missing or
    nobody else could look into what only its readers may know of.
    """
    Council.objects.select_for_update(no_key=True).get(pk=version.council_id)
    ladder, on = edition(version).policy.ladder(said.ladder), timezone.localdate(at)
    if by.council_id != version.council_id or not may_raise(by, ladder, on):
        raise PermissionDenied
    if not ladder.rungs:
        raise Refused(EMPTY)
    if problems := said.problems(ladder, on=on, by=by):
        raise Refused("This cannot be raised yet.", problems)
    concern = OfficerEscalation.objects.create(
        council_id=version.council_id,
        version=version,
        ladder=ladder.code,
        ladder_title=ladder.title,
        number=numbered(version.council_id, ladder.code),
        restricted=ladder.restricted,
        solvers=[name for name in ladder.solved_by if name.startswith("council.")],
        officer=by,
        raised_at=at,
        **about(said, version.council_id, on),
    )
    move(concern, "raise", by=by, at=at)
    record("raise concern", concern, by=by, at=at, detail={"ladder": ladder.code})
    first = open_stage(concern, 0, by=by, at=at)
    if ladder.restricted and not first.people.filter(part=Part.TO).exists():
        raise Refused(NOBODY_ELSE)
    return concern


def about(said: Raised, council_id: int, on: date) -> Mapping[str, object]:
    """The columns of what was said; a case that is known under the number is joined to it."""
    reference = said.reference.strip()
    boss: tuple[int, ...] = ()
    if said.worker is not None:
        boss = line(council_id, on).first_above(said.worker.pk, Role.LINE_MANAGER)
    return {
        "worker": said.worker,
        "manager_id": next(iter(boss), None),
        "reference": reference,
        "case": CaseFile.objects.filter(council=council_id, number=reference).first(),
        "concern": said.concern.strip(),
        "expectation": said.expectation.strip(),
        "informal_on": said.informal_on,
        "informal_note": said.informal_note.strip(),
    }


def open_stage(concern: OfficerEscalation, index: int, *, by: User, at: datetime) -> Stage:
    """Open a stage: its clock starts today, and its people are told (C5-2)."""
    rung, on = ladder_of(concern).rungs[index], timezone.localdate(at)
    until = due(rung.limit, at, calendar_of(concern.council_id)) if rung.limit else None
    stage = Stage.objects.create(
        concern=concern,
        index=index,
        title=rung.title,
        informal=rung.informal,
        opened_on=concern.informal_on if rung.informal and concern.informal_on else on,
        due_on=until.on if until else None,
        due_at=until.at if until else None,
    )
    move(concern, "open stage", by=by, at=at, stage=stage, new_due_on=stage.due_on)
    found = tell_stage(stage, rung, on)
    announce(stage, "stage_opened", found, at=at)
    if stage.unfound:
        nobody_there(stage, at=at)
    return stage


def tell_stage(stage: Stage, rung: Rung, on: date) -> list[tuple[User, str]]:
    """Put down who is told at a stage, who gets a copy and who else may solve it; gives those who are new to it."""
    concern = stage.concern
    tree = line(concern.council_id, on)
    solvers = [name for name in ladder_of(concern).solved_by if not name.startswith("council.")]
    asked, unfound = asked_at(rung, concern, tree)
    wanted = (
        (Part.TO, asked),
        (Part.COPY, rung.copy),
        (Part.SOLVER, [name for name in solvers if name != OFFICER]),
    )
    there = {one.user_id for one in stage.people.all() if one.user_id in meant_by(one, tree)}
    there.add(concern.officer_id)
    rows: dict[int, StagePerson] = {}
    for part, names in wanted:
        for pk, words in found_for(names, concern, tree).items():
            if pk not in rows and pk not in there:
                roles = ", ".join(dict.fromkeys(words))[:200]
                posts = posts_behind(pk, names, concern, tree)
                rows[pk] = StagePerson(stage=stage, user_id=pk, part=part, roles=roles, posts=posts)
    # Whoever lost the post that they were told by and holds another by now has a row already.
    StagePerson.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["stage", "user", "part"],
        update_fields=["roles", "posts"],
    )
    if unfound != stage.unfound:
        stage.unfound = unfound
        stage.save(update_fields=["unfound"])
    return [
        (User(pk=one.user_id), f"copy: {one.roles}" if one.part == Part.COPY else one.roles)
        for one in rows.values()
        if one.part != Part.SOLVER
    ]


@dataclass(frozen=True)
class Further:
    """How an officer takes a concern further: to which stage, why, and what is asked for at this stage."""

    index: int
    why: str
    reason: str = ""
    consulted: str = ""
    advocate_on: date | None = None


@transaction.atomic
def go_up(
    concern: OfficerEscalation, further: Further, *, by: User, at: datetime
) -> OfficerEscalation:
    """End the present stage and open a later one; those between are shown as skipped (C5-2, C5-4).

    Refused where stages may not be skipped, or where the ladder asks for something that is not recorded.
    """
    concern = locked(concern, by=by, permission="escalation.run_concern")
    stage = lasting(concern)
    if further.index not in {index for index, _ in rungs_above(concern, stage)}:
        raise Refused("This goes up stage by stage, and there may be no further one.")
    keep_asked(stage, further.consulted, further.advocate_on)
    check_further(concern, stage, further)
    CLOSE.check(stage.state)
    stage.state, stage.why = CLOSE.target, further.why
    stage.save()
    move(concern, "go up", by=by, at=at, stage=stage, reason=further.reason.strip())
    for index in range(stage.index + 1, further.index):
        skip(concern, index, by=by, at=at, reason=further.reason.strip())
    detail = {"from": stage.index, "to": further.index, "why": further.why}
    record("take concern further", concern, by=by, at=at, detail=detail)
    open_stage(concern, further.index, by=by, at=at)
    return concern


def check_further(concern: OfficerEscalation, stage: Stage, further: Further) -> None:
    """What must be there before a concern goes up; no reply and a reply not accepted are kept apart."""
    problems = asked_for(concern, stage)
    answered = stage.state == StageState.ANSWERED
    if further.why not in {Stage.Why.NO_REPLY, Stage.Why.NOT_ACCEPTED}:
        problems.append("Say whether no reply came, or the reply was not accepted.")
    elif answered and further.why == Stage.Why.NO_REPLY:
        problems.append("This stage was answered. Say that you do not accept the answer.")
    if not further.reason.strip() and further.why == Stage.Why.NOT_ACCEPTED:
        problems.append("Say what you do not accept.")
    elif not further.reason.strip() and further.index > stage.index + 1:
        problems.append("Say why stages are skipped.")
    if problems:
        raise Refused("This cannot go further yet.", problems)


def asked_for(concern: OfficerEscalation, stage: Stage) -> list[str]:
    """What the ladder asks for at each stage and is not recorded at this one (C5-5).

    An informal attempt says itself who was talked to.
    """
    if stage.informal:
        return []
    there = {"consulted": bool(stage.consulted), "advocate": stage.advocate_on is not None}
    return [ASKS[one] for one in ladder_of(concern).asks if not there[one]]


def keep_asked(stage: Stage, consulted: str, advocate_on: date | None) -> None:
    """Keep what was recorded with this step; what was recorded before stays unless there is something new."""
    stage.consulted = consulted.strip() or stage.consulted
    stage.advocate_on = advocate_on or stage.advocate_on


def skip(concern: OfficerEscalation, index: int, *, by: User, at: datetime, reason: str) -> None:
    """Show a stage as skipped."""
    stage = Stage.objects.create(
        concern=concern,
        index=index,
        title=ladder_of(concern).rungs[index].title,
        state=StageState.SKIPPED,
        opened_on=timezone.localdate(at),
    )
    move(concern, "skip", by=by, at=at, stage=stage, reason=reason)


# The shared way of taking a step ------------------------------------------------------------------


def locked(concern: OfficerEscalation, *, by: User, permission: str) -> OfficerEscalation:
    """The concern under a lock. Raises PermissionDenied if `by` may not take the step."""
    found = (
        OfficerEscalation.objects.select_related(
            "version__framework__council", "officer", "worker", "case"
        )
        .defer("version__source", "version__policy")
        .select_for_update(of=("self",))
        .get(pk=concern.pk)
    )
    if not by.has_perm(permission, found):
        raise PermissionDenied
    return found


def lasting(concern: OfficerEscalation) -> Stage:
    """The stage that lasts. Raises Refused once the concern is resolved."""
    stage = stage_now(concern)
    if stage is None:
        raise Refused("This concern is resolved, so its stages are over.")
    stage.concern = concern
    return stage


def move(
    concern: OfficerEscalation,
    verb: str,
    *,
    by: User | None,
    at: datetime,
    stage: Stage | None = None,
    reason: str = "",
    old_due_on: date | None = None,
    new_due_on: date | None = None,
) -> None:
    """Leave a row that says what was done, by whom and when."""
    ConcernMove.objects.create(
        concern=concern,
        stage=stage,
        verb=verb,
        state=concern.state,
        by=by,
        at=at,
        reason=reason,
        old_due_on=old_due_on,
        new_due_on=new_due_on,
    )
