"""A figure as a file: the same numbers, formulas made harmless, only for those who may read it."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from reporting.figure import Cell, Column, Figure, Row
from reporting.selectors import catalogue
from reporting.selectors.catalogue import Measure
from tests.factories.audits import NOW, framework
from tests.factories.cast import cast
from tests.reporting.figures.audits import returned

pytestmark = pytest.mark.django_db
PERIOD = "m2026-10-01"
KINDS = ("csv", "xlsx", "svg")


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = NOW
    return cast("eastmere")


@pytest.fixture
def version(people):
    return framework()


def get(user, code, kind, **params):
    client = Client()
    client.force_login(user)
    return client.get(reverse(f"figure-{kind}", args=[code]), {"period": PERIOD, **params})


def test_a_csv_file_holds_each_cell_of_the_months_asked_for(people, version):
    returned(people, version, 3, grade="good", month=date(2026, 10, 1))
    returned(people, version, 9, grade="good", month=date(2026, 9, 1))

    found = get(people.officer, "grades", "csv")

    rows = list(csv.DictReader(io.StringIO(found.content.decode("utf-8-sig"))))
    assert found["Content-Disposition"] == 'attachment; filename="grades-2026-10-to-2026-10.csv"'
    assert {row["figure"] for row in rows} == {"grades"}
    assert "3" in {row["n"].removesuffix(".0") for row in rows}


def test_a_workbook_says_what_is_counted(people, version):
    found = get(people.officer, "grades", "xlsx", service=people.service.pk)

    book = openpyxl.load_workbook(io.BytesIO(found.content))
    assert book.sheetnames == ["Table", "Numbers", "About"]
    about = dict(row[:2] for row in book["About"].values)
    assert (about["Months"], about["Of"]) == ("October 2026", people.service.name)


def test_a_chart_is_a_picture_with_its_title(people, version):
    returned(people, version, 12, grade="good", month=date(2026, 10, 1))

    found = get(people.officer, "grades-by-service", "svg")

    assert found["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert found.content.startswith(b"<svg")
    assert b"<title" in found.content


@pytest.fixture
def evil(monkeypatch):
    """A figure whose words look like a formula, without a chart."""
    figure = Figure(
        "evil",
        "=1+1",
        "",
        "+Rows",
        (Column("a", "@A", "words"),),
        (Row("-2", (Cell(text="=cmd()"),)),),
    )
    known = {**catalogue.MEASURES, "evil": Measure("evil", "Evil", "grades", lambda scope: figure)}
    monkeypatch.setattr("reporting.views.exports.MEASURES", known)
    monkeypatch.setattr("reporting.selectors.asking.MEASURES", known)
    return figure


def test_formulas_are_texts(people, version, evil):
    sheet = openpyxl.load_workbook(io.BytesIO(get(people.officer, "evil", "xlsx").content))["Table"]
    lines = get(people.officer, "evil", "csv").content.decode("utf-8-sig")

    assert list(sheet.values) == [("'+Rows", "'@A"), ("'-2", "'=cmd()")]
    assert "'=cmd()" in lines
    assert "'=1+1" in lines


def test_a_figure_without_a_chart_has_no_picture(people, version, evil):
    assert get(people.officer, "evil", "svg").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_files_are_for_those_who_read_figures(people, version, kind):
    returned(people, version, 2, grade="good", month=date(2026, 10, 1))
    who = ("officer", "manager", "worker", "reader")
    codes = {one: get(getattr(people, one), "grades-by-service", kind).status_code for one in who}

    assert codes == {"officer": 200, "manager": 200, "worker": 403, "reader": 403}


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_that_asks_for_more_is_not_found_by_others(people, version, monkeypatch, kind):
    known = {
        **catalogue.MEASURES,
        "kept": Measure(
            "kept", "Kept", "trust", lambda scope: None, permission="reporting.see_pack_key"
        ),
    }
    monkeypatch.setattr("reporting.views.exports.MEASURES", known)
    monkeypatch.setattr("reporting.selectors.asking.MEASURES", known)

    assert get(people.officer, "kept", kind).status_code == 404
    assert get(people.officer, "no-such-figure", kind).status_code == 404
