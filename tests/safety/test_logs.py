"""What the log and the metrics hold, and above all what they do not (checklist D9, F7, G4, G5)."""

import io
import json
import logging
import os
import subprocess
import sys
import textwrap

import pytest
from celery.app.trace import build_tracer
from django.core.cache import caches
from django.test import Client
from django.urls import path

from core import logs, metrics
from core.logs import Clean, Lines, cleaned
from core.middleware import public
from people.models import User
from qaframework import urls
from qaframework.celery import app, begin_task, end_task
from tests.core.test_middleware import database_away
from tests.factories.people import PASSWORD, UserFactory
from tools.paths import ROOT

__all__ = ["database_away"]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TOKEN = "a-token-for-the-metrics-of-40-characters"
CANARY = "Canary-Wren"


def broken(request, word):
    raise ValueError(f"{CANARY} selected from people_user at /srv/app.py")


handler400 = urls.handler400
handler500 = urls.handler500
urlpatterns = [*urls.urlpatterns, path("broken/<str:word>/", public(broken), name="broken")]


@pytest.fixture
def lines():
    """Every line that the service writes, as production writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Clean())
    handler.setFormatter(Lines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.setLevel(level)
    root.removeHandler(handler)


def signed_in(user):
    client = Client(raise_request_exception=False)
    client.force_login(user, backend=BACKEND)
    return client


# --- one line (D9) -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("sent to robin@example.org now", "sent to [e-mail] now"),
        ("r.o+b'in@mail.example.org", "[e-mail]"),
        ("GET /people/?q=Wren&page=2 done", "GET /people/?… done"),
        ("why?", "why?"),
        ("one\r\ntwo\tthree", "one\\x0d\\x0atwo\\x09three"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("a\u2028b\u202ec\x85d", "a\\x2028b\\x202ec\\x85d"),
        ("password=hunter2 rest", "password=… rest"),
        ("Authorization: Bearer abc.def rest", "Authorization: … rest"),
        ("token abcdef, next", "token …, next"),
        (f"session {'a1' * 16} ended", "session [secret] ended"),
        (
            "task 0b9f2a6e-5d1c-4a0e-9b59-3f1c2d4e5f60 ends",
            "task 0b9f2a6e-5d1c-4a0e-9b59-3f1c2d4e5f60 ends",
        ),
        ("core/services/building.py:118 in make_the_version_of_a_report_2", None),
        ("", ""),
    ],
)
def test_a_line_is_one_line_and_holds_nothing_that_opens_a_door(said, written):
    assert cleaned(said) == (said if written is None else written)


def test_a_line_of_any_length_is_cleaned_at_once():
    assert len(cleaned("a@" * 1_000_000)) <= 2_000
    assert len(cleaned(" ?" * 1_000_000)) <= 2_000


def test_a_fault_is_told_by_its_place_and_never_by_its_words(lines):
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("reporting").exception("could not be made")

    (line,) = lines()
    assert (line["level"], line["by"], line["message"]) == (
        "ERROR",
        "reporting",
        "could not be made",
    )
    assert line["place"].startswith("safety/test_logs.py:")
    assert line["place"].endswith("> ValueError") or "ValueError" in line["place"]
    assert CANARY not in json.dumps(line)


def test_what_libraries_hang_on_a_line_stays_out(lines):
    about = {"request": object(), "data": {"args": [CANARY]}, "status_code": 500}
    logging.getLogger("celery.worker.strategy").info("Task received", extra=about)
    logging.getLogger("django.request").error("%s: %s", "Not Found", f"/people/{CANARY}/")
    logging.getLogger("django.security.csrf").warning("Forbidden (%s): %s", "why", f"/{CANARY}/")

    assert [one["message"] for one in lines()] == ["Task received", "Not Found", "why"]
    assert CANARY not in json.dumps(lines())
    assert set(lines()[0]) == {"at", "level", "by", "message"}


def test_a_task_that_fails_says_which_and_where_only(lines):
    @app.task(name="tests.fails")
    def fails(word):
        raise ValueError(word)

    tracer = build_tracer("tests.fails", fails, app=app)
    begin_task(task_id="0b9f2a6e-5d1c-4a0e-9b59-3f1c2d4e5f60")
    tracer("0b9f2a6e-5d1c-4a0e-9b59-3f1c2d4e5f60", [CANARY], {}, {"hostname": "here"})
    end_task()

    failed = [one for one in lines() if one["by"] == "celery.app.trace"]
    assert [one["message"] for one in failed] == ["task tests.fails failed"]
    assert failed[0]["task"] == "0b9f2a6e-5d1c-4a0e-9b59-3f1c2d4e5f60"
    assert CANARY not in json.dumps(lines())
    assert logs.task_id.get() == ""


# --- one line for a request ----------------------------------------------------------------------


@pytest.mark.django_db
def test_a_request_leaves_its_route_and_time_and_who_by_number(lines):
    user = UserFactory(name=CANARY)

    answer = signed_in(user).get(
        f"/people/?q={CANARY}", HTTP_USER_AGENT=f"{CANARY}\r\nforged", HTTP_X_REQUEST_ID="forged"
    )

    (line,) = [one for one in lines() if one["by"] == "request"]
    assert 0 <= line.pop("ms") < 60_000
    line.pop("at")
    assert line == {
        "level": "INFO",
        "by": "request",
        "message": "answered",
        "route": "people",
        "method": "GET",
        "status": answer.status_code,
        "user": user.pk,
        "council": user.council_id,
        "request": answer.headers["X-Request-ID"],
    }
    assert answer.headers["X-Request-ID"] != "forged"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/supervision/", "/concerns/"])
def test_who_went_where_only_two_may_know_is_not_said(lines, address):
    signed_in(UserFactory()).get(address)

    (line,) = [one for one in lines() if one["by"] == "request"]
    assert (line["user"], line["council"]) == (None, None)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/answer/secret-link/", "/take-part/1/", "/saving/"])
def test_where_people_answer_unknown_nothing_says_when(lines, address):
    before = metrics.generate_latest(metrics.OURS)

    Client().get(address)

    assert [one for one in lines() if one["by"] == "request"] == []
    assert metrics.generate_latest(metrics.OURS) == before


@pytest.mark.django_db
def test_machines_and_files_leave_no_line_unless_something_is_wrong(lines):
    Client().get("/health/")
    Client().get("/static/icon.svg")
    Client().get("/metrics/")

    assert [(one["route"], one["status"]) for one in lines() if one["by"] == "request"] == [
        ("metrics", 404)
    ]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_fault_is_told_plainly_with_a_number_that_stands_in_the_log(lines):
    answer = Client(raise_request_exception=False).get(f"/broken/{CANARY}/")

    page = answer.content.decode()
    number = answer.headers["X-Request-ID"]
    assert answer.status_code == 500
    assert f'give this number: <span class="qa-number">{number}</span>' in page
    for word in (CANARY, "people_user", "Traceback", "ValueError", "/srv", ".py", "Django", "5.2"):
        assert word not in page
    failed = [one for one in lines() if one.get("request") == number]
    assert {one["by"] for one in failed} == {"django.request", "request"}
    assert any(one.get("place", "").endswith("ValueError") for one in failed)
    assert CANARY not in json.dumps(failed)


@pytest.mark.django_db
def test_plain_words_and_no_inner_workings_for_whatever_is_refused():
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    user = signed_in(UserFactory())
    answers = {
        400: user.get("/", HTTP_HOST="evil.example.org"),
        403: strict.post("/accounts/login/", {"login": "x"}),
        404: user.get("/nowhere/"),
        405: user.post("/messages/"),
        411: user.post("/messages/choose/", HTTP_TRANSFER_ENCODING="chunked"),
        413: user.post("/messages/choose/", CONTENT_LENGTH=str(10**9)),
    }

    for status, answer in answers.items():
        page = answer.content.decode()
        assert answer.status_code == status
        assert len(answer.headers["X-Request-ID"]) == 16
        for word in (
            "Traceback",
            "Exception",
            ".py",
            "Django",
            "5.2.",
            "DisallowedHost",
            "urlconf",
        ):
            assert word not in page, (status, word)


# --- a journey without a trace of what is secret (G4) --------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_journey_leaves_no_name_password_or_text_in_log_cache_or_metrics(lines, mailoutbox):
    user = UserFactory(name=CANARY, email="canary.wren@example.org", password=PASSWORD)
    client = Client(raise_request_exception=False)
    client.post("/accounts/login/", {"login": user.email, "password": "Wrong-Canary-1"})
    client.post("/accounts/login/", {"login": "nobody.canary@example.org", "password": PASSWORD})
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.get("/?q=Canary-Query")
    client.get("/people/?q=Canary-Query")
    client.post("/messages/choose/", {"mail": "daily", "note": "Canary-Text"})
    client.get("/audits/999999/")
    session = client.cookies["qa"].value if "qa" in client.cookies else "no-session"
    Client().post("/accounts/password/reset/", {"email": user.email})
    link = next(iter([mail.body for mail in mailoutbox if "/reset/" in mail.body]), "")
    client.post("/accounts/logout/")

    written = json.dumps(lines()).lower()
    assert len([one for one in lines() if one["by"] == "request"]) >= 8
    secrets = ["canary", PASSWORD, session, *[word for word in link.split() if "/key/" in word]]
    assert [word for word in secrets if word.lower() in written] == []
    kept = repr(getattr(caches["default"], "_cache", {})).lower()
    assert [word for word in ("canary", PASSWORD) if word.lower() in kept] == []
    assert "canary" not in metrics.page().decode().lower()
    assert User.objects.get(pk=user.pk).daily_mail is True


# --- numbers for Prometheus ----------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN + "x"])
def test_the_metrics_are_not_there_without_the_token(settings, sent):
    settings.QA_METRICS_TOKEN = TOKEN

    assert Client().get("/metrics/", headers={"Authorization": sent}).status_code == 404


@pytest.mark.django_db
def test_without_a_token_in_the_settings_nobody_has_the_metrics(settings):
    settings.QA_METRICS_TOKEN = ""

    assert Client().get("/metrics/", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.django_db
def test_the_metrics_count_by_route_and_tell_what_waits(settings):
    settings.QA_METRICS_TOKEN = TOKEN
    user = UserFactory(name=CANARY, password=PASSWORD)
    signed_in(user).get(f"/people/?q={CANARY}")
    Client().get(f"/{CANARY}/nowhere/")
    Client().post("/accounts/login/", {"login": user.email, "password": "wrong"})

    answer = Client().get("/metrics/", headers={"Authorization": f"Bearer {TOKEN}"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    for name in (
        'qa_requests_total{method="GET",route="none"',
        'qa_request_seconds_bucket{le="0.5",route="people"}',
        "qa_refused_sign_ins_total",
        "qa_database_away_total",
        "qa_jobs_waiting 0.0",
        "qa_jobs_failed 0.0",
        "qa_messages_waiting 0.0",
        "qa_messages_given_up 0.0",
        "qa_documents_waiting 0.0",
    ):
        assert name in page
    refused = [line for line in page.splitlines() if line.startswith("qa_refused_sign_ins_total")]
    assert float(refused[0].split()[1]) >= 1
    assert CANARY not in page


def test_a_number_that_cannot_be_found_is_left_out_and_the_rest_is_told(database_away):
    page = metrics.page().decode()

    assert "qa_requests_total" in page
    assert "qa_jobs_waiting" not in page


def test_the_numbers_of_all_processes_are_added_up(tmp_path):
    script = textwrap.dedent(
        """
        import os
        from core import metrics
        if os.fork() == 0:
            metrics.count("people", "GET", 200, 0.1)
            os._exit(0)
        os.wait()
        metrics.count("people", "GET", 200, 0.1)
        metrics.GAUGES.clear()
        print(metrics.page().decode())
        """
    )
    env = {
        **os.environ,
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "qaframework.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=env,
        text=True,
        capture_output=True,
        check=False,
    )

    assert 'qa_requests_total{method="GET",route="people",status="2xx"} 2.0' in done.stdout, (
        done.stderr
    )
