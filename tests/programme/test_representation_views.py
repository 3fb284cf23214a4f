"""The page that sets audited files beside the open caseload: what it counts, for whom, in how many queries."""

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import Audit
from audits.states import AuditState
from cases.models import CaseFile
from core.models import TrailEntry
from programme.models import ProgrammeYear
from programme.representation import Verdict
from programme.selectors.representation import representation
from tests.access.test_every_url import signed_in
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import cast
from tests.factories.people import OrgUnitFactory, UserFactory

pytestmark = pytest.mark.django_db
YEAR = date(2026, 4, 1)
ON = date(2026, 11, 10)


@pytest.fixture
def people():
    return cast("bexley")


@pytest.fixture
def version(people):
    return framework("fixtures/frameworks/bexley/1.yaml")


@pytest.fixture
def year(people):
    return ProgrammeYear.objects.create(council=people.council, first_on=YEAR, opened_at=NOW)


@pytest.fixture(autouse=True)
def the_day(settings):
    settings.TEST_CLOCK = NOW


def opened(people, worker=None, **changes):
    case = CaseFileFactory(council=people.council, **({"unit": people.team2} | changes))
    InvolvementFactory(case=case, user=worker or people.worker)
    return case


def audited(people, version, stage="returned", about=None, **changes):
    """An audit at a stage; `about` is changed on its case, the rest on the audit itself."""
    audit = audit_at(stage, people, version)
    CaseFile.objects.filter(pk=audit.case_id).update(**about or {})
    Audit.objects.filter(pk=audit.pk).update(**changes)
    return Audit.objects.get(pk=audit.pk)


def many(people, audit, number, **about):
    """More audited files like one, each of its own child."""
    for place in range(number):
        case = CaseFileFactory(council=people.council, unit=people.team2, **about)
        audit.pk, audit.case, audit.reference = None, case, f"2026-9{place:03}"
        audit.save(force_insert=True)


def seen(people, year, who="officer", on=ON, **switches):
    return representation(getattr(people, who), year, on, **switches)


def rows(found, name):
    return [(one.name, one.open, one.audited) for one in found.tables[name].groups]


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


# What is counted ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opened_on", "closed_on", "files"),
    [
        (date(2020, 1, 1), None, 1),
        (date(2020, 1, 1), date(2026, 4, 1), 0),  # closed on the first day
        (date(2020, 1, 1), date(2026, 4, 2), 1),
        (ON, None, 1),
        (date(2026, 11, 11), None, 0),  # not open yet
        (date(2026, 6, 1), date(2026, 6, 1), 0),  # open on no day
        (date(2026, 6, 1), date(2026, 6, 2), 1),
    ],
)
def test_a_file_counts_when_it_was_open_on_any_day_of_the_year_so_far(
    people, year, opened_on, closed_on, files
):
    opened(people, opened_on=opened_on, closed_on=closed_on)

    assert seen(people, year).files == files


def test_a_file_counts_once_however_often_it_was_audited(people, version, year):
    first = audited(people, version, month=date(2026, 6, 1))
    second = audited(people, version)
    Audit.objects.filter(pk=first.pk).update(case=second.case)
    opened(people)

    found = seen(people, year)

    assert (found.files, found.audited) == (3, 1)
    assert found.coverage == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, 1),
        ({"month": YEAR}, 1),
        ({"month": date(2027, 3, 1)}, 1),
        ({"month": date(2026, 3, 1)}, 0),
        ({"month": date(2027, 4, 1)}, 0),
        ({"flash_source": "A complaint"}, 0),
        ({"state": AuditState.EXCLUDED}, 0),
        ({"state": AuditState.IN_SESSION}, 0),
    ],
)
def test_which_audits_count(people, version, year, changes, counts):
    audited(people, version, **changes)

    found = seen(people, year)

    assert (found.files, found.audited, found.outside) == (1, counts, 0)


