"""The line of management on one day, as plain values: which seat is above which, and who sits there."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seat:
    """One post on one day: its roles, the post it reports to, the people who hold it, its kind and its title."""

    post_id: int
    unit_id: int
    roles: frozenset[str]
    reports_to: int | None
    holders: tuple[int, ...]
    kind: str = ""
    title: str = ""


@dataclass(frozen=True)
class Line:
    """Every seat of a council on one day, by post."""

    seats: Mapping[int, Seat] = field(default_factory=dict)

    def seats_of(self, user_id: int) -> list[Seat]:
        """The seats that a person holds, in the order of their posts."""
        return [seat for _, seat in sorted(self.seats.items()) if user_id in seat.holders]

    def above(self, user_id: int) -> list[Seat]:
        """The seats above any seat of the person, the nearest first; a circle of posts ends at its start."""
        return list(self._climb(user_id))

    def _climb(self, user_id: int) -> Iterator[Seat]:
        own = self.seats_of(user_id)
        seen = {seat.post_id for seat in own}
        step = own
        while step:
            upper = []
            for seat in step:
                boss = self.seats.get(seat.reports_to) if seat.reports_to is not None else None
                if boss is not None and boss.post_id not in seen:
                    seen.add(boss.post_id)
                    upper.append(boss)
            yield from upper
            step = upper

    def first_above(self, user_id: int, role: str) -> tuple[int, ...]:
        """Who holds the nearest seat up the line with this role; a vacant seat is passed over (C6-5)."""
        return self._first(user_id, lambda seat: role in seat.roles)

    def first_post_above(self, user_id: int, kind: str) -> tuple[int, ...]:
        """Who holds the nearest seat up the line of this kind of post; a vacant seat is passed over."""
        return self._first(user_id, lambda seat: seat.kind == kind)

    def _first(self, user_id: int, wanted: Callable[[Seat], bool]) -> tuple[int, ...]:
        for seat in self._climb(user_id):
            others = tuple(pk for pk in seat.holders if pk != user_id)
            if wanted(seat) and others:
                return others
        return ()

    def manages(self, manager_id: int, worker_id: int) -> bool:
        """Whether somebody sits anywhere above a worker."""
        return any(manager_id in seat.holders for seat in self._climb(worker_id))

    def holders(self, role: str) -> tuple[int, ...]:
        """Everybody in the council who holds a post with this role."""
        return self._all(lambda seat: role in seat.roles)

    def holders_of_post(self, kind: str) -> tuple[int, ...]:
        """Everybody in the council who holds a post of this kind."""
        return self._all(lambda seat: seat.kind == kind)

    def _all(self, wanted: Callable[[Seat], bool]) -> tuple[int, ...]:
        found = {
            pk: None
            for _, seat in sorted(self.seats.items())
            if wanted(seat)
            for pk in seat.holders
        }
        return tuple(found)

    def title(self, kind: str) -> str:
        """What a kind of post is called; its code where the council has no such post."""
        return next((seat.title for seat in self.seats.values() if seat.kind == kind), kind)
