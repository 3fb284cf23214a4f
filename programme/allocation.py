"""Whether a person may audit a child's file, under the framework's rules (A0-10, B2-2, B6-10)."""

from dataclasses import dataclass
from datetime import date

from standards.deadlines import months_after
from standards.policy import Allocation


@dataclass(frozen=True)
class Auditor:
    """Somebody who might audit: the units of their posts on the day, and how many they have in the period.

    `open_cases`: the open cases of those units, where the framework's number is a share of them.
    """

    user_id: int
    unit_ids: frozenset[int]
    service_ids: frozenset[int]
    allotted: int
    open_cases: int = 0


@dataclass(frozen=True)
class File:
    """The file to be audited: its team and service, everybody who has worked it, the workers' line managers."""

    unit_id: int
    service_id: int
    worker_ids: frozenset[int]
    manager_ids: frozenset[int]


TEAM_RULES = {
    "other_team": "The child's team is the auditor's own team. Choose an auditor from another team.",
    "other_service": "The child's file is open to the auditor's own service. Choose an auditor from another part of the service.",
    "own_service": "The child's file belongs to another service than the auditor's.",
}


def objections(rule: Allocation, auditor: Auditor, file: File) -> list[str]:
    """Why this person may not audit this file, in words for the screen; empty when they may."""
    found = []
    if rule.own_case == "refused" and auditor.user_id in file.worker_ids:
        found.append("The auditor has worked with this child. Nobody audits their own case.")
    if rule.line_manager == "refused" and auditor.user_id in file.manager_ids:
        found.append("The auditor is the worker's line manager.")
    if breaks_team_rule(rule.team_rule, auditor, file):
        found.append(TEAM_RULES[rule.team_rule])
    return found


def breaks_team_rule(team_rule: str, auditor: Auditor, file: File) -> bool:
    """Whether the auditor's place in the organisation is not where the rule wants it."""
    if team_rule == "other_team":
        return file.unit_id in auditor.unit_ids
    if team_rule == "other_service":
        return file.service_id in auditor.service_ids
    if team_rule == "own_service":
        return file.service_id not in auditor.service_ids
    return False


def over_the_number(rule: Allocation, auditor: Auditor) -> str:
    """What must be confirmed when this would be more than the framework's number; empty when it is not (B6-10)."""
    if rule.per_auditor is None or auditor.allotted < rule.per_auditor.quota(auditor.open_cases):
        return ""
    already = {0: "no audits", 1: "an audit"}.get(auditor.allotted, f"{auditor.allotted} audits")
    says = f"The auditor already has {already} in this {rule.per_auditor.every}."
    if rule.per_auditor.number is not None:
        return says
    share = f"{rule.per_auditor.percent_of_open}% of {auditor.open_cases} open cases"
    return f"{says} The number is {rule.per_auditor.quota(auditor.open_cases)}: {share} of the auditor's unit."


def left_aside(rule: Allocation, found: tuple[str, ...]) -> tuple[str, ...]:
    """Of what stands against somebody, what the QA team may leave aside with a reason: the team rule."""
    may = TEAM_RULES.get(rule.team_rule, "") if rule.override_team else ""
    return tuple(words for words in found if words == may)


def cooling_off(rule: Allocation, last_on: date | None, on: date) -> str:
    """Why a file that was audited lately is not picked again yet; empty when it may be (B2-2)."""
    if rule.cool_off_months is None or last_on is None:
        return ""
    again_on = months_after(last_on, rule.cool_off_months)
    if on >= again_on:
        return ""
    return (
        f"This child's file was audited on {last_on:%-d %B %Y}. In this framework it is not picked again "
        f"within {rule.cool_off_months} month{'s' if rule.cool_off_months > 1 else ''}, so not before {again_on:%-d %B %Y}."
    )


def month_without_audits(months: tuple[int, ...], month: date) -> str:
    """Why an audit cannot count for a month; empty when it can."""
    return (
        f"No audits are given out for {month:%B} in this framework."
        if month.month in months
        else ""
    )
