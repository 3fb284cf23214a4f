"""The open work of whoever leaves: counted, handed over under the rules, and what is left is told once."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from actions.models import Action
from core.models import Notice, TrailEntry
from core.moves import Refused
from escalation.models import OfficerEscalation
from moderation.services.assigning import assign
from moderation.services.choosing import choose_by_hand
from people.handing_over import KINDS, NOT_YOURS, Kind, Outcome, each, register
from people.models import User
from people.posts import give_post, hand_over, let_leave, tell_of_left_work
from people.selectors import leaves, left_work, open_work
from people.services import leave
from tests.access.test_every_url import concern_of
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast
from tests.factories.people import PostFactory, PostHoldingFactory

pytestmark = pytest.mark.django_db
ON = timezone.localdate(NOW)
YESTERDAY = ON - timedelta(days=1)


@pytest.fixture
def version():
    return framework("fixtures/frameworks/bexley/1.yaml")


@pytest.fixture
def people(version):
    return cast("bexley")


def gone(person):
    """The person left yesterday; as the database knows them."""
    person.holdings.update(to_on=YESTERDAY)
    User.objects.filter(pk=person.pk).update(is_active=False)
    return User.objects.get(pk=person.pk)


def open_of(person):
    return {one.kind.name: one.number for one in open_work([person.pk], ON).get(person.pk, [])}


def test_a_name_stands_for_one_kind():
    kind = Kind("actions", "one", "many", lambda people, on: {})

    with pytest.raises(ValueError, match="two kinds"):
        register(kind)
    assert KINDS["actions"].words(1) == "1 action to do"
    assert KINDS["actions"].words(3) == "3 actions to do"


def test_what_is_refused_is_counted_with_its_reason():
    def give(one):
        if one > 1:
            raise Refused("Too many.", ["So many."] if one > 2 else [])

    assert each([1, 2, 2, 3], give) == Outcome(1, {"Too many.": 2, "So many.": 1})


def test_what_one_may_not_touch_is_left_and_the_rest_goes_on():
    def give(one):
        if one == 2:
            raise PermissionDenied

    assert each([1, 2, 3], give) == Outcome(2, {NOT_YOURS: 1})


def test_each_room_says_what_is_open(people, version):
    audit_at("in_session", people, version)
    audit_at("allocated", people, version)
    returned = audit_at("returned", people, version)
    chosen = choose_by_hand(returned, reason="Look", by=people.officer, at=NOW)
    assign(chosen, people.moderator, by=people.officer, at=NOW)
    concern_of(people, version)

    assert open_of(people.auditor)["audits"] == 2
    assert open_of(people.worker) == {
        "actions": Action.objects.to_do().filter(owner=people.worker).count(),
        "audited": 2,
        "cases": 3,
    }
    assert open_of(people.moderator) == {"moderations": 1, "concerns": 1}
    assert open_of(people.stranger) == {}


def test_a_confidential_concern_is_not_counted(people, version):
    concern = concern_of(people, version)
    OfficerEscalation.objects.filter(pk=concern.pk).update(restricted=True)

    assert open_of(people.moderator) == {}


def test_what_is_open_takes_the_same_queries_for_one_and_for_all(
    people, version, django_assert_num_queries
):
    audit_at("allocated", people, version)
    everybody = [one.pk for one in people.everybody().values()]
    number = 16

    for ids in ([people.worker.pk], everybody):
        with django_assert_num_queries(number):
            open_work(ids, ON)


def test_the_administrator_hands_actions_and_audits_over_without_opening_any(people, version):
    audit = audit_at("allocated", people, version)
    begun = audit_at("in_session", people, version)
    returned = audit_at("returned", people, version)
    action = Action.objects.to_do().filter(owner=people.worker, source_id=returned.pk).first()
    former = gone(people.auditor)
    worker = gone(people.worker)

    came = hand_over(former, {"audits": people.head}, by=people.administrator, at=NOW)
    done = hand_over(worker, {"actions": people.manager}, by=people.administrator, at=NOW)

    audit.refresh_from_db()
    begun.refresh_from_db()
    action.refresh_from_db()
    assert (audit.auditor, begun.auditor, action.owner) == (people.head, former, people.manager)
    assert came["audits"] == Outcome(
        1, {"Another auditor can take over before the meeting begins only.": 1}
    )
    assert done["actions"].given == Action.objects.filter(owner=people.manager).count()
    assert Notice.objects.filter(to=people.manager, kind__contains="assigned").exists()
    lines = TrailEntry.objects.filter(verb="hand over work").order_by("pk")
    assert [(one.by_id, one.subject_id, one.detail) for one in lines] == [
        (people.administrator.pk, former.pk, {"given": {"audits": 1}}),
        (people.administrator.pk, worker.pk, {"given": {"actions": done["actions"].given}}),
    ]
    assert not people.administrator.has_perm("programme.reassign_audit", begun) or (
        begun not in type(begun).objects.visible_to(people.administrator)
    )


def test_conflicts_of_interest_hold_when_work_is_handed_over(people, version):
    audit = audit_at("allocated", people, version)
    returned = audit_at("returned", people, version)
    chosen = choose_by_hand(returned, reason="Look", by=people.officer, at=NOW)
    assign(chosen, people.moderator, by=people.officer, at=NOW)
    concern = concern_of(people, version)
    auditor, moderator = gone(people.auditor), gone(people.moderator)

    came = hand_over(auditor, {"audits": people.worker}, by=people.administrator, at=NOW)
    done = hand_over(
        moderator,
        {"moderations": people.service_manager, "concerns": people.worker},
        by=people.administrator,
        at=NOW,
    )

    assert (came["audits"].given, sum(came["audits"].left.values())) == (0, 1)
    # The service manager stands above the worker, so is not independent; the worker is whom the concern is about.
    assert (done["moderations"].given, done["concerns"].given) == (0, 0)
    (why,) = done["moderations"].left
    assert people.service_manager.name in why
    audit.refresh_from_db()
    chosen.refresh_from_db()
    concern.refresh_from_db()
    assert (audit.auditor, chosen.moderator, concern.officer) == (auditor, moderator, moderator)


def test_nobody_is_handed_their_own_work_and_the_keeper_takes_none(people, version):
    worker = gone(people.worker)
    other = cast("northshire")

    for to in (people.administrator, worker, other.worker, gone(people.reader)):
        with pytest.raises(Refused):
            hand_over(worker, {"actions": to}, by=people.administrator, at=NOW)


@pytest.mark.parametrize("who", ["officer", "manager", "director", "worker"])
def test_only_who_keeps_posts_hands_work_over(people, who):
    with pytest.raises(PermissionDenied):
        hand_over(gone(people.auditor), {}, by=getattr(people, who), at=NOW)


def test_nobodys_work_is_handed_over_while_they_stay(people, version):
    audit = audit_at("allocated", people, version)

    with pytest.raises(PermissionDenied):
        hand_over(people.auditor, {"audits": people.head}, by=people.administrator, at=NOW)
    assert not people.administrator.has_perm("programme.reassign_audit", audit)


def test_leaving_hands_over_in_one_go_or_not_at_all(people, version):
    audit = audit_at("allocated", people, version)
    with pytest.raises(Refused):
        let_leave(
            people.auditor, to={"audits": people.administrator}, by=people.administrator, at=NOW
        )

    came = let_leave(people.auditor, to={"audits": people.head}, by=people.administrator, at=NOW)

    audit.refresh_from_db()
    assert (came["audits"].given, audit.auditor) == (1, people.head)


def test_somebody_leaves_although_one_audit_is_about_who_lets_them(people, version):
    gone(people.administrator)  # so that the QA head keeps the posts
    own, other = audit_at("allocated", people, version), audit_at("allocated", people, version)
    own.worker = people.qa_head
    own.save(update_fields=["worker"])

    came = let_leave(people.auditor, to={"audits": people.head}, by=people.qa_head, at=NOW)

    own.refresh_from_db()
    other.refresh_from_db()
    people.auditor.refresh_from_db()
    assert came["audits"] == Outcome(1, {NOT_YOURS: 1})
    assert (own.auditor, other.auditor) == (people.auditor, people.head)
    assert not people.auditor.holdings.going_on(ON).exists()
    line = TrailEntry.objects.get(verb="reassignment refused")
    assert (line.subject_id, line.by_id) == (own.pk, people.qa_head.pk)


# --- what is left -----------------------------------------------------------------------------------


def test_work_that_was_left_is_listed_however_somebody_left(people, version):
    audit_at("in_session", people, version)
    gone(people.auditor)
    leave(people.worker, last_day=YESTERDAY, at=NOW, cause="import")

    found = {
        person.pk: [one.kind.name for one in work]
        for person, work in left_work(people.council.pk, ON)
    }

    assert set(found) == {people.auditor.pk, people.worker.pk}
    assert found[people.auditor.pk] == ["audits"]
    assert left_work(cast("northshire").council.pk, ON) == []


def test_the_qa_team_is_told_once_of_each_and_no_name_is_sent(people, version):
    audit_at("in_session", people, version)
    gone(people.auditor)

    assert [tell_of_left_work(at=NOW) for _ in range(2)] == [2, 0]

    told = Notice.objects.filter(kind="people.left")
    assert {one.to_id for one in told} == {people.officer.pk, people.qa_head.pk}
    assert all(people.auditor.name not in one.text + one.subject + one.path for one in told)


# --- who leaves -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "others", "expected"),
    [
        (None, [], False),
        (30, [], True),
        (92, [], True),
        (93, [], False),
        (-200, [], True),
        (None, [(0, True)], False),  # a day of cover that ends makes nobody a leaver
        (None, [(0, False)], False),  # nor does another post that ends
        (-1, [(None, False)], False),  # moved to another team
        (30, [(None, True)], True),  # cover does not keep them
    ],
)
def test_who_leaves(people, own, others, expected):
    def day(number):
        return None if number is None else ON + timedelta(days=number)

    people.worker.holdings.update(to_on=day(own))
    for number, cover in others:
        post = PostFactory(council=people.council, unit=people.team1)
        PostHoldingFactory(
            user=people.worker, post=post, from_on=YESTERDAY, to_on=day(number), cover=cover
        )

    assert leaves(people.worker, ON) is expected


def test_who_holds_only_cover_does_not_leave_and_whoever_is_out_has_left(people):
    people.worker.holdings.update(cover=True, to_on=ON)
    assert leaves(people.worker, ON) is False

    people.worker.is_active = False
    assert leaves(people.worker, ON) is True


def test_a_day_of_cover_gives_the_administrator_no_right_over_somebodys_work(people, version):
    audit = audit_at("allocated", people, version)
    post = PostFactory(council=people.council, unit=people.team1)
    give_post(
        people.auditor,
        post,
        from_on=ON,
        to_on=ON,
        cover=True,
        by=people.administrator,
        at=NOW,
    )

    assert not people.administrator.has_perm("people.hand_over_work", people.auditor)
    assert not people.administrator.has_perm("programme.reassign_audit", audit)
    assert people.officer.has_perm("programme.reassign_audit", audit)
