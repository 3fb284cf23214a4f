"""Which routes ask again who somebody is (docs/decisions/0021-sign-in.md): one more, or one less, is thought about."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.factories.cast import cast
from tests.signing_in import sign_in

ASKS = {
    # how one signs in oneself
    "account_set_password",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_add_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    # who may sign in, and see and do what
    "add-person",
    "invite-again",
    "sign-out-everywhere",
    "take-factors-away",
    "give-post",
    "move-post",
    "end-post",
    "leave",
    "hand-over-work",
    "access-review",
    "sign-in-rules",
    "import-confirm",
    "new-token",
    # what leaves the service
    "trail-file",
    "pack-file",
    "pack-key",
    # what is erased, kept back, and told to whom it is about
    "propose-erasing",
    "approve-erasing",
    "refuse-erasing",
    "erasing-again",
    "erasing-list",
    "lift-retention-hold",
    "new-subject-request",
    "subject-request",
    "confirm-subject-request",
    "subject-request-again",
    "subject-file",
    "erase-subject-request",
    # by what everybody's work is measured
    "approve-framework",
}
# Pages and forms of which each is tried with an old sign-in, with the method by which they come.
TRIED = [("new-token", "get"), ("new-token", "post")] + [
    (name, "post") for name in ("import-confirm", "approve-framework", "invite-again")
]


def routes(patterns=None):
    """Each named route with its view."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns)
        elif isinstance(one, URLPattern) and one.name:
            yield one.name, one.callback


def test_these_routes_ask_again_and_no_others():
    found = {name for name, view in routes() if getattr(view, "asks_again", False)}

    assert sorted(found - ASKS) == []
    assert sorted(ASKS - found) == []


@pytest.mark.django_db
def test_an_old_sign_in_gets_the_question_and_nothing_else():
    people = cast("eastmere")
    client = sign_in(Client(), people.administrator, minutes_ago=31)

    for name, method in TRIED:
        where = reverse(name, args=[] if name == "new-token" else [people.worker.pk])
        answer = getattr(client, method)(where)
        assert answer.status_code == 302, name
        assert answer.headers["Location"].startswith("/accounts/reauthenticate/"), name
    for name in ("pack-file", "pack-key"):
        where = reverse(name, args=[1])
        asked = f"/accounts/reauthenticate/?next={where}"
        assert client.get(where).headers["Location"] == asked
