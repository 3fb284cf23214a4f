"""Every figure, by section of the report. What is read in here stands in the catalogue."""

from reporting.selectors.figures import (
    actions,
    complaints,
    delivery,
    done,
    grades,
    inadequate,
    month,
    practice,
    returning,
    sample,
    sections,
    triangulation,
    trust,
    voice,
    voices_beside,
)

__all__ = [
    "actions",
    "complaints",
    "delivery",
    "done",
    "grades",
    "inadequate",
    "month",
    "practice",
    "returning",
    "sample",
    "sections",
    "triangulation",
    "trust",
    "voice",
    "voices_beside",
]
