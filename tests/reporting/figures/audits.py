"""Many returned audits at once, as the services leave them: for figures it is the rows that matter."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from audits.models import Answer, Audit, Respondent
from cases.models import CaseFile
from people.models import OrgUnit
from reporting.selectors.scope import Scope
from standards.models import FrameworkVersion, Part
from standards.selectors import edition
from tests.factories.cast import Cast

NUMBERS = count(1)
LATER = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)


def returned(
    people: Cast,
    version: FrameworkVersion,
    number: int,
    *,
    grade: str,
    month: date,
    final: bool = True,
    unit: OrgUnit | None = None,
    **changes: object,
) -> list[Audit]:
    """So many returned audits of one month with one grade."""
    tool = version.tools.get()
    unit = unit or people.team2
    marks = [next(NUMBERS) for _ in range(number)]
    cases = CaseFile.objects.bulk_create(
        CaseFile(council=people.council, number=f"F{mark}", unit=unit, opened_on=date(2024, 1, 1))
        for mark in marks
    )
    at = datetime(month.year, month.month, 20, 12, tzinfo=UTC)
    return Audit.objects.bulk_create(
        Audit(
            **{
                "council": people.council,
                "reference": f"R-{mark}",
                "case": case,
                "version": version,
                "tool": tool,
                "unit": unit,
                "auditor": people.auditor,
                "worker": people.worker,
                "manager": people.manager,
                "state": "returned",
                "month": month,
                "deadline_on": month + timedelta(days=27),
                "allocated_by": people.officer,
                "allocated_at": at,
                "returned_at": at,
                "grade": grade,
                "grade_final": final,
                **changes,
            }
        )
        for mark, case in zip(marks, cases, strict=True)
    )


def answer(audits: list[Audit], code: str, **said: object) -> None:
    """The same answer of the auditor in each of some audits."""
    part = Part.objects.get(tool=audits[0].tool, code=code)
    Answer.objects.bulk_create(
        Answer(
            **{
                "audit": audit,
                "part": part,
                "respondent": Respondent.AUDITOR,
                "saved_by": audit.auditor,
                "saved_at": LATER,
                **said,
            }
        )
        for audit in audits
    )


def scope(
    people: Cast,
    version: FrameworkVersion,
    first_on: date,
    last_on: date,
    *,
    at: datetime = LATER,
    **changes: object,
) -> Scope:
    """A scope of some months, read by nobody unless a reader is given."""
    return Scope(people.council, first_on, last_on, at, edition(version), **changes)
