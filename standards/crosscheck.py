"""What a framework's file refers to must be there, once, and fit: checks across a well-shaped document.

Each check yields places and sentences; a place is a path such as ("tools", 0, "code").
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Place = tuple[str | int, ...]
Found = Iterator[tuple[Place, str]]
Document = Mapping[str, Any]

NOT_ANSWERED = frozenset({"shown", "guidance", "actions"})
# Keys that belong to some kinds of part only.
ONLY_FOR = {
    "scale": {"scale"},
    "low": {"scale"},
    "high": {"scale"},
    "options": {"choice"},
    "shows": {"shown"},
    "max_length": {"short_text", "long_text", "evidence"},
}


def faults(document: Document) -> list[tuple[Place, str]]:
    """Every cross-reference that fails, in the order of the file."""
    checks = (
        grades,
        scales,
        overall_grade,
        post_types,
        roles,
        actions,
        messages,
        standards,
        areas,
        assumed,
        sources,
    )
    found = [fault for one in checks for fault in one(document)]
    for place, tool in enumerate(document["tools"]):
        found += tool_faults(document, Form(("tools", place), tool))
    found += twice(document["tools"], ("tools",), "code")
    return found + list(return_checks(document))


def twice(rows: Sequence[Mapping[str, Any]], place: Place, key: str) -> Found:
    """Rows whose `key` has stood before."""
    seen: dict[Any, int] = {}
    for step, row in enumerate(rows):
        value = row.get(key)
        if value in (None, ""):
            continue
        if value in seen:
            yield (
                (*place, step, key),
                f"“{value}” is used already by entry [{seen[value]}] of this list. Use another one.",
            )
        seen.setdefault(value, step)


def known(value: str, choices: Iterable[str], place: Place, what: str) -> Found:
    """A fault unless the value is one of the choices."""
    if value not in (listed := list(choices)):
        says = f"It must be one of: {', '.join(listed)}." if listed else "The file has none."
        yield place, f"“{value}” is no {what}. {says}"


def each_known(values: Iterable[str], choices: Iterable[str], place: Place, what: str) -> Found:
    listed = list(choices)
    for step, value in enumerate(values):
        yield from known(value, listed, (*place, step), what)


def codes(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [row["code"] for row in rows]


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


def graded(scale: Mapping[str, Any], place: Place) -> Found:
    """Every value of the overall scale must give a grade, or an audit could not be returned."""
    listed = scale.get("bands", [])
    if not listed or any("from" in band and "grade" not in band for band in listed):
        yield (
            place,
            "Every band of the overall scale needs a grade, or an audit with that value could not be returned.",
        )


# Posts, roles, recipients


def post_types(document: Document) -> Found:
    yield from twice(document["post_types"], ("post_types",), "code")


def roles(document: Document) -> Found:
    """Who allocates and audits must be somebody: a role that a kind of post carries."""
    carried = roles_carried(document)
    for key in ("by", "auditors"):
        for step, role in enumerate(document["allocation"][key]):
            if role not in carried:
                yield ("allocation", key, step), nobody(role)


def roles_carried(document: Document) -> set[str]:
    return {role for kind in document["post_types"] for role in kind["roles"]}


def nobody(role: str) -> str:
    return f"No kind of post carries the role “{role}”. Give it to one under post_types, or name another role."


def messages(document: Document) -> Found:
    lists = [(("messages", step), names) for step, names in document.get("messages", {}).items()]
    if query := document.get("grade_query"):
        lists.append((("grade_query", "ask"), query["ask"]))
    carried = roles_carried(document)
    for place, names in lists:
        for step, name in enumerate(names):
            _, _, role = name.partition(".")
            if role and role not in carried:
                yield (*place, step), nobody(role)


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


def leads_somewhere(path: str, document: Document) -> bool:
    """Whether a written path exists: tools[0].sections[3], or by codes, tools.cca.q9."""
    found: Any = document
    for word in path.replace("[", ".[").split("."):
        found = step_into(found, word)
    return found is not None


def step_into(value: Any, word: str) -> Any:
    """What a word of a path means within a value: a key, a place in a list, or the code of something in it."""
    if isinstance(value, dict):
        inner = value.get("sections", [])
        within = [*inner, *(question for section in inner for question in section["questions"])]
        return value.get(word, step_into(within, word))
    if not isinstance(value, list):
        return None
    if word.startswith("[") and word[1:-1].isdigit():
        return next(iter(value[int(word[1:-1]) :]), None)
    return next((one for one in value if isinstance(one, dict) and one.get("code") == word), None)


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


# Tools


@dataclass(frozen=True)
class Spot:
    """One part where it is used: in a section and question, at a place in the file."""

    place: Place
    part: Mapping[str, Any]
    question: Mapping[str, Any]
    section: Mapping[str, Any]
    section_place: Place

    @property
    def code(self) -> str:
        return f"{self.question['code']}.{self.part['code']}"

    @property
    def respondent(self) -> str:
        return str(self.part.get("respondent", self.section["respondent"]))

    @property
    def answered(self) -> bool:
        return self.part["kind"] not in NOT_ANSWERED


@dataclass(frozen=True)
class Form:
    """One tool of the document and its place."""

    place: Place
    tool: Mapping[str, Any]

    def sections(self) -> Iterator[tuple[Place, Mapping[str, Any]]]:
        for step, section in enumerate(self.tool["sections"]):
            yield (*self.place, "sections", step), section

    def questions(self) -> Iterator[tuple[Place, Mapping[str, Any]]]:
        for place, section in self.sections():
            for step, question in enumerate(section["questions"]):
                yield (*place, "questions", step), question

    def spots(self) -> list[Spot]:
        """Every part where it is used; a part of a named set stands at its place in the set."""
        found = []
        sets = self.tool.get("part_sets", {})
        for section_place, section in self.sections():
            for step, question in enumerate(section["questions"]):
                parts, place = question["parts"], (*section_place, "questions", step, "parts")
                if isinstance(parts, str):
                    place, parts = (*self.place, "part_sets", parts), sets.get(parts, [])
                found += [
                    Spot((*place, at), part, question, section, section_place)
                    for at, part in enumerate(parts)
                ]
        return found


def tool_faults(document: Document, form: Form) -> list[tuple[Place, str]]:
    """Every fault of one form; a fault of a named set of parts is told once."""
    spots = form.spots()
    found = [*section_faults(form), *question_faults(document, form), *set_faults(form)]
    for spot in spots:
        found += [
            *part_faults(document, spot),
            *scale_ends(document, spot),
            *gate_faults(spot),
            *condition_faults(document, spot, spots),
        ]
    found += can_be_returned(document, form, spots)
    return list(dict.fromkeys(found))


def section_faults(form: Form) -> Found:
    yield from twice(form.tool["sections"], (*form.place, "sections"), "code")
    yield from twice(form.tool["sections"], (*form.place, "sections"), "number")


def question_faults(document: Document, form: Form) -> Found:
    """Codes and numbers once in the form; areas, standards and sets of parts that exist."""
    listed = list(form.questions())
    area_codes = codes(document.get("descriptor_areas", []))
    groups = document.get("standards", [])
    numbers = [item["number"] for group in groups for item in group["items"]] + [
        g["section"]["code"] for g in groups
    ]
    for key in ("code", "number"):
        counted = Counter(question[key] for _, question in listed if key in question)
        for place, question in listed:
            if counted[question.get(key)] > 1:
                yield (
                    (*place, key),
                    f"“{question[key]}” is used by {counted[question[key]]} questions of this form. Use another one.",
                )
    for place, question in listed:
        if "area" in question and "areas" in question:
            yield (*place, "areas"), "Write either “area” or “areas”, not both."
        if "area" in question:
            yield from known(question["area"], area_codes, (*place, "area"), "descriptor area")
        yield from each_known(
            question.get("areas", []), area_codes, (*place, "areas"), "descriptor area"
        )
        yield from each_known(
            question.get("standards", []), numbers, (*place, "standards"), "practice standard"
        )
        if isinstance(question["parts"], str):
            yield from known(
                question["parts"], form.tool.get("part_sets", {}), (*place, "parts"), "set of parts"
            )
        else:
            yield from twice(question["parts"], (*place, "parts"), "code")


def set_faults(form: Form) -> Found:
    used = {
        question["parts"] for _, question in form.questions() if isinstance(question["parts"], str)
    }
    for name, parts in form.tool.get("part_sets", {}).items():
        place = (*form.place, "part_sets", name)
        yield from twice(parts, place, "code")
        if name not in used:
            yield place, "No question uses this set of parts. Use it or take it out."


def part_faults(document: Document, spot: Spot) -> Found:
    """Keys that fit the part's kind, a scale that exists, options once."""
    part = spot.part
    for key, kinds in ONLY_FOR.items():
        if key in part and part["kind"] not in kinds:
            yield (
                (*spot.place, key),
                f"“{key}” does not belong to a part of kind “{part['kind']}”. Take it out.",
            )
    if part["kind"] == "scale":
        yield from known(part["scale"], document.get("scales", {}), (*spot.place, "scale"), "scale")
    yield from twice(part.get("options", []), (*spot.place, "options"), "code")
    if not spot.answered and "required_at" in part:
        yield (
            (*spot.place, "required_at"),
            f"A part of kind “{part['kind']}” is not answered. Take this key out.",
        )


