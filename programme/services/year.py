"""Running the year's programme: open it, make its slots, fill them with audits."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from audits.models import Audit
from audits.states import AuditState
from core.moves import Refused
from core.trail import record
from people.models import Council, Post, PostHolding, User
from programme.models import ProgrammeYear, Slot
from programme.requirements import Owed, Programme
from programme.selectors.year import Rulebook, rulebook, years_to_open
from standards.deadlines import end_of_month, months_after
from standards.models import FrameworkVersion

MOST_AT_ONCE = 20
BATCH = 1000


def check_runs(by: User, council_id: int) -> None:
    """Only the council's own QA team runs its programme."""
    if not by.has_perm("programme.run_programme") or by.council_id != council_id:
        raise PermissionDenied


@transaction.atomic
def open_year(council: Council, first_on: date, *, by: User, at: datetime) -> ProgrammeYear:
    """Open a year's programme and, when it has begun, make the slots of the month that runs.

    Raises PermissionDenied unless `by` is in the QA team, Refused for a year that is open, that is not
    this one or the next, or for which no framework is published.
    """
    check_runs(by, council.pk)
    Council.objects.select_for_update().get(pk=council.pk)
    on = timezone.localdate(at)
    if first_on not in years_to_open(council, on):
        raise Refused("This year is open already, or no published framework covers it.")
    year = ProgrammeYear.objects.create(
        council=council, first_on=first_on, opened_by=by, opened_at=at
    )
    record("open year", year, by=by, at=at, detail={"year": first_on.year})
    if first_on <= on:
        make_slots(year, on.replace(day=1), end_of_month(on), by=by, at=at)
    return year


@transaction.atomic
def make_slots(
    year: ProgrammeYear, first: date, last: date, *, at: datetime, by: User | None = None
) -> int:
    """Make the slots of every period that runs in these days, for every post there is; gives how many are new.

    Run twice it adds nothing; a post added since gets its own. An audit that was allocated before its
    slot was made fills it at once. `by` is nobody when the timetable does it (B7-3).
    """
    if by is not None:
        check_runs(by, year.council_id)
    Council.objects.select_for_update().get(pk=year.council_id)
    there = set(
        Slot.objects.filter(year=year).values_list("post_id", "activity", "first_on", "number")
    )
    new = [
        slot
        for slot in wanted(year, first, last, by=by, at=at)
        if (slot.post_id, slot.activity, slot.first_on, slot.number) not in there
    ]
    Slot.objects.bulk_create(new, batch_size=BATCH)
    if new:
        cause = "" if by else "timetable"
        record("make slots", year, by=by, cause=cause, at=at, detail={"slots": len(new)})
        fill(year, new, by=by, at=at)
    return len(new)


def wanted(
    year: ProgrammeYear, first: date, last: date, *, by: User | None, at: datetime
) -> Iterable[Slot]:
    """Every slot of the periods that run in some days, as the edition of each period's first day asks."""
    posts: dict[str, list[int]] = defaultdict(list)
    for pk, code in Post.objects.filter(council=year.council_id).values_list("pk", "type__code"):
        posts[code].append(pk)
    for version, programme, owed in rulebook(year.council_id, year.first_on).owed():
        if owed.first_on <= last and owed.last_on >= first:
            for post_id in posts[owed.post]:
                for number in range(1, owed.number + 1):
                    yield slot_for(year, version, programme, owed, post_id, number, by=by, at=at)


def slot_for(
    year: ProgrammeYear,
    version: FrameworkVersion,
    programme: Programme,
    owed: Owed,
    post_id: int,
    number: int,
    *,
    by: User | None,
    at: datetime,
) -> Slot:
    """One slot, not yet saved; it keeps the edition it comes from."""
    return Slot(
        year=year,
        version=version,
        post_id=post_id,
        activity=owed.activity,
        tool_code=programme.activities[owed.activity].tool,
        first_on=owed.first_on,
        last_on=owed.last_on,
        number=number,
        changed_by=by,
        changed_at=at,
    )


def open_month(*, on: date, at: datetime) -> int:
    """Make the month's slots of every open year; gives how many are new."""
    years = ProgrammeYear.objects.filter(
        first_on__lte=on, first_on__gt=months_after(on, -12)
    ).select_related("council")
    return sum(make_slots(year, on.replace(day=1), end_of_month(on), at=at) for year in years)


@dataclass(frozen=True)
class Extra:
    """What the QA team plans by its own decision: an activity whose number the source does not give."""

    activity: str
    month: date
    number: int


@transaction.atomic
def plan_slots(year: ProgrammeYear, post: Post, extra: Extra, *, by: User, at: datetime) -> int:
    """Give a post slots of an activity whose number the programme decides, in one month.

    Raises Refused for an activity that the framework counts itself, for a month outside the year or
    without audits, and for more than 20 at once.
    """
    check_runs(by, year.council_id)
    if post.council_id != year.council_id:
        raise PermissionDenied
    Council.objects.select_for_update().get(pk=year.council_id)
    book = rulebook(year.council_id, year.first_on)
    found = edition_for(book, extra)
    owed = Owed(
        post.type.code, extra.activity, extra.month, end_of_month(extra.month), extra.number
    )
    there = Slot.objects.filter(
        year=year, post=post, activity=extra.activity, first_on=extra.month
    ).aggregate(last=Max("number"))
    begin = (there["last"] or 0) + 1
    new = Slot.objects.bulk_create(
        slot_for(year, *found, owed, post.pk, number, by=by, at=at)
        for number in range(begin, begin + extra.number)
    )
    record("plan slots", post, by=by, at=at, detail={"slots": len(new)})
    fill(year, new, by=by, at=at)
    return len(new)


