"""The chaser over real rows: once each, cut off and taken up again, hours, vacancies, copies, and 10,000 at once."""

import os
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection

from cases.models import CaseFile
from core.jobs import JOBS
from core.models import Notice
from core.running import Lost
from escalation.models import Escalation, Overdue
from escalation.points import CHASED, HOURS, Chased
from escalation.selectors import events_of
from escalation.services.chasing import chase, chase_hours
from people.models import PostHolding
from standards.deadlines import Due
from standards.models import CalendarDay
from standards.policy import Duration, Ladder, Rung
from tests.escalation.scenes import at, lancashire, nothing, run, told
from tests.factories.cast import cast
from tests.factories.people import PostHoldingFactory

pytestmark = pytest.mark.django_db
DUE = date(2026, 5, 5)


@pytest.fixture
def place():
    return lancashire()


class Files:
    """Case files as things with a date: whoever owns them is late."""

    def __init__(self, place) -> None:
        self.place = place
        self.due = Due(DUE)
        self.owner = place.people.auditor
        self.ladder = Ladder(
            "late_action",
            "Late",
            anchor="due",
            rungs=(
                Rung(
                    "First",
                    after=Duration(2, "days"),
                    to=("owner.next_level", "owner.head_of_service"),
                ),
                Rung("Second", after=Duration(7, "days"), to=("council.post.DCSC",)),
                Rung("Third", after=Duration(14, "days"), to=("council.post.ED",)),
            ),
        )

    def __call__(self, council_id, moment, pks=None) -> Iterator[Chased]:
        rows = CaseFile.objects.filter(council=council_id, closed_on=None).order_by("pk")
        rows = rows if pks is None else rows.filter(pk__in=pks)
        for pk, number in rows.values_list("pk", "number").iterator(chunk_size=500):
            yield Chased(
                kind="file",
                pk=pk,
                item=f"File {pk}",
                case=number,
                path=f"/cases/{pk}/",
                due=self.due,
                anchor_on=self.due.on,
                late_id=self.owner.pk,
                people={"owner": self.owner.pk, "worker": self.place.people.worker.pk},
                ladder=self.ladder,
                version_id=self.place.version.pk,
            )

    def make(self, number=1):
        """So many files."""
        people = self.place.people
        CaseFile.objects.bulk_create(
            CaseFile(
                council=people.council,
                unit=people.team2,
                number=f"{n}",
                opened_on=date(2025, 1, 6),
            )
            for n in range(number)
        )
        return CaseFile.objects.order_by("pk").last()


@pytest.fixture
def files(place, monkeypatch):
    """A kind of thing that is late, over real rows."""
    made = Files(place)
    monkeypatch.setitem(CHASED, "file", made)
    return made


def names(kind="escalation.rung"):
    return [name for _, name in told(kind)]


def test_running_a_day_again_adds_nothing(files):
    files.make(3)
    first = run(date(2026, 5, 12))
    before = Notice.objects.count(), Escalation.objects.count()

    again = [run(date(2026, 5, 12)), run(date(2026, 5, 12), 23), run(date(2026, 5, 8))]

    assert first == 9  # overdue and two rungs for each
    assert again == [0, 0, 0]
    assert (Notice.objects.count(), Escalation.objects.count()) == before


