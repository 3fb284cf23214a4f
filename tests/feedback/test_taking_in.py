"""The page on which tables of replies are taken in, and the page of one of them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import services
from cases.models import ImportRun
from cases.tasks import sweep_imports
from core.tabular import csv_file
from feedback.models import Reply
from tests.factories.audits import NOW, framework
from tests.factories.cast import cast
from tests.people.tables import as_csv
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
FORM = "conference_experience"
GOOD = csv_file([["Received", "process"], ["2026-05-04", "Clear"]])
BAD = csv_file([["Received", "process"], ["2026-05-04", "Clear"], ["soon", "x"]])


@pytest.fixture(autouse=True)
def _at_noon(settings):
    settings.TEST_CLOCK = NOW


@pytest.fixture
def people():
    framework("fixtures/frameworks/bexley/1.yaml")
    return cast("bexley")


def as_(user):
    return sign_in(Client(), user)


@pytest.fixture
def officer(people):
    return as_(people.officer)


def send(client, content, **changes):
    file = {} if content is None else {"file": SimpleUploadedFile("replies.csv", content)}
    return client.post(reverse("take-in-replies"), {"instrument": FORM} | changes | file)


def checked(people, content=GOOD):
    run = services.upload("replies", content, subject=FORM, by=people.officer, at=NOW)
    services.work_on(run.pk, at=NOW)
    return run


def text(answer):
    return " ".join(answer.content.decode().split())


def test_a_table_is_checked_then_confirmed_then_taken_in(officer):
    answer = send(officer, GOOD)
    run = ImportRun.objects.get()
    page = reverse("import-run", args=[run.pk])
    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    assert "Waiting to be checked" in text(officer.get(page))

    sweep_imports()
    shown = text(officer.get(page))
    assert 'Replies new</dt><dd class="govuk-summary-list__value">1<' in shown
    assert Reply.objects.count() == 0
    officer.post(reverse("import-confirm", args=[run.pk]))
    sweep_imports()

    assert "Imported" in text(officer.get(page))
    assert Reply.objects.count() == 1


def test_a_faulty_table_shows_its_faults_and_leads_back_with_what_was_chosen(people, officer):
    run = checked(people, BAD)

    answer = officer.get(reverse("import-run", args=[run.pk]))

    page = text(answer)
    assert list(answer.context["page"]) == [
        {"row": 3, "column": "Received", "says": "Enter a date as 2026-05-04 or 4/5/2026."}
    ]
    again = f"{reverse('take-in-replies')}?kind=replies&amp;subject={FORM}"
    assert f'href="{again}">upload it again' in page
    assert f'href="{reverse("take-in-replies")}">Take in replies' in page
    form = officer.get(again.replace("&amp;", "&")).content.decode()
    assert f'<option value="{FORM}" selected>' in form


@pytest.mark.parametrize(
    ("content", "changes", "says"),
    [
        (None, {}, "Choose a file."),
        (b"", {}, "The file is empty."),
        (b"x" * 100, {}, "The file is larger than 0 MB."),
        (GOOD, {"instrument": ""}, "Choose what was asked."),
        (GOOD, {"instrument": "parent_survey"}, "Select a valid choice."),
    ],
)
def test_an_upload_that_lacks_something_is_told_so_and_keeps_the_choice(
    officer, settings, content, changes, says
):
    settings.IMPORT_MAX_BYTES = 90

    answer = send(officer, content, **changes)

    page = text(answer)
    assert (answer.status_code, ImportRun.objects.count()) == (422, 0)
    assert says in page
    assert (f'<option value="{FORM}" selected>' in page) is ("instrument" not in changes)


def test_the_page_leads_to_a_table_of_each_instrument_and_to_earlier_ones(people, officer):
    run = checked(people)

    page = text(officer.get(reverse("take-in-replies")))

    for form in ("csv", "xlsx"):
        assert reverse("replies-table", args=[FORM, form]) in page
    earlier = page[page.index("Earlier files") :]
    assert reverse("import-run", args=[run.pk]) in earlier
    assert "conference" in earlier
    assert "Ready to import" in earlier


def test_earlier_tables_take_the_same_queries_however_many_there_are(people, officer):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            officer.get(reverse("take-in-replies"))
        return len(seen)

    checked(people)
    queries()
    with_one = queries()
    for _ in range(3):
        checked(people)

    assert queries() == with_one


def test_staff_and_cases_and_replies_each_stand_on_their_own_page(people, officer):
    replies = checked(people)
    row = {"Case number": "700", "Team code": people.team1.code, "Opened": "2026-01-05"}
    cases = services.upload("cases", as_csv([row]), by=people.officer, at=NOW)

    assert list(officer.get(reverse("take-in-replies")).context["runs"]) == [replies]
    assert list(officer.get(reverse("import")).context["runs"]) == [cases]
    assert officer.get("/import/replies-template.csv").status_code == 404
    assert officer.post("/import/", {"kind": "replies"}).status_code == 422


@pytest.mark.parametrize("who", ["auditor", "worker", "manager", "head", "administrator"])
def test_nobody_else_takes_a_table_in(people, who):
    client = as_(getattr(people, who))

    assert client.get(reverse("take-in-replies")).status_code == 403
    assert send(client, GOOD).status_code == 403
    assert ImportRun.objects.count() == 0


@pytest.mark.parametrize(
    ("who", "status"), [("auditor", 403), ("worker", 403), ("head", 403), ("administrator", 404)]
)
def test_nobody_else_opens_a_table_of_replies(people, who, status):
    run = checked(people, BAD)
    client = as_(getattr(people, who))

    answers = [
        client.get(reverse("import-run", args=[run.pk])),
        client.get(reverse("import-faults", args=[run.pk])),
        client.post(reverse("import-confirm", args=[run.pk])),
    ]

    assert [answer.status_code for answer in answers] == [status] * 3


def test_another_councils_table_is_not_there(people):
    run = checked(people)
    client = as_(cast("eastmere").officer)

    assert client.get(reverse("import-run", args=[run.pk])).status_code == 404
    assert client.post(reverse("import-confirm", args=[run.pk])).status_code == 404
    assert list(client.get(reverse("take-in-replies")).context["runs"]) == []
