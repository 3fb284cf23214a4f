"""The board's figures for the service, beyond one, and for the people who read it."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import Post
from programme.counts import Count
from programme.models import Slot
from programme.selectors.board import board, columns, post_rows, year_rows
from programme.selectors.post_year import own_rows, posts_seen, undecided_for, year_on
from programme.selectors.sheet import Sheet, sheet
from programme.selectors.year import rulebook, years_to_open
from programme.services.slots import excuse, mark_done
from programme.services.year import make_slots
from tests.factories.people import OrgUnitFactory, PostHoldingFactory, UserFactory
from tests.factories.years import YEAR, noon, place

pytestmark = pytest.mark.django_db

ON = date(2026, 5, 4)


@pytest.fixture
def lancashire():
    made = place()
    for kind in ("HOS", "TM", "TM", "DCSC", "IRO"):
        made.seat(kind, made.team if kind == "TM" else None)
    return made


def read(made, year, on=ON) -> Sheet:
    return sheet(year, made.officer, on)


def test_the_kinds_of_post_add_up_to_the_service(lancashire):
    shown = board(read(lancashire, lancashire.open()), 1)

    assert [(row.code, row.posts, row.count.required) for row in shown.types] == [
        ("TM", 2, 10),
        ("DCSC", 1, 2),
        ("HOS", 1, 4),
        ("IRO", 1, 1),
    ]
    assert shown.total == Count(required=17, planned=17)
    assert (shown.first_on, shown.last_on, shown.counted) == (YEAR, date(2026, 6, 30), True)


def test_the_year_has_four_quarters_and_those_to_come_have_no_slots(lancashire):
    rows = year_rows(read(lancashire, lancashire.open()))

    assert [(row.number, row.count.required, row.count.made) for row in rows] == [
        (1, 17, 17),
        (2, 22, 0),
        (3, 17, 0),
        (4, 19, 0),
    ]
    assert [row.first_on.month for row in rows] == [4, 7, 10, 1]


def test_a_service_of_160_posts_has_the_sums_of_the_source():
    """J-35: 159 posts with 3 dip samples and a Director with 1 are 478; the same posts owe 160 learning spaces."""
    made = place()
    for kind, number in (("TM", 120), ("SM", 30), ("HOS", 9), ("DCSC", 1)):
        for _ in range(number):
            made.seat(kind, vacant=True)

    rows = {row.title: row for row in board(read(made, made.open()), 1).targets}

    assert (rows["Function-based dip sample"].required, rows["Learning space"].required) == (
        478,
        160,
    )
    assert rows["Function-based dip sample"].target.month_words == "159 to 160"
    assert (rows["Learning space"].target.month, rows["Learning space"].target.quarter) == (40, 120)


def test_a_post_shows_its_holders_today_and_its_cells(lancashire):
    year = lancashire.open()
    found = read(lancashire, year)
    first, second = Post.objects.filter(type__code="TM").order_by("pk")
    PostHoldingFactory(
        post=first, user=UserFactory(council=lancashire.council, name="Dan"), cover=True
    )
    second.holdings.update(to_on=date(2026, 5, 3))
    slot = Slot.objects.filter(post=first, activity="observation").get()
    mark_done(slot, done_on=ON, by=lancashire.officer, at=noon(5, 4))
    activities = columns(found, 1, "TM")

    rows = post_rows(read(lancashire, year), 1, activities, [first, second])

    assert activities == ["learning_space", "dip_sample", "observation"]
    assert [row.holders for row in rows] == [
        f"{lancashire.people['TM'].name}, Dan (cover)",
        "Vacant",
    ]
    assert rows[0].cells == [
        Count(required=1, planned=1),
        Count(required=3, planned=3),
        Count(required=1, done=1),
    ]
    assert rows[0].total == Count(required=5, planned=4, done=1)


def test_what_a_post_does_not_owe_in_a_quarter_has_no_column(lancashire):
    found = read(lancashire, lancashire.open())

    assert columns(found, 1, "HOS") == ["learning_space", "dip_sample"]
    assert columns(found, 2, "HOS") == [
        "learning_space",
        "dip_sample",
        "observation",
        "practice_week",
    ]


def queries(made, year) -> int:
    with CaptureQueriesContext(connection) as taken:
        found = read(made, year)
        board(found, 1)
        posts = Post.objects.filter(type__code="TM").select_related("type", "unit")
        post_rows(found, 1, columns(found, 1, "TM"), posts)
    return len(taken)


def test_the_board_takes_the_same_queries_for_two_and_for_twenty_posts(lancashire):
    year = lancashire.open()
    lancashire.audit("HOS", date(2026, 5, 1), noon(5, 4), "returned")
    few = queries(lancashire, year)
    for _ in range(18):
        lancashire.seat("TM", lancashire.team)
    make_slots(year, YEAR, date(2026, 6, 30), by=lancashire.officer, at=noon(5, 4))
    for _ in range(3):
        lancashire.audit("HOS", date(2026, 5, 1), noon(5, 4), "returned")

    assert queries(lancashire, year) == few


def test_somebody_reads_their_own_posts_and_those_of_their_teams(lancashire):
    leader, head, manager = (lancashire.people[kind] for kind in ("DCSC", "HOS", "TM"))
    lancashire.open()
    other = OrgUnitFactory(council=lancashire.council, kind="service", name="Elsewhere")
    away = lancashire.seat("TM", other)

    assert posts_seen(leader, ON) is None
    assert posts_seen(lancashire.officer, ON) is None
    assert away.pk not in posts_seen(head, ON)
    assert set(posts_seen(manager, ON)) == set(
        Post.objects.filter(unit=lancashire.team).values_list("pk", flat=True)
    )
    assert posts_seen(lancashire.people["IRO"], ON) == [lancashire.posts["IRO"].pk]


def test_a_person_sees_their_own_row_for_the_quarter_that_runs(lancashire):
    year = lancashire.open()
    slot = Slot.objects.filter(post=lancashire.posts["HOS"]).first()
    excuse(slot, reason="On leave.", by=lancashire.officer, at=noon(5, 4))

    rows = own_rows(lancashire.people["HOS"], ON)

    assert [(row.post, row.year, row.quarter) for row in rows] == [
        (lancashire.posts["HOS"], year, 1)
    ]
    assert rows[0].count == Count(required=4, planned=3, excused=1)
    assert own_rows(lancashire.officer, ON) == []


def test_nobody_has_a_row_while_no_year_is_open(lancashire):
    assert own_rows(lancashire.people["HOS"], ON) == []
    lancashire.open()
    assert own_rows(lancashire.people["HOS"], date(2026, 3, 31)) == []
    assert year_on(lancashire.people["HOS"], date(2027, 3, 31)) is not None
    assert year_on(lancashire.people["HOS"], date(2027, 4, 1)) is None


def test_what_may_be_planned_for_a_post_names_its_kind_or_nobody(lancashire):
    found = read(lancashire, lancashire.open())
    codes = {one.code for one in undecided_for(found, lancashire.posts["HOS"])}

    assert "thematic" in codes
    assert not codes & {"mash_audit", "learning_circle", "learning_space"}


def test_a_retired_edition_still_rules_the_periods_before_its_end(lancashire):
    version = lancashire.version
    version.state, version.retired_at = "retired", noon(7, 1)
    version.save(update_fields=["state", "retired_at"])

    owed = {owed.first_on for _, _, owed in rulebook(lancashire.council.pk, YEAR).owed()}

    assert owed == {YEAR}


def test_a_council_without_a_framework_opens_nothing():
    made = place()
    made.version.state, made.version.retired_at = "retired", noon(3, 1)
    council = OrgUnitFactory().council

    assert years_to_open(council, ON) == []
    assert years_to_open(made.council, ON) == [YEAR, date(2027, 4, 1)]
    assert rulebook(council.pk, YEAR).of(YEAR, ON).activities == {}
    assert rulebook(council.pk, YEAR).auditors(ON) == set()
