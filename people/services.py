"""Joining, leaving, and the shape of the organisation. Nobody is deleted: history needs them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.trail import record
from people.models import Council, OrgUnit, Post, PostHolding, PostType, User
from people.sign_ins import end_everywhere
from people.sign_ins import invite as invite


@transaction.atomic
def set_post_types(council: Council, rows: Iterable[tuple[str, str, Iterable[str]]]) -> int:
    """Make the council's kinds of post follow its framework: code, title, engine roles. Returns how many."""
    made = [
        PostType(council=council, code=code, title=title, roles=list(roles))
        for code, title, roles in rows
    ]
    PostType.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["council", "code"],
        update_fields=["title", "roles"],
    )
    return len(made)


@transaction.atomic
def save_unit(unit: OrgUnit) -> OrgUnit:
    """Save a unit with its path from the top; what is below it must be saved again when it moves."""
    unit.save()
    above = unit.parent.path if unit.parent else "/"
    if unit.path != f"{above}{unit.pk}/":
        unit.path = f"{above}{unit.pk}/"
        unit.save(update_fields=["path"])
    return unit


@transaction.atomic
def join(
    user: User,
    post: Post,
    *,
    from_on: date,
    at: datetime,
    by: User | None = None,
    cause: str = "",
    to_on: date | None = None,
    cover: bool = False,
) -> PostHolding:
    """Somebody takes up a post from a day on, to a day where one is given; `cover` as a deputy."""
    holding, _ = PostHolding.objects.get_or_create(
        post=post, user=user, from_on=from_on, defaults={"to_on": to_on, "cover": cover}
    )
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
    record(
        "join", user, by=by, cause="" if by else cause or "command", at=at, detail={"post": post.pk}
    )
    return holding


@transaction.atomic
def leave(
    user: User, *, last_day: date, at: datetime, by: User | None = None, cause: str = ""
) -> None:
    """Somebody leaves: their posts end on their last day, and they cannot sign in after it."""
    held = PostHolding.objects.filter(user=user, to_on=None) | PostHolding.objects.filter(
        user=user, to_on__gt=last_day
    )
    held.filter(from_on__lte=last_day).update(to_on=last_day)
    held.filter(from_on__gt=last_day).delete()
    if last_day <= timezone.localdate(at) - timedelta(days=1):
        user.is_active = False
        user.save(update_fields=["is_active"])
        end_everywhere(user, by=by, cause="account closed", at=at)
    record("leave", user, by=by, cause="" if by else cause or "command", at=at)


@transaction.atomic
def end_sign_ins(*, at: datetime) -> int:
    """Close the accounts of those whose last post has ended; returns how many. Who never held one stays."""
    held = PostHolding.objects.all()
    today = timezone.localdate(at)
    going_on = held.filter(Q(to_on=None) | Q(to_on__gte=today))
    gone = User.objects.active().filter(pk__in=held.values("user"))
    gone = gone.exclude(pk__in=going_on.values("user")).select_for_update()
    for user in gone:
        user.is_active = False
        user.save(update_fields=["is_active"])
        end_everywhere(user, cause="account closed", at=at)
        record("end sign-in", user, at=at, cause="last post has ended")
    return len(gone)
