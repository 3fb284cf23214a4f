"""The table of an instrument: its columns, and what a cell says."""

import pytest

from core.tabular import norm
from feedback.sheets import column_of, columns_of, said
from standards.instruments import YES_NO, Asked, Instrument


def test_a_question_whose_code_is_a_common_columns_name_has_a_column_of_its_own():
    asked = (Asked("reason", "Why?", "short_text"), Asked("how_much", "How much?", "short_text"))
    instrument = Instrument("family", "Family", "identified", fields=asked)

    names = [norm(column.name) for column in columns_of(instrument)]

    assert [column_of(one) for one in asked] == ["reason (answer)", "how_much"]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("yes_no", "Yes", "yes"),
        ("yes_no", "no", "no"),
        ("yes_no", "perhaps", "perhaps"),
        ("yes_no", "", ""),
        ("date", "4/5/2026", "2026-05-04"),
        ("date", "soon", "soon"),
        ("date", "", ""),
        ("short_text", "Yes", "Yes"),
    ],
)
def test_a_cell_is_read_as_the_form_would_give_it(kind, cell, value):
    options = YES_NO if kind == "yes_no" else {}

    assert said(Asked("one", "One?", kind, options=options), cell) == value
