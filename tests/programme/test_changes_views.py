from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import Audit
from audits.services.changing import exclude_audit
from audits.states import AuditState
from core.models import TrailEntry
from programme.models import DateChange
from programme.services.changes import Wish, ask
from tests.programme.scenes import council, moment

pytestmark = pytest.mark.django_db
GIVEN = moment(2026, 4, 7)
MORE = Wish("extension", "The auditor is ill.", date(2026, 5, 19))


@pytest.fixture
def clock(settings):
    """Sets the time of the pages."""

    def set_to(*when):
        settings.TEST_CLOCK = moment(*when)

    set_to(2026, 5, 5, 15, 0)
    return set_to


@pytest.fixture
def lancashire(clock):
    return council("lancashire")


@pytest.fixture
def audit(lancashire):
    return lancashire.allocated(GIVEN)


@pytest.fixture
def open_as(client, lancashire):
    """A client signed in as one of the cast."""

    def sign_in(who):
        client.force_login(getattr(lancashire.people, who))
        return client

    return sign_in


def typed(day=19, month=5, reason="The auditor is ill.", **more):
    return {
        "deadline_on_0": day,
        "deadline_on_1": month,
        "deadline_on_2": 2026,
        "reason": reason,
    } | more


def page_of(client, name, pk):
    return client.get(reverse(name, args=[pk])).content.decode()


def test_the_auditor_asks_on_the_audits_page(open_as, audit):
    client = open_as("auditor")
    address = reverse("extend-audit", args=[audit.pk])
    page = page_of(client, "audit", audit.pk)
    assert f'href="{address}">Ask for more time</a>' in page
    assert "Ask to leave it out" in page
    assert "another auditor" not in page

    answer = client.post(address, typed())

    assert answer.headers["Location"] == reverse("audit", args=[audit.pk])
    assert DateChange.objects.get().state == "asked"
    assert Audit.objects.get(pk=audit.pk).deadline_on == date(2026, 5, 5)
    assert "It waits for a decision." in page_of(client, "extend-audit", audit.pk)


def test_the_head_of_service_finds_the_request_and_grants_another_day(open_as, lancashire, audit):
    change = ask(audit, MORE, by=lancashire.people.auditor, at=GIVEN)
    client = open_as("head")
    listed = client.get(reverse("requests")).content.decode()
    assert reverse("request", args=[change.pk]) in listed
    assert '<span class="qa-menu__count">1<span' in listed
    page = page_of(client, "request", change.pk)
    assert "The auditor is ill." in page
    assert 'value="19"' in page

    sent = typed(day=12) | {"note": "A week is enough.", "decision": "grant"}
    answer = client.post(reverse("request", args=[change.pk]), sent, follow=True)

    assert "The request is granted." in answer.content.decode()
    assert Audit.objects.get(pk=audit.pk).deadline_on == date(2026, 5, 12)
    assert 'value="grant"' not in page_of(client, "request", change.pk)


def test_a_request_is_refused_with_a_reason(open_as, lancashire, audit):
    change = ask(audit, MORE, by=lancashire.people.auditor, at=GIVEN)
    client, address = open_as("head"), reverse("request", args=[change.pk])

    empty = client.post(address, {"decision": "refuse", "note": ""})
    assert (empty.status_code, empty.context["form"].errors) == (
        422,
        {"note": ["Give the reason."]},
    )
    client.post(address, {"decision": "refuse", "note": "Please finish it."})

    change.refresh_from_db()
    assert (change.state, change.decision_note) == ("refused", "Please finish it.")


def test_the_head_of_service_gives_more_time_at_once(open_as, audit):
    client = open_as("head")
    assert (
        reverse("extend-audit", args=[audit.pk]) in client.get(reverse("requests")).content.decode()
    )
    page = page_of(client, "extend-audit", audit.pk)
    assert "Give more time" in page
    assert audit.case.number not in page

    answer = client.post(reverse("extend-audit", args=[audit.pk]), typed())

    assert answer.headers["Location"] == reverse("requests")
    assert Audit.objects.get(pk=audit.pk).deadline_on == date(2026, 5, 19)


