"""The record of one finished moderation: what the page, the PDF, the Word file and the case note all show (J-80)."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from audits.models import GradeEvent
from audits.selectors import edition_of
from moderation.models import DisputeStep, MeetingRecord, Moderation
from moderation.selectors.moderating import (
    actions_of,
    asked_of,
    meetings_of,
    said_of,
    steps_of,
)
from moderation.words import Line, lines
from people.models import PostHolding
from reporting.builders.audit_record import ActionLine, capital
from standards.policy import Policy

Posts = Callable[[int | None, date], str]
# What stands in a grade's history through a moderation, besides the auditor's own.
GIVEN = (
    GradeEvent.Kind.MODERATOR,
    GradeEvent.Kind.PANEL,
    GradeEvent.Kind.AGREED,
    GradeEvent.Kind.DECIDED,
)
OUTCOMES = {
    "agree": "The moderator agreed with the auditor’s grade.",
    "settle": "Auditor and moderator agreed the grade at their meeting.",
    "decide": "Auditor and moderator did not agree. The grade was decided.",
}
PANEL_AGREES = "The panel found that the content supports the grade."


@dataclass(frozen=True)
class GradeLine:
    """One grade on the way to the final one: whose it is, the grade in words, when, and in which post."""

    kind: str
    grade: str
    on: date
    post: str


@dataclass(frozen=True)
class MeetingLine:
    """What one of the two recorded of their meeting."""

    part: str
    post: str
    met_on: date
    view: str
    grade: str
    learning: str


@dataclass(frozen=True)
class StepLine:
    """One rung that the disagreement went up; `grade` and `decision` are empty where it was passed on."""

    title: str
    asked_on: date
    asked_by: str
    reason: str
    decided_on: date | None
    decided_by: str
    grade: str
    decision: str


@dataclass(frozen=True)
class ModerationRecord:
    """A finished moderation as it is read. The worker and the child are not named in it."""

    council: str
    heading: str
    reference: str
    case_label: str
    case_number: str
    framework: str
    auditor_label: str
    auditor: str
    moderator_label: str
    moderator: str
    chosen: str
    chosen_on: date
    returned_on: date | None
    finished_on: date | None
    before: str
    proposed: str
    after: str
    outcome: str
    grades: tuple[GradeLine, ...]
    said: tuple[Line, ...]
    actions_heading: str
    actions: tuple[ActionLine, ...]
    meetings: tuple[MeetingLine, ...]
    steps: tuple[StepLine, ...]

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What stands at the head of the record, as labels and words; some may be empty."""
        return (
            ("Audit", self.reference),
            (self.case_label, self.case_number),
            ("Framework", self.framework),
            (self.auditor_label, self.auditor),
            ("Returned", in_words(self.returned_on)),
            (self.moderator_label, self.moderator),
            ("Chosen", f"{in_words(self.chosen_on)}: {self.chosen}"),
            ("Finished", in_words(self.finished_on)),
        )


def in_words(on: date | None) -> str:
    """4 May 2026."""
    return f"{on:%-d %B %Y}" if on else ""


def build(moderation: Moderation) -> ModerationRecord:
    """The record of a finished moderation under its audit's own edition. The queries do not grow with it."""
    audit = moderation.audit
    edition = edition_of(audit)
    policy = edition.policy
    meetings, steps, events = meetings_of(moderation), steps_of(moderation), events_of(moderation)
    posts = posts_of(everybody(moderation, meetings, steps, events))
    returned, finished = day(audit.returned_at), day(moderation.finished_at)
    return ModerationRecord(
        council=moderation.council.name,
        heading=policy.note_title or edition.tools[audit.tool.code].title,
        reference=audit.reference,
        case_label=capital(policy.word("case_number", "Case number")),
        case_number=audit.case.number,
        framework=f"{edition.framework_name}, edition {edition.number}",
        auditor_label=capital(policy.word("auditor", "auditor")),
        auditor=named(
            audit.auditor.name, posts(audit.auditor_id, returned or moderation_day(moderation))
        ),
        moderator_label="For the panel" if moderation.panel else "Moderator",
        moderator=moderator_of(moderation, posts),
        chosen=moderation.get_how_display(),
        chosen_on=moderation_day(moderation),
        returned_on=returned,
        finished_on=finished,
        before=policy.grade(moderation.before).label,
        proposed=policy.grade(moderation.proposed).label if moderation.proposed else "",
        after=policy.grade(moderation.after).label if moderation.after else "",
        outcome=outcome_of(moderation),
        grades=tuple(grade_line(one, moderation, policy, posts) for one in events),
        said=lines(asked_of(moderation), said_of(moderation)),
        actions_heading="Further actions",
        actions=tuple(
            ActionLine(one.kind_label, one.what, one.why, one.owner.name, one.due_on)
            for one in actions_of(moderation)
            if one.due_on
        ),
        meetings=tuple(meeting_line(one, moderation, policy, posts) for one in meetings),
        steps=tuple(step_line(one, policy, posts) for one in steps),
    )


def day(at: datetime | None) -> date | None:
    """The day of a moment in London."""
    return timezone.localdate(at) if at else None


def moderation_day(moderation: Moderation) -> date:
    """The day on which the audit was chosen."""
    return timezone.localdate(moderation.chosen_at)


