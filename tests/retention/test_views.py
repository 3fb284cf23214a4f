"""The pages of data protection: who sees what, deciding on a list, holding back, answering a request."""

import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from core.models import TrailEntry
from retention.models import Hold, Item, Run, SubjectRequest
from retention.services.answering import ask, work
from retention.services.running import propose, propose_all
from retention.services.running import work as erase
from tests.factories.audits import audit_at
from tests.factories.cast import cast
from tests.factories.retention import LATER, closed, keeping
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = LATER
    return cast("eastmere")


@pytest.fixture
def audit(people):
    return closed(audit_at("returned", people, keeping()))


@pytest.fixture
def run(people, audit):
    return propose(people.council, by=people.qa_head, at=LATER)


def page(user, name, *args, **data):
    """The answer to a GET, as somebody who has just signed in."""
    return sign_in(Client(), user).get(reverse(name, args=args), data)


def send(user, name, *args, **data):
    """The answer to a POST."""
    return sign_in(Client(), user).post(reverse(name, args=args), data)


def test_the_overview_says_the_rules_in_plain_words(people, run):
    text = page(people.qa_head, "data-protection").content.decode()

    assert "Audits, with answers, moderation, actions and follow-ups" in text
    assert "6 years from its closing" in text
    assert "Grades, scores, months, teams and themes stay." in text
    assert f"List {run.number}" in text


def test_a_kind_without_a_rule_is_named(people):
    keeping(audits=6)

    text = page(people.officer, "data-protection").content.decode()

    assert "No rule is written for: Case numbers and children’s details" in text


def test_the_list_shows_references_to_those_who_may_read_them_and_counts_to_administrators(
    people, audit, run
):
    url = ("erasing", run.number)

    assert audit.reference in page(people.director, *url).content.decode()
    administrators = page(people.administrator, *url).content.decode()
    assert audit.reference not in administrators
    assert audit.case.number not in administrators
    assert "Due" in administrators
    assert page(people.administrator, "erasing-list", run.number).status_code == 403
    assert page(people.worker, *url).status_code == 403


def test_the_list_is_narrowed_to_a_kind_and_downloaded(people, audit, run):
    narrowed = page(people.officer, "erasing", run.number, kind="cases").content.decode()
    lines = page(people.officer, "erasing-list", run.number).content.decode()

    assert f"Case {audit.case.number}" in narrowed
    assert f"Audit {audit.reference}" not in narrowed
    assert audit.reference in lines
    assert TrailEntry.objects.filter(verb="download erasing list", subject_id=run.pk).count() == 1


def test_another_councils_list_is_not_found(people, run):
    other = cast("bexley")

    assert page(other.qa_head, "erasing", run.number).status_code == 404
    assert send(other.qa_head, "approve-erasing", run.number).status_code == 404


def test_a_second_person_approves_and_the_certificate_stands_on_the_page(people, audit, run):
    assert send(people.qa_head, "approve-erasing", run.number).status_code == 403
    assert "A second person decides" in page(people.qa_head, "erasing", run.number).content.decode()
    assert "Approve and erase" in page(people.director, "erasing", run.number).content.decode()

    send(people.director, "approve-erasing", run.number)
    erase(run.pk, at=LATER)

    text = page(people.officer, "erasing", run.number).content.decode()
    assert "Certificate: what was erased" in text
    assert audit.reference not in text


def test_a_list_is_not_approved_with_a_reason(people, run):
    assert send(people.director, "refuse-erasing", run.number, reason="").status_code == 422
    send(people.director, "refuse-erasing", run.number, reason="The inquiry goes on.")

    run.refresh_from_db()
    assert (run.state, run.reason) == ("refused", "The inquiry goes on.")
    assert not Item.objects.exists()


def test_proposing_when_nothing_is_due_says_so(people):
    keeping(audits=6)

    answer = sign_in(Client(), people.qa_head).post(reverse("propose-erasing"), follow=True)

    assert "Nothing is due to be erased." in answer.content.decode()
    assert not Run.objects.exists()


def test_a_sign_in_that_is_old_is_asked_again_before_anything_is_approved(people, run):
    client = sign_in(Client(), people.director, minutes_ago=600)

    answer = client.post(reverse("approve-erasing", args=[run.number]))

    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]
    run.refresh_from_db()
    assert run.state == "proposed"