def test_audits_under_way_count_when_asked_and_for_the_qa_team_only(people, version, year):
    audited(people, version, "allocated")
    audited(people, version, "in_session")
    audited(people, version, "returned")

    assert seen(people, year).audited == 1
    assert seen(people, year, allocated=True).audited == 3
    assert seen(people, year, "director").audited == 1
    assert seen(people, year, "director", allocated=True).audited == 1


def test_an_audited_file_that_was_closed_before_the_year_is_counted_apart(people, version, year):
    audited(people, version, about={"closed_on": date(2026, 3, 1)})

    found = seen(people, year)

    assert (found.files, found.audited, found.outside) == (0, 0, 1)
    assert found.coverage is None


def test_a_past_year_ends_on_its_last_day(people, version, year):
    opened(people, opened_on=date(2027, 4, 1))
    audited(people, version)

    found = seen(people, year, on=date(2027, 9, 1))

    assert (found.first_on, found.last_on) == (YEAR, date(2027, 3, 31))
    assert (found.files, found.audited) == (1, 1)


def test_another_councils_files_are_not_counted(people, version, year):
    opened(cast("eastmere"))

    assert seen(people, year).files == 0


def test_what_is_not_recorded_is_a_group_of_its_own_at_the_end(people, version, year):
    audited(people, version, about={"gender": "Male", "plan_type": "CP"})
    opened(people, gender="Female", plan_type="CIN", ethnicity="White", disability="Yes")
    opened(people, gender=" ")

    found = seen(people, year)

    assert rows(found, "gender") == [("Female", 1, 0), ("Male", 1, 1), ("Not known", 1, 0)]
    assert rows(found, "plan_type") == [("CIN", 1, 0), ("CP", 1, 1), ("Not known", 1, 0)]
    assert rows(found, "ethnicity") == [("White", 1, 0), ("Not known", 2, 1)]
    assert rows(found, "disability") == [("Yes", 1, 0), ("Not known", 2, 1)]
    assert rows(found, "age") == [("Not known", 3, 1)]


def test_the_service_is_the_nearest_one_and_for_an_audited_file_the_one_at_its_audit(
    people, version, year
):
    other = OrgUnitFactory(council=people.council, kind="service", name="Leaving care")
    team = OrgUnitFactory(council=people.council, name="Team 9", parent=other)
    audited(people, version, about={"unit": team})
    opened(people, unit=team)
    opened(people, unit=OrgUnitFactory(council=people.council, kind="directorate"))

    assert rows(seen(people, year), "service") == [
        ("Family support", 1, 1),
        ("Leaving care", 1, 0),
        ("No service", 1, 0),
    ]


def test_the_age_is_that_of_the_month_of_the_audit_for_others_of_the_middle_month(
    people, version, year
):
    born = date(2021, 8, 1)  # five on 1 August 2026
    audited(people, version, about={"date_of_birth": born}, month=date(2026, 5, 1))
    audited(people, version, about={"date_of_birth": born}, month=date(2026, 9, 1))
    audited(people, version, about={"date_of_birth": None}, month=date(2026, 6, 1))
    opened(people, date_of_birth=born)

    assert rows(seen(people, year), "age") == [("0–4", 2, 1), ("5–9", 1, 1), ("Not known", 1, 1)]


def test_ages_stand_in_their_order_and_without_audits_on_the_last_day(people, year):
    for born in (date(2010, 11, 10), date(2010, 11, 11), date(2020, 1, 1), date(2026, 1, 1)):
        opened(people, date_of_birth=born)

    names = [name for name, _, _ in rows(seen(people, year), "age")]

    assert names == ["0–4", "5–9", "10–15", "16 and over"]


