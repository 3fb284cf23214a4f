import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import Audit
from core.models import TrailEntry
from tests.factories.audits import NOW, framework
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = NOW
    framework("fixtures/frameworks/bexley/1.yaml")
    return cast("bexley")


@pytest.fixture
def officer(people, client):
    client.force_login(people.officer)
    return client


def open_case(people, **changes):
    case = CaseFileFactory(council=people.council, unit=people.team2, **changes)
    InvolvementFactory(case=case, user=people.worker)
    InvolvementFactory(case=case, user=people.second, kind="second")
    return case


def typed(people, **changes):
    chosen = {
        "auditor": people.auditor.pk,
        "worker": people.worker.pk,
        "second_worker": people.second.pk,
        "month": "2026-12",
        "practice_week": "on",
    }
    return chosen | changes


def chosen_in(page: str) -> set[str]:
    """The values of what is selected or ticked on the page."""
    marked = re.findall(r"<(?:option|input)\b[^>]*\b(?:selected|checked)\b[^>]*>", page)
    return {found[1] if (found := re.search(r'value="([^"]*)"', one)) else "on" for one in marked}


def test_the_list_of_cases_takes_the_same_queries_for_one_and_three(officer, people):
    counts = []
    for more in (1, 2):
        for _ in range(more):
            open_case(people)
        officer.get(reverse("allocate"))
        with CaptureQueriesContext(connection) as queries:
            page = officer.get(reverse("allocate")).content.decode()
        counts.append((page.count('class="govuk-link" href="/allocate/'), len(queries)))

    (one, few), (three, many) = counts
    assert (one, three) == (1, 3)
    assert few == many


def test_the_page_of_a_case_takes_the_same_queries_for_one_and_three_workers(officer, people):
    case = open_case(people)
    address = reverse("allocate-case", args=[case.pk])
    officer.get(address)
    with CaptureQueriesContext(connection) as few:
        officer.get(address)
    for _ in range(3):
        InvolvementFactory(case=case, kind="second")

    with CaptureQueriesContext(connection) as many:
        officer.get(address)

    assert len(few) == len(many)


@pytest.mark.parametrize(
    ("words", "found"),
    [("", {"7110", "7111", "8110"}), ("711", {"7110", "7111"}), ("110", set()), (" 8 ", {"8110"})],
)
def test_cases_are_found_by_the_start_of_their_number(officer, people, words, found):
    for number in ("7110", "7111", "8110"):
        open_case(people, number=number)
    open_case(people, number="7119", closed_on="2026-11-01")
    CaseFileFactory(number="7118")

    page = officer.get(reverse("allocate"), {"q": words})

    assert {case.number for case in page.context["page"]} == found


def test_what_was_chosen_allocates_and_leads_to_the_audit(officer, people):
    case = open_case(people)

    answer = officer.post(reverse("allocate-case", args=[case.pk]), typed(people))

    audit = Audit.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        reverse("audit", args=[audit.pk]),
    )
    assert (audit.case, audit.auditor, audit.worker, audit.second_worker) == (
        case,
        people.auditor,
        people.worker,
        people.second,
    )
    assert (f"{audit.month:%Y-%m}", audit.practice_week) == ("2026-12", True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"auditor": "manager"}, "The auditor is the worker&#x27;s line manager."),
        ({"second_worker": "worker"}, "The second worker must be another person."),
    ],
)
def test_a_refusal_says_why_and_keeps_what_was_chosen(officer, people, changes, words):
    case = open_case(people)
    chosen = typed(people, **{part: getattr(people, who).pk for part, who in changes.items()})

    answer = officer.post(reverse("allocate-case", args=[case.pk]), chosen)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert chosen_in(page) == {str(value) for value in chosen.values()}
    assert not Audit.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("auditor", "", "Choose the auditor."),
        ("auditor", "999999", "Select a valid choice"),
        ("worker", "", "Choose the worker."),
        ("month", "", "Choose the month."),
        ("month", "2020-01", "Select a valid choice"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(officer, people, field, value, words):
    case = open_case(people)

    answer = officer.post(reverse("allocate-case", args=[case.pk]), typed(people, **{field: value}))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert words in str(answer.context["form"].errors[field])


def test_more_than_the_number_is_asked_about_and_then_allocated(officer, people):
    first, second = open_case(people), open_case(people)
    officer.post(reverse("allocate-case", args=[first.pk]), typed(people))
    address = reverse("allocate-case", args=[second.pk])

    asked = officer.post(address, typed(people))
    assert asked.status_code == 422
    assert "The auditor already has an audit in this month." in asked.content.decode()
    assert 'name="confirmed"' in asked.content.decode()
    assert Audit.objects.count() == 1

    officer.post(address, typed(people, confirmed="on"))
    assert Audit.objects.count() == 2


def test_who_cannot_audit_is_listed_with_the_reason(officer, people):
    case = open_case(people)

    page = officer.get(reverse("allocate-case", args=[case.pk]))

    assert [(one.user, len(one.objections)) for one in page.context["left_out"]] == [
        (people.manager, 2)
    ]
    assert f"<b>{people.manager.name}</b>: The auditor is" in page.content.decode()


@pytest.mark.parametrize("gone", ["closed", "another council's"])
def test_a_case_that_cannot_be_audited_is_not_found(officer, people, gone):
    case = open_case(people, closed_on="2026-11-01") if gone == "closed" else CaseFileFactory()

    for method in (officer.get, officer.post):
        assert method(reverse("allocate-case", args=[case.pk])).status_code == 404


def test_opening_a_case_leaves_a_line_in_the_trail(officer, people):
    case = open_case(people)

    officer.get(reverse("allocate-case", args=[case.pk]))

    line = TrailEntry.objects.get(verb="open case to allocate")
    assert (line.subject_id, line.by_id) == (case.pk, people.officer.pk)


def test_without_a_framework_in_force_the_list_says_so(client, settings):
    settings.TEST_CLOCK = NOW
    people = cast("bexley")
    open_case(people)
    client.force_login(people.officer)

    page = client.get(reverse("allocate")).content.decode()

    assert "No framework is published for your council yet" in page
