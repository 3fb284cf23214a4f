"""Who and what an invented year is made of: a council's people, teams and editions as they are today."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from random import Random

from django.utils import timezone

from actions.selectors import themes_of
from audits.independence import Parties, bar, everybody_entitled
from people.models import Council, OrgUnit, PostHolding, User
from people.organisation import Line, service_of
from people.roles import Role
from people.selectors import ids_of, line, services_of
from programme.allocation import File, objections
from programme.demo import qa_officer
from programme.selectors.allocating import Available, available
from standards.edition import Edition, ToolForm
from standards.models import FrameworkVersion, Tool
from standards.policy import Moderation, Policy
from standards.selectors import calendar_of, edition
from standards.workdays import Calendar


@dataclass(frozen=True)
class Rules:
    """One edition with its form."""

    version: FrameworkVersion
    edition: Edition
    row: Tool

    @property
    def policy(self) -> Policy:
        """Its rules."""
        return self.edition.policy

    @property
    def tool(self) -> ToolForm:
        """Its form as values."""
        return self.edition.tools[self.row.code]


@dataclass(frozen=True)
class Worker:
    """Somebody whose work is audited, where they work, and who manages them."""

    user: User
    unit: OrgUnit
    service: int
    manager: int | None


@dataclass
class Desk:
    """The council, the moment as of which the year is told, and its chance."""

    council: Council
    at: datetime
    rng: Random
    officer: User
    given: Counter[int] = field(default_factory=Counter)

    @property
    def on(self) -> date:
        """Today."""
        return timezone.localdate(self.at)

    @cached_property
    def tree(self) -> Line:
        """Who stands above whom."""
        return line(self.council.pk, self.on)

    @cached_property
    def calendar(self) -> Calendar:
        """The council's working days."""
        return calendar_of(self.council.pk)

    @cached_property
    def services(self) -> dict[int, OrgUnit]:
        """The council's services."""
        return services_of(self.council.pk)

    @cached_property
    def people(self) -> dict[int, User]:
        """Everybody with an account, by id."""
        return User.objects.filter(council=self.council).in_bulk()

    @cached_property
    def workers(self) -> list[Worker]:
        """Everybody whose work can be audited, by their posts."""
        held = (
            PostHolding.objects.current(self.on)
            .with_role(Role.PRACTITIONER)
            .filter(post__council=self.council, user__is_active=True)
            .select_related("user", "post__unit")
            .order_by("post__code", "pk")
        )
        found: dict[int, Worker] = {}
        for one in held:
            bosses = self.tree.first_above(one.user_id, Role.LINE_MANAGER)
            service = service_of(one.post.unit.path, self.services)
            boss = min(bosses, default=None)
            found.setdefault(one.user_id, Worker(one.user, one.post.unit, service, boss))
        return list(found.values())

    @cached_property
    def weak(self) -> int:
        """The service whose work is weaker than that of the others."""
        return max((one.service for one in self.workers), default=0)

    @cached_property
    def rules(self) -> list[Rules]:
        """The published editions with their first form, the oldest first."""
        versions = FrameworkVersion.objects.filter(council=self.council).published()
        found = versions.select_related("framework__council", "council").order_by("effective_from")
        return [
            Rules(version, edition(version), row)
            for version in found
            if (row := version.tools.order_by("pk").first())
        ]

    def in_force(self, day: date) -> Rules:
        """The edition of a day; the oldest one for what lies before."""
        before = [one for one in self.rules if one.version.effective_from <= day]
        return before[-1] if before else self.rules[0]

    @cached_property
    def themes(self) -> list[str]:
        """The themes that the framework lists, or a few that people use."""
        return themes_of(self.rules[-1].version) or ["Voice of the child", "Plans", "Oversight"]

    @cached_property
    def _auditors(self) -> list[Available]:
        rules = self.rules[-1]
        return available(
            rules.edition, self.council.pk, self.services, month=self.on.replace(day=1), on=self.on
        )

    def auditor(self, worker: Worker, rules: Rules, *, but: Iterable[int] = ()) -> User | None:
        """The auditor with the fewest audits so far whom the framework's rules allow for this worker."""
        managers = {worker.manager} if worker.manager else set()
        file = File(
            worker.unit.pk, worker.service, frozenset({worker.user.pk}), frozenset(managers)
        )
        rule = rules.policy.allocation
        free = [
            one.user
            for one in self._auditors
            if one.user.pk not in {worker.user.pk, *but} and not objections(rule, one.auditor, file)
        ]
        return self.least(free)

    def moderator(self, rule: Moderation, parties: Parties) -> User | None:
        """The one with the fewest so far of those who may moderate an audit."""
        ids = [
            pk
            for pk in everybody_entitled(rule, self.tree)
            if not bar(pk, parties, self.tree, rule)
        ]
        return self.least([self.people[pk] for pk in ids if pk in self.people])

    def least(self, free: list[User]) -> User | None:
        """The one of these who has been given the fewest things."""
        if not free:
            return None
        found = min(free, key=lambda one: (self.given[one.pk], one.pk))
        self.given[found.pk] += 1
        return found

    def behind(
        self, names: Iterable[str], people: Mapping[str, User | None]
    ) -> list[tuple[int, str]]:
        """The ids behind recipients' names, each once."""
        found: dict[int, str] = {}
        for name in names:
            for pk, words in ids_of(name, people, self.tree):
                found.setdefault(pk, words)
        return list(found.items())

    def moment(self, day: date, hour: int = 10) -> datetime:
        """A working hour of a day, or of the next working day."""
        while day.weekday() > 4:
            day += timedelta(days=1)
        minute = self.rng.randrange(0, 60, 5)
        return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def desk_of(council: Council, at: datetime) -> Desk | None:
    """The desk of a council; None where it has no QA team or no published framework."""
    officer = qa_officer(council, timezone.localdate(at))
    if officer is None:
        return None
    chance = Random(council.code)  # noqa: S311 - an invented year, the same each time
    found = Desk(council, at, chance, officer)
    return found if found.rules and found.workers else None
