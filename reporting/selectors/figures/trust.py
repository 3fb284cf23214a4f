"""How far grades can be trusted: what moderation changed, how much of it was done, and how alike people grade (reports §12)."""

from collections import Counter

from audits.models import Audit
from audits.states import AuditState
from core.among import Among
from core.prepared import LOWEST, MOMENT, Prepared
from moderation.agreement import Estimate
from moderation.coverage import Delay
from moderation.models import Moderation
from moderation.periods import Period
from moderation.selectors import trust as reading
from moderation.states import ModerationState
from moderation.trust import Trust, rule_in_words
from moderation.trust import trust as trusted
from reporting.charts.forms import SpanRow, Spans, Transitions
from reporting.figure import Cell, Column, Figure, Row, Value
from reporting.measures.shares import share
from reporting.selectors.catalogue import Measure, register
from reporting.selectors.graded import audits_word
from reporting.selectors.in_months import returned_in
from reporting.selectors.scope import Scope
from standards.deadlines import months_after
from standards.models import FrameworkVersion

# Agreement is estimated from a year of moderations: in a quarter there are too few.
YEAR = 12


# What stands in the query below for the ids of audits.
AUDITS = [LOWEST - 31]
CHANGES = Prepared(
    lambda: (
        Moderation.objects.filter(
            Among("audit_id", AUDITS), state=ModerationState.FINAL, finished_at__lte=MOMENT
        )
        .order_by()
        .values_list("before", "after")
    )
)


def grade_changes(scope: Scope) -> Figure:
    """From which grade to which: the moderated audits of these months as they are."""
    best = scope.edition.policy.grades_best_first
    rank = {one.code: one.rank for one in best}
    ids = [one.pk for one in returned_in(scope)]
    pairs: Counter[tuple[str, str]] = Counter(
        (before, after) for before, after in CHANGES.rows({AUDITS[0]: ids, MOMENT: scope.at})
    )
    total = pairs.total()
    up = sum(n for (a, b), n in pairs.items() if rank.get(b, 0) > rank.get(a, 0))
    down = sum(n for (a, b), n in pairs.items() if rank.get(b, 0) < rank.get(a, 0))
    rows = tuple(
        Row(
            before.label,
            (
                *(Cell(n=pairs[before.code, after.code]) for after in best),
                Cell(n=sum(pairs[before.code, after.code] for after in best)),
            ),
            code=before.code,
        )
        for before in best
    )
    sums = Row(
        "All",
        (*(Cell(n=sum(pairs[a.code, b.code] for a in best)) for b in best), Cell(n=total)),
        total=True,
    )
    return Figure(
        code="grade-changes",
        title="What moderation changed",
        about="Audits of these months whose moderation is finished, flash audits too: the auditor’s grade and the final one. These are counts of moderated audits; "
        "audits with the worst grade may all be moderated and others by lot, so they are no picture of all audits.",
        rows_are="Auditor’s grade",
        columns=(*(Column(one.code, one.label) for one in best), Column("all", "All", total=True)),
        rows=(*rows, sums) if total else (),
        says=changes_said(total, up, down),
        question="well",
        chart=Transitions(
            tuple(one.label for one in best),
            tuple(tuple(pairs[a.code, b.code] for b in best) for a in best),
            "Auditor’s grade",
            "Final grade",
        )
        if total
        else None,
        values={
            "moderated": Value("Moderations finished", str(total)),
            "raised": Value("Grades raised", f"{up} of {total}"),
            "lowered": Value("Grades lowered", f"{down} of {total}"),
            "kept": Value("Grades kept", f"{total - up - down} of {total}"),
        },
    )


def changes_said(total: int, up: int, down: int) -> tuple[str, ...]:
    """How many grades moderation kept, raised and lowered."""
    if not total:
        return ("No moderation of an audit of these months is finished.",)
    kept = total - up - down
    return (
        f"Of {total} moderated {'audit' if total == 1 else 'audits'}, {kept} kept {'its' if kept == 1 else 'their'} grade, {up} "
        f"{'was' if up == 1 else 'were'} raised and {down} {'was' if down == 1 else 'were'} lowered.",
    )


def year(scope: Scope) -> Period:
    """The twelve months that end with the scope's last day: audits returned in them count, whenever this is read."""
    return Period("", "", months_after(scope.last_on.replace(day=1), 1 - YEAR), scope.last_on)


def year_words(scope: Scope) -> str:
    """What the figures of a year count."""
    return (
        f"Audits returned in the twelve months to {scope.last_on:%-d %B %Y} under the edition in force then, "
        "flash audits too."
    )


def year_of_trust(scope: Scope) -> Trust:
    """The trust figures of those twelve months, under the edition in force; five queries, once for all figures."""
    key = ("trust",)
    if key not in scope.kept:
        version = FrameworkVersion.objects.get(pk=scope.edition.id)
        policy = scope.edition.policy
        units = reading.services(scope.council.pk)
        rows = reading.read(version, policy, year(scope), units, scope.service)
        scope.kept[key] = trusted(rows, policy.grades, scope.on)
    found: Trust = scope.kept[key]  # type: ignore[assignment]
    return found


