import random
import time
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programme import solver
from programme.allocation import TEAM_RULES, Auditor, File
from programme.matching import (
    ALREADY,
    Demand,
    NoPlan,
    Person,
    against,
    away_for_most,
    cautions,
    match,
    room,
)
from standards.policy import Allocation, Deadline, PerAuditor

RULE = Allocation(
    by=("qa_officer",),
    auditors=("auditor",),
    team_rule="other_service",
    own_case="refused",
    line_manager="refused",
    deadline=Deadline("end_of_month"),
)
ONE_A_MONTH = replace(RULE, per_auditor=PerAuditor(1, "month"))


def person(pk, service=10, allotted=0, **more):
    return Person(Auditor(pk, frozenset({service}), frozenset({service}), allotted), **more)


def demand(case, service=20, worker=0, **more):
    worker = worker or 5000 + case
    name = f"Service {service}"
    return Demand(
        case, name, worker, File(service, service, frozenset({worker}), frozenset()), **more
    )


# The table of edges --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "file", "words"),
    [
        (person(1), demand(1), []),
        (person(1, service=20), demand(1), [TEAM_RULES["other_service"]]),
        (
            person(7),
            demand(1, worker=7),
            ["The auditor has worked with this child. Nobody audits their own case."],
        ),
        (person(1), demand(1, auditing_ids=frozenset({1})), [ALREADY]),
        (
            person(1, service=20),
            demand(1, auditing_ids=frozenset({1})),
            [TEAM_RULES["other_service"], ALREADY],
        ),
    ],
)
def test_against_uses_the_words_of_allocating_by_hand(who, file, words):
    assert against(RULE, who, file) == words


@pytest.mark.parametrize(
    ("who", "words"),
    [
        (person(1), []),
        (person(1, away=True), ["The auditor is away for most of the time."]),
        (
            person(1, last_worker_ids=frozenset({5001})),
            ["The auditor's last audit looked at this worker's practice too."],
        ),
        (person(1, last_worker_ids=frozenset({5002})), []),
    ],
)
def test_cautions_are_what_a_plan_avoids_of_itself(who, words):
    assert cautions(who, demand(1)) == words


@pytest.mark.parametrize(
    ("number", "allotted", "left"), [(None, 9, None), (1, 0, 1), (1, 1, 0), (1, 2, 0), (3, 1, 2)]
)
def test_room_is_what_the_number_leaves(number, allotted, left):
    rule = replace(RULE, per_auditor=number and PerAuditor(number, "month"))

    assert room(rule, person(1, allotted=allotted)) == left


DAY = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("spans", "away"),
    [
        ([], False),
        ([(date(2026, 11, 1), date(2026, 11, 15))], False),
        ([(date(2026, 11, 1), date(2026, 11, 16))], True),
        ([(date(2026, 10, 1), date(2026, 11, 16))], True),
        ([(date(2026, 10, 1), date(2026, 10, 31))], False),
        ([(date(2026, 11, 1), date(2026, 11, 9)), (date(2026, 11, 5), date(2026, 11, 15))], False),
        ([(date(2026, 11, 1), date(2026, 11, 9)), (date(2026, 11, 20), date(2026, 12, 5))], True),
    ],
)
def test_away_for_most_counts_each_day_once(spans, away):
    assert away_for_most(DAY, date(2026, 11, 30), spans) is away


@pytest.mark.parametrize(("end", "away"), [(DAY, True), (date(2026, 10, 31), False)])
def test_away_on_one_day_is_the_day_itself(end, away):
    assert away_for_most(DAY, DAY, [(date(2026, 10, 1), end)]) is away


def test_away_in_no_days_is_not_away():
    assert away_for_most(DAY, date(2026, 10, 31), [(DAY, DAY)]) is False


# The plan ------------------------------------------------------------------------------------------


def test_match_gives_every_file_an_auditor_and_spreads_the_load():
    found = match(RULE, [demand(n) for n in range(6)], [person(1), person(2), person(3)])

    assert found.loads == {1: 2, 2: 2, 3: 2}
    assert found.gaps == ()


def test_match_counts_what_people_have_already():
    people = [person(1, allotted=2), person(2), person(3)]

    found = match(RULE, [demand(n) for n in range(4)], people)

    assert found.loads == {1: 2, 2: 2, 3: 2}


def test_match_lets_those_with_fewer_earlier_in_the_year_go_first():
    people = [person(1, earlier=3), person(2, earlier=1), person(3, earlier=2)]

    found = match(RULE, [demand(1), demand(2)], people)

    assert set(found.given.values()) == {2, 3}


