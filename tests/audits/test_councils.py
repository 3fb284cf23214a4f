"""What each council's own framework makes of the audit's pages: West Sussex's old scale, words, gates, limits."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse

from audits import selectors
from audits.answers import Given
from audits.completeness import RETURN
from audits.models import Audit
from audits.services.answers import save_answer
from audits.services.opening import Allotment, open_audit
from audits.services.returning import return_audit
from core.models import Notice
from core.moves import Refused
from programme.demo import Scene, answer_all, bring_to
from programme.services.allocating import NO_DAY, PAST_DAY, Choice, allocate
from reporting.builders.audit_record import build, case_note
from standards.models import FrameworkVersion
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db

FILE = "fixtures/frameworks/{}/{}.yaml"
MONTH = date(2026, 11, 1)


def council(code: str, edition: int = 1):
    """A council's framework, published, and its cast."""
    return framework(FILE.format(code, edition)), cast(code)


def page_of(client, user, name: str, *args) -> str:
    """A page as somebody sees it."""
    client.force_login(user)
    found = client.get(reverse(name, args=args))
    assert found.status_code == 200
    return found.content.decode()


# --- West Sussex: two editions -------------------------------------------------------------------


@pytest.fixture
def legacy():
    """An audit of the earlier edition, graded 6 while that was in force."""
    version, people = council("west-sussex", 1)
    case = CaseFileFactory(council=people.council, unit=people.team2)
    InvolvementFactory(case=case, user=people.worker)
    tool = version.tools.select_related("version__framework__council").get()
    allotment = Allotment(
        case=case,
        tool=tool,
        auditor=people.auditor,
        worker=people.worker,
        second_worker=None,
        manager=people.manager,
        month=MONTH,
        deadline_on=date(2026, 11, 30),
    )
    audit = open_audit(allotment, by=people.officer, at=NOW)
    bring_to(audit, "in_session", Scene(people.council, people.officer, tool, NOW))
    return Audit.objects.get(pk=audit.pk), people


def give(audit: Audit, code: str, given, by) -> None:
    """Save one answer."""
    tool = selectors.tool_of(audit)
    part = tool.part(code)
    section = tool.section(part.section_code)
    rows = selectors.answer_rows(audit)
    version = next((row.version for key, row in rows.items() if key[0] == code), 0)
    save_answer(audit, section, part, given, instance=1, read_version=version, by=by, at=NOW)


def test_a_legacy_audit_stays_readable_with_its_number_and_its_word(legacy, client):
    audit, people = legacy
    give(audit, "outcome.overall", Given(number=6), people.auditor)
    answer_all(audit, gate=RETURN, at=NOW)
    audit = return_audit(audit, by=people.auditor, at=NOW)
    framework(FILE.format("west-sussex", 2))

    assert (audit.grade, audit.version.edition) == ("good", 1)
    page = page_of(client, people.worker, "audit", audit.pk)
    assert "edition 1" in page
    assert '6, <strong class="govuk-tag govuk-tag--green">Good</strong>' in page
    assert "6 – Good" in page_of(client, people.worker, "section", audit.pk, "outcome")
    record = build(audit)
    assert (record.grade, record.grades[0].value) == ("Good", 6)
    client.force_login(people.auditor)
    url = reverse("answer", args=[audit.pk, "outcome.overall", 1])
    client.post(url, {"outcome.overall": "9", "outcome.overall:version": "1"})
    assert selectors.given_answers(audit)["outcome.overall", "auditor", 1].number == 6


def chosen(version: FrameworkVersion, people, **changes) -> Choice:
    """A Team 2 child for an auditor who may have it under any council's rule on teams."""
    case = CaseFileFactory(council=people.council, unit=people.team2)
    InvolvementFactory(case=case, user=people.worker)
    tool = version.tools.select_related("version__framework__council").get()
    return Choice(case, tool, people.auditor, people.worker, None, MONTH, **changes)


