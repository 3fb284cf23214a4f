"""Checks of the forms: parts that exist and fit, and an audit that can be started and returned."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from standards.crosscheck.references import Document, Found, Place, codes, each_known, known, twice

NOT_ANSWERED = frozenset({"shown", "guidance", "actions"})
# Keys that belong to some kinds of part only.
ONLY_FOR = {
    "scale": {"scale"},
    "low": {"scale"},
    "high": {"scale"},
    "options": {"choice", "checklist"},
    "shows": {"shown"},
    "max_length": {"short_text", "long_text", "evidence"},
    "grades": {"grade"},
    "aspect": {"grade"},
    "also": {"yes_no"},
    "weight": {"yes_no", "choice"},
    "priority": {"yes_no", "choice"},
    "all_of": {"checklist"},
    "lowest": {"number"},
    "highest": {"number"},
    "unit": {"number"},
}
# What a number may be where the part gives no bounds; the engine's own.
NUMBERS = (0, 100_000)
AGES = re.compile(r"^[0-9]{1,2}(-[0-9]{1,2})?$")
FACTS = {"audit.practice_week": ["yes", "no"]}


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


def tools(document: Document) -> Found:
    """Every fault of every form."""
    yield from twice(document["tools"], ("tools",), "code")
    for place, tool in enumerate(document["tools"]):
        yield from tool_faults(document, Form(("tools", place), tool))


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
    found += applies_faults(document, form, spots)
    found += suggestion_faults(document, form, spots)
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
        yield from used_before(listed, key)
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


def used_before(listed: Sequence[tuple[Place, Mapping[str, Any]]], key: str) -> Found:
    """Questions whose code or number an earlier question of the form has, wherever it stands."""
    first: dict[str, str] = {}
    for place, question in listed:
        value = question.get(key)
        if value in first:
            yield (
                (*place, key),
                f"“{value}” is used already by the question “{first[value]}” of this form. Use another one.",
            )
        elif value is not None:
            first[value] = question["title"]


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
    yield from each_known(
        part.get("grades", []), codes(document["grades"]), (*spot.place, "grades"), "grade"
    )
    lowest, highest = part.get("lowest", NUMBERS[0]), part.get("highest", NUMBERS[1])
    if lowest > highest:
        yield (
            (*spot.place, "highest"),
            f"The highest number must be at least the lowest, which is {lowest}.",
        )
    if part["kind"] != "choice":
        for step, option in enumerate(part.get("options", [])):
            if "counts" in option:
                yield (
                    (*spot.place, "options", step, "counts"),
                    "Only the options of a choice count in the suggested grade. Take this key out.",
                )
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
            return ["yes", "no", *part.get("also", [])]
        case "grade":
            return list(part.get("grades", codes(document["grades"])))
        case "checklist":
            return codes(part["options"])
        case "overall_grade":
            beyond = ["surpassed"] if "surpassed" in rule else []
            return [*rule.get("grades", []), *beyond]
        case _:
            return None


def applies_faults(document: Document, form: Form, spots: Sequence[Spot]) -> Found:
    """A section's condition names one thing, that is known before the section and can be answered in time."""
    listed = [section["code"] for _, section in form.sections()]
    for place, section in form.sections():
        when, here = section.get("applies_when"), (*place, "applies_when")
        if section.get("always") and not any(
            spot.answered for spot in spots if spot.section is section
        ):
            yield (
                (*place, "always"),
                "Nothing is answered in this section, so it cannot be demanded. Take “always” out.",
            )
        if when is None:
            continue
        if section.get("always"):
            yield (
                (*place, "always"),
                "A section that is always asked has no condition. Take “always” or “applies_when” out.",
            )
        if ("part" in when) == ("fact" in when):
            yield here, "Write either “part” or “fact”, and not both."
        elif "fact" in when:
            yield from fact_faults(when, here)
        else:
            yield from applies_part_faults(document, section, here, listed, spots)


def fact_faults(when: Mapping[str, Any], place: Place) -> Found:
    """Values that the fact can have: ages as 0-4, yes or no for Practice Week."""
    if when["fact"] == "case.age":
        for step, value in enumerate(when["in"]):
            first, _, last = value.partition("-")
            if not AGES.match(value) or int(first) > int(last or first):
                yield (
                    (*place, "in", step),
                    f'“{value}” is no age. Write whole years, such as "7" or 0-4, the lower first.',
                )
    elif when["fact"] in FACTS:
        yield from each_known(when["in"], FACTS[when["fact"]], (*place, "in"), "value of this fact")


def applies_part_faults(
    document: Document,
    section: Mapping[str, Any],
    place: Place,
    listed: Sequence[str],
    spots: Sequence[Spot],
) -> Found:
    """A part of an earlier section, answered with codes while the section can still be filled."""
    code = section["applies_when"]["part"]
    other = next((one for one in spots if one.code == code), None)
    if other is None:
        yield (
            (*place, "part"),
            f"There is no part “{code}” in this form. Write the code of one, such as {spots[0].code}.",
        )
        return
    if listed.index(other.section["code"]) >= listed.index(section["code"]):
        yield (
            (*place, "part"),
            f"“{code}” does not stand in an earlier section, so that the two could wait for each other. "
            "Use a part of a section before this one, or move this section down.",
        )
    choices = answer_codes(document, other.part)
    if choices is None or other.part["kind"] == "overall_grade":
        yield (
            (*place, "part"),
            f"“{code}” is of kind “{other.part['kind']}”. Use a choice, a yes_no, a checklist or a grade.",
        )
    else:
        yield from each_known(
            section["applies_when"]["in"], choices, (*place, "in"), f"answer to “{code}”"
        )
    if "in_session" in other.section["open_in"] and "in_session" not in section["open_in"]:
        yield (
            (*place, "part"),
            f"“{code}” can be answered in the meeting, when this section is closed. "
            "Add “in_session” to the section's open_in.",
        )


