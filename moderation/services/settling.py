"""A disagreement about a grade: the meeting, the ladder above it, the decision, and what stays (B2-18 to B2-22)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from audits.models import GradeEvent, Reader
from audits.scoring import Overall
from audits.services.grading import record_grade
from audits.services.triggers import take_tasks_back
from core.moves import Refused
from core.trail import record
from moderation import messages
from moderation.models import DisputeStep, MeetingRecord, Moderation
from moderation.selectors.moderating import next_rung
from moderation.selectors.people import deciders, deciders_on, open_step, rule_of, rungs
from moderation.services.steps import leave, lock, locked, take
from moderation.services.viewing import finish
from moderation.states import DECIDE, ESCALATE, SETTLE, ModerationState
from people.models import User

FINISHED = ("after", "finished_at", "leftover")
PASSED = (
    "It has been passed up since you opened this page. Open the moderation to see who decides now."
)


@dataclass(frozen=True)
class Meeting:
    """What one of the two records: when they met, how they see it, the grade agreed (None = none), the learning."""

    met_on: date
    view: str
    grade: Overall | None
    learning: str = ""

    def problems(self, *, on: date, is_moderator: bool) -> list[str]:
        """What is missing; the moderator says what it teaches about auditing, once there is an agreement."""
        return [
            words
            for wrong, words in (
                (self.met_on > on, "The meeting cannot lie in the future."),
                (not self.view.strip(), "Say how you see it."),
                (
                    is_moderator and self.grade is not None and not self.learning.strip(),
                    "Say what it teaches about auditing.",
                ),
            )
            if wrong
        ]


@transaction.atomic
def record_meeting(
    moderation: Moderation, meeting: Meeting, *, by: User, at: datetime
) -> Moderation:
    """Record the meeting as one of the two sees it. When both name the same grade, it is final (B2-18).

    Raises PermissionDenied for anybody but the auditor and the moderator, Refused with what is missing.
    """
    moderation = locked(moderation, by=by, permission="moderation.meet")
    SETTLE.check(moderation.state)
    is_moderator = by.pk == moderation.moderator_id
    on = timezone.localdate(at)
    found = meeting.problems(on=on, is_moderator=is_moderator)
    if moderation.view_at and meeting.met_on < timezone.localdate(moderation.view_at):
        found.append("The meeting follows the moderator’s view, so it cannot lie before it.")
    if found:
        raise Refused("The meeting is not complete.", found)
    MeetingRecord.objects.update_or_create(
        moderation=moderation,
        by=by,
        defaults={
            "at": at,
            "met_on": meeting.met_on,
            "view": meeting.view.strip(),
            "grade": meeting.grade.grade if meeting.grade else "",
            "value": meeting.grade.value if meeting.grade else None,
            "surpassed": bool(meeting.grade and meeting.grade.surpassed),
            "learning": meeting.learning.strip(),
        },
    )
    leave(moderation, "record meeting", by=by, at=at)
    two: dict[int | None, MeetingRecord] = {one.by_id: one for one in moderation.meetings.all()}
    mine = two.get(by.pk)
    other_id = moderation.audit.auditor_id if is_moderator else moderation.moderator_id
    other = two.get(other_id)
    if mine is None or other is None:
        messages.announce(moderation, "meeting", at=at, once=str(moderation.moves.count()))
        return moderation
    if not mine.grade or said(mine) != said(other):
        return moderation
    return settle(moderation, said(mine), [mine, other], by=by, at=at)


def said(one: MeetingRecord) -> Overall:
    """The grade that one of the two recorded."""
    return Overall(grade=one.grade, value=one.value, surpassed=one.surpassed)


def settle(
    moderation: Moderation, agreed: Overall, two: list[MeetingRecord], *, by: User, at: datetime
) -> Moderation:
    """Both have recorded the same grade: it is final."""
    why = next((one.learning for one in two if one.learning), "")
    words = f"Agreed at the meeting on {two[0].met_on:%-d %B %Y}. {why}".strip()
    kind = GradeEvent.Kind.AGREED
    record_grade(moderation.audit, agreed, kind=kind, rationale=words, by=by, at=at)
    finish(moderation, agreed.grade, by=by, at=at)
    take(moderation, SETTLE, by=by, at=at, fields=FINISHED)
    also = rule_of(moderation.audit).agree_tell
    messages.announce(moderation, "settled", at=at, also=also)
    return moderation


@transaction.atomic
def escalate(
    moderation: Moderation, *, read_rung: int | None, reason: str, by: User, at: datetime
) -> Moderation:
    """Pass the disagreement up to the next rung (B2-19): by either of the two after their meeting, and by a

    decider who leaves it to the next. A rung on which nobody may decide is passed over. Refused where it has
    left the rung it was read at, without a meeting where the framework asks for one, without a reason, and at
    the top of the ladder.
    """
    moderation = lock(moderation)
    if moderation.rung != read_rung:
        raise Refused(PASSED)
    if not by.has_perm(right_to_pass_up(moderation), moderation):
        raise PermissionDenied
    ESCALATE.check(moderation.state)
    if not reason.strip():
        raise Refused("Give the reason.")
    if rule_of(moderation.audit).meet and not moderation.meetings.exists():
        raise Refused("Auditor and moderator meet first. Record the meeting before you pass it up.")
    if next_rung(moderation) is None:
        raise Refused("The framework names nobody above. The grade has to be settled here.")
    on = timezone.localdate(at)
    ladder = rungs(moderation.audit)
    for place in range(moderation.rung, len(ladder)):
        people = deciders(moderation, ladder[place], on)
        if people:
            break
    else:
        raise Refused("Nobody above holds a post that could decide. Ask the QA team to fill it.")
    moderation.rung = place + 1
    take(moderation, ESCALATE, by=by, at=at, reason=reason.strip(), fields=("rung",))
    step = DisputeStep.objects.create(
        moderation=moderation,
        rung=moderation.rung,
        title=ladder[place].title,
        asked_by=by,
        asked_at=at,
        reason=reason.strip(),
    )
    ask(moderation, step, people, at=at)
    messages.announce(moderation, "asked", at=at, once=str(step.rung))
    return moderation


def right_to_pass_up(moderation: Moderation) -> str:
    """Whose step it is: a decider's once it has been passed up, before that one of the two's."""
    disputed = moderation.state == ModerationState.DISPUTED
    return "moderation.decide" if disputed else "moderation.meet"


def ask(
    moderation: Moderation, step: DisputeStep, people: list[tuple[User, str]], *, at: datetime
) -> None:
    """Ask these people for the decision of a rung: they may read the audit and are told once."""
    for person, _ in people:
        step.deciders.add(person)
        Reader.objects.get_or_create(
            audit=moderation.audit,
            user=person,
            part=Reader.Part.DECIDER,
            defaults={"since": at},
        )
    messages.announce(moderation, "decide", at=at, once=str(step.rung), people=people)


@transaction.atomic
def ask_successors(moderation: Moderation, *, at: datetime) -> int:
    """Ask whoever decides today, where posts have changed hands since it was passed up (H-8).

    Those who decide no longer lose the audit with the task; who was asked stays on record. Where nobody holds
    such a post, nothing changes. Doing it again changes nothing. Returns how many are newly asked.
    """
    moderation = lock(moderation)
    step = open_step(moderation)
    people = deciders_on(moderation, timezone.localdate(at)) if step else []
    if step is None or not people:
        return 0
    asked = {one.pk for one in step.deciders.all()}
    today = {one.pk for one, _ in people}
    Reader.objects.filter(
        audit=moderation.audit, user__in=asked - today, part=Reader.Part.DECIDER
    ).delete()
    ask(moderation, step, people, at=at)
    return len(today - asked)


def ask_all_successors(*, at: datetime) -> int:
    """Ask today's deciders of every grade that waits for a decision; returns how many are newly asked."""
    waiting = Moderation.objects.filter(state=ModerationState.DISPUTED).order_by("pk")
    return sum(ask_successors(one, at=at) for one in waiting)


