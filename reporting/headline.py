"""The three questions at the head of figures: how much, how well, is anyone better off (I-127, BX §6). Plain."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reporting.figure import Figure, Question


@dataclass(frozen=True)
class Answer:
    """One number that answers a question: what it is, the number, and the figure that it stands in."""

    label: str
    words: str
    figure: str
    signal: str = ""


@dataclass(frozen=True)
class Asked:
    """One of the three questions with its answers."""

    code: Question
    words: str
    answers: tuple[Answer, ...]


QUESTIONS: tuple[tuple[Question, str], ...] = (
    ("much", "How much did we do?"),
    ("well", "How well did we do it?"),
    ("better", "Is anyone better off?"),
)
# Which named numbers answer which question, in the order they are shown.
ANSWERED_BY: dict[Question, tuple[tuple[str, str], ...]] = {
    "much": (
        ("month-audits", "returned"),
        ("grade-changes", "moderated"),
        ("asked", "answered"),
        ("actions-by-age", "closed"),
    ),
    "well": (
        ("grades", "good"),
        ("grades", "worst"),
        ("good-over-time", "signal"),
        ("weakest-items", "weakest"),
    ),
    "better": (
        ("impact", "yes"),
        ("loops", "better"),
        ("difference", "first"),
    ),
}
NEEDED = tuple(dict.fromkeys(code for rows in ANSWERED_BY.values() for code, _ in rows))


def three_questions(read: Callable[[str], Figure], known: Iterable[str]) -> tuple[Asked, ...]:
    """The three questions with the numbers that answer them; a figure that is not known is left out."""
    there = set(known)
    found = []
    for code, words in QUESTIONS:
        answers = []
        for name, value in ANSWERED_BY[code]:
            figure = read(name) if name in there else None
            if figure is not None and value in figure.values:
                said = figure.values[value]
                signal = figure.signal if value == "signal" else ""
                answers.append(Answer(said.label, said.words, name, signal))
        found.append(Asked(code, words, tuple(answers)))
    return tuple(found)
