"""How people sign in: with an account that the council made for them; each sign-in leaves a trail line."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from core import clock
from core.trail import record
from people import factors
from people.models import User
from people.roles import Role
from people.selectors import holds
from people.sensitive import proved_recently
from people.sign_ins import tell_of_change
from people.single_sign_on import issuers_of, keep_asked_at

log = logging.getLogger(__name__)
FACTOR_STAGE = "allauth.mfa.stages.AuthenticateStage"


def may_use_password(user: User) -> bool:
    """Whether a password opens the service to this person: not where their council wants its single sign-on.

    Its administrators keep their passwords, for the day on which the single sign-on itself is broken.
    """
    if user.council is None or not user.council.single_sign_on_only:
        return True
    return holds(user, Role.ADMINISTRATOR, on=clock.today())


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The e-mail address or the password is not right.",
        "too_many_login_attempts": (
            "There were too many attempts. Wait five minutes, then try again."
        ),
        "rate_limited": "There were too many attempts. Wait five minutes, then try again.",
        "enter_current_password": "This is not your present password.",
        "incorrect_password": "This is not your password.",
        "incorrect_code": "This code is not right, or it has been used. Wait for the next one.",
        "invalid_password_reset": "This link has been used, or it is too old.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come from the staff import, never from a form."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Who has this address and password; nobody, in the same words and the same time, for anything else.

        A closed account, one of another way in and an address that nobody has are all answered as a wrong password.
        """
        self.pre_authenticate(request, **credentials)
        user = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()
        if not isinstance(user, User) or not may_use_password(user):
            self.authentication_failed(request, **credentials)
            return None
        self._rollback_login_failed_rl_usage()
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A wrong password, or an address that nobody has; what was typed is not kept."""
        email = str(credentials.get("email") or "").strip().lower()
        user = User.objects.select_related("council").filter(email=email).first()
        record("sign-in refused", user or "sign-in", cause=why_refused(user), at=clock.now())

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Refuse whoever has an account that is closed, or comes by a way that their council has closed."""
        proofs = get_authentication_records(request, user)
        by_provider = any(proof.get("method") == "socialaccount" for proof in proofs)
        if user.is_active and (by_provider or may_use_password(user)):
            if sociallogin := (kwargs.get("signal_kwargs") or {}).get("sociallogin"):
                keep_asked_at(request, user, sociallogin)
            return super().pre_login(request, user, **kwargs)
        record("sign-in refused", user, cause=why_refused(user), at=clock.now())
        return HttpResponseRedirect(reverse("account_inactive"))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Somebody is in, with their second factor if they have one."""
        proofs = get_authentication_records(request, user)
        ways = sorted({str(proof.get("type") or proof.get("method")) for proof in proofs})
        record("sign in", user, by=user, at=clock.now(), detail={"with": ways})
        return super().post_login(request, user, **kwargs)

    def get_login_stages(self) -> list[str]:
        """The second factor is not asked for again where the single sign-on has asked for one."""
        ours = "people.single_sign_on.SecondFactorStage"
        return [ours if one == FACTOR_STAGE else one for one in super().get_login_stages()]

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The ways to prove again who one is; a single sign-on where the account is linked to one."""
        if not user.is_authenticated:
            return []
        methods = super().get_reauthentication_methods(user)
        if not may_use_password(user):
            methods = [one for one in methods if one["id"] != "reauthenticate"]
        words = {
            "reauthenticate": "Use your password",
            "mfa_reauthenticate": "Use a code from your app, or a recovery code",
            "mfa_reauthenticate:webauthn": "Use your passkey",
        }
        return [one | {"description": words[one["id"]]} for one in methods] + [
            {
                "id": "single_sign_on",
                "description": f"Use {issuer.name}",
                "url": reverse("single-sign-on", args=[issuer.id]),
            }
            for issuer in issuers_of(user)
        ]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A sign-in of the last minutes is a proof as well: nobody is asked twice at once."""
        return not proved_recently(context.request)

    def reauthenticate(self, user: User, password: str) -> bool:
        """Whether this is their password; counted with the tries to sign in."""
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """The link; or, where a password opens nothing, how to sign in instead. The page says the same for both."""
        template = "password_reset_key" if may_use_password(user) else "no_password"
        record("password reset asked", user, cause="by address", at=clock.now())
        self.send_mail(f"account/email/{template}", user.email, context | {"origin": origin()})

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one, with the service's own address in it, whatever host the request has named.

        A mail server that is away changes nothing on the page: what it says tells nobody who has an account.
        """
        try:
            super().send_mail(template_prefix, email, context | {"origin": origin()})
        except OSError as fault:
            log.warning("a mail about signing in was not sent: %s", type(fault).__name__)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody that a way to sign in to their account has changed."""
        tell_of_change(user, template_prefix.rpartition("/")[2], at=clock.now())

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link at the service's own address."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return origin() + path.replace("UID-KEY", key)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the overview."""
        return reverse("mfa_index")


def why_refused(user: User | None) -> str:
    """For the trail: why an address and a password, or a passkey, opened nothing."""
    if user is None:
        return "unknown address"
    if not user.is_active:
        return "closed account"
    return "wrong password" if may_use_password(user) else "single sign-on only"


def origin() -> str:
    """The service's own address, with which links in mails begin."""
    return str(settings.QA_ORIGIN)


class FactorAdapter(DefaultMFAAdapter):
    """Second factors: their secrets sealed, their words ours."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": "Your council wants a second step for your post.",
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret with a key outside the database."""
        return factors.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again. Raises factors.Closed where no key opens it."""
        return factors.unseal(encrypted_text)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """A name to begin with."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {count + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The service as a passkey knows it."""
        return super().get_public_key_credential_rp_entity() | {"name": "QA Framework"}
