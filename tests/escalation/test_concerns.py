"""Concerns go up stage by stage, when their officer says so (C5, J-28, J-82, SC-07)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core.models import Notice
from core.moves import Refused
from escalation.models import ConcernMove, OfficerEscalation, Stage
from escalation.selectors.concerns import learning, quarter_of
from escalation.services.concerns import Further, go_up, raise_concern
from escalation.services.prompting import join_holders, prompt_officers, prompt_successors
from escalation.services.stages import answer, give_time, record_consulted, reopen, resolve
from people.roles import Role
from standards.services import load, publish
from tests.escalation.concern_scenes import MARCH23, now, room, stages
from tests.factories.cases import CaseFileFactory
from tests.factories.people import PostHoldingFactory, UserFactory
from tests.factories.standards import AT, framework_text
from tests.programme.scenes import council, moment

pytestmark = pytest.mark.django_db
MONDAY = moment(2026, 3, 23)


@pytest.fixture
def scene(settings):
    settings.TEST_CLOCK = MONDAY
    return room()


def told(kind):
    found = Notice.objects.filter(kind=f"escalation.{kind}").order_by("pk")
    return [one.to for one in found.select_related("to")]


def day(number, month=4):
    return date(2026, month, number)


def test_sc_07_more_time_and_a_skipped_stage(scene, settings):
    people = scene.place.people
    concern = scene.raised(MONDAY)
    assert stages(concern) == [(0, "open", None)]
    scene.up(concern, 1, MARCH23)
    assert stages(concern)[-1] == (1, "open", day(30, 3))
    assert told("stage_opened") == [people.manager, people.service_manager]

    give_time(concern, day(1), reason="The manager is ill.", by=scene.firo, at=moment(2026, 3, 30))
    for number in range(1, 10):
        prompt_officers(MONDAY + timedelta(days=number), lambda done: None)
    assert stages(concern)[-1] == (1, "open", day(1))
    moved = ConcernMove.objects.get(verb="give more time")
    assert (moved.old_due_on, moved.new_due_on) == (day(30, 3), day(1))
    assert moved.reason == "The manager is ill."

    scene.up(concern, 2, day(1))
    assert stages(concern)[-1] == (2, "open", day(10))

    scene.up(concern, 4, day(10), reason="It cannot wait.")
    assert stages(concern) == [
        (0, "closed", None),
        (1, "closed", day(1)),
        (2, "closed", day(10)),
        (3, "skipped", None),
        (4, "open", day(22)),
    ]
    assert told("stage_opened")[-1] == people.director


@pytest.mark.parametrize(
    ("ladder", "who", "dates"),
    [
        # 5, 5, 5 and 8 working days, each stage opened on the last day of the one before it
        ("cp_chair", "chair", [day(30, 3), day(8), day(15), day(27)]),
        ("iro", "iro", [day(30, 3), day(8), day(15), day(27), None]),
    ],
)
def test_chairs_have_four_stages_and_independent_reviewing_officers_five(scene, ladder, who, dates):
    concern = scene.raised(MONDAY, by=getattr(scene, who), ladder=ladder)
    for index, until in enumerate(dates[:-1]):
        scene.up(concern, index + 1, until)

    assert [due for _, _, due in stages(concern)] == dates
    with pytest.raises(Refused, match="no further one"):
        scene.up(concern, len(dates), day(30))


# --- raising -------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["worker", "manager", "officer", "qa_head", "director", "stranger"])
def test_only_whom_the_framework_names_may_raise(scene, who):
    with pytest.raises(PermissionDenied):
        scene.raised(MONDAY, by=getattr(scene.place.people, who))


def test_a_chair_may_not_raise_on_the_ladder_of_another_officer(scene):
    with pytest.raises(PermissionDenied):
        scene.raised(MONDAY, by=scene.chair)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"concern": " "}, "Enter what the concern is."),
        ({"expectation": ""}, "Enter what you expect to happen."),
        ({"worker": None}, "Choose the worker."),
        ({"reference": " "}, "Enter the number of the case or of the carer’s file."),
        ({"informal_on": None}, "Record the informal attempt first: the day, and what was said."),
        ({"informal_note": " "}, "Record the informal attempt first: the day, and what was said."),
        ({"informal_on": day(24, 3)}, "The informal attempt must not lie in the future."),
    ],
)
def test_what_is_missing_is_said_in_words(scene, changes, problem):
    with pytest.raises(Refused) as refused:
        scene.raised(MONDAY, **changes)

    assert refused.value.problems == (problem,)
    assert not OfficerEscalation.objects.exists()


def test_nobody_raises_a_concern_about_their_own_work(scene):
    with pytest.raises(Refused) as refused:
        scene.raised(MONDAY, worker=scene.firo)

    assert "Somebody else must raise what is about your own work." in refused.value.problems


@pytest.mark.parametrize(("ladder", "who"), [("cp_chair", "chair"), ("iro", "iro")])
@pytest.mark.parametrize("changes", [{"informal_on": None}, {"informal_note": " "}])
def test_chairs_and_independent_reviewing_officers_record_the_informal_attempt_first_too(
    scene, ladder, who, changes
):
    by = getattr(scene, who)
    with pytest.raises(Refused) as refused:
        scene.raised(MONDAY, by=by, ladder=ladder, **changes)
    assert refused.value.problems == (
        "Record the informal attempt first: the day, and what was said.",
    )

    concern = scene.raised(MONDAY, by=by, ladder=ladder)

    assert stages(concern) == [(0, "open", day(30, 3))]
    assert concern.informal_on == day(16, 3)


def test_the_workers_manager_is_put_down_and_a_known_case_is_joined(scene):
    people = scene.place.people
    case = CaseFileFactory(council=people.council, unit=people.team2, number="700123")

    concern = scene.raised(MONDAY, reference=" 700123 ")

    assert (concern.manager, concern.case) == (people.manager, case)
    assert "of case 700123" in Notice.objects.filter(kind__startswith="escalation").first().text


def test_a_message_never_says_what_the_officer_typed(scene):
    scene.raised(MONDAY, reference="Mary Smith")

    for one in Notice.objects.filter(kind__startswith="escalation"):
        for words in ("Mary", "visit", scene.place.people.worker.name, "Person"):
            assert words not in one.text + one.subject + one.path


@pytest.mark.parametrize(
    ("code", "ladder"), [("bracknell-forest", "iro_cpc"), ("west-sussex", "officer_disputes")]
)
def test_a_ladder_without_stages_says_that_the_council_has_not_filled_them_in(scene, code, ladder):
    place = council(code)
    officer = place.somebody("IRO", [Role.REVIEWING_OFFICER], place.people.team1)

    with pytest.raises(Refused, match="has not filled in the stages"):
        raise_concern(scene.said(ladder), place.version, by=officer, at=MONDAY)


# --- going up ------------------------------------------------------------------------------------


def at_stage_one(scene):
    concern = scene.raised(MONDAY)
    scene.up(concern, 1, MARCH23)
    return concern


def test_the_informal_stage_is_told_to_whom_its_rung_names_the_worker_among_them(scene):
    concern = scene.raised(MONDAY)

    people = scene.place.people
    assert told("stage_opened_no_limit") == [people.worker, people.manager]
    assert now(concern).opened_on == day(16, 3)


def test_who_was_consulted_is_asked_for_before_it_goes_further(scene):
    concern = at_stage_one(scene)
    with pytest.raises(Refused) as refused:
        go_up(concern, Further(2, "no_reply"), by=scene.firo, at=moment(2026, 4, 1))
    assert refused.value.problems == ("Record who was consulted at this stage.",)

    record_consulted(concern, consulted="The carer", advocate_on=None, by=scene.firo, at=MONDAY)
    go_up(concern, Further(2, "no_reply"), by=scene.firo, at=moment(2026, 4, 1))

    assert concern.stages.get(index=1).consulted == "The carer"


def test_an_independent_reviewing_officer_records_the_help_to_an_advocate_too(scene):
    concern = scene.raised(MONDAY, by=scene.iro, ladder="iro")
    with pytest.raises(Refused) as refused:
        go_up(concern, Further(1, "no_reply"), by=scene.iro, at=MONDAY)

    assert [one[:20] for one in refused.value.problems] == [
        "Record when the chil",
        "Record who was consu",
    ]


def test_no_reply_and_a_reply_not_accepted_are_kept_apart(scene):
    concern = at_stage_one(scene)
    record_consulted(concern, consulted="The carer", advocate_on=None, by=scene.firo, at=MONDAY)
    answer(concern, "We visit in May.", by=scene.place.people.manager, at=MONDAY)
    with pytest.raises(Refused) as refused:
        go_up(concern, Further(2, "no_reply", "Too late"), by=scene.firo, at=MONDAY)
    assert refused.value.problems == (
        "This stage was answered. Say that you do not accept the answer.",
    )

    go_up(concern, Further(2, "not_accepted", "May is too late."), by=scene.firo, at=MONDAY)

    stage = concern.stages.get(index=1)
    assert (stage.why, stage.reply) == ("not_accepted", "We visit in May.")


@pytest.mark.parametrize(("ladder", "who"), [("cp_chair", "chair"), ("iro", "iro")])
def test_only_a_fostering_officer_skips_stages(scene, ladder, who):
    concern = scene.raised(MONDAY, by=getattr(scene, who), ladder=ladder)

    with pytest.raises(Refused, match="stage by stage"):
        scene.up(concern, 2, MARCH23, reason="It cannot wait.")


def test_skipping_needs_a_reason(scene):
    concern = at_stage_one(scene)

    with pytest.raises(Refused) as refused:
        scene.up(concern, 3, MARCH23)

    assert refused.value.problems == ("Say why stages are skipped.",)


@pytest.mark.parametrize("who", ["manager", "service_manager", "worker", "officer", "qa_head"])
def test_nobody_but_the_officer_takes_it_further_or_gives_time(scene, who):
    concern = at_stage_one(scene)
    person = getattr(scene.place.people, who)

    for step in (
        lambda: go_up(concern, Further(2, "no_reply"), by=person, at=MONDAY),
        lambda: give_time(concern, day(9), reason="x", by=person, at=MONDAY),
        lambda: record_consulted(concern, consulted="x", advocate_on=None, by=person, at=MONDAY),
        lambda: resolve(concern, "x", [], by=person, at=MONDAY),
    ):
        with pytest.raises(PermissionDenied):
            step()
    assert concern.stages.count() == 2


@pytest.mark.parametrize(
    ("until", "reason", "words"),
    [
        (day(30, 3), "Ill", "must lie after 30 March 2026"),
        (day(27, 3), "Ill", "must lie after 30 March 2026"),
        (day(1), " ", "Say why more time is given"),
    ],
)
def test_more_time_needs_a_later_day_and_a_reason(scene, until, reason, words):
    concern = at_stage_one(scene)

    with pytest.raises(Refused, match=words):
        give_time(concern, until, reason=reason, by=scene.firo, at=MONDAY)


# --- the prompt ----------------------------------------------------------------------------------


def test_the_officer_is_told_once_that_the_time_is_over_and_nothing_moves(scene):
    concern = at_stage_one(scene)
    for number in range(1, 15):
        prompt_officers(MONDAY + timedelta(days=number), lambda done: None)

    assert told("stage_over") == [scene.firo]
    assert Notice.objects.get(kind="escalation.stage_over").made_at.date() == day(31, 3)
    assert stages(concern)[-1] == (1, "open", day(30, 3))

    give_time(concern, day(9), reason="Ill", by=scene.firo, at=moment(2026, 4, 7))
    prompt_officers(moment(2026, 4, 9, 6), lambda done: None)
    assert len(told("stage_over")) == 1
    prompt_officers(moment(2026, 4, 10, 6), lambda done: None)
    assert len(told("stage_over")) == 2
    assert ConcernMove.objects.filter(verb="prompt", by=None).count() == 2


def test_an_answered_stage_is_not_prompted(scene):
    concern = at_stage_one(scene)
    answer(concern, "Done.", by=scene.place.people.manager, at=MONDAY)

    assert prompt_officers(moment(2026, 4, 20, 6), lambda done: None) == 0


# --- answering and resolving ---------------------------------------------------------------------


def test_those_who_were_told_answer_once_and_the_officer_hears_of_it(scene):
    concern = at_stage_one(scene)
    for person in (scene.place.people.worker, scene.place.people.head, scene.firo):
        with pytest.raises(PermissionDenied):
            answer(concern, "Mine", by=person, at=MONDAY)

    answer(concern, "We visited on Friday.", by=scene.place.people.manager, at=MONDAY)

    assert told("stage_answered") == [scene.firo]
    with pytest.raises(Refused, match="has been answered"):
        answer(concern, "Another", by=scene.place.people.service_manager, at=MONDAY)


def test_the_officer_resolves_it_and_opens_it_again_with_a_new_clock(scene):
    concern = at_stage_one(scene)
    resolve(concern, "Visited.", ["Visits ", "planning", "visits"], by=scene.firo, at=MONDAY)
    concern.refresh_from_db()
    assert (concern.state, concern.tags) == ("resolved", ["planning", "visits"])
    people = scene.place.people
    assert set(told("stage_resolved")) == {people.worker, people.manager, people.service_manager}

    reopen(concern, reason="No visit came.", by=scene.firo, at=moment(2026, 4, 1))

    concern.refresh_from_db()
    assert (concern.state, concern.outcome) == ("open", "")
    assert stages(concern)[-1] == (1, "open", day(10))
    assert [one.verb for one in concern.moves.order_by("pk")][-2:] == ["resolve", "reopen"]


def test_who_looks_into_a_practice_concern_resolves_it_and_not_who_raised_it(scene):
    concern = practice(scene)
    with pytest.raises(PermissionDenied):
        resolve(concern, "x", [], by=scene.place.people.stranger, at=MONDAY)

    resolve(concern, "Talked through.", [], by=scene.principal, at=MONDAY)

    colleague(scene)
    own = scene.raised(MONDAY, by=scene.principal, ladder="practice_concern")
    with pytest.raises(PermissionDenied):
        resolve(own, "x", [], by=scene.principal, at=MONDAY)


# --- who sees ------------------------------------------------------------------------------------


def practice(scene):
    return scene.raised(
        MONDAY,
        by=scene.place.people.stranger,
        ladder="practice_concern",
        worker=None,
        reference="",
        informal_on=None,
        informal_note="",
    )


def seen(user):
    return OfficerEscalation.objects.visible_to(user)


def seen_by(user):
    return seen(user).count()


def test_a_restricted_concern_is_seen_by_who_raised_it_and_who_looks_into_it_only(scene):
    concern = practice(scene)
    people = scene.place.people.everybody() | {"iro": scene.iro, "principal": scene.principal}

    assert {who for who, user in people.items() if seen_by(user)} == {"stranger", "principal"}
    assert all(one.restricted for one in Notice.objects.filter(kind__startswith="escalation"))
    assert concern.number == 1
    assert scene.raised(MONDAY).number == 1  # numbers of one ladder say nothing of another


def test_another_holder_of_the_post_looks_into_it_from_the_day_they_hold_it(scene):
    practice(scene)
    scene.principal.holdings.update(to_on=day(22, 3))
    successor = scene.place.somebody("PCFSW", [Role.REPORT_READER], scene.place.people.team1)

    assert seen_by(successor) == 1


def test_a_concern_is_seen_by_its_officer_those_told_and_the_qa_team(scene):
    concern = scene.raised(MONDAY, ladder="cp_chair", by=scene.chair)
    people = scene.place.people
    everybody = people.everybody() | {"chair": scene.chair, "iro": scene.iro}

    seen = {who for who, user in everybody.items() if seen_by(user)}

    assert seen == {"chair", "manager", "service_manager", "officer", "qa_head"}
    scene.up(concern, 1, day(30, 3))
    assert seen_by(people.head) == 1
    assert seen_by(people.worker) == 0


def test_a_vacant_post_is_told_to_the_qa_lead_or_for_a_restricted_one_to_its_officer(scene):
    scene.place.people.director.holdings.update(to_on=day(1, 1))
    practice(scene)
    scene.principal.holdings.update(to_on=day(1, 1))

    for number in (0, 1):
        join_holders(MONDAY + timedelta(days=number), nothing)
    assert told("nobody_found") == [scene.place.people.stranger]

    concern = scene.raised(MONDAY)
    scene.up(concern, 4, MARCH23, reason="It cannot wait.")
    assert told("nobody_found")[1:] == [scene.place.people.qa_head]


# --- nobody is asked about themselves, and nothing hangs on one person ---------------------------


def nothing(done):
    """Nobody asks how far the run is."""


def colleague(scene):
    """Another holder of the principal social worker's post."""
    return scene.place.somebody("PCFSW", [Role.REPORT_READER], scene.place.people.team1)


