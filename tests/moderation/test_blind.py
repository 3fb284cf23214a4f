"""A framework in which the moderator grades first: the server sends none of the auditor's grades before."""

import html

import pytest
from django.urls import reverse

from actions.models import Action
from audits import selectors
from audits.answers import Given
from audits.models import Answer, Reader
from moderation.services.assigning import assign
from moderation.services.choosing import list_back
from moderation.services.viewing import hand_in
from moderation.states import ModerationState
from reporting.selectors.by_quarter import grades_over_time, kept_back
from tests.factories.cast import cast
from tests.factories.standards import framework_text, published
from tests.moderation.scenes import moderator, moment, returned, saying, waiting
from tests.programme.scenes import Council

pytestmark = pytest.mark.django_db
AT = moment(2026, 9, 15)
SECRET = "ZEBRA the chronology stops in May"
PLACES = ("moderations", "audits", "my-work", "messages")
REFUSED = ("audit-record", "audit-word")


def graded_first(code):
    """A council whose framework has the moderator grade first."""
    text = framework_text(code).replace("\nmoderation:\n", "\nmoderation:\n  blind: true\n")
    return Council(cast(code), published(text))


@pytest.fixture
def place():
    return graded_first("bexley")


@pytest.fixture
def given(place):
    """A Good audit whose reasons and scalings would be recognised, with its moderator."""
    audit = returned(place, "6", moment(2026, 9, 10))
    tool = selectors.tool_of(audit)
    rationale = next(part for part in tool.parts if part.code.endswith("outcome.rationale"))
    Answer.objects.filter(audit=audit, part_id=rationale.id).update(text=SECRET)
    list_back(place.version, by=place.people.officer, at=AT)
    return assign(waiting(audit), place.people.moderator, by=place.people.officer, at=AT)


def pages(moderation):
    """Every page on which an audit shows something, with its moderation."""
    audit = moderation.audit
    tool = selectors.tool_of(audit)
    found = [reverse(name) for name in PLACES]
    found += [reverse("moderations") + "?state=all"]
    found += [reverse(name, args=[audit.pk]) for name in ("audit", "audit-moderation")]
    found += [reverse(name, args=[moderation.pk]) for name in ("moderation", "moderation-view")]
    for section in tool.sections:
        if section.paging == "question":
            found += [
                reverse("question", args=[audit.pk, section.code, one.code])
                for one in section.questions
            ]
        else:
            found.append(reverse("section", args=[audit.pk, section.code]))
    found += [
        reverse("guidance", args=[audit.pk, one.code]) for s in tool.sections for one in s.questions
    ]
    return found


def said(client, user, address):
    client.force_login(user)
    return client.get(address, follow=True).content.decode()


def graded_parts(audit):
    """The form ids of every part that says or explains a grade."""
    return [code.replace(".", "-") for code in selectors.kept_back(audit)]


def test_nothing_of_the_auditors_grades_is_sent_before_the_moderators_view_is_in(
    place, given, client
):
    audit = given.audit
    hidden = graded_parts(audit)
    assert len(hidden) > 20
    for address in pages(given):
        body = said(client, place.people.moderator, address)
        assert SECRET not in body, address
        assert 'govuk-tag--green">Good' not in body, address
        if address.endswith("/view/"):
            assert (
                " checked" not in body
            )  # the scale is offered to the moderator, with nothing chosen
        else:
            assert "6 – Good" not in body, address
        if "/moderation/" not in address:
            assert not [one for one in hidden if f'"{one}-' in body or f'"{one}"' in body], address
    for name in REFUSED:
        client.force_login(place.people.moderator)
        answer = client.get(reverse(name, args=[audit.pk]))
        assert answer.status_code == 409 or answer.status_code == 422
        assert SECRET not in answer.content.decode()


def test_somebody_else_who_may_read_the_audit_sees_the_same_things(place, given, client):
    bodies = [said(client, place.people.manager, one) for one in pages(given)]

    assert any(SECRET in body for body in bodies)
    assert any('govuk-tag--green">Good' in body for body in bodies)


def test_the_form_asks_for_ones_own_grade_and_not_for_agreement(place, given, client):
    page = said(client, place.people.moderator, reverse("moderation-view", args=[given.pk]))

    assert "Scaling of the overall rating" in page
    assert "Agreement or disagreement" not in page
    assert "You grade first" in page or "you grade first" in page


