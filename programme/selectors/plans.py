"""A plan of a draw: what the rules say of each drawn file and each auditor, in the same queries whatever their number."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Max
from django.utils import timezone

from audits.models import Audit
from audits.states import AuditState
from cases.models import CaseFile, Involvement
from people.models import OrgUnit, User
from people.organisation import Line, service_of
from people.querysets import on_day
from people.roles import Role
from people.selectors import line, services_of
from programme.allocation import File, cooling_off, left_aside
from programme.matching import (
    Demand,
    Gap,
    Person,
    against,
    away_for_most,
    barred_gap,
    cautions,
)
from programme.models import AllocationPlan, Away, Draw, PlanRow
from programme.selectors.allocating import (
    Available,
    Candidate,
    allotted,
    available,
    period_of,
)
from programme.selectors.draws import drawn_files
from programme.states import ALLOCATE, DrawState, PlanState
from standards.deadlines import clear_of, deadline, end_of_month
from standards.edition import Edition
from standards.selectors import edition, in_force


@dataclass(frozen=True)
class DrawnFile:
    """One drawn file today: who works it, what needs an auditor, and why it can be given to nobody, if so."""

    case: CaseFile
    worker: User | None
    second: User | None
    demand: Demand
    barred: str = ""


@dataclass(frozen=True)
class Situation:
    """Everything the rules need about some drawn files and everybody who may be given them."""

    edition: Edition
    files: dict[int, DrawnFile]
    people: dict[int, Available]
    persons: dict[int, Person]

    def against(self, user_id: int, case_id: int) -> list[str]:
        """What forbids a person a file."""
        if user_id not in self.persons:
            return ["The person holds no post that audits today."]
        rule = self.edition.policy.allocation
        return against(rule, self.persons[user_id], self.files[case_id].demand)

    def cautions(self, user_id: int, case_id: int) -> list[str]:
        """What the QA team may accept knowingly."""
        found = self.persons.get(user_id)
        return cautions(found, self.files[case_id].demand) if found else []

    def candidate(self, user_id: int, case_id: int) -> Candidate | None:
        """A person with what stands against them for a file, as when allocating by hand."""
        one = self.people.get(user_id)
        if one is None:
            return None
        return Candidate(one.user, one.post, one.auditor, tuple(self.against(user_id, case_id)))

    def barred(self) -> tuple[Gap, ...]:
        """Why some files can be given to nobody, by service and reason."""
        groups: dict[tuple[str, str], list[int]] = defaultdict(list)
        for pk, file in self.files.items():
            if file.barred:
                groups[file.demand.service, file.barred].append(pk)
        return tuple(barred_gap(*key, ids) for key, ids in sorted(groups.items()))


def planned_files(draw: Draw) -> list[int]:
    """The ids of the cases that stand drawn, after replacements, in the order of the draw."""
    return [one["id"] for one in drawn_files(draw)]


def situation(
    draw: Draw, case_ids: Collection[int], *, on: date, audit_on: date | None = None
) -> Situation:
    """What the rules need about these files on a day; the queries do not grow with them."""
    framework = edition(draw.version)
    services = services_of(draw.council_id)
    tree = line(draw.council_id, on)
    people = available(framework, draw.council_id, services, month=draw.month, on=on)
    audit_on = audit_on or draw.audit_on
    return Situation(
        edition=framework,
        files=files_of(draw, case_ids, framework, tree, services, on=on),
        people={one.user.pk: one for one in people},
        persons=persons_of(draw, people, framework, on=on, audit_on=audit_on),
    )


# Files ---------------------------------------------------------------------------------------------


def files_of(
    draw: Draw,
    case_ids: Collection[int],
    framework: Edition,
    tree: Line,
    services: dict[int, OrgUnit],
    *,
    on: date,
) -> dict[int, DrawnFile]:
    """The files as they are on the day, in the order of their ids."""
    cases = CaseFile.objects.filter(council=draw.council_id, pk__in=case_ids).select_related("unit")
    ever: dict[int, set[int]] = defaultdict(set)
    pairs = Involvement.objects.filter(case__in=case_ids).values_list("case_id", "user_id")
    for case_id, user_id in pairs:
        ever[case_id].add(user_id)
    now: dict[int, list[Involvement]] = defaultdict(list)
    working = Involvement.objects.filter(on_day(on), case__in=case_ids, user__is_active=True)
    for one in working.select_related("user").order_by("kind", "-from_on", "pk"):
        now[one.case_id].append(one)
    auditing = auditing_now(case_ids)
    lately = audited_lately(draw, case_ids, framework, on=on)
    managers: dict[int, tuple[int, ...]] = {}

    def above(user_id: int) -> tuple[int, ...]:
        if user_id not in managers:
            managers[user_id] = tree.first_above(user_id, Role.LINE_MANAGER)
        return managers[user_id]

    found = {}
    for case in cases.order_by("pk"):
        involved = now[case.pk]
        worker = involved[0].user if involved else None
        service_id = service_of(case.unit.path, services)
        file = File(
            unit_id=case.unit_id,
            service_id=service_id,
            worker_ids=frozenset(ever[case.pk]),
            manager_ids=frozenset(pk for one in involved for pk in above(one.user_id)),
        )
        found[case.pk] = DrawnFile(
            case=case,
            worker=worker,
            second=second_of(involved) if framework.policy.allocation.second_worker else None,
            demand=Demand(
                case_id=case.pk,
                service=(services.get(service_id) or case.unit).name,
                worker_id=worker.pk if worker else 0,
                file=file,
                auditing_ids=frozenset(auditing[case.pk]),
            ),
            barred=bar(case, worker, on=on, lately=case.pk in lately),
        )
    return found


def second_of(involved: list[Involvement]) -> User | None:
    """The second worker, where there is one besides the worker."""
    others = [one.user for one in involved if one.kind == Involvement.Kind.SECOND]
    return next((one for one in others if one.pk != involved[0].user_id), None)


def bar(case: CaseFile, worker: User | None, *, on: date, lately: bool) -> str:
    """Why a file can be given to nobody; empty when it can."""
    if case.closed_on is not None and case.closed_on <= on:
        return "closed"
    if worker is None:
        return "worker"
    return "lately" if lately else ""


def auditing_now(case_ids: Collection[int]) -> dict[int, set[int]]:
    """Who audits each of these files at the moment."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = Audit.objects.filter(case__in=case_ids).under_way()
    for case_id, auditor_id in rows.values_list("case_id", "auditor_id"):
        found[case_id].add(auditor_id)
    return found


