"""Every framework file that comes with the service is without faults, and each of its warnings is accepted."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from standards.management.commands.framework import shipped
from standards.schema import check, unacknowledged, warnings

ROOT = settings.BASE_DIR
MADE_UP = sorted((ROOT / "tests" / "frameworks").glob("*.yaml"))


def name_of(path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [*shipped(), *MADE_UP], ids=name_of)
def test_a_file_is_clean_apart_from_acknowledged_warnings(path):
    text = path.read_text("utf-8")
    document, faults = check(text)

    assert [str(fault) for fault in faults] == []
    assert [str(warning) for warning in unacknowledged(document, text)] == []


@pytest.mark.parametrize("path", [*shipped(), *MADE_UP], ids=name_of)
def test_nothing_is_acknowledged_that_is_no_warning_any_more(path):
    document, _ = check(path.read_text("utf-8"))

    accepted = [warning for warning in warnings(document) if warning.reason]

    assert len(accepted) == len(document.get("acknowledged", []))


@pytest.mark.parametrize("path", [*shipped(), *MADE_UP], ids=name_of)
def test_every_mark_of_an_assumption_is_explained_in_the_files_own_list(path):
    document, _ = check(path.read_text("utf-8"))

    explained = {one["number"] for one in document.get("assumed", [])}

    assert set(marks(document)) - explained == set()


def marks(value):
    """The numbers of assumptions that stand beside something."""
    if isinstance(value, dict):
        if isinstance(value.get("assumed"), str):
            yield value["assumed"]
        value = list(value.values())
    for inner in value if isinstance(value, list) else []:
        yield from marks(inner)


def test_the_five_councils_have_a_file_and_west_sussex_has_two():
    assert [name_of(path) for path in shipped()] == [
        "fixtures/frameworks/bexley/1.yaml",
        "fixtures/frameworks/blackburn-with-darwen/1.yaml",
        "fixtures/frameworks/bracknell-forest/1.yaml",
        "fixtures/frameworks/lancashire/1.yaml",
        "fixtures/frameworks/west-sussex/1.yaml",
        "fixtures/frameworks/west-sussex/2.yaml",
    ]


def test_the_command_finds_nothing_in_all_of_them():
    out = StringIO()

    call_command("framework", "check", "--all", stdout=out)

    assert out.getvalue() == f"{len(shipped())} checked, no faults.\n"
