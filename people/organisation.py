"""The line of management on one day, as plain values: which seat is above which, and who sits there."""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property


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

    @cached_property
    def _held(self) -> dict[int, list[Seat]]:
        held: dict[int, list[Seat]] = {}
        for _, seat in sorted(self.seats.items()):
            for pk in dict.fromkeys(seat.holders):
                held.setdefault(pk, []).append(seat)
        return held

    def seats_of(self, user_id: int) -> list[Seat]:
        """The seats that a person holds, in the order of their posts."""
        return list(self._held.get(user_id, ()))

    def above(self, user_id: int) -> list[Seat]:
        """The seats above any seat of the person, the nearest first; a circle of posts ends at its start."""
        return list(self._chain(user_id))

    @cached_property
    def _chains(self) -> dict[int, tuple[Seat, ...]]:
        return {}

    def _chain(self, user_id: int) -> tuple[Seat, ...]:
        found = self._chains.get(user_id)
        if found is None:
            found = self._chains[user_id] = tuple(self._climb(user_id))
        return found

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

    def below(self, user_id: int) -> frozenset[int]:
        """Everybody who sits anywhere below a seat of the person, but not the person."""
        return self._reports(user_id, deep=True)

    def reports(self, user_id: int) -> frozenset[int]:
        """Whoever sits directly below a seat of the person; below a vacant seat the next ones count."""
        return self._reports(user_id, deep=False)

    def _reports(self, user_id: int, *, deep: bool) -> frozenset[int]:
        under: dict[int, list[Seat]] = {}
        for seat in self.seats.values():
            if seat.reports_to is not None:
                under.setdefault(seat.reports_to, []).append(seat)
        own = [seat.post_id for seat in self.seats_of(user_id)]
        seen, left = set(own), list(own)
        found: set[int] = set()
        while left:
            for seat in under.get(left.pop(), ()):
                if seat.post_id in seen:
                    continue
                seen.add(seat.post_id)
                found.update(seat.holders)
                if deep or not seat.holders:
                    left.append(seat.post_id)
        return frozenset(found - {user_id})

    def first_above(self, user_id: int, role: str) -> tuple[int, ...]:
        """Who holds the nearest seat up the line with this role; a vacant seat is passed over (C6-5)."""
        return self._first(user_id, lambda seat: role in seat.roles)

    def first_post_above(self, user_id: int, kind: str) -> tuple[int, ...]:
        """Who holds the nearest seat up the line of this kind of post; a vacant seat is passed over."""
        return self._first(user_id, lambda seat: seat.kind == kind)

    def _first(self, user_id: int, wanted: Callable[[Seat], bool]) -> tuple[int, ...]:
        for seat in self._chain(user_id):
            others = tuple(pk for pk in seat.holders if pk != user_id)
            if wanted(seat) and others:
                return others
        return ()

    def manages(self, manager_id: int, worker_id: int) -> bool:
        """Whether somebody sits anywhere above a worker."""
        return any(manager_id in seat.holders for seat in self._chain(worker_id))

    def holders(self, role: str) -> tuple[int, ...]:
        """Everybody in the council who holds a post with this role."""
        return tuple(self._with_role.get(role, ()))

    @cached_property
    def _with_role(self) -> dict[str, dict[int, None]]:
        found: dict[str, dict[int, None]] = {}
        for _, seat in sorted(self.seats.items()):
            for role in seat.roles:
                found.setdefault(role, {}).update(dict.fromkeys(seat.holders))
        return found

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


def service_of(unit_path: str, services: Container[int]) -> int:
    """The id of the service that a unit is in (or is); 0 when it is in none."""
    for part in reversed(unit_path.strip("/").split("/")):
        if part and int(part) in services:
            return int(part)
    return 0
