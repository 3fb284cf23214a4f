"""What holds for every figure of the catalogue: it can be kept, read, drawn, and shown to many, and names nobody."""

import json
from datetime import UTC, date, datetime

import pytest
from defusedxml import ElementTree

from reporting.charts import draw
from reporting.figure import dump, load
from reporting.measures.shares import words
from reporting.measures.suppression import withhold
from reporting.selectors.catalogue import MEASURES, figure
from tests.factories.audits import framework
from tests.factories.cast import cast
from tests.reporting.figures.audits import returned, scope
from tests.reporting.figures.rows import action, answered, closed, concern, reply, stage, step

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
QUARTER = (date(2026, 4, 1), date(2026, 6, 30))
JULY = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def built(db):
    """Every figure, of a council with a little of everything."""
    people = cast("bexley")
    version = framework("fixtures/frameworks/bexley/1.yaml")
    audits = returned(people, version, 13, grade="good", month=MAY)
    audits += returned(people, version, 3, grade="inadequate", month=JUNE)
    for audit in audits:
        reply(people, version, "audit_child", MAY, audit=audit, themes=["Visits"])
    for _ in range(6):
        made = concern(people, version, MAY, tags=["visits"])
        stage(made, 0, MAY)
        action(people, MAY, JUNE, themes=["Visits"], due_at=datetime(2026, 5, 2, tzinfo=UTC))
        answered(people, closed(people, MAY, MAY, JUNE), "yes", JUNE)
        step(people, version, MAY, 1)
    found = {code: figure(code, scope(people, version, *QUARTER, at=JULY)) for code in MEASURES}
    return people, found


def test_every_figure_is_sound(built):
    people, found = built
    names = [user.name for user in people.everybody().values()]

    for code, one in found.items():
        assert one.code == code
        assert one.says, code
        assert all(len(row.cells) == len(one.columns) for row in one.rows), code
        assert load(json.loads(json.dumps(dump(one)))) == one
        assert all(
            words(*pair) for row in one.rows for pair in zip(row.cells, one.columns, strict=True)
        ), code
        assert not [name for name in names if name in str(dump(one))], code
        wide = withhold(one, 5)
        counts = [
            cell.n
            for row in wide.rows
            for cell, column in zip(row.cells, wide.columns, strict=True)
            if column.kind in ("count", "share") and cell.n
        ]
        assert not [n for n in counts if n < 5], code
        for narrow in (False, True):
            if one.chart is not None:
                drawn = draw(
                    one.chart, title=one.title, description=one.about, key=code, narrow=narrow
                )
                ElementTree.fromstring(drawn)


def test_the_wide_figures_tell_no_small_number_in_their_sentences(built):
    _, found = built

    wide = withhold(found["inadequate-over-time"], 5)

    assert not [one for one in wide.says if "3 " in one]
    assert wide.chart is None
