"""Figures on sections and questions: what was met, where, and how it moved."""

from datetime import UTC, date, datetime

import pytest

from reporting.charts.forms import DotPlot, HeatMap
from reporting.figure import Row
from reporting.measures.differences import difference
from reporting.measures.shares import share
from reporting.selectors.catalogue import figure
from reporting.selectors.compared import moved_said
from reporting.selectors.items import met
from standards.edition import PartForm
from standards.selectors import edition
from tests.factories.audits import framework
from tests.factories.cast import cast
from tests.factories.people import OrgUnitFactory
from tests.reporting.figures.audits import answer, returned, scope

pytestmark = pytest.mark.django_db
MAY, QUARTER = date(2026, 5, 1), (date(2026, 4, 1), date(2026, 6, 30))


@pytest.fixture
def people():
    return cast("bexley")


@pytest.fixture
def version(people):
    return framework("fixtures/frameworks/bexley/1.yaml")


def part(kind, scale=None):
    return PartForm(1, "q.p", kind, "Label", "auditor", "q", "s", scale=scale)


@pytest.mark.parametrize(
    ("kind", "scale", "number", "text", "said"),
    [
        ("grade", None, None, "good", True),
        ("grade", None, None, "outstanding", True),
        ("grade", None, None, "requires_improvement", False),
        ("grade", None, None, "", None),
        ("yes_no", None, None, "yes", True),
        ("yes_no", None, None, "partly", False),
        ("yes_no", None, None, "no", False),
        ("yes_no", None, None, "not_applicable", None),
        ("scale", "item", 5, "", False),
        ("scale", "item", 6, "", True),
        ("scale", "item", 10, "", True),
        ("scale", "item", 0, "", False),
        ("scale", "item", None, "", None),
        ("scale", "statement", 10, "", None),
    ],
)
def test_an_answer_is_met_by_the_councils_own_grades(version, kind, scale, number, text, said):
    assert met(part(kind, scale), number, text, edition(version).policy) is said


def test_sections_by_service_and_the_weakest_questions_count_audits_and_not_answers(
    people, version
):
    good = returned(people, version, 12, grade="good", month=MAY)
    bad = returned(people, version, 12, grade="inadequate", month=MAY)
    open_ = returned(people, version, 2, grade="inadequate", month=MAY, final=False)
    for code in ("q6.scale", "q7.scale"):
        answer(good, code, number=8)
    answer([*bad, *open_], "q6.scale", number=8)
    answer(bad, "q7.scale", number=1)
    answer(open_, "q7.scale", number=1)
    asked = scope(people, version, *QUARTER)

    by_service = figure("sections-by-service", asked)
    weakest = figure("weakest-items", asked)

    # One of two answers met is half: those audits count as met in the section.
    (row,) = by_service.rows
    assert [(cell.n, cell.of) for cell in row.cells] == [(26, 26), (26, 26)]
    assert row.cells[0].low == pytest.approx(0.871, abs=0.001)
    assert isinstance(by_service.chart, HeatMap)
    assert [(cell.n, cell.of) for one in weakest.rows for cell in one.cells] == [
        (12, 26),
        (0, 12),
        (26, 26),
        (12, 12),
    ]
    assert weakest.says == (f"Met least: {weakest.values['weakest'].words}, in 46% of audits.",)
    assert "at least half" in by_service.about
    assert "flash audits) are left out" in by_service.about


def test_an_audit_is_met_in_a_section_only_with_half_of_its_answers(people, version):
    audits = returned(people, version, 10, grade="good", month=MAY)
    answer(audits, "q6.scale", number=8)
    for code in ("q7.scale", "q8.scale"):
        answer(audits, code, number=1)

    (row,) = figure("sections-by-service", scope(people, version, *QUARTER)).rows

    assert [(cell.n, cell.of) for cell in row.cells] == [(0, 10), (0, 10)]


