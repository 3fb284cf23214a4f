from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from audits.models import Audit
from audits.services.changing import exclude_audit
from audits.states import AuditState
from core.models import Notice, TrailEntry
from core.moves import Refused
from people.roles import Role
from programme.counting import requests_waiting
from programme.models import DateChange, Slot
from programme.selectors.allocating import allotted
from programme.selectors.changes import changeable, waiting
from programme.services.allocating import NeedsConfirming
from programme.services.changes import Handover, Wish, ask, decide, grant, reassign
from programme.services.year import open_year
from tests.programme.scenes import council, moment

pytestmark = pytest.mark.django_db

GIVEN = moment(2026, 4, 7)
DUE = date(2026, 5, 5)
IN_TIME = moment(2026, 5, 5, 15, 0)
LAST_MINUTE = moment(2026, 5, 5, 23, 59)
TOO_LATE = moment(2026, 5, 6, 0, 0)
MORE = Wish("extension", "The auditor is ill.", date(2026, 5, 19))
OUT = Wish("exclusion", "The family has moved away.")


@pytest.fixture
def lancashire(settings):
    settings.TEST_CLOCK = IN_TIME
    return council("lancashire")


@pytest.fixture
def audit(lancashire):
    """SC-08: a learning space allocated to a team manager on Tue 7 Apr 2026, due on Tue 5 May."""
    made = lancashire.allocated(GIVEN)
    assert made.deadline_on == DUE
    return made


def deadline_of(audit):
    return Audit.objects.get(pk=audit.pk).deadline_on


def attempts(kind):
    return list(
        TrailEntry.objects.filter(verb=f"{kind} refused")
        .order_by("pk")
        .values_list("by_id", "detail")
    )


# --- SC-09 ---------------------------------------------------------------------------------------


def test_sc_09_only_the_head_of_service_gives_more_time(lancashire, audit):
    people = lancashire.people
    for who in (people.auditor, people.service_manager, people.officer):
        with pytest.raises(PermissionDenied):
            grant(audit, MORE, by=who, at=IN_TIME)
    assert deadline_of(audit) == DUE
    assert attempts("extension") == [
        (who.pk, {"why": "right"})
        for who in (people.auditor, people.service_manager, people.officer)
    ]

    change = grant(audit, MORE, by=people.head, at=IN_TIME)

    assert deadline_of(audit) == date(2026, 5, 19)
    assert (change.state, change.old_deadline_on, change.new_deadline_on) == (
        "granted",
        DUE,
        date(2026, 5, 19),
    )
    assert (change.decided_by, change.decided_at) == (people.head, IN_TIME)
    assert [move.words for move in audit.moves.all()] == ["Allocated", "Given more time"]


@pytest.mark.parametrize("kind", [MORE, OUT], ids=["more time", "leaving out"])
@pytest.mark.parametrize(
    "who",
    [
        "auditor",
        "worker",
        "manager",
        "service_manager",
        "officer",
        "qa_head",
        "deputy_director",
        "director",
        "administrator",
        "stranger",
        "former",
    ],
)
def test_nobody_else_grants_even_in_time_and_the_attempt_is_kept(lancashire, audit, who, kind):
    user = getattr(lancashire.people, who)

    with pytest.raises(PermissionDenied):
        grant(audit, kind, by=user, at=IN_TIME)

    assert attempts(kind.kind) == [(user.pk, {"why": "right"})]
    audit.refresh_from_db()
    assert (audit.state, audit.deadline_on) == (AuditState.ALLOCATED, DUE)
    assert not DateChange.objects.exists()


@pytest.mark.parametrize("wish", [MORE, OUT], ids=["more time", "leaving out"])
def test_it_is_in_time_until_the_last_minute_of_the_due_day(lancashire, audit, wish):
    head = lancashire.people.head
    with pytest.raises(Refused, match="The deadline has passed"):
        grant(audit, wish, by=head, at=TOO_LATE)
    assert attempts(wish.kind) == [(head.pk, {"why": "rule"})]

    assert grant(audit, wish, by=head, at=LAST_MINUTE).state == "granted"


def test_nobody_asks_after_the_deadline(lancashire, audit):
    with pytest.raises(Refused, match="The deadline has passed"):
        ask(audit, MORE, by=lancashire.people.auditor, at=TOO_LATE)


