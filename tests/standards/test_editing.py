"""A changed file differs from the one before in one place only: comments, order and all else stay."""

from datetime import date

import pytest

from standards import editing, safe_yaml
from tests.factories.standards import framework_text

TEXT = """\
# Our framework, “with care” 🙂
format: 1
framework: {code: northshire, edition: 1, effective_from: 2026-04-01}   # the first
share: 15   # per cent
ask: [council.qa_officer, worker]  # both
told:
- auditor      # first
- worker       # then

# what follows is ours
classes:
  - code: urgent     # at once
    limit: {number: 24, unit: hours}
    note: |
      Two lines
      of text.

    # said later
    later: refused
  - {code: soon, label: 'It''s soon', assumed: J-1}
text: >-
  folded
  words
last: yes
"""


def place(path: str) -> editing.Place:
    return editing.place_of(path)


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("share", ("share",)),
        ("tools[0].sections[3].title", ("tools", 0, "sections", 3, "title")),
        ("", ()),
        ("..[x]", ("x",)),
    ],
)
def test_a_path_is_read_as_steps(path, steps):
    assert editing.place_of(path) == steps


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        ("share", 20, "share: 15 ", "share: 20 "),
        ("framework.edition", 2, "edition: 1,", "edition: 2,"),
        ("framework.effective_from", date(2027, 4, 1), "2026-04-01}", "2027-04-01}"),
        ("ask", ["auditor"], "[council.qa_officer, worker]  #", '["auditor"]  #'),
        (
            "classes[0].limit",
            {"number": 5, "unit": "working_days"},
            "{number: 24, unit: hours}",
            '{"number": 5, "unit": "working_days"}',
        ),
        (
            "classes[0].note",
            "One: line # no comment",
            "|\n      Two lines\n      of text.\n",
            '"One: line # no comment"\n',
        ),
        ("classes[1].label", "It's “later”", "'It''s soon'", '"It\'s “later”"'),
        ("text", "other\nwords", ">-\n  folded\n  words\n", '"other\\nwords"\n'),
        ("told", ["auditor", "officer"], "- worker       # then", '- "officer"'),
        ("told", ["worker"], "- auditor      # first\n", ""),
        (
            "told",
            ["worker", "auditor"],
            "- auditor      # first\n- worker       # then\n",
            "- worker       # then\n- auditor      # first\n",
        ),
    ],
)
def test_one_value_changes_and_all_else_stays(path, value, before, after):
    assert TEXT.count(before) == 1

    assert editing.changed(TEXT, place(path), value) == TEXT.replace(before, after)


def test_a_list_of_lines_may_become_empty():
    changed = editing.changed(TEXT, place("told"), [])

    assert safe_yaml.load(changed)["told"] == []
    assert "# what follows is ours\nclasses:\n  - code: urgent     # at once" in changed


def test_lines_that_end_as_on_windows_stay_so():
    text = TEXT.replace("\n", "\r\n")

    assert editing.changed(text, place("share"), 20) == text.replace("15", "20")


