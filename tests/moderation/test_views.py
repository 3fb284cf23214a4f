"""The pages of one moderation as each person sees them, and the form that loses nothing."""

from datetime import date

import pytest
from django.urls import reverse

from audits.models import Audit
from moderation.asking import Said
from moderation.models import Moderation, ModerationItem
from moderation.selectors.moderating import asked_of
from moderation.services.assigning import assign
from moderation.services.choosing import list_back
from moderation.services.viewing import Changed, hand_in, save_view
from moderation.states import ModerationState
from tests.moderation.scenes import council, moderated, moderator, moment, returned, saying, waiting

pytestmark = pytest.mark.django_db
State = ModerationState
AT = moment(2026, 9, 15)


@pytest.fixture
def bexley():
    return council("bexley")


@pytest.fixture
def given(bexley):
    """A Good audit of Bexley in the hands of its moderator."""
    returned(bexley, "6", moment(2026, 9, 10))
    list_back(bexley.version, by=bexley.people.officer, at=AT)
    found = Moderation.objects.with_audit().get()
    return assign(found, bexley.people.moderator, by=bexley.people.officer, at=AT)


def get(client, user, name, *args, status=200):
    client.force_login(user)
    found = client.get(reverse(name, args=args))
    assert found.status_code == status
    return found.content.decode()


def posted(client, user, name, *args, status=302, **data):
    client.force_login(user)
    found = client.post(reverse(name, args=args), data)
    assert found.status_code == status
    return found.content.decode()


def typed(moderation, grade=""):
    """A complete form as a browser sends it."""
    data = {"read_version": moderation.version}
    said = saying(moderation, grade)
    for one in asked_of(moderation):
        now = said.get(one.key, Said())
        if now.day:
            data |= {
                f"{one.name}_{n}": part
                for n, part in enumerate((now.day.day, now.day.month, now.day.year))
            }
        elif now.choice:
            data[one.name] = now.choice
        elif now.text:
            data[one.name] = now.text
        beside = said.get((one.content.code, "grade"))
        if beside:
            data[f"{one.name}__grade"] = beside.choice
    return data


def test_the_form_asks_what_the_framework_asks_and_hands_in(given, bexley, client):
    people = bexley.people
    page = get(client, people.moderator, "moderation-view", given.pk)
    for words in (
        "Scaling of the overall rating",
        "Areas of good practice",
        "Areas to develop",
        "Were the actions of the audit completed?",
        "I agree: Good",
        "13. Quality of direct work",
    ):
        assert words in page

    posted(client, people.moderator, "moderation-view", given.pk, **typed(given))

    found = waiting(given.audit)
    assert (found.state, found.agrees, found.after) == (State.FINAL, True, "good")
    page = get(client, people.worker, "moderation", given.pk)
    assert "What we saw: Areas of good practice" in page


def test_what_is_missing_is_named_at_its_field_and_what_was_typed_is_kept(given, bexley, client):
    people = bexley.people
    data = typed(given) | {"good_practice": "The child drew her week.", "agreement": ""}
    data.pop("overall")

    page = posted(client, people.moderator, "moderation-view", given.pk, status=422, **data)

    assert "Choose one: Scaling of the overall rating." in page
    assert "Choose one: Agreement or disagreement with the audit." in page
    assert "The child drew her week." in page
    assert ModerationItem.objects.get(content="good_practice").text == "The child drew her week."
    assert waiting(given.audit).state == State.IN_MODERATION


@pytest.mark.parametrize(
    ("overall", "agreement", "words"),
    [
        ("4", "agree", "This is another grade than the auditor’s. Propose it, or change it."),
        ("6", "propose", "This is the auditor’s grade. Choose another one, or agree with it."),
    ],
)
def test_a_scaling_and_an_agreement_that_do_not_fit_are_refused(
    given, bexley, client, overall, agreement, words
):
    data = typed(given) | {"overall": overall, "agreement": agreement}

    page = posted(client, bexley.people.moderator, "moderation-view", given.pk, status=422, **data)

    assert words in page


def test_saving_for_later_checks_nothing_and_comes_back(given, bexley, client):
    people = bexley.people
    data = {"read_version": 0, "develop": "Dates.", "later": "yes"}

    posted(client, people.moderator, "moderation-view", given.pk, **data)

    page = get(client, people.moderator, "moderation-view", given.pk)
    assert "Dates." in page
    assert waiting(given.audit).version == 1


