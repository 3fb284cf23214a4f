"""Single sign-on by OpenID Connect (openid.net/specs/openid-connect-core-1_0.html), one or more providers for a council.

Nobody joins this way: a provider opens the accounts that its own council has made, and no other. Everything an
identity token says is checked here (signature, algorithm, issuer, audience, expiry, nonce), whatever the library
leaves to the transport.
"""

import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Any, NoReturn

import jwt
from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    record_authentication,
)
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from requests import RequestException

from core import clock
from core.trail import record
from people.models import User

# Signatures by a private key only: a shared secret or none at all proves nothing about who signed.
ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
# Seconds by which two clocks may differ.
LEEWAY = 30
# How old, in seconds, a proof at the provider may be when somebody is asked who they are again.
FRESH = 300
WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class Issuer:
    """One provider of `QA_OIDC`: whose it is, what its button says, and how far it is trusted."""

    council: str
    id: str
    name: str
    server_url: str
    client_id: str
    client_secret: str
    uid_field: str = "sub"
    trusts_email: bool = False
    second_factor: bool = False


def issuers() -> list[Issuer]:
    """The providers that are set up."""
    rows: list[dict[str, Any]] = list(settings.SINGLE_SIGN_ON)
    return [Issuer(**row) for row in rows]


def issuer_called(name: str) -> Issuer | None:
    """The provider with this id."""
    return next((one for one in issuers() if one.id == name), None)


def issuers_of(user: User) -> list[Issuer]:
    """The providers of somebody's council to which their account is linked."""
    linked = set(SocialAccount.objects.filter(user_id=user.pk).values_list("provider", flat=True))
    code = user.council.code if user.council else ""
    return [one for one in issuers() if one.id in linked and one.council == code]


class Provider(OpenIDConnectProvider):
    """A council's provider; nothing in an address changes what is asked of it."""

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Who issued it, and nothing about the person: no name or address is kept with the link."""
        return {"iss": data["id_token"]["iss"]}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing: nobody's name or address is filled in from a provider."""
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        """The address as the provider has it, verified where it says so or the council trusts it."""
        claims = data["id_token"]
        email = str(claims.get("email") or "").strip()
        issuer = issuer_called(self.app.provider_id)
        trusted = issuer is not None and issuer.trusts_email
        verified = trusted or claims.get("email_verified") is True
        # Letters that only look alike become others in lower case (CVE-2019-19844): such an address is none.
        usable = email and email.isascii()
        return [EmailAddress(email=email, verified=verified, primary=True)] if usable else []


class Conversation(OpenIDConnectOAuth2Adapter):
    """What is said with a provider between the button and the return; `state` is what this browser began with."""

    state: dict[str, Any]

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself. Raises OAuth2Error when it says it is another."""
        config: dict[str, Any] = super().openid_config
        address = str(self.get_provider().app.settings["server_url"]).removesuffix(WELL_KNOWN)
        if str(config.get("issuer", "")).rstrip("/") != address.rstrip("/"):
            raise OAuth2Error("The provider names another issuer.")
        return config

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """Who has come, by a checked identity token. Raises OAuth2Error for anything that is not right."""
        claims = self.claims(app, kwargs["response"].get("id_token"))
        if "email" not in claims and "userinfo_endpoint" in self.openid_config:
            more = self._fetch_user_info(token.token)
            if not isinstance(more, dict) or more.get("sub") != claims["sub"]:
                raise OAuth2Error("The provider speaks of two people.")
            claims |= {k: more[k] for k in ("email", "email_verified") if k in more}
        if self.state.get("again") and not fresh(claims):
            raise OAuth2Error("The provider has not asked again.")
        if not isinstance(claims.get(app.settings["uid_field"]), str):
            raise OAuth2Error("The identity token does not say who came.")
        login = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        login.asked_at = asked_at(claims)
        return login

    def claims(self, app: SocialApp, token: object) -> dict[str, Any]:
        """What an identity token says, once everything about it is right."""
        if not isinstance(token, str):
            raise OAuth2Error("There is no identity token.")
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in ALGORITHMS:
                raise OAuth2Error("The identity token is not signed by a key.")
            claims: dict[str, Any] = jwt.decode(
                token,
                key=self.key(str(header.get("kid", ""))),
                algorithms=[header["alg"]],
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as fault:
            raise OAuth2Error("The identity token is not valid.") from fault
        many = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (many or "azp" in claims) and claims.get("azp") != app.client_id:
            raise OAuth2Error("The identity token is for another service.")
        if not hmac.compare_digest(
            str(claims["nonce"]).encode(), str(self.state["nonce"]).encode()
        ):
            raise OAuth2Error("The identity token answers another sign-in.")
        return claims

    def key(self, name: str) -> jwt.PyJWK:
        """The provider's key of that name; the only one there is where the token names none."""
        with social_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            found = jwt.PyJWKSet.from_dict(answer.json()).keys
        named = [one for one in found if not name or one.key_id == name]
        if len(named) != 1:
            raise OAuth2Error("The provider has no such key.")
        return named[0]


Provider.oauth2_adapter_class = Conversation


def fresh(claims: dict[str, Any]) -> bool:
    """Whether the provider says that it asked a moment ago."""
    moment = asked_at(claims)
    return moment is not None and abs(time.time() - moment) < FRESH + LEEWAY


def asked_at(claims: dict[str, Any]) -> int | None:
    """When the provider last asked who it is, in seconds since 1970; nothing where it does not say."""
    moment = claims.get("auth_time")
    return moment if isinstance(moment, int) else None


