"""A sixth council that nobody here knew: from its file to a returned audit, with no line of code of its own."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from actions.services import Plan
from audits import selectors
from audits.answers import Given
from audits.completeness import RETURN, SESSION
from audits.models import Answer, Audit
from audits.services.actions import record_action
from audits.services.answers import finish_section, save_answer
from audits.services.meeting import set_meeting, start_session
from audits.services.returning import reopen_audit, return_audit
from core.models import Notice
from core.moves import Refused
from programme.demo import answer_all
from programme.services.allocating import Choice, NeedsConfirming, allocate
from reporting.builders.audit_record import build
from tests.factories.audits import NOW, framework
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db

MEETING = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)
TODDLER, TEENAGER = date(2023, 6, 1), date(2012, 6, 1)


@pytest.fixture
def sixth():
    return framework("tests/frameworks/sixthshire.yaml"), cast("sixthshire")


def child(people, **about):
    """A Team 2 child whom the worker works with: a toddler under a protection plan unless told otherwise."""
    about = {"unit": people.team2, "plan_type": "CP", "date_of_birth": TODDLER} | about
    case = CaseFileFactory(council=people.council, **about)
    InvolvementFactory(case=case, user=people.worker)
    return case


def chosen(version, people, *, form="review", **about):
    """A child for Team 1's manager to audit, whose team has four open cases."""
    for _ in range(4):
        CaseFileFactory(council=people.council, unit=people.team1)
    tool = version.tools.select_related("version__framework__council").get(code=form)
    return Choice(
        child(people, **about), tool, people.auditor, people.worker, None, date(2026, 11, 1)
    )


def say(audit, code, *, by, **given):
    """Save one answer, whatever stood there before."""
    audit = Audit.objects.get(pk=audit.pk)
    tool = selectors.tool_of(audit)
    part = tool.part(code)
    row = Answer.objects.filter(audit=audit, part_id=part.id).first()
    return save_answer(
        audit,
        tool.section(part.section_code),
        part,
        Given(**given),
        instance=1,
        read_version=row.version if row else 0,
        by=by,
        at=NOW,
    )


def in_session(version, people, **about):
    """An audit whose meeting has begun."""
    audit = allocate(chosen(version, people, **about), by=people.officer, at=NOW)
    set_meeting(audit, meeting_at=MEETING, mode="video", by=people.auditor, at=NOW)
    answer_all(audit, gate=SESSION, at=NOW)
    return start_session(audit, by=people.auditor, at=NOW)


def fill(audit, people):
    """Every compulsory answer, so that everything that counts is yes and the grade given is Strong."""
    for code, text in {
        "core.alone": "yes",
        "core.views": "not_applicable",
        "core.work": "strong",
        "core.experience": "fair",
        "core.risky": "no",
        "plan.tested": "yes",
        "little.watched": "yes",
        "outcome.overall": "strong",
        "outcome.rationale": "Purposeful work.",
    }.items():
        say(audit, code, by=people.auditor, text=text)
    plan = Plan("improve", "Hold a family meeting.", "", people.worker, date(2026, 12, 1))
    record_action(audit, plan, by=people.auditor, at=NOW)


def problems(audit, people):
    """What the return is refused for."""
    with pytest.raises(Refused) as refused:
        return_audit(audit, by=people.auditor, at=NOW)
    return refused.value.problems


def suggested(audit):
    audit = Audit.objects.get(pk=audit.pk)
    return selectors.suggestion_of(audit, selectors.given_answers(audit))


def statuses(audit, me="auditor"):
    audit = Audit.objects.get(pk=audit.pk)
    found = selectors.progress(audit, me, selectors.given_answers(audit))
    return {one.section.code: one.status for one in found}


def test_an_audit_goes_from_the_file_to_its_return(sixth):
    version, people = sixth
    audit = in_session(version, people)
    fill(audit, people)

    audit = return_audit(audit, by=people.auditor, at=NOW)

    assert (audit.state, audit.grade) == ("returned", "strong")
    assert audit.facts == {"case.plan_type": "CP", "case.age": "3"}
    told = set(Notice.objects.filter(kind="audit.returned").values_list("to", flat=True))
    assert told == {people.worker.pk, people.head.pk, people.officer.pk}


def test_demo_answers_carry_any_form_to_its_return(sixth):
    version, people = sixth
    audit = in_session(version, people)
    answer_all(audit, gate=RETURN, at=NOW)
    plan = Plan("improve", "Hold a family meeting.", "", people.worker, date(2026, 12, 1))
    record_action(audit, plan, by=people.auditor, at=NOW)

    assert return_audit(audit, by=people.auditor, at=NOW).state == "returned"


