"""Figures beside the audits: who was audited, concerns by stage, and what several sources say."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cases.models import CaseFile
from programme.models import AllocationPlan, PlanRow
from reporting.charts.forms import PairedBars
from reporting.selectors.catalogue import MEASURES, figure
from tests.factories.audits import framework
from tests.factories.cast import cast
from tests.factories.people import OrgUnitFactory
from tests.factories.programme import drawn
from tests.reporting.figures.audits import returned, scope
from tests.reporting.figures.rows import action, concern, reply, stage

pytestmark = pytest.mark.django_db
QUARTER = (date(2026, 4, 1), date(2026, 6, 30))
MAY = date(2026, 5, 1)
JULY = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def people():
    return cast("bexley")


@pytest.fixture
def version(people):
    return framework("fixtures/frameworks/bexley/1.yaml")


def files(people, number, **changes):
    """Open files of Team 2 that nobody has audited."""
    given = {"council": people.council, "unit": people.team2, "opened_on": date(2024, 1, 1)}
    first = CaseFile.objects.count()
    CaseFile.objects.bulk_create(
        CaseFile(number=f"X{first + at}", **given | changes) for at in range(number)
    )


def test_audited_files_stand_beside_the_open_ones(people, version):
    audits = returned(people, version, 12, grade="good", month=MAY)
    CaseFile.objects.filter(pk__in=[one.case_id for one in audits]).update(
        plan_type="Child in need"
    )
    files(people, 60, plan_type="Child protection")
    files(people, 5, closed_on=date(2026, 3, 1))
    returned(people, version, 3, grade="good", month=MAY, flash_source="A complaint")
    for number, state in ((5, "allocated"), (2, "allocated"), (1, "frozen"), (0, "drawn")):
        some, audits = audits[:number], audits[number:]
        of_draw(people, version, some, state)

    found = figure("represented", scope(people, version, *QUARTER, at=JULY))

    rows = {row.label: row.cells for row in found.rows}
    audited, open_, verdict = rows["Plan type: Child protection"]
    assert (audited.n, audited.of, open_.n, open_.of) == (0, 12, 60, 75)
    assert verdict.text == "fewer than expected"
    assert found.says[0] == "12 of 75 open files were audited."
    assert "Plan type: Child protection" in found.says[1]
    assert isinstance(found.chart, PairedBars)
    assert any(row.differs for row in found.chart.rows)
    assert not any(row.label.startswith("Worker") for row in found.rows)
    # A draw that is frozen still, or from which nothing was audited, gave no file.
    assert found.values["draws"].words == "draws 1 and 2"
    assert "7 of 12 audited files came from draws 1 and 2." in " ".join(found.notes)
    assert "groups that are looked at, about 1 may stand out by chance alone." in found.says[1]
    assert found.says[1].startswith("May differ: ")
    assert "tandardised difference" not in f"{found.about}{found.says}"


def of_draw(people, version, audits, state):
    """A draw in a state, and the plan by which it gave some audits."""
    changes = {"seed": ""} if state == "frozen" else {}
    made = drawn(people, version, [], month=MAY, state=state, **changes)
    plan = AllocationPlan.objects.create(draw=made, asked_by=people.officer, asked_at=JULY)
    for audit in audits:
        PlanRow.objects.create(plan=plan, case=audit.case, worker=people.worker, audit=audit)


def test_of_few_audited_files_no_shares_are_drawn(people, version):
    returned(people, version, 2, grade="good", month=MAY)

    found = figure("represented", scope(people, version, *QUARTER, at=JULY))

    assert (found.chart, found.rows[0].cells[0].kept) == (None, "few")
    assert found.values["coverage"].words == "too few to say"
    assert found.values["draws"].words == "none"


def test_files_of_a_reader_and_of_a_service_are_theirs(people, version):
    files(people, 3)
    service = OrgUnitFactory(council=people.council, name="Another", kind="service")

    def says(**changes):
        return figure("represented", scope(people, version, *QUARTER, at=JULY, **changes)).says

    assert says() == says(reader=people.officer) == ("0 of 3 open files were audited.",)
    assert says(service=service) == ("No file was open.",)
    assert says(reader=people.auditor) == ("No file was open.",)


def test_concerns_are_counted_by_stage_with_answers_in_time(people, version):
    first, second, third = (concern(people, version, MAY) for _ in range(3))
    over = {"state": "closed"}
    stage(first, 0, MAY, replied_at=datetime(2026, 5, 6, 22, 59, tzinfo=UTC), **over)
    stage(
        second,
        0,
        MAY,
        replied_at=datetime(2026, 5, 6, 23, 1, tzinfo=UTC),
        why="not_accepted",
        **over,
    )
    stage(second, 1, MAY + timedelta(days=8), due_on=date(2026, 7, 5))
    stage(third, 0, MAY, why="no_reply", **over)
    concern(people, version, MAY, restricted=True)
    concern(people, version, date(2026, 1, 5))

    found = figure("concerns", scope(people, version, *QUARTER, at=JULY))
    of_stranger = figure(
        "concerns", scope(people, version, *QUARTER, at=JULY, reader=people.stranger)
    )
    by_team = [
        figure("concerns", scope(people, version, *QUARTER, at=JULY, service=team)).values["raised"]
        for team in (people.team1, people.team2)
    ]

    assert [(row.label, [cell.n for cell in row.cells]) for row in found.rows] == [
        ("Stage 1", [3, 1, 1, 1, 0]),
        ("Stage 2", [1, 0, 0, 0, 1]),
    ]
    # The list of concerns shows no stage of these months.
    assert not [cell.to for row in found.rows for cell in row.cells if cell.to]
    assert found.rows[0].cells[1].of == 3
    assert found.rows[1].cells[1].of == 0
    assert found.says == ("3 concerns were raised, 0 resolved; 1 of 3 answers came in time.",)
    assert of_stranger.says == ("No concern was raised.",)
    # Without a case, a concern belongs to where its worker sits.
    assert [one.words for one in by_team] == ["0", "3"]


def test_an_answer_within_hours_is_in_time_until_its_moment(people, version):
    made = concern(people, version, MAY)
    at = datetime(2026, 5, 1, 15, 0, tzinfo=UTC)
    stage(made, 0, MAY, due_at=at, replied_at=at, state="answered")
    other = concern(people, version, MAY, ladder="iro", ladder_title="Reviews")
    stage(other, 0, MAY, due_on=None)

    found = figure("concerns", scope(people, version, *QUARTER, at=JULY))

    assert [(row.label, row.cells[1].n, row.cells[1].of) for row in found.rows] == [
        ("Concerns: Stage 1", 1, 1),
        ("Reviews: Stage 1", 0, 0),
    ]


def test_themes_say_how_many_sources_name_them(people, version):
    reply(people, version, "complaints", MAY, privacy="confidential", themes=["Visits", "Plans"])
    concern(people, version, MAY, tags=["visits"])
    action(people, MAY, MAY, themes=["Visits"])
    action(people, MAY, MAY, themes=["Money"])

    found = figure("beside-each-other", scope(people, version, *QUARTER, at=JULY))

    assert [
        (row.label, [cell.n for cell in row.cells[1:4]], row.cells[-1].text) for row in found.rows
    ] == [
        ("Visits", [1, 1, 1], "named by 3 of 3"),
        ("Money", [0, 0, 1], "named by 1 of 3"),
        ("Plans", [1, 0, 0], "named by 1 of 3"),
    ]
    assert {row.cells[0].text for row in found.rows} == {"no data"}
    assert found.says == (
        "Of 3 themes, 1 is named by two sources or more.",
        "No data: Audits.",
    )
    assert MEASURES["beside-each-other"].permission == "learning.see_themes"


def test_all_themes_are_counted_though_few_are_shown(people, version):
    for number in range(14):
        action(people, MAY, MAY, themes=[f"Theme {number:02}"])
        concern(people, version, MAY, tags=[f"Theme {number:02}"] if number < 13 else [])

    found = figure("beside-each-other", scope(people, version, *QUARTER, at=JULY))

    assert len(found.rows) == 12
    assert found.says[0] == (
        "Of 14 themes, 13 are named by two sources or more; the 12 most often named are shown."
    )
    assert found.values["agreed"].words == "13 of 14"


def test_a_compliment_names_nothing_to_develop(people, version):
    for kind, theme in (("compliment", "Kindness"), ("complaint", "Delay"), (None, "Money")):
        answers = {"kind": kind} if kind else {}
        reply(
            people,
            version,
            "complaints",
            MAY,
            privacy="confidential",
            themes=[theme],
            answers=answers,
        )

    found = figure("beside-each-other", scope(people, version, *QUARTER, at=JULY))

    assert [row.label for row in found.rows] == ["Delay", "Money"]


def test_one_source_alone_agrees_with_nobody(people, version):
    nothing = figure("beside-each-other", scope(people, version, *QUARTER, at=JULY))
    action(people, MAY, MAY, themes=["Money"])

    found = figure("beside-each-other", scope(people, version, *QUARTER, at=JULY))

    assert nothing.says == ("No source names a theme in these months.",)
    assert found.rows[0].cells[-1].text == "only one source has data"


CODES = (
    "asked", "statements", "family-and-auditor", "compliments-complaints", "actions-by-age", "escalations",
    "time-to-close", "impact", "immediate-tasks", "timeliness", "date-changes", "auditor-capacity", "represented",
    "concerns", "beside-each-other",
)  # fmt: skip


@pytest.mark.parametrize("whole", [True, False])
def test_the_number_of_queries_does_not_grow(people, version, whole, django_assert_max_num_queries):
    sizes = []
    for number in (1, 4):
        grow(people, version, number)
        reader = None if whole else people.head
        asked = scope(people, version, *QUARTER, at=JULY, reader=reader)
        counted = {}
        for code in CODES:
            figure(code, asked)
            with django_assert_max_num_queries(16) as queries:
                figure(code, asked)
            counted[code] = len(queries)
        sizes.append(counted)

    assert sizes[0] == sizes[1]


def grow(people, version, number):
    """So many more rows of everything."""
    audits = returned(people, version, number, grade="good", month=MAY)
    for audit in audits:
        reply(people, version, "audit_child", MAY, audit=audit, themes=["Visits"])
        made = concern(people, version, MAY, tags=["visits"])
        stage(made, 0, MAY)
        action(people, MAY, MAY, themes=["Visits"], due_at=datetime(2026, 5, 2, tzinfo=UTC))
