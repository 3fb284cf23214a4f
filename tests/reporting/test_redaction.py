"""Names out of free text: a table of edges, each a text with what must become of it."""

from datetime import date

import pytest

from reporting.redaction import Person, files, redaction, ways
from reporting.suspects import cut, suspects

PEOPLE = (
    Person("Sofia Moretti", "[the worker]"),
    Person("Grace Bennett", "[the auditor]"),
    Person("Will Long", "[the manager]"),
    Person("Anne-Marie O’Neill-Stone", "[the moderator]"),
    Person("José Núñez", "[a member of staff]"),
    Person("May Day", "[a member of staff]"),
    Person("Ed Good", "[the second worker]"),
    Person("Kate West", "[a member of staff]"),
    Person("Sofia Rossi", "[a member of staff]"),
    Person("Mark de la Cruz", "[a member of staff]"),
    Person("Edward Grantham", "[the visitor]"),
)
TAKE_OUT = redaction(
    PEOPLE, {"704200": "Child 1", "LCS/12-34": "Child 2"}, kept=("West Sussex", "Good")
)


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        # Whole names, in any case, turned around, with initials and titles.
        ("Sofia Moretti visited.", "[the worker] visited."),
        ("SOFIA MORETTI visited.", "[the worker] visited."),
        ("sofia moretti visited.", "[the worker] visited."),
        ("Moretti, Sofia visited.", "[the worker] visited."),
        ("S. Moretti and S Moretti", "[the worker] and [the worker]"),
        ("Seen by S.M. on Monday", "Seen by [the worker]. on Monday"),
        ("Ms Moretti and Mrs. Bennett", "[the worker] and [the auditor]"),
        ("Sofia\nMoretti", "[the worker]"),
        ("Sofia\u00a0Moretti", "[the worker]"),
        # Possessives keep their ending.
        ("Moretti’s visits, Moretti's notes", "[the worker]’s visits, [the worker]'s notes"),
        ("the Bennetts", "the [the auditor]"),
        # Parts alone, where they say who it is.
        ("Grace wrote to Bennett", "[the auditor] wrote to [the auditor]"),
        ("I asked moretti", "I asked [the worker]"),
        # Two people share a first name.
        ("Sofia came", "[a person] came"),
        # Inside other words nothing happens.
        ("disgraceful, Gracefield, Longer, Willing", "disgraceful, Gracefield, Longer, Willing"),
        # Double-barrelled, hyphens, apostrophes and accents written in any way.
        ("Anne-Marie O'Neill-Stone", "[the moderator]"),
        ("Anne Marie ONeill Stone", "[the moderator]"),
        ("Marie said so", "[the moderator] said so"),
        ("Ms O’Neill", "[the moderator]"),
        ("Jose Nunez, JOSÉ NÚÑEZ", "[a member of staff], [a member of staff]"),
        ("Mark de la Cruz", "[a member of staff]"),
        ("The cruz family", "The [a member of staff] family"),
        # Everyday words stay words, and are names where they are meant as such.
        ("How long will it take?", "How long will it take?"),
        ("Will the plan work?", "Will the plan work?"),
        ("I spoke with Will about it", "I spoke with [the manager] about it"),
        ("Will Long agreed", "[the manager] agreed"),
        ("Mr Long agreed", "[the manager] agreed"),
        ("It took a long time", "It took a long time"),
        ("It may help. May be it does.", "It may help. May be it does."),
        ("by 4 May 2026, in May", "by 4 May 2026, in May"),
        ("a visit by May helped", "a visit by May helped"),
        ("I saw May there", "I saw [a member of staff] there"),
        ("every day", "every day"),
        ("Good work; the plan is Good", "Good work; the plan is Good"),
        ("e.g. and i.e. stay", "e.g. and i.e. stay"),
        ("Seen by E.G.", "Seen by [a person]."),
        ("across West Sussex with Kate", "across West Sussex with [a member of staff]"),
        ("on the mark", "on the mark"),
        # Short parts are no names by themselves.
        ("Ed came to the de la Cruz home", "Ed came to the [a member of staff] home"),
        # Numbers and addresses.
        ("Case 704200, 704 200 and 7042001", "Case Child 1, Child 1 and 7042001"),
        ("case lcs/12-34 or LCS1234", "case Child 2 or Child 2"),
        ("Write to sofia.moretti@example.org.", "Write to [an e-mail address]."),
        ("Ring 07700 900123 or +44 20 7946 0958", "Ring [a number] or [a number]"),
        ("Ring (020) 7946 0958", "Ring [a number]"),
        ("NHS number 999 000 1234", "NHS number [a number]"),
        ("lives at SW1A 1AA", "lives at [a postcode]"),
        ("on 2026-05-04 at 10:00, 15 of 40", "on 2026-05-04 at 10:00, 15 of 40"),
        # What is nobody's name stays as it is.
        ("", ""),
        ("  ", "  "),
        ("The child’s own words.", "The child’s own words."),
    ],
)
def test_redaction_takes_out_what_says_who_it_is(text, becomes):
    assert TAKE_OUT(text) == becomes