def test_audits_in_no_service_stand_apart_and_flash_audits_are_told_of(people, version):
    other = OrgUnitFactory(council=people.council, kind="team", name="A team of no service")
    answer(returned(people, version, 3, grade="good", month=MAY), "q6.scale", number=8)
    lone = returned(people, version, 2, grade="good", month=MAY, unit=other)
    answer(lone, "q6.scale", number=1)
    flash = returned(people, version, 1, grade="good", month=MAY, flash_source="A complaint")
    answer(flash, "q6.scale", number=1)

    found = figure("sections-by-service", scope(people, version, *QUARTER))

    assert [column.label for column in found.columns][1:] == ["In no service", "All services"]
    assert [(cell.n, cell.of) for cell in found.rows[0].cells] == [(3, 3), (0, 2), (3, 5)]
    assert found.says == ("Too few audits to compare sections.",)
    assert found.notes[0].startswith("1 audit raised for a single concern")


def test_a_section_moves_only_where_chance_does_not_explain_it(people, version):
    before = returned(people, version, 30, grade="good", month=date(2026, 2, 1))
    now = returned(people, version, 30, grade="good", month=MAY)
    answer(before, "q6.scale", number=2)
    answer(now, "q6.scale", number=8)

    found = figure("sections-over-time", scope(people, version, *QUARTER))

    assert found.signal == "signal"
    assert found.says[0].endswith(
        "is better than before: met in 100% of audits, in 0% in the four quarters before."
    )
    assert isinstance(found.chart, DotPlot)
    assert found.chart.rows[0].before == (None, None, None, 0.0)
    assert found.chart.rows[0].now == 1.0


def row(title, now, before, minimum=10):
    cells = [share(n, of, minimum=minimum) for n, of in (*before, now)]
    return Row(title, tuple(cells))


def test_nothing_is_said_of_sections_with_too_few_on_either_side():
    rows = [row("Plans", (9, 9), [(0, 20), (0, 20)]), row("Voice", (20, 20), [(0, 3), (0, 4)])]

    assert moved_said(rows, 10) == (
        ("Too few audits to compare with the four quarters before.",),
        "",
    )


def test_quarters_with_too_few_each_count_together_as_the_time_before():
    says, signal = moved_said([row("Plans", (2, 20), [(5, 5), (6, 6)])], 10)

    assert signal == "signal"
    assert says == (
        "Plans is worse than before: met in 10% of audits, in 100% in the four quarters before.",
    )


def test_the_more_sections_are_compared_the_larger_a_difference_must_be():
    moved = row("Plans", (22, 30), [(14, 31)])
    same = [row(f"Section {number}", (15, 30), [(15, 30)]) for number in range(9)]

    assert difference((22, 30), (14, 31))[0] > 0
    assert moved_said([moved], 10)[1] == "signal"
    assert moved_said([moved, *same], 10) == (
        ("No section differs from the four quarters before by more than chance explains.",),
        "no signal",
    )


def test_columns_over_time_carry_years_and_end_with_the_month_of_reading(people, version):
    answer(returned(people, version, 2, grade="good", month=MAY), "q6.scale", number=8)
    year = (date(2025, 9, 1), date(2026, 8, 31))

    found = figure(
        "sections-over-time",
        scope(people, version, *year, at=datetime(2026, 6, 2, tzinfo=UTC)),
    )

    assert [column.label for column in found.columns][-2:] == [
        "Jun 2025 to Aug 2025",
        "Sep 2025 to Jun 2026",
    ]
    assert found.signal == ""


def test_scales_say_the_middle_and_each_band(people, version):
    audits = returned(people, version, 5, grade="good", month=MAY)
    for audit, value in zip(audits, (0, 3, 6, 7, 10), strict=True):
        answer([audit], "q6.scale", number=value)
    answer(audits[:1], "q6.scale", number=9, respondent="practitioner")

    found = figure("scales", scope(people, version, *QUARTER))

    assert [column.label for column in found.columns] == [
        "Answers",
        "Middle value",
        "0 to 2",
        "3 to 5",
        "6",
        "7 to 10",
    ]
    rows = {row.label.endswith("(worker)"): [cell.n for cell in row.cells] for row in found.rows}
    assert rows == {False: [5, 6.0, 1, 1, 1, 2], True: [1, 9.0, 0, 0, 0, 1]}


def test_without_an_answer_there_is_nothing_and_it_is_said(people, version):
    returned(people, version, 2, grade="good", month=MAY)

    for code in ("sections-by-service", "sections-over-time", "weakest-items"):
        found = figure(code, scope(people, version, *QUARTER))
        assert (found.rows, found.says) == (
            (),
            ("No returned audit of these months has such an answer.",),
        )
