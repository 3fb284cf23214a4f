"""How a slot stands on a day, worked out from the slot and its audit. No Django, no clock (B0-7, B2-4, T-7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from audits.states import AuditState
from programme.requirements import DAYS, MONTHS, Excuse
from programme.states import SlotState
from standards.deadlines import months_after


@dataclass(frozen=True)
class Standing:
    """One slot as it stands: `why` says what excused it."""

    slot_id: int
    post_id: int
    activity: str
    first_on: date
    number: int
    state: SlotState
    why: str = ""


def state_of(
    *,
    on: date,
    last_on: date,
    done_on: date | None = None,
    excused_why: str = "",
    audit_state: str = "",
    deadline_on: date | None = None,
) -> SlotState:
    """The state of one slot: late from 00:00 on the day after its audit's deadline, or after its period (T-7)."""
    if audit_state == AuditState.RETURNED or done_on is not None:
        return SlotState.DONE
    if audit_state == AuditState.EXCLUDED or excused_why:
        return SlotState.EXCUSED
    if on > (deadline_on if audit_state and deadline_on else last_on):
        return SlotState.LATE
    return SlotState.ALLOCATED if audit_state else SlotState.PLANNED


def excused_by_rule(
    slots: Iterable[Standing], rules: Iterable[Excuse], titles: Mapping[str, str], year_on: date
) -> list[Standing]:
    """The same slots, with those excused that another activity, done in the same period, excuses from.

    What is done, under way or excused already stays as it is.
    """
    found = list(slots)
    for rule in rules:
        done = {
            (one.post_id, period(one.first_on, rule.every, year_on))
            for one in found
            if one.activity == rule.done and one.state == SlotState.DONE
        }
        left = dict.fromkeys(done, rule.number)
        for at, one in enumerate(found):
            key = (one.post_id, period(one.first_on, rule.every, year_on))
            free = one.state in {SlotState.PLANNED, SlotState.LATE}
            if one.activity == rule.excuses and free and left.get(key):
                left[key] -= 1
                why = f"{titles.get(rule.done, rule.done)} was done."
                found[at] = replace(one, state=SlotState.EXCUSED, why=why)
    return found


def period(day: date, every: str, year_on: date) -> int:
    """Which period of the year a day lies in, counted from 0; the whole year where the rule counts none."""
    if every in DAYS:
        return (day - year_on).days // DAYS[every]
    length = MONTHS.get(every, 12)
    return sum(months_after(year_on, n) <= day for n in range(length, 12, length))
