"""Requests that are meant to do harm: forged forms, hostile values, endless bodies (checklist C1, C8, D4, D11, E2, H2)."""

import re
import time

import pytest
from django.conf import settings
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.urls import reverse

from people.models import User
from tests.access.routes import ROUTES
from tests.factories.audits import audit_at, framework
from tests.factories.cast import cast
from tests.factories.people import PASSWORD, UserFactory
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
# The hostile value has the database sleep for a minute; no loaded machine takes a third of that for a list.
ASLEEP = 20.0
# Every list, with the parameters that its own forms do not show.
LISTS = sorted({route.name for route in ROUTES if not route.args})
HIDDEN = ("page", "q", "sort", "order", "from", "to", "on", "next", "since", "view", "form")
SQL = "1') OR 1=1; SELECT pg_sleep(60); --'\"`;\\%_{}[]()<>|&$!#^~*?"
ODD = ("\x00\x00", "9" * 400, "-1e309 NaN ٣ \u202e \U0001f600")


# --- forms from elsewhere (C1) -------------------------------------------------------------------


def strict(user):
    return sign_in(Client(enforce_csrf_checks=True, raise_request_exception=False), user)


def token_of(client):
    """A token of this browser's own, as one of its pages holds it."""
    page = client.get("/messages/").content.decode()
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]


@pytest.mark.parametrize(
    ("how", "headers"),
    [
        ("none", {}),
        ("empty", {}),
        ("other", {}),
        ("own", {"HTTP_ORIGIN": "https://evil.example.org"}),
        ("own", {"HTTP_ORIGIN": "null"}),
        ("own", {"HTTP_ORIGIN": "http://localhost.evil.example.org"}),
        ("text", {}),
        ("json", {}),
    ],
)
def test_a_form_from_elsewhere_changes_nothing(how, headers):
    person = UserFactory()
    client, other = strict(person), strict(UserFactory())
    token = {"none": None, "empty": "", "other": token_of(other)}.get(how, token_of(client))
    form = {"mail": "daily"} | ({"csrfmiddlewaretoken": token} if token is not None else {})

    if how in {"text", "json"}:
        kind = {"text": "text/plain", "json": "application/json"}[how]
        body = "&".join(f"{name}={value}" for name, value in form.items())
        answer = client.post("/messages/choose/", body, content_type=kind, **headers)
    else:
        answer = client.post("/messages/choose/", form, **headers)

    assert answer.status_code == 403
    assert "This page was open too long" in answer.content.decode()
    assert User.objects.get(pk=person.pk).daily_mail is False


def test_the_same_form_from_our_own_page_is_taken():
    person = UserFactory()
    client = strict(person)
    form = {"mail": "daily", "csrfmiddlewaretoken": token_of(client)}

    assert (
        client.post("/messages/choose/", form, HTTP_ORIGIN="http://testserver").status_code == 302
    )
    assert User.objects.get(pk=person.pk).daily_mail is True


def test_over_https_a_form_without_origin_or_from_another_page_is_refused():
    person = UserFactory()
    client = strict(person)
    token = token_of(client)

    for headers in ({}, {"HTTP_REFERER": "https://evil.example.org/"}):
        form = {"mail": "daily", "csrfmiddlewaretoken": token}
        answer = client.post("/messages/choose/", form, secure=True, **headers)
        assert answer.status_code == 403
    assert User.objects.get(pk=person.pk).daily_mail is False


def test_no_form_that_changes_something_is_without_a_token():
    """Every form of every template that posts holds the token."""
    templates = settings.BASE_DIR / "templates"
    without = [
        path.name
        for path in sorted(templates.rglob("*.html"))
        for form in re.findall(r"<form[^>]*method=.post.*?</form>", path.read_text(), re.S)
        if "csrf_token" not in form and path.name not in {"503.html", "form.html"}
    ]

    assert without == []
    assert get_token(RequestFactory().get("/"))


def test_the_cookies_are_out_of_reach():
    client = Client()
    person = UserFactory(password=PASSWORD)
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})

    assert {"qa", "csrf"} <= set(client.cookies)
    for name, cookie in client.cookies.items():
        assert (cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, "Lax", ""), name
        assert cookie["path"] == "/"


