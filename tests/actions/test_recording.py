"""Recording with a class: the date follows from it, at the return at the latest (C1-3, C1-4, J-44, J-46, SC-15, SC-21)."""

from datetime import date, timedelta

import pytest

from actions.models import Action
from actions.plans import NO_DATE_WORDS, Plan, no_date
from actions.services import note_grade, open_drafts, tighten
from core.models import Notice
from people.models import User
from standards.policy import ActionClass, ActionRules, Limit
from standards.selectors import edition
from tests.actions.scenes import council, draft, fresh, moment, opened, signed

AT = moment(2026, 5, 19, 14)
OWNER = User(name="Amina Okafor", email="amina.okafor@example.org")
FIVE = ActionClass("five", "Within 5 working days", Limit(5, "working_days", "meeting"))
RULES = ActionRules(1, (), classes=(ActionClass("set", "As set"), FIVE), default_class="five")
GOOD = Plan("improve", "Meet the family", "", OWNER, None, action_class="five")
KINDS = {"improve": "Improve"}


def said(plan, **changes):
    rules = changes.pop("rules", RULES)
    return plan.problems(KINDS, on=AT.date(), rules=rules, anchors={"meeting": AT})


@pytest.mark.parametrize(
    ("plan", "problems"),
    [
        (GOOD, []),
        (Plan("improve", "Meet", "", OWNER, date(2026, 5, 27), action_class="five"), []),
        (
            Plan("improve", "Meet", "", OWNER, date(2026, 5, 28), action_class="five"),
            ["The date for “Within 5 working days” can be 27 May 2026 at the latest."],
        ),
        (
            Plan("improve", "Meet", "", OWNER, None, action_class="set"),
            ["Enter the date by which it will be done."],
        ),
        (
            Plan("improve", "Meet", "", OWNER, date(2026, 5, 28), action_class="none"),
            ["Choose the class of the action."],
        ),
    ],
)
def test_a_plan_in_a_class(plan, problems):
    assert said(plan) == problems


def test_the_success_measure_is_asked_where_the_framework_asks_for_it():
    rules = ActionRules(1, (), success_asked=True)
    plan = Plan("improve", "Meet", "", OWNER, AT.date(), success=" ")

    assert said(plan, rules=rules) == ["Say how you will know that it has worked."]


def test_a_plan_without_a_class_is_in_the_usual_one():
    assert Plan("improve", "Meet", "", OWNER, None).in_class(RULES) == Plan(
        "improve", "Meet", "", OWNER, None, action_class="five"
    )
    assert GOOD.in_class(ActionRules(0, (), default_class="set")) == GOOD


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        (NO_DATE_WORDS, "Call A.S.A.P.", True),
        (NO_DATE_WORDS, "as  soon\nas possible", True),
        (NO_DATE_WORDS, "ASAPs are gone", False),
        (["when able"], "Call when  ABLE", True),
        (["when able"], "Call ASAP", False),
        (NO_DATE_WORDS, "Call the school ASAP and tell the worker", True),
        (NO_DATE_WORDS, "Ask as soon as possible for the report", True),
        (NO_DATE_WORDS, "Review the risks of the ongoing contact with father", False),
        (NO_DATE_WORDS, "Ongoing visits to the family", False),
        (NO_DATE_WORDS, "On-going visits to the family", False),
        (NO_DATE_WORDS, "Offer ongoing, joined-up help", False),
        (NO_DATE_WORDS, "Find out whether the contact is ongoing", False),
        (NO_DATE_WORDS, "Say which risks are still ongoing.", False),
        (NO_DATE_WORDS, "Bring the outgoing post", False),
        (NO_DATE_WORDS, "Ongoing", True),
        (NO_DATE_WORDS, "visit weekly, ongoing", True),
        (NO_DATE_WORDS, "Visit weekly ongoing.", True),
        (NO_DATE_WORDS, "Visit weekly (ONGOING)", True),
        (NO_DATE_WORDS, "Visit weekly – on-going", True),
        (NO_DATE_WORDS, "Visits, ongoing. Then a report", True),
        (NO_DATE_WORDS, "Visits, ongoing\nA report by 3 May", True),
        (NO_DATE_WORDS, "Ongoing: visits", True),
        (["immediately"], "Take the immediately necessary steps", False),
        (["immediately"], "See the child immediately", True),
        (["c++"], "c++", False),  # no word ends there: nothing is found, and nothing breaks
    ],
)
def test_words_that_are_no_date(words, text, found):
    assert bool(no_date(words).search(text)) is found


