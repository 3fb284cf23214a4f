"""The register of personal fields is complete, and the page made of it is new."""

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from retention import describing, register
from retention.graph import histories, model_of, tables, tracked
from retention.register import KEPT_IN_WORDS, TABLES, End, Holds
from retention.services.erasing import BEFORE, blanks
from standards.policy import KEPT_FROM

# What may never be called anything but personal, wherever it turns up.
TELLING = {
    "email",
    "name",
    "date_of_birth",
    "ethnicity",
    "password",
    "ip",
    "user_agent",
}
NAMES_OF_THINGS = {
    "auth.Permission",
    "auth.Group",
    "core.JobRun",
    "people.Council",
    "people.OrgUnit",
    "standards.Framework",
    "standards.CalendarDay",
    "socialaccount.SocialApp",
    "reporting.ApiToken",
    "evidence.StoredFile",
}


def test_every_field_of_every_table_is_classified():
    assert list(describing.unclassified()) == []


def test_nothing_is_classified_that_is_not_there():
    assert list(describing.gone()) == []


def test_a_field_that_nobody_classified_is_found(monkeypatch):
    answer = TABLES["audits.Answer"]
    fields = {name: holds for name, holds in answer.fields.items() if name != "text"}
    less = {
        **TABLES,
        "audits.Answer": register.Table(
            answer.label, answer.kept, answer.end, answer.why, answer.read_by, fields
        ),
    }
    monkeypatch.setattr(
        describing, "TABLES", {label: one for label, one in less.items() if label != "audits.Loop"}
    )

    found = list(describing.unclassified())

    assert found == [
        "audits.Answer.text: this field is missing",
        "audits.Loop: the whole table is missing",
    ]


def test_a_field_that_is_gone_is_found(monkeypatch):
    answer = TABLES["audits.Answer"]
    more = register.Table(answer.label, "", End.KEPT, "", "", {**answer.fields, "mood": Holds.FREE})
    monkeypatch.setattr(describing, "TABLES", {"audits.Answer": more})

    assert list(describing.gone()) == ["audits.Answer.mood: there is no such field"]


def test_a_table_of_row_history_has_no_field_that_its_table_has_not():
    for history in histories():
        own = {one.name for one in tracked(history)._meta.concrete_fields}
        names = {
            one.name for one in history._meta.concrete_fields if not one.name.startswith("pgh_")
        }
        assert names <= own, history


def test_what_tells_who_somebody_is_is_never_called_plain():
    plain = [
        f"{label}.{name}"
        for label, table in TABLES.items()
        for name, holds in table.fields.items()
        if name in TELLING and holds is Holds.PLAIN and label not in NAMES_OF_THINGS
    ]

    assert plain == []


@pytest.mark.parametrize("label", [one.label for one in TABLES.values() if one.end is End.ERASED])
def test_something_stands_in_place_of_every_field_that_is_erased(label):
    table = TABLES[label]

    assert set(blanks(table)) | ({"number"} if label in BEFORE else set()) | {"answers"} >= set(
        table.erased
    )


def test_every_rule_and_every_table_use_the_same_kinds():
    used = {one.kept for one in TABLES.values()}

    assert used <= set(KEPT_IN_WORDS)
    assert set(KEPT_FROM) <= set(KEPT_IN_WORDS)
    assert all(model_of(one._meta.label) is one for one in tables())


def test_the_page_is_new():
    path = settings.BASE_DIR / "docs" / "personal-data.md"

    assert path.read_text("utf-8") == describing.page()
    call_command("register", "--check")


def test_the_command_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(
        "retention.management.commands.register.unclassified", lambda: ["audits.Mood: missing"]
    )

    with pytest.raises(CommandError, match=r"audits\.Mood"):
        call_command("register", "--check")
