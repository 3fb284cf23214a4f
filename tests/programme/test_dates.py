from datetime import date, timedelta

import pytest

from people.organisation import Line, Seat
from people.roles import Role
from programme.dates import (
    Limit,
    acting,
    below,
    earliest_audit,
    in_time,
    may_ask,
    may_exclude,
    may_extend,
    wider,
)
from standards.deadlines import notice_by
from standards.policy import (
    Allocation,
    Deadline,
    Duration,
    Exclusion,
    Extension,
    ExtensionStep,
)

MONTH = Duration(1, "months")
DUE = date(2026, 5, 5)
TM, SM, HOS, DIRECTOR, QA, QA_HEAD, OTHER = 1, 2, 3, 4, 5, 6, 7


@pytest.mark.parametrize("today", [date(2026, 2, 27), date(2026, 2, 28), date(2026, 12, 24)])
def test_the_earliest_audit_is_the_first_whose_notice_is_not_over(today):
    soonest = earliest_audit(today, MONTH)

    assert notice_by(soonest, MONTH) >= today
    assert notice_by(soonest - timedelta(days=1), MONTH) < today


@pytest.mark.parametrize(
    ("on", "before", "open_"),
    [
        (date(2026, 5, 4), True, True),
        (date(2026, 5, 5), True, True),
        (date(2026, 5, 6), True, False),
        (date(2026, 5, 6), False, True),
    ],
)
def test_a_change_is_in_time_until_the_end_of_the_due_day(on, before, open_):
    assert in_time(on, DUE, before_deadline=before) is open_


# --- who decides ---------------------------------------------------------------------------------


def tree(**holders: tuple[int, ...]) -> Line:
    """Team manager, service manager, head of service, director; the QA team apart."""
    posts = {
        "tm": (10, [Role.LINE_MANAGER, Role.AUDITOR], 20, (TM,)),
        "sm": (20, [Role.NEXT_LEVEL], 30, (SM,)),
        "hos": (30, [Role.HEAD_OF_SERVICE, Role.AUDITOR], 40, (HOS,)),
        "director": (40, [Role.SENIOR_LEADER], None, (DIRECTOR,)),
        "qa": (50, [Role.QA_OFFICER], 60, (QA,)),
        "qa_head": (60, [Role.QA_HEAD], 40, (QA_HEAD,)),
        "other": (70, [Role.HEAD_OF_SERVICE], 40, (OTHER,)),
    }
    return Line(
        {
            post: Seat(post, 1, frozenset(roles), above, holders.get(name, held))
            for name, (post, roles, above, held) in posts.items()
        }
    )


def rule(**changes: object) -> Allocation:
    """An allocation without a local rule on extensions and exclusions, but for these."""
    return Allocation((), (), "any", "refused", "refused", Deadline("weeks", 4), **changes)


def steps(*rows: tuple[str, Duration | None]) -> Extension:
    return Extension(tuple(ExtensionStep((role,), length) for role, length in rows), True)


LANCASHIRE = rule(
    extension=steps((Role.HEAD_OF_SERVICE, None)), exclusion=Exclusion((Role.HEAD_OF_SERVICE,))
)


def test_only_the_head_of_the_auditors_own_service_extends_in_lancashire():
    assert may_extend(LANCASHIRE, tree(), auditor_id=TM, first_on=DUE) == {HOS: Limit()}
    assert may_exclude(LANCASHIRE, tree(), auditor_id=TM) == {HOS}


@pytest.mark.parametrize(
    ("auditor", "holders", "role", "who"),
    [
        (TM, {}, Role.NEXT_LEVEL, (SM,)),
        (TM, {"sm": ()}, Role.NEXT_LEVEL, (HOS,)),
        (HOS, {}, Role.HEAD_OF_SERVICE, (DIRECTOR,)),  # nobody decides on their own audit
        (TM, {"hos": ()}, Role.HEAD_OF_SERVICE, (DIRECTOR,)),
        (DIRECTOR, {}, Role.HEAD_OF_SERVICE, ()),
        (TM, {}, Role.QA_OFFICER, (QA,)),
        (QA_HEAD, {}, Role.QA_HEAD, ()),
        (TM, {"hos": (HOS, OTHER)}, Role.HEAD_OF_SERVICE, (HOS, OTHER)),
    ],
)
def test_who_acts_in_a_role_for_an_auditor(auditor, holders, role, who):
    assert acting(tree(**holders), auditor, role) == who


def test_without_a_local_rule_the_head_of_quality_decides():
    assert may_extend(rule(), tree(), auditor_id=TM, first_on=DUE) == {QA_HEAD: Limit()}
    assert may_exclude(rule(), tree(), auditor_id=TM) == {QA_HEAD}
    assert may_ask(tree(), auditor_id=TM, local=False) == {TM}


def test_by_a_local_rule_the_auditor_and_the_service_manager_ask():
    assert may_ask(tree(), auditor_id=TM, local=True) == {TM, SM}


def test_each_step_has_its_own_longest_extension_from_the_first_deadline():
    ladder = rule(
        extension=steps(
            (Role.NEXT_LEVEL, Duration(5, "working_days")),
            (Role.QA_OFFICER, MONTH),
            (Role.QA_HEAD, None),
        )
    )

    found = may_extend(ladder, tree(), auditor_id=TM, first_on=DUE)

    assert found == {
        SM: Limit(date(2026, 5, 12)),
        QA: Limit(date(2026, 6, 5)),
        QA_HEAD: Limit(),
    }
    assert found[SM].allows(date(2026, 5, 12))
    assert not found[SM].allows(date(2026, 5, 13))
    assert found[QA_HEAD].allows(date(2099, 1, 1))


@pytest.mark.parametrize(
    ("one", "other", "longer"),
    [
        (None, Limit(DUE), Limit(DUE)),
        (Limit(), Limit(DUE), Limit()),
        (Limit(DUE), Limit(), Limit()),
        (Limit(DUE), Limit(date(2026, 5, 6)), Limit(date(2026, 5, 6))),
    ],
)
def test_somebody_with_two_limits_has_the_longer(one, other, longer):
    assert wider(one, other) == longer


@pytest.mark.parametrize(
    ("manager", "people"),
    [
        (DIRECTOR, {TM, SM, HOS, QA, QA_HEAD, OTHER}),
        (HOS, {TM, SM}),
        (SM, {TM}),
        (TM, set()),
        (QA_HEAD, {QA}),
        (99, set()),
    ],
)
def test_who_sits_below_a_manager(manager, people):
    assert below(tree(), manager) == people


def test_a_circle_of_posts_ends():
    round_ = Line({1: Seat(1, 1, frozenset(), 2, (TM,)), 2: Seat(2, 1, frozenset(), 1, (SM,))})

    assert below(round_, 99) == frozenset()
    assert below(round_, SM) == {TM}
