"""Single sign-on against a provider process that lies in every way we know of."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from core.models import Notice, TrailEntry
from people.models import User
from people.single_sign_on import issuers
from qaframework.settings import providers
from tests.factories.cast import cast
from tests.people.test_second_factor import with_app
from tests.signing_in import sign_in
from tools.children import end_all

pytestmark = pytest.mark.django_db

# In lower case the Kelvin sign is the letter k.
KELVIN = "\N{KELVIN SIGN}"
START = "/accounts/council/eastmere-sso/"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of the lying provider."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.people.provider"], stdout=subprocess.PIPE, text=True
    )
    yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    end_all([process], seconds=5)


@pytest.fixture
def row(provider, settings) -> dict[str, object]:
    """The provider, set up for Eastmere; what is changed in it counts at once."""
    made: dict[str, object] = {
        "council": "eastmere",
        "id": "eastmere-sso",
        "name": "Eastmere account",
        "server_url": provider,
        "client_id": "our-client",
        "client_secret": "our-secret",
    }
    settings.QA_ORIGIN = "http://testserver"
    settings.SINGLE_SIGN_ON = [made]
    app = {
        "provider_id": "eastmere-sso",
        "name": "Eastmere account",
        "client_id": "our-client",
        "secret": "our-secret",
        "settings": {"server_url": provider, "uid_field": "sub"},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }
    return made


@pytest.fixture
def people(row):
    return cast("eastmere")


def says(provider: str, **what: object) -> None:
    """What the provider's next token says."""
    requests.post(f"{provider}/next", json=what, timeout=5).raise_for_status()


def arrive(client: Client, start: str = START):
    """Go to the provider and come back from it, as a browser does; the last answer."""
    there = client.get(start)
    if there.status_code != 302:
        return there
    back = requests.get(there.headers["Location"], allow_redirects=False, timeout=5)
    return client.get(back.headers["Location"].removeprefix("http://testserver"))


def inside(client: Client) -> bool:
    """Whether somebody is signed in."""
    return client.get("/messages/").status_code == 200


def verified(user: User, **more: object) -> dict[str, object]:
    """The claims of a provider that has checked somebody's address."""
    return {"email": user.email.upper(), "email_verified": True, **more}


def test_the_first_time_links_by_the_verified_address_and_then_by_the_number_alone(
    people, provider
):
    says(provider, claims=verified(people.worker))
    client = Client()
    before = client.session.session_key

    answer = arrive(client, f"{START}?next=/messages/")

    assert answer.headers["Location"] == "/messages/"
    assert inside(client)
    assert client.session.session_key != before
    link = SocialAccount.objects.get()
    assert (link.user, link.uid, link.extra_data) == (people.worker, "person-1", {"iss": provider})
    assert TrailEntry.objects.filter(verb="single sign-on linked", by_id=people.worker.pk).exists()
    assert TrailEntry.objects.get(verb="sign in").detail == {"with": ["socialaccount"]}
    assert Notice.objects.filter(to=people.worker, kind="sign-in.changed").count() == 1

    says(provider, claims={"email": people.manager.email, "email_verified": True})
    again = Client()
    arrive(again)
    assert again.session["_auth_user_id"] == str(people.worker.pk)


def test_the_address_may_come_by_the_second_question_if_it_is_about_the_same_person(
    people, provider
):
    says(provider, userinfo=verified(people.worker, sub="person-1"))
    client = Client()
    arrive(client)
    assert inside(client)

    SocialAccount.objects.all().delete()
    says(provider, userinfo=verified(people.worker, sub="person-2"))
    other = Client()
    assert arrive(other).status_code == 401
    assert not inside(other)


def test_what_is_asked_of_the_provider(people, provider):
    says(provider)
    arrive(Client(), f"{START}?auth_params=prompt%3Dnone&scope=everything&process=connect")

    asked = requests.get(f"{provider}/asked", timeout=5).json()[-1]
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://testserver/accounts/council/eastmere-sso/back/"
    assert len(asked["nonce"]) > 30
    assert "prompt" not in asked


