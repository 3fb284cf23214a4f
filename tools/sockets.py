"""Where a server's Unix socket stands. Its path has to be short and free of odd characters."""

import hashlib
import os
import pwd
import re
import stat
import tempfile
from pathlib import Path

from tools.faults import Missing

LONGEST = 100
PLAIN = re.compile(r"[\w./-]+", re.ASCII)


def folder_for(near: Path, socket: str) -> Path:
    """The folder `near` itself, or one in the temporary folder when a socket there would not work."""
    path = str(near / socket)
    if len(os.fsencode(path)) <= LONGEST and PLAIN.fullmatch(path):
        return near
    mark = hashlib.sha256(os.fsencode(near)).hexdigest()[:10]
    return Path(tempfile.gettempdir()) / f"qa-{os.getuid()}-{mark}"


def own(folder: Path, owner: tuple[int, int] | None = None) -> None:
    """Make the folder ours alone; refuses one that somebody else has put there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    mine = {os.geteuid()} | ({owner[0]} if owner else set())
    if stat.S_ISLNK(found.st_mode) or found.st_uid not in mine:
        raise Missing(
            f"{folder} belongs to {name_of(found.st_uid)}. Remove it, or use another folder."
        )
    folder.chmod(0o700)
    if owner:
        os.chown(folder, *owner)


def name_of(uid: int) -> str:
    """The name of a user number."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
