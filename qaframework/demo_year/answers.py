"""What is answered in an audit of an invented year, so that every part that a return asks for is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from audits.answers import COMMA, LONGEST_LINE, Given, grade_codes, yes_no_codes
from audits.completeness import (
    RETURN,
    Key,
    applies,
    broken,
    counted,
    missing,
    needed,
    silent_sections,
    unmet_conditions,
)
from audits.scoring import Overall, overall, suggest
from audits.visibility import applying, respondents
from audits.words import overall_choices
from programme.demo import TEXTS
from qaframework.demo_year import phrases, story
from standards.edition import PartForm, ToolForm
from standards.policy import Policy

GRADED = frozenset({"scale", "grade", "yes_no", "overall_grade"})
# Parts whose “yes” is bad news, by the last word of their code.
ALARMS = frozenset({"safeguarding", "concern", "immediate_risk"})
WHOSE = ("who", "role", "theme", "reason", "why_not", "open")
# One in so many of what nobody has to answer is answered all the same.
MORE = 0.25


@dataclass(frozen=True)
class Sheet:
    """One audit's form to be filled: the grade to be borne out, and the facts that decide which sections apply."""

    tool: ToolForm
    policy: Policy
    grade: str
    rank: int
    facts: Mapping[str, str]
    day: date
    weak: str = ""


def given_grade(policy: Policy, grade: str, rng: Random) -> Given:
    """The grade as it is chosen on the form: a value on the scale, “surpassed”, or the grade itself."""
    codes = [code for code, _, _, gives in overall_choices(policy) if gives == grade]
    code = rng.choice(codes or [overall_choices(policy)[0][0]])
    return Given(number=int(code)) if code.isdigit() else Given(text=code)


def grade_for(policy: Policy, rank: int) -> str:
    """The grade with a rank, or the nearest that the form can give."""
    offered = {gives for _, _, _, gives in overall_choices(policy) if gives}
    return min(offered, key=lambda code: (abs(policy.grade(code).rank - rank), code))


def fill(sheet: Sheet, rng: Random) -> dict[Key, Given]:
    """Everything that was answered, in the order of the form."""
    answers: dict[Key, Given] = {}
    for section in sheet.tool.sections:
        if section.code not in applying(sheet.tool, sheet.facts, answers):
            continue
        for question in section.questions:
            for part in question.parts:
                if part.kind in {"shown", "guidance", "actions"}:
                    continue
                for who in respondents(part, second=False):
                    if wanted(part, answers, who, rng):
                        answers[part.code, who, 1] = say(part, sheet, rng)
    complete(sheet, answers, rng)
    return answers


def wanted(part: PartForm, answers: Mapping[Key, Given], who: str, rng: Random) -> bool:
    """Whether somebody answers the part: because they must, because it is graded, or because they have time."""
    if needed(part, answers, who, 1):
        return True
    if part.required_at or part.required_when:
        return False
    return part.kind in GRADED or (part.kind == "long_text" and rng.random() < MORE)


def complete(sheet: Sheet, answers: dict[Key, Given], rng: Random) -> None:
    """Add what the return still asks for: what follows from answers, checks, conditions of the grade, and reasons."""
    tool, policy = sheet.tool, sheet.policy
    for check in policy.return_checks:
        if applies(check.when, grade=sheet.grade, flags=frozenset()) and broken(
            check.part, check.not_in, answers
        ):
            part = tool.part(check.part)
            codes = [one.code for one in part.options if one.code not in check.not_in]
            for key in [one for one in answers if one[0] == check.part]:
                answers[key] = Given(text=rng.choice(codes))
    for section in silent_sections(tool, answers):
        part = next(one for question in section.questions for one in question.parts)
        answers[part.code, respondents(part, second=False)[0], 1] = say(part, sheet, rng)
    for part in unmet_conditions(tool, policy, answers, grade=sheet.grade, facts=sheet.facts):
        answers[part.code, respondents(part, second=False)[0], 1] = every_line(part)
    for one in missing(tool, answers, gate=RETURN, second=False, facts=sheet.facts):
        answers[one.part.code, one.respondent, 1] = say(one.part, sheet, rng)
    suggested = suggest(tool, counted(tool, answers, sheet.facts), policy)
    if tool.suggestion and suggested and suggested.grade != sheet.grade:
        part = tool.part(tool.suggestion.reason_part)
        answers.setdefault((part.code, part.respondent, 1), Given(text=rationale(sheet.rank, rng)))


