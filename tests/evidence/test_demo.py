"""The demo's drawings: two, once."""

import pytest

from actions.models import Action
from actions.services.doing import start_action
from evidence.demo import add_drawings
from evidence.models import Attachment
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db


def test_demo_adds_a_drawing_to_an_audit_and_one_to_an_action_once(settings, tmp_path):
    settings.MEDIA_ROOT, version, people = tmp_path / "files", framework(), cast()
    assert add_drawings(people.council, at=NOW) == 0
    audit = audit_at("in_session", people, version)
    audit_at("returned", people, version)
    action = Action.objects.get()
    start_action(action, by=action.owner, at=NOW)

    assert add_drawings(people.council, at=NOW) == 2
    assert add_drawings(people.council, at=NOW) == 0

    made = Attachment.objects.order_by("pk")
    assert [one.place for one in made] == [audit, action]
    assert {one.file.state for one in made} == {"ready"}
