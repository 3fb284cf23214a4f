"""What is wrong with a framework's file, told by place and in plain words."""

import copy
import json
import re

import pytest
import yaml
from jsonschema import Draft202012Validator

from people.roles import Role
from standards import schema
from standards.schema import Fault, Unreadable, check, faults, read
from tests.factories.standards import framework_text

GOOD = read(framework_text("northshire"))
ABSENT = object()


def changed(path: str, value: object) -> dict:
    """The good document with one value put at a path; ABSENT takes the key out."""
    document = copy.deepcopy(GOOD)
    *way, last = [
        int(step[1:-1]) if step.startswith("[") else step
        for step in re.findall(r"\[\d+\]|[^.\[\]]+", path)
    ]
    found = document
    for step in way:
        found = found[step]
    if value is ABSENT:
        del found[last]
    elif isinstance(found, list) and last == len(found):
        found.append(value)
    else:
        found[last] = value
    return document


def told(path: str, value: object) -> list[tuple[str, str]]:
    return [(fault.path, fault.says) for fault in faults(changed(path, value))]


TALK = "tools[0].sections[1]"
VOICE = f"{TALK}.questions[0]"
END = "tools[0].sections[2]"
OUTCOME = f"{END}.questions[0]"
YES = "“yes” or “no” (or “on”, “off”, “true”, “false”)"


def test_a_good_file_has_no_faults():
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("format", 2, "Write 1 here."),
        ("framework.code", "North Shire", "“North Shire” cannot stand here. Write this instead: A code that stays the same for ever: small letters, digits, hyphens and underscores, starting with a letter or digit."),
        ("framework.edition", 0, "0 is too low. Write 1 or more."),
        ("framework.edition", 10000, "10000 is too high. Write 9999 or less."),
        ("framework.edition", 1.0, "“1.0” is not a whole number. Write that here."),
        ("framework.edition", True, "“true” is not a whole number. Write that here."),
        ("framework.effective_from", "soon", "Write a real date as year-month-day, such as 2026-04-01."),
        ("framework.label", "x" * 201, "This text has 201 characters. Use 200 or fewer."),
        ("framework.label", "", "This is empty or too short. Fill it in, or take the key out if it is optional."),
        ("framework.label", None, "This key has no value. Fill it in or take the key out."),
        ("framework.label", "   ", "This text is blank. Fill it in, or take the key out if it is optional."),
        ("framework.label", "a\x00b", "This text holds a control character. Take it out."),
        ("framework.label", 3.5, 'YAML reads this as a number, and it must be a text. Put it in quotes: "3.5".'),
        ("framework.label", GOOD["framework"]["effective_from"], 'YAML reads this as a date, and it must be a text. Put it in quotes: "2026-01-01".'),
        ("framework.label", ["a"], "“['a']” is not a text. Write that here."),
        ("framework.council", ABSENT, "This key is missing. Add it: the council's name."),
        ("framework.wrods", "x", "This key is not known. Correct it or take it out. Known here: code, council, name, edition, label, effective_from, sources, case_system, practice_model, year_start_month, approved_on, review_on, closed, front_door."),
        ("framework.sources[0].code", "N S", "“N S” cannot stand here. Write this instead: The code that citations start with."),
        ("wrods", {}, "This key is not known. Correct it or take it out. Did you mean “words”?"),
        ("words.audit", True, f"YAML reads {YES} without quotes as true, and this must be a text. Put it in quotes."),
        ("grades[0].colour", "puce", "“puce” is not one of: grey, green, turquoise, blue, light-blue, purple, pink, red, orange, yellow. Choose one of them."),
        ("grades", [], "This is empty or too short. Fill it in, or take the key out if it is optional."),
        ("allocation.by", ["qa_officer", "qa_officer"], "The same value stands twice. Keep one of them."),
        ("allocation.deadline.n", ABSENT, "This key is missing. Add it."),
        ("grade_query.allowed", "yes", "“yes” is not true or false. Write that here."),
        ("grade_query.ask[0]", "council.boss", "“council.boss” cannot stand here. Write this instead: Who is told: auditor, worker, second_worker, moderator, owner (of an action), officer (who raised a concern); <person>.<role> (the first holder up their line of management) or <person>.post.<code> (the first such post up their line); council.<role> or council.post.<code> (everybody in the council who holds it)."),
        ("return_checks[0].not_in[0]", False, f"YAML reads {YES} without quotes as false, and this must be a text. Put it in quotes."),
        ("messages.when_done", ["auditor"], "This key is not known. Correct it or take it out. Known here: allocated, preparing, in_session, grade_query, advised, returned, reopened."),
        ("tools[0].part_sets", {"Big One": [{"code": "a", "kind": "date", "label": "A"}]}, "“Big One” cannot stand here. Write this instead: A code that stays the same for ever: small letters, digits, hyphens and underscores, starting with a letter or digit."),
        (f"{VOICE}.code", "voice\n", "“voice\n” cannot stand here. Write this instead: A code that stays the same for ever: small letters, digits, hyphens and underscores, starting with a letter or digit."),
        (f"{VOICE}.number", 1, 'YAML reads this as a number, and it must be a text. Put it in quotes: "1".'),
        (f"{VOICE}.parts", 7, 'YAML reads this as a number, and it must be a text. Put it in quotes: "7".'),
        (f"{VOICE}.parts[1].scale", ABSENT, "This key is missing. Add it."),
        (f"{VOICE}.parts[4].required_at", ABSENT, "This key is missing. Add it."),
        (f"{VOICE}.parts[5].options", ABSENT, "This key is missing. Add it."),
        (f"{VOICE}.parts[5].options[0].code", True, f"YAML reads {YES} without quotes as true, and this must be a text. Put it in quotes."),
        (f"{TALK}.questions[1].parts[0].shows", "case.name", "“case.name” is not one of: case.number, case.date_of_birth, case.gender, case.ethnicity, case.language, case.referral_on, audit.auditor, audit.worker, audit.second_worker, audit.manager, audit.meeting_on, audit.returned_on. Choose one of them."),
        (f"{TALK}.questions[1].parts[0].shows", ABSENT, "This key is missing. Add it."),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_shape_is_told_at_its_path(path, value, says):
    assert told(path, value) == [(path, says)]


