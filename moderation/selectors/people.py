"""Who may moderate an audit today, and how much they have already."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from audits.independence import Parties, bar, entitled, everybody_entitled
from audits.models import Audit
from audits.selectors import edition_of
from moderation.models import DisputeStep, Moderation
from moderation.states import ModerationState
from people.models import User
from people.organisation import Line
from people.selectors import line, resolve_all
from standards.policy import Dispute, DisputeRung
from standards.policy import Moderation as Rule


@dataclass(frozen=True)
class Candidate:
    """Somebody who may moderate: their posts in words, and how many moderations they have in hand."""

    user: User
    posts: str
    in_hand: int


def rule_of(audit: Audit) -> Rule:
    """The framework's rules of moderation; empty ones where it has none."""
    return edition_of(audit).policy.moderation or Rule()


def parties(audit: Audit) -> Parties:
    """Those who have a part in the audit."""
    return Parties(audit.auditor_id, audit.worker_id, audit.second_worker_id)


def why_not(user: User, audit: Audit, on: date, tree: Line | None = None) -> str:
    """Why somebody may not moderate an audit, in words; empty when they may."""
    if user.council_id != audit.council_id or not user.is_active:
        return "does not work for this council"
    tree = tree or line(audit.council_id, on)
    rule = rule_of(audit)
    if not entitled(user.pk, rule, tree):
        return "holds no post that moderates in this framework"
    return bar(user.pk, parties(audit), tree, rule)


def candidates(audit: Audit, on: date) -> list[Candidate]:
    """Everybody who may moderate the audit, those with the fewest in hand first; the queries do not grow."""
    tree = line(audit.council_id, on)
    rule = rule_of(audit)
    allowed = [
        pk for pk in everybody_entitled(rule, tree) if not bar(pk, parties(audit), tree, rule)
    ]
    users = User.objects.active().filter(council=audit.council_id).in_bulk(allowed)
    hands = in_hand(users)
    found = [
        Candidate(
            user, ", ".join(dict.fromkeys(seat.title for seat in tree.seats_of(pk))), hands[pk]
        )
        for pk, user in users.items()
    ]
    return sorted(found, key=lambda one: (one.in_hand, one.user.name))


def in_hand(people: Iterable[int]) -> Counter[int]:
    """How many moderations each has in hand."""
    return Counter(
        Moderation.objects.filter(
            moderator__in=list(people), state=ModerationState.IN_MODERATION
        ).values_list("moderator_id", flat=True)
    )


def ladder(audit: Audit) -> Dispute | None:
    """The ladder of a disagreement about a moderation; None where the framework has none."""
    return next(
        (one for one in edition_of(audit).policy.disputes if one.about == "moderation"), None
    )


def rungs(audit: Audit) -> tuple[DisputeRung, ...]:
    """The rungs above the meeting, on which somebody decides."""
    found = ladder(audit)
    return tuple(one for one in found.rungs if one.decides) if found else ()


def deciders(moderation: Moderation, rung: DisputeRung, on: date) -> list[tuple[User, str]]:
    """Who decides on a rung on the day: nobody who has a part in the audit, nor its moderator (H-9).

    The chair of a panel decides where the framework's ladder names the chair (J-81): the panel gave the view.
    """
    audit = moderation.audit
    people = {
        "auditor": audit.auditor,
        "worker": audit.worker,
        "second_worker": audit.second_worker,
        "moderator": moderation.moderator,
    }
    barred = {audit.auditor_id, audit.worker_id, audit.second_worker_id}
    if moderation.panel_id is None:
        barred.add(moderation.moderator_id)
    found = resolve_all(rung.who, people=people, council=audit.council, on=on)
    return [(user, words) for user, words in found if user.pk not in barred]


def open_step(moderation: Moderation) -> DisputeStep | None:
    """The rung on which it waits for a decision; None where it waits for none."""
    return moderation.steps.filter(rung=moderation.rung, decided_at=None).first()


def deciders_on(moderation: Moderation, on: date) -> list[tuple[User, str]]:
    """Who decides on the day where it waits for a decision: those who hold the posts of its rung then (H-8)."""
    if open_step(moderation) is None:
        return []
    return deciders(moderation, rungs(moderation.audit)[moderation.rung - 1], on)
