"""Holes that were once open: each test is the way in, and it must stay shut."""

import io
import zipfile
from datetime import date, timedelta

import openpyxl
import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from actions.services import Plan
from audits import selectors
from audits.models import Confirmation
from audits.services.actions import record_action
from audits.services.answers import confirm_question
from audits.services.returning import reopen_audit
from core.models import TrailEntry
from core.moves import Refused
from core.tabular import Unreadable, rows
from people.imports import apply, read_plan
from people.models import PostType, User
from people.services import end_sign_ins
from reporting.models import Document
from reporting.services import ask_for_document, make_document
from tests.access.test_every_url import signed_in
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import Cast, cast
from tests.people.tables import as_csv, person, read

pytestmark = pytest.mark.django_db
BEXLEY = "fixtures/frameworks/bexley/1.yaml"
SECRET = "Visit tonight, the risk was missed."


@pytest.fixture
def people() -> Cast:
    return cast("bexley")


@pytest.fixture
def version(people):
    return framework(BEXLEY)


def trail(verb, user):
    return TrailEntry.objects.filter(verb=verb, by_id=user.pk).count()


# --- what may not be seen yet --------------------------------------------------------------------


@pytest.mark.parametrize("address", ["audit", "section"])
def test_a_worker_does_not_read_the_auditors_drafted_actions_before_the_meeting(
    people, version, address
):
    audit = audit_at("preparing", people, version)
    kind = selectors.edition_of(audit).policy.actions.kinds[0].code
    plan = Plan(kind, SECRET, "", people.auditor, date(2026, 12, 1))
    record_action(audit, plan, by=people.auditor, at=NOW)
    where = reverse(address, args=[audit.pk, *(["outcome"] if address == "section" else [])])

    assert SECRET in signed_in(people.auditor).get(where, follow=True).content.decode()
    assert SECRET not in signed_in(people.worker).get(where, follow=True).content.decode()


# --- what is closed stays as it is ---------------------------------------------------------------


def test_nobody_confirms_an_answer_once_the_audit_is_returned(people, version):
    audit = audit_at("returned", people, version)
    question = selectors.tool_of(audit).question("q6")

    with pytest.raises(Refused):
        confirm_question(audit, question, by=people.worker, at=NOW)

    assert not Confirmation.objects.filter(audit=audit, by=people.worker).exists()


def test_only_what_is_answered_together_can_be_confirmed(people, version):
    audit = audit_at("in_session", people, version)
    question = selectors.tool_of(audit).section("health_check").questions[0]

    with pytest.raises((Refused, PermissionDenied)):
        confirm_question(audit, question, by=people.auditor, at=NOW)


def test_a_page_saved_after_the_return_gives_the_words_back(people, version):
    audit = audit_at("returned", people, version)
    where = reverse("question", args=[audit.pk, "practice", "q6"])
    sent = {"q6.impact": "Words typed too late.", "q6.impact:version": "1", "q6.impact:was": "x"}

    answer = signed_in(people.auditor).post(where, sent)

    assert answer.status_code == 422
    assert "Words typed too late." in answer.content.decode()
    assert audit.answers.get(part__code="q6.impact").text != "Words typed too late."


def test_a_pdf_is_not_made_of_an_audit_that_was_reopened_meanwhile(people, version):
    audit = audit_at("returned", people, version)
    document = ask_for_document(audit, by=people.manager, at=NOW)
    reopen_audit(audit, reason="A date is wrong.", by=people.qa_head, at=NOW)

    assert make_document(document.pk, at=NOW) is False

    document.refresh_from_db()
    assert (document.state, document.content) == (Document.State.FAILED, None)


# --- the trail -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "name", "rest", "verb"),
    [
        ("officer", "answer", ["q6.impact", 1], "open answer"),
        ("officer", "advise-on-grade", [], "open notes"),
        ("auditor", "return-audit", [], "open return"),
        ("auditor", "start-session", [], "open start"),
        ("auditor", "record-action", [], "open action"),
        ("officer", "question-changes", ["practice", "q6"], "open section"),
    ],
)
def test_every_way_of_reading_an_audit_leaves_a_line(people, version, who, name, rest, verb):
    audit = audit_at("in_session", people, version)
    user = getattr(people, who)

    assert signed_in(user).get(reverse(name, args=[audit.pk, *rest])).status_code == 200

    assert trail(verb, user) == 1


def test_looking_for_changes_on_an_open_page_adds_no_lines(people, version):
    audit = audit_at("in_session", people, version)
    client = signed_in(people.worker)
    client.get(reverse("question", args=[audit.pk, "practice", "q6"]))

    for _ in range(3):
        client.get(reverse("question-changes", args=[audit.pk, "practice", "q6"]))

    assert trail("open section", people.worker) == 1


def test_the_list_of_cases_to_allocate_leaves_a_line(people, version):
    assert signed_in(people.officer).get(reverse("allocate")).status_code == 200

    assert trail("list cases", people.officer) == 1


def test_signing_in_and_being_refused_leave_a_line(people):
    people.worker.set_password("a long enough phrase")
    people.worker.save()
    where = reverse("account_login")

    Client().post(where, {"login": people.worker.email, "password": "wrong"})
    Client().post(where, {"login": "nobody@example.org", "password": "wrong"})
    Client().post(where, {"login": people.worker.email, "password": "a long enough phrase"})

    refused = TrailEntry.objects.filter(verb="sign-in refused").order_by("pk")
    assert [line.subject_id for line in refused] == [people.worker.pk, None]
    assert "nobody@" not in str([vars(line) for line in refused])
    assert trail("sign in", people.worker) == 1


