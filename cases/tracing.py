"""Cases in the trail."""

from collections.abc import Iterable

from cases.models import CaseFile
from core.tracing import CASE_FINDERS, Traced, trace
from people.models import User


def numbers(ids: Iterable[int], council: int | None) -> dict[int, str]:
    """The cases' numbers."""
    return dict(CaseFile.objects.filter(pk__in=ids, council=council).values_list("pk", "number"))


def by_number(reader: User, typed: str) -> Iterable[int]:
    """The case with this number in the reader's council; the trail of a closed one is theirs to read too."""
    found = CaseFile.objects.filter(council=reader.council_id, number__iexact=typed)
    return found.values_list("pk", flat=True)


CASE_FINDERS.append(by_number)
trace(Traced("cases.casefile", "Case", ("cases/<int:", "allocate/<int:"), lambda ids: ids, numbers))
