"""What a line costs: one INSERT, and less than 15 % of opening an audit (issue 9)."""

import statistics
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import trail
from core.models import TrailEntry
from tests.access.test_every_url import signed_in
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db
ROUNDS = 15


def seconds(*works) -> list[float]:
    """How long each takes on a machine that does other things too: the middle of its quicker half.

    They take turns, so that a burst of something else slows all of them and not only the one that is on.
    """
    taken = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, times in zip(works, taken, strict=True):
            began = time.perf_counter()
            work()
            times.append(time.perf_counter() - began)
    return [statistics.median(sorted(times)[: ROUNDS // 2]) for times in taken]


def test_a_line_is_one_insert_and_costs_less_than_a_seventh_of_opening_an_audit():
    people = cast("eastmere")
    audit = audit_at("returned", people, framework())
    client, address = signed_in(people.auditor), reverse("audit", args=[audit.pk])
    client.get(address)

    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    written = [one["sql"] for one in queries if TrailEntry._meta.db_table in one["sql"]]
    page, line = seconds(
        lambda: client.get(address),
        lambda: trail.record("open audit", audit, by=people.auditor, at=NOW),
    )

    assert [sql.split()[0] for sql in written] == ["INSERT"]
    assert line < 0.15 * page, f"a line {line * 1000:.2f} ms, the page {page * 1000:.1f} ms"
