"""Checks of what follows an audit: follow-ups, the loop, the words of messages, how long a ladder may take."""

from standards.crosscheck.ladders import hours, words
from standards.crosscheck.references import Document, Found
from standards.messages import NAMES, unknown_names


def follow_ups(document: Document) -> Found:
    """A follow-up with a date needs somebody to do it."""
    for step, one in enumerate(document.get("follow_ups", [])):
        if "limit" in one and "owner" not in one:
            yield (
                ("follow_ups", step, "owner"),
                "This follow-up has a limit and nobody to do it. Say whose it is, or take “limit” out.",
            )


def loop(document: Document) -> Found:
    """Nobody authorises what they handed in."""
    rule = document.get("closing_loop", {})
    if rule and rule["owner"] == rule["authorised_by"]:
        yield (
            ("closing_loop", "authorised_by"),
            "The same post fills the form and authorises it. Name another one for one of the two.",
        )


def templates(document: Document) -> Found:
    """A message's words name only what there is, and each message has one text."""
    seen = set()
    for step, one in enumerate(document.get("templates", [])):
        if one["event"] in seen:
            yield (
                ("templates", step, "event"),
                f"There is a text for “{one['event']}” already. Keep one of them.",
            )
        seen.add(one["event"])
        for key in ("subject", "text"):
            for name in unknown_names(one[key]):
                listed = ", ".join(f"{{{known}}}" for known in sorted(NAMES))
                yield (
                    ("templates", step, key),
                    f"Nothing stands for “{{{name}}}” here. Known are {listed}; write {{{{ for a plain brace."
                    if name != "{"
                    else "The braces do not match. Write {{ and }} for plain ones.",
                )


def caps(document: Document) -> Found:
    """A whole ladder takes at least as long as its first rung."""
    for step, ladder in enumerate(document.get("ladders", [])):
        longest = ladder.get("longest")
        first = next((rung["after"] for rung in ladder.get("rungs", []) if "after" in rung), None)
        if longest and first and hours(longest) < hours(first):
            yield (
                ("ladders", step, "longest"),
                f"{words(longest)} for the whole ladder is shorter than its first rung, which comes after {words(first)}. "
                "Make it longer, or the rung earlier.",
            )


CHECKS = (follow_ups, loop, templates, caps)
