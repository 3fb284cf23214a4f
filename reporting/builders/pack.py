"""A pack: the record of each child's audit, its moderation, actions and feedback, without names (G-12, I-124)."""

from calendar import day_name, month_name
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from django.utils import timezone

from actions.models import Action, ImpactAnswer
from audits.models import Audit
from audits.selectors import SET_OFF
from audits.selectors.closing import remedial_actions
from feedback.models import Reply
from feedback.selectors.replies import in_words, row_of, with_people
from moderation.models import Moderation
from moderation.states import ModerationState
from people.models import User
from people.roles import Role
from reporting.builders import audit_record, moderation_record
from reporting.builders.audit_record import Entry, Line, Part, Record
from reporting.builders.moderation_record import ModerationRecord
from reporting.builders.pack_pages import (
    NOT_FOR_YOU,
    ActionStatus,
    Chapter,
    Evidence,
    PackPages,
    Voice,
    texts_of,
)
from reporting.models import Pack, PackItem
from reporting.redaction import Files, Person, Redaction, redaction
from reporting.suspects import cut, suspects

STAFF, SOMEBODY = "[a member of staff]", "[a name]"
# How many words that may be names are listed.
SUSPECTS = 60


# Who is who ---------------------------------------------------------------------------------------------


def words_for(audit: Audit, moderator: User | None) -> dict[int, str]:
    """The words for the roles that people have in one audit, by their ids; the nearest to the child comes first."""
    roles: list[tuple[int | None, str]] = [
        (audit.worker_id, "[the worker]"),
        (audit.second_worker_id, "[the second worker]"),
        (audit.manager_id, "[the manager]"),
        (audit.auditor_id, "[the auditor]"),
        (moderator.pk if moderator else None, "[the moderator]"),
    ]
    found: dict[int, str] = {}
    for pk, words in roles:
        if pk is not None:
            found.setdefault(pk, words)
    return found


def taken_out(
    pack: Pack,
    item: PackItem,
    staff: Mapping[int, str],
    items: Iterable[PackItem],
    kept: Iterable[str],
    moderator: User | None,
    others: Files,
) -> Redaction:
    """What is taken out of the texts about one audit: everybody's name, the files' numbers, the children's birthdays."""
    roles = words_for(item.audit, moderator)
    people = [Person(name, roles.get(pk, STAFF)) for pk, name in staff.items()]
    people += [Person(word, SOMEBODY) for word in pack.also]
    numbers: dict[str, str] = {}
    for one in items:
        numbers[one.audit.case.number] = one.pseudonym
        numbers[one.audit.reference] = f"the audit of {one.pseudonym}"
    return redaction(people, numbers, kept, born=days_of_birth(items), others=others)


def days_of_birth(items: Iterable[PackItem]) -> set[date]:
    """When the children of a pack were born, where that is known."""
    return {born for one in items if (born := one.audit.case.date_of_birth)}


def kept_words(pack: Pack, items: Iterable[PackItem], units: Iterable[str]) -> list[str]:
    """What may hold a name and is none: the council, its units, and the grades of its frameworks."""
    labels = {
        grade.label
        for item in items
        for grade in moderation_record.edition_of(item.audit).policy.grades
        if " " in grade.label or len(grade.label) > 5
    }
    return [pack.council.name, *units, *labels]


# Records without names --------------------------------------------------------------------------------------


def record_without(
    record: Record, item: PackItem, roles: Mapping[str, str], out: Redaction
) -> Record:
    """An audit's record in which nobody is named."""
    return replace(
        record,
        reference=item.pseudonym,
        case_number=item.pseudonym,
        auditor=roles["auditor"],
        practitioner=roles["worker"],
        second=roles["second"] if record.second else "",
        grades=tuple(
            replace(one, rationale=out(one.rationale), who=out(one.who)) for one in record.grades
        ),
        parts=tuple(part_without(one, out) for one in record.parts),
        actions=(),
        suggested_how=tuple(out(one) for one in record.suggested_how),
    )


def part_without(part: Part, out: Redaction) -> Part:
    """One section in which nobody is named."""
    return replace(part, entries=tuple(entry_without(one, out) for one in part.entries))


def entry_without(entry: Entry, out: Redaction) -> Entry:
    """One question in whose answers nobody is named."""
    return replace(entry, lines=tuple(line_without(one, out) for one in entry.lines))


def line_without(line: Line, out: Redaction) -> Line:
    """One answer in which nobody is named; a grade or a value says nobody's name."""
    text = line.text if line.scaled else out(line.text)
    return replace(line, whose=out(line.whose), text=text, where=out(line.where))


def moderation_without(
    record: ModerationRecord, item: PackItem, roles: Mapping[str, str], out: Redaction
) -> ModerationRecord:
    """A moderation's record in which nobody is named; posts are no names."""
    return replace(
        record,
        reference=item.pseudonym,
        case_number=item.pseudonym,
        auditor=roles["auditor"],
        moderator=roles["moderator"] if record.moderator else "",
        said=tuple(replace(one, text=out(one.text)) for one in record.said),
        actions=(),
        meetings=tuple(
            replace(one, view=out(one.view), learning=out(one.learning)) for one in record.meetings
        ),
        steps=tuple(
            replace(one, reason=out(one.reason), decision=out(one.decision)) for one in record.steps
        ),
    )


# What followed ------------------------------------------------------------------------------------------------


