"""Numbers in sentences: one audit, two audits. Plain."""


def plural(number: float, one: str, many: str = "") -> str:
    """1 audit, 2 audits; `many` where it is not the word with an s."""
    return f"{number:g} {one if number == 1 else many or one + 's'}"


def those(number: float, one: str, many: str) -> str:
    """The word that goes with a number: is or are, was or were, has or have."""
    return one if number == 1 else many
