"""docs/access.md: who may see and do what, written from the code."""

from itertools import groupby

from people.rights import rights
from people.seeing import MATRIX, Cell, Who

SIGNS = {"edit": "E", "read": "R", "own": "O", "totals": "Σ", "none": "–"}
START = """# Who may see and do what

Written by `./qa manage access` from the code; `./qa check` and a test compare it. Do not edit it by hand.
What each address answers to each role stands in [access-addresses.md](access-addresses.md).

Rights follow the posts that somebody holds on the day. Each kind of post of a council carries engine roles;
one person can hold several, and rights add up. Whoever has a part in a thing never decides on it, whatever
posts they hold. Nobody sees anything of another council: it answers like a thing that does not exist.
"""
LEGEND = (
    "E edit, R read, O one's own only, Σ totals only, – nothing. "
    "A test asks every cell of the running service."
)


def document() -> str:
    """The whole text."""
    return "\n".join([START, *matrix(), *seen(), *differences(), *may_do()])


def matrix() -> list[str]:
    """The matrix of what is seen, one sign for each cell."""
    head = "| | " + " | ".join(Who) + " |"
    rows = [
        f"| {row.title} | " + " | ".join(SIGNS[row.cell(who).level] for who in Who) + " |"
        for row in MATRIX
    ]
    line = "|---" * (len(Who) + 1) + "|"
    return ["## What may be seen", "", LEGEND, "", head, line, *rows, ""]


def seen() -> list[str]:
    """The cells in words, by role."""
    found = []
    for who in Who:
        cells = [(row.title, row.cell(who)) for row in MATRIX if who in row.cells]
        found += [f"### {who}", "", *(f"- {title}: may {cell.words}" for title, cell in cells), ""]
    return found


def differences() -> list[str]:
    """Where a cell is not as the councils' matrix has it, or needs a word, and why."""
    cells: list[tuple[str, Who, Cell]] = [
        (row.title, who, cell) for row in MATRIX for who, cell in row.cells.items() if cell.why
    ]
    lines = [f"- {title}, {who.value.lower()}: {cell.why}" for title, who, cell in cells]
    return ["### Reasons", "", *lines, ""]


def may_do() -> list[str]:
    """Each permission with its rule read aloud, by room."""
    found = ["## What may be done", ""]
    for room, group in groupby(rights(), key=lambda one: one.permission.partition(".")[0]):
        found += [f"### {room.capitalize()}", ""]
        found += [f"- `{one.permission}` – {one.sentence}." for one in group]
        found.append("")
    return found
