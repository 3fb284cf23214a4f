"""Feedback instruments of a framework (D-G1): who is asked what, how, and who reads it. Plain values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from standards.policy import Duration, Scale

# Five steps, stored as 1 to 5; the words are translated where they are shown.
AGREE = ("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree")
# Five faces, stored as 1 to 5.
FACES = ("Very sad", "Sad", "In the middle", "Happy", "Very happy")
ENGLISH = "en"
NUMBERS = frozenset({"scale", "agree", "faces"})
TEXTS = frozenset({"short_text", "long_text"})
CHOICES = frozenset({"choice", "yes_no"})
# By when a worry is followed up where the framework does not say.
NEXT_DAY = Duration(1, "working_days")
YES_NO = MappingProxyType({"yes": "Yes", "no": "No"})
# What an instrument says in lists of names, and in single words.
LISTS = ("asked_by", "asked_of", "sees_answers", "sees_totals", "worries_to", "reports_to")
WORDS = (
    *("audience", "broken_down_by", "question", "when", "every", "note"),
    *("intro", "thanks", "help_text", "easy_intro", "public_title"),
)


@dataclass(frozen=True)
class ShownWhen:
    """A field is asked only when another one has one of these answers."""

    field: str
    answers: tuple[str, ...]

    def holds(self, answers: Mapping[str, object]) -> bool:
        """Whether the answers so far lead to the field."""
        return answers.get(self.field) in self.answers


@dataclass(frozen=True)
class Asked:
    """One thing that an instrument asks; texts are in English, and in other languages under `translations`.

    `beside` are the questions of the audit's form that ask for the same. `typed_in`: whoever types a reply in answers it;
    nobody is asked it by a link.
    """

    code: str
    label: str
    kind: str
    scale: Scale | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    heading: str = ""
    help: str = ""
    easy: str = ""
    picture: str = ""
    low: str = ""
    high: str = ""
    shown_when: ShownWhen | None = None
    beside: tuple[str, ...] = ()
    worry: bool = False
    typed_in: bool = False
    translations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def steps(self) -> tuple[int, ...]:
        """The numbers that answer it, lowest first; none for a field that is not answered by a number."""
        if self.kind == "scale" and self.scale:
            return tuple(range(self.scale.lowest, self.scale.highest + 1, self.scale.step))
        return tuple(range(1, 6)) if self.kind in NUMBERS else ()

    def said(self, text: str, language: str = ENGLISH) -> str:
        """One of its texts (`label`, `help`, `easy`, `low`, `high`, `heading`) in a language, else in English."""
        return str(self.translations.get(language, {}).get(text) or getattr(self, text))

    def choices(self, language: str = ENGLISH) -> dict[str, str]:
        """Its options by code, in a language where they are translated."""
        words = self.translations.get(language, {}).get("options", {})
        return {code: words.get(code, label) for code, label in self.options.items()}

    def translated(self, language: str) -> bool:
        """Whether the question stands in this language."""
        return language == ENGLISH or "label" in self.translations.get(language, {})


@dataclass(frozen=True)
class Instrument:
    """One way of hearing from somebody (D1, D2). `privacy` is identified, confidential, anonymous or totals (D-G2)."""

    code: str
    title: str
    privacy: str
    audience: str = ""
    fields: tuple[Asked, ...] = ()
    delivery: frozenset[str] = frozenset()
    asked_by: tuple[str, ...] = ()
    asked_of: tuple[str, ...] = ()
    sees_answers: tuple[str, ...] = ()
    sees_totals: tuple[str, ...] = ()
    smallest_group: int = 5
    broken_down_by: str = ""
    compulsory: bool = False
    question: str = ""
    when: str = ""
    every: str = ""
    runs_for: Duration | None = None
    remind_after: tuple[Duration, ...] = ()
    follows: Duration | None = None
    worries_to: tuple[str, ...] = ()
    worries_within: Duration = NEXT_DAY
    publishable: bool = False
    keeps: Duration | None = None
    reports_to: tuple[str, ...] = ()
    intro: str = ""
    thanks: str = ""
    help_text: str = ""
    easy_intro: str = ""
    public_title: str = ""
    note: str = ""
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def anonymous(self) -> bool:
        """Whether nobody may ever learn who answered."""
        return self.privacy == "anonymous"

    @property
    def by_link(self) -> tuple[Asked, ...]:
        """What somebody is asked by a link."""
        return tuple(one for one in self.fields if not one.typed_in)

    @property
    def easy_read(self) -> bool:
        """Whether everything that a link asks has an easy-read wording."""
        return bool(self.by_link) and all(one.easy for one in self.by_link)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which every question of a link stands, English first."""
        found = {code for one in self.by_link for code in one.translations}
        return (
            ENGLISH,
            *sorted(code for code in found if all(one.translated(code) for one in self.by_link)),
        )

    def asked(self, code: str) -> Asked:
        """The field with this code. Raises KeyError for one it does not have."""
        for one in self.fields:
            if one.code == code:
                return one
        raise KeyError(code)

    def said(self, text: str, language: str = ENGLISH) -> str:
        """One of its texts (`title`, `public_title`, `intro`, `thanks`, `help_text`, `easy_intro`) in a language, else in English."""
        return str(self.translations.get(language, {}).get(text) or getattr(self, text))

    def asks(self, answers: Mapping[str, object]) -> tuple[Asked, ...]:
        """The fields to which the answers so far lead, in order; what hangs on a field not asked is not asked."""
        asked: list[Asked] = []
        given: dict[str, object] = {}
        for one in self.fields:
            if one.shown_when is None or one.shown_when.holds(given):
                asked.append(one)
                given[one.code] = answers.get(one.code)
        return tuple(asked)


