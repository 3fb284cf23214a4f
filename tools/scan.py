"""What no committed file may hold: addresses in locks, folders of a machine, secrets, real people."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.paths import ROOT

LOCKS = re.compile(r"(^|/)(requirements[\w-]*\.txt|package-lock\.json|\.npmrc|[\w-]+\.lock)$")
ADDRESS = re.compile(r"(https?|file)://")
SECRETS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a cloud key": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "an access token": re.compile(r"\b(gh[pousr]_\w{36,}|glpat-[\w-]{20,}|xox[abp]-[\w-]{20,})"),
}
NHS_NUMBER = re.compile(r"(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w.-])")
NI_NUMBER = re.compile(r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z]{2}( ?\d{2}){3} ?[A-D]\b")
MAIL = re.compile(r"\b[\w.+-]+@((?:[\w-]+\.)+[a-z]{2,})\b")
# Names set aside for examples, and this project's own.
INVENTED = re.compile(r"(^|\.)(example(\.(org|com|net|gov\.uk))?|invalid|test|localhost)$")
NOT_TEXT = (".png", ".jpg", ".pdf", ".ico", ".xlsx", ".docx", ".woff2")


def tracked() -> Iterator[tuple[str, str]]:
    """Every text file that git keeps or would keep, with its name."""
    line = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    out = subprocess.run(line, cwd=ROOT, capture_output=True, check=False).stdout.decode()
    for name in sorted(filter(None, out.split("\0"))):
        path = ROOT / name
        if path.is_file() and not name.endswith(NOT_TEXT):
            yield name, path.read_text(encoding="utf-8", errors="replace")


def machine_paths() -> re.Pattern[str]:
    """The folders of whoever runs this: their home and this checkout."""
    folders = {str(ROOT), str(Path.home())} - {"/", "/nonexistent"}
    parts = "|".join(re.escape(folder) for folder in sorted(folders))
    return re.compile(rf"(?<![\w.])({parts}|/(home|Users)/\w+)/")


def faults() -> list[str]:
    """Each fault as `file: what it holds`."""
    machine = machine_paths()
    found = []
    for name, text in tracked():
        if LOCKS.search(name):
            if ADDRESS.search(text):
                found.append(f"{name}: holds an address; names, versions and hashes only")
        else:
            found += [f"{name}: {words}" for words in personal(text)]
        found += [f"{name}: holds {what}" for what, like in SECRETS.items() if like.search(text)]
        if machine.search(text):
            found.append(f"{name}: names a folder of one machine")
    return found


def personal(text: str) -> Iterator[str]:
    """What in a text could be a real person's."""
    if any(is_nhs_number(one) for one in NHS_NUMBER.findall(text)):
        yield "holds what could be an NHS number"
    if NI_NUMBER.search(text):
        yield "holds what could be a National Insurance number"
    for domain in sorted(set(MAIL.findall(text))):
        if not INVENTED.search(domain):
            yield f"holds an e-mail address at {domain}; use example.org"


def is_nhs_number(written: str) -> bool:
    """Whether ten digits pass the NHS number's check (999… numbers are set aside for tests)."""
    digits = [int(letter) for letter in written if letter.isdigit()]
    if digits[:3] == [9, 9, 9]:
        return False
    total = sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    return (11 - total % 11) % 11 == digits[9] and len(set(digits)) > 1


if __name__ == "__main__":
    for fault in (found := faults()):
        print(fault)
    sys.exit(bool(found))