def edition_for(book: Rulebook, extra: Extra) -> tuple[FrameworkVersion, Programme]:
    """The edition that an extra is planned under. Refuses what the QA team cannot plan by its own decision."""
    found = book.on(extra.month)
    inside = book.year_on <= extra.month < months_after(book.year_on, 12)
    if found is None or not inside or extra.month.day != 1:
        raise Refused("Choose a month of this year.")
    programme = found[1]
    if extra.activity not in {one.code for one in programme.undecided()}:
        raise Refused("Choose an activity whose number the programme decides.")
    if extra.month.month in programme.months_without_audits:
        raise Refused(f"Nothing is owed in {extra.month:%B} in this framework.")
    if not 0 < extra.number <= MOST_AT_ONCE:
        raise Refused(f"Plan between 1 and {MOST_AT_ONCE} at once.")
    return found


@transaction.atomic
def fill_slot(audit: Audit, *, by: User | None, at: datetime) -> Slot | None:
    """Let an audit fill its auditor's open slot of its form in its month; gives the slot, or nothing.

    A flash audit fills none (E-30), nor does one that was left out. When the audit has passed to
    another auditor, the slot it filled is open again and the new auditor's is filled (B2-5).
    """
    Council.objects.select_for_update().get(pk=audit.council_id)
    on = timezone.localdate(at)
    held = posts_held([audit.auditor_id], on)[audit.auditor_id]
    slots = Slot.objects.select_for_update(of=("self",)).select_related("year")
    before = slots.filter(audit=audit).first()
    if before is not None:
        if before.post_id in held or audit.state == AuditState.EXCLUDED:
            return before
        change(before, by=by, at=at, verb="empty slot", audit=None)
    open_ = slots.open().filter(
        year__council=audit.council_id,
        post__in=held,
        first_on__lte=end_of_month(audit.month),
        last_on__gte=audit.month,
    )
    found = pairs([audit], open_, {audit.auditor_id: held})
    for slot, _ in found:
        change(slot, by=by, at=at, verb="fill slot", audit=audit)
    return found[0][0] if found else None


def fill(year: ProgrammeYear, slots: list[Slot], *, by: User | None, at: datetime) -> int:
    """Let the audits that have no slot yet fill these; gives how many were filled."""
    first, last = min(one.first_on for one in slots), max(one.last_on for one in slots)
    audits = list(
        Audit.objects.filter(
            council=year.council_id,
            slot=None,
            flash_source="",
            month__gte=first.replace(day=1),
            month__lte=last,
        )
        .exclude(state=AuditState.EXCLUDED)
        .select_related("tool")
        .order_by("month", "pk")
    )
    held = posts_held([one.auditor_id for one in audits], timezone.localdate(at))
    found = pairs(audits, slots, held)
    for slot, audit in found:
        slot.audit = audit
    Slot.objects.bulk_update([slot for slot, _ in found], ["audit"], batch_size=BATCH)
    return len(found)


def pairs(
    audits: Iterable[Audit], slots: Iterable[Slot], held: dict[int, set[int]]
) -> list[tuple[Slot, Audit]]:
    """Which audit fills which slot: the shortest period first, then the earliest."""
    free: dict[tuple[int, str], list[Slot]] = defaultdict(list)
    for slot in sorted(
        slots, key=lambda one: (one.last_on - one.first_on, one.first_on, one.number)
    ):
        if slot.tool_code:
            free[slot.post_id, slot.tool_code].append(slot)
    found = []
    for audit in audits:
        if audit.flash_source or audit.state == AuditState.EXCLUDED:
            continue
        fitting = (
            slot
            for post_id in sorted(held.get(audit.auditor_id, ()))
            for slot in free[post_id, audit.tool.code]
            if slot.first_on <= end_of_month(audit.month) and slot.last_on >= audit.month
        )
        if chosen := next(fitting, None):
            free[chosen.post_id, chosen.tool_code].remove(chosen)
            found.append((chosen, audit))
    return found


def posts_held(user_ids: Iterable[int], on: date) -> dict[int, set[int]]:
    """The posts that each person holds on a day."""
    found: dict[int, set[int]] = defaultdict(set)
    holdings = PostHolding.objects.current(on).filter(user__in=list(user_ids))
    for user_id, post_id in holdings.values_list("user_id", "post_id"):
        found[user_id].add(post_id)
    return found


def change(slot: Slot, *, by: User | None, at: datetime, verb: str, **values: object) -> Slot:
    """Write the change with who and when; its history is kept by the database."""
    for name, value in (values | {"changed_by": by, "changed_at": at}).items():
        setattr(slot, name, value)
    slot.save(update_fields=[*values, "changed_by", "changed_at"])
    record(
        verb,
        slot,
        by=by,
        cause="" if by else "timetable",
        at=at,
        council_id=slot.year.council_id,
        detail={"post": slot.post_id},
    )
    return slot