@pytest.mark.parametrize(
    ("path", "value", "where", "says"),
    [
        ("grades[4]", {"code": "good", "label": "Good", "rank": 5, "descriptors": False}, "grades[4].code", "“good” is used already by entry [2] of this list. Use another one."),
        ("grades[1].rank", 1, "grades[1].rank", "“1” is used already by entry [0] of this list. Use another one."),
        ("grades[3].descriptors", True, "grades[3]", "No area describes “outstanding”. Add descriptors, or write “descriptors: false” with the grade."),
        ("scales.five.highest", 1, "scales.five.highest", "The highest value must be more than the lowest."),
        ("scales.odd.step", 3, "scales.odd.step", "Steps from the lowest value do not reach the highest. Change one of the three."),
        ("scales.five.bands", [{"from": 1, "to": 2, "label": "low"}, {"from": 4, "to": 5, "label": "high"}], "scales.five.bands", "No band holds 3. Every value from lowest to highest needs a band."),
        ("scales.five.bands", [{"from": 1, "to": 3, "label": "low"}, {"from": 3, "to": 5, "label": "high"}], "scales.five.bands[1].from", "The band overlaps the one before it, which ends at 3. Start it at 4."),
        ("scales.five.bands", [{"from": 1, "to": 6, "label": "all"}], "scales.five.bands[0]", "The band reaches outside the scale, which runs from 1 to 5. Shorten it."),
        ("scales.five.bands", [{"from": 0, "to": 5, "label": "all"}], "scales.five.bands[0]", "The band reaches outside the scale, which runs from 1 to 5. Shorten it."),
        ("scales.five.bands", [{"from": 1, "to": 5, "grade": "super"}], "scales.five.bands[0].grade", "“super” is no grade. It must be one of: inadequate, requires_improvement, good, outstanding."),
        ("overall_grade.scale", "five", "overall_grade.scale", "“scale” does not belong to the method “direct”. Take it out."),
        ("overall_grade.grades[0]", "bad", "overall_grade.grades[0]", "“bad” is no grade. It must be one of: inadequate, requires_improvement, good, outstanding."),
        ("overall_grade", {"method": "scale", "scale": "ten"}, "overall_grade.scale", "“ten” is no scale. It must be one of: five, odd."),
        ("overall_grade", {"method": "scale", "scale": "five"}, "overall_grade.scale", "Every band of the overall scale needs a grade, or an audit with that value could not be returned."),
        ("overall_grade.surpassed", {"label": "More", "grade": "best"}, "overall_grade.surpassed.grade", "“best” is no grade. It must be one of: inadequate, requires_improvement, good, outstanding."),
        ("post_types[1].code", "SW", "post_types[1].code", "“SW” is used already by entry [0] of this list. Use another one."),
        ("allocation.by[0]", "senior_leader", "allocation.by[0]", "No kind of post carries the role “senior_leader”. Give it to one under post_types, or name another role."),
        ("allocation.auditors[0]", "moderator", "allocation.auditors[0]", "No kind of post carries the role “moderator”. Give it to one under post_types, or name another role."),
        ("messages.preparing[0]", "worker.senior_leader", "messages.preparing[0]", "No kind of post carries the role “senior_leader”. Give it to one under post_types, or name another role."),
        ("grade_query.ask[0]", "council.panel_member", "grade_query.ask[0]", "No kind of post carries the role “panel_member”. Give it to one under post_types, or name another role."),
        ("actions.classes[1].code", "safety", "actions.classes[1].code", "“safety” is used already by entry [0] of this list. Use another one."),
        ("standards[2]", {"section": {"code": "1", "title": "One"}, "items": [{"number": "3.1", "text": "Three."}]}, "standards[2].section.code", "The section “1” stands twice. Use another code."),
        ("standards[1].items[0].number", "1.1", "standards[1].items[0].number", "The standard “1.1” stands twice. Use another number."),
        ("standards[1].items[0].number", "1", "standards[1].items[0].number", "“1” is also the code of another section. Use another number or code."),
        ("descriptor_areas[0].cells.outstanding", ["Best"], "descriptor_areas[0].cells.outstanding", "“outstanding” is no grade with descriptors. It must be one of: inadequate, requires_improvement, good."),
        ("descriptor_areas[1].cells.good[0]", "Plain", "descriptor_areas[1].cells.good[0]", "This area has columns. Write {column: …, text: …}."),
        ("descriptor_areas[1].cells.good[0].column", "system", "descriptor_areas[1].cells.good[0].column", "“system” is no column. It must be one of: practice, systemic."),
        ("descriptor_areas[0].cells.good[0]", {"column": "practice", "text": "Good."}, "descriptor_areas[0].cells.good[0].column", "“practice” is no column. The file has none."),
        ("assumed[0].path", "allocation.deadlines", "assumed[0].path", "There is nothing at “allocation.deadlines” in this file. Correct the path."),
        ("assumed[0].path", "grades[9]", "assumed[0].path", "There is nothing at “grades[9]” in this file. Correct the path."),
        ("assumed[0].path", "tools.talk.silence", "assumed[0].path", "There is nothing at “tools.talk.silence” in this file. Correct the path."),
        ("framework.sources[1]", {"code": "NS", "title": "Again"}, "framework.sources[1].code", "“NS” is used already by entry [0] of this list. Use another one."),
        ("tools[0].source", "BX-3", "tools[0].source", "“BX-3” cites no listed document. Start it with the code of one and a hyphen (NS)."),
        ("tools[1]", GOOD["tools"][0], "tools[1].code", "“talk” is used already by entry [0] of this list. Use another one."),
        (f"{TALK}.code", "before", f"{TALK}.code", "“before” is used already by entry [0] of this list. Use another one."),
        (f"{TALK}.number", "2", f"{END}.number", "“2” is used already by entry [1] of this list. Use another one."),
        (f"{VOICE}.areas[0]", "noise", f"{VOICE}.areas[0]", "“noise” is no descriptor area. It must be one of: voice, safety."),
        (f"{TALK}.questions[1].area", "noise", f"{TALK}.questions[1].area", "“noise” is no descriptor area. It must be one of: voice, safety."),
        (f"{VOICE}.area", "voice", f"{VOICE}.areas", "Write either “area” or “areas”, not both."),
        (f"{VOICE}.standards[0]", "9.9", f"{VOICE}.standards[0]", "“9.9” is no practice standard. It must be one of: 1.1, 1.2, 2.1, 1, 2."),
        (f"{TALK}.questions[1].parts", "usual", f"{TALK}.questions[1].parts", "“usual” is no set of parts. The file has none."),
        (f"{VOICE}.parts[5].code", "note", f"{VOICE}.parts[5].code", "“note” is used already by entry [0] of this list. Use another one."),
        ("tools[0].part_sets", {"usual": [{"code": "a", "kind": "date", "label": "A"}]}, "tools[0].part_sets.usual", "No question uses this set of parts. Use it or take it out."),
        (f"{VOICE}.parts[0].scale", "five", f"{VOICE}.parts[0].scale", "“scale” does not belong to a part of kind “long_text”. Take it out."),
        (f"{VOICE}.parts[1].max_length", 9, f"{VOICE}.parts[1].max_length", "“max_length” does not belong to a part of kind “scale”. Take it out."),
        (f"{VOICE}.parts[1].scale", "ten", f"{VOICE}.parts[1].scale", "“ten” is no scale. It must be one of: five, odd."),
        (f"{VOICE}.parts[1].low", ABSENT, f"{VOICE}.parts[1]", "Write both “low” and “high”, or neither."),
        (f"{TALK}.questions[1].scaling", ABSENT, f"{TALK}.questions[1].parts[2]", "Nothing says what the numbers mean. Give the scale bands, or write “low” and “high” here or under the question's scaling."),
        (f"{VOICE}.parts[5].options[1].code", "home", f"{VOICE}.parts[5].options[1].code", "“home” is used already by entry [0] of this list. Use another one."),
        (f"{TALK}.questions[1].parts[0].required_at", "return", f"{TALK}.questions[1].parts[0].required_at", "A part of kind “shown” is not answered. Take this key out."),
        ("tools[0].sections[0].open_in", [], "tools[0].sections[0].open_in", "Something is answered in this section. Name the stages in which it can be filled."),
        (f"{TALK}.questions[1].parts[1].required_at", "session", f"{TALK}.open_in", "records.found is needed before the meeting. Add “preparing”, or change its required_at."),
        ("tools[0].sections[0].questions[0].parts[0].required_at", "return", "tools[0].sections[0].open_in", "proud.story is needed before the return, and nobody could fill it once the meeting has begun. Add “in_session”, or write “required_at: session”."),
        (f"{VOICE}.parts[3].required_when.part", "voice.gone", f"{VOICE}.parts[3].required_when.part", "There is no part “voice.gone” in this form. Write the code of one, such as proud.story."),
        (f"{VOICE}.parts[3].required_when.part", "gone", f"{VOICE}.parts[3].required_when.part", "There is no part “voice.gone” in this form. Write the code of one, such as proud.story."),
        (f"{VOICE}.parts[3].required_when.part", "rating", f"{VOICE}.parts[3].required_when.part", "“voice.rating” is of kind “scale”. Only a choice, a yes_no or the grade can be a condition."),
        (f"{VOICE}.parts[3].required_when.in[0]", "maybe", f"{VOICE}.parts[3].required_when.in[0]", "“maybe” is no answer to “voice.seen”. It must be one of: yes, no."),
        (f"{VOICE}.parts[3].respondent", "auditor", f"{VOICE}.parts[3].required_when.part", "“voice.seen” is answered by joint, this part by auditor. Use a part of the same respondent."),
        (f"{OUTCOME}.parts[1].required_at", ABSENT, f"{OUTCOME}.parts[1].required_at", "The overall grade is always needed at return. Write “required_at: return” and no condition."),
        (f"{OUTCOME}.parts[1].respondent", "practitioner", f"{OUTCOME}.parts[1]", "The overall grade is the auditor's, or given together. Set “respondent” to auditor or joint."),
        (f"{OUTCOME}.repeat", 2, f"{OUTCOME}.parts[1]", "An audit has one overall grade. Take “repeat” out of this question."),
        ("return_checks[0].part", "voice.gone", "return_checks[0].part", "No form has a part “voice.gone”. Write a full code such as proud.story."),
        ("return_checks[0].part", "voice.note", "return_checks[0].part", "“voice.note” is of kind “long_text”. A check needs a choice, a yes_no or the grade."),
        ("return_checks[0].not_in[0]", "never", "return_checks[0].not_in[0]", "“never” is no answer to “voice.seen”. It must be one of: yes, no."),
        ("return_checks[0].when.grade[0]", "best", "return_checks[0].when.grade[0]", "“best” is no grade. It must be one of: inadequate, requires_improvement, good, outstanding."),
    ],
)  # fmt: skip
def test_a_reference_that_leads_nowhere_is_told_at_its_path(path, value, where, says):
    assert told(path, value) == [(where, says)]