def leaves(user):
    user.is_active = False
    user.save(update_fields=["is_active"])


@pytest.mark.parametrize("about", ["raised by them", "about them", "vacant"])
def test_a_practice_concern_that_nobody_else_looks_into_is_refused(scene, about):
    scene.place.people.director.holdings.update(to_on=day(1, 1))

    with pytest.raises(Refused, match="Use the whistleblowing route"):
        without_principal(scene, about)

    assert not OfficerEscalation.objects.exists()
    assert not Notice.objects.exists()


def without_principal(scene, about):
    """A practice concern that the only principal social worker cannot look into."""
    by, worker = scene.place.people.stranger, None
    if about == "raised by them":
        by = scene.principal
    elif about == "about them":
        worker = scene.principal
    else:
        scene.principal.holdings.update(to_on=day(1, 1))
    return scene.raised(MONDAY, by=by, worker=worker, ladder="practice_concern")


@pytest.mark.parametrize("about", ["raised by them", "about them", "vacant"])
def test_where_nobody_else_holds_the_post_the_director_looks_into_this_one_concern(scene, about):
    """C4-9: the post that the framework names in place of the principal social worker."""
    people = scene.place.people
    other = practice(scene)

    concern = without_principal(scene, about)

    said = Notice.objects.filter(path__contains=concern.key)
    assert [(one.to, one.restricted) for one in said] == [(people.director, True)]
    assert now(concern).unfound == []
    everybody = people.everybody() | {"principal": scene.principal, "iro": scene.iro}
    sees = {who for who, user in everybody.items() if concern in seen(user)}
    assert sees == {"principal" if about == "raised by them" else "stranger", "director"}
    assert list(seen(people.director)) == [concern]
    answer(concern, "I will look at it.", by=people.director, at=MONDAY)
    resolve(concern, "Talked through.", [], by=people.director, at=MONDAY)
    reopen(concern, reason="Not settled.", by=people.director, at=MONDAY)
    with pytest.raises(PermissionDenied):
        resolve(other, "x", [], by=people.director, at=MONDAY)