def test_the_head_of_another_service_does_not_decide(lancashire, audit):
    service, _ = lancashire.service("Other service")
    theirs = lancashire.somebody(
        "hos2", [Role.HEAD_OF_SERVICE], service, lancashire.people.director
    )

    with pytest.raises(PermissionDenied):
        grant(audit, MORE, by=theirs, at=IN_TIME)


def test_a_head_of_service_does_not_decide_on_their_own_audit(lancashire):
    people = lancashire.people
    audit = lancashire.allocated(GIVEN, auditor=people.head)

    with pytest.raises(PermissionDenied):
        grant(audit, MORE, by=people.head, at=IN_TIME)

    assert grant(audit, MORE, by=people.deputy_director, at=IN_TIME).state == "granted"


def test_another_councils_head_decides_nothing(lancashire, audit):
    theirs = council("bexley").people

    for person in (theirs.head, theirs.qa_head, theirs.auditor):
        for step in (ask, grant):
            with pytest.raises(PermissionDenied):
                step(audit, MORE, by=person, at=IN_TIME)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish("extension", "Ill.", None), "Enter the new deadline."),
        (Wish("extension", "Ill.", DUE), "Choose a day after 5 May 2026"),
        (Wish("extension", " ", date(2026, 5, 19)), "Give the reason."),
        (Wish("exclusion", " "), "Give the reason."),
    ],
)
def test_what_is_granted_needs_a_later_day_and_a_reason(lancashire, audit, wish, words):
    with pytest.raises(Refused, match=words):
        grant(audit, wish, by=lancashire.people.head, at=IN_TIME)

    assert not DateChange.objects.exists()


def test_another_auditor_is_no_request(lancashire, audit):
    with pytest.raises(PermissionDenied):
        ask(audit, Wish("reassignment", "Why."), by=lancashire.people.auditor, at=IN_TIME)


# --- asking and deciding -------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["auditor", "service_manager"])
def test_the_auditor_and_the_service_manager_ask_and_the_head_decides(lancashire, audit, who):
    people = lancashire.people
    asker = getattr(people, who)

    change = ask(audit, MORE, by=asker, at=GIVEN)

    assert (change.state, change.asked_by, deadline_of(audit)) == ("asked", asker, DUE)
    notice = Notice.objects.get(kind="change.extension.asked")
    assert (notice.to, notice.path) == (people.head, f"/requests/{change.pk}/")
    assert "Decide by the end of 5 May 2026." in notice.text
    assert waiting(people.head, DUE) == [change]
    assert requests_waiting(people.head) == 1
    assert waiting(people.service_manager, DUE) == waiting(people.officer, DUE) == []

    decide(change, granted=True, note="Get well.", by=people.head, at=IN_TIME)

    assert deadline_of(audit) == date(2026, 5, 19)
    assert waiting(people.head, DUE) == []
    assert Notice.objects.get(kind="change.extension.granted").to == asker


@pytest.mark.parametrize("who", ["worker", "manager", "head", "officer", "qa_head", "director"])
def test_nobody_else_asks(lancashire, audit, who):
    user = getattr(lancashire.people, who)

    with pytest.raises(PermissionDenied):
        ask(audit, MORE, by=user, at=GIVEN)

    assert attempts("extension") == [(user.pk, {"why": "right"})]


def test_the_head_may_grant_another_day_than_was_asked_for(lancashire, audit):
    people = lancashire.people
    change = ask(audit, MORE, by=people.auditor, at=GIVEN)

    decide(change, granted=True, note="", by=people.head, at=IN_TIME, deadline_on=date(2026, 5, 12))

    assert deadline_of(audit) == date(2026, 5, 12)
    change.refresh_from_db()
    assert (change.new_deadline_on, change.reason) == (date(2026, 5, 12), "The auditor is ill.")
    assert "The auditor is ill." in audit.moves.last().reason


def test_a_refusal_changes_nothing_and_needs_a_reason(lancashire, audit):
    people = lancashire.people
    change = ask(audit, MORE, by=people.auditor, at=GIVEN)
    with pytest.raises(Refused, match="Give the reason"):
        decide(change, granted=False, note=" ", by=people.head, at=IN_TIME)

    decide(change, granted=False, note="Please finish it.", by=people.head, at=TOO_LATE)

    change.refresh_from_db()
    assert (change.state, change.decision_note) == ("refused", "Please finish it.")
    assert deadline_of(audit) == DUE
    told = [(move.words, move.by, move.reason) for move in audit.moves.all()][1:]
    assert told == [
        ("Asked for more time", people.auditor, ""),
        ("More time refused", people.head, ""),
    ]
    assert Notice.objects.get(kind="change.extension.refused").to == people.auditor