def test_a_band_needs_a_grade_or_a_label():
    assert told("scales.five.bands", [{"from": 1, "to": 5}]) == [
        (
            "scales.five.bands[0]",
            "A band needs a grade, or a label where it carries no grade. Add one of them.",
        )
    ]


def test_a_band_that_runs_backwards_is_told_with_the_values_it_leaves_out():
    assert told("scales.five.bands", [{"from": 5, "to": 1, "label": "all"}]) == [
        ("scales.five.bands[0]", "“from” is higher than “to”. Exchange them."),
        (
            "scales.five.bands",
            "No band holds 1, 2, 3, 4, 5. Every value from lowest to highest needs a band.",
        ),
    ]


@pytest.mark.parametrize(("key", "value"), [("number", "1"), ("code", "voice")])
def test_a_question_that_takes_the_code_or_number_of_another_is_told_with_that_one(key, value):
    document = changed(f"{TALK}.questions[1].{key}", value)

    [fault] = faults(document)

    assert fault == Fault(
        f"{TALK}.questions[1].{key}",
        f"“{value}” is used already by the question “The child's voice” of this form. Use another one.",
    )


def test_a_band_scale_with_a_step_needs_bands_for_its_values_only():
    bands = [{"from": 1, "to": 1, "label": "low"}, {"from": 3, "to": 5, "label": "high"}]

    assert told("scales.odd.bands", bands) == []