@pytest.mark.parametrize(
    "lie",
    [
        {"alg": "none"},
        {"alg": "unsigned"},
        {"alg": "HS256"},
        {"key": "strange"},
        {"claims": {"aud": "another-service"}},
        {"claims": {"aud": ["our-client", "another-service"]}},
        {"claims": {"azp": "another-service"}},
        {"claims": {"iss": "http://127.0.0.1:9"}},
        {"issuer": "http://127.0.0.1:9"},
        {"claims": {"exp": 1_700_000_300, "iat": 1_700_000_000}},
        {"claims": {"exp": None}},
        {"claims": {"nonce": "of another sign-in"}},
        {"claims": {"nonce": None}},
        {"claims": {"sub": None}},
        {"claims": {"sub": 7}},
        {"token": False},
    ],
    ids=str,
)
def test_a_token_that_is_not_right_opens_nothing_and_links_nothing(people, provider, lie):
    more = lie | {"claims": verified(people.worker) | lie.get("claims", {})}
    says(provider, **more)
    client = Client()

    answer = arrive(client)

    assert answer.status_code == 401
    assert not inside(client)
    assert not SocialAccount.objects.exists()
    assert TrailEntry.objects.get(verb="sign-in refused").cause == "single sign-on not valid"


def test_the_return_is_for_the_browser_that_began_and_once_only(people, provider):
    says(provider, claims=verified(people.worker))
    mine, other = Client(), Client()
    there = mine.get(START).headers["Location"]
    back = requests.get(there, allow_redirects=False, timeout=5).headers["Location"]
    path = back.removeprefix("http://testserver")

    assert other.get(path).status_code == 401  # somebody else's state
    assert other.get(path.partition("&")[0]).status_code == 401  # none at all
    assert mine.get(path).status_code == 302
    mine.post(reverse("account_logout"))
    assert mine.get(path).status_code == 401  # replayed
    assert not inside(mine)
    assert not inside(other)


@pytest.mark.parametrize(
    "said", [{"email_verified": False}, {"email_verified": None}, {"email_verified": "true"}]
)
def test_an_address_that_nobody_has_checked_is_never_linked(people, provider, said):
    says(provider, claims={"email": people.worker.email} | said)
    client = Client()

    answer = arrive(client)

    assert answer.status_code == 403
    assert "does not say that your e-mail address has been checked" in answer.content.decode()
    assert not SocialAccount.objects.exists()


def test_a_provider_whose_addresses_the_council_trusts_need_not_say_so(people, provider, row):
    row["trusts_email"] = True
    says(provider, claims={"email": people.worker.email})
    client = Client()

    arrive(client)

    assert inside(client)


def test_only_open_accounts_of_the_providers_own_council_are_let_in(people, provider):
    northshire = cast("northshire")
    User.objects.filter(pk=people.second.pk).update(is_active=False)
    pages = []
    for email in (
        "nobody@example.org",
        northshire.worker.email,
        people.second.email,
    ):
        says(provider, claims={"email": email, "email_verified": True})
        answer = arrive(Client())
        pages.append((answer.status_code, "no open account here" in answer.content.decode()))

    says(provider, claims=verified(people.worker, email=people.worker.email.replace("k", KELVIN)))
    assert arrive(Client()).status_code == 403
    assert pages == [(403, True)] * 3
    assert not SocialAccount.objects.exists()
    assert User.objects.count() == len(people.everybody()) + len(northshire.everybody())


def test_a_linked_account_that_is_closed_or_has_moved_council_opens_nothing(people, provider):
    link = SocialAccount.objects.create(
        user=people.worker, provider="eastmere-sso", uid="person-1", extra_data={}
    )
    says(provider, claims=verified(people.worker))
    User.objects.filter(pk=people.worker.pk).update(is_active=False)
    assert arrive(Client()).status_code == 403

    link.user = cast("northshire").worker
    link.save()
    assert arrive(Client()).status_code == 403

    line = TrailEntry.objects.filter(verb="sign-in refused").latest("pk")
    assert line.cause == "single sign-on: another council"


def test_a_second_stranger_with_the_same_address_is_not_linked(people, provider):
    says(provider, claims=verified(people.worker))
    arrive(Client())

    says(provider, claims=verified(people.worker, sub="person-2"))
    answer = arrive(Client())

    assert answer.status_code == 403
    assert SocialAccount.objects.get().uid == "person-1"