def test_the_worker_is_the_one_at_the_audit_for_others_the_last_allocated(people, version, year):
    done = audited(people, version)
    done.case.involvements.update(to_on=date(2026, 11, 5))
    InvolvementFactory(case=done.case, user=people.stranger, from_on=date(2026, 11, 6))
    passed_on = opened(people)
    passed_on.involvements.update(to_on=date(2026, 5, 1))
    InvolvementFactory(case=passed_on, user=people.stranger, from_on=date(2026, 5, 2))
    InvolvementFactory(case=passed_on, user=people.second, kind="second", from_on=date(2026, 6, 1))
    left = opened(people, closed_on=date(2026, 7, 1))
    left.involvements.update(to_on=date(2026, 7, 1))
    CaseFileFactory(council=people.council, unit=people.team2)

    assert rows(seen(people, year, named=True), "worker") == [
        ("Stranger Bexley", 1, 0),
        ("Worker Bexley", 2, 1),
        ("No worker recorded", 1, 0),
    ]


def test_without_names_a_number_stands_for_each_worker_most_files_first(people, version, year):
    audited(people, version)
    opened(people)
    opened(people, people.stranger)

    expected = [("Worker 1", 2, 1), ("Worker 2", 1, 0)]

    assert rows(seen(people, year), "worker") == expected
    assert rows(seen(people, year, "director", named=True), "worker") == expected


def test_a_group_that_nobody_audits_stands_out(people, version, year):
    many(people, audited(people, version, about={"gender": "Male"}), 8, gender="Male")
    for _ in range(9):
        opened(people, gender="Female")

    female, male = seen(people, year).tables["gender"].groups

    assert (female.verdict, male.verdict) == (Verdict.FEWER, Verdict.MORE)


# The page -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["officer", "qa_head", "director", "deputy_director"])
def test_the_qa_team_and_senior_leaders_open_the_page(people, year, who):
    client = signed_in(getattr(people, who))
    link = reverse("representation") + f"?year={year.pk}"

    assert client.get(reverse("representation")).status_code == 200
    assert link in text(client.get(reverse("programme")))


@pytest.mark.parametrize("who", ["head", "manager", "auditor", "worker", "administrator"])
@pytest.mark.parametrize("name", ["representation", "representation-file"])
def test_nobody_else_does(people, year, who, name):
    assert signed_in(getattr(people, who)).get(reverse(name)).status_code == 403


def test_the_page_shows_every_table_and_what_stands_out(people, version, year):
    many(people, audited(people, version, about={"gender": "Male"}), 8, gender="Male")
    for _ in range(9):
        opened(people, gender="Female")

    page = text(signed_in(people.officer).get(reverse("representation")))

    assert "from 1 April 2026 to 10 November 2026" in page
    assert "<dt>Coverage to date</dt><dd><b>50.0%</b>" in page
    assert '<a class="govuk-link" href="#gender">Gender</a>: Female, fewer than expected' in page
    assert "−50.0" in page
    assert "Worker Bexley" in page
    for heading in ("Service", "Plan type", "Age", "Gender", "Ethnicity", "Disability", "Worker"):
        assert f'<caption class="govuk-visually-hidden">{heading}: audited files' in page


def test_a_senior_leader_sees_no_workers_name(people, version, year):
    audited(people, version)

    page = text(signed_in(people.director).get(reverse("representation")))

    assert "Worker Bexley" not in page
    assert "Worker 1" in page
    assert "Count audits under way too" not in page


def test_the_switch_counts_audits_under_way(people, version, year):
    audited(people, version, "allocated")
    client = signed_in(people.officer)

    assert "No file has been audited yet." in text(client.get(reverse("representation")))
    page = text(client.get(reverse("representation"), {"allocated": "1"}))
    assert "<dt>Audited or allocated</dt><dd><b>1</b>" in page
    assert "allocated=1" in page.split("Download all tables")[0][-200:]


def test_long_lists_of_workers_are_paged(people, year):
    for number in range(27):
        opened(people, UserFactory(council=people.council, name=f"Wilma {number:02}"))
    client = signed_in(people.officer)

    first = text(client.get(reverse("representation")))
    second = text(client.get(reverse("representation"), {"page": "2"}))

    assert "Wilma 24" in first
    assert "Wilma 25" not in first
    assert 'href="?page=2#worker"' in first
    assert "Wilma 26" in second


