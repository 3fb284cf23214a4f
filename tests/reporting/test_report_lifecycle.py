"""The life of a report: built, sent, answered, published; each step by the right people, and files that never change."""

import hashlib
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from core.models import Notice
from core.moves import Refused
from reporting import tasks
from reporting.models import Rendition, ReportVersion
from reporting.services import answering, building, issuing, recommending
from reporting.services.answering import Replied
from tests.factories.cast import cast
from tests.reporting.report_scenes import AT, catalogue_of, quarter_of, with_reports

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=1)


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = AT
    with_reports()
    return cast("eastmere")


@pytest.fixture
def report(people):
    return quarter_of(people.council)


@pytest.fixture
def figures():
    with catalogue_of("grades", "asked") as read:
        yield read


def built(report, by, **how):
    """A version that has been made."""
    version = building.ask_for_version(report, by=by, at=how.pop("at", AT), **how)
    assert building.make_version(version.pk, at=AT)
    return ReportVersion.objects.get(pk=version.pk)


def recommended(report, people, text="Every plan has dates"):
    wish = recommending.Wish(text, "Children wait less.", people.head, date(2026, 9, 30))
    return recommending.write_recommendation(report, wish, by=people.officer, at=AT)


def answered(version, people, **how):
    """A version whose response is appended."""
    issuing.send_to_management(version, by=people.officer, at=AT)
    rows = version.report.recommendations.all()
    replies = {one.pk: Replied("accept") for one in rows}
    answering.respond(version, "We agree.", replies, by=people.director, at=AT)
    assert building.make_version(version.pk, at=AT)
    return ReportVersion.objects.get(pk=version.pk)


def test_a_report_goes_from_building_to_its_readers(people, report, figures):
    """One run through every state; rendering is dear, so that all that needs real files is looked at here."""
    recommendation = recommended(report, people)
    version = built(report, people.officer)
    assert (version.state, version.work, version.cut_at) == ("draft", "", AT)
    assert figures == ["grades", "asked"]
    drafts = {one.audience: one for one in version.renditions.all()}
    assert set(drafts) == {"leaders", "members", "staff"}
    first = drafts["leaders"]
    assert first.checksum == hashlib.sha256(bytes(first.content)).hexdigest()

    # The same cut gives the same bytes.
    again = building.render(ReportVersion(**{**values(version), "work": "pages"}))
    assert {audience: hashlib.sha256(content).hexdigest() for audience, content, _ in again} == {
        one.audience: one.checksum for one in drafts.values()
    }

    # Compulsory: not without the response.
    with pytest.raises(Refused, match="written response"):
        issuing.publish(version, by=people.qa_head, at=AT)
    version = answered(version, people)
    assert version.state == "response_appended"

    issuing.publish(version, by=people.qa_head, at=LATER)
    recommendation.refresh_from_db()
    assert recommendation.action.owner == people.head
    assert (recommendation.action.source, recommendation.action.state) == ("report", "open")
    assert [tasks.make_waiting() for _ in range(2)] == [1, 0]

    version.refresh_from_db()
    assert (version.state, version.issued_by, version.by_hand) == (
        "published",
        people.qa_head,
        ["The public"],
    )
    sent = {one.user: one.audience for one in version.readers.select_related("user")}
    assert sent == {
        people.director: "leaders",
        people.deputy_director: "leaders",
        people.head: "leaders",
        people.qa_head: "leaders",
        people.reader: "members",
        people.worker: "staff",
        people.second: "staff",
        people.stranger: "staff",
    }
    told = Notice.objects.filter(kind="report.published")
    assert sorted(told.values_list("to__name", flat=True)) == sorted(one.name for one in sent)
    assert [move.verb for move in version.moves.all()] == [
        "build",
        "finish",
        "send to management",
        "append the response",
        "publish",
    ]

    # Building again leaves everything of the first version as it was.
    kept = list(version.renditions.order_by("pk").values_list("checksum", "content"))
    second = built(report, people.officer, at=LATER)
    assert (second.number, second.state) == (2, "draft")
    assert list(version.renditions.order_by("pk").values_list("checksum", "content")) == kept
    for row in (first, drafts["staff"]):
        row.refresh_from_db()
        assert row.checksum == hashlib.sha256(bytes(row.content)).hexdigest()
    with pytest.raises(Refused, match="newer version"):
        issuing.publish(version, by=people.qa_head, at=LATER)


