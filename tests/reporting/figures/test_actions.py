"""Figures on actions: how late, how long, what was said about late ones, and whether they made a difference."""

from datetime import UTC, date, datetime, timedelta

import pytest

from actions.bands import BANDS
from reporting.charts.forms import Counts, StackedBars, StepCurve
from reporting.selectors.catalogue import figure
from tests.factories.audits import framework
from tests.factories.cast import cast
from tests.factories.people import OrgUnitFactory
from tests.reporting.figures.audits import LATER, scope
from tests.reporting.figures.rows import action, answered, closed, noon, step

pytestmark = pytest.mark.django_db
QUARTER = (date(2026, 9, 1), date(2026, 11, 30))
TODAY = LATER.date()
MAY = date(2026, 5, 1)


@pytest.fixture
def people():
    return cast("bexley")


@pytest.fixture
def version(people):
    return framework("fixtures/frameworks/bexley/1.yaml")


def days(number):
    return timedelta(days=number)


def numbers(found):
    return {row.code or row.label: [cell.n for cell in row.cells] for row in found.rows}


def test_actions_stand_in_the_bands_of_the_tracker(people, version):
    for late in (-30, -7, -6, 0, 1, 27, 28, 41, 42, 83, 84):
        action(people, MAY, TODAY - days(late))
    action(people, MAY, TODAY - days(50), state="done")
    action(people, MAY, TODAY - days(50), state="withdrawn")
    action(people, MAY, TODAY - days(50), state="draft", opened_on=None)

    found = figure("actions-by-age", scope(people, version, *QUARTER))

    assert numbers(found) == {
        "later": [2],
        "week": [2],
        "under_4": [2],
        "4_to_6": [2],
        "6_to_12": [2],
        "over_12": [1],
        "Still to be done": [11],
    }
    assert found.rows[-1].total
    assert found.values["late"].words == "7 of 11"
    assert found.values["waiting"].words == "1"
    assert found.says[0] == (
        "7 of 11 actions still to be done are overdue, 1 of them by 12 weeks or more."
    )
    assert found.rows[2].cells[0].to == "/actions/?band=under_4"
    assert isinstance(found.chart, Counts)
    assert len(found.chart.rows) == len(BANDS)


def test_what_was_opened_and_closed_in_the_months_is_said_with_what_was_in_time(people, version):
    day = date(2026, 10, 5)
    for _ in range(9):
        closed(people, day, day + days(10), day + days(10))
    closed(people, day, day + days(10), day + days(11))
    closed(people, MAY, MAY + days(10), MAY + days(10))
    # Signed off after the date, but done by it.
    closed(people, day, day + days(10), day + days(20), done_on=day + days(9))

    found = figure("actions-by-age", scope(people, version, *QUARTER))

    assert found.values["opened"].words == "11"
    assert found.values["in_time"].words == "10 of 11 (91%)"


def test_without_actions_there_is_nothing_to_say(people, version):
    for code in ("actions-by-age", "escalations", "time-to-close", "impact", "immediate-tasks"):
        found = figure(code, scope(people, version, *QUARTER))

        assert (found.rows, found.chart, len(found.says)) == ((), None, 1)


def test_actions_of_a_service_and_of_a_reader_are_theirs(people, version):
    other = OrgUnitFactory(council=people.council, kind="service", name="Another service")
    action(people, MAY, TODAY)
    action(people, MAY, TODAY, unit=other, worker=None, owner=people.officer)

    def to_do(**changes):
        found = figure("actions-by-age", scope(people, version, *QUARTER, **changes))
        return found.values["open"].words

    assert to_do() == to_do(reader=people.officer) == "2"
    assert to_do(service=other) == to_do(reader=people.manager) == "1"
    assert to_do(reader=people.stranger) == "0"


def test_steps_are_counted_by_rung_and_by_what_was_late(people, version):
    for rung, kind in [(0, "action"), (0, "action"), (0, "audit"), (1, "action")]:
        step(people, version, TODAY - days(1), rung, kind=kind)
    step(people, version, TODAY - days(1), 0, step="reminder")
    step(people, version, MAY, 0)
    step(people, version, TODAY - days(1), 0, late=people.stranger)

    found = figure("escalations", scope(people, version, *QUARTER))
    of_manager = figure("escalations", scope(people, version, *QUARTER, reader=people.manager))
    of_team = figure("escalations", scope(people, version, *QUARTER, service=people.team1))

    assert [one.label for one in found.columns] == ["Actions", "Audits", "All"]
    assert numbers(found) == {"0": [3, 1, 4], "1": [1, 0, 1], "All steps": [4, 1, 5]}
    assert found.rows[0].label == "Told on rung 1"
    # No list shows the steps that were taken then.
    assert not [cell.to for row in found.rows for cell in row.cells if cell.to]
    assert found.says == (
        "5 steps were taken about late things; 1 of them the furthest that was reached, “Told on rung 2”.",
    )
    assert found.values["steps"].words == "5"
    assert of_manager.values["steps"].words == "4"
    assert of_team.values["steps"].words == "1"


