"""The page of the trail: who saw what of this child, for the head of QA; and noticing unusual reading (F2, H-7)."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import CaseFile
from core import clock
from core.jobs import JOBS
from core.models import Notice, TrailEntry
from core.tracing import TRACED
from core.trail import record, source
from escalation.models import OfficerEscalation
from people.models import User
from people.trail_words import verb_words
from people.watching import watch
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cases import CaseFileFactory
from tests.factories.cast import cast
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
PAGE = "/trail/"


@pytest.fixture
def people():
    return cast("eastmere")


@pytest.fixture
def qa_head(client, people):
    """The browser of the head of QA."""
    return sign_in(client, people.qa_head)


def look_for(qa_head, **wish):
    """The page after a search; the address holds nothing of it."""
    answer = qa_head.post(PAGE, wish, follow=True)
    assert (answer.status_code, answer.request["QUERY_STRING"]) == (200, "")
    return answer


def rows(answer):
    """What is shown: who did what to which."""
    return [
        (row.who, row.done, f"{row.thing} {row.reference}".strip())
        for row in answer.context["rows"]
    ]


def test_one_screen_answers_who_saw_what_of_a_child(qa_head, people):
    audit = audit_at("returned", people, framework())
    case, other = audit.case, CaseFileFactory(council=people.council, number="777")
    at, days = clock.now(), timedelta(days=1)
    record("open audit", audit, by=people.auditor, at=at)
    record("download PDF", audit, by=people.manager, at=at)
    record("open case", case, by=people.worker, at=at)
    record("open case", case, by=people.head, at=at - 40 * days)
    record("open case", other, by=people.worker, at=at)
    record("list cases", "cases", by=people.officer, at=at)
    today = at.date()

    answer = look_for(qa_head, case=case.number.lower(), first=today.isoformat())

    assert rows(answer) == [
        (people.worker.name, "Opened case", f"Case {case.number}"),
        (people.manager.name, "Downloaded PDF", f"Audit {audit.reference}"),
        (people.auditor.name, "Opened audit", f"Audit {audit.reference}"),
    ]
    assert "Team manager" in answer.context["rows"][1].posts
    assert rows(look_for(qa_head, case=audit.reference, kind="taken")) == [rows(answer)[1]]


def test_a_refusal_at_an_audit_is_found_by_its_case(client, qa_head, people):
    audit = audit_at("in_session", people, framework())
    client.logout()
    sign_in(client, people.stranger).get(reverse("audit", args=[audit.pk]))
    sign_in(client, people.worker).get(reverse("return-audit", args=[audit.pk]))
    sign_in(client, people.qa_head)

    assert rows(look_for(qa_head, case=audit.case.number, kind="refused")) == [
        (people.worker.name, "Was refused: return audit", f"Audit {audit.reference}"),
        (
            people.stranger.name,
            "Asked for what is not there for them: audit",
            f"Audit {audit.reference}",
        ),
    ]


def test_a_person_is_looked_for_by_name_and_an_address_as_it_is(qa_head, people):
    token = source.set("192.0.2.7")
    record("list cases", "cases", by=people.worker, at=NOW)
    source.reset(token)
    record("sign in", people.worker, by=people.worker, at=NOW)
    record("list cases", "cases", by=people.auditor, at=NOW)
    name = people.worker.name

    assert rows(look_for(qa_head, person=name[:-2].upper())) == [
        (name, "Signed in", f"Account of {name}"),
        (name, "Looked at the list of cases", "Cases"),
    ]
    assert rows(look_for(qa_head, source="192.0.2.7")) == [
        (name, "Looked at the list of cases", "Cases")
    ]
    assert rows(look_for(qa_head, person=name, kind="signing"))[0][1] == "Signed in"
    assert "Nobody of that name" in look_for(qa_head, person="Zzz").content.decode()
    assert "no case or audit with" in look_for(qa_head, case="Zzz").content.decode()
    assert qa_head.post(PAGE, {"clear": "1"}, follow=True).context["wish"].empty


def test_looking_is_a_line_and_so_is_the_file(qa_head, people):
    look_for(qa_head, person=people.worker.name)
    last = TrailEntry.objects.first()
    assert (last.verb, last.by_id, last.detail) == (
        "look at trail",
        people.qa_head.pk,
        {"people": [people.worker.pk]},
    )

    qa_head.get(reverse("trail-file"))

    assert TrailEntry.objects.filter(verb="download trail", by_id=people.qa_head.pk).count() == 1


def test_the_file_is_safe_for_a_spreadsheet_and_whole(qa_head, people):
    User.objects.filter(pk=people.worker.pk).update(name="=1+1\x1b[31m\r\nA Person")
    for _ in range(3):
        record("list cases", "cases", by=people.worker, at=NOW)

    answer = qa_head.get(reverse("trail-file"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline="")))

    assert lines[0][3] == "Who"
    assert [line[3] for line in lines[2:]] == [
        "'=1+1[31m\r\nA Person".replace("\r\n", lines[2][3][9:-8])
    ] * 3
    assert "\x1b" not in text
    assert answer.headers["Content-Disposition"] == 'attachment; filename="trail.csv"'


def test_the_file_asks_again_who_somebody_is(client, people):
    sign_in(client, people.qa_head, minutes_ago=600)

    answer = client.get(reverse("trail-file"))

    assert answer.status_code == 302
    assert not TrailEntry.objects.filter(verb="download trail").exists()


def test_hostile_words_are_shown_as_text(qa_head, people):
    User.objects.filter(pk=people.worker.pk).update(name="<b>Bad</b>")
    token = source.set("<script>x</script>\r\n\x1b[31m")
    record("list cases", "cases", by=people.worker, at=NOW)
    source.reset(token)

    page = look_for(qa_head, person="<b>").content.decode()

    assert "&lt;b&gt;Bad&lt;/b&gt;" in page
    assert "&lt;script&gt;x&lt;/script&gt;[31m" in page
    assert "<b>Bad" not in page
    assert "\x1b" not in page


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("open audit", "Opened audit"),
        ("list cases", "Looked at the list of cases"),
        ("record action", "Recorded action"),
        ("sign_off action", "Signed off action"),
        ("query_grade", "Queried grade"),
        ("return", "Returned"),
        ("draw files", "Drew files"),
        ("extension refused", "Extension refused"),
        ("password set", "Password set"),
        ("calendar.added", "Added a day to the calendar"),
        ("sign in", "Signed in"),
        ("open: partner", "Opened: partner"),
        ("second factor taken away", "Second factor taken away"),
        ("not found", "Asked for what is not there for them"),
    ],
)
def test_an_act_is_said_in_plain_words(verb, words):
    assert verb_words(verb) == words


def test_nobody_else_reads_the_trail(client, people):
    for who, user in people.everybody().items():
        expected = 200 if who == "qa_head" else 403
        assert sign_in(client, user).get(PAGE).status_code == expected, who


def test_another_councils_lines_and_cases_are_not_there(qa_head, people):
    other = cast("northshire")
    case = CaseFileFactory(council=other.council, number="555-X")
    record("open case", case, by=other.worker, at=NOW)

    assert other.worker.name not in str(rows(qa_head.get(PAGE)))
    assert rows(look_for(qa_head, case="555-X")) == []
    assert rows(look_for(qa_head, person=other.worker.name)) == []


def test_a_guessed_number_shows_nothing_of_the_other_councils_thing(qa_head, people):
    other = cast("northshire")
    version = framework()
    theirs = CaseFileFactory(council=other.council, number="555-X")
    for label in sorted(TRACED):
        record("not found", label, by=people.qa_head, at=NOW, subject_id=theirs.pk)
    ours = audit_at("returned", people, version)

    assert qa_head.get(f"/cases/{theirs.pk}/").status_code == 404
    assert "555-X" not in qa_head.get(PAGE).content.decode()
    for thing in TRACED.values():
        if thing.references is not None:
            model = apps.get_model(thing.label)
            everything = list(model.objects.values_list("pk", flat=True))
            assert thing.references(everything, other.council.pk) == (
                {theirs.pk: "555-X"} if model is CaseFile else {}
            )
    assert TRACED["audits.audit"].references([ours.pk], people.council.pk)


def test_what_two_people_alone_may_know_is_shown_to_nobody(qa_head, people):
    version = framework()
    concern = OfficerEscalation.objects.create(
        **{"council": people.council, "version": version, "ladder": "practice_concern"},
        **{"ladder_title": "Concern", "number": 1, "officer": people.worker, "concern": "x"},
        **{"expectation": "y", "raised_at": NOW, "restricted": True},
    )
    record("raise concern", concern, by=people.worker, at=NOW)
    record("open page", "raise-concern", by=people.worker, at=NOW)
    record("open note", "supervision.personalnote", by=people.worker, at=NOW, subject_id=1)
    record("refused", "supervision.supervision-note", by=people.worker, at=NOW)
    record("list cases", "cases", by=people.worker, at=NOW)

    assert [done for _, done, _ in rows(look_for(qa_head, person=people.worker.name))] == [
        "Looked at the list of cases"
    ]

    concern.restricted = False
    concern.save()
    assert "Raised concern" in str(rows(look_for(qa_head, person=people.worker.name)))


def test_pages_follow_one_another_by_the_id_and_cost_the_same(qa_head, people):
    def count(address):
        with CaptureQueriesContext(connection) as queries:
            answer = qa_head.get(address)
        return len(queries), answer

    record("list cases", "cases", by=people.worker, at=NOW)
    first, _ = count(PAGE)
    for number in range(60):
        record("list cases", "cases", by=(people.worker, people.auditor)[number % 2], at=NOW)
    again, answer = count(PAGE)
    older = re.search(r"\?before=\d+", answer.content.decode())[0]
    _, rest = count(PAGE + older)

    assert first == again
    shown = [row.pk for one in (answer, rest) for row in one.context["rows"]]
    assert (
        len(shown)
        == len(set(shown))
        == rest.context["rows"][0].pk - rest.context["rows"][-1].pk + 51
    )
    assert not any("OFFSET" in one["sql"] for one in connection.queries)
    assert qa_head.get(f"{PAGE}?before={'9' * 40}").status_code == 200


def test_days_that_are_the_wrong_way_round_are_refused(qa_head):
    answer = qa_head.post(PAGE, {"first": "2026-05-04", "last": "2026-05-03"})

    assert answer.status_code == 422
    assert "The last day must not be before the first." in answer.content.decode()


# --- unusual reading --------------------------------------------------------------------------------


def read_much(person, number):
    """Open so many different cases."""
    for pk in range(1, number + 1):
        record("open page", "cases.casefile", by=person, at=NOW, subject_id=pk)


def test_the_heads_of_qa_are_told_once_a_day_of_unusual_reading(qa_head, people, settings):
    settings.UNUSUAL_RECORDS, settings.UNUSUAL_FILES = 5, 2
    read_much(people.worker, 5)
    read_much(people.worker, 5)
    read_much(people.auditor, 6)
    for _ in range(3):
        record("download actions", "actions", by=people.manager, at=NOW)
    record("download actions", "actions", by=people.head, at=NOW - timedelta(days=1))

    assert JOBS["watch-reading"].work(NOW, lambda done: None) == 2
    assert watch(at=NOW + timedelta(minutes=10)) == 0

    told = Notice.objects.filter(kind="trail.unusual")
    assert {notice.to_id for notice in told} == {people.qa_head.pk}
    assert {(one.subject, one.text, one.path) for one in told} == {
        ("Unusual reading", "Unusual reading: look in the trail.", "/trail/")
    }
    page = " ".join(qa_head.get(PAGE).content.decode().split())
    assert f"{people.auditor.name}, " in page
    assert "6 records of cases in an hour, 0 files that day" in page
    assert "0 records of cases in an hour, 3 files that day" in page


def test_reading_an_hour_ago_or_the_same_again_is_not_unusual(people, settings):
    settings.UNUSUAL_RECORDS = 5
    read_much(people.worker, 5)

    assert watch(at=NOW) == 0
    read_much(people.worker, 6)
    assert watch(at=NOW + timedelta(minutes=61)) == 0
    assert watch(at=NOW + timedelta(minutes=59)) == 1


def test_nobody_takes_more_files_than_the_limit_in_a_day(client, people, settings):
    settings.MOST_FILES = 2
    sign_in(client, people.officer)
    address = reverse("actions-file", args=["csv"])

    answers = [client.get(address) for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 422]
    assert "as many files today as one person may" in answers[2].content.decode()
    lines = TrailEntry.objects.filter(by_id=people.officer.pk).order_by("pk")
    assert list(lines.values_list("verb", flat=True))[-4:] == [
        *["download actions"] * 3,
        "refused",
    ]
