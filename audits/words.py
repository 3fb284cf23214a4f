"""Answers and facts as words for people who read them. Plain: values in, text out."""

from dataclasses import dataclass

from audits.answers import SURPASSED, Given
from standards.edition import PartForm
from standards.policy import Policy, Scale


@dataclass(frozen=True)
class Choice:
    """One choice of a radio group: its code, its words, the grade word or hint beside it, its grade's code."""

    code: str
    label: str
    hint: str
    grade: str
    chosen: bool

    @property
    def band(self) -> tuple[str, str]:
        """The word and the grade's code that stand over neighbouring values."""
        return self.hint, self.grade


def choices(part: PartForm, policy: Policy, chosen: str) -> tuple[Choice, ...]:
    """The choices that a part offers; none for a part that is typed."""
    match part.kind:
        case "scale":
            found = scale_choices(policy.scales[part.scale or ""], policy)
        case "overall_grade":
            found = overall_choices(policy)
        case "yes_no":
            found = [("yes", "Yes", "", ""), ("no", "No", "", "")]
        case "choice":
            found = [(option.code, option.label, option.hint, "") for option in part.options]
        case _:
            found = []
    return tuple(
        Choice(code, label, hint, grade, code == chosen) for code, label, hint, grade in found
    )


def scale_choices(scale: Scale, policy: Policy) -> list[tuple[str, str, str, str]]:
    """Each value with the word of its band."""
    if not scale.bands:
        return [(str(value), str(value), "", "plain") for value in scale.values]
    found = []
    for value in scale.values:
        band = scale.band_for(value)
        word = policy.grade(band.grade).label if band.grade else band.label
        found.append((str(value), str(value), word, band.grade or "ungraded"))
    return found


def overall_choices(policy: Policy) -> list[tuple[str, str, str, str]]:
    """The choices of the overall grade, with the grade that each gives."""
    rule = policy.overall_grade
    if rule.method == "direct":
        found = [(code, policy.grade(code).label, "", code) for code in rule.grades]
    else:
        found = scale_choices(policy.scales[rule.scale or ""], policy)
    if rule.surpassed:
        grade = policy.grade(rule.surpassed.grade)
        found.append((SURPASSED, rule.surpassed.label, grade.label, grade.code))
    return found


def answer_in_words(part: PartForm, given: Given, policy: Policy) -> str:
    """An answer as a text: the chosen words, the day, or what was written."""
    code = str(given.number) if given.number is not None else given.text
    for choice in choices(part, policy, code):
        if choice.chosen:
            return (
                f"{choice.label} – {choice.hint}"
                if choice.hint and part.kind in {"scale", "overall_grade"}
                else choice.label
            )
    if part.kind == "date":
        return f"{given.day:%-d %B %Y}" if given.day else ""
    return given.text
