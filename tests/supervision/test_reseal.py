from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.models import TrailEntry
from core.sealed import newest
from supervision.models import PersonalNote
from supervision.selectors import opened
from tests.factories.audits import NOW
from tests.factories.cast import cast
from tests.factories.supervision import CANARY, note_for

pytestmark = pytest.mark.django_db
OLD = "b2xkIGtleSBmb3IgdGVzdHMgb25seSwgbWFkZSBvZiB3b3Jkcy4"
NEW = "bmV3IGtleSBmb3IgdGVzdHMgb25seSwgbWFkZSBvZiB3b3Jkcy4"


@pytest.fixture
def notes(settings):
    settings.TEST_CLOCK = NOW
    settings.QA_DATA_KEYS = [OLD]
    people = cast("bexley")
    for worker in (people.worker, people.second, people.worker):
        note_for(worker, people.manager, NOW)
    return PersonalNote.objects.all()


def reseal(*words: str) -> str:
    out = StringIO()
    call_command("reseal", *words, stdout=out)
    return out.getvalue()


def texts(notes) -> list[str]:
    return [opened(one).text for one in notes.all()]


def test_every_text_is_put_under_the_newest_key_and_a_second_time_nothing_is_done(notes, settings):
    settings.QA_DATA_KEYS = [NEW, OLD]
    assert "personalnote.text: 3 to do" in reseal("--check")
    assert not any(newest(one.text) for one in notes.all())

    assert "personalnote.text: 3 sealed anew, 0 already" in reseal()
    assert "personalnote.text: 0 sealed anew, 3 already" in reseal()

    settings.QA_DATA_KEYS = [NEW]
    assert texts(notes) == [CANARY] * 3
    assert TrailEntry.objects.get(verb="reseal").detail == {"texts": 3}


def test_a_text_that_no_key_opens_is_named_by_number_and_left_as_it_is(notes, settings):
    lost = notes.first()
    settings.QA_DATA_KEYS = [NEW]
    PersonalNote.objects.exclude(pk=lost.pk).update(text=b"\x01 not sealed by us")
    before = sorted(bytes(one.text) for one in notes.all())

    with pytest.raises(CommandError, match="3 texts cannot be opened"):
        reseal()

    assert sorted(bytes(one.text) for one in notes.all()) == before
    settings.QA_DATA_KEYS = [NEW, OLD]
    with pytest.raises(CommandError, match="2 texts cannot be opened"):
        reseal()
    assert opened(notes.get(pk=lost.pk)).text == CANARY
