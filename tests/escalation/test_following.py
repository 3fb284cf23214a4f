"""What the test clock's page shows of the ladders."""

from datetime import date, timedelta

import pytest

from core.fired import FIRED
from escalation.models import Escalation
from tests.escalation.scenes import at, lancashire

pytestmark = pytest.mark.django_db
NOON = at(date(2026, 5, 12), 12)


def test_the_steps_taken_between_two_moments_are_listed_without_names():
    place = lancashire()
    late = place.people.worker
    for number, hours in enumerate((-1, 0, 1, 3)):
        Escalation.objects.create(
            council=place.version.council,
            version=place.version,
            kind="action",
            subject_id=number,
            item=f"Action {number}",
            late=late,
            step=Escalation.Step.RUNG,
            ladder="late_action",
            title="Head of service",
            anchor_on=date(2026, 4, 14),
            due_on=date(2026, 4, 14),
            planned_at=at(date(2026, 5, 12 - number), 6),
            fired_at=NOON + timedelta(hours=hours),
        )

    lines = FIRED["Steps about what is late"]
    shown = list(lines(place.version.council_id, NOON, NOON + timedelta(hours=2)))

    assert shown == [
        "Action 2: Head of service (planned for 10 May 2026 at 06:00)",
        "Action 1: Head of service (planned for 11 May 2026 at 06:00)",
    ]
    assert list(lines(0, NOON, NOON + timedelta(hours=2))) == []
