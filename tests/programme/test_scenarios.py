"""SC-08 and SC-14 (the dates) and SC-22, to the day."""

from dataclasses import replace
from datetime import date

import pytest

from audits.models import Audit
from core.moves import Refused
from people.roles import Role
from programme.allocation import TEAM_RULES
from programme.services.allocating import NeedsConfirming, allocate
from standards.deadlines import shifted
from standards.reading import duration_of
from tests.programme.scenes import council, moment

pytestmark = pytest.mark.django_db


# --- SC-08 and SC-13, Lancashire: four weeks -----------------------------------------------------


@pytest.mark.parametrize(
    ("given", "due"),
    [((2026, 4, 7), date(2026, 5, 5)), ((2026, 3, 25), date(2026, 4, 22))],
)
def test_a_learning_space_is_due_four_weeks_after_it_was_allocated(given, due):
    lancashire = council("lancashire")

    assert lancashire.allocated(moment(*given)).deadline_on == due


@pytest.mark.parametrize(
    ("due", "rungs"),
    [
        (date(2026, 5, 5), [(5, 7), (5, 12), (5, 19)]),  # SC-08
        (date(2026, 5, 19), [(5, 21), (5, 26), (6, 2)]),  # SC-09, after the extension
        (date(2026, 4, 22), [(4, 24), (4, 29), (5, 6)]),  # SC-13
    ],
)
def test_the_rungs_of_the_ladder_follow_the_deadline(due, rungs):
    policy = council("lancashire").version.policy
    ladder = next(one for one in policy["ladders"] if one["code"] == "late_learning_space")

    days = [shifted(due, duration_of(rung["after"])) for rung in ladder["rungs"]]

    assert days == [date(2026, month, day) for month, day in rungs]


# --- SC-14, Bracknell Forest: one month's notice -------------------------------------------------


@pytest.mark.parametrize(
    ("audit_on", "in_time", "too_late", "words"),
    [
        (date(2026, 3, 31), (2026, 2, 27), (2026, 2, 28), "Fri 27 February 2026"),
        (date(2026, 9, 14), (2026, 8, 14), (2026, 8, 15), "Fri 14 August 2026"),
    ],
)
def test_an_audit_is_given_out_a_month_before_or_knowingly_later(
    audit_on, in_time, too_late, words
):
    bracknell = council("bracknell-forest")
    month = audit_on.replace(day=1)
    first = bracknell.choice(month=month, audit_on=audit_on)
    other = bracknell.choice(month=month, audit_on=audit_on)
    officer = bracknell.people.officer

    audit = allocate(first, by=officer, at=moment(*in_time, 23, 59))
    with pytest.raises(NeedsConfirming) as doubts:
        allocate(other, by=officer, at=moment(*too_late, 0, 0))

    assert (audit.deadline_on, audit.moves.get().reason) == (audit_on, "")
    (doubt,) = doubts.value.problems
    assert f"is told by {words} (1 month before)" in doubt
    late = allocate(other, by=officer, at=moment(*too_late, 0, 0), confirmed=True)
    assert late.deadline_on == audit_on
    assert words in late.moves.get().reason


@pytest.mark.parametrize(
    ("audit_on", "problem"),
    [
        (None, "Enter the day of the audit: in this framework it is due back on that day."),
        (date(2026, 2, 26), "The day of the audit must be today or later."),
        (
            date(2026, 4, 1),
            "The day of the audit lies in another month than the one it counts for.",
        ),
    ],
)
def test_the_day_of_the_audit_is_asked_for_and_must_fit(audit_on, problem):
    bracknell = council("bracknell-forest")
    month = date(2026, 2, 1) if audit_on == date(2026, 2, 26) else date(2026, 3, 1)
    choice = bracknell.choice(month=month, audit_on=audit_on)

    with pytest.raises(Refused) as refused:
        allocate(choice, by=bracknell.people.officer, at=moment(2026, 2, 27), confirmed=True)

    assert refused.value.problems == (problem,)


# --- SC-22, West Sussex: another part of the service ---------------------------------------------


def test_a_manager_audits_in_another_service_and_once_a_month():
    sussex = council("west-sussex", edition=2)
    _, team_b = sussex.service("Service B")
    worker_b = sussex.somebody("kw", [Role.PRACTITIONER], team_b)
    at, month, officer = moment(2026, 6, 2), date(2026, 6, 1), sussex.people.officer

    with pytest.raises(Refused) as refused:
        allocate(sussex.choice(month=month), by=officer, at=at)
    assert refused.value.problems == (TEAM_RULES["other_service"],)

    def in_b():
        choice = sussex.choice(month=month, unit=team_b)
        choice.case.involvements.update(user=worker_b)
        return replace(choice, worker=worker_b)

    assert allocate(in_b(), by=officer, at=at).deadline_on == date(2026, 6, 30)

    second = in_b()
    with pytest.raises(NeedsConfirming) as doubts:
        allocate(second, by=officer, at=at)
    assert doubts.value.problems == ("The auditor already has an audit in this month.",)
    allocate(second, by=officer, at=at, confirmed=True)
    assert Audit.objects.filter(auditor=sussex.people.auditor, month=month).count() == 2
