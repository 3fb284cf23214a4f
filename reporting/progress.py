"""How far the building of a report is: seen by whoever waits for it, and forgotten when it is over."""

from core import passing

KEPT = 900


def note(version_id: int, words: str, done: int = 0, of: int = 0) -> None:
    """What is being made now, and how many figures are done."""
    passing.keep(f"report-progress:{version_id}", (words, done, of), seconds=KEPT)


def read(version_id: int) -> tuple[str, int, int]:
    """What is being made, how many figures are done, of how many; empty words where nothing is known."""
    found: tuple[str, int, int] = passing.find(f"report-progress:{version_id}") or ("", 0, 0)
    return found


def forget(version_id: int) -> None:
    """Nothing is being made any more."""
    passing.drop(f"report-progress:{version_id}")
