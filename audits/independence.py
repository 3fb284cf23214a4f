"""Who may moderate an audit: somebody in the right post who has no part in the work (J-43, H-9, H-10). Plain."""

from collections.abc import Collection
from dataclasses import dataclass

from people.organisation import Line
from standards.policy import Moderation

AUDITOR, WORKER, SECOND_WORKER, WORKER_LINE = "auditor", "worker", "second_worker", "worker_line"


@dataclass(frozen=True)
class Parties:
    """The ids of those who have a part in an audit; no second worker is None."""

    auditor: int
    worker: int
    second_worker: int | None = None

    @property
    def workers(self) -> tuple[int, ...]:
        """Those whose work is audited."""
        return tuple(one for one in (self.worker, self.second_worker) if one is not None)


def entitled(person: int, rule: Moderation, line: Line) -> bool:
    """Whether the person holds a post that may moderate: one of those named, or else one with a role named."""
    seats = line.seats_of(person)
    if rule.moderators:
        return any(seat.kind in rule.moderators for seat in seats)
    return any(not seat.roles.isdisjoint(rule.roles) for seat in seats)


def bar(person: int, parties: Parties, line: Line, rule: Moderation) -> str:
    """Why the person may not moderate this audit, in words; empty when nothing stands against it.

    The auditor and the workers never may, whatever the framework says; the worker's line where it says so.
    """
    if person == parties.auditor:
        return "carried out the audit"
    if person in parties.workers:
        return "did the work that is audited"
    independent_of: Collection[str] = rule.independent_of or (WORKER_LINE,)
    if WORKER_LINE in independent_of and any(
        line.manages(person, worker) for worker in parties.workers
    ):
        return "manages the worker, directly or further up"
    return ""


def everybody_entitled(rule: Moderation, line: Line) -> list[int]:
    """The ids of all who hold a post that may moderate, in the order of the posts."""
    found = {
        pk: None
        for _, seat in sorted(line.seats.items())
        for pk in seat.holders
        if entitled(pk, rule, line)
    }
    return list(found)
