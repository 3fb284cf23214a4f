"""What the tracker is narrowed by, and what it offers: the same, however it is read."""

from datetime import date

import pytest
from django.db.models import Q
from django.http import QueryDict

from actions.filters import ActionFilter, offers
from actions.models import Action
from actions.points import HIDDEN, alternatives, kept_ids
from actions.querysets import sees_all
from actions.rows import rows_of, shortened
from standards.workdays import PLAIN
from tests.actions.scenes import council, done, draft, moment, opened, signed

pytestmark = pytest.mark.django_db
AT, ON = moment(2026, 11, 10), date(2026, 11, 10)
WHO = ("officer", "qa_head", "manager", "worker", "auditor", "stranger")


@pytest.fixture
def bexley():
    made = council("bexley")
    people = made.people
    opened(made, AT, source=1, themes=("neglect", "voice"), due_on=date(2026, 11, 14))
    opened(made, AT, source=2, owner=people.second)
    opened(made, AT, source=3, owner=people.stranger, by=people.officer, themes=("voice",))
    done(made, AT, source=4)
    signed(made, AT, source=5)
    draft(made, AT, source=6)
    return made


def ids(found):
    return set(found.values_list("pk", flat=True))


def both_ways(user):
    kept = kept_ids(user)
    return (
        ids(Action.objects.visible_to(user, ON)),
        ids(Action.objects.visible_to(user, ON, kept=kept)),
    )


@pytest.mark.parametrize("who", WHO)
def test_a_person_sees_the_same_when_what_is_kept_from_them_is_read_first(bexley, monkeypatch, who):
    user = getattr(bexley.people, who)
    first, second, third = Action.objects.order_by("pk")[:3]
    Action.objects.filter(pk=second.pk).update(source="impact", source_id=first.pk)
    Action.objects.filter(pk=third.pk).update(source="impact", instead_of=first)

    joined, read = both_ways(user)
    assert read == joined
    hidden = Q(source="audit", source_id=1) | Q(source="audit", source_id=4)
    monkeypatch.setattr("actions.points.HIDDEN", [*HIDDEN, lambda user: hidden])
    joined, read = both_ways(user)

    assert read == joined
    assert set(kept_ids(user)) >= {first.pk, second.pk, third.pk}
    assert not sees_all(user, ON, kept_ids(user))


def test_nothing_is_kept_where_no_room_keeps_anything(bexley, monkeypatch):
    monkeypatch.setattr("actions.points.HIDDEN", [])

    assert kept_ids(bexley.people.officer) == []
    assert list(alternatives(~(Q(pk=1) | Q(pk=2)))) == [~(Q(pk=1) | Q(pk=2))]


def test_who_sees_the_whole_council_is_offered_the_same_by_the_shorter_way(bexley):
    other = council("eastmere")
    opened(other, AT, source=1, themes=("theirs",))
    user = bexley.people.officer
    found = Action.objects.visible_to(user, ON)

    assert sees_all(user, ON, kept_ids(user))
    assert not sees_all(bexley.people.manager, ON, ())
    offered = offers(found, user, whole=True)
    assert offered == offers(found, user)
    assert offered["theme"] == [("neglect", "neglect"), ("voice", "voice")]
    assert offered["source"] == [("audit", "Audit")]
    people = bexley.people
    assert {name for _, name in offered["owner"]} == {
        people.worker.name,
        people.second.name,
        people.stranger.name,
    }


def test_closing_times_are_for_the_choice_in_any_state(bexley):
    people = bexley.people
    asked = QueryDict(f"state=open&band=late&sort=owner&owner={people.worker.pk}")
    narrowed = ActionFilter(
        asked, queryset=Action.objects.visible_to(people.officer), user=people.officer
    )

    assert ids(narrowed.in_any_state) == ids(Action.objects.filter(owner=people.worker))


def test_a_line_says_what_the_action_says(bexley):
    (row,) = rows_of(
        Action.objects.filter(source_id=1), lambda pk: f"/{pk}", date(2026, 12, 20), lambda: PLAIN
    )

    assert (row["themes"], row["due"]) == ("neglect, voice", "14 November 2026")
    assert (row["no_working_day"], row["late"]) == (True, "Overdue 4 to 6 weeks")
    assert (row["state"], row["colour"], row["to_do"]) == ("Open", "blue", True)
    assert row["origin"] == "Audit 2026-0001"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a" * 140, "a" * 140), ("a" * 141, f"{'a' * 139}…"), ("é" * 141, f"{'é' * 139}…")],
)
def test_a_long_text_is_shortened(text, expected):
    assert shortened(text) == expected
