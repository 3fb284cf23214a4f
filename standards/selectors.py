"""Reading editions: the one in force for a council on a day, and an edition as a frozen tree."""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from core.prepared import COUNCIL, Prepared
from people.models import Council
from people.roles import Role
from standards.edition import (
    AppliesWhen,
    Area,
    Cell,
    Edition,
    Option,
    PartForm,
    QuestionForm,
    Scaling,
    SectionForm,
    Standard,
    Suggestion,
    ToolForm,
    Window,
)
from standards.instruments import instruments_of
from standards.models import (
    CalendarDay,
    Descriptor,
    FrameworkVersion,
    Part,
    PracticeStandard,
    Question,
    Section,
    Tool,
)
from standards.policy import REMINDERS, Duration
from standards.reading import durations_of, policy_of
from standards.workdays import Calendar

# Editions that can no longer change, by row and checksum. A process reads each of them once.
_kept: dict[tuple[int, str], Edition] = {}
KEEP = 64
# Somebody named by a role or a post: `worker.head_of_service`, `council.post.DCS`.
RECIPIENT = re.compile(
    rf"(auditor|worker|moderator|owner|officer|council)\.({'|'.join(Role)}|post\.[A-Za-z0-9_-]+)"
)


def in_force(council: Council, on: date) -> FrameworkVersion | None:
    """The council's published edition that is in force on a day: the last to have taken effect.

    An edition that is closed is never in force: no new audit begins under it.
    """
    return FrameworkVersion.objects.filter(council=council).in_force(on).first()


CHANGED_DAYS = Prepared(
    lambda: (
        CalendarDay.objects.filter(council=COUNCIL)
        .changing_working_days()
        .values_list("kind", "from_on", "to_on")
    )
)


def calendar_of(council_id: int) -> Calendar:
    """The days on which a council's working days differ from the bank holidays; one query."""
    days: dict[str, set[date]] = {"closed": set(), "worked": set()}
    for kind, from_on, to_on in CHANGED_DAYS.rows({COUNCIL: council_id}):
        days[kind] |= {from_on + timedelta(n) for n in range((to_on - from_on).days + 1)}
    return Calendar(frozenset(days["closed"]), frozenset(days["worked"]))


def reminder_lengths(council_id: int) -> frozenset[Duration]:
    """How long before something is due anybody is reminded, in every edition that a council has published; one query."""
    found: set[Duration] = set()
    rows = FrameworkVersion.objects.filter(council=council_id).exclude(state="draft")
    for general, ladders in rows.values_list("policy__reminders", "policy__ladders"):
        found.update(REMINDERS if general is None else durations_of(general))
        found.update(
            one for rule in ladders or () for one in durations_of(rule.get("reminders", ()))
        )
    return frozenset(found)


def recipients_in(policy: Any) -> list[str]:
    """Every recipient that a policy names by a role or a post, each once, in the order of the file."""
    found: dict[str, None] = {}
    waiting = [policy]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, Mapping):
            waiting = [*value.values(), *waiting]
        elif isinstance(value, list):
            waiting = [*value, *waiting]
        elif isinstance(value, str) and RECIPIENT.fullmatch(value):
            found[value] = None
    return list(found)


def edition(version: FrameworkVersion) -> Edition:
    """The edition as frozen values. Once published it is read from the database once in each process."""
    if version.state == FrameworkVersion.State.DRAFT:
        return _read(version)
    key = (version.pk, version.checksum)
    if key not in _kept:
        if len(_kept) >= KEEP:
            _kept.clear()
        _kept[key] = _read(version)
    return _kept[key]


def edition_known(pk: int, state: str, checksum: str) -> Edition:
    """The edition of a row of which the state and the checksum are known; asks only where this process has not it."""
    kept = _kept.get((pk, checksum)) if state != FrameworkVersion.State.DRAFT else None
    return kept or edition(FrameworkVersion.objects.get(pk=pk))


def _read(version: FrameworkVersion) -> Edition:
    """Six queries, whatever the size of the framework."""
    framework = version.policy["framework"]
    policy = policy_of(version.policy)
    return Edition(
        id=version.pk,
        council_code=framework["code"],
        framework_name=framework["name"],
        number=version.edition,
        label=version.label,
        effective_from=version.effective_from,
        checksum=version.checksum,
        policy=policy,
        tools=_tools(version),
        standards=_standards(version),
        areas=_areas(version),
        year_start=framework.get("year_start_month", 4),
        instruments=instruments_of(version.policy.get("instruments", ()), policy.scales),
    )


def _tools(version: FrameworkVersion) -> Mapping[str, ToolForm]:
    sections = _sections(version)
    return MappingProxyType(
        {
            tool.code: ToolForm(
                tool.pk,
                tool.code,
                tool.title,
                tool.short,
                tool.intro,
                tuple(sections[tool.pk]),
                window=_window(tool.window),
                suggestion=_suggestion(tool.suggestion),
                used_for=tool.used_for,
            )
            for tool in Tool.objects.filter(version=version).order_by("pk")
        }
    )


