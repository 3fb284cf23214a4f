"""Other ways of knowing beside the audits: concerns that officers raised, and what several sources say of one thing (reports §10)."""

from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from escalation.models import Stage
from escalation.states import StageState
from learning.selectors import for_figures
from reporting.charts.forms import CountRow, Counts
from reporting.figure import Cell, Column, Figure, Row, Value
from reporting.measures.shares import share
from reporting.selectors.catalogue import Measure, register
from reporting.selectors.figures.complaints import themes_said
from reporting.selectors.figures.practice import place_of
from reporting.selectors.scope import Scope
from reporting.selectors.whose import actions, concerns
from reporting.wording import plural, those

# How many themes stand beside each other.
MOST = 12
SOURCES = ("Audits", "Feedback", "Concerns", "Actions")


def concerns_by_stage(scope: Scope) -> Figure:
    """The concerns raised in these months, by stage: how many came to it, were answered in time, and went further; two queries."""
    raised = dict(concerns(scope).order_by().values_list("pk", "state"))
    stages = (
        Stage.objects.filter(concern__in=raised, opened_on__lte=scope.on)
        .exclude(state=StageState.SKIPPED)
        .order_by("concern__ladder_title", "index")
        .values_list(
            "concern__ladder_title",
            "index",
            "title",
            "due_on",
            "due_at",
            "replied_at",
            "why",
            "state",
        )
    )
    found: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    titles: dict[tuple[str, int], str] = {}
    for ladder, index, title, due_on, due_at, replied_at, why, state in stages:
        one = found[ladder, index]
        titles[ladder, index] = title
        one["here"] += 1
        one[f"why {why}"] += bool(why)
        one["open"] += state == StageState.OPEN
        kept = in_time(scope, due_on, due_at, replied_at)
        one["due"] += kept is not None
        one["in_time"] += kept is True
    several = len({ladder for ladder, _ in found}) > 1
    rows = tuple(
        Row(
            f"{key[0]}: {titles[key]}" if several else titles[key],
            (
                Cell(n=one["here"]),
                share(one["in_time"], one["due"], minimum=scope.minimum),
                Cell(n=one[f"why {Stage.Why.NO_REPLY}"]),
                Cell(n=one[f"why {Stage.Why.NOT_ACCEPTED}"]),
                Cell(n=one["open"]),
            ),
        )
        for key, one in found.items()
    )
    resolved = list(raised.values()).count("resolved")
    due, kept_ones = (sum(one[name] for one in found.values()) for name in ("due", "in_time"))
    return Figure(
        code="concerns",
        title="Concerns that officers raised",
        about="Concerns raised in these months and the stages that they came to. In time: of the stages with a limit that were "
        "answered or whose limit has passed. Restricted concerns are not counted.",
        rows_are="Stage",
        columns=(
            Column("here", "Concerns"),
            Column("in_time", "Answered in time", "share"),
            Column("no_reply", "Taken further: no reply"),
            Column("not_accepted", "Taken further: reply not accepted"),
            Column("open", "Waiting for an answer"),
        ),
        rows=rows,
        says=(
            f"{plural(len(raised), 'concern')} {those(len(raised), 'was', 'were')} raised, {resolved} resolved; "
            f"{kept_ones} of {plural(due, 'answer')} came in time.",
        )
        if raised
        else ("No concern was raised.",),
        question="much",
        chart=Counts(tuple(CountRow(row.label, row.cells[0].n or 0) for row in rows), "Concerns")
        if rows
        else None,
        values={
            "raised": Value("Concerns raised", str(len(raised))),
            "resolved": Value("Concerns resolved", f"{resolved} of {len(raised)}"),
            "in_time": Value("Answers in time", f"{kept_ones} of {due}"),
        },
    )


def in_time(
    scope: Scope, due_on: date | None, due_at: datetime | None, replied_at: datetime | None
) -> bool | None:
    """Whether a stage was answered in time; None where it has no limit, or may still be."""
    if due_at is not None:
        limit = due_at
    elif due_on is not None:
        limit = day_after(due_on)
    else:
        return None
    if replied_at is not None:
        return replied_at < limit if due_at is None else replied_at <= limit
    return False if limit < scope.at else None


