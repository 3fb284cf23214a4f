"""The grades that are offered above the list of audits: the same as by reading every audit."""

from datetime import date

import pytest

from audits.filters import grades_for
from audits.grades import grades_in, grades_of
from audits.models import Audit
from tests.factories.audits import framework
from tests.factories.cast import cast
from tests.reporting.figures.audits import returned

pytestmark = pytest.mark.django_db
MAY = date(2026, 5, 1)


@pytest.mark.parametrize("grades", [(), ("good",), ("good", "inadequate", "good", "outstanding")])
def test_each_grade_of_the_council_stands_once(grades, django_assert_num_queries):
    people, other = cast("eastmere"), cast("northshire")
    version, elsewhere = framework(), framework()
    returned(other, elsewhere, 1, grade="requires_improvement", month=MAY)
    for grade in grades:
        returned(people, version, 2, grade=grade, month=MAY)
    own = Audit.objects.filter(council=people.council)

    with django_assert_num_queries(1):
        found = grades_of(people.council.pk)

    assert found == sorted(set(grades)) == grades_in(own)
    assert grades_for(people.officer) == found
    assert grades_for(people.stranger) == grades_in(Audit.objects.visible_to(people.stranger))


def test_who_has_no_council_is_offered_none():
    returned(cast("eastmere"), framework(), 1, grade="good", month=MAY)

    assert grades_of(None) == []
