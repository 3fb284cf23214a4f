"""./qa manage framework check | load | publish."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from people.models import Council
from standards.models import FrameworkVersion
from standards.services import retire
from tests.factories.standards import AT, framework_text

pytestmark = pytest.mark.django_db

TEXT = framework_text("northshire")


@pytest.fixture
def file(tmp_path):
    """Writes a file with some content and gives its path."""

    def write(name: str, content: str | bytes = TEXT):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def run(*words: object, **options: bool) -> str:
    """What the command says."""
    out = StringIO()
    call_command("framework", *map(str, words), stdout=out, **options)
    return out.getvalue()


def states() -> list[tuple[str, int, str]]:
    rows = FrameworkVersion.objects.order_by("council__code", "edition")
    return list(rows.values_list("council__code", "edition", "state"))


def test_check_says_that_a_file_has_no_faults_and_loads_nothing(file):
    said = run("check", file("good.yaml"))

    assert said == "1 checked, no faults.\n"
    assert states() == []


def test_load_brings_a_draft_in(file):
    path = file("good.yaml")

    said = run("load", path)

    assert said == f"{path}: loaded edition 3 as a draft.\n"
    assert states() == [("northshire", 3, "draft")]


def test_load_with_publish_publishes_what_it_loaded(file):
    path = file("good.yaml")

    said = run("load", path, publish=True)

    assert said == f"{path}: loaded edition 3 as a draft.\n{path}: published edition 3.\n"
    assert states() == [("northshire", 3, "published")]


def test_publish_publishes_a_draft_that_was_loaded_before(file):
    path = file("good.yaml")
    run("load", path)

    said = run("publish", path)

    assert said == f"{path}: published edition 3.\n"
    assert states() == [("northshire", 3, "published")]


@pytest.mark.parametrize("words", [("load",), ("load", "--publish"), ("publish",)])
def test_the_same_command_again_is_quiet_and_changes_nothing(file, words):
    path = file("good.yaml")
    run(*words, path)
    before = FrameworkVersion.objects.values().get()

    said = run(*words, path)

    assert said == ""
    assert FrameworkVersion.objects.values().get() == before


def test_faults_of_every_file_are_listed_row_by_row_and_nothing_is_loaded(file):
    good = file("good.yaml")
    bad = file(
        "bad.yaml", TEXT.replace("rank: 4", "rank: four").replace("minimum: 0", "minimum: -1")
    )
    broken = file("broken.yaml", "format: 1\nformat: 1")
    absent = good.with_name("absent.yaml")
    foreign = file("foreign.yaml", "format: é".encode("latin-1"))
    rank = TEXT[: TEXT.index("rank: 4")].count("\n") + 1
    minimum = TEXT[: TEXT.index("minimum: 0")].count("\n") + 1

    with pytest.raises(CommandError) as refused:
        run("load", good, bad, broken, absent, foreign, publish=True)

    assert str(refused.value).splitlines() == [
        f"{bad}: line {rank}: grades[3].rank: “four” is not a whole number. Write that here.",
        f"{bad}: line {minimum}: actions.minimum: -1 is too low. Write 0 or more.",
        f"{broken}: line 2: The key “format” stands twice. Keep one of them.",
        f"{absent}: The file cannot be opened (No such file or directory). Check its name and place.",
        f"{foreign}: The file is not UTF-8. Save it as UTF-8 and try again.",
        "5 faults. Nothing was loaded.",
    ]
    assert refused.value.returncode == 1
    assert (states(), Council.objects.count()) == ([], 0)


def test_one_fault_is_counted_as_one(file):
    bad = file("bad.yaml", TEXT.replace("rank: 4", "rank: four"))

    with pytest.raises(CommandError, match=r"\n1 fault\. Nothing was loaded\.$"):
        run("check", bad)


def test_a_file_that_would_change_a_published_edition_undoes_the_others(file):
    run("publish", file("good.yaml"))
    next_edition = file("next.yaml", TEXT.replace("edition: 3", "edition: 4"))
    changed = file("changed.yaml", TEXT.replace("title: Records", "title: The records"))

    with pytest.raises(CommandError) as refused:
        run("load", next_edition, changed)

    assert str(refused.value).splitlines() == [
        f"{changed}: Edition 3 of Northshire quality framework is published and cannot be changed. "
        "Give the file the next edition number and load it as a new edition.",
        "Nothing was loaded.",
    ]
    assert states() == [("northshire", 3, "published")]


def test_a_file_that_starts_with_a_byte_order_mark_is_read(file):
    assert run("check", file("marked.yaml", "\ufeff" + TEXT)) == "1 checked, no faults.\n"


def test_check_looks_again_at_a_file_that_is_loaded(file):
    path = file("good.yaml")
    run("load", path)

    assert run("check", path) == "1 checked, no faults.\n"


def test_publish_of_a_retired_edition_is_refused_and_loading_it_again_is_quiet(file):
    path = file("good.yaml")
    run("publish", path)
    retire(FrameworkVersion.objects.get(), at=AT, cause="test")

    assert run("load", path, publish=True) == ""
    with pytest.raises(CommandError, match="This edition is retired"):
        run("publish", path)


def test_all_reads_every_file_that_comes_with_the_service():
    first = run("load", "--all", "--publish")
    again = run("load", "--all", "--publish")

    assert ("bexley", 1, "published") in states()
    assert {state for _, _, state in states()} == {"published"}
    assert first.count("published edition") == len(states())
    assert again == ""


def test_all_reads_nothing_where_nothing_is_shipped(settings, tmp_path):
    settings.BASE_DIR = tmp_path

    with pytest.raises(CommandError, match="There is no file to read"):
        run("load", "--all")


def test_a_file_must_be_named():
    with pytest.raises(CommandError, match="Name one, or use --all"):
        run("check")
