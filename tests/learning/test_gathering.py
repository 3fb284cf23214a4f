from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.models import Action, ImpactAnswer
from audits.models import Answer, Audit, Loop
from feedback.models import Reply
from feedback.services.replies import Sheet, Subject, record_reply
from feedback.services.summaries import Heard, record_summary
from learning.jobs import gather_all
from learning.models import Extract
from learning.selectors.texts import about, place_of, texts_of, with_sources
from learning.services.gathering import FRESH, gather_when_due
from learning.states import Source
from moderation.models import MeetingRecord, Moderation, ModerationItem, Panel
from tests.factories.audits import NOW, audit_at
from tests.learning.scenes import Scene, scene

pytestmark = pytest.mark.django_db
BEXLEY = "fixtures/frameworks/bexley/1.yaml"


@pytest.fixture
def bexley():
    return scene(BEXLEY, "bexley")


@pytest.fixture
def place():
    return scene()


def of(source: str) -> list[Extract]:
    """The extracts of a source."""
    return list(with_sources(Extract.objects.filter(source=source)).order_by("pk"))


def moderation_of(place: Scene, audit: Audit, state: str = "final") -> Moderation:
    """A finished moderation as it stands in the database."""
    return Moderation.objects.create(
        council=audit.council,
        audit=audit,
        state=state,
        how="hand",
        chosen_at=NOW,
        before=audit.grade,
        after=audit.grade if state == "final" else "",
        finished_at=NOW if state == "final" else None,
    )


def test_gather_refers_to_each_long_answer_of_a_returned_audit_once(place):
    audit = place.returned()
    place.returned(month=date(2026, 9, 1))
    answers = Answer.objects.filter(audit=audit, part__kind="long_text").exclude(text="")

    first, second = place.gather(), place.gather()

    assert (first, second) == (2 * answers.count(), 0)
    found = [one for one in of(Source.AUDIT) if one.audit_id == audit.pk]
    assert {one.source_id for one in found} == set(answers.values_list("pk", flat=True))
    assert {(one.month, one.unit_id, one.grade) for one in found} == {
        (date(2026, 11, 1), audit.unit_id, audit.grade)
    }
    assert texts_of(found) == {one.pk: Answer.objects.get(pk=one.source_id).text for one in found}


def test_gather_keeps_what_the_question_asks_for_and_what_it_was(bexley):
    bexley.returned()

    bexley.gather()

    strength = next(one for one in of(Source.AUDIT) if one.place.startswith("q19.strengths"))
    assert strength.kind == "strength"
    said = about(strength)
    assert (said.question, said.who) == ("Areas of strength", "Auditor")
    assert "Management oversight" in said.section


def test_gather_leaves_an_audit_alone_that_is_not_returned(place):
    audit_at("in_session", place.people, place.version)

    assert place.gather() == 0


def test_gather_takes_what_was_said_about_grades_for_learning_once_it_is_final(bexley):
    done, open_ = (
        moderation_of(bexley, bexley.returned(), state) for state in ("final", "awaiting")
    )
    for one in (done, open_):
        ModerationItem.objects.create(moderation=one, content="develop", text="Dates.")
        ModerationItem.objects.create(moderation=one, content="agreement", text="Why.")
        MeetingRecord.objects.create(
            moderation=one,
            by=bexley.people.officer,
            at=NOW,
            met_on=NOW.date(),
            view="So.",
            learning="Ask first.",
        )

    bexley.gather()

    (item,), (meeting,) = of(Source.MODERATION), of(Source.MEETING)
    assert texts_of([item, meeting]) == {item.pk: "Dates.", meeting.pk: "Ask first."}
    assert about(item).question == "Areas to develop"
    assert {item.audit_id, meeting.audit_id} == {done.audit_id}


def test_gather_takes_the_messages_of_closed_panels(bexley):
    def panel(number: int, state: str) -> Panel:
        return Panel.objects.create(
            council=bexley.people.council,
            version=bexley.version,
            number=number,
            held_on=date(2026, 10, 20),
            chair=bexley.people.qa_head,
            from_on=date(2026, 9, 1),
            to_on=date(2026, 9, 30),
            state=state,
            messages="Say what changed.",
            made_by=bexley.people.officer,
            made_at=NOW,
        )

    panel(1, "planned")
    closed = panel(2, "closed")

    bexley.gather()

    (found,) = of(Source.PANEL)
    assert (found.source_id, found.month, found.audit) == (closed.pk, date(2026, 10, 1), None)
    assert place_of(found, bexley.people.officer, NOW.date()) == f"/moderation/panels/{closed.pk}/"


