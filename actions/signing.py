"""Who signs an action off, in which order: never its owner, nobody junior to them (C1-7). No Django."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from people.organisation import Line
from standards.policy import SignOff

# People behind a rule's recipients: ids with the words for their role.
Found = Sequence[tuple[int, str]]
NEAREST = "the owner’s nearest manager"
LAST = "QA head"


@dataclass(frozen=True)
class Step:
    """One signature: any one of these people gives it; `words` says who they are by their role."""

    people: tuple[int, ...]
    words: str
    note: str = ""


def matching(rules: Iterable[SignOff], grade: str) -> list[SignOff]:
    """The rules for an action of an audit with this grade, in the framework's order."""
    return [one for one in rules if not one.grades or grade in one.grades]


def fit(found: Found, owner: int, tree: Line) -> Found:
    """Those who may judge the owner's work: not the owner, and nobody who is junior to them."""
    return [(pk, words) for pk, words in found if pk != owner and not tree.manages(owner, pk)]


def nearest(owner: int, tree: Line) -> Found:
    """Who holds the nearest seat above the owner that somebody else holds."""
    for seat in tree.above(owner):
        people = [pk for pk in seat.holders if pk != owner]
        if people:
            return [(pk, NEAREST) for pk in people]
    return []


def step(found: Found, owner: int, tree: Line, *, last: Found = (), note: str = "") -> Step:
    """One signature: those named who fit, else the owner's nearest manager, else whoever stands last."""
    people = (
        fit(found, owner, tree)
        or nearest(owner, tree)
        or [(pk, words) for pk, words in last if pk != owner]
    )
    words = ", ".join(dict.fromkeys(words for _, words in people))
    return Step(tuple(dict.fromkeys(pk for pk, _ in people)), words, note)


def steps(
    named: Sequence[tuple[Found, str]], owner: int, tree: Line, *, last: Found = ()
) -> tuple[Step, ...]:
    """The signatures that an action needs, in order; steps of the same people are one.

    `named` are the people and the note of each rule. Without any rule the owner's nearest manager signs.
    """
    made: list[Step] = []
    for found, note in named or [((), "")]:
        one = step(found, owner, tree, last=last, note=note)
        if not any(set(one.people) == set(earlier.people) for earlier in made):
            made.append(one)
    return tuple(made)