def test_a_request_that_waited_past_the_deadline_is_not_granted(lancashire, audit):
    people = lancashire.people
    change = ask(audit, MORE, by=people.auditor, at=GIVEN)

    with pytest.raises(Refused, match="The deadline has passed"):
        decide(change, granted=True, note="", by=people.head, at=TOO_LATE)

    assert deadline_of(audit) == DUE


def test_nobody_else_decides_a_request_and_nobody_decides_it_twice(lancashire, audit):
    people = lancashire.people
    change = ask(audit, MORE, by=people.auditor, at=GIVEN)
    for who in (people.auditor, people.service_manager, people.officer, people.director):
        with pytest.raises(PermissionDenied):
            decide(change, granted=True, note="", by=who, at=IN_TIME)
    assert len(attempts("extension")) == 4

    decide(change, granted=True, note="", by=people.head, at=IN_TIME)
    with pytest.raises(Refused, match="decided already"):
        decide(change, granted=False, note="No.", by=people.head, at=IN_TIME)


def test_the_same_is_not_asked_for_twice_but_may_be_again_once_decided(lancashire, audit):
    people = lancashire.people
    change = ask(audit, MORE, by=people.auditor, at=GIVEN)
    with pytest.raises(Refused, match="asked for already"):
        ask(audit, MORE, by=people.service_manager, at=GIVEN)

    decide(change, granted=False, note="No.", by=people.head, at=GIVEN)

    assert ask(audit, MORE, by=people.auditor, at=GIVEN).state == "asked"


def test_granting_at_once_answers_the_request_that_waits(lancashire, audit):
    people = lancashire.people
    asked = ask(audit, MORE, by=people.auditor, at=GIVEN)

    granted = grant(audit, Wish("extension", "Ill.", date(2026, 5, 12)), by=people.head, at=IN_TIME)

    assert granted.pk == asked.pk
    assert (granted.state, granted.asked_by, granted.decided_by) == (
        "granted",
        people.auditor,
        people.head,
    )
    assert DateChange.objects.count() == 1
    assert Notice.objects.get(kind="change.extension.granted").to == people.auditor


def test_leaving_out_ends_every_request_of_the_audit(lancashire, audit):
    people = lancashire.people
    more = ask(audit, MORE, by=people.auditor, at=GIVEN)
    out = ask(audit, OUT, by=people.auditor, at=GIVEN)

    decide(out, granted=True, note="Agreed.", by=people.head, at=IN_TIME)

    more.refresh_from_db()
    assert (more.state, more.decision_note) == ("refused", "The audit was left out.")
    assert Audit.objects.get(pk=audit.pk).state == AuditState.EXCLUDED
    assert waiting(people.head, DUE) == []


def test_what_is_returned_or_left_out_changes_no_more(lancashire, audit):
    people = lancashire.people
    change = ask(audit, MORE, by=people.auditor, at=GIVEN)
    exclude_audit(audit, reason="Moved.", by=people.head, at=GIVEN)

    for step in (
        lambda: grant(audit, MORE, by=people.head, at=IN_TIME),
        lambda: grant(audit, OUT, by=people.head, at=IN_TIME),
        lambda: ask(audit, OUT, by=people.auditor, at=IN_TIME),
        lambda: decide(change, granted=True, note="", by=people.head, at=IN_TIME),
    ):
        with pytest.raises(Refused, match="no longer under way"):
            step()


def test_a_request_that_nobody_could_decide_is_refused_at_once(lancashire, audit):
    people = lancashire.people
    for who in (people.head, people.deputy_director, people.director):
        who.holdings.update(to_on="2026-04-30")

    with pytest.raises(Refused, match="Nobody holds a post"):
        ask(audit, MORE, by=people.auditor, at=IN_TIME)


def test_an_extension_can_follow_another_and_both_are_kept(lancashire, audit):
    head = lancashire.people.head
    grant(audit, MORE, by=head, at=IN_TIME)

    grant(audit, Wish("extension", "Still ill.", date(2026, 6, 2)), by=head, at=moment(2026, 5, 19))

    days = [(one.old_deadline_on, one.new_deadline_on) for one in audit.changes.all()]
    assert days == [(DUE, date(2026, 5, 19)), (date(2026, 5, 19), date(2026, 6, 2))]


# --- without a local rule ------------------------------------------------------------------------


