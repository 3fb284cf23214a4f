"""The kinds of files that are imported: who registers them, and who imports which."""

import pytest

from cases.kinds import KINDS, ImportKind, fixed, kinds_of, register
from cases.models import ImportRun
from tests.factories.cast import cast


def test_every_kind_that_a_run_may_have_is_registered():
    assert set(KINDS) == set(ImportRun.Kind.values)


def test_files_that_are_the_same_for_every_council_have_templates():
    assert list(fixed()) == ["staff", "cases"]


def test_a_code_stands_for_one_kind_only():
    assert register(KINDS["cases"]) == KINDS["cases"]

    with pytest.raises(ValueError, match="two kinds of files called cases"):
        register(ImportKind("cases", "feedback.import_replies", dict, dict))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "kinds"),
    [
        ("officer", ["cases", "replies"]),
        ("qa_head", ["staff", "cases", "replies"]),
        ("administrator", ["staff", "cases"]),
        ("head", []),
        ("worker", []),
    ],
)
def test_who_imports_which_kinds(who, kinds):
    assert kinds_of(getattr(cast("eastmere"), who)) == kinds
