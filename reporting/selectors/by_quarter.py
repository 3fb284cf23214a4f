"""Counting for reports: rows of the database as the builders take them."""

from datetime import date

from django.db.models import Count, Q

from audits.models import Audit
from audits.querysets import AuditQuerySet
from audits.states import AuditState
from people.models import User
from reporting.builders.grades_over_time import Graded, Table, build
from standards.models import FrameworkVersion
from standards.selectors import edition


def returned_audits(user: User, on: date) -> AuditQuerySet:
    """The returned audits that a person may open, each with whether its grade is kept from them."""
    found: AuditQuerySet = Audit.objects.visible_to(user, on).with_blindness(user)
    return found.filter(state=AuditState.RETURNED)


def kept_back(user: User, on: date) -> int:
    """How many audits the figures leave out because the person still has to grade them without knowing the grade."""
    return returned_audits(user, on).filter(blind=True).exclude(auditor=user).count()


def grades_over_time(user: User, on: date) -> tuple[Table, ...]:
    """The returned audits that a person may open, by form, quarter, edition and grade.

    Those whose grade is kept from them are left out: a quarter with one audit would tell it.
    Two queries, and six for each edition that this process has not read yet.
    """
    counted = (
        returned_audits(user, on)
        .filter(Q(blind=False) | Q(auditor=user))
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
