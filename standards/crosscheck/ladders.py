"""Checks of ladders and extensions: they must rise, in time and in rank."""

from collections.abc import Mapping
from typing import Any

from standards.crosscheck.references import Document, Found, Place

HOURS = {"hours": 1, "days": 24, "weeks": 7 * 24, "months": 30 * 24}
# The usual order of the line, lowest first; other roles stand outside it.
ORDER = ("line_manager", "next_level", "head_of_service", "senior_leader")


def hours(length: Mapping[str, Any]) -> int:
    """About how long a length of time is, to compare two; five working days are never under a week."""
    number = length["number"]
    if length["unit"] == "working_days":
        return int(24 * (number + 2 * (number // 5)))
    return int(number * HOURS[length["unit"]])


def words(length: Mapping[str, Any]) -> str:
    """A length of time in words."""
    unit = length["unit"].replace("_", " ")
    return f"{length['number']} {unit.removesuffix('s') if length['number'] == 1 else unit}"


def ladders(document: Document) -> Found:
    for step, ladder in enumerate(document.get("ladders", [])):
        place = ("ladders", step, "rungs")
        yield from rank_faults(document, ladder, place)
        if ladder.get("kind") != "stages":
            yield from time_faults(ladder, place)
            yield from stage_faults(ladder, ("ladders", step))
        else:
            for at, rung in enumerate(ladder.get("rungs", [])):
                if "after" in rung:
                    yield (
                        (*place, at, "after"),
                        "A ladder of stages goes up when somebody decides. Take “after” out, or write “limit” for how long the stage lasts.",
                    )


def stage_faults(ladder: Mapping[str, Any], place: Place) -> Found:
    """What only somebody who goes up by stages does says nothing of a ladder that climbs by itself."""
    if "informal_first" in ladder:
        yield (
            (*place, "informal_first"),
            "This ladder climbs by itself, and nobody raises it. Take this out, or write “kind: stages” with the ladder.",
        )
    for at, rung in enumerate(ladder.get("rungs", [])):
        if "otherwise" in rung:
            yield (
                (*place, "rungs", at, "otherwise"),
                "This ladder climbs by itself: where nobody is left, the people of the next rung are told. "
                "Take this out, or write “kind: stages” with the ladder.",
            )


def time_faults(ladder: Mapping[str, Any], place: Place) -> Found:
    """A ladder that climbs by itself needs a time for each rung, each later than the one before."""
    before: Mapping[str, Any] | None = None
    for at, rung in enumerate(ladder.get("rungs", [])):
        if "after" not in rung:
            yield (
                (*place, at, "after"),
                "This ladder climbs by itself and would never reach this rung. Say how long after the anchor, or write “kind: stages” with the ladder.",
            )
            continue
        after = rung["after"]
        if before is not None and hours(after) <= hours(before):
            yield (
                (*place, at, "after"),
                f"{words(after)} is not later than the rung before it, which comes after {words(before)}. "
                "Make it later, or put the two rungs in order.",
            )
        before = after


def rank_faults(document: Document, ladder: Mapping[str, Any], place: Place) -> Found:
    """A later rung must not go to somebody lower in the line than an earlier one."""
    highest = -1
    for at, rung in enumerate(ladder.get("rungs", [])):
        reached = max((rank_of(document, name) for name in rung.get("to", [])), default=-1)
        if -1 < reached < highest:
            yield (
                (*place, at, "to"),
                f"This rung goes to {said(ORDER[reached])}, and an earlier one to {said(ORDER[highest])}, who stands higher. "
                "Put the rungs in order, or name somebody as high.",
            )
        highest = max(highest, reached)


def said(role: str) -> str:
    return f"a {role.replace('_', ' ')}"


def rank_of(document: Document, recipient: str) -> int:
    """Where a recipient stands in the usual order of the line; -1 outside it."""
    _, _, holder = recipient.partition(".")
    held = [holder]
    if holder.startswith("post."):
        code = holder.removeprefix("post.")
        held = [
            role
            for post in document["post_types"]
            if post["code"] == code
            for role in post["roles"]
        ]
    return max((ORDER.index(role) for role in held if role in ORDER), default=-1)


def extensions(document: Document) -> Found:
    """Whoever comes later may give more time; only the last may give any."""
    steps = document["allocation"].get("extension", {}).get("steps", [])
    for at, step in enumerate(steps):
        place = ("allocation", "extension", "steps", at, "up_to")
        if "up_to" not in step and at + 1 < len(steps):
            yield (
                place,
                "Whoever stands here may give any length, so that the later steps are never used. Write the longest they may give.",
            )
        before = steps[at - 1].get("up_to") if at else None
        if before and "up_to" in step and hours(step["up_to"]) <= hours(before):
            yield (
                place,
                f"{words(step['up_to'])} is not longer than the step before it, which gives up to {words(before)}. "
                "Write the steps from the shortest to the longest.",
            )


CHECKS = (ladders, extensions)
