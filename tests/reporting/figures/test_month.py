"""The month's audits: given out, returned, late, left out."""

from datetime import UTC, date, datetime

import pytest

from reporting.selectors.catalogue import figure
from tests.factories.audits import framework
from tests.factories.cast import cast
from tests.factories.people import OrgUnitFactory
from tests.reporting.figures.audits import LATER, returned, scope

pytestmark = pytest.mark.django_db
MAY = date(2026, 5, 1)


@pytest.fixture
def people():
    return cast("bexley")


@pytest.fixture
def version(people):
    return framework("fixtures/frameworks/bexley/1.yaml")


def test_the_months_audits_are_counted_as_they_stand(people, version):
    returned(people, version, 3, grade="good", month=MAY)
    returned(
        people,
        version,
        1,
        grade="good",
        month=MAY,
        returned_at=datetime(2026, 6, 4, 9, tzinfo=UTC),
    )
    returned(
        people, version, 2, grade="", month=MAY, state="preparing", returned_at=None, final=False
    )
    returned(
        people, version, 1, grade="", month=MAY, state="excluded", returned_at=None, final=False
    )

    found = figure("month-audits", scope(people, version, MAY, date(2026, 5, 31)))

    assert [[cell.n for cell in row.cells] for row in found.rows] == [[7, 4, 3, 2, 1]] * 2
    assert found.values["returned"].words == "4 of 6"
    assert found.says == (
        "4 of 6 audits are returned; 3 were or are late.",
        "1 more was given out and left out.",
    )
    assert "state=returned" in found.rows[0].cells[1].to
    assert LATER.date() > date(2026, 5, 31)


def test_audits_in_no_service_have_no_list_of_their_own(people, version):
    team = OrgUnitFactory(council=people.council, kind="team")
    returned(people, version, 1, grade="good", month=MAY, unit=team)

    found = figure("month-audits", scope(people, version, MAY, date(2026, 5, 31)))

    assert [cell.to for cell in found.rows[0].cells] == [""] * 5
    assert found.rows[-1].cells[0].to
    assert found.says == ("1 of 1 audit is returned; 0 were or are late.",)
