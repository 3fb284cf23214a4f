import csv
import json
from collections import Counter
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from actions.services import Plan
from audits.models import Audit
from audits.services.actions import record_action
from audits.services.meeting import start_session
from audits.services.returning import return_audit
from cases.models import CaseFile
from people.models import Council, User
from people.roles import Role
from programme.demo import STAGES, answer_all, make_audits
from programme.management.commands.demo_data import FOLDER, PASSWORD
from standards.selectors import in_force
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cases import CaseFileFactory
from tests.factories.cast import cast
from tests.factories.people import OrgUnitFactory, UserFactory

pytestmark = pytest.mark.django_db
COUNCILS = ("bexley", "blackburn-with-darwen", "bracknell-forest", "lancashire", "west-sussex")
ROLES = [
    "Head of QA",
    "QA officer",
    "Auditor",
    "Practitioner",
    "Service manager",
    "Head of service",
    "Senior leader",
    "Administrator",
]


@pytest.fixture
def bexley(settings):
    settings.TEST_CLOCK = NOW
    framework("fixtures/frameworks/bexley/1.yaml")
    return Council.objects.get(code="bexley")


@pytest.fixture(params=COUNCILS)
def council(settings, request):
    """One of the councils with its editions, its people, its cases and its audits."""
    settings.TEST_CLOCK = NOW
    for path in sorted((FOLDER.parent / "frameworks" / request.param).glob("*.yaml")):
        framework(str(path.relative_to(settings.BASE_DIR)))
    call_command("demo_data")
    return Council.objects.get(code=request.param)


def sign_ins() -> list[dict[str, str]]:
    """What the demo prints, as values."""
    out = StringIO()
    call_command("demo_data", "--sign-ins", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


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


def test_every_council_has_an_audit_at_each_stage_and_a_sign_in_for_each_role(council):
    now = Audit.objects.filter(council=council, month__gte=NOW.date().replace(day=1))
    moderators = User.objects.filter(council=council).holding(Role.MODERATOR, NOW.date())
    found = sign_ins()

    assert Counter(now.values_list("state", flat=True)) == {
        "allocated": 1,
        "preparing": 2,
        "in_session": 1,
        "returned": 2,
    }
    assert {audit.version for audit in now} == {in_force(council, NOW.date())}
    for audit in now.filter(state="returned"):
        assert audit.returned_at <= NOW
        assert moderators.exclude(pk__in=[audit.auditor_id, audit.worker_id]).exists()
    assert [(one["council"], one["role"]) for one in found] == [
        (council.name, role) for role in ROLES
    ]
    assert len({one["email"] for one in found}) == len(found)
    assert all(User.objects.get(email=one["email"]).check_password(PASSWORD) for one in found)
    assert {one["password"] for one in found} == {PASSWORD}


@pytest.mark.parametrize("council", ["bexley", "west-sussex"], indirect=True)
def test_demo_data_twice_adds_and_changes_nothing(council):
    before = everything()

    call_command("demo_data")

    assert everything() == before


@pytest.mark.parametrize("council", ["west-sussex"], indirect=True)
def test_an_edition_that_is_closed_has_returned_audits_of_its_own_time(council):
    audits = Audit.objects.filter(council=council, version__edition=1)

    assert [audit.state for audit in audits] == ["returned", "returned"]
    successor = in_force(council, NOW.date())
    assert all(audit.returned_at.date() < successor.effective_from for audit in audits)
    assert all(audit.grade_events.get().value is not None for audit in audits)


def test_the_auditor_who_is_signed_in_can_complete_an_audit(council):
    emails = {one["role"]: one["email"] for one in sign_ins()}
    audit = Audit.objects.get(
        auditor__email=emails["Auditor"], worker__email=emails["Practitioner"], state="preparing"
    )

    audit = start_session(audit, by=audit.auditor, at=NOW)
    answer_all(audit, gate="return", at=NOW)
    kind = audit.version.policy["actions"]["kinds"][0]["code"]
    plan = Plan(kind, "Hold a family meeting.", "", audit.worker, NOW.date(), success="It is held.")
    record_action(audit, plan, by=audit.auditor, at=NOW)

    assert return_audit(audit, by=audit.auditor, at=NOW).state == "returned"


@pytest.mark.parametrize("code", COUNCILS)
def test_demo_files_hold_invented_people_and_children_only(code):
    staff = list(csv.DictReader((FOLDER / f"{code}-staff.csv").open()))
    cases = list(csv.DictReader((FOLDER / f"{code}-cases.csv").open()))

    for person in staff:
        words = person["Name"].lower().replace(" ", ".")
        assert person["E-mail"] == (f"{words}@{code}.example.org" if words else "")
    assert len(cases) >= 12
    assert {row["Worker"] for row in cases} <= {row["Staff number"] for row in staff}


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
