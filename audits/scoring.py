"""The overall grade: what the auditor judged, in the framework's words. It is never an average (A3-6).

Some forms also work out a grade that stands beside the judgement, with how it came about. Nothing writes it
into the grade: people decide, and say why where they decide otherwise.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from audits.answers import SURPASSED, Given
from standards.edition import PartForm, Suggestion, ToolForm
from standards.policy import Policy

# How an answer counts, in halves.
HALVES = {"yes": 2, "partly": 1, "no": 0}
LEFT_OUT = "not_applicable"


@dataclass(frozen=True)
class Overall:
    """An overall judgement: the grade, the scale value where one was used, whether Good was surpassed."""

    grade: str
    value: int | None
    surpassed: bool


def overall(given: Given, policy: Policy) -> Overall | None:
    """The judgement in an answer to the overall grade; None when it is blank.

    A scale value takes the grade of its band; "surpassed" takes the grade the framework names
    and carries no number (J-24); a direct grade is itself. Raises ValueError for a value whose band has no grade.
    """
    if given.blank:
        return None
    rule = policy.overall_grade
    if given.text == SURPASSED and rule.surpassed:
        return Overall(grade=rule.surpassed.grade, value=None, surpassed=True)
    if rule.method == "direct":
        return Overall(grade=given.text, value=None, surpassed=False)
    if given.number is None:
        raise ValueError("The overall grade needs a value on its scale.")
    band = policy.scales[rule.scale or ""].band_for(given.number)
    if band.grade is None:
        raise ValueError(f"{given.number} carries no grade in this framework.")
    return Overall(grade=band.grade, value=given.number, surpassed=False)


@dataclass(frozen=True)
class Suggested:
    """A grade worked out from answers, the share it comes from where there is one, and how, in sentences."""

    grade: str
    share: int | None
    how: tuple[str, ...]


@dataclass(frozen=True)
class Counted:
    """One answer that counts: as yes, partly, no or not applicable."""

    part: PartForm
    counts: str


def suggest(
    tool: ToolForm, answers: Mapping[tuple[str, str, int], Given], policy: Policy
) -> Suggested | None:
    """The grade that the answers suggest; None where the form suggests none or nothing counts yet.

    `answers` holds only those of sections that apply.
    """
    rule = tool.suggestion
    if rule is None:
        return None
    parts = {part.code: part for part in tool.parts if chosen(part, rule)}
    given = [(parts[key[0]], one) for key, one in sorted(answers.items()) if key[0] in parts]
    counted = [Counted(part, way) for part, one in given if (way := counts_as(part, one))]
    if rule.method == "share":
        found = by_share(counted, rule, policy)
    else:
        grades = [(part, grade) for part, one in given if (grade := graded(part, one, policy))]
        found = by_grades(grades, rule, policy)
    return capped(found, counted, rule, policy) if found else None


def chosen(part: PartForm, rule: Suggestion) -> bool:
    """Whether the rule looks at the part: named itself, by its section, or because nothing is named."""
    return not rule.parts or part.code in rule.parts or part.section_code in rule.parts


def counts_as(part: PartForm, given: Given) -> str:
    """How an answer counts: yes, partly, no or not applicable; empty when it counts for nothing."""
    if part.kind == "yes_no":
        return given.text
    if part.kind == "choice":
        return next((one.counts for one in part.options if one.code == given.text), "")
    return ""


def graded(part: PartForm, given: Given, policy: Policy) -> str:
    """The grade that an answer gives: a grade part's own, or that of a scale's band; empty for none."""
    if part.kind == "grade":
        return given.text
    if part.kind == "scale" and part.scale and given.number is not None:
        scale = policy.scales[part.scale]
        return (scale.band_for(given.number).grade or "") if scale.bands else ""
    return ""


def by_share(counted: list[Counted], rule: Suggestion, policy: Policy) -> Suggested | None:
    """The band of the weighted share of yes: partly counts half, not applicable is left out."""
    asked = [one for one in counted if one.counts != LEFT_OUT]
    most = sum(2 * one.part.weight for one in asked)
    if not most:
        return None
    halves = sum(HALVES[one.counts] * one.part.weight for one in asked)
    share = 100 * halves // most
    grade = [code for start, code in rule.bands if start <= share][-1]
    how = [
        f"{halves // 2}{'½' if halves % 2 else ''} of {most // 2} points are reached: {share}%. "
        f"That lies in the band of {policy.grade(grade).label}."
    ]
    if left := len(counted) - len(asked):
        how.append(
            f"{left} {'answer' if left == 1 else 'answers'} “not applicable” "
            f"{'is' if left == 1 else 'are'} left out."
        )
    return Suggested(grade, share, tuple(how))


def by_grades(
    grades: list[tuple[PartForm, str]], rule: Suggestion, policy: Policy
) -> Suggested | None:
    """The lowest grade given, or the one given most often; of two given equally often the lower."""
    if not grades:
        return None
    tally = Counter(code for _, code in grades)
    if rule.method == "lowest":
        grade = lowest(tally, policy)
        where = ", ".join(
            dict.fromkeys(
                f"“{part.aspect or part.label}”" for part, code in grades if code == grade
            )
        )
        how = f"The lowest grade given is {policy.grade(grade).label}, for {where}."
    else:
        top = max(tally.values())
        often = [code for code, times in tally.items() if times == top]
        grade = lowest(often, policy)
        how = f"{policy.grade(grade).label} is given most often: {top} of {len(grades)} times."
        if len(often) > 1:
            how += " Another grade is given as often; the lower one is suggested."
    return Suggested(grade, None, (how,))


def lowest(codes: Iterable[str], policy: Policy) -> str:
    """The worst of some grades."""
    return min(codes, key=lambda code: policy.grade(code).rank)


def capped(found: Suggested, counted: list[Counted], rule: Suggestion, policy: Policy) -> Suggested:
    """The suggestion, no better than the rule allows when a priority item is answered no."""
    failed = [one.part for one in counted if one.part.priority and one.counts == "no"]
    if not failed or not rule.priority_grade:
        return found
    if policy.grade(found.grade).rank <= policy.grade(rule.priority_grade).rank:
        return found
    names = ", ".join(dict.fromkeys(f"“{part.label}”" for part in failed))
    why = (
        f"{names} {'is' if len(failed) == 1 else 'are'} answered no, so that no better grade than "
        f"{policy.grade(rule.priority_grade).label} is suggested."
    )
    return Suggested(rule.priority_grade, found.share, (*found.how, why))
