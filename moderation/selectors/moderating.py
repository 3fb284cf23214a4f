"""Reading one moderation: what is asked, what has been said, what its page shows to whom."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from actions.models import Action
from actions.querysets import ActionQuerySet, stemming_from
from audits.models import Audit, GradeEvent, Reader
from audits.selectors import actions_of as actions_raised_by
from audits.selectors import applied_sections, edition_of, given_answers
from moderation.asking import Asked, Key, Said, asked
from moderation.models import DisputeStep, MeetingRecord, Moderation
from moderation.selectors.people import rule_of, rungs
from moderation.states import ModerationState
from people.models import User
from standards.policy import DisputeRung

SOURCE = "moderation"


def asked_of(moderation: Moderation) -> list[Asked]:
    """Everything that the form of this moderation asks; one query for the answers that decide on sections."""
    audit = moderation.audit
    edition = edition_of(audit)
    tool = edition.tools[audit.tool.code]
    applied = applied_sections(audit, tool, given_answers(audit))
    return asked(rule_of(audit), tool, edition.policy, applied, blind=moderation.blind)


def said_of(moderation: Moderation) -> dict[Key, Said]:
    """What has been said so far."""
    return {
        (one.content, one.about): Said(one.number, one.code, one.text, one.day)
        for one in moderation.items.all()
    }


def is_blind(moderation: Moderation, user: User) -> bool:
    """Whether the auditor's grade and reasons are kept from this person, whose own view is not in yet:

    as its moderator, or because they grade the audit in a calibration.
    """
    if user.pk == moderation.audit.auditor_id:
        return False
    waits = moderation.blind and moderation.view_at is None
    return (waits and user.pk == moderation.moderator_id) or (
        moderation.audit.readers.filter(user=user, blind=True).exists()
    )


def auditors_event(audit: Audit) -> GradeEvent | None:
    """The auditor's grade with the reasons for it."""
    return audit.grade_events.filter(kind=GradeEvent.Kind.AUDITOR).select_related("by").last()


def actions_of_audit(audit: Audit, *, blind: bool = False) -> "QuerySet[Action]":
    """The actions that the audit raised and that stand; for whoever is `blind` not those that its grade set off."""
    return actions_raised_by(audit, blind=blind)


def raised_about(audit: Audit) -> Q:
    """Which actions the moderations of an audit raised."""
    found = Moderation.objects.filter(audit=audit).values("pk")
    return stemming_from(SOURCE, found)


def audits_about(actions: ActionQuerySet) -> "QuerySet[Moderation, Any]":
    """The ids of the audits whose moderations raised any of these actions."""
    return Moderation.objects.filter(pk__in=actions.roots(SOURCE)).values("audit")


def place(moderation_id: int, user: User) -> str:
    """The page of the moderation that raised an action, for who may open it."""
    found = Moderation.objects.visible_to(user).filter(pk=moderation_id).exists()
    return reverse("moderation", args=[moderation_id]) if found else ""


def kept_from(user: User) -> Q:
    """What a moderation raised is kept from the workers of the audit until the grade is final (H2),

    and from whoever grades the audit blind.
    """
    worked = Q(audit__worker=user) | Q(audit__second_worker=user)
    unsaid = Moderation.objects.filter(worked).exclude(state=ModerationState.FINAL)
    blind = Reader.objects.filter(user=user, blind=True).values("audit")
    unseen = Moderation.objects.filter(audit__in=blind).exclude(moderator=user)
    return Q(source=SOURCE, source_id__in=unsaid.values("pk")) | Q(
        source=SOURCE, source_id__in=unseen.values("pk")
    )


def actions_of(moderation: Moderation) -> "QuerySet[Action]":
    """The extra actions that the moderator raised and that stand."""
    return Action.objects.raised_by(SOURCE, moderation.pk).standing().select_related("owner")


def meetings_of(moderation: Moderation) -> list[MeetingRecord]:
    """What the two say of their meeting."""
    return list(moderation.meetings.select_related("by"))


def steps_of(moderation: Moderation) -> list[DisputeStep]:
    """The rungs that the disagreement went up."""
    found = moderation.steps.select_related("asked_by", "decided_by").prefetch_related("deciders")
    return list(found)


def next_rung(moderation: Moderation) -> DisputeRung | None:
    """The next rung on which somebody decides; None at the top and where there is no ladder."""
    above = rungs(moderation.audit)
    return above[moderation.rung] if moderation.rung < len(above) else None


@dataclass(frozen=True)
class Row:
    """One line of a list of moderations: the moderation, and whether its grade is kept from the reader."""

    moderation: Moderation
    blind: bool


def rows(found: "list[Moderation]", user: User) -> list[Row]:
    """Lines of a list; one query for what is kept from this person."""
    audits = [one.audit_id for one in found]
    kept = set(
        Audit.objects.filter(pk__in=audits, readers__user=user, readers__blind=True)
        .exclude(auditor=user)
        .values_list("pk", flat=True)
    )
    return [Row(one, one.audit_id in kept) for one in found]


WAITING = {
    ModerationState.AWAITING: "Give it to a moderator",
    ModerationState.IN_MODERATION: "The moderator gives their view",
    ModerationState.DISAGREED: "Auditor and moderator meet",
    ModerationState.DISPUTED: "It waits for a decision",
}
