"""Moves: the named steps between states, and the refusal that says why not."""

from collections.abc import Iterable
from dataclasses import dataclass


class Refused(Exception):
    """A step that cannot be taken now; the message is for the person on the screen.

    `problems` lists single things to put right, where there is more than one.
    """

    def __init__(self, message: str, problems: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Move:
    """One named step: from any of `sources` to `target`; `otherwise` is said when it cannot be taken."""

    verb: str
    sources: frozenset[str]
    target: str
    otherwise: str = "This cannot be done at this stage."

    def check(self, state: str) -> None:
        """Raise Refused unless the step may start from `state`."""
        if state not in self.sources:
            raise Refused(self.otherwise)


def draw(
    title: str, states: Iterable[tuple[str, object]], moves: Iterable[Move], first: str
) -> str:
    """The machine as a Mermaid state diagram; `states` are pairs of value and label."""
    lines = ["---", f"title: {title}", "---", "stateDiagram-v2", f"    [*] --> {first}"]
    lines += [f"    {value} : {label}" for value, label in states]
    lines += [
        f"    {source} --> {move.target} : {move.verb}"
        for move in moves
        for source in sorted(move.sources)
    ]
    return "\n".join(lines) + "\n"
