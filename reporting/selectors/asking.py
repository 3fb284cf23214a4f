"""What a page of figures is asked for: which months, which service, for whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

from django.utils import timezone

from people.models import Council, OrgUnit, User
from people.selectors import managed_paths
from reporting.figure import Figure
from reporting.periods import Months, choices, chosen
from reporting.selectors.catalogue import MEASURES, Measure
from reporting.selectors.scope import Scope
from standards.edition import Edition
from standards.selectors import edition, in_force


@dataclass(frozen=True)
class Asked:
    """The months and the service that were asked for, what else could be asked, and the scope that follows."""

    scope: Scope
    months: Months
    periods: tuple[Months, ...]
    services: tuple[OrgUnit, ...]
    whole: bool

    @property
    def service(self) -> OrgUnit | None:
        """The service that was asked for."""
        return self.scope.service

    @property
    def service_words(self) -> str:
        """The service's name, or all that the person may see."""
        if self.scope.service is not None:
            return self.scope.service.name
        return "Whole council" if self.whole else "Everything you may open"

    @property
    def query(self) -> str:
        """The same months and service for another address."""
        wanted = {"period": self.months.code}
        if self.scope.service is not None:
            wanted["service"] = str(self.scope.service.pk)
        return urlencode(wanted)

    @cached_property
    def _read(self) -> dict[str, Figure]:
        return {}

    def figure(self, code: str) -> Figure:
        """One figure of the catalogue, read once. Raises KeyError for a code that is none."""
        if code not in self._read:
            self._read[code] = MEASURES[code].build(self.scope)
        return self._read[code]


def edition_on(council: Council, months: Months, at: datetime) -> Edition | None:
    """The edition in force at the end of the months, or now where they are not over; None where there is none."""
    day = min(months.last_on, timezone.localdate(at))
    version = in_force(council, day) or in_force(council, timezone.localdate(at))
    return edition(version) if version else None


def asked(user: User, params: Mapping[str, str], at: datetime) -> Asked | None:
    """What a person asks for in an address; this quarter and all they may see where they say nothing.

    None where the council has no edition in force.
    """
    council, on = user.council, timezone.localdate(at)
    version = in_force(council, on) if council else None
    if council is None or version is None:
        return None
    periods = choices(on, edition(version).year_start)
    months = chosen(periods, params.get("period", ""))
    found = edition_on(council, months, at) or edition(version)
    whole = user.has_perm("reporting.see_grades")
    services = services_for(user, at, whole=whole)
    wanted = params.get("service", "")
    service = next((one for one in services if str(one.pk) == wanted), None)
    rules = found.policy.figures
    scope = Scope(
        council=council,
        first_on=months.first_on,
        last_on=months.last_on,
        at=at,
        edition=found,
        reader=user,
        service=service,
        minimum=rules.minimum,
        smallest=rules.smallest,
    )
    return Asked(scope, months, periods, services, whole)


def services_for(user: User, at: datetime, *, whole: bool) -> tuple[OrgUnit, ...]:
    """The services that a person may look at by themselves, by name: all, or those that they manage or manage a part of."""
    units = OrgUnit.objects.visible_to(user).filter(kind=OrgUnit.Kind.SERVICE).order_by("name")
    if whole:
        return tuple(units)
    paths = managed_paths(user, timezone.localdate(at))
    return tuple(
        one
        for one in units
        if any(one.path.startswith(path) or path.startswith(one.path) for path in paths)
    )


def measures_for(user: User, codes: tuple[str, ...] = ()) -> list[Measure]:
    """The figures of the catalogue that a person may read: all, or those of these codes, in the codes' order."""
    wanted = [MEASURES[code] for code in codes if code in MEASURES] if codes else MEASURES.values()
    return [one for one in wanted if not one.permission or user.has_perm(one.permission)]
