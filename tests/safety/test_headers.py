"""What a browser may do with every answer, and what no address gives away (checklist A14, C3, C4, C5, C7, F8)."""

import re

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import path, reverse

from core.middleware import SAFE_HEADERS
from qaframework import urls
from tests.factories.audits import audit_at, framework
from tests.factories.cast import cast
from tests.factories.people import UserFactory
from tools.paths import ROOT

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# What is made into a PDF, or is a file to be kept, holds its own style; no answer is a page made of it.
PAPER = re.compile(
    r"(_pdf|_pdf_style|_short_style|report/(monthly|quarterly|staff)|_style|retention/subject_file)\.html$"
)
EVIL = "https://evil.example.org"


def broken(request):
    raise ValueError("SELECT name FROM people_user WHERE secret = 'canary'")


handler400 = urls.handler400
handler500 = urls.handler500
urlpatterns = [*urls.urlpatterns, path("broken/", broken, name="broken")]


def signed_in(user=None, **more):
    client = Client(raise_request_exception=False, **more)
    client.force_login(user or UserFactory(), backend=BACKEND)
    return client


def policy_of(answer):
    words = answer.headers["Content-Security-Policy"].split("; ")
    return {name: rest for name, _, rest in (one.partition(" ") for one in words)}


# --- every kind of answer carries what holds the browser (C3) ------------------------------------


def every_kind_of_answer():
    """Each kind of answer that the service gives, by its name."""
    people = cast("eastmere")
    audit = audit_at("allocated", people, framework())
    officer = signed_in(people.officer)
    stranger = signed_in(people.stranger)
    anybody = Client(raise_request_exception=False)
    big = {"CONTENT_LENGTH": str(settings.REQUEST_MAX_BYTES + 1)}
    checked = Client(enforce_csrf_checks=True)
    return {
        "page": (200, officer.get(f"/audits/{audit.pk}/")),
        "redirect": (302, anybody.get("/")),
        "400": (400, officer.get("/", HTTP_HOST="evil.example.org")),
        "403": (403, stranger.get("/people/")),
        "403 of a form from elsewhere": (403, checked.post("/accounts/login/", {"login": "x"})),
        "404": (404, officer.get("/nowhere/")),
        "404 of another council": (404, signed_in().get(f"/audits/{audit.pk}/")),
        "405": (405, officer.post("/messages/")),
        "411": (411, anybody.post("/accounts/login/", HTTP_TRANSFER_ENCODING="chunked")),
        "413": (413, anybody.post("/accounts/login/", {}, **big)),
        "TRACE": (405, anybody.generic("TRACE", "/")),
        "500": (500, officer.get("/broken/")),
        "file of the pages": (200, anybody.get("/static/js/copy.js")),
        "picture of the pages": (200, anybody.get("/static/icon.svg")),
        "download": (200, officer.get("/actions/file/csv/")),
        "style": (200, officer.get("/brand.css")),
        "data": (200, anybody.get("/health/")),
        "interface": (401, anybody.get("/api/v1/figures/")),
        "sign-in": (200, anybody.get("/accounts/login/")),
        "text": (200, anybody.get("/robots.txt")),
    }


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_every_kind_of_answer_holds_the_browser():
    for name, (status, answer) in every_kind_of_answer().items():
        policy = policy_of(answer)
        assert answer.status_code == status, name
        assert {one: answer.headers.get(one) for one in SAFE_HEADERS} == SAFE_HEADERS, name
        assert "unsafe" not in answer.headers["Content-Security-Policy"], name
        held = [policy[one] for one in ("default-src", "object-src", "base-uri", "frame-ancestors")]
        assert held == ["'none'"] * 4, name
        assert policy["form-action"] in {"'self'", "'none'"}, name
        nonces = set(re.findall(r"'nonce-[\w+/=]{24}'", policy.get("script-src", "'none'")))
        assert policy.get("script-src", "") == "".join(nonces), name
        assert len(answer.headers["X-Request-ID"]) == 16, name
        if "html" not in answer.headers["Content-Type"] or "attachment" in answer.headers.get(
            "Content-Disposition", ""
        ):
            assert "sandbox" in policy, name


