"""Steps within a stage: more time, who was consulted, the answer; and resolving a concern or opening it again."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from core.moves import Refused
from core.trail import record
from escalation.models import OfficerEscalation, Stage, StagePerson
from escalation.selectors.concerns import ladder_of, meant_by, standing_in
from escalation.services.concern_messages import announce, tell_officer
from escalation.services.concerns import keep_asked, lasting, locked, move
from escalation.states import (
    ANSWER,
    CLOSE,
    MORE_TIME,
    OPEN_AGAIN,
    REOPEN,
    RESOLVE,
    StageState,
)
from people.models import User
from people.selectors import line
from standards.deadlines import due
from standards.selectors import calendar_of

RUN = "escalation.run_concern"


@transaction.atomic
def give_time(
    concern: OfficerEscalation, until: date, *, reason: str, by: User, at: datetime
) -> Stage:
    """Give the present stage more time, with a new date and a reason (C5-3); nothing moves up by itself."""
    concern = locked(concern, by=by, permission=RUN)
    stage = lasting(concern)
    MORE_TIME.check(stage.state)
    if stage.due_on is not None and until <= stage.due_on:
        raise Refused(f"The new day must lie after {stage.due_on:%-d %B %Y}.")
    if until < timezone.localdate(at):
        raise Refused("The new day must be today or later.")
    if not reason.strip():
        raise Refused("Say why more time is given.")
    before = stage.due_on
    stage.state, stage.due_on, stage.due_at = MORE_TIME.target, until, None
    stage.save(update_fields=["state", "due_on", "due_at"])
    reason = reason.strip()
    move(
        concern,
        MORE_TIME.verb,
        by=by,
        at=at,
        stage=stage,
        reason=reason,
        old_due_on=before,
        new_due_on=until,
    )
    record("give a stage more time", concern, by=by, at=at, detail={"stage": stage.index})
    announce(stage, "stage_more_time", told_at(concern, [stage], timezone.localdate(at)), at=at)
    return stage


@transaction.atomic
def record_consulted(
    concern: OfficerEscalation,
    *,
    consulted: str,
    advocate_on: date | None,
    by: User,
    at: datetime,
) -> Stage:
    """Record who was consulted at the present stage, and when the child was helped to an advocate (C5-5)."""
    concern = locked(concern, by=by, permission=RUN)
    stage = lasting(concern)
    if advocate_on is not None and advocate_on > timezone.localdate(at):
        raise Refused("The day must not lie in the future.")
    if not consulted.strip() and advocate_on is None:
        raise Refused("Enter what is to be recorded.")
    keep_asked(stage, consulted, advocate_on)
    stage.save(update_fields=["consulted", "advocate_on"])
    move(concern, "record", by=by, at=at, stage=stage)
    record("record consulted", concern, by=by, at=at, detail={"stage": stage.index})
    return stage


@transaction.atomic
def answer(concern: OfficerEscalation, text: str, *, by: User, at: datetime) -> Stage:
    """Answer the present stage; the officer is told and decides whether to accept it."""
    concern = locked(concern, by=by, permission="escalation.answer_concern")
    stage = lasting(concern)
    ANSWER.check(stage.state)
    if not text.strip():
        raise Refused("Enter your answer.")
    stage.state, stage.reply, stage.replied_by, stage.replied_at = (
        ANSWER.target,
        text.strip(),
        by,
        at,
    )
    stage.save(update_fields=["state", "reply", "replied_by", "replied_at"])
    put_down(stage, by, timezone.localdate(at))
    move(concern, ANSWER.verb, by=by, at=at, stage=stage, reason=stage.reply)
    record("answer concern", concern, by=by, at=at, detail={"stage": stage.index})
    tell_officer(stage, "stage_answered", at=at)
    return stage


@transaction.atomic
def resolve(
    concern: OfficerEscalation, outcome: str, tags: Iterable[str], *, by: User, at: datetime
) -> OfficerEscalation:
    """Declare a concern resolved, with its outcome and what it teaches (C5-6); at any stage."""
    concern = locked(concern, by=by, permission="escalation.resolve_concern")
    RESOLVE.check(concern.state)
    if not outcome.strip():
        raise Refused("Enter the outcome.")
    stage = lasting(concern)
    CLOSE.check(stage.state)
    stage.state = CLOSE.target
    stage.save(update_fields=["state"])
    concern.state, concern.outcome = RESOLVE.target, outcome.strip()
    concern.tags = sorted({tag.strip().lower() for tag in tags} - {""})
    concern.resolved_by, concern.resolved_at = by, at
    concern.save(update_fields=["state", "outcome", "tags", "resolved_by", "resolved_at"])
    move(concern, RESOLVE.verb, by=by, at=at, stage=stage, reason=concern.outcome)
    record("resolve concern", concern, by=by, at=at, detail={"stage": stage.index})
    on = timezone.localdate(at)
    people = [*told_at(concern, concern.stages.all(), on), *standing_in(concern, on)]
    announce(stage, "stage_resolved", [one for one in people if one[0].pk != by.pk], at=at)
    return concern


@transaction.atomic
def reopen(concern: OfficerEscalation, *, reason: str, by: User, at: datetime) -> OfficerEscalation:
    """Open a resolved concern again at its last stage, whose clock starts anew."""
    concern = locked(concern, by=by, permission="escalation.reopen_concern")
    REOPEN.check(concern.state)
    if not reason.strip():
        raise Refused("Say why it is opened again.")
    stage = concern.stages.exclude(state=StageState.SKIPPED).order_by("-index")[0]
    stage.concern = concern
    OPEN_AGAIN.check(stage.state)
    limit, before = ladder_of(concern).rungs[stage.index].limit, stage.due_on
    until = due(limit, at, calendar_of(concern.council_id)) if limit else None
    stage.state, stage.why = OPEN_AGAIN.target, Stage.Why.NONE
    stage.due_on, stage.due_at = (until.on, until.at) if until else (None, None)
    stage.save(update_fields=["state", "why", "due_on", "due_at"])
    concern.state, concern.outcome = REOPEN.target, ""
    concern.resolved_by = concern.resolved_at = None
    concern.save(update_fields=["state", "outcome", "resolved_by", "resolved_at"])
    move(
        concern,
        REOPEN.verb,
        by=by,
        at=at,
        stage=stage,
        reason=reason.strip(),
        old_due_on=before,
        new_due_on=stage.due_on,
    )
    record("reopen concern", concern, by=by, at=at, detail={"stage": stage.index})
    on = timezone.localdate(at)
    people = [*told_at(concern, [stage], on), *standing_in(concern, on)]
    announce(stage, "stage_reopened", [one for one in people if one[0].pk != by.pk], at=at)
    return concern


def put_down(stage: Stage, user: User, on: date) -> None:
    """Put down whoever answers by a post that they took over since its holder was told."""
    mine = stage.people.to_answer(user, on)
    told = mine.first()
    if told is not None and not mine.filter(user=user).exists():
        same = {"roles": told.roles, "posts": told.posts}
        stage.people.update_or_create(user=user, part=StagePerson.Part.TO, defaults=same)


def told_at(
    concern: OfficerEscalation, stages: Iterable[Stage], on: date
) -> list[tuple[User, str]]:
    """Those whom these stages are put to, without copies: who has left, or left the post, hears no more (H-8)."""
    found = StagePerson.objects.filter(
        stage__in=stages, part=StagePerson.Part.TO, user__is_active=True
    )
    rows, tree = found.select_related("user"), line(concern.council_id, on)
    return [(one.user, one.roles) for one in rows if one.user_id in meant_by(one, tree)]
