"""What may be seen, as data: the matrix H2 of the requirements with what the code does. A test asks it cell by cell.

Each cell stands for what a role's holder can open of one kind of thing within their own council; nobody sees
anything of another council. `why` is written where a cell differs from the matrix that the councils gave.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from people.roles import QA_TEAM, Role


class Level(StrEnum):
    """How much: edit includes reading, reading includes one's own."""

    EDIT = "edit"
    READ = "read"
    OWN = "own"
    TOTALS = "totals"
    NONE = "none"


class Who(StrEnum):
    """The columns of the matrix, each an engine role or several."""

    PRACTITIONER = "Practitioner"
    AUDITOR = "Auditor"
    LINE_MANAGER = "Line manager of the worker"
    SERVICE = "Service manager or head of service"
    MODERATOR = "Moderator"
    QA = "QA team"
    SENIOR = "Senior leader"
    READER = "Lead member or board"
    ADMINISTRATOR = "Administrator"


ROLES: Mapping[Who, frozenset[Role]] = {
    Who.PRACTITIONER: frozenset({Role.PRACTITIONER}),
    Who.AUDITOR: frozenset({Role.AUDITOR}),
    Who.LINE_MANAGER: frozenset({Role.LINE_MANAGER}),
    Who.SERVICE: frozenset({Role.NEXT_LEVEL, Role.HEAD_OF_SERVICE}),
    Who.MODERATOR: frozenset({Role.MODERATOR, Role.PANEL_MEMBER}),
    Who.QA: QA_TEAM,
    Who.SENIOR: frozenset({Role.SENIOR_LEADER}),
    Who.READER: frozenset({Role.REPORT_READER}),
    Who.ADMINISTRATOR: frozenset({Role.ADMINISTRATOR}),
}
LINE = (
    "Senior leaders stand in the line of management: they open what the heads below them open, and their dashboards "
    "show figures first."
)
PUBLISHED = "They have the published reports that are sent to them, which hold totals only."
WITH_ACTION = "It stands with the action as a date, without a word of what was said."
BY_INSTRUMENT = "The council's framework names the roles for each questionnaire."


@dataclass(frozen=True)
class Cell:
    """What one role may see of one kind of thing: how much, in words read after "may …", and why it differs."""

    level: Level
    words: str = ""
    why: str = ""


@dataclass(frozen=True)
class Row:
    """One kind of thing, with the cell of each role; a role that is not named sees nothing."""

    code: str
    title: str
    cells: Mapping[Who, Cell]

    def cell(self, who: Who) -> Cell:
        """The cell of a role."""
        return self.cells.get(who, NOTHING)


