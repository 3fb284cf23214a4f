"""How people sign in: with an account that the council made for them; each sign-in leaves a trail line."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from core import clock
from core.trail import record
from people.models import User


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come from the staff import, never from a form."""
        return False

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Somebody is in, with their second factor if they have one."""
        record("sign in", user, by=user, at=clock.now())
        return super().post_login(request, user, **kwargs)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A wrong password, or an address that nobody has; what was typed is not kept."""
        email = str(credentials.get("email") or "").strip().lower()
        user = User.objects.filter(email=email).first()
        record("sign-in refused", user or "sign-in", cause="wrong password", at=clock.now())
