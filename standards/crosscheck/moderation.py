"""Checks of moderation and disagreements: what a moderation holds, and that somebody decides in the end."""

from collections.abc import Iterator

from standards.crosscheck.groups import at
from standards.crosscheck.references import Document, Found, Place

# Kinds that the service reads, and so must find in one place.
ONCE = frozenset(
    {"overall", "items", "actions_completed", "further_actions", "agreement", "reason", "verdict"}
)


def panels(document: Document) -> Iterator[Place]:
    """Where the file speaks of a panel: its own rule first, then the rules that choose audits for one."""
    for place, _ in at(document, "moderation.panel"):
        yield place
    for place, rule in at(document, "moderation.selection.*"):
        if rule["rule"] == "panel":
            yield place


def has_verdict(document: Document) -> bool:
    return any(one.get("kind") == "verdict" for _, one in at(document, "moderation.contents.*"))


def items(document: Document) -> Found:
    """Items are asked for each question or section; nothing else is."""
    for place, one in at(document, "moderation.contents.*"):
        kind = one.get("kind", "text")
        if kind == "items" and "each" not in one:
            yield (
                (*place, "each"),
                "Nothing says for what items are asked. Write “each: question” or “each: section”.",
            )
        if kind != "items" and "each" in one:
            yield (
                (*place, "each"),
                f"“each” belongs to the kind “items”, and this is of kind “{kind}”. Take it out, or write “kind: items”.",
            )


def kinds_once(document: Document) -> Found:
    """What the service reads stands in one place."""
    first: dict[str, str] = {}
    for place, one in at(document, "moderation.contents.*"):
        kind = one.get("kind", "text")
        if kind in ONCE and kind in first:
            yield (
                (*place, "kind"),
                f"“{first[kind]}” is of kind “{kind}” already, and a moderation holds only one. Take one of them out, or use another kind.",
            )
        first.setdefault(kind, one["code"])


def verdict(document: Document) -> Found:
    """Only a panel says a verdict."""
    if any(True for _ in panels(document)):
        return
    for place, one in at(document, "moderation.contents.*"):
        if one.get("kind") == "verdict":
            yield (
                (*place, "kind"),
                "A panel gives the verdict, and the file has none. Write “panel”, add the rule “panel” to selection, or use another kind.",
            )


def decided(document: Document) -> Found:
    """Without somebody who decides on the last rung the grade could stay open for ever; a meeting alone may be all there is."""
    for place, dispute in at(document, "disputes.*"):
        rungs = dispute["rungs"]
        if dispute["about"] == "moderation" and len(rungs) > 1 and not rungs[-1].get("decides"):
            yield (
                (*place, "rungs", len(rungs) - 1, "decides"),
                "Nobody decides on the last rung, and the grade could stay open for ever. Write “decides: true” here, "
                "add a rung that decides, or keep one rung alone.",
            )


CHECKS = (items, kinds_once, verdict, decided)
