"""The instruments of a council's framework, and of what was made under an edition."""

import re
from datetime import date
from typing import Protocol

from core.moves import Refused
from feedback.models import Survey
from people.models import Council, User
from people.selectors import roles_of
from standards.instruments import Instrument
from standards.models import FrameworkVersion
from standards.selectors import edition, in_force

STAFF = re.compile(r"\bstaff\b", re.IGNORECASE)


class Made(Protocol):
    """A survey, an invitation or a reply: it keeps its edition."""

    instrument: str

    @property
    def version(self) -> FrameworkVersion:
        """Its edition."""


def instrument_of(made: Made) -> Instrument:
    """The instrument of a survey, an invitation or a reply, as its edition has it."""
    return edition(made.version).instrument(made.instrument)


def for_staff(instrument: Instrument) -> bool:
    """Whether staff who sign in are asked; the framework names their roles, or says in words that they are the audience."""
    return bool(instrument.asked_of) or bool(STAFF.search(instrument.audience))


def asks_of(instrument: Instrument, made: Survey, user: User, on: date) -> bool:
    """Whether a survey of staff asks this person: they hold a post with one of its roles on the day."""
    return user.council_id == made.council_id and asks(instrument, user, on)


def asks(instrument: Instrument, user: User, on: date) -> bool:
    """Whether an instrument asks somebody by the posts that they hold on the day."""
    held = roles_of(user, on)
    return not held.isdisjoint(instrument.asked_of) if instrument.asked_of else bool(held)


def instruments_in_force(council: Council, on: date) -> tuple[Instrument, ...]:
    """What the council's framework in force on a day has; nothing without one."""
    version = in_force(council, on)
    return edition(version).instruments if version else ()


def instrument_in_force(
    council: Council, code: str, on: date
) -> tuple[FrameworkVersion, Instrument]:
    """An instrument of the framework in force on a day, with its edition. Raises Refused where there is none."""
    version = in_force(council, on)
    found = edition(version).instruments if version else ()
    instrument = next((one for one in found if one.code == code), None)
    if version is None or instrument is None:
        raise Refused("The framework in force has no such way of asking.")
    return version, instrument