# With rows -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_sc_15_the_two_limits_count_from_the_meeting():
    place = council("bracknell-forest")
    met = {"meeting": AT}
    immediate = draft(place, AT, due_on=None, action_class="immediate", anchors=met)
    standard = draft(place, AT, due_on=None, action_class="standard", anchors=met)
    earlier = draft(place, AT, due_on=date(2026, 6, 1), action_class="standard", anchors=met)

    assert [one.due_on for one in (immediate, standard, earlier)] == [
        date(2026, 5, 27),
        date(2026, 6, 19),
        date(2026, 6, 1),
    ]
    assert [one.latest_on for one in (immediate, standard, earlier)] == [
        date(2026, 5, 27),
        date(2026, 6, 19),
        date(2026, 6, 19),
    ]
    assert [one.date_given for one in (immediate, standard, earlier)] == [False, False, True]


@pytest.mark.django_db
def test_hours_begin_with_the_minute_of_the_return():
    place = council("bexley")
    waits = draft(place, moment(2026, 12, 10), due_on=None, action_class="immediate_24h")
    assert (waits.due_on, waits.due_at) == (None, None)
    returned = moment(2026, 12, 18, 11, 30)

    open_drafts(
        "audit",
        12,
        by=place.people.auditor,
        at=returned,
        anchors={"returned": returned},
        grade="inadequate",
    )

    row = fresh(waits)
    assert (row.due_on, row.due_at) == (date(2026, 12, 19), returned + timedelta(hours=24))
    assert (row.state, row.grade, row.opened_on) == ("open", "inadequate", date(2026, 12, 18))
    assert set(row.asked) == {place.people.manager.pk, place.people.service_manager.pk}


@pytest.mark.django_db
def test_a_date_that_turns_out_too_late_is_brought_forward_at_the_return():
    place = council("bexley")
    chosen = draft(
        place, moment(2026, 12, 10), due_on=date(2026, 12, 31), action_class="immediate_24h"
    )
    returned = moment(2026, 12, 18, 11, 30)

    open_drafts("audit", 12, by=place.people.auditor, at=returned, anchors={"returned": returned})

    assert fresh(chosen).due_at == returned + timedelta(hours=24)


@pytest.mark.django_db
def test_a_moved_meeting_moves_only_the_dates_that_follow_from_it():
    place = council("bracknell-forest")
    met = {"meeting": AT}
    follows = draft(place, AT, due_on=None, action_class="immediate", anchors=met)
    chosen = draft(place, AT, due_on=date(2026, 5, 22), action_class="immediate", anchors=met)
    later = moment(2026, 5, 26)

    open_drafts("audit", 12, by=place.people.auditor, at=later, anchors={"meeting": later})

    assert (fresh(follows).due_on, fresh(chosen).due_on) == (date(2026, 6, 2), date(2026, 5, 22))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("recorded", "action_class", "due_on", "becomes", "ends"),
    [
        # a laxer class with a limit: the stricter one, at most its date (J-44, J-46)
        (moment(2026, 4, 27), "standard_4w", None, "safeguarding_5wd", date(2026, 5, 5)),
        (
            moment(2026, 4, 27),
            "standard_4w",
            date(2026, 5, 20),
            "safeguarding_5wd",
            date(2026, 5, 5),
        ),
        # an earlier date stays
        (
            moment(2026, 4, 27),
            "standard_4w",
            date(2026, 5, 1),
            "safeguarding_5wd",
            date(2026, 5, 1),
        ),
        # already in it
        (moment(2026, 4, 27), "safeguarding_5wd", None, "safeguarding_5wd", date(2026, 5, 5)),
        # recorded so long ago that its five days are over: they count from now
        (moment(2026, 4, 7), "standard_4w", None, "safeguarding_5wd", date(2026, 5, 6)),
    ],
)
def test_a_trigger_tightens_what_was_drafted(recorded, action_class, due_on, becomes, ends):
    place = council("west-sussex", edition=2)
    made = draft(place, recorded, due_on=due_on, action_class=action_class)
    cls = edition(place.version).policy.actions.action_class("safeguarding_5wd")
    returned = moment(2026, 4, 28)

    first = tighten("audit", 12, cls, by=place.people.auditor, at=returned)
    again = tighten("audit", 12, cls, by=place.people.auditor, at=returned)

    row = fresh(made)
    assert (row.action_class, row.due_on) == (becomes, ends)
    assert (first, again) == (int(action_class != becomes), 0)
    open_drafts("audit", 12, by=place.people.auditor, at=returned, anchors={"returned": returned})
    assert fresh(made).due_on in {ends, date(2026, 4, 14)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "due_on", "ends", "kept"),
    [
        ("open", None, date(2026, 5, 5), [(date(2026, 5, 25), date(2026, 5, 5))]),
        ("in_progress", None, date(2026, 5, 5), [(date(2026, 5, 25), date(2026, 5, 5))]),
        ("open", date(2026, 5, 1), date(2026, 5, 1), []),
    ],
)
def test_a_trigger_tightens_what_is_open_and_keeps_the_old_date(state, due_on, ends, kept):
    place = council("west-sussex", edition=2)
    made = opened(place, moment(2026, 4, 27), due_on=due_on, action_class="standard_4w")
    Action.objects.filter(pk=made.pk).update(state=state)
    cls = edition(place.version).policy.actions.action_class("safeguarding_5wd")
    again = moment(2026, 4, 28)

    counts = [tighten("audit", 12, cls, by=place.people.auditor, at=again) for _ in range(2)]

    row = fresh(made)
    assert counts == [1, 0]
    assert (row.state, row.action_class, row.due_on) == (state, "safeguarding_5wd", ends)
    assert row.set_on == (date(2026, 4, 28) if kept else date(2026, 4, 27))
    assert list(row.date_changes.values_list("old_on", "new_on")) == kept
    assert {one.reason for one in row.date_changes.all()} <= {cls.label}
    told = Notice.objects.filter(kind="action.action_assigned", to=place.people.worker)
    assert told.count() == 1 + len(kept)