@pytest.mark.parametrize("wish", [MORE, OUT], ids=["more time", "leaving out"])
def test_without_a_local_rule_the_head_of_quality_decides_with_a_reason(settings, wish):
    settings.TEST_CLOCK = IN_TIME
    bexley = council("bexley")
    people, audit = bexley.people, bexley.allocated(GIVEN)
    later = Wish(wish.kind, wish.reason, wish.deadline_on and date(2026, 5, 29))
    for who in (people.officer, people.head, people.auditor, people.director):
        with pytest.raises(PermissionDenied):
            grant(audit, later, by=who, at=IN_TIME)
    with pytest.raises(PermissionDenied):
        ask(audit, later, by=people.service_manager, at=IN_TIME)
    ask(audit, later, by=people.auditor, at=IN_TIME)
    assert [one.audit for one in waiting(people.qa_head, DUE)] == [audit]

    assert grant(audit, later, by=people.qa_head, at=IN_TIME).state == "granted"


def test_without_a_local_rule_there_is_no_last_day(settings):
    bexley = council("bexley")
    audit = bexley.allocated(GIVEN)
    late = moment(2026, 5, 7)

    gone = Wish("extension", "Ill.", date(2026, 5, 6))
    with pytest.raises(Refused, match="Choose a day that has not passed"):
        grant(audit, gone, by=bexley.people.qa_head, at=late)
    wish = Wish("extension", "Ill.", date(2026, 5, 15))
    assert grant(audit, wish, by=bexley.people.qa_head, at=late).state == "granted"


# --- several steps -------------------------------------------------------------------------------


def test_each_step_gives_no_more_than_it_may():
    sixth = council("sixthshire")
    people, audit = sixth.people, sixth.allocated(GIVEN)
    assert audit.deadline_on == DUE

    def wish(day):
        return Wish("extension", "Ill.", day)

    # The line manager above the auditor is missing in this line, so the next rank acts.
    manager, officer = people.service_manager, people.officer
    with pytest.raises(Refused, match="until 12 May 2026 at most"):
        grant(audit, wish(date(2026, 5, 13)), by=manager, at=GIVEN)
    grant(audit, wish(date(2026, 5, 12)), by=manager, at=GIVEN)
    with pytest.raises(Refused, match="until 12 May 2026 at most"):
        grant(audit, wish(date(2026, 5, 13)), by=manager, at=GIVEN)
    with pytest.raises(Refused, match="until 5 June 2026 at most"):
        grant(audit, wish(date(2026, 6, 6)), by=officer, at=GIVEN)
    grant(audit, wish(date(2026, 6, 5)), by=officer, at=GIVEN)
    grant(audit, wish(date(2026, 9, 1)), by=people.qa_head, at=GIVEN)

    assert deadline_of(audit) == date(2026, 9, 1)


# --- another auditor -----------------------------------------------------------------------------


@pytest.fixture
def bexley(settings):
    settings.TEST_CLOCK = GIVEN
    return council("bexley")


def test_the_qa_team_gives_an_audit_to_another_auditor(bexley):
    people, audit = bexley.people, bexley.allocated(GIVEN)

    change = reassign(audit, Handover(people.head, "Long leave."), by=people.officer, at=GIVEN)

    audit.refresh_from_db()
    assert (audit.auditor, audit.deadline_on) == (people.head, date(2026, 4, 30))
    assert (change.kind, change.state, change.old_auditor, change.new_auditor) == (
        "reassignment",
        "granted",
        people.auditor,
        people.head,
    )


@pytest.mark.parametrize(
    "who", ["auditor", "worker", "head", "director", "administrator", "manager"]
)
def test_nobody_but_the_qa_team_reassigns(bexley, who):
    people, audit = bexley.people, bexley.allocated(GIVEN)
    user = getattr(people, who)

    with pytest.raises(PermissionDenied):
        reassign(audit, Handover(people.head, "Why."), by=user, at=GIVEN)

    assert attempts("reassignment") == [(user.pk, {"why": "right"})]


def test_another_councils_qa_team_reassigns_nothing(bexley):
    audit = bexley.allocated(GIVEN)
    theirs = council("eastmere").people

    with pytest.raises(PermissionDenied):
        reassign(audit, Handover(theirs.head, "Why."), by=theirs.officer, at=GIVEN)


