"""The parts of a form whose words are written once: they look as their template writes them, and keep nothing of anybody."""

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string

from audits.answers import SHOWN_KINDS, Given
from audits.selectors import Box, field_name
from audits.views.door import Door
from audits.views.parts import filled, head_of, view_of, with_html
from audits.words import choices
from standards.selectors import edition
from tests.factories.audits import framework

pytestmark = pytest.mark.django_db
AT = datetime(2026, 7, 4, 9, 5, tzinfo=UTC)
FILES = ["fixtures/frameworks/bexley/1.yaml", "fixtures/frameworks/west-sussex/1.yaml"] + [
    f"tests/frameworks/{name}.yaml" for name in ("northshire", "eastmere", "sixthshire", "small")
]
ODD = "<b>“Words” & 'more'</b>\nand \"more\""


def doors(path):
    kept = edition(framework(path))
    return [Door(SimpleNamespace(pk=7), "auditor", kept, tool) for tool in kept.tools.values()]


def said_to(door, part):
    """A blank answer and others that the part can have."""
    codes = [one.code for one in choices(part, door.edition.policy, "")]
    yield Given()
    if part.kind in {"scale", "overall_grade", "number"} and all(c.isdigit() for c in codes[:1]):
        yield from (Given(number=int(code)) for code in (codes or ["12"])[:2] if code.isdigit())
    yield from (Given(text=code) for code in codes[-2:])
    if part.kind == "checklist":
        yield Given(text=",".join(codes))
    if part.kind in {"short_text", "long_text", "evidence"}:
        yield Given(text=ODD, place="Folder <1>", day=date(2026, 5, 4))
    if part.kind == "date":
        yield Given(day=date(2026, 5, 4))


def box_of(part, given, *, instance=1, saved=True, earlier=False):
    when, who = (AT, "O’Neill & <Co>") if saved else (None, "")
    name, whose = field_name(part, instance), part.respondent
    version = 3 if saved else 0
    return Box(part, name, whose, instance, "", given, version, when, who, True, earlier)


@pytest.mark.parametrize("path", FILES)
def test_a_part_looks_as_its_template_writes_it(path):
    seen = 0
    for door in doors(path):
        for part in (one for one in door.tool.parts if one.kind not in SHOWN_KINDS):
            for given in said_to(door, part):
                for more in ({}, {"saved": False}, {"earlier": True}, {"instance": 2}):
                    box = box_of(part, given, **more)
                    view = {"view": view_of(door, box), "door": door}

                    assert filled(door, box) == render_to_string("audits/_part.html", view)
                    seen += 1

    assert seen > 20


def test_nothing_that_somebody_said_is_kept_with_the_edition():
    door = doors("tests/frameworks/northshire.yaml")[0]
    for part in (one for one in door.tool.parts if one.kind not in SHOWN_KINDS):
        box = box_of(part, Given(text="A secret", place="Shelf 9"), earlier=True)
        with_html(door, replace(box, saved_by="Somebody"))
        later = filled(door, box_of(part, Given(), saved=False))
        assert "A secret" not in later
    for question in (one for section in door.tool.sections for one in section.questions):
        head_of(door, question, single=False)

    kept = " ".join(" ".join(one.pieces) for one in door.edition.worked_out.values())

    assert "guidance" in kept
    for word in ("A secret", "Shelf 9", "Somebody", "/7/", "10:05", "checked>"):
        assert word not in kept


@pytest.mark.parametrize(
    "change", [{"fault": "Enter a number."}, {"typed": {"": "x"}}, {"editable": False}]
)
def test_what_was_typed_or_is_only_read_is_left_to_its_template(change):
    door = doors("tests/frameworks/northshire.yaml")[0]
    part = next(one for one in door.tool.parts if one.kind == "long_text")

    view = with_html(door, replace(box_of(part, Given(text="Words")), **change))

    assert "html" not in view
    assert view["label"] == part.label


def test_a_draft_that_is_read_again_keeps_nothing_of_the_reading_before():
    version = framework("tests/frameworks/northshire.yaml")
    version.state = "draft"

    assert edition(version).worked_out is not edition(version).worked_out
