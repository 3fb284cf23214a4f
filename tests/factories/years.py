"""A council with some posts of its own framework, for the tests of the year's programme."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.conf import settings

from audits.models import Audit
from people.models import Council, OrgUnit, Post, PostType, User
from programme.demo import Scene, bring_to
from programme.models import ProgrammeYear
from programme.services.allocating import Choice, allocate
from programme.services.year import open_year
from standards.models import FrameworkVersion
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.people import OrgUnitFactory, PostFactory, PostHoldingFactory, UserFactory
from tests.factories.standards import edition_of, published

YEAR = date(2026, 4, 1)
OPENED = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)


def noon(month: int, day: int, year: int = 2026) -> datetime:
    """Noon of a day."""
    return datetime(year, month, day, 12, 0, tzinfo=UTC)


@dataclass
class Place:
    """A council, its one service and team, and the posts made in it with their holders."""

    version: FrameworkVersion
    council: Council
    service: OrgUnit
    team: OrgUnit
    officer: User
    posts: dict[str, Post] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    def seat(self, kind: str, unit: OrgUnit | None = None, *, vacant: bool = False) -> Post:
        """One more post of a kind; the first of each kind is kept under its code."""
        post = PostFactory(
            council=self.council,
            unit=unit or self.service,
            type=PostType.objects.get(council=self.council, code=kind),
        )
        if not vacant:
            user = UserFactory(council=self.council)
            PostHoldingFactory(post=post, user=user)
            self.people.setdefault(kind, user)
        self.posts.setdefault(kind, post)
        return post

    def open(self, first_on: date = YEAR, at: datetime = OPENED) -> ProgrammeYear:
        """Open a year."""
        return open_year(self.council, first_on, by=self.officer, at=at)

    def audit(
        self,
        kind: str,
        month: date,
        at: datetime,
        stage: str = "allocated",
        unit: OrgUnit | None = None,
        **choice: object,
    ) -> Audit:
        """An audit that the holder of a kind of post is given, brought to a stage at once."""
        case = CaseFileFactory(council=self.council, unit=unit or self.team)
        worker = UserFactory(council=self.council)
        InvolvementFactory(case=case, user=worker)
        tool = self.version.tools.select_related("version__framework__council").get()
        chosen = Choice(case, tool, self.people[kind], worker, None, month, **choice)
        audit = allocate(chosen, by=self.officer, at=at, confirmed=True)
        bring_to(audit, stage, Scene(self.council, self.officer, tool, at))
        return Audit.objects.get(pk=audit.pk)


def place(council: str = "lancashire", officer: str = "QA") -> Place:
    """The council with its framework's newest edition published and a QA officer."""
    second = settings.BASE_DIR / "fixtures" / "frameworks" / council / "2.yaml"
    version = published(second) if second.exists() else edition_of(council)
    service = OrgUnitFactory(council=version.council, kind="service", name="Family Safeguarding")
    team = OrgUnitFactory(council=version.council, name="Team 1", parent=service)
    user = UserFactory(council=version.council, name="Odette Officer")
    kind = PostType.objects.get(council=version.council, code=officer)
    post = PostFactory(council=version.council, unit=service, type=kind)
    PostHoldingFactory(post=post, user=user)
    return Place(version, version.council, service, team, user)
