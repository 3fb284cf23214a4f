"""What is looked at again after an audit, as the framework's file says (C2, J-64)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from actions.models import Action
from actions.services import open_drafts
from audits import selectors
from audits.models import Audit
from audits.selectors import anchors_of
from audits.selectors.reading import kept_line
from audits.services.setting_off import SOURCE, give_action
from audits.services.triggers import Noted, marks_of, note_first
from people.models import User
from standards.policy import FollowUp

ANY = "any"  # stands for the grade of a follow-up that every audit has


def meets(one: FollowUp, grade: str, flags: frozenset[str]) -> bool:
    """Whether an audit with this grade and these marks has the follow-up as something to do by a date.

    Those that only have a rhythm, such as a weekly dip sample, belong to the programme.
    """
    if one.limit is None or not one.owner:
        return False
    return (not one.grades or grade in one.grades) and (not one.flag or one.flag in flags)


@transaction.atomic(savepoint=False)
def give_follow_ups(
    audit: Audit,
    *,
    marks: frozenset[str] | None = None,
    before: Noted | None = None,
    by: User,
    at: datetime,
) -> list[Action]:
    """Give an audit its follow-ups as open actions, each once for an audit and grade; returns the new ones.

    `before` is what the audit had set off, as for `fire`: a follow-up's code is no trigger's.
    """
    marks = marks_of(audit) if marks is None else marks
    rules = selectors.edition_of(audit).policy.follow_ups
    met = [one for one in rules if meets(one, audit.grade, marks)]
    wanted = [(f"follow-up-{one.code}", audit.grade if one.grades else ANY) for one in met]
    new = note_first(audit, wanted, before=before, at=at)
    made = [
        give_action(
            audit,
            selectors.FOLLOW_UP,
            one.title,
            one.owner,
            one.limit,
            code=one.code,
            by=by,
            at=at,
        )
        for one, first in zip(met, new, strict=True)
        if first and one.limit
    ]
    if made:
        tree, anchors = kept_line(audit, timezone.localdate(at)), anchors_of(audit)
        open_drafts(SOURCE, audit.pk, by=by, at=at, anchors=anchors, grade=audit.grade, tree=tree)
    return [action for action in made if action]
