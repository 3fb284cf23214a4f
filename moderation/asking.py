"""What a moderation asks for, from the framework's file, and what is still missing. Plain values in and out."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from audits.answers import SURPASSED, Given
from audits.scoring import Overall, overall
from audits.words import Choice, choices, overall_choices
from standards.edition import PartForm, ToolForm
from standards.policy import Content, Moderation, Policy

GRADE, NOTE = "grade", "note"  # what stands beside an agreement, a verdict, or the actions
AGREE, PROPOSE = "agree", "propose"
SUPPORTED, NOT_SUPPORTED, SENT_BACK = "supported", "not_supported", "sent_back"
VERDICTS = (
    (SUPPORTED, "Supported: the content bears the grade out"),
    (NOT_SUPPORTED, "Not supported: the auditor is asked to answer"),
    (SENT_BACK, "Sent back: the audit is opened again for its auditor"),
)
VERDICT_WORDS = {SUPPORTED: "Supported", NOT_SUPPORTED: "Not supported", SENT_BACK: "Sent back"}
DONE_CHOICES = (
    ("yes", "Yes, all of them"),
    ("partly", "Some of them"),
    ("no", "No"),
    ("none", "The audit had no actions"),
)
OUTSTANDING = frozenset({"partly", "no"})
# Beside these a grade is named; beside every other agreement or verdict it would belong to nothing.
NAMING = frozenset({PROPOSE, NOT_SUPPORTED})
# The engine asks for these wherever a framework lists neither them nor a panel's verdict.
AGREEMENT = Content("agreement", "Agree with the grade or propose another", "agreement", True)
REASON = Content("reason", "Reasons for your view of the grade", "reason", True)
OWN_GRADE = Content("own_grade", "Your own grade", "overall", True)

Key = tuple[str, str]


@dataclass(frozen=True)
class Said:
    """One thing that a moderator says: a number or a code that is chosen, a text, a day."""

    number: int | None = None
    code: str = ""
    text: str = ""
    day: date | None = None

    @property
    def blank(self) -> bool:
        """Whether nothing was said; 0 is something."""
        return self.number is None and not self.code and not self.text.strip() and self.day is None

    @property
    def choice(self) -> str:
        """What was chosen, as its code."""
        return str(self.number) if self.number is not None else self.code

    @property
    def mark(self) -> str:
        """A short mark of what was said, to tell later whether it has changed."""
        whole = repr((self.number, self.code, self.text, self.day))
        return hashlib.sha256(whole.encode()).hexdigest()[:16]


BLANK = Said()


@dataclass(frozen=True)
class Asked:
    """One thing that is asked: a content, and for an item which question or section it is about."""

    content: Content
    about: str = ""
    heading: str = ""
    choices: tuple[Choice, ...] = ()

    @property
    def key(self) -> Key:
        """Where it is kept."""
        return self.content.code, self.about

    @property
    def name(self) -> str:
        """The name of its form field."""
        return f"{self.content.code}__{self.about}" if self.about else self.content.code


@dataclass(frozen=True)
class Problem:
    """One thing that stands in the way of handing a view in: the field's name and what to do."""

    name: str
    says: str


def contents_of(rule: Moderation, *, blind: bool) -> tuple[Content, ...]:
    """What is asked, in order: the framework's own contents, and a view of the grade with its reasons.

    Somebody who grades blind is asked for their own grade: they do not know what they might agree with.
    """
    found = list(rule.contents)
    kinds = {one.kind for one in found}
    if "verdict" not in kinds:
        if "agreement" not in kinds:
            found.append(AGREEMENT)
        if "reason" not in kinds:
            found.append(REASON)
    if blind:
        found = [one for one in found if one.kind != "agreement"]
        if "overall" not in kinds:
            found.insert(max(0, len(found) - 1), OWN_GRADE)
        found = [replace(one, required=True) if one.kind == "overall" else one for one in found]
    return tuple(found)


def asked(
    rule: Moderation, tool: ToolForm, policy: Policy, applied: Collection[str], *, blind: bool
) -> list[Asked]:
    """Everything that is asked about one audit; `applied` are the sections that apply to it."""
    found: list[Asked] = []
    for content in contents_of(rule, blind=blind):
        if content.kind == "items":
            found += items_of(content, tool, policy, applied)
        else:
            found.append(Asked(content, choices=choices_of(content, policy)))
    return found


def choices_of(content: Content, policy: Policy) -> tuple[Choice, ...]:
    """The choices of an overall grade; none for the rest, which have their own."""
    if content.kind not in {"overall", "agreement", "verdict"}:
        return ()
    return grade_choices(policy)


def grade_choices(policy: Policy) -> tuple[Choice, ...]:
    """The overall grades that the framework offers, in its own way."""
    return tuple(
        Choice(code, label, hint, grade, chosen=False)
        for code, label, hint, grade in overall_choices(policy)
    )


def items_of(
    content: Content, tool: ToolForm, policy: Policy, applied: Collection[str]
) -> list[Asked]:
    """One item for each question with a scale or a grade of its own, or for each section."""
    sections = [one for one in tool.sections if one.code in applied]
    if content.each == "section":
        grades = tuple(
            Choice(one.code, one.label, "", one.code, chosen=False) for one in policy.grades
        )
        return [
            Asked(content, one.code, one.heading, grades)
            for one in sections
            if any(scaled(part) for question in one.questions for part in question.parts)
        ]
    return [
        Asked(content, question.code, question.heading, choices(part, policy, ""))
        for one in sections
        for question in one.questions
        for part in [part for part in question.parts if scaled(part)][:1]
    ]


