"""Counting for reports: rows of the database as the builders take them."""

from datetime import date

from django.db.models import Count

from audits.models import Audit
from audits.states import AuditState
from people.models import User
from reporting.builders.grades_over_time import Graded, Table, build
from standards.models import FrameworkVersion
from standards.selectors import edition


def grades_over_time(user: User, on: date) -> tuple[Table, ...]:
    """The returned audits that a person may open, by form, quarter, edition and grade.

    Two queries, and six for each edition that this process has not read yet.
    """
    counted = (
        Audit.objects.visible_to(user, on)
        .filter(state=AuditState.RETURNED)
        .values("version_id", "tool__code", "month", "grade", "grade_final")
        .annotate(audits=Count("pk"))
        .order_by()
    )
    graded = [
        Graded(
            edition=row["version_id"],
            tool=row["tool__code"],
            month=row["month"],
            grade=row["grade"],
            final=row["grade_final"],
            audits=row["audits"],
        )
        for row in counted
    ]
    versions = FrameworkVersion.objects.filter(
        council=user.council_id, pk__in={one.edition for one in graded}
    ).defer("source", "policy")
    return build({version.pk: edition(version) for version in versions}, graded)
