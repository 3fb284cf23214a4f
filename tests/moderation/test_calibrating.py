"""Opening a calibration, grading in it, showing and closing it: who may, what is refused, who is told."""

import re
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from audits.models import Audit, GradeEvent, Reader
from audits.rules import is_blind, party
from audits.scoring import Overall
from audits.services.returning import reopen_audit
from audits.visibility import BLIND, QA
from core.models import Notice, TrailEntry
from core.moves import Refused
from moderation.agreement import Estimate, TooFew
from moderation.models import Calibration, CalibrationGrade
from moderation.selectors.calibrating import (
    agreement_of,
    knowing,
    median_words,
    picture,
    raters,
)
from moderation.selectors.moderating import is_blind as blind_in_moderation
from moderation.services.calibrating import (
    add_rater,
    close,
    give_grade,
    show,
    take_rater_out,
)
from moderation.services.choosing import list_back
from moderation.states import CalibrationState
from people.models import PostType
from people.roles import Role
from standards.selectors import edition
from tests.moderation.calibration_scenes import (
    AT,
    GOOD,
    REQUIRES,
    UNTIL,
    exercise,
    grader,
)
from tests.moderation.scenes import council, moderated, moment, returned, waiting

pytestmark = pytest.mark.django_db
State = CalibrationState
LATER = moment(2026, 9, 20)


@pytest.fixture
def scene():
    return exercise()


def told(kind):
    """Who has a message of a kind."""
    return set(Notice.objects.filter(kind=kind).values_list("to_id", flat=True))


def problems(scene, **changes):
    """What stands against opening an exercise."""
    with pytest.raises(Refused) as fault:
        scene.open(**changes)
    return list(fault.value.problems)


# --- opening -------------------------------------------------------------------------------------


def test_opening_gives_everybody_a_line_a_blind_reading_and_a_message(scene):
    made = scene.open()

    ids = {one.pk for one in scene.raters}
    assert set(made.grades.values_list("rater_id", flat=True)) == ids
    rows = Reader.objects.filter(audit=scene.audit, part=Reader.Part.CALIBRATION)
    assert set(rows.values_list("user_id", "blind")) == {(pk, True) for pk in ids}
    assert told("calibration.asked") == ids
    assert (made.state, made.version, made.closes_on) == (State.OPEN, scene.place.version, UNTIL)
    assert TrailEntry.objects.filter(verb="open calibration").get().detail == {"raters": 3}


def test_the_message_says_no_grade_and_no_name(scene):
    scene.open()
    people = scene.place.people

    said = " ".join(
        f"{one.subject} {one.text} {one.path}"
        for one in Notice.objects.filter(kind="calibration.asked")
    )

    assert scene.audit.reference in said
    assert "30 September 2026" in said
    assert not re.search(r"(?<![\w/-])6\b", said)  # the auditor's score, not the end of a reference
    for word in ("Good", people.worker.name, people.auditor.name, scene.raters[1].name):
        assert word not in said


def test_a_rater_of_the_qa_team_is_blind_too(scene):
    audit, third = scene.audit, scene.raters[2]
    assert party(audit, third) == QA

    scene.open()

    assert party(audit, third) == BLIND


@pytest.mark.parametrize("who", ["auditor", "worker", "moderator", "manager", "director"])
def test_nobody_outside_the_qa_team_opens_one(scene, who):
    with pytest.raises(PermissionDenied):
        scene.open(by=getattr(scene.place.people, who))


def test_a_party_of_the_qa_team_opens_none(scene):
    people = scene.place.people
    people.auditor.holdings.create(
        post=people.officer.holdings.get().post, from_on=date(2020, 1, 1)
    )

    with pytest.raises(PermissionDenied):
        scene.open(by=people.auditor)


def test_somebody_who_is_blind_opens_none(scene):
    people = scene.place.people
    Reader.objects.create(
        audit=scene.audit, user=people.qa_head, part="moderator", blind=True, since=AT
    )

    with pytest.raises(PermissionDenied):
        scene.open()


def test_another_council_opens_none_and_none_of_its_people_grade(scene):
    other = council("lancashire")

    with pytest.raises(PermissionDenied):
        scene.open(by=other.people.officer)
    found = problems(scene, raters=[*scene.raters, other.people.auditor])
    assert found == [f"{other.people.auditor.name} does not work for this council."]


