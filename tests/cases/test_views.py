import csv
import io
import re
import time

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import services
from cases.kinds import KINDS
from cases.models import CaseFile, ImportRun
from cases.tasks import sweep_imports
from core import clock
from core.models import Notice, TrailEntry
from core.tabular import rows
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import cast
from tests.people.tables import as_csv, person
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast("eastmere")


@pytest.fixture
def signed_in(client, people):
    """The browser of a member of the cast."""

    return lambda who: sign_in(client, getattr(people, who))


@pytest.fixture
def officer(signed_in):
    return signed_in("officer")


def table(people, **changes: str) -> list[dict[str, str]]:
    row = {"Case number": "700", "Team code": people.team1.code, "Opened": "2026-01-05"}
    return [row | changes]


def upload(people, content: bytes = b"", *, at=None) -> ImportRun:
    content = content or as_csv(table(people))
    return services.upload("cases", content, by=people.officer, at=at or clock.now())


def checked(people, content: bytes = b"") -> ImportRun:
    run = upload(people, content)
    services.work_on(run.pk, at=clock.now())
    run.refresh_from_db()
    return run


def text(answer) -> str:
    """The page's main part as a reader has it."""
    main = answer.content.decode().partition("<main")[2] or answer.content.decode()
    return " ".join(re.sub("<[^>]+>", " ", main).split())


# --- the list of cases --------------------------------------------------------------------------


def listed(answer) -> list[str]:
    assert answer.status_code == 200
    return [case.number for case in answer.context["page"]]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("officer", ["A1", "B1", "B2"]),
        ("head", ["A1", "B1", "B2"]),
        ("auditor", ["A1"]),
        ("manager", ["B1", "B2"]),
        ("worker", ["B2"]),
        ("stranger", []),
    ],
)
def test_the_list_holds_the_cases_one_may_see_by_number(people, signed_in, who, expected):
    CaseFileFactory(number="elsewhere")
    mine = CaseFileFactory(council=people.council, unit=people.team2, number="B2")
    CaseFileFactory(council=people.council, unit=people.team2, number="B1")
    CaseFileFactory(council=people.council, unit=people.team1, number="A1")
    InvolvementFactory(case=mine, user=people.worker)

    assert listed(signed_in(who).get("/cases/")) == expected


@pytest.mark.parametrize("who", ["administrator", "moderator", "reader", "former"])
def test_whoever_does_not_work_with_cases_has_no_list(signed_in, who):
    assert signed_in(who).get("/cases/").status_code == 403


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["704211", "704212", "80-x"]),
        ({"number": "7042"}, ["704211", "704212"]),
        ({"number": "704212"}, ["704212"]),
        ({"number": "80-X"}, ["80-x"]),
        ({"number": "211"}, []),
        ({"number": "%"}, []),
        ({"team": "team 1"}, ["704211", "704212"]),
        ({"team": "2"}, ["80-x"]),
        ({"plan": "cin"}, ["704211"]),
        ({"plan": "CI"}, []),
        ({"plan": "CP", "team": "Team 2"}, []),
        ({"plan": "CP", "team": "Team 1"}, ["704212"]),
        ({"unknown": "x"}, ["704211", "704212", "80-x"]),
    ],
)
def test_narrowing_the_list(people, officer, query, expected):
    CaseFileFactory(council=people.council, unit=people.team1, number="704211", plan_type="CIN")
    CaseFileFactory(council=people.council, unit=people.team1, number="704212", plan_type="CP")
    CaseFileFactory(council=people.council, unit=people.team2, number="80-x", plan_type="")

    assert listed(officer.get("/cases/", query)) == expected


@pytest.mark.parametrize(
    ("page", "count"), [("1", 50), ("2", 3), ("99", 3), ("0", 3), ("x", 50), ("", 50)]
)
def test_fifty_cases_on_a_page(people, officer, page, count):
    for _ in range(53):
        CaseFileFactory(council=people.council, unit=people.team1)

    answer = officer.get("/cases/", {"page": page})

    assert len(listed(answer)) == count
    assert "53 cases" in text(answer)


def test_turning_the_page_keeps_what_the_list_was_narrowed_to(people, officer):
    for _ in range(51):
        CaseFileFactory(council=people.council, unit=people.team1, plan_type="CIN")

    links = re.findall(
        r'href="([^"]*page=2[^"]*)"', officer.get("/cases/?plan=CIN").content.decode()
    )

    assert links
    assert {"plan=CIN" in link for link in links} == {True}


