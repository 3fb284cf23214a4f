"""Every page at one and at three of everything: the same number of queries, and not many."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import Audit
from people.models import User
from reporting.services.tokens import make_token
from retention.models import Run
from retention.states import RunState
from tests.access.test_every_url import Things, signed_in, things
from tests.factories.audits import NOW, audit_at
from tests.factories.evidence import attached, pdf
from tests.factories.feedback import survey_at
from tests.factories.learning import learned
from tests.factories.packs import shared_pack
from tests.factories.partners import invited
from tests.factories.people import LONG_AGO, PostFactory, PostHoldingFactory, UserFactory
from tests.factories.reports import published_report
from tests.factories.retention import held_back, ready_file
from tests.factories.supervision import note_for

pytestmark = pytest.mark.django_db

LISTS = {
    "my-work": "auditor",
    "my-allocations": "auditor",
    "my-calendar": "auditor",
    "requests": "qa_head",
    "audits": "officer",
    "actions": "officer",
    "supervision": "manager",
    "personal-supervision": "manager",
    "new-action": "officer",
    "reassign-actions": "officer",
    "being-audited": "manager",
    "loops": "officer",
    "watch-list": "officer",
    "messages": "auditor",
    "jobs": "officer",
    "message-log": "qa_head",
    "trail": "qa_head",
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
    "data-protection": "qa_head",
    "retention-holds": "qa_head",
    "access": "qa_head",
    "access-review": "qa_head",
    "left-work": "qa_head",
    "sign-in-rules": "qa_head",
    "add-person": "administrator",
    "my-sessions": "officer",
    "concerns-learning": "officer",
    "calibrations": "officer",
    "trust": "qa_head",
    "trust-auditors": "qa_head",
    "my-grading": "auditor",
    "replies": "officer",
    "recognition": "officer",
    "statements": "officer",
    "frameworks": "officer",
}
PAGES = {
    "figures-section": ("officer", "grades"),
    "figure": ("officer", "good-over-time"),
    "learning-theme": ("officer", "theme"),
    "coding-extract": ("officer", "extract"),
    "blind-round": ("officer", "blind"),
    "learning-activity": ("officer", "activity"),
    "action-page": ("officer", "action"),
    "action-files": ("worker", "action"),
    "audit-files": ("worker", "open"),
    "audit-moderation": ("officer", "returned"),
    "loop": ("officer", "returned"),
    "case": ("officer", "case_id"),
    "calibration": ("officer", "calibration"),
    "person": ("qa_head", "worker"),
    "leave": ("administrator", "worker"),
    "hand-over-work": ("qa_head", "former"),
    "give-post": ("administrator", "worker"),
    "take-factors-away": ("qa_head", "worker"),
    "supervision-person": ("manager", "worker"),
    "erasing": ("officer", "erasing_number"),
    "erasing-list": ("officer", "erasing_number"),
    "audit": ("auditor", "returned"),
    "audit-partners": ("officer", "open"),
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
# A page of several figures reads each of them. A page of open work asks each kind of work once,
# however many people have it. A loop reads two audits and who may do each of its steps.
OWN_MOST = {
    "dashboard": 70,
    "figures-section": 30,
    "figure": 30,
    "left-work": 34,
    "leave": 32,
    "hand-over-work": 40,
    "person": 45,
    "loop": 27,
}
# The trail asks once for the numbers of each kind of thing that its page of lines is about, however many lines.
OF_KINDS = {"trail"}


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
        thing = named(made, which)
        found[name] = (who, reverse(name, args=[getattr(thing, "pk", thing), *rest]))
    return found


def named(made: Things, which: str) -> object:
    """A thing, or a person of the cast, or the number by which an address has it; else the word itself."""
    numbers = {"case_id": made.open.case_id, "erasing_number": made.erasing.number}
    return numbers.get(which) or getattr(made, which, None) or getattr(made.people, which, which)


def left_open(made: Things, gone: User) -> None:
    """An audit under way whose auditor has left."""
    audit = audit_at("in_session", made.people, made.open.version)
    Audit.objects.filter(pk=audit.pk).update(auditor=gone)


def more_of_the_new(made: Things) -> None:
    """People who left with work open, posts, notes, partners, lists and holds: more of each."""
    people = made.people
    version = made.open.version
    for number in range(2):
        post = PostFactory(
            council=people.council, unit=people.team2, type=people.worker.holdings.get().post.type
        )
        gone = PostHoldingFactory(
            post=post, user=UserFactory(council=people.council), from_on=LONG_AGO
        ).user
        left_open(made, gone)
        left_open(made, people.former)
        gone.is_active = False
        gone.save(update_fields=["is_active"])
        PostHoldingFactory(
            post=PostFactory(council=people.council, unit=people.team2, type=post.type),
            user=UserFactory(council=people.council),
            from_on=LONG_AGO,
        )
        note_for(people.worker, people.manager, NOW)
        invited(made.open, people.officer, email=f"partner{number}@example.org")
        Run.objects.create(
            council=people.council,
            number=made.erasing.number + 1 + number,
            version=version,
            cause="the month's list",
            proposed_at=NOW,
            state=RunState.REFUSED,
            decided_by=people.qa_head,
            decided_at=NOW,
        )
        held_back(audit_at("returned", people, version), people.qa_head, NOW)
        ready_file(audit_at("returned", people, version), people.qa_head, NOW)
        attached(made.action, people.worker, NOW, pdf())
    made.erasing.items.create(
        part=made.erasing.parts.get(),
        label="audits.Audit",
        object_id=0,
        reference="Audit 0",
        due_on=NOW.date(),
    )


def counts(made: Things) -> dict[str, int]:
    """The queries of each page as the table prints them."""
    people = made.people.everybody()
    return {
        name: count(signed_in(people[who]), where) for name, (who, where) in addresses(made).items()
    }


def test_no_pages_queries_grow_with_its_rows():
    made = things()
    left_open(made, made.people.former)
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
    for _ in range(2):
        attached(made.open, made.people.worker, NOW)
        attached(made.action, made.people.worker, NOW)
    for label in ("Dates", "Schools"):
        returned = audit_at("returned", made.people, version.version)
        learned(returned, made.people.officer, made.people.qa_head, label)
    more_of_the_new(made)

    again = counts(made)

    print("\n" + "\n".join(f"{again[name]:4} {name}" for name in again))
    assert {name for name in again if again[name] != first[name]} <= OF_KINDS
    assert {name: n for name, n in again.items() if n > OWN_MOST.get(name, MOST)} == {}


@pytest.mark.parametrize("name", ["section", "question"])
def test_a_form_pages_queries_do_not_grow_with_its_answers(name):
    made = things()
    who, where = addresses(made)[name]
    client = signed_in(made.people.everybody()[who])
    filled = where.replace(f"/{made.open.pk}/", f"/{made.returned.pk}/")

    assert abs(count(client, filled) - count(client, where)) <= 1
