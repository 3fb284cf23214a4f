from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import Audit
from core.models import TrailEntry
from programme.models import AllocationPlan, Away, Draw
from programme.services.leave import note_away
from programme.services.plans import ask_for_plan, work_out
from programme.states import DrawState, PlanState
from tests.factories.audits import NOW, framework
from tests.factories.cast import cast
from tests.factories.programme import auditor_of, drawn, planned, worked_case, worker_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = NOW
    return cast("bexley")


@pytest.fixture
def version():
    return framework("fixtures/frameworks/bexley/1.yaml")


@pytest.fixture
def officer(client, people):
    client.force_login(people.officer)
    return client


def cases_of(people, number):
    return [worked_case(people, worker_of(people)) for _ in range(number)]


def page_of(draw, name="plan", *args):
    return reverse(name, args=[draw.pk, *args])


def test_a_plan_is_asked_for_and_its_page_waits(officer, people, version):
    draw = drawn(people, version, cases_of(people, 1))

    before = officer.get(page_of(draw)).content.decode()
    asked = officer.post(page_of(draw), {"over_number": "on"})
    after = officer.get(page_of(draw)).content.decode()

    assert "Work out a plan" in before
    assert asked.headers["Location"] == page_of(draw)
    plan = AllocationPlan.objects.get()
    assert (plan.state, plan.over_number) == (PlanState.WAITING, True)
    assert 'hx-trigger="every 2s"' in after
    assert "Check again" in after


def test_the_page_that_waits_is_told_when_the_plan_is_there(officer, people, version):
    draw = drawn(people, version, cases_of(people, 1))
    plan = ask_for_plan(draw, by=people.officer, at=NOW)

    waiting = officer.get(page_of(draw), headers={"HX-Request": "true"})
    work_out(plan.pk, at=NOW)
    done = officer.get(page_of(draw), headers={"HX-Request": "true"})

    assert waiting.content.decode().startswith('<div id="progress"')
    assert "HX-Refresh" not in waiting.headers
    assert done.headers["HX-Refresh"] == "true"


def test_a_plan_that_failed_says_why_and_is_tried_again(officer, people, version):
    plan = planned(people, version, cases_of(people, 1))
    AllocationPlan.objects.update(state="failed", explained=[{"words": "It did not finish."}])

    page = officer.get(page_of(plan.draw)).content.decode()
    officer.post(page_of(plan.draw))

    assert "It did not finish." in page
    assert AllocationPlan.objects.get().state == PlanState.WAITING


def test_a_withdrawn_draw_offers_no_plan(officer, people, version):
    draw = drawn(people, version, cases_of(people, 1), state=DrawState.WITHDRAWN)

    page = officer.get(page_of(draw)).content.decode()

    assert "These files were drawn again" in page
    assert "Work out a plan" not in page


def test_the_plan_shows_each_case_and_what_could_not_be_met(officer, people, version):
    cases = cases_of(people, 7)
    plan = planned(people, version, cases)

    answer = officer.get(page_of(plan.draw))
    page = answer.content.decode()

    assert all(case.number in page for case in cases)
    assert "2 cases of Family support have no auditor" in page
    assert [line.row.auditor is None for line in answer.context["lines"]] == [True] * 2 + [
        False
    ] * 5
    assert "Why the cases without an auditor are left out" in page
    assert TrailEntry.objects.filter(verb="open plan", by_id=people.officer.pk).exists()


def test_a_row_is_changed_by_hand(officer, people, version):
    plan = planned(people, version, cases_of(people, 1))
    row = plan.rows.get()
    where = page_of(plan.draw, "plan-row", row.pk)

    page = officer.get(where).content.decode()
    answer = officer.post(where, {"auditor": people.head.pk})

    assert "cannot audit this file" in page
    assert answer.headers["Location"] == page_of(plan.draw)
    assert plan.rows.get().auditor == people.head
    assert "By hand" in officer.get(page_of(plan.draw)).content.decode()


def test_a_row_that_a_rule_forbids_is_refused_in_words(officer, people, version):
    plan = planned(people, version, cases_of(people, 1))
    where = page_of(plan.draw, "plan-row", plan.rows.get().pk)

    answer = officer.post(where, {"auditor": people.manager.pk})

    assert answer.status_code == 422
    assert "The auditor is the worker&#x27;s line manager." in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"auditor": ""}, "Choose the auditor."),
        ({"leave": "1", "why": " "}, "Say why this file is left out."),
    ],
)
def test_a_row_says_what_is_missing(officer, people, version, typed, words):
    plan = planned(people, version, cases_of(people, 1))

    answer = officer.post(page_of(plan.draw, "plan-row", plan.rows.get().pk), typed)

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_row_is_left_out_by_hand(officer, people, version):
    plan = planned(people, version, cases_of(people, 1))

    officer.post(
        page_of(plan.draw, "plan-row", plan.rows.get().pk), {"leave": "1", "why": "Court."}
    )

    assert plan.rows.get().why_none == "Left out: Court."
    assert "Left out: Court." in officer.get(page_of(plan.draw)).content.decode()


def test_a_row_of_another_draw_is_not_found(officer, people, version):
    one, other = (planned(people, version, cases_of(people, 1)) for _ in range(2))

    assert officer.get(page_of(one.draw, "plan-row", other.rows.get().pk)).status_code == 404