@pytest.mark.parametrize("who", ["manager", "stranger", "former", "auditor", "worker", "officer"])
def test_the_new_auditor_must_be_free_of_every_objection(bexley, who):
    people, audit = bexley.people, bexley.allocated(GIVEN)

    with pytest.raises(Refused):
        reassign(audit, Handover(getattr(people, who), "Why."), by=people.officer, at=GIVEN)

    audit.refresh_from_db()
    assert audit.auditor == people.auditor
    assert not DateChange.objects.exists()


def test_a_reason_is_asked_for(bexley):
    people, audit = bexley.people, bexley.allocated(GIVEN)

    with pytest.raises(Refused, match="Give the reason"):
        reassign(audit, Handover(people.head, " "), by=people.officer, at=GIVEN)


def test_more_than_the_number_must_be_confirmed(bexley):
    people, audit = bexley.people, bexley.allocated(GIVEN)
    bexley.allocated(GIVEN, auditor=people.head)
    handover = Handover(people.head, "Leave.")

    with pytest.raises(NeedsConfirming):
        reassign(audit, handover, by=people.officer, at=GIVEN)

    reassign(audit, handover, by=people.officer, at=GIVEN, confirmed=True)


def test_the_rule_on_teams_is_left_aside_with_a_reason_where_the_framework_lets_it(lancashire):
    people, audit = lancashire.people, lancashire.allocated(GIVEN)
    _, team = lancashire.service("Other service")
    other = lancashire.somebody("otm", [Role.AUDITOR], team)
    with pytest.raises(Refused):
        reassign(audit, Handover(other, "Leave."), by=people.officer, at=GIVEN)

    handover = Handover(other, "Leave.", "Nobody else is free.")
    change = reassign(audit, handover, by=people.officer, at=GIVEN)

    assert "Left aside: Nobody else is free." in change.decision_note
    assert "Left aside: Nobody else is free." in audit.moves.last().reason


def test_nobody_audits_the_same_file_twice(bexley):
    people, audit = bexley.people, bexley.allocated(GIVEN)
    other = bexley.allocated(GIVEN, auditor=people.head)
    Audit.objects.filter(pk=other.pk).update(case=audit.case)

    with pytest.raises(Refused) as refused:
        reassign(audit, Handover(people.head, "Why."), by=people.officer, at=GIVEN, confirmed=True)

    assert refused.value.problems == ("The auditor is auditing this child's file already.",)


def test_the_slot_of_the_former_auditor_is_open_again(lancashire):
    people = lancashire.people
    open_year(people.council, date(2026, 4, 1), by=people.officer, at=GIVEN)
    audit = lancashire.allocated(GIVEN)
    slot = Slot.objects.get(audit=audit)
    assert slot.post.holdings.filter(user=people.auditor).exists()

    reassign(audit, Handover(people.head, "Leave."), by=people.officer, at=GIVEN, confirmed=True)

    slot.refresh_from_db()
    assert slot.audit is None
    assert Slot.objects.get(audit=audit).post.holdings.filter(user=people.head).exists()


# --- what follows --------------------------------------------------------------------------------


def test_an_audit_that_was_left_out_does_not_count_against_the_number(lancashire, audit):
    people, month = lancashire.people, date(2026, 4, 1)
    assert allotted(people.council.pk, month, month) == {people.auditor.pk: 1}

    grant(audit, OUT, by=people.head, at=IN_TIME)

    assert allotted(people.council.pk, month, month) == {}


@pytest.mark.parametrize(
    ("who", "opens"),
    [
        ("auditor", True),
        ("officer", True),
        ("service_manager", True),
        ("head", True),
        ("director", True),
        ("worker", True),  # a party: its page says that it is not theirs to change
        ("manager", False),
        ("stranger", False),
        ("administrator", False),
        ("moderator", False),
    ],
)
def test_who_opens_the_pages_of_changes(lancashire, audit, who, opens):
    found = changeable(getattr(lancashire.people, who), DUE)

    assert found.filter(pk=audit.pk).exists() is opens


def test_managers_of_another_council_open_nothing(lancashire, audit):
    theirs = council("bexley").people

    assert not changeable(theirs.director, DUE).exists()
    assert not DateChange.objects.visible_to(theirs.qa_head, DUE).exists()


def test_who_reads_a_request(lancashire, audit):
    people = lancashire.people
    change = ask(audit, MORE, by=people.auditor, at=GIVEN)

    seen = {
        name
        for name, user in people.everybody().items()
        if DateChange.objects.visible_to(user, DUE).filter(pk=change.pk).exists()
    }

    assert seen == {
        "auditor",
        "service_manager",
        "head",
        "deputy_director",
        "director",
        "officer",
        "qa_head",
    }