@pytest.mark.parametrize(
    ("about", "apart"),
    [
        ({}, {"safety"}),
        ({"plan_type": "cp "}, {"safety"}),
        ({"plan_type": "CIN"}, {"plan", "safety"}),
        ({"plan_type": ""}, {"plan", "safety"}),
        ({"date_of_birth": TEENAGER}, {"little", "safety"}),
        ({"date_of_birth": None}, {"little", "safety"}),
        ({"date_of_birth": date(2021, 11, 11)}, {"safety"}),  # five tomorrow
        ({"date_of_birth": date(2021, 11, 10)}, {"little", "safety"}),  # five today
    ],
)
def test_a_section_that_does_not_apply_asks_nothing(sixth, about, apart):
    version, people = sixth
    audit = in_session(version, people, **about)

    found = {code for code, status in statuses(audit).items() if status == "apart"}

    assert found == apart
    asked = {one.section.code for one in selectors.missing_parts(audit, RETURN)}
    assert not asked & apart


def test_an_answer_opens_a_section_and_closes_it_again_without_losing_words(sixth):
    version, people = sixth
    audit = in_session(version, people)
    fill(audit, people)
    say(audit, "core.risky", by=people.worker, text="yes")
    assert statuses(audit)["safety"] == "todo"
    assert problems(audit, people) == ("Question 5 – Was there a strategy meeting?",)
    say(audit, "safety.met", by=people.worker, text="no")
    assert suggested(audit).share == 83

    say(audit, "core.risky", by=people.worker, text="no")

    assert suggested(audit).share == 100
    with pytest.raises(Refused, match="does not apply any longer"):
        say(audit, "safety.story", by=people.worker, text="Late words")
    tool = selectors.tool_of(audit)
    with pytest.raises(Refused, match="does not apply to this audit"):
        finish_section(audit, tool, tool.section("safety"), by=people.worker, at=NOW)
    record = build(return_audit(audit, by=people.auditor, at=NOW))
    safety = next(part for part in record.parts if part.title == "Keeping safe")
    assert safety.entries == ()
    assert safety.left_out == (
        "This section did not apply to this audit. "
        "It is asked when “Was there a risk of significant harm?” is answered “Yes”."
    )
    assert Answer.objects.get(audit=audit, part__code="safety.met").text == "no"


def test_the_record_keeps_the_facts_of_the_day_it_was_returned(sixth):
    version, people = sixth
    audit = in_session(version, people)
    fill(audit, people)
    audit = return_audit(audit, by=people.auditor, at=NOW)
    before = build(audit)

    audit.case.plan_type, audit.case.date_of_birth = "CIN", TEENAGER
    audit.case.save()

    again = Audit.objects.get(pk=audit.pk)
    assert build(again).parts == before.parts
    reopened = reopen_audit(again, reason="The plan was wrong", by=people.qa_head, at=NOW)
    assert statuses(reopened)["plan"] == "apart"


def test_a_section_that_is_always_asked_cannot_stay_silent(sixth):
    version, people = sixth
    audit = in_session(version, people)

    assert "“The work” is always part of the audit. Answer something in it." in problems(
        audit, people
    )


def test_not_applicable_is_left_out_and_partly_counts_half(sixth):
    version, people = sixth
    audit = in_session(version, people)
    fill(audit, people)

    assert suggested(audit).grade == "strong"
    assert suggested(audit).how == (
        "5 of 5 points are reached: 100%. That lies in the band of Strong.",
        "1 answer “not applicable” is left out.",
    )
    say(audit, "core.father", by=people.worker, text="partly")
    assert suggested(audit).share == 91


def test_a_priority_item_caps_the_suggestion_and_another_grade_needs_a_reason(sixth):
    version, people = sixth
    audit = in_session(version, people)
    fill(audit, people)
    say(audit, "core.alone", by=people.worker, text="no")
    for code in ("core.father", "core.supervision"):
        text = "yes" if code == "core.father" else "full"
        say(audit, code, by=people.worker, text=text)

    found = suggested(audit)

    assert (found.grade, found.share) == ("fair", 71)
    assert found.how[-1] == (
        "“Was the child seen alone?” is answered no, so that no better grade than Fair is suggested."
    )
    assert problems(audit, people) == (
        f"{people.auditor.name}: Question 7 – Why another grade than the suggested one",
    )
    say(audit, "outcome.other_grade", by=people.auditor, text="Seen with the nurse.")
    audit = return_audit(audit, by=people.auditor, at=NOW)
    assert audit.grade == "strong"
    assert build(audit).suggested == "Fair"


