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
    post_may: frozenset[str] | None = None

    @property
    def posters(self) -> frozenset[str]:
        """Who may post: whoever may open it, where nothing else is said; always said where it has no page."""
        return self.may & self.sees if self.post_may is None else self.post_may

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
# Those above the auditor in the line of management.
ABOVE = frozenset({"service_manager", "head", "deputy_director", "director"})
THINGS = {
    "leaver",
    "holding",
    "away",
    "row",
    "draw",
    "frozen",
    "change",
    "audit",
    "returned",
    "action",
    "document",
    "notice",
    "case",
    "import",
    "version",
    "year",
    "post",
    "slot",
    "finished",
    "given",
    "disagreed",
    "disputed",
    "round",
    "panel",
    "calibration",
    "late",
    "held",
    "concern",
    "colleague",
    "note",
    "partner",
    "survey",
    "reply",
    "summary",
    "report",
    "report_version",
    "rendition",
    "recommendation",
    "pack",
    "token",
    "picture",
    "proof",
    "erasing",
    "kept_back",
    "subject",
}
# Who reads the programme's board: the QA team and senior leaders.
BOARD = QA | {"deputy_director", "director"}
KEEPERS = QA | {"administrator"}
# Who sees which rights everybody has.
OVERSEERS = frozenset({"qa_head", "administrator"})
# Who decides on a list of what is erased.
DECIDING = frozenset({"qa_head", "deputy_director", "director"})
# Who holds a post that moderates, besides the QA team.
MODERATORS = frozenset({"service_manager", "head", "deputy_director", "moderator"})
# Who holds a post that can be asked to grade in a calibration, besides the QA team.
RATERS = MODERATORS | {"auditor", "manager", "director"}
# Who reads a moderation before it is final: everybody who reads the audit but its worker, and its moderator.
IN_HAND = (READERS - {"worker"}) | {"moderator"}
TWO = frozenset({"auditor", "moderator"})
# Who opens a personal supervision note (SC-27).
TWO_READERS = frozenset({"worker", "manager"})
# Who opens the concern that the moderator has put to the manager.
CONCERNED = QA | {"moderator", "manager"}
# Who opens the case of the audit: its worker, the managers above them, the QA team.
CASE = QA | {
    "worker",
    "manager",
    "service_manager",
    "head",
    "deputy_director",
    "director",
}
# Who holds a post whose role the closed survey names for its totals; they alone have to do with feedback.
TOTALS = EVERYBODY - {"administrator", "moderator", "former"}
# Who answers for practice and is not of the QA team; who opens the report that was sent to the lead member.
ANSWERABLE = frozenset({"head", "deputy_director", "director"})
REPORT = QA | ANSWERABLE | {"reader"}
ROUTES = [
    Route("my-work"),
    Route("audits"),
    Route("messages"),
    Route("being-audited", may=MANAGERS),
    Route("my-allocations"),
    Route("my-calendar"),
    Route("requests", may=QA | MANAGERS),
    Route("allocate", may=QA),
    Route("allocate-case", ("case",), may=QA, guarded_first=True),
    Route("open-message", ("notice",), status=405, post_may=frozenset({"auditor"})),
    Route("choose-mail", status=405, post_may=EVERYBODY),
    # what runs by itself, and what was sent; the test clock is no page where it cannot be moved
    Route("jobs", may=QA),
    Route("retry-job", ("1",), status=405, post_may=QA),
    Route("message-log", may=frozenset({"qa_head"})),
    Route(
        "retry-message",
        ("notice",),
        status=405,
        post_may=frozenset({"qa_head"}),
        guarded_first=True,
    ),
    Route("test-clock", sees=frozenset()),
    Route("forward-clock", status=405, post_may=frozenset()),
    Route("run-clock", status=405, post_may=frozenset()),
    # surveys of many people, one of which is closed; and where staff get their link
    Route("surveys", may=TOTALS),
    Route("plan-survey", may=QA),
    Route("survey", ("survey",), sees=TOTALS),
    Route("open-survey", ("survey",), sees=TOTALS, may=QA),
    Route("close-survey", ("survey",), sees=TOTALS, may=QA),
    Route("call-survey-off", ("survey",), sees=TOTALS, may=QA),
    Route("take-links-back", ("survey",), sees=TOTALS, may=QA),
    Route("survey-links", ("survey",), sees=TOTALS, may=QA, status=422),
    Route("type-in-answer", ("survey",), sees=TOTALS, may=QA, status=422),
    Route("survey-results", ("survey",), sees=TOTALS),
    Route("survey-results-file", ("survey", "csv"), sees=TOTALS),
    Route("take-part"),
    Route("take-part-link", ("survey",), status=405, post_may=EVERYBODY),
    Route("take-part-form", ("induction",), status=405, post_may=EVERYBODY),
    # what was said where somebody knows whose reply it is: here a complaint, and what stands with an audit
    Route("replies"),
    Route("take-in-replies", may=QA),
    Route("type-in-reply", ("complaints",), may=QA),
    Route("replies-table", ("complaints", "csv")),
    Route("reply", ("reply",), sees=QA | {"head", "deputy_director", "director"}),
    Route("write-praise", ("reply",), may=QA, guarded_first=True),
    Route("statements", may=TOTALS | {"moderator"}),
    Route("tag-reply", ("reply",), sees=QA | {"head", "deputy_director", "director"}, may=QA),
    Route(
        "act-on-reply",
        ("reply",),
        sees=QA | {"head", "deputy_director", "director"},
    ),
    Route("summaries", may=TOTALS),
    Route("new-summary", ("fostering",), may=QA),
    Route("summary", ("summary",), sees=QA | {"head"}, may=QA),
    Route("feedback-funnel", may=TOTALS),
    Route("feedback-themes", may=TOTALS),
    Route("feedback-themes-file", may=TOTALS),
    Route("survey-report", ("survey",), sees=TOTALS, may=QA),
    Route("act-on-survey", ("survey",), sees=TOTALS, may=QA | MANAGERS),
    Route("recognition"),
    Route("show-praise", ("1",), status=405, post_may=frozenset()),
    Route("audit-feedback", ("audit",), sees=AUDIT),
    Route("type-in-with-audit", ("audit", "audit_family"), sees=AUDIT, may=QA | {"auditor"}),
    Route("make-link", ("audit", "audit_family"), sees=AUDIT, may=QA | {"auditor"}),
    Route("take-link-back", ("audit", "1"), status=405, post_may=QA | {"auditor"}),
    Route("bring-reply-in", ("audit", "reply"), status=405, post_may=QA | {"auditor"}),
    Route("contact", ("case",), sees=CASE),
    # personal supervision: a note that the worker's line manager wrote, and nobody else opens
    Route("personal-supervision"),
    Route("share-supervision-notes", status=405, post_may=EVERYBODY),
    Route("supervision-person", ("colleague",), sees=frozenset({"manager"})),
    Route("write-supervision-note", ("colleague",), sees=frozenset({"manager"})),
    Route("supervision-note", ("note",), sees=TWO_READERS),
    Route("correct-supervision-note", ("note",), sees=TWO_READERS, may=frozenset({"manager"})),
    Route("acknowledge-supervision-note", ("note",), status=405, post_may=frozenset({"worker"})),
    Route("share-supervision-note", ("note",), status=405, post_may=frozenset({"worker"})),
    Route("stop-sharing-supervision-note", ("note",), status=405, post_may=frozenset({"worker"})),
    Route("mark-raised", ("returned",), status=405, post_may=frozenset({"manager"})),
    # partners of other agencies who were invited to the audit
    Route("audit-partners", ("audit",), sees=AUDIT),
    Route("invite-partner", ("audit",), sees=AUDIT, may=QA),
    Route("renew-partner", ("audit", "partner"), sees=AUDIT, may=QA),
    Route("withdraw-partner", ("audit", "partner"), status=405, post_may=QA),
    # the days by which working days are counted
    Route("calendar", may=KEEPERS, post_may=OVERSEERS),
    Route("remove-calendar-day", ("1",), status=405, post_may=OVERSEERS),
    # the year's programme
    Route("programme", may=BOARD),
    Route("representation", may=BOARD),
    Route("representation-file", may=BOARD),
    Route("open-year", status=405, post_may=QA),
    Route("programme-quarter", ("year", "3"), may=BOARD, guarded_first=True),
    Route("make-slots", ("year", "3"), status=405, post_may=QA, guarded_first=True),
    Route(
        "programme-post",
        ("year", "post"),
        sees=BOARD | {"auditor", "service_manager", "head"},
    ),
    Route("plan-slots", ("year", "post"), may=QA, guarded_first=True),
    Route("programme-slot", ("slot",), may=QA, guarded_first=True),
    Route("programme-themes", ("year",), may=BOARD, guarded_first=True),
    Route("add-theme", ("year",), may=QA, guarded_first=True),
    # files drawn by chance
    Route("draws", may=BOARD),
    Route("new-draw", may=QA),
    Route("draw-script", may=QA),
    Route("draw", ("draw",), sees=QA),
    Route("draw-words", ("frozen",), may=BOARD, guarded_first=True),
    Route("draw-value", ("frozen",), status=405, post_may=QA, guarded_first=True),
    Route("repeat-draw", ("draw",), status=405, post_may=QA, guarded_first=True),
    Route("draw-again", ("draw",), may=QA, guarded_first=True),
    Route("replace-file", ("draw", "file"), may=QA, guarded_first=True),
    Route("certificate", ("draw",), may=QA, guarded_first=True),
    Route("certificate-file", ("draw",), may=QA, guarded_first=True),
    Route("pool-file", ("draw",), may=QA, guarded_first=True),
    Route("ask-for-certificate", ("draw",), status=405, post_may=QA),
    # the plan of a draw, and who is away
    Route("plan", ("draw",), may=QA, guarded_first=True),
    Route("plan-load", ("draw",), may=QA, guarded_first=True),
    Route("plan-row", ("draw", "row"), may=QA, guarded_first=True),
    Route("away", may=QA),
    Route("remove-away", ("away",), status=405, post_may=QA, guarded_first=True),
    # one audit under way: its parties and the QA team
    Route("audit", ("audit",), sees=AUDIT),
    Route("extend-audit", ("audit",), sees=AUDIT, may=QA | {"auditor"}),
    Route("exclude-audit", ("audit",), sees=AUDIT, may=QA | {"auditor"}),
    Route("reassign-audit", ("audit",), sees=AUDIT, may=QA),
    Route("request", ("change",), sees=QA | ABOVE | {"auditor"}),
    Route("set-meeting", ("audit",), sees=AUDIT, may=frozenset({"auditor"})),
    Route("start-session", ("audit",), sees=AUDIT, may=frozenset({"auditor"})),
    Route("return-audit", ("audit",), sees=AUDIT, may=frozenset({"auditor"})),
    Route("query-grade", ("audit",), sees=AUDIT, may=PARTIES),
    Route("advise-on-grade", ("audit",), sees=AUDIT, may=QA),
    Route("reopen-audit", ("audit",), sees=AUDIT, may=frozenset({"qa_head"})),
    Route("record-action", ("audit",), sees=AUDIT, may=frozenset({"auditor"})),
    Route(
        "change-action",
        ("returned", "action"),
        sees=READERS,
        may=frozenset({"auditor"}),
        status=302,
    ),
    Route("remove-action", ("returned", "action"), status=405, post_may=frozenset({"auditor"})),
    # whoever opens a page of the form goes on from it by the same button; only what is theirs is saved
    Route("section", ("audit", "health_check"), sees=AUDIT),
    Route("finish-section", ("audit", "health_check"), status=405, post_may=PARTIES),
    Route("section-changes", ("audit", "health_check"), sees=AUDIT),
    Route("question", ("audit", "practice", "q6"), sees=AUDIT),
    Route("question-changes", ("audit", "practice", "q6"), sees=AUDIT),
    Route("guidance", ("audit", "q6"), sees=AUDIT),
    Route("confirm-question", ("audit", "q6"), status=405, post_may=PARTIES),
    Route("answer", ("audit", "q6.impact", "1"), sees=AUDIT, post_may=PARTIES),
    Route("earlier-answers", ("audit", "q6.impact"), sees=AUDIT),
    # the tracker, and one open action of the worker's, which the auditor has recorded
    Route("actions"),
    Route("actions-file", ("csv",)),
    Route("save-action-view", status=405, post_may=EVERYBODY),
    Route("remove-action-view", ("1",), status=405, post_may=frozenset()),
    Route("new-action", may=QA | MANAGERS),
    Route("reassign-actions", may=QA | MANAGERS),
    Route("supervision", may=MANAGERS),
    Route("action-page", ("action",), sees=READERS),
    Route("start-action", ("action",), status=405, post_may=frozenset({"worker"})),
    Route("finish-action", ("action",), sees=READERS, may=frozenset({"worker"})),
    Route("sign-off-action", ("action",), sees=READERS, may=frozenset({"manager"})),
    Route("send-back-action", ("action",), sees=READERS, may=frozenset({"manager"})),
    Route("action-date", ("action",), sees=READERS, may=QA | {"manager"}),
    Route("withdraw-action", ("action",), sees=READERS, may=frozenset({"manager"})),
    Route("review-action", ("action",), sees=READERS, may=ABOVE | {"manager"}),
    Route("action-impact", ("action",), sees=READERS, may=frozenset()),
    # a picture that the worker added to the audit, and a PDF with their action
    Route("audit-files", ("audit",), sees=AUDIT),
    Route("audit-file", ("audit", "picture"), sees=AUDIT),
    Route("share-audit-file", ("audit", "picture"), status=405, post_may=QA | {"worker"}),
    Route("remove-audit-file", ("audit", "picture"), sees=AUDIT, may=QA | {"worker"}),
    Route("action-files", ("action",), sees=READERS),
    Route("action-file", ("action", "proof"), sees=READERS),
    Route("share-action-file", ("action", "proof"), status=405, post_may=QA | {"worker"}),
    Route("remove-action-file", ("action", "proof"), sees=READERS, may=QA | {"worker"}),
    # a returned audit: also the managers of the child's team and above
    Route("audit-record", ("returned",), sees=READERS),
    Route("audit-word", ("returned",), sees=READERS),
    Route("ask-for-pdf", ("returned",), status=405, post_may=READERS),
    Route("document", ("document",), sees=frozenset({"auditor"})),
    Route("document-file", ("document",), sees=frozenset()),
    # what follows a returned audit: its loop, the lists it stands on, and closing it
    Route("loops", may=QA | MANAGERS),
    Route("watch-list", may=QA | MANAGERS),
    Route("loop", ("returned",), sees=READERS),
    Route("authorise-loop", ("returned",), status=405, post_may=QA),
    Route("refuse-loop", ("returned",), sees=READERS, may=frozenset()),
    Route("link-loop", ("returned",), sees=READERS, may=QA),
    Route("leave-out-loop", ("returned",), sees=READERS, may=QA),
    Route("take-up-loop", ("returned",), sees=READERS, may=QA),
    # who may confirm what follows from what there is to confirm: here nothing, which every reader is told
    Route("confirm-closure", ("returned", "anything"), status=405, post_may=READERS),
    # moderation: who may read one in hand, give it out, moderate, meet, pass it up and decide
    Route("moderations", may=QA | MODERATORS),
    Route("rounds", may=QA),
    Route("run-month", status=405, post_may=QA),
    Route("run-list", status=405, post_may=QA),
    Route("round", ("round",), may=QA, guarded_first=True),
    Route("round-certificate", ("round",), may=QA, guarded_first=True),
    Route("round-pool", ("round",), may=QA, guarded_first=True),
    Route("audit-moderation", ("returned",), sees=READERS),
    Route("choose-moderation", ("returned",), sees=READERS, may=QA),
    Route("moderation", ("given",), sees=IN_HAND),
    Route("assign-moderation", ("given",), sees=IN_HAND, may=QA),
    Route("leave-moderation", ("given",), sees=IN_HAND, may=QA),
    Route("moderation-view", ("given",), sees=IN_HAND, may=frozenset({"moderator"})),
    Route("moderation-action", ("given",), sees=IN_HAND, may=frozenset({"moderator"})),
    Route("moderation-leftover", ("given",), sees=IN_HAND, may=QA),
    Route("moderation-meeting", ("disagreed",), sees=IN_HAND, may=TWO),
    Route("escalate-moderation", ("disagreed",), sees=IN_HAND, may=TWO),
    Route("decide-moderation", ("disputed",), sees=IN_HAND, may=frozenset({"qa_head"})),
    # validation panels, and the record of a finished moderation
    Route("panels", may=QA | MODERATORS),
    Route("new-panel", may=QA),
    Route("panel", ("panel",), sees=QA | {"service_manager"}),
    Route("change-panel", ("panel",), sees=QA | {"service_manager"}, may=QA),
    Route("close-panel", ("panel",), sees=QA | {"service_manager"}, may=QA),
    Route("ask-for-minutes", ("panel",), status=405, post_may=QA | {"service_manager"}),
    Route("moderation-record", ("finished",), sees=READERS | {"moderator"}),
    Route("moderation-word", ("finished",), sees=READERS | {"moderator"}),
    Route("ask-for-moderation-pdf", ("finished",), status=405, post_may=READERS | {"moderator"}),
    # what is late, and concerns: one raised by the moderator, which is the manager's to answer
    Route("escalations", may=QA),
    Route("hold-back", ("late",), sees=QA),
    Route("let-go", ("held",), status=405, post_may=QA),
    Route("concerns"),
    Route("concerns-learning", may=QA),
    Route(
        "raise-concern",
        ("practice_concern",),
        may=frozenset({"auditor", "worker", "second", "manager", "service_manager", "stranger"}),
    ),
    Route("concern", ("concern",), sees=CONCERNED),
    Route("answer-concern", ("concern",), sees=CONCERNED, may=frozenset({"manager"})),
    Route("concern-time", ("concern",), sees=CONCERNED, may=frozenset({"moderator"})),
    Route("concern-consulted", ("concern",), sees=CONCERNED, may=frozenset({"moderator"})),
    Route("concern-further", ("concern",), sees=CONCERNED, may=frozenset({"moderator"})),
    Route("hand-over-concern", ("concern",), sees=CONCERNED, may=frozenset({"qa_head"})),
    Route("resolve-concern", ("concern",), sees=CONCERNED, may=frozenset({"moderator"})),
    Route("reopen-concern", ("concern",), sees=CONCERNED, may=frozenset({"moderator"})),
    # cases, people and imports
    Route("cases", may=QA | MANAGERS | {"worker", "second", "stranger"}),
    Route(
        "case",
        ("case",),
        sees=QA | {"worker", "manager", "service_manager", "head", "deputy_director", "director"},
    ),
    Route("trail", may=frozenset({"qa_head"})),
    Route("trail-file", may=frozenset({"qa_head"})),
    Route("people", may=QA | {"administrator"}),
    # joiners, movers, leavers: the administrator; the QA head reads, and hands over the work of who leaves
    Route("add-person", may=frozenset({"administrator"})),
    Route("access", may=OVERSEERS),
    Route("access-review", may=OVERSEERS),
    Route("left-work", may=QA | {"administrator"}),
    Route("person", ("leaver",), may=OVERSEERS, guarded_first=True),
    Route("give-post", ("leaver",), may=frozenset({"administrator"}), guarded_first=True),
    Route("leave", ("leaver",), may=frozenset({"administrator"}), guarded_first=True),
    Route("hand-over-work", ("leaver",), may=OVERSEERS, guarded_first=True),
    Route("move-post", ("holding",), may=frozenset({"administrator"}), guarded_first=True),
    Route("end-post", ("holding",), may=frozenset({"administrator"}), guarded_first=True),
    Route("import", may=QA | {"administrator"}),
    Route("import-run", ("import",), may=QA | {"administrator"}, guarded_first=True),
    Route(
        "import-confirm",
        ("import",),
        status=405,
        post_may=QA | {"administrator"},
        guarded_first=True,
    ),
    Route("import-faults", ("import",), may=QA | {"administrator"}, guarded_first=True),
    Route("import-template", ("cases", "csv"), may=QA | {"administrator"}, guarded_first=True),
    Route("grades", may=QA | {"deputy_director", "director"}),
    # learning: the QA team codes, senior leaders and heads of service see themes and activities
    Route("learning", may=QA | ANSWERABLE),
    Route("learning-file", may=QA | ANSWERABLE),
    Route("learning-theme", ("theme",), may=QA | ANSWERABLE, guarded_first=True),
    Route("theme-list", may=QA),
    Route("change-theme", ("theme",), may=frozenset({"qa_head"}), guarded_first=True),
    Route("coding", may=QA),
    Route("coding-extract", ("extract",), may=QA, guarded_first=True),
    Route("quotation", ("extract",), may=QA, guarded_first=True),
    Route("blind-rounds", may=QA),
    Route("blind-round", ("blind",), may=QA, guarded_first=True),
    Route("blind-item", ("blind", "1"), may=QA, guarded_first=True),
    Route("learning-activities", may=QA | ANSWERABLE),
    Route("new-learning-activity", may=QA),
    Route("learning-activity", ("activity",), may=QA | ANSWERABLE, guarded_first=True),
    Route("change-learning-activity", ("activity",), may=QA, guarded_first=True),
    Route("dashboard"),
    Route("figures-section", ("grades",), may=QA | MANAGERS),
    Route("figure", ("good-over-time",), may=QA | MANAGERS),
    Route("note-figure", ("good-over-time",), status=405, post_may=QA),
    Route("remove-note", ("1",), status=405, post_may=QA),
    # a published report: the QA team writes, senior leaders and heads of service answer, the lead member has it
    Route("reports", may=EVERYBODY - {"former"}),
    Route("begin-report", may=QA),
    Route("report", ("report",), sees=REPORT),
    Route("build-report", ("report",), status=405, post_may=QA),
    Route("retry-report", ("report",), status=405, post_may=QA),
    Route("send-report", ("report",), status=405, post_may=QA),
    Route("publish-report", ("report",), sees=REPORT, may=frozenset({"qa_head"}), status=422),
    Route("respond-to-report", ("report",), sees=REPORT, may=ANSWERABLE, status=422),
    Route("write-report", ("report",), sees=REPORT, may=QA),
    Route("write-section", ("report", "grades"), sees=REPORT, may=QA),
    Route("recommend", ("report",), sees=REPORT, may=QA),
    Route("change-recommendation", ("report", "recommendation"), sees=REPORT, may=QA),
    Route("drop-recommendation", ("report", "recommendation"), status=405, post_may=QA),
    Route("report-file", ("rendition",), sees=REPORT),
    Route("report-figures", ("report_version",), sees=REPORT),
    # a figure as a file
    Route("figure-csv", ("good-over-time",), may=QA | MANAGERS),
    Route("figure-xlsx", ("good-over-time",), may=QA | MANAGERS),
    Route("figure-svg", ("good-over-time",), may=QA | MANAGERS),
    # data protection: a list of what is due, a hold, a file about a child that the QA head has asked for
    # (senior leaders answer as well, and see that somebody else has asked, never the file)
    Route("data-protection", may=BOARD | KEEPERS),
    Route("propose-erasing", status=405, post_may=OVERSEERS),
    Route("erasing", ("erasing",), may=BOARD | KEEPERS, guarded_first=True),
    Route("erasing-list", ("erasing",), may=BOARD, guarded_first=True),
    Route("approve-erasing", ("erasing",), status=405, post_may=DECIDING, guarded_first=True),
    Route("refuse-erasing", ("erasing",), status=405, post_may=DECIDING, guarded_first=True),
    Route("erasing-again", ("erasing",), status=405, post_may=DECIDING, guarded_first=True),
    Route("retention-holds", may=BOARD),
    Route("new-retention-hold", may=frozenset({"qa_head"})),
    Route("lift-retention-hold", ("kept_back",), may=frozenset({"qa_head"}), guarded_first=True),
    Route("new-subject-request", may=frozenset({"qa_head", "deputy_director", "director"})),
    Route(
        "subject-request",
        ("subject",),
        may=frozenset({"qa_head", "deputy_director", "director"}),
        guarded_first=True,
    ),
    Route(
        "confirm-subject-request",
        ("subject",),
        status=405,
        post_may=frozenset({"qa_head"}),
        guarded_first=True,
    ),
    Route("subject-file", ("subject",), may=frozenset({"qa_head"}), guarded_first=True),
    Route(
        "subject-request-again",
        ("subject",),
        status=405,
        post_may=frozenset({"qa_head"}),
        guarded_first=True,
    ),
    Route(
        "erase-subject-request",
        ("subject",),
        status=405,
        post_may=frozenset({"qa_head"}),
        guarded_first=True,
    ),
    # a pack that has been shared: the QA team makes it, senior leaders open it, the head of QA knows who is who
    Route("packs", may=BOARD),
    Route("new-pack", may=QA),
    Route("pack", ("pack",), may=BOARD, guarded_first=True),
    Route("pack-file", ("pack",), may=BOARD, guarded_first=True),
    Route("pack-key", ("pack",), may=frozenset({"qa_head"}), guarded_first=True),
    Route("pack-again", ("pack",), status=405, post_may=QA, guarded_first=True),
    Route("share-pack", ("pack",), status=405, post_may=QA, guarded_first=True),
    # the tokens of the read API, which itself asks for a token and not for a person
    Route("tokens", may=frozenset({"qa_head", "administrator"})),
    Route("new-token", may=frozenset({"qa_head"})),
    Route(
        "revoke-token",
        ("token",),
        status=405,
        post_may=frozenset({"qa_head", "administrator"}),
        guarded_first=True,
    ),
    Route("api-help", may=frozenset({"qa_head", "administrator"})),
    # calibrations: those who grade in one read it, the QA team runs it
    Route("calibrations", may=QA | RATERS),
    Route("new-calibration", may=QA),
    Route("calibration", ("calibration",), sees=QA | {"moderator"}),
    Route("show-calibration", ("calibration",), status=405, post_may=QA),
    Route("close-calibration", ("calibration",), sees=QA | {"moderator"}, may=QA, status=422),
    Route("add-rater", ("calibration",), sees=QA | {"moderator"}, may=QA),
    Route("take-rater-out", ("calibration",), status=405, post_may=QA),
    # how far grades can be trusted
    Route("trust", may=frozenset({"qa_head"})),
    Route("trust-file", may=frozenset({"qa_head"})),
    Route("trust-auditors", may=frozenset({"qa_head"})),
    Route("my-grading"),
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
    Route("confirm-assumption", ("version",), status=405, post_may=KEEPERS, guarded_first=True),
    Route("propose-framework", ("version",), may=KEEPERS, guarded_first=True),
    Route(
        "approve-framework",
        ("version",),
        status=405,
        post_may=OVERSEERS,
        guarded_first=True,
    ),
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
    Route("mfa_reauthenticate_webauthn", status=403),
    Route("mfa_list_webauthn"),
    Route("mfa_add_webauthn"),
    Route("mfa_remove_webauthn", ("1",), status=404),
    Route("mfa_edit_webauthn", ("1",), status=404),
    Route("second-factor-needed", status=302),
    Route("my-sessions"),
    Route("end-session", ("1",), status=405, post_may=EVERYBODY),
    Route("end-other-sessions", status=405, post_may=EVERYBODY),
    # how the council's people sign in; taking somebody's second step away
    Route("sign-in-rules", may=frozenset({"administrator", "qa_head"})),
    Route("take-factors-away", ("leaver",), may=frozenset({"administrator", "qa_head"})),
    Route(
        "invite-again",
        ("leaver",),
        status=405,
        post_may=frozenset({"administrator"}),
        guarded_first=True,
    ),
    Route(
        "sign-out-everywhere",
        ("leaver",),
        status=405,
        post_may=frozenset({"administrator", "qa_head"}),
        guarded_first=True,
    ),
]
# What somebody who is not signed in may open: signing in, a new password, health, accessibility.
OPEN_TO_ALL = {
    "api-root",
    "openapi-json",
    "api-figures",
    "api-figure",
    "api-audits",
    "api-actions",
    "api-reports",
    "api-report",
    "answer",
    "answer-page",
    "answer-check",
    "answer-decline",
    "invited",
    "invited-section",
    "invited-hand-in",
    "health",
    "ready",
    "saving",
    "metrics",
    "robots",
    "security-txt",
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
    "mfa_login_webauthn",
    "invitation",
    "invitation-password",
    "single-sign-on",
    "openid_connect_callback",
    "socialaccount_login_cancelled",
}
