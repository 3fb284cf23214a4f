"""The moderator's view: kept while it is written, then handed in, agreeing or proposing another grade (B2-16, B2-17)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from actions.models import Action
from actions.services import Plan, note_grade, open_drafts, raise_action
from audits.models import Audit, GradeEvent, Reader
from audits.scoring import Overall
from audits.selectors import about_of, anchors_of, edition_of
from audits.services.actions import checked_plan
from audits.services.grading import make_final, record_grade, set_off
from audits.services.returning import send_back
from audits.services.triggers import MODERATED, RETURNED, triggers
from core.moves import Refused
from core.trail import record
from moderation import messages
from moderation.asking import BLANK, Key, Problem, Said, View, problems, view_of
from moderation.models import Moderation, ModerationItem
from moderation.selectors.moderating import asked_of, said_of
from moderation.services.steps import locked, take
from moderation.states import AGREE, DISAGREE, SEND_BACK, ModerationState
from people.models import User

SOURCE = "moderation"


class Changed(Exception):
    """Somebody has saved the form since it was read; nothing of theirs is overwritten."""


class Closed(Refused):
    """The view is in already, or the moderation was called off: nothing more is written in it."""

    def __init__(self) -> None:
        super().__init__(AGREE.otherwise)


class Incomplete(Refused):
    """Something is missing or does not fit together; `fields` says what to do at which field."""

    def __init__(self, found: list[Problem]) -> None:
        super().__init__("The moderation cannot be finished yet.", [one.says for one in found])
        self.fields = found


@transaction.atomic
def save_view(
    moderation: Moderation,
    said: Mapping[Key, Said],
    *,
    read_version: int,
    opened: Mapping[Key, str] | None = None,
    whole: bool = False,
    by: User,
    at: datetime,
) -> Moderation:
    """Keep what is written so far; nothing is checked but who may. Saying the same again changes nothing.

    `opened` are the marks of what the form was opened with: only what differs from it is written. Raises
    PermissionDenied for anybody but the moderator (or the panel it is before), Closed once the view is in, and
    Changed when somebody has saved the same (of the `whole` form: anything else) since it was read.
    """
    moderation = locked(moderation, by=by, permission="moderation.moderate")
    if moderation.state != ModerationState.IN_MODERATION:
        raise Closed
    now = said_of(moderation)
    new = {key: one for key, one in said.items() if one != now.get(key, BLANK)}
    mine = {key: one for key, one in new.items() if was_changed(key, one, opened)}
    if moderation.version != read_version and not untouched(new if whole else mine, now, opened):
        raise Changed
    if not mine:
        return moderation
    write(moderation, mine)
    moderation.version += 1
    moderation.save(update_fields=["version"])
    record("save moderation", moderation, by=by, council_id=moderation.council_id, at=at)
    return moderation


def was_changed(key: Key, one: Said, opened: Mapping[Key, str] | None) -> bool:
    """Whether something differs from what the form was opened with; so it does where that is not known."""
    return opened is None or one.mark != opened.get(key, BLANK.mark)


def untouched(
    keys: Iterable[Key], now: Mapping[Key, Said], opened: Mapping[Key, str] | None
) -> bool:
    """Whether nobody has saved any of this since the form was opened."""
    return not any(was_changed(key, now.get(key, BLANK), opened) for key in keys)


def write(moderation: Moderation, said: Mapping[Key, Said]) -> None:
    """Save these things that were said."""
    for (content, about), one in said.items():
        ModerationItem.objects.update_or_create(
            moderation=moderation,
            content=content,
            about=about,
            defaults={"number": one.number, "code": one.code, "text": one.text, "day": one.day},
        )


@transaction.atomic
def hand_in(
    moderation: Moderation,
    said: Mapping[Key, Said],
    *,
    read_version: int,
    opened: Mapping[Key, str] | None = None,
    by: User,
    at: datetime,
) -> Moderation:
    """Hand the view in: with an agreement the grade is final, otherwise auditor and moderator meet.

    Raises Incomplete with every field that is still missing, and what `save_view` raises.
    """
    moderation = save_view(
        moderation, said, read_version=read_version, opened=opened, whole=True, by=by, at=at
    )
    audit = moderation.audit
    policy = edition_of(audit).policy
    asked, known = asked_of(moderation), said_of(moderation)
    on = timezone.localdate(at)
    if found := problems(asked, known, policy, before=moderation.before, on=on):
        raise Incomplete(found)
    view = view_of(asked, known, policy, before=moderation.before)
    moderation.view_at, moderation.outstanding = at, view.outstanding
    moderation.proposed = view.grade.grade if view.grade else ""
    moderation.agrees = view.agrees
    Reader.objects.filter(audit=audit, part=Reader.Part.MODERATOR).update(blind=False)
    anchors = {**anchors_of(audit), "moderated": at}
    open_drafts(SOURCE, moderation.pk, by=by, at=at, anchors=anchors, grade=audit.grade)
    if view.sent_back:
        return back_to_the_auditor(moderation, view, by=by, at=at)
    if view.agrees:
        return agree(moderation, view, by=by, at=at)
    if view.grade:
        kind = kind_of(moderation)
        record_grade(audit, view.grade, kind=kind, rationale=view.reason, by=by, at=at)
    fields = ("view_at", "outstanding", "proposed", "agrees")
    take(moderation, DISAGREE, by=by, at=at, reason=view.reason, fields=fields)
    messages.disagreed(moderation, at=at)
    return moderation


def kind_of(moderation: Moderation) -> str:
    """Whose grade it is in the audit's history: the moderator's, or the panel's."""
    return GradeEvent.Kind.PANEL if moderation.panel_id else GradeEvent.Kind.MODERATOR


