"""Boxes and selects that are written at once stand on the page as Django's own do."""

import pytest
from django import forms

from core.widgets import QuickDate, QuickInput, QuickSelect

ATTRS = {"class": "govuk-select", "id": "id_x", "required": True, "disabled": False}
NASTY = "\"><script>alert('x')</script>&amp;"
CHOICES = [("", "Any"), ("1", "One & all"), (2, "Two"), ("2", "Two again"), (NASTY, NASTY)]


@pytest.mark.parametrize("value", [None, "", "1", "2", 2, NASTY, "not there"])
def test_a_select_is_written_as_django_writes_it(value):
    own, theirs = QuickSelect(ATTRS, CHOICES), forms.Select(ATTRS, CHOICES)

    written = theirs.render(NASTY, value, {"id": NASTY})

    # Django's template of an option ends with a line of its own.
    assert own.render(NASTY, value, {"id": NASTY}) == written.replace("\n\n", "\n")


@pytest.mark.parametrize("value", [None, "", "word", NASTY, 12])
@pytest.mark.parametrize(("own", "theirs"), [(QuickInput, forms.TextInput)])
def test_a_box_is_written_as_django_writes_it(own, theirs, value):
    assert own(ATTRS).render(NASTY, value) == theirs(ATTRS).render(NASTY, value)


@pytest.mark.parametrize("value", [None, "2026-05-04", NASTY])
def test_a_box_for_a_day_is_written_as_django_writes_it(value):
    own = QuickDate({"type": "date", "class": "govuk-input"}, "%Y-%m-%d")
    theirs = forms.DateInput({"type": "date", "class": "govuk-input"}, "%Y-%m-%d")

    assert own.render("since", value, {"id": "id_since"}) == theirs.render(
        "since", value, {"id": "id_since"}
    )
