"""Figures on the worst grade and on moderation."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from actions.models import Action, ActionMove
from audits.models import Loop, Reader, Triggered
from moderation.models import Moderation
from reporting.charts.forms import Transitions
from reporting.selectors.catalogue import figure
from reporting.selectors.figures.inadequate import Done, Found, inadequate_said
from standards.selectors import edition
from tests.factories.audits import framework
from tests.factories.cast import cast
from tests.reporting.figures.audits import LATER, returned, scope

pytestmark = pytest.mark.django_db
MAY, JUNE, QUARTER = date(2026, 5, 1), date(2026, 6, 1), (date(2026, 4, 1), date(2026, 6, 30))
AT = datetime(2026, 5, 20, 12, tzinfo=UTC)


@pytest.fixture
def people():
    return cast("bexley")


@pytest.fixture
def version(people):
    return framework("fixtures/frameworks/bexley/1.yaml")


def action_of(audit, **changes):
    return Action.objects.create(
        **{
            "council": audit.council,
            "case": audit.case,
            "unit": audit.unit,
            "source": "audit",
            "source_id": audit.pk,
            "kind": "improve",
            "kind_label": "Improve",
            "what": "Do it",
            "owner": audit.worker,
            "due_on": date(2026, 5, 21),
            "state": "open",
            "recorded_by": audit.auditor,
            "recorded_at": AT,
            **changes,
        }
    )


def finish(action, at):
    action.done_on = at.date()
    action.save(update_fields=["done_on"])
    return ActionMove.objects.create(
        action=action, verb="finish", state="done", by=action.owner, at=at
    )


def looped(audit, reaudit=None, **changes):
    return Loop.objects.create(
        **{
            "audit": audit,
            "council": audit.council,
            "before": "inadequate",
            "begun_at": AT,
            "state": "linked" if reaudit else "authorised",
            "reaudit": reaudit,
            **changes,
        }
    )


def moderated(audit, was, now, **changes):
    return Moderation.objects.create(
        **{
            "council": audit.council,
            "audit": audit,
            "state": "final",
            "how": "every",
            "chance": 1.0,
            "chosen_at": AT,
            "before": was,
            "proposed": now,
            "view_at": AT,
            "after": now,
            "finished_at": AT + timedelta(days=3),
            **changes,
        }
    )


def test_each_inadequate_audit_stands_under_a_pseudonym_with_what_was_done(people, version):
    first, second = returned(people, version, 2, grade="inadequate", month=MAY)
    returned(people, version, 1, grade="good", month=MAY)
    Triggered.objects.create(audit=first, code="told", grade="inadequate", at=AT)
    finish(action_of(first, hours=24, due_at=AT, state="signed_off"), AT - timedelta(minutes=1))
    # The same day, and yet too late.
    finish(action_of(first, hours=24, due_at=AT, state="done"), AT + timedelta(minutes=1))
    action_of(first, hours=24, due_at=LATER + timedelta(hours=1))
    action_of(first)
    action_of(first, state="withdrawn")
    Loop.objects.create(
        audit=second,
        council=people.council,
        before="inadequate",
        begun_at=AT,
        state="authorised",
        reaudit_due_on=date(2026, 8, 3),
    )

    found = figure("inadequate-audits", scope(people, version, *QUARTER))

    assert [[cell.text for cell in row.cells] for row in found.rows] == [
        [
            "20 May 2026",
            "Programme",
            "Final",
            "Yes",
            "1 of 2, 1 not due yet",
            "1 of 4",
            "None",
            "–",
        ],
        [
            "20 May 2026",
            "Programme",
            "Final",
            "No",
            "None set",
            "None set",
            "Second audit to come",
            "Due 3 August 2026",
        ],
    ]
    assert [row.label for row in found.rows] == ["Child 1", "Child 2"]
    assert found.says == (
        "2 audits are graded Inadequate: 2 final, 0 provisional.",
        "1 of 2 urgent actions whose limit has passed was done in time.",
        "1 urgent action is not due yet.",
        "No action has been set for 1 of them.",
        "3 of 4 actions are not signed off.",
    )
    assert found.rows[0].cells[0].to == reverse("audit", args=[first.pk])


@pytest.mark.parametrize(
    ("found", "done", "said"),
    [
        (
            (1, 1, 0, 1),
            Done(),
            ["1 audit is graded Bad: 1 final, 0 provisional.", "No action has been set for it."],
        ),
        (
            (2, 1, 0, 2),
            Done(),
            [
                "2 audits are graded Bad: 1 final, 1 provisional.",
                "No action has been set for any of them.",
            ],
        ),
        (
            (3, 2, 1, 2),
            Done(actions=2, closed=2),
            [
                "3 audits are graded Bad: 2 final, 1 provisional.",
                "1 of them is raised for a single concern (flash audits).",
                "No action has been set for 2 of them.",
            ],
        ),
        (
            (1, 1, 0, 0),
            Done(actions=1, closed=1),
            [
                "1 audit is graded Bad: 1 final, 0 provisional.",
                "Every action of theirs is signed off.",
            ],
        ),
        (
            (1, 0, 0, 0),
            Done(actions=1),
            ["1 audit is graded Bad: 0 final, 1 provisional.", "1 of 1 action is not signed off."],
        ),
    ],
)
def test_what_is_left_is_said_as_it_is(found, done, said):
    assert list(inadequate_said(Found(*found), "Bad", done)) == said


def test_flash_audits_with_the_worst_grade_are_listed_and_named_as_such(people, version):
    returned(people, version, 1, grade="inadequate", month=MAY, final=False, flash_source="A call")

    found = figure("inadequate-audits", scope(people, version, *QUARTER))

    assert [cell.text for cell in found.rows[0].cells][1:3] == ["Flash", "Provisional"]
    assert found.values["urgent"].words == "none set"
    assert found.values["left"].words == "none set"


def test_an_action_with_a_day_counts_once_that_day_has_passed(people, version):
    (audit,) = returned(people, version, 1, grade="inadequate", month=MAY)
    kind = next(
        one.action_class for one in edition(version).policy.grade_triggers if one.action_class
    )
    for due_on, done_on in ((date(2026, 5, 21), date(2026, 5, 21)), (date(2026, 5, 22), None)):
        action_of(audit, action_class=kind, due_on=due_on, done_on=done_on)

    words = [
        figure("inadequate-audits", scope(people, version, *QUARTER, at=at)).rows[0].cells[4].text
        for at in (AT + timedelta(days=1), AT + timedelta(days=2), AT + timedelta(days=3))
    ]

    assert words == ["2 not due yet", "1 of 1, 1 not due yet", "1 of 2"]


def test_the_grade_of_a_second_audit_that_is_kept_from_the_reader_is_not_told(people, version):
    (first,) = returned(people, version, 1, grade="inadequate", month=MAY)
    (again,) = returned(people, version, 1, grade="good", month=JUNE, final=False)
    looped(first, again)
    asked = {"reader": people.officer}

    known = figure("inadequate-audits", scope(people, version, *QUARTER, **asked))
    Reader.objects.create(
        audit=again, user=people.officer, part="moderator", blind=True, since=LATER
    )
    kept = figure("inadequate-audits", scope(people, version, *QUARTER, **asked))

    assert known.rows[0].cells[-1].text == "Good (provisional)"
    assert kept.rows[0].cells[-1].text == "Returned"


def test_second_audits_stand_beside_the_first(people, version):
    first, other, third = returned(people, version, 3, grade="inadequate", month=date(2026, 1, 1))
    again, worse = (
        returned(people, version, 1, grade=grade, month=MAY)[0] for grade in ("good", "inadequate")
    )
    (open_,) = returned(people, version, 1, grade="good", month=MAY, final=False)
    for audit, reaudit in ((first, again), (other, worse), (third, open_)):
        looped(audit, reaudit)

    found = figure("loops", scope(people, version, *QUARTER))

    (row,) = found.rows
    assert row.label == "From Inadequate"
    assert [cell.n for cell in row.cells] == [0, 1, 0, 1]
    assert found.says == (
        "3 second audits were returned.",
        "1 of 2 with final grades found a better grade.",
        "1 has a provisional grade and is not counted yet.",
        "0 loops wait for the form or its authorisation, 0 for the second audit.",
    )
    assert found.values["better"].words == "1 of 2"


def test_a_loop_waits_for_its_second_audit_until_that_is_returned(people, version):
    audits = returned(people, version, 6, grade="inadequate", month=date(2026, 1, 1))
    (earlier,) = returned(people, version, 1, grade="good", month=date(2026, 2, 1))
    (later,) = returned(people, version, 1, grade="good", month=JUNE, returned_at=LATER)
    (under_way,) = returned(
        people, version, 1, grade="", month=JUNE, state="preparing", returned_at=None, final=False
    )
    looped(audits[0], earlier)
    looped(audits[1], later)
    looped(audits[2], under_way)
    looped(audits[3], reaudit_due_on=date(2026, 8, 3))
    looped(audits[4])  # authorised without a second audit: ended
    looped(audits[5], state="form_due")

    found = figure("loops", scope(people, version, *QUARTER, at=LATER - timedelta(days=1)))

    assert found.rows == ()
    assert found.says == (
        "0 second audits were returned.",
        "1 loop waits for the form or its authorisation, 3 for the second audit.",
    )


def test_the_matrix_counts_what_moderation_made_of_each_grade(people, version):
    audits = returned(people, version, 4, grade="requires_improvement", month=JUNE)
    moderated(audits[0], "good", "requires_improvement")
    moderated(audits[1], "requires_improvement", "requires_improvement")
    moderated(audits[2], "requires_improvement", "good")
    moderated(
        audits[3], "good", "requires_improvement", state="in_moderation", after="", finished_at=None
    )

    found = figure("grade-changes", scope(people, version, *QUARTER))

    counts = {row.label: [cell.n for cell in row.cells] for row in found.rows}
    assert counts["Good"] == [0, 0, 1, 0, 1]
    assert counts["Requires improvement"] == [0, 1, 1, 0, 2]
    assert counts["All"] == [0, 1, 2, 0, 3]
    assert found.says == (
        "Of 3 moderated audits, 1 kept its grade, 1 was raised and 1 was lowered.",
    )
    assert isinstance(found.chart, Transitions)


def test_agreement_is_told_only_of_enough_moderations(people, version):
    few = figure("agreement", scope(people, version, *QUARTER))
    for audit in returned(people, version, 24, grade="good", month=MAY):
        moderated(audit, "good", "good")
    for audit in returned(people, version, 6, grade="requires_improvement", month=MAY):
        moderated(audit, "good", "requires_improvement")

    enough = figure("agreement", scope(people, version, *QUARTER))
    done = figure("moderation-coverage", scope(people, version, *QUARTER))

    assert few.says == ("Too few audits have been moderated to tell.",)
    same = next(row for row in enough.rows if row.code == "same")
    assert same.cells[0].text == "80%"
    assert same.cells[2].n == 30
    assert done.values["finished"].words == "30 of 30"
    assert [column.label for column in done.columns] == ["Audits", "Share of those sent", "Days"]
    rows = {row.code: row.cells for row in done.rows}
    assert [cell.n for cell in rows["returned"]] == [30, None, None]
    assert [cell.n for cell in rows["finished"]] == [None, 30, None]
    assert [cell.n for cell in rows["half"]] == [None, None, 3]
    assert not [cell.to for row in done.rows for cell in row.cells if cell.to]
    assert "twelve months to 30 June 2026" in done.about


def test_a_report_built_days_later_counts_the_same_year_as_one_built_on_its_last_day(
    people, version
):
    returned(people, version, 2, grade="good", month=JUNE)
    returned(
        people, version, 1, grade="good", month=JUNE, returned_at=datetime(2026, 7, 3, tzinfo=UTC)
    )
    returned(people, version, 1, grade="good", month=date(2025, 6, 1))
    returned(people, framework(), 1, grade="good", month=JUNE)

    built, seen = (
        figure("moderation-coverage", scope(people, version, *QUARTER, at=at))
        for at in (datetime(2026, 7, 7, tzinfo=UTC), LATER)
    )

    assert built.rows[0].cells[0].n == seen.rows[0].cells[0].n == 2
    assert built.notes == (
        "1 audit returned under another edition of the framework is not counted.",
    )