def test_redaction_leaves_out_people_without_a_name():
    assert redaction([Person("", "[x]")], {})("No, nobody.") == "No, nobody."


def test_ways_of_a_single_name_are_that_name():
    assert ways("Cher") == {("cher",), ("chers",)}


def test_redaction_of_many_people_reads_a_long_text_once():
    people = [
        Person(f"Ada Fam{chr(97 + n // 26)}{chr(97 + n % 26)}", "[somebody]") for n in range(600)
    ]

    assert redaction(people, {})("word " * 5000 + "Famba").endswith("word [somebody]")


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("born 4 May 2012", "born [a date of birth]"),
        ("born 4th of May, 2012.", "born [a date of birth]."),
        ("born 04/05/2012 or 4.5.12", "born [a date of birth] or [a date of birth]"),
        ("born May 4th, 2012", "born [a date of birth]"),
        ("born 2012-05-04 or 2012/5/4", "born [a date of birth] or [a date of birth]"),
        (
            "4May2012, 04-MAY-12, 4 may ’12",
            "[a date of birth], [a date of birth], [a date of birth]",
        ),
        ("04052012", "[a date of birth]"),
        ("1st Sept 2010 and 1 Sep. 10", "[a date of birth] and [a date of birth]"),
        (
            "14 May 2012, 4 May 2025, 4 June 2012, 4 May",
            "14 May 2012, 4 May 2025, 4 June 2012, 4 May",
        ),
    ],
)
def test_redaction_takes_out_days_of_birth_however_they_are_written(text, becomes):
    born = [date(2012, 5, 4), date(2010, 9, 1)]

    assert redaction([], {}, born=born)(text) == becomes


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("see 704201 and 2026-0147.", "see [another file] and [another file]."),
        ("see lcs/99, LCS/99a", "see [another file], LCS/99a"),
        ("7042011, a704201, 704 201, 704999", "7042011, a704201, 704 201, 704999"),
        ("case 704200 is our own", "case Child 1 is our own"),
        ("12 of 40", "12 of 40"),
    ],
)
def test_redaction_takes_out_the_other_files_of_the_council(text, becomes):
    others = files(["704200", "704201", "2026-0147", "LCS/99", "12", "none"])

    assert redaction([], {"704200": "Child 1"}, others=others)(text) == becomes


def test_suspects_are_capitals_inside_sentences_that_nobody_knows():
    texts = ["[the worker] met Zainab at Oak Primary. Zainab was well. The IRO came."]

    assert suspects(texts, known=["Oak House primary"]) == ["Zainab"]


def test_suspects_begin_sentences_too_where_they_are_no_everyday_words():
    texts = ["Quentin ran. Listening helped. The plan held.", "We saw good listening."]

    assert suspects(texts, known=[]) == ["Quentin"]


def test_suspects_are_long_numbers_that_are_no_dates():
    texts = ["room 12, file 70 4201, key 99887 on 4 May 2026, 2026-05-04 and in May 2026. 99887"]

    assert suspects(texts, known=["May"]) == ["99887", "70 4201"]


def test_suspects_say_how_many_are_not_listed():
    assert cut(["a", "b", "c"], 2) == ["a", "b", "and 1 more that are not listed"]
    assert cut(["a", "b"], 2) == ["a", "b"]
