"""Runs of jobs: made once, worked by one worker, kept through faults, given up and retried."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core import running
from core.chores import clear_runs
from core.heartbeat import last_heard, words
from core.jobs import JOBS, Daily, Every, Job
from core.models import Heartbeat, JobRun, TrailEntry
from core.moves import Refused
from tests.core.test_jobs import london
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db
State = JobRun.State
NOON = london(2026, 5, 4, 12)
SIX = london(2026, 5, 4, 6)


@dataclass
class Bench:
    """A job whose work each test chooses, and the moments for which it was done."""

    work: object = None
    done: list = field(default_factory=list)

    def __call__(self, at, step):
        self.done.append(at)
        return self.work(at, step) if self.work else 1


@pytest.fixture
def bench(monkeypatch):
    """The only job on the timetable comes daily at six."""
    made = Bench()
    monkeypatch.setattr(running, "JOBS", {"bench": Job("bench", "Bench", Daily(6), made)})
    return made


@pytest.fixture
def later(monkeypatch):
    """Puts the computer's own clock forward."""
    real = timezone.now
    return lambda **by: monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(**by))


def planned_run(at=NOON):
    (pk,) = running.keep_time(at=at)
    return JobRun.objects.get(pk=pk)


def test_the_run_whose_moment_has_come_is_made_once(bench):
    first, second = running.keep_time(at=NOON), running.keep_time(at=NOON + timedelta(minutes=1))

    assert first == second == [JobRun.objects.get().pk]
    assert JobRun.objects.values_list("name", "planned_at", "state", "missed").get() == (
        "bench",
        SIX,
        State.WAITING,
        0,
    )


def test_after_days_without_a_worker_one_run_makes_up_for_all(bench):
    assert running.work_on(planned_run().pk, at=NOON)

    late = NOON + timedelta(days=4)
    assert running.work_on(planned_run(late).pk, at=late)

    assert list(JobRun.objects.values_list("planned_at", "missed", "started_at")) == [
        (SIX + timedelta(days=4), 3, late),
        (SIX, 0, NOON),
    ]
    assert bench.done == [NOON, late]


def test_no_second_run_is_made_while_one_is_not_finished(bench):
    first = planned_run()

    assert running.keep_time(at=NOON + timedelta(days=1)) == [first.pk]
    with pytest.raises(IntegrityError), transaction.atomic():
        JobRun.objects.create(name="bench", planned_at=SIX + timedelta(days=1))


def test_a_run_is_worked_once_however_often_the_bell_rings(bench):
    run = planned_run()

    assert [running.work_on(run.pk, at=NOON) for _ in range(3)] == [True, False, False]
    assert running.keep_time(at=NOON) == []
    run.refresh_from_db()
    assert (run.state, run.done, run.attempts, run.started_at) == (State.DONE, 1, 1, NOON)
    assert run.ended_at == run.started_at + run.took


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_a_run_once(bench):
    run = planned_run()
    inside, go_on = threading.Event(), threading.Event()

    def work(at, step):
        inside.set()
        go_on.wait(20)
        return 1

    bench.work = work
    answers = []

    def worker():
        answers.append(running.work_on(run.pk, at=NOON))
        connection.close()

    thread = threading.Thread(target=worker)
    thread.start()
    assert inside.wait(20)
    assert running.work_on(run.pk, at=NOON) is False
    go_on.set()
    thread.join(20)

    assert (answers, bench.done) == ([True], [NOON])


def test_what_a_cut_off_run_had_done_stays_and_the_next_finishes_it(bench, later):
    run = planned_run()

    def cut_off(at, step):
        step(3)
        raise KeyboardInterrupt

    bench.work = cut_off
    with pytest.raises(KeyboardInterrupt):
        running.work_on(run.pk, at=NOON)
    assert running.keep_time(at=NOON) == []

    later(minutes=6)
    bench.work = lambda at, step: 4
    assert running.keep_time(at=NOON) == [run.pk]
    assert running.work_on(run.pk, at=NOON)

    run.refresh_from_db()
    assert (run.state, run.done, run.attempts) == (State.DONE, 7, 2)


def test_a_worker_that_lost_its_lease_stops_and_changes_nothing(bench, later):
    run = planned_run()

    def slow(at, step):
        later(minutes=6)
        bench.work = lambda at, step: 4
        assert running.work_on(run.pk, at=NOON)
        step(100)
        raise AssertionError("it went on without its lease")

    bench.work = slow
    assert running.work_on(run.pk, at=NOON) is False

    run.refresh_from_db()
    assert (run.state, run.done, run.attempts) == (State.DONE, 4, 2)


def test_a_step_keeps_the_lease(bench, later):
    run = planned_run()

    def long(at, step):
        for number in range(1, 4):
            later(minutes=4 * number)
            step(number)
            assert running.keep_time(at=NOON) == []
        return 3

    bench.work = long
    assert running.work_on(run.pk, at=NOON)


def test_a_failing_run_is_tried_again_with_growing_gaps_and_then_stands_as_failed(bench, later):
    run = planned_run()

    def work(at, step):
        raise ValueError("Robin Ash is not a number")

    bench.work = work
    waited = 0
    for gap in (0, *running.GAPS):
        later(minutes=waited + gap, seconds=-5)
        assert running.work_on(run.pk, at=NOON) is False
        later(minutes=waited + gap, seconds=5)
        running.work_on(run.pk, at=NOON)
        waited += gap + 1
    run.refresh_from_db()

    assert (run.state, run.attempts, len(bench.done)) == (State.FAILED, 5, 5)
    assert run.fault.startswith("ValueError at tests/core/test_running.py:")
    assert "Robin" not in run.fault
    assert running.keep_time(at=NOON + timedelta(days=1)) != []


