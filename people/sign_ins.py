"""What changes how somebody signs in: sessions that end, second factors taken away, what a council asks for.

Invitations are here as well: how somebody gets their first password.
"""

import logging
import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from core.moves import Refused
from core.notices import Message, tell
from core.outbox import gap_after, goes_out, one_by_one
from core.trail import record
from people.models import Council, Invitation, PostHolding, User
from people.querysets import PostHoldingQuerySet
from people.roles import Role

log = logging.getLogger(__name__)
# How long an invitation's link works, and how often a mail that cannot go out is tried.
INVITED_FOR = timedelta(days=7)
TRIES = 8
BATCH = 500
SALT = "people.invitations"
# What a message says about each change: its subject and its words.
CHANGES = {
    "password_changed": ("Your password was changed", "The password of your account was changed."),
    "password_set": ("Your password was set", "A password was set for your account."),
    "password_reset": ("Your password was reset", "A new password was set by a link in a mail."),
    "totp_activated": (
        "An app gives codes for your account",
        "An authenticator app was added to your account. You need its code when you sign in.",
    ),
    "totp_deactivated": (
        "The app that gave codes was removed",
        "The authenticator app was removed from your account.",
    ),
    "webauthn_added": ("A passkey was added", "A passkey was added to your account."),
    "webauthn_removed": ("A passkey was removed", "A passkey was removed from your account."),
    "recovery_codes_generated": (
        "You have new recovery codes",
        "New recovery codes were made for your account. The old ones no longer work.",
    ),
    "account_connected": (
        "Your council’s sign-in opens your account",
        "Your account was linked to your council’s own sign-in.",
    ),
    "factors_taken_away": (
        "Your second step to sign in was taken away",
        "Somebody who looks after accounts took away your app, passkeys and recovery codes, because you asked for it. "
        "Set up new ones when you sign in next.",
    ),
}
NOT_ME = "If this was not you, or not asked for by you, tell your QA team at once."


@transaction.atomic
def end_everywhere(user: User, *, at: datetime, by: User | None = None, cause: str = "") -> None:
    """End everything that is signed in as this person; what was signed in before opens nothing again."""
    User.objects.filter(pk=user.pk).update(sign_ins_ended=F("sign_ins_ended") + 1)
    user.refresh_from_db(fields=["sign_ins_ended"])
    for session in UserSession.objects.filter(user=user):
        session.end()
    record("sessions ended", user, by=by, cause="" if by else cause or "command", at=at)


def sign_out(person: User, *, by: User, at: datetime) -> None:
    """Sign somebody else out of every browser. Raises PermissionDenied as for taking their second step away."""
    if not by.has_perm("people.take_factors_away", person):
        raise PermissionDenied
    end_everywhere(person, by=by, at=at)


@transaction.atomic
def end_one(session: UserSession, *, by: User, at: datetime) -> None:
    """End one of somebody's own sessions. Raises PermissionDenied for somebody else's."""
    if session.user_id != by.pk:
        raise PermissionDenied
    session.end()
    record("session ended", by, by=by, at=at)


def end_others(request: HttpRequest, user: User, *, at: datetime) -> None:
    """End everything signed in as this person but this session, which gets another key."""
    end_everywhere(user, by=user, at=at)
    update_session_auth_hash(request, user)
    if request.user.is_authenticated:
        request.user.sign_ins_ended = user.sign_ins_ended
    UserSession.objects.create_from_request(request)


def holdings_with(roles: Iterable[str], council_id: int, on: date) -> PostHoldingQuerySet:
    """Who holds a post with one of these roles in the council on the day."""
    held: PostHoldingQuerySet = PostHolding.objects.current(on).filter(post__council=council_id)
    return held.with_role(*roles)


