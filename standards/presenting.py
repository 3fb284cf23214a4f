"""A framework as pages to read: groups of entries with facts in words, each with its place in the file. No Django."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from standards.crosscheck.paths import place_of
from standards.describing import Place, about
from standards.editing import NotThere, fixed, mark_of, value_at
from standards.schema import path_of
from standards.wording import Names, heading_of, in_words, key_in_words, lines_of, names_of, simple

# Said of an entry beside its facts.
BESIDE = frozenset({"source", "assumed", "code"})
TITLES = ("title", "label", "subject", "heading")
# Where the code is what people write elsewhere, and so stands with the title.
CODED = frozenset({"sources", "post_types"})
MOST_IN_A_ROW = 4
LONG = 40
SHORT = 16
MANY = 10


@dataclass(frozen=True)
class Fact:
    """One thing that is said: its heading, the words (or several), its path, and whether it can be changed."""

    label: str
    words: str
    path: str
    changeable: bool = True
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One thing with its facts and what is inside it; `path` is where its title can be changed."""

    title: str
    facts: tuple[Fact, ...] = ()
    source: str = ""
    assumed: str = ""
    inside: tuple["Entry", ...] = ()
    path: str = ""

    @property
    def in_a_row(self) -> bool:
        """Whether its facts are so few and short that they fit in a line."""
        short = all(
            not fact.lines and len(fact.words) <= LONG and len(fact.label) <= SHORT
            for fact in self.facts
        )
        return not self.title and not self.inside and len(self.facts) <= MOST_IN_A_ROW and short


@dataclass(frozen=True)
class Group:
    """One part of the framework; without entries there is no local rule."""

    key: str
    title: str
    entries: tuple[Entry, ...] = ()

    @property
    def folded(self) -> bool:
        """Whether there is so much that each entry opens by itself."""
        return len(self.entries) > MANY and any(one.facts or one.inside for one in self.entries)


@dataclass(frozen=True)
class Page:
    """One page of the framework."""

    code: str
    title: str
    keys: Mapping[str, str] = field(default_factory=dict)


PAGES = (
    Page(
        "about",
        "About",
        {
            "framework": "The framework",
            "words": "What things are called",
            "core_areas": "Core areas of practice",
            "principles": "Principles",
            "themes": "Themes",
            "documents": "Documents",
            "note": "The note on the child's file",
            "parameters": "What else it says",
        },
    ),
    Page(
        "grades",
        "Grades and scales",
        {
            "grades": "Grades",
            "overall_grade": "The overall grade",
            "scales": "Scales",
            "grade_query": "Asking for advice on a grade",
            "return_checks": "Checks at the return",
        },
    ),
    Page("forms", "Forms"),
    Page("standards", "Standards"),
    Page("people", "Posts and bodies", {"post_types": "Posts", "bodies": "Boards and meetings"}),
    Page(
        "programme",
        "Programme",
        {
            "allocation": "Allocation",
            "activities": "Activities",
            "timetable": "What each post owes in each quarter",
            "targets": "Targets",
            "programme": "The year",
        },
    ),
    Page(
        "moderation",
        "Moderation",
        {
            "moderation": "Moderation",
            "disputes": "Disagreements",
            "grade_triggers": "What a grade sets off",
        },
    ),
    Page(
        "actions",
        "Actions and clocks",
        {
            "actions": "Actions",
            "follow_ups": "Follow-ups",
            "closing_loop": "Closing the loop",
            "closure_checks": "Before an audit is closed",
            "ladders": "Ladders",
            "reminders": "Reminders",
            "messages": "Who is told of each step",
            "templates": "The council’s own words in messages",
            "time_budget": "Time advised, in minutes",
        },
    ),
    Page(
        "feedback",
        "Feedback and reports",
        {"instruments": "Feedback", "reports": "Reports", "figures": "What figures stand on"},
    ),
    Page("timescales", "Timescales", {"statutory_rules": "Timescales that can be checked"}),
    Page("retention", "Keeping records", {"retention": "How long records are kept"}),
    Page("assumptions", "Assumptions"),
)


def page_of(place: Place) -> str:
    """The code of the page on which a place of the file is shown."""
    home = {"tools": "forms", "standards": "standards", "descriptor_areas": "standards"}
    top = str(place[0]) if place else ""
    return home.get(top) or next((page.code for page in PAGES if top in page.keys), "about")


def groups(page: Page, document: Mapping[str, Any]) -> list[Group]:
    """The groups of a page, also those of which the framework says nothing."""
    names = names_of(document)
    return [
        Group(key, title, tuple(entries(document[key], (key,), names)) if key in document else ())
        for key, title in page.keys.items()
    ]


