"""Production does not start with anything that is only safe in a demo."""

import os
import subprocess
import sys

import pytest

from tools import checks
from tools.paths import ROOT


def start(**changes):
    env = {
        key: value for key, value in {**checks.production(), **changes}.items() if value is not None
    }
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=env,
        text=True,
        capture_output=True,
        check=False,
    )


def test_production_starts_with_a_sound_environment():
    done = start()

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SECRET_KEY", "django-insecure-0123456789-0123456789-0123456789-abcdefghijk", "default"),
        ("SECRET_KEY", "test-only-key-that-production-refuses-0123456789-abcdefghij", "default"),
        ("SECRET_KEY", "short-but-varied-0123456789", "at least 50 random characters"),
        ("SECRET_KEY", "ab" * 40, "at least 50 random characters"),
        ("QA_DATA_KEYS", "c2hvcnQ=", "QA_DATA_KEYS must be base64 of at least 32 random bytes"),
        ("QA_DATA_KEYS", "A" * 64, "QA_DATA_KEYS must be base64 of at least 32 random bytes"),
        ("QA_DATA_KEYS", "not base64 at all, neither", "QA_DATA_KEYS must be base64"),
        ("QA_DEBUG", "1", "QA_DEBUG must be off"),
        ("QA_TEST_CLOCK", "2026-05-04T09:00", "QA_TEST_CLOCK must not be set"),
        ("QA_SECURE_COOKIES", "0", "cookies go over HTTPS only"),
        ("QA_ORIGIN", "http://audit.example.gov.uk", "must start with https://"),
        ("QA_HOSTS", "*", "must name each host in full"),
        ("QA_HOSTS", ".example.gov.uk", "must name each host in full"),
        ("QA_HOSTS", "audit.example.gov.uk,", "must name each host in full"),
        ("DATABASE_REPLICA_URL", "postgresql://nobody@localhost:1/none", "not be DATABASE_URL"),
        ("EMAIL_URL", "file:///dev/null", "EMAIL_URL must start with smtp://"),
    ],
)
def test_production_refuses_what_is_only_safe_in_a_demo(name, value, says):
    done = start(**{name: value})

    assert done.returncode == 1
    assert says in done.stderr.strip().splitlines()[-1]


def test_a_refused_key_is_not_shown():
    key = "django-insecure-0123456789-0123456789-0123456789-abcdefghijk"

    assert key not in start(SECRET_KEY=key).stderr
    assert "c2hvcnQ" not in start(QA_DATA_KEYS="c2hvcnQ=").stderr


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_KEY",
        "QA_DATA_KEYS",
        "QA_HOSTS",
        "QA_ORIGIN",
        "DATABASE_URL",
        "REDIS_URL",
        "EMAIL_URL",
        "QA_DATA_DIR",
    ],
)
def test_production_names_the_variable_that_is_missing(name):
    done = start(**{name: None})

    assert done.returncode == 1
    assert f"Set {name} in the environment" in done.stderr.strip().splitlines()[-1]


def test_no_place_is_guessed():
    env = {key: value for key, value in os.environ.items() if key != "QA_ENV"}

    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=env,
        text=True,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 1
    assert "Set QA_ENV in the environment" in done.stderr
