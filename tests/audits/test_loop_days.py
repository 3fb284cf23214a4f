"""When the form that closes a loop is due: while it waits for remedial actions, and once it can be handed in (C2-6)."""

from datetime import date

import pytest

from audits.loop_days import Standing, form_day

TODAY, USUAL = date(2026, 4, 1), date(2026, 4, 10)
LATE, NEAR = date(2026, 5, 29), date(2026, 4, 8)
FREE = date(2026, 4, 9)


def standing(*, waits=True, last_on=LATE, free_on=FREE):
    return Standing(TODAY, USUAL, waits, last_on, free_on)


@pytest.mark.parametrize(
    ("kept", "last_on", "due_on"),
    [
        (USUAL, LATE, LATE),
        (LATE, USUAL, USUAL),
        (USUAL, NEAR, USUAL),
        (NEAR, NEAR, NEAR),
        (LATE, NEAR, USUAL),
        (TODAY, NEAR, USUAL),
        (TODAY, TODAY, USUAL),
        (USUAL, None, USUAL),
        (date(2026, 3, 1), date(2026, 3, 1), USUAL),
    ],
)
def test_while_it_waits_it_is_due_when_the_last_action_is_and_never_late(kept, last_on, due_on):
    found = form_day(kept, standing(last_on=last_on))

    assert found == due_on
    assert form_day(found, standing(last_on=last_on)) == found


@pytest.mark.parametrize(
    ("kept", "free_on", "due_on"),
    [
        (LATE, FREE, FREE),
        (NEAR, FREE, FREE),
        (FREE, FREE, FREE),
        (date(2026, 3, 20), date(2026, 3, 27), date(2026, 3, 27)),
        (LATE, date(2026, 3, 27), USUAL),
        (NEAR, date(2026, 3, 27), NEAR),
        (LATE, TODAY, USUAL),
    ],
)
def test_once_it_can_be_handed_in_it_is_due_after_the_usual_time(kept, free_on, due_on):
    found = form_day(kept, standing(waits=False, last_on=None, free_on=free_on))

    assert found == due_on
    assert form_day(found, standing(waits=False, last_on=None, free_on=free_on)) == found