def suggestion_faults(document: Document, form: Form, spots: Sequence[Spot]) -> Found:
    """The suggested grade comes from parts that count, reaches grades that exist, and has a place for reasons."""
    rule, place = form.tool.get("suggestion"), (*form.place, "suggestion")
    if rule is None:
        return
    yield from bands_of_share(document, rule, place)
    for step, name in enumerate(rule.get("parts", [])):
        if not any(name in {spot.code, spot.section["code"]} for spot in spots):
            yield (
                (*place, "parts", step),
                f"This form has no part and no section “{name}”. Write a full code such as {spots[0].code}.",
            )
    named = set(rule.get("parts", []))
    looked_at = [s for s in spots if not named or named & {s.code, s.section["code"]}]
    if not any(counts(document, rule["method"], spot.part) for spot in looked_at):
        yield (
            (*place, "parts") if named else place,
            "No part counts in this suggestion. With “share” use yes_no parts, or choices whose options "
            "have “counts”; otherwise use parts of kind grade.",
        )
    if "priority_grade" in rule:
        yield from known(
            rule["priority_grade"], codes(document["grades"]), (*place, "priority_grade"), "grade"
        )
    elif any(spot.part.get("priority") for spot in looked_at):
        yield (
            place,
            "A part has “priority” and nothing says what follows from a “no”. Add “priority_grade”.",
        )
    yield from reason_faults(rule, (*place, "reason_part"), spots)


def bands_of_share(document: Document, rule: Mapping[str, Any], place: Place) -> Found:
    """Bands with the method share and no other, rising from 0."""
    bands = rule.get("bands", [])
    if (rule["method"] == "share") != bool(bands):
        if bands:
            yield (*place, "bands"), f"“bands” does not belong to “{rule['method']}”. Take it out."
        else:
            yield place, "Add “bands”: from which share on which grade is suggested."
        return
    starts = [band["from"] for band in bands]
    if bands and starts[0] != 0:
        yield (*place, "bands", 0, "from"), "The first band must start at 0."
    for step, band in enumerate(bands):
        yield from known(
            band["grade"], codes(document["grades"]), (*place, "bands", step, "grade"), "grade"
        )
        if step and band["from"] <= starts[step - 1]:
            yield (
                (*place, "bands", step, "from"),
                f"Bands must rise: start this one above {starts[step - 1]}.",
            )


def counts(document: Document, method: str, part: Mapping[str, Any]) -> bool:
    """Whether a part can count in a suggestion."""
    if method == "share":
        return part["kind"] == "yes_no" or any("counts" in one for one in part.get("options", []))
    scale = document.get("scales", {}).get(part.get("scale"), {})
    return part["kind"] == "grade" or any("grade" in band for band in scale.get("bands", []))


def reason_faults(rule: Mapping[str, Any], place: Place, spots: Sequence[Spot]) -> Found:
    """The part with the reason can be written by those who give the grade, whenever it is needed."""
    code = rule["reason_part"]
    reason = next((spot for spot in spots if spot.code == code), None)
    if reason is None:
        yield (
            place,
            f"There is no part “{code}” in this form. Write the full code of a text.",
        )
        return
    if reason.part["kind"] not in {"short_text", "long_text"}:
        yield place, f"“{code}” is of kind “{reason.part['kind']}”. A reason is a text."
    if "in_session" not in reason.section["open_in"] or "applies_when" in reason.section:
        yield (
            place,
            f"“{code}” cannot always be written before the return. Put it into a section that always "
            "applies and is open in_session.",
        )
    if reason.respondent == "practitioner" or reason.question.get("repeat", 1) > 1:
        yield place, f"“{code}” must be the auditor's or joint, in a question without “repeat”."


def grade_conditions(document: Document) -> Found:
    """A condition names a grade, and a checklist of some form that can be ticked before the return."""
    spots = {
        spot.code: spot
        for step, tool in enumerate(document["tools"])
        for spot in Form(("tools", step), tool).spots()
    }
    for step, rule in enumerate(document["overall_grade"].get("conditions", [])):
        place = ("overall_grade", "conditions", step)
        yield from known(rule["grade"], codes(document["grades"]), (*place, "grade"), "grade")
        spot = spots.get(rule["part"])
        if spot is None:
            yield (
                (*place, "part"),
                f"No form has a part “{rule['part']}”. Write the full code of a checklist.",
            )
        elif spot.part["kind"] != "checklist":
            yield (
                (*place, "part"),
                f"“{rule['part']}” is of kind “{spot.part['kind']}”. A condition needs a checklist.",
            )
        elif "in_session" not in spot.section["open_in"] or "applies_when" in spot.section:
            yield (
                (*place, "part"),
                f"“{rule['part']}” cannot always be ticked before the return. Put it into a section that "
                "always applies and is open in_session.",
            )


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


CHECKS = (tools, return_checks, grade_conditions)