def test_what_stands_against_an_exercise_is_said_all_at_once(scene):
    found = problems(scene, title=" ", raters=scene.raters[:2], closes_on=date(2026, 9, 14))

    assert found == [
        "Enter a title.",
        "Choose a day that has not passed.",
        "Ask at least 3 people, so that there is a spread to talk about.",
    ]
    assert not Calibration.objects.exists()
    assert not Reader.objects.exists()


def test_the_same_person_twice_is_one_person(scene):
    found = problems(scene, raters=[*scene.raters[:2], scene.raters[0]])

    assert found == ["Ask at least 3 people, so that there is a spread to talk about."]


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("auditor", "carried out the audit"),
        ("worker", "holds no post today that audits, moderates or sits on a panel"),
        ("manager", "manages the worker, directly or further up"),
        ("service_manager", "manages the worker, directly or further up"),
        ("head", "manages the worker, directly or further up"),
        ("reader", "holds no post today that audits, moderates or sits on a panel"),
        ("former", "holds no post today that audits, moderates or sits on a panel"),
    ],
)
def test_who_cannot_be_asked_is_refused_with_the_reason(scene, who, why):
    person = getattr(scene.place.people, who)

    found = problems(scene, raters=[*scene.raters, person])

    assert found == [f"{person.name} cannot grade this audit: {person.name} {why}."]


def test_a_worker_who_audits_elsewhere_does_not_grade_their_own_work(scene):
    worker = scene.place.people.worker
    kind = worker.holdings.get().post.type
    PostType.objects.filter(pk=kind.pk).update(roles=[Role.PRACTITIONER, Role.AUDITOR])

    found = problems(scene, raters=[*scene.raters, worker])

    assert found == [
        f"{worker.name} cannot grade this audit: {worker.name} did the work that is audited."
    ]


def test_whoever_opens_it_cannot_grade_in_it(scene):
    third = scene.raters[2]

    found = problems(scene, by=third)

    assert found == [
        f"{third.name} cannot grade this audit: {third.name} opens the exercise and may know the grade."
    ]


def test_whoever_had_another_part_in_the_audit_cannot_grade_it(scene):
    people = scene.place.people
    list_back(scene.place.version, by=people.officer, at=AT)
    moderated(waiting(scene.audit), people.moderator, AT)

    found = problems(scene)

    name = people.moderator.name
    assert found == [
        f"{name} cannot grade this audit: {name} has or had another part in this audit and may know its grade."
    ]


def test_the_moderator_named_with_the_audit_and_those_of_an_earlier_exercise_know_it(scene):
    made = scene.graded(GOOD, GOOD, GOOD)
    Audit.objects.filter(pk=scene.audit.pk).update(moderator=scene.place.people.head)
    audit = Audit.objects.get(pk=scene.audit.pk)

    assert {one.pk for one in scene.raters} | {scene.place.people.head.pk} <= knowing(audit)
    assert not {one.pk for one in scene.raters} & knowing(audit, but=made)


def test_only_a_returned_audit_is_graded(scene):
    reopen_audit(scene.audit, reason="Something is missing.", by=scene.place.people.qa_head, at=AT)

    found = problems(scene, by=scene.place.people.officer)

    assert found == ["Only a returned audit can be graded in a calibration."]


def test_one_exercise_of_an_audit_is_open_at_a_time(scene):
    scene.open()

    found = problems(scene)

    assert found[0] == "Another calibration of this audit is open. Show its grades first."


def test_those_who_can_be_asked_are_listed_by_name_and_the_others_with_the_reason(scene):
    people = scene.place.people

    free, left_out = raters(scene.audit, people.qa_head.pk, AT.date())

    assert {one.user.pk for one in free} == {one.pk for one in scene.raters}
    assert [one.user.name for one in free] == sorted(one.user.name for one in free)
    assert people.manager.pk in {one.user.pk for one in left_out}
    assert all(one.why_not for one in left_out)


# --- grading -------------------------------------------------------------------------------------


