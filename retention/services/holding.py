"""Holds: nothing about a case or a person is erased while one stands."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import CaseFile
from core.moves import Refused
from core.notices import Message, tell
from core.trail import record
from people.models import Council, User
from people.roles import Role
from retention.models import Hold


@transaction.atomic
def hold(
    subject: CaseFile | User,
    reason: str,
    text: str,
    *,
    from_on: date,
    until_on: date | None,
    by: User,
    at: datetime,
) -> Hold:
    """Keep back everything about a case or a person, for a reason, from a day, until a day or until it is lifted.

    It waits for a batch that is being erased, and keeps back everything of the next one.
    Raises PermissionDenied for anybody but the council's QA head; Refused where it would end before it begins.
    """
    council = by.council
    if council is None or not by.has_perm("retention.hold") or subject.council_id != council.pk:
        raise PermissionDenied
    if until_on is not None and until_on < from_on:
        raise Refused("The last day comes before the first. Enter a later one.")
    lock_out(council)
    case = subject if isinstance(subject, CaseFile) else None
    person = subject if isinstance(subject, User) else None
    made = Hold.objects.create(
        council=council,
        case=case,
        person=person,
        reason=reason,
        text=text.strip(),
        from_on=from_on,
        until_on=until_on,
        by=by,
        at=at,
    )
    record("hold records", made, by=by, at=at, detail={"reason": reason})
    return made


def lock_out(council: Council) -> None:
    """Let nobody else list, hold back or erase in a council until this transaction is over."""
    Council.objects.select_for_update(no_key=True).get(pk=council.pk)


@transaction.atomic
def lift(one: Hold, because: str, *, by: User, at: datetime) -> Hold:
    """Let what was held back be erased again when its time is over; every other who decides on lists is told.

    Doing it again changes nothing. Raises PermissionDenied for anybody but the council's QA head; Refused without
    a reason.
    """
    one = Hold.objects.select_for_update(of=("self",)).select_related("council").get(pk=one.pk)
    if not by.has_perm("retention.hold") or one.council_id != by.council_id:
        raise PermissionDenied
    if one.lifted_at is not None:
        return one
    if not because.strip():
        raise Refused("Enter why it is lifted.")
    one.lifted_by, one.lifted_at, one.lifted_because = by, at, because.strip()[:300]
    one.save(update_fields=["lifted_by", "lifted_at", "lifted_because"])
    record("lift hold", one, by=by, at=at)
    tell_others(one, by=by, at=at)
    return one


def tell_others(one: Hold, *, by: User, at: datetime) -> None:
    """Tell the other QA heads and the senior leaders that a hold was lifted; whose it was stands on the page alone."""
    message = Message(
        kind="retention.hold_lifted",
        subject="Records are no longer on hold",
        text="A hold was lifted, so what it kept back can be listed and erased. "
        "Look at the reason; if the records are still needed, have them held again.",
        path=reverse("retention-holds"),
    )
    everybody = User.objects.active().filter(council=one.council_id).exclude(pk=by.pk)
    on = timezone.localdate(at)
    people = [
        (person, words)
        for role, words in ((Role.QA_HEAD, "head of QA"), (Role.SENIOR_LEADER, "senior leader"))
        for person in everybody.holding(role, on).order_by("pk")
    ]
    tell(people, message, key=f"retention:hold {one.pk} lifted", at=at)
