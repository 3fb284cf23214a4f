"""Processes that we start: each with its log, ended with us even when we are killed."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1


def end_with_parent() -> Callable[[], None] | None:
    """What a child does before it begins: ask Linux to be ended when its parent dies."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def launch(
    line: Sequence[str],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str],
    keep: Collection[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a process whose words go to its log; Ctrl-C in the terminal does not reach it."""
    with log.open("ab") as out:
        return subprocess.Popen(
            list(line),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=tuple(keep),
            preexec_fn=end_with_parent(),
        )


def end_all(processes: Sequence[subprocess.Popen[bytes]], seconds: float) -> None:
    """Ask every process to stop at once; whoever has not after some seconds is killed."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    until = time.monotonic() + seconds
    for process in processes:
        try:
            process.wait(timeout=max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and everything that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()
