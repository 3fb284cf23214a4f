"""The nightly look at audits: what is finished closes, what is not opens again."""

import pytest

from actions.models import Action
from actions.states import ActionState
from audits.models import Audit
from audits.services.closing import settle_all
from audits.services.grading import make_final
from tests.moderation.scenes import council, moment, returned

pytestmark = pytest.mark.django_db
AT, LATER = moment(2026, 9, 10), moment(2026, 11, 2)


@pytest.mark.parametrize("left", ["draft", "open", "in_progress", "done"])
def test_a_closed_audit_with_an_action_that_is_open_again_is_opened_again(left):
    place = council("bexley")
    for audit in (returned(place, "6", AT), returned(place, "6", AT)):
        make_final(audit, grade=audit.grade, by=place.people.officer, at=AT)
    Action.objects.update(state=ActionState.SIGNED_OFF)
    closed = settle_all(at=LATER, step=lambda done: None)
    Action.objects.filter(source_id=audit.pk).update(state=left)

    changed = [settle_all(at=LATER, step=lambda done: None) for _ in range(2)]

    assert (closed, changed) == (2, [1, 0])
    assert Audit.objects.filter(closed_at=None).get() == audit