@pytest.mark.django_db
@override_settings(
    SECURE_HSTS_SECONDS=31_536_000, SECURE_HSTS_INCLUDE_SUBDOMAINS=True, SECURE_SSL_REDIRECT=True
)
def test_over_https_every_answer_asks_for_https_for_a_year():
    answers = [
        Client().get("/", secure=True),
        Client().get("/static/icon.svg", secure=True),
        # Refused by the middleware that would otherwise say so itself.
        Client().get("/", secure=True, HTTP_HOST="evil.example.org"),
        Client().get("/nowhere/", secure=True),
    ]

    said = {answer.headers["Strict-Transport-Security"] for answer in answers}
    assert said == {"max-age=31536000; includeSubDomains"}


@pytest.mark.django_db
def test_each_answer_has_a_number_of_its_own_which_everything_it_loads_carries():
    client = signed_in()
    pages = [client.get("/accessibility/").content.decode() for _ in range(2)]

    numbers = [set(re.findall(r'nonce="([^"]*)"', page)) for page in pages]
    loaded = re.findall(r"<script[^>]*>|<link rel=\"stylesheet\"[^>]*>", pages[0])
    assert [len(found) for found in numbers] == [1, 1]
    assert numbers[0] != numbers[1]
    assert len(loaded) >= 4
    assert all('nonce="' in one for one in loaded)


# --- nothing stands in the pages themselves ------------------------------------------------------


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_no_template_holds_a_script_or_a_style_of_its_own(file):
    text = file.read_text()
    name = file.relative_to(ROOT / "templates").as_posix()

    loose = re.findall(
        r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")|\son[a-z]+\s*=\s*[\"']|javascript:|\shx-on|\bsrcdoc=|<iframe|<object|<embed|<base\b",
        text,
    )
    unnamed = [
        tag
        for tag in re.findall(r"<script[^>]*>|<link[^>]*stylesheet[^>]*>", text)
        if 'nonce="{{ request.csp_nonce }}"' not in tag and "application/json" not in tag
    ]
    styles = [] if PAPER.search(name) else re.findall(r"<style|\sstyle=", text)
    assert (loose, unnamed, styles) == ([], [], [])


def test_only_paper_may_hold_a_style():
    paper = [file for file in TEMPLATES if PAPER.search(file.as_posix())]

    assert 5 <= len(paper) <= 20


@pytest.mark.parametrize("file", sorted((ROOT / "static" / "js").glob("*.js")), ids=str)
def test_no_script_runs_words_as_code_or_keeps_words_in_the_browser(file):
    text = file.read_text()

    found = re.findall(
        r"\beval\(|new Function|document\.write|setTimeout\(\s*[\"'`]|sessionStorage|indexedDB|document\.cookie",
        text,
    )
    kept = re.findall(r"localStorage\.\w+\((\w+)", text)
    assert found == []
    # The coder's choice to switch single keys off; no content.
    assert set(kept) <= {"KEY"}


# --- nobody else's page reads ours (C5), no other host (C7), no way round (A14) ------------------


@pytest.mark.django_db
@pytest.mark.parametrize("origin", [EVIL, "null", "http://localhost:8000.evil.example.org"])
@pytest.mark.parametrize(
    "address", ["/", "/accounts/login/", "/api/v1/figures/", "/static/icon.svg"]
)
def test_no_other_site_may_read_an_answer(origin, address):
    client = signed_in()
    asks = {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST"}

    answers = [
        client.get(address, HTTP_ORIGIN=origin),
        client.options(address, HTTP_ORIGIN=origin, **asks),
    ]

    allowed = [
        name
        for answer in answers
        for name in answer.headers
        if name.lower().startswith("access-control")
    ]
    assert allowed == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "host",
    [
        "evil.example.org",
        "localhost.evil.example.org",
        "localhost@evil.example.org",
        "",
        "[::",
        "a b",
    ],
)
def test_another_host_is_refused_before_anything_is_done(host):
    answer = signed_in().get("/messages/", HTTP_HOST=host)

    assert answer.status_code == 400
    assert "evil" not in answer.content.decode()


@pytest.mark.django_db
def test_a_forwarded_host_changes_no_link(mailoutbox):
    person = UserFactory(password="a long enough test password")
    answer = Client().post(
        "/accounts/password/reset/",
        {"email": person.email},
        HTTP_X_FORWARDED_HOST="evil.example.org",
    )

    assert answer.status_code == 302
    assert "evil" not in answer.headers["Location"]
    said = " ".join(f"{mail.subject} {mail.body}" for mail in mailoutbox)
    assert "evil" not in said


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_named_other_method_is_not_taken_for_the_real_one(method):
    answer = signed_in().get("/messages/choose/", headers={"X-HTTP-Method-Override": method})

    assert answer.status_code == 405
    assert signed_in().post("/messages/", {"_method": method}).status_code == 405


