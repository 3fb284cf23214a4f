"""A council with a validation panel: its people in the posts that sit on it, and panels at a stage."""

from dataclasses import dataclass
from datetime import date, datetime

from audits.models import Audit
from moderation.models import Moderation, Panel
from moderation.services.panels import Plan, plan_panel
from moderation.services.viewing import hand_in
from people.models import User
from people.roles import Role
from tests.factories.cast import cast
from tests.factories.standards import edition_of
from tests.moderation.scenes import moment, returned, saying
from tests.programme.scenes import Council

POSTS = {"HOS_PSQA": "HOQA", "PSQA": "QAO"}
JULY = moment(2026, 7, 3)


@dataclass(frozen=True)
class Room:
    """A council whose framework has a panel: the chair, the head of the worker's service, another, PSW and QAO."""

    place: Council
    chair: User
    own_head: User
    other_head: User
    social_worker: User
    officer: User

    @property
    def members(self) -> tuple[User, ...]:
        """Everybody but the chair."""
        return (self.own_head, self.other_head, self.social_worker, self.officer)

    def june(self, number: int = 4, grade: str = "good") -> list[Audit]:
        """Audits returned in June, one a day from the 2nd."""
        return [returned(self.place, grade, moment(2026, 6, 2 + n)) for n in range(number)]

    def plan(self, **changes: object) -> Plan:
        """A panel on 21 July about June's returns, with four of them drawn, but for the changes."""
        given: dict = {
            "version": self.place.version,
            "held_on": date(2026, 7, 21),
            "chair": self.chair,
            "members": self.members,
            "from_on": date(2026, 6, 1),
            "to_on": date(2026, 6, 30),
        }
        if "picked" not in changes:
            given["number"] = 4
        return Plan(**(given | changes))

    def planned(self, at: datetime = JULY, **changes: object) -> Panel:
        """A panel that the QA officer has planned."""
        return plan_panel(self.plan(**changes), by=self.officer, at=at)

    def judged(self, one: Moderation, at: datetime, grade: str = "", **changes: object):
        """Hand in the verdict on one audit: supported, or not with the grade that it supports."""
        one = Moderation.objects.with_audit().get(pk=one.pk)
        by = changes.pop("by", one.moderator)
        said = saying(one, grade, **changes)
        return hand_in(one, said, read_version=one.version, by=by, at=at)


def room(code: str = "bracknell-forest") -> Room:
    """The council's framework, published, and those who sit on its panel."""
    people = cast(code, posts_as=POSTS)
    place = Council(people, edition_of(code))
    service, _ = place.service("Children looked after")
    roles = [Role.HEAD_OF_SERVICE, Role.MODERATOR, Role.PANEL_MEMBER]
    return Room(
        place,
        chair=people.qa_head,
        own_head=people.head,
        other_head=place.somebody("HOS", roles, service),
        social_worker=place.somebody(
            "PSW", [Role.MODERATOR, Role.PANEL_MEMBER], people.service.parent
        ),
        officer=people.officer,
    )
