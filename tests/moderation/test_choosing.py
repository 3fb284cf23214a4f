"""Tables of edges of the selection rules: whole numbers, whole pools, months and lists (B6-4 to B6-8)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.choosing import (
    BY_GRADE,
    EVERY,
    Candidate,
    certain,
    cohort,
    look_back,
    month_before,
    month_of,
)
from standards.policy import Moderation, Selecting

GRADED = Selecting("grade", grades=("inadequate",))


def rule(percent: int) -> Moderation:
    return Moderation(selection=(Selecting("percentage", percent=percent), GRADED))


def candidates(n: int, inadequate: int) -> list[Candidate]:
    return [
        Candidate(k, f"2026-{k:04}", "inadequate" if k < inadequate else "good") for k in range(n)
    ]


@pytest.mark.parametrize(
    ("percent", "n", "inadequate", "drawn"),
    [
        (15, 27, 2, 5),  # the catalogue's example: 5 drawn and 2 on top
        (15, 1, 0, 1),
        (15, 6, 0, 1),
        (15, 7, 0, 2),
        (15, 20, 0, 3),
        (15, 21, 0, 4),
        (7, 100, 0, 7),  # 7.000000000000001 in floating point would round up to 8
        (14, 50, 0, 7),
        (100, 9, 3, 6),  # a draw larger than its pool takes the whole pool
        (50, 4, 3, 1),
        (15, 3, 3, 0),  # nothing is left to draw from
        (15, 0, 0, 0),
        (1, 1, 0, 1),
    ],
)
def test_the_percentage_is_rounded_up_and_the_graded_ones_come_on_top(
    percent, n, inadequate, drawn
):
    found = cohort(rule(percent), candidates(n, inadequate), "seed")

    assert (found.returned, len(found.certain), len(found.result.files)) == (n, inadequate, drawn)
    assert {one.reference for one in found.result.files}.isdisjoint(
        one.reference for one in found.certain
    )
    assert found.chance == (drawn / (n - inadequate) if drawn else None)


@given(st.integers(1, 100), st.integers(0, 60), st.integers(0, 60), st.text(max_size=20))
def test_the_same_seed_gives_the_same_draw_and_never_more_than_the_pool(percent, n, bad, seed):
    bad = min(n, bad)
    one = cohort(rule(percent), candidates(n, bad), seed)
    other = cohort(rule(percent), candidates(n, bad)[::-1], seed)

    assert one.result == other.result
    assert len(one.result.files) == min(-(-percent * n // 100), n - bad)


def test_without_a_percentage_there_is_no_cohort():
    with pytest.raises(ValueError, match="percentage"):
        cohort(Moderation(selection=(GRADED,)), [], "seed")


@pytest.mark.parametrize(
    ("selection", "grade", "how"),
    [
        ((GRADED,), "inadequate", BY_GRADE),
        ((GRADED,), "good", ""),
        ((Selecting("percentage", percent=100),), "good", EVERY),
        ((Selecting("percentage", percent=100), GRADED), "inadequate", BY_GRADE),
        ((Selecting("percentage", percent=99),), "good", ""),
        ((Selecting("every_audit"),), "good", EVERY),
        ((Selecting("look_back", months=6),), "inadequate", ""),
        ((Selecting("panel"),), "inadequate", ""),
        ((), "inadequate", ""),
    ],
)
def test_what_is_chosen_as_soon_as_it_is_returned(selection, grade, how):
    assert certain(Moderation(selection=selection), grade) == how


@pytest.mark.parametrize(
    ("on", "first", "last"),
    [
        (date(2026, 7, 1), date(2026, 6, 1), date(2026, 6, 30)),
        (date(2026, 1, 31), date(2025, 12, 1), date(2025, 12, 31)),
        (date(2028, 3, 7), date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_the_month_before(on, first, last):
    assert month_before(on) == (first, last)
    assert month_of(last) == (first, last)


@pytest.mark.parametrize(
    ("on", "months", "first"),
    [
        (date(2026, 9, 15), 6, date(2026, 3, 15)),
        (date(2026, 8, 31), 6, date(2026, 2, 28)),
        (date(2028, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 1, 1), 1, date(2025, 12, 1)),
    ],
)
def test_the_list_looks_back_whole_months_both_ends_included(on, months, first):
    assert look_back(on, months) == (first, on)
