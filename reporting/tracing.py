"""Documents, packs and reports in the trail. Opening a pack leaves a line about each audit in it as well."""

from collections.abc import Iterable

from django.db.models import Q

from core.tracing import Traced, trace
from reporting.models import Document, Pack


def of_cases(ids: Iterable[int]) -> Iterable[int]:
    """The documents of audits and moderations of these children's files."""
    about = Q(audit__case__in=ids) | Q(moderation__audit__case__in=ids)
    return Document.objects.filter(about).values_list("pk", flat=True)


def pack_numbers(ids: Iterable[int], council: int | None) -> dict[int, str]:
    """The packs' numbers."""
    rows = Pack.objects.filter(pk__in=ids, council=council).values_list("pk", "number")
    return {pk: str(number) for pk, number in rows}


trace(Traced("reporting.document", "Document", ("documents/<int:",), of_cases))
trace(Traced("reporting.pack", "Pack", ("packs/<int:",), references=pack_numbers))
