import json
from collections import Counter
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from audits.models import Audit
from cases.models import CaseFile
from people.models import Council, User
from programme.demo import STAGES, make_audits
from programme.management.commands.demo_data import PASSWORD
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cases import CaseFileFactory
from tests.factories.cast import cast
from tests.factories.people import OrgUnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bexley(settings):
    settings.TEST_CLOCK = NOW
    framework("fixtures/frameworks/bexley/1.yaml")
    return Council.objects.get(code="bexley")


def everything() -> dict[str, list[dict[str, object]]]:
    """Every row of every table, row history included; the trail alone may grow with each import."""
    return {
        model._meta.label: list(model.objects.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.label != "core.TrailEntry"
    }


def test_demo_data_makes_people_cases_and_an_audit_at_each_stage(bexley):
    call_command("demo_data")

    states = Counter(Audit.objects.filter(council=bexley).values_list("state", flat=True))
    assert states == {"allocated": 1, "preparing": 2, "in_session": 1, "returned": 2}
    assert sum(states.values()) == len(STAGES)
    assert CaseFile.objects.filter(council=bexley).count() == 60
    assert User.objects.filter(council=bexley).exists()
    assert not User.objects.exclude(email__endswith=".example.org").exists()


def test_demo_data_twice_adds_and_changes_nothing(bexley):
    call_command("demo_data")
    before = everything()

    call_command("demo_data")

    assert everything() == before


def test_demo_data_touches_nothing_that_it_did_not_make(bexley):
    team = OrgUnitFactory(council=bexley, code="X1")
    mine = [
        team,
        CaseFileFactory(council=bexley, unit=team, number="990001"),
        UserFactory(council=bexley, staff_number="99001", password="their own long password"),
        UserFactory(council=bexley, staff_number="99002", password=None),
        audit_at("in_session", cast("eastmere"), framework()),
    ]
    before = [type(one).objects.filter(pk=one.pk).values().get() for one in mine]

    call_command("demo_data")

    assert [type(one).objects.filter(pk=one.pk).values().get() for one in mine] == before
    assert Audit.objects.exclude(council=bexley).count() == 1


def test_a_person_of_the_demo_keeps_the_password_they_chose(bexley):
    call_command("demo_data")
    person = User.objects.filter(council=bexley).first()
    assert person.check_password(PASSWORD)
    person.set_password("their own long password")
    person.save()

    call_command("demo_data")

    assert User.objects.get(pk=person.pk).check_password("their own long password")


@pytest.mark.parametrize("stage", ["allocated", "returned"])
def test_a_council_with_audits_gets_no_more(stage):
    people = cast("eastmere")
    audit = audit_at(stage, people, framework())

    assert make_audits(people.council, at=NOW) == []
    assert Audit.objects.get() == audit


@pytest.mark.parametrize("missing", ["framework", "QA officer"])
def test_a_council_that_is_not_set_up_gets_no_audits(missing):
    people = cast("eastmere")
    if missing != "framework":
        framework()
        User.objects.filter(pk__in=[people.officer.pk, people.qa_head.pk]).update(council=None)

    assert make_audits(people.council, at=NOW) == []


def test_demo_data_is_refused_in_production(bexley, settings):
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="for the demo only"):
        call_command("demo_data")

    assert not User.objects.exists()


def test_the_sign_ins_name_one_person_for_each_role(bexley):
    call_command("demo_data")
    out = StringIO()

    call_command("demo_data", "--sign-ins", stdout=out)

    found = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [one["role"] for one in found] == [
        "Head of QA",
        "QA officer",
        "Auditor",
        "Practitioner",
        "Service manager",
        "Head of service",
        "Senior leader",
        "Administrator",
    ]
    assert len({one["email"] for one in found}) == len(found)
    assert all(
        User.objects.get(email=one["email"]).check_password(one["password"]) for one in found
    )


def test_the_signed_in_auditor_and_practitioner_share_an_audit_being_prepared(bexley):
    call_command("demo_data")
    out = StringIO()

    call_command("demo_data", "--sign-ins", stdout=out)

    emails = {one["role"]: one["email"] for one in map(json.loads, out.getvalue().splitlines())}
    assert Audit.objects.filter(
        auditor__email=emails["Auditor"], worker__email=emails["Practitioner"], state="preparing"
    ).exists()
