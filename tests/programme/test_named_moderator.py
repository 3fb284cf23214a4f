"""West Sussex names the moderator when an audit is given out (J-18, SC-19): by hand, in a plan, in the demo."""

from datetime import date

import pytest
from django.core.management import call_command
from django.urls import reverse

from audits.models import Audit
from audits.states import AuditState
from core.models import Notice
from core.moves import Refused
from people.models import Council as Place
from people.models import User
from people.roles import Role
from people.selectors import line
from programme.selectors.moderators import NO_POST, free, in_hand, rule_of, why_not
from programme.services.allocating import NeedsConfirming, WrongModerator, allocate, parties_of
from programme.services.changes import Handover, reassign
from programme.services.plans import Terms, confirm
from standards.selectors import edition
from tests.factories.audits import NOW, framework
from tests.factories.cast import cast
from tests.factories.people import PostHoldingFactory
from tests.factories.programme import planned, worked_case, worker_of
from tests.factories.standards import published
from tests.programme.scenes import Council, council

pytestmark = pytest.mark.django_db
MONTH = date(2026, 11, 1)
OWN_POSTS = {"TM": "PM", "SM": "GM", "HOS": "SL", "CSW": "SM", "HOS_PSQA": "PMSQP", "PSQA": "QA"}


@pytest.fixture
def sussex(settings):
    """West Sussex's second edition, its cast in its own posts, and an auditor of another service."""
    settings.TEST_CLOCK = NOW
    version = published(settings.BASE_DIR / "fixtures/frameworks/west-sussex/2.yaml")
    place = Council(cast("west-sussex", OWN_POSTS), version)
    auditor(place, "Children we care for")
    return place


def auditor(place, name):
    """A practice manager of another service, who may audit and moderate."""
    _, team = place.service(name)
    return place.somebody("PM", [Role.LINE_MANAGER, Role.AUDITOR, Role.MODERATOR], team)


def other(place):
    """The practice manager of the other service."""
    return User.objects.filter(council=place.people.council, name="Pm Person").order_by("pk")[0]


def choice(place, **changes):
    return place.choice(month=MONTH, auditor=other(place), **changes)


def give(place, **changes):
    return allocate(choice(place, **changes), by=place.people.officer, at=NOW, confirmed=True)


# --- by hand ---------------------------------------------------------------------------------------


def test_the_moderator_is_kept_and_hears_of_the_allocation(sussex):
    who = sussex.people.moderator

    audit = give(sussex, moderator=who)

    assert audit.moderator == who
    told = Notice.objects.filter(kind="audit.allocated").values_list("to_id", flat=True)
    assert set(told) == {other(sussex).pk, who.pk}


def test_the_moderator_can_be_left_open(sussex):
    audit = give(sussex)

    assert audit.moderator is None
    assert Notice.objects.filter(kind="audit.allocated").count() == 1


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("worker", NO_POST),
        ("reader", NO_POST),
        ("former", NO_POST),
        ("manager", "manages the worker, directly or further up"),
        ("service_manager", "manages the worker, directly or further up"),
        ("head", "manages the worker, directly or further up"),
    ],
)
def test_who_may_not_moderate_is_refused_with_the_reason(sussex, who, why):
    person = getattr(sussex.people, who)

    with pytest.raises(WrongModerator) as fault:
        give(sussex, moderator=person)

    assert list(fault.value.problems) == [
        f"{person.name} may not moderate this audit: {person.name} {why}."
    ]
    assert not Audit.objects.exists()


def test_the_auditor_does_not_moderate_their_own_audit(sussex):
    with pytest.raises(WrongModerator) as fault:
        give(sussex, moderator=other(sussex))

    assert "carried out the audit" in fault.value.problems[0]


def test_a_second_worker_who_moderates_elsewhere_is_refused(sussex):
    people = sussex.people
    post = people.moderator.holdings.get().post
    PostHoldingFactory(post=post, user=people.second)
    rule = rule_of(edition(sussex.version).policy)
    made = choice(sussex, second_worker=people.second)

    words = why_not(people.second, rule, parties_of(made), line(people.council.pk, NOW.date()))

    assert words == "did the work that is audited"


def test_somebody_who_has_left_is_refused(sussex):
    who = sussex.people.moderator
    who.is_active = False
    who.save(update_fields=["is_active"])

    with pytest.raises(WrongModerator):
        give(sussex, moderator=who)