def audited_lately(
    draw: Draw, case_ids: Collection[int], framework: Edition, *, on: date
) -> set[int]:
    """Which of these files were audited so lately that the framework leaves them out."""
    rule = framework.policy.allocation
    if rule.cool_off_months is None:
        return set()
    audits = Audit.objects.filter(case__in=case_ids).exclude(returned_at=None)
    if rule.several_auditors:
        audits = audits.exclude(month=draw.month)
    rows = audits.values("case_id").annotate(last=Max("returned_at"))
    return {
        row["case_id"] for row in rows if cooling_off(rule, timezone.localdate(row["last"]), on)
    }


# People --------------------------------------------------------------------------------------------


def persons_of(
    draw: Draw,
    people: Iterable[Available],
    framework: Edition,
    *,
    on: date,
    audit_on: date | None,
) -> dict[int, Person]:
    """Everybody who audits with what they had this year, their leave and whom they audited last; three queries."""
    first_on, last_on = window(draw, framework, on=on, audit_on=audit_on)
    period_on, _ = period_of(framework.policy.allocation, draw.month, framework.year_start)
    earlier = allotted(
        draw.council_id, year_of(draw.month, framework.year_start), period_on - timedelta(days=1)
    )
    spans: dict[int, list[tuple[date, date]]] = defaultdict(list)
    away = Away.objects.filter(user__council=draw.council_id).touching(first_on, last_on)
    for user_id, start, end in away.values_list("user_id", "from_on", "to_on"):
        spans[user_id].append((start, end))
    last = last_workers(draw.council_id)
    return {
        one.user.pk: Person(
            auditor=one.auditor,
            earlier=earlier.get(one.user.pk, 0),
            away=away_for_most(first_on, last_on, spans[one.user.pk]),
            last_worker_ids=last.get(one.user.pk, frozenset()),
        )
        for one in people
    }


def window(draw: Draw, framework: Edition, *, on: date, audit_on: date | None) -> tuple[date, date]:
    """The days in which the audits are done: the day of the audit, or from now or the first of the month to the deadline."""
    if audit_on is not None:
        return audit_on, audit_on
    first = max(on, draw.month)
    policy = framework.policy
    if policy.allocation.deadline.rule == "audit_date":
        return first, end_of_month(draw.month)
    due = deadline(policy.allocation.deadline, allocated_on=on, month=draw.month)
    return first, max(first, clear_of(due, policy.months_without_audits))


def year_of(month: date, year_start: int) -> date:
    """The first day of the programme year that a month lies in."""
    return date(month.year - (month.month < year_start), year_start, 1)