def test_leading_is_refused_until_every_statement_is_ticked(sixth):
    version, people = sixth
    audit = in_session(version, people)
    fill(audit, people)
    say(audit, "outcome.overall", by=people.auditor, text="leading")
    say(audit, "outcome.other_grade", by=people.auditor, text="More than the items show.")
    refusal = ("Leading can be given only when every line of “Statements for Leading” is ticked.",)
    assert problems(audit, people) == refusal
    say(audit, "leading.proof", by=people.auditor, text="child")
    assert problems(audit, people) == refusal

    say(audit, "leading.proof", by=people.auditor, text="child,others")

    assert return_audit(audit, by=people.auditor, at=NOW).grade == "leading"


def test_the_second_form_suggests_the_lowest_grade(sixth):
    version, people = sixth
    audit = in_session(version, people, form="spot")
    assert suggested(audit) is None
    say(audit, "check.speed", by=people.auditor, text="strong")
    say(audit, "check.depth", by=people.auditor, text="fair")

    assert suggested(audit).grade == "fair"
    assert suggested(audit).how == ("The lowest grade given is Fair, for “How thorough?”.",)


def test_nothing_is_suggested_before_the_meeting(sixth):
    version, people = sixth
    audit = allocate(chosen(version, people), by=people.officer, at=NOW)

    assert suggested(audit) is None


# --- allocation ---------------------------------------------------------------------------------


def test_nothing_is_given_out_or_due_in_a_month_without_audits(sixth):
    version, people = sixth
    choice = chosen(version, people)

    with pytest.raises(Refused) as refused:
        allocate(replace(choice, month=date(2026, 12, 1)), by=people.officer, at=NOW)

    assert refused.value.problems == ("No audits are given out for December in this framework.",)
    # Four weeks from 10 November lie in December.
    assert allocate(choice, by=people.officer, at=NOW).deadline_on == date(2027, 1, 8)


def test_several_auditors_take_the_same_file_without_a_doubt(sixth):
    version, people = sixth
    choice = chosen(version, people)
    allocate(choice, by=people.officer, at=NOW)

    second = allocate(replace(choice, auditor=people.head), by=people.officer, at=NOW)

    assert second.auditor == people.head


def test_a_file_audited_lately_is_not_picked_again(sixth):
    version, people = sixth
    audit = in_session(version, people)
    fill(audit, people)
    return_audit(audit, by=people.auditor, at=NOW)
    again = Choice(audit.case, audit.tool, people.head, people.worker, None, date(2027, 5, 1))

    with pytest.raises(Refused) as refused:
        allocate(again, by=people.officer, at=datetime(2027, 5, 9, 12, 0, tzinfo=UTC))

    assert refused.value.problems == (
        "This child's file was audited on 10 November 2026. In this framework it is not picked again "
        "within 6 months, so not before 10 May 2027.",
    )
    beside = replace(again, auditor=people.service_manager, month=date(2026, 11, 1))
    assert allocate(beside, by=people.officer, at=NOW)
    day = datetime(2027, 5, 10, 12, 0, tzinfo=UTC)
    assert allocate(again, by=people.officer, at=day)


def test_the_number_is_a_share_of_the_units_open_cases(sixth):
    version, people = sixth
    choice = chosen(version, people)
    for _ in range(2):
        allocate(replace(choice, case=child(people)), by=people.officer, at=NOW)

    with pytest.raises(NeedsConfirming) as doubts:
        allocate(choice, by=people.officer, at=NOW)

    assert doubts.value.problems == (
        "The auditor already has 2 audits in this month. The number is 2: 50% of 4 open cases of the "
        "auditor's unit.",
    )


def test_the_team_rule_is_left_aside_only_with_a_reason(sixth):
    version, people = sixth
    choice = chosen(version, people, unit=people.team1)

    with pytest.raises(Refused) as refused:
        allocate(choice, by=people.officer, at=NOW)
    assert refused.value.problems == (
        "The child's team is the auditor's own team. Choose an auditor from another team. "
        "Or give the reason for leaving this rule aside.",
    )

    audit = allocate(replace(choice, reason="Nobody else is free."), by=people.officer, at=NOW)

    assert audit.moves.get(verb="allocate").reason == (
        "The child's team is the auditor's own team. Choose an auditor from another team. "
        "Left aside: Nobody else is free."
    )


