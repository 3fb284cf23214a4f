"""What becomes of one moderation of an invented year: a moderator, their view, and how it ends."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from audits.independence import Parties
from audits.models import GradeEvent, Reader
from audits.scoring import Overall, overall
from moderation.asking import GRADE, Asked, Key, Said, asked
from moderation.demo import answer
from moderation.models import MeetingRecord, Moderation, ModerationItem, ModerationMove
from moderation.states import ModerationState
from people.models import User
from qaframework.demo_year import phrases, story
from qaframework.demo_year.answers import given_grade, grade_for
from qaframework.demo_year.audits import Told, event
from qaframework.demo_year.desk import Desk
from standards.policy import Moderation as Rule

State = ModerationState
# One in so many is still with its moderator, or waits for one, though its time has come.
STUCK = 0.04
DAY = timedelta(days=1)


@dataclass
class Case:
    """One moderation as it is told, before its rows are written."""

    told: Told
    row: Moderation
    moves: list[ModerationMove] = field(default_factory=list)
    items: list[ModerationItem] = field(default_factory=list)
    meetings: list[MeetingRecord] = field(default_factory=list)
    readers: list[Reader] = field(default_factory=list)

    def step(self, verb: str, by: int | None, at: datetime, reason: str = "") -> None:
        """Put one step into its history."""
        self.moves.append(
            ModerationMove(verb=verb, state=self.row.state, by_id=by, at=at, reason=reason)
        )


def see(case: Case, desk: Desk, rule: Rule) -> None:
    """Give one to a moderator, let them view it and settle it, as far as the time reaches."""
    row, told, rng = case.row, case.told, desk.rng
    if row.state == State.NOT_SAMPLED or rng.random() < STUCK:
        return
    audit = told.audit
    parties = Parties(audit.auditor_id, audit.worker_id)
    moderator: User | None
    if row.panel is not None:
        moderator = desk.people[row.panel.chair_id]
    elif audit.moderator_id:
        moderator = desk.people[audit.moderator_id]
    else:
        moderator = desk.moderator(rule, parties)
    assigned_at = desk.moment(timezone.localdate(row.chosen_at) + DAY * rng.randint(0, 5), 11)
    if row.panel is not None:
        assigned_at = row.chosen_at
    assigned_at = max(assigned_at, row.chosen_at)
    if (
        moderator is None
        or moderator.pk in {audit.auditor_id, audit.worker_id}
        or assigned_at > desk.at
    ):
        return
    row.moderator, row.assigned_by, row.assigned_at = moderator, desk.officer, assigned_at
    row.blind, audit.moderator = rule.blind, moderator
    row.state = State.IN_MODERATION
    case.step("assign", desk.officer.pk, assigned_at)
    part = Reader.Part.PANEL if row.panel else Reader.Part.MODERATOR
    case.readers.append(Reader(user=moderator, part=part, since=assigned_at))
    held_on = (
        row.panel.held_on
        if row.panel
        else timezone.localdate(assigned_at) + DAY * rng.randint(4, 16)
    )
    view_at = desk.moment(held_on, 15)
    if view_at > desk.at or rng.random() < STUCK:
        case.readers[0].blind = rule.blind
        return
    view(case, desk, rule, view_at)


def view(case: Case, desk: Desk, rule: Rule, at: datetime) -> None:
    """The moderator's view, and how it ends."""
    row, told, rng = case.row, case.told, desk.rng
    policy, audit = told.rules.policy, told.audit
    grade = grade_for(policy, story.moderated(policy.grade(row.before).rank, rng))
    given = given_grade(policy, grade, rng)
    own = overall(given, policy)
    differs = grade != row.before
    said = Said(number=given.number, code=given.text)
    wanted = asked(rule, told.rules.tool, policy, (), blind=row.blind)
    words = reason(policy.grade(grade).rank - policy.grade(row.before).rank)
    case.items = items_of(wanted, row, said if differs else None, same(told), words)
    row.version, row.view_at, row.agrees = 1, at, not differs
    by_overall = any(one.content.kind == "overall" for one in wanted)
    row.proposed = grade if differs or by_overall else ""
    row.outstanding = any(one.content.kind == "actions_completed" for one in wanted)
    kind = GradeEvent.Kind.PANEL if row.panel else GradeEvent.Kind.MODERATOR
    by = row.moderator_id or desk.officer.pk
    if own is None or not differs:
        judged = told.judged or own
        if judged is None:
            return
        told.events.append(event(told, judged, kind, by, at, words))
        finish(case, "agree", row.before, by, at)
        return
    told.events.append(event(told, own, kind, by, at, words))
    row.state = State.DISAGREED
    case.step("propose another grade", by, at, words)
    settled_at = at + DAY * rng.randint(1, 9)
    if settled_at > desk.at or rng.random() < STUCK:
        return
    agreed = own if rng.random() < 0.8 or told.judged is None else told.judged
    meet(case, agreed, settled_at)
    words = (
        f"Agreed at the meeting on {timezone.localdate(settled_at):%-d %B %Y}. {phrases.LEARNED}"
    )
    told.events.append(
        event(told, agreed, GradeEvent.Kind.AGREED, audit.auditor_id, settled_at, words)
    )
    finish(case, "settle", agreed.grade, audit.auditor_id, settled_at)


def meet(case: Case, agreed: Overall, at: datetime) -> None:
    """What the two say of their meeting."""
    row, auditor = case.row, case.told.audit.auditor_id
    for by, words, learned in (
        (row.moderator_id or auditor, phrases.MET, phrases.LEARNED),
        (auditor, phrases.MINE, ""),
    ):
        case.meetings.append(
            MeetingRecord(
                by_id=by,
                at=at,
                met_on=timezone.localdate(at),
                view=words,
                grade=agreed.grade,
                value=agreed.value,
                surpassed=agreed.surpassed,
                learning=learned,
            )
        )
        case.step("record meeting", by, at)


def finish(case: Case, verb: str, grade: str, by: int | None, at: datetime) -> None:
    """The grade is final."""
    case.row.state, case.row.after, case.row.finished_at = State.FINAL, grade, at
    case.told.audit.grade, case.told.audit.grade_final = grade, True
    case.step(verb, by, at)


def reason(up: int) -> str:
    """Why the moderator gives this grade."""
    if not up:
        return phrases.SAME
    return phrases.HIGHER if up > 0 else phrases.LOWER


def same(told: Told) -> Said:
    """The auditor's own grade as it was chosen."""
    judged = told.judged
    if judged is None:
        return Said()
    if judged.surpassed:
        return Said(code="surpassed")
    return Said(number=judged.value) if judged.value is not None else Said(code=judged.grade)


def items_of(
    wanted: list[Asked], row: Moderation, other: Said | None, own: Said, words: str
) -> list[ModerationItem]:
    """Everything that the moderator says to what the framework asks."""
    found: dict[Key, Said] = {}
    for place, one in enumerate(wanted):
        if one.content.kind == "overall":
            found[one.key] = other or own
        elif one.content.kind == "reason":
            found[one.key] = Said(text=words)
        elif one.content.kind == "text":
            found[one.key] = Said(text=phrases.MODERATOR[(place + row.chosen_at.day) % 5])
        else:
            found |= answer(one, place, row, other)
    if any(one.content.kind == "overall" for one in wanted):  # the grade stands there, not beside
        found = {key: one for key, one in found.items() if key[1] != GRADE}
    return [
        ModerationItem(
            content=content,
            about=about,
            number=one.number,
            code=one.code,
            text=one.text,
            day=one.day,
        )
        for (content, about), one in found.items()
    ]
