"""How much processor time a process and everything that it started has had, as Linux tells it."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
# Where the numbers stand behind the name of the process: its parent, and its own and its ended children's time.
PARENT, TIMES = 1, slice(11, 15)


def spent(pids: Iterable[int], proc: Path = Path("/proc")) -> float:
    """The seconds of these processes with all their children, ended ones too; 0 where there is no /proc."""
    known = dict(told(proc))
    parents = {pid: parent for pid, (parent, _) in known.items()}
    roots = set(pids)
    return sum(ticks for pid, (_, ticks) in known.items() if belongs(pid, roots, parents)) / TICKS


def told(proc: Path) -> Iterable[tuple[int, tuple[int, int]]]:
    """Each process with its parent and the time it has had."""
    for path in proc.glob("[0-9]*/stat"):
        try:
            said = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        yield int(path.parent.name), (int(said[PARENT]), sum(int(one) for one in said[TIMES]))


def belongs(pid: int, roots: set[int], parents: Mapping[int, int]) -> bool:
    """Whether a process is one of these or was started by one of them."""
    while pid not in roots:
        if pid not in parents:
            return False
        pid = parents[pid]
    return True
