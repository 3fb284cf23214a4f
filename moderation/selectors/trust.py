"""Reading what the trust figures are made of: the returned audits of one edition, period and service.

The figures are about all audits of a council alike, so rows are read by council; who may see the figures is
asked before, and a person's own figure is cut out of them here.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Min
from django.utils import timezone

from audits.models import Audit
from audits.states import AuditState
from moderation.agreement import TooFew
from moderation.frame import Lot, Pool, Row, chance_of, differences, draws_of
from moderation.leniency import MINIMUM, Alike, Auditor, Leniency, leniency
from moderation.models import Moderation, Selection
from moderation.periods import Period
from moderation.states import OPEN, ModerationState
from people.models import OrgUnit, User
from standards.edition import Edition
from standards.models import FrameworkVersion
from standards.policy import Policy
from standards.selectors import edition

How = Moderation.How
CERTAIN = {How.GRADE, How.EVERY, How.LOOK_BACK}
FIELDS = (
    "audit_id",
    "state",
    "how",
    "chance",
    "before",
    "agrees",
    "proposed",
    "view_at",
    "after",
    "chosen_at",
    "finished_at",
)


@dataclass(frozen=True)
class Choice:
    """One edition under which audits were returned, and the day of the first return."""

    version: FrameworkVersion
    edition: Edition
    first_on: date

    @property
    def name(self) -> str:
        """What the edition is called in a list."""
        return f"{self.edition.framework_name}, edition {self.edition.number}"


def choices(council_id: int) -> list[Choice]:
    """The council's editions under which audits were returned, newest first; two queries, and one edition's once."""
    firsts = dict(
        Audit.objects.filter(council=council_id, state=AuditState.RETURNED)
        .order_by()
        .values("version")
        .annotate(first=Min("returned_at"))
        .values_list("version", "first")
    )
    versions = (
        FrameworkVersion.objects.filter(council=council_id, pk__in=firsts)
        .select_related("framework__council")
        .order_by("-effective_from", "-edition", "-pk")
    )
    return [
        Choice(one, edition(one), timezone.localdate(firsts[one.pk]))
        for one in versions.defer("source", "policy")
    ]


def audited_under(user: User) -> set[int]:
    """The editions under which the person has returned audits of their own."""
    own = Audit.objects.filter(auditor=user, state=AuditState.RETURNED).order_by()
    return set(own.values_list("version", flat=True))


def services(council_id: int) -> list[OrgUnit]:
    """The council's services, by name."""
    return list(OrgUnit.objects.filter(council=council_id, kind=OrgUnit.Kind.SERVICE))


def read(
    version: FrameworkVersion,
    policy: Policy,
    period: Period,
    units: Iterable[OrgUnit],
    service: OrgUnit | None = None,
) -> list[Row]:
    """The returned audits of an edition, period and service, each with what became of it; three queries."""
    audits = Audit.objects.filter(version=version, state=AuditState.RETURNED)
    if period.from_on:
        audits = audits.filter(returned_at__date__gte=period.from_on)
    if period.to_on:
        audits = audits.filter(returned_at__date__lte=period.to_on)
    if service:
        audits = audits.filter(unit__path__startswith=service.path)
    known = {
        one["audit_id"]: one
        for one in Moderation.objects.filter(audit__in=audits.values("pk"))
        .standing()
        .values(*FIELDS)
    }
    pools, keys = pools_of(version), {one.pk for one in units}
    ranks = {grade.code: grade.rank for grade in policy.grades}
    return [
        row_of(
            pk,
            day(at),
            auditor,
            (service_key(path, keys), plan),
            ranks,
            grade,
            known.get(pk),
            pools,
        )
        for pk, at, auditor, path, plan, grade in audits.order_by("pk").values_list(
            "pk", "returned_at", "auditor_id", "unit__path", "case__plan_type", "grade"
        )
        if at
    ]


