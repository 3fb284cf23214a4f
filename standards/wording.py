"""A framework's keys and values in plain words, for people who read it rather than write it. No Django."""

from calendar import month_name
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from standards.describing import About, Place, about

# Headings, by the key, or by the key it stands under and itself; at the top of the file that is none.
KEYS = {
    "action_class": "How soon its actions are due",
    "after": "How long after",
    "agree": "When the moderator agrees",
    "all_of": "Every line must be ticked",
    "also": "Other answers offered",
    "anchor": "The time counts from",
    "applies_when": "Applies only when",
    "areas": "Areas of practice",
    "ask": "Who is asked",
    "asked_of": "Asked of these staff",
    "asked_by": "Asked by",
    "audience": "Who is asked",
    "auditors": "May be given an audit",
    "authorised_by": "Authorised by",
    "bands": "What each value means",
    "before": "Counts backwards from it",
    "before_deadline": "Must be agreed before the deadline",
    "beside": "Shown beside the ratings of",
    "blind": "The moderator grades before seeing the auditor's grade",
    "blocks_return": "The audit waits for the advice",
    "broken_down_by": "Totals are broken down by",
    "by": "By",
    "case_system": "Case system",
    "classes": "How soon: classes of action",
    "closed": "Closed to new audits",
    "condition": "Applies when",
    "contents": "What it holds",
    "cool_off_months": "Not picked again for",
    "copy": "Gets a copy",
    "cycle": "Week by week",
    "decides": "They decide",
    "default_class": "Class unless another is chosen",
    "definitions": "What each grade means in general",
    "delivery": "How it is asked",
    "descriptors": "It is described what this grade looks like",
    "disagree": "When the moderator disagrees",
    "done": "Once this is done",
    "due": "Due",
    "each": "Asked for",
    "easy": "In easy words",
    "easy_intro": "Introduction in easy words",
    "public_title": "Title for those who answer",
    "effective_from": "First day",
    "every": "How often",
    "exclusion": "Leaving an audit out",
    "excuses": "What excuses from what",
    "extension": "More time",
    "fields": "What is asked",
    "file_heading": "Heading on the child's file",
    "flag": "Only for audits",
    "follows": "Follows",
    "from": "From",
    "assumed": "Assumption",
    "asked": "Somebody is asked",
    "asks": "Recorded at each stage",
    "acknowledged": "Accepted warning",
    "framework": "About",
    "tools": "Forms",
    "questions": "Questions",
    "standards": "Practice standards",
    "descriptor_areas": "What good looks like",
    "cells": "",
    "items": "",
    "front_door": "The service that answers first contacts",
    "graded": "It gives a grade",
    "help_text": "Where to get help",
    "independent_of": "The moderator is not",
    "impact_check": "Looking at the difference it made",
    "informal": "Before the formal stages",
    "informal_first": "An informal attempt is recorded first",
    "intro": "Introduction",
    "keeps": "Single answers are kept for",
    "kind": "Kind",
    "later": "A later date",
    "limit": "How soon",
    "line_manager": "The worker's line manager may audit it",
    "longest": "The whole ladder takes at most",
    "look_back": "Looks back over",
    "judgement": "Grade is given on the last",
    "loop": "The form that closes the loop follows",
    "meet": "Moderator and auditor meet first",
    "members": "Members",
    "method": "How it is given",
    "minimum": "Fewest actions in an audit",
    "minutes": "Time advised",
    "moderation": "A moderation follows",
    "moderators": "Posts that moderate",
    "month": "In a month",
    "months_without_audits": "Months without audits",
    "n": "How many",
    "named_at_allocation": "The moderator is named when the audit is given out",
    "never_average": "Never an average",
    "nominated_by": "Files are named by",
    "not_in": "Must not be",
    "notice": "The auditor is told beforehand",
    "off": "Not used here",
    "on_file": "Goes to the child’s file",
    "open_in": "Open",
    "other_auditor": "Another auditor does it",
    "others": "Also done by",
    "otherwise": "Asked where nobody of those is left",
    "outer_limit": "At the very latest",
    "override_team": "The team rule may be left aside with a reason",
    "own_case": "Somebody who works the case",
    "part": "Answer",
    "paused_by": "May hold a rung back",
    "per_auditor": "For each auditor",
    "percent": "Share",
    "percent_of_open": "Share of the unit's open cases",
    "pick": "How a file is chosen",
    "point": "At",
    "publishable": "May be shown to staff without names",
    "quarter": "In a quarter",
    "raised_by": "Raised by",
    "rank": "Place (1 is the worst)",
    "reaudit": "The same worker is audited again after",
    "refused_words": "Words refused as a date",
    "remind_after": "Reminders, from the first day",
    "reports_to": "Results go to",
    "response": "Management answers",
    "roles": "Part in the service",
    "rungs": "Rungs, from the first",
    "runs_for": "A round is open for",
    "say": "The screen says",
    "second_worker": "A second worker may be named",
    "seen_by_manager": "The worker's line manager sees that it is under way",
    "sees_answers": "Reads single answers",
    "sees_totals": "Reads totals",
    "selection": "Which audits are moderated",
    "sent_to": "Sent to",
    "several_auditors": "Several auditors may audit the same file",
    "severity": "Standing",
    "short": "Short name",
    "show": "Sees it in a list",
    "shown_at": "Tabled at",
    "shown_when": "Asked only when",
    "sign_off": "Who signs actions off",
    "size": "How many audits",
    "skip": "Stages may be skipped",
    "smallest_group": "Fewest answers that are shown",
    "solved_by": "May declare it solved",
    "step": "Steps of",
    "steps": "From the shortest to the longest",
    "success_asked": "Each action says how success is measured",
    "supervision_review": "Actions are looked at in supervision",
    "surpassed": "Above the highest described grade",
    "talk_with": "Always talks with",
    "tasks": "Tasks that follow",
    "team_rule": "The child's file is",
    "tell": "Told",
    "thanks": "Said at the end",
    "then": "After that, every",
    "then_first": "Straight after that, once after",
    "then_text": "After that",
    "to": "Told",
    "to_week": "To week",
    "together_with": "Together with",
    "translations": "In other languages",
    "trigger": "Counts from",
    "unit": "Of what",
    "up_to": "Up to",
    "used_for": "Used for",
    "watch": "On the watch list of",
    "when": "When",
    "who": "Done by",
    "within": "How soon",
    "worries_to": "Worries go to",
    "worries_within": "A worry is followed up within",
    "worry": "An answer may be a worry",
    "typed_in": "Answered by whoever types a reply in",
    "year": "In a year",
    "year_start_month": "The year starts in",
    ".bodies": "Boards and meetings",
    ".closure_checks": "Before an audit is closed",
    ".disputes": "Disagreements",
    ".figures": "What figures stand on",
    ".grade_query": "Asking for advice on a grade",
    ".grade_triggers": "What a grade sets off",
    ".instruments": "Feedback",
    ".messages": "Who is told of each step",
    ".moderation": "Moderation",
    ".note": "The note on the child's file",
    ".parameters": "What else it says",
    ".post_types": "Posts",
    ".return_checks": "Checks at the return",
    ".retention": "How long records are kept",
    ".statutory_rules": "Timescales",
    ".time_budget": "Time advised, in minutes",
    ".timetable": "What each post owes",
    ".words": "What things are called",
    "bands.to": "To",
    "bodies.members": "Who sits on it",
    "closure_checks.by": "Confirmed by",
    "contents.kind": "What it is",
    "contents.required": "Must be there",
    "disputes.about": "It is about",
    "disputes.who": "Brought in",
    "excuses.excuses": "this is not owed",
    "figures.ceiling": "Not more than this share with the worst grade",
    "figures.good": "Good or better begins with",
    "figures.minimum": "No percentage of fewer audits than",
    "figures.smallest": "Smallest group shown to many readers",
    "fields.high": "The highest value means",
    "fields.low": "The lowest value means",
    "follows.event": "What it follows",
    "instruments.question": "Typed in with the audit’s question",
    "reports.sections": "Sections made by the system",
    "reports.to": "Received by",
    "reports.versions": "Other versions",
    "rungs.who": "Brought in",
    "shown_when.field": "The answer to",
    "shown_when.in": "Is one of",
    "retention.from": "Counted from",
    "retention.keep": "Kept for",
    "retention.kind": "What is kept",
    "versions.audience": "For",
    "versions.to": "Received by",
    "translations.ar": "Arabic",
    "translations.bn": "Bengali",
    "translations.cy": "Welsh",
    "translations.pa": "Punjabi",
    "translations.pl": "Polish",
    "translations.ro": "Romanian",
    "translations.so": "Somali",
    "translations.uk": "Ukrainian",
    "translations.ur": "Urdu",
    "messages.allocated": "An audit has been allocated",
    "messages.preparing": "The meeting has a date",
    "messages.in_session": "The meeting has started",
    "messages.grade_query": "Advice is asked for on a grade",
    "messages.advised": "Advice has been given",
    "messages.returned": "The audit has been returned",
    "messages.reopened": "A returned audit is open again",
    "time_budget.session": "The meeting",
    "timetable.post": "Post",
    "moderation.roles": "Part of a moderator",
    "words.line_manager": "Line manager",
    "words.second_worker": "Second worker",
    "parameters.value": "",
    "scaling.text": "A question to ask",
}
UNITS = {
    "hours": "hour",
    "days": "calendar day",
    "working_days": "working day",
    "weeks": "week",
    "months": "month",
    "years": "year",
}
FROM = {
    "returned": "from the return",
    "raised": "from the day it is recorded",
    "meeting": "from the day of the meeting",
    "due": "from its due date",
    "moderated": "from the end of the moderation",
}
PERSONS = {
    "auditor": "the auditor",
    "worker": "the worker",
    "second_worker": "the second worker",
    "moderator": "the moderator",
    "owner": "the action's owner",
    "officer": "the officer who raised it",
}
ROLES = {
    "practitioner": "practitioner",
    "auditor": "auditor",
    "line_manager": "line manager",
    "next_level": "manager's manager",
    "head_of_service": "head of service",
    "senior_leader": "senior leader",
    "moderator": "moderator",
    "panel_member": "panel member",
    "qa_officer": "QA officer",
    "qa_head": "head of QA",
    "reviewing_officer": "reviewing officer",
    "report_reader": "report reader",
    "administrator": "administrator",
}
# The format's own words, by the key they are written under.
WORDS: dict[str, dict[str, str]] = {
    "every": {
        "day": "every day",
        "week": "every week",
        "fortnight": "every fortnight",
        "month": "every month",
        "two_months": "every two months",
        "quarter": "every quarter",
        "term": "every school term",
        "half_year": "every half year",
        "year": "every year",
        "two_years": "every two years",
        "event": "when it happens",
        "continuous": "all the time",
        "as_set": "as set",
    },
    "team_rule": {
        "other_team": "from another team",
        "other_service": "from another part of the service",
        "own_service": "from the same service",
        "any": "from any team",
    },
    "own_case": {"refused": "never audits it"},
    "line_manager": {"refused": "no", "allowed": "yes"},
    "later": {"refused": "refused", "with_reason": "allowed with a reason"},
    "pick": {
        "random": "at random",
        "chosen": "by somebody",
        "either": "at random or by somebody",
    },
    "deadline.rule": {
        "end_of_month": "the end of the month it counts for",
        "weeks": "weeks after it is allocated",
        "months": "months after it is allocated",
        "audit_date": "the day of the audit",
    },
    "selection.rule": {
        "percentage": "a share of the audits returned in a month",
        "grade": "every audit with one of these grades",
        "look_back": "audits of the last months",
        "panel": "a dip sample for a panel",
        "every_audit": "every audit",
        "by_hand": "by hand, with a reason",
    },
    "overall_grade.method": {
        "scale": "a value on a scale, which carries a grade",
        "direct": "one of the grades, chosen directly",
    },
    "suggestion.method": {
        "share": "the share of answers that were met",
        "lowest": "the lowest grade given",
        "most": "the grade given most often",
    },
    "independent_of": {"worker_line": "in the worker's line of management", **PERSONS},
    "point": {
        "returned": "the return of the audit",
        "moderated": "the end of the moderation",
        "final": "the final grade",
    },
    "flag": {
        "safeguarding": "with a safeguarding concern",
        "no_safeguarding": "without a safeguarding concern",
        "actions_outstanding": "with actions still open",
        "practice_week": "in a practice week",
    },
    "ladders.kind": {"late": "climbs by itself", "stages": "somebody decides to go up"},
    "anchor": {
        "deadline": "the audit's deadline",
        "due": "the due date",
        "raised": "the day it is recorded",
        "stage_opened": "the opening of the stage",
        "set": "as set",
    },
    "asks": {
        "advocate": "that the child knows their rights and is helped to an advocate or lawyer",
        "consulted": "who was consulted",
    },
    "event": {
        "reminder": "a reminder before something is due",
        "overdue": "something is overdue",
        "rung": "a rung of a ladder is reached",
    },
    "follows.event": {"joined": "the first day of somebody’s first post"},
    "skip": {"officer": "by the officer who raised it", "nobody": "by nobody"},
    "delivery": {
        "call": "by telephone",
        "paper": "on paper",
        "link": "by a link",
        "in_person": "in person",
        "in_audit": "within the audit",
        "log": "noted by staff",
        "upload": "brought in from a file",
    },
    "privacy": {
        "identified": "belongs to an audit or a child",
        "confidential": "the name is known to the QA team only",
        "anonymous": "no person is kept",
        "totals": "only totals are kept",
    },
    "kind": {
        "scale": "a value on a scale",
        "overall_grade": "the overall grade",
        "choice": "one choice",
        "yes_no": "yes or no",
        "date": "a date",
        "short_text": "a short text",
        "long_text": "a text",
        "evidence": "evidence with its place and date",
        "shown": "shown from the file",
        "actions": "actions",
        "guidance": "to read",
        "grade": "a grade",
        "checklist": "a list to tick",
        "number": "a number",
        "agree": "five steps from strongly disagree to strongly agree",
        "faces": "one of five faces, for young children",
    },
    "contents.kind": {
        "text": "a text",
        "date": "a date",
        "number": "a number",
        "tick": "a box to tick",
        "yes_no": "yes or no",
        "overall": "the moderator's own overall grade",
        "items": "the moderator's own grade or value, with a comment",
        "actions_completed": "whether the audit's actions were done",
        "further_actions": "more actions, each with an owner and a date",
        "agreement": "agreement with the grade, or another grade proposed",
        "reason": "the reasons for the moderator's grade",
        "verdict": "a verdict: supported, not supported or sent back",
    },
    "retention.kind": {
        "audits": "audits, with answers, moderation, actions and follow-ups",
        "cases": "case numbers and children’s details",
        "concerns": "concerns taken up stage by stage",
        "feedback": "feedback of which somebody knows whose it is",
        "supervision_notes": "personal supervision notes",
        "files": "uploaded files",
        "partners": "what partner agencies contribute, and who was invited",
        "messages": "messages",
        "documents": "documents and packs made from audits",
        "reports": "reports",
        "tokens": "keys for the council’s own tools",
        "people": "names of people who have left",
        "sign_ins": "records of sign-ins",
        "history": "what records said before they were changed",
        "imports": "imports of files",
    },
    "retention.from": {
        "returned": "the return of the audit",
        "closed": "its closing",
        "eighteenth_birthday": "the child’s 18th birthday",
        "resolved": "the day it was settled",
        "received": "the day it was received",
        "written": "the day it was written",
        "uploaded": "the day it was uploaded",
        "ended": "its end",
        "made": "the day it was made",
        "published": "the day it was published",
        "left": "the last day of the last post",
        "last_seen": "the last time it was used",
    },
    "disputes.about": {
        "moderation": "the grade, after a moderation",
        "audit": "the audit itself",
    },
    "versions.audience": {
        "members": "elected members, partners and the public, without small numbers",
        "staff": "all staff, on two pages",
    },
    "reports.sections": {
        "leaders": "one page for leaders",
        "practice": "what difference practice makes",
        "grades": "grades",
        "sections": "sections of the audit",
        "inadequate": "immediate risk and inadequate audits",
        "voice": "children, families, partners and staff",
        "actions": "actions and closing the loop",
        "learning": "learning and its effect",
        "activities": "other quality assurance",
        "triangulation": "what other sources say",
        "sample": "who was audited",
        "trust": "how far grades can be trusted",
        "delivery": "how the programme was carried out",
        "month": "the month on two pages",
    },
    "response": {"compulsory": "in writing, always", "optional": "if it wants to", "none": "no"},
    "severity": {"statutory": "law or statutory guidance", "local": "the council's own"},
    "each": {"question": "each question", "section": "each section"},
    "respondent": {
        "practitioner": "the practitioner",
        "auditor": "the auditor",
        "joint": "both together",
    },
    "required_at": {"session": "the meeting", "return": "the return"},
    "open_in": {"preparing": "before the meeting", "in_session": "in the meeting"},
    "paging": {"section": "a section on a page", "question": "a question on a page"},
    "fact": {
        "case.plan_type": "the child's plan",
        "case.age": "the child's age",
        "audit.practice_week": "the practice week",
    },
    "also": {"partly": "partly", "not_applicable": "not applicable"},
    "unit": {key: f"{word}s" for key, word in UNITS.items()},
    "colour": {"light-blue": "light blue"},
}
WORDS["hidden_until_session_from"] = WORDS["respondent"]
# What a code names, by the key it is written under.
NAMED = {
    "grade": "grade",
    "good": "grade",
    "grades": "grade",
    "priority_grade": "grade",
    "scale": "scale",
    "activity": "activity",
    "done": "activity",
    "excuses": "activity",
    "tool": "tool",
    "action_class": "class",
    "default_class": "class",
    "reports_to": "body",
    "to": "body",
    "part": "part",
    "parts": "part",
    "reason_part": "part",
    "not_in": "option",
    "in": "option",
    "question": "question",
    "area": "area",
    "areas": "area",
    "beside": "question",
    "broken_down_by": "field",
    "field": "field",
}
MONTHS = frozenset({"year_start_month", "months_without_audits"})
COUNTED = {
    "percent": " %",
    "percent_of_open": " %",
    "ceiling": " %",
    "minutes": " minutes",
    "cool_off_months": " months",
}
DAYS = frozenset({"approved_on", "review_on", "effective_from"})