def test_the_fault_is_logged_without_its_words(bench, caplog):
    def work(at, step):
        raise ValueError("Robin Ash is not a number")

    bench.work = work
    running.work_on(planned_run().pk, at=NOON)

    assert "test_running.py" in caplog.text
    assert "Robin" not in caplog.text


def test_a_run_that_kills_its_worker_each_time_is_given_up(bench, later):
    run = planned_run()

    def cut_off(at, step):
        raise KeyboardInterrupt

    bench.work = cut_off
    for number in range(5):
        later(minutes=6 * number)
        with pytest.raises(KeyboardInterrupt):
            running.work_on(run.pk, at=NOON)
    later(minutes=60)

    assert running.work_on(run.pk, at=NOON) is False
    run.refresh_from_db()
    assert (run.state, run.fault, len(bench.done)) == (State.FAILED, running.CUT_OFF, 5)


def test_a_run_of_a_job_that_is_no_more_fails_in_words(bench, monkeypatch):
    run = planned_run()
    monkeypatch.setattr(running, "JOBS", {})

    assert running.work_on(run.pk, at=NOON) is False
    run.refresh_from_db()
    assert (run.state, run.fault) == (State.FAILED, running.NOT_REGISTERED)


@pytest.fixture
def failed(bench):
    run = planned_run()
    JobRun.objects.filter(pk=run.pk).update(
        state=State.FAILED, attempts=5, fault="ValueError", done=9
    )
    return run


def test_the_head_of_qa_retries_a_failed_run(bench, failed):
    people = cast()

    running.retry(failed.pk, by=people.qa_head, at=NOON)

    assert running.work_on(failed.pk, at=NOON)
    failed.refresh_from_db()
    assert failed.done == 1  # what the tries before it did is not counted again
    assert TrailEntry.objects.filter(verb="job.retried", by_id=people.qa_head.pk).count() == 1


@pytest.mark.parametrize("who", ["officer", "administrator", "auditor", "director"])
def test_nobody_else_retries_a_run(failed, who):
    with pytest.raises(PermissionDenied):
        running.retry(failed.pk, by=cast().everybody()[who], at=NOON)


def test_only_a_failed_run_is_retried_and_only_while_no_other_waits(bench, failed):
    head = cast().qa_head
    running.keep_time(at=NOON + timedelta(days=1))

    with pytest.raises(Refused, match="does the same"):
        running.retry(failed.pk, by=head, at=NOON)
    with pytest.raises(Refused, match="has not failed"):
        running.retry(JobRun.objects.get(state=State.WAITING).pk, by=head, at=NOON)


def test_everything_runs_when_asked_also_what_ran_before(bench):
    running.work_on(planned_run().pk, at=NOON)

    for number in range(2):
        (pk,) = running.ask_for_all(at=NOON)
        assert running.work_on(pk, at=NOON + timedelta(hours=number))

    assert JobRun.objects.values_list("state", "done").get() == (State.DONE, 1)


def test_a_clock_put_back_and_forward_again_leaves_what_ran_alone(bench):
    for days in (0, 3, 0, 1, 3):
        at = NOON + timedelta(days=days)
        for pk in running.keep_time(at=at):
            running.work_on(pk, at=at)

    assert list(JobRun.objects.values_list("planned_at", "missed")) == [
        (SIX + timedelta(days=3), 2),
        (SIX + timedelta(days=1), 0),
        (SIX, 0),
    ]
    assert len(bench.done) == 3


@pytest.mark.parametrize(
    ("name", "days", "stays"),
    [
        ("end-sign-ins", 6, True),
        ("end-sign-ins", 8, False),
        ("open-month", 390, True),
        ("open-month", 400, False),
    ],
)
def test_old_runs_are_cleared_away(name, days, stays):
    JobRun.objects.create(name=name, planned_at=NOON - timedelta(days=days), state=State.DONE)
    JobRun.objects.create(name=name, planned_at=NOON - timedelta(days=900), state=State.FAILED)

    assert clear_runs(NOON, lambda done: None) == (0 if stays else 1)
    assert isinstance(JOBS[name].when, Every) == (name == "end-sign-ins")


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ((2026, 5, 4, 6, 0), "06:00 today"),
        ((2026, 5, 3, 6, 0), "06:00 yesterday"),
        ((2026, 5, 3, 23, 59), "23:59 yesterday"),
        ((2026, 5, 2, 6, 0), "2 May 2026 at 06:00"),
    ],
)
def test_a_silent_worker_is_told_as_somebody_would_say_it(at, said):
    assert words(london(*at), NOON) == said


def test_a_worker_is_silent_after_ten_minutes(bench, later):
    assert last_heard() == "The worker has never run."
    running.keep_time(at=NOON)
    later(minutes=9)
    assert last_heard() == ""
    later(minutes=11)
    assert last_heard().startswith("The worker has not run since ")
    running.keep_time(at=NOON)
    assert (last_heard(), Heartbeat.objects.count()) == ("", 1)
