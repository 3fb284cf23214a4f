"""Sums beside what they count: verified at the command line, and mended."""

import pytest
from django.core.management import CommandError, call_command

from core.summaries import SUMMARIES, Difference, Summary, find


@pytest.fixture
def kept(monkeypatch):
    """A table of sums of which one is wrong until it is mended."""
    wrong = [Difference(2, "theme", 1, 5, 4), Difference(1, "origin", 2, 3, 3)]

    def mend():
        number = sum(one.sums for one in wrong)
        wrong.clear()
        return number

    find()
    for name in list(SUMMARIES):
        monkeypatch.delitem(SUMMARIES, name)
    monkeypatch.setitem(SUMMARIES, "sums", Summary(lambda: wrong, mend))
    return wrong


@pytest.mark.django_db
def test_what_differs_is_told_by_council_and_kind_and_ends_with_1(kept, capsys):
    with pytest.raises(CommandError) as fault:
        call_command("summaries", "verify")

    assert capsys.readouterr().out.splitlines() == [
        "sums: council 1, origin: 2 wrong; counted 3, kept 3",
        "sums: council 2, theme: 1 wrong; counted 5, kept 4",
    ]
    assert fault.value.returncode == 1


@pytest.mark.django_db
def test_what_was_mended_is_right(kept, capsys):
    call_command("summaries", "rebuild")
    call_command("summaries", "verify")

    assert capsys.readouterr().out.splitlines() == ["sums: 3 mended", "sums: right"]


def test_every_room_that_keeps_sums_says_so():
    assert "tracker" in find()
