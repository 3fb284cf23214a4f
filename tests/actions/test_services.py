from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import InternalError, transaction

from actions.models import Action, ActionMove
from actions.services import Plan, change_action, open_drafts, withdraw_action
from core.models import TrailEntry
from core.moves import Refused
from people.models import User
from tests.factories.audits import NOW

ON = date(2026, 11, 10)
KINDS = {"improve": "Improve practice", "nominate": "Share what is good"}
OWNER = User(name="Amina Okafor", email="amina.okafor@example.org")
GOOD = Plan("improve", "Meet the family", "Safer", OWNER, date(2026, 12, 1))
NO_WHAT = "Enter what will be done."
NO_DATE = "Say when it will be done as a date, not “ASAP” or “ongoing”."
NO_OWNER = "Choose who will do it."
NO_DAY = "Enter the date by which it will be done."
PAST = "The date must be today or later."
NO_KIND = "Choose what kind of action it is."


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, []),
        ({"why": ""}, []),
        ({"kind": "nominate"}, []),
        ({"due_on": ON}, []),
        ({"due_on": ON - timedelta(days=1)}, [PAST]),
        ({"due_on": None}, [NO_DAY]),
        ({"owner": None}, [NO_OWNER]),
        ({"kind": ""}, [NO_KIND]),
        ({"kind": "punish"}, [NO_KIND]),
        ({"what": ""}, [NO_WHAT]),
        ({"what": " \n"}, [NO_WHAT]),
        ({"what": "Call asap"}, [NO_DATE]),
        ({"what": "Call A.S.A.P"}, [NO_DATE]),
        ({"what": "As soon as possible: call"}, [NO_DATE]),
        ({"what": "Visits (ongoing)"}, [NO_DATE]),
        ({"what": "Visits, on-going"}, [NO_DATE]),
        ({"what": "Review the risks of the ongoing contact with father"}, []),
        ({"what": "The asapment of Mr Going"}, []),
        (
            {"kind": "", "what": "", "owner": None, "due_on": None},
            [NO_WHAT, NO_OWNER, NO_DAY, NO_KIND],
        ),
    ],
)
def test_a_plan_lists_everything_that_is_missing(changes, problems):
    assert replace(GOOD, **changes).problems(KINDS, on=ON) == problems


def moves(action):
    return list(action.moves.values_list("verb", "state", "by", "at", "reason"))


def trail(action):
    lines = TrailEntry.objects.filter(subject_type="actions.action", subject_id=action.pk)
    return list(lines.order_by("id").values_list("verb", "by_id", "detail"))


def test_an_action_is_recorded_as_a_draft_with_its_move(raised, people, case):
    action = Action.objects.get(pk=raised().pk)

    assert (action.council, action.case, action.source, action.source_id) == (
        people.council,
        case,
        "audit",
        12,
    )
    assert (action.kind, action.kind_label, action.what, action.why) == (
        "improve",
        "Improve practice",
        "Meet the family",
        "Safer",
    )
    assert (action.owner, action.due_on, action.state) == (
        people.worker,
        date(2026, 12, 1),
        "draft",
    )
    assert (action.recorded_by, action.recorded_at) == (people.auditor, NOW)
    assert moves(action) == [("record", "draft", people.auditor.pk, NOW, "")]
    assert trail(action) == [("record action", people.auditor.pk, {})]


def test_an_action_about_no_child_may_be_recorded(raised):
    assert Action.objects.get(pk=raised(case=None).pk).case is None


def test_words_are_kept_without_the_spaces_around_them(raised, plan):
    action = raised(plan=replace(plan, what="  Meet \n", why=" So that "))

    assert (action.what, action.why) == ("Meet", "So that")


@pytest.mark.parametrize("missing", ["owner", "due_on"])
def test_an_action_without_owner_or_date_is_never_recorded(raised, plan, missing):
    with pytest.raises(ValueError, match="owner and a date"):
        raised(plan=replace(plan, **{missing: None}))

    assert not Action.objects.exists()


def test_a_change_replaces_the_words_and_the_history_keeps_the_earlier_ones(raised, people, plan):
    action = raised()
    other = replace(plan, kind="nominate", what="Share it", owner=people.manager)

    change_action(action, other, kind_label="Share what is good", by=people.auditor, at=NOW)

    changed = Action.objects.get(pk=action.pk)
    assert (changed.kind, changed.kind_label, changed.what, changed.owner, changed.state) == (
        "nominate",
        "Share what is good",
        "Share it",
        people.manager,
        "draft",
    )
    earlier = action.events.order_by("pgh_id").values_list("what", flat=True)
    assert list(earlier) == ["Meet the family", "Share it"]
    assert [verb for verb, _, _ in trail(action)] == ["record action", "change action"]


def test_the_history_of_an_action_only_grows(raised):
    action = raised()

    with pytest.raises(InternalError), transaction.atomic():
        action.events.update(what="Something else")
    with pytest.raises(InternalError), transaction.atomic():
        action.events.all().delete()


@pytest.mark.parametrize("opened", [False, True])
def test_a_withdrawn_action_stays_with_who_when_and_why(raised, people, opened):
    action = raised()
    if opened:
        open_drafts("audit", 12, by=people.auditor, at=NOW)
    later = NOW + timedelta(days=1)

    withdraw_action(action, reason="Done by the school", by=people.officer, at=later)

    assert Action.objects.get(pk=action.pk).state == "withdrawn"
    assert moves(action)[-1] == (
        "withdraw",
        "withdrawn",
        people.officer.pk,
        later,
        "Done by the school",
    )
    assert trail(action)[-1] == ("withdraw action", people.officer.pk, {})


def test_withdrawing_twice_is_refused_and_leaves_one_move(raised, people):
    action = raised()
    withdraw_action(action, reason="No", by=people.auditor, at=NOW)

    with pytest.raises(Refused, match="withdrawn already"):
        withdraw_action(action, reason="No", by=people.auditor, at=NOW)

    assert ActionMove.objects.filter(action=action, verb="withdraw").count() == 1


def test_opening_opens_the_drafts_of_one_source_and_again_opens_nothing(raised, people):
    first, second, withdrawn = raised(), raised(), raised()
    others = [raised(source=("audit", 13)), raised(source=("moderation", 12))]
    withdraw_action(withdrawn, reason="No", by=people.auditor, at=NOW)
    later = NOW + timedelta(days=1)

    opened = [open_drafts("audit", 12, by=people.auditor, at=at) for at in (later, later)]

    assert opened == [2, 0]
    states = dict(Action.objects.values_list("pk", "state"))
    assert states == {
        first.pk: "open",
        second.pk: "open",
        withdrawn.pk: "withdrawn",
        others[0].pk: "draft",
        others[1].pk: "draft",
    }
    assert moves(first) == [
        ("record", "draft", people.auditor.pk, NOW, ""),
        ("open", "open", people.auditor.pk, later, ""),
    ]
    assert trail(first)[-1] == ("open action", people.auditor.pk, {})
