"""A second step is set up and used, with a passkey and with an app; and a council's own sign-in opens the account."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from socket import socket

import pytest
import requests
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from core.models import Notice, TrailEntry
from tests.factories.cast import Cast, cast
from tests.journeys.conftest import PASSWORD, Opener, check_page, give_password, sign_in
from tools.children import end_all

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def eastmere(transactional_db: None, settings, live_server) -> Cast:
    """A council that asks its administrators and the QA team for a second step."""
    settings.QA_ORIGIN = live_server.url
    people = cast("eastmere")
    people.council.second_factor_roles = ["administrator", "qa_officer"]
    people.council.save()
    give_password(people.administrator, people.officer, people.reader)
    return people


@pytest.fixture
def provider(eastmere: Cast) -> Iterator[str]:
    """A real provider's process, at which the administrator and a stranger have accounts."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    claims = {
        "sub": "entra-1",
        "email": eastmere.administrator.email,
        "email_verified": True,
    }
    stranger = {"sub": "entra-2", "email": "stranger@example.org", "email_verified": True}
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port), "-n"]
    for one in (claims, stranger):
        command += ["--user-claims", json.dumps(one)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    wait_for(f"{address}/.well-known/openid-configuration")
    yield address
    end_all([process], seconds=5)


def wait_for(address: str) -> None:
    """Wait until a server answers, ten seconds at most."""
    for _ in range(100):
        try:
            requests.get(address, timeout=1).raise_for_status()
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(address)


def fill_in(page: Page, address: str, email: str) -> None:
    """Type the address and the password on the page to sign in."""
    page.goto(f"{address}/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def hold_a_key(page: Page) -> None:
    """Give the browser a passkey device that says yes to everything."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def code(secret: str) -> str:
    """What the app shows now; a new one, when the present one is about to end."""
    left = 30 - time.time() % 30
    if left < 6:
        time.sleep(left + 0.1)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_a_passkey_is_set_up_and_then_opens_the_account_alone(
    eastmere, live_server, open_browser: Opener
):
    page = open_browser.page()
    hold_a_key(page)
    fill_in(page, live_server.url, eastmere.administrator.email)
    expect(page).to_have_url(f"{live_server.url}/accounts/security/needed/")
    check_page(page, "second-step-needed")

    page.get_by_role("button", name="Set up a passkey").click()
    check_page(page, "add-passkey")
    page.get_by_label("A name for it").fill("My laptop")
    page.get_by_role("button", name="Add the passkey").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    check_page(page, "recovery-codes")
    page.get_by_role("link", name="I have kept them").click()
    page.goto(f"{live_server.url}/accounts/security/")
    check_page(page, "how-you-sign-in")
    page.get_by_role("link", name="Change your passkeys").click()
    expect(page.locator("dl")).to_contain_text("Opens your account by itself")
    check_page(page, "passkeys")
    page.goto(f"{live_server.url}/people/sign-in/")
    check_page(page, "sign-in-rules")
    page.get_by_role("button", name="Sign out").click()

    check_page(page, "sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{live_server.url}/")
    line = TrailEntry.objects.filter(verb="sign in").latest("pk")
    assert (line.by_id, line.detail) == (eastmere.administrator.pk, {"with": ["webauthn"]})
    assert open_browser.faults == []


def test_an_app_is_set_up_which_ends_the_other_browser_and_its_code_is_asked_for(
    eastmere, live_server, open_browser: Opener
):
    other = sign_in_elsewhere(open_browser, live_server.url, eastmere)
    page = open_browser.page()
    fill_in(page, live_server.url, eastmere.officer.email)
    page.get_by_role("button", name="Set up an app").click()
    check_page(page, "set-up-app")
    page.get_by_text("I cannot use the camera").click()
    secret = re.sub(r"\W", "", page.locator(".qa-key").inner_text())
    page.get_by_label("Authenticator code").fill("000000")
    page.get_by_role("button", name="Set up").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("This code is not right")
    secret = re.sub(r"\W", "", page.locator(".qa-key").text_content() or "")
    page.get_by_label("Authenticator code").fill(code(secret))
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    kept = page.locator(".qa-codes code").first.inner_text()

    other.goto(f"{live_server.url}/messages/")
    expect(other.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto(f"{live_server.url}/accounts/sessions/")
    check_page(page, "where-signed-in")
    expect(page.get_by_text("This browser")).to_be_visible()
    kinds = TrailEntry.objects.filter(verb="second factor added", by_id=eastmere.officer.pk)
    assert {line.detail["kind"] for line in kinds} == {"totp", "recovery_codes"}
    assert Notice.objects.filter(to=eastmere.officer, kind="sign-in.changed").exists()

    page.get_by_role("button", name="Sign out").click()
    fill_in(page, live_server.url, eastmere.officer.email)
    check_page(page, "second-step")
    page.get_by_label("Code").fill(kept)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{live_server.url}/")
    assert TrailEntry.objects.get(verb="recovery code used").detail == {"left": 9}
    assert open_browser.faults == []


def sign_in_elsewhere(open_browser: Opener, address: str, people: Cast) -> Page:
    """The officer, signed in in another browser before a second step was asked for."""
    people.council.second_factor_roles = ["administrator"]
    people.council.save()
    page = sign_in(open_browser.page(), address, people.officer)
    people.council.second_factor_roles = ["administrator", "qa_officer"]
    people.council.save()
    return page


def test_a_councils_own_sign_in_opens_the_account_and_no_other(
    eastmere, provider, live_server, open_browser: Opener, settings
):
    row = {
        "council": "eastmere",
        "id": "eastmere-sso",
        "name": "Eastmere account",
        "server_url": provider,
        "client_id": "qa-framework",
        "client_secret": "a secret of two",
        "second_factor": True,
    }
    settings.SINGLE_SIGN_ON = [row]
    app = {
        "provider_id": row["id"],
        "name": row["name"],
        "client_id": row["client_id"],
        "secret": row["client_secret"],
        "settings": {"server_url": provider, "uid_field": "sub"},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }
    page = open_browser.page()
    page.goto(f"{live_server.url}/messages/")
    check_page(page, "sign-in-council")

    page.get_by_role("button", name="Sign in with Eastmere account").click()
    page.get_by_role("button", name="entra-1").click()

    page.wait_for_url(f"{live_server.url}/messages/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with Eastmere account").click()
    page.get_by_role("button", name="entra-2").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "You cannot sign in with this account"
    )
    check_page(page, "single-sign-on-refused")
    page.get_by_role("link", name="Back to sign in").click()
    page.get_by_role("button", name="Sign in with Eastmere account").click()
    page.get_by_role("button", name="Deny").click()  # it comes back without the state it was given
    expect(page.get_by_role("heading", level=1)).to_have_text("Signing in did not work")
    check_page(page, "single-sign-on-not-working")
    assert open_browser.faults == []
