"""Summaries, who answered, themes, reports of surveys, and actions that follow feedback."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from actions.models import Action
from actions.plans import Plan
from audits.models import Answer
from core.moves import Refused
from feedback.models import Summary, Survey, SurveyReport
from feedback.selectors.funnels import first_of, funnels_of, reasons_of
from feedback.selectors.themes import themes_said
from feedback.services.acting import act_on
from feedback.services.replies import Sheet, Subject, record_reply
from feedback.services.summaries import Heard, change_summary, record_summary
from feedback.services.survey_reports import Written, share_report, write_report
from feedback.services.surveys import close_survey
from feedback.services.tagging import tag_reply
from people.models import OrgUnit
from standards.models import Part
from standards.selectors import edition
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast
from tests.factories.feedback import answer, survey_at

pytestmark = pytest.mark.django_db
ON = NOW.date()
HEARD = Heard(
    ON, "Foster carers want to be told earlier.", "Write to carers first.", 12, ("Telling",)
)


@pytest.fixture(autouse=True)
def _at_noon(settings):
    settings.TEST_CLOCK = NOW


@pytest.fixture
def version():
    return framework("fixtures/frameworks/bexley/1.yaml")


@pytest.fixture
def people(version):
    return cast("bexley")


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def complaint(people, version, **more):
    sheet = Sheet(
        "complaints",
        "log",
        "answered",
        ON,
        {"kind": "complaint", "corrective_action": "Ring within two days."},
        **more,
    )
    return record_reply(sheet, Subject(people.council, version), by=people.officer, at=NOW)


def family(audit, by, outcome="answered"):
    sheet = Sheet(
        "audit_family",
        "call",
        outcome,
        ON,
        {"s1": "7"} if outcome == "answered" else {},
        reason="" if outcome == "answered" else "Rang three times.",
    )
    return record_reply(sheet, Subject.of_audit(audit), by=by, at=NOW)


# Summaries ----------------------------------------------------------------------------------------


def test_a_summary_is_kept_once_and_put_right(people):
    token = uuid4()
    made = record_summary(
        people.council, "fostering", HEARD, by=people.officer, at=NOW, form_token=token
    )
    again = record_summary(
        people.council, "fostering", HEARD, by=people.officer, at=NOW, form_token=token
    )
    change_summary(made, Heard(ON, "They want more notice."), by=people.officer, at=NOW)

    assert again == made
    found = Summary.objects.get()
    assert (found.heard, found.people, found.themes) == ("They want more notice.", None, [])


@pytest.mark.parametrize(
    ("code", "heard"),
    [
        ("fostering", Heard(ON + timedelta(days=1), "Said.")),
        ("fostering", Heard(ON, "  ")),
        ("complaints", HEARD),
        ("parent_survey", HEARD),
        ("nothing", HEARD),
    ],
)
def test_what_is_no_summary_is_refused(people, code, heard):
    with pytest.raises(Refused):
        record_summary(people.council, code, heard, by=people.officer, at=NOW)


def test_who_neither_asks_nor_is_of_the_qa_team_writes_none(people):
    with pytest.raises(PermissionDenied):
        record_summary(people.council, "fostering", HEARD, by=people.worker, at=NOW)


def test_a_summary_is_written_and_read_in_the_browser(people):
    officer = as_(people.officer)
    page = reverse("new-summary", args=["fostering"])
    sent = {"held_on_0": "", "heard": "They feel heard.", "people": "9", "themes": "Voice, Voice"}

    assert "Enter the day." in officer.post(page, sent).content.decode()
    sent |= {"held_on_0": ON.day, "held_on_1": ON.month, "held_on_2": ON.year}
    officer.post(page, sent)

    found = officer.get(reverse("summaries")).content.decode()
    assert "They feel heard." in found
    assert "9 people took part" in found
    assert Summary.objects.get().themes == ["Voice"]
    change = reverse("summary", args=[Summary.objects.get().pk])
    officer.post(change, sent | {"heard": "They feel heard now."})
    assert Summary.objects.get().heard == "They feel heard now."
    assert as_(people.stranger).get(change).status_code == 404


# Themes -------------------------------------------------------------------------------------------


def test_themes_are_counted_over_replies_summaries_surveys_and_actions(people, version):
    reply = complaint(people, version)
    complaint(people, version)
    tag_reply(reply, ["Telling", "Delay"], by=people.officer, at=NOW)
    record_summary(people.council, "fostering", HEARD, by=people.officer, at=NOW)
    act(reply, people, version)

    found = themes_said(people.officer, ON, ON, ON)

    assert [(one.name, one.replies, one.summaries, one.open) for one in found.rows] == [
        ("Telling", 1, 1, 0),
        ("Delay", 1, 0, 1),
    ]
    assert found.untagged == 1
    assert themes_said(people.officer, ON, ON - timedelta(9), ON - timedelta(1)).rows == ()
    assert themes_said(people.worker, ON, ON, ON).rows == ()


def test_a_reply_is_given_themes_in_the_browser(people, version):
    reply = complaint(people, version)
    page = reverse("tag-reply", args=[reply.key])

    as_(people.officer).post(page, {"themes": "Delay, Being told"})

    reply.refresh_from_db()
    assert reply.themes == ["Delay", "Being told"]
    found = as_(people.officer).get(reverse("feedback-themes"))
    assert "Being told" in found.content.decode()
    listed = as_(people.officer).get(reverse("replies"), {"theme": "Delay"}).content.decode()
    assert str(reply.key) in listed
    assert (
        str(reply.key)
        not in as_(people.officer).get(reverse("replies"), {"theme": "-"}).content.decode()
    )
    file = as_(people.officer).get(reverse("feedback-themes-file"))
    assert b"Being told" in file.content


def test_only_the_qa_team_gives_themes(people, version):
    with pytest.raises(PermissionDenied):
        tag_reply(complaint(people, version), ["x"], by=people.head, at=NOW)


# Who answered -------------------------------------------------------------------------------------


def test_the_first_quarter_of_four():
    assert [str(first_of(day)) for day in (ON.replace(month=2), ON.replace(month=12, day=31))] == [
        f"{ON.year - 1}-04-01",
        f"{ON.year}-01-01",
    ]


def test_who_was_asked_is_counted_by_quarter_and_service(people, version):
    audit = audit_at("returned", people, version)
    family(audit, people.auditor, "no_reply")
    before = {table.title: table for table in funnels_of(people.officer, ON)}
    title = next(one.title for one in edition(version).instruments if one.code == "audit_family")
    assert before[title].whole.wanted == 1
    assert [line.label for line in before[title].services] == [people.service.name]
    family(audit, people.auditor)

    found = {table.title: table for table in funnels_of(people.officer, ON)}

    assert found[title].whole.answered == 1
    [reason] = [
        one
        for one in reasons_of(people.officer, ON)
        if one.title == title and one.reason == "Rang three times."
    ]
    assert (reason.reference, reason.outcome) == (audit.reference, "No reply")
    assert reasons_of(people.stranger, ON) == []
    assert found[title].quarters[0].found == found[title].whole
    assert funnels_of(people.stranger, ON) == []
    page = as_(people.officer).get(reverse("feedback-funnel")).content.decode()
    assert escape(title) in page


def test_what_the_form_says_counts_with_its_reason(people, version):
    audit = audit_at("returned", people, version)
    outcome = audit.answers.get(part__code="voice_family.outcome", instance=1)
    Answer.objects.filter(pk=outcome.pk).update(text="declined")
    why = Part.objects.get(code="voice_family.reason", question=outcome.part.question_id)
    Answer.objects.update_or_create(
        audit=audit,
        part=why,
        respondent="auditor",
        instance=1,
        defaults={"text": "Wanted to be left alone.", "saved_by": people.auditor, "saved_at": NOW},
    )

    [reason] = [one for one in reasons_of(people.officer, ON) if one.outcome == "Declined"]

    assert reason.reason == "Wanted to be left alone."
    whole = {table.title: table.whole for table in funnels_of(people.officer, ON)}[reason.title]
    assert (whole.wanted, whole.reached, whole.declined, whole.answered) == (1, 1, 1, 0)


def test_an_audit_under_way_is_not_counted(people, version):
    family(audit_at("in_session", people, version), people.auditor)

    assert funnels_of(people.officer, ON) == []


# Reports of surveys -------------------------------------------------------------------------------


def closed_survey(people, code="parent_survey"):
    survey = survey_at("open", people.officer, code)
    answer(survey, **({"s1": 7} if code == "parent_survey" else {"role": "manager"}))
    return close_survey(survey, by=people.officer, at=NOW)


def test_a_report_is_written_anew_until_it_is_shared(people):
    survey = closed_survey(people)
    write_report(survey, Written("First."), by=people.officer, at=NOW)
    write_report(survey, Written("Second.", "Do it.", ("Voice",)), by=people.officer, at=NOW)
    assert not SurveyReport.objects.visible_to(people.head, ON).exists()

    share_report(survey, by=people.officer, at=NOW)

    assert SurveyReport.objects.visible_to(people.head, ON).get().heard == "Second."
    with pytest.raises(Refused, match="shared already"):
        write_report(survey, Written("Third."), by=people.officer, at=NOW)
    with pytest.raises(Refused, match="shared already"):
        share_report(survey, by=people.officer, at=NOW)


def test_a_report_needs_a_closed_survey_words_and_who_runs_it(people):
    survey = survey_at("open", people.officer)
    with pytest.raises(Refused, match="once the survey is closed"):
        write_report(survey, Written("Words."), by=people.officer, at=NOW)
    close_survey(survey, by=people.officer, at=NOW)
    with pytest.raises(Refused, match="Say what"):
        write_report(survey, Written(" "), by=people.officer, at=NOW)
    with pytest.raises(Refused, match="Write the report first"):
        share_report(survey, by=people.officer, at=NOW)
    with pytest.raises(PermissionDenied):
        write_report(survey, Written("Words."), by=people.head, at=NOW)


def test_all_staff_read_the_report_of_a_staff_survey_and_no_other(people):
    for code in ("parent_survey", "health_check"):
        survey = closed_survey(people, code)
        write_report(survey, Written(f"Shown by {code}."), by=people.officer, at=NOW)
        share_report(survey, by=people.officer, at=NOW)
    staff, parents = (
        Survey.objects.get(instrument=code) for code in ("health_check", "parent_survey")
    )

    def status(who, survey):
        return as_(who).get(reverse("survey-report", args=[survey.pk])).status_code

    assert status(people.worker, staff) == 200
    assert status(people.head, parents) == 200
    assert status(people.moderator, parents) in {403, 404}
    assert status(people.moderator, staff) == 200
    assert status(people.former, staff) == 404
    assert status(cast("lancashire").worker, staff) == 404


def test_a_report_is_written_and_shared_in_the_browser(people):
    survey = closed_survey(people)
    page = reverse("survey-report", args=[survey.pk])
    officer = as_(people.officer)

    assert officer.post(page, {"heard": "", "share": "1"}).status_code == 422
    officer.post(page, {"heard": "Parents want fewer changes.", "next_steps": "Ask teams."})
    assert "Parents want fewer changes." in officer.get(page).content.decode()
    assert as_(people.head).get(page).status_code == 403
    officer.post(page, {"heard": "Parents want fewer changes.", "share": "1"})

    assert "Parents want fewer changes." in as_(people.head).get(page).content.decode()


# Actions ------------------------------------------------------------------------------------------


def act(found, people, version, token=None):
    kind = edition(version).policy.actions.kinds[0].code
    plan = Plan(
        kind,
        "Ring every family within two days",
        "",
        people.manager,
        ON + timedelta(days=7),
        success="Calls stand on the file.",
        themes=("Delay",),
    )
    return act_on(
        found, plan, people.team1, version=version, by=people.officer, at=NOW, form_token=token
    )


def test_an_action_follows_a_complaint_and_a_survey(people, version):
    reply, survey, token = complaint(people, version), closed_survey(people), uuid4()

    made = act(reply, people, version, token)
    assert act(reply, people, version, token) == made
    act(survey, people, version)

    assert [(one.source, one.source_id) for one in Action.objects.order_by("pk")] == [
        ("reply", reply.pk),
        ("survey", survey.pk),
    ]
    page = as_(people.officer).get(reverse("reply", args=[reply.key])).content.decode()
    assert "Ring every family within two days" in page
    back = as_(people.officer).get(reverse("action-page", args=[made.pk])).content.decode()
    assert reverse("reply", args=[reply.key]) in back


def test_who_may_not_read_a_reply_acts_on_none(people, version):
    reply = complaint(people, version)
    page = reverse("act-on-reply", args=[reply.key])

    assert as_(people.manager).get(page).status_code == 404
    assert as_(people.officer).get(page).status_code == 200
    assert as_(cast("lancashire").officer).get(page).status_code == 404


def test_an_action_is_recorded_in_the_browser(people, version):
    reply = complaint(people, version)
    page = reverse("act-on-reply", args=[reply.key])
    form = as_(people.officer).get(page)
    unit = OrgUnit.objects.filter(council=people.council, kind="team").first()
    day = ON + timedelta(days=7)
    sent = {
        "form_token": str(uuid4()),
        "kind": form.context["form"].fields["kind"].choices[0][0],
        "what": "Ring every family within two days",
        "success": "Calls stand on the file.",
        "owner": people.manager.pk,
        "unit": unit.pk,
        "due_on_0": day.day,
        "due_on_1": day.month,
        "due_on_2": day.year,
    }
    if "action_class" in form.context["form"].fields:
        sent["action_class"] = form.context["form"].fields["action_class"].choices[0][0]

    found = as_(people.officer).post(page, sent)

    assert found.status_code == 302, found.context["form"].errors
    assert Action.objects.get().source == "reply"
    assert as_(people.officer).post(page, sent).status_code == 302
    assert Action.objects.count() == 1
