"""What each framework asks of each post, against the catalogue (A4.2, A2.2, SC-11) and at the edges."""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from people.roles import QA_TEAM
from programme.requirements import (
    Activity,
    Excuse,
    Owed,
    Programme,
    Target,
    quarter_days,
    quarter_of,
    quarter_totals,
    read,
    year_of,
)
from standards.schema import check
from tests.factories.standards import framework_text

YEAR = date(2026, 4, 1)


def programme_of(council: str) -> Programme:
    document, faults = check(framework_text(council))
    assert document is not None, faults
    return read(document)


def document(**keys: Any) -> dict[str, Any]:
    return {"framework": {"year_start_month": 4}} | keys


def every(rhythm: str, number: int | None = 1, **more: Any) -> Programme:
    """A programme of one activity of the TM posts."""
    row = {"code": "a", "title": "A", "who": ["TM"], "every": rhythm}
    if number is not None:
        row["number"] = number
    return read(document(activities=[row], **more))


@pytest.mark.parametrize(
    ("post", "quarters", "year"),
    [
        ("HOS", (4, 6, 4, 5), 19),
        ("TM", (5, 6, 5, 5), 21),
        ("SM", (5, 6, 5, 5), 21),
        ("DCSC", (2, 3, 2, 3), 10),
        ("IRO", (1, 1, 1, 1), 4),
        ("PDM", (1, 1, 1, 1), 4),
    ],
)
def test_lancashires_totals_are_those_of_the_source(post, quarters, year):
    totals = quarter_totals(programme_of("lancashire").owed(YEAR), YEAR)

    assert (totals[post], sum(totals[post])) == (quarters, year)


def test_lancashire_asks_nothing_of_other_posts():
    totals = quarter_totals(programme_of("lancashire").owed(YEAR), YEAR)

    assert set(totals) == {"TM", "SM", "HOS", "DCSC", "IRO", "PDM"}


@pytest.mark.parametrize(
    ("activity", "post", "quarters"),
    [
        ("learning_space", "TM", (1, 1, 1, 1)),
        ("dip_sample", "SM", (3, 3, 3, 3)),
        ("dip_sample", "DCSC", (1, 1, 1, 1)),
        ("observation", "HOS", (0, 1, 0, 1)),
        ("observation", "DCSC", (0, 1, 0, 1)),
        ("practice_week", "HOS", (0, 1, 0, 0)),
        ("practice_week", "DCSC", None),
    ],
)
def test_lancashires_timetable_stands_cell_by_cell(activity, post, quarters):
    owed = [one for one in programme_of("lancashire").owed(YEAR) if one.activity == activity]

    assert quarter_totals(owed, YEAR).get(post) == quarters


def test_lancashires_targets_are_stored_as_stated():
    targets = {one.activity: one for one in programme_of("lancashire").targets}

    space, dips, mash = (
        targets[code] for code in ("learning_space", "dip_sample", "mash_learning_space")
    )
    assert (space.month_words, space.in_quarter) == ("40", 120)
    assert (dips.month_words, dips.in_quarter) == ("159 to 160", 478)
    assert (mash.month_words, mash.in_quarter) == ("2", 6)


def test_what_lancashire_leaves_open_is_listed_and_not_counted():
    programme = programme_of("lancashire")
    open_ = {one.code for one in programme.undecided()}

    assert {"thematic", "multi_agency", "mash_audit", "peer_review", "self_assessment"} <= open_
    assert not open_ & {"learning_space", "observation", "mash_learning_space", "spotlight"}
    assert [(one.code, one.rhythm) for one in programme.of_the_service()] == [
        ("spotlight", "2 each month")
    ]


@pytest.mark.parametrize("post", ["PM", "GM", "SL", "SM"])
def test_west_sussex_asks_for_one_collaborative_audit_a_month(post):
    owed = [one for one in programme_of("west-sussex").owed(YEAR) if one.post == post]
    audits = [one for one in owed if one.activity == "collaborative_audit"]

    assert [(one.first_on.month, one.number) for one in audits] == [
        (month, 1) for month in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)
    ]