def test_gather_takes_sentences_of_feedback_but_no_worry(bexley):
    people = bexley.people
    said = Sheet("monday_club", "log", "answered", NOW.date(), {"said": "She listens."})
    record_reply(said, Subject(people.council, bexley.version), by=people.officer, at=NOW)
    forms = Sheet(
        "conference_forms", "log", "answered", NOW.date(), {"said": "Go on.", "worry": "Him."}
    )
    record_reply(forms, Subject(people.council, bexley.version), by=people.officer, at=NOW)
    heard = Heard(NOW.date(), "They want to know sooner.", learning="Tell them.")
    record_summary(people.council, "fostering", heard, by=people.officer, at=NOW)

    bexley.gather()

    assert sorted(texts_of(of(Source.REPLY)).values()) == ["Go on.", "She listens."]
    assert sorted(texts_of(of(Source.SUMMARY)).values()) == [
        "Tell them.",
        "They want to know sooner.",
    ]
    reply = Reply.objects.get(instrument="monday_club")
    found = next(one for one in of(Source.REPLY) if one.source_id == reply.pk)
    assert found.kind == "said"
    assert place_of(found, people.officer, NOW.date()) == f"/feedback/replies/{reply.key}/"
    assert about(found).question.startswith("What the child or young person says")


def test_gather_takes_differences_of_actions_and_loops(bexley):
    audit = bexley.returned()
    action = Action.objects.raised_by("audit", audit.pk).first()
    impact = ImpactAnswer.objects.create(
        council=action.council,
        action=action,
        round=1,
        planned_on=NOW.date(),
        due_on=NOW.date(),
        made_at=NOW,
        answer="yes",
        difference="School again.",
        by=bexley.people.manager,
        at=NOW,
    )
    loop = Loop.objects.create(
        audit=audit,
        council=audit.council,
        before=audit.grade,
        begun_at=NOW,
        different="Safe at home.",
        submitted_by=bexley.people.manager,
        authorised_by=bexley.people.head,
        authorised_at=NOW,
    )

    bexley.gather()

    (one,), (other,) = of(Source.IMPACT), of(Source.LOOP)
    assert (one.source_id, other.source_id) == (impact.pk, loop.pk)
    assert {one.audit_id, other.audit_id} == {audit.pk}
    assert {one.kind, other.kind} == {"difference"}
    assert sorted(texts_of([one, other]).values()) == ["Safe at home.", "School again."]
    officer, on = bexley.people.officer, NOW.date()
    assert place_of(one, officer, on) == f"/actions/{action.pk}/"
    assert place_of(other, officer, on) == f"/audits/{audit.pk}/loop/"


def test_gather_asks_the_same_whatever_there_is(place):
    place.returned()
    place.gather()
    counts = []
    for number in (1, 3):
        for _ in range(number):
            place.returned()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            place.gather()
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 20


def test_the_page_gathers_again_after_some_minutes_only(place):
    council = place.people.council
    place.returned()

    first = gather_when_due(council, at=NOW)
    place.returned()
    soon = gather_when_due(council, at=NOW + FRESH)
    later = gather_when_due(council, at=NOW + FRESH + timedelta(seconds=1))

    assert (first, soon, later) == (first, 0, first)
    assert first > 0


def test_gather_leaves_blanks_and_what_the_edition_does_not_ask(bexley):
    people = bexley.people
    audit = bexley.returned()
    answer = Answer.objects.filter(audit=audit, part__kind="long_text").exclude(text="").first()
    Answer.objects.filter(pk=answer.pk).update(text=" \n ")
    heard = Heard(NOW.date(), "They want to know sooner.")
    record_summary(people.council, "fostering", heard, by=people.officer, at=NOW)
    said = Sheet("monday_club", "log", "answered", NOW.date(), {"said": "She listens."})
    record_reply(said, Subject(people.council, bexley.version), by=people.officer, at=NOW)
    Reply.objects.update(instrument="no longer there")

    bexley.gather()

    assert not [one for one in of(Source.AUDIT) if one.source_id == answer.pk]
    assert of(Source.REPLY) == []
    assert [one.place for one in of(Source.SUMMARY)] == ["heard"]


def test_gather_takes_the_impact_of_an_action_that_no_audit_raised(bexley):
    people = bexley.people
    audit = bexley.returned()
    action = Action.objects.raised_by("audit", audit.pk).first()
    Action.objects.filter(pk=action.pk).update(source="panel", source_id=1)
    ImpactAnswer.objects.create(
        council=action.council,
        action=action,
        round=1,
        planned_on=NOW.date(),
        due_on=NOW.date(),
        made_at=NOW,
        answer="yes",
        difference="School again.",
        by=people.manager,
        at=NOW,
    )

    bexley.gather()

    (one,) = of(Source.IMPACT)
    assert (one.audit, one.unit_id) == (None, action.unit_id)


def test_the_nightly_job_gathers_every_council(place):
    place.returned()
    steps: list[int] = []

    assert gather_all(NOW, steps.append) == Extract.objects.count() > 0
    assert gather_all(NOW, steps.append) == 0