def test_a_grade_is_kept_and_can_be_changed_until_the_grades_are_shown(scene):
    made = scene.open()
    by = scene.raters[0]

    give_grade(made, GOOD, " It holds. ", by=by, at=AT)
    give_grade(made, REQUIRES, "Dates slip.", by=by, at=LATER)

    mine = CalibrationGrade.objects.get(rater=by)
    assert (mine.grade, mine.value, mine.surpassed) == ("requires_improvement", 4, False)
    assert (mine.rationale, mine.given_at) == ("Dates slip.", LATER)


def test_good_surpassed_carries_no_number(scene):
    made = scene.open()
    surpassed = Overall("outstanding", None, surpassed=True)
    policy = edition(scene.place.version).policy
    rule = policy.overall_grade.surpassed
    grade = Overall(rule.grade, None, surpassed=True) if rule else surpassed

    mine = give_grade(made, grade, "Above all.", by=scene.raters[0], at=AT)

    assert (mine.value, mine.surpassed) == (None, True)


@pytest.mark.parametrize("who", ["qa_head", "officer", "auditor", "worker", "manager"])
def test_only_those_who_are_asked_grade(scene, who):
    made = scene.open()

    with pytest.raises(PermissionDenied):
        give_grade(made, GOOD, "Why.", by=getattr(scene.place.people, who), at=AT)


def test_somebody_who_lost_their_post_no_longer_grades(scene):
    made = scene.open()
    by = scene.raters[1]
    by.holdings.update(to_on=date(2025, 1, 1))

    with pytest.raises(PermissionDenied):
        give_grade(made, GOOD, "Why.", by=type(by).objects.get(pk=by.pk), at=AT)


@pytest.mark.parametrize(
    ("grade", "why", "said"),
    [
        (GOOD, "  ", "Give the reasons for your grade."),
        (Overall("good", 4, surpassed=False), "Why.", "Choose one of the framework’s grades."),
        (
            Overall("splendid", None, surpassed=False),
            "Why.",
            "Choose one of the framework’s grades.",
        ),
    ],
)
def test_a_grade_needs_its_reasons_and_must_be_one_of_the_frameworks(scene, grade, why, said):
    made = scene.open()

    with pytest.raises(Refused) as fault:
        give_grade(made, grade, why, by=scene.raters[0], at=AT)

    assert list(fault.value.problems) == [said]


def test_nothing_is_graded_or_asked_once_the_grades_are_shown(scene):
    made = scene.graded(GOOD, GOOD, REQUIRES)
    by = scene.place.people.qa_head
    extra = grader(scene.place, "X")
    show(made, by=by, at=LATER)

    with pytest.raises(Refused):
        give_grade(made, REQUIRES, "Now I see.", by=scene.raters[0], at=LATER)
    with pytest.raises(Refused):
        add_rater(made, extra, by=by, at=LATER)
    with pytest.raises(Refused):
        take_rater_out(made, scene.raters[0], by=by, at=LATER)


def test_an_audit_that_was_opened_again_is_not_graded(scene):
    made = scene.open()
    by = scene.place.people.qa_head
    reopen_audit(scene.audit, reason="Something is missing.", by=by, at=AT)

    with pytest.raises(Refused):
        give_grade(made, GOOD, "Why.", by=scene.raters[0], at=LATER)
    with pytest.raises(Refused):
        add_rater(made, grader(scene.place, "X"), by=by, at=LATER)


# --- raters come and go --------------------------------------------------------------------------


def test_one_more_person_is_asked_once(scene):
    made, by = scene.open(), scene.place.people.officer
    extra = grader(scene.place, "X")

    add_rater(made, extra, by=by, at=LATER)
    add_rater(made, extra, by=by, at=LATER)

    assert made.grades.count() == 4
    assert is_blind(scene.audit, extra)
    assert extra.pk in told("calibration.asked")


def test_a_person_who_cannot_be_asked_is_not_added(scene):
    made = scene.open()

    with pytest.raises(Refused, match="manages the worker"):
        add_rater(made, scene.place.people.head, by=scene.place.people.officer, at=LATER)


def test_somebody_who_has_not_graded_is_taken_out(scene):
    made, by = scene.open(), scene.place.people.officer
    extra = grader(scene.place, "X")
    add_rater(made, extra, by=by, at=AT)

    take_rater_out(made, extra, by=by, at=LATER)
    take_rater_out(made, extra, by=by, at=LATER)

    assert made.grades.count() == 3
    assert not Reader.objects.filter(user=extra).exists()
    assert told("calibration.taken_out") == {extra.pk}


