"""The programme of an invented year: its slots filled by audits or done by hand, and concerns of reviewing officers."""

from datetime import timedelta

from django.utils import timezone

from escalation.selectors.concerns import may_raise
from escalation.services.concerns import Raised, raise_concern
from escalation.services.stages import resolve
from people.selectors import resolve_all
from programme.models import ProgrammeYear, Slot
from programme.selectors.year import years_to_open
from programme.services.year import make_slots, open_year
from qaframework.demo_year import phrases
from qaframework.demo_year.audits import Told
from qaframework.demo_year.desk import Desk

DONE, CONCERNS = 0.82, 6


def fill_slots(desk: Desk, stories: list[Told]) -> int:
    """Open the year that runs where nobody has, and mark most of what lies behind as done; returns how many slots."""
    open_ = [one for one in years_to_open(desk.council, desk.on) if one <= desk.on]
    if open_:
        open_year(desk.council, open_[0], by=desk.officer, at=desk.at)
    found = ProgrammeYear.objects.filter(council=desk.council, first_on__lte=desk.on)
    year = found.order_by("-first_on").first()
    if year is None or not stories:
        return 0
    first = max(year.first_on, min(one.audit.month for one in stories))
    make_slots(year, first, desk.on, at=desk.at)
    behind = Slot.objects.filter(year=year, last_on__lt=desk.on, done_on=None, excused_why="")
    rows = []
    for slot in behind.filter(audit=None).order_by("pk"):
        if desk.rng.random() < DONE:
            days = (slot.last_on - slot.first_on).days
            slot.done_on = slot.first_on + timedelta(days=desk.rng.randint(0, max(0, days)))
            slot.changed_by = desk.officer
            rows.append(slot)
    Slot.objects.bulk_update(rows, ["done_on", "changed_by"], batch_size=500)
    return len(rows)


def raise_concerns(desk: Desk, stories: list[Told]) -> int:
    """A few concerns over the year, most of them solved, where the framework has stages for them."""
    made = 0
    told = [one for one in stories if one.audit.returned_at]
    for place in range(CONCERNS):
        one = told[place * len(told) // CONCERNS] if told else None
        if one is None:
            break
        rules, at = one.rules, one.returned_at + timedelta(days=3)
        on = timezone.localdate(at)
        ladders = [
            ladder
            for ladder in rules.policy.ladders
            if ladder.kind == "stages" and ladder.rungs and not ladder.restricted
        ]
        if not ladders or at > desk.at:
            continue
        ladder = ladders[place % len(ladders)]
        people = resolve_all(ladder.raised_by, people={}, council=desk.council, on=on)
        by = next((one for one, _ in people if may_raise(one, ladder, on)), None)
        if by is None or by.pk == one.worker.user.pk:
            continue
        concern, expectation = phrases.CONCERNS[place % len(phrases.CONCERNS)]
        said = Raised(
            ladder.code,
            concern,
            expectation,
            worker=one.worker.user,
            reference=one.audit.case.number,
            informal_on=on - timedelta(days=6),
            informal_note="Spoke with the worker; no date was set.",
        )
        raised = raise_concern(said, rules.version, by=by, at=at)
        made += 1
        solved_at = at + timedelta(days=12)
        if (
            place % 4 != 3
            and solved_at < desk.at
            and by.has_perm("escalation.resolve_concern", raised)
        ):
            resolve(raised, phrases.SOLVED, ["plans"], by=by, at=solved_at)
    return made
