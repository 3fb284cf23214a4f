"""What children, families, partners and staff say."""

from feedback.models.replies import (
    ContactWarning,
    Invitation,
    InvitationMove,
    Praise,
    Reply,
    Summary,
)
from feedback.models.surveys import (
    AnonymousAnswer,
    Survey,
    SurveyMove,
    SurveyReport,
    TakenPart,
    Ticket,
)

__all__ = [
    "AnonymousAnswer",
    "ContactWarning",
    "Invitation",
    "InvitationMove",
    "Praise",
    "Reply",
    "Summary",
    "Survey",
    "SurveyMove",
    "SurveyReport",
    "TakenPart",
    "Ticket",
]
