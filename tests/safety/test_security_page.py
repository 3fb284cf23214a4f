"""docs/security.md: each item of the checklist has a proof that exists, or a reason."""

import re

import pytest

from tools.paths import ROOT

# How many of each letter's items there are, and those that the checklist leaves out.
GROUPS = {"A": 14, "B": 12, "C": 8, "D": 12, "E": 8, "F": 8, "G": 11, "H": 5, "X": 24}
LEFT_OUT = frozenset(
    {"A3", "A6", "A8", "A11", "B3", "B6", "B8", "C2", "C6", "D2", "D5", "D8", "D10"}
    | {"E3", "E5", "F3", "F4", "G3", "G6", "G10", "H3", "X2", "X6", "X8", "X13", "X17", "X23"}
)
ITEMS = [
    item
    for letter, last in GROUPS.items()
    for item in (f"{letter}{number}" for number in range(1, last + 1))
    if item not in LEFT_OUT
]
PAGE = (ROOT / "docs" / "security.md").read_text()
ROWS = re.findall(r"^\| ([A-HX]\d+) \| (.+?) \| (.+) \|$", PAGE, flags=re.MULTILINE)
PROOF = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_item_of_the_checklist_stands_on_the_page_once():
    assert [item for item, _, _ in ROWS] == ITEMS


@pytest.mark.parametrize("proof", [pytest.param(proof, id=item) for item, _, proof in ROWS])
def test_an_item_names_tests_that_exist_or_gives_a_reason(proof):
    named = PROOF.findall(proof)
    reason = PROOF.sub("", proof).strip(" ,")

    assert named or len(reason.split()) > 8
    for file, test in named:
        assert re.search(rf"^def {test}\(", (ROOT / file).read_text(), flags=re.MULTILINE)