# --- signing in ----------------------------------------------------------------------------------


def staff_file(council, email="jo@example.org", to=""):
    PostType.objects.get_or_create(council=council, code="SW", defaults={"title": "SW"})
    line = person("10", "Jo Lee", "P10", To=to) | {"E-mail": email}
    plan = read_plan(council, read(as_csv([line])))
    assert plan.faults == []
    apply(council, plan, by=None, at=NOW, on=NOW.date())
    return User.objects.get(staff_number="10")


def test_an_address_that_was_put_right_opens_the_account_no_more(people):
    staff_file(people.council, "wrong@example.org")
    Client().post(reverse("account_reset_password"), {"email": "wrong@example.org"})
    assert "/password/reset/key/" in mail.outbox.pop().body

    staff_file(people.council, "right@example.org")
    Client().post(reverse("account_reset_password"), {"email": "wrong@example.org"})

    assert not any("/password/reset/key/" in one.body for one in mail.outbox)


def test_a_leaver_is_out_the_day_after_the_last_one(people):
    user = staff_file(people.council, to="2026-11-10")
    client = signed_in(user)
    end_sign_ins(at=NOW)
    assert client.get("/").status_code == 200

    end_sign_ins(at=NOW + timedelta(days=1))

    assert client.get("/").status_code == 302
    assert User.objects.get(pk=people.auditor.pk).is_active


def test_one_persons_wrong_passwords_do_not_shut_out_everybody_behind_the_proxy(people, settings):
    settings.BEHIND_PROXY, settings.ALLAUTH_TRUSTED_PROXY_COUNT = True, 1
    people.worker.set_password("a long enough phrase")
    people.worker.save()
    where = reverse("account_login")
    for number in range(40):
        sent = {"login": f"n{number}@example.org", "password": "wrong"}
        Client().post(where, sent, headers={"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.9"})

    sent = {"login": people.worker.email, "password": "a long enough phrase"}
    theirs = Client().post(where, sent, headers={"X-Forwarded-For": "203.0.113.9"})
    others = Client().post(where, sent, headers={"X-Forwarded-For": "203.0.113.10"})

    assert (theirs.status_code, others.status_code) == (429, 302)
    line = TrailEntry.objects.get(verb="sign in")
    assert line.source == "203.0.113.10"


def test_an_address_that_somebody_made_up_is_not_believed_without_a_proxy(people):
    client = signed_in(people.worker)
    client.get(reverse("audits"), headers={"X-Forwarded-For": "203.0.113.9"})

    assert TrailEntry.objects.get(verb="list audits").source == "127.0.0.1"


# --- what is sent on purpose to break things -----------------------------------------------------


@pytest.mark.parametrize("since", ["2026-11-10T10:00:00", "2026-99-99T10:00", "0001-01-01T00:00Z"])
def test_an_odd_moment_is_no_fault_of_the_server(people, version, since):
    audit = audit_at("in_session", people, version)
    where = reverse("question-changes", args=[audit.pk, "practice", "q6"])

    assert signed_in(people.worker).get(where, {"since": since}).status_code == 200


@pytest.mark.parametrize("name", ["people", "allocate", "cases", "audits"])
def test_a_search_for_a_nul_character_is_no_fault_of_the_server(people, version, name):
    address = reverse(name)
    for field in ("q", "number", "page"):
        assert signed_in(people.officer).get(address, {field: "a\x00"}).status_code == 200


def test_a_version_of_many_digits_is_no_fault_of_the_server(people, version):
    audit = audit_at("in_session", people, version)
    where = reverse("answer", args=[audit.pk, "q6.impact", 1])

    sent = {"q6.impact": "Words.", "q6.impact:version": "9" * 5000}

    assert signed_in(people.auditor).post(where, sent).status_code in {200, 409}


def test_a_body_that_is_too_large_is_refused_before_it_is_read(people):
    big = Client().post(
        reverse("account_login"),
        data=b"x",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(30 * 1024 * 1024),
    )

    assert big.status_code == 413


def bomb(part, inside):
    """A small workbook whose part unpacks to something huge."""
    book = openpyxl.Workbook()
    book.active.append(["Name"])
    plain = io.BytesIO()
    book.save(plain)
    out = io.BytesIO()
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, inside if name == part else old.read(name))
    return out.getvalue()


@pytest.mark.parametrize(
    ("part", "inside"),
    [
        (
            "xl/worksheets/sheet1.xml",
            b"<worksheet><sheetData><row>" + b"<c/>" * 100_000 + b"</row></sheetData></worksheet>",
        ),
        (
            "xl/worksheets/sheet1.xml",
            b"<worksheet><sheetData><row>" + b"<!--<row>--><c/>" * 100_000 + b"</row></sheetData>",
        ),
        ("xl/styles.xml", b"<styleSheet>" + b"<x/>" * 3_000_000 + b"</styleSheet>"),
    ],
)
def test_a_workbook_that_would_fill_the_memory_is_refused_before_it_is_read(part, inside):
    with pytest.raises(Unreadable):
        list(rows(bomb(part, inside), max_rows=60_000))