def scale_ends(document: Document, spot: Spot) -> Found:
    """A number must mean something: a band, or what its two ends stand for."""
    part = spot.part
    if part["kind"] != "scale":
        return
    if ("low" in part) != ("high" in part):
        yield spot.place, "Write both “low” and “high”, or neither."
        return
    banded = document.get("scales", {}).get(part["scale"], {"bands": True}).get("bands")
    if not banded and "low" not in part and "scaling" not in spot.question:
        yield (
            spot.place,
            "Nothing says what the numbers mean. Give the scale bands, or write “low” and “high” here "
            "or under the question's scaling.",
        )


def gate_faults(spot: Spot) -> Found:
    """A compulsory part must be open, and seen, in time; otherwise the audit would stand still for ever."""
    if not spot.answered:
        return
    section, place = spot.section, (*spot.section_place, "open_in")
    due = spot.part.get("required_at")
    if not section["open_in"]:
        yield (
            place,
            "Something is answered in this section. Name the stages in which it can be filled.",
        )
    elif due == "session" and "preparing" not in section["open_in"]:
        yield (
            place,
            f"{spot.code} is needed before the meeting. Add “preparing”, or change its required_at.",
        )
    elif due == "return" and "in_session" not in section["open_in"]:
        yield (
            place,
            f"{spot.code} is needed before the return, and nobody could fill it once the meeting has begun. "
            "Add “in_session”, or write “required_at: session”.",
        )
    if due == "session" and spot.respondent in section.get("hidden_until_session_from", []):
        yield (
            (*spot.section_place, "hidden_until_session_from"),
            f"{spot.code} is needed before the meeting from the {spot.respondent}, who cannot see it. Change one of the two.",
        )