def values(version):
    return {
        field.attname: getattr(version, field.attname) for field in version._meta.concrete_fields
    }


@pytest.fixture
def draft(people, report):
    """A draft without files: what does not need them need not wait for them."""
    return frozen(report, people)


def frozen(report, people, state="draft", number=1):
    """A version as it is after its build, without its files."""
    with catalogue_of("grades"):
        version = building.ask_for_version(report, by=people.officer, at=AT)
        version.number = number
        building.freeze(version, at=AT)
    version.state, version.work = state, ""
    version.save()
    return version


def test_the_same_figures_with_new_words_are_a_new_version(people, report, draft):
    report.commentaries.create(
        place="grades", text="{grades.final} grades.", saved_by=people.officer, saved_at=AT
    )
    with catalogue_of("grades") as read:
        version = building.ask_for_version(report, by=people.officer, at=LATER, same_figures=True)
        building.freeze(version, at=LATER)

    assert (version.number, read) == (2, [])
    assert (version.figures, version.cut_at) == (draft.figures, draft.cut_at)
    assert (draft.commentary, version.commentary) == ({}, {"grades": "{grades.final} grades."})


def test_asking_twice_builds_once(people, report):
    first = building.ask_for_version(report, by=people.officer, at=AT)

    assert building.ask_for_version(report, by=people.qa_head, at=AT) == first
    assert ReportVersion.objects.count() == 1


def test_a_figure_that_fails_is_seen_and_can_be_tried_again(people, report):
    version = building.ask_for_version(report, by=people.officer, at=AT)
    with catalogue_of("grades", "asked", fails="asked"):
        assert not building.make_version(version.pk, at=AT)
    version.refresh_from_db()
    assert (version.state, version.fault) == ("failed", "The figure “Asked” could not be made.")
    assert not building.make_version(version.pk, at=LATER)

    building.try_again(version, by=people.officer, at=LATER)

    version.refresh_from_db()
    assert (version.state, version.fault, version.tries) == ("building", "", 0)
    assert list(ReportVersion.objects.due(LATER)) == [version]


def test_a_dead_worker_is_followed_three_times(people, report):
    version = building.ask_for_version(report, by=people.officer, at=AT)
    for turn in range(building.TRIES):
        assert building.take_up(version.pk, at=AT + turn * 2 * building.LEASE) is not None
        assert building.take_up(version.pk, at=AT + turn * 2 * building.LEASE) is None

    assert building.take_up(version.pk, at=AT + 10 * building.LEASE) is None

    version.refresh_from_db()
    assert (version.state, version.fault) == (
        "failed",
        "It was tried three times and did not finish.",
    )


STEPS = {
    "build": lambda version, by: building.ask_for_version(version.report, by=by, at=AT),
    "send": lambda version, by: issuing.send_to_management(version, by=by, at=AT),
    "publish": lambda version, by: issuing.publish(version, by=by, at=AT),
    "respond": lambda version, by: answering.respond(version, "Yes.", {}, by=by, at=AT),
}
QA = {"officer", "qa_head"}
ANSWER = {"head", "deputy_director", "director"}


@pytest.mark.parametrize(
    ("step", "state", "may"),
    [
        ("build", "draft", QA),
        ("send", "draft", QA),
        ("publish", "response_appended", {"qa_head"}),
        ("respond", "with_management", ANSWER),
    ],
)
def test_each_step_is_for_those_whose_it_is(people, report, draft, step, state, may):
    ReportVersion.objects.filter(pk=draft.pk).update(state=state, responded_at=AT)
    allowed = set()
    for name, person in people.everybody().items():
        with transaction.atomic():
            try:
                STEPS[step](draft, person)
                allowed.add(name)
            except PermissionDenied:
                pass
            transaction.set_rollback(True)

    assert allowed == may