@pytest.mark.parametrize(
    "path",
    ["grades", "tools.talk.voice", "tools.talk.outcome", "tools[0].sections[1]", "standards"],
)
def test_an_assumption_may_name_its_place_by_numbers_or_by_codes(path):
    assert told("assumed[0].path", path) == []


def test_an_assumption_may_not_look_into_a_text():
    assert told("assumed[0].path", "framework.code.north") == [
        (
            "assumed[0].path",
            "There is nothing at “framework.code.north” in this file. Correct the path.",
        )
    ]


@pytest.mark.parametrize(
    "path", ["grade_query", "messages", "return_checks", "assumed", "note", "time_budget"]
)
def test_what_a_council_does_not_say_may_be_left_out(path):
    assert told(path, ABSENT) == []


def test_a_condition_may_look_at_a_choice():
    document = changed(f"{VOICE}.parts[4].required_when", {"part": "place", "in": ["school"]})

    assert faults(document) == []


def test_a_condition_may_not_look_into_a_question_that_repeats_otherwise():
    document = changed(f"{VOICE}.repeat", 2)
    part = {
        "code": "again",
        "kind": "short_text",
        "label": "Again",
        "required_at": "return",
        "required_when": {"part": "voice.seen", "in": ["yes"]},
    }
    document["tools"][0]["sections"][1]["questions"][1]["parts"].append(part)

    assert [(fault.path, fault.says) for fault in faults(document)] == [
        (
            f"{TALK}.questions[1].parts[3].required_when.part",
            "“voice.seen” stands in a question that repeats otherwise. Use a part of the same question.",
        )
    ]


