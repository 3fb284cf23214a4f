"""Who is meant by a recipient's name: roles and kinds of post, up the line or in the whole council."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.selectors import resolve, resolve_all
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db

ON = date(2026, 11, 10)


@pytest.fixture
def people():
    return cast("bexley")


def behind(recipient, people):
    """Names of the cast behind a recipient of an audit of Team 2's child by Team 1's manager."""
    parties = {"auditor": people.auditor, "worker": people.worker, "second_worker": None}
    found = resolve(recipient, people=parties, council=people.council, on=ON)
    names = {user.pk: name for name, user in people.everybody().items()}
    return [(names[user.pk], words) for user, words in found]


@pytest.mark.parametrize(
    ("recipient", "found"),
    [
        ("auditor", [("auditor", "auditor")]),
        ("second_worker", []),
        ("worker.line_manager", [("manager", "worker’s line manager")]),
        ("worker.post.TM", [("manager", "worker’s TM")]),
        ("worker.post.HOS", [("head", "worker’s HOS")]),
        ("auditor.post.DCS", [("director", "auditor’s DCS")]),
        ("auditor.post.TM", []),  # nobody above holds one
        ("worker.post.PSQA", []),  # not in the line
        ("worker.post.NONE", []),
        ("council.post.PSQA", [("officer", "PSQA")]),
        ("council.post.NONE", []),
        ("council.qa_officer", [("officer", "QA officer")]),
        ("moderator", []),
        ("moderator.post.HOS", []),
        ("owner", []),
        ("owner.line_manager", []),
        ("officer.next_level", []),
    ],
)
def test_resolve_finds_the_people_behind_a_name(people, recipient, found):
    assert behind(recipient, people) == found


def test_a_vacant_post_is_passed_over(people):
    people.manager.holdings.update(to_on="2026-11-09")
    people.service_manager.holdings.get().post.type.__class__.objects.filter(
        council=people.council, code="SM"
    ).update(code="SM2")

    assert behind("worker.post.TM", people) == []
    assert behind("worker.post.SM2", people) == [("service_manager", "worker’s SM")]


def test_a_post_with_several_holders_gives_each(people):
    everybody = [name for name, _ in behind("council.post.TM", people)]

    assert everybody == ["auditor", "manager"]


def test_the_queries_do_not_grow_with_the_names(people):
    parties = {"auditor": people.auditor, "worker": people.worker}
    counts = []
    for names in (
        ["worker.post.HOS"],
        ["worker.post.HOS", "council.post.TM", "auditor.next_level"],
    ):
        with CaptureQueriesContext(connection) as queries:
            resolve_all(names, people=parties, council=people.council, on=ON)
        counts.append(len(queries))

    assert counts == [3, 3]
