"""Audits with the worst grade: what was done at once, what is left to do, and what a second audit found (G-26; reports §5)."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from actions.models import Action
from actions.states import ActionState
from audits.models import Audit, Loop, Triggered
from audits.states import AuditState, LoopState
from core.among import Among, numbers_of
from core.prepared import LOWEST
from reporting.charts.forms import Transitions
from reporting.figure import Cell, Column, Figure, Row, Value
from reporting.selectors.catalogue import Measure, register
from reporting.selectors.figures.done import finished
from reporting.selectors.graded import audits_word
from reporting.selectors.in_general import Question
from reporting.selectors.in_months import returned_in
from reporting.selectors.scope import Scope

NO_LOOP = "None"


@dataclass
class Done:
    """The actions of one audit: of the urgent ones how many are past their limit, how many of these were in time and how
    many are not due yet; how many actions there are, and how many are signed off."""

    passed: int = 0
    in_time: int = 0
    not_due: int = 0
    actions: int = 0
    closed: int = 0

    def __add__(self, other: "Done") -> "Done":
        return Done(
            self.passed + other.passed,
            self.in_time + other.in_time,
            self.not_due + other.not_due,
            self.actions + other.actions,
            self.closed + other.closed,
        )

    @property
    def urgent_words(self) -> str:
        """1 of 2, 1 not due yet."""
        said = [f"{self.in_time} of {self.passed}"] if self.passed else []
        if self.not_due:
            said.append(f"{self.not_due} not due yet")
        return ", ".join(said) or "None set"


def inadequate_audits(scope: Scope) -> Figure:
    """Each audit with the worst grade: children by pseudonym, in the order of the return; six queries."""
    policy = scope.edition.policy
    worst = policy.worst_grade
    audits = list(
        scope.returned()
        .filter(grade=worst.code)
        .order_by("returned_at", "pk")
        .values_list("pk", "returned_at", "grade_final", "flash_source")
    )
    ids = [pk for pk, *_ in audits]
    done = actions_of(scope, ids)
    told = set(
        Triggered.objects.filter(audit__in=ids, grade=worst.code).values_list("audit_id", flat=True)
    )
    loops = {
        one.audit_id: one for one in Loop.objects.filter(audit__in=ids).select_related("reaudit")
    }
    open_to_reader = set(
        scope.audits()
        .filter(pk__in=[one.reaudit_id for one in loops.values() if one.reaudit_id])
        .values_list("pk", flat=True)
    )
    rows = []
    for number, (pk, at, final, flash) in enumerate(audits, 1):
        mine = done[pk]
        rows.append(
            Row(
                f"Child {number}",
                (
                    Cell(
                        text=f"{timezone.localdate(at):%-d %B %Y}", to=reverse("audit", args=[pk])
                    ),
                    Cell(text="Flash" if flash else "Programme"),
                    Cell(text="Final" if final else "Provisional"),
                    Cell(text="Yes" if pk in told else "No"),
                    Cell(text=mine.urgent_words),
                    Cell(text=f"{mine.closed} of {mine.actions}" if mine.actions else "None set"),
                    Cell(text=loop_words(loops.get(pk))),
                    Cell(text=second_words(scope, loops.get(pk), open_to_reader)),
                ),
            )
        )
    whole = sum((done[pk] for pk in ids), Done())
    found = Found(
        number=len(audits),
        final=sum(final for _, _, final, _ in audits),
        flash=sum(bool(flash) for *_, flash in audits),
        bare=sum(not done[pk].actions for pk in ids),
    )
    left = whole.actions - whole.closed
    return Figure(
        code="inadequate-audits",
        title=f"Each audit graded {worst.label}",
        about="Audits that count for these months, final and provisional, and audits raised for a single concern (flash audits) too. "
        "Children stand under numbers that change with each report. Urgent actions are those with a limit in hours or of a class "
        "that the framework sets for this grade; they count as in time or not once their limit has passed.",
        rows_are="Child",
        columns=tuple(
            Column(code, label, "words")
            for code, label in (
                ("returned", "Returned"),
                ("kind", "Audit"),
                ("grade", "Grade"),
                ("told", "Managers told"),
                ("urgent", "Urgent actions done in time"),
                ("actions", "Actions signed off"),
                ("loop", "Closing the loop"),
                ("second", "Second audit"),
            )
        ),
        rows=tuple(rows),
        says=inadequate_said(found, worst.label, whole),
        question="well",
        values={
            "number": Value(f"Audits graded {worst.label}", str(found.number)),
            "urgent": Value("Urgent actions done in time", whole.urgent_words.lower()),
            "left": Value("Actions still open", str(left) if whole.actions else "none set"),
        },
    )


@dataclass(frozen=True)
class Found:
    """How many audits have the worst grade, and of these how many finally, how many flash audits, how many without any
    action."""

    number: int
    final: int
    flash: int
    bare: int


def inadequate_said(found: Found, label: str, done: Done) -> tuple[str, ...]:
    """How many there are, and what of them is not yet put right."""
    if not found.number:
        return (f"No audit of these months is graded {label}.",)
    said = [
        f"{audits_word(found.number)} {are(found.number)} graded {label}: {found.final} final, "
        f"{found.number - found.final} provisional."
    ]
    if found.flash:
        said.append(
            f"{found.flash} of them {are(found.flash)} raised for a single concern (flash audits)."
        )
    if done.passed:
        was = "was" if done.in_time == 1 else "were"
        said.append(
            f"{done.in_time} of {done.passed} urgent {actions_word(done.passed)} whose limit has passed {was} done in time."
        )
    if done.not_due:
        said.append(
            f"{done.not_due} urgent {actions_word(done.not_due)} {are(done.not_due)} not due yet."
        )
    if found.bare:
        whom = "it" if found.number == 1 else "any of them" if found.bare == found.number else ""
        said.append(f"No action has been set for {whom or f'{found.bare} of them'}.")
    left = done.actions - done.closed
    if left:
        said.append(
            f"{left} of {done.actions} {actions_word(done.actions)} {are(left)} not signed off."
        )
    elif not found.bare:
        said.append("Every action of theirs is signed off.")
    return tuple(said)


def are(number: int) -> str:
    """Is, or are."""
    return "is" if number == 1 else "are"


def actions_word(number: int) -> str:
    """Action, or actions."""
    return "action" if number == 1 else "actions"


def actions_of(scope: Scope, audits: list[int]) -> dict[int, Done]:
    """The actions of some audits, counted; one query.

    An action with a limit to the hour was in time if its owner said so by then, one with a day if it was done by its
    end. Neither counts before its limit has passed.
    """
    classes = {one.action_class for one in scope.edition.policy.grade_triggers if one.action_class}
    found: dict[int, Done] = defaultdict(Done)
    rows = (
        Action.objects.filter(source="audit", source_id__in=audits)
        .exclude(state__in=[ActionState.DRAFT, ActionState.WITHDRAWN])
        .annotate(done_at=finished())
        .order_by()
        .values_list(
            "source_id", "action_class", "hours", "due_at", "due_on", "state", "done_on", "done_at"
        )
    )
    for audit, kind, hours, due_at, due_on, state, done_on, done_at in rows:
        mine = found[audit]
        mine.actions += 1
        mine.closed += state == ActionState.SIGNED_OFF
        if not (hours or due_at or kind in classes):
            continue
        if due_at:
            passed, kept = due_at <= scope.at, bool(done_at and done_at <= due_at)
        else:
            passed = bool(due_on and due_on < scope.on)
            kept = bool(done_on and due_on and done_on <= due_on)
        mine.passed += passed
        mine.in_time += passed and kept
        mine.not_due += not passed
    return found


def loop_words(loop: Loop | None) -> str:
    """Where the loop of an audit stands."""
    return str(loop.get_state_display()) if loop else NO_LOOP


def second_words(scope: Scope, loop: Loop | None, open_to_reader: set[int]) -> str:
    """The grade of the second audit, as far as the reader may know it, or when it is due."""
    if loop is None:
        return "–"
    second = loop.reaudit
    if second is not None and back(scope, second):
        if second.pk not in open_to_reader:
            return "Returned"
        label = label_of(scope, second.grade)
        return label if second.grade_final else f"{label} (provisional)"
    return f"Due {loop.reaudit_due_on:%-d %B %Y}" if loop.reaudit_due_on else "–"


def back(scope: Scope, audit: Audit) -> bool:
    """Whether an audit was returned by the moment of reading."""
    return (
        audit.state == AuditState.RETURNED
        and audit.returned_at is not None
        and audit.returned_at <= scope.at
    )


def label_of(scope: Scope, code: str) -> str:
    """What a grade is called in the edition in force; its code in words where it has no such grade."""
    labels = {one.code: one.label for one in scope.edition.policy.grades}
    return labels.get(code, code.replace("_", " ").capitalize())


# What stands in the query below for the ids of second audits.
SECOND = [LOWEST - 31]
SECONDS = Question(
    lambda scope: (
        Loop.objects.filter(Among("reaudit_id", SECOND), audit__in=scope.audits().values("pk"))
        .order_by()
        .values_list("before", "reaudit_id")
    )
)


def loops(scope: Scope) -> Figure:
    """Second audits returned in these months: the grade before and after, where it is final; and how many loops are open."""
    back_now = {one.pk: one for one in returned_in(scope)}
    seconds = [
        (before, back_now[pk].grade, back_now[pk].final)
        for before, pk in SECONDS.rows(scope, {SECOND[0]: list(back_now)})
    ]
    closed = [(before, grade) for before, grade, final in seconds if final]
    open_, waiting, begun = open_loops(scope)
    best = scope.edition.policy.grades_best_first
    rank = {one.code: one.rank for one in best}
    pairs = Counter(closed)
    better = sum(n for (a, b), n in pairs.items() if rank.get(b, 0) > rank.get(a, 0))
    rows = tuple(
        Row(
            f"From {label_of(scope, before)}",
            tuple(Cell(n=pairs[before, one.code]) for one in best),
            code=before,
        )
        for before in sorted({a for a, _ in closed}, key=lambda code: -rank.get(code, 0))
    )
    return Figure(
        code="loops",
        title="Second audits: before and after",
        about="Second audits of the same work, returned in these months, by the grade of the first audit and of the second; "
        "second audits with a provisional grade are not in the table. Flash audits count too. Open loops are all there are now, whatever the month.",
        rows_are="First audit",
        columns=tuple(Column(one.code, one.label) for one in best),
        rows=rows,
        says=loops_said(len(seconds), len(closed), better, open_, waiting)
        if begun or seconds
        else ("No audit has asked for a loop.",),
        question="better",
        chart=Transitions(
            tuple(one.label for one in best),
            tuple(tuple(pairs[a.code, b.code] for b in best) for a in best),
            "First audit",
            "Second audit",
        )
        if closed
        else None,
        values={
            "second": Value("Second audits returned", str(len(seconds))),
            "better": Value(
                "Second audits with a better final grade",
                f"{better} of {len(closed)}" if closed else "none yet",
            ),
        },
    )


def open_loops(scope: Scope) -> tuple[int, int, int]:
    """How many loops wait for the form or its authorisation, how many for the second audit, and how many have begun; one
    query. A loop that is authorised without a second audit has ended."""
    open_, authorised, linked, back_, begun = LOOPS.rows(scope)[0]
    return open_, authorised + linked - back_, begun


def counted_loops(scope: Scope) -> "QuerySet[Loop, Any]":
    """One row: how many loops are open, authorised, linked, linked to an audit that is back, and have begun."""
    back_by_now = Q(reaudit__state=AuditState.RETURNED, reaudit__returned_at__lte=scope.at)
    return numbers_of(
        Loop.objects.filter(audit__in=scope.audits().values("pk"), begun_at__lte=scope.at),
        {
            "open": Count("pk", filter=Q(state__in=[LoopState.FORM_DUE, LoopState.SUBMITTED])),
            "authorised": Count(
                "pk", filter=Q(state=LoopState.AUTHORISED, reaudit_due_on__isnull=False)
            ),
            "linked": Count("pk", filter=Q(state=LoopState.LINKED)),
            "back": Count("pk", filter=Q(state=LoopState.LINKED) & back_by_now),
            "begun": Count("pk"),
        },
    )


LOOPS = Question(counted_loops)


def loops_said(returned: int, final: int, better: int, open_: int, waiting: int) -> tuple[str, ...]:
    """What second audits found, as far as their grades are final, and what is still waited for."""
    said = [f"{returned} second {'audit was' if returned == 1 else 'audits were'} returned."]
    if final:
        grade = "a final grade" if final == 1 else "final grades"
        said.append(f"{better} of {final} with {grade} found a better grade.")
    if provisional := returned - final:
        said.append(
            f"{provisional} {'has a provisional grade' if provisional == 1 else 'have provisional grades'} and "
            f"{'is' if provisional == 1 else 'are'} not counted yet."
        )
    said.append(
        f"{open_} {'loop waits' if open_ == 1 else 'loops wait'} for the form or its authorisation, "
        f"{waiting} for the second audit."
    )
    return tuple(said)


register(
    Measure("inadequate-audits", "Inadequate audits", "inadequate", inadequate_audits, wide=False),
    Measure("loops", "Second audits", "inadequate", loops),
)
