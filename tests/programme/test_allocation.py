from dataclasses import replace
from datetime import date

import pytest

from programme.allocation import (
    TEAM_RULES,
    Auditor,
    File,
    cooling_off,
    left_aside,
    month_without_audits,
    objections,
    over_the_number,
)
from programme.forms.allocating import months
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


@pytest.mark.parametrize(
    ("open_cases", "allotted", "words"),
    [
        (0, 0, "The auditor already has no audits in this month. The number is 0: 10% of 0 open cases of the auditor's unit."),
        (1, 0, ""),
        (1, 1, "The auditor already has an audit in this month. The number is 1: 10% of 1 open cases of the auditor's unit."),
        (10, 0, ""),
        (11, 1, ""),
        (11, 2, "The auditor already has 2 audits in this month. The number is 2: 10% of 11 open cases of the auditor's unit."),
    ],
)  # fmt: skip
def test_a_share_of_open_cases_is_rounded_up(open_cases, allotted, words):
    rule = replace(RULE, per_auditor=PerAuditor(None, "month", 10))
    auditor = replace(ELSEWHERE, allotted=allotted, open_cases=open_cases)

    assert over_the_number(rule, auditor) == words


@pytest.mark.parametrize(
    ("months", "last_on", "on", "refused"),
    [
        (None, date(2026, 1, 31), date(2026, 2, 1), False),
        (1, None, date(2026, 2, 1), False),
        (1, date(2026, 1, 31), date(2026, 2, 27), True),
        (1, date(2026, 1, 31), date(2026, 2, 28), False),
        (6, date(2026, 5, 4), date(2026, 11, 3), True),
        (6, date(2026, 5, 4), date(2026, 11, 4), False),
    ],
)
def test_a_file_cools_off_for_whole_months(months, last_on, on, refused):
    assert bool(cooling_off(replace(RULE, cool_off_months=months), last_on, on)) is refused


@pytest.mark.parametrize(
    ("months", "month", "refused"),
    [((), 8, False), ((8, 12), 7, False), ((8, 12), 8, True), ((8, 12), 12, True)],
)
def test_a_month_without_audits_is_refused(months, month, refused):
    assert bool(month_without_audits(months, date(2026, month, 1))) is refused


@pytest.mark.parametrize(
    ("override", "found", "aside"),
    [
        (False, (TEAM_RULES["other_team"],), ()),
        (True, (), ()),
        (True, (TEAM_RULES["other_team"],), (TEAM_RULES["other_team"],)),
        (True, (OWN_CASE, TEAM_RULES["other_team"]), (TEAM_RULES["other_team"],)),
        (True, (OWN_CASE, MANAGER), ()),
    ],
)
def test_only_the_rule_on_teams_is_ever_left_aside(override, found, aside):
    assert left_aside(replace(RULE, override_team=override), found) == aside


@pytest.mark.parametrize(
    ("without", "offered"),
    [
        ((), ["2026-11", "2026-12", "2027-01"]),
        ((12,), ["2026-11", "2027-01", "2027-02"]),
        ((11, 12, 1), ["2027-02", "2027-03", "2027-04"]),
        ((1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12), ["2027-10"]),
    ],
)
def test_months_without_audits_are_not_offered(without, offered):
    assert [code for code, _ in months(date(2026, 11, 30), without=without)] == offered
