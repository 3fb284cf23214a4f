"""Returned audits whose answers a test chooses, and one record as a plain value."""

from datetime import date

from audits import selectors
from audits.answers import Given
from audits.models import Audit
from audits.services.answers import save_answer
from audits.services.returning import return_audit
from people.models import User
from programme.demo import answer_all
from reporting.builders.audit_record import ActionLine, Entry, GradeLine, Line, Part, Record
from tests.factories.audits import NOW

DUE_ON = date(2026, 12, 1)


def answer(
    audit: Audit, code: str, given: Given, *, by: User, instance: int = 1, version: int = 0
) -> None:
    """Save one answer in an audit that is being filled; `version` is the one it replaces."""
    tool = selectors.tool_of(audit)
    part = tool.part(code)
    section = tool.section(part.section_code)
    save_answer(audit, section, part, given, instance=instance, read_version=version, by=by, at=NOW)


def finish(audit: Audit) -> Audit:
    """Answer what is still needed and return the audit."""
    answer_all(audit, gate="return", at=NOW)
    return_audit(audit, by=audit.auditor, at=NOW)
    return Audit.objects.get(pk=audit.pk)


RECORD = Record(
    council="Northshire",
    heading="Practice conversation",
    reference="2026-0007",
    case_label="Mosaic number",
    case_number="704211",
    framework="Northshire quality framework, edition 3",
    auditor="Amina Okafor",
    practitioner_label="key worker",
    practitioner="Daniel Hughes",
    second_label="support worker",
    second="",
    team="Team 2",
    meeting_at=NOW,
    returned_at=NOW,
    grade="Strong",
    provisional=True,
    grades=(GradeLine("Auditor", None, "Strong", False, "Clear work", "Amina Okafor", NOW),),
    parts=(
        Part(
            "1",
            "Conversation",
            (
                Entry(
                    "2",
                    "Records",
                    "How full are they?",
                    (Line("Fullness", "Daniel Hughes", "0", "Case notes", True),),
                ),
            ),
        ),
        Part("", "Before we talk", (Entry("", "What went well", "", ()),)),
    ),
    actions=(ActionLine("Improve practice", "Meet the family", "Safer", "Daniel Hughes", DUE_ON),),
)
