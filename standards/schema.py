"""Reading a framework's file and saying what is wrong with it, with the path of each fault."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml


@dataclass(frozen=True)
class Fault:
    """One fault: where in the file, and what to do about it."""

    path: str
    says: str

    def __str__(self) -> str:
        return f"{self.path}: {self.says}" if self.path else self.says


def read(text: str) -> dict[str, Any]:
    """The document in a file's text."""
    return yaml.safe_load(text)


def faults(document: Mapping[str, Any]) -> list[Fault]:
    """Every fault of a document."""
    return []
