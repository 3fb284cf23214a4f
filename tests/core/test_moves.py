import pytest

from core.moves import Move, Refused, draw

OPEN = Move("open", sources=frozenset({"shut", "ajar"}), target="open", otherwise="It is locked.")
SHUT = Move("shut", sources=frozenset({"open"}), target="shut")
STATES = [("shut", "Shut"), ("ajar", "Ajar"), ("open", "Wide open")]


@pytest.mark.parametrize(
    ("move", "state", "says"),
    [
        (OPEN, "shut", None),
        (OPEN, "ajar", None),
        (OPEN, "open", "It is locked."),
        (OPEN, "", "It is locked."),
        (SHUT, "open", None),
        (SHUT, "shut", "This cannot be done at this stage."),
        (SHUT, "elsewhere", "This cannot be done at this stage."),
    ],
)
def test_a_move_starts_only_from_its_sources_and_else_says_why(move, state, says):
    try:
        move.check(state)
        said = None
    except Refused as refusal:
        said = str(refusal)

    assert said == says


@pytest.mark.parametrize(
    ("given", "kept"), [((), ()), (["Score q1"], ("Score q1",)), (iter("ab"), ("a", "b"))]
)
def test_a_refusal_keeps_its_words_and_its_single_problems(given, kept):
    refusal = Refused("Not yet.", given)

    assert (str(refusal), refusal.problems) == ("Not yet.", kept)


def test_a_machine_is_drawn_the_same_every_time():
    assert draw("Door", STATES, [OPEN, SHUT], "shut") == (
        "---\n"
        "title: Door\n"
        "---\n"
        "stateDiagram-v2\n"
        "    [*] --> shut\n"
        "    shut : Shut\n"
        "    ajar : Ajar\n"
        "    open : Wide open\n"
        "    ajar --> open : open\n"
        "    shut --> open : open\n"
        "    open --> shut : shut\n"
    )
