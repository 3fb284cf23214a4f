"""Answers to the questions of an audit's form: in which audits they were met, which values were given.

Answers within one audit hang together: they come from one child, one worker and one auditor. So the unit is the audit.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Count

from audits.models import Answer, Respondent
from audits.querysets import AuditQuerySet
from core.among import Among
from core.prepared import KEY, LOWEST, Prepared
from people.organisation import service_of
from reporting.selectors.graded import chosen_audits
from reporting.selectors.in_months import chosen_in
from reporting.selectors.scope import Scope
from standards.edition import PartForm, QuestionForm, SectionForm, ToolForm
from standards.policy import Policy

JUDGED = ("scale", "grade", "yes_no")
# Whose answers judge: the auditor's, and those given together.
JUDGES = (Respondent.AUDITOR, Respondent.JOINT)
YES, PARTLY, NO = "yes", "partly", "no"


@dataclass(frozen=True)
class Given:
    """One value on a scale, given by one party to one part so many times."""

    part: str
    respondent: str
    number: int
    times: int


@dataclass(frozen=True)
class Audited:
    """One returned audit: when and where it counts, its grade, and whether that is final."""

    month: date
    service: int
    grade: str
    final: bool


@dataclass(frozen=True)
class Judged:
    """What one audit says to one question: how many judged parts are met, of how many."""

    audit: int
    question: str
    section: str
    n: int
    of: int


@dataclass(frozen=True)
class Verdict:
    """Whether one audit counts as met in a section or a question: at least half of what is judged there is."""

    audit: Audited
    met: bool


def met(part: PartForm, number: int | None, text: str, policy: Policy) -> bool | None:
    """Whether an answer says that practice is as good as it should be; None where it says neither.

    A grade counts as the framework's grades do, a value on a scale with bands from the lowest value of the band that
    carries such a grade on, yes as met and partly or no as not. A scale without bands says nothing by itself.
    """
    if part.kind == "grade":
        return text in policy.good_grades if text else None
    if part.kind == "yes_no":
        return {YES: True, PARTLY: False, NO: False}.get(text)
    scale = policy.scales.get(part.scale or "")
    if number is None or scale is None:
        return None
    floors = [band.lowest for band in scale.bands if band.grade in policy.good_grades]
    return number >= min(floors) if floors else None


def main_tool(scope: Scope) -> ToolForm | None:
    """The form with the most returned audits of these months, among those of the edition in force; read once."""
    key = ("main tool",)
    if key not in scope.kept:
        scope.kept[key] = find_tool(scope)
    found: ToolForm | None = scope.kept[key]  # type: ignore[assignment]
    return found


def find_tool(scope: Scope) -> ToolForm | None:
    """The form with the most returned audits of these months; the first of the edition where several have as many."""
    used = Counter(one.tool for one in chosen_in(scope))
    tools = scope.edition.tools
    counted = [code for code in tools if code in used]
    code = max(counted, key=lambda one: used[one]) if counted else next(iter(tools), "")
    return tools.get(code)


def judged_parts(tool: ToolForm) -> Iterator[tuple[SectionForm, QuestionForm, PartForm]]:
    """Every part of a form in which practice is judged, with its section and question."""
    for section in tool.sections:
        for question in section.questions:
            for part in question.parts:
                if part.kind in JUDGED:
                    yield section, question, part


def values(scope: Scope, tool: ToolForm) -> list[Given]:
    """The values given on scales in these months, by everybody; one query, in which the database counts equal ones."""
    codes = [part.code for _, _, part in judged_parts(tool) if part.kind == "scale"]
    audits = tool_audits(scope, tool, scope.first_on)
    rows = (
        Answer.objects.filter(
            audit__in=audits.values("pk"), part__code__in=codes, number__isnull=False
        )
        .order_by()
        .values_list("part__code", "respondent", "number")
        .annotate(times=Count("pk"))
    )
    return [Given(*row) for row in rows]


def tool_audits(scope: Scope, tool: ToolForm, first_on: date) -> AuditQuerySet:
    """The returned audits with a form, from a month on."""
    return chosen_audits(scope).filter(tool__code=tool.code, month__range=(first_on, scope.last_on))


@dataclass(frozen=True)
class Answers:
    """What auditors judged: the audits by their ids, and what each says to each question."""

    audits: dict[int, Audited]
    judged: list[Judged]

    @cached_property
    def by_section(self) -> dict[str, list[Verdict]]:
        """Whether each audit counts as met in each section, by the section's code."""
        return self.verdicts((one.section, one) for one in self.judged)

    @cached_property
    def by_question(self) -> dict[str, list[Verdict]]:
        """Whether each audit counts as met in each question, by the question's code."""
        return self.verdicts((one.question, one) for one in self.judged)

    def verdicts(self, judged: Iterable[tuple[str, Judged]]) -> dict[str, list[Verdict]]:
        """Whether each audit counts as met, by what its questions belong to."""
        sums: dict[tuple[str, int], list[int]] = {}
        for code, one in judged:
            sum_ = sums.setdefault((code, one.audit), [0, 0])
            sum_[0] += one.n
            sum_[1] += one.of
        both = {pk: (Verdict(one, False), Verdict(one, True)) for pk, one in self.audits.items()}
        found: dict[str, list[Verdict]] = {}
        for (code, audit), (n, of) in sums.items():
            found.setdefault(code, []).append(both[audit][2 * n >= of])
        return found


