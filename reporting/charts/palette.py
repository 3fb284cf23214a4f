"""Colours of charts by name: each stands 3:1 or more from white, and neighbours of RANKS as far from each other.

RANKS are the accessible colours of the UK Government Analysis Function (Data visualisation: colours), dark and light in
turn. A colour is never the only cue: numbers and words stand beside it.
"""

from functools import lru_cache

RANKS = ("blue", "turquoise", "pink", "orange", "grey", "purple")
COLOURS = {
    "blue": "#12436d",
    "turquoise": "#28a197",
    "pink": "#801650",
    "orange": "#f46a25",
    "grey": "#3d3d3d",
    "purple": "#a285d1",
}
INK = "#0b0c0c"
MUTED = "#505a5f"
LINE = "#8a9297"
GRID = "#e3e6e8"
PALE = "#f3f5f6"
BAND = "#dbe6ef"
WHITE = "#ffffff"
# A heat map's ends and middle, worst to best.
WORST, MIDDLE, BEST = "#f46a25", "#f6f6f4", "#12436d"


def colour(name: str) -> str:
    """The colour of a name; blue for a name that is none."""
    return COLOURS.get(name, COLOURS["blue"])


def ranked(rank: int) -> str:
    """The name of a rank's colour, the best rank being 0; beyond the last it starts again."""
    return RANKS[rank % len(RANKS)]


def shade(level: float) -> str:
    """The colour of a level from 0 (worst) to 1 (best)."""
    level = min(1.0, max(0.0, level))
    ends = (WORST, MIDDLE) if level < 0.5 else (MIDDLE, BEST)
    part = level * 2 if level < 0.5 else level * 2 - 1
    low, high = (_channels(one) for one in ends)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in zip(low, high, strict=True))


@lru_cache(maxsize=512)
def on(background: str) -> str:
    """The colour of words on a background: the one of ink and white that stands out more."""
    return max((INK, WHITE), key=lambda one: contrast(one, background))


def contrast(one: str, two: str) -> float:
    """How far two colours stand apart, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    high, low = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _channels(found: str) -> tuple[int, int, int]:
    return int(found[1:3], 16), int(found[3:5], 16), int(found[5:7], 16)


def _luminance(found: str) -> float:
    parts = [one / 255 for one in _channels(found)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