def test_match_puts_the_load_of_the_period_before_that_of_the_year():
    people = [person(1, earlier=500), person(2)]

    found = match(RULE, [demand(1), demand(2)], people)

    assert found.loads == {1: 1, 2: 1}


def test_match_gives_nobody_the_same_worker_twice():
    found = match(RULE, [demand(1, worker=9), demand(2, worker=9)], [person(1), person(2)])

    assert sorted(found.given.values()) == [1, 2]


def test_match_is_the_same_whatever_the_order_of_its_input():
    files = [demand(n, service=n % 3, worker=5000 + n % 5) for n in range(20)]
    people = [person(n, service=n % 4, allotted=n % 2) for n in range(9)]
    shuffled = random.Random(4)

    first = match(RULE, files, people)

    for _ in range(3):
        shuffled.shuffle(files)
        shuffled.shuffle(people)
        assert match(RULE, files, people) == first


def test_match_goes_over_the_number_only_when_told_and_where_it_must():
    files = [demand(1), demand(2), demand(3)]
    people = [person(1, allotted=1), person(2)]

    assert match(ONE_A_MONTH, files, people).given == {1: 2}
    over = match(ONE_A_MONTH, files, people, over=True)
    assert over.loads == {1: 2, 2: 2}
    assert over.gaps == ()


def test_match_keeps_to_each_number_before_it_evens_the_load():
    share = replace(RULE, per_auditor=PerAuditor(None, "month", percent_of_open=10))
    small = Person(Auditor(1, frozenset(), frozenset(), 0, open_cases=0))
    large = Person(Auditor(2, frozenset(), frozenset(), 0, open_cases=30))

    found = match(share, [demand(n) for n in range(3)], [small, large], over=True)

    assert found.loads == {1: 0, 2: 3}


@pytest.mark.parametrize(("files", "people"), [([], []), ([], [person(1)]), ([demand(1)], [])])
def test_match_of_nothing_gives_nothing(files, people):
    assert match(RULE, files, people).given == {}


def test_no_answer_of_the_solver_is_said(monkeypatch):
    class Nothing:
        success, message = False, "time is up"

    monkeypatch.setattr(solver, "linprog", lambda *args, **kwargs: Nothing)

    with pytest.raises(NoPlan, match="time is up"):
        match(RULE, [demand(1)], [person(1)])


# What could not be met -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "people", "words", "mend"),
    [
        (
            RULE,
            [],
            "2 cases of Service 20 have no auditor: nobody holds a post that audits.",
            "Enter who holds the posts that audit.",
        ),
        (
            RULE,
            [person(1, service=20)],
            "2 cases of Service 20 have no auditor outside the service.",
            "Ask for an auditor outside the service, or replace the cases in the draw.",
        ),
        (
            replace(RULE, team_rule="own_service", override_team=True),
            [person(1)],
            "2 cases of Service 20 have no auditor inside the service.",
            "Choose an auditor by hand and give the reason for leaving the rule on teams aside, or ask for an auditor inside the service.",
        ),
        (
            RULE,
            [person(5001), person(2, service=20)],
            "2 cases of Service 20 have no auditor outside the service but people who worked with the child, manage the worker or audit the file already.",
            "Ask for another auditor who has no part in these cases, or replace them in the draw.",
        ),
        (
            RULE,
            [person(1, away=True)],
            "2 cases of Service 20 have no auditor: those who may are away.",
            "Choose somebody by hand who is back in time.",
        ),
        (
            RULE,
            [person(1, last_worker_ids=frozenset({5001}))],
            "2 cases of Service 20 have no auditor: those who may looked at the same worker’s practice last time.",
            "Choose somebody by hand if you accept the same worker twice in a row.",
        ),
        (
            ONE_A_MONTH,
            [person(1, allotted=1), person(2, away=True)],
            "2 cases of Service 20 have no auditor: those who may are away or have their number already.",
            "Choose somebody by hand who is back in time. Work the plan out again and let auditors go over the number, or find 2 more.",
        ),
    ],
)
def test_what_cannot_be_met_is_explained_by_service_and_reason(rule, people, words, mend):
    files = [demand(1, worker=5001), demand(2, worker=5001)]

    (gap,) = match(rule, files, people).gaps

    assert (gap.words, gap.mend, gap.case_ids) == (words, mend, (1, 2))


def test_numbers_used_up_by_the_plan_are_explained():
    (gap,) = match(ONE_A_MONTH, [demand(1), demand(2)], [person(1)]).gaps

    assert gap.words == (
        "1 case of Service 20 has no auditor: those who may reach their number in this plan."
    )