@pytest.mark.parametrize(
    ("step", "may"),
    [
        ("send", {"draft"}),
        ("respond", {"with_management"}),
        ("publish", {"response_appended"}),
    ],
)
def test_each_step_starts_from_its_own_states(people, draft, step, may):
    by = people.director if step == "respond" else people.qa_head
    allowed = set()
    for state in ("draft", "with_management", "response_appended", "published"):
        responded = AT if state in {"response_appended", "published"} else None
        with transaction.atomic():
            ReportVersion.objects.filter(pk=draft.pk).update(
                state=state, responded_at=responded, issued_at=AT, issued_by=people.officer
            )
            try:
                STEPS[step](draft, by)
                allowed.add(state)
            except Refused:
                pass
            transaction.set_rollback(True)

    assert allowed == may


def test_who_built_it_does_not_answer_it(people, draft):
    ReportVersion.objects.filter(pk=draft.pk).update(
        state="with_management", built_by=people.director
    )

    with pytest.raises(PermissionDenied):
        STEPS["respond"](draft, people.director)


def test_a_response_answers_each_recommendation(people, report):
    one, two = recommended(report, people), recommended(report, people, "Fathers are asked")
    draft = frozen(report, people, "with_management")

    with pytest.raises(Refused) as fault:
        answering.respond(
            draft, " ", {one.pk: Replied("no"), two.pk: Replied("")}, by=people.head, at=AT
        )

    assert fault.value.problems == (
        "Write the response.",
        "Say why recommendation 1 is not accepted in full.",
        "Answer recommendation 2.",
    )


def test_recommendations_that_have_changed_are_not_sent(people, report, draft):
    recommended(report, people)

    with pytest.raises(Refused, match="Make the PDF anew"):
        issuing.send_to_management(draft, by=people.officer, at=AT)


def test_management_is_told_once_without_names(people, draft):
    issuing.send_to_management(draft, by=people.officer, at=AT)

    told = Notice.objects.filter(kind="report.response")
    assert {one.to for one in told} == {people.head, people.deputy_director, people.director}
    assert {(one.subject, one.text) for one in told} == {
        (
            "Quarterly report, Q1, April to June 2026 waits for management’s response",
            "The draft of the report “Quarterly report, Q1, April to June 2026” is there to read. "
            "Please write the response of the service.",
        )
    }


def refused_by_the_database(change):
    """Whether the database refuses a change."""
    try:
        with transaction.atomic():
            change()
    except DatabaseError:
        return True
    return False


def test_the_database_refuses_what_must_never_be(people, draft):
    row = Rendition.objects.create(
        version=draft,
        audience="leaders",
        stage="draft",
        content=b"x",
        checksum="c",
        pages=1,
        made_at=AT,
    )
    mine = ReportVersion.objects.filter(pk=draft.pk)
    assert refused_by_the_database(lambda: Rendition.objects.filter(pk=row.pk).update(content=b"y"))
    assert refused_by_the_database(lambda: Rendition.objects.filter(pk=row.pk).delete())
    assert refused_by_the_database(lambda: mine.update(figures={}))
    assert refused_by_the_database(lambda: mine.update(commentary={"grades": "Other words"}))
    assert refused_by_the_database(lambda: mine.update(cut_at=LATER))
    published = {"state": "published", "issued_at": AT, "issued_by": people.officer}
    assert refused_by_the_database(lambda: mine.update(**published))
    assert not refused_by_the_database(lambda: mine.update(**published, responded_at=AT))
    assert refused_by_the_database(lambda: mine.update(state="draft"))


def test_who_sees_which_versions(people, report, draft):
    """The QA team all, leaders from `with management`, readers what was sent to them, nobody of another council."""
    other = cast("northshire")
    seen = {}
    for state in ("draft", "with_management", "published"):
        ReportVersion.objects.filter(pk=draft.pk).update(
            state=state, responded_at=AT, issued_at=AT, issued_by=people.officer
        )
        if state == "published":
            draft.readers.create(audience="members", user=people.reader, roles="x", sent_at=AT)
        found = ReportVersion.objects
        seen[state] = {
            name for name, one in people.everybody().items() if found.visible_to(one).exists()
        }
        assert not any(found.visible_to(one).exists() for one in other.everybody().values())

    assert seen == {
        "draft": QA,
        "with_management": QA | ANSWER,
        "published": QA | ANSWER | {"reader"},
    }
