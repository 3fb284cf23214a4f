"""Checks of the rules: grades, scales, posts, standards, descriptors, citations."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from standards.crosscheck.paths import leads_somewhere
from standards.crosscheck.references import Document, Found, Place, codes, each_known, known, twice

# Grades and scales


def grades(document: Document) -> Found:
    yield from twice(document["grades"], ("grades",), "code")
    yield from twice(document["grades"], ("grades",), "rank")


def scales(document: Document) -> Found:
    for name, scale in document.get("scales", {}).items():
        place = ("scales", name)
        if scale["lowest"] >= scale["highest"]:
            yield (*place, "highest"), "The highest value must be more than the lowest."
        elif (scale["highest"] - scale["lowest"]) % scale.get("step", 1):
            yield (
                (*place, "step"),
                "Steps from the lowest value do not reach the highest. Change one of the three.",
            )
        else:
            yield from bands(document, scale, place)


def bands(document: Document, scale: Mapping[str, Any], place: Place) -> Found:
    """Bands in rising order that hold every value of the scale exactly once."""
    values = range(scale["lowest"], scale["highest"] + 1, scale.get("step", 1))
    listed = scale.get("bands", [])
    held: Counter[int] = Counter()
    for step, band in enumerate(listed):
        here = (*place, "bands", step)
        if "grade" in band:
            yield from known(band["grade"], codes(document["grades"]), (*here, "grade"), "grade")
        yield from band_ends(band, values, listed[step - 1] if step else None, here)
        held.update(value for value in values if band["from"] <= value <= band["to"])
    absent = [str(value) for value in values if listed and not held[value]]
    if absent:
        yield (
            (*place, "bands"),
            f"No band holds {', '.join(absent)}. Every value from lowest to highest needs a band.",
        )


def band_ends(
    band: Mapping[str, Any], values: range, before: Mapping[str, Any] | None, place: Place
) -> Found:
    if band["from"] > band["to"]:
        yield place, "“from” is higher than “to”. Exchange them."
    if band["from"] < values[0] or band["to"] > values[-1]:
        yield (
            place,
            f"The band reaches outside the scale, which runs from {values[0]} to {values[-1]}. Shorten it.",
        )
    if before is not None and band["from"] <= before["to"]:
        yield (
            (*place, "from"),
            f"The band overlaps the one before it, which ends at {before['to']}. Start it at {before['to'] + 1}.",
        )


def overall_grade(document: Document) -> Found:
    """What gives the grade is there; then every grade must be within reach."""
    found = list(overall_grade_faults(document))
    yield from found or unreachable(document)


def overall_grade_faults(document: Document) -> Found:
    rule, place = document["overall_grade"], ("overall_grade",)
    listed = codes(document["grades"])
    other = "grades" if rule["method"] == "scale" else "scale"
    if other in rule:
        yield (
            (*place, other),
            f"“{other}” does not belong to the method “{rule['method']}”. Take it out.",
        )
    if rule["method"] == "direct":
        yield from each_known(rule["grades"], listed, (*place, "grades"), "grade")
    else:
        yield from known(rule["scale"], document.get("scales", {}), (*place, "scale"), "scale")
        yield from graded(
            document.get("scales", {}).get(rule["scale"], {"bands": [{}]}), (*place, "scale")
        )
    if beyond := rule.get("surpassed"):
        yield from known(beyond["grade"], listed, (*place, "surpassed", "grade"), "grade")


def unreachable(document: Document) -> Found:
    """Grades that neither the scale's bands, the grades offered, the choice beyond nor a condition can give."""
    rule = document["overall_grade"]
    bands = document.get("scales", {}).get(rule.get("scale"), {}).get("bands", [])
    given = {band.get("grade") for band in bands} | set(rule.get("grades", []))
    given |= {rule.get("surpassed", {}).get("grade")}
    given |= {condition["grade"] for condition in rule.get("conditions", [])}
    for step, grade in enumerate(document["grades"]):
        if grade["code"] not in given | only_in_parts(document):
            way = (
                f"a band of the scale “{rule['scale']}”"
                if rule["method"] == "scale"
                else "overall_grade.grades"
            )
            yield (
                ("grades", step),
                f"No audit could ever be given “{grade['label']}”. Add it to {way}, or take the grade out.",
            )


