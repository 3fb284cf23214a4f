"""What a person's duties and year are counted from: the same as the door to audits and actions would show."""

from datetime import timedelta

import pytest

from actions.models import Action
from actions.states import TO_DO
from audits.models import Audit
from audits.states import WORKING
from people.models import User
from reporting.selectors.own_work import DONE, own_actions, own_audits
from tests.access.test_every_url import things
from tests.factories.audits import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
YEAR_AGO = TODAY - timedelta(days=365)


def test_own_work_is_what_the_door_shows_of_it() -> None:
    things()
    counted = 0
    for user in User.objects.exclude(council=None):
        seen = Action.objects.visible_to(user, TODAY).filter(owner=user)
        to_do = seen.filter(state__in=TO_DO).count()
        done = seen.filter(state__in=DONE, done_on__gte=YEAR_AGO).count()
        rows = own_actions(user, YEAR_AGO)
        assert [one.state in TO_DO for one in rows].count(True) == to_do
        assert len(rows) == to_do + done
        under_way = Audit.objects.visible_to(user, TODAY).filter(state__in=WORKING)
        theirs = [
            one
            for one in under_way
            if user.pk in {one.auditor_id, one.worker_id, one.second_worker_id}
        ]
        assert len(own_audits(user)) == len(theirs)
        counted += to_do + len(theirs)
    assert counted, "nobody has anything to do"
