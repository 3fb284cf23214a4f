import pytest

from feedback.comparing import Item, Row, mean, rows, whole

LISTENS = Item("s1", "Listens", ("q6",))
PLANS = Item("s6", "Involves me", ("q9", "q10"))
CARES = Item("s9", "Cares")


def test_each_statement_stands_beside_the_questions_that_ask_for_the_same():
    found = rows(
        [LISTENS, PLANS, CARES],
        [{"s1": 4, "s6": 7, "s9": 0}, {"s1": 5, "s6": 8}],
        {"q6": 8, "q9": 6, "q10": 9, "q11": 1},
        {"q6": 7, "q9": 7},
    )

    assert found == (
        Row("Listens", 4.5, 2, 8.0, 7.0),
        Row("Involves me", 7.5, 2, 7.5, 7.0),
        Row("Cares", 0.0, 1, None, None),
    )
    assert [(row.gap, row.own_gap, row.wide) for row in found] == [
        (3.5, 2.5, True),
        (0.0, -0.5, False),
        (None, None, False),
    ]


@pytest.mark.parametrize(
    ("family", "auditor", "own", "wide"),
    [
        (5.0, 8.0, None, True),
        (5.0, 7.9, None, False),
        (5.0, 2.0, None, True),
        (5.0, 5.0, 8.0, True),
        (None, 9.0, 9.0, False),
        (0.0, None, None, False),
    ],
)
def test_three_points_are_a_wide_gap(family, auditor, own, wide):
    assert Row("x", family, 1, auditor, own).wide == wide


@pytest.mark.parametrize(
    ("values", "found"), [([], None), ([0], 0.0), ([0, 0], 0.0), ([7, 8], 7.5), ([1, 1, 2], 1.3)]
)
def test_nothing_is_no_mean_and_0_is(values, found):
    assert mean(values) == found


def test_all_together_means_the_same_statements():
    found = rows([LISTENS, PLANS, CARES], [{"s1": 4, "s6": 5, "s9": 6}], {"q6": 8, "q9": 6}, {})

    assert whole(found) == Row("All together", 4.5, 1, 7.0, None)
    assert whole(()) == Row("All together", None, 0, None, None)


def test_all_together_takes_what_all_three_have_rated():
    said = [{"s1": 4, "s6": 8, "s9": 6}]

    found = rows([LISTENS, PLANS, CARES], said, {"q6": 8, "q9": 6}, {"q9": 7})

    assert whole(found) == Row("All together", 8.0, 1, 6.0, 7.0)


def test_without_another_view_the_family_stands_alone():
    assert whole(rows([CARES], [{"s9": 6}], {}, {})) == Row("All together", 6.0, 1, None, None)