def test_no_new_audit_is_allocated_with_the_closed_edition():
    version, people = council("west-sussex", 1)
    framework(FILE.format("west-sussex", 2))

    with pytest.raises(Refused) as fault:
        allocate(chosen(version, people), by=people.officer, at=NOW)

    assert fault.value.problems == ("This edition of the framework is closed to new audits.",)
    assert not Audit.objects.exists()


def test_the_allocation_page_says_so_when_every_edition_is_closed(client):
    version, people = council("west-sussex", 1)
    choice = chosen(version, people)
    client.force_login(people.officer)

    page = client.get(reverse("allocate-case", args=[choice.case.pk])).content.decode()

    assert "no published framework in force" in page


# --- Bracknell Forest: due on the day of the audit -----------------------------------------------


@pytest.mark.parametrize(("audit_on", "problem"), [(None, NO_DAY), (date(2026, 11, 9), PAST_DAY)])
def test_an_audit_that_is_due_on_its_day_needs_that_day(audit_on, problem):
    version, people = council("bracknell-forest")

    with pytest.raises(Refused) as fault:
        allocate(chosen(version, people, audit_on=audit_on), by=people.officer, at=NOW)

    assert problem in fault.value.problems


def test_an_audit_is_due_back_on_the_day_of_the_audit():
    version, people = council("bracknell-forest")
    day = NOW.date() + timedelta(days=31)

    choice = replace(chosen(version, people, audit_on=day), month=day.replace(day=1))
    audit = allocate(choice, by=people.officer, at=NOW)

    assert audit.deadline_on == day


@pytest.mark.parametrize(("code", "asked"), [("bracknell-forest", True), ("lancashire", False)])
def test_only_where_it_is_due_then_the_day_of_the_audit_is_asked(code, asked, client):
    version, people = council(code)
    choice = chosen(version, people)

    page = page_of(client, people.officer, "allocate-case", choice.case.pk)

    assert ("Day of the audit" in page) is asked


# --- words, headings, gates ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "edition", "words"),
    [
        ("west-sussex", 2, ["Practitioner self-assessment", "1. Referral"]),
        ("lancashire", 1, ["Learning space", "Auditing manager", "Social worker"]),
        ("bracknell-forest", 1, ["Live audit", "Key worker", ">Seven headline indicators"]),
        ("blackburn-with-darwen", 1, ["Collaborative case audit", "B1. Practice standards 1"]),
    ],
)
def test_the_page_of_an_audit_speaks_the_councils_words(code, edition, words, client):
    version, people = council(code, edition)
    audit = audit_at("preparing", people, version)

    page = page_of(client, people.auditor, "audit", audit.pk)

    assert [word for word in words if word not in page] == []
    assert ">. " not in page


def test_a_section_that_opens_in_the_meeting_says_so_and_one_that_is_over_too(client):
    version, people = council("west-sussex", 2)
    audit = audit_at("preparing", people, version)
    opens = "You can fill in this section once the collaborative audit meeting has begun."
    assert opens in page_of(client, people.worker, "section", audit.pk, "referral")
    assert opens not in page_of(client, people.worker, "section", audit.pk, "outcome")
    own = page_of(client, people.worker, "section", audit.pk, "self_assessment")
    assert opens not in own

    bring_to(audit, "in_session", Scene(people.council, people.officer, audit.tool, NOW))

    over = "This section was filled in before the collaborative audit meeting and can no longer"
    assert over in page_of(client, people.worker, "section", audit.pk, "self_assessment")


@pytest.mark.parametrize(
    ("code", "subject", "text"),
    [
        ("lancashire", "The date of the meeting", "You need not fill in anything before it."),
        ("bracknell-forest", "Please prepare for the meeting", "complete your part"),
    ],
)
def test_a_worker_is_asked_to_prepare_only_where_there_is_something(code, subject, text, client):
    version, people = council(code)
    audit_at("preparing", people, version)

    told = Notice.objects.get(kind="audit.preparing", to=people.worker)

    assert told.subject.startswith(subject)
    assert text in told.text


