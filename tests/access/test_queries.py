"""Every page at one and at three of everything: the same number of queries, and not many."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import Audit
from reporting.services.tokens import make_token
from tests.access.test_every_url import Things, signed_in, things
from tests.factories.audits import NOW, audit_at
from tests.factories.feedback import survey_at
from tests.factories.learning import learned
from tests.factories.packs import shared_pack
from tests.factories.reports import published_report

pytestmark = pytest.mark.django_db

LISTS = {
    "my-work": "auditor",
    "my-allocations": "auditor",
    "my-calendar": "auditor",
    "requests": "qa_head",
    "audits": "officer",
    "actions": "officer",
    "supervision": "manager",
    "new-action": "officer",
    "reassign-actions": "officer",
    "being-audited": "manager",
    "loops": "officer",
    "watch-list": "officer",
    "messages": "auditor",
    "jobs": "officer",
    "message-log": "qa_head",
    "calendar": "officer",
    "allocate": "officer",
    "programme": "officer",
    "representation": "officer",
    "representation-file": "officer",
    "draws": "officer",
    "new-draw": "officer",
    "away": "officer",
    "cases": "officer",
    "people": "officer",
    "import": "officer",
    "grades": "officer",
    "learning": "officer",
    "learning-file": "officer",
    "theme-list": "officer",
    "coding": "officer",
    "blind-rounds": "officer",
    "learning-activities": "officer",
    "new-learning-activity": "officer",
    "dashboard": "officer",
    "panels": "officer",
    "escalations": "officer",
    "concerns": "officer",
    "moderations": "officer",
    "rounds": "officer",
    "surveys": "officer",
    "plan-survey": "officer",
    "summaries": "officer",
    "feedback-funnel": "officer",
    "feedback-themes": "officer",
    "take-part": "worker",
    "reports": "officer",
    "packs": "officer",
    "new-pack": "officer",
    "tokens": "qa_head",
}
PAGES = {
    "figures-section": ("officer", "grades"),
    "figure": ("officer", "good-over-time"),
    "learning-theme": ("officer", "theme"),
    "coding-extract": ("officer", "extract"),
    "blind-round": ("officer", "blind"),
    "learning-activity": ("officer", "activity"),
    "action-page": ("officer", "action"),
    "audit": ("auditor", "returned"),
    "section": ("auditor", "open", "health_check"),
    "question": ("auditor", "open", "practice", "q6"),
    "section-changes": ("worker", "open", "practice"),
    "guidance": ("auditor", "open", "q6"),
    "answer": ("auditor", "open", "q6.impact", 1),
    "earlier-answers": ("auditor", "open", "q6.impact"),
    "return-audit": ("auditor", "open"),
    "extend-audit": ("auditor", "open"),
    "exclude-audit": ("officer", "open"),
    "reassign-audit": ("officer", "open"),
    "record-action": ("auditor", "open"),
    "audit-record": ("officer", "returned"),
    "audit-word": ("officer", "returned"),
    "panel": ("officer", "panel"),
    "moderation": ("officer", "given"),
    "moderation-view": ("moderator", "given"),
    "moderation-meeting": ("auditor", "disagreed"),
    "decide-moderation": ("qa_head", "disputed"),
    "assign-moderation": ("officer", "given"),
    "round": ("officer", "round"),
    "survey": ("officer", "survey"),
    "survey-results": ("officer", "survey"),
    "moderation-record": ("auditor", "finished"),
    "moderation-word": ("auditor", "finished"),
    "pack": ("officer", "pack"),
    "report": ("officer", "report"),
    "write-report": ("officer", "report"),
    "recommend": ("officer", "report"),
}
MOST = 24
# A page of several figures reads each of them.
OF_FIGURES = {"dashboard": 70, "figures-section": 30, "figure": 30}


def count(client: Client, address: str) -> int:
    """How many queries a page takes, when what a process keeps has been read."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def addresses(made: Things) -> dict[str, tuple[str, str]]:
    """Each page's name with who opens it and where."""
    found = {name: (who, reverse(name)) for name, who in LISTS.items()}
    for name, (who, which, *rest) in PAGES.items():
        # What is no thing stands in the address as it is.
        thing = getattr(made, which, which)
        found[name] = (who, reverse(name, args=[getattr(thing, "pk", thing), *rest]))
    return found


def counts(made: Things) -> dict[str, int]:
    """The queries of each page as the table prints them."""
    people = made.people.everybody()
    return {
        name: count(signed_in(people[who]), where) for name, (who, where) in addresses(made).items()
    }


def test_no_pages_queries_grow_with_its_rows():
    made = things()
    first = counts(made)
    version = Audit.objects.select_related("version__framework__council").get(pk=made.open.pk)
    for stage in ("in_session", "returned", "preparing", "allocated"):
        audit_at(stage, made.people, version.version)
    for number in range(2):
        shared_pack(made.people, [made.returned], NOW)
        make_token(f"BI {number}", ["audits"], NOW.date(), by=made.people.qa_head, at=NOW)
    for month in (1, 4):
        days = {"first_on": date(2026, month, 1), "last_on": date(2026, month + 2, 30)}
        published_report(made.people, version.version, NOW, **days)
    for state in ("planned", "open", "closed"):
        survey_at(state, made.people.officer, "health_check")
    for label in ("Dates", "Schools"):
        returned = audit_at("returned", made.people, version.version)
        learned(returned, made.people.officer, made.people.qa_head, label)

    again = counts(made)

    print("\n" + "\n".join(f"{again[name]:4} {name}" for name in again))
    assert again == first
    assert {name: n for name, n in again.items() if n > OF_FIGURES.get(name, MOST)} == {}


@pytest.mark.parametrize("name", ["section", "question"])
def test_a_form_pages_queries_do_not_grow_with_its_answers(name):
    made = things()
    who, where = addresses(made)[name]
    client = signed_in(made.people.everybody()[who])
    filled = where.replace(f"/{made.open.pk}/", f"/{made.returned.pk}/")

    assert abs(count(client, filled) - count(client, where)) <= 1