def condition_faults(document: Document, spot: Spot, spots: Sequence[Spot]) -> Found:
    """A condition must look at a part of the same respondent that can be answered in the way it names."""
    when = spot.part.get("required_when")
    if when is None:
        return
    place = (*spot.place, "required_when")
    code = when["part"] if "." in when["part"] else f"{spot.question['code']}.{when['part']}"
    other = next((one for one in spots if one.code == code), None)
    if other is None:
        yield (
            (*place, "part"),
            f"There is no part “{code}” in this form. Write the code of one, such as {spots[0].code}.",
        )
        return
    choices = answer_codes(document, other.part)
    if choices is None:
        yield (
            (*place, "part"),
            f"“{code}” is of kind “{other.part['kind']}”. Only a choice, a yes_no or the grade can be a condition.",
        )
        return
    yield from each_known(when["in"], choices, (*place, "in"), f"answer to “{code}”")
    if other.respondent != spot.respondent:
        yield (
            (*place, "part"),
            f"“{code}” is answered by {other.respondent}, this part by {spot.respondent}. Use a part of the same respondent.",
        )
    elif spot.question.get("repeat", 1) != other.question.get("repeat", 1):
        yield (
            (*place, "part"),
            f"“{code}” stands in a question that repeats otherwise. Use a part of the same question.",
        )