def test_a_part_needed_before_the_meeting_must_be_seen_by_who_answers_it():
    document = changed("tools[0].sections[0].hidden_until_session_from", ["practitioner"])
    document["tools"][0]["sections"][0]["questions"][0]["parts"][0]["required_at"] = "session"

    assert [(fault.path, fault.says) for fault in faults(document)] == [
        (
            "tools[0].sections[0].hidden_until_session_from",
            "proud.story is needed before the meeting from the practitioner, who cannot see it. "
            "Change one of the two.",
        )
    ]


@pytest.mark.parametrize(("count", "words"), [(0, "no"), (2, "2")])
def test_a_form_without_exactly_one_overall_grade_could_never_be_returned(count, words):
    document = copy.deepcopy(GOOD)
    parts = document["tools"][0]["sections"][2]["questions"][0]["parts"]
    if count:
        parts.append({**parts[1], "code": "second"})
    else:
        del parts[1]

    assert [(fault.path, fault.says) for fault in faults(document)] == [
        (
            "tools[0].sections",
            f"The form has {words} parts of kind overall_grade and could never be returned. "
            "Give it exactly one.",
        )
    ]


def test_a_form_that_needs_actions_must_have_a_place_for_them():
    document = changed("actions.minimum", 1)
    del document["tools"][0]["sections"][2]["questions"][0]["parts"][3]

    assert [(fault.path, fault.says) for fault in faults(document)] == [
        (
            "tools[0].sections",
            "An audit needs actions (actions.minimum) and the form has no part of kind actions. Add one.",
        )
    ]


