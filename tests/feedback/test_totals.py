"""Totals: what they say, and what an attacker could work out of them (D-G3, D-G5)."""

import json
from datetime import date
from decimal import Decimal
from itertools import product
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.totals import Round, courses, kept, lines, read, totals_of
from standards.instruments import Asked, Instrument, ShownWhen
from standards.policy import Scale

SCALE = Scale("ten", 0, 10, 1, ())
TEAMS = MappingProxyType({"a": "Team A", "b": "Team B", "c": "Team C"})
YES_NO = MappingProxyType({"yes": "Yes", "no": "No"})
TEAM = Asked("team", "Which team?", "choice", options=TEAMS)
SCORE = Asked("score", "How well?", "scale", scale=SCALE)
MEET = Asked("meet", "Do you meet?", "yes_no", options=YES_NO)
OFTEN = Asked("often", "Often?", "agree", shown_when=ShownWhen("meet", ("yes",)))
LEAD = Asked("lead", "Well led?", "faces", shown_when=ShownWhen("team", ("a", "b")))
WORDS = Asked("words", "Anything else?", "long_text")
OF_TEAM = Asked("of_team", "To Team A", "short_text", shown_when=ShownWhen("team", ("a",)))
FIELDS = (TEAM, SCORE, MEET, OFTEN, LEAD, WORDS, OF_TEAM)


def instrument(smallest=5, fields=FIELDS, by="team"):
    return Instrument(
        "staff", "Staff", "anonymous", fields=fields, smallest_group=smallest, broken_down_by=by
    )


def rows(**groups):
    """So many rows for each team."""
    return [{"team": team, "score": 7} for team, number in groups.items() for _ in range(number)]


def parts(found):
    return {part.code: part.cell.n for part in found}


def test_the_mean_has_one_decimal_and_half_goes_up():
    found = totals_of(instrument(), [{"score": n} for n in (7, 7, 7, 8)] * 5)

    assert found.question("score").whole.mean == Decimal("7.3")
    assert found.question("score").whole.n == found.answered == 20


def test_nobodys_nought_is_left_out():
    assert totals_of(instrument(), [{"score": 0}] * 5).question("score").whole.mean == 0


def test_below_the_smallest_group_nothing_at_all_is_said():
    found = totals_of(
        instrument(), [{"team": "a", "score": 1, "words": "Help", "of_team": "x"}] * 4
    )

    assert found.answered is None
    assert all(one.whole.few and not one.texts for one in found.questions)
    assert all(cell in ("too few", "") for line in lines(found) for cell in line[3:])


def test_a_question_that_few_answered_is_hidden_while_others_are_shown():
    found = totals_of(instrument(), [{"score": 3}] * 4 + [{"meet": "yes"}] * 6)

    assert found.question("score").whole.few
    assert found.question("meet").whole.n == 6


def test_a_small_group_takes_another_with_it():
    found = totals_of(instrument(), rows(a=4, b=6, c=9)).question("score")

    assert found.whole.n == 19
    assert parts(found.groups) == {"a": None, "b": None, "c": 9, "": None}
    assert all(part.cell.mean is None for part in found.groups if part.cell.few)


def test_a_single_person_who_chose_otherwise_is_not_told():
    some = [{"meet": "yes"}] * 9 + [{"meet": "no"}]

    found = totals_of(instrument(), some).question("meet")

    assert (found.whole.n, parts(found.options)) == (10, {"yes": None, "no": None})


def test_a_question_that_hangs_on_hidden_answers_is_hidden_with_its_words():
    some = [{"team": "a", "lead": 4, "of_team": "Ours alone"}] * 3 + [{"team": "c"}] * 9

    found = totals_of(instrument(), some)

    assert found.question("lead").whole.few
    assert found.question("of_team").texts == ()


def test_words_are_shown_whole_in_an_order_by_chance_and_without_a_group():
    some = [{"team": "a", "words": f"Word {n}"} for n in range(9)]

    orders = {totals_of(instrument(), some).question("words").texts for _ in range(20)}

    assert len(orders) > 10
    assert all(sorted(one) == [f"Word {n}" for n in range(9)] for one in orders)
    assert totals_of(instrument(), some).question("words").groups == ()


def test_the_file_holds_nobodys_words():
    some = [{"team": "a", "words": "My own words", "of_team": "And here", "score": 2}] * 9

    assert "words" not in str(lines(totals_of(instrument(), some)))
    assert ("score", "How well?", "Team A", "too few", "too few") in lines(
        totals_of(instrument(), rows(a=2, b=9))
    )


# --- the attack ----------------------------------------------------------------------------------

person = st.fixed_dictionaries(
    {},
    optional={
        "team": st.sampled_from("abc"),
        "score": st.integers(0, 10),
        "meet": st.sampled_from(["yes", "no"]),
        "often": st.integers(1, 5),
        "lead": st.integers(1, 5),
        "words": st.just("x"),
        "of_team": st.just("y"),
    },
)


def asked_only(row):
    """A row as it is kept: without answers to what was not asked."""
    row = dict(row)
    for one in FIELDS:
        if one.shown_when and not one.shown_when.holds(row):
            row.pop(one.code, None)
    return row