def other_editions(scope: Scope) -> tuple[str, ...]:
    """How many audits of those twelve months were made under another edition, in words; one query."""
    asked = year(scope)
    audits = Audit.objects.filter(
        council=scope.council,
        state=AuditState.RETURNED,
        returned_at__date__range=(asked.from_on, asked.to_on),
    ).exclude(version=scope.edition.id)
    if scope.service is not None:
        audits = audits.filter(unit__path__startswith=scope.service.path)
    number = audits.count()
    if not number:
        return ()
    are = "is" if number == 1 else "are"
    return (
        f"{audits_word(number)} returned under another edition of the framework {are} not counted.",
    )


def moderation_coverage(scope: Scope) -> Figure:
    """How much of what the council's rule sends to moderation is moderated, and how long it takes."""
    found = year_of_trust(scope)
    had = found.coverage
    rule = rule_in_words(scope.edition.policy.moderation, scope.edition.policy.grades)
    rows = [
        Row("Returned", (Cell(n=had.returned), Cell(), Cell()), code="returned"),
        Row("Sent to moderation by the rule", (Cell(n=had.due), Cell(), Cell()), code="due"),
        Row(
            "Of these finished",
            (Cell(), share(had.finished, had.due, minimum=scope.minimum), Cell()),
            code="finished",
        ),
        Row("Chosen by hand besides", (Cell(n=found.by_hand), Cell(), Cell()), code="by_hand"),
    ]
    delay = had.delay
    if isinstance(delay, Delay):
        rows += [
            Row(
                f"To the final grade, {share_of} took at most",
                (Cell(), Cell(), Cell(n=days)),
                code=code,
            )
            for share_of, days, code in (
                ("half", delay.median, "half"),
                ("nine of ten", delay.most, "most"),
            )
        ]
    one = had.due == 1
    said = (
        f"{had.finished} of the {had.due} {'audit' if one else 'audits'} that the rule sends to moderation "
        f"{'is' if one else 'are'} finished; {had.open} {'is' if had.open == 1 else 'are'} open."
    )
    return Figure(
        code="moderation-coverage",
        title="Moderation done",
        about=" ".join((year_words(scope), *rule)),
        rows_are="Moderation",
        columns=(
            Column("number", "Audits"),
            Column("share", "Share of those sent", "share"),
            Column("days", "Days", "days"),
        ),
        rows=tuple(rows) if had.returned else (),
        says=(said,) if had.due else ("The rule has sent no audit to moderation.",),
        notes=(*left_words(found.left), *other_editions(scope)),
        question="much",
        values={
            "finished": Value("Moderations finished of those due", f"{had.finished} of {had.due}")
        },
    )


def left_words(left: int) -> tuple[str, ...]:
    """How many were not moderated although the rule sent them."""
    if not left:
        return ()
    return (f"{left} {'was' if left == 1 else 'were'} left without moderation, with a reason.",)


def agreement(scope: Scope) -> Figure:
    """How alike auditors and moderators grade, estimated for all audits of a year with 95 % intervals."""
    found = year_of_trust(scope)
    rows, spans = [], []
    for one in found.figures:
        told = one.found if isinstance(one.found, Estimate) else None
        rows.append(
            Row(
                f"{one.about}: {one.label}",
                (
                    Cell(text=one.value),
                    Cell(text=one.interval or "–"),
                    Cell(n=told.n) if told else Cell(),
                ),
                code=one.code,
            )
        )
        if told and one.code in ("same", "within_one", "kept"):
            spans.append(SpanRow(one.label, told.value, told.low, told.high, f"{told.n} moderated"))
    return Figure(
        code="agreement",
        title="How alike people grade",
        about=f"{year_words(scope)} The estimates are corrected for audits that are moderated more often than others "
        "(Horvitz and Thompson 1952). The method stands on the page on trust in grades.",
        rows_are="Figure",
        columns=(
            Column("value", "Estimate", "words"),
            Column("interval", "95% interval", "words"),
            Column("n", "Moderated audits"),
        ),
        rows=tuple(rows) if not found.few else (),
        says=found.headlines or ("Too few audits have been moderated to tell.",),
        notes=(*found.notes, *other_editions(scope)),
        question="well",
        chart=Spans(tuple(spans), 0.0, 1.0, 0.5, "Less alike", "More alike", percent=True)
        if spans
        else None,
    )


register(
    Measure("grade-changes", "What moderation changed", "trust", grade_changes),
    Measure(
        "moderation-coverage",
        "Moderation done",
        "trust",
        moderation_coverage,
        permission="reporting.see_grades",
    ),
    Measure(
        "agreement", "How alike people grade", "trust", agreement, permission="moderation.see_trust"
    ),
)
