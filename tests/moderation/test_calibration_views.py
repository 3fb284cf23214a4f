"""The pages of calibrations, and what they and the audit's pages must not send before the grades are shown."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits import selectors
from audits.models import Reader
from core.models import TrailEntry
from moderation.models import Calibration, CalibrationGrade
from moderation.selectors.people import in_hand
from moderation.services.assigning import assign
from moderation.services.calibrating import close, show
from moderation.services.choosing import list_back
from moderation.services.settling import Meeting, escalate, record_meeting
from moderation.services.viewing import hand_in
from moderation.states import CalibrationState
from reporting.models import Document
from reporting.services import ask_for_document
from tests.factories.people import PostHoldingFactory
from tests.moderation.calibration_scenes import (
    AT,
    GOOD,
    REQUIRES,
    SECRET,
    UNTIL,
    exercise,
    grader,
)
from tests.moderation.scenes import council, moderator, moment, returned, saying, waiting

pytestmark = pytest.mark.django_db
State = CalibrationState
LATER = moment(2026, 9, 20)
HERD = "QUAGGA"
GRADES = (
    'govuk-tag--green">Good',
    "Requires improvement</strong>",
    "Inadequate</strong>",
    "Outstanding</strong>",
)


@pytest.fixture
def scene():
    return exercise()


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    """The pages are looked at a few days after the exercise is opened."""
    monkeypatch.setattr("core.clock.now", lambda: LATER)
    monkeypatch.setattr("core.clock.today", lambda: LATER.date())


def get(client, user, name, *args, status=200, **query):
    client.force_login(user)
    found = client.get(reverse(name, args=args), query)
    assert found.status_code == status
    return found.content.decode()


def posted(client, user, name, *args, status=302, query="", **data):
    client.force_login(user)
    found = client.post(reverse(name, args=args) + query, data)
    assert found.status_code == status, found.content.decode()
    return found.content.decode()


def pages(audit):
    """Every page on which an audit shows something."""
    tool = selectors.tool_of(audit)
    found = [
        reverse(name) for name in ("audits", "my-work", "messages", "moderations", "calibrations")
    ]
    found += [reverse("moderations") + "?state=all", reverse("audit", args=[audit.pk])]
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
    for part in tool.parts:
        if part.code.endswith("outcome.rationale"):
            found.append(reverse("earlier-answers", args=[audit.pk, part.code]))
    return found


def passed_up(moderation, by, reason):
    """A disagreement that the meeting did not settle, with the next who decides."""
    record_meeting(moderation, Meeting(AT.date(), "GIRAFFE", None), by=by, at=AT)
    return escalate(moderation, read_rung=moderation.rung, reason=reason, by=by, at=AT)


def body(client, user, address):
    client.force_login(user)
    return client.get(address, follow=True).content.decode()


# --- blind means that the server does not send it --------------------------------------------------


def test_before_the_grades_are_shown_a_rater_is_sent_nobodys_grade(scene, client):
    made = scene.graded(GOOD, REQUIRES)
    audit = scene.audit
    hidden = [code.replace(".", "-") for code in selectors.kept_back(audit)]
    assert len(hidden) > 20
    for rater in (scene.raters[1], scene.raters[2]):
        for address in pages(audit):
            said = body(client, rater, address)
            assert SECRET not in said, address
            assert HERD not in said, address
            assert not [one for one in GRADES if one in said], address
            assert "6 – Good" not in said, address
            assert not [one for one in hidden if f'"{one}-' in said or f'"{one}"' in said], address
        said = body(client, rater, reverse("calibration", args=[made.pk]))
        assert SECRET not in said
        assert f"{HERD} {scene.raters[0].pk}" not in said
        assert not [one for one in GRADES if one in said]
        others = [one.name for one in scene.raters if one != rater]
        assert not [name for name in others if name in said]
        assert "2 of 3" not in said
    assert "2 of 3" not in body(client, scene.raters[2], reverse("calibrations"))


def test_a_rater_sees_their_own_grade_and_nothing_chosen_before_it(scene, client):
    made = scene.graded(GOOD)

    own = get(client, scene.raters[0], "calibration", made.pk)
    other = get(client, scene.raters[1], "calibration", made.pk)

    assert f"{HERD} {scene.raters[0].pk}" in own
    assert own.count(" checked") == 1
    assert " checked" not in other


@pytest.mark.parametrize("rater", [0, 2])
def test_record_and_files_are_refused_to_a_rater(scene, client, rater):
    document = ask_for_document(scene.audit, by=scene.raters[rater], at=AT)
    ready = {"state": Document.State.READY, "content": SECRET.encode(), "checksum": "0" * 64}
    Document.objects.filter(pk=document.pk).update(**ready)
    scene.open()
    client.force_login(scene.raters[rater])
    tries = [
        client.get(reverse("audit-record", args=[scene.audit.pk])),
        client.get(reverse("audit-word", args=[scene.audit.pk])),
        client.post(reverse("ask-for-pdf", args=[scene.audit.pk])),
        client.get(reverse("document-file", args=[document.pk])),
    ]

    assert {one.status_code for one in tries} <= {409, 422}
    assert not [one for one in tries if SECRET in one.content.decode(errors="replace")]


def test_somebody_else_sees_what_is_kept_from_raters(scene, client):
    scene.graded(GOOD, REQUIRES)
    officer = scene.place.people.officer

    bodies = [body(client, officer, one) for one in pages(scene.audit)]

    assert any(SECRET in one for one in bodies)
    assert any(GRADES[0] in one for one in bodies)
    assert SECRET in body(client, officer, reverse("audit-record", args=[scene.audit.pk]))


def test_the_moderation_of_the_audit_keeps_the_grades_from_a_rater(scene, client):
    people = scene.place.people
    list_back(scene.place.version, by=people.officer, at=AT)
    scene.graded(GOOD, REQUIRES)
    who = moderator(scene.place, "CPCC")
    given = assign(waiting(scene.audit), who, by=people.officer, at=AT)
    found = hand_in(given, saying(given, "4"), read_version=0, by=who, at=AT)
    found = passed_up(found, who, "GIRAFFE we differ")
    third = scene.raters[2]

    for name, arg in (("moderation", found.pk), ("audit-moderation", scene.audit.pk)):
        said = body(client, third, reverse(name, args=[arg]))
        assert "not shown to you until your own view is in" in said
        assert not [one for one in GRADES if one in said]
        assert "GIRAFFE" not in said
        assert "What we saw" not in said
    seen = body(client, people.officer, reverse("moderation", args=[found.pk]))
    assert GRADES[0] in seen
    assert "GIRAFFE" in seen
    assert in_hand([who.pk])[who.pk] == 0


def test_a_decider_who_grades_decides_once_the_grades_are_shown(scene, client):
    people = scene.place.people
    list_back(scene.place.version, by=people.officer, at=AT)
    made = scene.graded(GOOD, REQUIRES, GOOD)
    who = moderator(scene.place, "CPCC")
    given = assign(waiting(scene.audit), who, by=people.officer, at=AT)
    found = hand_in(given, saying(given, "4"), read_version=0, by=who, at=AT)
    PostHoldingFactory(post=people.qa_head.holdings.get().post, user=scene.raters[2])
    passed_up(found, who, "We differ.")
    client.force_login(scene.raters[2])
    address = reverse("decide-moderation", args=[found.pk])

    kept = client.get(address)
    show(made, by=people.qa_head, at=LATER)
    shown = client.get(address)

    assert kept.status_code in {409, 422}
    assert GRADES[0] not in kept.content.decode()
    assert shown.status_code == 200
    assert GRADES[0] in shown.content.decode()


def test_the_tasks_that_a_grade_sets_off_are_not_sent_to_a_rater(client):
    scene = exercise(grade="1")
    task = selectors.actions_of(scene.audit).filter(kind="task").first()
    assert task is not None
    scene.open()

    kept = body(client, scene.raters[0], reverse("audit", args=[scene.audit.pk]))
    seen = body(client, scene.place.people.manager, reverse("audit", args=[scene.audit.pk]))

    assert task.what not in kept
    assert "Ask the child" in kept
    assert task.what in seen


def test_the_qa_team_sees_who_answered_and_not_what(scene, client):
    made = scene.graded(GOOD, REQUIRES)
    officer = scene.place.people.officer

    page = get(client, officer, "calibration", made.pk)

    assert "2 of 3 have graded" in page
    assert scene.raters[2].name in page
    assert HERD not in page
    assert not [one for one in GRADES if one in page]
    assert "The grades can be shown once at least 3 people have graded" in page
    assert "2 of 3" in get(client, officer, "calibrations")


def test_one_of_those_who_are_asked_has_graded(scene, client):
    made = scene.graded(GOOD)

    page = get(client, scene.place.people.officer, "calibration", made.pk)

    assert "1 of 3 has graded." in page


def test_a_moderator_who_grades_blind_elsewhere_sees_no_spread_either(scene, client):
    made = scene.graded(GOOD, REQUIRES, GOOD)
    people = scene.place.people
    show(made, by=people.qa_head, at=LATER)
    Reader.objects.create(
        audit=scene.audit, user=people.officer, part="moderator", blind=True, since=AT
    )

    page = get(client, people.officer, "calibration", made.pk)

    assert "You still have to give your own view" in page
    assert HERD not in page
    assert not [one for one in GRADES if one in page]


# --- the pages -------------------------------------------------------------------------------------


def typed(scene, **changes):
    """The form of a new exercise as a browser sends it."""
    data = {
        "title": "September",
        "closes_on_0": 30,
        "closes_on_1": 9,
        "closes_on_2": 2026,
        "raters": [one.pk for one in scene.raters],
    }
    return data | changes


def test_an_exercise_is_opened_in_two_steps(scene, client):
    head = scene.place.people.qa_head
    first = get(client, head, "new-calibration")
    assert "Which audit is graded?" in first
    second = get(client, head, "new-calibration", audit=f" {scene.audit.reference} ")
    assert "Who cannot grade this audit, and why" in second
    assert "manages the worker, directly or further up" in second

    posted(client, head, "new-calibration", query=f"?audit={scene.audit.reference}", **typed(scene))

    made = Calibration.objects.get()
    assert (made.title, made.closes_on, made.audit) == ("September", UNTIL, scene.audit)
    page = get(client, head, "calibration", made.pk)
    assert "0 of 3 have graded" in page


@pytest.mark.parametrize("reference", ["1999-0001", "'", ""])
def test_an_audit_that_cannot_be_graded_is_not_found(scene, client, reference):
    page = get(client, scene.place.people.qa_head, "new-calibration", audit=reference, status=422)

    assert "Error:" in page


def test_another_councils_audit_is_not_found(scene, client):
    other = council("lancashire")

    page = get(
        client, other.people.officer, "new-calibration", audit=scene.audit.reference, status=422
    )

    assert scene.audit.case.number not in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "Enter a title."),
        ({"closes_on_0": 14}, "Choose a day that has not passed."),
        ({"raters": []}, "Choose at least three people."),
        ({"closes_on_2": ""}, "The date must include a year."),
    ],
)
def test_what_is_missing_is_said_at_its_field(scene, client, changes, words):
    head, data = scene.place.people.qa_head, typed(scene, **changes)

    page = posted(
        client, head, "new-calibration", query=f"?audit={scene.audit.reference}", status=422, **data
    )

    assert words in page
    assert not Calibration.objects.exists()


def test_two_raters_are_too_few(scene, client):
    head = scene.place.people.qa_head
    data = typed(scene, raters=[one.pk for one in scene.raters[:2]])

    page = posted(
        client, head, "new-calibration", query=f"?audit={scene.audit.reference}", status=422, **data
    )

    assert "Ask at least 3 people" in page


def test_an_audit_that_too_few_can_grade_says_so(scene, client):
    scene.raters[1].holdings.update(to_on=AT.date().replace(year=2025))

    page = get(client, scene.place.people.qa_head, "new-calibration", audit=scene.audit.reference)

    assert "Fewer than 3 people can grade this audit today" in page


def test_a_rater_grades_and_changes_the_grade(scene, client):
    made, rater = scene.open(), scene.raters[0]
    assert "You have not graded yet" in get(client, rater, "calibration", made.pk)

    posted(client, rater, "calibration", made.pk, grade="6", rationale="It holds.")
    posted(client, rater, "calibration", made.pk, grade="4", rationale="Dates slip.")

    mine = CalibrationGrade.objects.get(rater=rater)
    assert (mine.grade, mine.value, mine.rationale) == ("requires_improvement", 4, "Dates slip.")
    page = get(client, rater, "calibration", made.pk)
    assert "Change my grade" in page
    assert "Dates slip." in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"grade": "", "rationale": "Why."}, "Choose your grade."),
        ({"grade": "6", "rationale": " "}, "Give the reasons for your grade."),
        ({"grade": "99", "rationale": "Why."}, "Select a valid choice"),
    ],
)
def test_a_grade_without_reasons_is_refused_at_its_field(scene, client, data, words):
    made = scene.open()

    page = posted(client, scene.raters[0], "calibration", made.pk, status=422, **data)

    assert words in page
    assert not CalibrationGrade.objects.exclude(grade="").exists()


def test_only_those_who_grade_post_a_grade(scene, client):
    made = scene.open()
    data = {"grade": "6", "rationale": "Why."}

    posted(client, scene.place.people.qa_head, "calibration", made.pk, status=403, **data)
    posted(client, scene.place.people.manager, "calibration", made.pk, status=404, **data)


def test_a_rater_without_their_post_reads_but_does_not_grade(scene, client):
    made, rater = scene.open(), scene.raters[1]
    rater.holdings.update(to_on=AT.date().replace(year=2025))

    assert "Give my grade" not in get(client, rater, "calibration", made.pk)
    posted(client, rater, "calibration", made.pk, status=403, grade="6", rationale="Why.")


def test_an_audit_that_was_opened_again_is_said_to_the_rater(scene, client):
    made = scene.open()
    type(scene.audit).objects.filter(pk=scene.audit.pk).update(state="in_session", returned_at=None)

    page = get(client, scene.raters[0], "calibration", made.pk)

    assert "The audit has been opened again" in page
    said = posted(
        client, scene.raters[0], "calibration", made.pk, status=422, grade="6", rationale="Why."
    )
    assert "cannot be graded now" in said


def test_showing_gives_everybody_the_spread_and_the_audits_grade(scene, client):
    made = scene.graded(GOOD, REQUIRES, GOOD)
    people = scene.place.people

    posted(client, people.officer, "show-calibration", made.pk)

    for user in (people.officer, *scene.raters):
        page = get(client, user, "calibration", made.pk)
        assert "3 people graded. Median: Good. Commonest grade: Good, given by 67%." in page
        assert '<rect width="67%"' in page
        assert "style=" not in page.partition("<main")[2]
        assert "The auditor’s grade" in page
        assert all(f"{HERD} {one.pk}" in page for one in scene.raters)
        assert all(
            f'<dt class="govuk-summary-list__key">{one.name}</dt>' in page for one in scene.raters
        )
        assert SECRET in body(client, user, reverse("audit-record", args=[scene.audit.pk]))
    rater = get(client, scene.raters[0], "calibration", made.pk)
    assert "Too few to tell" not in rater
    assert "Too few to tell: 0 closed calibrations" in get(
        client, people.officer, "calibration", made.pk
    )
    data = {"grade": "6", "rationale": "Now I see."}
    posted(client, scene.raters[0], "calibration", made.pk, status=422, **data)


def test_too_few_grades_are_not_shown(scene, client):
    made = scene.graded(GOOD, REQUIRES)

    client.force_login(scene.place.people.officer)
    found = client.post(reverse("show-calibration", args=[made.pk]))

    assert found.status_code in {409, 422}
    assert Calibration.objects.get().state == State.OPEN


def test_a_rater_of_the_qa_team_runs_nothing(scene, client):
    made, third = scene.graded(GOOD, GOOD, GOOD), scene.raters[2]

    page = get(client, third, "calibration", made.pk)

    assert "Show the grades" not in page
    posted(client, third, "show-calibration", made.pk, status=403)
    get(client, third, "add-rater", made.pk, status=403)
    get(client, third, "close-calibration", made.pk, status=403)
    posted(client, third, "take-rater-out", made.pk, status=403, rater=scene.raters[0].pk)


def test_somebody_else_is_asked_and_taken_out(scene, client):
    made, officer = scene.open(), scene.place.people.officer
    extra = grader(scene.place, "X")
    page = get(client, officer, "add-rater", made.pk)
    assert extra.name in page
    assert scene.raters[0].name not in page

    posted(client, officer, "add-rater", made.pk, rater=extra.pk)
    assert made.grades.count() == 4
    posted(client, officer, "add-rater", made.pk, status=422, rater="")
    posted(client, officer, "take-rater-out", made.pk, rater=extra.pk)
    assert made.grades.count() == 3
    for chosen in (extra.pk, "x", "", "9" * 30):
        posted(client, officer, "take-rater-out", made.pk, status=404, rater=chosen)


def test_closing_keeps_the_talk_and_the_page_says_it(scene, client):
    made, officer = scene.graded(GOOD, REQUIRES, GOOD), scene.place.people.officer
    assert "close" not in get(client, officer, "calibration", made.pk).partition("<main")[2]
    show(made, by=officer, at=LATER)
    page = get(client, officer, "close-calibration", made.pk)
    assert "We did not settle on a grade" in page
    said = posted(
        client, officer, "close-calibration", made.pk, status=422, discussed="", agreed=""
    )
    assert "Write down what the talk brought." in said
    assert "Choose the grade that you settled on" in said

    posted(client, officer, "close-calibration", made.pk, discussed="Dates decide.", agreed="good")

    for user in (officer, scene.raters[0]):
        page = get(client, user, "calibration", made.pk)
        assert "Dates decide." in page
        assert "The group settled on" in page
    client.force_login(officer)
    assert client.get(reverse("close-calibration", args=[made.pk])).status_code == 302
    assert client.get(reverse("audit", args=[scene.audit.pk])).status_code == 200
    client.force_login(scene.raters[0])
    assert client.get(reverse("audit", args=[scene.audit.pk])).status_code == 404
    assert "Too few to tell: 1 closed calibration of" in get(
        client, officer, "calibration", made.pk
    )


def test_a_group_that_did_not_settle_is_said(scene, client):
    made, officer = scene.graded(GOOD, REQUIRES, GOOD), scene.place.people.officer
    show(made, by=officer, at=LATER)

    posted(client, officer, "close-calibration", made.pk, discussed="We differ.", agreed="none")

    assert "The group did not settle on a grade." in get(client, officer, "calibration", made.pk)


def test_the_start_page_leads_to_the_exercise(scene, client):
    made = scene.open()

    page = get(client, scene.raters[0], "my-work")

    assert reverse("calibration", args=[made.pk]) in page
    assert "Grade this audit on your own" in page


def test_opening_a_page_is_kept_in_the_trail(scene, client):
    made = scene.open()
    before = TrailEntry.objects.filter(verb="open calibration", subject_id=made.pk).count()

    get(client, scene.raters[0], "calibration", made.pk)

    after = TrailEntry.objects.filter(verb="open calibration", subject_id=made.pk).count()
    assert after == before + 1


def listed(client, user):
    client.force_login(user)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse("calibrations"))
    assert page.status_code == 200
    return len(queries), page.content.decode()


def closed(scene, number):
    """A closed exercise of another audit with the same people."""
    audit = returned(scene.place, "6", moment(2026, 9, 10, 11, number))
    made = type(scene)(scene.place, audit, scene.raters).graded(GOOD, REQUIRES, GOOD)
    by = scene.place.people.qa_head
    show(made, by=by, at=LATER)
    close(made, "We talked.", by=by, at=LATER)


def test_the_list_takes_the_same_queries_for_one_and_for_three(scene, client):
    scene.open()
    officer = scene.place.people.officer
    listed(client, officer)
    one, page = listed(client, officer)
    assert page.count("/moderation/calibrations/") == 2
    closed(scene, 1)
    closed(scene, 2)

    three, page = listed(client, officer)

    assert three == one
    assert page.count("3 of 3") == 2


def test_the_list_is_paged(scene, client):
    people = scene.place.people
    for n in range(26):
        Calibration.objects.create(
            council=people.council,
            version=scene.place.version,
            audit=scene.audit,
            title=f"Exercise {n}",
            closes_on=UNTIL,
            state=State.CLOSED,
            opened_by=people.qa_head,
            opened_at=AT,
        )

    first = get(client, people.officer, "calibrations")
    second = get(client, people.officer, "calibrations", page=2)

    assert "Exercise 25" in first
    assert "Exercise 0<" not in first
    assert "Exercise 0<" in second


def test_the_list_holds_only_what_one_may_open(scene, client):
    scene.open()
    people = scene.place.people

    assert "September" in get(client, scene.raters[0], "calibrations")
    assert "You are asked to grade" in get(client, scene.raters[0], "calibrations")
    assert "September" not in get(client, people.manager, "calibrations")
    get(client, people.worker, "calibrations", status=403)
    get(client, people.auditor, "calibration", Calibration.objects.get().pk, status=404)


def test_the_exercise_page_takes_the_same_queries_for_three_raters_and_for_five(scene, client):
    made, officer = scene.graded(GOOD, REQUIRES, GOOD), scene.place.people.officer
    show(made, by=officer, at=LATER)

    def count():
        client.force_login(officer)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("calibration", args=[made.pk]))
        return len(queries)

    count()
    three = count()
    for name in ("X", "Y"):
        CalibrationGrade.objects.create(
            calibration=made, rater=grader(scene.place, name), grade="good", given_at=AT
        )

    assert count() == three