@pytest.mark.parametrize(
    ("own", "state"),
    [("6", ModerationState.FINAL), ("4", ModerationState.DISAGREED)],
)
def test_once_the_view_is_in_the_grades_are_compared_and_shown(place, given, client, own, state):
    people = place.people

    done = hand_in(given, saying(given, own), read_version=0, by=people.moderator, at=AT)

    assert done.state == state
    assert not Reader.objects.filter(user=people.moderator, blind=True).exists()
    page = said(client, people.moderator, reverse("moderation", args=[given.pk]))
    assert 'govuk-tag--green">Good' in page
    assert SECRET in said(client, people.moderator, reverse("audit-record", args=[given.audit_id]))


def test_a_qa_officer_who_moderates_blind_sees_no_grade_either(place, client):
    people = place.people
    audit = returned(place, "6", moment(2026, 9, 11))
    list_back(place.version, by=people.qa_head, at=AT)
    kind = people.moderator.holdings.get().post.type
    people.officer.holdings.create(
        post=people.moderator.holdings.get().post, from_on=moment(2020, 1, 1).date()
    )
    assert kind.code == "CSW"
    found = assign(waiting(audit), people.officer, by=people.qa_head, at=AT)

    listed = said(client, people.officer, reverse("audits"))
    page = said(client, people.officer, reverse("audit", args=[audit.pk]))
    round_page = client.get(reverse("round", args=[found.selection_id]))

    assert "not shown to you yet" in listed
    assert 'govuk-tag--green">Good' not in page + listed
    assert round_page.status_code in {409, 422}


def test_the_value_that_the_auditor_chose_for_an_item_is_not_sent(place, client):
    people = place.people
    audit = returned(place, "6", moment(2026, 9, 12))
    tool = selectors.tool_of(audit)
    part = next(one for one in tool.parts if one.kind == "scale" and one.respondent == "auditor")
    assert selectors.given_answers(audit)[part.code, "auditor", 1] != Given()
    list_back(place.version, by=people.officer, at=AT)
    assign(waiting(audit), people.moderator, by=people.officer, at=AT)
    address = reverse("section", args=[audit.pk, part.section_code])

    seen = said(client, people.manager, address)
    kept = said(client, people.moderator, address)

    assert part.label in seen or part.code.replace(".", "-") in seen
    assert part.code.replace(".", "-") + '"' not in kept


# An Inadequate sets tasks off and is chosen at once, so tasks and history would tell it ------------


@pytest.fixture
def inadequate():
    """An Inadequate audit of a council that is chosen at its return, with its moderator, who grades first."""
    place = graded_first("lancashire")
    audit = returned(place, "inadequate", moment(2026, 9, 10), actions=0)
    who = moderator(place)
    return place, assign(waiting(audit), who, by=place.people.officer, at=AT)


def test_a_form_section_shows_no_task_that_the_grade_set_off(inadequate, client):
    place, given = inadequate
    tool = selectors.tool_of(given.audit)
    section = next(one.section_code for one in tool.parts if one.kind == "actions")
    task = Action.objects.raised_by("audit", given.audit_id).get(kind="task").what
    address = reverse("section", args=[given.audit_id, section])

    seen = said(client, place.people.manager, address)
    kept = said(client, given.moderator, address)

    assert task in html.unescape(seen)
    assert task not in html.unescape(kept)


def test_the_history_of_a_moderation_is_not_sent_before_the_moderators_view_is_in(
    inadequate, client
):
    place, given = inadequate
    address = reverse("moderation", args=[given.pk])

    seen = said(client, place.people.officer, address)
    kept = said(client, given.moderator, address)

    assert "Chosen for moderation" in seen
    assert "Chosen for moderation" not in kept
    assert "What happened" not in kept


def test_figures_leave_out_what_somebody_must_still_grade_blind(place, given, client):
    officer, on = place.people.officer, AT.date()
    other = returned(place, "4", moment(2026, 9, 12))
    assert grades_over_time(officer, on)[0].rows[0].total == 2
    other.readers.create(user=officer, part=Reader.Part.CALIBRATION, blind=True, since=AT)

    (table,) = grades_over_time(officer, on)
    page = said(client, officer, reverse("grades"))

    assert [row.total for row in table.rows] == [1]
    assert kept_back(officer, on) == 1
    assert "1 audit that you still have to grade for yourself is left out." in page
    assert kept_back(place.people.qa_head, on) == 0