@pytest.mark.parametrize("who", ["officer", "manager", "worker"])
def test_the_list_takes_the_same_queries_for_one_and_three_cases(people, signed_in, who):
    client = signed_in(who)

    def one_more() -> None:
        case = CaseFileFactory(council=people.council, unit=people.team2)
        InvolvementFactory(case=case, user=people.worker)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get("/cases/")
        return len(seen)

    one_more()
    client.get("/cases/")
    with_one = queries()
    one_more()
    one_more()

    assert queries() == with_one
    assert len(listed(client.get("/cases/"))) == 3


# --- one case -----------------------------------------------------------------------------------


def test_a_case_shows_its_reference_and_who_worked_it_newest_first(people, signed_in):
    case = CaseFileFactory(
        council=people.council, unit=people.team2, number="704211", gender="Girl", plan_type="CIN"
    )
    InvolvementFactory(case=case, user=people.second, to_on="2025-12-31")
    InvolvementFactory(case=case, user=people.worker, from_on="2026-01-01")

    page = text(signed_in("worker").get(reverse("case", args=[case.pk])))

    for words in ("Case 704211", "Team Team 2", "Plan CIN", "Gender Girl", "Language Not known"):
        assert words in page
    assert page.index("from 1 January 2026") < page.index("from 6 January 2025 to 31 December 2025")


@pytest.mark.parametrize("who", ["stranger", "auditor", "second", "administrator", "former"])
def test_a_case_one_may_not_see_is_not_there(people, signed_in, who):
    case = CaseFileFactory(council=people.council, unit=people.team2)
    InvolvementFactory(case=case, user=people.second, to_on="2025-12-31")

    assert signed_in(who).get(reverse("case", args=[case.pk])).status_code == 404
    assert TrailEntry.objects.filter(verb="open case").exists() is False


def test_opening_a_case_is_in_the_trail(people, officer):
    case = CaseFileFactory(council=people.council, unit=people.team2)

    officer.get(reverse("case", args=[case.pk]))

    entry = TrailEntry.objects.get(verb="open case")
    assert (entry.by_id, entry.subject_id, entry.detail) == (people.officer.pk, case.pk, {})


# --- uploading ----------------------------------------------------------------------------------


def send(client, content: bytes | None, **data: str):
    files = {} if content is None else {"file": SimpleUploadedFile("cases.csv", content)}
    return client.post("/import/", {"kind": "cases"} | data | files)


@pytest.mark.parametrize(
    ("content", "data", "field", "words"),
    [
        (None, {}, "file", "Choose a file."),
        (b"", {}, "file", "The file is empty."),
        (b"x", {"kind": ""}, "kind", "Choose what is in the file."),
        (b"x", {"kind": "children"}, "kind", "Select a valid choice."),
        (b"x" * 11, {}, "file", "The file is larger than"),
    ],
)
def test_an_upload_that_lacks_something_gives_an_error_that_leads_to_the_field(
    officer, settings, content, data, field, words
):
    settings.IMPORT_MAX_BYTES = 10

    answer = send(officer, content, **data)

    assert answer.status_code == 422
    assert [str(error)[: len(words)] for error in answer.context["form"].errors[field]] == [words]
    page = answer.content.decode()
    assert re.search(rf'<a href="#id_{field}[^"]*">{re.escape(words)}', page)
    assert "<title>Error: Import" in " ".join(page.split()).replace("> ", ">")
    assert ImportRun.objects.count() == 0


def test_a_form_sent_with_nothing_in_it_is_told_so_too(officer):
    answer = officer.post("/import/", {})

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"kind", "file"}


def test_an_upload_leads_to_the_imports_own_page(people, officer):
    answer = send(officer, as_csv(table(people)))

    run = ImportRun.objects.get()
    assert answer.headers["Location"] == reverse("import-run", args=[run.pk])
    assert (run.state, run.uploaded_by, run.council) == ("waiting", people.officer, people.council)


def test_a_file_is_not_lost_when_no_worker_hears_the_bell(
    people, officer, django_capture_on_commit_callbacks
):
    started = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True) as bells:
        address = send(officer, as_csv(table(people))).headers["Location"]

    assert len(bells) == 1
    assert time.monotonic() - started < 5
    page = officer.get(address)
    assert "Waiting to be checked" in text(page)
    assert 'hx-trigger="every 2s"' in page.content.decode()

    sweep_imports()

    page = officer.get(address)
    assert "Ready to import 1 row" in text(page)
    assert 'hx-trigger="every 2s"' not in page.content.decode()


