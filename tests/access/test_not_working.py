"""Wherever a deadline is shown, it is said that it falls on no working day, with one look at the calendar (T-6)."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actions.models import Action
from audits.models import Audit, Listed, Loop
from escalation.models import Stage
from programme.models import DateChange
from tests.access.test_every_url import signed_in, things
from tests.factories.audits import NOW

pytestmark = pytest.mark.django_db
BADGE = "Not a working day"
SATURDAY, FRIDAY = date(2027, 1, 9), date(2027, 1, 8)


def put_on(day):
    """Everything that is due, on one day."""
    Audit.objects.update(deadline_on=day)
    Action.objects.update(due_on=day, due_at=None)
    Stage.objects.update(due_on=day, due_at=None)
    Loop.objects.update(state="authorised", reaudit_due_on=day)
    DateChange.objects.update(new_deadline_on=day)


def pages(made):
    """Where deadlines are shown, and to whom."""
    audit, concern = made.open.pk, made.concern.key
    return [
        ("my-work", "auditor"),
        ("audits", "officer"),
        ("audit", "auditor", audit),
        ("being-audited", "manager"),
        ("loops", "officer"),
        ("loop", "officer", made.returned.pk),
        ("watch-list", "officer"),
        ("actions", "officer"),
        ("supervision", "manager"),
        ("action-page", "officer", made.action.pk),
        ("my-allocations", "auditor"),
        ("requests", "qa_head"),
        ("reassign-audit", "officer", audit),
        ("concerns", "officer"),
        ("concern", "officer", concern),
    ]


def test_every_deadline_says_that_it_is_no_working_day():
    made = things()
    Listed.objects.get_or_create(
        audit=made.returned, kind="watch", to=["council.qa_officer"], defaults={"since": NOW}
    )
    found, read = {}, {}
    for day in (FRIDAY, SATURDAY):
        put_on(day)
        for name, who, *args in pages(made):
            client = signed_in(getattr(made.people, who))
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(reverse(name, args=args))
            assert answer.status_code == 200, name
            found[name, day] = BADGE in answer.content.decode()
            read[name] = sum('FROM "standards_calendarday"' in one["sql"] for one in queries)

    assert {name for (name, day), there in found.items() if there and day == FRIDAY} == set()
    assert {name for (name, day), there in found.items() if not there and day == SATURDAY} == set()
    # Who may give an audit more time counts working days by itself, once for the page.
    assert {name: number for name, number in read.items() if number != 1} == {"audit": 2}
