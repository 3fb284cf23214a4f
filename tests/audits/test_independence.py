"""Who may moderate: a table of everybody around one audit (J-43, H-9, H-10)."""

import pytest

from audits.independence import Parties, bar, entitled, everybody_entitled
from people.organisation import Line, Seat
from standards.policy import Moderation

# 1 director > 2 head > 3 service manager > 4 team manager > 5 worker; 6 auditor beside 4; 7 consultant apart.
LINE = Line(
    {
        10: Seat(10, 1, frozenset({"senior_leader", "moderator"}), None, (1,), "DD"),
        20: Seat(20, 2, frozenset({"head_of_service", "moderator"}), 10, (2,), "HOS"),
        30: Seat(30, 2, frozenset({"next_level", "moderator"}), 20, (3,), "SM"),
        40: Seat(40, 3, frozenset({"line_manager"}), 30, (4,), "TM"),
        50: Seat(50, 3, frozenset({"practitioner"}), 40, (5, 8), "SW"),
        60: Seat(60, 4, frozenset({"line_manager", "moderator"}), 30, (6,), "TM"),
        70: Seat(70, 5, frozenset({"moderator"}), None, (7,), "CSW"),
    }
)
RULE = Moderation(roles=("moderator",), independent_of=("auditor", "worker", "worker_line"))
PARTIES = Parties(auditor=6, worker=5, second_worker=8)


@pytest.mark.parametrize(
    ("person", "words"),
    [
        (7, ""),
        (6, "carried out the audit"),
        (5, "did the work that is audited"),
        (8, "did the work that is audited"),
        (4, "manages the worker, directly or further up"),
        (3, "manages the worker, directly or further up"),
        (2, "manages the worker, directly or further up"),
        (1, "manages the worker, directly or further up"),
        (99, ""),
    ],
)
def test_whoever_has_a_part_in_the_work_is_barred(person, words):
    assert bar(person, PARTIES, LINE, RULE) == words


def test_a_framework_cannot_let_the_auditor_or_the_worker_moderate():
    lax = Moderation(roles=("moderator",), independent_of=("second_worker",))

    assert bar(6, PARTIES, LINE, lax) == "carried out the audit"
    assert bar(5, PARTIES, LINE, lax) == "did the work that is audited"
    assert bar(2, PARTIES, LINE, lax) == ""


@pytest.mark.parametrize(
    ("rule", "people"),
    [
        (RULE, [1, 2, 3, 6, 7]),
        (Moderation(moderators=("CSW", "SM"), roles=("moderator",)), [3, 7]),
        (Moderation(moderators=("SW",)), [5, 8]),
        (Moderation(), []),
    ],
)
def test_posts_come_before_roles(rule, people):
    assert everybody_entitled(rule, LINE) == people
    assert all(entitled(one, rule, LINE) for one in people)
