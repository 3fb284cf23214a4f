"""The newest reports that a person may open, for their dashboard."""

from datetime import date
from typing import NamedTuple

from core.prepared import DAY
from people.in_general import AboutPerson
from people.models import User
from reporting.models import Report

MOST = 5


class Newest(NamedTuple):
    """One report: its id, its title and its months in words."""

    pk: int
    title: str
    period: str


REPORTS = AboutPerson(
    lambda user: Report.objects.visible_to(user, DAY).values_list(*Newest._fields)[:MOST]
)


def newest_reports(user: User, on: date) -> list[Newest]:
    """The newest reports of which a person may open some version; one query."""
    return [Newest(*row) for row in REPORTS.rows(user, on)]
