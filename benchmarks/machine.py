"""The machine of a run in words: its cores, its memory and its kind of disk; never a name or a folder."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

GIBIBYTE = 1024**3


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def words(folder: Path) -> str:
    """2 cores, 24 GB of memory, a virtual disk; Linux, Python 3.11, Django 5.2."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    python = ".".join(platform.python_version_tuple()[:2])
    django = ".".join(version("django").split(".")[:2])
    return (
        f"{cores()} cores{processor_words()}, {memory / GIBIBYTE:.0f} GB of memory, {disk_words(folder)}; "
        f"{platform.system()}, Python {python}, Django {django}, PostgreSQL 18 on the same machine"
    )


def processor_words(info: Path = Path("/proc/cpuinfo")) -> str:
    """The maker's name of the processor, where the machine tells it."""
    found = re.search(r"model name\s*: (.+)", info.read_text()) if info.exists() else None
    return f" ({found[1].strip()})" if found else ""


def disk_words(folder: Path, sys: Path = Path("/sys/dev/block")) -> str:
    """What kind of disk a folder is on, as far as the machine tells."""
    device = folder.stat().st_dev
    place = sys / f"{os.major(device)}:{os.minor(device)}"
    name = place.resolve().name
    if re.match("x?vd[a-z]", name):
        return "a virtual disk"
    for turning in (
        place / "queue" / "rotational",
        place.resolve().parent / "queue" / "rotational",
    ):
        if turning.exists():
            return "a spinning disk" if turning.read_text().strip() == "1" else "a solid-state disk"
    return "a disk of unknown kind"
