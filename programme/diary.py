"""A calendar file: meetings and deadlines, by reference and link only. No Django, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

PRODUCT = "-//QA Framework//Audits//EN"


@dataclass(frozen=True)
class Entry:
    """One entry: a moment in London time with its length, or a whole day. `code` never changes for the same thing."""

    code: str
    title: str
    start: datetime | date
    minutes: int = 0
    address: str = ""
    change: int = 0
    cancelled: bool = False


def calendar_of(entries: Iterable[Entry], *, at: datetime, title: str) -> bytes:
    """The entries as an iCalendar file (RFC 5545), with the time zones that it uses."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    for entry in entries:
        calendar.add_component(event_of(entry, at=at))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def event_of(entry: Entry, *, at: datetime) -> Event:
    """One entry as an event; a whole day does not block the diary."""
    event = Event()
    event.add("uid", f"{entry.code}@qa-framework")
    event.add("dtstamp", at)
    event.add("sequence", entry.change)
    event.add("summary", entry.title)
    event.add("dtstart", entry.start)
    if isinstance(entry.start, datetime):
        event.add("dtend", entry.start + timedelta(minutes=entry.minutes))
    else:
        event.add("dtend", entry.start + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    if entry.address:
        event.add("url", entry.address)
        event.add("description", f"Open it in the service: {entry.address}")
    return event
