"""What the keys of a form refer to, each broken once: the message names the place and mends it."""

from copy import deepcopy

import pytest

from standards.safe_yaml import load
from standards.schema import faults
from tests.factories.standards import framework_text

GOOD = load(framework_text("sixthshire"))
ABSENT = object()
WORK, PLAN, LITTLE, SAFETY, OUTCOME = (f"tools[0].sections[{n}]" for n in (1, 2, 3, 4, 5))
CORE = f"{WORK}.questions[0].parts"
SUGGEST = "tools[0].suggestion"


def changed(path: str, value: object) -> dict:
    """The good file with one value changed or taken away."""
    document = deepcopy(GOOD)
    at: object = document
    *steps, last = [
        int(step) if step.isdigit() else step
        for step in path.replace("[", ".").replace("]", "").split(".")
    ]
    for step in steps:
        at = at[step]
    if value is ABSENT:
        del at[last]
    elif isinstance(at, list) and last == len(at):
        at.append(value)
    else:
        at[last] = value
    return document


def test_a_good_file_has_no_faults():
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("path", "value", "where", "says"),
    [
        # parts
        (f"{CORE}[5].grades", ["super"], f"{CORE}[5].grades[0]", "“super” is no grade."),
        (f"{CORE}[0].grades", ["weak"], f"{CORE}[0].grades", "does not belong to a part of kind “yes_no”"),
        (f"{CORE}[4].weight", 2, f"{CORE}[4].weight", "does not belong to a part of kind “checklist”"),
        (f"{CORE}[5].all_of", True, f"{CORE}[5].all_of", "does not belong to a part of kind “grade”"),
        (f"{CORE}[4].options", ABSENT, f"{CORE}[4].options", "This key is missing. Add it."),
        (f"{CORE}[4].options[0].counts", "yes", f"{CORE}[4].options[0].counts", "Only the options of a choice count"),
        ("tools[0].sections[0].questions[0].parts[0].highest", -1, "tools[0].sections[0].questions[0].parts[0].highest", "at least the lowest, which is 0"),
        # sections that apply to some children
        (f"{PLAN}.applies_when", {"in": ["x"]}, f"{PLAN}.applies_when", "Write either “part” or “fact”"),
        (f"{PLAN}.applies_when", {"part": "core.risky", "fact": "case.age", "in": ["yes"]}, f"{PLAN}.applies_when", "Write either “part” or “fact”"),
        (f"{PLAN}.applies_when", {"fact": "case.shoe_size", "in": ["9"]}, f"{PLAN}.applies_when.fact", "is not one of"),
        (f"{PLAN}.applies_when", {"fact": "audit.practice_week", "in": ["maybe"]}, f"{PLAN}.applies_when.in[0]", "“maybe” is no value of this fact. It must be one of: yes, no."),
        (f"{LITTLE}.applies_when.in[0]", "small", f"{LITTLE}.applies_when.in[0]", "“small” is no age"),
        (f"{LITTLE}.applies_when.in[0]", "9-5", f"{LITTLE}.applies_when.in[0]", "the lower first"),
        (f"{SAFETY}.applies_when.part", "core.gone", f"{SAFETY}.applies_when.part", "There is no part “core.gone”"),
        (f"{SAFETY}.applies_when.in[0]", "partly", f"{SAFETY}.applies_when.in[0]", "“partly” is no answer to “core.risky”"),
        (f"{SAFETY}.applies_when", {"part": "safety.met", "in": ["yes"]}, f"{SAFETY}.applies_when.part", "does not stand in an earlier section"),
        (f"{PLAN}.applies_when", {"part": "safety.met", "in": ["yes"]}, f"{PLAN}.applies_when.part", "does not stand in an earlier section"),
        (f"{SAFETY}.applies_when", {"part": "visits.seen", "in": ["3"]}, f"{SAFETY}.applies_when.part", "is of kind “number”"),
        (f"{SAFETY}.always", True, f"{SAFETY}.always", "A section that is always asked has no condition"),
        # the suggestion
        (f"{SUGGEST}.parts[0]", "core.gone", f"{SUGGEST}.parts[0]", "no part and no section “core.gone”"),
        (f"{SUGGEST}.parts", ["outcome"], f"{SUGGEST}.parts", "No part counts in this suggestion"),
        (f"{SUGGEST}.bands", ABSENT, SUGGEST, "Add “bands”"),
        (f"{SUGGEST}.bands[0].from", 10, f"{SUGGEST}.bands[0].from", "must start at 0"),
        (f"{SUGGEST}.bands[2].from", 40, f"{SUGGEST}.bands[2].from", "start this one above 40"),
        (f"{SUGGEST}.bands[2].grade", "super", f"{SUGGEST}.bands[2].grade", "“super” is no grade."),
        (f"{SUGGEST}.priority_grade", "super", f"{SUGGEST}.priority_grade", "“super” is no grade."),
        (f"{SUGGEST}.priority_grade", ABSENT, SUGGEST, "Add “priority_grade”"),
        (f"{SUGGEST}.reason_part", "outcome.gone", f"{SUGGEST}.reason_part", "There is no part “outcome.gone”"),
        (f"{SUGGEST}.reason_part", "outcome.overall", f"{SUGGEST}.reason_part", "A reason is a text."),
        (f"{SUGGEST}.reason_part", "safety.story", f"{SUGGEST}.reason_part", "cannot always be written before the return"),
        ("tools[1].suggestion.bands", [{"from": 0, "grade": "weak"}], "tools[1].suggestion.bands", "does not belong to “lowest”"),
        # conditions of a grade
        ("overall_grade.conditions[0].grade", "super", "overall_grade.conditions[0].grade", "“super” is no grade."),
        ("overall_grade.conditions[0].part", "leading.gone", "overall_grade.conditions[0].part", "No form has a part “leading.gone”"),
        ("overall_grade.conditions[0].part", "core.alone", "overall_grade.conditions[0].part", "A condition needs a checklist."),
        (f"{OUTCOME}.applies_when", {"fact": "case.age", "in": ["7"]}, "overall_grade.conditions[0].part", "cannot always be ticked"),
        # recipients
        ("messages.returned[1]", "auditor.post.BOSS", "messages.returned[1]", "“BOSS” is no kind of post."),
    ],
)  # fmt: skip
def test_a_broken_reference_is_told_where_it_stands(path, value, where, says):
    found = [(fault.path, fault.says) for fault in faults(changed(path, value))]

    assert any(path == where and says in words for path, words in found), found


def test_a_section_waits_for_no_answer_that_comes_after_it_is_closed():
    document = changed(f"{SAFETY}.open_in", ["preparing"])

    assert (
        f"{SAFETY}.applies_when.part",
        "“core.risky” can be answered in the meeting, when this section is closed. "
        "Add “in_session” to the section's open_in.",
    ) in [(fault.path, fault.says) for fault in faults(document)]


def test_a_section_that_only_informs_cannot_be_demanded():
    document = changed(
        f"{WORK}.questions", [{"code": "x", "title": "X", "parts": [{"code": "y", "kind": "guidance", "label": "Read"}]}]
    )  # fmt: skip

    assert f"{WORK}.always" in [fault.path for fault in faults(document)]
