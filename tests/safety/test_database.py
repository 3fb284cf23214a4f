"""What people see and keep while the database or Redis is away, busy or in their way (checklist F7, X9, X10, X12)."""

import threading
from datetime import timedelta

import psycopg2
import pytest
from django.core.cache import cache
from django.db import OperationalError, connection, connections, transaction
from django.test import Client, override_settings
from django.urls import path
from django.utils import timezone
from redis.exceptions import RedisError

from core import passing, readiness
from core.middleware import public
from core.models import Heartbeat, Notice
from people.models import User
from qaframework import urls
from reporting import progress
from tests.core.test_middleware import database_away
from tests.factories.audits import NOW
from tests.factories.people import UserFactory

__all__ = ["database_away"]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WORDS = "What I saw on the visit, in more than forty letters: <b>kitchen</b> & 'hall'."
FAULTS = {
    "too many connections": 'FATAL:  sorry, too many clients already "canary"',
    "closed": "server closed the connection unexpectedly canary",
}


def fail_with(request, code):
    raise OperationalError(FAULTS[code])


def take_locks(request, first, second):
    """Changes two rows one after the other, so that two of these can be in each other's way."""
    with transaction.atomic():
        User.objects.filter(pk=first).update(name="half written")
        meeting.wait(5)
        User.objects.filter(pk=second).update(name="whole")
    return None