def test_the_same_worker_twice_in_one_plan_is_explained():
    (gap,) = match(RULE, [demand(1, worker=9), demand(2, worker=9)], [person(1)]).gaps

    assert gap.words == (
        "1 case of Service 20 has no auditor: those who may look at the same worker’s practice in this plan."
    )


def test_explanations_come_in_the_order_of_how_many_files_they_are_about():
    files = [demand(1, service=30), demand(2), demand(3), demand(4, service=25)]

    found = match(RULE, files, [person(1, service=s, away=True) for s in (1,)]).gaps

    assert [gap.service for gap in found] == ["Service 20", "Service 25", "Service 30"]


def test_no_file_is_dropped_without_a_word():
    files = [demand(n, service=n % 3, worker=5000 + n % 4) for n in range(30)]
    people = [person(n, service=n % 3, allotted=n % 2, away=n == 3) for n in range(5)]

    found = match(replace(RULE, per_auditor=PerAuditor(2, "month")), files, people)

    explained = [pk for gap in found.gaps for pk in gap.case_ids]
    assert sorted([*explained, *found.given]) == list(range(30))


# Against every possible plan -----------------------------------------------------------------------

SOME_PEOPLE = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 2), st.integers(0, 2), st.booleans()),
    min_size=1,
    max_size=4,
).map(
    lambda rows: [
        person(n, service=service, allotted=allotted, earlier=earlier, away=away)
        for n, (service, allotted, earlier, away) in enumerate(rows)
    ]
)
SOME_FILES = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=5).map(
    lambda rows: [demand(n, s, 5000 + worker) for n, (s, worker) in enumerate(rows)]
)


def worth(rule, files, people, choice, *, over):
    """How good one plan is, the smaller the better; None when it breaks a rule."""
    taken = [(p, f) for p, f in zip(choice, files, strict=True) if p is not None]
    if any(cautions(p, f) or against(rule, p, f) for p, f in taken):
        return None
    if any(n > 1 for n in Counter((p.id, f.worker_id) for p, f in taken).values()):
        return None
    more = Counter(p.id for p, _ in taken)
    beyond = [max(0, more[p.id] - limit) for p in people if (limit := room(rule, p)) is not None]
    if any(beyond) and not over:
        return None
    return (
        -len(taken),
        sum(beyond),
        sum((p.auditor.allotted + more[p.id]) ** 2 for p in people),
        sum(p.earlier for p, _ in taken),
    )


@settings(max_examples=150, deadline=None)
@given(
    files=SOME_FILES,
    people=SOME_PEOPLE,
    number=st.sampled_from([None, 1, 2]),
    over=st.booleans(),
)
def test_no_plan_serves_more_files_or_is_more_even(files, people, number, over):
    rule = replace(RULE, per_auditor=number and PerAuditor(number, "month"))
    by_id = {one.id: one for one in people}

    found = match(rule, files, people, over=over)

    chosen = [by_id.get(found.given.get(file.case_id)) for file in files]
    every = product([None, *people], repeat=len(files))
    best = min(
        value
        for choice in every
        if (value := worth(rule, files, people, choice, over=over)) is not None
    )
    assert worth(rule, files, people, chosen, over=over) == best


@pytest.mark.parametrize("number", [None, 5])
@pytest.mark.parametrize("team_rule", ["other_team", "own_service", "any"])
def test_500_files_and_120_auditors_take_less_than_10_seconds(team_rule, number):
    chance = random.Random(7)
    rule = replace(RULE, team_rule=team_rule, per_auditor=number and PerAuditor(number, "month"))
    people = [
        Person(
            Auditor(n, frozenset({n % 40}), frozenset({1000 + n % 40 // 5}), chance.randint(0, 2)),
            earlier=chance.randint(0, 9),
            away=chance.random() < 0.1,
            last_worker_ids=frozenset({5000 + chance.randrange(200)}),
        )
        for n in range(120)
    ]
    files = [
        Demand(
            n,
            "",
            worker := 5000 + 5 * (team := chance.randrange(40)) + chance.randrange(5),
            File(
                team,
                1000 + team // 5,
                frozenset({worker, chance.randrange(120)}),
                frozenset({team}),
            ),
        )
        for n in range(500)
    ]
    start = time.perf_counter()

    found = match(rule, files, people)

    took = time.perf_counter() - start
    print(f"{team_rule} {number}: {took:.2f} s, {len(found.given)} files")
    assert took < 10
    assert len(found.given) + sum(len(gap.case_ids) for gap in found.gaps) == 500
