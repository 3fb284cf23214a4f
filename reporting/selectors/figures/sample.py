"""Who was audited: the audited files beside the open caseload (I-19; reports §11)."""

from collections.abc import Iterable, Mapping
from datetime import date
from statistics import median_low

from django.db.models import Case, F, Q, When

from audits.models import Audit
from audits.states import AuditState
from cases.models import CaseFile
from people.organisation import service_of
from programme.representation import MATTERS, Verdict
from programme.selectors.pools import NO_SERVICE, NOT_KNOWN, age_band
from programme.selectors.representation import CHARACTERISTICS, Audited, OpenFile, table
from programme.states import DrawState
from reporting.charts.forms import PairedBars, PairRow
from reporting.figure import Cell, Column, Figure, Row, Value
from reporting.measures.shares import share
from reporting.selectors.catalogue import Measure, register
from reporting.selectors.scope import Scope
from reporting.wording import plural, those

# Workers are left out: a report names none.
COMPARED = {name: words for name, (words, _) in CHARACTERISTICS.items() if name != "worker"}
# Of groups that do not differ, so many stand out by chance on the two sides of a 95 % interval.
BY_CHANCE = 0.05
# A draw that was frozen or drawn again has drawn nothing that counts.
DRAWN = Q(plan_row__plan__draw__state__in=(DrawState.DRAWN, DrawState.ALLOCATED))
PLAIN = ("plan_type", "gender", "ethnicity", "disability")


def represented(scope: Scope) -> Figure:
    """The files audited in these months beside those open at any time in them, by each characteristic; five queries."""
    files = open_files(scope)
    audits, draw_of = last_audits(scope)
    audited = {pk: one for pk, one in audits.items() if pk in files}
    tables = {
        name: table(name, values, audited)
        for name, values in grouped(scope, files, audited).items()
    }
    rows, pairs = [], []
    for name, words in COMPARED.items():
        pairs.append(PairRow(words, None, None))
        for group in tables[name].groups:
            said = group.verdict if group.verdict is not Verdict.NONE_AUDITED else ""
            rows.append(
                Row(
                    f"{words}: {group.name}",
                    (
                        share(group.audited, group.all_audited, minimum=scope.minimum),
                        share(group.open, group.all_open, minimum=scope.minimum),
                        Cell(text=str(said)),
                    ),
                    code=f"{name}.{group.name}",
                )
            )
            if group.all_audited >= scope.minimum:
                pairs.append(
                    PairRow(group.name, group.audited_share, group.open_share, group.stands_out)
                )
    outside, number = len(audits) - len(audited), len(files)
    flagged = [f"{COMPARED[name]}: {one.name}" for name in tables for one in tables[name].flagged]
    by_draw = {pk: draw_of[pk] for pk in audited if pk in draw_of}
    draws = draws_words(by_draw.values())
    groups = sum(len(one.groups) for one in tables.values())
    covered = share(len(audited), number, minimum=scope.minimum)
    notes = [
        "About as expected: a fair draw of as many files would often differ as much. "
        f"Method: a standardised difference below {MATTERS} does not matter (Austin 2009)."
    ]
    if outside:
        notes.append(
            f"{plural(outside, 'audited file')} {those(outside, 'was', 'were')} not open in these months and "
            f"{those(outside, 'is', 'are')} left out."
        )
    if draws:
        notes.append(
            f"{len(by_draw)} of {plural(len(audited), 'audited file')} came from {draws}. The others were not drawn by chance."
            if len(by_draw) < len(audited)
            else f"{len(by_draw)} of {plural(len(audited), 'audited file')} came from {draws}."
        )
    return Figure(
        code="represented",
        title="Who was audited",
        about="Files with a returned audit that counts for these months, beside all files open at any time in them. "
        "Audits raised for a single concern are not counted.",
        rows_are="Group",
        columns=(
            Column("audited", "Of the audited files", "share"),
            Column("open", "Of the open files", "share"),
            Column("verdict", "In words", "words"),
        ),
        rows=tuple(rows) if number else (),
        says=represented_said(len(audited), number, flagged, groups)
        if number
        else ("No file was open.",),
        notes=tuple(notes),
        question="much",
        chart=PairedBars("Audited files", "Open files", tuple(pairs))
        if len(audited) >= scope.minimum
        else None,
        values={
            "audited": Value("Files audited", f"{len(audited)} of {number}"),
            "differs": Value("Groups that may differ", ", ".join(flagged) or "none"),
            "coverage": Value(
                "Part of the open files that was audited",
                "too few to say" if covered.share is None else f"{100 * covered.share:.0f}%",
            ),
            "draws": Value("Draws", draws or "none"),
        },
    )


