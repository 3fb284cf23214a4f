"""A new database's tables are made from the models at once, and stand as if every migration had been gone through."""

import os
import subprocess

import psycopg2
import pytest
from django.db import connection

from tests.ops.test_production import MADE_OF
from tools.paths import PYTHON, ROOT

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def empty():
    """The name of a database without a table, on the server of the tests."""
    name = f"{connection.settings_dict['NAME']}_install"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield name
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def manage(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(PYTHON), "manage.py", *words],
        cwd=ROOT,
        env={**os.environ, "PGDATABASE": name},
        text=True,
        capture_output=True,
        check=False,
    )


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="the server is named by its address")
def test_a_new_database_is_made_at_once_and_the_second_time_nothing_is_left_to_do(empty):
    made = manage(empty, "install")
    again = manage(empty, "install")

    assert made.returncode == 0, made.stderr
    assert "No migrations to apply" in again.stdout
    assert manage(empty, "migrate", "--check").returncode == 0
    held = connection.settings_dict
    with psycopg2.connect(host=held["HOST"], user=held["USER"], dbname=empty) as other:
        cursor = other.cursor()
        cursor.execute(MADE_OF)
        installed = {str(row) for row in cursor}
    with connection.cursor() as cursor:
        cursor.execute(MADE_OF)
        modelled = {str(row) for row in cursor}
    # Django's own list of migrations, which tests do without.
    assert [row for row in sorted(installed ^ modelled) if "django_migrations" not in row] == []