def read_then_write(request, pk):
    """Two of these at once cannot both be as if one came after the other."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        User.objects.get(pk=pk)
        meeting.wait(5)
        User.objects.filter(pk=pk).update(name="written")
    return None


def wait_for_row(request, pk):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
        Notice.objects.create(to_id=pk, key="half", kind="k", subject="s", text="t", made_at=NOW)
        User.objects.select_for_update().get(pk=pk)


meeting = threading.Barrier(2)
handler400 = urls.handler400
handler500 = urls.handler500
urlpatterns = [
    *urls.urlpatterns,
    path("fails/<str:code>/", public(fail_with)),
    path("locks/<int:first>/<int:second>/", public(take_locks)),
    path("serial/<int:pk>/", public(read_then_write)),
    path("row/<int:pk>/", public(wait_for_row)),
]
with_these_pages = pytest.mark.urls(__name__)


def client():
    return Client(raise_request_exception=False)


def somebody(**more):
    """A browser with a session, which only the database could read."""
    browser = Client(raise_request_exception=False, **more)
    browser.cookies["qa"] = "x" * 32
    return browser


def at_once(*addresses):
    """The answers to requests that come at the same moment."""
    answers = []

    def ask(address):
        try:
            answers.append(client().get(address))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=(one,)) for one in addresses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def status_of(answers):
    return sorted(answer.status_code for answer in answers)


# --- the database is away ------------------------------------------------------------------------


def test_the_process_lives_and_says_that_it_is_not_ready(database_away, monkeypatch):
    monkeypatch.setattr(readiness, "_found", None)

    alive, ready, saving = (client().get(f"/{one}/") for one in ("health", "ready", "saving"))

    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert ready.status_code == 503
    assert ready.json() == {"status": "not ready", "missing": ["database", "redis"]}
    assert saving.status_code == 503


def test_a_form_that_could_not_be_saved_comes_back_with_its_words(database_away):
    form = {
        "message": WORDS,
        "day": "4",
        "csrfmiddlewaretoken": "a-token",
        "password": "never shown",
    }

    answer = somebody().post("/messages/choose/?page=2", form)

    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Nothing was saved by your last step. What you wrote is still here" in page
    assert 'action="/messages/choose/?page=2"' in page
    assert "&lt;b&gt;kitchen&lt;/b&gt; &amp; &#x27;hall&#x27;." in page
    assert '<textarea name="csrfmiddlewaretoken" hidden>\na-token</textarea>' in page
    assert '<textarea name="day" hidden>\n4</textarea>' in page
    assert "never shown" not in page


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/"])
def test_nothing_of_a_sign_in_comes_back(database_away, address):
    form = {"login": "a@example.org", "password": "x" * 50, "email": "a@example.org"}

    answer = somebody().post(address, form)

    assert answer.status_code == 503
    assert "<form" not in answer.content.decode()
    assert "a@example.org" not in answer.content.decode()


def test_what_another_site_sent_does_not_come_back(database_away):
    answer = somebody(enforce_csrf_checks=True).post("/messages/choose/", {"message": WORDS})

    assert answer.status_code in {403, 503}
    assert "kitchen" not in answer.content.decode()


@pytest.mark.django_db
@with_these_pages
@pytest.mark.parametrize("code", FAULTS)
def test_what_the_database_said_is_told_to_nobody(code, caplog):
    answer = client().get(f"/fails/{code}/")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["X-Request-ID"] in answer.content.decode()
    assert "canary" not in answer.content.decode()


# --- the database is busy (X10) ------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@with_these_pages
def test_two_in_each_others_way_leave_no_half_write():
    first, second = UserFactory(name="first"), UserFactory(name="second")

    answers = at_once(f"/locks/{first.pk}/{second.pk}/", f"/locks/{second.pk}/{first.pk}/")

    # The views answer nothing, which is a fault of theirs; the other had to give way and says so.
    assert status_of(answers) == [500, 503]
    names = set(User.objects.filter(pk__in=[first.pk, second.pk]).values_list("name", flat=True))
    assert names == {"half written", "whole"}


@pytest.mark.django_db(transaction=True)
@with_these_pages
def test_of_two_that_cannot_both_be_first_one_is_asked_to_come_again():
    person = UserFactory(name="before")

    answers = at_once(f"/serial/{person.pk}/", f"/serial/{person.pk}/")

    assert status_of(answers) == [500, 503]
    assert User.objects.get(pk=person.pk).name == "written"


@pytest.mark.django_db(transaction=True)
@with_these_pages
def test_a_lock_that_is_not_given_in_time_is_told_and_nothing_is_written():
    person = UserFactory()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)

        answers = at_once(f"/row/{person.pk}/")

    assert status_of(answers) == [503]
    assert not Notice.objects.filter(key="half").exists()


@pytest.mark.django_db(transaction=True)
def test_a_server_without_a_free_connection_is_told_with_503():
    """A real role that may have one connection, which is taken."""
    UserFactory()
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS crowded")
        cursor.execute("CREATE ROLE crowded LOGIN CONNECTION LIMIT 1")
    settings = connection.settings_dict
    where = {"dbname": settings["NAME"], "host": settings["HOST"], "port": settings["PORT"] or None}
    taken = psycopg2.connect(user="crowded", **where)
    try:
        connection.close()
        usual, settings["USER"] = settings["USER"], "crowded"
        page = somebody().get("/messages/")
        login = client().post("/accounts/login/", {"login": "a@example.org", "password": "x"})
    finally:
        settings["USER"] = usual
        connection.close()
        taken.close()
        with connection.cursor() as cursor:
            cursor.execute("DROP ROLE crowded")

    told = [(one.status_code, one.headers.get("Retry-After")) for one in (page, login)]
    assert told == [(503, "5"), (503, "5")]


# --- whether the service is ready ----------------------------------------------------------------


@pytest.fixture
def unasked(monkeypatch):
    """Nobody has asked in the last five seconds."""
    monkeypatch.setattr(readiness, "_found", None)


@pytest.mark.django_db
def test_the_service_is_ready_with_redis_and_a_worker_that_keeps_time(unasked, valkey, settings):
    settings.REDIS_URL = valkey
    Heartbeat.objects.create(pk=1, at=timezone.now() - timedelta(minutes=9))

    answer = Client().get("/ready/")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "missing": []})


@pytest.mark.django_db
def test_the_service_is_not_ready_without_a_worker_and_is_asked_every_five_seconds(
    unasked, valkey, settings, django_assert_num_queries
):
    settings.REDIS_URL = valkey
    Heartbeat.objects.create(pk=1, at=timezone.now() - timedelta(minutes=11))

    answer = Client().get("/ready/")

    assert (answer.status_code, answer.json()["missing"]) == (503, ["worker"])
    with django_assert_num_queries(0):
        assert Client().get("/ready/").json()["missing"] == ["worker"]


@pytest.mark.django_db
def test_the_service_is_not_ready_before_its_migrations(unasked, monkeypatch):
    monkeypatch.setattr(readiness, "_migrated", False)
    monkeypatch.setattr(
        readiness.MigrationExecutor, "migration_plan", lambda self, leaves: [("core", "0002")]
    )

    assert "migrations" in Client().get("/ready/").json()["missing"]


# --- Redis is away (X12) -------------------------------------------------------------------------

NO_REDIS = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://localhost:1/0",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}


@pytest.mark.django_db
@override_settings(CACHES=NO_REDIS)
def test_pages_and_saves_need_no_redis():
    with pytest.raises(RedisError):
        cache.get("x")
    person = UserFactory()
    browser = client()
    browser.force_login(person, backend=BACKEND)

    page = browser.get("/messages/")
    saved = browser.post("/messages/choose/", {"mail": "daily"})

    assert (page.status_code, saved.status_code) == (200, 302)
    assert User.objects.get(pk=person.pk).daily_mail is True


@override_settings(CACHES=NO_REDIS)
def test_how_far_a_report_is_may_be_unknown():
    progress.note(1, "Figures", 2, 5)

    assert progress.read(1) == ("", 0, 0)
    progress.forget(1)


def test_what_is_remembered_is_found_until_it_is_dropped():
    passing.keep("a", 5, seconds=60)
    assert passing.find("a") == 5
    passing.drop("a")
    assert passing.find("a") is None


@pytest.mark.django_db
@override_settings(CACHES=NO_REDIS)
def test_the_interface_lets_nobody_in_while_nobody_counts():
    answer = client().get("/api/v1/figures/", headers={"Authorization": "Bearer x"})

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