def last_workers(council_id: int) -> dict[int, frozenset[int]]:
    """Whose practice each auditor's last audit looked at."""
    rows = (
        Audit.objects.filter(council=council_id)
        .exclude(state=AuditState.EXCLUDED)
        .order_by("auditor_id", "-allocated_at", "-pk")
        .distinct("auditor_id")
        .values_list("auditor_id", "worker_id", "second_worker_id")
    )
    return {auditor: frozenset(filter(None, workers)) for auditor, *workers in rows}


# The page ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlanLine:
    """One row of the plan as the page shows it: the auditor's load with this plan, and what to look at."""

    row: PlanRow
    load: int
    against: tuple[str, ...]
    cautions: tuple[str, ...]


@dataclass(frozen=True)
class Load:
    """One auditor's share: what they have, what the plan adds, and the framework's number."""

    one: Available
    planned: int
    number: int | None
    earlier: int
    away: bool

    @property
    def total(self) -> int:
        return self.one.auditor.allotted + self.planned

    @property
    def over(self) -> bool:
        return self.number is not None and self.total > self.number


def planned_loads(plan: AllocationPlan) -> Counter[int]:
    """How many files of the plan each auditor gets."""
    rows = (
        plan.rows.filter(auditor__isnull=False, audit=None)
        .order_by()
        .values_list("auditor_id")
        .annotate(n=Count("pk"))
    )
    return Counter(dict(rows))


def lines(plan: AllocationPlan, rows: Collection[PlanRow], *, on: date) -> list[PlanLine]:
    """Some rows of a plan with their auditors' loads; what stands against them is asked while it is not confirmed."""
    if plan.state == PlanState.CONFIRMED:
        return [PlanLine(row, 0, (), ()) for row in rows]
    now = situation(plan.draw, [row.case_id for row in rows], on=on)
    planned = planned_loads(plan)
    found = []
    for row in rows:
        user_id, case_id = row.auditor_id, row.case_id
        if user_id is None:
            found.append(PlanLine(row, 0, (), ()))
            continue
        one = now.people.get(user_id)
        load = planned[user_id] + (one.auditor.allotted if one else 0)
        stands = [words for words in now.against(user_id, case_id) if not aside(now, row, words)]
        cautious = now.cautions(user_id, case_id)
        found.append(PlanLine(row, load, tuple(stands), tuple(cautious)))
    return found


def aside(now: Situation, row: PlanRow, words: str) -> bool:
    """Whether a rule is left aside in a row with a reason."""
    return bool(row.reason) and words in left_aside(now.edition.policy.allocation, (words,))


def loads(plan: AllocationPlan, *, on: date) -> list[Load]:
    """Everybody who audits, those with the most audits first."""
    now = situation(plan.draw, [], on=on)
    rule = now.edition.policy.allocation.per_auditor
    planned = planned_loads(plan)
    found = [
        Load(
            one=one,
            planned=planned[pk],
            number=rule.quota(one.auditor.open_cases) if rule else None,
            earlier=now.persons[pk].earlier,
            away=now.persons[pk].away,
        )
        for pk, one in now.people.items()
    ]
    return sorted(found, key=lambda load: (-load.total, load.one.user.name, load.one.user.pk))


def changed_since(plan: AllocationPlan) -> bool:
    """Whether files were replaced in the draw after its plan was worked out."""
    rows = set(plan.rows.values_list("case_id", flat=True))
    return rows != set(planned_files(plan.draw))


def why_not_now(draw: Draw) -> str:
    """Why a draw's files cannot be allocated by a plan; empty when they can."""
    if draw.state == DrawState.WITHDRAWN:
        return "These files were drawn again, so they are not allocated from this draw."
    if draw.state == DrawState.ALLOCATED:
        return "These files have been allocated."
    return ALLOCATE.otherwise if draw.state == DrawState.FROZEN else ""


def by_day(draw: Draw) -> bool:
    """Whether the audits are due on the day of the audits itself."""
    return bool(edition(draw.version).policy.allocation.deadline.rule == "audit_date")


def who_audits(user: User, on: date) -> list[User]:
    """The people of one's council who may be given audits on a day, by name."""
    version = in_force(user.council, on) if user.council else None
    roles = edition(version).policy.allocation.auditors if version else (Role.AUDITOR,)
    holding = (
        User.objects.visible_to(user)
        .active()
        .filter(on_day(on, "holdings__"), holdings__post__type__roles__overlap=list(roles))
    )
    return list(holding.distinct().order_by("name", "pk"))
