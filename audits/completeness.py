"""What is still missing before the meeting can start or the audit can be returned (A0-6)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from audits.answers import Given, answered_in_full, codes_in, is_answered, ticked_all
from audits.visibility import applying, respondents
from standards.edition import PartForm, QuestionForm, SectionForm, ToolForm
from standards.policy import Policy

SESSION, RETURN = "session", "return"
GATES = (SESSION, RETURN)

# part code, respondent, instance
Key = tuple[str, str, int]
Answers = Mapping[Key, Given]
Facts = Mapping[str, str]
BLANK = Given()
NO_FACTS: Facts = MappingProxyType({})


@dataclass(frozen=True)
class Missing:
    """One part that somebody still has to answer."""

    section: SectionForm
    question: QuestionForm
    part: PartForm
    respondent: str
    instance: int


def needed(part: PartForm, answers: Answers, respondent: str, instance: int) -> bool:
    """Whether the part must be answered, given what was said elsewhere in the same question."""
    if not part.required_at:
        return False
    if part.required_when is None:
        return True
    other, values = part.required_when
    said = answers.get((other, respondent, instance), BLANK)
    return not codes_in(said).isdisjoint(values)


def instances(question: QuestionForm, answers: Answers, respondent: str) -> list[int]:
    """The times a question is filled: the first always, a further one when anything is said in it."""
    if question.repeat <= 1:
        return [1]
    codes = {part.code for part in question.parts}
    said = {
        key[2]
        for key, given in answers.items()
        if key[1] == respondent and key[0] in codes and not given.empty
    }
    return sorted({1} | said)


def missing(
    tool: ToolForm, answers: Answers, *, gate: str, second: bool, facts: Facts = NO_FACTS
) -> list[Missing]:
    """The unanswered parts that this gate (and every gate before it) needs, in the order of the form.

    A section that does not apply needs nothing.
    """
    gates = GATES[: GATES.index(gate) + 1]
    applied = applying(tool, facts, answers)
    answers = counted(tool, answers, facts)
    return [
        Missing(section, question, part, respondent, instance)
        for section, question, part in walk(tool)
        if section.code in applied
        if part.required_at in gates
        for respondent in respondents(part, second=second)
        for instance in instances(question, answers, respondent)
        if needed(part, answers, respondent, instance)
        and not answered_in_full(part, answers.get((part.code, respondent, instance), BLANK))
    ]


def silent_sections(tool: ToolForm, answers: Answers) -> list[SectionForm]:
    """The sections that can never be left out and in which nothing at all has been said."""
    said = {key[0] for key, given in answers.items() if not given.blank}
    return [
        section
        for section in tool.sections
        if section.always
        and not any(part.code in said for question in section.questions for part in question.parts)
    ]


def unmet_conditions(
    tool: ToolForm, policy: Policy, answers: Answers, *, grade: str, facts: Facts = NO_FACTS
) -> list[PartForm]:
    """The checklists whose every line must be ticked for this grade, and is not, in this form."""
    wanted = {one.part for one in policy.overall_grade.conditions if one.grade == grade}
    applied = applying(tool, facts, answers)
    return [
        part
        for part in tool.parts
        if part.code in wanted
        and not (
            part.section_code in applied
            and any(
                ticked_all(part, given) for key, given in answers.items() if key[0] == part.code
            )
        )
    ]


def walk(tool: ToolForm) -> Iterator[tuple[SectionForm, QuestionForm, PartForm]]:
    """Every part that is answered, with its question and section, in order."""
    for section in tool.sections:
        for question in section.questions:
            for part in question.parts:
                if is_answered(part):
                    yield section, question, part


def failed_checks(
    policy: Policy, answers: Answers, *, grade: str, flags: frozenset[str]
) -> list[str]:
    """What the framework's cross-checks say at return: the words of each rule that is broken."""
    return [
        check.say
        for check in policy.return_checks
        if applies(check.when, grade=grade, flags=flags)
        and broken(check.part, check.not_in, answers)
    ]


def applies(when: Mapping[str, object], *, grade: str, flags: frozenset[str]) -> bool:
    """Whether a check's condition holds: a grade among those named, or a flag on the audit."""
    grades = when.get("grade")
    if isinstance(grades, list | tuple) and grade not in grades:
        return False
    flag = when.get("flag")
    return flag is None or flag in flags


def broken(part: str, not_in: tuple[str, ...], answers: Answers) -> bool:
    """Whether any respondent's answer to the part is one of those the check does not allow."""
    return any(
        key[0] == part and not codes_in(given).isdisjoint(not_in) for key, given in answers.items()
    )


def counted(tool: ToolForm, answers: Answers, facts: Facts = NO_FACTS) -> dict[Key, Given]:
    """The answers that count: those in sections that apply. The others are kept, and count for nothing."""
    applied = applying(tool, facts, answers)
    codes = {part.code for part in tool.parts if part.section_code in applied}
    return {key: given for key, given in answers.items() if key[0] in codes}
