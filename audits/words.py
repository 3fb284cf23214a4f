"""Answers and facts as words for people who read them. Plain: values in, text out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from audits.answers import SURPASSED, Given, codes_in, grade_codes, yes_no_codes
from standards.edition import AppliesWhen, PartForm, SectionForm, ToolForm, Window
from standards.policy import Policy, Scale

YES_NO_WORDS = {"yes": "Yes", "partly": "Partly", "no": "No", "not_applicable": "Not applicable"}


@dataclass(frozen=True)
class Choice:
    """One choice: its code, its words, the grade word or hint beside it, its grade's code and colour."""

    code: str
    label: str
    hint: str
    grade: str
    chosen: bool
    colour: str = ""

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
            found = [(code, YES_NO_WORDS[code], "", "") for code in yes_no_codes(part)]
        case "grade":
            found = [
                (
                    code,
                    policy.grade(code).label,
                    policy.overall_grade.definitions.get(code, ""),
                    code,
                )
                for code in grade_codes(part, policy)
            ]
        case "choice" | "checklist":
            found = [(option.code, option.label, option.hint, "") for option in part.options]
        case _:
            found = []
    picked = codes_in(Given(text=chosen)) if part.kind == "checklist" else {chosen}
    return tuple(
        Choice(code, label, hint, grade, code in picked, colour_of(part, grade, policy))
        for code, label, hint, grade in found
    )


def colour_of(part: PartForm, grade: str, policy: Policy) -> str:
    """The colour that the framework gives the grade of a choice; none beside a scale."""
    graded = part.kind == "grade" or (part.kind == "overall_grade" and not on_scale(part, policy))
    return policy.grade(grade).colour if graded else ""


def on_scale(part: PartForm, policy: Policy) -> bool:
    """Whether the answer is a value on a scale, with the word of its band beside it."""
    return part.kind == "scale" or (
        part.kind == "overall_grade" and policy.overall_grade.method == "scale"
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
        found = [
            (code, policy.grade(code).label, rule.definitions.get(code, ""), code)
            for code in rule.grades
        ]
    else:
        found = scale_choices(policy.scales[rule.scale or ""], policy)
    if rule.surpassed:
        grade = policy.grade(rule.surpassed.grade)
        found.append((SURPASSED, rule.surpassed.label, grade.label, grade.code))
    return found


def answer_in_words(part: PartForm, given: Given, policy: Policy) -> str:
    """An answer as a text: the chosen words, the day, or what was written."""
    code = str(given.number) if given.number is not None else given.text
    if part.kind == "number" and given.number is not None:
        return f"{given.number:,} {part.unit}".strip()
    if part.kind == "checklist":
        return "\n".join(one.label for one in choices(part, policy, given.text) if one.chosen)
    for choice in choices(part, policy, code):
        if choice.chosen:
            return (
                f"{choice.label} – {choice.hint}"
                if choice.hint and on_scale(part, policy)
                else choice.label
            )
    if part.kind == "date":
        return f"{given.day:%-d %B %Y}" if given.day else ""
    return given.text


def either(words: Iterable[str]) -> str:
    """Words as a choice: “a”, “b” or “c”."""
    listed = [f"“{word}”" for word in words]
    return " or ".join(piece for piece in (", ".join(listed[:-1]), listed[-1]) if piece)


def why_apart(
    section: SectionForm, tool: ToolForm, policy: Policy, facts: Mapping[str, str]
) -> str:
    """For whom or when a section is asked, in a sentence; it says too when the fact is not known."""
    when = section.applies_when
    if when is None:
        return ""
    if when.part:
        part = tool.part(when.part)
        labels = {one.code: one.label for one in choices(part, policy, "")}
        return f"It is asked when “{part.label}” is answered {either(labels.get(v, v) for v in when.values)}."
    return for_whom(when, facts)


def for_whom(when: AppliesWhen, facts: Mapping[str, str]) -> str:
    """The sentence of a condition on a fact."""
    known = bool(facts.get(when.fact))
    match when.fact:
        case "case.age":
            ages = " or ".join(value.replace("-", " to ") for value in when.values)
            says, absent = f"It is for children aged {ages}.", "date of birth"
        case "case.plan_type":
            says, absent = f"It is for children whose plan is {either(when.values)}.", "plan"
        case _:
            week = "yes" in when.values
            return f"It is {'only' if week else 'not'} for audits of Practice Week."
    return says if known else f"{says} No {absent} is recorded for this child."


def window_lines(window: Window | None) -> tuple[tuple[str, str], ...]:
    """Which time an audit looks at, as headings and words; nothing where the form says nothing."""
    if window is None:
        return ()
    found = []
    if window.look_back:
        found.append(("Work to read", f"The last {window.look_back.words}"))
    if window.judgement:
        found.append(("The grade is about", f"The last {window.judgement.words}"))
    if window.note:
        found.append(("About the time looked at", window.note))
    return tuple(found)
