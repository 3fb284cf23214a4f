"""Every operation of the read API with every kind of token.

The operations are those of the API's own description: a new one that is not in the table fails the test.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.test import Client

from people.models import User
from reporting.api import api
from reporting.models import ApiToken, Report, ReportVersion
from reporting.services.tokens import make_token, revoke
from tests.factories.audits import NOW, framework
from tests.factories.cast import Cast, cast
from tests.reporting.figures.audits import returned
from tests.reporting.report_scenes import CUT, frozen_version
from tests.reporting.test_api import action_of
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
TODAY, YEAR = NOW.date(), NOW.date() + timedelta(days=300)
# Each kind of token with what it gets everywhere; only what another council gets depends on the operation.
STATUS = {
    "none": 401,
    "session only": 401,
    "own": 200,
    "another scope": 403,
    "ended": 401,
    "revoked": 401,
    "maker has left": 401,
}


@dataclass(frozen=True)
class Operation:
    """The scope that an operation asks for, and what a token of another council with that scope gets."""

    scope: str
    another: int = 200


OPERATIONS = {
    ("get", "/api/v1/figures/"): Operation("figures"),
    ("get", "/api/v1/figures/{code}"): Operation("figures"),
    ("get", "/api/v1/audits/"): Operation("audits"),
    ("get", "/api/v1/actions/"): Operation("actions"),
    ("get", "/api/v1/reports/"): Operation("reports"),
    ("get", "/api/v1/reports/{number}"): Operation("reports", another=404),
}


def described() -> dict[tuple[str, str], dict]:
    """Every operation of the API's description, by its method and address."""
    return {
        (method, path): found
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method, found in methods.items()
    }


def published_version(people: Cast, version) -> ReportVersion:
    """A published report of the council."""
    report = Report.objects.create(
        council=people.council,
        code="quarterly",
        kind="quarter",
        first_on=date(2026, 4, 1),
        last_on=date(2026, 6, 30),
        title="Quarterly report",
        period="Q1",
        made_at=CUT,
    )
    out = {"state": "published", "issued_by": people.qa_head, "issued_at": CUT}
    made = frozen_version(
        number=1,
        report=report,
        council=people.council,
        version=version,
        built_by=people.officer,
        **out,
    )
    made.save()
    return made


def secrets_of(ours: Cast, theirs: Cast) -> dict[str, dict[str, str]]:
    """A token of each kind for each scope. The maker who leaves is another than the one of the others."""
    leaver = ours.officer
    leaver.holdings.update(post=ours.qa_head.holdings.get().post)
    leaver.refresh_from_db()
    found: dict[str, dict[str, str]] = {}

    def keep(kind: str, scope: str, by: User, *scopes: str, until: date = YEAR) -> ApiToken:
        row, secret = make_token("BI", scopes or [scope], until, by=by, at=NOW)
        found.setdefault(kind, {})[scope] = secret
        return row

    every = {one.value for one in ApiToken.Scope}
    for scope in sorted(every):
        keep("own", scope, ours.qa_head)
        keep("another scope", scope, ours.qa_head, *sorted(every - {scope}))
        keep("another council's", scope, theirs.qa_head, *sorted(every))
        keep("ended", scope, ours.qa_head, until=TODAY)
        revoke(keep("revoked", scope, ours.qa_head), by=ours.qa_head, at=NOW)
        keep("maker has left", scope, leaver)
    User.objects.filter(pk=leaver.pk).update(is_active=False)
    return found


def test_every_operation_of_the_description_is_in_the_table():
    assert set(described()) == set(OPERATIONS)


def test_every_operation_asks_for_a_token_of_its_scope(settings, monkeypatch):
    monkeypatch.setattr("reporting.api.door.REFUSED_PER_MINUTE", 1000)
    settings.TEST_CLOCK = NOW
    ours, theirs = cast("eastmere"), cast("bexley")
    version = framework()
    framework("fixtures/frameworks/bexley/1.yaml")
    for audit in returned(ours, version, 2, grade="good", month=date(2026, 10, 1)):
        action_of(audit, ours)
    report = published_version(ours, version)
    secrets = secrets_of(ours, theirs)
    settings.TEST_CLOCK = NOW + timedelta(
        days=1
    )  # the tokens that ended on the day of NOW are over
    inside = sign_in(Client(), ours.qa_head)
    wrong = []
    for (method, path), operation in OPERATIONS.items():
        where = path.format(code="grades", number=report.pk)
        for kind in (*STATUS, "another council's"):
            client = inside if kind == "session only" else Client()
            secret = secrets.get(kind, {}).get(operation.scope)
            headers = {"Authorization": f"Bearer {secret}"} if secret else {}
            answer = getattr(client, method)(where, headers=headers)
            expected = STATUS.get(kind, operation.another)
            if answer.status_code != expected:
                wrong.append(f"{path} {kind}: {answer.status_code}, not {expected}")
            if kind != "own" and holds_ours(answer.json(), report):
                wrong.append(f"{path} {kind} sends something of ours")
            if (
                kind == "own"
                and path != "/api/v1/figures/"
                and not holds_ours(answer.json(), report)
            ):
                wrong.append(f"{path} {kind} sends nothing of ours, so the test shows nothing")
    assert not wrong, "\n".join(wrong)


def holds_ours(sent: object, report: ReportVersion) -> bool:
    """Whether an answer holds a row or a count of what our council alone has."""
    if isinstance(sent, list):
        return any(holds_ours(one, report) for one in sent)
    if not isinstance(sent, dict):
        return False
    if sent.get("n") or str(sent.get("audit", "")).startswith("R-"):
        return True
    if str(sent.get("reference", "")).startswith("R-") or sent.get("code") == report.report.code:
        return True
    return any(holds_ours(one, report) for one in sent.values())
