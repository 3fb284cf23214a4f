"""A text that is the same for everybody but for a few gaps: written once, then filled in for each page.

What is kept is only the words around the gaps. Whatever stands in a gap is escaped when it is filled.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

# No text that PostgreSQL keeps can hold it, so no words can be taken for a gap.
EDGE = "\x00"


def gap(name: str) -> str:
    """What a template is given in place of a value: a gap of that name."""
    return f"{EDGE}{name}{EDGE}"


@dataclass(frozen=True, slots=True)
class Gapped:
    """The words around the gaps and the gaps' names, in turn; words first and last."""

    pieces: tuple[str, ...]

    @classmethod
    def of(cls, html: str) -> "Gapped":
        """From what a template made of values and gaps."""
        return cls(tuple(str(html).split(EDGE)))

    def filled(self, values: Mapping[str, str]) -> SafeString:
        """The whole text; a gap for which there is no value stays empty."""
        found = list(self.pieces)
        found[1::2] = [escape(values.get(name, "")) for name in found[1::2]]
        return mark_safe("".join(found))  # noqa: S308 - a template's own words, and values escaped here
