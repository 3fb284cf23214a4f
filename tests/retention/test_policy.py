"""How long records are kept, as the framework's file says it."""

import pytest

from standards.crosscheck.groups import retention
from standards.forms import units_at
from standards.policy import RetentionRule
from standards.reading import retention_of


def rule(kind="audits", number=6, unit="years", since="closed"):
    return {"kind": kind, "keep": {"number": number, "unit": unit}, "from": since}


@pytest.mark.parametrize(
    ("number", "unit", "months", "length"),
    [
        (6, "years", 72, "6 years"),
        (1, "years", 12, "1 year"),
        (18, "months", 18, "18 months"),
        (1, "months", 1, "1 month"),
    ],
)
def test_a_time_is_read_and_said_in_years_or_months(number, unit, months, length):
    found = retention_of(rule(number=number, unit=unit))

    assert found == RetentionRule("audits", months, "closed")
    assert found.length == length


def test_a_kind_stands_once_and_counts_from_something_it_has():
    rules = [rule(), rule("messages", since="resolved"), rule()]

    places = [place for place, _ in retention({"retention": rules})]

    assert ("retention", 1, "from") in places
    assert any(place[:2] == ("retention", 2) for place in places)
    assert list(retention({"retention": [rule(), rule("cases")]})) == []
    assert list(retention({})) == []


def test_the_form_offers_years_only_where_the_file_may_say_years():
    assert units_at(("retention", 0, "keep")) == ("months", "years")
    assert "years" not in units_at(("allocation", "notice"))