def test_west_sussex_asks_early_help_leads_for_theirs_and_leaders_for_practice_weeks():
    owed = programme_of("west-sussex").owed(YEAR)
    early = [one for one in owed if (one.post, one.activity) == ("EHSL", "early_help_audit")]
    weeks = [one for one in owed if (one.post, one.activity) == ("LM", "practice_week")]

    assert len(early) == 12
    assert [(one.first_on, one.last_on) for one in weeks] == [
        (date(2026, 4, 1), date(2026, 9, 30)),
        (date(2026, 10, 1), date(2027, 3, 31)),
    ]


def test_bexley_asks_every_manager_for_one_audit_a_month():
    owed = [
        one for one in programme_of("bexley").owed(YEAR) if one.activity == "collaborative_audit"
    ]

    assert {one.post for one in owed} == {
        "ATM",
        "TM",
        "SM",
        "HOS",
        "HOS_SEND",
        "AD",
        "DD",
        "DCS",
    }
    assert len(owed) == 8 * 12


def test_bracknell_forest_has_no_local_rule_on_numbers():
    programme = programme_of("bracknell-forest")

    assert programme.owed(YEAR) == ()
    assert {"live_audit", "flash_audit", "themed_audit"} <= {
        one.code for one in programme.undecided()
    }


def test_blackburn_asks_only_for_the_yearly_self_evaluation():
    assert programme_of("blackburn-with-darwen").owed(YEAR) == (
        Owed("QAL", "self_evaluation", YEAR, date(2027, 3, 31), 1),
    )


@pytest.mark.parametrize(
    ("council", "found"),
    [
        ("bracknell-forest", "flash_audit"),
        ("lancashire", None),
        ("bexley", None),
        ("west-sussex", None),
        ("blackburn-with-darwen", None),
    ],
)
def test_only_bracknell_forest_has_flash_audits(council, found):
    flash = programme_of(council).flash(QA_TEAM)

    assert (flash.code if flash else None) == found


@pytest.mark.parametrize(
    ("rhythm", "periods"),
    [
        ("month", 12),
        ("two_months", 6),
        ("quarter", 4),
        ("half_year", 2),
        ("year", 1),
        ("week", 52),
        ("fortnight", 26),
    ],
)
def test_periods_follow_each_other_through_the_year(rhythm, periods):
    owed = every(rhythm, 2).owed(YEAR)

    assert len(owed) == periods
    assert all(one.number == 2 for one in owed)
    assert all(before.last_on < after.first_on for before, after in pairwise(owed))
    if rhythm not in {"week", "fortnight"}:
        assert (owed[0].first_on, owed[-1].last_on) == (YEAR, date(2027, 3, 31))
    else:
        assert owed[0].first_on == date(2026, 4, 6)  # the first Monday


@pytest.mark.parametrize("rhythm", ["day", "term", "two_years", "event", "continuous", "as_set"])
def test_what_has_no_period_to_count_is_never_owed(rhythm):
    programme = every(rhythm)

    assert programme.owed(YEAR) == ()
    assert [one.code for one in programme.undecided()] == ["a"]


def test_what_has_no_number_is_never_owed():
    programme = every("month", None)

    assert programme.owed(YEAR) == ()
    assert [(one.code, one.rhythm) for one in programme.undecided()] == [("a", "each month")]


@pytest.mark.parametrize("start", [1, 4, 9])
def test_the_year_begins_where_the_framework_says(start):
    first = date(2028, start, 1)
    owed = every("quarter").owed(first)

    assert owed[0].first_on == first
    assert (
        owed[-1].last_on
        == {
            1: date(2028, 12, 31),
            4: date(2029, 3, 31),
            9: date(2029, 8, 31),
        }[start]
    )


def test_a_month_ends_on_the_29th_of_february_in_a_leap_year():
    owed = every("month").owed(date(2027, 4, 1))

    assert owed[10].last_on == date(2028, 2, 29)


def test_months_without_audits_owe_nothing():
    owed = every("month", programme={"months_without_audits": [8, 12]}).owed(YEAR)

    assert [one.first_on.month for one in owed] == [4, 5, 6, 7, 9, 10, 11, 1, 2, 3]


