"""Notice, more time and who may give it, as plain values (T-5..T-7, B6-1, B6-2, SC-09, SC-14)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from people.organisation import Line
from people.roles import Role
from standards.deadlines import notice_by, shifted
from standards.policy import Allocation, Duration
from standards.workdays import PLAIN, Calendar

# The ranks of management, from the lowest; where nobody above holds one, the next takes its place.
RANKS = (Role.LINE_MANAGER, Role.NEXT_LEVEL, Role.HEAD_OF_SERVICE, Role.SENIOR_LEADER)


def earliest_audit(today: date, notice: Duration, calendar: Calendar = PLAIN) -> date:
    """The first day of an audit that is given out today with the notice promised."""
    day = today
    while notice_by(day, notice, calendar) < today:
        day += timedelta(days=1)
    return day


def in_time(on: date, deadline_on: date, *, before_deadline: bool) -> bool:
    """Whether a change may still be made: until the end of the day it is due, where the rule says so (T-7, B6-1)."""
    return not before_deadline or on <= deadline_on


@dataclass(frozen=True)
class Limit:
    """Until when somebody may extend; None is any day."""

    until: date | None = None

    def allows(self, day: date) -> bool:
        """Whether this new deadline is within it."""
        return self.until is None or day <= self.until


def acting(tree: Line, auditor_id: int, role: str) -> tuple[int, ...]:
    """Who acts in a role for one auditor: the nearest manager above them; outside the line everybody who holds it.

    Where nobody above them holds a managing role (the auditor does, or the post is vacant), the
    next rank above acts. Nobody acts for themselves.
    """
    if role not in RANKS:
        return tuple(pk for pk in tree.holders(role) if pk != auditor_id)
    for rank in RANKS[RANKS.index(Role(role)) :]:
        if above := tree.first_above(auditor_id, rank):
            return above
    return ()


def may_extend(
    rule: Allocation, tree: Line, *, auditor_id: int, first_on: date, calendar: Calendar = PLAIN
) -> dict[int, Limit]:
    """Who may give an auditor more time, and until when (B6-1, B6-2).

    A limit counts from the first deadline, so that many short extensions do not make a long one.
    Without a local rule the head of quality assurance may.
    """
    if rule.extension is None:
        return dict.fromkeys(acting(tree, auditor_id, Role.QA_HEAD), Limit())
    found: dict[int, Limit] = {}
    for step in rule.extension.steps:
        until = shifted(first_on, step.up_to, calendar=calendar) if step.up_to else None
        for pk in everybody(tree, auditor_id, step.by):
            found[pk] = wider(found.get(pk), Limit(until))
    return found


def wider(one: Limit | None, other: Limit) -> Limit:
    """The longer of two limits."""
    if one is None:
        return other
    if one.until is None or other.until is None:
        return Limit()
    return Limit(max(one.until, other.until))


def may_exclude(rule: Allocation, tree: Line, *, auditor_id: int) -> frozenset[int]:
    """Who may leave an auditor's audit out; without a local rule the head of quality assurance (B2-4)."""
    roles = rule.exclusion.by if rule.exclusion else (Role.QA_HEAD,)
    return everybody(tree, auditor_id, roles)


def may_ask(tree: Line, *, auditor_id: int, local: bool) -> frozenset[int]:
    """Who may ask for it: the auditor, and by a local rule the service manager above them too (B6-1)."""
    above = acting(tree, auditor_id, Role.NEXT_LEVEL) if local else ()
    return frozenset({auditor_id, *above})


def everybody(tree: Line, auditor_id: int, roles: Iterable[str]) -> frozenset[int]:
    """Everybody who acts in one of these roles for an auditor."""
    return frozenset(pk for role in roles for pk in acting(tree, auditor_id, role))


def below(tree: Line, manager_id: int) -> frozenset[int]:
    """Everybody who sits anywhere below a person, in any of their posts."""
    tops = {seat.post_id for seat in tree.seats_of(manager_id)}
    under = {post: sits_below(tree, post, tops) for post in tree.seats}
    return frozenset(
        pk for post, seat in tree.seats.items() if under[post] for pk in seat.holders
    ) - {manager_id}


def sits_below(tree: Line, post_id: int, tops: Collection[int]) -> bool:
    """Whether a post reports, directly or through others, to one of some posts."""
    seen: set[int] = set()
    above = tree.seats[post_id].reports_to
    while above is not None and above in tree.seats and above not in seen:
        if above in tops:
            return True
        seen.add(above)
        above = tree.seats[above].reports_to
    return False
