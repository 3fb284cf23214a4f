"""The work region of an audit (B1-2..B1-7) and its loop (B1, region 4; C3), with their moves (B2)."""

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
    "raise in supervision": "Raised in supervision",
    "not raised in supervision": "Not raised in supervision after all",
}
MOVES = (SET_MEETING, START_SESSION, QUERY_GRADE, ADVISE, RETURN, REOPEN, EXCLUDE, REASSIGN)


class LoopState(TextChoices):
    FORM_DUE = "form_due", "Form due"
    SUBMITTED = "submitted", "Waiting to be authorised"
    AUTHORISED = "authorised", "Second audit to come"
    LINKED = "linked", "Second audit linked"
    NOT_NEEDED = "not_needed", "No longer needed"


L = LoopState
SUBMIT = Move(
    "submit",
    frozenset({L.FORM_DUE}),
    L.SUBMITTED,
    "This form is not open any more. Your words below are not saved.",
)
REFUSE = Move(
    "refuse", frozenset({L.SUBMITTED}), L.FORM_DUE, "This form does not wait for anybody now."
)
AUTHORISE = Move(
    "authorise",
    frozenset({L.SUBMITTED}),
    L.AUTHORISED,
    "This form does not wait to be authorised now.",
)
LINK = Move(
    "link",
    frozenset({L.AUTHORISED}),
    L.LINKED,
    "A second audit is linked once the form is authorised, and only one.",
)
UNLINK = Move(
    "unlink",
    frozenset({L.LINKED}),
    L.AUTHORISED,
    "There is no second audit yet whose place another could take.",
)
LEAVE_OUT = Move(
    "leave out",
    frozenset({L.FORM_DUE, L.SUBMITTED}),
    L.NOT_NEEDED,
    "Only a form that is not authorised yet can be left out.",
)
TAKE_UP = Move("take up", frozenset({L.NOT_NEEDED}), L.FORM_DUE, "This loop is open already.")
LOOP_DONE = {
    "begin": "Asked for",
    "submit": "Form handed in",
    "refuse": "Sent back",
    "authorise": "Authorised",
    "link": "Second audit linked",
    "unlink": "Second audit left out",
    "leave out": "No longer needed",
    "take up": "Asked for again",
}
LOOP_OPEN = frozenset({L.FORM_DUE, L.SUBMITTED, L.AUTHORISED})
LOOP_MOVES = (SUBMIT, REFUSE, AUTHORISE, LINK, UNLINK, LEAVE_OUT, TAKE_UP)
