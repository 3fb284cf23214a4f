"""The units of a council, for lists that are narrowed by one of them."""

from core.prepared import COUNCIL, Prepared
from people.models import OrgUnit

BY_PATH = Prepared(
    lambda: (
        OrgUnit.objects.filter(council=COUNCIL).order_by("path").values_list("pk", "name", "path")
    )
)


def units_of(council_id: int | None) -> list[tuple[int, str, str]]:
    """The id, name and path of each unit of a council, in the order of the tree; one query."""
    return [(pk, name, path) for pk, name, path in BY_PATH.rows({COUNCIL: council_id})]
