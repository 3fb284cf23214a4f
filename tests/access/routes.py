"""Who gets what at every address: 200 by GET, 403 without the right, 404 where the thing may not be seen."""

from dataclasses import dataclass, field

EVERYBODY = frozenset(
    [
        "auditor",
        "worker",
        "second",
        "manager",
        "service_manager",
        "head",
        "deputy_director",
        "director",
        "officer",
        "qa_head",
        "administrator",
        "moderator",
        "reader",
        "stranger",
        "former",
    ]
)
QA = frozenset({"officer", "qa_head"})
MANAGERS = frozenset(
    {"auditor", "manager", "service_manager", "head", "deputy_director", "director"}
)
PARTIES = frozenset({"auditor", "worker"})
# Who may open a returned audit of a Team 2 child: its parties, the QA team, and the line above the team.
READERS = PARTIES | QA | {"manager", "service_manager", "head", "deputy_director", "director"}


@dataclass(frozen=True)
class Route:
    """One address: who gets 200 (or `status`) by GET; the others get `otherwise`, or 404 when not in `sees`."""

    name: str
    args: tuple[str, ...] = ()
    may: frozenset[str] = EVERYBODY
    sees: frozenset[str] = EVERYBODY
    status: int = 200
    otherwise: int = 403
    guarded_first: bool = False
    exceptions: dict[str, int] = field(default_factory=dict)

    @property
    def of_a_thing(self) -> bool:
        """Whether the address names something of a council."""
        return bool(THINGS & set(self.args))

    def expected(self, who: str) -> int:
        """The status this member of the cast gets."""
        if who in self.exceptions:
            return self.exceptions[who]
        if who not in self.sees:
            return 404
        return self.status if who in self.may else self.otherwise


AUDIT = PARTIES | QA
THINGS = {"audit", "returned", "action", "document", "notice", "case", "import", "version"}
KEEPERS = QA | {"administrator"}
ROUTES = [
    Route("my-work"),
    Route("audits"),
    Route("messages"),
    Route("being-audited", may=MANAGERS),
    Route("allocate", may=QA),
    Route("allocate-case", ("case",), may=QA, guarded_first=True),
    Route("open-message", ("notice",), status=405),
    # one audit under way: its parties and the QA team
    Route("audit", ("audit",), sees=AUDIT),
    Route("set-meeting", ("audit",), sees=AUDIT, may=frozenset({"auditor"})),
    Route("start-session", ("audit",), sees=AUDIT, may=frozenset({"auditor"})),
    Route("return-audit", ("audit",), sees=AUDIT, may=frozenset({"auditor"})),
    Route("query-grade", ("audit",), sees=AUDIT, may=PARTIES),
    Route("advise-on-grade", ("audit",), sees=AUDIT, may=QA),
    Route("reopen-audit", ("audit",), sees=AUDIT, may=frozenset({"qa_head"})),
    Route("record-action", ("audit",), sees=AUDIT, may=frozenset({"auditor"})),
    Route("change-action", ("returned", "action"), sees=READERS, may=frozenset({"auditor"})),
    Route("remove-action", ("returned", "action"), status=405),
    Route("section", ("audit", "health_check"), sees=AUDIT),
    Route("finish-section", ("audit", "health_check"), status=405),
    Route("section-changes", ("audit", "health_check"), sees=AUDIT),
    Route("question", ("audit", "practice", "q6"), sees=AUDIT),
    Route("question-changes", ("audit", "practice", "q6"), sees=AUDIT),
    Route("guidance", ("audit", "q6"), sees=AUDIT),
    Route("confirm-question", ("audit", "q6"), status=405),
    Route("answer", ("audit", "q6.impact", "1"), sees=AUDIT),
    Route("earlier-answers", ("audit", "q6.impact"), sees=AUDIT),
    # a returned audit: also the managers of the child's team and above
    Route("audit-record", ("returned",), sees=READERS),
    Route("audit-word", ("returned",), sees=READERS),
    Route("ask-for-pdf", ("returned",), status=405),
    Route("document", ("document",), sees=frozenset({"auditor"})),
    Route("document-file", ("document",), sees=frozenset()),
    # cases, people and imports
    Route("cases", may=QA | MANAGERS | {"worker", "second", "stranger"}),
    Route(
        "case",
        ("case",),
        sees=QA | {"worker", "manager", "service_manager", "head", "deputy_director", "director"},
    ),
    Route("people", may=QA | {"administrator"}),
    Route("import", may=QA | {"administrator"}),
    Route("import-run", ("import",), may=QA | {"administrator"}, guarded_first=True),
    Route("import-confirm", ("import",), status=405, guarded_first=True),
    Route("import-faults", ("import",), may=QA | {"administrator"}, guarded_first=True),
    Route("import-template", ("staff", "csv"), may=QA | {"administrator"}, guarded_first=True),
    Route("grades", may=QA | {"deputy_director", "director"}),
    # the council's framework
    Route("frameworks", may=KEEPERS),
    Route("framework-schema", may=KEEPERS),
    Route("upload-framework", may=KEEPERS),
    Route("framework", ("version",), may=KEEPERS, guarded_first=True),
    Route("framework-page", ("version", "standards"), may=KEEPERS, guarded_first=True),
    Route("search-framework", ("version",), may=KEEPERS, guarded_first=True),
    Route("framework-file", ("version",), may=KEEPERS, guarded_first=True),
    Route("framework-difference", ("version",), may=KEEPERS, guarded_first=True),
    Route("preview-form", ("version", "cca"), may=KEEPERS, guarded_first=True),
    Route("change-framework", ("version",), may=KEEPERS, status=404, guarded_first=True),
    Route("framework-warnings", ("version",), may=KEEPERS, guarded_first=True),
    Route("confirm-assumption", ("version",), status=405, guarded_first=True),
    Route("propose-framework", ("version",), may=KEEPERS, guarded_first=True),
    Route("approve-framework", ("version",), status=405, guarded_first=True),
    Route(
        "retire-framework",
        ("version",),
        may=frozenset({"qa_head", "administrator"}),
        guarded_first=True,
    ),
    # one's own account
    Route("brand"),
    Route("mfa_index"),
    Route("mfa_activate_totp"),
    Route("mfa_deactivate_totp", status=404),
    Route("mfa_view_recovery_codes", status=404),
    Route("mfa_generate_recovery_codes"),
    Route("mfa_download_recovery_codes", status=404),
    Route("account_change_password", status=302),
    Route("account_set_password"),
    Route("mfa_reauthenticate", status=403),
]
# What somebody who is not signed in may open: signing in, a new password, health, accessibility.
OPEN_TO_ALL = {
    "health",
    "accessibility",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_reauthenticate",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
}