@pytest.mark.django_db
def test_a_stricter_class_gives_nobody_more_time():
    place = council("west-sussex", edition=2)
    made = opened(place, moment(2026, 4, 7), due_on=None, action_class="standard_4w")
    cls = edition(place.version).policy.actions.action_class("safeguarding_5wd")

    tighten("audit", 12, cls, by=place.people.auditor, at=moment(2026, 5, 18))

    row = fresh(made)
    assert (row.action_class, row.due_on, row.set_on) == (cls.code, made.due_on, made.set_on)


@pytest.mark.django_db
def test_what_has_no_limit_stays_as_it_was_set():
    place = council("bexley")
    made = draft(place, AT, action_class="as_set")
    cls = edition(place.version).policy.actions.action_class("immediate_24h")

    assert tighten("audit", 12, cls, by=place.people.auditor, at=AT, anchors={"returned": AT}) == 0
    assert fresh(made).due_on == date(2026, 12, 1)


@pytest.mark.django_db
def test_a_new_grade_asks_for_its_own_signatures():
    place = council("bexley")
    made = draft(place, AT, grade="good")
    closed = signed(place, AT, source=13, grade="good")
    open_drafts("audit", 12, by=place.people.auditor, at=AT)

    changed = [
        note_grade("audit", source, "inadequate", by=place.people.qa_head, at=AT)
        for source in (12, 12, 13)
    ]

    assert changed == [1, 0, 0]
    assert set(fresh(made).asked) == {place.people.manager.pk, place.people.service_manager.pk}
    assert fresh(closed).grade == "good"


@pytest.mark.django_db
def test_whoever_opens_their_own_action_is_not_told_of_it():
    place = council("bexley")
    draft(place, AT, owner=place.people.auditor)
    draft(place, AT)

    open_drafts("audit", 12, by=place.people.auditor, at=AT)

    told = Notice.objects.filter(kind="action.action_assigned")
    assert list(told.values_list("to", flat=True)) == [place.people.worker.pk]
    assert Action.objects.filter(state="open").count() == 2
    one = told.get()
    assert place.people.worker.name not in one.subject + one.text + one.path
    assert "by 1 December 2026" in one.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "hours"),
    [
        ({}, None),
        ({"due_at": AT + timedelta(hours=24)}, 24),
        ({"due_at": AT + timedelta(hours=47, minutes=45)}, 48),
        ({"due_at": AT - timedelta(hours=1)}, 1),  # counted from a meeting that lies back
    ],
)
def test_a_task_keeps_how_many_hours_it_was_given(changes, hours):
    place = council("bexley")

    made = draft(place, AT, due_on=date(2026, 5, 20), **changes)

    assert fresh(made).hours == hours
