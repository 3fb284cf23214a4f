from datetime import date

import pytest

from learning.quarters import quarters_to
from learning.returning import Counted, flag_of, running_quarters

LAST = date(2026, 12, 31)
TAUGHT = date(2026, 3, 15)  # in the first of the last four quarters


def seen(*numbers: int | None) -> list[Counted]:
    """The last quarters: in how many audits the theme was to be developed; None where nothing was coded."""
    return [
        Counted(quarter, n or 0, 0 if n is None else 12, 12)
        for quarter, n in zip(quarters_to(LAST, len(numbers)), numbers, strict=True)
    ]


@pytest.mark.parametrize(
    ("numbers", "held", "flag"),
    [
        ((), (), ""),
        ((2,), (), ""),
        ((2, 2), (), ""),
        ((2, 2, 2), (), "running"),
        ((2, 1, 2), (), ""),
        ((2, 2, 1), (), ""),
        ((0, 9, 9, 9), (), "running"),
        ((2, None, 2), (), ""),
        # Away for two quarters since it was taught, and back.
        ((3, 0, 0, 2), (TAUGHT,), "back"),
        ((3, 0, 0, 2), (), ""),
        ((3, 0, 0, 1), (TAUGHT,), ""),
        ((3, 0, 2), (TAUGHT,), ""),
        ((3, 3, 0, 2), (TAUGHT,), ""),
        ((3, 0, 1, 2), (TAUGHT,), ""),
        # A quarter in which nothing was coded is neither with it nor without it.
        ((3, 0, None, 2), (TAUGHT,), ""),
        ((3, 0, 0, None, 2), (date(2026, 4, 1),), ""),
        ((3, 0, 0, None, 2), (date(2026, 1, 2),), "back"),
        # Taught in the first quarter without it counts; taught later than that does not.
        ((3, 0, 0, 2), (date(2026, 4, 1),), "back"),
        ((3, 0, 0, 2), (date(2026, 7, 1),), ""),
        ((3, 0, 0, 2), (date(2026, 7, 1), TAUGHT), "back"),
    ],
)
def test_flag_of(numbers, held, flag):
    assert flag_of(seen(*numbers), held) == flag


def test_flag_of_takes_another_least_number():
    assert flag_of(seen(1, 1, 1), least=1) == "running"
    assert flag_of(seen(2, 2, 2), least=3) == ""


@pytest.mark.parametrize(
    ("numbers", "running"), [((), 0), ((2, 2, 0), 0), ((0, 2, 2), 2), ((2, 1, 2), 1)]
)
def test_running_quarters_counts_to_the_last(numbers, running):
    assert running_quarters(seen(*numbers)) == running
