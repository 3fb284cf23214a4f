"""Adding up how slots stand against what is required. No Django, no clock (SC-11)."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from programme.standing import Standing
from programme.states import SlotState


@dataclass(frozen=True)
class Count:
    """How many are required, and how those that were made stand."""

    required: int = 0
    planned: int = 0
    allocated: int = 0
    done: int = 0
    late: int = 0
    excused: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Count)))

    @property
    def made(self) -> int:
        """How many slots there are."""
        return self.planned + self.allocated + self.done + self.late + self.excused

    @property
    def unmade(self) -> int:
        """How many of the required have no slot yet."""
        return max(0, self.required - self.made)

    @property
    def asked(self) -> int:
        """What the done ones are set against: what is required, or what was planned beyond it."""
        return max(self.required, self.made)

    @property
    def none(self) -> bool:
        """Whether there is nothing to show."""
        return not self.required and not self.made

    @property
    def rest(self) -> list[tuple[str, str]]:
        """What is not done, for a small line: the state's code and its words; late first."""
        found = [
            (name, f"{getattr(self, name)} {name}")
            for name in ("late", "allocated", "planned", "excused")
        ]
        return [(name, words) for name, words in found if getattr(self, name)]


def counted(slots: Iterable[Standing], required: int = 0) -> Count:
    """The slots by state, beside what is required."""
    found = dict.fromkeys(SlotState.values, 0)
    for one in slots:
        found[one.state] += 1
    return Count(required, **found)


def total(counts: Iterable[Count]) -> Count:
    """All of them together."""
    return sum(counts, Count())
