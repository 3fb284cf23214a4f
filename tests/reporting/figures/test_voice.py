"""Figures on voices: who was asked, what families say, how it compares, and what was logged."""

from dataclasses import replace
from datetime import date

import pytest

from audits.models import Reader
from feedback.models import Praise, Summary
from reporting.charts.forms import DotPlot, Funnel
from reporting.selectors.catalogue import figure
from reporting.selectors.figures.voice import labelled, leading
from tests.factories.audits import framework
from tests.factories.cases import CaseFileFactory
from tests.factories.cast import cast
from tests.factories.people import OrgUnitFactory
from tests.reporting.figures.audits import LATER, answer, returned, scope
from tests.reporting.figures.rows import noon, reply

pytestmark = pytest.mark.django_db
QUARTER = (date(2026, 4, 1), date(2026, 6, 30))
MAY = date(2026, 5, 1)
FEBRUARY = date(2026, 2, 1)


@pytest.fixture
def people():
    return cast("bexley")


@pytest.fixture
def version(people):
    return framework("fixtures/frameworks/bexley/1.yaml")


@pytest.fixture
def family(people, version):
    """The instrument that families answer with audits, and its statements from 0 to 10."""
    asked = scope(people, version, *QUARTER).edition.instruments
    return max(asked, key=lambda one: len(scales(one)))


def rated(people, version, statement):
    """The part of the audit's form in which the auditor rates the same."""
    return next(
        part.code
        for tool in scope(people, version, *QUARTER).edition.tools.values()
        for section in tool.sections
        for question in section.questions
        if question.code == statement.beside[0]
        for part in question.parts
        if part.kind == "scale" and part.respondent != "practitioner"
    )


def scales(family):
    return [one for one in family.fields if one.scale and one.beside]


def test_who_was_asked_narrows_from_audits_to_answers(people, version, family):
    audits = returned(people, version, 6, grade="good", month=MAY)
    for audit, outcome in zip(
        audits, ["answered", "answered", "declined", "no_reply", "unsafe"], strict=False
    ):
        reason = {} if outcome == "answered" else {"reason": "They did not want to."}
        reply(people, version, family.code, MAY, audit=audit, outcome=outcome, **reason)
    reply(people, version, family.code, MAY, audit=audits[2], outcome="answered")

    found = figure("asked", scope(people, version, *QUARTER))

    row = next(one for one in found.rows if one.code == family.code)
    assert [cell.n for cell in row.cells] == [3, 0, 1, 1, 0, 1, 6, 3]
    assert (row.cells[-1].of, row.cells[-1].kept) == (4, "few")
    assert sum(cell.n for cell in row.cells[:6]) == row.cells[6].n
    assert isinstance(found.chart, Funnel)
    assert "asked, 3 of 4 answered; of 1 nothing is written down." in " ".join(found.says)


def test_the_numbers_name_the_instrument_that_they_are_of(people, version, family):
    audits = returned(people, version, 10, grade="good", month=MAY)
    for audit in audits[:8]:
        reply(people, version, family.code, MAY, audit=audit)

    found = figure("asked", scope(people, version, *QUARTER))

    assert family.code == "audit_family"
    # It stands first, is drawn, and gives the number, though others are asked too.
    assert found.rows[0].code == family.code
    assert found.says[0].startswith(f"{family.title}: 8 of 10 audits asked")
    assert found.chart.steps[0] == (f"{family.title}: audits", 10)
    assert found.values["answered"].label == f"Families that answered ({family.title})"
    assert found.values["answered"].words == found.values[family.code].words == "8 of 8"
    assert set(found.values) == {"asked", "answered", family.code}


def test_the_instrument_of_the_family_leads(version, people):
    asks = {one.code: one for one in scope(people, version, *QUARTER).edition.instruments}

    order = sorted((asks["audit_network"], asks["audit_child"], asks["audit_family"]), key=leading)

    assert [one.code for one in order] == ["audit_family", "audit_child", "audit_network"]
    assert labelled("Families", "Answered", asks["health_check"]).startswith("Answered (")


