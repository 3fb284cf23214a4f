"""Which moderator each audit of a plan is named: of those who may, whoever has the fewest. Plain values in and out."""

from collections.abc import Collection, Iterable, Mapping


def least(allowed: Iterable[int], load: Mapping[int, int]) -> int | None:
    """Of those who may, whoever has the fewest in hand, the lowest id first; None where nobody may."""
    return min(allowed, key=lambda pk: (load.get(pk, 0), pk), default=None)


def name_each(allowed: Mapping[int, Collection[int]], in_hand: Mapping[int, int]) -> dict[int, int]:
    """One moderator for each audit, in order: whoever has the fewest in hand and named so far (H-10).

    `allowed` holds for each audit those who may moderate it; an audit for which nobody may is left out.
    """
    load = dict(in_hand)
    found: dict[int, int] = {}
    for key, people in allowed.items():
        chosen = least(people, load)
        if chosen is not None:
            found[key] = chosen
            load[chosen] = load.get(chosen, 0) + 1
    return found
