import pytest

from supervision.demo import SAID, note_some
from supervision.models import PersonalNote
from supervision.selectors import opened
from tests.factories.audits import NOW
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db


def test_the_demo_has_a_note_for_each_worker_with_a_line_manager_once(settings):
    settings.TEST_CLOCK = NOW
    people = cast("bexley")

    assert [note_some(people.council, at=NOW) for _ in range(2)] == [3, 0]

    notes = PersonalNote.objects.order_by("pk")
    assert [opened(one).text for one in notes] == list(SAID)
    assert [one.read_at for one in notes] == [None, NOW, NOW]
    assert {one.author for one in notes} == {people.manager, people.auditor}
