"""One council, one child's file, and an action about it."""

from datetime import date

import pytest

from actions.services import Plan, raise_action
from tests.factories.audits import NOW
from tests.factories.cases import CaseFileFactory
from tests.factories.cast import cast


@pytest.fixture
def people(db):
    return cast("eastmere")


@pytest.fixture
def case(people):
    return CaseFileFactory(council=people.council, unit=people.team2)


@pytest.fixture
def plan(people):
    return Plan("improve", "Meet the family", "Safer", people.worker, date(2026, 12, 1))


@pytest.fixture
def raised(people, case, plan):
    """Raise an action for a source, an audit's unless the test says otherwise."""

    def raise_it(source=("audit", 12), **changes):
        values = {
            "plan": plan,
            "kind_label": "Improve practice",
            "council": people.council,
            "case": case,
            "source": source,
            "by": people.auditor,
            "at": NOW,
        }
        return raise_action(**(values | changes))

    return raise_it
