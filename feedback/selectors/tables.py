"""The tables of replies that are or were taken in."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Case, CharField, F, QuerySet, Value, When

from cases.models import ImportRun
from feedback.selectors.instruments import instruments_in_force
from people.models import Council, User
from standards.instruments import Instrument

TABLES = ImportRun.Kind.REPLIES.value


def tables_taken_in(user: User, instruments: Sequence[Instrument]) -> QuerySet[ImportRun]:
    """The imports of replies of this person's council, newest first, each with the title of what was asked."""
    titles = [When(subject=one.code, then=Value(one.title)) for one in instruments]
    title = Case(*titles, default=F("subject"), output_field=CharField())
    found: QuerySet[ImportRun] = ImportRun.objects.visible_to(user).listed(TABLES)
    return found.annotate(title=title)


def title_of(council: Council, code: str, on: date) -> str:
    """What an instrument is called in the framework in force; its code where it is there no more."""
    found = (one.title for one in instruments_in_force(council, on) if one.code == code)
    return next(found, code)
