"""What the framework answers to rooms below: whether it sets the QA service apart from line management (H-16)."""

from datetime import date

from people.independence import SAYS
from people.models import Council
from standards.selectors import in_force

INDEPENDENCE = "independence"


def says_independent(council_id: int, on: date) -> bool:
    """Whether the edition in force has a parameter that QA is independent."""
    council = Council.objects.get(pk=council_id)
    version = in_force(council, on)
    found = version.policy.get("parameters", ()) if version else ()
    return any(one.get("code") == INDEPENDENCE for one in found)


SAYS.append(says_independent)