def test_statements_are_compared_only_where_intervals_lie_apart(people, version, family):
    first, second = scales(family)[:2]
    said = [{first.code: 8 + at % 2, second.code: 2 + at % 2} for at in range(10)]
    for audit, answers in zip(
        returned(people, version, 9, grade="good", month=MAY), said, strict=False
    ):
        reply(people, version, family.code, MAY, audit=audit, answers=answers)

    few = figure("statements", scope(people, version, *QUARTER))
    (audit,) = returned(people, version, 1, grade="good", month=MAY)
    reply(people, version, family.code, MAY, audit=audit, answers=said[9])
    apart = figure("statements", scope(people, version, *QUARTER))
    (audit,) = returned(people, version, 1, grade="good", month=MAY)
    reply(people, version, family.code, MAY, audit=audit, answers={first.code: 0, second.code: 10})
    for audit in returned(people, version, 5, grade="good", month=MAY):
        reply(
            people, version, family.code, MAY, audit=audit, answers={first.code: 0, second.code: 10}
        )
    together = figure("statements", scope(people, version, *QUARTER))

    assert few.says == ("Too few families have answered to compare statements.",)
    cell = apart.rows[0].cells[0]
    assert (cell.n, round(cell.low, 2), round(cell.high, 2)) == (8.5, 8.12, 8.88)
    assert apart.says == (
        f"{family.title}: highest is “{first.label}” with a mean of 8.5, lowest “{second.label}” with 2.5; "
        "their intervals lie apart.",
    )
    assert apart.chart.unit == f"{family.title}: mean, 0 to 10"
    assert apart.values[f"{family.code}-{first.code}"].label == f"{first.label} ({family.title})"
    assert together.says == (
        f"{family.title}: no statement stands apart from the others by more than chance explains.",
    )


def test_without_audits_nobody_was_asked(people, version):
    found = figure("asked", scope(people, version, *QUARTER))

    assert (found.rows, found.chart) == ((), None)
    assert found.says == ("No audit of these months has been returned yet.",)


def test_statements_have_a_mean_of_enough_answers_only(people, version, family):
    first, second = scales(family)[:2]
    audits = returned(people, version, 6, grade="good", month=MAY)
    for at, audit in enumerate(audits):
        answers = {first.code: 4 + at} | ({second.code: 9} if at < 2 else {})
        reply(people, version, family.code, MAY, audit=audit, answers=answers)
    for audit in returned(people, version, 5, grade="good", month=FEBRUARY):
        reply(people, version, family.code, FEBRUARY, audit=audit, answers={first.code: 3})

    found = figure("statements", scope(people, version, *QUARTER))

    rows = {row.code: row.cells for row in found.rows}
    now, before = rows[f"{family.code}.{first.code}"]
    assert (now.n, now.of, before.n, before.of) == (6.5, 6, 3.0, 5)
    few = rows[f"{family.code}.{second.code}"][0]
    assert (few.n, few.of, few.text) == (None, 2, "too few")
    assert isinstance(found.chart, DotPlot)
    assert found.chart.rows[0].now == 6.5
    assert found.chart.rows[0].before[-1] == 3.0
    assert found.chart.rows[1].now is None


def test_what_a_form_holds_counts_once(people, version, family):
    (audit,) = returned(people, version, 1, grade="good", month=MAY)
    statement = scales(family)[0]
    answer([audit], f"{family.question}.{statement.code}", number=8)
    reply(people, version, family.code, MAY, audit=audit, answers={statement.code: 2})

    found = figure("statements", scope(people, version, *QUARTER))

    assert [row.cells[0].of for row in found.rows if row.code.endswith(statement.code)] == [1]


def test_family_and_auditor_are_compared_within_one_audit(people, version, family):
    statement = scales(family)[0]
    audits = returned(people, version, 10, grade="good", month=MAY)
    for at, audit in enumerate(audits):
        reply(
            people, version, family.code, MAY, audit=audit, answers={statement.code: 8 if at else 2}
        )
    answer(audits, rated(people, version, statement), number=7)

    found = figure("family-and-auditor", scope(people, version, *QUARTER))

    row = next(one for one in found.rows if one.code == f"{family.code}.{statement.code}")
    assert [cell.n for cell in row.cells] == [7.4, 7.0, 1]
    assert row.cells[2].of == 10
    assert found.says[0].startswith("Family and auditor lie 3 points or more apart in 1 of ")


def test_what_families_typed_into_forms_is_compared_and_stands_for_their_reply(
    people, version, family
):
    statement = scales(family)[0]
    audits = returned(people, version, 2, grade="good", month=MAY)
    answer(audits, f"{family.question}.{statement.code}", number=3)
    answer(audits, rated(people, version, statement), number=9)
    for audit in audits:
        reply(people, version, family.code, MAY, audit=audit, answers={statement.code: 9})

    found = figure("family-and-auditor", scope(people, version, *QUARTER))

    row = next(one for one in found.rows if one.code == f"{family.code}.{statement.code}")
    assert [(cell.n, cell.of, cell.text) for cell in row.cells] == [
        (None, 2, "too few"),
        (None, 2, "too few"),
        (2, 2, ""),
    ]