def test_with_somebody_else_in_the_post_the_director_learns_nothing(scene):
    director = scene.place.people.director
    other = colleague(scene)

    concern = scene.raised(MONDAY, by=scene.principal, worker=None, ladder="practice_concern")
    join_holders(MONDAY + timedelta(days=1), nothing)

    assert [one.to for one in Notice.objects.all()] == [other]
    assert not seen(director)
    with pytest.raises(PermissionDenied):
        resolve(concern, "x", [], by=director, at=MONDAY)


def test_once_the_post_is_filled_the_director_is_joined_by_its_holder(scene):
    concern = without_principal(scene, "raised by them")
    other = colleague(scene)

    join_holders(MONDAY + timedelta(days=1), nothing)

    assert told("stage_opened_no_limit") == [scene.place.people.director, other]
    resolve(concern, "Talked through.", [], by=other, at=MONDAY)


def test_where_the_post_falls_vacant_the_director_is_told_with_the_next_run(scene):
    practice(scene)
    scene.principal.holdings.update(to_on=day(1, 1))

    for number in (1, 2):
        join_holders(MONDAY + timedelta(days=number), nothing)

    assert told("stage_opened_no_limit") == [scene.principal, scene.place.people.director]
    assert told("nobody_found") == []


def test_who_stands_in_hears_when_whoever_raised_it_has_left(scene):
    without_principal(scene, "raised by them")
    leaves(scene.principal)

    prompt_successors(moment(2026, 3, 25, 6), nothing)

    assert told("stage_left") == [scene.place.people.director]


