"""Compliments and complaints, as they are logged, and praise that was passed on (G-27; reports §6, §10)."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q

from feedback.models import Praise, Summary
from reporting.figure import Cell, Column, Figure, Row, Value
from reporting.selectors.catalogue import Measure, register
from reporting.selectors.lists import listed
from reporting.selectors.scope import Scope
from reporting.selectors.whose import replies, with_months
from reporting.wording import plural, those
from standards.deadlines import months_after
from standards.instruments import Instrument

COMPLIMENT, COMPLAINT, UNSAID = "compliment", "complaint", "unsaid"
KINDS = (COMPLIMENT, COMPLAINT)
NO_LOG = "The framework has no log of compliments and complaints."
NOT_SAID = "The log does not say which were compliments or complaints."
LABELS = {COMPLIMENT: "Compliments", COMPLAINT: "Complaints", UNSAID: "Not said which"}


def logs_of(scope: Scope) -> list[Instrument]:
    """The framework's logs of compliments and complaints."""
    return [
        one
        for one in scope.edition.instruments
        if ("complaint" in one.code or "compliment" in one.code) and not one.anonymous
    ]


def months_before(scope: Scope) -> tuple[date, date]:
    """As many months before the scope's as it has itself: the first and the last day."""
    first, last = scope.first_on, scope.last_on
    length = (last.year - first.year) * 12 + last.month - first.month + 1
    return months_after(first.replace(day=1), -length), first - timedelta(days=1)


def counted(scope: Scope, codes: list[str]) -> Counter[str]:
    """How many of each kind were logged in the scope's months; one query."""
    found: Counter[str] = Counter()
    kinds = replies(scope).filter(instrument__in=codes).order_by().values_list("answers__kind")
    for (kind,) in kinds:
        found[kind if kind in LABELS else UNSAID] += 1
    return found


def compliments_complaints(scope: Scope) -> Figure:
    """How many compliments and complaints were logged in these months and in as many before; six queries."""
    logs = logs_of(scope)
    codes = [one.code for one in logs]
    earlier = with_months(scope, *months_before(scope))
    now, before = counted(scope, codes), counted(earlier, codes)
    praise, praise_before = praised(scope), praised(earlier)
    summaries = summed(scope, codes), summed(earlier, codes)
    to = (
        listed(
            "replies",
            {"instrument": codes[0], "since": scope.first_on, "until": scope.last_on},
        )
        if len(codes) == 1 and scope.service is None
        else ""
    )
    told = says_which(logs) or any(one[kind] for one in (now, before) for kind in KINDS)
    entries = [
        Row(
            "Entries in the log",
            (Cell(n=now[UNSAID], to=to), Cell(n=before[UNSAID])),
            code="entries",
        )
    ]
    rows = (
        entries
        if logs and not told
        else [
            Row(
                label,
                (Cell(n=now[kind], to=to if kind != UNSAID else ""), Cell(n=before[kind])),
                code=kind,
            )
            for kind, label in LABELS.items()
            if logs and (kind != UNSAID or now[kind] or before[kind])
        ]
    )
    if any(summaries):
        rows.append(Row("Summaries of them written", tuple(Cell(n=one) for one in summaries)))
    rows.append(Row("Praise passed on to staff", (Cell(n=praise), Cell(n=praise_before))))
    nothing = not any(cell.n for row in rows for cell in row.cells)
    return Figure(
        code="compliments-complaints",
        title="Compliments and complaints",
        about="What was logged as received in these months, beside as many months before them. "
        + ("" if told else NOT_SAID if logs else NO_LOG),
        rows_are="What",
        columns=(Column("now", "These months"), Column("before", "The months before")),
        rows=() if nothing else tuple(rows),
        says=said(now, before, bool(logs), told, nothing),
        question="much",
        values={
            "compliments": Value("Compliments", in_words(now[COMPLIMENT], bool(logs), told)),
            "complaints": Value("Complaints", in_words(now[COMPLAINT], bool(logs), told)),
            "praise": Value("Praise passed on", str(praise)),
        },
    )


def says_which(logs: Iterable[Instrument]) -> bool:
    """Whether a log asks which an entry is."""
    return any(one.code == "kind" for log in logs for one in log.fields)


def in_words(number: int, logs: bool, told: bool) -> str:
    """A number of entries of one kind, or why there is none."""
    return str(number) if told else "the log does not say" if logs else "not measured"


def said(
    now: Counter[str], before: Counter[str], logs: bool, told: bool, nothing: bool
) -> tuple[str, ...]:
    """What was logged in these months and before, or why that cannot be said."""
    if not logs:
        return (f"Not measured: {NO_LOG[0].lower()}{NO_LOG[1:]}",)
    if nothing:
        return ("Nothing was logged.",)
    if not told:
        entries = plural(now[UNSAID], "entry", "entries")
        return (f"{entries}; {NOT_SAID[0].lower()}{NOT_SAID[1:]}",)
    number = now[COMPLIMENT] + now[COMPLAINT]
    return (
        f"{plural(now[COMPLIMENT], 'compliment')} and {plural(now[COMPLAINT], 'complaint')} "
        f"{those(number, 'was', 'were')} logged; in the months before {before[COMPLIMENT]} and {before[COMPLAINT]}.",
    )


def praised(scope: Scope) -> int:
    """How often praise from a reply was shown to staff in the scope's months."""
    found = Praise.objects.filter(
        reply__council=scope.council,
        shown_at__date__range=(scope.first_on, scope.last_on),
        shown_at__lte=scope.at,
    )
    if scope.reader is not None:
        found = found.filter(pk__in=Praise.objects.visible_to(scope.reader, scope.on).values("pk"))
    if scope.service is not None:
        path = scope.service.path
        of_case = Q(reply__audit=None, reply__case__unit__path__startswith=path)
        found = found.filter(Q(reply__audit__unit__path__startswith=path) | of_case)
    return found.count()


def summed(scope: Scope, codes: list[str]) -> int:
    """How many summaries of such a log were written in the scope's months; they belong to no service."""
    found = Summary.objects.filter(council=scope.council)
    if scope.reader is not None:
        found = Summary.objects.visible_to(scope.reader, scope.on)
    until = min(scope.last_on, scope.on)
    if scope.service is not None:
        return 0
    return found.filter(instrument__in=codes, held_on__range=(scope.first_on, until)).count()


def themes_said(scope: Scope) -> Counter[str]:
    """How many replies of the scope's months bear each theme, but for compliments; one query."""
    found: Counter[str] = Counter()
    # A key that is not there is not equal to anything in SQL: such replies would be left out by `exclude`.
    worries = replies(scope).exclude(themes=[]).exclude(answers__contains={"kind": COMPLIMENT})
    for (themes,) in worries.order_by().values_list("themes"):
        found.update(set(themes))
    return found


register(
    Measure("compliments-complaints", "Compliments and complaints", "voice", compliments_complaints)
)