def test_nobody_is_taken_out_after_grading_or_below_three(scene):
    made, by = scene.graded(GOOD), scene.place.people.officer

    with pytest.raises(Refused, match="At least 3 people must be asked"):
        take_rater_out(made, scene.raters[1], by=by, at=LATER)
    add_rater(made, grader(scene.place, "X"), by=by, at=AT)
    with pytest.raises(Refused, match="has graded already"):
        take_rater_out(made, scene.raters[0], by=by, at=LATER)


def test_whoever_grades_does_not_run_the_exercise(scene):
    made = scene.graded(GOOD, GOOD, GOOD)
    third = scene.raters[2]
    steps = (
        lambda: show(made, by=third, at=LATER),
        lambda: close(made, "We talked.", by=third, at=LATER),
        lambda: add_rater(made, grader(scene.place, "X"), by=third, at=LATER),
        lambda: take_rater_out(made, scene.raters[0], by=third, at=LATER),
    )
    for step in steps:
        with pytest.raises(PermissionDenied):
            step()


# --- showing and closing -------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "words"), [(0, "0 have"), (1, "1 has"), (2, "2 have")])
def test_the_grades_are_shown_with_three_at_least(scene, number, words):
    made = scene.graded(*[GOOD] * number)

    with pytest.raises(Refused, match=words):
        show(made, by=scene.place.people.qa_head, at=LATER)

    assert is_blind(scene.audit, scene.raters[0])


def test_showing_lifts_the_blindness_and_tells_everybody_who_was_asked(scene):
    made = scene.open()
    extra = grader(scene.place, "X")
    add_rater(made, extra, by=scene.place.people.officer, at=AT)
    for person in scene.raters:
        give_grade(made, GOOD, "Why.", by=person, at=AT)

    done = show(made, by=scene.place.people.officer, at=LATER)

    everybody = {one.pk for one in (*scene.raters, extra)}
    assert (done.state, done.shown_at) == (State.SHOWN, LATER)
    assert not Reader.objects.filter(audit=scene.audit, blind=True).exists()
    assert told("calibration.shown") == everybody
    with pytest.raises(Refused):
        show(made, by=scene.place.people.officer, at=LATER)


def test_closing_keeps_what_the_talk_brought_and_never_changes_the_audits_grade(scene):
    made, by = scene.graded(GOOD, REQUIRES, REQUIRES), scene.place.people.qa_head
    before = GradeEvent.objects.count()
    show(made, by=by, at=LATER)

    done = close(made, " Dates decide. ", "requires_improvement", by=by, at=LATER)

    audit = Audit.objects.get(pk=scene.audit.pk)
    assert (done.state, done.discussed, done.agreed) == (
        State.CLOSED,
        "Dates decide.",
        "requires_improvement",
    )
    assert (audit.grade, GradeEvent.objects.count()) == ("good", before)
    assert not Reader.objects.filter(part=Reader.Part.CALIBRATION).exists()
    with pytest.raises(Refused):
        close(made, "Again.", by=by, at=LATER)


def test_closing_needs_words_and_a_grade_of_the_framework(scene):
    made, by = scene.graded(GOOD, REQUIRES, REQUIRES), scene.place.people.qa_head
    with pytest.raises(Refused, match="Show the grades before"):
        close(made, "We talked.", by=by, at=LATER)
    show(made, by=by, at=LATER)

    with pytest.raises(Refused) as fault:
        close(made, " ", "splendid", by=by, at=LATER)

    assert list(fault.value.problems) == [
        "Write down what the talk brought.",
        "Choose one of the framework’s grades.",
    ]


def test_the_group_need_not_settle_on_a_grade(scene):
    made, by = scene.graded(GOOD, REQUIRES, REQUIRES), scene.place.people.qa_head
    show(made, by=by, at=LATER)

    assert close(made, "We differ.", by=by, at=LATER).agreed == ""


# --- the figures ---------------------------------------------------------------------------------