def test_a_step_that_ladders_call_differently_bears_the_titles_most_taken(people, version):
    for title in ("Word to the manager", "Letter", "Letter", "Meeting"):
        step(people, version, TODAY - days(1), 0, title=title)

    (row, _) = figure("escalations", scope(people, version, *QUARTER)).rows

    assert row.label == "Letter, Meeting and others"


def test_open_actions_count_for_as_long_as_they_are_open(people, version):
    day = date(2026, 5, 4)
    for length in (10, 20, 30, 40, 50, 60, 70, 80, 90, 100):
        closed(people, day, day, day + days(length), class_label="Urgent")
    for _ in range(9):
        action(people, day, day, class_label="Routine")

    found = figure("time-to-close", scope(people, version, *QUARTER))

    urgent = next(row for row in found.rows if row.label == "Urgent")
    everything = found.rows[-1]
    routine = next(row for row in found.rows if row.label == "Routine")
    assert [cell.n for cell in urgent.cells] == [10, 30, 50, 80]
    # Of nine no days are told.
    assert {cell.text for cell in routine.cells[1:]} == {"too few"}
    assert (everything.cells[0].n, everything.cells[0].of) == (10, 19)
    assert [(cell.n, cell.text) for cell in everything.cells[1:]] == [
        (50, ""),
        (100, ""),
        (None, "not yet"),
    ]
    assert isinstance(found.chart, StepCurve)
    assert [one.days for one in found.chart.steps] == list(range(10, 101, 10))
    assert found.says[0] == "Half of the actions are signed off within 100 days."
    assert found.says[1].startswith("58% are still open after 12 weeks (95% interval ")
    assert found.says[1].endswith("; 11 of 19 actions were open that long).")
    assert "Greenwood" not in f"{found.about}{found.says}"


def test_nothing_is_said_of_twelve_weeks_that_few_have_reached(people, version):
    for _ in range(10):
        closed(people, TODAY, TODAY, TODAY)
    action(people, MAY, MAY)

    found = figure("time-to-close", scope(people, version, *QUARTER))

    # Signed off on the day that it was opened: nought is a median too.
    assert found.values["median"].words == "0"
    assert found.says == (
        "Half of the actions are signed off within 0 days.",
        "Only 1 action has been open for 12 weeks: too few to say how many are.",
    )


def test_of_few_actions_there_is_no_curve_and_no_median_before_half(people, version):
    action(people, date(2026, 11, 1), TODAY)

    found = figure("time-to-close", scope(people, version, *QUARTER))

    assert found.chart is None
    assert found.says == ("1 action was opened: too few to say how long they take.",)
    assert found.values["median"].words == "too few to say"

    for _ in range(9):
        action(people, date(2026, 11, 1), TODAY)
    found = figure("time-to-close", scope(people, version, *QUARTER))

    assert found.says[0] == "Fewer than half are signed off, so that there is no median yet."
    assert found.values["median"].words == "not reached"


def test_it_is_said_whether_actions_made_a_difference(people, version):
    day = date(2026, 10, 5)
    for answer in ["yes"] * 8 + ["partly", "no", ""]:
        answered(people, closed(people, day, day, day), answer, day)
    answered(people, closed(people, MAY, MAY, MAY), "no", MAY)

    found = figure("impact", scope(people, version, *QUARTER))

    assert [(row.code, row.cells[0].n, row.cells[0].of) for row in found.rows] == [
        ("yes", 8, 10),
        ("partly", 1, 10),
        ("no", 1, 10),
    ]
    assert found.says == (
        "8 of 10 (80%) actions made a difference for the child.",
        "1 of 11 asked has not been answered yet.",
    )
    assert isinstance(found.chart, StackedBars)
    assert found.question == "better"


def test_an_action_that_was_answered_twice_counts_with_its_latest_answer(people, version):
    day = date(2026, 10, 5)
    made = closed(people, day, day, day)
    later = answered(people, closed(people, day, day, day), "", day)
    answered(people, made, "no", day)
    later.pk, later.action, later.round = None, made, 2
    later.answer, later.by, later.at = "yes", people.manager, noon(day + days(9))
    later.save()

    found = figure("impact", scope(people, version, *QUARTER))

    assert {row.code: row.cells[0].n for row in found.rows} == {"yes": 1, "partly": 0, "no": 0}
    assert found.says == (
        "1 of 1 action made a difference for the child.",
        "1 of 2 asked has not been answered yet.",
    )
    assert found.values["waiting"].words == "1 of 2"


def test_immediate_tasks_are_counted_within_their_hours(people, version):
    due_at = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
    day = due_at.date()
    closed(people, day, day, day, due_at=due_at)
    closed(people, day, day, day + days(1), due_at=due_at)
    action(people, day, day, due_at=due_at)
    action(people, day, day)

    found = figure("immediate-tasks", scope(people, version, *QUARTER))

    assert numbers(found) == {"For the child": [1, 1, 1], "All tasks": [1, 1, 1]}
    assert found.rows[0].cells[0].of == 3
    assert found.says == ("1 of 3 immediate tasks were done within their hours.",)
