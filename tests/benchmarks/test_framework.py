"""The framework of a run."""

import pytest
import yaml
from django.core.management import call_command

from benchmarks.framework import KEPT, reduced
from standards.models import Question
from tools.paths import ROOT


def bexley():
    return (ROOT / "fixtures" / "frameworks" / "bexley" / "1.yaml").read_text(encoding="utf-8")


def test_the_form_has_twenty_questions_of_one_part_each():
    (tool,) = yaml.safe_load(reduced(bexley()))["tools"]

    assert {one["code"]: len(one["questions"]) for one in tool["sections"]} == KEPT
    assert sum(KEPT.values()) == 20
    assert not [one["code"] for one in tool["sections"] if "paging" in one]


@pytest.mark.django_db
def test_it_loads_and_is_published(tmp_path):
    path = tmp_path / "framework.yaml"
    path.write_text(reduced(bexley()), encoding="utf-8")

    call_command("framework", "load", str(path), "--publish", verbosity=0)

    assert Question.objects.count() == 20
