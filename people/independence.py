"""That the QA service stands outside line management (H-16): which posts would mix the two.

Whether a council forbids it or is only warned is its framework's to say: the room of frameworks answers here.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import date

from people.organisation import Line, Seat
from people.roles import MANAGERS, QA_TEAM, Role

# Whether the framework of a council (by its id) says on a day that QA is independent of line management.
SAYS: list[Callable[[int, date], bool]] = []
MIXED = (
    "The QA team is independent of line management: this person would be of the QA team "
    "and manage workers whose cases are audited."
)


def forbidden(council_id: int, on: date) -> bool:
    """Whether the council's framework says that its QA service is independent of line management."""
    return any(says(council_id, on) for says in SAYS)


def leads_workers(post_id: int, tree: Line, units: Collection[int]) -> bool:
    """Whether a post manages people who work cases: in its units, or below it in the line of management.

    `units` are the unit of the post and all below it.
    """
    seat = tree.seats.get(post_id)
    if seat is None or not seat.roles & MANAGERS:
        return False
    works = [one for one in tree.seats.values() if Role.PRACTITIONER in one.roles]
    return any(one.unit_id in units or climbs_to(one, post_id, tree) for one in works)


def climbs_to(seat: Seat, post_id: int, tree: Line) -> bool:
    """Whether a seat reports to a post, directly or by others."""
    seen: set[int] = set()
    above = seat.reports_to
    while above is not None and above not in seen:
        if above == post_id:
            return True
        seen.add(above)
        upper = tree.seats.get(above)
        above = upper.reports_to if upper else None
    return False


def mixes(posts: Iterable[int], tree: Line, units: Callable[[int], Collection[int]]) -> bool:
    """Whether one person with these posts would be of the QA team and manage workers."""
    held = [tree.seats[pk] for pk in posts if pk in tree.seats]
    if not any(seat.roles & QA_TEAM for seat in held):
        return False
    return any(leads_workers(seat.post_id, tree, units(seat.unit_id)) for seat in held)
