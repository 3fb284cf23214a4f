"""The lists behind numbers: their addresses, for those who may open them."""

from datetime import date
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from reporting.selectors.scope import Scope


def audits_of(
    scope: Scope,
    *,
    service: str = "",
    first_on: date | None = None,
    last_on: date | None = None,
    **narrow: Any,
) -> str:
    """The list of returned audits of some months, narrowed as its filters are called; the scope's own months and service
    where none are given. `service` is the id of a unit."""
    unit = service or (str(scope.service.pk) if scope.service else "")
    wanted = {
        "state": "returned",
        "since": (first_on or scope.first_on).isoformat(),
        "until": (last_on or scope.last_on).isoformat(),
        "service": unit,
        **narrow,
    }
    return listed("audits", wanted)


def listed(name: str, wanted: dict[str, Any]) -> str:
    """The address of a list with its filters; empty ones are left out."""
    said = {key: value for key, value in wanted.items() if value not in ("", None)}
    return f"{page(name, settings.ROOT_URLCONF)}?{urlencode(said)}"


@cache
def page(name: str, urls: str) -> str:
    """The address of a list; a page of figures has hundreds of links to the same few."""
    return reverse(name, urls)