def test_a_form_read_before_somebody_saved_overwrites_nothing(given, bexley, client):
    people = bexley.people
    save_view(
        given, {("develop", ""): Said(text="First")}, read_version=0, by=people.moderator, at=AT
    )

    with pytest.raises(Changed):
        save_view(
            given,
            {("develop", ""): Said(text="Second")},
            read_version=0,
            by=people.moderator,
            at=AT,
        )
    data = {"read_version": 0, "develop": "Second", "later": "yes"}
    page = posted(client, people.moderator, "moderation-view", given.pk, status=422, **data)

    assert "Somebody has saved this form" in page
    assert "Second" in page
    assert ModerationItem.objects.get().text == "First"
    data["read_version"] = 1
    posted(client, people.moderator, "moderation-view", given.pk, **data)
    assert ModerationItem.objects.get().text == "Second"


def test_htmx_keeps_the_words_and_gives_the_new_version(given, bexley, client):
    client.force_login(bexley.people.moderator)
    data = {"read_version": 0, "develop": "Dates."}

    found = client.post(
        reverse("moderation-view", args=[given.pk]), data, headers={"HX-Request": "true"}
    )

    assert 'name="read_version" value="1"' in found.content.decode()
    assert ModerationItem.objects.get().text == "Dates."


def test_an_extra_action_opens_with_the_view(given, bexley, client):
    people = bexley.people
    kind = given.audit.version.policy["actions"]["kinds"][0]["code"]
    data = {
        "kind": kind,
        "what": "Ask the father what he sees",
        "owner": people.worker.pk,
        "due_on_0": "1",
        "due_on_1": "12",
        "due_on_2": "2099",
    }
    posted(client, people.moderator, "moderation-action", given.pk, **data)
    given.refresh_from_db()
    posted(client, people.moderator, "moderation-view", given.pk, **typed(given))

    page = get(client, people.manager, "moderation", given.pk)
    assert "Ask the father what he sees" in page
    assert get(client, people.worker, "my-work").count("Ask the father what he sees") == 1


def test_two_browsers_go_from_dispute_to_an_agreed_grade(given, bexley, client):
    people = bexley.people
    posted(client, people.moderator, "moderation-view", given.pk, **typed(given, "4"))
    page = get(client, people.auditor, "moderation", given.pk)
    assert "Record the meeting" in page
    met = {"met_on_0": "", "met_on_1": "", "met_on_2": "", "grade": "5", "view": "I see it."}
    page = posted(client, people.auditor, "moderation-meeting", given.pk, status=422, **met)
    assert "Enter the date of the meeting." in page

    day = waiting(given.audit).view_at.date()
    met |= {"met_on_0": day.day, "met_on_1": day.month, "met_on_2": day.year}
    posted(client, people.auditor, "moderation-meeting", given.pk, **met)
    page = get(client, people.moderator, "moderation-meeting", given.pk)
    assert "What the other has recorded" in page
    met |= {"view": "We agree.", "learning": "Look at the dates."}
    posted(client, people.moderator, "moderation-meeting", given.pk, **met)

    audit = Audit.objects.get()
    assert (audit.grade, audit.grade_final) == ("requires_improvement", True)


@pytest.mark.parametrize("who", ["worker", "stranger", "reader", "administrator"])
def test_an_open_moderation_does_not_exist_for_those_whom_it_does_not_concern(
    given, bexley, client, who
):
    get(client, getattr(bexley.people, who), "moderation", given.pk, status=404)


def test_the_worker_reads_what_came_of_it_once_it_is_final(given, bexley, client):
    people = bexley.people
    audit = given.audit
    assert "is being moderated" in get(client, people.worker, "audit-moderation", audit.pk)
    page = get(client, people.worker, "audit", audit.pk)
    assert "Moderator</b>" not in page

    hand_in(given, saying(given), read_version=0, by=people.moderator, at=AT)

    get(client, people.worker, "moderation", given.pk)
    assert "<b>Moderator</b>" in get(client, people.worker, "audit", audit.pk)