def test_a_case_is_held_by_its_number_and_let_go(people, audit):
    send(
        people.qa_head, "new-retention-hold", about="case", number=audit.case.number, reason="legal"
    )
    made = Hold.objects.get()
    assert made.case == audit.case
    assert audit.case.number in page(people.officer, "retention-holds").content.decode()

    assert send(people.officer, "lift-retention-hold", made.pk).status_code == 403
    asked = page(people.qa_head, "lift-retention-hold", made.pk).content.decode()
    assert audit.case.number in asked
    assert "For 60 days you approve no list yourself." in asked
    empty = send(people.qa_head, "lift-retention-hold", made.pk)
    assert empty.status_code == 422
    assert "Enter why it is lifted." in empty.content.decode()
    send(people.qa_head, "lift-retention-hold", made.pk, reason="The court has decided.")

    made.refresh_from_db()
    assert made.lifted_by == people.qa_head
    assert "The court has decided." in page(people.officer, "retention-holds").content.decode()
    assert send(people.qa_head, "lift-retention-hold", made.pk, reason="Again").status_code == 302


def test_the_services_list_is_checked_on_the_page_before_a_second_person_approves(people, audit):
    propose_all(at=LATER)
    run = Run.objects.get()
    for one in (people.qa_head, people.director):
        text = page(one, "erasing", run.number).content.decode()
        assert "I have checked this list" in text
        assert "Approve and erase" not in text

    send(people.qa_head, "approve-erasing", run.number, step="check")
    assert "waits for a second person" in page(people.qa_head, "data-protection").content.decode()
    own = page(people.qa_head, "erasing", run.number).content.decode()
    assert f"Checked by {people.qa_head.name}, waits for a second person" in own
    assert "Approve and erase" not in own
    assert send(people.qa_head, "approve-erasing", run.number).status_code == 403
    send(people.director, "approve-erasing", run.number, step="check")
    run.refresh_from_db()
    assert run.state == "proposed"
    assert "Approve and erase" in page(people.director, "erasing", run.number).content.decode()
    send(people.director, "approve-erasing", run.number)

    run.refresh_from_db()
    assert run.decided_by == people.director


def test_whoever_has_a_part_is_told_who_answers_instead(people, audit):
    received = {"received_on_0": "9", "received_on_1": "1", "received_on_2": "2034"}

    answer = send(
        people.qa_head,
        "new-subject-request",
        about="person",
        email=people.qa_head.email,
        **received,
    )

    assert answer.status_code == 422
    assert "You have a part in this yourself" in answer.content.decode()
    assert not SubjectRequest.objects.exists()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"about": "case"}, "Enter the case number."),
        ({"about": "case", "number": "nothing"}, "There is no case with this number."),
        ({"about": "person", "email": "nobody@example.org"}, "There is no member of staff"),
        ({}, "Say who it is about."),
    ],
)
def test_a_hold_of_nobody_is_refused_in_words(people, data, says):
    answer = send(people.qa_head, "new-retention-hold", reason="legal", **data)

    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_a_hold_of_another_councils_case_is_refused(people, audit):
    other = cast("bexley")

    answer = send(
        other.qa_head, "new-retention-hold", about="case", number=audit.case.number, reason="legal"
    )

    assert answer.status_code == 422
    assert not Hold.objects.exists()


def test_a_request_is_answered_from_the_page(people, audit):
    send(
        people.qa_head,
        "new-subject-request",
        about="case",
        number=audit.case.number,
        received_on_0="9",
        received_on_1="1",
        received_on_2="2034",
    )
    made = SubjectRequest.objects.get()
    work(made.pk, at=LATER)
    assert "Read it through" in page(people.qa_head, "subject-request", made.key).content.decode()
    assert send(people.qa_head, "confirm-subject-request", made.key, more="").status_code == 422
    assert page(people.qa_head, "subject-file", made.key).status_code == 302

    send(people.qa_head, "confirm-subject-request", made.key, more="Tobiah", read="on")
    work(made.pk, at=LATER)
    answer = page(people.qa_head, "subject-file", made.key)

    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        assert bundle.namelist() == ["index.html", "data.json"]
    send(people.qa_head, "erase-subject-request", made.key)
    made.refresh_from_db()
    assert made.state == "erased"


def test_another_head_sees_that_there_is_a_request_and_nothing_of_it(people, audit):
    made = ask(audit.case, LATER.date(), by=people.qa_head, at=LATER)
    work(made.pk, at=LATER)
    from tests.factories.people import PostHoldingFactory, UserFactory  # noqa: PLC0415 - a second head

    second = UserFactory(council=people.council)
    PostHoldingFactory(post=people.qa_head.holdings.get().post, user=second)

    text = page(second, "subject-request", made.key).content.decode()

    assert "may read and download this file" in text
    assert "Read it through" not in text
    assert page(second, "subject-file", made.key).status_code == 403
    assert send(second, "erase-subject-request", made.key).status_code == 403