def test_a_run_that_is_cut_off_keeps_what_it_did_and_the_next_does_the_rest(files, monkeypatch):
    monkeypatch.setattr("escalation.services.chasing.BATCH", 2)
    files.make(5)
    moment = at(date(2026, 5, 7), 6)

    def cut_off(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        chase(moment, cut_off)
    assert Escalation.objects.filter(kind="file", step="rung").count() == 2

    chase(moment, nothing)

    assert Escalation.objects.filter(kind="file", step="rung").count() == 5
    assert Notice.objects.filter(kind="escalation.rung").count() == 10


def test_what_is_done_climbs_no_more_and_leaves_the_list(files):
    files.make()
    run(date(2026, 5, 7))
    assert Overdue.objects.get().rung == 0

    CaseFile.objects.update(closed_on=date(2026, 5, 8))
    run(date(2026, 5, 19))

    assert len(names()) == 2
    assert not Overdue.objects.exists()

    CaseFile.objects.update(closed_on=None)
    files.due = Due(date(2026, 6, 1))
    run(date(2026, 6, 3))
    assert Escalation.objects.filter(step="rung", anchor_on=date(2026, 6, 1)).count() == 1


def test_what_is_finished_or_put_off_during_a_run_gets_no_rung(files, monkeypatch):
    """The run reads everything at its start, and each lot again behind its lock (C4-c, C4-d)."""
    monkeypatch.setattr("escalation.services.chasing.BATCH", 1)
    files.make(3)
    first, second, third = CaseFile.objects.order_by("pk")
    so_far = []

    def meanwhile(done):
        so_far.append(done)
        if len(so_far) == 1:
            CaseFile.objects.filter(pk=second.pk).update(closed_on=date(2026, 5, 7))
        elif len(so_far) == 2:
            files.due = Due(date(2026, 6, 1))

    chase(at(date(2026, 5, 7), 6), meanwhile)

    assert so_far == [2, 2, 2]
    assert set(Escalation.objects.values_list("subject_id", flat=True)) == {first.pk}
    assert {one.path for one in Notice.objects.all()} == {f"/cases/{first.pk}/"}
    assert Overdue.objects.get().subject_id == first.pk
    assert third.pk > second.pk


def test_a_new_date_begins_a_new_ladder_with_its_reminders(files):
    files.make()
    run(date(2026, 5, 7))
    files.due = Due(date(2026, 5, 19))

    for day in (7, 12, 15, 19, 20, 21):
        run(date(2026, 5, day))

    rungs = Escalation.objects.filter(step="rung").values_list("anchor_on", "rung")
    assert list(rungs) == [(DUE, 0), (date(2026, 5, 19), 0)]
    reminded = Escalation.objects.filter(step="reminder").values_list("planned_at__date", flat=True)
    assert list(reminded) == [date(2026, 5, 15), date(2026, 5, 19)]


def test_somebody_on_leave_is_covered_by_their_deputy(place, files):
    people = place.people
    post = people.head.holdings.get().post
    PostHolding.objects.filter(user=people.head).update(to_on=date(2026, 5, 1))
    PostHoldingFactory(post=post, user=people.moderator, cover=True, from_on=date(2026, 5, 2))
    files.make()

    run(date(2026, 5, 7))

    assert names() == ["moderator", "service_manager"]


def test_a_vacant_post_is_told_to_the_qa_lead_once_a_day_and_kept(place, files):
    place.people.deputy_director.holdings.update(to_on=date(2026, 5, 1))
    file = files.make(3)

    run(date(2026, 5, 12))
    run(date(2026, 5, 12), 9)

    event = next(one for one in events_of("file", file.pk) if one.title == "Second")
    assert event.unfound == ("DCSC",)
    assert event.fallback  # the executive director stands in
    said = Notice.objects.get(kind="escalation.nobody_found")
    assert said.to == place.people.qa_head
    assert said.text.startswith("A message about File")
    assert "and 2 more found nobody in these posts: DCSC." in said.text


def test_a_late_person_at_the_top_leaves_nobody_and_the_qa_lead_is_told(place, files):
    files.owner = place.people.director
    files.make()

    run(date(2026, 5, 19))

    assert names() == []
    # nothing is missing but somebody above the executive director
    assert Escalation.objects.get(rung=2, step="rung").unfound == ["council.post.ED"]
    assert Notice.objects.filter(kind="escalation.nobody_found").exists()


def test_a_copy_is_marked_and_never_goes_to_the_late_person_or_those_below(place, files):
    files.owner = place.people.service_manager
    rung = Rung(
        "Told",
        after=Duration(1, "days"),
        to=("owner.head_of_service",),
        copy=("owner", "worker", "worker.line_manager", "council.qa_officer"),
    )
    files.ladder = replace(files.ladder, rungs=(rung,))
    file = files.make()

    run(date(2026, 5, 6))

    assert names() == ["head", "officer"]
    copy = Notice.objects.get(to=place.people.officer)
    assert copy.subject.startswith("Copy: Waiting for 1 day: File")
    assert "This is a copy for your information." in copy.text
    event = events_of("file", file.pk)[-1]
    assert [role for _, role in event.people] == ["owner’s head of service", "copy: QA officer"]


def test_one_person_by_two_roles_gets_one_message_naming_both(place, files):
    rung = Rung("Told", after=Duration(1, "days"), to=("owner.head_of_service", "council.post.HOS"))
    files.ladder = replace(files.ladder, rungs=(rung,))
    files.make()

    run(date(2026, 5, 6))

    assert Notice.objects.get(kind="escalation.rung").roles.startswith("owner’s head of service, ")


def leaves(user):
    user.is_active = False
    user.save(update_fields=["is_active"])


def test_somebody_who_has_left_gets_no_reminder_and_the_qa_lead_hears_of_each_step_once(
    place, files
):
    leaves(files.owner)
    files.ladder = None  # most councils have none, so that nothing else would come
    file = files.make(2)

    for day, hour in ((5, 6), (5, 9), (6, 6), (6, 9), (7, 6)):
        run(date(2026, 5, day), hour)

    said = Notice.objects.filter(to=place.people.qa_head)
    assert Notice.objects.count() == said.count() == 2
    assert [one.made_at.date() for one in said.order_by("pk")] == [DUE, date(2026, 5, 6)]
    assert all("and 1 more found nobody in these posts: owner." in one.text for one in said)
    events = events_of("file", file.pk)
    assert [(one.step, one.people, one.unfound) for one in events] == [
        ("reminder", (), ("owner",)),
        ("overdue", (), ("owner",)),
    ]


def test_of_somebody_who_has_left_with_a_task_of_hours_the_qa_lead_hears_at_once(place, files):
    leaves(files.owner)
    moment = at(date(2026, 12, 19), 11) + timedelta(minutes=30)
    files.due = Due(moment.date(), moment)
    files.make()
    run(moment.date())

    for minutes in range(-300, 11, 5):
        chase_hours(moment + timedelta(minutes=minutes), nothing)
    run(date(2026, 12, 20))

    found = Notice.objects.filter(to=place.people.qa_head, kind="escalation.nobody_found")
    made = [one.made_at - moment for one in found.order_by("pk")]
    assert made == [timedelta(hours=-4), timedelta(minutes=5)]


def test_what_a_run_that_was_cut_off_left_unsaid_the_next_says(place, files, monkeypatch):
    leaves(files.owner)
    files.make()

    def cut_off(self):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("escalation.services.chasing.Chaser.finish", cut_off)
        with pytest.raises(KeyboardInterrupt):
            run(DUE, 23)
    assert not Notice.objects.exists()
    files.due = Due(date(2026, 6, 1))
    run(date(2026, 5, 6))

    assert Notice.objects.get().to == place.people.qa_head


def test_hours_are_chased_every_few_minutes_and_by_the_minute(files):
    moment = at(date(2026, 12, 19), 11) + timedelta(minutes=30)
    files.due = Due(moment.date(), moment)
    files.make()
    said = []
    for minutes in range(-300, 11, 5):
        chase_hours(moment + timedelta(minutes=minutes), nothing)
        said.append((minutes, Notice.objects.filter(kind__startswith="hours").count()))

    assert [
        minutes
        for (minutes, number), (_, before) in zip(said[1:], said, strict=False)
        if number > before
    ] == [
        -240,
        5,
    ]
    reminder, overdue = Notice.objects.order_by("pk")
    assert reminder.text.startswith("File")
    assert "due on 19 December 2026 at 11:30" in reminder.text
    assert reminder.urgent
    assert overdue.urgent
    assert overdue.planned_at == moment


def test_the_hour_check_leaves_alone_what_is_due_by_the_day(files):
    files.make()

    assert chase_hours(at(date(2026, 5, 12)), nothing) == 0
    assert not Notice.objects.exists()


def test_a_kind_may_give_what_is_due_by_the_hour_more_quickly(files, monkeypatch):
    asked = []
    monkeypatch.setitem(HOURS, "file", lambda council_id, at: asked.append(council_id) or iter(()))
    files.due = Due(DUE, at(DUE, 12))
    files.make()

    assert chase_hours(at(date(2026, 5, 5), 13), nothing) == 0
    assert asked == [files.place.people.council.pk]


def test_where_reminders_are_switched_off_only_what_is_overdue_is_told_of(files):
    files.ladder = replace(files.ladder, reminders=())
    files.make()
    moment = at(DUE, 12)

    run(DUE)
    files.due = Due(DUE, moment)
    chase_hours(moment - timedelta(hours=1), nothing)
    chase_hours(moment + timedelta(minutes=5), nothing)

    assert Escalation.objects.get().step == "overdue"


def test_a_thing_without_a_ladder_is_reminded_of_but_never_climbs(files):
    files.ladder = None
    files.make()

    run(date(2026, 6, 30))

    assert Escalation.objects.get().step == "overdue"


def test_a_thing_without_a_case_is_told_without_one(files, monkeypatch):
    files.make()
    only = list(files(files.place.people.council.pk, None))
    monkeypatch.setitem(CHASED, "file", lambda *_: (replace(one, case="") for one in only))

    run(date(2026, 5, 7))

    texts = Notice.objects.values_list("text", flat=True)
    assert all("case" not in text and " was due on" in text for text in texts)


def test_the_jobs_are_on_the_timetable():
    assert JOBS["daily-chaser"].when.words() == "Every day at 06:00"
    assert JOBS["hour-check"].when.words() == "Every 5 minutes"


def counting(asked):
    """Keeps count of the queries."""

    def count(execute, sql, params, many, context):
        asked.append(1)
        return execute(sql, params, many, context)

    return count


def peak(files, number, moment):
    """The most memory that a run over so many things takes at a time, and its queries."""
    files.make(number)
    chase(at(date(2026, 4, 1)), nothing)  # what a process keeps has been read
    asked = []
    tracemalloc.start()
    with connection.execute_wrapper(counting(asked)):
        chase(moment, nothing)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    CaseFile.objects.all().delete()
    return most, len(asked)


def test_memory_and_queries_follow_the_lots_and_not_the_number_of_things(files, monkeypatch):
    monkeypatch.setattr("escalation.services.chasing.BATCH", 50)
    small, few = peak(files, 100, at(date(2026, 5, 12)))
    large, many = peak(files, 300, at(date(2026, 5, 12)))

    assert large < 1.5 * small
    each = (many - few) / 4  # 4 lots more
    assert each <= 14


def work_done():
    """The seconds that this process and its database's have worked: on a machine without other work, how long it takes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    ticks = stat.read_text().rpartition(")")[2].split()[11:13]
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def test_ten_thousand_late_things_in_one_run_within_a_minute(files):
    """Each owner is told and the first rung climbed (B7). What other programs take of the machine does not count."""
    files.make(10_000)

    begun, started = work_done(), time.monotonic()
    number = run(date(2026, 5, 7))
    took, wall = work_done() - begun, time.monotonic() - started

    assert number == 20_000
    assert Notice.objects.count() == 30_000
    assert Overdue.objects.count() == 10_000
    print(f"10,000 things: {took:.1f} s of work, {wall:.1f} s by the clock")
    assert took < 60


# --- what fails stops nothing else ----------------------------------------------------------------


def broken(council_id, moment):
    """A kind that cannot be read."""
    raise ValueError("Robin Ash is not a number")
    yield


def test_a_kind_that_fails_stops_no_other_and_the_run_counts_as_failed(files, monkeypatch, caplog):
    monkeypatch.setattr("escalation.services.chasing.CHASED", {"bad": broken, "file": files})
    files.make(2)
    so_far = []

    with pytest.raises(ValueError, match="Robin"):
        chase(at(date(2026, 5, 7), 6), so_far.append)

    assert len(names()) == 4
    assert so_far == [4]
    assert "bad of council" in caplog.text
    assert "Robin" not in caplog.text


def test_a_council_with_a_fault_keeps_its_list_and_the_others_go_on(place, files, monkeypatch):
    other = cast("eastmere").council
    files.make()
    run(date(2026, 5, 7))
    row = Overdue.objects.get()
    row.pk, row.council = None, other
    row.subject_id += 1
    row.save()

    def failing(council_id, moment):
        return broken(council_id, moment) if council_id == place.people.council.pk else iter(())

    monkeypatch.setattr("escalation.services.chasing.CHASED", {"file": failing})
    with pytest.raises(ValueError, match="Robin"):
        run(date(2026, 5, 8))

    assert Overdue.objects.get().council == place.people.council


def test_the_check_of_hours_goes_on_too(files, monkeypatch):
    monkeypatch.setattr("escalation.services.chasing.CHASED", {"bad": broken, "file": files})
    files.due = Due(DUE, at(DUE, 12))
    files.make()

    with pytest.raises(ValueError, match="Robin"):
        chase_hours(at(DUE, 13), nothing)

    assert Notice.objects.filter(kind="hours.overdue").count() == 1


def test_a_run_that_is_lost_to_another_worker_stops_at_once(files, monkeypatch):
    files.make()
    asked = []
    after = {"file": files, "after": lambda *about: asked.append(about) or iter(())}
    monkeypatch.setattr("escalation.services.chasing.CHASED", after)

    def lost(done):
        raise Lost

    with pytest.raises(Lost):
        chase(at(date(2026, 5, 7), 6), lost)
    assert asked == []


# --- a closed day that is entered later -----------------------------------------------------------


def test_a_closed_day_that_is_entered_later_sends_no_reminder_again(place, files):
    files.make()
    run(date(2026, 4, 30))
    CalendarDay.objects.create(
        council=place.people.council,
        kind="closed",
        from_on=date(2026, 4, 30),
        to_on=date(2026, 4, 30),
        name="Flood",
    )

    again = run(date(2026, 5, 1))

    assert again == 0
    assert Escalation.objects.filter(step="reminder").count() == 1