# --- hostile values (D4, D11) --------------------------------------------------------------------


def parameters_of(page):
    """The names that a page's own forms send."""
    forms = re.findall(r"<form(?![^>]*method=.post).*?</form>", page, re.S)
    return {name for form in forms for name in re.findall(r'\sname="([\w.-]+)"', form)}


def test_no_value_of_a_parameter_breaks_a_list_or_holds_it_up():
    people = cast("eastmere")
    audit_at("allocated", people, framework())
    client = sign_in(Client(raise_request_exception=False), people.qa_head)
    wrong = []
    for name in LISTS:
        answer = client.get(address := reverse(name))
        if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        names = parameters_of(answer.content.decode()) | set(HIDDEN)
        odd = {one: ODD[number % len(ODD)] for number, one in enumerate(sorted(names))}
        for values in (dict.fromkeys(names, SQL), odd):
            began = time.monotonic()
            status = client.get(address, values).status_code
            if status >= 500 or time.monotonic() - began > ASLEEP:
                wrong.append(f"{name} with {values}: {status}")

    assert wrong == []
    assert User.objects.filter(council=people.council).count() > 10


@pytest.mark.parametrize(
    "address", ["/people/", "/actions/", "/audits/", "/cases/", "/frameworks/"]
)
def test_a_million_spaces_are_searched_for_at_once(address):
    people = cast("eastmere")
    framework()
    client = sign_in(Client(raise_request_exception=False), people.qa_head)
    client.get(address)

    began = time.process_time()
    answer = client.get(address, {"q": " " * 1_000_000, "search": " " * 1_000_000})

    assert answer.status_code < 500
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "value",
    [
        "a@" + "b." * 500_000,
        "<" * 1_000_000,
        "a" * 1_000_000 + "@example.org",
        " " * 1_000_000 + "x",
    ],
    ids=["dots", "brackets", "long", "spaces"],
)
def test_a_trap_in_a_form_is_answered_at_once(value):
    began = time.process_time()
    answers = [
        Client(raise_request_exception=False).post("/accounts/password/reset/", {"email": value}),
        Client(raise_request_exception=False).post(
            "/accounts/login/", {"login": value, "password": "x"}
        ),
    ]

    assert {answer.status_code for answer in answers} <= {200, 302, 400, 403, 422, 429}
    assert time.process_time() - began < 2


# --- too much (E2) -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("&".join(f"f{number}=x" for number in range(10_000)), "application/x-www-form-urlencoded"),
        (
            "f=" + "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1),
            "application/x-www-form-urlencoded",
        ),
        (
            "".join(
                f'--b\r\nContent-Disposition: form-data; name="f"; filename="{number}.txt"\r\n\r\nx\r\n'
                for number in range(200)
            )
            + "--b--\r\n",
            "multipart/form-data; boundary=b",
        ),
        ("--b\r\nContent-Disp", "multipart/form-data; boundary=b"),
        ("x", "multipart/form-data; boundary=" + "b" * 500),
    ],
    ids=["10,000 fields", "5 MB of one field", "200 files", "cut off", "bad boundary"],
)
def test_too_much_of_anything_is_refused_early(body, kind):
    client = sign_in(Client(raise_request_exception=False), UserFactory())

    began = time.process_time()
    answer = client.post("/messages/choose/", body, content_type=kind)

    assert answer.status_code in {302, 400, 413}
    if answer.status_code == 302:
        assert "cut off" in body or "Content-Disp" in body
    assert time.process_time() - began < 2


def test_a_request_over_the_limit_is_refused_by_its_length_alone():
    class Unread:
        """A body that must not be read."""

        def read(self, *about):
            raise AssertionError("the body was read")

        readline = read

    request = {"CONTENT_LENGTH": str(settings.REQUEST_MAX_BYTES + 1), "wsgi.input": Unread()}
    answer = Client().post("/accounts/login/", content_type="application/octet-stream", **request)

    assert answer.status_code == 413
    assert "What you sent is too large" in answer.content.decode()