@transaction.atomic
def decide(
    moderation: Moderation, grade: Overall, *, reason: str, by: User, at: datetime
) -> Moderation:
    """The decider of the present rung decides the grade, with a reason; it is final (B2-20).

    Raises PermissionDenied for anybody else, Refused without a reason.
    """
    moderation = locked(moderation, by=by, permission="moderation.decide")
    DECIDE.check(moderation.state)
    if not reason.strip():
        raise Refused("Give the reason for your decision.")
    kind = GradeEvent.Kind.DECIDED
    record_grade(moderation.audit, grade, kind=kind, rationale=reason.strip(), by=by, at=at)
    moderation.steps.filter(rung=moderation.rung).update(
        decided_by=by, decided_at=at, grade=grade.grade, decision=reason.strip()
    )
    finish(moderation, grade.grade, by=by, at=at)
    take(moderation, DECIDE, by=by, at=at, reason=reason.strip(), fields=FINISHED)
    messages.announce(moderation, "decided", at=at)
    return moderation


@transaction.atomic
def decide_leftover(
    moderation: Moderation, *, keep: bool, reason: str, by: User, at: datetime
) -> Moderation:
    """The QA team decides what stays of what the earlier grade set off (B2-22): all of it, or nothing more.

    Taken back, the open tasks are withdrawn with the reason; what was done stays. Refused without a reason.
    """
    moderation = locked(moderation, by=by, permission="moderation.decide_leftover")
    if moderation.leftover != Moderation.Leftover.OPEN:
        raise Refused("There is nothing to decide about an earlier grade.")
    if not reason.strip():
        raise Refused("Give the reason.")
    kept, back = Moderation.Leftover.KEPT, Moderation.Leftover.TAKEN_BACK
    moderation.leftover = kept if keep else back
    moderation.save(update_fields=["leftover"])
    words = ("Everything stays. " if keep else "Open tasks are taken back. ") + reason.strip()
    leave(moderation, "decide what stays", by=by, at=at, reason=words)
    if not keep:
        taken = take_tasks_back(
            moderation.audit,
            given_before=moderation.finished_at or at,
            reason=reason.strip(),
            by=by,
            at=at,
        )
        detail = {"tasks": taken}
        council = moderation.council_id
        record("take tasks back", moderation, by=by, council_id=council, at=at, detail=detail)
    return moderation
