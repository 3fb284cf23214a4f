"""The second step: each code once, wrong ones counted, and nothing else for who must have one and has none."""

import re
import time
from base64 import b64decode
from importlib import import_module
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from core.models import TrailEntry
from core.sealed import newest
from people import factors
from people.adapter import FactorAdapter
from tests.factories.cast import cast
from tests.people.test_sign_in import PASSWORD, try_in
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

ASKED = "/accounts/security/authenticate/"


@pytest.fixture
def people():
    made = cast("eastmere")
    for one in (made.worker, made.administrator):
        one.set_password(PASSWORD)
        one.save()
    return made


def code(secret: str, *, steps: int = 0) -> str:
    """What an app shows now, or showed so many half-minutes ago; never one that is about to change."""
    left = 30 - time.time() % 30
    if left < 6:
        time.sleep(left + 0.1)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def with_app(user) -> str:
    """Give somebody an app and recovery codes; the app's secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def half_in(user) -> Client:
    """A browser in which the password was right and the second step has not been taken."""
    client = Client()
    answer = try_in(user.email, client=client)
    assert answer.headers["Location"] == ASKED
    return client


def test_with_the_password_alone_no_page_opens(people):
    with_app(people.worker)
    client = half_in(people.worker)

    for name in ("my-work", "messages", "audits", "actions-file", "mfa_index", "my-sessions"):
        args = ["csv"] if name == "actions-file" else []
        assert (
            client.get(reverse(name, args=args)).headers["Location"].startswith("/accounts/login/")
        )
    assert client.get(reverse("api-v1:api-figures")).status_code in {401, 403}
    assert client.get(ASKED).status_code == 200


def test_each_code_opens_once_and_an_older_one_not_at_all(people):
    secret = with_app(people.worker)
    now = code(secret)

    assert half_in(people.worker).post(ASKED, {"code": code(secret, steps=-1)}).status_code == 200
    assert half_in(people.worker).post(ASKED, {"code": now}).status_code == 302
    second = half_in(people.worker).post(ASKED, {"code": now})

    assert second.status_code == 200
    assert "it has been used" in second.content.decode()
    line = TrailEntry.objects.get(verb="sign in")
    assert line.detail == {"with": ["password", "totp"]}
    assert TrailEntry.objects.filter(cause="wrong code: totp").count() == 2


def test_ten_wrong_codes_lock_the_right_one_for_a_while(people):
    secret = with_app(people.worker)
    for number in range(10):
        client = Client(REMOTE_ADDR=f"198.51.100.{number}")
        try_in(people.worker.email, client=client)
        client.post(ASKED, {"code": "000000"})

    client = half_in(people.worker)
    answer = client.post(ASKED, {"code": code(secret)})

    assert answer.status_code == 200
    assert "too many attempts" in answer.content.decode()
    assert client.get("/messages/").status_code == 302


def test_a_recovery_code_opens_once_and_that_is_in_the_trail(people):
    with_app(people.worker)
    held = Authenticator.objects.get(user=people.worker, type="recovery_codes")
    one = held.wrap().get_unused_codes()[0]

    first = half_in(people.worker).post(ASKED, {"code": one})
    second = half_in(people.worker).post(ASKED, {"code": one})

    assert (first.status_code, second.status_code) == (302, 200)
    line = TrailEntry.objects.get(verb="recovery code used")
    assert (line.by_id, line.detail) == (people.worker.pk, {"left": 9})


def test_a_new_password_by_mail_does_not_skip_the_second_step(people):
    with_app(people.worker)
    people.worker.set_password("seven grey bicycles at dawn")
    people.worker.save()

    client = Client()
    answer = try_in(people.worker.email, "seven grey bicycles at dawn", client=client)

    assert answer.headers["Location"] == ASKED
    assert client.get("/messages/").status_code == 302


def test_secrets_are_sealed_in_the_database(people):
    secret = with_app(people.worker)
    rows = {one.type: one.data for one in Authenticator.objects.filter(user=people.worker)}

    assert secret not in str(rows)
    assert newest(b64decode(rows["totp"]["secret"]))
    assert newest(b64decode(rows["recovery_codes"]["seed"]))
    assert FactorAdapter().decrypt(rows["totp"]["secret"]) == secret


# --- roles that must have one -----------------------------------------------------------------------


@pytest.fixture
def demanding(people):
    """A council that asks its administrators and QA heads for a second step."""
    people.council.second_factor_roles = ["administrator", "qa_head"]
    people.council.save()
    return people


def test_who_must_have_one_gets_the_page_to_set_it_up_and_nothing_else(demanding):
    client = sign_in(Client(), demanding.administrator)
    needed = reverse("second-factor-needed")

    for name in ("my-work", "people", "messages", "import", "mfa_index", "account_change_password"):
        answer = client.get(reverse(name))
        assert (answer.status_code, answer.headers["Location"]) == (302, needed)
    for sent in (
        client.post(reverse("people"), {"q": "x"}),
        client.get("/", headers={"HX-Request": "1"}),
    ):
        assert sent.status_code == 403
    file = client.get(reverse("actions-file", args=["csv"]))
    assert (file.status_code, file.headers["Location"]) == (302, needed)
    page = client.get(needed).content.decode()
    assert "A password alone can be guessed" in page
    assert sign_in(Client(), demanding.worker).get("/messages/").status_code == 200


def test_setting_up_an_app_opens_the_rest(demanding):
    client = Client()
    try_in(demanding.administrator.email, client=client)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'<code class="qa-key">(\w+)</code>', page)[1]

    assert client.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 200
    assert client.get("/messages/").status_code == 302
    done = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})

    assert done.headers["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(done.headers["Location"]).content.decode()
    assert len(re.findall(r"<li><code>\d{8}</code>", codes)) == 10
    assert client.get("/messages/").status_code == 200


def test_removing_it_asks_for_another_at_the_next_page(demanding):
    with_app(demanding.administrator)
    client = sign_in(Client(), demanding.administrator)
    assert client.get("/messages/").status_code == 200

    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302

    assert not Authenticator.objects.exists()
    assert client.get("/messages/").headers["Location"] == reverse("second-factor-needed")


# --- the council's choice --------------------------------------------------------------------------------


def test_the_administrator_names_the_roles_and_others_cannot(people):
    where = reverse("sign-in-rules")
    sent = {"roles": ["administrator", "qa_head"], "single_sign_on_only": "on"}

    assert sign_in(Client(), people.officer).get(where).status_code == 403
    reader = sign_in(Client(), people.qa_head)
    assert reader.get(where).status_code == 200
    assert reader.post(where, sent).status_code == 403
    client = sign_in(Client(), people.administrator)
    assert client.post(where, {"roles": ["king"]}).status_code == 422
    assert client.post(where, sent).status_code == 302

    people.council.refresh_from_db()
    assert people.council.second_factor_roles == ["administrator", "qa_head"]
    assert people.council.single_sign_on_only is False  # nothing to sign in with is connected
    line = TrailEntry.objects.get(verb="sign-in rules chosen")
    assert line.detail["roles"] == ["administrator", "qa_head"]
    with_app(people.administrator)
    page = client.get(where).content.decode()
    rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)
    assert [("Set up" in row, "Not yet" in row) for row in rows[1:]] == [
        (True, False),
        (False, True),
    ]


def test_the_secrets_of_apps_and_codes_are_put_under_the_newest_key(people, settings):
    secret = with_app(people.worker)
    old = settings.QA_DATA_KEYS
    settings.QA_DATA_KEYS = ["bmV3IGtleSBmb3IgdGVzdHMgb25seSwgbWFkZSBvZiB3b3Jkcy4", *old]

    said = [StringIO(), StringIO()]
    for out in said:
        call_command("reseal", stdout=out)

    assert "mfa.authenticator.data: 2 sealed anew, 0 already" in said[0].getvalue()
    assert "mfa.authenticator.data: 0 sealed anew, 2 already" in said[1].getvalue()
    settings.QA_DATA_KEYS = settings.QA_DATA_KEYS[:1]
    assert half_in(people.worker).post(ASKED, {"code": code(secret)}).status_code == 302


# --- what was set up before secrets were sealed ---------------------------------------------------------


def as_before(user) -> str:
    """Somebody whose app and recovery codes were set up when secrets stood plainly; the app's secret."""
    secret = with_app(user)
    for row in factors.rows():
        for name in set(factors.SECRETS) & set(row.data):
            row.data[name] = factors.unseal(row.data[name])
        row.save()
    assert secret in str([one.data for one in factors.rows()])
    return secret


