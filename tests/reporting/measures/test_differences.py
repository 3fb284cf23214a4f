"""Whether shares differ by more than chance: against the textbook's tools."""

from math import comb

import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from reporting.measures.differences import differ, difference, side


def test_many_in_each_group_are_compared_by_chi_squared():
    groups = [(30, 50), (20, 50), (40, 60)]

    found = stats.chi2_contingency([[n, of - n] for n, of in groups], correction=False)

    assert differ(groups) == pytest.approx(found.pvalue)


def test_two_small_groups_are_compared_exactly():
    assert differ([(12, 12), (7, 12)]) == pytest.approx(stats.fisher_exact([[12, 0], [7, 5]])[1])


def test_several_small_groups_are_compared_by_chance_tables_that_are_always_the_same():
    groups = [(10, 11), (3, 10), (9, 10)]

    p = differ(groups)

    assert p == differ(groups)
    # Of all tables with these sums, the share no likelier than this one.
    assert p == pytest.approx(exact(groups), abs=0.003)


def exact(groups):
    (a, b, c), yes = [of for _, of in groups], sum(n for n, _ in groups)
    tables = {
        (x, y, yes - x - y): comb(a, x) * comb(b, y) * comb(c, yes - x - y)
        for x in range(a + 1)
        for y in range(b + 1)
        if 0 <= yes - x - y <= c
    }
    seen = tables[tuple(n for n, _ in groups)]
    return sum(one for one in tables.values() if one <= seen) / sum(tables.values())


@pytest.mark.parametrize("groups", [[(12, 12), (15, 15)], [(0, 12), (0, 15), (0, 11)]])
def test_groups_that_are_all_alike_do_not_differ(groups):
    assert differ(groups) == 1.0


@pytest.mark.parametrize("groups", [[], [(1, 2)], [(1, 2), (0, 0)], [(1, 2), (3, 2)]])
def test_what_cannot_be_compared_is_refused(groups):
    with pytest.raises(ValueError, match="at least two"):
        differ(groups)


@pytest.mark.parametrize("questions", [1, 5, 9])
@pytest.mark.parametrize(("one", "other"), [((18, 30), (9, 40)), ((0, 12), (12, 12))])
def test_the_interval_of_a_difference_is_newcombes_at_the_shared_level(one, other, questions):
    found = confint_proportions_2indep(
        *one, *other, method="newcomb", compare="diff", alpha=0.05 / questions
    )

    assert difference(one, other, questions=questions) == pytest.approx(found)


def test_the_more_questions_are_asked_the_more_it_takes():
    assert side((18, 30), (10, 34)) == 1
    assert side((10, 34), (18, 30)) == -1
    assert side((18, 30), (10, 34), questions=10) == 0
