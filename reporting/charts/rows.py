"""Charts of rows: each row's words on the left, or above it on a phone, what is drawn in the middle, numbers on the right."""

from dataclasses import dataclass

from reporting.charts.palette import MUTED
from reporting.charts.svg import SIZE, SMALL, Sheet, wrap

LEFT = 190
GAP = 14
STEP = SIZE * 1.25


@dataclass(frozen=True)
class Place:
    """Where one row stands: from `top` to `bottom`; what is drawn lies around `middle`."""

    top: float
    middle: float
    bottom: float


@dataclass
class Rows:
    """Rows one below the other from `y` on; `right` is how much room the numbers need."""

    sheet: Sheet
    y: float
    right: float
    thick: float = 20

    @property
    def left(self) -> float:
        """Where the middle begins."""
        return 4 if self.sheet.narrow else LEFT + GAP

    @property
    def end(self) -> float:
        """Where the middle ends."""
        return self.sheet.width - self.right

    def at(self, share: float) -> float:
        """Where a share from 0 to 1 lies across the middle."""
        return self.left + share * (self.end - self.left)

    def row(self, label: str, *, bold: bool = False, extra: float = 0) -> Place:
        """The next row with its words; `extra`: more room below it."""
        sheet, top = self.sheet, self.y
        if sheet.narrow:
            last = sheet.words(4, top + SIZE, label, sheet.width - 8, bold=bold)
            place = Place(top, last + 7 + self.thick / 2, last + 7 + self.thick + extra)
            self.y = place.bottom + 12
        else:
            lines = wrap(label, LEFT, SIZE * (1.06 if bold else 1))
            high = max(self.thick, len(lines) * STEP)
            place = Place(top, top + high / 2, top + high + extra)
            first = place.middle - (len(lines) - 1) * STEP / 2 + SIZE * 0.36
            sheet.words(LEFT, first, label, LEFT, at="end", bold=bold)
            self.y = place.bottom + 9
        sheet.used(place.bottom)
        return place

    def heading(self, label: str) -> None:
        """A row that is a heading of those below it."""
        top = self.y + 6
        last = self.sheet.words(0, top + SIZE, label, self.sheet.width, bold=True)
        self.sheet.line((0, last + 6), (self.sheet.width, last + 6))
        self.y = last + 14

    def number(self, place: Place, words: str, note: str = "", *, bold: bool = True) -> None:
        """What stands at the end of a row: its number, and a note below it."""
        x, y = self.end + 10, place.middle + SIZE * 0.36 - (6 if note else 0)
        y = self.sheet.words(x, y, words, self.right - 10, bold=bold)
        if note:
            y = self.sheet.words(x, y + 15, note, self.right - 10, size=SMALL, colour=MUTED)
        self.y = max(self.y, y + 14)
