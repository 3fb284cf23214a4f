"""What a pack holds, as frozen values, and everything in it that people wrote in free words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from reporting.builders.audit_record import Record
from reporting.builders.moderation_record import ModerationRecord

# What is told of a reply whose answers are not for those who read the pack.
NOT_FOR_YOU = "What was said is read by those whom the framework names for it."


@dataclass(frozen=True)
class ActionStatus:
    """One action: what, why, whose by role, by when, where it stands, whether that is asked, and made a difference."""

    kind: str
    what: str
    why: str
    owner: str
    due_on: date | None
    state: str
    closed_on: date | None
    asked: bool = True
    impact: str = ""
    difference: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class Voice:
    """What came of asking one person, and what they said, by question."""

    title: str
    relation: str
    outcome: str
    said: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Chapter:
    """One audit of a pack."""

    anchor: str
    child: str
    heading: str
    record: Record
    moderation: ModerationRecord | None
    actions: tuple[ActionStatus, ...]
    voices: tuple[Voice, ...]


@dataclass(frozen=True)
class Evidence:
    """What became of the actions of all audits of a pack, in numbers."""

    actions: int
    closed: int
    asked: int
    yes: int
    partly: int
    no: int
    moderated: int
    changed: int


@dataclass(frozen=True)
class PackPages:
    """A whole pack as it is printed. `suspects` are words that may be names."""

    council: str
    number: int
    kind: str
    kind_words: str
    title: str
    made_at: datetime
    learning: str
    chapters: tuple[Chapter, ...]
    evidence: Evidence
    suspects: tuple[str, ...] = ()


def texts_of(chapters: Iterable[Chapter]) -> list[str]:
    """Everything that people wrote in free words, wherever it is printed."""
    found: list[str] = []
    for one in chapters:
        found += texts_of_record(one.record)
        found += texts_of_moderation(one.moderation) if one.moderation else []
        for action in one.actions:
            found += [action.what, action.why, action.difference, action.evidence]
        for voice in one.voices:
            found += [voice.relation, voice.note, *(text for _, text in voice.said)]
    return [text for text in found if text and text != NOT_FOR_YOU]


def texts_of_record(record: Record) -> list[str]:
    """What people wrote in an audit, where on the file they found it, and why the grade was given."""
    lines = [line for part in record.parts for entry in part.entries for line in entry.lines]
    return [
        *(one.rationale for one in record.grades),
        *(one.text for one in lines if not one.scaled),
        *(one.where for one in lines),
        *record.suggested_how,
    ]


def texts_of_moderation(record: ModerationRecord) -> list[str]:
    """What people wrote in a moderation, at its meeting, and on the way up."""
    return [
        *(one.text for one in record.said),
        *(text for one in record.meetings for text in (one.view, one.learning)),
        *(text for one in record.steps for text in (one.reason, one.decision)),
    ]