@transaction.atomic
def take_factors_away(person: User, *, by: User, at: datetime) -> int:
    """Take away somebody's app, passkeys and recovery codes, end what is signed in, and tell them; how many.

    Raises PermissionDenied unless `by` looks after the accounts of that council, and for one's own.
    """
    if not by.has_perm("people.take_factors_away", person):
        raise PermissionDenied
    count, _ = Authenticator.objects.filter(user=person).delete()
    record("second factor taken away", person, by=by, at=at, detail={"count": count})
    end_everywhere(person, by=by, at=at)
    tell_of_change(person, "factors_taken_away", at=at)
    return count


@transaction.atomic
def choose_rules(
    council: Council, *, roles: Iterable[str], single_sign_on_only: bool, by: User, at: datetime
) -> Council:
    """Say for which roles the council wants a second factor, and whether passwords open the service.

    Raises PermissionDenied unless `by` is an administrator there.
    """
    if not by.has_perm("people.choose_sign_in", council):
        raise PermissionDenied
    council.second_factor_roles = sorted(Role(role).value for role in roles)
    council.single_sign_on_only = single_sign_on_only
    council.save(update_fields=["second_factor_roles", "single_sign_on_only"])
    detail = {"roles": council.second_factor_roles, "single_sign_on_only": single_sign_on_only}
    record("sign-in rules chosen", council, by=by, at=at, council_id=council.pk, detail=detail)
    return council


def tell_of_change(user: User, what: str, *, at: datetime) -> None:
    """Tell somebody, in their inbox and by mail, that a way to sign in to their account has changed.

    Raises KeyError for a change that has no words.
    """
    subject, text = CHANGES[what]
    message = Message(
        kind="sign-in.changed",
        subject=subject,
        text=f"{text} {NOT_ME}",
        path=reverse("mfa_index"),
        urgent=True,
    )
    tell([(user, "you")], message, key=f"sign-in:{what}:{uuid.uuid4()}", at=at)


@transaction.atomic
def invite(user: User, *, at: datetime, by: User | None = None) -> Invitation:
    """Ask somebody in: a mail goes out with a link to choose a password. An earlier link works no more."""
    invitation = Invitation.objects.create(to=user, by=by, made_at=at)
    record("invite", user, by=by, cause="" if by else "import", at=at)
    return invitation


@transaction.atomic
def invite_again(person: User, *, by: User, at: datetime) -> Invitation:
    """Send another invitation to somebody who has never signed in.

    Raises PermissionDenied unless `by` adds people to that council; Refused for who has signed in, or has left.
    """
    if by.council_id != person.council_id or not by.has_perm("people.add_person"):
        raise PermissionDenied
    if not may_be_invited(person):
        raise Refused("Only somebody who has not left and has never signed in is invited.")
    return invite(person, by=by, at=at)


def may_be_invited(person: User) -> bool:
    """Whether somebody has an account and has never used it."""
    return person.is_active and person.last_login is None


def last_invitation(person: User) -> Invitation | None:
    """The newest invitation of somebody; the earlier ones work no more."""
    return Invitation.objects.filter(to=person).order_by("-pk").first()


def invite_all(users: Iterable[User], *, at: datetime, by: User | None = None) -> None:
    """Ask many people in who have no password yet."""
    Invitation.objects.bulk_create(
        [Invitation(to=user, by=by, made_at=at) for user in users], batch_size=1000
    )


def to_send(now: datetime) -> QuerySet[Invitation]:
    """The invitations that are to go out now and are in no worker's hands."""
    return Invitation.objects.filter(
        Q(taken_until=None) | Q(taken_until__lte=now),
        Q(next_try_at=None) | Q(next_try_at__lte=now),
        sent_at=None,
        failures__lt=TRIES,
    )


def send_invitations(*, at: datetime) -> int:
    """Send the invitations that wait, each once, the newest of each person only; how many went.

    No transaction is open while the mail server is spoken to; when it is away, the round ends.
    """
    waiting = to_send(timezone.now()).order_by("pk").values_list("pk", flat=True)[:BATCH]
    return one_by_one(
        list(waiting), lambda pk, mail: send_invitation(pk, mail=mail, at=at), "invitations are"
    )