@dataclass(frozen=True)
class Names:
    """What the codes of a framework are called, by what they name."""

    of: Mapping[str, Mapping[str, str]]


def names_of(document: Mapping[str, Any]) -> Names:
    """The names of everything in a framework that has a code."""

    def titles(rows: Any, name: str = "title") -> dict[str, str]:
        return {one["code"]: one[name] for one in rows or []}

    tools = document.get("tools", [])
    parts, options = _parts(tools)
    chosen = _choices(document.get("instruments", []))
    return Names(
        {
            "post_code": titles(document.get("post_types")),
            "body": titles(document.get("bodies")),
            "grade": titles(document.get("grades"), "label"),
            "activity": titles(document.get("activities")),
            "tool": titles(tools),
            "class": titles(document.get("actions", {}).get("classes"), "label"),
            "scale": {code: key_in_words(code) for code in document.get("scales", {})},
            "area": titles(document.get("descriptor_areas")),
            "part": parts,
            "option": _options(chosen) | options,
            "field": {one["code"]: one["label"] for one in reversed(chosen)},
            "question": {one["code"]: one["title"] for one in _questions(tools)},
        }
    )


def _questions(tools: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for tool in tools for section in tool["sections"] for one in section["questions"]]


def _choices(instruments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The fields of all instruments on which others may hang, and by which totals may be broken down."""
    listed = (one for instrument in instruments for one in instrument.get("fields", []))
    return [one for one in listed if one["kind"] in {"choice", "yes_no"}]


def _options(fields: list[dict[str, Any]]) -> dict[str, str]:
    """The choices of fields by their codes; the first of several wins."""
    listed = [option for one in fields for option in one.get("options", [])]
    return {option["code"]: option["label"] for option in reversed(listed)}


def _parts(tools: list[dict[str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    """Parts by their full code, as the question and the part are called, and the choices by theirs."""
    parts: dict[str, str] = {}
    options: dict[str, str] = {}
    for tool in tools:
        for question in _questions([tool]):
            listed = question["parts"]
            listed = tool["part_sets"][listed] if isinstance(listed, str) else listed
            for part in listed:
                words = f"{question['title']}: {part['label']}"
                parts.setdefault(f"{question['code']}.{part['code']}", words)
                for option in part.get("options", []):
                    options.setdefault(option["code"], option["label"])
    return parts, options


def key_in_words(key: str, above: str | None = None) -> str:
    """A key as a heading: reports_to becomes Results go to; `above` is the key it stands under, "" at the top."""
    found = KEYS.get(f"{above}.{key}", KEYS.get(key))
    return key.replace("_", " ").replace("-", " ").capitalize() if found is None else found


def heading_of(place: Place) -> list[str]:
    """The words on the way to a place, from the top."""
    keys = [step for step in place if isinstance(step, str)]
    words = [key_in_words(key, above) for above, key in zip(["", *keys], keys, strict=False)]
    return [word for word in words if word]


def duration(value: Mapping[str, Any]) -> str:
    """{number: 5, unit: working_days} becomes 5 working days; 0 days is the day itself."""
    number, unit = value["number"], UNITS[value["unit"]]
    words = f"{number} {unit}{'' if number == 1 else 's'}"
    if not number:
        words = "on the day itself"
    return f"{words} {FROM[value['from']]}" if value.get("from") in FROM else words


def recipient(code: str, names: Names) -> str:
    """worker.head_of_service becomes: the worker's head of service."""
    who, _, what = code.partition(".")
    if not what:
        return PERSONS.get(who, who)
    if not what.startswith("post."):
        role = ROLES.get(what, what)
        return f"every {role}" if who == "council" else f"{PERSONS.get(who, who)}'s {role}"
    code = what.removeprefix("post.")
    title = names.of["post_code"].get(code, code)
    return f"whoever is {title}" if who == "council" else f"{PERSONS.get(who, who)}'s {title}"


def is_duration(value: object) -> bool:
    """Whether a value is a length of time."""
    return (
        isinstance(value, Mapping) and {"number", "unit"} <= set(value) and value["unit"] in UNITS
    )


def simple(value: object) -> bool:
    """Whether a value is said in one line: a scalar, a length of time, or a list of scalars."""
    if isinstance(value, list):
        return all(not isinstance(one, Mapping | list) for one in value)
    return not isinstance(value, Mapping) or is_duration(value)


def in_words(value: object, names: Names, place: Place) -> str:
    """A simple value in plain words, as they are meant at its place."""
    if isinstance(value, list):
        return "; ".join(lines_of(value, names, place)) or "none"
    return _one(value, names, place)


def lines_of(value: list[Any], names: Names, place: Place) -> list[str]:
    """Each entry of a simple list in plain words."""
    return [_one(one, names, place) for one in value]


def _one(value: object, names: Names, place: Place) -> str:
    keys = ["", "", *(step for step in place if isinstance(step, str))]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return duration(value)
    if isinstance(value, int) and keys[-1] in MONTHS:
        return month_name[value]
    if keys[-1] in DAYS:
        return _day(value)
    if isinstance(value, int):
        return f"{value}{COUNTED.get(keys[-1], '')}"
    return code_in_words(str(value), names, about(place), (keys[-2], keys[-1]))


def _day(value: object) -> str:
    try:
        found = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return f"{found:%-d %B %Y}"


def code_in_words(code: str, names: Names, meant: About, keys: tuple[str, str]) -> str:
    """A code of the format or of this file as it is called; anything else as it stands."""
    if meant.kind == "role":
        return ROLES.get(code, code)
    if meant.kind == "recipient":
        return recipient(code, names)
    known = words_for(names, meant, keys)
    if code in known:
        return known[code]
    person, _, what = code.partition(".")
    is_recipient = keys[-1] == "to" and what and person in {*PERSONS, "council"}
    return recipient(code, names) if is_recipient else code


def words_for(names: Names, meant: About, keys: tuple[str, str]) -> Mapping[str, str]:
    """The codes that may stand at a place, with their words; empty where texts and numbers stand."""
    if meant.kind == "role":
        return ROLES
    if meant.kind in names.of:
        return names.of[meant.kind]
    above, key = keys
    if meant.words:
        words = WORDS.get(f"{above}.{key}") or WORDS.get(meant.kind) or WORDS.get(key, {})
        return {one: words.get(one, one.replace("_", " ")) for one in meant.words}
    return names.of.get(NAMED.get(key, ""), {})
