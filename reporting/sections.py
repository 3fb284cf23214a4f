"""The sections of a report in the order they are printed: practice first, machinery last. Plain.

A framework's report rule switches sections on by their codes. A section's places are where the QA team writes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

LEADERS, MEMBERS, STAFF = "leaders", "members", "staff"
EVERYBODY = frozenset({LEADERS, MEMBERS, STAFF})


@dataclass(frozen=True)
class Place:
    """Where something is written: its code, what it is called, what belongs there, how long it may be."""

    code: str
    label: str
    hint: str = ""
    longest: int = 6000


@dataclass(frozen=True)
class Section:
    """One section: its figures in their order, its places for commentary, and the audiences that read it."""

    code: str
    title: str
    figures: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    readers: frozenset[str] = frozenset({LEADERS, MEMBERS})


def written(code: str) -> tuple[Place, ...]:
    """The one place of a section that needs no other."""
    return (Place(code, "Commentary", "What do these figures mean for children?"),)


SECTIONS: tuple[Section, ...] = (
    Section(
        "leaders",
        "One page for leaders",
        places=(
            Place(
                "leaders.practice", "What we found about practice", "Five findings at most.", 1800
            ),
            Place(
                "leaders.children",
                "What children and families told us",
                "Three findings at most.",
                1200,
            ),
            Place("leaders.decisions", "Decisions needed", "Three at most.", 1200),
        ),
        readers=EVERYBODY,
    ),
    Section(
        "practice",
        "What difference practice is making",
        ("strengths", "develop", "barriers", "difference"),
        written("practice"),
        readers=EVERYBODY,
    ),
    Section(
        "grades",
        "Grades",
        ("grades", "grades-by-service", "good-over-time", "inadequate-over-time"),
        written("grades"),
    ),
    Section(
        "sections",
        "Sections and standards",
        ("sections-by-service", "sections-over-time", "weakest-items", "scales"),
        written("sections"),
    ),
    Section(
        "inadequate",
        "Immediate risk and inadequate audits",
        ("inadequate-audits", "loops"),
        written("inadequate"),
    ),
    Section(
        "voice",
        "Children, families, partners and staff",
        ("asked", "statements", "family-and-auditor", "compliments-complaints"),
        written("voice"),
    ),
    Section(
        "actions",
        "Actions and closing the loop",
        ("actions-by-age", "escalations", "time-to-close", "impact", "immediate-tasks"),
        written("actions"),
    ),
    Section(
        "learning",
        "Learning and its effect",
        ("learning-activities", "returning-themes"),
        written("learning"),
        readers=EVERYBODY,
    ),
    Section(
        "activities",
        "Thematic audits, dip samples, practice week, observations",
        ("activities",),
        written("activities"),
    ),
    Section(
        "triangulation",
        "What other sources say",
        ("concerns", "beside-each-other"),
        written("triangulation"),
    ),
    Section("sample", "Who was audited", ("represented",), written("sample")),
    Section(
        "trust",
        "How far the grades can be trusted",
        ("grade-changes", "moderation-coverage", "agreement", "auditor-severity"),
        written("trust"),
    ),
    Section(
        "delivery",
        "Delivery of the programme",
        ("month-audits", "programme-delivery", "timeliness", "date-changes", "auditor-capacity"),
        written("delivery"),
    ),
)
MONTH = Section(
    "month",
    "The month in two pages",
    (
        "month-audits",
        "grades",
        "good-over-time",
        "inadequate-audits",
        "grade-changes",
        "actions-by-age",
        "escalations",
        "asked",
        "auditor-capacity",
    ),
    (
        Place("month.good", "Good practice", "Three highlights, one on each line.", 450),
        Place("month.develop", "To develop", "Three things, one on each line.", 450),
        Place("month.focus", "Theme in focus", "One theme.", 350),
        Place("month.voices", "In their words", "One sentence each, with nobody in it named.", 350),
        Place(
            "month.meeting",
            "For the performance meeting",
            "Questions that the figures raise, decisions, and whose they are.",
            450,
        ),
    ),
    readers=EVERYBODY,
)
BY_CODE = {one.code: one for one in (*SECTIONS, MONTH)}


def switched_on(codes: Iterable[str]) -> tuple[Section, ...]:
    """The sections of a report whose rule names these codes, in the order they are printed."""
    wanted = set(codes)
    return tuple(one for one in (*SECTIONS, MONTH) if one.code in wanted)


def places(sections: Iterable[Section]) -> dict[str, Place]:
    """Where something can be written, by its code."""
    return {place.code: place for section in sections for place in section.places}


def figure_codes(sections: Iterable[Section]) -> tuple[str, ...]:
    """Each figure once, in the order it is first printed."""
    return tuple(dict.fromkeys(code for section in sections for code in section.figures))
