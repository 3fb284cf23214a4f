"""The test clock (T-1): moved by the QA team where that is allowed, seen at once, and run."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import clock, fired, moving, running
from core.jobs import Daily, Job
from core.models import JobRun, Notice, TestClock, TrailEntry
from core.moves import Refused
from core.notices import Message, tell
from tests.core.test_jobs import london
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db
MAY = london(2026, 5, 4, 9, 30)
SECOND = timedelta(seconds=5)


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def movable(settings):
    """A place where the clock can be moved; nothing of it is left for the next test."""
    settings.TEST_CLOCK_MOVABLE = True
    clock.read_again()
    yield settings
    clock.read_again()


@pytest.fixture
def one_job(monkeypatch, people):
    """A job that tells one person, and a room that says what else fired."""

    def work(at, step):
        message = Message("action.overdue", "Action 12 is overdue", "Please do it.")
        day = f"{at:%Y-%m-%d}"
        return tell([(people.auditor, "owner")], message, key=f"chase:{day}", at=at)

    jobs = {"chase": Job("chase", "Chase", Daily(6), work)}
    monkeypatch.setattr(running, "JOBS", jobs)
    monkeypatch.setattr(moving, "JOBS", jobs)
    monkeypatch.setitem(fired.FIRED, "Rungs", lambda council, since, until: ["4 weeks: Action 12"])


def browser(user):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_the_clock_stands_where_it_is_set_and_runs_on(movable, people):
    moving.set_clock(MAY, by=people.officer)

    assert MAY <= clock.now() < MAY + SECOND
    entry = TrailEntry.objects.get(verb="clock.moved")
    assert (entry.by_id, entry.detail["to"]) == (people.officer.pk, MAY.isoformat())


def test_the_clock_goes_back_as_well(movable, people):
    moving.set_clock(timezone.now() + timedelta(days=400), by=people.officer)
    moving.set_clock(MAY, by=people.officer)

    assert MAY <= clock.now() < MAY + SECOND


@pytest.mark.parametrize(
    ("start", "after"),
    [
        ((2026, 5, 4, 9, 30), (2026, 5, 5, 9, 30)),
        ((2026, 3, 28, 9, 30), (2026, 3, 29, 9, 30)),
        ((2026, 10, 24, 9, 30), (2026, 10, 25, 9, 30)),
    ],
)
def test_one_day_on_is_the_same_time_of_day(movable, people, start, after):
    moving.set_clock(london(*start), by=people.officer)
    moving.forward(1, by=people.officer)

    assert london(*after) <= clock.now() < london(*after) + SECOND


def test_another_process_sees_it_within_a_second(movable, people, monkeypatch):
    moving.set_clock(MAY, by=people.officer)
    clock.now()
    TestClock.objects.update(shift=timedelta())
    assert MAY <= clock.now() < MAY + SECOND

    later = clock.time.monotonic() + 1
    monkeypatch.setattr(clock.time, "monotonic", lambda: later)

    assert abs(clock.now() - timezone.now()) < SECOND


def test_the_clock_is_asked_once_a_second_and_never_where_it_cannot_be_moved(movable):
    with CaptureQueriesContext(connection) as movably:
        for _ in range(5):
            clock.now()
    movable.TEST_CLOCK_MOVABLE = False
    with CaptureQueriesContext(connection) as fixed:
        clock.now()

    assert (len(movably), len(fixed)) == (1, 0)


def test_a_row_has_no_effect_where_the_clock_cannot_be_moved(people):
    TestClock.objects.create(pk=1, shift=timedelta(days=9), set_at=timezone.now())

    assert abs(clock.now() - timezone.now()) < SECOND
    with pytest.raises(PermissionDenied):
        moving.set_clock(MAY, by=people.officer)


def test_nobody_moves_it_to_where_they_hold_no_post_in_the_qa_team(movable, people):
    moving.set_clock(MAY, by=people.officer)
    people.officer.holdings.update(to_on="2026-05-31")

    with pytest.raises(Refused, match="hold no post in the QA team"):
        moving.set_clock(london(2026, 6, 1), by=people.officer)
    day = {"day_0": "1", "day_1": "6", "day_2": "2026", "time": "00:00"}
    answer = browser(people.officer).post("/clock/", day)

    assert answer.status_code == 422
    assert "hold no post in the QA team" in answer.content.decode()
    assert MAY <= clock.now() < MAY + timedelta(minutes=1)
    moving.set_clock(london(2026, 6, 1), by=people.qa_head)
    assert TrailEntry.objects.filter(verb="clock.moved").count() == 2


def test_nobody_moves_it_further_than_ten_years(movable, people):
    with pytest.raises(Refused, match="ten years"):
        moving.set_clock(london(2099, 1, 1), by=people.officer)


@pytest.mark.parametrize("who", ["administrator", "auditor", "director"])
def test_only_the_qa_team_moves_it(movable, people, who):
    with pytest.raises(PermissionDenied):
        moving.set_clock(MAY, by=people.everybody()[who])
    with pytest.raises(PermissionDenied):
        moving.run_jobs(by=people.everybody()[who])
    answers = [browser(people.everybody()[who]).get("/clock/").status_code]
    answers += [
        browser(people.everybody()[who]).post(path).status_code
        for path in ("/clock/", "/clock/forward/", "/clock/run/")
    ]
    assert answers == [403] * 4


@pytest.mark.parametrize("path", ["/clock/", "/clock/forward/", "/clock/run/"])
def test_where_it_cannot_be_moved_there_is_no_such_page(people, path):
    assert browser(people.qa_head).post(path).status_code == 404


def test_in_the_browser_a_day_is_set_the_jobs_run_and_what_fired_is_listed(
    movable, people, one_job
):
    client = browser(people.officer)
    day = {"day_0": "4", "day_1": "5", "day_2": "2026", "time": "09:30"}

    assert client.post("/clock/", day).status_code == 302
    assert client.post("/clock/run/").status_code == 302
    before = client.get("/clock/").content.decode()
    run = JobRun.objects.get()
    running.work_on(run.pk, at=clock.now())
    after = client.get("/clock/", headers={"HX-Request": "true"}).content.decode()

    assert run.planned_at == london(2026, 5, 4, 6)
    assert "Monday 4 May 2026 at 09:30" in before
    assert "0 of 1 jobs are through" in before
    assert 'hx-trigger="every 1s"' in before
    assert "1 of 1 jobs are through" in after
    assert "hx-trigger" not in after
    assert "<h1" not in after
    for words in ("Chase", "Action 12 is overdue", "owner", "4 weeks: Action 12"):
        assert words in after
    assert people.auditor.name not in after


def test_what_fired_in_another_council_is_not_listed(movable, people, one_job):
    other = cast("eastmere")
    for pk in moving.run_jobs(by=people.officer):
        running.work_on(pk, at=clock.now())

    mine = moving.fired(people.council.pk, at=clock.now())
    theirs = moving.fired(other.council.pk, at=clock.now())
    assert ([one.roles for one in mine.notices], theirs.notices) == (["owner"], [])


def test_the_next_day_fires_again_and_the_same_day_does_not(movable, people, one_job):
    moving.set_clock(MAY, by=people.officer)
    counts = []
    for days in (0, 0, 1):
        moving.forward(days, by=people.officer)
        for pk in moving.run_jobs(by=people.officer):
            running.work_on(pk, at=clock.now())
        counts.append(len(moving.fired(people.council.pk, at=clock.now()).notices))

    assert counts == [1, 0, 1]


@pytest.mark.parametrize(
    "day",
    [
        {},
        {"day_0": "31", "day_1": "2", "day_2": "2026", "time": "09:30"},
        {"day_0": "4", "day_1": "5", "day_2": "2026", "time": "late"},
        {"day_0": "4", "day_1": "5", "day_2": "9999", "time": "09:30"},
        {"day_0": "1", "day_1": "1", "day_2": "0001", "time": "00:00"},
    ],
)
def test_what_is_no_moment_is_refused_in_words(movable, people, day):
    answer = browser(people.officer).post("/clock/", day)

    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()


def test_the_command_sets_moves_and_runs(movable, people, one_job, mailoutbox):
    said = StringIO()
    call_command("clock", "set", "2026-05-04 09:30", stdout=said)
    call_command("clock", "forward", "1d", stdout=said)
    call_command("clock", "forward", "6h", stdout=said)
    call_command("clock", "run", stdout=said)
    call_command("clock", "show", stdout=said)

    lines = said.getvalue().splitlines()
    assert lines[:3] == [
        "It is Monday 4 May 2026, 09:30 in London.",
        "It is Tuesday 5 May 2026, 09:30 in London.",
        "It is Tuesday 5 May 2026, 15:30 in London.",
    ]
    assert lines[3:6] == [
        "Chase: done, 1",
        "  Rungs: 4 weeks: Action 12",
        "  To owner: Action 12 is overdue",
    ]
    assert Notice.objects.get().sent_at is not None
    assert len(mailoutbox) == 1


@pytest.mark.parametrize(
    "words", [["set", "soon"], ["set"], ["forward", "a while"], ["set", "2099-01-01 06:00"]]
)
def test_the_command_refuses_what_it_cannot_read(movable, words):
    with pytest.raises(CommandError):
        call_command("clock", *words)


def test_the_command_does_nothing_where_the_clock_cannot_be_moved():
    with pytest.raises(CommandError, match="cannot be moved here"):
        call_command("clock", "show")
