"""What the allocation screen shows: the file, who works it, who may audit it and who may not."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max
from django.utils import timezone

from audits.models import Audit
from audits.states import AuditState
from cases.models import CaseFile, Involvement
from people.models import OrgUnit, PostHolding, User
from people.organisation import Line, service_of
from people.querysets import on_day
from people.roles import Role
from people.selectors import line, services_of
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


@dataclass(frozen=True)
class Available:
    """A person who audits in this council, as the rules see them, with the words for their posts."""

    user: User
    post: str
    auditor: Auditor


def candidates(
    edition: Edition, case: CaseFile, worker_ids: set[int], *, month: date, on: date
) -> list[Candidate]:
    """Everybody who may be given audits in the council, each with what stands against them for this file.

    Six queries, however many people there are; one more where their number is a share of open cases.
    """
    services = services_of(case.council_id)
    file = file_of(case, worker_ids, line(case.council_id, on), services)
    people = available(edition, case.council_id, services, month=month, on=on)
    return [candidate(one, edition.policy.allocation, file) for one in people]


def available(
    edition: Edition, council_id: int, services: dict[int, OrgUnit], *, month: date, on: date
) -> list[Available]:
    """Everybody who may be given audits in the council, by name; two queries, or three for a share of cases."""
    rule = edition.policy.allocation
    holdings = (
        PostHolding.objects.current(on)
        .with_role(*rule.auditors)
        .filter(post__council=council_id, user__is_active=True)
        .select_related("user", "post__type", "post__unit")
        .order_by("user__name")
    )
    held: dict[int, list[PostHolding]] = defaultdict(list)
    for holding in holdings:
        held[holding.user_id].append(holding)
    counts = allotted(council_id, *period_of(rule, month, edition.year_start))
    by_share = rule.per_auditor is not None and rule.per_auditor.percent_of_open is not None
    cases = open_cases(council_id, on) if by_share else {}
    return [one_available(rows, counts.get(pk, 0), services, cases) for pk, rows in held.items()]


def one_available(
    rows: list[PostHolding], count: int, services: dict[int, OrgUnit], cases: dict[str, int]
) -> Available:
    """One person with the units of their posts."""
    auditor = Auditor(
        user_id=rows[0].user_id,
        unit_ids=frozenset(row.post.unit_id for row in rows),
        service_ids=frozenset(service_of(row.post.unit.path, services) for row in rows),
        allotted=count,
        open_cases=within(cases, {row.post.unit.path for row in rows}),
    )
    posts = "; ".join(f"{row.post.type.title}, {row.post.unit.name}" for row in rows)
    return Available(rows[0].user, posts, auditor)


def candidate(one: Available, rule: Allocation, file: File) -> Candidate:
    """One person with what stands against them for a file."""
    return Candidate(one.user, one.post, one.auditor, tuple(objections(rule, one.auditor, file)))


def open_cases(council_id: int, on: date) -> dict[str, int]:
    """How many cases are open on the day in each unit, by the unit's path."""
    rows = (
        CaseFile.objects.filter(council=council_id)
        .open_on(on)
        .order_by()
        .values("unit__path")
        .annotate(n=Count("pk"))
    )
    return {row["unit__path"]: row["n"] for row in rows}


def within(cases: dict[str, int], paths: set[str]) -> int:
    """The cases of some units and of everything below them, each once."""
    return sum(n for path, n in cases.items() if path.startswith(tuple(paths)))


def last_audited_on(case: CaseFile, *, but_month: date | None = None) -> date | None:
    """The day on which an audit of the file was last returned; `but_month` leaves that month's audits out."""
    audits = Audit.objects.filter(case=case).exclude(returned_at=None)
    if but_month is not None:
        audits = audits.exclude(month=but_month)
    last = audits.aggregate(last=Max("returned_at"))["last"]
    return timezone.localdate(last) if last else None


def allotted(council_id: int, first: date, last: date) -> dict[int, int]:
    """How many audits of the programme each person has for the months from first to last, without those left out."""
    rows = (
        Audit.objects.filter(council=council_id, month__gte=first, month__lte=last, flash_source="")
        .exclude(state=AuditState.EXCLUDED)
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