@pytest.mark.parametrize("who", ["worker", "manager", "head", "moderator", "reader", "former"])
def test_nobody_else_imports(people, signed_in, who):
    run = checked(people)
    client = signed_in(who)

    answers = [
        client.get("/import/"),
        send(client, as_csv(table(people))),
        client.get(reverse("import-run", args=[run.pk])),
        client.post(reverse("import-confirm", args=[run.pk])),
        client.get(reverse("import-faults", args=[run.pk])),
        client.get(reverse("import-template", args=["cases", "csv"])),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert list(ImportRun.objects.values_list("state", flat=True)) == ["checked"]


def test_another_councils_import_is_not_there(people, client):
    run = checked(people)
    sign_in(client, cast("northshire").officer)

    answers = [
        client.get(reverse("import-run", args=[run.pk])),
        client.post(reverse("import-confirm", args=[run.pk])),
        client.get(reverse("import-faults", args=[run.pk])),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert client.get("/import/").context["runs"].count() == 0


def test_the_import_page_lists_ten_earlier_files_in_a_flat_number_of_queries(people, officer):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            officer.get("/import/")
        return len(seen)

    upload(people)
    officer.get("/import/")
    with_one = queries()
    for _ in range(11):
        upload(people)

    assert queries() == with_one
    runs = officer.get("/import/").context["runs"]
    assert [run.pk for run in runs] == list(ImportRun.objects.values_list("pk", flat=True)[:10])


# --- one import ---------------------------------------------------------------------------------


def test_a_checked_file_says_what_would_change_and_is_written_when_confirmed(people, officer):
    run = checked(people)
    page = text(officer.get(reverse("import-run", args=[run.pk])))
    assert "What would change Cases new 1" in page
    assert "Import all of it" in page

    answer = officer.post(reverse("import-confirm", args=[run.pk]), follow=True)
    assert "Waiting to be written" in text(answer)
    assert "Import all of it" not in text(answer)
    sweep_imports()

    page = text(officer.get(reverse("import-run", args=[run.pk])))
    assert "Imported 1 row" in page
    assert "What changed Cases new 1" in page
    assert CaseFile.objects.get().number == "700"


def test_htmx_gets_the_changing_part_only(people, officer):
    address = reverse("import-run", args=[upload(people).pk])

    part = officer.get(address, headers={"HX-Request": "true"}).content.decode()

    assert part.startswith(f'<div id="run" hx-get="{address}"')
    assert "<h1" not in part
    assert part.strip() in officer.get(address).content.decode()


def test_a_faulty_file_shows_row_column_and_what_to_do_and_cannot_be_confirmed(people, officer):
    run = checked(people, as_csv(table(people, Opened="x", Language="<b>y</b>" * 20)))
    answer = officer.get(reverse("import-run", args=[run.pk]))

    assert "Needs putting right" in text(answer)
    assert "2 to put right" in text(answer)
    assert "2 Opened Enter a date as 2026-05-04 or 4/5/2026." in text(answer)
    assert "Import all of it" not in text(answer)
    refused = officer.post(reverse("import-confirm", args=[run.pk]))
    assert refused.status_code == 422
    assert "Only a file without faults can be imported." in text(refused)
    assert CaseFile.objects.count() == 0


@pytest.mark.parametrize(("page", "first", "count"), [("1", 2, 50), ("2", 52, 10), ("9", 52, 10)])
def test_faults_come_fifty_to_a_page(people, officer, page, first, count):
    content = as_csv(
        [table(people, **{"Case number": str(n), "Opened": "x"})[0] for n in range(60)]
    )
    run = checked(people, content)

    answer = officer.get(reverse("import-run", args=[run.pk]), {"page": page})

    assert [len(answer.context["page"]), answer.context["page"][0]["row"]] == [count, first]


def test_faults_are_downloaded_as_a_table_that_holds_no_formula(people, officer):
    run = checked(people, as_csv(table(people, Opened="x")))
    run.faults += [{"row": 3, "column": "=1+1", "says": "@SUM(1)"}]
    run.save()

    answer = officer.get(reverse("import-faults", args=[run.pk]))

    assert answer.headers["Content-Disposition"] == 'attachment; filename="import-faults.csv"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))) == [
        ["Row", "Column", "What to do"],
        ["2", "Opened", "Enter a date as 2026-05-04 or 4/5/2026."],
        ["3", "'=1+1", "'@SUM(1)"],
    ]
    assert TrailEntry.objects.filter(verb="download import faults", subject_id=run.pk).count() == 1


# --- a staff file that takes two ----------------------------------------------------------------


def sensitive_run(people, by=None) -> ImportRun:
    """A checked staff file by which the worker would become an administrator."""
    row = person("77", "Dora Lind", "P-77", Post_type="ADMIN", Team_code="T9", Service_code="S9")
    run = services.upload("staff", as_csv([row]), by=by or people.administrator, at=clock.now())
    services.work_on(run.pk, at=clock.now())
    run.refresh_from_db()
    return run


def test_who_uploaded_a_sensitive_file_reads_why_somebody_else_must_confirm_it(people, signed_in):
    run = sensitive_run(people)
    where = reverse("import-run", args=[run.pk])
    page = text(signed_in("administrator").get(where))
    sent = signed_in("administrator").post(reverse("import-confirm", args=[run.pk]))

    assert "1 row gives a post with wide rights" in page
    assert "Somebody else must confirm this." in page
    assert people.qa_head.name in page
    assert "Import all of it" not in page
    assert (sent.status_code, run.state) == (422, "checked")
    assert "Somebody else must confirm this" in text(sent)


def test_the_second_person_finds_a_sensitive_file_in_the_list_and_confirms_it(people, signed_in):
    run = sensitive_run(people)
    client = signed_in("qa_head")

    assert "Waits for a second person" in text(client.get("/import/"))
    page = text(client.get(reverse("import-run", args=[run.pk])))
    assert f"{people.administrator.name} uploaded it." in page
    assert "Import all of it" in page
    assert Notice.objects.filter(kind="imports.second").values_list("to", flat=True).get() == (
        people.qa_head.pk
    )

    client.post(reverse("import-confirm", args=[run.pk]))
    sweep_imports()

    run.refresh_from_db()
    assert (run.state, run.confirmed_by) == ("done", people.qa_head)


def test_without_a_second_person_the_page_says_that_a_first_list_comes_by_command(
    people, signed_in
):
    people.qa_head.holdings.all().delete()
    run = sensitive_run(people)

    page = text(signed_in("administrator").get(reverse("import-run", args=[run.pk])))

    assert "Nobody else in your council may do so yet." in page
    assert "by command" in page


def test_an_officer_imports_cases_and_no_staff(people, officer):
    run = sensitive_run(people)

    assert [kind for kind, _, _ in officer.get("/import/").context["kinds"]] == ["cases"]
    assert send(officer, b"x", kind="staff").status_code == 422
    for name in ("import-run", "import-faults"):
        assert officer.get(reverse(name, args=[run.pk])).status_code == 404
    assert officer.post(reverse("import-confirm", args=[run.pk])).status_code == 404


def test_confirming_asks_again_who_somebody_is(people, client):
    run = checked(people)
    sign_in(client, people.officer, minutes_ago=31)

    answer = client.post(reverse("import-confirm", args=[run.pk]))

    run.refresh_from_db()
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert run.state == "checked"


# --- templates ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["staff", "cases"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_template_has_every_column_and_an_example_that_can_be_read(signed_in, kind, form):
    answer = signed_in("qa_head").get(reverse("import-template", args=[kind, form]))

    disposition = f'attachment; filename="{kind}-template.{form}"'
    assert answer.headers["Content-Disposition"] == disposition
    columns = KINDS[kind].columns
    (example,) = rows(answer.content, max_rows=10)
    assert list(example.cells.values()) == [column.example for column in columns]
    assert list(example.cells) == [column.name.lower() for column in columns]


@pytest.mark.parametrize("kind", ["staff", "cases"])
def test_the_workbook_explains_every_column(signed_in, kind):
    content = signed_in("qa_head").get(reverse("import-template", args=[kind, "xlsx"])).content

    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]
    told = [row for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert told == [
        (column.name, "Yes" if column.needed else "No", column.about)
        for column in KINDS[kind].columns
    ]


@pytest.mark.parametrize(
    "address",
    [
        "/import/cases-template.pdf",
        "/import/children-template.csv",
        "/import/staff-template.csv",  # for whoever keeps the posts
    ],
)
def test_another_template_is_not_there(officer, address):
    assert officer.get(address).status_code == 404


# --- methods ------------------------------------------------------------------------------------


def test_reading_pages_only_read_and_confirming_only_writes(people, officer):
    case = CaseFileFactory(council=people.council, unit=people.team1)
    run = checked(people)

    posted = [
        officer.post(reverse(name, args=args)).status_code
        for name, args in [
            ("cases", []),
            ("case", [case.pk]),
            ("import-run", [run.pk]),
            ("import-faults", [run.pk]),
            ("import-template", ["cases", "csv"]),
        ]
    ]

    assert posted == [405] * 5
    assert officer.get(reverse("import-confirm", args=[run.pk])).status_code == 405
    assert officer.put("/import/").status_code == 405
