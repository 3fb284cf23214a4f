"""Numbers and references that begin with what somebody typed."""

from django.db.models import Q


def begins(field: str, typed: str) -> Q:
    """Whether a text begins with what was typed, whatever the case of its letters.

    Where no letter was typed there is no case to leave aside, and the database need not change that of each row.
    """
    way = "istartswith" if any(char.isalpha() for char in typed) else "startswith"
    return Q(**{f"{field}__{way}": typed})