def actions_of(audit: Audit, roles: Mapping[int, str], out: Redaction) -> tuple[ActionStatus, ...]:
    """Every action about an audit with where it stands; one query for them and one for their effect."""
    found = list(remedial_actions(audit).order_by("due_on", "pk"))
    rows = ImpactAnswer.objects.filter(action__in=[one.pk for one in found]).exclude(answer="")
    impact = {one.action_id: one for one in rows.order_by("round")}
    return tuple(status_of(one, impact.get(one.pk), roles, out) for one in found)


def status_of(
    action: Action, impact: ImpactAnswer | None, roles: Mapping[int, str], out: Redaction
) -> ActionStatus:
    """One action as it stands."""
    return ActionStatus(
        kind=action.kind_label,
        what=out(action.what),
        why=out(action.why),
        owner=roles.get(action.owner_id, STAFF),
        due_on=action.due_on,
        state=action.get_state_display(),
        closed_on=action.closed_on,
        asked=action.kind not in SET_OFF,
        impact=impact.get_answer_display() if impact else "",
        difference=out(impact.difference) if impact else "",
        evidence=out(impact.evidence) if impact else "",
    )


def voices_of(audit: Audit, kind: str, out: Redaction) -> tuple[Voice, ...]:
    """What was said with an audit, but what is confidential; leaders read only what the framework lets them read."""
    rows = with_people(Reply.objects.filter(audit=audit).exclude(privacy="confidential"))
    return tuple(voice_of(one, kind, out) for one in rows.order_by("received_on", "pk"))


def voice_of(reply: Reply, kind: str, out: Redaction) -> Voice:
    """One reply without names."""
    row = row_of(reply)
    for_them = kind == Pack.Kind.INSPECTION or Role.SENIOR_LEADER in reply.sees_answers
    said = tuple((one.label, out(one.text)) for one in in_words(reply)) if for_them else ()
    note = out(reply.reason) if for_them else NOT_FOR_YOU
    return Voice(row.title, out(reply.relation), row.outcome, said, note)


# The whole ------------------------------------------------------------------------------------------------------


def chapter_of(
    item: PackItem,
    pack: Pack,
    staff: Mapping[int, str],
    items: list[PackItem],
    kept: list[str],
    others: Files,
) -> Chapter:
    """One audit of the pack."""
    audit = item.audit
    found = Moderation.objects.with_audit().filter(audit=audit, state=ModerationState.FINAL).first()
    moderator = found.moderator if found else None
    out = taken_out(pack, item, staff, items, kept, moderator, others)
    by_id = words_for(audit, moderator)
    roles = {
        "auditor": by_id.get(audit.auditor_id, STAFF),
        "worker": by_id.get(audit.worker_id, STAFF),
        "second": by_id.get(audit.second_worker_id or 0, STAFF),
        "moderator": by_id.get(moderator.pk, STAFF) if moderator else "",
    }
    record = record_without(audit_record.build(audit), item, roles, out)
    moderation = (
        moderation_without(moderation_record.build(found), item, roles, out) if found else None
    )
    month = f"{audit.month:%B %Y}"
    return Chapter(
        anchor=f"child-{item.place}",
        child=item.pseudonym,
        heading=f"{record.heading}, {month}",
        record=record,
        moderation=moderation,
        actions=actions_of(audit, by_id, out),
        voices=voices_of(audit, pack.kind, out),
    )


def evidence_of(chapters: Iterable[Chapter]) -> Evidence:
    """The numbers of all audits together."""
    chapters = list(chapters)
    actions = [one for chapter in chapters for one in chapter.actions]
    answers = [one.impact for one in actions if one.impact]
    moderated = [one.moderation for one in chapters if one.moderation]
    return Evidence(
        actions=len(actions),
        closed=sum(bool(one.closed_on) for one in actions),
        asked=len(answers),
        yes=answers.count("Yes"),
        partly=answers.count("Partly"),
        no=answers.count("No"),
        moderated=len(moderated),
        changed=sum(one.before != one.after for one in moderated),
    )


def facts_of(items: Iterable[PackItem]) -> list[str]:
    """What is known of the children besides their names, in words: none of them is a name."""
    cases = [one.audit.case for one in items]
    return [
        text
        for one in cases
        for text in (one.ethnicity, one.language, one.gender, one.plan_type)
        if text
    ]


def pages_of(
    pack: Pack,
    chapters: Iterable[Chapter],
    *,
    facts: Iterable[str],
    title: str,
    learning: str,
    at: datetime,
) -> PackPages:
    """The pack as it is printed, with the words that somebody should look at; `facts` are words that are no names."""
    chapters = tuple(chapters)
    labels = [
        text
        for one in chapters
        for part in one.record.parts
        for entry in part.entries
        for text in (part.title, entry.title, entry.text, *(line.label for line in entry.lines))
    ]
    known = [*labels, *facts, pack.council.name, *day_name, *month_name]
    found = suspects([title, learning, *texts_of(chapters)], known=known)
    return PackPages(
        council=pack.council.name,
        number=pack.number,
        kind=pack.kind,
        kind_words=pack.get_kind_display(),
        title=title,
        made_at=timezone.localtime(at),
        learning=learning,
        chapters=chapters,
        evidence=evidence_of(chapters),
        suspects=tuple(cut(found, SUSPECTS)),
    )
