"""A published quarterly report with a file, a reader and a recommendation, without the time that building takes."""

from datetime import date, datetime

from people.models import User
from reporting.models import Rendition, Report, ReportVersion
from standards.models import FrameworkVersion
from tests.factories.cast import Cast


def published_report(
    people: Cast,
    version: FrameworkVersion,
    at: datetime,
    *,
    first_on: date = date(2026, 7, 1),
    last_on: date = date(2026, 9, 30),
    reader: User | None = None,
) -> Report:
    """Bexley's report of a quarter, published and sent to the lead member."""
    report = Report.objects.create(
        council=people.council,
        code="quarterly",
        kind="quarter",
        first_on=first_on,
        last_on=last_on,
        title="Quarterly quality assurance report",
        period=f"{first_on:%B} to {last_on:%B %Y}",
        made_at=at,
    )
    about = {
        "council": people.council.name,
        "colour": "#12436d",
        "title": report.title,
        "period": report.period,
        "kind": "quarter",
        "framework": "A framework",
        "editions": [],
        "sections": ["leaders"],
        "codes": {"leaders": []},
        "wide": [],
        "response": "optional",
        "audiences": ["leaders", "members"],
        "minimum": 10,
        "smallest": 5,
    }
    made = ReportVersion.objects.create(
        report=report,
        council=people.council,
        number=1,
        version=version,
        state="published",
        asked_at=at,
        built_by=people.officer,
        cut_at=at,
        frozen_at=at,
        about=about,
        issued_by=people.qa_head,
        issued_at=at,
    )
    made.moves.create(verb="publish", state="published", by=people.qa_head, at=at)
    Rendition.objects.create(
        version=made,
        audience="members",
        stage="final",
        content=b"%PDF-",
        checksum="0" * 64,
        pages=1,
        made_at=at,
    )
    made.readers.create(
        audience="members", user=reader or people.reader, roles="Lead Member", sent_at=at
    )
    report.recommendations.create(
        number=1,
        text="Every plan has dates",
        owner=people.head,
        due_on=date(2027, 1, 31),
        written_by=people.officer,
        written_at=at,
    )
    return report
