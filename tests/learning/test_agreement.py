import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from learning.agreement import mean_overlap, overlap, tables
from moderation.agreement import Estimate, OneGrade, TooFew


def coders(both: int, first: int, second: int, neither: int) -> tuple[list, list]:
    """Two people's codes of one theme from the four counts of a table."""
    yes, no = frozenset({"plans"}), frozenset()
    one = [yes] * (both + first) + [no] * (second + neither)
    other = [yes] * both + [no] * first + [yes] * second + [no] * neither
    return one, other


@pytest.mark.parametrize(
    ("table", "published"),
    [
        # Viera and Garrett 2005, Fam. Med. 37:360-363, table 1: two residents on the usefulness of lectures.
        ((15, 5, 10, 70), 0.57),
        # Sim and Wright 2005, Phys. Ther. 85:257-268, table 1: two clinicians on 39 patients.
        ((22, 2, 4, 11), 0.67),
        # Feinstein and Cicchetti 1990, J. Clin. Epidemiol. 43:543-549: the same agreement, unequal margins.
        ((40, 9, 6, 45), 0.70),
        ((80, 10, 5, 5), 0.32),
    ],
)
def test_tables_give_the_published_kappa(table, published):
    (found,) = tables(*coders(*table))

    assert isinstance(found.kappa, Estimate)
    assert found.kappa.value == pytest.approx(published, abs=0.005)
    assert found.kappa.low < found.kappa.value < found.kappa.high
    assert (found.both, found.first_only, found.second_only, found.neither) == table


def test_tables_agree_with_another_library():
    both, first, second, neither = table = (22, 2, 4, 11)

    (found,) = tables(*coders(*table))

    other = cohens_kappa([[both, first], [second, neither]])
    assert found.kappa.value == pytest.approx(other.kappa)


def test_tables_say_nothing_about_too_few_or_about_what_everybody_has():
    (few,) = tables(*coders(5, 1, 1, 5))
    (same,) = tables(*coders(25, 0, 0, 0))

    assert few.kappa == TooFew(12, 20)
    assert same.kappa == OneGrade(25)


def test_tables_put_the_most_given_theme_first():
    one = [frozenset({"a", "b"}), frozenset({"b"})]

    assert [row.theme for row in tables(one, one)] == ["b", "a"]


def test_tables_refuse_other_texts():
    with pytest.raises(ValueError, match="same texts"):
        tables([frozenset()], [])


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ((), (), 1.0),
        (("a",), (), 0.0),
        (("a",), ("a",), 1.0),
        (("a", "b"), ("b", "c"), 1 / 3),
        (("a",), ("a", "b"), 0.5),
    ],
)
def test_overlap_is_shared_codes_over_all(one, other, shared):
    assert overlap(frozenset(one), frozenset(other)) == pytest.approx(shared)


def test_mean_overlap_is_over_all_texts():
    one = [frozenset({"a"}), frozenset({"a", "b"})]
    other = [frozenset({"a"}), frozenset({"b"})]

    assert mean_overlap(one, other) == pytest.approx(0.75)
    assert mean_overlap([], []) is None
