"""What the allocation screen shows: the file, who works it, who may audit it and who may not."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from audits.models import Audit
from cases.models import CaseFile, Involvement
from people.models import OrgUnit, PostHolding, User
from people.organisation import Line
from people.querysets import on_day
from people.roles import Role
from people.selectors import line
from programme.allocation import Auditor, File, objections
from standards.edition import Edition
from standards.policy import Allocation


@dataclass(frozen=True)
class Candidate:
    """A person who audits in this council, and why they may not audit this file, if so."""

    user: User
    post: str
    auditor: Auditor
    objections: tuple[str, ...]


def service_of(unit_path: str, services: dict[int, OrgUnit]) -> int:
    """The id of the service that a unit is in (or is); 0 when it is in none."""
    for part in reversed(unit_path.strip("/").split("/")):
        if part and int(part) in services:
            return int(part)
    return 0


def period_of(rule: Allocation, month: date, year_start: int) -> tuple[date, date]:
    """The first days of the first and last month of the period that the number of audits counts for."""
    if rule.per_auditor is None or rule.per_auditor.every == "month":
        return month, month
    first = (month.month - year_start) % 12 // 3 * 3
    start_index = month.year * 12 + month.month - 1 - ((month.month - year_start) % 12 - first)
    end_index = start_index + 2
    return date(start_index // 12, start_index % 12 + 1, 1), date(
        end_index // 12, end_index % 12 + 1, 1
    )


def file_of(case: CaseFile, worker_ids: set[int], tree: Line, services: dict[int, OrgUnit]) -> File:
    """The file as the rules see it. Everybody who ever worked it counts as its worker."""
    ever = set(Involvement.objects.filter(case=case).values_list("user_id", flat=True))
    managers = {pk for worker in worker_ids for pk in tree.first_above(worker, Role.LINE_MANAGER)}
    return File(
        unit_id=case.unit_id,
        service_id=service_of(case.unit.path, services),
        worker_ids=frozenset(ever | worker_ids),
        manager_ids=frozenset(managers),
    )


def candidates(
    edition: Edition, case: CaseFile, worker_ids: set[int], *, month: date, on: date
) -> list[Candidate]:
    """Everybody who may be given audits in the council, each with what stands against them for this file.

    Six queries, however many people there are.
    """
    rule = edition.policy.allocation
    tree = line(case.council_id, on)
    services = {
        u.pk: u for u in OrgUnit.objects.filter(council=case.council_id, kind=OrgUnit.Kind.SERVICE)
    }
    file = file_of(case, worker_ids, tree, services)
    holdings = (
        PostHolding.objects.current(on)
        .with_role(*rule.auditors)
        .filter(post__council=case.council_id, user__is_active=True)
        .select_related("user", "post__type", "post__unit")
        .order_by("user__name")
    )
    held: dict[int, list[PostHolding]] = defaultdict(list)
    for holding in holdings:
        held[holding.user_id].append(holding)
    counts = allotted(case.council_id, *period_of(rule, month, edition.year_start))
    return [candidate(rows, counts.get(pk, 0), rule, file, services) for pk, rows in held.items()]


def candidate(
    rows: list[PostHolding], count: int, rule: Allocation, file: File, services: dict[int, OrgUnit]
) -> Candidate:
    """One person with the units of their posts and what stands against them."""
    auditor = Auditor(
        user_id=rows[0].user_id,
        unit_ids=frozenset(row.post.unit_id for row in rows),
        service_ids=frozenset(service_of(row.post.unit.path, services) for row in rows),
        allotted=count,
    )
    posts = "; ".join(f"{row.post.type.title}, {row.post.unit.name}" for row in rows)
    return Candidate(rows[0].user, posts, auditor, tuple(objections(rule, auditor, file)))


def allotted(council_id: int, first: date, last: date) -> dict[int, int]:
    """How many audits each person has been given for the months from first to last."""
    rows = (
        Audit.objects.filter(council=council_id, month__gte=first, month__lte=last)
        .values("auditor_id")
        .annotate(n=Count("pk"))
    )
    return {row["auditor_id"]: row["n"] for row in rows}


def workers(case: CaseFile, on: date) -> list[Involvement]:
    """Who works with the child on the day, the allocated worker first."""
    return list(
        Involvement.objects.filter(on_day(on), case=case, user__is_active=True)
        .select_related("user")
        .order_by("kind", "-from_on", "pk")
    )


def audits_under_way(case: CaseFile) -> int:
    """How many audits of this file are under way."""
    return Audit.objects.filter(case=case).under_way().count()
