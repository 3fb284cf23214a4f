"""The sums beside the tracker: right after every change, whoever else changes something, and equal to a count."""

import threading
from contextlib import suppress
from datetime import date, timedelta
from random import Random

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F, Q
from django.http import QueryDict

from actions.filters import ActionFilter, offers
from actions.models import Action, TrackerSum
from actions.points import HIDDEN, kept_ids
from actions.selectors import by_class, closing_times, sums_for
from actions.states import ActionState
from actions.sums import differences, fold, mend
from core.jobs import JOBS
from tests.actions.scenes import council, done, draft, moment, opened, signed

AT, ON = moment(2026, 11, 10), date(2026, 11, 10)


@pytest.fixture
def bexley(db):
    made = council("bexley")
    people = made.people
    opened(made, AT, source=1, themes=("neglect", "voice"), due_on=date(2026, 11, 14))
    opened(made, AT, source=2, owner=people.second)
    opened(made, AT, source=3, owner=people.stranger, by=people.officer, themes=("voice",))
    done(made, AT, source=4)
    signed(made, AT, source=5)
    draft(made, AT, source=6)
    Action.objects.filter(source_id=5).update(closed_on=F("opened_on") + 3)
    return made


def sums(made):
    rows = TrackerSum.objects.filter(council=made.people.council).values_list("of", "number")
    return {
        of: sum(number for one, number in rows if one == of) for of in ("origin", "theme", "closed")
    }


def same(made, user, on=ON):
    """That the page says the same from the sums as by reading every action."""
    kept = kept_ids(user)
    found = Action.objects.visible_to(user, on, kept=kept)
    read = sums_for(user, kept, on)
    assert offers(found, user, sums=read) == offers(found, user)
    assert by_class(read.lengths) == closing_times(found, on)
    return read


def test_each_change_is_in_the_sums_at_once(bexley):
    assert sums(bexley) == {"origin": 6, "theme": 3, "closed": 1}
    assert not differences()
    one = Action.objects.get(source_id=1)

    one.themes = ["voice"]
    one.save()
    assert sums(bexley)["theme"] == 2
    Action.objects.filter(source_id=5).update(state=ActionState.WITHDRAWN)
    assert sums(bexley)["closed"] == 0
    Action.objects.filter(source_id=6).update(
        source="supervision", action_class="a", class_label="A"
    )
    assert sums(bexley)["origin"] == 6
    same(bexley, bexley.people.officer)
    Action.objects.filter(source_id=6).delete()
    assert sums(bexley)["origin"] == 5

    assert not differences()
    same(bexley, bexley.people.officer)


def test_a_change_that_touches_no_sum_adds_no_row(bexley):
    before = TrackerSum.objects.count()

    Action.objects.update(what="Ask the child again", due_on=date(2026, 12, 2))

    assert TrackerSum.objects.count() == before


def test_many_at_once_are_added_up_first(bexley):
    one = Action.objects.get(source_id=3)
    before = TrackerSum.objects.count()
    many = []
    for number in range(40):
        made = Action.objects.get(pk=one.pk)
        made.pk, made.source_id, made.form_token = None, 100 + number, None
        many.append(made)

    Action.objects.bulk_create(many)

    assert TrackerSum.objects.count() == before + 2
    assert not differences()


@pytest.mark.parametrize("seed", range(6))
def test_any_row_of_changes_leaves_what_a_count_gives(bexley, seed):
    chance, people = Random(seed), bexley.people
    other = council("eastmere")
    opened(other, AT, source=1, themes=("theirs",))
    everything = list(Action.objects.order_by("pk"))
    for _ in range(60):
        one = Action.objects.get(pk=chance.choice(everything).pk)
        opened_on = chance.choice(
            [None, ON - timedelta(days=chance.randrange(40)), ON + timedelta(days=2)]
        )
        Action.objects.filter(pk=one.pk).update(
            themes=chance.sample(["neglect", "voice", "é “x”"], chance.randrange(3)),
            source=chance.choice(["audit", "impact", "supervision"]),
            class_label=chance.choice(["", "A", "B"]),
            action_class=chance.choice(["", "a"]),
            state=chance.choice([one.state, ActionState.WITHDRAWN, ActionState.SIGNED_OFF]),
            opened_on=opened_on,
            closed_on=chance.choice([None, ON, ON - timedelta(days=50)]),
        )
        if chance.random() < 0.1:
            fold()

    assert not differences()
    for user in (people.officer, people.qa_head, other.people.officer):
        same(bexley, user)
        same(bexley, user, ON - timedelta(days=20))


