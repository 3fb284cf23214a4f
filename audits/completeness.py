"""What is still missing before the meeting can start or the audit can be returned (A0-6)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from audits.answers import Given, is_answered
from audits.visibility import respondents
from standards.edition import PartForm, QuestionForm, SectionForm, ToolForm
from standards.policy import Policy

SESSION, RETURN = "session", "return"
GATES = (SESSION, RETURN)

# part code, respondent, instance
Key = tuple[str, str, int]
Answers = Mapping[Key, Given]
BLANK = Given()


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
    return said.text in values


def instances(question: QuestionForm, answers: Answers, respondent: str) -> list[int]:
    """The times a question is filled: the first always, a further one when anything is said in it."""
    said = {
        key[2]
        for key, given in answers.items()
        if key[1] == respondent
        and not given.empty
        and any(part.code == key[0] for part in question.parts)
    }
    return sorted({1} | said) if question.repeat > 1 else [1]


def missing(tool: ToolForm, answers: Answers, *, gate: str, second: bool) -> list[Missing]:
    """The unanswered parts that this gate (and every gate before it) needs, in the order of the form."""
    gates = GATES[: GATES.index(gate) + 1]
    return [
        Missing(section, question, part, respondent, instance)
        for section, question, part in walk(tool)
        if part.required_at in gates
        for respondent in respondents(part, second=second)
        for instance in instances(question, answers, respondent)
        if needed(part, answers, respondent, instance)
        and answers.get((part.code, respondent, instance), BLANK).blank
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
    return any(key[0] == part and given.text in not_in for key, given in answers.items())
