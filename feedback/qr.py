"""A QR code as the path of an inline SVG. Plain; nothing is kept."""

from dataclasses import dataclass

import qrcode  # type: ignore[import-untyped]
from qrcode.constants import ERROR_CORRECT_M  # type: ignore[import-untyped]

# Light modules around the code, so that a camera finds it.
QUIET = 4


@dataclass(frozen=True)
class Code:
    """How many modules wide it is with its margin, and the path that draws the dark ones."""

    size: int
    path: str


def code_of(text: str) -> Code:
    """The QR code of a text, with medium correction of faults."""
    made = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    made.add_data(text)
    made.make(fit=True)
    rows = made.get_matrix()
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return Code(len(rows), path)
