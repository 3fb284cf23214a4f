"""What the settings make of the addresses of databases: one server, a second that follows, a pooler between."""

import runpy
import threading

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, router

from audits.models import Audit
from core import replica
from core.replica import Router, from_replica
from people.models import PostHolding, User
from tools.paths import ROOT

FIRST = "postgresql://robin:a%40b@first:5433/qa"
SECOND = "postgresql://robin:a%40b@second:5434/qa"


@pytest.fixture
def settings_of(monkeypatch):
    """The settings as they are read with these variables."""

    def read(**given):
        for name in ("DATABASE_URL", "DATABASE_REPLICA_URL", "QA_POOLED"):
            monkeypatch.delenv(name, raising=False)
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "qaframework" / "settings.py"))

    return read


def test_without_a_replica_there_is_one_server_and_no_router(settings_of):
    found = settings_of(DATABASE_URL=FIRST)

    assert set(found["DATABASES"]) == {"default"}
    assert "DATABASE_ROUTERS" not in found
    assert found["DATABASES"]["default"]["OPTIONS"] == {
        "connect_timeout": 5,
        "options": "-c lock_timeout=15000 -c statement_timeout=120000",
    }
    assert found["DATABASES"]["default"]["DISABLE_SERVER_SIDE_CURSORS"] is False


def test_a_replica_is_a_second_server_that_refuses_to_write_and_is_given_up_sooner(settings_of):
    found = settings_of(DATABASE_URL=FIRST, DATABASE_REPLICA_URL=SECOND)

    second = found["DATABASES"]["replica"]
    assert (second["HOST"], second["PORT"], second["PASSWORD"]) == ("second", "5434", "a@b")
    assert second["OPTIONS"] == {
        "connect_timeout": 2,
        "options": "-c lock_timeout=15000 -c statement_timeout=30000 -c default_transaction_read_only=on",
    }
    assert second["TEST"] == {"MIRROR": "default"}
    assert found["DATABASE_ROUTERS"] == ["core.replica.Router"]


def test_behind_a_pooler_nothing_is_asked_of_a_session(settings_of):
    found = settings_of(DATABASE_URL=FIRST, DATABASE_REPLICA_URL=SECOND, QA_POOLED="1")

    for one in found["DATABASES"].values():
        assert "options" not in one["OPTIONS"]
        assert one["DISABLE_SERVER_SIDE_CURSORS"] is True


def test_where_there_is_no_replica_figures_are_read_as_ever(db):
    assert from_replica(lambda: (router.db_for_read(Audit), 7)) == (DEFAULT_DB_ALIAS, 7)
    assert not replica.at_hand()


def test_the_router_leads_to_the_replica_only_for_figures_and_only_where_they_are_read():
    one = Router()
    assert one.db_for_read(Audit) == DEFAULT_DB_ALIAS

    with replica._inside():
        other = []
        thread = threading.Thread(target=lambda: other.append(one.db_for_read(Audit)))
        thread.start()
        thread.join()

        assert one.db_for_read(Audit) == replica.ALIAS
        assert other == [DEFAULT_DB_ALIAS]
        assert {one.db_for_read(who) for who in (User, PostHolding)} == {DEFAULT_DB_ALIAS}
        assert one.db_for_write(Audit) == DEFAULT_DB_ALIAS
        assert one.allow_relation(Audit(), User())
    assert one.db_for_read(Audit) == DEFAULT_DB_ALIAS
    assert [one.allow_migrate(name, "audits") for name in ("default", "replica")] == [True, False]


@pytest.mark.django_db
def test_the_first_server_says_how_far_it_has_come():
    place, cluster, timeline = replica.standing()

    assert "/" in place
    assert cluster > 0
    assert timeline >= 1
    assert connection.connection is not None
