"""Checking a file in a process of its own: whatever it does to its reader, the worker goes on."""

import json
import subprocess
import sys

from django.conf import settings

from evidence.checking import BROKEN, SECONDS, Checked, Unacceptable


def check_apart(content: bytes) -> Checked:
    """The file made anew (see `evidence.checking.check`), read by a process with little memory and time.

    Raises Unacceptable with words for whoever sent it, also where that process ended by itself.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "evidence.checking"],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env={"PYTHONDONTWRITEBYTECODE": "1"},
            timeout=2 * SECONDS,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as fault:
        raise Unacceptable(BROKEN) from fault
    said, _, body = done.stdout.partition(b"\n")
    found = json.loads(said)
    if words := found.get("fault"):
        raise Unacceptable(words)
    return Checked(**{**found, "content": body})
