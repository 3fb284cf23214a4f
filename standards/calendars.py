"""Changing a council's calendar: days it is closed or works, its terms and performance cycles (T-3, T-11)."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core.moves import Refused
from core.trail import record
from people.models import Council, User
from standards.models import CalendarDay
from standards.workdays import is_working

Kind = CalendarDay.Kind
# A closed or worked entry is a few days; a term some months.
LONGEST = {Kind.CLOSED: 31, Kind.WORKED: 31, Kind.TERM: 200, Kind.CYCLE: 7}


@transaction.atomic
def add_day(
    kind: str, name: str, from_on: date, to_on: date, *, by: User, at: datetime
) -> CalendarDay:
    """Enter days in the calendar of `by`'s council. Dates that were counted before stay as they are.

    Raises PermissionDenied, and Refused where the days are the wrong way round, too many, entered already,
    or where nothing would change.
    """
    if not by.has_perm("standards.change_calendar"):
        raise PermissionDenied
    check_days(kind, from_on, to_on)
    council = Council.objects.select_for_update(of=("self",)).get(people=by)
    same = CalendarDay.objects.filter(council=council, kind=kind)
    if same.filter(from_on__lte=to_on, to_on__gte=from_on).exists():
        raise Refused("These days are entered already, all or some of them.")
    day = CalendarDay.objects.create(
        council=council, kind=kind, name=name, from_on=from_on, to_on=to_on
    )
    detail = {"kind": kind, "from": from_on.isoformat(), "to": to_on.isoformat()}
    record("calendar.added", day, by=by, at=at, detail=detail)
    return day


def check_days(kind: str, from_on: date, to_on: date) -> None:
    """Refuse days that cannot be meant."""
    number = (to_on - from_on).days + 1
    if number < 1:
        raise Refused("The last day must be the first day or later.")
    if number > LONGEST[Kind(kind)]:
        raise Refused(f"This may be {LONGEST[Kind(kind)]} days at most.")
    if number > 1:
        return
    if kind == Kind.CLOSED and not is_working(from_on):
        raise Refused("This day is no working day as it is.")
    if kind == Kind.WORKED and is_working(from_on):
        raise Refused("This day is a working day as it is.")


@transaction.atomic
def remove_day(pk: int, *, by: User, at: datetime) -> None:
    """Take an entry out of the calendar. Dates that were counted before stay as they are."""
    day = CalendarDay.objects.visible_to(by).select_for_update().get(pk=pk)
    if not by.has_perm("standards.change_calendar"):
        raise PermissionDenied
    detail = {"kind": day.kind, "from": day.from_on.isoformat(), "to": day.to_on.isoformat()}
    record("calendar.removed", day, by=by, at=at, detail=detail)
    day.delete()
