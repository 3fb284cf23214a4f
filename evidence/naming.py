"""The name that a file came with, made harmless: it is shown as text and never names a place on a disk."""

import re
import unicodedata

LONGEST = 120
NAMELESS = "Without a name"
# Everything before the last stroke of either kind is a place on somebody's machine.
PLACES = re.compile(r".*[/\\]", re.DOTALL)


def shown_name(given: str) -> str:
    """The name as text for the screen: no path, no control or direction character, 120 characters at most."""
    bare = PLACES.sub("", unicodedata.normalize("NFC", given.replace("\0", "")))
    kept = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in bare)
    return " ".join(kept.split()).strip(".")[:LONGEST].strip() or NAMELESS
