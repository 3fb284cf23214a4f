"""What is said at the steps of an audit: the framework's words or ours, whose they were, never a grade (C4-f, C6)."""

import json

import pytest
from django.conf import settings

from actions.models import Action
from actions.states import ActionState
from audits import messages
from audits.models import Audit
from audits.services.closing import settle
from audits.services.grading import make_final
from audits.services.triggers import announce_trigger
from core.models import Notice
from standards.messages import WORDS
from tests.factories.cast import cast
from tests.factories.people import PostHoldingFactory
from tests.factories.standards import framework_text, published
from tests.moderation.scenes import council, moment, returned
from tests.programme.scenes import Council

AT = moment(2026, 9, 10)
KINDS = {
    "audit.allocated": "audit_allocated",
    "audit.preparing": "audit_preparing",
    "audit.in_session": "audit_in_session",
    "audit.returned": "audit_returned",
    "audit.closed": "audit_closed",
    "trigger.moderated": "audit_more_to_do",
}


def followed(place):
    """An audit from its allocation until it is closed, with what its moderation set off."""
    audit = returned(place, "inadequate", AT)
    announce_trigger(audit, ["worker.line_manager"], "moderated", at=AT)
    make_final(audit, grade="inadequate", by=place.people.officer, at=AT)
    Action.objects.update(state=ActionState.SIGNED_OFF)
    settle(audit, at=AT)
    return Audit.objects.get(pk=audit.pk)


def test_every_step_that_is_told_has_words():
    schema = json.loads((settings.BASE_DIR / "standards/framework.schema.json").read_text("utf-8"))
    named = schema["properties"]["messages"]["properties"]
    steps = {*messages.ALWAYS, *named, "meeting_set"}

    assert {f"audit_{step}" for step in steps} <= set(WORDS)


@pytest.mark.django_db
def test_ours_name_the_audit_its_case_and_no_grade():
    place = council("bracknell-forest")
    audit = followed(place)

    assert audit.closed_at == AT
    told = Notice.objects.filter(kind__in=KINDS)
    assert set(told.values_list("kind", flat=True)) == set(KINDS)
    for one in told:
        assert one.template == "ours"
        assert one.subject.endswith(f": Live audit {audit.reference}")
        assert audit.case.number in one.text
        assert "nadequate" not in one.subject + one.text
        for person in (place.people.worker, place.people.auditor):
            assert person.name not in one.subject + one.text


@pytest.mark.django_db
def test_a_council_says_each_in_its_own_words():
    own = "".join(
        f"  - {{event: {event}, subject: 'Own {event}: {{item}}', text: 'Meeting {{meeting}}, {{practitioner}}.'}}\n"
        for event in KINDS.values()
    )
    text = framework_text("bracknell-forest") + "templates:\n" + own
    place = Council(cast("bracknell-forest"), published(text))
    audit = followed(place)

    for kind, event in KINDS.items():
        found = Notice.objects.filter(kind=kind)
        said = set(found.values_list("subject", "template"))
        assert said == {(f"Own {event}: Live audit {audit.reference}", "edition 1")}


@pytest.mark.django_db
def test_one_person_by_two_roles_has_one_message_with_both():
    place = council("bracknell-forest")
    audit = returned(place, "inadequate", AT)
    both = place.people.manager
    PostHoldingFactory(post=place.people.officer.holdings.get().post, user=both)

    announce_trigger(audit, ["worker.line_manager", "council.qa_officer"], "moderated", at=AT)

    told = Notice.objects.get(kind="trigger.moderated", to=both)
    assert told.roles == "worker’s line manager, QA officer"