def test_what_other_rooms_read_is_kept_with_the_edition(sixth):
    version, _ = sixth

    kept = version.policy

    assert kept["programme"]["excuses"] == [
        {"done": "observation", "excuses": "review", "number": 1, "every": "quarter"}
    ]
    assert kept["programme"]["events"][0]["tool"] == "spot"
    assert kept["closure_checks"][0]["code"] == "told_family"
    assert [step["by"] for step in kept["allocation"]["extension"]["steps"]] == [
        ["line_manager"],
        ["qa_officer"],
        ["qa_head"],
    ]


# --- the pages ----------------------------------------------------------------------------------


@pytest.fixture
def auditor(sixth):
    version, people = sixth
    audit = in_session(version, people)
    client = Client()
    client.force_login(people.auditor)
    return client, audit, people


def html(client, name, *args):
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_audits_page_says_which_time_is_looked_at_and_what_does_not_apply(auditor):
    client, audit, _ = auditor

    page = html(client, "audit", audit.pk)

    assert "The last 12 months" in page
    assert "The last 3 months" in page
    assert "Read the year, judge the last quarter." in page
    assert "Does not apply. It is asked when “Was there a risk of significant harm?”" in page


def test_every_new_kind_of_part_is_shown_and_saved_without_javascript(auditor):
    client, audit, _ = auditor
    page = html(client, "section", audit.pk, "work")
    assert page.count('type="checkbox"') == 3
    assert '<strong class="govuk-tag govuk-tag--green">Strong</strong>' in page
    assert "The child&#x27;s experience" in page
    assert page.count('value="not_applicable"') == 2
    assert "Leading" in page  # the child's experience offers every grade

    typed = {
        "core.on_file": ["life_story", "chronology"],
        "core.work": "fair",
        "core.views": "partly",
    }
    sent = {f"{code}:version": "0" for code in typed}
    answer = client.post(reverse("section", args=[audit.pk, "work"]), typed | sent)

    assert answer.status_code == 302
    saved = dict(Answer.objects.filter(audit=audit).values_list("part__code", "text"))
    assert saved["core.on_file"] == "chronology,life_story"
    assert (saved["core.work"], saved["core.views"]) == ("fair", "partly")
    # The next page passes over the section that does not apply.
    assert answer["Location"] == reverse("section", args=[audit.pk, "plan"])


def test_a_checklist_saves_by_itself_and_takes_ticks_away(auditor):
    client, audit, _ = auditor
    where = reverse("answer", args=[audit.pk, "core.on_file", 1])

    first = client.post(where, {"core.on_file": ["genogram"], "core.on_file:version": "0"}).json()
    second = client.post(where, {"core.on_file:version": str(first["version"])}).json()
    wrong = client.post(where, {"core.on_file": ["x"], "core.on_file:version": "2"})

    assert (first["state"], second["state"], second["version"]) == ("saved", "saved", 2)
    assert Answer.objects.get(audit=audit, part__code="core.on_file").text == ""
    assert wrong.status_code == 422


def test_a_section_that_does_not_apply_says_so_and_offers_nothing(auditor):
    client, audit, _ = auditor

    page = html(client, "section", audit.pk, "safety")

    assert "This section does not apply to this audit." in page
    assert "strategy meeting" not in page
    assert "Save and continue" not in page


def test_the_suggestion_stands_beside_the_grade_and_is_refreshed(auditor):
    client, audit, people = auditor
    assert "nothing yet, as no answer counts so far" in html(client, "section", audit.pk, "outcome")
    fill(audit, people)
    say(audit, "outcome.overall", by=people.auditor, text="fair")

    page = html(client, "section", audit.pk, "outcome")
    news = client.get(reverse("section-changes", args=[audit.pk, "outcome"])).json()

    assert "5 of 5 points are reached: 100%." in page
    assert "say why under “Why another grade than the suggested one”." in page
    assert "5 of 5 points are reached: 100%." in news["suggestion"]
    assert (
        client.get(reverse("section-changes", args=[audit.pk, "work"])).json()["suggestion"] == ""
    )


def test_the_record_and_the_word_file_show_the_new_kinds(auditor):
    client, audit, people = auditor
    fill(audit, people)
    say(audit, "core.on_file", by=people.auditor, text="chronology,genogram")
    return_audit(audit, by=people.auditor, at=NOW)

    page = html(client, "audit-record", audit.pk)
    word = client.get(reverse("audit-word", args=[audit.pk]))

    assert "Suggested by the answers: <b>Strong</b>" in page
    assert "Grade for this section – The work" in page
    assert "A chronology<br>A genogram" in page
    assert "This section did not apply to this audit." in page
    assert word.status_code == 200