def entries(value: Any, place: Place, names: Names) -> Iterator[Entry]:
    """What stands at a place, as entries."""
    if isinstance(value, list) and not simple(value):
        for step, one in enumerate(value):
            yield entry(one, (*place, step), names)
    elif isinstance(value, Mapping):
        if value and all(isinstance(one, Mapping) and not simple(one) for one in value.values()):
            for key, one in value.items():
                title = key_in_words(key, str(place[-1]))
                yield entry(one, (*place, key), names, title=title)
        else:
            yield entry(value, place, names, title="")
    else:
        yield Entry("", (fact("", value, place, names),))


def entry(value: Any, place: Place, names: Names, *, title: str | None = None) -> Entry:
    """One mapping (or plain value of a list) as an entry."""
    if not isinstance(value, Mapping):
        return Entry("", (fact("", value, place, names),))
    head = title_key(value) if title is None else ""
    shown = [key for key in value if key not in BESIDE and key != head]
    number = value["number"] if head and isinstance(value.get("number"), str) else ""
    coded = (
        f" ({value['code']})" if place[0] in CODED or place[:2] == ("framework", "sources") else ""
    )
    words = f"{number} {value[head]}{coded}".strip() if head else title or ""
    above = next((step for step in reversed(place) if isinstance(step, str)), "")
    facts = tuple(
        fact(heading(key, above, names), value[key], (*place, key), names)
        for key in shown
        if simple(value[key]) and not (number and key == "number")
    )
    inside = tuple(
        Entry(key_in_words(key, above), inside=tuple(entries(value[key], (*place, key), names)))
        for key in shown
        if not simple(value[key])
    )
    return Entry(
        words,
        facts,
        str(value.get("source", "")),
        str(value.get("assumed", "")),
        inside,
        path_of((*place, head)) if head else "",
    )


def heading(key: str, above: str, names: Names) -> str:
    """A key in words; definitions stand under the codes of grades."""
    return names.of["grade"].get(key, key) if above == "definitions" else key_in_words(key, above)


def title_key(value: Mapping[str, Any]) -> str:
    """Which key of a mapping is its heading; a value of one line only."""
    return next((key for key in TITLES if isinstance(value.get(key), str)), "")


def fact(label: str, value: Any, place: Place, names: Names) -> Fact:
    """A simple value with its heading; a list of several or of long texts line by line."""
    words = in_words(value, names, place)
    lines: tuple[str, ...] = ()
    if isinstance(value, list) and (len(value) > MOST_IN_A_ROW or len(words) > LONG):
        lines = tuple(lines_of(value, names, place)) if len(value) > 1 else ()
    return Fact(label, words, path_of(place), not fixed(place), lines)


def found(document: Mapping[str, Any], words: str) -> list[tuple[Place, str]]:
    """Texts that hold these words, with the place of each; at most a hundred, in the file's order."""
    wanted = words.casefold().split()
    hits: list[tuple[Place, str]] = []
    for place, text in texts(document, ()):
        if wanted and len(hits) < MOST_HITS and all(word in text.casefold() for word in wanted):
            hits.append((place, text))
    return hits


MOST_HITS = 100
# What stands in the file for programs and citations, not for readers.
UNREAD = frozenset({"code", "source", "path", "assumed", "number", "warning", "colour"})


