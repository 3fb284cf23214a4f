"""Files with one thing wrong: the one message that each of them gets names the line, the place and the remedy."""

import difflib

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from standards.schema import check, unacknowledged

FOLDER = settings.BASE_DIR / "tests" / "frameworks"
SMALL = (FOLDER / "small.yaml").read_text("utf-8")
FILES = sorted((FOLDER / "broken").glob("*.yaml"))
TOLD = {
    "agreement_twice": "line 46: moderation.contents[1].kind: “agreement” is of kind “agreement” already, and a moderation holds only one. Take one of them out, or use another kind.",
    "anonymous_link_without_help": "line 43: instrument-without-help at instruments.check: Nobody can follow up what somebody writes in “Staff check”. Say under “help_text” where to get help.",
    "asked_one_by_one": "line 47: instruments[0].follows: The privacy is “anonymous”, and asking people one by one would show who answered. Take it out, or use another privacy.",
    "breakdown_by_a_text": "line 47: instruments[0].broken_down_by: “said” is of kind “long_text” and has no choices. Name a field of kind “choice” or “yes_no”.",
    "class_without_limit": "line 30: class-without-limit at actions.classes.soon: Actions of the class “Soon” are due on any day. Give the class a limit.",
    "code_that_runs": "line 49: The tag tag:yaml.org,2002:python/name:os.system is not allowed. Write plain values.",
    "condition_on_nothing": "line 62: tools[0].sections[0].questions[0].parts[0].required_when.part: There is no part “voice.visited” in this form. Write the code of one, such as voice.seen.",
    "dispute_about_nothing": "line 41: disputes[0].about: This key is missing. Add it: what the disagreement is about: moderation (the grade, after a moderation) or audit (the audit itself).",
    "dispute_nobody_decides": "line 46: disputes[0].rungs[1].decides: Nobody decides on the last rung, and the grade could stay open for ever. Write “decides: true” here, add a rung that decides, or keep one rung alone.",
    "duplicate_question_number": "line 64: tools[0].sections[0].questions[1].number: “1” is used already by the question “The child's voice” of this form. Use another one.",
    "duplicate_standard_number": "line 46: standards[0].items[1].number: The standard “1.1” stands twice. Use another number.",
    "ends_of_a_text": "line 48: instruments[0].fields[0].low: “low” does not belong to a field of kind “long_text”. Take it out.",
    "field_after_no_choice": "line 49: instruments[0].fields[1].shown_when.in[0]: “boss” is no choice of “role”. It must be one of: worker, manager.",
    "field_after_nothing": "line 48: instruments[0].fields[0].shown_when.field: No field “direct” stands before this one. Name one that does, or move it up.",
    "gap_in_bands": "line 12: scales.ten.bands: No band holds 10. Every value from lowest to highest needs a band.",
    "items_of_nothing": "line 45: moderation.contents[0].each: Nothing says for what items are asked. Write “each: question” or “each: section”.",
    "ladder_back_in_rank": "line 39: ladders[0].rungs[1].to: This rung goes to a line manager, and an earlier one to a head of service, who stands higher. Put the rungs in order, or name somebody as high.",
    "ladder_back_in_time": "line 39: ladders[0].rungs[1].after: 1 day is not later than the rung before it, which comes after 2 days. Make it later, or put the two rungs in order.",
    "misspelt_key": "line 31: mesages: This key is not known. Correct it or take it out. Did you mean “messages”?",
    "number_without_quotes": "line 46: standards[0].items[1].number: YAML reads this as a number, and it must be a text. Put it in quotes: \"1.2\".",
    "overlap_in_bands": "line 14: scales.ten.bands[1].from: The band overlaps the one before it, which ends at 5. Start it at 6.",
    "panel_without_verdict": "line 44: panel-without-verdict at moderation.panel: The panel is not asked whether the grade is supported. Add one of kind “verdict” to contents.",
    "post_that_is_not_listed": "line 32: messages.returned[1]: “AD” is no kind of post. It must be one of: SW, TM, HOS, QA.",
    "question_nobody_answers": "line 57: question-nobody-answers at tools.audit.sections.all.questions.voice: Nothing is answered in this question. Add a part that is.",
    "question_of_no_form": "line 47: instruments[0].question: No form has a question “voices”. Write the code of one, or take it out.",
    "recipient_no_post_fills": "line 41: reports[0].to[0]: No kind of post carries the role “senior_leader”. Give it to one under post_types, or name another role.",
    "report_nobody_receives": "line 41: report-nobody-receives at reports.quarterly: Nobody receives “The quarter's report”. Write “to” with bodies or recipients.",
    "selection_without_number": "line 42: moderation.selection[0].percent: The rule “percentage” chooses nothing without “percent”. Add it.",
    "single_answers_of_nobody": "line 47: instruments[0].sees_answers: The privacy is “anonymous”, and nobody reads single answers. Take it out; “sees_totals” says who reads totals.",
    "text_for_each_question": "line 45: moderation.contents[0].each: “each” belongs to the kind “items”, and this is of kind “text”. Take it out, or write “kind: items”.",
    "tool_without_actions": "line 51: tools[0].sections: An audit needs actions (actions.minimum) and the form has no part of kind actions. Add one.",
    "tool_without_grade": "line 51: tools[0].sections: The form has no parts of kind overall_grade and could never be returned. Give it exactly one.",
    "translation_of_no_choice": "line 48: instruments[0].fields[0].translations.cy.options.boss: “boss” is no choice of “role”. It must be one of: worker, manager.",
    "unreachable_grade": "line 7: grades[2]: No audit could ever be given “Outstanding”. Add it to a band of the scale “ten”, or take the grade out.",
    "verdict_without_panel": "line 45: moderation.contents[0].kind: A panel gives the verdict, and the file has none. Write “panel”, add the rule “panel” to selection, or use another kind.",
    "warning_that_does_not_exist": "line 48: acknowledged[0].warning: There is no warning “report-nobody-recieves”. Did you mean “report-nobody-receives”?",
    "worry_nobody_hears": "line 43: instruments[0].worries_to: A field asks for worries, and nobody would hear of them. Write who follows them up.",
    "worry_of_nobody": "line 47: instruments[0].worries_to: The privacy is “anonymous”, and nobody can be found again. Take it out, and say under “help_text” where to get help.",
}  # fmt: skip


def told(text: str) -> list[str]:
    """Every fault of a file; without any, its warnings."""
    document, faults = check(text)
    if document is None or faults:
        return [str(fault) for fault in faults]
    return [str(warning) for warning in unacknowledged(document, text)]


def test_every_broken_file_is_looked_at():
    assert [path.stem for path in FILES] == sorted(TOLD)


def test_the_file_they_were_made_from_has_nothing_wrong():
    assert told(SMALL) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_broken_file_gets_the_one_message_that_mends_it(path):
    assert told(path.read_text("utf-8")) == [TOLD[path.stem]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_broken_file_differs_from_the_good_one_in_one_thing(path):
    """So that putting right what the message names is all that is needed."""
    _, *good = SMALL.splitlines()
    _, *broken = path.read_text("utf-8").splitlines()

    codes = difflib.SequenceMatcher(None, good, broken, autojunk=False).get_opcodes()

    places = [code for code in codes if code[0] != "equal"]
    assert len(places) == 1
    assert places[0][2] - places[0][1] <= 2


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_command_says_it_and_fails(path):
    with pytest.raises(CommandError) as refused:
        call_command("framework", "check", str(path))

    assert f"{path}: {TOLD[path.stem]}" in str(refused.value).splitlines()