def test_who_stands_in_solves_nothing_that_those_asked_could_not_solve():
    """A stage's stand-in answers; only where `to` may solve it may they as well."""
    scene = room()
    text = framework_text("bexley").replace(
        "to: [council.post.DCS], source: BX-§5.3",
        "to: [council.post.DCS], otherwise: [council.post.CE]",
    )
    text = text.replace("edition: 1\n", "edition: 2\n", 1)
    version = publish(load(text, at=AT), at=AT, cause="test")
    scene = replace(scene, place=replace(scene.place, version=version))
    scene.place.people.director.holdings.update(to_on=day(1, 1))
    concern = scene.raised(MONDAY)
    scene.up(concern, 4, MARCH23, reason="It cannot wait.")

    assert [one.user for one in now(concern).people.filter(part="to")] == [scene.chief]
    with pytest.raises(PermissionDenied):
        resolve(concern, "x", [], by=scene.chief, at=MONDAY)
    answer(concern, "We will.", by=scene.chief, at=MONDAY)


def test_another_holder_of_the_post_looks_into_what_the_first_raised_and_ends_it(scene):
    other = colleague(scene)

    concern = scene.raised(MONDAY, by=scene.principal, worker=None, ladder="practice_concern")

    assert [one.to for one in Notice.objects.all()] == [other]
    resolve(concern, "Talked through.", [], by=other, at=MONDAY)


