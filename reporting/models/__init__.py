"""What is made and kept: documents of one thing, and reports in their versions."""

from reporting.models.annotations import Annotation
from reporting.models.documents import SUBJECTS, Document, exactly_one
from reporting.models.packs import Pack, PackItem
from reporting.models.reports import (
    Commentary,
    Distribution,
    ManagementResponse,
    Recommendation,
    RecommendationReply,
    Rendition,
    Report,
    ReportMove,
    ReportVersion,
)
from reporting.models.tokens import ApiToken

__all__ = [
    "SUBJECTS",
    "Annotation",
    "ApiToken",
    "Commentary",
    "Distribution",
    "Document",
    "ManagementResponse",
    "Pack",
    "PackItem",
    "Recommendation",
    "RecommendationReply",
    "Rendition",
    "Report",
    "ReportMove",
    "ReportVersion",
    "exactly_one",
]