def every_line(part: PartForm) -> Given:
    """Every line of a checklist ticked."""
    return Given(text=COMMA.join(option.code for option in part.options))


def say(part: PartForm, sheet: Sheet, rng: Random) -> Given:
    """A believable answer to one part; what belongs to the weak section is answered a little worse."""
    policy, rank = sheet.policy, sheet.rank
    good = story.quality(rank, rng) - (0.15 if part.section_code == sheet.weak else 0)
    match part.kind:
        case "overall_grade":
            return given_grade(policy, sheet.grade, rng)
        case "scale":
            return Given(
                number=story.place_on(policy.scales[part.scale or ""].values, max(0, good))
            )
        case "grade":
            codes = sorted(grade_codes(part, policy), key=lambda one: policy.grade(one).rank)
            return Given(text=codes[min(len(codes) - 1, max(0, int(good * len(codes))))])
        case "yes_no":
            return Given(text=yes_no(part, good, rank, rng))
        case "choice":
            return Given(text=choice(part, good, rng))
        case "checklist":
            return every_line(part)
        case "number":
            number = (part.lowest or 0) + rng.randint(1, 6)
            return Given(number=number if part.highest is None else min(number, part.highest))
        case "date":
            return Given(day=sheet.day)
        case "evidence":
            return Given(
                text=written(part, good, rank, rng), place="Case notes, visits", day=sheet.day
            )
        case _:
            return Given(text=written(part, good, rank, rng))


def yes_no(part: PartForm, good: float, rank: int, rng: Random) -> str:
    """Yes, partly or no, as good as the work is; alarms are rare but in the worst of it."""
    codes = yes_no_codes(part)
    if part.code.rpartition(".")[2] in ALARMS:
        return "yes" if rank == 1 and rng.random() < 0.4 else "no"
    if "not_applicable" in codes and rng.random() < 0.06:
        return "not_applicable"
    if good > 0.5 or rng.random() < good:
        return "yes"
    return "partly" if "partly" in codes and rng.random() < 0.6 else "no"


def choice(part: PartForm, good: float, rng: Random) -> str:
    """One of the options: by how it counts where it counts, else mostly the first."""
    by_count = {one.counts: one.code for one in part.options if one.counts}
    if by_count:
        way = "yes" if good > 0.5 else "partly" if good > 0.3 else "no"
        return by_count.get(way) or rng.choice(sorted(by_count.values()))
    codes = [one.code for one in part.options]
    return codes[0] if rng.random() < 0.7 else rng.choice(codes)


def written(part: PartForm, good: float, rank: int, rng: Random) -> str:
    """An invented text, by what the part asks for and how good the work is, as long as the part allows."""
    last = part.code.rpartition(".")[2]
    if last in WHOSE or part.kind == "short_text":
        texts: Sequence[str] = TEXTS.get(last, TEXTS["strengths"])
    elif last in {"attention", "develop", "better", "move_up"}:
        texts = phrases.POOR
    elif last == "rationale":
        return rationale(rank, rng)[: part.max_length]
    elif last in TEXTS and rng.random() < 0.4:
        texts = TEXTS[last]
    else:
        texts = phrases.GOOD if good > 0.45 or rng.random() < good else phrases.POOR
    longest = part.max_length or (LONGEST_LINE if part.kind == "short_text" else None)
    return rng.choice(texts)[:longest]


def rationale(rank: int, rng: Random) -> str:
    """Why a grade was given."""
    if rank == 1:
        return f"{phrases.WORST} {rng.choice(phrases.URGENT)}"
    return rng.choice(phrases.RATIONALE if rank > 2 else phrases.SHORT)


def judgement(sheet: Sheet, answers: Mapping[Key, Given]) -> Overall:
    """The overall judgement that the answers hold. Raises ValueError for a form that has none."""
    for part in sheet.tool.parts:
        if part.kind == "overall_grade":
            found = overall(answers[part.code, respondents(part, second=False)[0], 1], sheet.policy)
            if found:
                return found
    raise ValueError("This form gives no overall grade.")
