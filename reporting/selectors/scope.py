"""What a figure is about: whose rows, from when to when, as of when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.utils import timezone

from audits.models import Audit
from audits.querysets import AuditQuerySet
from audits.states import AuditState
from people.models import Council, OrgUnit, User
from people.selectors import services_of
from standards.edition import Edition


@dataclass(frozen=True)
class Scope:
    """One council, some months, one moment of reading.

    `first_on` and `last_on` bound the months that audits count for (both included). `reader` is the person whose rows
    are counted; None counts the whole council, which only a report may do. `service` narrows to one unit and those
    below it. `edition` is the edition in force on the last day. `minimum`: no percentage of fewer; `smallest`: the
    smallest group that may be shown to many.
    """

    council: Council
    first_on: date
    last_on: date
    at: datetime
    edition: Edition
    reader: User | None = None
    service: OrgUnit | None = None
    minimum: int = 10
    smallest: int = 5

    @cached_property
    def kept(self) -> dict[tuple[object, ...], object]:
        """What several figures are made of, read once for all of them."""
        return {}

    @cached_property
    def services(self) -> dict[int, OrgUnit]:
        """The council's services by their ids; one query for all figures."""
        return services_of(self.council.pk)

    def keep_services(self, units: Iterable[OrgUnit]) -> None:
        """Keep the council's services, where they have been read already."""
        self.__dict__["services"] = {one.pk: one for one in units}

    @property
    def on(self) -> date:
        """The day of reading."""
        return timezone.localdate(self.at)

    @property
    def until(self) -> date:
        """The last day of the scope that has come."""
        return min(self.last_on, self.on)

    def audits(self) -> AuditQuerySet:
        """The audits that count for any month: those of the council, or those that the reader may open.

        Those whose grade is kept from the reader are left out: a figure with one audit would tell it.
        """
        found: AuditQuerySet = self._audits.all()
        return found

    @cached_property
    def _audits(self) -> AuditQuerySet:
        """The query for them: it is long, and several figures ask it with more conditions."""
        found: AuditQuerySet = Audit.objects.filter(council=self.council)
        if self.reader is not None:
            found = Audit.objects.visible_to(self.reader, self.on).with_blindness(self.reader)
            found = found.filter(blind=False)
        if self.service is not None:
            found = found.filter(unit__path__startswith=self.service.path)
        return found

    def returned(self) -> AuditQuerySet:
        """The audits that count for these months and have been returned by the moment of reading."""
        return self.audits().filter(
            state=AuditState.RETURNED,
            month__range=(self.first_on, self.last_on),
            returned_at__lte=self.at,
        )
