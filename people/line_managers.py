"""Who manages a person's work on a day, by the line of posts. Plain values; no query."""

from people.organisation import Line, Seat
from people.roles import MANAGERS


def line_managers(line: Line, worker_id: int) -> frozenset[int]:
    """Whoever holds the nearest manager's seat above each seat of the worker; a vacant one is passed over (C6-5)."""
    found = (nearest_above(line, seat, worker_id) for seat in line.seats_of(worker_id))
    return frozenset[int]().union(*found)


def line_reports(line: Line, manager_id: int) -> frozenset[int]:
    """Everybody whose line manager the person is."""
    below = line.below(manager_id)
    return frozenset(pk for pk in below if manager_id in line_managers(line, pk))


def nearest_above(line: Line, seat: Seat, worker_id: int) -> tuple[int, ...]:
    """Whoever holds the nearest manager's seat above a seat, in the order of the seat; nobody where there is none."""
    seen = {seat.post_id}
    upper = _above(line, seat)
    while upper is not None and upper.post_id not in seen:
        holders = tuple(pk for pk in upper.holders if pk != worker_id)
        if holders and upper.roles & MANAGERS:
            return holders
        seen.add(upper.post_id)
        upper = _above(line, upper)
    return ()


def _above(line: Line, seat: Seat) -> Seat | None:
    return None if seat.reports_to is None else line.seats.get(seat.reports_to)