@pytest.mark.parametrize("required_at", [None, "session"])
def test_a_surpassed_grade_needs_compulsory_reasons(required_at):
    document = changed("overall_grade.surpassed", {"label": "More", "grade": "outstanding"})
    reasons = document["tools"][0]["sections"][2]["questions"][0]["parts"][2]
    if required_at:
        document["tools"][0]["sections"][2]["open_in"] = ["preparing", "in_session"]
        reasons["required_at"] = required_at
    else:
        reasons["code"] = "because"

    assert [fault.path for fault in faults(document)] == [f"{OUTCOME}.parts[1]"]


def test_a_check_at_return_must_look_at_a_part_that_can_still_be_changed():
    document = changed("return_checks[0].part", "proud.again")
    document["tools"][0]["sections"][0]["questions"][0]["parts"].append(
        {"code": "again", "kind": "yes_no", "label": "Again?"}
    )

    assert [(fault.path, fault.says) for fault in faults(document)] == [
        (
            "return_checks[0].part",
            "“proud.again” cannot be changed once the meeting has begun. Open its section in_session.",
        )
    ]


def test_a_condition_and_a_check_may_look_at_a_surpassed_grade():
    document = changed("overall_grade.surpassed", {"label": "More", "grade": "outstanding"})
    parts = document["tools"][0]["sections"][2]["questions"][0]["parts"]
    parts.append(
        {
            "code": "lasting",
            "kind": "yes_no",
            "label": "Does it last?",
            "required_at": "return",
            "required_when": {"part": "overall", "in": ["surpassed", "good"]},
        }
    )

    assert faults(document) == []


def test_a_fault_in_a_set_of_parts_is_told_once_however_many_questions_use_it():
    document = copy.deepcopy(GOOD)
    tool = document["tools"][0]
    tool["part_sets"] = {
        "usual": [
            {
                "code": "rate",
                "kind": "scale",
                "scale": "ten",
                "label": "Rate",
                "low": "a",
                "high": "b",
            }
        ]
    }
    for number in ("7", "8"):
        tool["sections"][1]["questions"].append(
            {"code": f"more{number}", "number": number, "title": "More", "parts": "usual"}
        )

    assert [(fault.path, fault.says) for fault in faults(document)] == [
        ("tools[0].part_sets.usual[0].scale", "“ten” is no scale. It must be one of: five, odd.")
    ]


