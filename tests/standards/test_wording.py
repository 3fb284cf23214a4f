"""Keys, codes, lengths of time and people in plain words; unknown ones stand as they are."""

import re
from datetime import date

import pytest

from standards.describing import about
from standards.editing import place_of
from standards.schema import read
from standards.wording import (
    duration,
    heading_of,
    in_words,
    key_in_words,
    names_of,
    simple,
    words_for,
)
from tests.factories.standards import framework_text

BEXLEY = names_of(read(framework_text("bexley")))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"number": 1, "unit": "working_days"}, "1 working day"),
        ({"number": 24, "unit": "hours", "from": "returned"}, "24 hours from the return"),
        ({"number": 0, "unit": "days"}, "on the day itself"),
        ({"number": 2, "unit": "days"}, "2 calendar days"),
    ],
)
def test_a_length_of_time_is_said_in_words(value, words):
    assert duration(value) == words


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (
            "messages.returned",
            ["worker", "worker.line_manager"],
            "the worker; the worker's line manager",
        ),
        ("messages.returned", ["council.qa_officer"], "every QA officer"),
        (
            "ladders[0].rungs[3].to",
            ["council.post.DCS"],
            "whoever is Director of children's services",
        ),
        ("ladders[0].rungs[3].to", ["worker.post.SM"], "the worker's Service manager"),
        ("allocation.auditors", ["auditor"], "auditor"),
        ("allocation.team_rule", "other_team", "from another team"),
        ("activities[0].who", ["SM"], "Service manager"),
        ("activities[0].every", "month", "every month"),
        ("moderation.selection[0].percent", 15, "15 %"),
        ("moderation.minutes", 60, "60 minutes"),
        ("moderation.named_at_allocation", True, "yes"),
        ("moderation.contents[0].kind", "tick", "a box to tick"),
        ("moderation.contents[0].kind", "date", "a date"),
        ("disputes[0].about", "moderation", "the grade, after a moderation"),
        ("disputes[0].about", "audit", "the audit itself"),
        ("framework.year_start_month", 4, "April"),
        ("framework.effective_from", date(2026, 4, 1), "1 April 2026"),
        ("framework.approved_on", "2026-04-01", "1 April 2026"),
        ("framework.approved_on", "in spring", "in spring"),
        ("overall_grade.grades", ["good"], "Good"),
        ("actions.default_class", "as_set", "By the date that is set"),
        ("reports[0].to", ["council.qa_head", "nobody_known"], "every head of QA; nobody_known"),
        ("return_checks[0].not_in", ["not_required"], "Not required"),
        ("parameters[0].value", "month", "month"),
        ("actions.kinds[0].label", "auditor", "auditor"),
        ("grades[3].descriptors", False, "no"),
        ("principles", [], "none"),
        ("instruments[0].question", "voice_child", "The child or young person"),
        ("instruments[21].broken_down_by", "role", "Your role"),
        (
            "instruments[21].fields[0].shown_when.field",
            "direct",
            "Do you work directly with children and families?",
        ),
        ("instruments[21].fields[0].shown_when.in", ["practitioner"], "Practitioner"),
        ("instruments[21].fields[0].kind", "faces", "one of five faces, for young children"),
        ("instruments[22].follows.event", "joined", "the first day of somebody’s first post"),
        ("instruments[22].worries_to", ["worker.next_level"], "the worker's manager's manager"),
        ("instruments[3].runs_for", {"number": 2, "unit": "weeks"}, "2 weeks"),
    ],
)
def test_a_value_is_said_as_it_is_meant_at_its_place(path, value, words):
    assert in_words(value, BEXLEY, place_of(path)) == words


@pytest.mark.parametrize(
    ("key", "above", "words"),
    [
        ("reports_to", "", "Results go to"),
        ("to", "bands", "To"),
        ("to", "rungs", "Told"),
        ("kind", "contents", "What it is"),
        ("kind", "ladders", "Kind"),
        ("about", "disputes", "It is about"),
        ("cy", "translations", "Welsh"),
        ("fy", "translations", "Fy"),
        ("low", "fields", "The lowest value means"),
        ("some_new-key", "", "Some new key"),
    ],
)
def test_a_key_is_a_heading(key, above, words):
    assert key_in_words(key, above) == words


@pytest.mark.parametrize("place", ["moderation.contents[0].kind", "disputes[0].about"])
def test_every_choice_of_a_moderation_has_words(place):
    words = words_for(BEXLEY, about(place_of(place)), tuple(re.split(r"[\[\].\d]+", place)[-2:]))

    assert len(words) >= 2
    assert {code for code, said in words.items() if said in {code, code.replace("_", " ")}} == set()


def test_the_words_of_another_language_are_described_as_those_of_the_field():
    said = about(place_of("instruments[0].fields[0].translations.cy.low"))

    assert (said.hint, said.longest) == ("The lowest value.", 60)


def test_the_way_to_a_place_is_said_without_what_has_no_words():
    assert heading_of(place_of("standards[0].items[1].text")) == ["Practice standards", "Text"]


@pytest.mark.parametrize(
    ("value", "is_simple"),
    [
        (1, True),
        (["a", "b"], True),
        ({"number": 1, "unit": "days"}, True),
        ({"number": 1, "unit": "boxes"}, False),
        ([{"a": 1}], False),
    ],
)
def test_what_is_said_in_one_line_is_simple(value, is_simple):
    assert simple(value) is is_simple
