"""The framework of a run: Bexley's rules with a form of twenty questions, each answered once."""

from typing import Any

import yaml

# The sections of the form and how many questions each keeps; the practice section is one page of ten.
KEPT = {
    **{"details": 2, "preparation": 2, "health_check": 2, "practice": 10, "feedback": 3},
    "outcome": 1,
}
# Of each set of parts only the scale stays, of each question about feedback only whether there is any.
ONE_PART, FIRST_PARTS = "scale", {"voice_child": 1, "voice_family": 1, "voice_network": 1}


def shortened(questions: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    """The first few questions; the last of them takes over what the others open in the guidance."""
    kept, rest = questions[:number], questions[number:]
    last = kept[-1]
    areas = [
        area
        for one in (last, *rest)
        for area in [*one.get("areas", []), *([one["area"]] if "area" in one else [])]
    ]
    if areas:
        last.pop("area", None)
        last["areas"] = list(dict.fromkeys(areas))
    opened = [number for one in (last, *rest) for number in one.get("standards", [])]
    if opened:
        last["standards"] = list(dict.fromkeys(opened))
    return kept


def reduced(text: str) -> str:
    """The framework file with the smaller form."""
    said: dict[str, Any] = yaml.safe_load(text)
    (tool,) = said["tools"]
    tool["part_sets"] = {
        name: [part for part in parts if part["code"] == ONE_PART]
        for name, parts in tool["part_sets"].items()
    }
    sections = [one for one in tool["sections"] if one["code"] in KEPT]
    for section in sections:
        section.pop("paging", None)
        section["questions"] = shortened(section["questions"], KEPT[section["code"]])
        for question in section["questions"]:
            number = FIRST_PARTS.get(question["code"])
            question["parts"] = question["parts"][:number] if number else question["parts"]
    tool["sections"] = sections
    said["assumed"] = [one for one in said["assumed"] if not one["path"].startswith("tools")]
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False)
