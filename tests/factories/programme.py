"""Draws that are drawn, with the files one wants, and plans of them, for tests."""

from datetime import date, datetime

from cases.models import CaseFile
from people.models import User
from programme.models import AllocationPlan, Draw
from programme.services.plans import ask_for_plan, work_out
from programme.states import DrawState
from standards.models import FrameworkVersion
from tests.factories.audits import NOW
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import Cast
from tests.factories.people import (
    OrgUnitFactory,
    PostFactory,
    PostHoldingFactory,
    PostTypeFactory,
    UserFactory,
)

MONTH = date(2026, 11, 1)


def worked_case(cast: Cast, *workers: User, **changes: object) -> CaseFile:
    """An open case of Team 2, worked by its worker or by those given."""
    case = CaseFileFactory(council=cast.council, **({"unit": cast.team2} | changes))
    for worker in workers or (cast.worker,):
        InvolvementFactory(case=case, user=worker)
    return case


def worker_of(cast: Cast, **changes: object) -> User:
    """Another social worker of Team 2, below its manager."""
    manager = cast.manager.holdings.get().post
    kind = PostTypeFactory(council=cast.council, code="SW")
    given = {"council": cast.council, "unit": cast.team2, "type": kind, "reports_to": manager}
    user = UserFactory(council=cast.council)
    PostHoldingFactory(post=PostFactory(**given | changes), user=user)
    return user


def auditor_of(cast: Cast, **changes: object) -> User:
    """Another team manager who audits, of a team of one's own."""
    kind = PostTypeFactory(council=cast.council, code="TM", roles=["line_manager", "auditor"])
    unit = changes.pop("unit", None) or OrgUnitFactory(council=cast.council, parent=cast.service)
    user = UserFactory(council=cast.council, **changes)
    PostHoldingFactory(post=PostFactory(council=cast.council, unit=unit, type=kind), user=user)
    return user


def drawn(cast: Cast, version: FrameworkVersion, cases: list[CaseFile], **changes: object) -> Draw:
    """A draw of exactly these cases."""
    number = Draw.objects.filter(council=cast.council).count() + 1
    files = [
        {"case": case.number, "id": case.pk, "stratum": "", "order": n}
        for n, case in enumerate(cases, 1)
    ]
    pool = {
        "fields": [],
        "files": [{"case": one.number, "id": one.pk, "values": []} for one in cases],
    }
    given = {
        "council": cast.council,
        "number": number,
        "title": "November",
        "version": version,
        "tool": version.tools.first(),
        "month": MONTH,
        "rule": {"number": len(cases)},
        "pool": pool,
        "fingerprint": "f" * 64,
        "frozen_by": cast.officer,
        "frozen_at": NOW,
        "seed_kind": Draw.Seed.TWO_PEOPLE,
        "seed": "four grey horses",
        "drawn_by": cast.officer,
        "drawn_at": NOW,
        "result": files,
        "state": DrawState.DRAWN,
    }
    return Draw.objects.create(**given | changes)


def planned(
    cast: Cast,
    version: FrameworkVersion,
    cases: list[CaseFile],
    *,
    at: datetime = NOW,
    over: bool = False,
    **changes: object,
) -> AllocationPlan:
    """A plan of a draw of these cases, worked out."""
    draw = drawn(cast, version, cases, **changes)
    plan = ask_for_plan(draw, by=cast.officer, at=at, over_number=over)
    work_out(plan.pk, at=at)
    return AllocationPlan.objects.select_related("draw").get(pk=plan.pk)