@pytest.mark.parametrize("who", ["officer", "qa_head", "director"])
def test_who_may_not_grant_reads_who_may_and_a_try_is_kept(open_as, lancashire, audit, who):
    client = open_as(who)
    if who != "director":
        page = page_of(client, "extend-audit", audit.pk)
        assert lancashire.people.head.name in page
        assert "<textarea" not in page

    answer = client.post(reverse("extend-audit", args=[audit.pk]), typed())

    assert answer.status_code == 403
    user = getattr(lancashire.people, who)
    assert TrailEntry.objects.filter(verb="extension refused", by_id=user.pk).count() == 1
    assert Audit.objects.get(pk=audit.pk).deadline_on == date(2026, 5, 5)


@pytest.mark.parametrize("name", ["extend-audit", "exclude-audit"])
def test_after_the_deadline_the_control_is_gone_for_everybody(open_as, clock, audit, name):
    clock(2026, 5, 6, 0, 0)
    assert "more time" not in page_of(open_as("auditor"), "audit", audit.pk)
    for who in ("auditor", "head"):
        client = open_as(who)
        page = page_of(client, name, audit.pk)
        assert "The deadline has passed, so nobody can" in page
        assert "<textarea" not in page
        assert client.post(reverse(name, args=[audit.pk]), typed()).status_code == 422

    assert not DateChange.objects.exists()


