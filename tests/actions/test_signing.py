"""Who signs off, in which order; never the owner, nobody junior to them (C1-7)."""

import pytest

from actions.signing import LAST, NEAREST, Step, matching, nearest, step, steps
from people.organisation import Line, Seat
from people.roles import Role
from standards.policy import SignOff

SW, OTHER, TM, SM, HOS, QA = 1, 2, 3, 4, 5, 9


def seat(post, above, *holders, role=Role.PRACTITIONER):
    return Seat(post, 100, frozenset([role]), above, holders)


TREE = Line(
    {
        10: seat(10, 20, SW),
        11: seat(11, 20, OTHER),
        20: seat(20, 30, TM),
        30: seat(30, 40, SM),
        40: seat(40, None, HOS),
        90: seat(90, None, QA),
    }
)
LINE_MANAGER, NEXT, HEAD = [(TM, "line manager")], [(SM, "next level")], [(HOS, "head of service")]


@pytest.mark.parametrize(
    ("found", "owner", "people", "words"),
    [
        (LINE_MANAGER, SW, (TM,), "line manager"),
        (LINE_MANAGER, OTHER, (TM,), "line manager"),
        # the owner is dropped, and whoever is nearest above them signs
        (LINE_MANAGER, TM, (SM,), NEAREST),
        # and so is anybody junior to the owner
        (LINE_MANAGER, SM, (HOS,), NEAREST),
        ([*LINE_MANAGER, *NEXT], TM, (SM,), "next level"),
        ([*LINE_MANAGER, *NEXT], SW, (TM, SM), "line manager, next level"),
        ([(TM, "a"), (TM, "b")], SW, (TM,), "a, b"),
        ([], SW, (TM,), NEAREST),
        # nobody above: the one who stands last, unless it is the owner
        (LINE_MANAGER, HOS, (QA,), LAST),
        ([], QA, (), ""),
    ],
)
def test_one_step(found, owner, people, words):
    assert step(found, owner, TREE, last=[(QA, LAST)]) == Step(people, words)


def test_a_vacant_seat_above_is_passed_over():
    tree = Line({**TREE.seats, 20: seat(20, 30)})

    assert nearest(SW, tree) == [(SM, NEAREST)]


def test_a_manager_who_covers_the_seat_below_does_not_sign_their_own():
    tree = Line({**TREE.seats, 20: seat(20, 30, TM, SM)})

    assert step(LINE_MANAGER, SM, tree).people == (HOS,)


@pytest.mark.parametrize(
    ("named", "owner", "people"),
    [
        ([(LINE_MANAGER, ""), (NEXT, "")], SW, [(TM,), (SM,)]),
        # both fall to the same person: one signature
        ([(LINE_MANAGER, ""), (NEXT, "")], TM, [(SM,)]),
        ([(NEXT, ""), (HEAD, "")], SM, [(HOS,)]),
        ([(NEXT, ""), (HEAD, "")], SW, [(SM,), (HOS,)]),
        ([], SW, [(TM,)]),
    ],
)
def test_steps_in_their_order(named, owner, people):
    assert [one.people for one in steps(named, owner, TREE)] == people


def test_a_step_keeps_what_the_framework_says_of_it():
    assert steps([(LINE_MANAGER, "Until it is up to standard.")], SW, TREE)[0].note == (
        "Until it is up to standard."
    )


@pytest.mark.parametrize(("grade", "found"), [("inadequate", [0, 1]), ("good", [0]), ("", [0])])
def test_rules_of_some_grades_hold_for_those_alone(grade, found):
    rules = [SignOff(("a",)), SignOff(("b",), grades=("inadequate",))]

    assert matching(rules, grade) == [rules[one] for one in found]