def texts(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Every text of a document that people read, with its place; codes are none."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            if key not in UNREAD or not isinstance(one, str):
                yield from texts(one, (*place, key))
    elif isinstance(value, list):
        for step, one in enumerate(value):
            yield from texts(one, (*place, step))
    elif isinstance(value, str) and (" " in value or is_text(place)):
        yield place, value


def is_text(place: Place) -> bool:
    """Whether the schema lets a text stand at a place, rather than a code or one of some words."""
    meant = about(place)
    return not meant.kind and not meant.words and place[-1] not in {"part", "parts", "to", "tool"}


# What is assumed.


@dataclass(frozen=True)
class Assumption:
    """One thing the file assumes: its number, what, where it stands, and where it is changed or confirmed."""

    number: str
    says: str
    where: str
    page: str
    confirm: str
    mark: str
    change: str = ""


def assumptions(document: Mapping[str, Any]) -> list[Assumption]:
    """What the file lists as assumed, and then each mark on an item that the list does not speak of."""
    listed = document.get("assumed", [])
    said = {one["number"]: one["says"] for one in reversed(listed)}
    rows: list[Assumption] = []
    covered: set[Place] = set()
    for step, one in enumerate(listed):
        place = place_of(one["path"], document) or ()
        covered.update(marks(document, place, one["number"]))
        rows.append(assumption(one["number"], one["says"], place, ("assumed", step), document))
    for place in marks(document, ()):
        if place not in covered:
            number = value_at(document, place)
            says = said.get(number, "")
            rows.append(assumption(number, says, place[:-1], place, document))
    return rows


def assumption(
    number: str, says: str, place: Place, confirm: Place, document: Mapping[str, Any]
) -> Assumption:
    current = value_at(document, place) if place else document
    changeable = place and simple(current) and not fixed(place)
    return Assumption(
        number,
        says,
        ": ".join(where_of(place, document)),
        page_of(place),
        path_of(confirm),
        mark_of(value_at(document, confirm)),
        path_of(place) if changeable else "",
    )


def where_of(place: Place, document: Mapping[str, Any]) -> list[str]:
    """The words on the way to a place, with the titles of what it passes."""
    words: list[str] = []
    for at, step in enumerate(place):
        if isinstance(step, str):
            words += heading_of(place[: at + 1])[-1:] if key_in_words(step) else []
        else:
            value = value_at(document, place[: at + 1])
            inner = value.get("section", value) if isinstance(value, Mapping) else {}
            inner = inner if isinstance(inner, Mapping) else value
            words += [str(inner[title_key(inner)])] if title_key(inner) else []
    return words


def marks(value: Any, place: Place, number: str = "") -> list[Place]:
    """The places of the marks `assumed` at or beneath a place, of one number or of all."""
    try:
        inner = value_at(value, place)
    except NotThere:
        return []
    found_at: list[Place] = []
    pairs = (
        inner.items()
        if isinstance(inner, Mapping)
        else enumerate(inner)
        if isinstance(inner, list)
        else ()
    )
    for key, one in pairs:
        if key == "assumed" and isinstance(one, str) and number in {"", one}:
            found_at.append((*place, key))
        elif isinstance(one, Mapping | list):
            found_at += marks(value, (*place, key), number)
    return found_at


# Standards, and what good looks like.


@dataclass(frozen=True)
class Line:
    """One statement with its number or column and its path."""

    head: str
    text: str
    path: str


@dataclass(frozen=True)
class Block:
    """Statements under one heading."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class AreaPage:
    """One area of practice: what it is for, and what each grade looks like, the best first."""

    title: str
    aim: str
    count: int
    grades: tuple[Block, ...]


def standards_of(document: Mapping[str, Any]) -> list[Block]:
    """The practice standards by section."""
    return [
        Block(
            group["section"]["title"],
            tuple(
                Line(
                    f"{item['number']} {item.get('title', '')}".strip(),
                    item["text"],
                    path_of(("standards", at, "items", step, "text")),
                )
                for step, item in enumerate(group["items"])
            ),
        )
        for at, group in enumerate(document.get("standards", []))
    ]


def areas_of(document: Mapping[str, Any]) -> list[AreaPage]:
    """What good looks like, by area and grade."""
    best_first = sorted(document["grades"], key=lambda grade: -grade["rank"])
    pages = []
    for at, area in enumerate(document.get("descriptor_areas", [])):
        grades = tuple(
            Block(grade["label"], cells_of(area, ("descriptor_areas", at, "cells", grade["code"])))
            for grade in best_first
            if area["cells"].get(grade["code"])
        )
        count = sum(len(block.lines) for block in grades)
        pages.append(AreaPage(area["title"], area.get("aim", ""), count, grades))
    return pages


def cells_of(area: Mapping[str, Any], place: Place) -> tuple[Line, ...]:
    """The descriptors of one grade."""
    rows = []
    for step, cell in enumerate(area["cells"][place[-1]]):
        if isinstance(cell, Mapping):
            head, text, here = key_in_words(cell["column"]), cell["text"], (*place, step, "text")
        else:
            head, text, here = "", cell, (*place, step)
        rows.append(Line(head, text, path_of(here)))
    return tuple(rows)


# Forms.

ABOUT_A_FORM = ("short", "intro", "used_for", "window", "suggestion")


def about_forms(document: Mapping[str, Any]) -> list[Entry]:
    """What is said of each form beside its sections."""
    names = names_of(document)
    return [
        entry(
            {key: tool[key] for key in ABOUT_A_FORM if key in tool}, ("tools", at), names, title=""
        )
        for at, tool in enumerate(document["tools"])
    ]


def paths_within(document: Mapping[str, Any], tool_code: str) -> dict[str, str]:
    """The path of each section, question and part of a form by its code; what is shared is there once."""
    at = next(step for step, tool in enumerate(document["tools"]) if tool["code"] == tool_code)
    tool, paths = document["tools"][at], {}
    for step, section in enumerate(tool["sections"]):
        here: Place = ("tools", at, "sections", step)
        paths[section["code"]] = path_of(here)
        for number, question in enumerate(section["questions"]):
            paths[f"{section['code']}/{question['code']}"] = path_of((*here, "questions", number))
            listed, within = question["parts"], (*here, "questions", number, "parts")
            if isinstance(listed, str):
                listed, within = tool["part_sets"][listed], ("tools", at, "part_sets", listed)
            for place, part in enumerate(listed):
                paths[f"{question['code']}.{part['code']}"] = path_of((*within, place))
    return paths
