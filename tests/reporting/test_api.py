"""The read API: who comes in, what is sent, page by page, and that nobody is named."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actions.models import Action
from audits.models import GradeEvent, Reader
from core.models import TrailEntry
from core.moves import Refused
from people.models import PostHolding, User
from reporting.api import api, door, rows
from reporting.digests import digest_of
from reporting.models import ApiToken, Report, ReportVersion
from reporting.selectors.documented import operations_of
from reporting.services.tokens import make_token, revoke
from tests.factories.audits import NOW, framework
from tests.factories.cast import cast
from tests.reporting.figures.audits import returned
from tests.reporting.report_scenes import CUT, frozen_version
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
SCOPES = ("figures", "audits", "actions", "reports")
YEAR = NOW.date() + timedelta(days=300)
ALL = (
    "/api/v1/figures/",
    "/api/v1/figures/grades",
    "/api/v1/audits/",
    "/api/v1/actions/",
    "/api/v1/reports/",
)


@pytest.fixture
def people(settings):
    settings.TEST_CLOCK = NOW
    return cast("eastmere")


@pytest.fixture
def version(people):
    return framework()


def token(people, *scopes, until=YEAR):
    return make_token("BI", scopes or SCOPES, until, by=people.qa_head, at=NOW)


def ask(secret, path, **params):
    return Client().get(path, params, headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def secret(people):
    return token(people)[1]


@pytest.mark.parametrize("path", ALL)
def test_nothing_is_read_without_a_token(people, path):
    found = Client().get(path)

    assert (found.status_code, found["Content-Type"]) == (401, "application/problem+json")
    assert (found["WWW-Authenticate"], found.json()["status"]) == ("Bearer", 401)
    assert found.cookies == {}


def test_a_session_is_no_token(people, version):
    client = Client()
    client.force_login(people.qa_head)

    assert client.get("/api/v1/audits/").status_code == 401


@pytest.mark.parametrize("ended", ["revoked", "over", "unknown", "long"])
def test_a_token_that_is_not_in_force_reads_nothing(people, version, settings, ended):
    row, secret = token(people, until=NOW.date())
    if ended == "revoked":
        revoke(row, by=people.qa_head, at=NOW)
    if ended == "over":
        settings.TEST_CLOCK = NOW + timedelta(days=1)
    sent = {"unknown": f"{secret}x", "long": "x" * 5000}.get(ended, secret)

    assert ask(sent, "/api/v1/audits/").status_code == 401


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_reads_its_scopes_only(people, version, scope):
    secret = token(people, scope)[1]

    allowed = {one: ask(secret, f"/api/v1/{one}/").status_code for one in SCOPES}

    assert allowed == {one: 200 if one == scope else 403 for one in SCOPES}


def test_another_council_reads_nothing_of_this_one(people, version, secret):
    returned(people, version, 2, grade="good", month=date(2026, 10, 1))
    others = token(cast("bexley"))[1]

    assert len(ask(secret, "/api/v1/audits/").json()["items"]) == 2
    assert ask(others, "/api/v1/audits/").json()["items"] == []
    wrong = ask(others, "/api/v1/audits/", service=people.team2.code)
    assert (wrong.status_code, wrong.json()["detail"]) == (
        422,
        "Your council has no team or service with this code.",
    )


def test_audits_are_sent_page_by_page_without_names(people, version, secret):
    returned(people, version, 3, grade="good", month=date(2026, 10, 1), final=False)

    first = ask(secret, "/api/v1/audits/", limit=2)
    second = ask(secret, "/api/v1/audits/", limit=2, after=first.json()["next"])

    rows = [*first.json()["items"], *second.json()["items"]]
    assert [len(first.json()["items"]), len(second.json()["items"]), second.json()["next"]] == [
        2,
        1,
        None,
    ]
    assert len({row["id"] for row in rows}) == 3
    assert {(row["team"], row["grade"], row["grade_final"], row["late"]) for row in rows} == {
        (people.team2.code, "good", False, False)
    }
    words = first.content.decode()
    assert [
        name for name in (people.worker.name, people.auditor.name, "F1") if f'"{name}' in words
    ] == []
    assert first["Cache-Control"].count("no-store") == 1


@pytest.mark.parametrize("path", ["/api/v1/audits/", "/api/v1/actions/"])
def test_the_number_of_queries_does_not_grow(people, version, secret, path):
    counts = []
    for number in (1, 3):
        for audit in returned(people, version, number, grade="good", month=date(2026, 10, 1)):
            action_of(audit, people)
        with CaptureQueriesContext(connection) as seen:
            assert ask(secret, path).status_code == 200
        counts.append(len([one for one in seen if "last_used_at" not in one["sql"][:60]]))

    assert counts[0] == counts[1]


def action_of(audit, people):
    return Action.objects.create(
        council=audit.council,
        case=audit.case,
        unit=audit.unit,
        worker=audit.worker,
        version=audit.version,
        grade=audit.grade,
        source="audit",
        source_id=audit.pk,
        kind="improve",
        kind_label="Improve",
        what="Ask Sofia Moretti",
        owner=people.worker,
        state="open",
        due_on=date(2026, 11, 1),
        opened_on=date(2026, 10, 20),
        recorded_by=people.auditor,
        recorded_at=NOW,
    )


def test_actions_say_nothing_that_somebody_wrote(people, version, secret):
    (audit,) = returned(people, version, 1, grade="good", month=date(2026, 10, 1))
    action_of(audit, people)

    found = ask(secret, "/api/v1/actions/")

    (row,) = found.json()["items"]
    assert (row["audit"], row["kind"], row["late"]) == (audit.reference, "improve", True)
    assert "Sofia" not in found.content.decode()


def test_figures_are_those_of_the_dashboard(people, version, secret):
    returned(people, version, 4, grade="good", month=date(2026, 10, 1))

    listed = {one["code"] for one in ask(secret, "/api/v1/figures/").json()}
    found = ask(
        secret, "/api/v1/figures/grades", **{"from": "2026-10-01", "to": "2026-10-31"}
    ).json()

    assert ("grades" in listed, "auditor-severity" in listed) == (True, False)
    assert found["period"] == {"first_on": "2026-10-01", "last_on": "2026-10-31"}
    assert all(len(row["cells"]) == len(found["columns"]) for row in found["rows"])
    assert not any("to" in cell for row in found["rows"] for cell in row["cells"])


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"from": "2026-12-01", "to": "2026-01-01"}, 422),
        ({"from": "2020-01-01"}, 422),
        ({"from": "soon"}, 422),
        ({"from": "1999-12-31"}, 422),
        ({"to": "2101-01-01"}, 422),
        ({"from": "9999-12-01", "to": "9999-12-31"}, 422),
        ({"from": "0001-01-01", "to": "0001-01-31"}, 422),
        ({"limit": "0"}, 422),
        ({"limit": "501"}, 422),
        ({"after": "-1"}, 422),
        ({"service": "none"}, 422),
    ],
)
def test_what_cannot_be_is_told_as_a_problem(people, version, secret, params, status):
    found = ask(secret, "/api/v1/audits/", **params)

    assert (found.status_code, found["Content-Type"]) == (status, "application/problem+json")
    assert set(found.json()) >= {"type", "title", "status", "detail"}


def test_an_unknown_figure_and_a_restricted_one_are_not_found(people, version, secret):
    codes = [
        ask(secret, f"/api/v1/figures/{code}").status_code for code in ("none", "auditor-severity")
    ]

    assert codes == [404, 404]


def test_a_token_asks_so_often_a_minute(people, version, secret, monkeypatch):
    monkeypatch.setattr(door, "PER_MINUTE", 2)

    codes = [ask(secret, "/api/v1/figures/").status_code for _ in range(3)]

    assert codes == [200, 200, 429]


def test_nothing_can_be_written(people, secret):
    found = Client().post("/api/v1/audits/", headers={"Authorization": f"Bearer {secret}"})

    assert found.status_code == 405


def test_published_reports_are_sent_with_their_figures_as_they_were(people, version, secret):
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
    common = {
        "report": report,
        "council": people.council,
        "version": version,
        "built_by": people.officer,
    }
    out = {"state": "published", "issued_by": people.qa_head, "issued_at": CUT}
    issued = frozen_version(number=1, **common, **out)
    issued.save()
    frozen_version(number=2, state="draft", **common).save()

    (row,) = ask(secret, "/api/v1/reports/").json()
    found = ask(secret, f"/api/v1/reports/{row['id']}").json()
    draft = ReportVersion.objects.get(number=2)

    assert (row["code"], row["version"]) == ("quarterly", 1)
    assert found["figures"]["grades"]["title"] == "Grades"
    assert ask(secret, f"/api/v1/reports/{draft.pk}").status_code == 404


def test_the_description_is_whole_and_the_page_shows_it(people, version):
    document = Client().get("/api/v1/openapi.json").json()
    client = Client()
    client.force_login(people.administrator)
    page = client.get(reverse("api-help"))

    assert document["openapi"].startswith("3.")
    assert {one.path for one in operations_of(document)} == set(document["paths"])
    assert all(one.fields and one.about for one in operations_of(document))
    assert '<script src="http' not in page.content.decode()
    assert [path for path in document["paths"] if path not in page.content.decode()] == []
    assert api.docs_url is None


def test_a_token_is_shown_once_and_kept_as_a_digest(people):
    client = sign_in(Client(), people.qa_head)
    end = {"expires_on_0": YEAR.day, "expires_on_1": YEAR.month, "expires_on_2": YEAR.year}

    page = client.post(reverse("new-token"), {"name": "Power tool", "scopes": ["figures"], **end})

    row = ApiToken.objects.get()
    secret = page.context["secret"]
    assert (len(secret), secret in page.content.decode()) == (43, True)
    assert secret not in client.get(reverse("tokens")).content.decode()
    assert (row.digest != secret, row.scopes, row.expires_on) == (True, ["figures"], YEAR)
    assert ask(secret, "/api/v1/figures/").status_code == 200
    assert TrailEntry.objects.filter(verb="make API token").count() == 1


@pytest.mark.parametrize("who", ["officer", "director", "auditor", "worker", "reader"])
def test_nobody_else_keeps_tokens(people, who):
    client = sign_in(Client(), getattr(people, who))

    names = ("tokens", "new-token", "api-help")
    assert [client.get(reverse(one)).status_code for one in names] == [403] * 3


def test_an_administrator_lists_and_revokes_tokens_but_makes_none(people):
    row, _ = token(people)
    client = sign_in(Client(), people.administrator)

    listed = client.get(reverse("tokens"))
    codes = [
        client.get(reverse("new-token")).status_code,
        client.post(reverse("new-token")).status_code,
    ]
    client.post(reverse("revoke-token", args=[row.pk]))

    assert (listed.status_code, reverse("new-token") in listed.content.decode()) == (200, False)
    assert codes == [403, 403]
    assert ApiToken.objects.get().revoked_by == people.administrator
    with pytest.raises(PermissionDenied):
        make_token("BI", ["figures"], YEAR, by=people.administrator, at=NOW)


@pytest.mark.parametrize("why", ["left", "other post", "other council"])
def test_a_token_ends_with_the_right_of_its_maker(people, version, secret, why):
    assert ask(secret, "/api/v1/audits/").status_code == 200
    maker = User.objects.filter(pk=people.qa_head.pk)
    if why == "left":
        maker.update(is_active=False)
    if why == "other post":
        PostHolding.objects.filter(user=people.qa_head).update(to_on=NOW.date() - timedelta(days=1))
    if why == "other council":
        maker.update(council=cast("bexley").council)

    found = ask(secret, "/api/v1/audits/")

    assert (found.status_code, found.json()["detail"]) == (401, door.NO_LONGER)


def test_a_refused_request_leaves_a_line_without_the_token(people, version):
    secret = token(people, "figures")[1]
    ask("no-such-token", "/api/v1/audits/")
    ask(secret, "/api/v1/audits/")
    Client().get("/api/v1/audits/")

    lines = TrailEntry.objects.filter(verb="refused by API").order_by("pk")
    assert [(one.cause, one.detail) for one in lines] == [
        ("no valid token", {"digest": digest_of("no-such-token")[:8]}),
        ("API token", {"scope": "audits"}),
        ("no valid token", {}),
    ]
    assert [one.council_id for one in lines] == [None, people.council.pk, None]


def test_an_address_sends_so_many_wrong_tokens_a_minute(people, version, secret, monkeypatch):
    monkeypatch.setattr(door, "REFUSED_PER_MINUTE", 2)

    codes = [ask("wrong", "/api/v1/figures/").status_code for _ in range(3)]
    elsewhere = Client(REMOTE_ADDR="203.0.113.9").get("/api/v1/figures/").status_code

    assert codes == [401, 401, 429]
    assert TrailEntry.objects.filter(verb="refused by API").count() == 3
    assert (elsewhere, ask(secret, "/api/v1/figures/").status_code) == (401, 200)


def test_what_nobody_expected_is_told_without_details(people, version, secret, monkeypatch):
    def broken(*_):
        raise RuntimeError("child 704200")

    monkeypatch.setattr(rows, "page_of", broken)

    found = ask(secret, "/api/v1/audits/")

    assert (found.status_code, found["Content-Type"]) == (500, "application/problem+json")
    assert "704200" not in found.content.decode()


def test_no_grade_is_sent_while_somebody_must_grade_blind(people, version, secret):
    month = date(2026, 10, 1)
    (kept,) = returned(people, version, 1, grade="good", month=month)
    (provisional,) = returned(people, version, 1, grade="good", month=month, final=False)
    (final,) = returned(people, version, 1, grade="good", month=month)
    for audit in (kept, provisional, final):
        action_of(audit, people)
        GradeEvent.objects.create(
            audit=audit, kind="auditor", grade="good", by=audit.auditor, at=NOW
        )
    Reader.objects.create(
        audit=kept, user=people.moderator, part="calibration", blind=True, since=NOW
    )

    sent = ask(secret, "/api/v1/audits/").json()["items"]
    actions = ask(secret, "/api/v1/actions/").json()["items"]

    found = {one["id"]: (one["grade"], one["grade_final"], one["auditor_grade"]) for one in sent}
    assert found == {
        kept.pk: ("", None, ""),
        provisional.pk: ("good", False, ""),
        final.pk: ("good", True, "good"),
    }
    assert {one["audit"]: one["grade"] for one in actions} == {
        kept.reference: "",
        provisional.reference: "good",
        final.reference: "good",
    }


def test_a_token_of_another_council_cannot_be_revoked(people):
    row, _ = token(people)
    client = Client()
    client.force_login(cast("bexley").administrator)

    assert client.post(reverse("revoke-token", args=[row.pk])).status_code == 404
    assert ApiToken.objects.get().revoked_at is None


@pytest.mark.parametrize(
    ("days", "scopes"), [(-1, ["figures"]), (400, ["figures"]), (10, []), (10, ["all"])]
)
def test_a_token_has_an_end_and_something_to_read(people, days, scopes):
    with pytest.raises(Refused):
        make_token("BI", scopes, NOW.date() + timedelta(days=days), by=people.qa_head, at=NOW)