def test_the_plan_is_confirmed(officer, people, version):
    plan = planned(people, version, cases_of(people, 3))

    answer = officer.post(page_of(plan.draw), {"confirm": "1"}, follow=True)
    page = answer.content.decode()

    assert "3 audits are given out." in page
    assert Audit.objects.count() == 3
    assert Draw.objects.get().state == DrawState.ALLOCATED
    assert "Confirmed" in page
    assert 'name="confirm"' not in page
    assert all(audit.reference in page for audit in Audit.objects.all())


def test_confirming_says_what_is_missing_and_what_must_be_accepted(officer, people, version):
    plan = planned(people, version, cases_of(people, 6))
    empty = plan.rows.get(auditor=None)
    where = page_of(plan.draw)

    silent = officer.post(where, {"confirm": "1"})
    row = plan.rows.filter(auditor=people.head).get()
    officer.post(page_of(plan.draw, "plan-row", empty.pk), {"auditor": people.head.pk})
    doubted = officer.post(where, {"confirm": "1"})
    page = doubted.content.decode()

    assert (silent.status_code, doubted.status_code) == (422, 422)
    assert "Choose an auditor for each case, or say why it is left out." in silent.content.decode()
    assert "The auditor already has an audit in this month. (case" in page
    assert 'name="accepted"' in page
    assert not Audit.objects.exists()
    assert row.auditor == people.head

    officer.post(where, {"confirm": "1", "accepted": "on"})
    assert Audit.objects.filter(auditor=people.head).count() == 2


def test_confirming_shows_every_rule_that_stands_against_it(officer, people, version):
    cases = cases_of(people, 2)
    plan = planned(people, version, cases)
    cases[0].closed_on = date(2026, 11, 10)
    cases[0].save()

    answer = officer.post(page_of(plan.draw), {"confirm": "1"})

    assert answer.status_code == 422
    assert "This case is closed, so it cannot be audited. (case" in answer.content.decode()


def test_rows_that_are_not_allowed_any_more_are_marked(officer, people, version):
    plan = planned(people, version, cases_of(people, 5))
    note_away(people.head, NOW.date(), date(2026, 12, 1), by=people.officer, at=NOW)
    people.auditor.holdings.update(to_on=date(2026, 11, 1))

    page = officer.get(page_of(plan.draw)).content.decode()

    assert page.count("The person holds no post that audits today.") == 1
    assert page.count("The auditor is away for most of the time.") == 1


def test_the_load_of_each_auditor_is_shown(officer, people, version):
    plan = planned(people, version, cases_of(people, 7), over=True)

    answer = officer.get(page_of(plan.draw, "plan-load"))

    assert sum(load.planned for load in answer.context["page"]) == 7
    assert answer.content.decode().count(">Over<") == 2


def test_the_load_of_no_plan_is_not_found(officer, people, version):
    assert officer.get(page_of(drawn(people, version, []), "plan-load")).status_code == 404


def test_where_audits_are_due_on_their_day_it_is_asked_for(client, settings):
    settings.TEST_CLOCK = NOW
    bracknell = framework("fixtures/frameworks/bracknell-forest/1.yaml")
    people = cast("bracknell-forest")
    client.force_login(people.officer)
    plan = planned(people, bracknell, [worked_case(people)], month=date(2026, 12, 1))
    day = {"audit_on_0": "16", "audit_on_1": "12", "audit_on_2": "2026"}

    silent = client.post(page_of(plan.draw), {"confirm": "1"})
    client.post(page_of(plan.draw), {"confirm": "1", **day})

    assert "Enter the day of the audits." in silent.content.decode()
    assert Audit.objects.get().deadline_on == date(2026, 12, 16)


# Who is away ---------------------------------------------------------------------------------------


def away(person, first, last):
    parts = {"from_on": first, "to_on": last}
    return {"person": person.pk} | {
        f"{name}_{n}": part
        for name, day in parts.items()
        for n, part in enumerate((day.day, day.month, day.year))
    }


def test_leave_is_noted_listed_and_removed(officer, people, version):
    officer.post(reverse("away"), away(people.head, NOW.date(), date(2026, 11, 20)))
    page = officer.get(reverse("away")).content.decode()

    assert people.head.name in page
    assert "10 November 2026 to 20 November 2026" in page

    officer.post(reverse("remove-away", args=[Away.objects.get().pk]))
    assert "Nobody is noted as away." in officer.get(reverse("away")).content.decode()


def test_leave_that_cannot_be_is_refused_in_words(officer, people, version):
    answer = officer.post(reverse("away"), away(people.head, NOW.date(), date(2026, 11, 9)))

    assert answer.status_code == 422
    assert "must be the first day away or later" in answer.content.decode()


def test_only_who_audits_can_be_noted(officer, people, version):
    answer = officer.post(reverse("away"), away(people.stranger, NOW.date(), NOW.date()))

    assert answer.status_code == 422
    assert not Away.objects.exists()


# Queries -------------------------------------------------------------------------------------------


def queries(officer, where):
    assert officer.get(where).status_code == 200
    with CaptureQueriesContext(connection) as found:
        officer.get(where)
    return len(found)


@pytest.mark.parametrize("name", ["plan", "plan-load", "plan-row"])
def test_the_pages_queries_do_not_grow(officer, people, version, name):
    counts = []
    for number in (1, 8):
        plan = planned(people, version, cases_of(people, number), over=True)
        args = [plan.rows.first().pk] if name == "plan-row" else []
        counts.append(queries(officer, page_of(plan.draw, name, *args)))
        for _ in range(3):
            auditor_of(people)

    print(name, counts)
    assert counts[0] == counts[1]
    assert counts[0] <= 30
