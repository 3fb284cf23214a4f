import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, path
from django.views import View

from audits.models import Audit
from core.middleware import PUBLIC_NAMES, public
from core.models import TrailEntry
from core.moves import Refused
from core.trail import source
from qaframework import urls
from tests.factories.audits import audit_at, framework
from tests.factories.cast import cast
from tests.factories.people import UserFactory

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def refuse(request):
    raise Refused("Finish <b>these</b> first.", ["Score <i>q1</i>", "Score q2"])


def forbid(request):
    raise PermissionDenied


def change(request):
    Audit.objects.update(meeting_mode="call")
    return HttpResponse("changed")


class Described(View):
    def get(self, request):
        return HttpResponse("a class")


handler500 = urls.handler500
urlpatterns = [
    *urls.urlpatterns,
    path("unlisted/", lambda request: HttpResponse("unlisted")),
    path("described/", Described.as_view()),
    path("open/", public(lambda request: HttpResponse(source.get()))),
    path("refuse/", refuse),
    path("forbid/", forbid, name="forbidden-page"),
    path("change/", change),
    path("broken/", lambda request: 1 / 0),
]
with_these_pages = pytest.mark.urls(__name__)


def signed_in(user=None):
    client = Client(raise_request_exception=False)
    client.force_login(user or UserFactory(), backend=BACKEND)
    return client


@pytest.fixture
def database_away(django_db_setup, django_db_blocker, monkeypatch, tmp_path):
    """A database whose socket is not there, as when its server is down."""
    with django_db_blocker.unblock():
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "HOST", str(tmp_path))
        monkeypatch.setitem(connection.settings_dict, "PORT", "1")
        yield
        connection.close()


# --- who may enter -------------------------------------------------------------------------------


@with_these_pages
@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "head", "options"])
@pytest.mark.parametrize("address", ["/unlisted/", "/described/", "/messages/", "/"])
def test_a_page_asks_for_a_sign_in_unless_it_says_otherwise(client, address, method):
    answer = getattr(client, method)(address)

    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        f"/accounts/login/?next={address}",
    )


@with_these_pages
@pytest.mark.django_db
def test_the_sign_in_page_leads_back_to_the_page_that_was_asked_for(client):
    answer = client.get("/messages/?page=2")

    assert answer.headers["Location"] == "/accounts/login/?next=/messages/%3Fpage%3D2"


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["X-Autosave", "HX-Request"])
def test_a_page_in_use_is_told_that_its_person_is_signed_out(client, header):
    answer = client.post("/messages/1/", headers={header: "true"})

    assert (answer.status_code, answer.content) == (401, b"You have been signed out.")
    assert answer.headers["Content-Type"] == "text/plain"


@with_these_pages
@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["/open/", "/health/", "/accessibility/", "/accounts/login/", "/accounts/password/reset/"],
)
def test_a_public_page_opens_without_a_sign_in(client, address):
    assert client.get(address).status_code == 200


def test_every_public_name_is_a_real_route():
    resolver = get_resolver()
    spaces = {
        f"{space}:{name}"
        for space, (_, inner) in resolver.namespace_dict.items()
        for name in inner.reverse_dict
    }

    assert PUBLIC_NAMES - {*resolver.reverse_dict, *spaces} == set()


@with_these_pages
@pytest.mark.django_db
def test_somebody_signed_in_enters():
    assert signed_in().get("/unlisted/").content == b"unlisted"


@pytest.mark.django_db
def test_somebody_who_may_no_longer_sign_in_is_out_at_once():
    user = UserFactory()
    client = signed_in(user)

    user.is_active = False
    user.save()

    assert client.get("/messages/").status_code == 302


@with_these_pages
def test_the_address_of_a_request_is_forgotten_after_it(client, db):
    assert client.get("/open/", REMOTE_ADDR="192.0.2.7").content == b"192.0.2.7"
    assert source.get() == ""