def represented_said(audited: int, number: int, flagged: list[str], groups: int) -> tuple[str, ...]:
    """How many were audited, and who may differ; of so many groups some do by chance alone."""
    first = f"{audited} of {plural(number, 'open file')} {those(audited, 'was', 'were')} audited."
    if not audited:
        return (first,)
    if not flagged:
        return first, "No group stands out by more than chance explains."
    by_chance = max(1, round(BY_CHANCE * groups))
    return (
        first,
        f"May differ: {', '.join(flagged)}. Of {plural(groups, 'group')} that are looked at, "
        f"about {by_chance} may stand out by chance alone.",
    )


def draws_words(found: Iterable[int]) -> str:
    """The numbers of some draws: draws 3 and 4."""
    numbers = [str(one) for one in sorted(set(found))]
    if len(numbers) < 2:
        return f"draw {numbers[0]}" if numbers else ""
    return f"draws {', '.join(numbers[:-1])} and {numbers[-1]}"


def open_files(scope: Scope) -> dict[int, OpenFile]:
    """The files that were open on any day of the scope up to the day of reading; none is open on the day it closes."""
    found = CaseFile.objects.filter(council=scope.council)
    if scope.reader is not None:
        found = CaseFile.objects.visible_to(scope.reader, scope.on)
    if scope.service is not None:
        found = found.filter(unit__path__startswith=scope.service.path)
    later = Q(closed_on__gt=scope.first_on) & Q(closed_on__gt=F("opened_on"))
    rows = (
        found.filter(Q(closed_on=None) | later, opened_on__lte=min(scope.last_on, scope.on))
        .order_by("pk")
        .values_list("pk", "unit__path", "date_of_birth", *PLAIN)
    )
    return {pk: OpenFile(*values) for pk, *values in rows}


def last_audits(scope: Scope) -> tuple[dict[int, Audited], dict[int, int]]:
    """The last audit of each file that counts for these months, and the number of the draw that it came from, if any.

    Audits raised for a concern do not count (E-30). One query.

    Whether a file was audited is no secret of its grade: an audit counts though its grade is kept from the reader.
    """
    found = Audit.objects.filter(council=scope.council)
    if scope.reader is not None:
        found = Audit.objects.visible_to(scope.reader, scope.on)
    if scope.service is not None:
        found = found.filter(unit__path__startswith=scope.service.path)
    rows = (
        found.filter(
            month__range=(scope.first_on, scope.last_on),
            state=AuditState.RETURNED,
            returned_at__lte=scope.at,
            flash_source="",
        )
        .order_by("month", "pk")
        .annotate(draw=Case(When(DRAWN, then=F("plan_row__plan__draw__number"))))
        .values_list("case_id", "month", "unit__path", "worker_id", "draw")
    )
    audits: dict[int, Audited] = {}
    draws: dict[int, int] = {}
    for case, month, path, worker, draw in rows:
        audits[case] = Audited(month, path, worker)
        draws.pop(case, None)
        if draw is not None:
            draws[case] = draw
    return audits, draws


def grouped(
    scope: Scope, files: Mapping[int, OpenFile], audited: Mapping[int, Audited]
) -> dict[str, dict[int, str]]:
    """Each file's one group under each characteristic: where it stood when it was audited, else where it stands.

    The age of a file that is not audited is taken in the middle one of the months of audit.
    """
    services = {pk: one.name for pk, one in scope.services.items()}
    months = [one.month for one in audited.values()]
    age_on: date = median_low(months) if months else scope.last_on
    found: dict[str, dict[int, str]] = {name: {} for name in COMPARED}
    for pk, file in files.items():
        audit = audited.get(pk)
        path = audit.unit_path if audit else file.unit_path
        found["service"][pk] = services.get(service_of(path, services), NO_SERVICE)
        found["age"][pk] = age_band(file.born_on, audit.month if audit else age_on)
        for name in PLAIN:
            found[name][pk] = getattr(file, name).strip() or NOT_KNOWN
    return found


register(Measure("represented", "Who was audited", "sample", represented))