def keep_asked_at(request: HttpRequest, user: User, sociallogin: SocialLogin) -> None:
    """Keep with the proof that has just been noted when the provider asked: it may have been hours ago.

    Nothing is kept where the provider did not say; then `people.sensitive` does not count the proof.
    """
    *before, proof = get_authentication_records(request, user)
    moment = getattr(sociallogin, "asked_at", None)
    if proof.get("method") == "socialaccount" and moment is not None:
        kept = [*before, proof | {"auth_time": moment}]
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = kept


class Return(OAuth2CallbackView):
    """The return from a provider: its state is this session's own and is used once."""

    def _get_state(self, request: HttpRequest, provider: Provider) -> tuple[Any, Any]:
        state, response = super()._get_state(request, provider)
        self.adapter.state = state or {}
        if state is not None and "nonce" not in state:
            return None, render_authentication_error(request, provider)
        return state, response


def go(request: HttpRequest, provider_id: str, *, again: bool, target: str) -> HttpResponse:
    """Send somebody to a council's provider; `again` asks it for a fresh proof of who they are.

    They come back to `target` only if it is a page of this service.
    """
    issuer = issuer_called(provider_id)
    if issuer is None:
        raise Http404
    provider = social_adapter().get_provider(request, issuer.id)
    nonce = secrets.token_urlsafe(32)
    asked = {"nonce": nonce} | ({"prompt": "login", "max_age": "0"} if again else {})
    try:
        return provider.redirect(
            request,
            AuthProcess.LOGIN,
            next_url=target if target and account_adapter(request).is_safe_url(target) else None,
            auth_params=asked,
            nonce=nonce,
            again=request.user.pk if again else None,
        )
    except (RequestException, OAuth2Error, ValueError, KeyError) as fault:
        return render_authentication_error(request, provider, exception=fault)


def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Let somebody in whom a provider has sent back, or refuse them in plain words."""
    if issuer_called(provider_id) is None:
        raise Http404
    conversation = Conversation(request, provider_id)
    try:
        answer: HttpResponse = Return.adapter_view(conversation)(request)
    except (RequestException, OAuth2Error, ValueError, KeyError) as fault:
        return render_authentication_error(request, conversation.get_provider(), exception=fault)
    return answer


class SocialAdapter(DefaultSocialAccountAdapter):
    """Who gets in by single sign-on: the open accounts of the provider's own council."""

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> Provider:
        """The council's provider of this id, with our own checks."""
        return Provider(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Accounts come from the council, never from a provider."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the account, link it the first time, and refuse everybody else."""
        issuer = issuer_called(sociallogin.account.provider)
        if issuer is None:
            refuse(request, "no provider")
        user = (
            sociallogin.user
            if sociallogin.is_existing
            else self.by_email(request, sociallogin, issuer)
        )
        if user is None or not user.is_active or user.council is None:
            refuse(request, "no account", user)
        if user.council.code != issuer.council:
            refuse(request, "another council", user)
        if again := sociallogin.state.get("again"):
            self.proved_again(request, sociallogin, user, again)
        if not sociallogin.is_existing:
            sociallogin.connect(request, user)
            record("single sign-on linked", user, by=user, at=clock.now())

    def by_email(
        self, request: HttpRequest, sociallogin: SocialLogin, issuer: Issuer
    ) -> User | None:
        """The council's open account with the provider's address, which must be verified and not linked yet."""
        address = next(iter(sociallogin.email_addresses), None)
        if address is None or not address.verified:
            refuse(request, "e-mail not verified")
        user = (
            User.objects.active()
            .filter(council__code=issuer.council, email=address.email.lower())
            .first()
        )
        if user and SocialAccount.objects.filter(user=user, provider=issuer.id).exists():
            refuse(request, "linked to another", user)
        return user

    def proved_again(
        self, request: HttpRequest, sociallogin: SocialLogin, user: User, again: int
    ) -> NoReturn:
        """The same person has proved again who they are: on to where they were going."""
        if not request.user.is_authenticated or not request.user.pk == user.pk == again:
            refuse(request, "another person", user)
        account = sociallogin.account
        record_authentication(
            request,
            user,
            "socialaccount",
            provider=account.provider,
            uid=account.uid,
            auth_time=sociallogin.asked_at,
            reauthenticated=True,
        )
        target = sociallogin.get_redirect_url(request)
        raise ImmediateHttpResponse(
            HttpResponseRedirect(target or reverse(settings.LOGIN_REDIRECT_URL))
        )

    def on_authentication_error(
        self, request: HttpRequest, provider: Provider, **kwargs: Any
    ) -> None:
        """Leave a line: somebody came back from a provider with something that was not right."""
        record(
            "sign-in refused", "single sign-on", cause="single sign-on not valid", at=clock.now()
        )


def refuse(request: HttpRequest, cause: str, user: User | None = None) -> NoReturn:
    """Say in plain words that this account of the provider opens nothing here. Raises ImmediateHttpResponse."""
    record(
        "sign-in refused",
        user or "single sign-on",
        cause=f"single sign-on: {cause}",
        at=clock.now(),
    )
    shown = cause if cause == "e-mail not verified" else "no account"
    raise ImmediateHttpResponse(
        render(request, "socialaccount/refused.html", {"cause": shown}, status=403)
    )


def social_adapter() -> SocialAdapter:
    """How single sign-on is done here."""
    return SocialAdapter()


class SecondFactorStage(AuthenticateStage):
    """Asks for the second factor after the first, unless the provider has asked for one itself."""

    def _should_handle(self, request: HttpRequest) -> bool:
        linked = (self.login.signal_kwargs or {}).get("sociallogin")
        issuer = issuer_called(linked.account.provider) if linked else None
        if issuer is not None and issuer.second_factor:
            return False
        return bool(super()._should_handle(request))