# --- what a browser keeps and runs ---------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/messages/", "/brand.css", "/accounts/security/", "/nowhere/", "/messages/1/"]
)
def test_no_browser_or_proxy_keeps_a_page_of_somebody_signed_in(address):
    answer = signed_in().get(address)

    assert set(answer.headers["Cache-Control"].split(", ")) == {
        "max-age=0",
        "no-cache",
        "no-store",
        "must-revalidate",
        "private",
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/messages/", "/accounts/login/", "/health/", "/nowhere/", "/refuse/"]
)
@with_these_pages
def test_every_answer_forbids_scripts_and_styles_in_the_page(address):
    answer = signed_in().get(address)

    policy = dict(
        (words.partition(" ")[0], words.partition(" ")[2])
        for words in answer.headers["Content-Security-Policy"].split("; ")
    )
    nonce = re.search(r'nonce="([^"]+)"', answer.content.decode())
    allowed = f"'nonce-{nonce[1]}'" if nonce else None
    assert (policy["default-src"], policy.get("script-src"), policy.get("style-src")) == (
        "'none'",
        allowed,
        allowed,
    )
    own = "'self'" if nonce else "'none'"
    assert ("sandbox" in policy) == (nonce is None)
    assert (policy["base-uri"], policy["form-action"], policy["frame-ancestors"]) == (
        "'none'",
        own,
        "'none'",
    )
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"
    assert (answer.headers["X-Frame-Options"], answer.headers["X-Content-Type-Options"]) == (
        "DENY",
        "nosniff",
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/", "/messages/", "/accessibility/", "/accounts/security/", "/nowhere/"]
)
def test_no_page_needs_what_the_policy_forbids(address):
    page = signed_in().get(address).content.decode()

    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", page) == []
    assert "</html>" in page


# --- when something fails ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/"),
        ("get", "/messages/"),
        ("post", "/messages/1/"),
        ("get", "/accounts/login/"),
        ("post", "/accounts/login/"),
    ],
)
def test_a_database_that_is_away_is_told_with_503(database_away, method, address):
    client = Client(raise_request_exception=False)
    client.cookies["qa"] = "x" * 32

    answer = getattr(client, method)(address)

    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "5")
    assert "The service is away for a moment" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


@with_these_pages
@pytest.mark.django_db
def test_any_other_fault_is_told_with_500():
    answer = signed_in().get("/broken/")

    assert answer.status_code == 500
    assert "no-store" in answer.headers["Cache-Control"]


@with_these_pages
@pytest.mark.django_db
def test_a_refused_step_is_told_in_words_with_422():
    answer = signed_in().post("/refuse/")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Finish &lt;b&gt;these&lt;/b&gt; first." in page
    assert re.findall(r"<li>(Score.*?)</li>", page) == ["Score &lt;i&gt;q1&lt;/i&gt;", "Score q2"]
    assert not TrailEntry.objects.filter(verb="refused").exists()


@with_these_pages
@pytest.mark.django_db
def test_a_refused_right_is_told_with_403_and_recorded():
    user = UserFactory()

    answer = signed_in(user).get("/forbid/", REMOTE_ADDR="192.0.2.7")

    entry = TrailEntry.objects.get(verb="refused")
    assert answer.status_code == 403
    assert (entry.subject_type, entry.by_id, entry.council_id, entry.source) == (
        "forbidden-page",
        user.pk,
        user.council_id,
        "192.0.2.7",
    )


# --- the history of a row ------------------------------------------------------------------------


@with_these_pages
@pytest.mark.django_db
def test_a_changed_row_remembers_who_changed_it_and_on_which_page():
    people = cast("eastmere")
    audit = audit_at("allocated", people, framework())

    signed_in(people.officer).post("/change/")

    assert audit.events.latest("pgh_id").pgh_context.metadata == {
        "user": people.officer.pk,
        "page": "/change/",
    }