def test_a_framework_that_names_nobody_refuses_a_moderator():
    bexley = council("bexley")
    made = bexley.choice(month=MONTH, moderator=bexley.people.moderator)

    with pytest.raises(WrongModerator, match="not named when an audit is given out"):
        allocate(made, by=bexley.people.officer, at=NOW, confirmed=True)
    assert rule_of(edition(bexley.version).policy) is None


def test_a_wrong_moderator_is_refused_before_anything_is_asked_to_be_confirmed(sussex):
    give(sussex)
    made = choice(sussex, moderator=sussex.people.manager)

    with pytest.raises(WrongModerator):
        allocate(made, by=sussex.people.officer, at=NOW)
    with pytest.raises(NeedsConfirming):
        allocate(choice(sussex), by=sussex.people.officer, at=NOW)


def test_in_hand_counts_what_is_not_final_and_not_left_out(sussex):
    who = sussex.people.moderator
    made = [give(sussex, moderator=who) for _ in range(3)]
    Audit.objects.filter(pk=made[0].pk).update(state=AuditState.EXCLUDED)
    assert in_hand([who.pk]) == {who.pk: 2}

    Audit.objects.filter(pk=made[1].pk).update(grade="good", grade_final=True)

    assert in_hand([who.pk]) == {who.pk: 1}


# --- the page --------------------------------------------------------------------------------------


def typed(place, **changes):
    people = place.people
    return {"auditor": other(place).pk, "worker": people.worker.pk, "month": "2026-11"} | changes


@pytest.fixture
def page(sussex, client):
    """The page on which a case of West Sussex is allocated: its address."""
    client.force_login(sussex.people.officer)
    return reverse("allocate-case", args=[choice(sussex).case.pk])


def test_the_page_lists_those_who_may_moderate(sussex, client, page):
    people = sussex.people

    said = client.get(page).content.decode()
    field = said.partition('name="moderator"')[2].partition("</select>")[0]

    assert "The QA team can name the moderator later." in said
    for person in (people.moderator, other(sussex), people.auditor):
        assert person.name in field
    for person in (people.manager, people.service_manager, people.head, people.worker):
        assert person.name not in field


def test_the_moderator_chosen_on_the_page_is_kept_and_shown(sussex, client, page):
    who = sussex.people.moderator

    found = client.post(page, typed(sussex, moderator=who.pk))

    audit = Audit.objects.get()
    assert (found.status_code, audit.moderator) == (302, who)
    shown = client.get(reverse("audit", args=[audit.pk])).content.decode()
    assert f'>Moderator</dt><dd class="govuk-summary-list__value">{who.name}' in shown


def test_without_a_moderator_the_page_allocates_and_the_audit_names_none(sussex, client, page):
    client.post(page, typed(sussex, moderator=""))

    shown = client.get(reverse("audit", args=[Audit.objects.get().pk])).content.decode()
    assert ">Moderator</dt>" not in shown


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("manager", "manages the worker, directly or further up"),
        ("auditor_chosen", "carried out the audit"),
    ],
)
def test_a_refusal_stands_at_the_field_and_says_why(sussex, client, page, who, why):
    person = other(sussex) if who == "auditor_chosen" else getattr(sussex.people, who)

    found = client.post(page, typed(sussex, moderator=person.pk))

    said = found.content.decode()
    assert found.status_code == 422
    assert (
        f'href="#id_moderator">{person.name} may not moderate this audit: {person.name} {why}.'
        in said
    )
    assert not Audit.objects.exists()


@pytest.mark.parametrize("value", ["x", "9" * 30, "999999999"])
def test_a_moderator_who_is_not_one_is_not_a_choice(sussex, client, page, value):
    found = client.post(page, typed(sussex, moderator=value))

    assert found.status_code == 422
    assert not Audit.objects.exists()


def test_a_framework_that_names_nobody_shows_no_field(settings, client):
    settings.TEST_CLOCK = NOW
    bexley = council("bexley")
    client.force_login(bexley.people.officer)

    said = client.get(
        reverse("allocate-case", args=[bexley.choice(month=MONTH).case.pk])
    ).content.decode()

    assert 'name="moderator"' not in said


