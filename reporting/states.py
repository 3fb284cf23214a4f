"""The states of one version of a report, and the moves between them (G-40)."""

from django.db.models import TextChoices

from core.moves import Move


class ReportState(TextChoices):
    BUILDING = "building", "Being built"
    DRAFT = "draft", "Draft"
    WITH_MANAGEMENT = "with_management", "With management"
    RESPONSE_APPENDED = "response_appended", "Response appended"
    PUBLISHED = "published", "Published"
    FAILED = "failed", "Failed"


S = ReportState

FINISH = Move("finish", frozenset({S.BUILDING}), S.DRAFT, "This version is not being built.")
FAIL = Move("fail", frozenset({S.BUILDING}), S.FAILED, "This version is not being built.")
RETRY = Move("try again", frozenset({S.FAILED}), S.BUILDING, "This version has not failed.")
SEND = Move(
    "send to management",
    frozenset({S.DRAFT}),
    S.WITH_MANAGEMENT,
    "Only a draft can be sent to management.",
)
APPEND = Move(
    "append the response",
    frozenset({S.WITH_MANAGEMENT}),
    S.RESPONSE_APPENDED,
    "A response is written while the report is with management.",
)
PUBLISH = Move(
    "publish",
    frozenset({S.DRAFT, S.WITH_MANAGEMENT, S.RESPONSE_APPENDED}),
    S.PUBLISHED,
    "This version cannot be published at this stage.",
)

MOVES = (FINISH, FAIL, RETRY, SEND, APPEND, PUBLISH)

# Senior leaders read a version from here on, its readers once it is published.
WITH_LEADERS = frozenset({S.WITH_MANAGEMENT, S.RESPONSE_APPENDED, S.PUBLISHED})
# There is a file to read.
READABLE = frozenset(set(S) - {S.BUILDING, S.FAILED})