def instruments_of(
    rules: Iterable[Mapping[str, Any]], scales: Mapping[str, Scale]
) -> tuple[Instrument, ...]:
    """The instruments of a checked document, in its order."""
    return tuple(instrument_of(rule, scales) for rule in rules)


def instrument_of(rule: Mapping[str, Any], scales: Mapping[str, Scale]) -> Instrument:
    """One instrument."""
    follows = rule.get("follows")
    written: dict[str, Any] = {key: tuple(rule.get(key, ())) for key in LISTS}
    written |= {key: rule.get(key, "") for key in WORDS}
    return Instrument(
        code=rule["code"],
        title=rule["title"],
        privacy=rule["privacy"],
        fields=tuple(asked_of(one, scales) for one in rule.get("fields", ())),
        delivery=frozenset(rule.get("delivery", ())),
        smallest_group=rule.get("smallest_group", 5),
        compulsory=rule.get("compulsory", False),
        publishable=rule.get("publishable", False),
        runs_for=duration_of(rule.get("runs_for")),
        remind_after=tuple(
            Duration(one["number"], one["unit"]) for one in rule.get("remind_after", ())
        ),
        follows=duration_of(follows["after"]) if follows else None,
        keeps=duration_of(rule.get("keeps")),
        worries_within=duration_of(rule.get("worries_within")) or NEXT_DAY,
        translations=MappingProxyType(dict(rule.get("translations", {}))),
        **written,
    )


def asked_of(rule: Mapping[str, Any], scales: Mapping[str, Scale]) -> Asked:
    """One field of an instrument."""
    when = rule.get("shown_when")
    options = {one["code"]: one["label"] for one in rule.get("options", ())}
    return Asked(
        code=rule["code"],
        label=rule["label"],
        kind=rule["kind"],
        scale=scales[rule["scale"]] if "scale" in rule else None,
        options=MappingProxyType(dict(YES_NO) if rule["kind"] == "yes_no" else options),
        shown_when=ShownWhen(when["field"], tuple(when["in"])) if when else None,
        beside=tuple(rule.get("beside", ())),
        worry=rule.get("worry", False),
        typed_in=rule.get("typed_in", False),
        translations=MappingProxyType(dict(rule.get("translations", {}))),
        **{key: rule.get(key, "") for key in ("heading", "help", "easy", "picture", "low", "high")},
    )


def duration_of(length: Mapping[str, Any] | None) -> Duration | None:
    """A length of time; None where the file says nothing."""
    return Duration(length["number"], length["unit"]) if length else None
