"""The family’s view beside the auditor’s, of the same audit (G-27; reports §6)."""

from collections import defaultdict
from collections.abc import Iterable
from statistics import fmean

from audits.models import Answer, Respondent
from feedback.comparing import WIDE, Item
from feedback.comparing import rows as beside
from feedback.models import Reply
from feedback.selectors.voices import of_ten
from feedback.states import Outcome
from reporting.figure import Cell, Column, Figure, Row, Value
from reporting.measures.shares import percent, share
from reporting.selectors.catalogue import Measure, register
from reporting.selectors.scope import Scope
from reporting.wording import plural
from standards.instruments import Instrument


def family_and_auditor(scope: Scope) -> Figure:
    """Statements that both a family and the auditor rated for the same audit, from 0 to 10: how far apart they lie."""
    asks = {one.code: one for one in scope.edition.instruments if any(f.beside for f in one.fields)}
    items = [
        (one.code, Item(f.code, f.label, f.beside))
        for one in asks.values()
        for f in one.fields
        if of_ten(f.scale) and f.beside
    ]
    families, ratings = both_sides(scope, asks.values(), items)
    pairs: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for (audit, code), some in families.items():
        for item, row in zip(
            [item for ask, item in items if ask == code],
            beside([item for ask, item in items if ask == code], some, ratings[audit], {}),
            strict=True,
        ):
            if row.family is not None and row.auditor is not None:
                pairs[f"{code}.{item.code}"].append((row.family, row.auditor))
    rows = []
    for ask, item in items:
        some_pairs = pairs[f"{ask}.{item.code}"]
        if some_pairs:
            rows.append(Row(item.label, pair_cells(scope, some_pairs), code=f"{ask}.{item.code}"))
    apart = sum(row.cells[2].n or 0 for row in rows)
    compared = sum(row.cells[2].of or 0 for row in rows)
    whole = share(int(apart), compared, minimum=scope.minimum)
    return Figure(
        code="family-and-auditor",
        title="The family’s view beside the auditor’s",
        about="Statements that a family rated and the audit’s questions that ask for the same, where both were rated from 0 to 10 "
        f"for one audit. Apart: by {WIDE:g} points or more.",
        rows_are="Statement",
        columns=(
            Column("family", "Families, mean", "mean"),
            Column("auditor", "Auditors, mean", "mean"),
            Column("apart", "Far apart", "share"),
        ),
        rows=tuple(rows),
        says=(
            f"Family and auditor lie {WIDE:g} points or more apart in {int(apart)} of {plural(compared, 'comparison')}"
            + (f" ({percent(whole.share)})." if whole.share is not None else "."),
        )
        if rows
        else ("No family and auditor have rated the same in these months.",),
        question="well",
        values={"apart": Value("Comparisons far apart", f"{int(apart)} of {compared}")},
    )


def pair_cells(scope: Scope, some: list[tuple[float, float]]) -> tuple[Cell, ...]:
    """Both means, and how often the two lie far apart."""
    smallest = scope.smallest
    few = Cell(of=len(some), text="too few", kept="few")
    means = [
        Cell(n=round(fmean(one), 1), of=len(some)) if len(some) >= smallest else few
        for one in zip(*some, strict=True)
    ]
    apart = sum(abs(family - auditor) >= WIDE for family, auditor in some)
    return (*means, share(apart, len(some), minimum=scope.minimum))


def both_sides(
    scope: Scope, asks: Iterable[Instrument], items: list[tuple[str, Item]]
) -> tuple[dict[tuple[int, str], list[dict[str, int]]], dict[int, dict[str, int]]]:
    """What families said by audit and instrument, and what the auditor rated by audit and question; two queries."""
    by_question = {one.question: one.code for one in asks if one.question}
    wanted = {code for _, item in items for code in item.beside}
    audits = scope.returned().order_by().values("pk")
    given = Answer.objects.filter(
        audit__in=audits, part__question__code__in=[*by_question, *wanted], number__isnull=False
    ).order_by("pk")
    typed: dict[tuple[int, str, int], dict[str, int]] = defaultdict(dict)
    ratings: dict[int, dict[str, int]] = defaultdict(dict)
    for audit, question, part, kind, respondent, instance, number in given.values_list(
        "audit_id",
        "part__question__code",
        "part__code",
        "part__kind",
        "respondent",
        "instance",
        "number",
    ):
        if question in by_question:
            key = (audit, by_question[question], instance)
            typed[key][part.rpartition(".")[2]] = number or 0
        elif kind == "scale" and respondent != Respondent.PRACTITIONER and instance == 1:
            ratings[audit].setdefault(question, number or 0)
    families: dict[tuple[int, str], list[dict[str, int]]] = defaultdict(list)
    for (audit, code, _), numbers in typed.items():
        families[audit, code].append(numbers)
    seen = Reply.objects.filter(council=scope.council)
    if scope.reader is not None:
        seen = Reply.objects.visible_to(scope.reader, scope.on)
    found = seen.filter(
        audit__in=audits, instrument__in=[one for one, _ in items], outcome=Outcome.ANSWERED
    )
    on_forms = set(families)
    for audit, code, answers in found.order_by("pk").values_list(
        "audit_id", "instrument", "answers"
    ):
        if (audit, code) not in on_forms:
            families[audit, code].append(answers)
    return families, ratings


register(
    Measure(
        "family-and-auditor", "The family’s view beside the auditor’s", "voice", family_and_auditor
    ),
)