def test_weeks_that_begin_in_a_month_without_audits_owe_nothing():
    owed = every("week", programme={"months_without_audits": [8]}).owed(YEAR)

    assert date(2026, 7, 27) in {one.first_on for one in owed}
    assert not [one for one in owed if one.first_on.month == 8]


def test_a_quarter_never_falls_due_in_a_month_without_audits():
    owed = every("quarter", programme={"months_without_audits": [7, 12]}).owed(YEAR)

    assert [(one.first_on, one.last_on) for one in owed] == [
        (date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 8, 1), date(2026, 9, 30)),
        (date(2026, 10, 1), date(2026, 11, 30)),
        (date(2027, 1, 1), date(2027, 3, 31)),
    ]


def test_a_quarter_of_months_without_audits_owes_nothing():
    rows = [{"activity": "a", "post": "HOS", "quarters": [1, 1, 1, 1]}]
    programme = every("quarter", programme={"months_without_audits": [7, 8, 9]}, timetable=rows)

    assert quarter_totals(programme.owed(YEAR), YEAR) == {"HOS": (1, 0, 1, 1), "TM": (1, 0, 1, 1)}


def test_the_timetable_speaks_before_the_activity_and_only_for_its_own_post():
    rows = [{"activity": "a", "post": "TM", "quarters": [0, 2, 0, 0]}]
    activity = {"code": "a", "title": "A", "who": ["TM", "SM"], "every": "month", "number": 1}
    programme = read(document(activities=[activity], timetable=rows))

    assert quarter_totals(programme.owed(YEAR), YEAR) == {"TM": (0, 2, 0, 0), "SM": (3, 3, 3, 3)}


def test_an_activity_with_a_target_is_not_listed_as_undecided():
    assert every("as_set", None, targets=[{"activity": "a", "year": 1}]).undecided() == ()


@pytest.mark.parametrize(
    ("target", "month", "quarter"),
    [
        (Target("a", month=40), "40", 120),
        (Target("a", quarter=120), "40", 120),
        (Target("a", quarter=478), "159 to 160", 478),
        (Target("a", month=0, quarter=5), "0", 5),
        (Target("a", year=1), "", None),
    ],
)
def test_a_target_for_a_month_and_a_quarter(target, month, quarter):
    assert (target.month_words, target.in_quarter) == (month, quarter)


def test_what_excuses_from_what_is_read():
    about = {
        "excuses": [
            {"done": "a", "excuses": "b"},
            {"done": "b", "excuses": "a", "number": 2, "every": "quarter"},
        ]
    }

    assert read(document(programme=about)).excuses == (
        Excuse("a", "b", 1, "year"),
        Excuse("b", "a", 2, "quarter"),
    )


@pytest.mark.parametrize(
    ("activity", "words"),
    [
        (Activity("a", "A", every="month", number=2), "2 each month"),
        (Activity("a", "A", every="as_set"), "as it is set"),
        (Activity("a", "A", number=3), "3"),
        (Activity("a", "A"), ""),
    ],
)
def test_how_often_in_words(activity, words):
    assert activity.rhythm == words


@pytest.mark.parametrize(
    ("day", "start", "first"),
    [
        (date(2026, 3, 31), 4, date(2025, 4, 1)),
        (date(2026, 4, 1), 4, date(2026, 4, 1)),
        (date(2026, 1, 1), 1, date(2026, 1, 1)),
        (date(2026, 12, 31), 9, date(2026, 9, 1)),
    ],
)
def test_the_year_of_a_day(day, start, first):
    assert year_of(day, start) == first


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 4, 1), 1),
        (date(2026, 6, 30), 1),
        (date(2026, 7, 1), 2),
        (date(2026, 12, 31), 3),
        (date(2027, 1, 1), 4),
        (date(2027, 3, 31), 4),
    ],
)
def test_the_quarter_of_a_day(day, quarter):
    first, last = quarter_days(YEAR, quarter)

    assert quarter_of(day, YEAR) == quarter
    assert first <= day <= last