def test_citations_need_listed_documents():
    document = changed("framework.sources", ABSENT)

    says = {fault.says for fault in faults(document)}

    assert says == {
        f"“{citation}” cites no listed document. Start it with the code of one and a hyphen "
        "(nothing: the file lists no framework.sources)."
        for citation in ("NS-2", "NS-3", "NS-4", "NS-PS 1.1", "NS-PS 1.2", "NS-PS 2.1")
    }


def test_the_date_may_stand_in_quotes():
    assert told("framework.effective_from", "2026-04-01") == []


def test_markup_is_text_like_any_other():
    assert told("tools[0].title", "<script>alert(1)</script>") == []


def test_a_document_that_is_not_made_of_keys_and_values_is_told_without_a_crash():
    assert [fault.path for fault in faults({"framework": "x"})][:1] == ["framework"]


# Reading the text


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb: 2\na: 3", 3, "The key “a” stands twice. Keep one of them."),
        ("a:\n  - {b: 1, b: 2}", 2, "The key “b” stands twice. Keep one of them."),
        ("yes: 1", 1, "The key yes is not read as a text. Put it in quotes."),
        ("2: 1", 1, "The key 2 is not read as a text. Put it in quotes."),
        ("? [a]\n: 1", 1, "The key here is not read as a text. Put it in quotes."),
        ("a: {<<: 3}", 1, None),
        ("<<: {a: 1}\n<<: {b: 1}", 2, "The key “<<” stands twice. Keep one of them."),
        ("a: !!python/object/apply:os.system [ls]", 1, "The tag tag:yaml.org,2002:python/object/apply:os.system is not allowed. Write plain values."),
        ("a: !secret b", 1, "The tag !secret is not allowed. Write plain values."),
        ("a: [1\nb: 2", 2, None),
        ("a: *nothing", 1, None),
        ("a: &a [*a]", 1, "An alias (*name) contains itself. Write the values out."),
        ("[" * 5000, 1, "The values are nested too deeply."),
        ("a: &a 1\nb: [" + "*a, " * 101 + "]", 2, "There are more than 100 aliases (*name). Write the values out."),
        ("a: 1\n---\nb: 2", 2, None),
        ("", None, "The file is empty."),
        ("- a", 1, "The file must be a list of keys and values, starting with “format: 1”."),
        ("a: 2026-02-30", None, None),
        ("a: \x01", None, None),
        ("a: \ud800", None, "The file holds characters that are no text. Save it as UTF-8."),
        ("a: " + "x" * 2 * 1024 * 1024, None, "The file is larger than 2 MB. Split it or take out what is not part of the framework."),
    ],
)  # fmt: skip
def test_read_refuses_what_is_not_plain_yaml(text, line, says):
    with pytest.raises(Unreadable) as refused:
        read(text)

    assert refused.value.line == line
    assert says is None or str(refused.value) == says


def test_read_refuses_aliases_that_stand_for_too_many_values():
    rows = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]

    with pytest.raises(Unreadable, match="too many values once its aliases are written out"):
        read("\n".join(rows))


def test_read_takes_as_many_aliases_as_are_allowed():
    assert len(read("a: &a 1\nb: [" + "*a, " * 100 + "]")["b"]) == 100


