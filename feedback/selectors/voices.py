"""One audit's voices side by side: what families say, and how auditor and practitioner rate the same."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from audits.models import Answer, Audit
from audits.selectors import tool_of
from feedback.comparing import Item, Row, rows, whole
from feedback.models import Reply
from feedback.states import Outcome
from people.models import User
from standards.edition import QuestionForm
from standards.instruments import Instrument
from standards.policy import Scale
from standards.selectors import edition

PRACTITIONER = "practitioner"
TEN = (0, 10)


@dataclass(frozen=True)
class Voices:
    """One instrument's statements beside the ratings, and all of them together."""

    title: str
    rows: tuple[Row, ...]
    whole: Row


def voices_of(audit: Audit, user: User) -> list[Voices]:
    """Each instrument of the audit's edition that asks for statements from 0 to 10; those without an answer are left out.

    What a family said counts once: as the audit's own form has it, and where that has no number, from the replies that
    the person may read. The same queries, whatever the audit holds.
    """
    numbers = _numbers(audit)
    said: dict[str, list[dict[str, int]]] = defaultdict(list)
    seen = Reply.objects.visible_to(user).filter(audit=audit, outcome=Outcome.ANSWERED)
    for reply in seen.order_by("pk"):
        said[reply.instrument].append(reply.answers)
    questions = {one.code: one for section in tool_of(audit).sections for one in section.questions}
    found = []
    for instrument in edition(audit.version).instruments:
        items = _items(instrument)
        families = list(_typed(instrument, questions, numbers)) or said[instrument.code]
        if not items or not families:
            continue
        made = rows(items, families, *_ratings(items, questions, numbers))
        if any(row.family is not None for row in made):
            found.append(Voices(instrument.title, made, whole(made)))
    return found


Numbers = dict[tuple[str, str, int], int]


def _numbers(audit: Audit) -> Numbers:
    """Every number of the audit's form, by the part's code, the respondent and the instance."""
    given = Answer.objects.filter(audit=audit, number__isnull=False)
    return {
        (code, respondent, instance): number
        for code, respondent, instance, number in given.values_list(
            "part__code", "respondent", "instance", "number"
        )
        if number is not None
    }


def of_ten(scale: Scale | None) -> bool:
    """Whether a scale runs from 0 to 10; others are not compared."""
    return scale is not None and (scale.lowest, scale.highest) == TEN


def _items(instrument: Instrument) -> list[Item]:
    return [Item(one.code, one.label, one.beside) for one in instrument.fields if of_ten(one.scale)]


def _typed(
    instrument: Instrument, questions: dict[str, QuestionForm], numbers: Numbers
) -> Iterator[dict[str, int]]:
    """What was typed into the audit's own form, one for each relative; its parts have the fields' codes."""
    question = questions.get(instrument.question)
    if question is None:
        return
    for instance in range(1, question.repeat + 1):
        typed = {
            part.code.rpartition(".")[2]: numbers[key]
            for part in question.parts
            if (key := (part.code, part.respondent, instance)) in numbers
        }
        if typed:
            yield typed


def _ratings(
    items: list[Item], questions: dict[str, QuestionForm], numbers: Numbers
) -> tuple[dict[str, int], dict[str, int]]:
    """How auditor and practitioner rate the questions beside the statements, by the question's code."""
    auditor: dict[str, int] = {}
    practitioner: dict[str, int] = {}
    for code in {code for item in items for code in item.beside} & set(questions):
        for part in questions[code].parts:
            number = numbers.get((part.code, part.respondent, 1))
            if part.kind == "scale" and number is not None:
                ratings = practitioner if part.respondent == PRACTITIONER else auditor
                ratings.setdefault(code, number)
    return auditor, practitioner