@pytest.mark.parametrize(
    ("code", "auditor", "worker"),
    [
        (
            "lancashire",
            "You can fill in your part now. Start the reflective conversation when you are together.",
            "The auditing manager starts the reflective conversation.",
        ),
        (
            "bracknell-forest",
            "You can fill in your part now. Start the audit meeting when you are together.",
            "Complete your part before the audit meeting.",
        ),
        (
            "blackburn-with-darwen",
            "Complete your part before the audit meeting.",
            "You can fill in your part now. The auditor starts the audit meeting.",
        ),
    ],
)
def test_the_page_says_what_each_does_before_the_meeting(code, auditor, worker, client):
    version, people = council(code)
    audit = audit_at("preparing", people, version)

    assert auditor in page_of(client, people.auditor, "audit", audit.pk)
    assert worker in page_of(client, people.worker, "audit", audit.pk)


@pytest.mark.parametrize(("code", "closes"), [("lancashire", False), ("bracknell-forest", True)])
def test_the_start_page_names_only_what_changes_under_this_framework(code, closes, client):
    version, people = council(code)
    audit = audit_at("prepared", people, version)

    page = page_of(client, people.auditor, "start-session", audit.pk)

    assert ("can no longer be changed" in page) is closes
    assert "your check of the file" not in page


def test_a_section_for_actions_alone_is_open_to_the_auditor(client):
    version, people = council("lancashire")
    audit = audit_at("in_session", people, version)

    found = {one.section.code: one.words for one in progress(audit, "auditor")}
    assert found["actions"] == "Open for actions"
    found = {one.section.code: one.words for one in progress(audit, "practitioner")}
    assert found["actions"] == "Read only"


def progress(audit: Audit, me: str) -> list[selectors.Progress]:
    """How far each section has come for one party."""
    return selectors.progress(audit, me, selectors.given_answers(audit))


def test_a_grade_given_directly_is_chosen_with_its_meaning_and_shown_as_its_word(client):
    version, people = council("bracknell-forest")
    audit = audit_at("in_session", people, version)
    page = page_of(client, people.auditor, "section", audit.pk, "outcome")
    assert "makes an exceptional difference" in page
    assert "qa-scale" not in page
    give(audit, "outcome.overall", Given(text="good"), people.auditor)

    page = page_of(client, people.worker, "section", audit.pk, "outcome")

    assert '<strong class="govuk-tag govuk-tag--green">Good</strong>' in page
    assert "Good –" not in page


def test_record_and_note_speak_the_councils_words():
    version, people = council("lancashire")
    audit = audit_at("returned", people, version)

    record = build(audit)

    assert record.auditor_label == "Auditing manager"
    note = case_note(record)
    assert f"Child reference: {audit.case.number}\nAuditing manager: {people.auditor.name}" in note
    assert f"Social worker: {people.worker.name}" in note


def test_what_good_looks_like_stands_column_by_column_under_each_grade(client):
    version, people = council("blackburn-with-darwen")
    audit = audit_at("in_session", people, version)

    page = page_of(client, people.auditor, "guidance", audit.pk, "assessment")

    headings = re.findall(r"<h5[^>]*>([^<]*)</h5>", page)
    assert headings == ["Compliance", "Practice standard", "Systemic practice"] * 3


def test_a_date_that_comes_later_is_not_yet_known():
    version, people = council("blackburn-with-darwen")
    audit = audit_at("in_session", people, version)

    assert selectors.shown_fact(audit, "audit.returned_on") == "Not yet"


def test_the_note_has_the_frameworks_own_heading_over_the_actions():
    version, people = council("bracknell-forest")
    audit = audit_at("returned", people, version)

    assert "\n\nAudit Action Plan – November\n1. " in case_note(build(audit))


def test_a_guidance_part_shows_its_text(client):
    version, people = council("west-sussex", 2)
    audit = audit_at("in_session", people, version)

    page = page_of(client, people.auditor, "section", audit.pk, "referral")

    assert "Multi Agency Safeguarding Hub" in page