def answers(scope: Scope, tool: ToolForm, first_on: date | None = None) -> Answers:
    """What auditors answered, alone or together with others, from a month on (the scope's first where none is given).

    They are read once for all figures that begin with the same month.
    """
    key = ("answers", tool.code, first_on or scope.first_on)
    if key not in scope.kept:
        scope.kept[key] = read_answers(scope, tool, first_on or scope.first_on)
    found: Answers = scope.kept[key]  # type: ignore[assignment]
    return found


def audited(scope: Scope, tool: ToolForm, first_on: date) -> dict[int, Audited]:
    """The returned audits with a form, from a month on, by their ids; no query of its own for the scope's months."""
    rows: Iterable[tuple[int, date, str, str, bool]]
    if first_on == scope.first_on:
        chosen = (one for one in chosen_in(scope) if one.tool == tool.code)
        rows = ((one.pk, one.month, one.path, one.grade, one.final) for one in chosen)
    else:
        wanted = ("pk", "month", "unit__path", "grade", "grade_final")
        rows = tool_audits(scope, tool, first_on).order_by().values_list(*wanted)
    return {
        pk: Audited(month, service_of(path, scope.services), grade, final)
        for pk, month, path, grade, final in rows
    }


# What stands in the query below for the ids of audits and the codes of parts.
AUDITS, PARTS = [LOWEST - 31], [f"{KEY} parts"]
ANSWERED = Prepared(
    lambda: (
        Answer.objects.filter(
            Among("audit_id", AUDITS), Among("part__code", PARTS), respondent__in=JUDGES
        )
        .order_by()
        .values_list("part__code", "number", "text", "audit_id")
    )
)


def read_answers(scope: Scope, tool: ToolForm, first_on: date) -> Answers:
    """The answers to judged questions from a month on; one query for them."""
    audits = audited(scope, tool, first_on)
    policy = scope.edition.policy
    parts = {part.code: part for _, _, part in judged_parts(tool)}
    questions = {code: part.question_code for code, part in parts.items()}
    rows = ANSWERED.rows({AUDITS[0]: sorted(audits), PARTS[0]: sorted(parts)})
    # Many answers say the same: what one says is worked out once for its part.
    judged: dict[tuple[str, int | None, str], bool | None] = {}
    sums: dict[tuple[int, str], list[int]] = {}
    for code, number, text, audit in rows:
        key = (code, number, text)
        if key not in judged:
            judged[key] = met(parts[code], number, text, policy)
        said = judged[key]
        if said is None:
            continue
        sum_ = sums.setdefault((audit, questions[code]), [0, 0])
        sum_[0] += said
        sum_[1] += 1
    sections = {part.question_code: part.section_code for part in parts.values()}
    return Answers(
        audits,
        [
            Judged(audit, question, sections[question], n, of)
            for (audit, question), (n, of) in sums.items()
        ],
    )


@dataclass(frozen=True)
class Met:
    """How many are met, of how many."""

    n: int = 0
    of: int = 0


def total(rows: Iterable[Verdict]) -> Met:
    """How many audits count as met, of how many."""
    found = [row.met for row in rows]
    return Met(sum(found), len(found))
