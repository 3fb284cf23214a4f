"""What was done about what was found: whether it made a difference, and whether it was done at once (G-25, G-31)."""

from collections import Counter

from django.db.models import Count, F, OuterRef, Q, Subquery

from actions.models import ActionMove, ImpactAnswer
from actions.states import FINISH
from reporting.charts.forms import Bar, Series, StackedBars
from reporting.figure import Cell, Column, Figure, Row
from reporting.figure import Value as Named
from reporting.measures.shares import share
from reporting.selectors.catalogue import Measure, register
from reporting.selectors.figures.actions import of_words
from reporting.selectors.scope import Scope
from reporting.selectors.whose import actions
from reporting.wording import plural, those

ANSWERS = ImpactAnswer.Answer


def impact(scope: Scope) -> Figure:
    """Whether actions that were signed off made a difference: each by its latest answer of these months; two queries."""
    asked = ImpactAnswer.objects.filter(action__in=actions(scope).order_by().values("pk"))
    answered = dict(
        asked.filter(at__date__range=(scope.first_on, scope.last_on), at__lte=scope.at)
        .exclude(answer="")
        .order_by("round", "pk")
        .values_list("action", "answer")
    )
    open_now = asked.filter(Q(answer="") | Q(at__gt=scope.at), made_at__lte=scope.at)
    waiting = set(open_now.order_by().values_list("action", flat=True)) - set(answered)
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
