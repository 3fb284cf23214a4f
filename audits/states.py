"""The work region of an audit (B1-2..B1-7) and the moves between its states (B2)."""

from django.db.models import TextChoices

from core.moves import Move


class AuditState(TextChoices):
    ALLOCATED = "allocated", "Allocated"
    PREPARING = "preparing", "Preparing"
    IN_SESSION = "in_session", "In session"
    GRADE_QUERY = "grade_query", "Grade query"
    RETURNED = "returned", "Returned"
    EXCLUDED = "excluded", "Left out"


S = AuditState
WORKING = frozenset({S.ALLOCATED, S.PREPARING, S.IN_SESSION, S.GRADE_QUERY})
SESSION_BEGUN = frozenset({S.IN_SESSION, S.GRADE_QUERY, S.RETURNED})

SET_MEETING = Move(
    "set meeting",
    frozenset({S.ALLOCATED, S.PREPARING}),
    S.PREPARING,
    "The meeting has begun already.",
)
START_SESSION = Move(
    "start session",
    frozenset({S.PREPARING}),
    S.IN_SESSION,
    "Set a meeting date before you start the meeting.",
)
QUERY_GRADE = Move(
    "query grade",
    frozenset({S.IN_SESSION}),
    S.GRADE_QUERY,
    "The grade can be queried during the meeting only.",
)
ADVISE = Move(
    "advise on grade", frozenset({S.GRADE_QUERY}), S.IN_SESSION, "There is no open grade query."
)
RETURN = Move(
    "return",
    frozenset({S.IN_SESSION, S.GRADE_QUERY}),
    S.RETURNED,
    "An audit is returned after its meeting has begun.",
)
REOPEN = Move(
    "reopen", frozenset({S.RETURNED}), S.IN_SESSION, "Only a returned audit can be reopened."
)
EXCLUDE = Move(
    "exclude",
    frozenset({S.ALLOCATED, S.PREPARING}),
    S.EXCLUDED,
    "An audit can be left out before its meeting begins only.",
)
REASSIGN = Move(
    "reassign",
    frozenset({S.ALLOCATED, S.PREPARING}),
    S.ALLOCATED,
    "Another auditor can take over before the meeting begins only.",
)
# What each step is called once it has been taken.
DONE = {
    "allocate": "Allocated",
    "set meeting": "Meeting set",
    "start session": "Meeting started",
    "query grade": "Grade queried",
    "advise on grade": "Advice given",
    "return": "Returned",
    "reopen": "Reopened",
    "extend": "Given more time",
    "ask extension": "Asked for more time",
    "refuse extension": "More time refused",
    "ask exclusion": "Asked to leave it out",
    "refuse exclusion": "Leaving out refused",
    "exclude": "Left out",
    "reassign": "Given to another auditor",
}
MOVES = (SET_MEETING, START_SESSION, QUERY_GRADE, ADVISE, RETURN, REOPEN, EXCLUDE, REASSIGN)