def send_invitation(pk: int, *, mail: BaseEmailBackend, at: datetime) -> int:
    """Send one unless another worker has it, its person has left, or a later one replaces it; 1 when it went.

    Raises ServerAway.
    """
    invitation = take(pk)
    if invitation is None:
        return 0
    if not goes_out(letter(invitation), mail, lambda fault: put_off(invitation, fault)):
        return 0
    held = Invitation.objects.filter(pk=pk, sent_at=None)
    return held.update(sent_at=at, taken_until=None)


@transaction.atomic
def take(pk: int) -> Invitation | None:
    """Keep an invitation from other workers for a while; None, and never tried again, where nobody needs it."""
    now = timezone.now()
    rows = to_send(now).select_for_update(skip_locked=True, of=("self",))
    invitation = rows.select_related("to__council").filter(pk=pk).first()
    if invitation is None:
        return None
    if not invitation.to.is_active or not is_newest(invitation):
        Invitation.objects.filter(pk=pk).update(failures=TRIES)
        return None
    invitation.taken_until = now + timedelta(seconds=settings.MAIL_LEASE_SECONDS)
    invitation.save(update_fields=["taken_until"])
    return invitation


def put_off(invitation: Invitation, fault: Exception) -> None:
    """Count a failure and say when the next try is."""
    failures = invitation.failures + 1
    next_try_at = timezone.now() + gap_after(failures)
    Invitation.objects.filter(pk=invitation.pk, sent_at=None).update(
        failures=failures, taken_until=None, next_try_at=next_try_at
    )
    log.warning("invitation %s was not sent: %s", invitation.pk, type(fault).__name__)


def is_newest(invitation: Invitation) -> bool:
    """Whether no later invitation replaces this one."""
    return not Invitation.objects.filter(to=invitation.to_id, pk__gt=invitation.pk).exists()


def letter(invitation: Invitation) -> EmailMessage:
    """The mail: a link to choose a password, or to sign in by the council's single sign-on. It names nobody."""
    council = invitation.to.council
    only = council is not None and council.single_sign_on_only
    path = reverse("account_login") if only else reverse("invitation", args=[link(invitation)])
    words = {
        "council": council,
        "address": f"{settings.QA_ORIGIN}{path}",
        "single_sign_on_only": only,
        "days": INVITED_FOR.days,
    }
    return EmailMessage(
        subject="Your account in QA Framework",
        body=render_to_string("account/email/invitation.txt", words),
        to=[invitation.to.email],
    )


def link(invitation: Invitation) -> str:
    """The secret part of an invitation's link; it is kept nowhere."""
    return signing.dumps([invitation.pk, mark(invitation.to)], salt=SALT)


def mark(user: User) -> str:
    """What changes when a password is set, the address is changed, or somebody has signed in."""
    said = f"{user.pk}:{user.password}:{user.email}:{user.last_login}"
    return salted_hmac(SALT, said, algorithm="sha256").hexdigest()[:32]


def invited(secret: str) -> User | None:
    """Whose first password a link may set now: not used, not too old, not replaced, the account open."""
    try:
        pk, was = signing.loads(secret, salt=SALT, max_age=INVITED_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    invitation = Invitation.objects.select_related("to__council").filter(pk=pk).first()
    if invitation is None or not invitation.to.is_active or not is_newest(invitation):
        return None
    same = constant_time_compare(was, mark(invitation.to))
    return invitation.to if same else None


@transaction.atomic
def accept(secret: str, password: str, *, at: datetime) -> User | None:
    """Set the first password by an invitation's link; nothing, when the link opens nothing any more."""
    user = invited(secret)
    if user is None:
        return None
    user = User.objects.select_for_update().get(pk=user.pk)
    if invited(secret) != user:
        return None
    user.set_password(password)
    user.save(update_fields=["password"])
    record("password set", user, by=user, at=at, detail={"by": "invitation"})
    return user
