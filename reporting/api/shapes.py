"""What the API answers with."""

from datetime import date, datetime
from typing import Any

from ninja import Schema


class Listed(Schema):
    """One figure of the catalogue."""

    code: str
    title: str
    section: str


class Period(Schema):
    """From the first to the last day that is counted."""

    first_on: date
    last_on: date


class FigureOut(Schema):
    """One figure: what it says, its columns, and its rows of cells in the order of the columns."""

    code: str
    title: str
    about: str
    period: Period
    service: str | None
    as_at: datetime
    framework: str
    says: list[str]
    notes: list[str]
    signal: str
    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]


class AuditRow(Schema):
    """One audit without names. `late`: it was returned after its deadline, or is not back though that is over.

    While somebody must still grade it blind, `grade` and `auditor_grade` are empty and `grade_final` is null.
    """

    id: int
    reference: str
    month: date
    state: str
    form: str
    edition: int
    team: str
    service: str | None
    grade: str
    grade_final: bool | None
    auditor_grade: str
    moderated: bool
    allocated_on: date
    deadline_on: date
    returned_on: date | None
    closed_on: date | None
    late: bool
    practice_week: bool
    flash: bool


class ActionRow(Schema):
    """One action without names and without free text."""

    id: int
    source: str
    audit: str | None
    kind: str
    action_class: str
    state: str
    team: str | None
    service: str | None
    grade: str
    themes: list[str]
    opened_on: date | None
    due_on: date | None
    done_on: date | None
    closed_on: date | None
    late: bool
    made_a_difference: str


class AuditPage(Schema):
    """Some audits; `next` is what `after` is set to for those that follow, empty at the end."""

    items: list[AuditRow]
    next: int | None


class ActionPage(Schema):
    """Some actions; `next` is what `after` is set to for those that follow, empty at the end."""

    items: list[ActionRow]
    next: int | None


class ReportRow(Schema):
    """One published report."""

    id: int
    code: str
    title: str
    period: str
    first_on: date
    last_on: date
    version: int
    issued_at: datetime


class ReportOut(ReportRow):
    """A published report with its figures as they were printed, by their codes."""

    figures: dict[str, Any]


class Wrong(Schema):
    """A problem (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