def test_a_late_request_can_be_refused_only(open_as, clock, lancashire, audit):
    change = ask(audit, MORE, by=lancashire.people.auditor, at=GIVEN)
    clock(2026, 5, 6, 0, 0)

    page = page_of(open_as("head"), "request", change.pk)

    assert "It is too late to grant this." in page
    assert 'value="grant"' not in page
    assert 'value="refuse"' in page


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"deadline_on_0": "", "deadline_on_1": "", "deadline_on_2": ""}, "deadline_on"),
        ({"deadline_on_0": 31, "deadline_on_1": 2}, "deadline_on"),
        ({"deadline_on_0": 5}, "deadline_on"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(open_as, audit, changes, field):
    answer = open_as("head").post(reverse("extend-audit", args=[audit.pk]), typed() | changes)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_an_audit_is_left_out_and_says_by_whom_and_why(open_as, lancashire, audit):
    open_as("head").post(
        reverse("exclude-audit", args=[audit.pk]), {"reason": "The family has moved away."}
    )

    assert Audit.objects.get(pk=audit.pk).state == AuditState.EXCLUDED
    page = page_of(open_as("auditor"), "audit", audit.pk)
    assert "This audit was left out. It can only be read." in page
    assert f"by {lancashire.people.head.name}" in page
    assert "The family has moved away." in page
    for words in ("Set the meeting", "Ask for more time", "Record an action", "Late"):
        assert words not in page
    work = open_as("auditor").get(reverse("my-work")).content.decode()
    assert f"/audits/{audit.pk}/" not in work.split("New messages")[0]
    listed = open_as("auditor").get(reverse("audits"), {"state": "excluded"}).content.decode()
    assert audit.reference in listed


def test_every_page_of_an_audit_that_was_left_out_still_opens(open_as, lancashire, audit):
    exclude_audit(audit, reason="Moved.", by=lancashire.people.head, at=GIVEN)

    for who in ("auditor", "officer"):
        client = open_as(who)
        for name in ("audit", "extend-audit", "exclude-audit"):
            page = page_of(client, name, audit.pk)
            assert "<textarea" not in page
    assert "no longer under way" in page_of(open_as("officer"), "extend-audit", audit.pk)


def test_the_worker_of_the_audit_changes_nothing(open_as, audit):
    client = open_as("worker")

    for name in ("extend-audit", "exclude-audit", "reassign-audit"):
        assert client.get(reverse(name, args=[audit.pk])).status_code == 403
        assert client.post(reverse(name, args=[audit.pk]), typed()).status_code == 403
    assert "more time" not in page_of(client, "audit", audit.pk)


@pytest.mark.parametrize("who", ["manager", "stranger", "moderator", "administrator"])
def test_who_sees_nothing_of_the_audit_finds_no_page(open_as, audit, who):
    client = open_as(who)

    for name in ("extend-audit", "exclude-audit", "reassign-audit"):
        assert client.get(reverse(name, args=[audit.pk])).status_code == 404


def test_without_a_local_rule_the_page_says_so(client, clock):
    bexley = council("bexley")
    audit = bexley.allocated(GIVEN)
    client.force_login(bexley.people.qa_head)

    assert "Give more time" in page_of(client, "audit", audit.pk)
    page = page_of(client, "extend-audit", audit.pk)
    assert "There is no local rule on more time in this framework" in page
    client.post(reverse("extend-audit", args=[audit.pk]), typed(day=12))

    assert Audit.objects.get(pk=audit.pk).deadline_on == date(2026, 5, 12)


# --- another auditor -----------------------------------------------------------------------------


def test_the_officer_gives_an_audit_to_another_auditor(open_as, lancashire, audit):
    people, client = lancashire.people, open_as("officer")
    address = reverse("reassign-audit", args=[audit.pk])
    assert f'href="{address}">Give to another auditor</a>' in page_of(client, "audit", audit.pk)

    answer = client.post(address, {"auditor": people.head.pk, "reason": "Long leave."})

    assert answer.headers["Location"] == reverse("audit", args=[audit.pk])
    assert Audit.objects.get(pk=audit.pk).auditor == people.head
    page = page_of(client, "audit", audit.pk)
    assert f"From {people.auditor.name} to {people.head.name}." in page
    assert open_as("auditor").get(reverse("audit", args=[audit.pk])).status_code == 404


def test_a_rule_against_the_new_auditor_is_named(open_as, lancashire, audit):
    client, people = open_as("officer"), lancashire.people
    address = reverse("reassign-audit", args=[audit.pk])

    answer = client.post(address, {"auditor": people.manager.pk, "reason": "Leave."})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "auditor": ["The auditor is the worker's line manager."]
    }
    assert f"<b>{people.manager.name}</b>" in client.get(address).content.decode()


def test_more_than_the_number_is_asked_about(open_as, lancashire, audit):
    client, people = open_as("officer"), lancashire.people
    lancashire.allocated(GIVEN, auditor=people.head)
    address = reverse("reassign-audit", args=[audit.pk])
    sent = {"auditor": people.head.pk, "reason": "Leave."}

    asked = client.post(address, sent)
    assert asked.status_code == 422
    assert "The auditor already has an audit in this quarter." in asked.content.decode()

    client.post(address, sent | {"confirmed": "on"})
    assert Audit.objects.get(pk=audit.pk).auditor == people.head


# --- queries -------------------------------------------------------------------------------------


def queries_of(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_requests_take_the_same_queries_for_one_and_three(open_as, lancashire):
    client, counts = open_as("head"), []
    for more in (1, 2):
        for _ in range(more):
            made = lancashire.allocated(GIVEN)
            ask(made, MORE, by=lancashire.people.auditor, at=GIVEN)
        counts.append(queries_of(client, reverse("requests")))

    assert len(client.get(reverse("requests")).context["waiting"]) == 3
    assert counts[0] == counts[1] <= 24


def test_the_list_of_a_heads_audits_is_paged(open_as, lancashire):
    for _ in range(26):
        lancashire.allocated(GIVEN)

    page = open_as("head").get(reverse("requests"), {"page": 2})

    assert len(page.context["page"].object_list) == 1
