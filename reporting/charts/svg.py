"""A sheet to draw on: SVG elements with presentation attributes only, so that a strict content policy and paper both take it.

Every text is escaped by the XML writer; characters that XML has not are left out.
"""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from reporting.charts.palette import GRID, INK, WHITE

WIDE, NARROW = 720, 360
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
SIZE, SMALL = 13.0, 11.5
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
THIN, BROAD = "iljtfrI.,:;'|!()[] ", "mwMWQO@%&"

Spot = tuple[float, float]


class Sheet:
    """One drawing; `height` is what has been used so far."""

    def __init__(self, *, narrow: bool = False) -> None:
        self.narrow = narrow
        self.width = NARROW if narrow else WIDE
        self.height = 0.0
        self.root = ET.Element("g")
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
        self._add(
            "text", x=x, y=y, font_size=size, text_anchor=at, fill=colour, **more
        ).text = NOT_XML.sub("", words)
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
        found = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {self.width} {self.height + 4:.0f}",
                "role": "img",
                "aria-labelledby": f"{key}-title {key}-desc",
                "class": f"qa-chart qa-chart--{'narrow' if self.narrow else 'wide'}",
                "font-family": FONT,
            },
        )
        ET.SubElement(found, "title", id=f"{key}-title").text = NOT_XML.sub("", title)
        told = " ".join(one for one in (description, *self.told) if one)
        ET.SubElement(found, "desc", id=f"{key}-desc").text = NOT_XML.sub("", told)
        found.append(self.root)
        return ET.tostring(found, encoding="unicode")

    def _add(self, name: str, **values: str | float) -> ET.Element:
        return ET.SubElement(
            self.root,
            name,
            {
                key.replace("_", "-"): one if isinstance(one, str) else _short(one)
                for key, one in values.items()
            },
        )


def width(words: str, size: float = SIZE) -> float:
    """About how wide words are: no font is at hand, so that each letter counts by its kind."""
    return size * sum(0.36 if one in THIN else 0.95 if one in BROAD else 0.62 for one in words)


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


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