def test_what_a_reader_may_not_read_is_not_compared(people, version, family):
    statement = scales(family)[0]
    audits = returned(people, version, 1, grade="good", month=MAY)
    answer(audits, rated(people, version, statement), number=9)
    reply(people, version, family.code, MAY, audit=audits[0], answers={statement.code: 1})

    rows = [
        figure("family-and-auditor", scope(people, version, *QUARTER, reader=reader)).rows
        for reader in (people.officer, people.manager)
    ]

    # The reply names no role that may read it, so that it is the QA team's alone.
    assert [len(one) for one in rows] == [1, 0]


def test_no_comparison_tells_of_an_audit_whose_grade_is_kept(people, version, family):
    (audit,) = returned(people, version, 1, grade="good", month=MAY)
    reply(people, version, family.code, MAY, audit=audit, answers={scales(family)[0].code: 5})
    Reader.objects.create(
        audit=audit, user=people.officer, part="moderator", blind=True, since=LATER
    )

    found = figure("asked", scope(people, version, *QUARTER, reader=people.officer))

    assert found.rows == ()


def test_compliments_and_complaints_stand_beside_those_before(people, version):
    log = {"privacy": "confidential", "way": "log"}
    for kind in ("compliment", "complaint", "complaint", "?"):
        reply(people, version, "complaints", MAY, answers={"kind": kind}, **log)
    reply(people, version, "complaints", FEBRUARY, answers={"kind": "complaint"}, **log)

    found = figure("compliments-complaints", scope(people, version, *QUARTER))
    of_stranger = figure(
        "compliments-complaints", scope(people, version, *QUARTER, reader=people.stranger)
    )

    assert {row.code: [cell.n for cell in row.cells] for row in found.rows if row.code} == {
        "compliment": [1, 0],
        "complaint": [2, 1],
        "unsaid": [1, 0],
    }
    assert found.says == (
        "1 compliment and 2 complaints were logged; in the months before 0 and 1.",
    )
    assert found.rows[0].cells[0].to.startswith("/feedback/replies/?instrument=complaints")
    assert of_stranger.rows == ()


def with_logs(asked, **changes):
    """The scope, with its logs of complaints changed; without any where nothing is changed."""
    logs = [one for one in asked.edition.instruments if one.code == "complaints"]
    kept = tuple(one for one in asked.edition.instruments if one.code != "complaints")
    changed = tuple(replace(one, **changes) for one in logs) if changes else ()
    return replace(asked, edition=replace(asked.edition, instruments=(*kept, *changed)))


def test_what_the_log_does_not_say_is_not_nought(people, version):
    asked = scope(people, version, *QUARTER)
    for _ in range(7):
        reply(people, version, "complaints", MAY, privacy="confidential", way="log")

    unsaid = figure("compliments-complaints", with_logs(asked, fields=()))
    none = figure("compliments-complaints", with_logs(asked))

    assert unsaid.says == ("7 entries; the log does not say which were compliments or complaints.",)
    assert (unsaid.rows[0].code, unsaid.rows[0].cells[0].n) == ("entries", 7)
    assert unsaid.values["complaints"].words == "the log does not say"
    assert none.says == ("Not measured: the framework has no log of compliments and complaints.",)
    assert (none.rows, none.values["complaints"].words) == ((), "not measured")


def test_what_was_logged_belongs_to_the_service_of_its_case(people, version):
    file = CaseFileFactory(council=people.council, unit=people.team2)
    other = OrgUnitFactory(council=people.council, kind="service", name="Another service")
    log = {"privacy": "confidential", "way": "log", "case": file}
    made = reply(people, version, "complaints", MAY, answers={"kind": "compliment"}, **log)
    Praise.objects.create(
        reply=made,
        text="Thank you",
        written_by=people.officer,
        written_at=noon(MAY),
        shown_by=people.qa_head,
        shown_at=noon(MAY),
    )
    Summary.objects.create(
        council=people.council,
        version=version,
        instrument="complaints",
        held_on=MAY,
        heard="Waiting times",
        entered_by=people.officer,
        entered_at=noon(MAY),
    )

    def values(**changes):
        found = figure("compliments-complaints", scope(people, version, *QUARTER, **changes))
        return [row.cells[0].n for row in found.rows]

    assert values() == values(reader=people.officer) == [1, 0, 1, 1]
    assert values(service=people.service) == [1, 0, 1]
    assert values(service=other) == []
    # Praise that was shown is for everybody who holds a post.
    assert values(reader=people.stranger) == [0, 0, 1]