def events_of(moderation: Moderation) -> list[GradeEvent]:
    """The auditor's grade that was moderated, and those that came of the moderation, in order."""
    events = list(moderation.audit.grade_events.all())
    auditors = [
        one
        for one in events
        if one.kind == GradeEvent.Kind.AUDITOR and one.at <= moderation.chosen_at
    ]
    until = moderation.finished_at
    given = [
        one
        for one in events
        if one.kind in GIVEN
        and one.at >= moderation.chosen_at
        and (until is None or one.at <= until)
    ]
    return [*auditors[-1:], *given]


def everybody(
    moderation: Moderation,
    meetings: list[MeetingRecord],
    steps: list[DisputeStep],
    events: list[GradeEvent],
) -> set[int]:
    """The ids of everybody whose post the record says."""
    found: set[int | None] = {moderation.audit.auditor_id, moderation.moderator_id}
    found |= {one.by_id for one in meetings} | {one.by_id for one in events}
    found |= {pk for one in steps for pk in (one.asked_by_id, one.decided_by_id)}
    return {pk for pk in found if pk is not None}


def posts_of(people: Collection[int]) -> Posts:
    """What posts each of these people held on a day, in words; one query for all."""
    rows = list(
        PostHolding.objects.filter(user__in=people)
        .select_related("post__type")
        .order_by("post_id", "pk")
    )

    def posts(pk: int | None, on: date) -> str:
        held = (one.post.type.title for one in rows if one.user_id == pk and one.held_on(on))
        return ", ".join(dict.fromkeys(held))

    return posts


def named(name: str, post: str) -> str:
    """A person's name with their posts."""
    return f"{name}, {post}" if post else name


def moderator_of(moderation: Moderation, posts: Posts) -> str:
    """Who moderated it, with their posts on the day of their view."""
    if moderation.moderator is None:
        return ""
    on = day(moderation.view_at) or moderation_day(moderation)
    return named(moderation.moderator.name, posts(moderation.moderator_id, on))


def outcome_of(moderation: Moderation) -> str:
    """How the final grade came about."""
    verbs = set(moderation.moves.values_list("verb", flat=True))
    if "agree" in verbs and moderation.panel is not None:
        return PANEL_AGREES
    return next((words for verb, words in OUTCOMES.items() if verb in verbs), "")


def grade_words(policy: Policy, grade: str, value: int | None, surpassed: bool) -> str:
    """A grade in words, with its value on a scale: “5, Requires improvement”."""
    label = policy.grade(grade).label
    words = f"{value}, {label}" if value is not None else label
    return f"{words}, surpassed" if surpassed else words


def grade_line(
    event: GradeEvent, moderation: Moderation, policy: Policy, posts: Posts
) -> GradeLine:
    """One grade as a line; an agreed one is of both."""
    on = timezone.localdate(event.at)
    both = (moderation.audit.auditor_id, moderation.moderator_id)
    whose = both if event.kind == GradeEvent.Kind.AGREED else (event.by_id,)
    held = (posts(pk, on) for pk in whose)
    return GradeLine(
        kind=event.get_kind_display(),
        grade=grade_words(policy, event.grade, event.value, event.surpassed),
        on=on,
        post=" and ".join(dict.fromkeys(one for one in held if one)),
    )


def meeting_line(
    one: MeetingRecord, moderation: Moderation, policy: Policy, posts: Posts
) -> MeetingLine:
    """What one of the two recorded, as a line."""
    is_auditor = one.by_id == moderation.audit.auditor_id
    return MeetingLine(
        part=capital(policy.word("auditor", "auditor")) if is_auditor else "Moderator",
        post=posts(one.by_id, one.met_on),
        met_on=one.met_on,
        view=one.view,
        grade=grade_words(policy, one.grade, one.value, one.surpassed) if one.grade else "",
        learning=one.learning,
    )


def step_line(one: DisputeStep, policy: Policy, posts: Posts) -> StepLine:
    """One rung as a line."""
    asked_on, decided_on = timezone.localdate(one.asked_at), day(one.decided_at)
    return StepLine(
        title=one.title,
        asked_on=asked_on,
        asked_by=posts(one.asked_by_id, asked_on),
        reason=one.reason,
        decided_on=decided_on,
        decided_by=posts(one.decided_by_id, decided_on) if decided_on else "",
        grade=policy.grade(one.grade).label if one.grade else "",
        decision=one.decision,
    )


def case_note(record: ModerationRecord) -> str:
    """The text to paste on the child's file: the grade, what was said of the work, who does what by when (C1-13).

    What the meeting and the ladder teach about auditing is no part of the child's file and stays out, and so
    does whatever the framework keeps from it, such as the moderator's own learning.
    """
    finished = f" on {record.finished_on:%-d %B %Y}" if record.finished_on else ""
    was = f" (it was {record.before})" if record.before != record.after else ""
    rows = [
        f"{record.heading} – moderation of audit {record.reference}",
        f"{record.case_label}: {record.case_number}",
        f"Moderated{finished}. Final grade: {record.after}{was}.",
    ]
    said = [
        f"{one.label}{'' if one.label.endswith('?') else ':'} {one.whole}"
        for one in record.said
        if one.on_file
    ]
    rows += ["", *said] if said else []
    if record.actions:
        rows += ["", record.actions_heading]
    rows += [
        f"{number}. {one.what} – {one.who}, by {one.due_on:%-d %B %Y}"
        for number, one in enumerate(record.actions, start=1)
    ]
    return "\n".join(rows) + "\n"