def only_in_parts(document: Document) -> set[str]:
    """Grades that a part offers by name, such as one for a section only."""
    found: set[str] = set()
    for tool in document["tools"]:
        lists = [*tool.get("part_sets", {}).values()]
        lists += [
            question["parts"] for section in tool["sections"] for question in section["questions"]
        ]
        for parts in lists:
            for part in parts if isinstance(parts, list) else []:
                found.update(part.get("grades", []))
    return found


def graded(scale: Mapping[str, Any], place: Place) -> Found:
    """Every value of the overall scale must give a grade, or an audit could not be returned."""
    listed = scale.get("bands", [])
    if not listed or any("from" in band and "grade" not in band for band in listed):
        yield (
            place,
            "Every band of the overall scale needs a grade, or an audit with that value could not be returned.",
        )


# Posts


def post_types(document: Document) -> Found:
    yield from twice(document["post_types"], ("post_types",), "code")


# Actions, standards, descriptors, citations


def actions(document: Document) -> Found:
    for key in ("kinds", "classes"):
        yield from twice(document["actions"].get(key, []), ("actions", key), "code")


def standards(document: Document) -> Found:
    """Numbers once in the whole file; a number must not look like another section's code."""
    groups = document.get("standards", [])
    sections = [group["section"]["code"] for group in groups]
    seen: set[str] = set()
    for step, group in enumerate(groups):
        here = ("standards", step)
        if sections.index(sections[step]) < step:
            yield (
                (*here, "section", "code"),
                f"The section “{sections[step]}” stands twice. Use another code.",
            )
        for place, item in enumerate(group["items"]):
            at = (*here, "items", place, "number")
            if item["number"] in seen:
                yield at, f"The standard “{item['number']}” stands twice. Use another number."
            if item["number"] in sections and item["number"] != sections[step]:
                yield (
                    at,
                    f"“{item['number']}” is also the code of another section. Use another number or code.",
                )
            seen.add(item["number"])


def areas(document: Document) -> Found:
    listed = document.get("descriptor_areas", [])
    described = [grade["code"] for grade in document["grades"] if grade.get("descriptors", True)]
    yield from twice(listed, ("descriptor_areas",), "code")
    for step, area in enumerate(listed):
        here = ("descriptor_areas", step, "cells")
        for grade, cells in area["cells"].items():
            yield from known(grade, described, (*here, grade), "grade with descriptors")
            yield from cell_columns(cells, area.get("columns", []), (*here, grade))
    used = {grade for area in listed for grade in area["cells"]}
    for step, grade in enumerate(document["grades"]):
        if listed and grade["code"] in described and grade["code"] not in used:
            yield (
                ("grades", step),
                f"No area describes “{grade['code']}”. Add descriptors, or write “descriptors: false” with the grade.",
            )


def cell_columns(cells: Sequence[Any], columns: Sequence[str], place: Place) -> Found:
    for step, cell in enumerate(cells):
        here = (*place, step)
        if isinstance(cell, str) and columns:
            yield here, "This area has columns. Write {column: …, text: …}."
        if not isinstance(cell, str):
            yield from known(cell["column"], columns, (*here, "column"), "column")


def assumed(document: Document) -> Found:
    for step, one in enumerate(document.get("assumed", [])):
        if not leads_somewhere(one["path"], document):
            yield (
                ("assumed", step, "path"),
                f"There is nothing at “{one['path']}” in this file. Correct the path.",
            )


def sources(document: Document) -> Found:
    """Every citation starts with the code of a listed document."""
    listed = document["framework"].get("sources", [])
    yield from twice(listed, ("framework", "sources"), "code")
    names = codes(listed)
    for place, citation in citations(document, ()):
        if not any(citation == name or citation.startswith(f"{name}-") for name in names):
            starts = ", ".join(names) or "nothing: the file lists no framework.sources"
            yield (
                place,
                f"“{citation}” cites no listed document. Start it with the code of one and a hyphen ({starts}).",
            )


def citations(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "source" and isinstance(inner, str):
                yield (*place, key), inner
            else:
                yield from citations(inner, (*place, key))
    elif isinstance(value, list):
        for step, inner in enumerate(value):
            yield from citations(inner, (*place, step))


CHECKS = (
    grades,
    scales,
    overall_grade,
    post_types,
    actions,
    standards,
    areas,
    assumed,
    sources,
)