def answer_codes(document: Document, part: Mapping[str, Any]) -> list[str] | None:
    """The codes a part can be answered with; None when its answers are no codes."""
    rule = document["overall_grade"]
    match part["kind"]:
        case "choice":
            return codes(part["options"])
        case "yes_no":
            return ["yes", "no"]
        case "overall_grade":
            beyond = ["surpassed"] if "surpassed" in rule else []
            return [*rule.get("grades", []), *beyond]
        case _:
            return None


def can_be_returned(document: Document, form: Form, spots: Sequence[Spot]) -> Found:
    """An audit is returned with one overall grade, the auditor's reasons, and the actions it needs."""
    graded_by = [spot for spot in spots if spot.part["kind"] == "overall_grade"]
    if len(graded_by) != 1:
        yield (
            (*form.place, "sections"),
            f"The form has {len(graded_by) or 'no'} parts of kind overall_grade and could never be returned. Give it exactly one.",
        )
    for spot in graded_by[:1]:
        yield from grade_part_faults(document, spot)
    if document["actions"]["minimum"] and not any(spot.part["kind"] == "actions" for spot in spots):
        yield (
            (*form.place, "sections"),
            "An audit needs actions (actions.minimum) and the form has no part of kind actions. Add one.",
        )


def grade_part_faults(document: Document, spot: Spot) -> Found:
    if spot.part.get("required_at") != "return" or "required_when" in spot.part:
        yield (
            (*spot.place, "required_at"),
            "The overall grade is always needed at return. Write “required_at: return” and no condition.",
        )
    if spot.question.get("repeat", 1) > 1:
        yield spot.place, "An audit has one overall grade. Take “repeat” out of this question."
    if spot.respondent == "practitioner":
        yield (
            spot.place,
            "The overall grade is the auditor's, or given together. Set “respondent” to auditor or joint.",
        )
    if "surpassed" not in document["overall_grade"] or not isinstance(spot.question["parts"], list):
        return
    reasons = [
        p for p in spot.question["parts"] if p["code"] == "rationale" and p["kind"] == "long_text"
    ]
    if not reasons or reasons[0].get("required_at") != "return":
        yield (
            spot.place,
            "A surpassed grade always needs reasons. Add a long_text part with the code “rationale” and "
            "“required_at: return” to this question.",
        )


def return_checks(document: Document) -> Found:
    """A check looks at a part of some form that is answered with codes, and at grades that exist."""
    spots = {
        spot.code: spot
        for step, tool in enumerate(document["tools"])
        for spot in Form(("tools", step), tool).spots()
    }
    for step, check in enumerate(document.get("return_checks", [])):
        place = ("return_checks", step)
        yield from each_known(
            check["when"].get("grade", []),
            codes(document["grades"]),
            (*place, "when", "grade"),
            "grade",
        )
        spot = spots.get(check["part"])
        if spot is None:
            yield (
                (*place, "part"),
                f"No form has a part “{check['part']}”. Write a full code such as {next(iter(spots))}.",
            )
            continue
        if "in_session" not in spot.section["open_in"]:
            yield (
                (*place, "part"),
                f"“{check['part']}” cannot be changed once the meeting has begun. Open its section in_session.",
            )
        choices = answer_codes(document, spot.part)
        if choices is None:
            yield (
                (*place, "part"),
                f"“{check['part']}” is of kind “{spot.part['kind']}”. A check needs a choice, a yes_no or the grade.",
            )
        else:
            yield from each_known(
                check["not_in"], choices, (*place, "not_in"), f"answer to “{check['part']}”"
            )
