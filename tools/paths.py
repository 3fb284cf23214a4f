"""Where things are in a checkout."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BUILT = ROOT / "static" / "built"
VAR = ROOT / "var"


def from_caller(path: str) -> Path:
    """A path as the person typed it, seen from the folder where they called ./qa."""
    called_from = Path(os.environ.get("QA_CALLED_FROM") or os.getcwd())
    return (called_from / Path(path).expanduser()).resolve()
