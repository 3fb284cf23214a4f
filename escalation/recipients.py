"""Finding the people of a ladder's recipients on one day, quickly for many things."""

from collections.abc import Iterable, Mapping

from people.models import User
from people.organisation import Line, Seat
from people.selectors import ids_of

Found = tuple[tuple[int, str], ...]


class Finder:
    """The recipients of one council on one day; what was found once is kept."""

    def __init__(self, tree: Line, units: Mapping[int, str]) -> None:
        self.tree = tree
        self.units = units
        self._found: dict[tuple[str, int | None], Found] = {}
        self._reached: dict[tuple[str, int], bool] = {}

    def found(self, recipient: str, people: Mapping[str, int | None]) -> Found:
        """The ids behind a recipient, each with the words for the role."""
        start = recipient.partition(".")[0]
        key = (recipient, people.get(start))
        if key not in self._found:
            person = None if key[1] is None else User(pk=key[1])
            self._found[key] = tuple(ids_of(recipient, {start: person}, self.tree))
        return self._found[key]

    def everybody(self, recipients: Iterable[str], people: Mapping[str, int | None]) -> Found:
        """The ids behind several recipients, in their order."""
        return tuple(one for name in recipients for one in self.found(name, people))

    def unfound(self, recipients: Iterable[str], people: Mapping[str, int | None]) -> list[str]:
        """The recipients whom nobody stands for today (C4-e): a vacant post, or none of this kind.

        A person who holds the wanted post or stands above it needs nobody there.
        """
        return [
            name
            for name in recipients
            if not self.found(name, people) and not self._needs_nobody(name, people)
        ]

    def _needs_nobody(self, recipient: str, people: Mapping[str, int | None]) -> bool:
        start, _, role = recipient.partition(".")
        if start == "council":
            return False
        person = people.get(start)
        if person is None or not role:
            return True
        key = (role, person)
        if key not in self._reached:
            self._reached[key] = self._reaches(person, role)
        return self._reached[key]

    def _reaches(self, person: int, role: str) -> bool:
        """Whether the person holds a seat of this role or kind, or one that stands above such a seat."""
        own = {seat.post_id for seat in self.tree.seats_of(person)}
        return any(
            not own.isdisjoint(self._upwards(seat))
            for seat in self.tree.seats.values()
            if wanted(seat, role)
        )

    def _upwards(self, seat: Seat) -> set[int]:
        seen: set[int] = set()
        step: Seat | None = seat
        while step is not None and step.post_id not in seen:
            seen.add(step.post_id)
            step = self.tree.seats.get(step.reports_to) if step.reports_to is not None else None
        return seen

    def juniors(self, late: int, people: Iterable[int]) -> frozenset[int]:
        """Those of these people who sit anywhere below the person who is late."""
        return frozenset(pk for pk in set(people) if self.tree.manages(late, pk))

    def post_words(self, person: int) -> str:
        """The person's post and unit instead of their name: “team manager, Team 1”."""
        seat = next(iter(self.tree.seats_of(person)), None)
        if seat is None:
            return "person who has it in hand"
        title = seat.title if seat.title[1:2].isupper() else seat.title[:1].lower() + seat.title[1:]
        return f"{title}, {self.units[seat.unit_id]}" if seat.unit_id in self.units else title


def wanted(seat: Seat, role: str) -> bool:
    """Whether a seat is of a role, or of a kind of post written as `post.CODE`."""
    kind = role.removeprefix("post.")
    return seat.kind == kind if kind != role else role in seat.roles