@pytest.mark.parametrize(
    "path", ["nothing", "share.more", "ask[2]", "ask.first", "classes[0][0]", "classes[0].absent"]
)
def test_what_is_not_there_cannot_be_changed(path):
    with pytest.raises(editing.NotThere):
        editing.changed(TEXT, place(path), 1)
    with pytest.raises(editing.NotThere):
        editing.value_at(safe_yaml.load(TEXT), place(path))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a: &one {number: 1}\nb: *one\n", "b.number"),
        ("a: &one {number: 1}\nb: *one\n", "a.number"),
        ("a: &one {number: 1}\nb: {<<: *one, unit: days}\n", "b.number"),
        ("a: &one [x, y]\nb: *one\n", "b[0]"),
    ],
)
def test_what_two_places_share_is_not_changed_behind_ones_back(text, path):
    with pytest.raises(editing.NotThere):
        editing.changed(text, place(path), 2)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("classes[1].assumed", ", assumed: J-1}", "}"),
        ("classes[1].code", "{code: soon, label", "{label"),
        ("classes[1]", "  - {code: soon, label: 'It''s soon', assumed: J-1}\n", ""),
        ("classes[0].later", "    later: refused\n", ""),
        ("classes[0].code", "- code: urgent     # at once\n    limit", "- limit"),
        ("classes[0].note", "    note: |\n      Two lines\n      of text.\n", ""),
        ("ask[0]", "[council.qa_officer, worker]", "[worker]"),
        ("ask[1]", "[council.qa_officer, worker]", "[council.qa_officer]"),
        ("told[0]", "- auditor      # first\n", ""),
        ("last", "last: yes\n", ""),
    ],
)
def test_one_thing_is_taken_out_and_all_else_stays(path, before, after):
    assert TEXT.count(before) == 1

    assert editing.without(TEXT, place(path)) == TEXT.replace(before, after)


def test_several_things_are_taken_out_at_once():
    places = [place("classes[1].assumed"), place("told[0]"), place("classes[0].later")]

    assert safe_yaml.load(editing.without(TEXT, *places)) == {
        **(before := safe_yaml.load(TEXT)),
        "told": ["worker"],
        "classes": [
            {key: value for key, value in before["classes"][0].items() if key != "later"},
            {key: value for key, value in before["classes"][1].items() if key != "assumed"},
        ],
    }


@pytest.mark.parametrize(
    ("text", "path", "left"),
    [
        ("a:\n  - {x: 1}\nb: 2\n", "a[0]", {"a": [], "b": 2}),
        ("a:\n- x: 1\nb: 2\n", "a[0]", {"a": [], "b": 2}),
        ("a: [1]\n", "a[0]", {"a": []}),
        ("a: {b: 1}\n", "a.b", {"a": {}}),
        ("a:\n  b: 1\nc: 2", "a.b", {"a": {}, "c": 2}),
    ],
)
def test_the_last_entry_leaves_an_empty_list(text, path, left):
    assert safe_yaml.load(editing.without(text, place(path))) == left


ENTRY = {"warning": "ladder-empty", "path": "ladders.late", "reason": "It is “lost”."}
LINE = '{"warning": "ladder-empty", "path": "ladders.late", "reason": "It is “lost”."}'


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("a: 1\n# end\n", f"a: 1\nlist:\n  - {LINE}\n# end\n"),
        ("a: 1", f"a: 1\nlist:\n  - {LINE}\n"),
        ("a: |\n  text\n\n", f"a: |\n  text\nlist:\n  - {LINE}\n\n"),
        (
            "list:\n- {x: 1}   # one\n# two\nb: 1\n",
            f"list:\n- {{x: 1}}   # one\n- {LINE}\n# two\nb: 1\n",
        ),
        ("list: [{x: 1}]\n", f"list: [{{x: 1}}, {LINE}]\n"),
        ("list: []\nb: 1\n", f"list: [{LINE}]\nb: 1\n"),
        ('{"a": 1}\n', f'{{"a": 1, "list": [{LINE}]}}\n'),
    ],
)
def test_an_entry_is_added_at_the_end_of_its_list(text, made):
    assert editing.added(text, "list", ENTRY) == made


@pytest.mark.parametrize("council", ["bexley", "northshire", "eastmere"])
def test_every_value_of_a_real_file_can_be_written_again(council):
    text = framework_text(council)
    document = safe_yaml.load(text)
    places = list(leaves(document, ()))

    for where in places[:: max(1, len(places) // 4)]:
        value = editing.value_at(document, where)
        assert safe_yaml.load(editing.changed(text, where, value)) == document


def leaves(value, where):
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for step, one in pairs:
        if isinstance(one, dict | list):
            yield from leaves(one, (*where, step))
        else:
            yield (*where, step)
