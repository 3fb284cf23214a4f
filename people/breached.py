"""Passwords that are known to attackers: from stolen lists, and what anybody would guess in a council.

Stolen lists come as the range files of Have I Been Pwned (haveibeenpwned.com/API/v3#PwnedPasswords): one file for each
first five hex digits of the SHA-1, its lines the other 35 and how often the password was seen. SHA-1 is that list's
way of naming passwords; nothing of ours is kept by it.
"""

import hashlib
import logging
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path

import requests
from django.conf import settings
from django.core.exceptions import ValidationError

log = logging.getLogger(__name__)
PATIENCE = 2
LARGEST = 4_000_000
# What people in a council would try first; the council's own name is added for each person.
COMMON = (
    "password passwort passphrase welcome letmein changeme change council borough county city audit audits quality "
    "assurance framework service services children childrens social care worker team school spring summer autumn "
    "winter january february march april may june july august september october november december monday tuesday "
    "wednesday thursday friday saturday sunday admin administrator login signin secret qwerty qwertyuiop iloveyou "
    "football hello england london qaframework qa my the and new"
)
OBVIOUS = COMMON.split()
LOOKALIKES = str.maketrans("013457@$!|", "oieasta" + "sil")
ENOUGH = 5


def digest(password: str) -> tuple[str, str]:
    """The five hex digits that name the range, and the other 35."""
    whole = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    return whole[:5], whole[5:]


def among(rest: str, lines: list[str]) -> bool:
    """Whether a range's sorted lines hold this one, seen at least once (padding is seen 0 times)."""
    place = bisect_left(lines, rest)
    if place == len(lines) or not lines[place].startswith(rest):
        return False
    return lines[place].partition(":")[2].strip() != "0"


def in_folder(password: str, folder: Path) -> bool:
    """Whether the stolen lists in a folder hold the password. A range without a file holds nothing."""
    prefix, rest = digest(password)
    for name in (prefix, f"{prefix}.txt"):
        if (folder / name).is_file():
            return among(rest, (folder / name).read_text("ascii").upper().split("\n"))
    return False


def at_service(password: str, address: str) -> bool:
    """Whether a range service holds the password; only five hex digits leave. One that is away is left out."""
    prefix, rest = digest(password)
    try:
        answer = requests.get(
            f"{address.rstrip('/')}/{prefix}", headers={"Add-Padding": "true"}, timeout=PATIENCE
        )
        answer.raise_for_status()
        lines = answer.text[:LARGEST].upper().split()
    except requests.RequestException as fault:
        log.warning("the service for stolen passwords is away: %s", type(fault).__name__)
        return False
    return among(rest, sorted(lines))


def guessable(password: str, names: Iterable[str]) -> bool:
    """Whether hardly anything is left of a password without the words that anybody would try, or it hardly varies."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    if len(set(plain)) < ENOUGH:
        return True
    own = [word for name in names for word in re.findall(r"[^\W\d_]{3,}", name.casefold())]
    words = sorted({*OBVIOUS, *own}, key=len, reverse=True)
    return any(little_left(text, words) for text in (plain, plain.translate(LOOKALIKES)))


def little_left(text: str, words: list[str]) -> bool:
    """Whether some of these words stand in a text and fewer than five letters do besides."""
    letters = "".join(letter for letter in text if letter.isalpha())
    left = letters
    for word in words:
        left = left.replace(word, " ")
    return left != letters and len(left.replace(" ", "")) < ENOUGH


class NotBreached:
    """Refuses a password that stands in a stolen list or that anybody would guess."""

    def validate(self, password: str, user: object = None) -> None:
        """Raises ValidationError with words for the person."""
        council = getattr(user, "council", None)
        names = [str(getattr(user, "name", "")), str(getattr(council, "name", ""))]
        if guessable(password, names):
            raise ValidationError(
                "This password is made of words that anybody would try first. Choose other words.",
                code="password_guessable",
            )
        folder, address = settings.BREACHED_PASSWORDS, settings.BREACHED_URL
        if (folder and in_folder(password, Path(folder))) or (
            address and at_service(password, address)
        ):
            raise ValidationError(
                "This password is in a list of stolen passwords. Choose another.",
                code="password_breached",
            )

    def get_help_text(self) -> str:
        """What the page says beforehand."""
        return "It must not be a password that is known to be stolen, or one that is easy to guess."
