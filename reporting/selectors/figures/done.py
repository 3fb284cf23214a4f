"""What was done about what was found: whether it made a difference, and whether it was done at once (G-25, G-31)."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from actions.models import ActionMove, ImpactAnswer
from actions.states import FINISH
from reporting.charts.forms import Bar, Series, StackedBars
from reporting.figure import Cell, Column, Figure, Row
from reporting.figure import Value as Named
from reporting.measures.shares import share
from reporting.selectors.catalogue import Measure, register
from reporting.selectors.figures.actions import of_words
from reporting.selectors.in_general import Question
from reporting.selectors.scope import Scope
from reporting.selectors.whose import actions
from reporting.wording import plural, those

ANSWERS = ImpactAnswer.Answer


def impact(scope: Scope) -> Figure:
    """Whether actions that were signed off made a difference: each by its latest answer of these months; one query."""
    answered, waiting = asked_about(scope)
    rows = Counter(answered.values())
    total = len(answered)
    table = tuple(
        Row(one.label, (share(rows[one.value], total, minimum=scope.minimum),), code=one.value)
        for one in ANSWERS
    )
    yes = share(rows[ANSWERS.YES], total, minimum=scope.minimum)
    return Figure(
        code="impact",
        title="Did actions make a difference?",
        about="What was answered in these months of actions that had been signed off: whether they made a difference for the child. "
        "An action counts once, with its latest answer.",
        rows_are="Answer",
        columns=(Column("answers", "Actions", "share"),),
        rows=table if total else (),
        says=(
            f"{of_words(yes)} {those(total, 'action', 'actions')} made a difference for the child.",
            *waiting_said(len(waiting), total),
        )
        if total
        else (
            "Nobody has answered in these months whether an action made a difference.",
            *waiting_said(len(waiting), total),
        ),
        question="better",
        chart=StackedBars(
            tuple(
                Series(one.label, colour)
                for one, colour in zip(ANSWERS, ("blue", "turquoise", "orange"), strict=True)
            ),
            (
                Bar(
                    "Made a difference",
                    tuple(rows[one.value] for one in ANSWERS),
                    plural(total, "action"),
                ),
            ),
        )
        if total
        else None,
        values={
            "yes": Named("Actions that made a difference", of_words(yes) if total else "none"),
            "answers": Named("Actions answered for", str(total)),
            "waiting": Named(
                "Actions not answered for yet", f"{len(waiting)} of {total + len(waiting)}"
            ),
        },
    )


# What stands in the query below for the first moment of a scope's months, and the first one after them.
BOUNDS = (datetime(1, 1, 21, 1, tzinfo=UTC), datetime(1, 1, 22, 1, tzinfo=UTC))


def impact_answers(scope: Scope) -> "QuerySet[ImpactAnswer, Any]":
    """What was asked about actions: what was answered in a scope's months, and what waits for an answer."""
    first, last = BOUNDS
    said = ~Q(answer="") & Q(at__gte=first, at__lt=last, at__lte=scope.at)
    open_now = (Q(answer="") | Q(at__gt=scope.at)) & Q(made_at__lte=scope.at)
    return (
        ImpactAnswer.objects.filter(
            said | open_now,
            council=scope.council,
            action__in=actions(scope).order_by().values("pk"),
        )
        .order_by("round", "pk")
        .values_list("action_id", "answer", "at")
    )


ASKED_ABOUT = Question(impact_answers, of_actions=True)


def asked_about(scope: Scope) -> tuple[dict[int, str], set[int]]:
    """The actions answered for in these months with their latest answer, and others that wait for one; one query."""
    answered, waiting = dict[int, str](), set[int]()
    for action, answer, at in ASKED_ABOUT.rows(
        scope, dict(zip(BOUNDS, moments(scope), strict=True))
    ):
        if answer and at <= scope.at:
            answered[action] = answer
        else:
            waiting.add(action)
    return answered, waiting - set(answered)


def moments(scope: Scope) -> tuple[datetime, datetime]:
    """The first moment of the scope's months, and the first one after them."""
    day = scope.last_on + timedelta(1)
    first, last = (datetime.combine(one, time()) for one in (scope.first_on, day))
    return timezone.make_aware(first), timezone.make_aware(last)


def waiting_said(waiting: int, answered: int) -> tuple[str, ...]:
    """How many of those that were asked have not been answered yet; nothing where none was asked."""
    asked = waiting + answered
    if not asked:
        return ()
    return (f"{waiting} of {asked} asked {those(waiting, 'has', 'have')} not been answered yet.",)


def finished() -> Subquery:
    """The moment at which its owner last said that an action is done."""
    said = ActionMove.objects.filter(action=OuterRef("pk"), verb=FINISH.verb).order_by("-at", "-pk")
    return Subquery(said.values("at")[:1])


def immediate_tasks(scope: Scope) -> Figure:
    """Tasks with a limit in hours that fell due in these months: how many were done within them; one query."""
    done_by = Q(done_at__lte=F("due_at"))
    found = actions(scope).filter(
        due_at__date__range=(scope.first_on, scope.last_on), due_at__lte=scope.at
    )
    counted = (
        found.order_by()
        .annotate(done_at=finished())
        .values_list("kind_label")
        .annotate(
            number=Count("pk", distinct=True),
            in_time=Count("pk", filter=done_by, distinct=True),
            late=Count("pk", filter=Q(done_at__gt=F("due_at")), distinct=True),
        )
    )
    groups = sorted(counted)
    sums = [sum(row[at] for row in groups) for at in (1, 2, 3)]

    def line(label: str, number: int, kept: int, late: int, *, total: bool = False) -> Row:
        cells = (
            share(kept, number, minimum=scope.minimum),
            Cell(n=late),
            Cell(n=number - kept - late),
        )
        return Row(label, cells, total=total)

    whole = share(sums[1], sums[0], minimum=scope.minimum)
    return Figure(
        code="immediate-tasks",
        title="Immediate tasks",
        about="Tasks with a limit in hours whose moment came in these months, and when their owners said that they were done.",
        rows_are="Task",
        columns=(
            Column("in_time", "Done within the hours", "share"),
            Column("late", "Done later"),
            Column("open", "Still open"),
        ),
        rows=(*(line(*row) for row in groups), line("All tasks", *sums, total=True))
        if groups
        else (),
        says=(
            f"{of_words(whole)} immediate {those(sums[0], 'task was', 'tasks were')} done within {those(sums[0], 'its', 'their')} hours.",
        )
        if groups
        else ("No task with a limit in hours fell due in these months.",),
        question="well",
        chart=None,
        values={
            "in_time": Named("Immediate tasks done in time", of_words(whole) if groups else "none")
        },
    )


register(
    Measure("impact", "Did actions make a difference?", "actions", impact),
    Measure("immediate-tasks", "Immediate tasks", "actions", immediate_tasks),
)
