"""Verbs of reporting: documents of one thing, and the life of a report from its building to its readers."""

from reporting.services.documents import (
    LEASE,
    TRIES,
    Thing,
    ask_for_document,
    fail,
    html_of,
    make_document,
    take_up,
)

__all__ = [
    "LEASE",
    "TRIES",
    "Thing",
    "ask_for_document",
    "fail",
    "html_of",
    "make_document",
    "take_up",
]
