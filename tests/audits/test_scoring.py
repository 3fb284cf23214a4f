import pytest

from audits.answers import Given
from audits.scoring import Overall, overall
from tests.audits.test_answers import DIRECT, SCALED


@pytest.mark.parametrize(
    ("value", "grade"),
    [
        (0, "inadequate"),
        (2, "inadequate"),
        (3, "requires_improvement"),
        (5, "requires_improvement"),
        (6, "good"),
    ],
)
def test_scale_value_takes_the_grade_of_its_band(value, grade):
    assert overall(Given(number=value), SCALED) == Overall(grade, value, surpassed=False)


def test_good_surpassed_is_outstanding_without_a_number():
    assert overall(Given(text="surpassed"), SCALED) == Overall("outstanding", None, surpassed=True)


def test_direct_grade_is_itself():
    assert overall(Given(text="good"), DIRECT) == Overall("good", None, surpassed=False)


def test_blank_is_no_judgement():
    assert overall(Given(), SCALED) is None


def test_a_text_that_is_no_value_is_refused():
    with pytest.raises(ValueError, match="needs a value"):
        overall(Given(text="good"), SCALED)


def test_a_value_off_the_scale_is_refused():
    with pytest.raises(ValueError, match="not on the scale"):
        overall(Given(number=7), SCALED)
