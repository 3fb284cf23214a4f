"""Statements over time, and voices side by side, from real audits and replies."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import Answer, Audit, Reader
from feedback.models import Reply
from feedback.selectors.statements import Cell, cell_of, statements_of
from feedback.selectors.voices import voices_of
from feedback.services.replies import Sheet, Subject, record_reply
from people.models import User
from standards.models import Part
from standards.selectors import edition
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db
ON = NOW.date()
KEPT = "2. The worker does as promised"


@pytest.fixture
def version():
    return framework("fixtures/frameworks/bexley/1.yaml")


@pytest.fixture
def people(version):
    return cast("bexley")


@pytest.fixture
def form(version):
    return edition(version).instrument("audit_family")


def say(audit, number, code="voice_family.s2", instance=1):
    part = Part.objects.get(question__section__tool=audit.tool, code=code)
    Answer.objects.update_or_create(
        audit=audit,
        part=part,
        respondent=part.respondent,
        instance=instance,
        defaults={"number": number, "text": "", "saved_by": audit.auditor, "saved_at": NOW},
    )


@pytest.mark.parametrize(
    ("found", "smallest", "cell"),
    [
        (None, 5, Cell(0, None)),
        ([4, 20], 5, Cell(4, None)),
        ([5, 0], 5, Cell(5, 0.0)),
        ([6, 40], 5, Cell(6, 6.7)),
        ([1, 7], 1, Cell(1, 7.0)),
    ],
)
def test_a_mean_needs_enough_answers(found, smallest, cell):
    assert cell_of(found, smallest) == cell


def bare(stage, people, version):
    """An audit at a stage whose form says nothing of the family's statements."""
    audit = audit_at(stage, people, version)
    Answer.objects.filter(audit=audit, part__code__startswith="voice_family.s").delete()
    return audit


def hear(audit, number, day=ON):
    sheet = Sheet("audit_family", "call", "answered", day, {"s2": str(number)})
    return record_reply(sheet, Subject.of_audit(audit), by=audit.auditor, at=NOW)


def test_audits_and_replies_stand_in_their_quarters(people, version, form):
    audit, other = bare("returned", people, version), bare("returned", people, version)
    for instance, number in enumerate((4, 6, 8), start=1):
        say(audit, number, instance=instance)
    for day, number in ((date(2026, 10, 1), 10), (date(2026, 11, 9), 7), (date(2026, 9, 30), 1)):
        hear(other, number, day)

    found = statements_of(form, people.officer, ON)

    assert found.quarters == (date(2026, 7, 1), date(2026, 10, 1))
    assert dict(found.rows)[KEPT] == (Cell(1, None), Cell(5, 7.0))


def test_what_stands_on_the_form_and_in_a_reply_counts_once(people, version, form):
    audit = bare("returned", people, version)
    hear(audit, 10)

    assert dict(statements_of(form, people.officer, ON).rows)[KEPT] == (Cell(1, None),)
    say(audit, 0, instance=2)
    assert dict(statements_of(form, people.officer, ON).rows)[KEPT] == (Cell(1, None),)
    Answer.objects.filter(audit=audit, instance=2).update(number=None)
    for instance in range(1, 5):
        say(audit, 6, instance=instance)
    say(bare("returned", people, version), 1)
    assert dict(statements_of(form, people.officer, ON).rows)[KEPT] == (Cell(5, 5.0),)


@pytest.mark.parametrize("who", ["reader", "director", "qa_head"])
def test_who_reads_totals_is_shown_those_of_the_whole_council(people, version, form, who):
    returned, under_way = bare("returned", people, version), bare("in_session", people, version)
    for number in (0, 10, 7):
        hear(under_way, number)
    say(returned, 5)

    user = getattr(people, who)
    assert dict(statements_of(form, user, ON).rows)[KEPT] == (Cell(4, None),)
    say(returned, 8, instance=2)
    assert dict(statements_of(form, user, ON).rows)[KEPT] == (Cell(5, 6.0),)


@pytest.mark.parametrize("who", ["reader", "director", "officer"])
def test_another_councils_people_read_nothing_of_it(people, version, form, who):
    say(bare("returned", people, version), 5)
    hear(bare("returned", people, version), 5)

    assert statements_of(form, getattr(cast("eastmere"), who), ON).quarters == ()


def test_a_worker_reads_only_of_their_own_audits(people, version, form):
    hear(bare("returned", people, version), 5)
    hear(bare("in_session", people, version), 9)

    assert dict(statements_of(form, people.worker, ON).rows)[KEPT] == (Cell(1, None),)
    assert statements_of(form, people.stranger, ON).quarters == ()