def test_only_those_who_may_moderate_are_offered_and_taken(bexley, client):
    people = bexley.people
    audit = returned(bexley, "6", moment(2026, 9, 10))
    list_back(bexley.version, by=people.officer, at=AT)
    found = waiting(audit)

    page = get(client, people.officer, "assign-moderation", found.pk)

    assert people.moderator.name in page
    for somebody in (people.service_manager, people.head, people.auditor, people.worker):
        assert f"{somebody.name} –" not in page
    refused = posted(
        client,
        people.officer,
        "assign-moderation",
        found.pk,
        status=422,
        moderator=people.service_manager.pk,
    )
    assert "Select a valid choice" in refused


def test_a_qa_officer_who_audited_it_neither_assigns_nor_chooses(bexley, client):
    people = bexley.people
    audit = returned(bexley, "6", moment(2026, 9, 10), auditor=people.officer)
    list_back(bexley.version, by=people.qa_head, at=AT)
    found = waiting(audit)

    get(client, people.officer, "assign-moderation", found.pk, status=403)
    get(client, people.officer, "choose-moderation", audit.pk, status=403)
    get(client, people.qa_head, "assign-moderation", found.pk)


def test_left_without_moderation_the_grade_is_final_and_can_be_chosen_again(bexley, client):
    people = bexley.people
    audit = returned(bexley, "6", moment(2026, 9, 10))
    list_back(bexley.version, by=people.officer, at=AT)
    found = waiting(audit)

    posted(client, people.officer, "leave-moderation", found.pk, reason="Nobody is free.")

    audit.refresh_from_db()
    assert (waiting(audit).state, audit.grade_final) == (State.NOT_SAMPLED, True)
    posted(client, people.officer, "choose-moderation", audit.pk, reason="Somebody is now.")
    audit.refresh_from_db()
    assert (waiting(audit).state, waiting(audit).how, audit.grade_final) == (
        State.AWAITING,
        "hand",
        False,
    )


# What the earlier grade set off (B2-22) -----------------------------------------------------------


def test_a_grade_that_stops_being_inadequate_leaves_the_decision_to_the_qa_team(bexley, client):
    people = bexley.people
    audit = returned(bexley, "1", moment(2026, 9, 10))
    tasks = [one for one in audit.triggered.all() if one.code == "returned_inadequate"]
    assert len(tasks) == 1
    list_back(bexley.version, by=people.officer, at=AT)
    found = moderated(waiting(audit), people.moderator, AT, "4")
    day = date(2026, 9, 16)
    met = {"met_on_0": day.day, "met_on_1": day.month, "met_on_2": day.year, "grade": "4"}
    met |= {"view": "So it is.", "learning": "Weigh the visits."}
    posted(client, people.auditor, "moderation-meeting", found.pk, **met)
    posted(client, people.moderator, "moderation-meeting", found.pk, **met)

    found = waiting(audit)
    assert (found.state, found.leftover) == (State.FINAL, "open")
    before = get(client, people.manager, "my-work").count("Write a management oversight note")
    posted(
        client, people.officer, "moderation-leftover", found.pk, keep="take_back", reason="Done."
    )

    assert waiting(audit).leftover == "taken_back"
    after = get(client, people.manager, "my-work").count("Write a management oversight note")
    assert (before, after) == (1, 0)


# Lists --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["moderations", "rounds"])
def test_lists_take_the_same_queries_for_few_and_many(
    bexley, client, name, django_assert_num_queries
):
    people = bexley.people
    client.force_login(people.officer)
    counts = []
    for day in (10, 11, 12, 13):
        audit = returned(bexley, "6", moment(2026, 9, day))
        list_back(bexley.version, by=people.officer, at=moment(2026, 9, day, 20))
        assign(waiting(audit), people.moderator, by=people.officer, at=AT)
        counts.append(queries(client, name))
    assert len(set(counts[1:])) == 1


def queries(client, name):
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as found:
        assert client.get(reverse(name)).status_code == 200
    return len(found)


def test_a_moderator_of_the_qa_team_works_in_lancashire(client):
    lancashire = council("lancashire")
    audit = returned(lancashire, "inadequate", moment(2026, 6, 10), actions=0)
    who = moderator(lancashire)
    found = assign(waiting(audit), who, by=lancashire.people.officer, at=AT)

    page = get(client, who, "moderation-view", found.pk)

    for words in ("Date of the talk", "I agree: Inadequate", "The grade that you propose"):
        assert words in page
