"""The certificate of one draw: what the page and the PDF show."""

from programme.models import Draw
from programme.selectors.draws import Sheet, sheet_of


def build(draw: Draw) -> Sheet:
    """The certificate of a draw that has been drawn."""
    return sheet_of(draw)