def test_the_spread_counts_each_grade_from_the_best(scene):
    made = scene.graded(GOOD, REQUIRES, GOOD)

    found = picture(made, edition(scene.place.version).policy)

    counts = {one.grade.code: (one.count, one.percent) for one in found.bars}
    assert counts["good"] == (2, 67)
    assert counts["requires_improvement"] == (1, 33)
    assert (found.n, found.median, found.commonest, found.share) == (3, "Good", "Good", 67)
    assert [one.grade.rank for one in found.bars] == sorted(
        (one.grade.rank for one in found.bars), reverse=True
    )


def test_two_commonest_grades_are_both_named_and_one_grade_alone_is_no_spread(scene):
    policy = edition(scene.place.version).policy
    made = scene.graded(GOOD, REQUIRES)

    assert picture(made, policy).commonest == "Good and Requires improvement"
    assert picture(made, policy).median == "between Requires improvement and Good"
    CalibrationGrade.objects.filter(rater=scene.raters[0]).update(
        grade="", value=None, given_at=None
    )
    assert picture(made, policy) is None


@pytest.mark.parametrize(
    ("median", "words"),
    [
        (1.0, "Inadequate"),
        (1.5, "between Inadequate and Requires improvement"),
        (2.0, "Requires improvement"),
        (3.0, "Good"),
        (3.5, "between Good and Outstanding"),
    ],
)
def test_the_median_in_words(scene, median, words):
    grades = sorted(edition(scene.place.version).policy.grades, key=lambda one: one.rank)
    if len(grades) < 4 and median > len(grades):
        pytest.skip("The framework has no such grade.")

    assert median_words(median, grades) == words


def test_agreement_is_too_few_to_tell_before_ten_closed_exercises(scene):
    made, by = scene.graded(GOOD, REQUIRES, GOOD), scene.place.people.qa_head
    assert agreement_of(scene.place.version) == TooFew(0, 10)
    show(made, by=by, at=LATER)
    assert agreement_of(scene.place.version) == TooFew(0, 10)

    close(made, "We talked.", by=by, at=LATER)

    assert agreement_of(scene.place.version) == TooFew(1, 10)


def test_agreement_over_ten_closed_exercises_is_a_figure(scene):
    kept = []
    for n in range(10):
        made = Calibration.objects.create(
            council=scene.place.people.council,
            version=scene.place.version,
            audit=scene.audit,
            title=f"{n}",
            closes_on=UNTIL,
            state=State.CLOSED,
            opened_by=scene.place.people.qa_head,
            opened_at=AT,
        )
        kept.append(made)
        for person, grade in zip(
            scene.raters, ("good", "good", "requires_improvement" if n % 3 else "good"), strict=True
        ):
            CalibrationGrade.objects.create(
                calibration=made, rater=person, grade=grade, given_at=AT
            )

    found = agreement_of(scene.place.version)

    assert isinstance(found, Estimate)
    assert found.n == 10
    assert 0 < found.value < 1


# --- beside a moderation -------------------------------------------------------------------------


def test_a_rater_is_blind_in_the_moderation_of_the_audit_too(scene):
    people = scene.place.people
    list_back(scene.place.version, by=people.officer, at=AT)
    made = scene.graded(GOOD, GOOD, GOOD)
    found = waiting(scene.audit)

    assert blind_in_moderation(found, scene.raters[2])
    assert not blind_in_moderation(found, people.officer)
    assert not blind_in_moderation(found, people.auditor)
    show(made, by=people.qa_head, at=LATER)
    assert not blind_in_moderation(found, scene.raters[2])


def test_visible_to_the_qa_team_and_to_those_who_grade(scene):
    made = scene.open()
    people = scene.place.people
    other = council("lancashire")
    returned(other, "good", AT)

    def sees(user):
        return Calibration.objects.visible_to(user, AT.date()).filter(pk=made.pk).exists()

    for user in (people.qa_head, people.officer, *scene.raters):
        assert sees(user)
    for user in (
        people.auditor,
        people.worker,
        people.manager,
        people.director,
        other.people.officer,
    ):
        assert not sees(user)
    people.auditor.holdings.create(
        post=people.officer.holdings.get().post, from_on=date(2020, 1, 1)
    )
    assert not sees(type(people.auditor).objects.get(pk=people.auditor.pk))