def test_the_officer_and_the_worker_are_asked_by_no_post_of_theirs(scene):
    people = scene.place.people
    director = people.director.holdings.get().post
    people.director.holdings.update(to_on=day(1, 1))
    PostHoldingFactory(post=director, user=scene.firo)
    concern = scene.raised(MONDAY)
    scene.up(concern, 4, MARCH23, reason="It cannot wait.")
    assert now(concern).unfound == ["council.post.DCS"]
    assert told("nobody_found") == [people.qa_head]

    PostHoldingFactory(post=director, user=people.worker)
    assert join_holders(MONDAY + timedelta(days=1), nothing) == 0
    assert not now(concern).people.filter(part="to").exists()


def test_who_takes_a_post_of_the_present_stage_is_told_once_and_may_answer(scene, settings):
    concern, people = at_stage_one(scene), scene.place.people
    people.manager.holdings.update(to_on=day(24, 3))
    post = people.manager.holdings.get().post
    successor = UserFactory(council=people.council)
    PostHoldingFactory(post=post, user=successor, from_on=day(25, 3))

    done = [join_holders(moment(2026, 3, number, 6), nothing) for number in (24, 25, 26)]

    assert done == [0, 1, 0]
    assert told("stage_opened")[-1] == successor
    assert concern.moves.filter(verb="join", by=None).count() == 1
    settings.TEST_CLOCK = moment(2026, 3, 26)
    answer(concern, "We visit.", by=successor, at=moment(2026, 3, 26))


