"""A council's framework, its cast and its files, for the scenarios of the programme."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from audits.models import Audit
from people.models import OrgUnit, User
from people.roles import Role
from programme.services.allocating import Choice, allocate
from standards.models import FrameworkVersion, Tool
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import Cast, cast
from tests.factories.people import (
    OrgUnitFactory,
    PostFactory,
    PostHoldingFactory,
    PostTypeFactory,
    UserFactory,
)
from tests.factories.standards import edition_of, published

LONDON = ZoneInfo("Europe/London")


def moment(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    """A moment in London."""
    return datetime(year, month, day, hour, minute, tzinfo=LONDON)


@dataclass(frozen=True)
class Council:
    """A council with its edition and its people."""

    people: Cast
    version: FrameworkVersion

    @property
    def tool(self) -> Tool:
        return self.version.tools.select_related("version__framework__council").order_by("pk")[0]

    def choice(self, *, month: date, unit: OrgUnit | None = None, **changes: object) -> Choice:
        """A Team 2 child's file for Team 1's manager, but for the changes."""
        case = CaseFileFactory(council=self.people.council, unit=unit or self.people.team2)
        InvolvementFactory(case=case, user=self.people.worker)
        made = Choice(case, self.tool, self.people.auditor, self.people.worker, None, month)
        return replace(made, **changes)

    def allocated(self, at: datetime, **changes: object) -> Audit:
        """An audit allocated at a moment, for the month that it lies in."""
        choice = self.choice(month=at.date().replace(day=1), **changes)
        return allocate(choice, by=self.people.officer, at=at, confirmed=True)

    def somebody(
        self, name: str, roles: list[Role], unit: OrgUnit, above: User | None = None
    ) -> User:
        """A further person in a post of these roles, below somebody."""
        council = self.people.council
        boss = above.holdings.get().post if above else None
        kind = PostTypeFactory(council=council, code=name, roles=[role.value for role in roles])
        post = PostFactory(council=council, unit=unit, type=kind, reports_to=boss)
        user = UserFactory(council=council, name=f"{name.title()} Person")
        PostHoldingFactory(post=post, user=user)
        return user

    def service(self, name: str) -> tuple[OrgUnit, OrgUnit]:
        """Another service with one team."""
        council = self.people.council
        service = OrgUnitFactory(
            council=council, kind="service", name=name, parent=self.people.service.parent
        )
        return service, OrgUnitFactory(council=council, name=f"{name} team", parent=service)


def council(code: str, edition: int = 1) -> Council:
    """The council's framework, published, and its cast."""
    path = settings.BASE_DIR / f"fixtures/frameworks/{code}/{edition}.yaml"
    version = edition_of(code) if edition == 1 else published(path)
    return Council(cast(code), version)