def test_what_is_kept_from_somebody_is_not_in_what_they_are_told(bexley, monkeypatch):
    user = bexley.people.officer
    hidden = Q(source="audit", source_id__in=(1, 5, 6))
    monkeypatch.setattr("actions.points.HIDDEN", [*HIDDEN, lambda user: hidden])

    read = same(bexley, user)

    assert set(+read.themes) == {"voice"}
    assert sum(read.origins.values()) == 3
    Action.objects.filter(source_id=1).update(owner=user)
    assert set(+same(bexley, user).themes) == {"neglect", "voice"}


def test_folding_changes_nothing_that_is_read_and_leaves_one_row_for_each_sum(bexley):
    user = bexley.people.officer
    Action.objects.filter(source_id=1).update(themes=[])
    before = sums_for(user, (), ON)
    assert TrackerSum.objects.filter(label="neglect").count() == 2

    assert fold() == 1

    after = sums_for(user, (), ON)
    assert +after.themes == +before.themes
    assert +after.origins == +before.origins
    assert by_class(after.lengths) == by_class(before.lengths)
    assert not TrackerSum.objects.filter(label="neglect").exists()
    assert TrackerSum.objects.filter(of="origin").count() == len(+before.origins)
    assert fold() == 0
    assert not differences()


def test_sums_that_were_lost_are_found_and_made_good(bexley):
    assert not differences()
    TrackerSum.objects.filter(of="theme").delete()

    found = differences()

    assert {(row[1], row[4], row[6], row[7]) for row in found} == {
        ("theme", "neglect", 1, 0),
        ("theme", "voice", 2, 0),
    }
    assert mend() == 2
    assert not differences()
    assert mend() == 0


def test_the_sums_are_put_together_by_a_job(bexley):
    Action.objects.filter(source_id=1).update(themes=[])

    assert JOBS["tracker-sums"].work(AT, lambda done: None) == 1


def test_only_a_choice_of_other_actions_is_read_from_the_actions(bexley):
    people = bexley.people
    found = Action.objects.visible_to(people.officer)

    def chosen(asked):
        return ActionFilter(QueryDict(asked), queryset=found, user=people.officer).chosen

    assert not chosen("")
    assert not chosen("state=open&band=late&sort=owner")
    assert chosen(f"owner={people.worker.pk}")
    assert chosen("q=child")


@pytest.mark.parametrize("size", [1, 12])
def test_the_tracker_asks_no_more_where_there_are_more(
    bexley, client, django_assert_num_queries, size
):
    for number in range(size):
        opened(bexley, AT, source=50 + number, themes=(f"theme {number}",))
    client.force_login(bexley.people.officer)
    client.get("/actions/")

    with django_assert_num_queries(12):
        assert client.get("/actions/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_who_change_actions_of_one_council_do_not_wait_for_each_other_in_the_sums():
    made = council("bexley")
    first, second = opened(made, AT, source=1), opened(made, AT, source=2)
    meet, faults = threading.Barrier(2, timeout=20), []

    def change(mine, themes):
        try:
            with transaction.atomic():
                for number, theme in enumerate(themes):
                    Action.objects.filter(pk=mine.pk).update(themes=[theme])
                    # Both hold what they have added: neither may wait for the other to end.
                    if number == 0:
                        meet.wait()
                fold()
        except (OperationalError, threading.BrokenBarrierError) as fault:
            faults.append(fault)
            with suppress(threading.BrokenBarrierError):
                meet.abort()
        finally:
            connection.close()

    threads = [
        threading.Thread(target=change, args=(first, ("voice", "neglect"))),
        threading.Thread(target=change, args=(second, ("neglect", "voice"))),
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)

    assert not faults
    assert not differences()
