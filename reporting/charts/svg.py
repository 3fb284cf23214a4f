"""A sheet to draw on: SVG elements with presentation attributes only, so that a strict content policy and paper both take it.

Every text and every value is escaped as it is written; characters that XML has not are left out. The elements are put
together as words: a page holds hundreds, and a tree of them takes several times as long.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from reporting.charts.palette import GRID, INK, WHITE

WIDE, NARROW = 720, 360
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
SIZE, SMALL = 13.0, 11.5
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What needs no escaping anywhere: most words and all numbers and colours.
PLAIN = re.compile(r"[\w #.,:;()%/–’+*=-]*")
THIN, BROAD = "iljtfrI.,:;'|!()[] ", "mwMWQO@%&"

Spot = tuple[float, float]


class Sheet:
    """One drawing; `height` is what has been used so far."""

    def __init__(self, *, narrow: bool = False) -> None:
        self.narrow = narrow
        self.width = NARROW if narrow else WIDE
        self.height = 0.0
        self.drawn: list[str] = []
        self.told: list[str] = []

    def used(self, y: float) -> None:
        """Something reaches down to here."""
        self.height = max(self.height, y)

    def veil(self, x: float, y: float, wide: float, high: float) -> None:
        """White that lets what lies below shine through, for words to stand on."""
        self._add("rect", x=x, y=y, width=wide, height=high, fill=WHITE, fill_opacity="0.8")

    def line(
        self, one: Spot, two: Spot, colour: str = GRID, wide: float = 1, dash: str = ""
    ) -> None:
        """A straight line."""
        more = {"stroke-dasharray": dash} if dash else {}
        self._add(
            "line",
            x1=one[0],
            y1=one[1],
            x2=two[0],
            y2=two[1],
            stroke=colour,
            stroke_width=wide,
            **more,
        )

    def lines_first(self) -> None:
        """Put the straight lines beneath everything else."""
        self.drawn.sort(key=lambda one: not one.startswith("<line "))

    def lines(self, spots: Sequence[Spot], colour: str, wide: float = 1, dash: str = "") -> None:
        """A line through several spots."""
        if len(spots) > 1:
            more = {"stroke-dasharray": dash} if dash else {}
            self._add(
                "polyline",
                points=_spots(spots),
                fill="none",
                stroke=colour,
                stroke_width=wide,
                stroke_linejoin="round",
                **more,
            )

    def area(self, spots: Sequence[Spot], colour: str, border: str = "none") -> None:
        """A filled shape."""
        self._add("polygon", points=_spots(spots), fill=colour, stroke=border)

    def box(
        self, x: float, y: float, wide: float, high: float, colour: str, border: str = ""
    ) -> None:
        """A rectangle."""
        more = {"stroke": border} if border else {}
        self._add("rect", x=x, y=y, width=max(0.0, wide), height=high, fill=colour, **more)
        self.used(y + high)

    def dot(
        self, spot: Spot, colour: str, size: float = 4, *, hollow: bool = False, wide: float = 1.6
    ) -> None:
        """A dot; hollow ones are white inside."""
        self._add(
            "circle",
            cx=spot[0],
            cy=spot[1],
            r=size,
            fill=WHITE if hollow else colour,
            stroke=colour,
            stroke_width=wide if hollow else 0,
        )

    def diamond(self, spot: Spot, colour: str, size: float = 6.5) -> None:
        """A diamond."""
        x, y = spot
        self.area(
            [(x, y - size), (x + size, y), (x, y + size), (x - size, y)], colour, border=WHITE
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = SIZE,
        at: str = "start",
        colour: str = INK,
        bold: bool = False,
    ) -> None:
        """Words on one line; `y` is their baseline."""
        more = {"font-weight": "700"} if bold else {}
        self._add("text", words, x=x, y=y, font_size=size, text_anchor=at, fill=colour, **more)
        self.used(y + size * 0.35)

    def words(
        self,
        x: float,
        y: float,
        words: str,
        wide: float,
        *,
        size: float = SIZE,
        at: str = "start",
        colour: str = INK,
        bold: bool = False,
    ) -> float:
        """Words on as many lines as they need, the first one's baseline at `y`; gives the last one's."""
        lines = wrap(words, wide, size * (1.06 if bold else 1))
        for number, one in enumerate(lines):
            self.text(x, y + number * size * 1.25, one, size=size, at=at, colour=colour, bold=bold)
        return y + (len(lines) - 1) * size * 1.25

    def key(self, y: float, entries: Sequence[tuple[str, str]]) -> float:
        """What the colours mean: squares with their words, on as many lines as they need; gives where it ends."""
        x = 0.0
        for words, colour in entries:
            wide = 19 + width(words, SMALL)
            if x and x + wide > self.width:
                x, y = 0.0, y + 20
            self.box(x, y, 12, 12, colour)
            last = self.words(x + 18, y + 10, words, self.width - 20, size=SMALL)
            x, y = x + wide + 18, last - 10
        return y + 12

    def tell(self, words: str) -> None:
        """Something for the description that is not drawn as words."""
        self.told.append(words)

    def svg(self, title: str, description: str, key: str) -> str:
        """The whole drawing as text."""
        about = {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {self.width} {self.height + 4:.0f}",
            "role": "img",
            "aria-labelledby": f"{key}-title {key}-desc",
            "class": f"qa-chart qa-chart--{'narrow' if self.narrow else 'wide'}",
            "font-family": FONT,
        }
        told = " ".join(one for one in (description, *self.told) if one)
        inside = (
            element("title", {"id": f"{key}-title"}, escape(title)),
            element("desc", {"id": f"{key}-desc"}, escape(told)),
            element("g", {}, "".join(self.drawn)),
        )
        return element("svg", about, "".join(inside))

    def _add(self, name: str, words: str = "", /, **values: str | float) -> None:
        about = {
            key.replace("_", "-"): one if isinstance(one, str) else _short(one)
            for key, one in values.items()
        }
        self.drawn.append(element(name, about, escape(words) if words else ""))


def element(name: str, about: Mapping[str, str], inside: str) -> str:
    """One element with its values, which are escaped here, and what is inside it, which has been."""
    said = "".join(f' {key}="{value_of(one)}"' for key, one in about.items())
    return f"<{name}{said}>{inside}</{name}>" if inside else f"<{name}{said} />"


def escape(words: str) -> str:
    """Words as they stand inside an element."""
    if not PLAIN.fullmatch(words):
        words = NOT_XML.sub("", words)
        words = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return words


def value_of(words: str) -> str:
    """Words as they stand in the value of an attribute."""
    if PLAIN.fullmatch(words):
        return words
    found = escape(words).replace('"', "&quot;")
    return found.replace("\r", "&#13;").replace("\n", "&#10;").replace("\t", "&#09;")


def width(words: str, size: float = SIZE) -> float:
    """About how wide words are: no font is at hand, so that each letter counts by its kind."""
    return size * _letters(words)


@lru_cache(maxsize=2048)
def _letters(words: str) -> float:
    """How many times their size words are wide; a chart asks for the same words often, and is drawn twice."""
    return sum(0.36 if one in THIN else 0.95 if one in BROAD else 0.62 for one in words)


def wrap(words: str, wide: float, size: float = SIZE) -> list[str]:
    """Words on lines of this width; a word too long for one is cut."""
    lines = [""]
    for word in (part for one in words.split() for part in _cut(one, wide, size)):
        joined = f"{lines[-1]} {word}".strip()
        if lines[-1] and width(joined, size) > wide:
            lines.append(word)
        else:
            lines[-1] = joined
    return lines


def _cut(word: str, wide: float, size: float) -> list[str]:
    """A word in parts that fit, each but the last with a hyphen."""
    parts = []
    while width(word, size) > wide and len(word) > 2:
        fits = max(
            (n for n in range(2, len(word)) if width(word[:n] + "-", size) <= wide), default=2
        )
        parts.append(word[:fits] + "-")
        word = word[fits:]
    return [*parts, word]


def _spots(spots: Sequence[Spot]) -> str:
    return " ".join(f"{_short(x)},{_short(y)}" for x, y in spots)


@lru_cache(maxsize=8192)
def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
