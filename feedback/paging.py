"""The pages on which an instrument is answered: few questions each. Plain."""

from collections.abc import Mapping
from dataclasses import dataclass

from standards.instruments import Asked, Instrument

# Questions on one page; a heading's own may be a few more.
MOST = 3
MOST_UNDER_HEADING = 5


@dataclass(frozen=True)
class Page:
    """Some questions under one heading; `heading` is the field that says it."""

    number: int
    fields: tuple[Asked, ...]
    heading: Asked | None = None


def pages_of(instrument: Instrument, answers: Mapping[str, object], easy: bool) -> list[Page]:
    """The pages to which the answers so far lead. A page's number is the same whatever was answered."""
    asked = set(one.code for one in instrument.asks(answers))
    made = []
    for number, (heading, fields) in enumerate(_chunks(instrument, easy), start=1):
        if shown := tuple(one for one in fields if one.code in asked):
            made.append(Page(number, shown, heading))
    return made


def _chunks(instrument: Instrument, easy: bool) -> list[tuple[Asked | None, list[Asked]]]:
    """All fields, page by page, each with the field whose heading stands above it."""
    made: list[tuple[Asked | None, list[Asked]]] = []
    for section in _sections(instrument.by_link):
        heading = section[0] if section[0].heading else None
        most = MOST_UNDER_HEADING if heading and len(section) <= MOST_UNDER_HEADING else MOST
        page: list[Asked] = []
        for one in section:
            # What hangs on an answer can be asked only once that has been sent.
            hangs = one.shown_when and one.shown_when.field in {other.code for other in page}
            if page and (hangs or len(page) >= (1 if easy else most)):
                made.append((heading, page))
                page = []
            page.append(one)
        made.append((heading, page))
    return made


def _sections(fields: tuple[Asked, ...]) -> list[list[Asked]]:
    """The fields, parted where a heading stands."""
    made: list[list[Asked]] = []
    for one in fields:
        if one.heading or not made:
            made.append([])
        made[-1].append(one)
    return made


def first_open(pages: list[Page], answers: Mapping[str, object]) -> Page | None:
    """The first page after the last one that has an answer: there somebody goes on. None when that was the last."""
    last = max(
        (
            place
            for place, page in enumerate(pages)
            if any(one.code in answers for one in page.fields)
        ),
        default=-1,
    )
    return pages[last + 1] if last + 1 < len(pages) else None