def test_nobody_joins_an_answered_stage(scene):
    concern = at_stage_one(scene)
    answer(concern, "We visit.", by=scene.place.people.manager, at=MONDAY)
    post = scene.place.people.manager.holdings.get().post
    PostHoldingFactory(post=post, user=UserFactory(council=scene.place.people.council))

    assert join_holders(moment(2026, 3, 26, 6), nothing) == 0


def test_whoever_has_left_hears_no_more_of_a_concern(scene):
    concern, people = at_stage_one(scene), scene.place.people
    leaves(people.manager)

    give_time(concern, day(1), reason="Ill", by=scene.firo, at=MONDAY)

    assert told("stage_more_time") == [people.service_manager]


def test_when_the_officer_has_left_the_head_of_qa_hears_of_it_instead(scene):
    concern, people = at_stage_one(scene), scene.place.people
    leaves(scene.firo)

    assert prompt_officers(moment(2026, 3, 31, 6), nothing) == 1
    answer(concern, "We visit.", by=people.manager, at=moment(2026, 3, 31))

    assert told("stage_over") == told("stage_answered") == [people.qa_head]
    said = Notice.objects.get(kind="escalation.stage_over").text
    assert said.endswith("it can be handed over to another officer on its page.")


@pytest.mark.parametrize("answered", [True, False])
def test_whoever_stands_in_is_told_once_that_the_officer_has_left_and_again_never(scene, answered):
    concern, people = at_stage_one(scene), scene.place.people
    if answered:
        answer(concern, "We visit.", by=people.manager, at=MONDAY)
    leaves(scene.firo)

    runs = [prompt_successors(moment(2026, 3, number, 6), nothing) for number in (25, 26, 27)]

    assert runs == [1, 0, 0]
    assert told("stage_left") == [people.qa_head]
    assert scene.firo.name not in Notice.objects.get(kind="escalation.stage_left").text


