"""Calibrations of a council: an audit whose reasons would be recognised, its raters, and exercises at a stage."""

from dataclasses import dataclass
from datetime import date, datetime

from audits import selectors
from audits.models import Answer, Audit
from audits.scoring import Overall
from moderation.models import Calibration
from moderation.services.calibrating import give_grade, open_calibration
from people.models import User
from people.roles import Role
from tests.moderation.scenes import council, moment, returned
from tests.programme.scenes import Council

AT = moment(2026, 9, 15)
UNTIL = date(2026, 9, 30)
SECRET = "ZEBRA the chronology stops in May"
GOOD = Overall("good", 6, surpassed=False)
REQUIRES = Overall("requires_improvement", 4, surpassed=False)


@dataclass(frozen=True)
class Exercise:
    """An audit, and three people who grade: the cast's moderator and two others; the last one is in the QA team."""

    place: Council
    audit: Audit
    raters: tuple[User, ...]

    def open(self, at: datetime = AT, **changes: object) -> Calibration:
        """An exercise that the head of QA opens."""
        given = {"title": "September", "raters": self.raters, "closes_on": UNTIL}
        given |= changes
        by = given.pop("by", self.place.people.qa_head)
        return open_calibration(self.audit, **given, by=by, at=at)

    def graded(self, *grades: Overall, at: datetime = AT) -> Calibration:
        """An exercise in which the raters have given these grades, in their order."""
        made = self.open(at)
        for person, grade in zip(self.raters, grades, strict=False):
            give_grade(made, grade, f"QUAGGA {person.pk} sees it so", by=person, at=at)
        return made


def grader(place: Council, name: str) -> User:
    """Somebody of another service who audits."""
    service, _ = place.service(f"Service {name}")
    return place.somebody(name, [Role.AUDITOR], service)


def exercise(place: Council | None = None, grade: str = "6") -> Exercise:
    """A Good audit of Bexley with a rationale that would be recognised, and three who may grade it."""
    place = place or council("bexley")
    audit = returned(place, grade, moment(2026, 9, 10))
    tool = selectors.tool_of(audit)
    for part in tool.parts:
        if part.code.endswith("outcome.rationale"):
            Answer.objects.filter(audit=audit, part_id=part.id).update(text=SECRET)
    service, _ = place.service("Quality")
    third = place.somebody("QAAUD", [Role.AUDITOR, Role.QA_OFFICER], service)
    raters = (place.people.moderator, grader(place, "A"), third)
    return Exercise(place, audit, raters)