def day_after(day: date) -> datetime:
    """The moment at which a day is over."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def beside_each_other(scope: Scope) -> Figure:
    """How often each theme is named by audits, feedback, concerns and actions, and by how many of them.

    A source that names no theme at all in these months has no data. Counted over all themes; the first are shown.
    """
    place = place_of(scope)
    coded = for_figures.themes(
        scope.council.pk,
        scope.first_on,
        scope.last_on,
        place.path,
        kind="develop",
        minimum=scope.minimum,
        at=scope.at,
    )
    sources = [
        Counter({one.theme: one.audits for one in coded.rows if one.audits}),
        themes_said(scope),
        tags_of(scope),
        action_themes(scope),
    ]
    named = [{label.casefold(): n for label, n in one.items()} for one in sources]
    labels: dict[str, str] = {}
    for one in sources:
        for label in one:
            labels.setdefault(label.casefold(), label)
    order = sorted(
        labels,
        key=lambda key: (
            -sum(key in one for one in named),
            -sum(one.get(key, 0) for one in named),
            key,
        ),
    )
    rows = tuple(
        Row(
            labels[key][:1].upper() + labels[key][1:],
            (
                *(Cell(n=one.get(key, 0)) if one else Cell(text="no data") for one in named),
                Cell(text=together([one.get(key, 0) for one in named if one])),
            ),
        )
        for key in order[:MOST]
    )
    several = sum(sum(key in one for one in named) > 1 for key in order)
    count = f"Of {plural(len(order), 'theme')}, {several} {those(several, 'is', 'are')} named by two sources or more"
    silent = [name for name, one in zip(SOURCES, named, strict=True) if not one]
    return Figure(
        code="beside-each-other",
        title="What several sources say",
        about="Themes to develop that were coded in audits, themes of replies and complaints (compliments are left out), tags of "
        "concerns, and themes of actions, by their names. How often a source names a theme depends on how much it holds: compare the ranks, not the numbers.",
        rows_are="Theme",
        columns=(
            *(Column(name.lower(), name) for name in SOURCES),
            Column("together", "Together", "words"),
        ),
        rows=rows,
        says=(
            f"{count}; the {MOST} most often named are shown."
            if len(order) > MOST
            else f"{count}.",
            *((f"No data: {', '.join(silent)}.",) if silent else ()),
        )
        if rows
        else ("No source names a theme in these months.",),
        notes=tuple(f"Audits: {one[0].lower()}{one[1:]}" for one in place.note),
        question="well",
        values={
            "agreed": Value("Themes that two sources or more name", f"{several} of {len(order)}")
        },
    )


def together(numbers: list[int]) -> str:
    """How many of the sources that have data name a theme."""
    naming = sum(n > 0 for n in numbers)
    if len(numbers) < 2:
        return "only one source has data"
    return f"named by {naming} of {len(numbers)}"


def tags_of(scope: Scope) -> Counter[str]:
    """How many concerns of these months bear each tag; one query."""
    found: Counter[str] = Counter()
    for (tags,) in concerns(scope).exclude(tags=[]).order_by().values_list("tags"):
        found.update(set(tags))
    return found


def action_themes(scope: Scope) -> Counter[str]:
    """How many actions opened in these months bear each theme; one query."""
    found: Counter[str] = Counter()
    opened = actions(scope).filter(opened_on__range=(scope.first_on, scope.last_on))
    bearing = opened.exclude(themes=[]).order_by().values_list("pk", "themes").distinct()
    for _, themes in bearing:
        found.update(set(themes))
    return found


register(
    Measure("concerns", "Concerns that officers raised", "triangulation", concerns_by_stage),
    Measure(
        "beside-each-other",
        "What several sources say",
        "triangulation",
        beside_each_other,
        permission="learning.see_themes",
    ),
)
