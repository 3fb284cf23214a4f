"""Who can be named as moderator when an audit is given out, where the framework has one named then (J-18)."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from audits.independence import Parties, bar, entitled, everybody_entitled
from audits.models import Audit
from audits.states import AuditState
from people.models import User
from people.organisation import Line
from standards.policy import Moderation, Policy

NO_POST = "holds no post that moderates in this framework"
NOBODY = 0  # stands for an auditor who is not chosen yet


@dataclass(frozen=True)
class Moderator:
    """Somebody who may moderate an audit: their posts in words, and how many they have been named for."""

    user: User
    posts: str
    in_hand: int


def rule_of(policy: Policy) -> Moderation | None:
    """The rules of moderation, where the framework has the moderator named with the allocation; else None."""
    rule = policy.moderation
    return rule if rule is not None and rule.named_at_allocation else None


def free(rule: Moderation, parties: Parties, tree: Line) -> list[int]:
    """The ids of everybody who may moderate an audit of these parties (H-9, H-10)."""
    return [pk for pk in everybody_entitled(rule, tree) if not bar(pk, parties, tree, rule)]


def why_not(person: User, rule: Moderation, parties: Parties, tree: Line) -> str:
    """Why somebody may not moderate an audit of these parties, in words; empty when they may."""
    if not person.is_active or not entitled(person.pk, rule, tree):
        return NO_POST
    return bar(person.pk, parties, tree, rule)


def in_hand(ids: Collection[int]) -> Counter[int]:
    """For how many audits each of these people is named, of those whose grade is not final yet."""
    rows = Audit.objects.filter(moderator__in=ids, grade_final=False)
    rows = rows.exclude(state=AuditState.EXCLUDED)
    return Counter(rows.values_list("moderator_id", flat=True))


def moderators(ids: Iterable[int], tree: Line) -> list[Moderator]:
    """These people with their posts and their load, those with the least first; two queries."""
    users = User.objects.active().in_bulk(list(ids))
    hands = in_hand(users)
    found = [
        Moderator(
            user, ", ".join(dict.fromkeys(seat.title for seat in tree.seats_of(pk))), hands[pk]
        )
        for pk, user in users.items()
    ]
    return sorted(found, key=lambda one: (one.in_hand, one.user.name, one.user.pk))