def test_of_a_concern_with_its_officer_there_or_resolved_nobody_hears_of_leaving(scene):
    concern = at_stage_one(scene)
    assert prompt_successors(moment(2026, 3, 25, 6), nothing) == 0

    resolve(concern, "Visited.", [], by=scene.firo, at=MONDAY)
    leaves(scene.firo)

    assert prompt_successors(moment(2026, 3, 26, 6), nothing) == 0


def test_a_restricted_concern_whose_officer_has_left_is_told_to_its_readers_only(scene):
    concern = practice(scene)
    leaves(scene.place.people.stranger)

    assert prompt_successors(moment(2026, 3, 25, 6), nothing) == 0

    readers = set(told("stage_left"))
    assert readers
    assert readers <= {scene.principal}
    assert Notice.objects.filter(kind="escalation.stage_left", restricted=False).count() == 0
    assert concern.restricted


def test_a_restricted_concern_whose_officer_has_left_goes_to_who_solves_it_and_is_not_counted(
    scene,
):
    stranger = scene.place.people.stranger
    concern = practice(scene)
    give_time(concern, day(24, 3), reason="Ill", by=stranger, at=MONDAY)
    leaves(stranger)
    other = colleague(scene)

    assert join_holders(moment(2026, 3, 24, 6), nothing) == 0
    assert prompt_officers(moment(2026, 3, 25, 6), nothing) == 0

    assert told("stage_opened") == [other]
    assert set(told("stage_over")) == {scene.principal, other}
    assert not Notice.objects.filter(restricted=False).exists()


# --- what they teach -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "start", "expected"),
    [
        (day(31, 3), 4, (2025, 4)),
        (day(1, 4), 4, (2026, 1)),
        (day(31, 12), 4, (2026, 3)),
        (day(1, 1), 1, (2026, 1)),
        (day(31, 8), 9, (2025, 4)),
        (day(1, 9), 9, (2026, 1)),
    ],
)
def test_quarters_follow_the_councils_year(on, start, expected):
    assert quarter_of(on, start) == expected


def test_concerns_and_their_learning_are_counted_by_quarter(scene):
    first = at_stage_one(scene)
    scene.raised(moment(2026, 4, 2))
    resolve(first, "Visited.", ["visits"], by=scene.firo, at=moment(2026, 4, 3))

    newest, older = learning(OfficerEscalation.objects.all(), 4)

    assert (newest.words, newest.raised, newest.resolved) == ("Q1 2026–27", 1, 1)
    assert newest.tags == (("visits", 1),)
    assert (older.words, older.raised, older.resolved) == ("Q4 2025–26", 1, 0)


def test_a_concern_keeps_the_edition_that_it_was_raised_under(scene):
    concern = at_stage_one(scene)
    text = framework_text("bexley").replace(
        "number: 5, unit: working_days}, to: [worker.head",
        "number: 9, unit: days}, to: [worker.head",
    )
    text = text.replace("edition: 1\n", "edition: 2\n", 1)
    publish(load(text, at=AT), at=AT, cause="test")

    scene.up(concern, 2, day(1))

    assert concern.stages.get(index=2).due_on == day(10)
    assert Stage.objects.count() == 3