# --- a plan ----------------------------------------------------------------------------------------


def cases_of(place, number):
    return [worked_case(place.people, worker_of(place.people)) for _ in range(number)]


def test_a_confirmed_plan_names_a_moderator_for_each_audit_in_turn(sussex, client):
    people = sussex.people
    for name in ("Early Help", "Adoption"):
        auditor(sussex, name)
    plan = planned(people, sussex.version, cases_of(sussex, 3))
    before = list(plan.rows.order_by("pk").values_list("auditor_id", flat=True))
    assert None not in before

    made = confirm(plan, Terms(accepted=True), by=people.officer, at=NOW)

    named = [audit.moderator for audit in made]
    assert None not in named
    assert len({one.pk for one in named}) == 3
    rule = rule_of(edition(sussex.version).policy)
    tree = line(people.council.pk, NOW.date())
    for audit in made:
        assert audit.moderator_id != audit.auditor_id
        assert not why_not(audit.moderator, rule, parties_of(audit_choice(audit)), tree)
    told = Notice.objects.filter(kind="audit.allocated").values_list("to_id", flat=True)
    assert {one.pk for one in named} <= set(told)
    client.force_login(people.officer)
    shown = client.get(reverse("plan", args=[plan.draw_id])).content.decode()
    for one in named:
        assert f"Moderator: {one.name}" in shown


def audit_choice(audit):
    """The people of an audit, as they were chosen."""

    class Chosen:
        auditor, worker, second_worker = audit.auditor, audit.worker, audit.second_worker

    return Chosen


def test_a_plan_without_anybody_who_may_moderate_names_nobody(sussex):
    people = sussex.people
    plan = planned(people, sussex.version, cases_of(sussex, 1))
    for one in (people.moderator, people.auditor):
        one.holdings.update(to_on=date(2026, 1, 1))

    (audit,) = confirm(plan, Terms(accepted=True), by=people.officer, at=NOW)

    assert audit.moderator is None


def test_a_plan_of_a_framework_that_names_nobody_names_nobody():
    bexley = council("bexley")
    plan = planned(bexley.people, bexley.version, cases_of(bexley, 1))

    (audit,) = confirm(plan, Terms(accepted=True), by=bexley.people.officer, at=NOW)

    assert audit.moderator is None


def test_free_leaves_out_the_parties_and_the_line(sussex):
    people = sussex.people
    rule = rule_of(edition(sussex.version).policy)
    tree = line(people.council.pk, NOW.date())

    found = set(free(rule, parties_of(choice(sussex)), tree))

    assert found == {people.moderator.pk, people.auditor.pk}


# --- another auditor -------------------------------------------------------------------------------


def test_the_named_moderator_cannot_become_the_auditor(sussex):
    people = sussex.people
    who = auditor(sussex, "Early Help")
    audit = give(sussex, moderator=who)

    with pytest.raises(Refused) as fault:
        reassign(audit, Handover(who, "Long leave."), by=people.officer, at=NOW)

    assert "named to moderate this audit" in fault.value.problems[0]
    audit.refresh_from_db()
    assert audit.auditor == other(sussex)


def test_somebody_else_can_become_the_auditor(sussex):
    audit = give(sussex, moderator=sussex.people.moderator)
    who = auditor(sussex, "Early Help")

    reassign(audit, Handover(who, "Long leave."), by=sussex.people.officer, at=NOW)

    audit.refresh_from_db()
    assert (audit.auditor, audit.moderator) == (who, sussex.people.moderator)


# --- the demo --------------------------------------------------------------------------------------


def test_the_demos_audits_of_west_sussex_have_a_moderator_who_may(settings):
    settings.TEST_CLOCK = NOW
    for number in (1, 2):
        framework(f"fixtures/frameworks/west-sussex/{number}.yaml")

    call_command("demo_data")

    place = Place.objects.get(code="west-sussex")
    audits = Audit.objects.filter(council=place).select_related("moderator", "version")
    assert audits.count() > 4
    tree = line(place.pk, NOW.date())
    for audit in audits:
        rule = rule_of(edition(audit.version).policy)
        assert audit.moderator is not None
        assert not why_not(audit.moderator, rule, parties_of(audit_choice(audit)), tree)
    assert len({audit.moderator_id for audit in audits}) > 1