def test_read_measures_a_file_in_bytes_and_takes_all_of_its_two_megabytes():
    largest = 2 * 1024 * 1024

    assert len(read("a: " + "x" * (largest - 3))["a"]) == largest - 3
    with pytest.raises(Unreadable, match="larger than 2 MB"):
        read("a: " + "é" * (largest // 2))


def test_read_refuses_a_number_that_takes_long_to_read():
    with pytest.raises(Unreadable, match="cannot be read"):
        read("a: " + "1" * 100_000)


def test_of_a_file_with_very_many_faults_the_first_are_told():
    _, found = check(framework_text("northshire") + "".join(f"k{n}: 1\n" for n in range(5000)))

    assert len(found) == 201
    assert found[0].path == ""
    assert found[0].says == (
        "There are more faults than can be listed. These are the first 200; mend them and check again."
    )


def test_read_takes_aliases_merges_and_dates():
    document = read("a: &a {x: 1, y: 2}\nb: *a\nc: {<<: *a, y: 3}\nd: 2026-04-01")

    assert document["b"] == {"x": 1, "y": 2}
    assert document["c"] == {"x": 1, "y": 3}
    assert document["d"].isoformat() == "2026-04-01"


def test_read_takes_a_merge_of_a_merge():
    document = read("z: &z {x: 1}\na: {b: {c: &c {<<: *z, x: 2}}}\nd: {<<: *c}")

    assert (document["a"]["b"]["c"], document["d"]) == ({"x": 2}, {"x": 2})


def test_check_names_the_line_of_each_fault_and_lists_them_in_the_order_of_the_file():
    text = (
        framework_text("northshire")
        .replace("rank: 4", "rank: four")
        .replace("format: 1", "format: one")
    )

    _, found = check(text)

    lines = text.splitlines()
    assert [fault.path for fault in found] == ["format", "grades[3].rank"]
    assert [lines[fault.line - 1].strip().split(",")[0] for fault in found] == [
        "format: one",
        "- {code: outstanding",
    ]
    assert (
        str(found[1])
        == f"line {found[1].line}: grades[3].rank: “four” is not a whole number. Write that here."
    )


def test_check_names_the_nearest_line_for_a_key_that_is_missing():
    _, [fault] = check(framework_text("northshire").replace("  council: Northshire\n", ""))

    assert fault == Fault(
        "framework.council", "This key is missing. Add it: the council's name.", 3
    )


def test_check_tells_unreadable_text_as_a_fault_without_a_path():
    document, found = check("a: 1\na: 2")

    assert document is None
    assert [str(fault) for fault in found] == [
        "line 2: The key “a” stands twice. Keep one of them."
    ]


def test_check_shows_long_values_cut_short():
    document = changed("grades[0].colour", "very " * 40)

    [fault] = faults(document)

    assert fault.says.startswith("“" + ("very " * 40)[:57] + "…” is not one of: grey,")


# The schema file itself


@pytest.fixture(scope="module")
def published_schema():
    return json.loads(schema.FILE.read_text("utf-8"))


def test_the_schema_is_valid_json_schema_2020_12(published_schema):
    Draft202012Validator.check_schema(published_schema)

    assert published_schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_schema_describes_every_key(published_schema):
    def undescribed(value, path):
        for key, inner in value.items() if isinstance(value, dict) else []:
            if key == "properties":
                yield from (
                    f"{path}.{name}"
                    for name, about in inner.items()
                    if not about.keys() & {"description", "$ref"}
                )
            if key != "if":
                yield from undescribed(inner, f"{path}.{key}")

    unsaid = [name for name, about in published_schema["$defs"].items() if not about["description"]]

    assert (list(undescribed(published_schema, "")), unsaid) == ([], [])


def test_the_schema_refuses_unknown_keys_in_every_mapping_it_describes(published_schema):
    def open_mappings(value, path):
        if isinstance(value, dict):
            if value.get("type") == "object" and "additionalProperties" not in value:
                yield path
            for key, inner in value.items():
                yield from open_mappings(inner, f"{path}.{key}")

    assert list(open_mappings(published_schema, "")) == []


def test_the_schema_knows_exactly_the_engines_roles(published_schema):
    roles = [role.value for role in Role]

    assert published_schema["$defs"]["role"]["enum"] == roles
    assert all(role in published_schema["$defs"]["recipient"]["pattern"] for role in roles)


def test_the_schema_accepts_the_good_file_as_other_tools_read_it(published_schema):
    document = yaml.safe_load(framework_text("northshire"))
    document["framework"]["effective_from"] = document["framework"]["effective_from"].isoformat()

    assert list(Draft202012Validator(published_schema).iter_errors(document)) == []
