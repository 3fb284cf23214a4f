"""Audits at any stage, brought there by the steps that people take."""

from datetime import UTC, date, datetime
from pathlib import Path

from audits.models import Audit
from audits.services.opening import Allotment, open_audit
from programme.demo import Scene, bring_to
from standards.models import FrameworkVersion
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import Cast
from tests.factories.kept import published_once
from tests.factories.standards import moderated

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parent.parent.parent


MADE_UP = "tests/frameworks/eastmere.yaml"


def framework(path: str = MADE_UP) -> FrameworkVersion:
    """A framework's file, loaded and published; the made-up council's has a moderation."""
    text = (ROOT / path).read_text()
    text = moderated(text) if path == MADE_UP else text
    version = published_once(text, NOW)
    return FrameworkVersion.objects.select_related("framework__council").get(pk=version)


def audit_at(
    stage: str, cast: Cast, version: FrameworkVersion, *, second: bool = False, **changes: object
) -> Audit:
    """An audit of a Team 2 child by Team 1's manager, at a stage: allocated … returned."""
    case = CaseFileFactory(council=cast.council, unit=cast.team2)
    InvolvementFactory(case=case, user=cast.worker)
    if second:
        InvolvementFactory(case=case, user=cast.second, kind="second")
    tool = version.tools.select_related("version__framework__council").get()
    allotment = Allotment(
        case=case,
        tool=tool,
        auditor=cast.auditor,
        worker=cast.worker,
        second_worker=cast.second if second else None,
        manager=cast.manager,
        month=date(2026, 11, 1),
        deadline_on=date(2026, 11, 30),
        **changes,
    )
    audit = open_audit(allotment, by=cast.officer, at=NOW)
    bring_to(audit, stage, Scene(cast.council, cast.officer, tool, NOW))
    return Audit.objects.get(pk=audit.pk)