def by_the_migration():
    import_module("people.migrations.0004_seal_factors").seal_plain(apps, None)


def by_the_command():
    call_command("reseal", stdout=StringIO())


@pytest.mark.parametrize("heal", [by_the_migration, by_the_command])
def test_plain_secrets_of_earlier_days_open_and_are_sealed(people, heal):
    secret = as_before(people.worker)
    seed = Authenticator.objects.get(user=people.worker, type="recovery_codes")
    codes = seed.wrap().get_unused_codes()
    assert half_in(people.worker).post(ASKED, {"code": codes[0]}).status_code == 302

    for _ in range(2):
        heal()

    rows = {one.type: one for one in factors.rows()}
    assert newest(b64decode(rows["totp"].data["secret"]))
    assert newest(b64decode(rows["recovery_codes"].data["seed"]))
    assert rows["recovery_codes"].wrap().get_unused_codes() == codes[1:]
    assert half_in(people.worker).post(ASKED, {"code": code(secret)}).status_code == 302


def test_no_secret_of_an_app_is_taken_for_a_sealed_one(people):
    # "AQ" is how a sealed text begins; an app's secret may begin so by chance.
    for plain in ("AQ" * 16, "AQ" * 13, "a1" * 40, generate_totp_secret()):
        assert factors.closed(plain) is None
        assert factors.unseal(plain) == plain


def test_a_secret_that_no_key_opens_is_a_wrong_code_and_never_a_fault(people, settings):
    secret = with_app(people.worker)
    client = half_in(people.worker)
    settings.QA_DATA_KEYS = ["bmV3IGtleSBmb3IgdGVzdHMgb25seSwgbWFkZSBvZiB3b3Jkcy4"]

    answer = client.post(ASKED, {"code": code(secret)})

    assert (answer.status_code, "This code is not right" in answer.content.decode()) == (200, True)
    inside = sign_in(Client(), people.worker)
    assert inside.get(reverse("mfa_index")).status_code == 200
    shown = inside.get(reverse("mfa_view_recovery_codes"))
    assert shown.status_code == 422
    assert "cannot be read" in shown.content.decode()
