"""What the QA team sees of what runs by itself, what its head sees of messages, and what each person chooses."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import Heartbeat, JobRun, Notice
from people.models import User
from tests.core.test_jobs import london
from tests.core.test_moving import browser
from tests.factories.cast import cast
from tests.factories.core import NoticeFactory

pytestmark = pytest.mark.django_db
State = JobRun.State
SIX = london(2026, 5, 4, 6)


@pytest.fixture
def people():
    return cast()


def failed_run(**fields):
    given = {"name": "open-month", "planned_at": SIX, "state": State.FAILED, "attempts": 5}
    return JobRun.objects.create(**given, fault="ValueError at x.py:1", started_at=SIX, **fields)


def text(client, path):
    return client.get(path).content.decode()


def test_the_qa_team_sees_what_ran_when_how_long_and_how_many(people):
    took = timedelta(seconds=3.25)
    JobRun.objects.create(
        name="open-month",
        planned_at=SIX,
        state=State.DONE,
        started_at=SIX + timedelta(days=2),
        ended_at=SIX + timedelta(days=2) + took,
        took=took,
        done=417,
        missed=2,
    )

    page = text(browser(people.officer), "/jobs/")

    for words in (
        "Open the month’s slots".replace("’", "&#x27;"),
        "Day 1 of each month at 05:00",
        "6 May 2026 at 06:00",
        "3.2 s",
        "417",
        "makes up for 2 before it",
    ):
        assert words in page


def test_only_the_head_of_qa_is_offered_a_retry_and_it_works(people):
    run = failed_run()

    assert "Retry" not in text(browser(people.officer), "/jobs/")
    head = browser(people.qa_head)
    assert f'action="/jobs/{run.pk}/retry/"' in text(head, "/jobs/")
    assert head.post(f"/jobs/{run.pk}/retry/").headers["Location"] == "/jobs/"
    run.refresh_from_db()
    assert (run.state, run.attempts) == (State.WAITING, 0)


@pytest.mark.parametrize(
    ("path", "may"),
    [("/jobs/{run}/retry/", {"qa_head"}), ("/jobs/messages/{notice}/retry/", {"qa_head"})],
)
def test_who_may_retry(people, path, may):
    ids = {
        "run": failed_run().pk,
        "notice": NoticeFactory(to=people.auditor, failures=8).pk,
    }

    for who, user in people.everybody().items():
        if who not in may:
            assert browser(user).post(path.format(**ids)).status_code == 403


@pytest.mark.parametrize("who", ["officer", "auditor"])
@pytest.mark.parametrize("path", ["/", "/jobs/"])
def test_a_worker_that_is_silent_is_told_to_the_qa_team_only(people, who, path):
    Heartbeat.objects.create(pk=1, at=timezone.now() - timedelta(days=3))

    assert ("The worker has not run since" in text(browser(getattr(people, who)), path)) == (
        who == "officer"
    )


def test_a_worker_that_runs_is_not_mentioned(people):
    Heartbeat.objects.create(pk=1, at=timezone.now() - timedelta(minutes=9))

    assert "The worker has" not in text(browser(people.officer), "/")


def test_messages_that_could_not_be_sent_are_counted_for_the_own_council_only(people):
    NoticeFactory(to=people.auditor, failures=8)
    NoticeFactory(to=people.auditor, failures=7)
    NoticeFactory(to=people.auditor, failures=8, restricted=True)
    NoticeFactory.create_batch(2, failures=8)

    assert "1 message could not be sent." in text(browser(people.officer), "/jobs/")


@pytest.mark.parametrize(
    ("show", "listed"),
    [
        ("", {"Sent", "Waiting", "Given up"}),
        ("unsent", {"Waiting", "Given up"}),
        ("failed", {"Given up"}),
    ],
)
def test_the_log_lists_the_councils_messages_and_is_narrowed(people, show, listed):
    NoticeFactory(to=people.auditor, subject="No 1 Sent", sent_at=SIX, roles="team manager")
    NoticeFactory(to=people.auditor, subject="No 2 Waiting", planned_at=SIX)
    NoticeFactory(to=people.auditor, subject="No 3 Given up", failures=8, template="late, 4")
    NoticeFactory(to=people.auditor, subject="No 4 Restricted", restricted=True)
    NoticeFactory(subject="No 5 Elsewhere")

    page = text(browser(people.qa_head), f"/jobs/messages/?show={show}")

    found = {
        name
        for name in ("Sent", "Waiting", "Given up", "Restricted", "Elsewhere")
        if f"No {['Sent', 'Waiting', 'Given up', 'Restricted', 'Elsewhere'].index(name) + 1} {name}"
        in page
    }
    assert found == listed
    assert ("4 May 2026 at 06:00" in page) == (show != "failed")


def test_messages_to_somebody_who_has_left_are_listed_apart_and_in_no_count(people):
    NoticeFactory(to=people.former, subject="No 1 Kept")
    given_up = NoticeFactory(to=people.former, subject="No 2 Kept", failures=8)
    User.objects.filter(pk=people.former.pk).update(is_active=False)
    client = browser(people.qa_head)

    assert "could not be sent" not in text(client, "/jobs/")
    for show in ("unsent", "failed"):
        assert "No message matches." in text(client, f"/jobs/messages/?show={show}")
    for show in ("", "left"):
        page = text(client, f"/jobs/messages/?show={show}")
        assert page.count("the person has left</span>") == 2
        assert "Retry" not in page
        assert "Waiting" not in page
    answer = client.post(f"/jobs/messages/{given_up.pk}/retry/")
    assert (answer.status_code, "Nothing is mailed" in answer.content.decode()) == (422, True)


def test_a_retried_message_waits_again(people):
    notice = NoticeFactory(to=people.auditor, failures=8)

    answer = browser(people.qa_head).post(f"/jobs/messages/{notice.pk}/retry/")

    notice.refresh_from_db()
    assert (answer.status_code, notice.failures) == (302, 0)


@pytest.mark.parametrize("fields", [{}, {"restricted": True}])
def test_another_councils_or_a_restricted_message_is_not_found(people, fields):
    notice = NoticeFactory(failures=8, **({**fields, "to": people.auditor} if fields else {}))

    assert browser(people.qa_head).post(f"/jobs/messages/{notice.pk}/retry/").status_code == 404


@pytest.mark.parametrize(("mail", "daily"), [("daily", True), ("each", False), ("", False)])
def test_everybody_chooses_how_messages_come_by_e_mail(people, mail, daily):
    client = browser(people.worker)

    assert client.post("/messages/choose/", {"mail": mail}).headers["Location"] == "/messages/"

    people.worker.refresh_from_db()
    assert people.worker.daily_mail == daily
    assert ('value="daily" checked' in text(client, "/messages/")) == daily
    assert Notice.objects.count() == 0
