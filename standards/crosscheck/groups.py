"""Checks of the groups beside the forms: what they name must be there, stand once and be complete."""

import re
from collections.abc import Iterator
from typing import Any

from standards.crosscheck import described, people
from standards.crosscheck.references import Document, Found, Place, codes, known, twice
from standards.policy import KEPT_FROM

# Lists whose codes stand once.
CODED = (
    "parameters",
    "themes",
    "documents",
    "bodies",
    "activities",
    "programme.events",
    "moderation.contents",
    "disputes",
    "grade_triggers",
    "grade_triggers.*.tasks",
    "follow_ups",
    "closure_checks",
    "ladders",
    "instruments",
    "instruments.*.fields",
    "instruments.*.fields.*.options",
    "reports",
    "statutory_rules",
)
# Where something is named, and where it must be listed.
NAMED = (
    ("timetable.*.activity", "activities", "activity"),
    ("targets.*.activity", "activities", "activity"),
    ("programme.excuses.*.done", "activities", "activity"),
    ("programme.excuses.*.excuses", "activities", "activity"),
    ("programme.events.*.tool", "tools", "form"),
    ("activities.*.tool", "tools", "form"),
    ("activities.*.reports_to.*", "bodies", "body"),
    ("instruments.*.reports_to.*", "bodies", "body"),
    ("actions.default_class", "actions.classes", "class of action"),
    ("actions.sign_off.*.grades.*", "grades", "grade"),
    ("moderation.selection.*.grades.*", "grades", "grade"),
    ("grade_triggers.*.action_class", "actions.classes", "class of action"),
    ("grade_triggers.*.grades.*", "grades", "grade"),
    ("follow_ups.*.grades.*", "grades", "grade"),
    ("closure_checks.*.grades.*", "grades", "grade"),
    ("figures.good", "grades", "grade"),
)
# What a rule by which audits are chosen cannot do without.
SELECTION_NEEDS = {"percentage": "percent", "grade": "grades", "look_back": "months"}


def at(document: Any, path: str) -> Iterator[tuple[Place, Any]]:
    """Every value at a path; * stands for each row of a list."""
    key, _, more = path.partition(".")
    found: list[tuple[Place, Any]] = []
    if key == "*":
        found = [((step,), row) for step, row in enumerate(document)]
    elif key in document:
        found = [((key,), document[key])]
    for place, value in found:
        if not more:
            yield place, value
            continue
        yield from (((*place, *inner), one) for inner, one in at(value, more))


def stand_once(document: Document) -> Found:
    for path in CODED:
        for place, rows in at(document, path):
            yield from twice(rows, place, "code")
    seen = set()
    for step, row in enumerate(document.get("timetable", [])):
        if (row["activity"], row["post"]) in seen:
            yield (
                ("timetable", step),
                f"“{row['post']}” has a row for “{row['activity']}” already. Put the numbers into one row.",
            )
        seen.add((row["activity"], row["post"]))


def are_listed(document: Document) -> Found:
    for path, group, what in NAMED:
        listed = [code for _, rows in at(document, group) for code in codes(rows)]
        for place, name in at(document, path):
            yield from known(name, listed, place, what)
    for place, name in at(document, "instruments.*.fields.*.scale"):
        yield from known(name, document.get("scales", {}), place, "scale")
    for grade in document["overall_grade"].get("definitions", {}):
        place = ("overall_grade", "definitions", grade)
        yield from known(grade, codes(document["grades"]), place, "grade")


def report_readers(document: Document) -> Found:
    """A report goes to bodies and recipients."""
    pattern = described.schema()["$defs"]["recipient"]["pattern"]
    bodies = codes(document.get("bodies", []))
    named = (*at(document, "reports.*.to.*"), *at(document, "reports.*.versions.*.to.*"))
    for place, name in named:
        if name in bodies:
            continue
        if not re.search(pattern, name):
            listed = f" ({', '.join(bodies)})" if bodies else ""
            yield (
                place,
                f"“{name}” is neither a body{listed} nor a recipient such as council.qa_head. Add it under bodies, or name another.",
            )
        for says in people.unfilled(document, name) if re.search(pattern, name) else []:
            yield place, says


def report_versions(document: Document) -> Found:
    """One version for each audience; what is a summary of one month holds nothing else."""
    for place, versions in at(document, "reports.*.versions"):
        audiences = [one["audience"] for one in versions]
        for step, audience in enumerate(audiences):
            if audience in audiences[:step]:
                yield (
                    (*place, step, "audience"),
                    f"“{audience}” stands twice. Put the readers into one version.",
                )
    for place, sections in at(document, "reports.*.sections"):
        if "month" in sections and len(sections) > 1:
            yield (
                place,
                "“month” is a whole summary. Leave it alone, or name other sections instead.",
            )


def per_auditor(document: Document) -> Found:
    rule = document["allocation"].get("per_auditor", {})
    if rule and ("number" in rule) == ("percent_of_open" in rule):
        yield (
            ("allocation", "per_auditor"),
            "Write either “number” or “percent_of_open”: exactly one of the two.",
        )


def selection(document: Document) -> Found:
    for place, rule in at(document, "moderation.selection.*"):
        needed = SELECTION_NEEDS.get(rule["rule"])
        if needed and needed not in rule:
            yield (
                (*place, needed),
                f"The rule “{rule['rule']}” chooses nothing without “{needed}”. Add it.",
            )


def triggers(document: Document) -> Found:
    """A grade can only set off what the framework has."""
    for key, group in (("moderation", "moderation"), ("loop", "closing_loop")):
        for place, wanted in at(document, f"grade_triggers.*.{key}"):
            if wanted and group not in document:
                yield place, f"The file has no “{group}”. Add it, or take “{key}” out here."


def programme(document: Document) -> Found:
    """A year with months for audits; weeks in order; one thing never excusing from itself."""
    if len(document.get("programme", {}).get("months_without_audits", [])) == 12:
        yield (
            ("programme", "months_without_audits"),
            "No month is left for audits. Take out the months in which they are done.",
        )
    for place, week in at(document, "programme.cycle.*"):
        if week.get("to_week", week["week"]) < week["week"]:
            yield (
                (*place, "to_week"),
                f"The last week comes before week {week['week']}. Exchange them.",
            )
    for place, rule in at(document, "programme.excuses.*"):
        if rule["done"] == rule["excuses"]:
            yield (*place, "excuses"), "An activity cannot excuse from itself. Name another one."


def retention(document: Document) -> Found:
    """One time for each kind of record, counted from something that this kind has."""
    rules = document.get("retention", [])
    yield from twice(rules, ("retention",), "kind")
    for step, rule in enumerate(rules):
        if rule["from"] not in (known_here := KEPT_FROM[rule["kind"]]):
            yield (
                ("retention", step, "from"),
                f"The time for “{rule['kind']}” cannot count from “{rule['from']}”. Write one of: {', '.join(known_here)}.",
            )


CHECKS = (
    stand_once,
    are_listed,
    report_readers,
    report_versions,
    per_auditor,
    selection,
    triggers,
    programme,
    retention,
)
