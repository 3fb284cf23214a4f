"""The overall grade: what the auditor judged, in the framework's words. It is never an average (A3-6)."""

from dataclasses import dataclass

from audits.answers import SURPASSED, Given
from standards.policy import Policy


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
