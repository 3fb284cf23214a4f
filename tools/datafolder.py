"""The folder of one demo: made by us, marked as ours, emptied only when it is marked."""

import os
import secrets
import shutil
from pathlib import Path
from typing import IO

from tools import sockets
from tools.embedded_pg import EmbeddedPostgres
from tools.faults import Missing
from tools.locks import hold

MARK = ".qa-demo"
LOCK = "demo.lock"
MARK_TEXT = "Made by ./qa demo. With --reset it empties this folder.\n"


def prepare(data: Path) -> None:
    """Make the folder ours, or find that it is; anybody else's is left alone."""
    if data.exists() and not data.is_dir():
        raise Missing(f"{data} is a file. Choose a folder with --data.")
    try:
        if data.is_dir() and not (data / MARK).is_file() and any(data.iterdir()):
            raise Missing(
                f"{data} holds files that ./qa demo did not make, so it is left as it is. "
                "Choose another folder with --data."
            )
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        refuse_another_owner(data)
        (data / MARK).write_text(MARK_TEXT)
        (data / "logs").mkdir(exist_ok=True)
    except PermissionError as fault:
        raise Missing(
            f"{fault.filename} may not be read or written by you. Choose another folder with --data."
        ) from None


def refuse_another_owner(data: Path) -> None:
    """A folder that another user's demo made stays theirs, also when we are root."""
    owner = data.stat().st_uid
    if owner != os.geteuid():
        raise Missing(
            f"{data} belongs to {sockets.name_of(owner)}. Choose another folder with --data."
        )


def take(data: Path) -> IO[str]:
    """Keep every other demo out of the folder; says where the one that is in it answers."""
    lock = hold(data / LOCK)
    if lock is None:
        where = (data / LOCK).read_text().strip()
        at = f" at {where}" if where else ""
        raise Missing(
            f"A demo is running from {data} already{at}. "
            "Stop it with Ctrl-C in its window, or choose another folder with --data."
        )
    lock.truncate(0)
    return lock


def empty(data: Path) -> None:
    """Remove everything in our folder but its mark and its lock. The caller holds the lock."""
    if not (data / MARK).is_file():
        raise Missing(f"{data} was not made by ./qa demo, so it is left as it is.")
    if (data / "pg" / "postmaster.pid").exists():
        EmbeddedPostgres(data / "pg").stop("immediate")
    for path in data.iterdir():
        if path.name in {MARK, LOCK}:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    (data / "logs").mkdir()


def write_private(path: Path, text: str) -> None:
    """Write a file that its owner alone may read."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    new.replace(path)


def secret_key(data: Path) -> str:
    """The folder's own key, made once."""
    return made_once(data / "secret-key", secrets.token_urlsafe(50))


def data_keys(data: Path) -> str:
    """The folder's own key for sealed texts, made once."""
    return made_once(data / "data-keys", secrets.token_urlsafe(32))


def made_once(path: Path, text: str) -> str:
    """What the private file holds; the text is written to it where there is none."""
    if not path.exists():
        write_private(path, text)
    return path.read_text()
