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

from actions.models import Action
from actions.services import Plan
from audits import selectors
from audits.models import Confirmation
from audits.services.actions import record_action
from audits.services.answers import confirm_question
from audits.services.returning import reopen_audit
from cases import services
from cases.models import ImportRun
from core.models import Notice, TrailEntry
from core.moves import Refused
from core.outbox import send_unsent
from core.tabular import Unreadable, rows
from feedback.models import Reply
from people.imports import apply, read_plan
from people.models import PostType, User
from people.selectors import roles_of
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


# --- what a form does not ask for ----------------------------------------------------------------

NOT_ASKED = {
    "is_staff": "1",
    "is_superuser": "1",
    "is_active": "",
    "role": "qa_head",
    "roles": "qa_head",
    "state": "signed_off",
    "grade": "outstanding",
    "created": "2001-01-01",
    "joined_at": "2001-01-01",
    "recorded_at": "2001-01-01",
    "entered_at": "2001-01-01",
    "password": "a long enough phrase",
    "round": "9",
    "privacy": "anonymous",
}
# What is another in every row, or follows from the minute.
OF_ITS_OWN = {"id", "key", "email", "password", "source_id", "form_token"}
MOMENTS = {"joined_at", "recorded_at", "entered_at"}


def day_of(name, day):
    return {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}


def an_action(people):
    return {
        "source": "meeting",
        "source_label": "Team meeting of 9 November 2026",
        "unit": people.team2.pk,
        "kind": "improve",
        "action_class": "as_set",
        "what": "Bring the plan up to date",
        "owner": people.worker.pk,
        "worker": people.worker.pk,
        **day_of("due_on", date(2026, 12, 1)),
    }


def a_person(people):
    number = User.objects.count()
    return {"name": "Rosa Quill", "email": f"rosa{number}@example.org"}


def a_complaint(people):
    day = day_of("received_on", NOW.date())
    return {"way": "log", "outcome": "answered", "said-kind": "complaint", **day}


@pytest.mark.parametrize(
    ("who", "name", "args", "model", "form"),
    [
        ("manager", "new-action", [], Action, an_action),
        ("administrator", "add-person", [], User, a_person),
        ("officer", "type-in-reply", ["complaints"], Reply, a_complaint),
    ],
)
def test_what_a_form_does_not_ask_for_is_not_taken(
    people, version, settings, who, name, args, model, form
):
    settings.TEST_CLOCK = NOW
    other = cast("eastmere")
    client, where = signed_in(getattr(people, who)), reverse(name, args=args)
    # Those by which the row would be another council's or another person's, or stand in an older one's place.
    more = NOT_ASKED | {
        "id": people.worker.pk,
        "pk": people.worker.pk,
        "council": other.council.pk,
        "council_id": other.council.pk,
        "recorded_by": other.qa_head.pk,
        "entered_by": other.qa_head.pk,
        "version": "99",
        "version_id": "99",
    }
    if "owner" not in form(people):
        more["owner"] = other.qa_head.pk
    rows = []
    for extra in ({}, more):
        before = set(model.objects.values_list("pk", flat=True))
        assert client.post(where, form(people) | extra).status_code == 302
        (row,) = model.objects.exclude(pk__in=before).values()
        assert {row[moment].year for moment in MOMENTS & set(row)} != {2001}
        rows.append({key: row[key] for key in set(row) - OF_ITS_OWN - MOMENTS})

    assert rows[0] == rows[1]
    assert rows[0]["council_id"] == people.council.pk
    assert not any(one.has_usable_password() for one in User.objects.filter(name="Rosa Quill"))


# --- a staff file in one person's hands ------------------------------------------------------------


def staff_row(person_, post, **changes):
    """A row about somebody's post as it is, with changes."""
    held = person_.holdings.get()
    team, above = held.post.unit, held.post.unit.parent
    row = person(person_.staff_number, person_.name, held.post.code) | {
        "E-mail": person_.email,
        "Post type": held.post.type.code,
        "Team code": "" if above is None or above.parent is None else team.code,
        "Team": "" if above is None or above.parent is None else team.name,
        "Reports to": held.post.reports_to.code if held.post.reports_to else "",
        "From": held.from_on.isoformat(),
    }
    service = team if above is not None and above.parent is None else above
    row |= {"Service code": service.code, "Service": service.name}
    row |= {"Directorate code": service.parent.code, "Directorate": service.parent.name}
    return row | ({"Post code": post} if post else {}) | changes


def uploaded(council, rows_, by):
    """A staff file, uploaded and checked."""
    run = services.upload("staff", as_csv(rows_), by=by, at=NOW)
    services.work_on(run.pk, at=NOW)
    run.refresh_from_db()
    return run


@pytest.fixture
def numbered(people):
    """The cast with staff numbers, as after an import."""
    for number, one in enumerate(people.everybody().values(), 500):
        one.staff_number = str(number)
        one.save(update_fields=["staff_number"])
    return people