def _window(about: dict[str, Any]) -> Window | None:
    """The time that an audit looks at; None where the form says nothing."""
    if not about:
        return None
    times = {
        key: Duration(about[key]["number"], about[key]["unit"])
        for key in ("look_back", "judgement")
        if key in about
    }
    return Window(note=about.get("note", ""), **times)


def _suggestion(about: dict[str, Any]) -> Suggestion | None:
    """How the form works a suggested grade out; None where it does not."""
    if not about:
        return None
    return Suggestion(
        method=about["method"],
        reason_part=about["reason_part"],
        parts=tuple(about.get("parts", ())),
        bands=tuple((band["from"], band["grade"]) for band in about.get("bands", ())),
        priority_grade=about.get("priority_grade", ""),
    )


def _applies_when(about: dict[str, Any]) -> AppliesWhen | None:
    """The condition of a section; None where it applies to every child."""
    if not about:
        return None
    return AppliesWhen(about.get("part", ""), about.get("fact", ""), tuple(about["in"]))


def _sections(version: FrameworkVersion) -> dict[int, list[SectionForm]]:
    questions = _questions(version)
    found = defaultdict(list)
    for row in Section.objects.filter(version=version).order_by("tool", "order"):
        found[row.tool_id].append(
            SectionForm(
                code=row.code,
                number=row.number,
                title=row.title,
                intro=row.intro,
                respondent=row.respondent,
                open_in=tuple(row.open_in),
                hidden_until_session_from=tuple(row.hidden_until_session_from),
                paging=row.paging,
                minutes=row.minutes,
                questions=tuple(questions[row.pk]),
                applies_when=_applies_when(row.applies_when),
                always=row.always,
            )
        )
    return found


def _questions(version: FrameworkVersion) -> dict[int, list[QuestionForm]]:
    parts = _part_rows(version)
    found = defaultdict(list)
    rows = (
        Question.objects.filter(version=version)
        .select_related("section")
        .order_by("section", "order")
    )
    for row in rows:
        scaling = (
            Scaling(**{"text": "", "low": "", "high": "", **row.scaling}) if row.scaling else None
        )
        found[row.section_id].append(
            QuestionForm(
                code=row.code,
                number=row.number,
                title=row.title,
                text=row.text,
                areas=tuple(row.areas),
                standards=tuple(row.standards),
                scaling=scaling,
                note=row.note,
                repeat=row.repeat,
                source=row.source,
                section_code=row.section.code,
                parts=tuple(part_form(part, row, scaling) for part in parts[row.pk]),
            )
        )
    return found


def _part_rows(version: FrameworkVersion) -> dict[int, list[Part]]:
    found = defaultdict(list)
    for row in Part.objects.filter(version=version).order_by("question", "order"):
        found[row.question_id].append(row)
    return found


def part_form(row: Part, question: Question, scaling: Scaling | None) -> PartForm:
    """A part as a value; a scale's end labels are its own, or those of the question's scaling."""
    details: dict[str, Any] = row.details
    when = details.get("required_when")
    ends = scaling if row.kind == "scale" and scaling else Scaling("", "", "")
    return PartForm(
        id=row.pk,
        code=row.code,
        kind=row.kind,
        label=row.label,
        respondent=row.respondent,
        question_code=question.code,
        section_code=question.section.code,
        help=details.get("help", ""),
        required_at=row.required_at,
        required_when=(when["part"], tuple(when["in"])) if when else None,
        scale=details.get("scale"),
        low=details.get("low", ends.low),
        high=details.get("high", ends.high),
        options=tuple(Option(**option) for option in details.get("options", [])),
        shows=details.get("shows", ""),
        max_length=details.get("max_length"),
        grades=tuple(details.get("grades", ())),
        also=tuple(details.get("also", ())),
        all_of=details.get("all_of", False),
        lowest=details.get("lowest"),
        highest=details.get("highest"),
        unit=details.get("unit", ""),
        aspect=details.get("aspect", ""),
        weight=details.get("weight", 1),
        priority=details.get("priority", False),
    )


def _standards(version: FrameworkVersion) -> tuple[Standard, ...]:
    return tuple(
        Standard(row.number, row.alias, row.section_code, row.section_title, row.title, row.text)
        for row in PracticeStandard.objects.filter(version=version).order_by("order")
    )


def _areas(version: FrameworkVersion) -> Mapping[str, Area]:
    cells: dict[str, dict[str, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for row in Descriptor.objects.filter(version=version).order_by("order"):
        cells[row.area][row.grade].append(Cell(row.column, row.text))
    return MappingProxyType(
        {
            area["code"]: Area(
                code=area["code"],
                title=area["title"],
                aim=area.get("aim", ""),
                columns=tuple(area.get("columns", ())),
                cells=MappingProxyType(
                    {grade: tuple(texts) for grade, texts in cells[area["code"]].items()}
                ),
            )
            for area in version.policy.get("descriptor_areas", [])
        }
    )