def test_a_grade_kept_from_a_reader_of_totals_keeps_its_audit_out(people, version, form):
    audit = bare("returned", people, version)
    say(audit, 5)
    hear(audit, 5)
    Reader.objects.create(audit=audit, user=people.reader, part="moderator", blind=True, since=NOW)

    assert statements_of(form, people.reader, ON).quarters == ()
    assert statements_of(form, people.director, ON).quarters != ()


def test_the_table_goes_twelve_quarters_back(people, version, form):
    audit, other = bare("returned", people, version), bare("returned", people, version)
    say(other, 3)
    for day in (date(2023, 12, 31), date(2024, 1, 1)):
        hear(audit, 6, day)
    Audit.objects.filter(pk=other.pk).update(returned_at=NOW.replace(year=2023))

    assert statements_of(form, people.officer, ON).quarters == (date(2024, 1, 1),)


@pytest.mark.parametrize("who", ["reader", "officer", "manager"])
def test_the_queries_do_not_grow(people, version, form, who):
    def queries():
        user = User.objects.get(pk=getattr(people, who).pk)
        with CaptureQueriesContext(connection) as found:
            statements_of(form, user, ON)
        return len(found)

    say(bare("returned", people, version), 5)
    hear(bare("returned", people, version), 5)
    before = queries()
    for _ in range(2):
        say(bare("returned", people, version), 5)
        hear(bare("returned", people, version), 5)

    assert queries() == before


def test_the_page_of_a_report_reader_says_a_mean_of_five_and_too_few_of_four(people, version):
    audit = bare("returned", people, version)
    for instance, number in enumerate((9, 9, 9, 8), start=1):
        say(audit, number, instance=instance)
    client = Client()
    client.force_login(people.reader, backend="allauth.account.auth_backends.AuthenticationBackend")

    page = client.get(reverse("statements")).content.decode()
    assert "too few" in page
    assert "(4)" not in page
    assert "8.8" not in page
    hear(bare("in_session", people, version), 4)
    page = client.get(reverse("statements")).content.decode()
    assert '7.8 <span class="qa-quiet">(5)</span>' in page


def test_what_is_under_way_or_not_ones_own_is_not_counted(people, version, form):
    say(audit_at("in_session", people, version), 4)

    assert statements_of(form, people.officer, ON).quarters == ()
    say(audit_at("returned", people, version), 4)
    assert statements_of(form, people.officer, ON).quarters != ()
    assert statements_of(form, people.stranger, ON).quarters == ()
    assert statements_of(form, cast("eastmere").officer, ON).quarters == ()


def test_families_stand_beside_the_ratings(people, version):
    audit = bare("returned", people, version)
    sheet = Sheet("audit_family", "call", "answered", ON, {"s2": "5", "s9": "0"})
    record_reply(sheet, Subject.of_audit(audit), by=people.auditor, at=NOW)

    rows = rows_beside(audit, people.officer)

    assert (rows[KEPT].family, rows[KEPT].families) == (5.0, 1)
    assert rows["9. The worker cares that our problems get solved"].family == 0.0


def test_the_form_stands_beside_the_ratings_in_place_of_replies(people, version):
    audit = bare("returned", people, version)
    hear(audit, 9)
    say(audit, 2)
    say(audit, 3, instance=2)

    rows = rows_beside(audit, people.officer)

    assert (rows[KEPT].family, rows[KEPT].families) == (2.5, 2)


def test_replies_that_somebody_may_not_read_stand_beside_nothing(people, version):
    audit = bare("returned", people, version)
    hear(audit, 9)
    Reply.objects.update(sees_answers=["auditor"])

    assert rows_beside(audit, people.auditor)[KEPT].family == 9.0
    assert rows_beside(audit, people.worker) == {}


def rows_beside(audit, user):
    found = {one.title: one for one in voices_of(Audit.objects.get(pk=audit.pk), user)}
    if "Family, in the audit" not in found:
        return {}
    return {row.label: row for row in found["Family, in the audit"].rows}


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("officer", 200),
        ("director", 200),
        ("manager", 200),
        ("administrator", 403),
        ("former", 403),
    ],
)
def test_who_reads_statements_over_time(people, who, status):
    client = Client()
    client.force_login(
        getattr(people, who), backend="allauth.account.auth_backends.AuthenticationBackend"
    )

    assert client.get(reverse("statements")).status_code == status
