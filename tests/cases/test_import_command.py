"""./qa manage import_file staff | cases FILE --council CODE [--confirm]."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cases.models import CaseFile
from core.models import TrailEntry
from people.models import User
from tests.factories.cast import cast
from tests.people.tables import as_csv, as_xlsx, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast("eastmere")


@pytest.fixture
def file(tmp_path):
    """Writes a file with some content and gives its path."""

    def write(content: bytes, name: str = "cases.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def table(people, **changes: str) -> list[dict[str, str]]:
    row = {"Case number": "700", "Team code": people.team1.code, "Opened": "2026-01-05"}
    return [row | {name.replace("_", " "): value for name, value in changes.items()}]


def run(*words: object) -> str:
    """What the command says."""
    out = StringIO()
    call_command("import_file", *map(str, words), "--council", "eastmere", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(("form", "name"), [(as_csv, "cases.csv"), (as_xlsx, "cases.xlsx")])
def test_without_confirm_it_only_says_what_would_change(people, file, form, name):
    said = run("cases", file(form(table(people)), name))

    assert said == (
        "Would import (add --confirm): "
        "1 cases new, 0 cases changed, 0 workers new, 0 workers ended\n"
    )
    assert CaseFile.objects.count() == 0
    assert TrailEntry.objects.filter(verb="import cases").exists() is False


def test_with_confirm_it_writes_and_the_trail_says_that_a_command_did(people, file):
    said = run("cases", file(as_csv(table(people))), "--confirm")

    assert said == "Imported: 1 cases new, 0 cases changed, 0 workers new, 0 workers ended\n"
    assert CaseFile.objects.get().number == "700"
    entry = TrailEntry.objects.get(verb="import cases")
    assert (entry.by_id, entry.cause, entry.council_id) == (None, "import_file", people.council.pk)


def test_run_again_it_changes_nothing(people, file):
    path = file(as_csv(table(people)))
    run("cases", path, "--confirm")

    said = run("cases", path, "--confirm")

    assert said == "Imported: 0 cases new, 0 cases changed, 0 workers new, 0 workers ended\n"


def test_it_takes_the_staff_file_too(people, file):
    row = person("77", "Dora Lind", "P-77", Team_code="T9", Service_code="S9")

    run("staff", file(as_csv([row])), "--confirm")

    assert User.objects.get(staff_number="77").council == people.council


def test_every_fault_is_told_by_row_and_column_and_nothing_is_written(people, file):
    content = as_csv([*table(people), *table(people, Opened="x", Worker="9")])

    with pytest.raises(CommandError) as refused:
        run("cases", file(content), "--confirm")

    first, *lines = str(refused.value).splitlines()
    assert first == "Nothing was imported."
    assert sorted(lines) == [
        "row 3, Case number: This case stands in row 2 already.",
        "row 3, Opened: Enter a date as 2026-05-04 or 4/5/2026.",
        "row 3, Worker from: This must be filled in with a worker.",
        "row 3, Worker: There is nobody with staff number “9”. Import the staff file first.",
    ]
    assert CaseFile.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"not a table\x00", "This is not a table. Upload a CSV or an .xlsx file."),
        (b"Case number\n1\n", "The file has no column “Team code”"),
    ],
)
def test_an_unreadable_file_is_refused_in_words(people, file, content, words):
    with pytest.raises(CommandError, match=words):
        run("cases", file(content))


def test_a_file_too_large_is_refused(people, file, settings):
    settings.IMPORT_MAX_BYTES = 10

    with pytest.raises(CommandError, match="too large"):
        run("cases", file(as_csv(table(people))))


def test_a_file_that_is_not_there_is_named_without_its_folder(people, tmp_path):
    with pytest.raises(CommandError) as refused:
        run("cases", tmp_path / "missing.csv")

    assert str(refused.value) == "There is no file missing.csv."


def test_a_council_that_is_not_there_is_named(file):
    with pytest.raises(CommandError) as refused:
        run("cases", file(b"x"))

    assert str(refused.value) == "There is no council “eastmere”. Load its framework first."


def test_another_kind_is_refused(people, file):
    with pytest.raises(CommandError, match="invalid choice: 'children'"):
        run("children", file(b"x"))