NOTHING = Cell(Level.NONE)
EDIT, READ, OWN, TOTALS = Level.EDIT, Level.READ, Level.OWN, Level.TOTALS
MATRIX = (
    Row(
        "answers",
        "Answers of an audit",
        {
            Who.PRACTITIONER: Cell(
                EDIT, "fill in their own parts, and read the audit of their work"
            ),
            Who.AUDITOR: Cell(EDIT, "fill in the audits given to them"),
            Who.LINE_MANAGER: Cell(READ, "read returned audits of their team"),
            Who.SERVICE: Cell(READ, "read returned audits of their service"),
            Who.MODERATOR: Cell(READ, "read the audits that they moderate"),
            Who.QA: Cell(READ, "read every audit of the council"),
            Who.SENIOR: Cell(READ, "read returned audits of their services", LINE),
        },
    ),
    Row(
        "file-check",
        "Auditor's check of the file before the meeting",
        {
            Who.AUDITOR: Cell(EDIT, "fill in the check of the file before the meeting"),
            Who.QA: Cell(READ, "read the check of the file before the meeting"),
        },
    ),
    Row(
        "moderation",
        "Record of a moderation",
        {
            Who.PRACTITIONER: Cell(OWN, "read the moderation of their own audit once it is final"),
            Who.AUDITOR: Cell(READ, "read the moderation of their audits"),
            Who.LINE_MANAGER: Cell(READ, "read moderations of their team's audits"),
            Who.SERVICE: Cell(READ, "read moderations of their service's audits"),
            Who.MODERATOR: Cell(EDIT, "write the moderations given to them"),
            Who.QA: Cell(EDIT, "give moderations out and read every one"),
            Who.SENIOR: Cell(READ, "read moderations of their services' audits"),
        },
    ),
    Row(
        "grade",
        "Grade before it is final",
        {
            Who.PRACTITIONER: Cell(OWN, "see the grade of their own audit"),
            Who.AUDITOR: Cell(READ, "see the grades they have given"),
            Who.LINE_MANAGER: Cell(READ, "see grades of their team before they are final"),
            Who.SERVICE: Cell(READ, "see grades of their service before they are final"),
            Who.MODERATOR: Cell(
                READ,
                "see the grade of an audit they moderate",
                "Where the framework has moderators grade blind, only once their own view is in.",
            ),
            Who.QA: Cell(READ, "see every grade before it is final"),
            Who.SENIOR: Cell(READ, "see grades of their services before they are final", LINE),
        },
    ),
    Row(
        "actions",
        "Actions",
        {
            Who.PRACTITIONER: Cell(OWN, "do and read their own actions"),
            Who.AUDITOR: Cell(READ, "read the actions of their audits"),
            Who.LINE_MANAGER: Cell(EDIT, "sign off and change actions of their team"),
            Who.SERVICE: Cell(EDIT, "sign off and change actions of their service"),
            Who.MODERATOR: Cell(EDIT, "add actions to audits they moderate"),
            Who.QA: Cell(EDIT, "change and give out actions of the whole council"),
            Who.SENIOR: Cell(
                EDIT,
                "read actions of their services, and give them to somebody else",
                "As the top of the line of management they look at actions below them and see to those without an owner.",
            ),
            Who.READER: Cell(TOTALS, "read totals of actions in published reports", PUBLISHED),
        },
    ),
    Row(
        "feedback",
        "Feedback from somebody who is known",
        {
            Who.PRACTITIONER: Cell(
                OWN, "read what families said with their own audit, once it is returned"
            ),
            Who.AUDITOR: Cell(EDIT, "type in and read what families said with their audits"),
            Who.LINE_MANAGER: Cell(READ, "read what was said with returned audits of their team"),
            Who.SERVICE: Cell(READ, "read what was said with returned audits of their service"),
            Who.MODERATOR: Cell(READ, "read what was said with audits they moderate"),
            Who.QA: Cell(EDIT, "type in, tag and read what was said"),
            Who.SENIOR: Cell(TOTALS, "read totals of what was said", BY_INSTRUMENT),
            Who.READER: Cell(
                TOTALS, "read totals of what was said in published reports", PUBLISHED
            ),
        },
    ),
    Row(
        "surveys",
        "Anonymous surveys",
        {
            Who.PRACTITIONER: Cell(
                TOTALS, "read totals of closed surveys, of five answers and more"
            ),
            Who.AUDITOR: Cell(TOTALS, "read totals of closed surveys"),
            Who.LINE_MANAGER: Cell(TOTALS, "read totals of closed surveys"),
            Who.SERVICE: Cell(TOTALS, "read totals of closed surveys"),
            Who.QA: Cell(TOTALS, "run surveys and read their totals"),
            Who.SENIOR: Cell(TOTALS, "read totals of closed surveys"),
            Who.READER: Cell(TOTALS, "read totals of closed surveys"),
        },
    ),
    Row(
        "concerns",
        "Escalations to an officer",
        {
            Who.PRACTITIONER: Cell(OWN, "read the concerns that they raised"),
            Who.AUDITOR: Cell(OWN, "read the concerns that they raised or are asked about"),
            Who.LINE_MANAGER: Cell(READ, "read and answer concerns put to them"),
            Who.SERVICE: Cell(READ, "read concerns that have come to their stage"),
            Who.MODERATOR: Cell(
                OWN,
                "read the concerns that they raised",
                "The post that moderates can also be one that raises concerns.",
            ),
            Who.QA: Cell(READ, "read every concern that is not kept confidential"),
            Who.SENIOR: Cell(READ, "read concerns that have come to their rung"),
            Who.READER: Cell(TOTALS, "read totals of concerns in published reports", PUBLISHED),
        },
    ),
    Row(
        "complaints",
        "Complaints",
        {
            Who.LINE_MANAGER: Cell(TOTALS, "read the themes of complaints"),
            Who.SERVICE: Cell(READ, "read complaints, as a head of service", BY_INSTRUMENT),
            Who.QA: Cell(EDIT, "type in, tag and read complaints"),
            Who.SENIOR: Cell(READ, "read complaints"),
            Who.READER: Cell(TOTALS, "read totals of complaints in published reports", PUBLISHED),
        },
    ),
    Row(
        "practice-concern",
        "Confidential record of a concern about practice",
        {
            Who.PRACTITIONER: Cell(OWN, "read the record that they raised"),
            Who.LINE_MANAGER: Cell(
                OWN,
                "read the record that they raised",
                "The framework lets managers raise one as well.",
            ),
            Who.SERVICE: Cell(
                OWN,
                "read the record that they raised, or that is put to them by name",
                "The framework names the handler's post; nobody else reads it, not even the QA team.",
            ),
            Who.SENIOR: Cell(OWN, "read the record that is put to them by name"),
        },
    ),
    Row(
        "supervision-notes",
        "Personal supervision notes",
        {
            Who.PRACTITIONER: Cell(OWN, "read the notes about themselves"),
            Who.LINE_MANAGER: Cell(
                EDIT, "write and read notes on the people they line-manage today"
            ),
        },
    ),
    Row(
        "supervision-dates",
        "Dates on which an action was looked at in supervision",
        {
            Who.PRACTITIONER: Cell(OWN, "see when their actions were looked at"),
            Who.AUDITOR: Cell(
                READ, "see when an action of their audits was looked at", WITH_ACTION
            ),
            Who.LINE_MANAGER: Cell(EDIT, "note when they looked at an action with its owner"),
            Who.SERVICE: Cell(EDIT, "note when they looked at an action with its owner"),
            Who.QA: Cell(READ, "see when actions were looked at", WITH_ACTION),
            Who.SENIOR: Cell(EDIT, "note when they looked at an action with its owner", LINE),
        },
    ),
    Row(
        "files",
        "Pictures and files",
        {
            Who.PRACTITIONER: Cell(EDIT, "add files to audits of their work and to their actions"),
            Who.AUDITOR: Cell(EDIT, "add files to the audits given to them"),
            Who.LINE_MANAGER: Cell(READ, "open files of their team that show no names or faces"),
            Who.SERVICE: Cell(READ, "open files of their service that show no names or faces"),
            Who.QA: Cell(READ, "open files that show no names or faces, and take any away"),
            Who.SENIOR: Cell(READ, "open files of their services that show no names or faces"),
        },
    ),
    Row(
        "partners",
        "Invitations of people from outside",
        {
            Who.PRACTITIONER: Cell(OWN, "see who is invited to their own audit"),
            Who.AUDITOR: Cell(READ, "see who is invited to the audits given to them"),
            Who.QA: Cell(EDIT, "invite people from outside and take an invitation back"),
        },
    ),
    Row(
        "trail",
        "The trail: who did and opened what",
        {Who.QA: Cell(READ, "search the trail, as the QA head")},
    ),
    Row(
        "erasing",
        "Runs that erase old records",
        {
            Who.QA: Cell(EDIT, "propose what is erased, and see each thing"),
            Who.SENIOR: Cell(READ, "see what is to be erased, and approve or refuse it"),
            Who.ADMINISTRATOR: Cell(
                EDIT,
                "propose what is erased",
                "They see how many records there are, and none of them.",
            ),
        },
    ),
    Row(
        "subject-requests",
        "Answers to who asks what is kept about them",
        {
            Who.QA: Cell(EDIT, "gather what is kept about somebody, as the QA head"),
            Who.SENIOR: Cell(
                EDIT,
                "gather what is kept about somebody",
                "They answer where the QA head has a part; nobody answers about themselves.",
            ),
        },
    ),
    Row(
        "frameworks",
        "The council's framework",
        {
            Who.QA: Cell(
                EDIT,
                "prepare an edition of the framework",
                "Those who know the policy write it; nobody approves what they proposed themselves.",
            ),
            Who.ADMINISTRATOR: Cell(EDIT, "prepare an edition; a second person approves it"),
        },
    ),
    Row(
        "people",
        "People and posts",
        {
            Who.QA: Cell(
                READ,
                "see who holds which post",
                "Audits are allocated by posts. The head of QA also imports the staff list; only administrators change single posts.",
            ),
            Who.ADMINISTRATOR: Cell(
                EDIT, "add people, give posts and end them, but never their own"
            ),
        },
    ),
)


def sentences(roles: Iterable[str]) -> list[tuple[str, list[str]]]:
    """What the holders of some roles may see, by kind of thing: "read returned audits of their team"."""
    held = set(roles)
    columns = [who for who, carried in ROLES.items() if held & carried]
    found = []
    for row in MATRIX:
        words = [row.cell(who).words for who in columns if row.cell(who).level != Level.NONE]
        if words:
            found.append((row.title, list(dict.fromkeys(words))))
    return found