@pytest.mark.parametrize("who", ["qa_head", "administrator"])
@pytest.mark.parametrize(
    ("post", "changes"),
    [
        ("P-NEW", {"Post type": "ADMIN"}),
        ("", {"Post type": "DCS"}),
        ("", {"E-mail": "elsewhere@example.org"}),
        ("", {"To": "2030-01-01"}),
        ("", {"Cover": "yes"}),
    ],
    ids=["another post", "their post becomes another", "address", "last day", "cover"],
)
def test_nobody_changes_their_own_account_or_posts_by_a_staff_file(numbered, who, post, changes):
    actor = getattr(numbered, who)

    run = uploaded(numbered.council, [staff_row(actor, post, **changes)], actor)

    assert run.state == "faulty"
    assert run.faults[0]["row"] == 2
    assert "Leave it out, and let somebody else make this change." in run.faults[0]["says"]
    assert roles_of(User.objects.get(pk=actor.pk), NOW.date()) == roles_of(actor, NOW.date())


def test_a_qa_officer_makes_nobody_an_administrator_by_a_staff_file(numbered):
    with pytest.raises(PermissionDenied):
        uploaded(
            numbered.council,
            [staff_row(numbered.officer, "P-NEW", **{"Post type": "ADMIN"})],
            numbered.officer,
        )


def test_ones_own_row_as_it_is_stands_in_nobodys_way(numbered):
    run = uploaded(numbered.council, [staff_row(numbered.qa_head, "")], numbered.qa_head)

    assert (run.state, run.faults, run.sensitive) == ("checked", [], [])


@pytest.mark.parametrize(
    ("about", "post", "changes", "says"),
    [
        ("administrator", "", {"E-mail": "mine@example.org"}, "1 row changes the e-mail address"),
        ("worker", "P-NEW", {"Post type": "PSQA"}, "1 row gives a post with wide rights"),
        ("worker", "", {"Post type": "ADMIN"}, "1 row gives a post with wide rights"),
        ("former", "P-NEW", {"From": "2026-01-01"}, "1 row opens a closed account again"),
    ],
)
def test_what_opens_accounts_or_wide_rights_takes_a_second_person(
    numbered, about, post, changes, says
):
    User.objects.filter(pk=numbered.former.pk).update(is_active=False)
    run = uploaded(
        numbered.council, [staff_row(getattr(numbered, about), post, **changes)], numbered.qa_head
    )

    assert run.state == "checked"
    assert [one.startswith(says) for one in run.sensitive] == [True]
    with pytest.raises(Refused, match="Somebody else must confirm this"):
        services.confirm(run, by=numbered.qa_head, at=NOW)
    # Not even a row of the database that says it was confirmed writes it.
    ImportRun.objects.filter(pk=run.pk).update(state="confirmed")
    services.work_on(run.pk, at=NOW)
    run.refresh_from_db()
    assert (run.state, run.content) == ("faulty", None)
    assert User.objects.get(pk=numbered.administrator.pk).email == numbered.administrator.email


def test_the_second_person_does_not_confirm_what_is_about_themselves(numbered):
    row = staff_row(numbered.administrator, "", **{"E-mail": "mine@example.org"})
    run = uploaded(numbered.council, [row], numbered.qa_head)

    services.confirm(run, by=numbered.administrator, at=NOW)
    services.work_on(run.pk, at=NOW)

    run.refresh_from_db()
    assert (run.state, run.faults[0]["row"]) == ("faulty", 2)
    assert User.objects.get(pk=numbered.administrator.pk).email == numbered.administrator.email


def test_an_address_that_is_changed_ends_sessions_and_is_told_to_the_old_one(numbered):
    worker, old = numbered.worker, numbered.worker.email
    browser = signed_in(worker)
    row = staff_row(worker, "", **{"E-mail": "new@example.org"})
    run = uploaded(numbered.council, [row], numbered.qa_head)

    services.confirm(run, by=numbered.administrator, at=NOW)
    services.work_on(run.pk, at=NOW)
    mail.outbox.clear()
    send_unsent(at=NOW)

    assert browser.get("/messages/").status_code == 302
    (told,) = [one for one in mail.outbox if one.to == [old]]
    assert "was changed on 10 November 2026" in told.body
    assert worker.name not in told.body + told.subject
    assert "new@example.org" not in told.body
    line = TrailEntry.objects.get(verb="change person")
    assert (line.by_id, line.subject_id, line.detail) == (
        numbered.qa_head.pk,
        worker.pk,
        {"name": False, "address": True},
    )
    assert not Notice.objects.exclude(address="").exists()


def test_the_others_are_told_of_wide_rights_that_a_staff_file_gives(numbered):
    row = staff_row(numbered.worker, "P-NEW", **{"Post type": "PSQA"})
    run = uploaded(numbered.council, [row], numbered.qa_head)
    services.confirm(run, by=numbered.administrator, at=NOW)

    services.work_on(run.pk, at=NOW)

    (told,) = Notice.objects.filter(kind="people.wide")
    assert (told.to, told.subject, told.urgent) == (
        numbered.administrator,
        "A post with wide rights was given",
        True,
    )


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
