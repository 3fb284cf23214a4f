import pytest

from people.organisation import Line, Seat
from people.roles import Role

WORKER, DEPUTY, MANAGER, SERVICE_MANAGER, HEAD, DIRECTOR, QA = 1, 2, 3, 4, 5, 6, 7
UP = {
    10: ([Role.PRACTITIONER], 20, (WORKER,)),
    20: ([Role.LINE_MANAGER, Role.AUDITOR], 30, (MANAGER,)),
    30: ([Role.NEXT_LEVEL], 40, (SERVICE_MANAGER,)),
    40: ([Role.HEAD_OF_SERVICE], 50, (HEAD,)),
    50: ([Role.SENIOR_LEADER, Role.HEAD_OF_SERVICE], None, (DIRECTOR,)),
    60: ([Role.QA_OFFICER], 50, (QA,)),
}


def line(**changes: object) -> Line:
    """Worker, team manager, service manager, head of service, director; `holders_20=()` empties a post."""
    seats = {}
    for post, (roles, above, holders) in UP.items():
        above = changes.get(f"above_{post}", above)
        holders = changes.get(f"holders_{post}", holders)
        seats[post] = Seat(post, 100 + post, frozenset(roles), above, holders)
    return Line(seats)


def posts(seats: list[Seat]) -> list[int]:
    return [seat.post_id for seat in seats]


@pytest.mark.parametrize(
    ("changes", "role", "expected"),
    [
        ({}, Role.LINE_MANAGER, (MANAGER,)),
        ({}, Role.NEXT_LEVEL, (SERVICE_MANAGER,)),
        ({}, Role.HEAD_OF_SERVICE, (HEAD,)),
        ({}, Role.SENIOR_LEADER, (DIRECTOR,)),
        ({}, Role.QA_OFFICER, ()),
        ({}, Role.PRACTITIONER, ()),
        ({"holders_40": ()}, Role.HEAD_OF_SERVICE, (DIRECTOR,)),
        ({"holders_40": (), "holders_50": ()}, Role.HEAD_OF_SERVICE, ()),
        ({"holders_20": ()}, Role.LINE_MANAGER, ()),
        ({"holders_20": (MANAGER, DEPUTY)}, Role.LINE_MANAGER, (MANAGER, DEPUTY)),
        ({"holders_20": (WORKER,)}, Role.LINE_MANAGER, ()),
        ({"holders_40": (WORKER,)}, Role.HEAD_OF_SERVICE, (DIRECTOR,)),
        ({"holders_40": (WORKER, HEAD)}, Role.HEAD_OF_SERVICE, (DIRECTOR,)),
        ({"above_10": None}, Role.LINE_MANAGER, ()),
        ({"above_10": 99}, Role.LINE_MANAGER, ()),
        ({"holders_10": ()}, Role.LINE_MANAGER, ()),
    ],
    ids=[
        "the line manager",
        "the next level",
        "the head of service, not the director who has that role too",
        "two roles on one post",
        "nobody off the line",
        "never oneself",
        "a vacant post is passed over",
        "every post with the role is vacant",
        "nobody with the role further up",
        "a deputy stands beside the holder",
        "a worker who covers the manager's post",
        "a worker who covers the head's post is passed over",
        "a post one holds with somebody else is not above oneself",
        "the top of the line",
        "a post that is not there",
        "somebody without a post",
    ],
)
def test_the_nearest_holder_of_a_role_up_the_line(changes, role, expected):
    assert line(**changes).first_above(WORKER, role) == expected


def test_the_line_runs_from_the_nearest_post_to_the_top():
    assert posts(line().above(WORKER)) == [20, 30, 40, 50]


def test_two_posts_give_one_line_without_doubles():
    tree = line(holders_60=(WORKER,))

    assert posts(tree.seats_of(WORKER)) == [10, 60]
    assert posts(tree.above(WORKER)) == [20, 50, 30, 40]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"above_30": 10}, [20, 30]),
        ({"above_30": 20}, [20, 30]),
        ({"above_10": 10}, []),
        ({"above_50": 20}, [20, 30, 40, 50]),
    ],
    ids=["back to the worker", "two above each other", "to itself", "the top to the bottom"],
)
def test_a_circle_of_posts_ends(changes, expected):
    assert posts(line(**changes).above(WORKER)) == expected


@pytest.mark.parametrize(
    ("manager", "worker", "expected"),
    [
        (MANAGER, WORKER, True),
        (DIRECTOR, WORKER, True),
        (DIRECTOR, QA, True),
        (QA, WORKER, False),
        (WORKER, MANAGER, False),
        (WORKER, WORKER, False),
        (HEAD, QA, False),
        (MANAGER, DEPUTY, False),
    ],
)
def test_who_manages_whom(manager, worker, expected):
    assert line().manages(manager, worker) is expected


def test_holders_of_a_role_stand_once_each_in_the_order_of_posts():
    tree = line(holders_40=(HEAD, DIRECTOR))

    assert tree.holders(Role.HEAD_OF_SERVICE) == (HEAD, DIRECTOR)
    assert tree.holders(Role.MODERATOR) == ()


def test_an_empty_line_has_nobody():
    assert Line().above(WORKER) == []
    assert Line().first_above(WORKER, Role.LINE_MANAGER) == ()
