"""Giving a chosen audit to a moderator (B2-15)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from actions.models import Action
from actions.services import withdraw_action
from actions.states import ActionState
from audits.models import Audit, Reader
from core.moves import Refused
from moderation.messages import announce
from moderation.models import Moderation
from moderation.selectors.moderating import SOURCE
from moderation.selectors.people import rule_of, why_not
from moderation.services.steps import locked, take
from moderation.states import ASSIGN
from people.models import User


@transaction.atomic
def assign(moderation: Moderation, moderator: User, *, by: User, at: datetime) -> Moderation:
    """Give it to somebody who may moderate this audit, or to another than before, and tell them.

    Raises PermissionDenied for anybody but the QA team and for a party; Refused, with the reason, where the
    person may not moderate it, and once the moderator's view is in.
    """
    moderation = locked(moderation, by=by, permission="moderation.assign")
    ASSIGN.check(moderation.state)
    if why := why_not(moderator, moderation.audit, timezone.localdate(at)):
        raise Refused(f"{moderator.name} may not moderate this audit: {moderator.name} {why}.")
    if moderation.panel_id is None:  # what a panel has written belongs to all who sit on it
        take_away(moderation, moderator, by=by, at=at)
    return give(moderation, moderator, by=by, at=at)


def take_away(moderation: Moderation, moderator: User, *, by: User, at: datetime) -> None:
    """Take it from the former moderator, if that was another: their words and draft actions go, and they are told.

    Nobody finds a view already filled in that is not theirs. The row history keeps what was written.
    """
    former = moderation.moderator
    if former is None or former == moderator:
        return
    moderation.items.all().delete()
    for action in Action.objects.raised_by(SOURCE, moderation.pk).filter(state=ActionState.DRAFT):
        withdraw_action(action, reason="Given to another moderator.", by=by, at=at)
    moderation.version += 1
    moderation.save(update_fields=["version"])
    once = f"{former.pk}:{moderation.moves.count()}"
    announce(moderation, "taken_away", at=at, once=once, people=[(former, "moderator")])


def give(
    moderation: Moderation,
    moderator: User,
    *,
    why: str = "",
    by: User | None,
    at: datetime,
) -> Moderation:
    """Give it to the moderator; with a `why` against it, the QA team is told to name another."""
    if why:
        announce(moderation, "nobody", at=at)
        return moderation
    audit = moderation.audit
    former = moderation.moderator
    if former is not None and former != moderator:
        Reader.objects.filter(audit=audit, user=former, part=Reader.Part.MODERATOR).delete()
    blind = rule_of(audit).blind
    moderation.moderator, moderation.assigned_by, moderation.assigned_at = moderator, by, at
    moderation.blind = blind
    fields = ("moderator", "assigned_by", "assigned_at", "blind")
    take(moderation, ASSIGN, by=by, at=at, fields=fields)
    Audit.objects.filter(pk=audit.pk).update(moderator=moderator)
    Reader.objects.update_or_create(
        audit=audit,
        user=moderator,
        part=Reader.Part.MODERATOR,
        defaults={"blind": blind, "since": at},
    )
    announce(moderation, "assigned", at=at, once=f"{moderator.pk}:{moderation.moves.count()}")
    return moderation
