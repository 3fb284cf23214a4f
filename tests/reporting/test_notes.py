"""Noting beside a chart: who may, and what is refused."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from core.moves import Refused
from reporting.models import Annotation
from reporting.services.notes import add_note, remove_note
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
MAY = date(2026, 5, 1)


def note(by, **changes):
    said = {"month": MAY, "words": "A new model", "rebased": True, **changes}
    return add_note("good-over-time", by=by, at=AT, **said)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"words": "  "}, "Say what happened, in a few words."),
        ({"month": date(2026, 7, 1)}, "The month has not begun yet."),
        ({}, "The limits begin anew in that month already."),
    ],
)
def test_a_note_is_refused_in_words(changes, words):
    people = cast("eastmere")
    note(people.officer)

    with pytest.raises(Refused, match=words):
        note(people.officer, **changes)

    assert Annotation.objects.count() == 1


def test_only_the_qa_team_notes_and_takes_away():
    people, others = cast("eastmere"), cast("northshire")
    made = note(people.officer)

    for user in (people.director, people.worker):
        with pytest.raises(PermissionDenied):
            note(user)
        with pytest.raises(PermissionDenied):
            remove_note(made, by=user, at=AT)
    with pytest.raises(PermissionDenied):
        remove_note(made, by=others.officer, at=AT)


def test_taking_away_twice_keeps_the_first_moment_and_makes_room():
    people = cast("eastmere")
    made = note(people.officer)

    first = remove_note(made, by=people.officer, at=AT)
    again = remove_note(made, by=people.qa_head, at=datetime(2026, 6, 2, tzinfo=UTC))
    note(people.officer)

    assert (again.removed_at, again.removed_by) == (first.removed_at, people.officer)
    assert Annotation.objects.filter(removed_at=None).count() == 1