def agree(moderation: Moderation, view: View, *, by: User, at: datetime) -> Moderation:
    """The moderator agrees: the grade is final, with the moderator's own scaling beside it."""
    given = view.grade or auditors_grade(moderation.audit)
    kind = kind_of(moderation)
    record_grade(moderation.audit, given, kind=kind, rationale=view.reason, by=by, at=at)
    fields = ("view_at", "outstanding", "proposed", "agrees")
    finish(moderation, moderation.before, by=by, at=at)
    take(moderation, AGREE, by=by, at=at, fields=(*fields, "after", "finished_at", "leftover"))
    messages.agreed(moderation, at=at)
    return moderation


def auditors_grade(audit: Audit) -> Overall:
    """The auditor's last grade, as the history keeps it."""
    event = audit.grade_events.filter(kind=GradeEvent.Kind.AUDITOR).last()
    if event is None:
        raise Refused("This audit has no grade of its auditor.")
    return Overall(grade=event.grade, value=event.value, surpassed=event.surpassed)


def back_to_the_auditor(
    moderation: Moderation, view: View, *, by: User, at: datetime
) -> Moderation:
    """A panel sends the audit back: it is open for its auditor again, and this moderation is over."""
    reason = view.reason or "Sent back by the panel."
    fields = ("view_at", "outstanding", "proposed", "agrees")
    take(moderation, SEND_BACK, by=by, at=at, reason=reason, fields=fields)
    send_back(moderation.audit, reason=reason, by=by, at=at)
    messages.announce(moderation, "sent_back", at=at)
    return moderation


def finish(moderation: Moderation, grade: str, *, by: User, at: datetime) -> None:
    """Make the grade final and set off what it sets off (B2-21); the caller saves the moderation and its move.

    Where a grade no longer holds that had set something off, the QA team is asked what stays of it (B2-22).
    """
    audit = make_final(moderation.audit, grade=grade, by=by, at=at)
    note_grade(SOURCE, moderation.pk, grade, by=by, at=at)
    moderation.audit = audit
    moderation.after, moderation.finished_at = grade, at
    set_off(audit, before=moderation.before, by=by, at=at, outstanding=moderation.outstanding)
    if grade != moderation.before and left_over(audit, moderation.before, grade):
        moderation.leftover = Moderation.Leftover.OPEN
        messages.announce(moderation, "leftover", at=at)


def left_over(audit: Audit, before: str, after: str) -> bool:
    """Whether the earlier grade set off tasks or a loop at the return that the final one would not have."""
    policy = edition_of(audit).policy
    now = {
        one.code for point in (RETURNED, MODERATED) for one in triggers(policy, point, after, ())
    }
    return any(
        one.code not in now and (one.tasks or one.loop)
        for one in triggers(policy, RETURNED, before, ())
    )


# Actions that the moderator adds ------------------------------------------------------------------


@transaction.atomic
def add_action(moderation: Moderation, plan: Plan, *, by: User, at: datetime) -> Action:
    """Record an extra action of the moderation; it opens when the view is handed in (I-51).

    Refused once the view is in, and with everything that is missing or not SMART.
    """
    moderation = locked(moderation, by=by, permission="moderation.moderate")
    if moderation.state != ModerationState.IN_MODERATION:
        raise Refused(AGREE.otherwise)
    audit = moderation.audit
    plan = checked_plan(audit, plan, since=at, at=at)
    kinds = {kind.code: kind.label for kind in edition_of(audit).policy.actions.kinds}
    return raise_action(
        plan,
        kind_label=kinds[plan.kind],
        council=audit.council,
        case=audit.case,
        source=(SOURCE, moderation.pk),
        by=by,
        at=at,
        about=replace(about_of(audit), label=f"Moderation of audit {audit.reference}"),
        anchors=anchors_of(audit),
    )
