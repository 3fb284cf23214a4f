"""Tables of replies on their way in: checked, confirmed, written as a whole."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from actions.models import Action
from cases import services
from cases.models import ImportRun
from cases.tasks import work_on_import
from core.models import TrailEntry
from core.tabular import csv_file, xlsx_file
from feedback.models import Reply
from feedback.selectors.instruments import instrument_of
from feedback.selectors.replies import lines_of
from feedback.services import importing
from feedback.sheets import columns_of, line_of
from tests.factories.audits import NOW, framework
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db
FORM = "conference_experience"
HEAD = ["Case number", "Received", "How", "Outcome", "Reason", "Relation", "process", "changes"]
GOOD = ["704211", "2026-05-04", "Paper", "Answered", "", "Mother", "It was clear", ""]
WORRYING = "conference_forms"
WORRY_HEAD = ["Case number", "Received", "worried", "worry"]


@pytest.fixture(autouse=True)
def _at_noon(settings):
    settings.TEST_CLOCK = NOW


@pytest.fixture
def people():
    framework("fixtures/frameworks/bexley/1.yaml")
    people = cast("bexley")
    case = CaseFileFactory(council=people.council, unit=people.team2, number="704211")
    InvolvementFactory(case=case, user=people.worker)
    return people


def upload(people, *lines, head=HEAD, code=FORM, by=None, form=csv_file):
    made = [head, *lines]
    content = form(made) if form is csv_file else form({"Replies": made})
    by = by or people.officer
    return services.upload("replies", content, subject=code, by=by, at=NOW)


def work(run):
    services.work_on(run.pk, at=NOW)
    run.refresh_from_db()
    return run


def check(people, *lines, **options):
    return work(upload(people, *lines, **options))


def take_in(people, *lines, **options):
    """A table from upload to end; what it added."""
    run = check(people, *lines, **options)
    assert (run.state, run.faults) == ("checked", [])
    services.confirm(run, by=people.officer, at=NOW)
    return work(run).counts


def counts(new, there=0, worries=0):
    return {
        "replies new": new,
        "replies here already": there,
        "worries to follow up": worries,
    }


def told(run):
    return [(fault["row"], fault["column"], fault["says"]) for fault in run.faults]


# --- what comes in ------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [csv_file, xlsx_file])
def test_each_row_becomes_a_reply_once_it_is_confirmed(people, form):
    declined = ["", "2026-05-05", "", "Declined", "Busy", "", "", ""]
    run = check(people, GOOD, declined, form=form)
    assert (run.state, run.rows, run.counts) == ("checked", 2, counts(2))
    assert Reply.objects.count() == 0

    services.confirm(run, by=people.officer, at=NOW)
    work(run)

    assert (run.state, run.counts, run.content) == ("done", counts(2), None)
    first, second = Reply.objects.order_by("pk")
    assert (first.case.number, first.way, first.answers) == (
        "704211",
        "paper",
        {"process": "It was clear"},
    )
    assert (first.received_on, first.relation) == (date(2026, 5, 4), "Mother")
    assert (first.entered_by, first.entered_at) == (people.officer, NOW)
    assert (second.case, second.way, second.outcome, second.reason) == (
        None,
        "upload",
        "declined",
        "Busy",
    )


def test_the_same_file_twice_adds_nothing(people):
    assert take_in(people, GOOD) == counts(1)

    assert take_in(people, GOOD) == counts(0, there=1)
    assert Reply.objects.count() == 1


def test_equal_rows_of_one_table_are_as_many_replies_also_the_second_time(people):
    nobody = ["", "2026-05-05", "", "Declined", "Busy", "", "", ""]

    assert take_in(people, nobody, nobody) == counts(2)
    assert take_in(people, nobody, nobody) == counts(0, there=2)
    assert take_in(people, nobody, nobody, nobody) == counts(1, there=2)


def test_themes_that_were_changed_make_no_new_reply(people):
    take_in(people, GOOD)
    Reply.objects.update(themes=["trust"])

    assert take_in(people, GOOD) == counts(0, there=1)


def test_what_went_out_comes_in_again_as_the_same(people):
    take_in(people, [*GOOD[:6], "- it was clear", "+ more time"])
    (reply,) = Reply.objects.all()
    assert reply.answers == {"process": "- it was clear", "changes": "+ more time"}
    instrument = instrument_of(reply)
    head = [column.name for column in columns_of(instrument)]
    (common,) = lines_of([reply], people.officer)

    assert take_in(people, line_of(instrument, common, reply.answers), head=head) == counts(
        0, there=1
    )


def test_a_choice_is_read_by_its_words_too(people):
    head = ["Received", "way", "said"]

    take_in(people, ["4/5/2026", "Worry dragon", "I like it"], head=head, code="monday_club")

    assert Reply.objects.get().answers == {"way": "worry_dragon", "said": "I like it"}


def test_one_line_in_the_trail_tells_of_all_rows(people):
    take_in(people, GOOD, ["", *GOOD[1:]])

    (line,) = TrailEntry.objects.filter(verb__in=["import replies", "record reply"])
    assert (line.by_id, line.council_id) == (people.officer.pk, people.council.pk)
    assert line.detail == {"instrument": FORM} | counts(2)


def test_the_history_keeps_every_row(people):
    take_in(people, GOOD, ["", *GOOD[1:]])

    history = Reply._meta.get_field("events").related_model
    assert history.objects.filter(pgh_label="insert").count() == 2


# --- worries ------------------------------------------------------------------------------------


def test_a_worry_makes_its_task_when_the_table_is_written_and_once_only(people):
    lines = [["704211", "2026-11-09", "yes", ""], ["", "2026-11-09", "no", ""]]
    run = check(people, *lines, head=WORRY_HEAD, code=WORRYING)
    assert (run.counts, Action.objects.count()) == (counts(2, worries=1), 0)

    services.confirm(run, by=people.officer, at=NOW)
    work(run)

    (task,) = Action.objects.all()
    assert (task.owner, task.state, task.case.number) == (
        people.service_manager,
        "open",
        "704211",
    )
    assert take_in(people, *lines, head=WORRY_HEAD, code=WORRYING) == counts(0, there=2)
    assert Action.objects.count() == 1


def test_more_worries_than_one_transaction_can_follow_up_are_refused(people, monkeypatch):
    monkeypatch.setattr(importing, "MOST_WORRIES", 1)
    options = {"head": WORRY_HEAD, "code": WORRYING}
    first, second, third = ([*["", "2026-11-09", "yes"], text] for text in "abc")

    assert told(check(people, first, second, **options)) == [
        (0, "", "It holds 2 worries to follow up. Split it, so that no part has more than 1.")
    ]
    for line in (first, second):
        assert take_in(people, line, **options) == counts(1, worries=1)
    assert take_in(people, first, second, third, **options) == counts(1, there=2, worries=1)


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "value", "column", "says"),
    [
        (0, "999", "Case number", "There is no case “999”. Import the case file first."),
        (1, "soon", "Received", "Enter a date as 2026-05-04 or 4/5/2026."),
        (1, "", "Received", "This must be filled in."),
        (1, "2027-01-01", "Received", "Enter a day that is not in the future."),
        (2, "Pigeon", "How", "Write Telephone, Paper, Link, In person, Other or File."),
        (
            3,
            "Perhaps",
            "Outcome",
            "Write Answered, Declined, No reply, Unsafe or Not suitable.",
        ),
        (3, "Declined", "Reason", "Say what was tried, or why there is no answer."),
        (5, "m" * 61, "Relation", "Use 60 characters or fewer."),
        (6, "x" * 2001, "process", "Use 2000 characters or fewer."),
    ],
)
def test_one_fault_keeps_everything_out_and_names_its_row_and_column(
    people, place, value, column, says
):
    bad = [value if number == place else cell for number, cell in enumerate(GOOD)]
    bad[7] = "Something"

    run = check(people, GOOD, bad)

    assert (run.state, run.fault_count, told(run)) == ("faulty", 1, [(3, column, says)])
    assert (run.content, run.counts, Reply.objects.count()) == (None, {}, 0)


@pytest.mark.parametrize(
    ("head", "line", "fault"),
    [
        (
            ["Received", "worried"],
            ["2026-05-04", "perhaps"],
            (2, "worried", "Choose one of the answers."),
        ),
        (
            ["Received", "worried"],
            ["2026-05-04", ""],
            (2, "", "Enter at least one answer, or say what came of asking."),
        ),
        (
            ["Received", "worried", "Themes"],
            ["2026-05-04", "no", f"trust, {'x' * 81}"],
            (2, "Themes", "Use 80 characters or fewer for each."),
        ),
    ],
)
def test_a_fault_in_an_answer_names_the_questions_column(people, head, line, fault):
    assert told(check(people, line, head=head, code=WORRYING)) == [fault]


def test_every_fault_of_every_row_is_told_at_once(people):
    run = check(people, ["999", "soon", "Pigeon", *GOOD[3:]], ["998", *GOOD[1:]])

    assert {(row, column) for row, column, _ in told(run)} == {
        (2, "Case number"),
        (2, "Received"),
        (2, "How"),
        (3, "Case number"),
    }


@pytest.mark.parametrize(
    ("head", "line", "says"),
    [
        (["How"], ["Paper"], "The file has no column “Received”."),
        (["Received", "Name"], ["2026-05-04", "X"], "The column “name” is not known here."),
    ],
)
def test_a_column_that_is_missing_or_unknown_is_told(people, head, line, says):
    ((row, column, told_of_it),) = told(check(people, line, head=head))

    assert (row, column) == (0, "")
    assert told_of_it.startswith(says)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("parent_survey", "What is said here is anonymous and cannot be taken in from a table."),
        ("health_check", "What is said here is anonymous and cannot be taken in from a table."),
        ("sen_children", "Only totals are kept of what is said here."),
        ("nothing", "The framework in force has no such way of asking."),
    ],
)
def test_what_has_no_single_answers_comes_in_by_no_table(people, code, says):
    assert told(check(people, GOOD, code=code)) == [(0, "", says)]


def test_a_case_of_another_council_is_no_case(people):
    CaseFileFactory(council=cast("eastmere").council, number="900")

    assert told(check(people, ["900", *GOOD[1:]])) == [
        (2, "Case number", "There is no case “900”. Import the case file first.")
    ]


def test_what_has_changed_since_the_check_keeps_the_whole_table_out(people):
    run = check(people, GOOD, ["", *GOOD[1:]])
    services.confirm(run, by=people.officer, at=NOW)
    type(people.council).objects.get(pk=people.council.pk).cases.update(number="gone")

    work(run)

    assert (run.state, Reply.objects.count()) == ("faulty", 0)
    assert told(run) == [
        (2, "Case number", "There is no case “704211”. Import the case file first.")
    ]


def test_a_write_that_fails_leaves_nothing_and_is_tried_again(people):
    lines = [["", "2026-11-09", "yes", ""], ["", "2026-11-08", "yes", "x"]]
    run = check(people, *lines, head=WORRY_HEAD, code=WORRYING)
    services.confirm(run, by=people.officer, at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE actions_action ADD CONSTRAINT no CHECK (false)")

    with pytest.raises(DatabaseError):
        work(run)

    assert (Reply.objects.count(), Action.objects.count()) == (0, 0)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE actions_action DROP CONSTRAINT no")
    later = NOW + services.LEASE + timedelta(seconds=1)
    assert services.work_on(run.pk, at=later) is True
    run.refresh_from_db()
    assert (run.state, run.tries, run.counts) == ("done", 2, counts(2, worries=2))


# --- who may, and how often ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "who", ["auditor", "worker", "manager", "head", "moderator", "reader", "administrator"]
)
def test_only_the_qa_team_takes_tables_in(people, who):
    user = getattr(people, who)
    with pytest.raises(PermissionDenied):
        upload(people, GOOD, by=user)

    run = check(people, GOOD)
    with pytest.raises(PermissionDenied):
        services.confirm(run, by=user, at=NOW)
    assert list(ImportRun.objects.visible_to(user)) == []
    assert list(ImportRun.objects.visible_to(people.officer)) == [run]


def test_another_councils_qa_team_neither_sees_nor_confirms_it(people):
    other = cast("eastmere").officer
    run = check(people, GOOD)

    with pytest.raises(PermissionDenied):
        services.confirm(run, by=other, at=NOW)

    assert list(ImportRun.objects.visible_to(other)) == []


def test_the_task_run_twice_changes_nothing_the_second_time(people):
    run = upload(people, GOOD)
    assert [work_on_import(run.pk), work_on_import(run.pk)] == [True, False]

    services.confirm(run, by=people.officer, at=NOW)
    assert [work_on_import(run.pk), work_on_import(run.pk)] == [True, False]

    assert Reply.objects.count() == 1
    assert TrailEntry.objects.filter(verb="import replies").count() == 1


def test_a_worker_that_lost_the_table_writes_nothing(people):
    run = check(people, GOOD)
    services.confirm(run, by=people.officer, at=NOW)
    slow = services.take_up(run.pk, at=NOW)
    later = NOW + services.LEASE + timedelta(seconds=1)
    assert services.work_on(run.pk, at=later) is True

    services.write(slow, at=later)

    run.refresh_from_db()
    assert (run.state, run.ended_at, run.counts) == ("done", later, counts(1))
    assert TrailEntry.objects.filter(verb="import replies").count() == 1


def test_the_number_of_queries_does_not_grow_with_the_table(people):
    def queries(rows: int) -> tuple[int, int]:
        lines = [["704211", "2026-05-04", *GOOD[2:6], f"{rows} {n}", ""] for n in range(rows)]
        run = upload(people, *lines)
        with CaptureQueriesContext(connection) as checking:
            work(run)
        services.confirm(run, by=people.officer, at=NOW)
        with CaptureQueriesContext(connection) as writing:
            work(run)
        assert run.counts == counts(rows)
        return len(checking), len(writing)

    queries(1)
    with_few = queries(10)

    assert queries(200) == with_few
    assert max(with_few) < 25
