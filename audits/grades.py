"""The grades that the audits of a council have, each once."""

from django.db import connection

from audits.querysets import AuditQuerySet

# One step along the index of councils and grades for each grade, instead of one for each audit ever made.
EACH_GRADE = """
    WITH RECURSIVE found AS (
        (
            SELECT grade FROM audits_audit WHERE council_id = %(council)s AND grade > ''
            ORDER BY grade LIMIT 1
        )
        UNION ALL
        SELECT (
            SELECT audit.grade FROM audits_audit audit
            WHERE audit.council_id = %(council)s AND audit.grade > found.grade
            ORDER BY audit.grade LIMIT 1
        )
        FROM found WHERE found.grade IS NOT NULL
    )
    SELECT grade FROM found WHERE grade IS NOT NULL
"""


def grades_of(council_id: int | None) -> list[str]:
    """The codes of the grades of a council's audits; one query that takes as long as there are grades."""
    with connection.cursor() as cursor:
        cursor.execute(EACH_GRADE, {"council": council_id})
        return sorted(grade for (grade,) in cursor.fetchall())


def grades_in(found: AuditQuerySet) -> list[str]:
    """The codes of the grades of these audits."""
    graded = found.exclude(grade="").order_by()
    return sorted(graded.values_list("grade", flat=True).distinct())