@pytest.mark.django_db
def test_no_way_of_writing_an_address_goes_round_a_refusal():
    people = cast("eastmere")
    audit = audit_at("allocated", people, framework())
    stranger = signed_in(people.stranger)
    plain = f"audits/{audit.pk}"
    ways = [
        f"/{plain}/",
        f"/{plain}",
        f"//{plain}/",
        f"/{plain}//",
        f"/./{plain}/",
        f"/x/../{plain}/",
        f"/%2e%2e/{plain}/",
        f"/AUDITS/{audit.pk}/",
        f"/{plain}.json",
        f"/{plain}/?format=json",
        f"/{plain}/;a=b",
        f"/{plain}/%00",
    ]

    for way in ways:
        for method in ("get", "head", "options", "post", "put"):
            answer = getattr(stranger, method)(way)
            assert answer.status_code in {301, 404, 405}, (method, way, answer.status_code)
            assert audit.case.number not in answer.content.decode(), (method, way)
            if answer.status_code == 301:
                assert not answer.headers["Location"].startswith("//"), way


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/admin/",
        "/django-admin/",
        "/.git/config",
        "/.git/HEAD",
        "/.env",
        "/media/",
        "/files/",
        "/static/",
        "/static/../.env",
        "/static/%2e%2e/.env",
        "/static/..%2f..%2fmanage.py",
        "/metrics",
        "/metrics/",
        "/__debug__/",
        "/api/schema",
        "/api/schema/",
        "/api/docs",
        "/server-status",
        "/phpmyadmin/",
        "/backup.zip",
        "/manage.py",
        "/var/",
        "/node_modules/",
        "/.well-known/security.txt",
    ],
)
def test_what_is_nobodys_business_is_not_there(address):
    for client in (Client(), signed_in()):
        answer = client.get(address)
        if answer.status_code in {301, 302}:
            assert answer.headers["Location"].startswith(("/accounts/login/", f"{address}/")), (
                address
            )
        else:
            assert answer.status_code == 404, address


# --- what is written for machines ----------------------------------------------------------------


@override_settings(QA_SECURITY_CONTACT="security@example.org")
def test_security_txt_says_whom_to_tell_and_until_when(client):
    answer = client.get("/.well-known/security.txt")

    lines = answer.content.decode().splitlines()
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert lines[0] == "Contact: mailto:security@example.org"
    assert re.fullmatch(r"Expires: \d{4}-\d\d-\d\dT00:00:00Z", lines[1])
    assert lines[2] == f"Canonical: {settings.QA_ORIGIN}/.well-known/security.txt"


def test_no_page_is_for_a_search_engine(client):
    assert client.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


# --- leaving (C4), and where one is led (safe redirects) -----------------------------------------


@pytest.mark.django_db
def test_signing_out_empties_the_browser_and_what_was_seen_was_never_kept():
    client = signed_in()
    seen = client.get("/messages/")

    answer = client.post("/accounts/logout/")

    assert "no-store" in seen.headers["Cache-Control"]
    assert answer.status_code == 302
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert client.get("/messages/").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize(
    "target",
    [
        EVIL,
        "//evil.example.org",
        "///evil.example.org",
        "/\\evil.example.org",
        "\\\\evil.example.org",
        "https:evil.example.org",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://localhost@evil.example.org/",
        " //evil.example.org",
        "/\x09/evil.example.org",
        "\t//evil.example.org",
    ],
)
def test_nobody_is_led_to_another_site(target):
    person = UserFactory(password="a long enough test password")
    form = {"login": person.email, "password": "a long enough test password", "next": target}

    answers = [
        Client().post("/accounts/login/", form),
        signed_in().post("/accounts/logout/", {"next": target}),
        signed_in(person).get("/accounts/login/", {"next": target}),
        signed_in(person).get("/accounts/reauthenticate/", {"next": target}),
    ]

    for answer in answers:
        led = answer.headers.get("Location", "/")
        assert re.match(r"/(?![/\\])", led), led
        assert "evil" not in led.partition("?")[0]


@pytest.mark.django_db
def test_a_download_is_kept_as_a_file_and_runs_nowhere():
    people = cast("eastmere")
    answer = signed_in(people.officer).get("/actions/file/csv/")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert policy_of(answer)["default-src"] == "'none'"
    assert "sandbox" in policy_of(answer)
    assert reverse("health") == "/health/"
