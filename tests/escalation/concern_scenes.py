"""Bexley with its reviewing officers, and a concern at a stage."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from escalation.models import OfficerEscalation, Stage
from escalation.services.concerns import Further, Raised, go_up, raise_concern
from escalation.services.stages import record_consulted
from people.models import User
from people.roles import Role
from tests.programme.scenes import Council, council, moment

MARCH23 = date(2026, 3, 23)


@dataclass(frozen=True)
class Room:
    """The council, its fostering, child protection and looked-after reviewing officers, and its principal worker."""

    place: Council
    firo: User
    chair: User
    iro: User
    principal: User
    chief: User

    def said(self, ladder: str = "firo", **changes: object) -> Raised:
        """What an officer says when they raise a concern."""
        made = Raised(
            ladder=ladder,
            concern="The carers have had no visit since January.",
            expectation="A visit within a week, and a plan.",
            worker=self.place.people.worker,
            reference="FC-118",
            informal_on=date(2026, 3, 16),
            informal_note="Talked with the worker, who promised to ring.",
        )
        return replace(made, **changes)

    def raised(
        self, at: datetime, *, by: User | None = None, **changes: object
    ) -> OfficerEscalation:
        """A concern raised at a moment."""
        said = self.said(**changes)
        return raise_concern(said, self.place.version, by=by or self.firo, at=at)

    def up(self, concern: OfficerEscalation, index: int, day: date, **changes: object) -> None:
        """The officer takes it further on a day; who was consulted is recorded first."""
        at = moment(day.year, day.month, day.day)
        stage = now(concern)
        if not stage.informal:
            record_consulted(
                concern,
                consulted="The carer",
                advocate_on=day,
                by=concern.officer,
                at=at,
            )
        further = Further(index, changes.get("why", "no_reply"), str(changes.get("reason", "")))
        go_up(concern, further, by=concern.officer, at=at)


def room() -> Room:
    """Bexley with everybody whom its ladders of stages name."""
    place = council("bexley")
    qa = place.people.officer.holdings.get().post.unit
    reviews = [Role.REVIEWING_OFFICER]
    return Room(
        place,
        place.somebody("FIRO", reviews, qa),
        place.somebody("CPCC", [Role.MODERATOR, *reviews], qa),
        place.somebody("IRO", [Role.MODERATOR, *reviews], qa),
        place.somebody("PCFSW", [Role.REPORT_READER], qa),
        place.somebody("CE", [Role.REPORT_READER], qa),
    )


def now(concern: OfficerEscalation) -> Stage:
    """The stage that lasts."""
    return concern.stages.get(state__in=["open", "answered"])


def stages(concern: OfficerEscalation) -> list[tuple[int, str, date | None]]:
    """Each stage with its state and its date."""
    return list(concern.stages.order_by("index").values_list("index", "state", "due_on"))
