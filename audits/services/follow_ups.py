"""What is looked at again after an audit, as the framework's file says (C2, J-64)."""

from datetime import datetime

from django.db import transaction

from actions.models import Action
from actions.services import open_drafts
from audits import selectors
from audits.models import Audit, Triggered
from audits.selectors import anchors_of
from audits.services.setting_off import SOURCE, give_action
from audits.services.triggers import flags_of
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


@transaction.atomic
def give_follow_ups(audit: Audit, *, by: User, at: datetime) -> list[Action]:
    """Give an audit its follow-ups as open actions, each once for an audit and grade; returns the new ones."""
    flags, made = flags_of(audit), []
    for one in selectors.edition_of(audit).policy.follow_ups:
        if not meets(one, audit.grade, flags):
            continue
        grade = audit.grade if one.grades else ANY
        _, new = Triggered.objects.get_or_create(
            audit=audit, code=f"follow-up-{one.code}", grade=grade, defaults={"at": at}
        )
        if new and one.limit:
            kind = selectors.FOLLOW_UP
            made.append(
                give_action(
                    audit, kind, one.title, one.owner, one.limit, code=one.code, by=by, at=at
                )
            )
    if made:
        open_drafts(SOURCE, audit.pk, by=by, at=at, anchors=anchors_of(audit), grade=audit.grade)
    return [action for action in made if action]
