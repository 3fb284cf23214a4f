"""What a page of figures is asked for: which months, which service, for whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from urllib.parse import urlencode

from django.utils import timezone

from core.prepared import COUNCIL, DAY, Prepared
from people.models import Council, OrgUnit, User
from people.selectors import managed_paths
from reporting.figure import Figure
from reporting.periods import Months, choices, chosen
from reporting.selectors.catalogue import MEASURES, Measure
from reporting.selectors.scope import Scope
from standards.edition import Edition
from standards.models import FrameworkVersion
from standards.selectors import edition_known

# The edition in force, as `standards.selectors.in_force` has it, without its text.
IN_FORCE = Prepared(
    lambda: (
        FrameworkVersion.objects.filter(council=COUNCIL)
        .in_force(DAY)
        .values_list("pk", "state", "checksum")[:1]
    )
)


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
    today = timezone.localdate(at)
    day = min(months.last_on, today)
    found = standing(council, day)
    return standing(council, today) if found is None and day != today else found


def standing(council: Council, on: date) -> Edition | None:
    """The edition in force on a day; its text is read only where this process has not read it yet."""
    rows = IN_FORCE.rows({COUNCIL: council.pk, DAY: on})
    return edition_known(*rows[0]) if rows else None


def asked(user: User, params: Mapping[str, str], at: datetime) -> Asked | None:
    """What a person asks for in an address; this quarter and all they may see where they say nothing.

    None where the council has no edition in force.
    """
    council, on = user.council, timezone.localdate(at)
    now = standing(council, on) if council else None
    if council is None or now is None:
        return None
    periods = choices(on, now.year_start)
    months = chosen(periods, params.get("period", ""))
    found = now if months.last_on >= on else edition_on(council, months, at) or now
    whole = user.has_perm("reporting.see_grades")
    units = services_by_name(user)
    services = services_for(user, at, units, whole=whole)
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
    scope.keep_services(units)
    return Asked(scope, months, periods, services, whole)


def services_for(
    user: User, at: datetime, units: list[OrgUnit], *, whole: bool
) -> tuple[OrgUnit, ...]:
    """Of a council's services those that a person may look at by themselves: all, or those that they manage or manage a part of."""
    if whole:
        return tuple(units)
    paths = managed_paths(user, timezone.localdate(at))
    return tuple(
        one
        for one in units
        if any(one.path.startswith(path) or path.startswith(one.path) for path in paths)
    )


OF_UNIT = [field.attname for field in OrgUnit._meta.concrete_fields]
SERVICES = Prepared(
    lambda: (
        OrgUnit.objects.filter(council=COUNCIL, kind=OrgUnit.Kind.SERVICE)
        .order_by("name")
        .values_list(*OF_UNIT)
    )
)


def services_by_name(user: User) -> list[OrgUnit]:
    """The services of a person's council, by name; one query."""
    rows = SERVICES.rows({COUNCIL: user.council_id})
    return [OrgUnit.from_db("default", OF_UNIT, row) for row in rows]


def measures_for(user: User, codes: tuple[str, ...] = ()) -> list[Measure]:
    """The figures of the catalogue that a person may read: all, or those of these codes, in the codes' order."""
    wanted = [MEASURES[code] for code in codes if code in MEASURES] if codes else MEASURES.values()
    return [one for one in wanted if not one.permission or user.has_perm(one.permission)]
