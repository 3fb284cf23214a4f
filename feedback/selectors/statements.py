"""Statements over time: what families say from 0 to 10, by calendar quarter (issue 7; reports T5)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Sum
from django.db.models.functions import TruncQuarter
from django.utils import timezone

from audits.models import Answer, Audit
from audits.querysets import AnswerQuerySet, AuditQuerySet
from audits.states import AuditState
from feedback.models import Reply
from feedback.querysets import ReplyQuerySet
from feedback.selectors.voices import of_ten
from feedback.states import Outcome
from people.models import User
from people.roles import QA_TEAM
from people.selectors import holds
from standards.deadlines import months_after
from standards.instruments import Instrument

# How many quarters back the table goes; the present one is the last.
QUARTERS = 12


@dataclass(frozen=True)
class Cell:
    """One statement in one quarter: how many answered, and their mean to one decimal; no mean where they are too few."""

    n: int
    mean: float | None


@dataclass(frozen=True)
class Statements:
    """The statements of an instrument by quarter, oldest first."""

    quarters: tuple[date, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


Sums = dict[tuple[str, date], list[int]]


def statements_of(instrument: Instrument, user: User, on: date) -> Statements:
    """The 0 to 10 statements of an instrument in the last twelve quarters, from returned audits and from replies.

    Who reads its totals is shown those of the whole council; others those of the audits and replies that they may open.
    No audit counts whose grade is kept from the person. What was said with an audit counts once: as the audit's form has
    it, and where that has no number, from its replies. A quarter with fewer than the instrument's smallest group is
    counted and has no mean. The same queries whatever there is.
    """
    sums: Sums = defaultdict(lambda: [0, 0])
    labels = {one.code: one.label for one in instrument.fields if of_ten(one.scale)}
    since = months_after(quarter_of(on), -3 * (QUARTERS - 1))
    _from_audits(sums, instrument, audits_for(instrument, user, on), since)
    _from_replies(sums, instrument, replies_for(instrument, user, on), since)
    quarters = tuple(sorted({quarter for code, quarter in sums if code in labels}))
    rows = tuple(
        (
            label,
            tuple(cell_of(sums.get((code, one)), instrument.smallest_group) for one in quarters),
        )
        for code, label in labels.items()
    )
    return Statements(quarters, rows)


def quarter_of(day: date) -> date:
    """The first day of a day's calendar quarter."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def reads_totals(instrument: Instrument, user: User, on: date) -> bool:
    """Whether somebody reads an instrument's totals: a role that it names for them, or the QA team."""
    return holds(user, *instrument.sees_totals, *QA_TEAM, on=on)


def audits_for(instrument: Instrument, user: User, on: date) -> AuditQuerySet:
    """The returned audits whose statements count for somebody; none whose grade is kept from them."""
    if reads_totals(instrument, user, on):
        found: AuditQuerySet = Audit.objects.filter(council=user.council_id)
    else:
        found = Audit.objects.visible_to(user, on)
    return found.with_blindness(user).filter(state=AuditState.RETURNED, blind=False)


def replies_for(instrument: Instrument, user: User, on: date) -> ReplyQuerySet:
    """The replies to an instrument that count for somebody; none with an audit whose form holds a number of its question."""
    if reads_totals(instrument, user, on):
        found: ReplyQuerySet = Reply.objects.filter(council=user.council_id)
    else:
        found = Reply.objects.visible_to(user, on)
    found = found.filter(instrument=instrument.code, outcome=Outcome.ANSWERED)
    if not instrument.question:
        return found
    return found.exclude(Exists(_numbers(instrument).filter(audit=OuterRef("audit"))))


def cell_of(found: list[int] | None, smallest: int) -> Cell:
    """The number and the mean of a sum."""
    n, total = found or (0, 0)
    return Cell(n, round(total / n, 1) if n and n >= smallest else None)


def _numbers(instrument: Instrument) -> AnswerQuerySet:
    return Answer.objects.filter(part__question__code=instrument.question, number__isnull=False)


def _from_audits(sums: Sums, instrument: Instrument, audits: AuditQuerySet, since: date) -> None:
    if not instrument.question:
        return
    returned = audits.filter(returned_at__date__gte=since)
    found = (
        _numbers(instrument)
        .filter(audit__in=returned.values("pk"))
        .annotate(quarter=TruncQuarter("audit__returned_at"))
        .values_list("part__code", "quarter")
        .annotate(n=Count("pk"), total=Sum("number"))
        .order_by()
    )
    for code, quarter, n, total in found:
        cell = sums[code.rpartition(".")[2], timezone.localdate(quarter)]
        cell[0] += n
        cell[1] += total


def _from_replies(sums: Sums, instrument: Instrument, replies: ReplyQuerySet, since: date) -> None:
    given = replies.filter(received_on__gte=since)
    rows: Iterable[tuple[date, dict[str, Any]]] = given.values_list("received_on", "answers")
    for day, answers in rows:
        for code, value in answers.items():
            if isinstance(value, int):
                cell = sums[code, quarter_of(day)]
                cell[0] += 1
                cell[1] += value
