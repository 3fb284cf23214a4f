"""What messages about clocks and actions say: our words, the council's own, and never a stray brace or name."""

from dataclasses import replace

import pytest

from standards.messages import NAMES, WORDS, say, unknown_names
from standards.policy import Template
from standards.reading import policy_of
from standards.schema import read
from tests.factories.standards import framework_text

POLICY = policy_of(read(framework_text("northshire")))
OWN = replace(
    POLICY, templates=(Template("rung", "{item} waits", "Please look at {item}: {more}"),)
)


@pytest.mark.parametrize("event", sorted(WORDS))
def test_our_words_name_only_what_there_is(event):
    subject, text = WORDS[event]

    assert unknown_names(subject) + unknown_names(text) == []
    assert len(subject.format(**dict.fromkeys(NAMES, "x" * 40))) <= 200


@pytest.mark.parametrize("event", sorted(WORDS))
def test_every_message_may_have_the_councils_own_words(event):
    schema = read(framework_text("northshire")) | {
        "templates": [{"event": event, "subject": "S", "text": "T"}]
    }

    assert policy_of(schema).templates == (Template(event, "S", "T"),)


def test_what_has_no_value_is_left_out_without_a_gap():
    said = say(POLICY, "loop_submitted", edition="edition 2", item="Audit 12", case="700001")

    assert said.subject == "A form waits for you: Audit 12"
    assert said.text == "The form that closes the loop of Audit 12, case 700001, is ready to read."
    assert said.template == "ours"


def test_the_councils_own_words_stand_in_place_of_ours_and_say_their_edition():
    said = say(OWN, "rung", edition="edition 2", item="Action 12", more="Thank you.")

    assert (said.subject, said.text) == ("Action 12 waits", "Please look at Action 12: Thank you.")
    assert said.template == "edition 2"
    assert say(OWN, "reminder", edition="edition 2", item="x").template == "ours"


def test_an_event_that_nobody_knows_is_a_fault():
    with pytest.raises(KeyError):
        say(POLICY, "party", edition="edition 2")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plain", []),
        ("{item} {due}", []),
        ("{name}", ["name"]),
        ("{", ["{"]),
        ("{{x}}", []),
        ("{due:%d}", ["due:%d"]),
        ("{item:>9999999}", ["item:>9999999"]),
        ("{item!z}", ["item!z"]),
        ("{item!r:{due}}", ["item!r:{due}"]),
        ("{item!}", ["{"]),
        ("{item[0]} {due.year}", ["item[0]", "due.year"]),
    ],
)
def test_names_that_nothing_stands_for_are_found(text, found):
    assert unknown_names(text) == found


def test_a_long_subject_is_cut():
    said = say(OWN, "rung", edition="edition 2", item="x" * 300, more="")

    assert said.subject == "x" * 200
