"""The pages of a framework: every group of the schema in words, and “no local rule” where there is none."""

import re

import pytest

from standards.crosscheck.described import schema
from standards.editing import place_of, value_at
from standards.presenting import (
    PAGES,
    Entry,
    areas_of,
    assumptions,
    found,
    groups,
    page_of,
    paths_within,
    standards_of,
)
from standards.schema import read
from tests.factories.standards import framework_text

BEXLEY = read(framework_text("bexley"))
EASTMERE = read(framework_text("eastmere"))
COUNCILS = ["bexley", "blackburn-with-darwen", "bracknell-forest", "lancashire", "west-sussex"]


def facts(entries):
    for entry in entries:
        yield from entry.facts
        yield from facts(entry.inside)


def page(code: str):
    return next(one for one in PAGES if one.code == code)


def test_every_group_of_the_schema_is_on_a_page():
    shown = {key for one in PAGES for key in one.keys}
    apart = {"format", "tools", "standards", "descriptor_areas", "assumed", "acknowledged"}

    assert shown | apart == set(schema()["properties"])


@pytest.mark.parametrize("council", COUNCILS)
def test_every_fact_leads_to_its_value_in_the_file(council):
    document = read(framework_text(council))
    for one in PAGES:
        for group in groups(one, document):
            for fact in facts(group.entries):
                value_at(document, place_of(fact.path))


@pytest.mark.parametrize("council", COUNCILS)
def test_no_fact_says_a_code_where_there_are_words(council):
    document = read(framework_text(council))
    codes = [
        (fact.path, fact.words)
        for one in PAGES
        for group in groups(one, document)
        for fact in facts(group.entries)
        if re.fullmatch(r"[a-z]+([_.][a-z_0-9]+)+", fact.words)
    ]

    assert codes == []


def test_what_the_file_does_not_say_is_an_empty_group():
    found_groups = {group.key: group.entries for group in groups(page("actions"), EASTMERE)}

    assert found_groups["ladders"] == ()
    assert len(found_groups["actions"]) == 1


def test_an_entry_carries_its_source_and_its_assumption():
    [moderation, *_] = groups(page("moderation"), BEXLEY)

    assert moderation.entries[0].assumed == "J-43"
    assert moderation.entries[0].source


def test_few_short_facts_stand_in_a_row():
    scales = next(group for group in groups(page("grades"), BEXLEY) if group.key == "scales")
    band = scales.entries[0].inside[0].inside[0]

    assert band.in_a_row
    assert [(fact.label, fact.words) for fact in band.facts] == [
        ("From", "0"),
        ("To", "2"),
        ("Grade", "Inadequate"),
    ]
    assert not Entry("A title").in_a_row


def test_other_languages_stand_under_their_names():
    [feedback, *_] = groups(page("feedback"), BEXLEY)
    survey = next(one for one in feedback.entries if one.title.startswith("Parent and carer"))
    said = next(one for one in survey.inside if one.title == "In other languages")

    assert [one.title for one in said.inside] == ["Welsh", "Polish", "Urdu"]
    assert [fact.label for fact in said.inside[0].facts] == [
        "Title",
        "Introduction",
        "Said at the end",
        "Where to get help",
    ]


def test_what_says_whose_file_it_is_cannot_be_changed():
    [about, *_] = groups(page("about"), BEXLEY)

    fixed = {fact.path for fact in about.entries[0].facts if not fact.changeable}
    assert fixed == {"framework.council", "framework.edition"}


@pytest.mark.parametrize(
    ("words", "paths"),
    [
        ("colours only decorate", ["assumed[1].says"]),
        ("INADEQUATE asap", []),
        ("", []),
        ("requires improvement", None),
    ],
)
def test_words_are_found_with_their_place(words, paths):
    hits = found(BEXLEY, words)

    if paths is None:
        assert ("grades", 1, "label") in [place for place, _ in hits]
    else:
        assert [place for place, _ in hits] == [place_of(path) for path in paths]


def test_a_search_finds_single_words_but_no_codes():
    hits = [place for place, _ in found(BEXLEY, "inadequate")]

    assert ("grades", 0, "label") in hits
    assert ("grades", 0, "code") not in hits
    assert len(found(BEXLEY, "the")) == 100


def test_assumptions_tell_what_is_listed_and_then_what_is_only_marked():
    rows = assumptions(BEXLEY)

    listed = rows[: len(BEXLEY["assumed"])]
    assert [row.confirm for row in listed] == [f"assumed[{n}]" for n in range(len(listed))]
    assert all(row.confirm.endswith(".assumed") for row in rows[len(listed) :])
    team = next(row for row in rows if row.number == "J-62")
    assert (team.where, team.page, team.change) == (
        "Allocation: The child's file is",
        "programme",
        "allocation.team_rule",
    )
    assert all(row.says for row in rows)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("tools[0]", "forms"),
        ("standards", "standards"),
        ("ladders[0].rungs", "actions"),
        ("", "about"),
    ],
)
def test_every_place_has_its_page(path, code):
    assert page_of(place_of(path)) == code


def test_standards_and_descriptors_lead_to_their_texts():
    lines = [line for block in standards_of(BEXLEY) for line in block.lines]
    cells = [line for area in areas_of(BEXLEY) for block in area.grades for line in block.lines]

    assert len(cells) == 118
    for line in [*lines, *cells]:
        assert value_at(BEXLEY, place_of(line.path)) == line.text
    assert areas_of(BEXLEY)[0].grades[0].title == "Good"


def test_every_part_of_a_form_leads_to_its_place():
    paths = paths_within(BEXLEY, "cca")

    assert value_at(BEXLEY, place_of(paths["practice/q6"]))["code"] == "q6"
    assert value_at(BEXLEY, place_of(paths["q6.scale"]))["code"] == "scale"


def test_what_a_moderation_holds_and_what_a_disagreement_is_about_is_said_in_words():
    [moderation, disputes, _] = groups(page("moderation"), read(framework_text("west-sussex")))

    said = [(fact.label, fact.words) for fact in facts(moderation.entries)]
    kinds = {words for label, words in said if label == "What it is"}
    about = [(fact.label, fact.words) for entry in disputes.entries for fact in entry.facts]

    assert ("The moderator is named when the audit is given out", "yes") in said
    assert kinds == {
        "a text",
        "a number",
        "a box to tick",
        "more actions, each with an owner and a date",
        "agreement with the grade, or another grade proposed",
        "the reasons for the moderator's grade",
    }
    assert about == [
        ("It is about", "the audit itself"),
        ("It is about", "the grade, after a moderation"),
    ]
