"""Words that come too late for a step come back; a page that is sent twice does its step once."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from actions.models import Action, DueChange, ImpactAnswer, SignOffStep, SupervisionReview
from actions.services.doing import finish_action, sign_off
from actions.services.impact import NEW, Said, answer_impact, ask_for_impact
from actions.services.reassigning import reassign
from core.models import Notice, TrailEntry
from tests.access.test_every_url import signed_in
from tests.actions.scenes import council, done, draft, fresh, moment, opened, signed
from tests.actions.test_views import day, get, new, post
from tests.factories.people import PostHoldingFactory

pytestmark = pytest.mark.django_db
AT = moment(2026, 11, 10)
LATER = moment(2026, 12, 22, 6, 15)
WORDS = "The plan does not name <b>her</b> school."
SHOWN = "The plan does not name &lt;b&gt;her&lt;/b&gt; school."
NOT_SAVED = "Your words below are not saved."
YES = {"answer": "yes", "difference": WORDS, "evidence": "School report"}


@pytest.fixture
def bexley():
    return council("bexley")


@pytest.fixture(autouse=True)
def _today(settings):
    settings.TEST_CLOCK = AT.replace(tzinfo=None)


def beside(place, who):
    """Let somebody hold the worker's line manager's post as well."""
    PostHoldingFactory(post=place.people.manager.holdings.get().post, user=who)


def main(answer):
    """What a page says, without its frame."""
    return answer.content.decode().split("<main")[1].split("</main>")[0]


def given_back(user, name, /, *args, status=422, **data):
    """The words come back to copy from, with no button, and the trail has its line."""
    before = refusals(user)
    answer = post(user, name, *args, status=status, **data)
    text = main(answer)
    assert (SHOWN in text, NOT_SAVED in text, "<b>her</b>" in text) == (True, True, False)
    assert not re.search(r"<form|<button|<input[^>]*type=.submit", text)
    assert refusals(user) - before == (0 if status == 404 else 1)
    return text


def refusals(user):
    return TrailEntry.objects.filter(verb="refused", by_id=user.pk).count()


# Somebody else was first -----------------------------------------------------------------------------


def test_the_second_answer_about_the_impact_comes_back(bexley, settings):
    people = bexley.people
    beside(bexley, people.second)
    action = signed(bexley, AT)
    ask_for_impact(LATER, lambda done: None)
    settings.TEST_CLOCK = LATER.replace(tzinfo=None)
    row = ImpactAnswer.objects.get()
    answer_impact(row, Said("yes", "She goes to school", "Report"), by=people.manager, at=LATER)

    data = {**YES, "then": "new", "what": "Go there", "owner": people.stranger.pk}

    text = given_back(people.second, "action-impact", action.pk, **data)

    assert "Somebody else has answered since you opened this page." in text
    assert ("School report" in text, action.case.number in text) == (True, True)
    assert (people.stranger.name in text, people.manager.name in text) == (True, False)
    row.refresh_from_db()
    assert (row.by, row.difference) == (people.manager, "She goes to school")


def test_an_answer_after_a_no_that_opened_the_action_again_comes_back(bexley, settings):
    people = bexley.people
    beside(bexley, people.second)
    action = signed(bexley, AT)
    ask_for_impact(LATER, lambda done: None)
    settings.TEST_CLOCK = LATER.replace(tzinfo=None)
    no = Said("no", "None", "", "again", date(2027, 1, 29))
    answer_impact(ImpactAnswer.objects.get(), no, by=people.manager, at=LATER)

    text = given_back(people.second, "action-impact", action.pk, **YES)

    assert "Somebody else has answered since you opened this page." in text
    assert (fresh(action).state, fresh(action).round) == ("open", 2)


def test_what_is_still_missing_comes_back_when_somebody_else_has_signed(bexley):
    people = bexley.people
    beside(bexley, people.second)
    action = done(bexley, AT)
    sign_off(action, by=people.manager, at=AT)
    data = {"reason": WORDS, **day(date(2026, 12, 24))}

    text = given_back(people.second, "send-back-action", action.pk, **data)

    assert "Somebody else has signed since you opened this page." in text
    assert 'value="24"' in text
    assert (fresh(action).state, SignOffStep.objects.count()) == ("signed_off", 1)


def test_a_note_comes_back_too_and_a_page_without_words_is_refused_as_before(bexley):
    people = bexley.people
    beside(bexley, people.second)
    action = done(bexley, AT)
    sign_off(action, by=people.manager, at=AT)

    given_back(people.second, "sign-off-action", action.pk, note=WORDS)
    post(people.second, "sign-off-action", action.pk, note=" ", status=403)

    assert refusals(people.second) == 2
    get(people.second, "sign-off-action", action.pk, status=403)


def test_the_evidence_comes_back_to_an_owner_who_may_still_open_the_action(bexley):
    people = bexley.people
    action = opened(bexley, AT, owner=people.manager)
    reassign(action, people.worker, reason="Ill", by=people.officer, at=AT)

    text = given_back(people.manager, "finish-action", action.pk, note=WORDS)

    assert "The action is somebody else’s to do." in text
    assert (fresh(action).state, fresh(action).evidence) == ("open", "")


def test_words_about_an_action_that_was_withdrawn_come_back(bexley):
    people = bexley.people
    mine = draft(bexley, AT)
    post(people.auditor, "withdraw-action", mine.pk, note="A slip")

    text = given_back(people.auditor, "withdraw-action", mine.pk, note=WORDS)

    assert "The action has been withdrawn." in text


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("action-date", {"reason": WORDS, **day(date(2026, 12, 24))}, "This step is not yours"),
        ("review-action", {"note": WORDS, **day(AT.date(), "on")}, "This step is not yours"),
        ("sign-off-action", {"note": WORDS}, "The action is not yours to sign off any more."),
        ("action-impact", YES, "You are not asked about this action any more."),
    ],
)
def test_words_come_back_from_every_step_to_whoever_has_lost_its_right(bexley, name, data, says):
    people = bexley.people
    action = opened(bexley, AT)

    text = given_back(people.auditor, name, action.pk, **data)

    assert says in text
    assert fresh(action).state == "open"
    assert (DueChange.objects.count(), SupervisionReview.objects.count()) == (0, 0)


# The action cannot be opened any more ----------------------------------------------------------------


def test_the_evidence_comes_back_alone_when_the_action_was_given_away(bexley):
    people = bexley.people
    action = opened(bexley, AT, what="Ask the child")
    reassign(action, people.second, reason="Ill", by=people.officer, at=AT)

    text = given_back(people.worker, "finish-action", action.pk, note=WORDS, status=404)

    assert "There is no such action, or it is not yours to open any more." in text
    shows = (action.title, action.what, action.case.number, people.second.name)
    assert [one for one in shows if one in text] == []
    assert (fresh(action).state, fresh(action).evidence) == ("open", "")
    get(people.worker, "finish-action", action.pk, status=404)
    post(people.worker, "finish-action", action.pk, note=" ", status=404)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("finish-action", {"note": WORDS}),
        ("sign-off-action", {"note": WORDS}),
        ("send-back-action", {"reason": WORDS}),
        ("action-date", {"reason": WORDS}),
        ("withdraw-action", {"note": WORDS}),
        ("review-action", {"note": WORDS}),
        ("action-impact", {"difference": WORDS}),
    ],
)
def test_a_page_with_words_tells_nothing_of_an_action_that_is_not_to_be_seen(bexley, name, data):
    action = opened(bexley, AT)
    stranger = bexley.people.stranger

    theirs = given_back(stranger, name, action.pk, status=404, **data)
    nothing = given_back(stranger, name, action.pk + 10_000, status=404, **data)

    assert theirs == nothing


# Recording and giving on, without the right any more ---------------------------------------------------


def test_an_action_comes_back_to_somebody_who_holds_no_post_for_it_any_more(bexley):
    people = bexley.people
    people.manager.holdings.update(to_on=date(2026, 11, 9))

    text = given_back(people.manager, "new-action", status=403, **new(bexley, what=WORDS))

    assert "Your posts do not include the right to do this any more." in text
    assert not Action.objects.exists()


def test_the_reason_comes_back_when_one_of_many_actions_is_not_theirs_to_open_any_more(bexley):
    people = bexley.people
    mine, gone = (opened(bexley, AT, source=one) for one in range(2))
    Action.objects.filter(pk=gone.pk).update(
        owner=people.stranger, worker=None, unit=people.team1, asked=[]
    )
    data = {"row": [mine.pk, gone.pk], "owner": people.second.pk, "reason": WORDS}

    text = main(post(people.manager, "reassign-actions", status=422, **data))

    assert "Some of these actions are not yours to open any more." in text
    assert (SHOWN in text, mine.title in text, gone.title in text) == (True, True, False)
    assert refusals(people.manager) == 1
    assert fresh(mine).owner == people.worker
    data["row"] = re.findall(r'name="row" value="(\d+)"', text)
    post(people.manager, "reassign-actions", **data)
    assert fresh(mine).owner == people.second


def test_the_reason_comes_back_when_none_of_the_actions_is_theirs_to_open(bexley):
    people = bexley.people
    gone = opened(bexley, AT, owner=people.stranger)
    Action.objects.filter(pk=gone.pk).update(worker=None, unit=people.team1, asked=[])
    data = {"row": [gone.pk], "owner": people.second.pk, "reason": WORDS}

    text = given_back(people.manager, "reassign-actions", status=403, **data)

    assert gone.title not in text


def test_the_reason_comes_back_from_the_bulk_page_without_its_right(bexley):
    people = bexley.people
    action = opened(bexley, AT)
    people.manager.holdings.update(to_on=date(2026, 11, 9))
    data = {"row": [action.pk], "owner": people.second.pk, "reason": WORDS}

    given_back(people.manager, "reassign-actions", status=403, **data)

    assert fresh(action).owner == people.worker


def test_the_reason_stands_beside_the_actions_that_were_not_given(bexley):
    people = bexley.people
    action, finished = opened(bexley, AT), done(bexley, AT, source=3)
    data = {"row": [action.pk, finished.pk], "owner": people.second.pk, "reason": WORDS}

    text = main(post(people.officer, "reassign-actions", status=200, **data))

    assert (SHOWN in text, finished.title in text) == (True, True)


# The same page twice -----------------------------------------------------------------------------------


def test_the_same_signature_sent_twice_leads_to_the_action_with_its_message(bexley):
    people = bexley.people
    action = done(bexley, AT)
    client = signed_in(people.manager)
    address = reverse("sign-off-action", args=[action.pk])
    page = client.get(address).content.decode()
    data = {"note": "Well done", "seen": re.search(r'name="seen" value="(\d+)"', page)[1]}

    answers = [client.post(address, one) for one in (data, data, {**data, "note": ""})]

    assert [one.status_code for one in answers] == [302, 302, 302]
    assert {one.headers["Location"] for one in answers} == {f"/actions/{action.pk}/"}
    assert "The action is signed off." in client.get(f"/actions/{action.pk}/").content.decode()
    assert SignOffStep.objects.count() == 1
    assert refusals(people.manager) == 0


def test_other_words_with_a_second_signature_come_back(bexley):
    people = bexley.people
    action = done(bexley, AT)
    sign_off(action, note="Well done", by=people.manager, at=AT)

    text = given_back(people.manager, "sign-off-action", action.pk, note=WORDS)

    assert "You have signed already." in text


def test_a_signature_of_an_earlier_round_is_none_of_this_one(bexley, settings):
    people = bexley.people
    action = signed(bexley, AT, people.manager, people.service_manager, grade="inadequate")
    ask_for_impact(LATER, lambda done: None)
    settings.TEST_CLOCK = LATER.replace(tzinfo=None)
    no = Said("no", "None", "", "again", date(2027, 1, 29))
    answer_impact(ImpactAnswer.objects.get(), no, by=people.manager, at=LATER)
    finish_action(action, evidence="Case note", by=people.worker, at=LATER)

    post(people.service_manager, "sign-off-action", action.pk, status=403)

    assert refusals(people.service_manager) == 1


def test_a_page_sent_twice_never_gives_the_next_signature_as_well(bexley):
    people = bexley.people
    beside(bexley, people.service_manager)
    action = done(bexley, AT, grade="inadequate")
    client = signed_in(people.service_manager)
    address = reverse("sign-off-action", args=[action.pk])

    for _ in range(2):
        answer = client.post(address, {"note": "", "seen": "0"})
        assert (answer.status_code, fresh(action).state) == (302, "done")

    shown = client.get(f"/actions/{action.pk}/").content.decode()
    assert "Your signature is kept. The next one has been asked for." in shown
    assert SignOffStep.objects.count() == 1
    assert 'name="seen" value="1"' in client.get(address).content.decode()
    client.post(address, {"note": "", "seen": "1"})
    assert fresh(action).state == "signed_off"


def test_the_same_answer_sent_twice_leads_to_the_action(bexley, settings):
    people = bexley.people
    action = signed(bexley, AT)
    ask_for_impact(LATER, lambda done: None)
    settings.TEST_CLOCK = LATER.replace(tzinfo=None)
    no = {"answer": "no", "difference": "None", "evidence": "", "then": NEW, "what": "Go there"}
    data = {**no, "owner": people.worker.pk, **day(date(2027, 1, 29))}

    answers = [post(people.manager, "action-impact", action.pk, **data) for _ in range(2)]

    assert [one.headers["Location"] for one in answers] == [f"/actions/{action.pk}/"] * 2
    assert Action.objects.count() == 2
    text = given_back(people.manager, "action-impact", action.pk, **{**data, "difference": WORDS})
    assert "You have answered already." in text


def test_the_same_review_sent_twice_is_kept_once(bexley):
    action = opened(bexley, AT)
    data = {"note": "On its way", **day(AT.date(), "on")}

    for _ in range(2):
        post(bexley.people.manager, "review-action", action.pk, **data)
    post(bexley.people.manager, "review-action", action.pk, **{**data, "note": "Half done"})

    assert SupervisionReview.objects.count() == 2
    assert fresh(action).moves.filter(verb="review").count() == 2


def test_actions_given_twice_to_the_same_person_lead_to_the_tracker(bexley):
    people = bexley.people
    rows = [opened(bexley, AT, source=one).pk for one in range(2)]
    data = {"row": rows, "owner": people.second.pk, "reason": "Has left"}

    client = signed_in(people.officer)

    answers = [client.post(reverse("reassign-actions"), data) for _ in range(2)]

    assert [one.headers["Location"] for one in answers] == ["/actions/"] * 2
    shown = client.get("/actions/").content.decode()
    assert f"{people.second.name} has these actions already." in shown
    assert Action.objects.filter(owner=people.second).count() == 2


def test_start_and_evidence_sent_twice_are_taken_once(bexley):
    people = bexley.people
    action = opened(bexley, AT)

    for _ in range(2):
        post(people.worker, "start-action", action.pk)
    for _ in range(2):
        post(people.worker, "finish-action", action.pk, note="Case note")
    text = main(post(people.worker, "finish-action", action.pk, note=WORDS, status=422))

    assert (SHOWN in text, fresh(action).evidence) == (True, "Case note")
    verbs = fresh(action).moves.values_list("verb", flat=True)
    assert list(verbs) == ["record", "open", "start", "finish"]


def token_of(text):
    return re.search(r'name="form_token" value="([0-9a-f-]{36})"', text)[1]


def test_an_action_sent_twice_is_recorded_once_and_told_once(bexley):
    people = bexley.people
    first, second = (token_of(get(people.manager, "new-action")) for _ in range(2))
    data = new(bexley, form_token=first)

    answers = [post(people.manager, "new-action", **data) for _ in range(2)]

    made = Action.objects.get()
    assert {one.headers["Location"] for one in answers} == {f"/actions/{made.pk}/"}
    assert Notice.objects.filter(kind="action.action_assigned").count() == 1
    post(people.manager, "new-action", **new(bexley, form_token=second))
    assert Action.objects.count() == 2


def test_what_is_missing_keeps_the_token_of_the_form(bexley):
    people = bexley.people
    token = token_of(get(people.manager, "new-action"))

    answer = post(
        people.manager, "new-action", status=422, **new(bexley, what="", form_token=token)
    )

    assert token_of(answer.content.decode()) == token


def test_other_words_with_the_same_form_come_back_and_can_be_recorded_as_another_action(bexley):
    people = bexley.people
    token = token_of(get(people.manager, "new-action"))
    post(people.manager, "new-action", **new(bexley, form_token=token))
    data = new(bexley, what=WORDS, form_token=token)

    text = main(post(people.manager, "new-action", status=422, **data))

    made = Action.objects.get()
    assert f"With this page you have recorded {made.title} already, in other words." in text
    assert (SHOWN in text, token_of(text) != token) == (True, True)
    post(people.manager, "new-action", **{**data, "form_token": token_of(text)})
    assert set(Action.objects.values_list("what", flat=True)) == {made.what, WORDS}


def test_the_database_keeps_one_action_for_each_person_and_form(bexley):
    people = bexley.people
    token = uuid4()
    for who in (people.manager, people.officer):
        post(who, "new-action", **new(bexley, form_token=token))
    opened(bexley, AT, source=1)
    opened(bexley, AT, source=2)

    theirs, other = Action.objects.exclude(form_token=None).order_by("pk")
    assert (theirs.recorded_by, other.recorded_by) == (people.manager, people.officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Action.objects.filter(pk=other.pk).update(recorded_by=people.manager)


def test_no_token_or_one_that_is_none(bexley):
    people = bexley.people
    post(people.manager, "new-action", **new(bexley, form_token=""))
    post(people.manager, "new-action", **new(bexley))
    post(people.manager, "new-action", status=422, **new(bexley, form_token="x"))

    assert Action.objects.filter(form_token=None).count() == 2
