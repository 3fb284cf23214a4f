"""The pages of replies, as those who use them."""

import pytest
from django.test import Client
from django.urls import reverse

from feedback.models import ContactWarning, Reply
from feedback.services.replies import Sheet, Subject, record_reply
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cases import CaseFileFactory
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db
ON = NOW.date()


@pytest.fixture(autouse=True)
def _at_noon(settings):
    settings.TEST_CLOCK = NOW


@pytest.fixture
def version():
    return framework("fixtures/frameworks/bexley/1.yaml")


@pytest.fixture
def people(version):
    return cast("bexley")


@pytest.fixture
def audit(version, people):
    return audit_at("in_session", people, version)


def as_(user):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def frame(**changes):
    day = {
        "received_on_0": f"{ON.day}",
        "received_on_1": f"{ON.month}",
        "received_on_2": f"{ON.year}",
    }
    return day | {"way": "call", "outcome": "answered", "relation": "Mother"} | changes


def test_the_auditor_types_in_a_telephone_call(people, audit):
    client = as_(people.auditor)
    url = reverse("type-in-with-audit", args=[audit.pk, "audit_family"])
    page = client.get(url).content.decode()
    assert "The worker does as promised" in page

    answer = client.post(url, frame(**{"said-s2": "0", "said-change": "Ring back"}), follow=True)

    reply = Reply.objects.get()
    assert reply.answers == {"s2": 0, "change": "Ring back"}
    assert answer.redirect_chain[-1][0] == f"/feedback/replies/{reply.key}/"
    page = answer.content.decode()
    assert "<b>0</b> of 10" in page
    assert "Ring back" in page


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"received_on_2": "2027"}, "Enter a day that is not in the future."),
        ({"outcome": "declined"}, "Say what was tried, or why there is no answer."),
        ({"said-s2": "11"}, "Choose one of the answers."),
        ({"way": ""}, "Choose how it came."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_comes_back(people, audit, changes, says):
    client = as_(people.auditor)
    url = reverse("type-in-with-audit", args=[audit.pk, "audit_family"])

    answer = client.post(url, frame(**({"said-change": "Ring back & soon"} | changes)))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert "Ring back &amp; soon" in page
    assert Reply.objects.count() == 0


def test_the_same_form_sent_twice_is_one_reply(people, audit):
    client = as_(people.auditor)
    url = reverse("type-in-with-audit", args=[audit.pk, "audit_family"])
    sent = frame(**{"said-s2": "3", "token": "11111111-1111-4111-8111-111111111111"})

    for _ in range(2):
        assert client.post(url, sent).status_code == 302

    assert Reply.objects.count() == 1


def test_a_case_that_one_may_not_open_is_no_case(people):
    client = as_(people.officer)
    CaseFileFactory(council=cast("eastmere").council, number="900")
    url = reverse("type-in-reply", args=["conference_experience"])

    answer = client.post(
        url, frame(**{"way": "paper", "case_number": "900", "said-process": "Clear"})
    )

    assert answer.status_code == 422
    assert "There is no such case that you may open." in answer.content.decode()


def test_a_log_is_typed_in_with_the_name_that_only_the_qa_team_reads(people):
    client = as_(people.officer)
    url = reverse("type-in-reply", args=["complaints"])

    client.post(
        url,
        frame(**{"way": "log", "respondent": "Ms Example", "said-kind": "compliment"}),
    )

    reply = Reply.objects.get()
    assert (reply.respondent, reply.answers) == ("Ms Example", {"kind": "compliment"})
    page = reverse("reply", args=[reply.key])
    assert "Ms Example" in client.get(page).content.decode()
    assert "Ms Example" not in as_(people.head).get(page).content.decode()
    assert as_(people.worker).get(page).status_code == 404


@pytest.mark.parametrize("code", ["complaints", "conference_experience"])
def test_who_does_not_ask_types_nothing_in(people, code):
    url = reverse("type-in-reply", args=[code])

    assert as_(people.worker).get(url).status_code == 403
    assert as_(people.worker).post(url, frame()).status_code == 403


@pytest.mark.parametrize("code", ["parent_survey", "health_check", "nothing"])
def test_what_is_anonymous_has_no_form_of_a_reply(people, code):
    assert as_(people.officer).get(reverse("type-in-reply", args=[code])).status_code == 403
    table = reverse("replies-table", args=[code, "csv"])
    assert as_(people.officer).get(table).status_code == 404


def test_the_list_narrows_and_shows_what_one_may_read(people, audit):
    for n in range(3):
        sheet = Sheet("audit_family", "call", "answered", ON, {"s1": str(n)}, relation=f"Aunt {n}")
        record_reply(sheet, Subject.of_audit(audit), by=people.auditor, at=NOW)
    url = reverse("replies")

    shown = as_(people.auditor).get(url).content.decode()
    assert shown.count("Aunt") == 3
    assert "Aunt" not in as_(people.stranger).get(url).content.decode()
    none = as_(people.auditor).get(url, {"outcome": "declined"}).content.decode()
    assert "No reply matches." in none


def test_replies_go_out_as_a_table_that_no_spreadsheet_runs(people, audit):
    sheet = Sheet("audit_family", "call", "answered", ON, {"change": "=1+1"}, relation="Mother")
    record_reply(sheet, Subject.of_audit(audit), by=people.auditor, at=NOW)

    answer = as_(people.officer).get(reverse("replies-table", args=["audit_family", "csv"]))

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Case number,Received,How,Outcome,Reason,Relation,Themes,")
    assert "'=1+1" in lines[1]
    assert len(lines) == 2


def test_an_audits_feedback_stands_on_one_page(people, audit):
    sheet = Sheet("audit_family", "call", "declined", ON, reason="Not today", relation="Mother")
    record_reply(sheet, Subject.of_audit(audit), by=people.auditor, at=NOW)
    url = reverse("audit-feedback", args=[audit.pk])

    page = as_(people.auditor).get(url).content.decode()

    assert "Not today" in page
    assert "Type in what somebody said" in page
    worker = as_(people.worker).get(url).content.decode()
    assert "Not today" not in worker
    assert "Type in what somebody said" not in worker
    assert as_(people.stranger).get(url).status_code == 404


def test_contact_is_marked_unsafe_and_safe_again(people, audit):
    url = reverse("contact", args=[audit.case_id])

    assert as_(people.worker).post(url, {"reason": ""}).status_code == 422
    as_(people.worker).post(url, {"reason": "He reads her messages"})
    assert ContactWarning.objects.standing().count() == 1
    page = as_(people.auditor).get(reverse("audit-feedback", args=[audit.pk])).content.decode()
    assert "Contact is marked unsafe" in page
    as_(people.worker).post(url, {"reason": "He reads her messages"})
    assert ContactWarning.objects.standing().count() == 1
    lift = {"lift": ContactWarning.objects.get().pk}
    assert as_(people.worker).post(url, lift).status_code == 403
    as_(people.manager).post(url, lift)
    assert ContactWarning.objects.standing().count() == 0
    assert as_(people.stranger).get(url).status_code == 404


def test_the_list_takes_the_same_queries_for_few_and_many(
    people, audit, django_assert_num_queries, django_assert_max_num_queries
):
    client, url = as_(people.officer), reverse("replies")

    def add(number):
        for n in range(number):
            sheet = Sheet("audit_family", "call", "answered", ON, {"s1": "1"}, relation=f"{n}")
            record_reply(sheet, Subject.of_audit(audit), by=people.auditor, at=NOW)

    add(1)
    client.get(url)
    with django_assert_max_num_queries(60) as taken:
        client.get(url)
    few = len(taken)
    add(5)
    with django_assert_num_queries(few):
        client.get(url)