def scaled(part: PartForm) -> bool:
    """Whether the part is graded or scaled by the auditor, alone or together with the worker."""
    return part.kind in {"scale", "grade"} and part.respondent in {"auditor", "joint"}


def judged(said: Said, policy: Policy) -> Overall | None:
    """The overall judgement in what was chosen; None for nothing."""
    if not said.choice:
        return None
    if said.choice == SURPASSED:
        return overall(Given(text=SURPASSED), policy)
    return overall(Given(number=said.number, text=said.code), policy)


@dataclass(frozen=True)
class View:
    """What a complete moderation comes to: agreed or not, the moderator's own grade where there is one, why."""

    agrees: bool
    sent_back: bool
    grade: Overall | None
    reason: str
    outstanding: bool


def grade_said(all_asked: list[Asked], said: Mapping[Key, Said], policy: Policy) -> Overall | None:
    """The moderator's own grade: of the overall scaling, or the one proposed beside an agreement or a verdict."""
    for one in all_asked:
        if one.content.kind == "overall":
            return judged(said.get(one.key, BLANK), policy)
    for one in all_asked:
        if one.content.kind in {"agreement", "verdict"}:
            return judged(said.get((one.content.code, GRADE), BLANK), policy)
    return None


def view_of(
    all_asked: list[Asked], said: Mapping[Key, Said], policy: Policy, *, before: str
) -> View:
    """The view in what was said; `before` is the auditor's grade. Ask `problems` first."""
    by_kind = {one.content.kind: said.get(one.key, BLANK) for one in all_asked}
    grade = grade_said(all_asked, said, policy)
    if "verdict" in by_kind:
        agrees = by_kind["verdict"].code == SUPPORTED
    elif "agreement" in by_kind:
        agrees = by_kind["agreement"].code == AGREE
    else:
        agrees = grade is not None and grade.grade == before
    return View(
        agrees=agrees,
        sent_back=by_kind.get("verdict", BLANK).code == SENT_BACK,
        grade=grade if not agrees or "overall" in by_kind else None,
        reason=reason_of(all_asked, said),
        outstanding=by_kind.get("actions_completed", BLANK).code in OUTSTANDING,
    )


def reason_of(all_asked: list[Asked], said: Mapping[Key, Said]) -> str:
    """The reasons given; in a panel's form, everything that was written."""
    for kind in ("reason", "text"):
        texts = [
            said.get(one.key, BLANK).text.strip() for one in all_asked if one.content.kind == kind
        ]
        if any(texts):
            return "\n\n".join(text for text in texts if text)
    return ""


def problems(
    all_asked: list[Asked], said: Mapping[Key, Said], policy: Policy, *, before: str, on: date
) -> list[Problem]:
    """What stands in the way of handing the view in, field by field."""
    found = [
        Problem(one.name, must_say(one))
        for one in all_asked
        if one.content.required
        and one.content.kind not in {"items", "further_actions"}
        and said.get(one.key, BLANK).blank
    ]
    found += [
        Problem(one.name, "The date cannot lie in the future.")
        for one in all_asked
        if (day := said.get(one.key, BLANK).day) and day > on
    ]
    return found + of_the_grade(all_asked, said, policy, before=before)


def of_the_grade(
    all_asked: list[Asked], said: Mapping[Key, Said], policy: Policy, *, before: str
) -> list[Problem]:
    """What does not fit together: an agreement with another grade, a proposal of the same one."""
    kinds = {one.content.kind: one for one in all_asked}
    own = grade_said(all_asked, said, policy)
    if "verdict" in kinds:
        one = kinds["verdict"]
        refused = said.get(one.key, BLANK).code == NOT_SUPPORTED
        if refused and own is not None and own.grade == before:
            return [Problem(f"{one.name}__{GRADE}", "Choose another grade than the auditor’s.")]
        return []
    if "agreement" not in kinds:
        return []
    one = kinds["agreement"]
    chosen = said.get(one.key, BLANK).code
    place = kinds["overall"].name if "overall" in kinds else f"{one.name}__{GRADE}"
    if chosen == PROPOSE and own is None and "overall" not in kinds:
        return [Problem(place, "Choose the grade that you propose.")]
    if chosen == PROPOSE and own is not None and own.grade == before:
        return [
            Problem(place, "This is the auditor’s grade. Choose another one, or agree with it.")
        ]
    if chosen == AGREE and own is not None and own.grade != before and "overall" in kinds:
        return [
            Problem(place, "This is another grade than the auditor’s. Propose it, or change it.")
        ]
    return []


def must_say(one: Asked) -> str:
    """What to do about something that is missing."""
    match one.content.kind:
        case "date":
            return f"Enter a date: {one.content.label}."
        case "tick":
            return f"Tick this once it is done: {one.content.label}."
        case "text" | "reason":
            return f"Write something: {one.content.label}."
        case "number":
            return f"Enter a number: {one.content.label}."
        case _:
            return f"Choose one: {one.content.label}."
