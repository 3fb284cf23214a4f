"""The engine's role codes (H1). A council's post names are mapped to them by its framework."""

from enum import StrEnum


class Role(StrEnum):
    PRACTITIONER = "practitioner"
    AUDITOR = "auditor"
    LINE_MANAGER = "line_manager"
    NEXT_LEVEL = "next_level"
    HEAD_OF_SERVICE = "head_of_service"
    SENIOR_LEADER = "senior_leader"
    MODERATOR = "moderator"
    PANEL_MEMBER = "panel_member"
    QA_OFFICER = "qa_officer"
    QA_HEAD = "qa_head"
    REVIEWING_OFFICER = "reviewing_officer"
    REPORT_READER = "report_reader"
    ADMINISTRATOR = "administrator"


QA_TEAM = frozenset({Role.QA_OFFICER, Role.QA_HEAD})
MANAGERS = frozenset({Role.LINE_MANAGER, Role.NEXT_LEVEL, Role.HEAD_OF_SERVICE, Role.SENIOR_LEADER})
WORDS = {role: role.value.replace("_", " ") for role in Role} | {
    Role.QA_OFFICER: "QA officer",
    Role.QA_HEAD: "QA head",
    Role.NEXT_LEVEL: "service manager",
}
