from dataclasses import replace

import pytest

from programme.allocation import TEAM_RULES, Auditor, File, objections, over_the_number
from standards.policy import Allocation, Deadline, PerAuditor

RULE = Allocation(
    by=("qa_officer",),
    auditors=("auditor",),
    team_rule="other_team",
    own_case="refused",
    line_manager="refused",
    deadline=Deadline("end_of_month"),
)
# The file is Team 2's in service 20; person 1 works it, 2 is the second worker, 3 worked it once, 4 manages.
FILE = File(
    unit_id=2, service_id=20, worker_ids=frozenset({1, 2, 3}), manager_ids=frozenset({4, 5})
)
ELSEWHERE = Auditor(user_id=9, unit_ids=frozenset({1}), service_ids=frozenset({10}), allotted=0)
OWN_CASE = "The auditor has worked with this child. Nobody audits their own case."
MANAGER = "The auditor is the worker's line manager."


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ({}, []),
        ({"user_id": 1}, [OWN_CASE]),
        ({"user_id": 2}, [OWN_CASE]),
        ({"user_id": 3}, [OWN_CASE]),
        ({"user_id": 4}, [MANAGER]),
        ({"user_id": 5}, [MANAGER]),
        ({"unit_ids": frozenset({2})}, [TEAM_RULES["other_team"]]),
        ({"unit_ids": frozenset({1, 2})}, [TEAM_RULES["other_team"]]),
        ({"unit_ids": frozenset()}, []),
        ({"service_ids": frozenset({20})}, []),
        (
            {"user_id": 4, "unit_ids": frozenset({2})},
            [MANAGER, TEAM_RULES["other_team"]],
        ),
        (
            {"user_id": 1, "unit_ids": frozenset({2})},
            [OWN_CASE, TEAM_RULES["other_team"]],
        ),
    ],
)
def test_objections_name_every_rule_that_stands_against_the_auditor(who, found):
    assert objections(RULE, replace(ELSEWHERE, **who), FILE) == found


@pytest.mark.parametrize(
    ("team_rule", "unit", "service", "found"),
    [
        ("other_team", 2, 20, [TEAM_RULES["other_team"]]),
        ("other_team", 3, 20, []),
        ("other_team", 1, 10, []),
        ("other_service", 2, 20, [TEAM_RULES["other_service"]]),
        ("other_service", 3, 20, [TEAM_RULES["other_service"]]),
        ("other_service", 1, 10, []),
        ("own_service", 2, 20, []),
        ("own_service", 3, 20, []),
        ("own_service", 1, 10, [TEAM_RULES["own_service"]]),
        ("any", 2, 20, []),
    ],
)
def test_objections_follow_the_councils_rule_on_teams(team_rule, unit, service, found):
    auditor = replace(ELSEWHERE, unit_ids=frozenset({unit}), service_ids=frozenset({service}))

    assert objections(replace(RULE, team_rule=team_rule), auditor, FILE) == found


@pytest.mark.parametrize(
    ("allowed", "user_id"), [({"own_case": "allowed"}, 1), ({"line_manager": "allowed"}, 4)]
)
def test_objections_leave_out_what_the_council_allows(allowed, user_id):
    assert objections(replace(RULE, **allowed), replace(ELSEWHERE, user_id=user_id), FILE) == []


@pytest.mark.parametrize(
    ("per_auditor", "allotted", "words"),
    [
        (None, 7, ""),
        (PerAuditor(1, "month"), 0, ""),
        (PerAuditor(1, "month"), 1, "The auditor already has an audit in this month."),
        (PerAuditor(2, "quarter"), 1, ""),
        (PerAuditor(2, "quarter"), 2, "The auditor already has 2 audits in this quarter."),
        (PerAuditor(2, "quarter"), 3, "The auditor already has 3 audits in this quarter."),
    ],
)
def test_over_the_number_asks_from_the_frameworks_number_on(per_auditor, allotted, words):
    rule = replace(RULE, per_auditor=per_auditor)

    assert over_the_number(rule, replace(ELSEWHERE, allotted=allotted)) == words