@pytest.mark.parametrize("asks_itself", [True, False])
def test_the_second_step_is_asked_for_unless_the_provider_asks_itself(
    people, provider, row, asks_itself
):
    row["second_factor"] = asks_itself
    with_app(people.worker)
    says(provider, claims=verified(people.worker))
    client = Client()

    answer = arrive(client)

    assert inside(client) is asks_itself
    assert asks_itself or answer.headers["Location"] == "/accounts/security/authenticate/"


@pytest.mark.parametrize("asks_itself", [True, False])
def test_a_role_that_needs_a_second_step_has_one_when_the_provider_asks_itself(
    people, provider, row, asks_itself
):
    row["second_factor"] = asks_itself
    people.council.second_factor_roles = ["administrator"]
    people.council.save()
    says(provider, claims=verified(people.administrator))
    client = Client()
    arrive(client)

    assert inside(client) is asks_itself


def test_somebody_without_a_password_proves_again_at_the_provider(people, provider):
    says(provider, claims=verified(people.administrator))
    client = Client()
    arrive(client)
    session = client.session
    for proof in session["account_authentication_methods"]:
        proof["at"] -= 31 * 60
    session.save()
    page = reverse("sign-in-rules")

    asked = client.get(page).headers["Location"]
    there = client.get(asked).headers["Location"]
    assert there == f"{START}?next=%2Fpeople%2Fsign-in%2F"
    says(provider, claims=verified(people.administrator, auth_time=int(time.time()) - 3600))
    assert arrive(client, there).status_code == 401  # the provider has not asked again
    assert client.get(page).status_code == 302
    says(provider, claims=verified(people.administrator, auth_time=None))
    assert arrive(client, there).status_code == 401
    says(provider, claims=verified(people.worker, sub="person-2"))
    assert arrive(client, there).status_code == 403  # somebody else has
    assert client.get(page).status_code == 302

    says(provider, claims=verified(people.administrator))
    assert arrive(client, there).headers["Location"] == page
    assert client.get(page).status_code == 200
    asked = requests.get(f"{provider}/asked", timeout=5).json()[-1]
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")


@pytest.mark.parametrize(
    ("asked", "counts"), [(60, True), (31 * 60, False), (None, False)], ids=str
)
def test_a_provider_that_lets_a_browser_through_unasked_proves_nothing(
    people, provider, asked, counts
):
    moment = None if asked is None else int(time.time()) - asked
    says(provider, claims=verified(people.administrator, auth_time=moment))
    client = Client()
    arrive(client)

    answer = client.get(reverse("sign-in-rules"))

    assert inside(client)
    assert (answer.status_code == 200) is counts
    assert counts or answer.headers["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example.org/",
        "//evil.example.org/",
        "/%5Cevil.example.org/",
        "%5C%5Cevil.example.org/",
        "https:evil.example.org",
        "https://testserver@evil.example.org/",
        "javascript:alert(1)",
        "%09//evil.example.org/",
    ],
)
def test_nobody_is_sent_out_of_the_service_by_signing_in(people, provider, target):
    says(provider, claims=verified(people.worker))
    client = Client()

    answer = arrive(client, f"{START}?next={target}")

    assert answer.headers["Location"] == "/"
    assert inside(client)


def test_somebody_signed_in_is_not_sent_out_of_the_service_after_proving_again(people, provider):
    SocialAccount.objects.create(
        user=people.worker, provider="eastmere-sso", uid="person-1", extra_data={}
    )
    says(provider, claims=verified(people.worker))
    client = sign_in(Client(), people.worker)

    answer = arrive(client, f"{START}?next=https://evil.example.org/")

    assert answer.headers["Location"] == "/"


def test_a_provider_that_is_away_is_told_in_plain_words(people, row, settings):
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = (
        "http://127.0.0.1:9"
    )

    answer = Client().get(START)

    assert answer.status_code == 401
    assert "Signing in did not work" in answer.content.decode()
    assert Client().get("/accounts/council/nobodys/").status_code == 404


@pytest.mark.parametrize(
    "words",
    [
        "{",
        '[{"id": "x"}]',
        '{"id": "x"}',
        '[{"council":"a","id":"x","name":"n","server_url":"http://x","client_id":"c","client_secret":"s"}]',
    ],
)
def test_what_is_wrong_in_the_setting_stops_the_start(words):
    with pytest.raises(ImproperlyConfigured):
        providers(words, https_only=True)


def test_nothing_is_set_up_unless_it_is_set():
    assert issuers() == []