def pools_of(version: FrameworkVersion) -> list[Pool]:
    """The draws by chance made under an edition, in their order."""
    found = Selection.objects.filter(version=version).exclude(terms={}).order_by("pk")
    return [
        Pool(
            from_on,
            to_on,
            frozenset(one["id"] for one in pool["files"]),
            frozenset(one["id"] for one in result),
        )
        for from_on, to_on, pool, result in found.values_list("from_on", "to_on", "pool", "result")
    ]


def row_of(
    pk: int,
    returned_on: date,
    auditor: int,
    mix: tuple[str, str],
    ranks: dict[str, int],
    grade: str,
    one: dict[str, Any] | None,
    pools: list[Pool],
) -> Row:
    """One returned audit; `one` is its standing moderation."""
    draws = draws_of(pk, returned_on, pools)
    if one is None:
        lot = Lot.DRAWN if draws else Lot.OPEN
        return Row(pk, returned_on, auditor, mix, ranks[grade], lot)
    chosen = one["state"] in OPEN or one["state"] == ModerationState.FINAL
    picked = any(pk in draw.chosen for draw in draws)
    certain = one["how"] in CERTAIN
    sent = certain or picked or one["how"] == How.PANEL
    drawn = picked and not certain and one["chance"] is not None
    return Row(
        audit=pk,
        returned_on=returned_on,
        auditor=auditor,
        mix=mix,
        before=ranks[one["before"]],
        lot=Lot.CERTAIN if certain else Lot.DRAWN if draws else Lot.HAND,
        chance=chance_of(draws) if drawn else one["chance"],
        by_grade=one["how"] == How.GRADE,
        viewed=chosen and one["view_at"] is not None,
        moderated=moderated(one, ranks),
        final=ranks[one["after"]] if one["state"] == ModerationState.FINAL else None,
        by_rule=sent,
        left=sent and not chosen,
        by_person=chosen and not sent,
        chosen_on=day(one["chosen_at"]),
        finished_on=day(one["finished_at"]) if one["finished_at"] else None,
    )


def moderated(one: dict[str, Any], ranks: dict[str, int]) -> int | None:
    """The rank of the moderator's own grade; the auditor's where they agreed without naming one."""
    code = one["proposed"] or (one["before"] if one["agrees"] else "")
    return ranks[code] if code else None


def day(at: datetime) -> date:
    """The day of a moment in London."""
    return timezone.localdate(at)


def service_key(path: str, keys: Container[int]) -> str:
    """The id of the service that a unit is in (or is); empty where it is in none."""
    parts = [int(part) for part in path.strip("/").split("/") if part]
    return next((str(part) for part in reversed(parts) if part in keys), "")


# Each auditor -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """One auditor by name, with what can be told; None where too few are moderated to tell."""

    name: str
    found: Auditor | None


def people(rows: list[Row], council_id: int) -> tuple[Leniency | Alike | TooFew, list[Person]]:
    """Every auditor of the moderated audits by the alphabet, never by their figure; one query."""
    base = differences(rows)
    found = leniency(base)
    names = dict(
        User.objects.filter(council=council_id, pk__in={row.auditor for row in base}).values_list(
            "pk", "name"
        )
    )
    order = sorted(names, key=lambda pk: (names[pk].casefold(), pk))
    return found, [Person(names[pk], of_one(found, pk)) for pk in order]


def own(rows: list[Row], user: User) -> Auditor | Alike | None:
    """What can be told about one person, and about nobody else."""
    mine = differences(rows)
    found = leniency(mine)
    if isinstance(found, Alike):
        return found if sum(one.auditor == user.pk for one in mine) >= MINIMUM else None
    return of_one(found, user.pk)


def of_one(found: Leniency | Alike | TooFew, auditor: int) -> Auditor | None:
    """One auditor's estimate, where there is one."""
    one = found.auditors.get(auditor) if isinstance(found, Leniency) else None
    return one if isinstance(one, Auditor) else None