def test_before_the_first_year_there_is_nothing_to_compare(people):
    client = signed_in(people.officer)

    assert "No year has begun yet" in text(client.get(reverse("representation")))
    assert client.get(reverse("representation-file")).status_code == 404


def test_a_year_to_come_and_another_councils_year_are_not_shown(people, year):
    ahead = ProgrammeYear.objects.create(
        council=people.council, first_on=date(2027, 4, 1), opened_at=NOW
    )
    other = cast("eastmere")
    theirs = ProgrammeYear.objects.create(
        council=other.council, first_on=date(2025, 4, 1), opened_at=NOW
    )
    client = signed_in(people.officer)

    for wanted in (ahead.pk, theirs.pk, "x", "9" * 30, ""):
        page = text(client.get(reverse("representation"), {"year": wanted}))
        assert "from 1 April 2026 to 10 November 2026" in page


def test_an_earlier_year_can_be_chosen(people, year):
    earlier = ProgrammeYear.objects.create(
        council=people.council, first_on=date(2025, 4, 1), opened_at=NOW
    )
    client = signed_in(people.officer)

    assert f"?year={earlier.pk}" in text(client.get(reverse("representation")))
    page = text(client.get(reverse("representation"), {"year": earlier.pk}))
    assert "from 1 April 2025 to 31 March 2026" in page


# The file -----------------------------------------------------------------------------------------


def table_of(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_file_holds_the_same_without_names_and_without_formulas(people, version, year):
    many(people, audited(people, version, about={"gender": "=2+3"}), 8, gender="=2+3")
    for _ in range(9):
        opened(people, gender="Female")

    answer = signed_in(people.officer).get(reverse("representation-file"))
    found = table_of(answer)

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="representation-2026-04-01-to-2026-11-10.csv"' in answer["Content-Disposition"]
    assert "Bexley" not in answer.content.decode()
    assert [row["Group"] for row in found if row["Characteristic"] == "Worker"] == ["Worker 1"]
    gender = [list(row.values()) for row in found if row["Characteristic"] == "Gender"]
    assert gender[0][1:] == [
        "'=2+3", "9", "50.0", "9", "100.0", "50.0", "1.41", "More than expected", "100.0",
    ]  # fmt: skip
    assert gender[1][6:9] == ["-50.0", "-1.41", "Fewer than expected"]


def test_the_file_says_nothing_where_nothing_was_audited(people, year):
    opened(people)

    found = table_of(signed_in(people.officer).get(reverse("representation-file")))

    assert list(found[0].values())[2:] == [
        "1", "100.0", "0", "", "", "", "None audited yet", "0.0",
    ]  # fmt: skip


def test_reading_and_downloading_stand_in_the_trail(people, year):
    client = signed_in(people.officer)
    client.get(reverse("representation"))
    client.get(reverse("representation-file"))

    for verb in ("look at representation", "download representation"):
        entry = TrailEntry.objects.get(verb=verb)
        assert (entry.subject_id, entry.by_id) == (year.pk, people.officer.pk)


@pytest.mark.parametrize("who", ["officer", "director"])
def test_the_queries_do_not_grow(people, version, year, who):
    client = signed_in(getattr(people, who))
    audit = audited(people, version)
    opened(people)

    def count(name):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name)).status_code == 200
        return len(queries)

    names = ("representation", "representation-file")
    before = [count(name) for name in names]
    many(people, audit, 6, plan_type="CP")
    for number in range(6):
        team = OrgUnitFactory(
            council=people.council,
            name=f"Team {number}",
            parent=OrgUnitFactory(council=people.council, kind="service"),
        )
        opened(people, UserFactory(council=people.council), unit=team, ethnicity=f"E{number}")

    after = [count(name) for name in names]

    print(who, after)
    assert after == before
    assert max(after) <= 16
