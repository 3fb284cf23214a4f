"""Narrowing the list of audits by what figures count."""

from datetime import date

import pytest

from audits.filters import AuditFilter
from audits.models import Audit, Reader
from cases.models import CaseFile
from tests.factories.audits import framework
from tests.factories.cast import cast
from tests.factories.people import OrgUnitFactory
from tests.reporting.figures.audits import LATER, returned

pytestmark = pytest.mark.django_db
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


@pytest.fixture
def people():
    return cast("eastmere")


@pytest.fixture
def version(people):
    return framework()


def found(user, **asked):
    rows = Audit.objects.visible_to(user).with_blindness(user)
    return set(AuditFilter(asked, queryset=rows, user=user).qs)


def test_by_months_grade_service_and_whether_it_is_final(people, version):
    other = OrgUnitFactory(council=people.council, kind="service")
    may = returned(people, version, 2, grade="good", month=MAY)
    june = returned(people, version, 1, grade="good", month=JUNE, final=False)
    bad = returned(people, version, 1, grade="inadequate", month=JUNE, unit=other)
    user = people.officer

    assert found(user, grade="good") == {*may, *june}
    assert found(user, grade="good", final="1") == set(may)
    assert found(user, final="0") == set(june)
    assert found(user, since="2026-06-01") == {*june, *bad}
    assert found(user, until="2026-05-31") == set(may)
    assert found(user, service=str(other.pk)) == set(bad)
    assert found(user, service=str(people.service.pk)) == {*may, *june}


def test_flash_audits_and_those_of_the_programme_stand_apart(people, version):
    planned = returned(people, version, 2, grade="good", month=MAY)
    flash = returned(people, version, 1, grade="good", month=MAY, flash_source="A complaint")

    assert found(people.officer, flash="0") == set(planned)
    assert found(people.officer, flash="1") == set(flash)
    assert found(people.officer, flash="") == {*planned, *flash}


def test_ones_own_part_narrows_to_ones_own_work_or_ones_own_audits(people, version):
    (own,) = returned(people, version, 1, grade="good", month=MAY)
    (second,) = returned(
        people,
        version,
        1,
        grade="good",
        month=MAY,
        worker=people.manager,
        second_worker=people.worker,
    )
    (made,) = returned(
        people, version, 1, grade="good", month=MAY, worker=people.manager, auditor=people.worker
    )

    assert found(people.worker, mine="worker") == {own, second}
    assert found(people.worker, mine="auditor") == {made}
    assert found(people.officer, mine="worker") == set()
    narrowed = AuditFilter({"mine": "worker"}, queryset=Audit.objects.all(), user=people.worker)
    assert narrowed.more


def test_a_grade_that_must_not_be_known_yet_is_in_no_list_by_grade(people, version):
    audit, known = returned(people, version, 2, grade="good", month=MAY)
    Reader.objects.create(
        audit=audit, user=people.officer, part="moderator", blind=True, since=LATER
    )

    assert found(people.officer) == {audit, known}
    assert found(people.officer, grade="good") == {known}
    assert found(people.officer, final="1") == {known}


def test_a_unit_of_another_council_offers_nothing(people, version):
    theirs = OrgUnitFactory(council=cast("northshire").council, kind="service")
    returned(people, version, 1, grade="good", month=MAY)
    narrowed = AuditFilter(
        {"service": str(theirs.pk)},
        queryset=Audit.objects.visible_to(people.officer).with_blindness(people.officer),
        user=people.officer,
    )

    assert not narrowed.is_valid()
    assert narrowed.more


def test_words_are_the_beginning_of_a_reference_or_of_a_case_number(people, version):
    one, two = returned(people, version, 2, grade="good", month=MAY)
    other = cast("northshire")
    CaseFile.objects.filter(pk=one.case_id).update(number="AB77")
    CaseFile.objects.filter(pk=two.case_id).update(number="XAB7")
    Audit.objects.filter(pk=two.pk).update(reference="ab-2026")

    assert found(people.officer, q="ab") == {one, two}
    assert found(people.officer, q=" AB7 ") == {one}
    assert found(people.officer, q="b7") == set()
    assert found(other.officer, q="ab") == set()
