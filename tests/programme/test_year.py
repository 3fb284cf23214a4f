"""The year's programme by its services: opened, made, filled, marked, excused; SC-11, SC-22, B2-4, B7-3, E-30."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import Sum

from audits.models import Audit
from audits.services.changing import exclude_audit
from core.jobs import JOBS
from core.models import TrailEntry
from core.moves import Refused
from programme.counts import Count
from programme.models import ProgrammeYear, Slot, Theme
from programme.selectors.board import board
from programme.selectors.post_year import post_page
from programme.selectors.sheet import Sheet
from programme.services.allocating import Choice, NeedsConfirming, allocate
from programme.services.slots import excuse, mark_done, undo_done, unexcuse
from programme.services.themes import ThemePlan, add_theme
from programme.services.year import Extra, fill_slot, make_slots, open_month, open_year, plan_slots
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.people import OrgUnitFactory, PostHoldingFactory, UserFactory
from tests.factories.standards import framework_text, published
from tests.factories.years import OPENED, YEAR, noon, place

pytestmark = pytest.mark.django_db

COUNCILS = {
    "lancashire": "QA",
    "bexley": "PSQA",
    "west-sussex": "QA",
    "bracknell-forest": "QAO",
    "blackburn-with-darwen": "QAL",
}
FORBIDDEN = "An audit fills this: it is done when the audit is returned."


@pytest.fixture
def lancashire():
    """One head of service, one team manager, one director and one reviewing officer (SC-11)."""
    made = place()
    for kind in ("HOS", "TM", "DCSC", "IRO"):
        made.seat(kind, made.team if kind == "TM" else None)
    return made


def sheet_on(year, on: date) -> Sheet:
    return Sheet(year, Slot.objects.all(), on)


def of_post(year, post, on: date):
    return post_page(sheet_on(year, on), post)


def quarter_counts(year, post, on: date) -> list[Count]:
    return of_post(year, post, on).sums


def asked_of(year, post, on: date, quarter: int) -> dict[str, int]:
    return {
        row.title: row.quarters[quarter - 1].required
        for row in of_post(year, post, on).rows
        if row.quarters[quarter - 1].required
    }


# SC-11


def test_sc_11_the_board_asks_what_the_timetable_says(lancashire):
    year = lancashire.open()

    required = {
        kind: [count.required for count in quarter_counts(year, post, YEAR)]
        for kind, post in lancashire.posts.items()
    }

    assert required == {
        "HOS": [4, 6, 4, 5],
        "TM": [5, 6, 5, 5],
        "DCSC": [2, 3, 2, 3],
        "IRO": [1, 1, 1, 1],
    }
    assert [sum(numbers) for numbers in required.values()] == [19, 21, 10, 4]


def test_sc_11_the_head_of_service_has_done_the_first_quarter(lancashire):
    year, head = lancashire.open(), lancashire.posts["HOS"]
    lancashire.audit("HOS", date(2026, 6, 1), noon(6, 1), "returned")
    dips = Slot.objects.filter(post=head, activity="dip_sample")
    for slot, day in zip(
        dips, (date(2026, 4, 30), date(2026, 5, 29), date(2026, 6, 30)), strict=True
    ):
        mark_done(slot, done_on=day, by=lancashire.officer, at=noon(6, 30))
    open_month(on=date(2026, 7, 1), at=noon(7, 1))

    first, second = quarter_counts(year, head, date(2026, 6, 30))[:2]

    assert first == Count(required=4, done=4)
    assert second == Count(required=6, planned=6)
    assert asked_of(year, head, date(2026, 7, 1), 2) == {
        "Learning space": 1,
        "Function-based dip sample": 3,
        "Observation of practice": 1,
        "Practice Week": 1,
    }


@pytest.mark.parametrize("council", list(COUNCILS))
def test_the_year_2026_27_can_be_opened_for_each_council(council):
    made = place(council, COUNCILS[council])

    year = made.open()
    made_now = Slot.objects.filter(year=year).count()

    assert (year.council, year.first_on, str(year)) == (made.council, YEAR, "2026 to 2027")
    assert made_now == Slot.objects.filter(year=year, last_on__gte=date(2026, 4, 30)).count()
    assert board(sheet_on(year, YEAR), 1).total.made == made_now


def test_a_council_without_local_numbers_says_so():
    made = place("bracknell-forest", "QAO")
    made.seat("TM")

    shown = board(sheet_on(made.open(), YEAR), 1)

    assert (shown.counted, shown.total.required) == (False, 0)
    assert [row.code for row in shown.types] == ["TM"]


# Opening


def test_a_year_is_opened_once(lancashire):
    lancashire.open()

    with pytest.raises(Refused):
        lancashire.open()

    assert ProgrammeYear.objects.count() == 1


@pytest.mark.parametrize(
    ("first_on", "at"),
    [
        (date(2025, 4, 1), noon(4, 1)),
        (date(2028, 4, 1), noon(4, 1)),
        (date(2026, 5, 1), noon(5, 1)),
        (date(2026, 1, 1), noon(4, 1)),
    ],
)
def test_no_other_year_than_this_one_and_the_next_is_opened(lancashire, first_on, at):
    with pytest.raises(Refused):
        lancashire.open(first_on, at)


@pytest.mark.parametrize("at", [noon(3, 31, 2026), noon(4, 1, 2026)])
def test_a_year_is_opened_on_the_day_before_it_and_on_its_first(lancashire, at):
    year = lancashire.open(YEAR, at)

    assert Slot.objects.filter(year=year).exists() == (at.month == 4)


def test_a_year_needs_a_published_framework(lancashire):
    lancashire.version.state = "retired"
    lancashire.version.retired_at = noon(3, 1)
    lancashire.version.save()

    with pytest.raises(Refused):
        lancashire.open(YEAR, datetime.combine(date(2024, 5, 1), OPENED.timetz()))


@pytest.mark.parametrize("kind", ["TM", "HOS", "DCSC"])
def test_only_the_qa_team_opens_a_year(lancashire, kind):
    with pytest.raises(PermissionDenied):
        open_year(lancashire.council, YEAR, by=lancashire.people[kind], at=OPENED)


def test_another_councils_qa_team_opens_nothing_here(lancashire):
    other = place("bexley", "PSQA")

    with pytest.raises(PermissionDenied):
        open_year(lancashire.council, YEAR, by=other.officer, at=OPENED)


def test_opening_leaves_a_line_in_the_trail(lancashire):
    year = lancashire.open()

    assert set(TrailEntry.objects.filter(subject_id=year.pk).values_list("verb", "by_id")) == {
        ("open year", lancashire.officer.pk),
        ("make slots", lancashire.officer.pk),
    }


# Making


def test_the_first_month_makes_the_quarters_slots(lancashire):
    year = lancashire.open()

    assert dict(
        Slot.objects.filter(year=year)
        .values_list("post__type__code")
        .annotate(n=Sum("number"))
        .order_by()
    ).keys() == {"HOS", "TM", "DCSC", "IRO"}
    assert Slot.objects.filter(year=year).count() == 4 + 5 + 2 + 1
    assert set(Slot.objects.values_list("version", flat=True)) == {lancashire.version.pk}


def test_making_twice_adds_nothing(lancashire):
    year = lancashire.open()

    again = make_slots(year, YEAR, date(2026, 6, 30), by=lancashire.officer, at=OPENED)

    assert again == 0
    assert Slot.objects.count() == 12


def test_the_job_makes_the_month_once_in_every_council_with_an_open_year(lancashire, settings):
    other = place("west-sussex", "QA")
    other.seat("PM", other.team)
    settings.TEST_CLOCK = noon(4, 1)
    lancashire.open()
    other.open()
    settings.TEST_CLOCK = noon(5, 1)

    first, second = (JOBS["open-month"].work(noon(5, 1), lambda done: None) for _ in range(2))

    assert (first, second) == (1, 0)
    assert list(
        Slot.objects.filter(post__council=other.council).values_list("first_on", flat=True)
    ) == [
        YEAR,
        date(2026, 5, 1),
    ]
    assert TrailEntry.objects.filter(verb="make slots", cause="timetable", by_id=None).count() == 1


def test_the_task_leaves_years_that_do_not_run(lancashire):
    lancashire.open(date(2027, 4, 1), noon(3, 1, 2027))

    assert open_month(on=date(2027, 3, 1), at=noon(3, 1, 2027)) == 0
    assert open_month(on=date(2027, 4, 1), at=noon(4, 1, 2027)) == 12
    assert open_month(on=date(2028, 4, 1), at=noon(4, 1, 2028)) == 0


def test_a_post_that_is_new_gets_its_slots_at_the_next_run(lancashire):
    lancashire.open()
    new = lancashire.seat("TM", lancashire.team)

    made = open_month(on=date(2026, 5, 1), at=noon(5, 1))

    assert made == 5
    assert set(Slot.objects.filter(post=new).values_list("first_on", flat=True)) == {YEAR}


def test_a_new_edition_rules_from_the_first_period_that_begins_under_it(lancashire):
    year = lancashire.open()
    text = framework_text("lancashire").replace("edition: 1", "edition: 2", 1)
    text = text.replace("effective_from: 2026-04-01", "effective_from: 2026-06-15", 1)
    text = text.replace(
        "{activity: learning_space, post: HOS, quarters: [1, 1, 1, 1]",
        "{activity: learning_space, post: HOS, quarters: [9, 2, 2, 2]",
    )
    second = published(text)

    open_month(on=date(2026, 7, 1), at=noon(7, 1))

    slots = Slot.objects.filter(post=lancashire.posts["HOS"], activity="learning_space")
    assert list(slots.values_list("first_on", "version")) == [
        (YEAR, lancashire.version.pk),
        (date(2026, 7, 1), second.pk),
        (date(2026, 7, 1), second.pk),
    ]
    assert [
        count.required for count in quarter_counts(year, lancashire.posts["HOS"], date(2026, 7, 1))
    ] == [4, 7, 5, 6]


def test_nobody_else_makes_slots(lancashire):
    year = lancashire.open()

    with pytest.raises(PermissionDenied):
        make_slots(year, YEAR, YEAR, by=lancashire.people["HOS"], at=OPENED)


# Filling


def test_an_allocated_audit_fills_its_auditors_slot(lancashire):
    lancashire.open()

    audit = lancashire.audit("HOS", date(2026, 5, 1), noon(5, 4))

    slot = Slot.objects.get(audit=audit)
    assert (slot.post, slot.activity, slot.first_on) == (
        lancashire.posts["HOS"],
        "learning_space",
        YEAR,
    )
    assert slot.changed_by == lancashire.officer


def test_a_second_audit_in_the_quarter_fills_nothing(lancashire):
    lancashire.open()
    lancashire.audit("HOS", date(2026, 5, 1), noon(5, 4))

    second = lancashire.audit("HOS", date(2026, 5, 1), noon(5, 5))

    assert not Slot.objects.filter(audit=second).exists()


def test_an_audit_that_was_allocated_before_its_slot_fills_it_when_it_is_made(lancashire):
    lancashire.open()
    audit = lancashire.audit("HOS", date(2026, 7, 1), noon(6, 20))

    open_month(on=date(2026, 7, 1), at=noon(7, 1))

    assert Slot.objects.get(audit=audit).first_on == date(2026, 7, 1)


def test_a_flash_audit_fills_no_slot_and_is_counted_apart(lancashire):
    year = lancashire.open()
    flash = lancashire.audit(
        "HOS", date(2026, 5, 1), noon(5, 4), flash_source="Key line of enquiry"
    )

    shown = board(sheet_on(year, date(2026, 5, 4)), 1)

    assert not Slot.objects.filter(audit=flash).exists()
    assert (shown.audits.allotted, shown.audits.flash, shown.audits.flash_returned) == (0, 1, 0)


def test_a_flash_audit_is_left_open_when_slots_are_made(lancashire):
    lancashire.open()
    lancashire.audit("HOS", date(2026, 7, 1), noon(6, 20), flash_source="Key line of enquiry")

    open_month(on=date(2026, 7, 1), at=noon(7, 1))

    assert not Slot.objects.exclude(audit=None).exists()


def test_an_audit_that_is_left_out_shows_as_excused_and_not_as_done(lancashire):
    year = lancashire.open()
    audit = lancashire.audit("HOS", date(2026, 5, 1), noon(5, 4))
    exclude_audit(audit, reason="The family has moved.", by=lancashire.people["HOS"], at=noon(5, 5))

    count = quarter_counts(year, lancashire.posts["HOS"], date(2026, 5, 6))[0]
    line = next(
        one
        for one in of_post(year, lancashire.posts["HOS"], date(2026, 5, 6)).lines
        if one.slot.audit_id
    )

    assert (count.done, count.excused, count.planned) == (0, 1, 3)
    assert line.why == "The audit was left out."
    assert fill_slot(Audit.objects.get(pk=audit.pk), by=None, at=noon(5, 6)) == line.slot


def test_an_audit_that_passes_to_somebody_else_leaves_its_slot(lancashire):
    lancashire.open()
    audit = lancashire.audit("HOS", date(2026, 5, 1), noon(5, 4))
    Audit.objects.filter(pk=audit.pk).update(auditor=lancashire.people["TM"])

    slot = fill_slot(Audit.objects.get(pk=audit.pk), by=lancashire.officer, at=noon(5, 6))

    assert slot.post == lancashire.posts["TM"]
    assert not Slot.objects.filter(post=lancashire.posts["HOS"]).exclude(audit=None).exists()


def test_an_audit_late_is_late_from_the_day_after_its_deadline(lancashire):
    year = lancashire.open()
    audit = lancashire.audit("HOS", date(2026, 5, 1), noon(5, 4))
    head = lancashire.posts["HOS"]

    assert audit.deadline_on == date(2026, 6, 1)
    assert quarter_counts(year, head, date(2026, 6, 1))[0].allocated == 1
    assert quarter_counts(year, head, date(2026, 6, 2))[0].late == 1


def test_what_nobody_did_is_late_once_its_period_is_over(lancashire):
    year, head = lancashire.open(), lancashire.posts["HOS"]

    assert quarter_counts(year, head, date(2026, 6, 30))[0] == Count(required=4, planned=4)
    assert quarter_counts(year, head, date(2026, 7, 1))[0] == Count(required=4, late=4)


def test_an_audit_beyond_the_number_counts_for_the_target(lancashire):
    year = lancashire.open()
    lancashire.seat("MASHM", lancashire.team)
    lancashire.audit("HOS", date(2026, 6, 1), noon(6, 1), "returned")
    lancashire.audit("HOS", date(2026, 6, 1), noon(6, 1), "returned")
    lancashire.audit("MASHM", date(2026, 6, 1), noon(6, 1), "returned")

    rows = {row.title: row for row in board(sheet_on(year, date(2026, 6, 30)), 1).targets}

    space, mash = rows["Learning space"], rows["MASH learning space"]
    assert (space.target.quarter, space.required, space.done, space.done_in_year) == (120, 4, 2, 2)
    assert (mash.target.in_quarter, mash.required, mash.done) == (6, 0, 1)


def test_practice_week_is_counted(lancashire):
    year = lancashire.open()
    lancashire.audit("HOS", date(2026, 5, 1), noon(5, 4), practice_week=True)
    lancashire.audit("TM", date(2026, 5, 1), noon(5, 4))

    audits = board(sheet_on(year, date(2026, 5, 4)), 1).audits

    assert (audits.allotted, audits.practice_week) == (2, 1)


# By hand


def first_dip(lancashire) -> Slot:
    lancashire.open()
    return Slot.objects.filter(post=lancashire.posts["HOS"], activity="dip_sample").first()


def test_marked_done_and_taken_back(lancashire):
    slot = first_dip(lancashire)

    mark_done(slot, done_on=date(2026, 4, 30), by=lancashire.officer, at=noon(5, 1))
    slot.refresh_from_db()
    marked = slot.done_on
    undo_done(slot, by=lancashire.officer, at=noon(5, 2))
    slot.refresh_from_db()

    assert (marked, slot.done_on) == (date(2026, 4, 30), None)
    assert [
        (entry.verb, entry.by_id)
        for entry in TrailEntry.objects.filter(subject_type="programme.slot").order_by("pk")
    ] == [("mark done", lancashire.officer.pk), ("undo", lancashire.officer.pk)]


def test_every_change_of_a_slot_is_kept(lancashire):
    slot = first_dip(lancashire)
    mark_done(slot, done_on=date(2026, 4, 30), by=lancashire.officer, at=noon(5, 1))
    undo_done(slot, by=lancashire.officer, at=noon(5, 2))

    assert list(slot.events.order_by("pgh_id").values_list("done_on", flat=True)) == [
        None,
        date(2026, 4, 30),
        None,
    ]


@pytest.mark.parametrize("day", [date(2026, 3, 31), date(2026, 5, 2)])
def test_done_is_neither_before_the_period_nor_in_the_future(lancashire, day):
    slot = first_dip(lancashire)

    with pytest.raises(Refused):
        mark_done(slot, done_on=day, by=lancashire.officer, at=noon(5, 1))


def test_done_late_is_done(lancashire):
    slot = first_dip(lancashire)

    mark_done(slot, done_on=date(2026, 7, 9), by=lancashire.officer, at=noon(7, 9))

    assert quarter_counts(slot.year, slot.post, date(2026, 7, 9))[0].done == 1


def test_what_an_audit_fills_is_not_marked_by_hand(lancashire):
    lancashire.open()
    slot = Slot.objects.get(post=lancashire.posts["HOS"], activity="learning_space")

    with pytest.raises(Refused, match=FORBIDDEN):
        mark_done(slot, done_on=YEAR, by=lancashire.officer, at=noon(5, 1))


def test_a_post_that_is_never_given_audits_is_marked_by_hand():
    made = place("bexley", "PSQA")
    made.seat("PCFSW")
    made.open()
    slot = Slot.objects.get(post=made.posts["PCFSW"], activity="practice_week")

    marked = mark_done(slot, done_on=YEAR, by=made.officer, at=noon(4, 2))

    assert (marked.tool_code, marked.done_on) == ("cca", YEAR)


def test_excused_with_a_reason_and_required_again(lancashire):
    slot = first_dip(lancashire)

    excuse(slot, reason="  The post was vacant.  ", by=lancashire.officer, at=noon(5, 1))
    count = quarter_counts(slot.year, slot.post, date(2026, 7, 1))[0]
    unexcuse(slot, by=lancashire.officer, at=noon(5, 2))
    again = quarter_counts(slot.year, slot.post, date(2026, 7, 1))[0]

    assert (count.excused, count.late) == (1, 3)
    assert (again.excused, again.late) == (0, 4)
    assert Slot.objects.get(pk=slot.pk).excused_why == ""


def test_an_excuse_needs_a_reason(lancashire):
    with pytest.raises(Refused):
        excuse(first_dip(lancashire), reason="   ", by=lancashire.officer, at=noon(5, 1))


def test_moves_are_taken_only_from_where_they_begin(lancashire):
    slot, by, at = first_dip(lancashire), lancashire.officer, noon(5, 1)

    for move in (undo_done, unexcuse):
        with pytest.raises(Refused):
            move(slot, by=by, at=at)
    mark_done(slot, done_on=YEAR, by=by, at=at)
    with pytest.raises(Refused):
        mark_done(slot, done_on=YEAR, by=by, at=at)
    with pytest.raises(Refused):
        excuse(slot, reason="Vacant.", by=by, at=at)


def test_what_an_audit_decides_is_not_changed_by_hand(lancashire):
    lancashire.open()
    audit = lancashire.audit("HOS", date(2026, 6, 1), noon(6, 1), "returned")
    left_out = lancashire.audit("TM", date(2026, 6, 1), noon(6, 1))
    late = lancashire.audit("IRO", date(2026, 4, 1), noon(4, 2), unit=lancashire.service)
    exclude_audit(left_out, reason="Moved.", by=lancashire.people["HOS"], at=noon(6, 2))
    by, at = lancashire.officer, noon(6, 3)

    with pytest.raises(Refused, match="Reopen the audit"):
        undo_done(audit.slot, by=by, at=at)
    with pytest.raises(Refused, match="was left out"):
        unexcuse(left_out.slot, by=by, at=at)
    with pytest.raises(Refused, match="audit is under way"):
        excuse(late.slot, reason="Vacant.", by=by, at=at)


@pytest.mark.parametrize("kind", ["HOS", "DCSC"])
def test_nobody_else_marks_or_excuses(lancashire, kind):
    slot, by = first_dip(lancashire), lancashire.people[kind]

    with pytest.raises(PermissionDenied):
        mark_done(slot, done_on=YEAR, by=by, at=noon(5, 1))
    with pytest.raises(PermissionDenied):
        excuse(slot, reason="Vacant.", by=by, at=noon(5, 1))


# What the programme decides


def test_what_has_no_number_is_planned_by_hand(lancashire):
    year = lancashire.open()
    head = lancashire.posts["HOS"]
    extra = Extra("thematic", date(2026, 5, 1), 2)

    for _ in range(2):
        plan_slots(year, head, extra, by=lancashire.officer, at=noon(4, 20))
    count = quarter_counts(year, head, date(2026, 5, 1))[0]

    assert list(
        Slot.objects.filter(activity="thematic").values_list("number", "first_on", "last_on")
    ) == [(n, date(2026, 5, 1), date(2026, 5, 31)) for n in (1, 2, 3, 4)]
    assert (count.required, count.planned, count.asked) == (4, 8, 8)


@pytest.mark.parametrize(
    "extra",
    [
        Extra("learning_space", date(2026, 5, 1), 1),
        Extra("no_such_thing", date(2026, 5, 1), 1),
        Extra("thematic", date(2027, 4, 1), 1),
        Extra("thematic", date(2026, 3, 1), 1),
        Extra("thematic", date(2026, 5, 2), 1),
        Extra("thematic", date(2026, 5, 1), 0),
        Extra("thematic", date(2026, 5, 1), 21),
    ],
)
def test_what_cannot_be_planned_by_hand(lancashire, extra):
    year = lancashire.open()

    with pytest.raises(Refused):
        plan_slots(year, lancashire.posts["HOS"], extra, by=lancashire.officer, at=OPENED)


def test_nothing_is_planned_by_others_or_for_others(lancashire):
    year, other = lancashire.open(), place("bexley", "PSQA")
    other.seat("TM")
    extra = Extra("thematic", date(2026, 5, 1), 1)

    with pytest.raises(PermissionDenied):
        plan_slots(year, lancashire.posts["HOS"], extra, by=lancashire.people["HOS"], at=OPENED)
    with pytest.raises(PermissionDenied):
        plan_slots(year, other.posts["TM"], extra, by=lancashire.officer, at=OPENED)


def test_bracknell_forests_live_audits_are_planned_and_filled():
    made = place("bracknell-forest", "QAO")
    made.seat("TM")
    year = made.open()
    plan_slots(
        year, made.posts["TM"], Extra("live_audit", date(2026, 5, 1), 1), by=made.officer, at=OPENED
    )

    audit = made.audit("TM", date(2026, 5, 1), noon(4, 30), audit_on=date(2026, 5, 29))

    assert audit.slot.activity == "live_audit"


# One thing excuses from another


def test_an_observation_excuses_from_a_review_of_the_same_quarter():
    made = place("sixthshire", "PSQA")
    made.seat("TM", made.team)
    year, post = made.open(date(2026, 4, 1)), made.posts["TM"]
    plan_slots(year, post, Extra("review", date(2026, 5, 1), 2), by=made.officer, at=OPENED)
    observation = Slot.objects.get(post=post, activity="observation", first_on=YEAR)

    mark_done(observation, done_on=date(2026, 4, 20), by=made.officer, at=noon(4, 20))
    excused = quarter_counts(year, post, date(2026, 6, 1))[0]
    undo_done(observation, by=made.officer, at=noon(4, 21))
    again = quarter_counts(year, post, date(2026, 6, 1))[0]

    assert (excused.done, excused.excused, excused.late) == (1, 1, 1)
    assert (again.done, again.excused, again.late) == (0, 0, 2)


def test_nothing_is_owed_in_a_month_without_audits():
    made = place("sixthshire", "PSQA")
    made.seat("TM", made.team)
    year = made.open(date(2026, 4, 1))

    with pytest.raises(Refused, match="Nothing is owed in August"):
        plan_slots(
            year,
            made.posts["TM"],
            Extra("review", date(2026, 8, 1), 1),
            by=made.officer,
            at=OPENED,
        )


# Themes (C2-7)


def theme(made, **changes) -> ThemePlan:
    given = {
        "title": "Voice of the child",
        "lead": made.people["HOS"],
        "objectives": "What do plans say in the child’s own words?",
        "sample": 12,
        "quarter_on": date(2026, 7, 1),
        "revisit_on": date(2026, 10, 1),
    }
    return ThemePlan(**given | changes)


def test_a_theme_shows_in_its_quarter_and_when_it_is_looked_at_again(lancashire):
    year = lancashire.open()
    made = add_theme(year, theme(lancashire), by=lancashire.officer, at=OPENED)

    found = sheet_on(year, YEAR)

    assert [board(found, number).themes for number in (1, 2, 3, 4)] == [[], [made], [made], []]


def test_a_theme_of_the_last_quarter_is_looked_at_again_in_the_next_year(lancashire):
    year = lancashire.open()
    plan = theme(lancashire, quarter_on=date(2027, 1, 1), revisit_on=date(2027, 4, 1))
    made = add_theme(year, plan, by=lancashire.officer, at=OPENED)
    after = lancashire.open(date(2027, 4, 1), noon(3, 1, 2027))

    assert board(sheet_on(after, date(2027, 4, 1)), 1).themes == [made]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"revisit_on": date(2026, 7, 1)}, "A theme is looked at again in a later quarter."),
        ({"revisit_on": date(2026, 4, 1)}, "A theme is looked at again in a later quarter."),
        (
            {"revisit_on": date(2026, 11, 1)},
            "Choose the quarter in which the theme is looked at again from the list.",
        ),
        ({"quarter_on": date(2026, 8, 1)}, "Choose a quarter of this year."),
        ({"sample": 0}, "The sample is at least one file."),
        ({"title": " "}, "Give the theme a title and objectives."),
        ({"objectives": ""}, "Give the theme a title and objectives."),
    ],
)
def test_a_theme_that_is_not_whole_is_refused(lancashire, changes, problem):
    with pytest.raises(Refused) as refused:
        add_theme(lancashire.open(), theme(lancashire, **changes), by=lancashire.officer, at=OPENED)

    assert refused.value.problems == (problem,)
    assert not Theme.objects.exists()


def test_a_themes_lead_belongs_to_the_council(lancashire):
    plan = theme(lancashire, lead=UserFactory())

    with pytest.raises(Refused):
        add_theme(lancashire.open(), plan, by=lancashire.officer, at=OPENED)


def test_only_the_qa_team_adds_a_theme(lancashire):
    with pytest.raises(PermissionDenied):
        add_theme(lancashire.open(), theme(lancashire), by=lancashire.people["HOS"], at=OPENED)


# SC-22


def test_sc_22_other_part_of_the_service_and_one_a_month():
    """Given a PM of Service A; when allocated a child open to Service A, then refused; Service B accepted;
    the same PM cannot receive a second audit in the same month without the QA Team confirming it."""
    made = place("west-sussex", "QA")
    made.seat("PM", made.team)
    other = OrgUnitFactory(council=made.council, kind="service", name="Service B")
    team = OrgUnitFactory(council=made.council, name="Team B", parent=other)
    tool = made.version.tools.select_related("version__framework__council").get()

    def choice(unit) -> Choice:
        case = CaseFileFactory(council=made.council, unit=unit)
        worker = UserFactory(council=made.council)
        InvolvementFactory(case=case, user=worker)
        return Choice(case, tool, made.people["PM"], worker, None, date(2026, 5, 1))

    with pytest.raises(Refused) as refused:
        allocate(choice(made.team), by=made.officer, at=noon(5, 4), confirmed=True)
    first = allocate(choice(team), by=made.officer, at=noon(5, 4))
    second = choice(team)
    with pytest.raises(NeedsConfirming) as asked:
        allocate(second, by=made.officer, at=noon(5, 5))
    confirmed = allocate(second, by=made.officer, at=noon(5, 5), confirmed=True)

    assert refused.value.problems[0].startswith(
        "The child's file is open to the auditor's own service."
    )
    assert asked.value.problems == ("The auditor already has an audit in this month.",)
    assert {first.auditor, confirmed.auditor} == {made.people["PM"]}


def test_a_flash_audit_needs_no_confirming_and_uses_nothing_up():
    made = place("west-sussex", "QA")
    made.seat("PM", made.team)
    other = OrgUnitFactory(council=made.council, kind="service", name="Service B")
    made.audit("PM", date(2026, 5, 1), noon(5, 4), unit=other, flash_source="Key line of enquiry")
    tool = made.version.tools.select_related("version__framework__council").get()
    case = CaseFileFactory(council=made.council, unit=other)
    worker = UserFactory(council=made.council)
    InvolvementFactory(case=case, user=worker)
    plain = Choice(case, tool, made.people["PM"], worker, None, date(2026, 5, 1))

    audit = allocate(plain, by=made.officer, at=noon(5, 5))

    assert audit.flash_source == ""


def test_somebody_with_two_posts_fills_the_slots_of_both(lancashire):
    second = lancashire.seat("HOS", vacant=True)
    PostHoldingFactory(post=second, user=lancashire.people["HOS"])
    lancashire.open()

    audits = [lancashire.audit("HOS", date(2026, 5, 1), noon(5, 4)) for _ in range(2)]

    assert {audit.slot.post for audit in audits} == {lancashire.posts["HOS"], second}
