"""What somebody means to do, before it is an action: checked for what is missing and what is not SMART (C1-5)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from actions import limits
from actions.limits import Anchors
from cases.models import CaseFile
from people.models import OrgUnit, User
from standards.models import FrameworkVersion
from standards.policy import ActionClass, ActionRules
from standards.workdays import PLAIN, Calendar

# Words that are no date, where the framework names none (C1-5; BF-Live: SMART). The date field is a real date;
# these catch them in the text.
NO_DATE_WORDS = ("ASAP", "as soon as possible", "ongoing", "on-going")


# After these a word says how something is, and not by when: “find out whether it is ongoing”.
SAID_OF = ("is", "are", "was", "were", "be", "been", "being", "remain", "remains", "still", "not")
NOT_SAID = "".join(rf"(?<!\b{word}\s)" for word in SAID_OF)
# The end of a line or of a sentence, with what may close it, or a colon.
ENDS = r"(?=[)\]”’\"'\s]*(?:[.;:!?]|$))"


def no_date(words: Iterable[str]) -> re.Pattern[str]:
    """Finds any of the words where it stands for a time: in any case, an abbreviation also with full stops.

    An abbreviation or a phrase is a time wherever it stands, also over a line's end. A single word such as “ongoing”
    describes things as well: it is a time only where it ends a line or a sentence, or stands before a colon, and is
    not said of something (C1-5: refused in the timescale).
    """
    return re.compile("|".join(as_pattern(word) for word in words), re.IGNORECASE | re.MULTILINE)


def as_pattern(word: str) -> str:
    """Where one word or phrase stands for a time."""
    pieces = [re.escape(piece) for piece in word.split()]
    if len(pieces) > 1:
        return r"\b" + r"\s+".join(pieces) + r"\b"
    if word.isupper():
        return r"\b" + r"\.?".join(re.escape(letter) for letter in word) + r"\b"
    return NOT_SAID + r"\b" + re.escape(word) + r"\b" + ENDS


@dataclass(frozen=True)
class Plan:
    """What somebody means to do: what, why, who (a named person), when (a real date), and its kind.

    Where the class has a limit, the date may be left open: it is then the latest that the class allows.
    `late_reason` is why a later date than the class's is needed, where the framework allows one.
    """

    kind: str
    what: str
    why: str
    owner: User | None
    due_on: date | None
    action_class: str = ""
    success: str = ""
    question: str = ""
    standards: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    late_reason: str = ""
    due_at: datetime | None = None

    def in_class(self, rules: ActionRules) -> "Plan":
        """The plan in the framework's usual class, where nobody has chosen one."""
        return self if self.action_class else replace(self, action_class=rules.default_class)

    def problems(
        self,
        kinds: Mapping[str, str],
        *,
        on: date,
        rules: ActionRules | None = None,
        anchors: Anchors | None = None,
        calendar: Calendar = PLAIN,
    ) -> list[str]:
        """What is missing or not SMART, in words for the screen."""
        cls = rules.action_class(self.action_class) if rules else None
        refused = no_date((rules.refused_words if rules else ()) or NO_DATE_WORDS)
        dated = limits.problem(cls, self.due_on, self.late_reason, anchors or {}, calendar)
        unmeasured = bool(rules and rules.success_asked and not self.success.strip())
        return [
            words
            for wrong, words in (
                (not self.what.strip(), "Enter what will be done."),
                (
                    bool(refused.search(self.what)),
                    "Say when it will be done as a date, not “ASAP” or “ongoing”.",
                ),
                (self.owner is None, "Choose who will do it."),
                (bool(dated), dated),
                (self.due_on is not None and self.due_on < on, "The date must be today or later."),
                (self.kind not in kinds, "Choose what kind of action it is."),
                (
                    bool(rules and self.action_class and cls is None),
                    "Choose the class of the action.",
                ),
                (unmeasured, "Say how you will know that it has worked."),
            )
            if wrong
        ]


@dataclass(frozen=True)
class About:
    """What an action is about: the child's team and worker, who audited, the edition and the grade, and its place.

    `label` says in words what raised it: “Audit 2026-0001”. It holds no name.
    """

    unit: OrgUnit | None = None
    worker: User | None = None
    auditor: User | None = None
    version: FrameworkVersion | None = None
    grade: str = ""
    label: str = ""

    @classmethod
    def of_case(cls, case: CaseFile | None) -> "About":
        """What is known where nobody says more: the team that has the case."""
        return cls(unit=case.unit if case else None)


def class_of(rules: ActionRules | None, code: str) -> ActionClass | None:
    """The class of this code in the framework."""
    return rules.action_class(code) if rules and code else None
