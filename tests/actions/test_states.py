import pytest

from actions.states import HAPPENED, MOVES, OPEN, SIGN_OFF, WITHDRAW, ActionState
from core.moves import Refused

LEGAL = {
    ("open", "draft"): "open",
    ("start", "open"): "in_progress",
    ("finish", "open"): "done",
    ("finish", "in_progress"): "done",
    ("sign off", "done"): "signed_off",
    ("send back", "done"): "open",
    ("reopen", "signed_off"): "open",
    ("withdraw", "draft"): "withdrawn",
    ("withdraw", "open"): "withdrawn",
    ("withdraw", "in_progress"): "withdrawn",
}


@pytest.mark.parametrize("state", list(ActionState))
@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.verb)
def test_each_move_starts_only_where_it_may(move, state):
    if (move.verb, state) in LEGAL:
        move.check(state)
        assert move.target == LEGAL[move.verb, state]
    else:
        with pytest.raises(Refused):
            move.check(state)


@pytest.mark.parametrize(
    ("move", "state", "words"),
    [
        (OPEN, "open", "This action is open already."),
        (WITHDRAW, "withdrawn", "This action was withdrawn already"),
        (SIGN_OFF, "open", "once its owner has said that it is done"),
    ],
)
def test_a_move_that_was_made_says_so(move, state, words):
    with pytest.raises(Refused, match=words):
        move.check(state)


def test_every_move_has_words_for_the_page():
    assert {move.verb for move in MOVES} <= set(HAPPENED)
