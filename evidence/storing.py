"""Files on the disk: outside everything that the web server hands out, under random names, for this user only."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

FOLDER = "evidence"


def folder() -> Path:
    """Where the files stand."""
    return Path(settings.MEDIA_ROOT) / FOLDER


def path_of(name: UUID) -> Path:
    """The place of a file; the name is the service's own, never one that somebody gave."""
    return folder() / name.hex[:2] / name.hex


def write(content: bytes) -> UUID:
    """Keep bytes under a new random name, wholly on the disk before this returns."""
    name = uuid4()
    path = path_of(name)
    for one in (Path(settings.MEDIA_ROOT), folder(), path.parent):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(line, "wb") as into:
        into.write(content)
        into.flush()
        os.fsync(into.fileno())
    settle(path.parent)
    return name


def settle(place: Path) -> None:
    """Have the disk remember the names in a folder."""
    line = os.open(place, os.O_RDONLY)
    try:
        os.fsync(line)
    finally:
        os.close(line)


def read(name: UUID) -> bytes | None:
    """The bytes kept under a name; None where there is no such file."""
    try:
        return path_of(name).read_bytes()
    except FileNotFoundError:
        return None


def erase(name: UUID) -> None:
    """Take a file away; nothing happens where it is gone already."""
    path_of(name).unlink(missing_ok=True)


def there(name: UUID) -> bool:
    """Whether the file is on the disk."""
    return path_of(name).is_file()


def older_than(moment: datetime) -> Iterator[Path]:
    """The files last written before a moment of the computer's own clock."""
    for path in folder().glob("*/*"):
        if path.is_file() and path.stat().st_mtime < moment.timestamp():
            yield path