def published(question, some):
    """Each set of people of whom this question's table gives a number or a mean."""
    code = question.asked.code
    gave = [number for number, row in enumerate(some) if code in row]
    if not question.whole.few:
        yield frozenset(gave)
    for part in question.options:
        if not part.cell.few:
            yield frozenset(number for number in gave if some[number][code] == part.code)
    for part in question.groups:
        if not part.cell.few:
            yield frozenset(n for n in gave if some[n].get("team", "") == part.code)


def derivable(sets, people):
    """Every set of people that adding and taking away published sums can isolate."""
    for signs in product((-1, 0, 1), repeat=len(sets)):
        held = [
            sum(sign for sign, one in zip(signs, sets, strict=True) if who in one)
            for who in range(people)
        ]
        if set(held) <= {0, 1}:
            yield sum(held)


@settings(max_examples=300, deadline=None)
@given(st.lists(person.map(asked_only), max_size=16), st.integers(2, 5))
def test_no_sums_and_differences_isolate_fewer_than_the_smallest_group(some, smallest):
    found = totals_of(instrument(smallest), some)

    for question in found.questions:
        sets = list(published(question, some))
        assert all(size == 0 or size >= smallest for size in derivable(sets, len(some)))
        if question.texts:
            assert len(some) >= smallest
    assert found.answered is None or found.answered >= smallest


@settings(max_examples=300, deadline=None)
@given(st.lists(person.map(asked_only), max_size=16), st.integers(2, 5))
def test_a_question_that_hangs_on_another_isolates_nobody_in_it_either(some, smallest):
    found = totals_of(instrument(smallest), some)

    for parent, child in (("team", "lead"), ("team", "of_team"), ("meet", "often")):
        if found.question(child).whole.few and not found.question(child).texts:
            continue
        when = found.question(child).asked.shown_when
        sets = list(published(found.question(parent), some))
        sets.append(frozenset(n for n, row in enumerate(some) if row.get(parent) in when.answers))
        assert all(size == 0 or size >= smallest for size in derivable(sets, len(some)))


@settings(max_examples=200, deadline=None)
@given(st.lists(person.map(asked_only), max_size=16), st.integers(2, 5))
def test_every_number_shown_is_true_and_every_hidden_cell_is_empty(some, smallest):
    found = totals_of(instrument(smallest), some)

    for question in found.questions:
        for part in (*question.options, *question.groups):
            assert part.cell.few == (part.cell.n is None)
            assert not part.cell.few or part.cell.mean is None
            assert part.cell.few or part.cell.n >= smallest
    score = found.question("score").whole
    given_scores = [row["score"] for row in some if "score" in row]
    assert score.n in (None, len(given_scores))
    if score.n:
        assert abs(float(score.mean) - sum(given_scores) / score.n) <= 0.05 + 1e-9


@settings(max_examples=100, deadline=None)
@given(st.lists(person.map(asked_only), max_size=16), st.integers(2, 5))
def test_what_is_kept_reads_as_it_was_and_holds_nothing_hidden(some, smallest):
    made = instrument(smallest)
    found = totals_of(made, some)

    stored = json.loads(json.dumps(kept(found)))
    again = read(made, stored, some)

    assert lines(again) == lines(found)
    assert (again.answered, again.smallest, again.groups) == (
        found.answered,
        found.smallest,
        found.groups,
    )
    assert [sorted(one.texts) for one in again.questions] == [
        sorted(one.texts) for one in found.questions
    ]
    assert all(not one.texts for one in read(made, stored).questions)
    assert "mean" not in str(stored)


# --- over time -----------------------------------------------------------------------------------


def round_of(fields, some, title="2025", edition="1"):
    made = instrument(fields=fields)
    return Round(title, date(2026, 1, 31), edition, made, totals_of(made, some))


def test_the_course_shows_the_mean_of_each_round():
    then, now = round_of((SCORE,), [{"score": 4}] * 6), round_of((SCORE,), [{"score": 6}] * 7)

    (course,) = courses([then, now])

    assert [point.cell.mean for point in course.points] == [Decimal("4.0"), Decimal("6.0")]
    assert not course.reworded
    assert courses([now]) == ()


@pytest.mark.parametrize(
    ("before", "note", "has_cell"),
    [
        (
            Asked("score", "How well?", "scale", scale=Scale("five", 1, 5, 1, ())),
            "another scale",
            False,
        ),
        (Asked("score", "How well?", "agree"), "another scale", False),
        (Asked("score", "How did it go?", "scale", scale=SCALE), "other wording", True),
        (Asked("other", "How well?", "scale", scale=SCALE), "not asked", False),
    ],
)
def test_the_course_compares_the_same_question_on_the_same_scale_only(before, note, has_cell):
    then = round_of((before,), [{before.code: 4}] * 6)

    (course,) = courses([then, round_of((SCORE,), [{"score": 6}] * 6)])

    assert (course.points[0].note, bool(course.points[0].cell)) == (note, has_cell)


def test_too_few_in_an_earlier_round_stays_hidden():
    then = round_of((SCORE,), [{"score": 4}] * 4)

    (course,) = courses([then, round_of((SCORE,), [{"score": 6}] * 6)])

    assert course.points[0].cell.few
