"""Taking a version one step on."""

from datetime import datetime

from core.moves import Move
from people.models import User
from reporting.models import ReportMove, ReportVersion


def move(version: ReportVersion, step: Move, *, at: datetime, by: User | None = None) -> None:
    """Take a version one step on and note it; the caller saves it. Refused from any other state."""
    step.check(version.state)
    version.state = step.target
    ReportMove.objects.create(version=version, verb=step.verb, state=step.target, by=by, at=at)
