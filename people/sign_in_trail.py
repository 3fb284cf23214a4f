"""What the library says of signing in, written into the trail; its signals are the only way it says so.

Passwords and second factors that change end everything else that is signed in as that person.
"""

import time
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.dispatch import receiver
from django.http import HttpRequest

from core import clock
from core.trail import record
from people.middleware import SEEN_AT, SIGNED_IN_AT
from people.models import User
from people.sign_ins import end_everywhere, end_others


@receiver(auth.user_logged_in)
def begin(sender: type[User], request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A session begins: from now its hours are counted."""
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = time.time()


@receiver(auth.user_logged_out)
def out(sender: type[User], request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Somebody signed out, or a session ended by time."""
    if user is None:
        return
    cause = getattr(request, "sign_in_ended_by", "")
    by = None if cause else user
    record("session ended" if cause else "sign out", user, by=by, cause=cause, at=clock.now())


@receiver(account.password_changed)
def changed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Somebody changed their password."""
    record("password changed", user, by=user, at=clock.now())
    end_others(request, user, at=clock.now())


@receiver(account.password_set)
def chosen(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Somebody who signs in another way chose a password."""
    record("password set", user, by=user, at=clock.now())
    end_others(request, user, at=clock.now())


@receiver(account.password_reset)
def reset(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A password was set by a link from a mail; whoever was signed in is out."""
    record("password reset", user, cause="link from a mail", at=clock.now())
    end_everywhere(user, cause="password reset", at=clock.now())


@receiver(mfa.authenticator_added)
@receiver(mfa.authenticator_reset)
def added(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Somebody set up an app, a passkey or new recovery codes."""
    say("second factor added", user, authenticator)
    end_others(request, user, at=clock.now())


@receiver(mfa.authenticator_removed)
def removed(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Somebody took an app, a passkey or their recovery codes away."""
    say("second factor removed", user, authenticator)
    end_others(request, user, at=clock.now())


@receiver(mfa.authenticator_used)
def used(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """A recovery code was used up; how many are left."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        left = len(Authenticator.objects.get(pk=authenticator.pk).wrap().get_unused_codes())
        record("recovery code used", user, by=user, at=clock.now(), detail={"left": left})


@receiver(mfa.authentication_failed)
def wrong(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """A code was wrong, used before or too old."""
    record("sign-in refused", user, cause=f"wrong code: {authenticator.type}", at=clock.now())


def say(verb: str, user: User, authenticator: Authenticator) -> None:
    """One line about a second factor of one's own."""
    record(verb, user, by=user, at=clock.now(), detail={"kind": authenticator.type})
