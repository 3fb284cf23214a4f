"""What climbed while something was late, and concerns that officers take up."""

from escalation.models.concerns import ConcernMove, OfficerEscalation, Stage, StagePerson
from escalation.models.late import Escalation, Hold, Overdue

__all__ = [
    "ConcernMove",
    "Escalation",
    "Hold",
    "OfficerEscalation",
    "Overdue",
    "Stage",
    "StagePerson",
]
