from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from core.moves import Refused
from learning.models import Activity
from learning.services.activities import Held, change_activity, record_activity
from tests.factories.audits import NOW
from tests.factories.cast import cast
from tests.learning.scenes import scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return scene()


@pytest.fixture
def held(place):
    return Held("Fathers", "workshop", date(2026, 8, 12), tuple(place.themes), None, 20, 12)


def test_an_activity_is_kept_once_for_each_form(place, held):
    officer, token = place.people.officer, uuid4()

    first = record_activity(held, by=officer, at=NOW, form_token=token)
    second = record_activity(held, by=officer, at=NOW, form_token=token)

    assert first == second == Activity.objects.get()
    assert (first.attended, first.invited, first.council) == (12, 20, place.people.council)
    assert list(first.themes.all()) == place.themes
    with pytest.raises(PermissionDenied):
        record_activity(held, by=place.people.qa_head, at=NOW, form_token=token)


def test_an_activity_is_put_right_by_the_qa_team_of_its_council(place, held):
    one = record_activity(held, by=place.people.officer, at=NOW)

    change_activity(one, replace(held, title="Men", themes=()), by=place.people.qa_head, at=NOW)

    one.refresh_from_db()
    assert (one.title, one.themes.count()) == ("Men", 0)
    for stranger in (place.people.director, cast("northmere").officer):
        with pytest.raises(PermissionDenied):
            change_activity(one, held, by=stranger, at=NOW)
    with pytest.raises(PermissionDenied):
        record_activity(held, by=place.people.head, at=NOW)


def test_an_activity_that_cannot_be_is_refused(place, held):
    other = cast("northmere")
    wrong = (
        replace(held, held_on=NOW.date() + timedelta(days=1)),
        replace(held, attended=21),
        replace(held, unit=other.team1),
    )

    for one in wrong:
        with pytest.raises(Refused):
            record_activity(one, by=place.people.officer, at=NOW)
    assert not Activity.objects.exists()
