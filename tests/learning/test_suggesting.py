import random

import pytest

from learning.suggesting import LEAST_OF_THEME, LEAST_TEXTS, Coded, suggest, taught

PLANS, VOICE = 1, 2
ABOUT = {
    PLANS: (
        "The plan has no dates and nobody knows when its steps are due.",
        "Plans are lists of services; the plan’s dates slip.",
        "Dates in the plan were not met and the plan was not changed.",
    ),
    VOICE: (
        "The child was not seen alone and the child’s words are nowhere.",
        "What the child says is not written down; no drawing, no words of the child.",
        "Nobody asked the child how the child feels about it.",
    ),
    0: (
        "The weather was fine and the office has moved.",
        "Copies were sent to everybody who came.",
        "The meeting began at ten.",
    ),
}


def made(number: int) -> list[Coded]:
    """Invented coded texts, a third about each theme and a third about none."""
    rng = random.Random(7)
    found = []
    for n in range(number):
        theme = n % 3
        text = f"{rng.choice(ABOUT[theme])} {rng.choice(ABOUT[0])}"
        found.append(Coded(text, frozenset({theme} - {0})))
    return found


def test_suggest_learns_which_words_go_with_a_theme():
    waiting = {
        10: "The dates of this plan are all over.",
        20: "The child’s own words are missing.",
        30: "Everybody came and the office was fine.",
    }

    found = suggest(made(60), waiting)

    assert {key: [one.theme for one in likely] for key, likely in found.items()} == {
        10: [PLANS],
        20: [VOICE],
    }


def test_suggest_says_the_same_each_time():
    waiting = {n: f"plan {n} dates child words" for n in range(5)}

    assert suggest(made(45), waiting) == suggest(made(45), waiting)


def test_suggest_can_learn_one_theme_only():
    coded = [Coded(one.text, one.themes & {PLANS}) for one in made(36)]

    found = suggest(coded, {1: "The plan has no dates."})

    assert [one.theme for one in found[1]] == [PLANS]
    assert 0.5 <= found[1][0].score <= 1


def test_suggest_gives_the_likeliest_first_and_no_more_than_asked():
    found = suggest(made(60), {1: "plan dates child words alone"}, lowest=0.0, most=1)

    assert len(found[1]) == 1


@pytest.mark.parametrize(
    ("coded", "themes"),
    [
        ([], []),
        (made(LEAST_TEXTS - 1), []),
        (made(LEAST_TEXTS), [PLANS, VOICE]),
        (
            [Coded("x", frozenset({PLANS} if n < LEAST_OF_THEME - 1 else ())) for n in range(40)],
            [],
        ),
        (
            [Coded("x", frozenset({PLANS} if n < LEAST_OF_THEME else ())) for n in range(40)],
            [PLANS],
        ),
        ([Coded("x", frozenset({PLANS})) for _ in range(40)], []),
    ],
)
def test_taught_refuses_too_little(coded, themes):
    assert taught(coded) == themes


def test_suggest_is_silent_with_too_little_or_nothing_that_waits():
    assert suggest(made(10), {1: "The plan has no dates."}) == {}
    assert suggest(made(60), {}) == {}
