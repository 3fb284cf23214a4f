"""What a moderator said, as labels and words in the framework's order. Plain values in and out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from audits.words import Choice
from moderation.asking import (
    AGREE,
    BLANK,
    DONE_CHOICES,
    GRADE,
    NAMING,
    PROPOSE,
    VERDICT_WORDS,
    Asked,
    Key,
    Said,
)
from standards.policy import Policy
from standards.wording import Names, recipient

CODES = {
    AGREE: "Agrees with the grade",
    PROPOSE: "Proposes another grade",
    "yes": "Yes",
    "no": "No",
} | VERDICT_WORDS


@dataclass(frozen=True)
class Line:
    """One thing that was said: what was asked, what was chosen or entered, and what was written."""

    kind: str
    label: str
    words: str
    text: str = ""
    on_file: bool = True

    @property
    def whole(self) -> str:
        """Everything in one text: “Good – The plan is clear”."""
        return " – ".join(part for part in (self.words, self.text) if part)


def lines(asked: Iterable[Asked], said: Mapping[Key, Said]) -> tuple[Line, ...]:
    """Everything that was said; what was left open is left out."""
    made = (line_of(one, said) for one in asked)
    return tuple(line for line in made if line.words or line.text)


def saved_since(
    asked: Iterable[Asked], now: Mapping[Key, Said], opened: Mapping[Key, str] | None
) -> tuple[Line, ...]:
    """What is saved now and differs from the marks of what a form was opened with; all of it where none are known."""
    made = []
    for one in asked:
        keys = (one.key, (one.content.code, GRADE))
        if opened is None or any(
            now.get(key, BLANK).mark != opened.get(key, BLANK.mark) for key in keys
        ):
            line = line_of(one, now)
            made.append(line if line.whole else replace(line, words="Left empty"))
    return tuple(made)


def talk_words(recipients: Iterable[str], policy: Policy) -> list[str]:
    """With whom the framework asks the moderator to talk, in words: the worker's line manager."""
    names = Names({"post_code": {one.code: one.title for one in policy.post_types}})
    return [recipient(one, names) for one in recipients]


def line_of(one: Asked, said: Mapping[Key, Said]) -> Line:
    """What was said to one thing that is asked; a grade that stands beside it comes after it."""
    now = said.get(one.key, BLANK)
    beside = said.get((one.content.code, GRADE), BLANK)
    words = in_words(one, now)
    if one.content.kind in {"agreement", "verdict"} and now.code in NAMING and beside.choice:
        words = f"{words}: {choice_words(one, beside)}"
    label = f"{one.content.label}: {one.heading}" if one.about else one.content.label
    return Line(one.content.kind, label, words, now.text, one.content.on_file)


def in_words(one: Asked, said: Said) -> str:
    """What was chosen or entered, in words; empty for a text alone."""
    if said.day:
        return f"{said.day:%-d %B %Y}"
    if one.content.kind in {"overall", "items"}:
        return choice_words(one, said)
    if one.content.kind == "tick":
        return "Done" if said.code else ""
    if one.content.kind == "actions_completed":
        return dict(DONE_CHOICES).get(said.code, "")
    if said.number is not None:
        return f"{said.number:,}"
    return CODES.get(said.code, said.code)


def choice_words(one: Asked, said: Said) -> str:
    """A chosen grade or scale value in words: “4 – Requires improvement”; empty where none was chosen.

    A grade's own hint describes the grade at length, so it stays away.
    """
    for choice in one.choices:
        if choice.code == said.choice:
            return f"{choice.label} – {choice.hint}" if on_scale(choice) else choice.label
    return said.choice


def on_scale(choice: Choice) -> bool:
    """Whether it is a value of a scale with a word for it."""
    return choice.code.isdigit() and choice.hint not in {"", choice.label}
