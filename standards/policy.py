"""A framework's rules as frozen values, and their arithmetic. No Django, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Grade:
    """One grade; rank 1 is the worst. `descriptors` says whether the council describes it (A0-2)."""

    code: str
    label: str
    rank: int
    short: str = ""
    colour: str = "grey"
    stars: int | None = None
    descriptors: bool = True


@dataclass(frozen=True)
class Band:
    """Scale values from `lowest` to `highest`, both included, and the grade they carry (None = no grade)."""

    lowest: int
    highest: int
    grade: str | None
    label: str


@dataclass(frozen=True)
class Scale:
    """A scale of whole numbers with its bands in rising order (A0-3)."""

    code: str
    lowest: int
    highest: int
    step: int
    bands: tuple[Band, ...]

    @property
    def values(self) -> range:
        """Every value that can be chosen."""
        return range(self.lowest, self.highest + 1, self.step)

    def band_for(self, value: int) -> Band:
        """The band that a value lies in. Raises ValueError for a value that is not on the scale."""
        if value not in self.values:
            raise ValueError(f"{value} is not on the scale {self.lowest}-{self.highest}")
        return next(band for band in self.bands if band.lowest <= value <= band.highest)

    def word_for(self, value: int) -> str:
        """The grade word or band label that a value carries; empty on a scale without bands."""
        return self.band_for(value).label if self.bands else ""


@dataclass(frozen=True)
class Surpassed:
    """The choice that says a grade was reached and surpassed: it gives a grade and carries no number (J-24)."""

    grade: str
    label: str
    text: str = ""
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True)
class GradeCondition:
    """A grade that can be given only when every line of a checklist is ticked."""

    grade: str
    part: str


@dataclass(frozen=True)
class OverallGrade:
    """How the overall grade is given: by a value on a scale, or directly as one of some grades."""

    method: str
    scale: str | None = None
    grades: tuple[str, ...] = ()
    surpassed: Surpassed | None = None
    never_average: bool = True
    conditions: tuple[GradeCondition, ...] = ()
    definitions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PostType:
    """A kind of post in the council and the engine roles it carries (H1)."""

    code: str
    title: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Deadline:
    """When an audit is due back: `end_of_month`, `weeks`, `months` (with `n`) or `audit_date` (A0-10)."""

    rule: str
    n: int = 0


@dataclass(frozen=True)
class PerAuditor:
    """How many audits one auditor is given in a `month` or `quarter` (B6-10).

    `percent_of_open` stands in place of a number: so many per cent of the open cases of the auditor's unit.
    """

    number: int | None
    every: str
    percent_of_open: int | None = None

    def quota(self, open_cases: int) -> int:
        """The number for an auditor whose unit has so many open cases; a share is rounded up."""
        if self.number is not None:
            return self.number
        return -(-open_cases * (self.percent_of_open or 0) // 100)


@dataclass(frozen=True)
class Duration:
    """A length of time: a number of `hours`, `days`, `working_days`, `weeks` or `months`."""

    number: int
    unit: str

    @property
    def words(self) -> str:
        """12 months; 1 working day."""
        unit = self.unit.replace("_", " ")
        return f"{self.number} {unit.removesuffix('s') if self.number == 1 else unit}"


# Two working days before something is due and on the day itself, unless the framework says otherwise (C4-8).
REMINDERS = (Duration(2, "working_days"), Duration(0, "days"))


@dataclass(frozen=True)
class ExtensionStep:
    """Roles that may give more time, and the longest extension they may give (None = any)."""

    by: tuple[str, ...]
    up_to: Duration | None = None


@dataclass(frozen=True)
class Extension:
    """Who may give more time, from the shortest to the longest, and whether only before the deadline (B6-1)."""

    steps: tuple[ExtensionStep, ...]
    before_deadline: bool = False


@dataclass(frozen=True)
class Exclusion:
    """Who may leave an audit out, and whether only before the deadline (B2-4)."""

    by: tuple[str, ...]
    before_deadline: bool = False


@dataclass(frozen=True)
class Allocation:
    """Who allocates, who may be given an audit, and what stands against it (A0-10)."""

    by: tuple[str, ...]
    auditors: tuple[str, ...]
    team_rule: str
    own_case: str
    line_manager: str
    deadline: Deadline
    per_auditor: PerAuditor | None = None
    second_worker: bool = False
    seen_by_manager: bool = False
    cool_off_months: int | None = None
    several_auditors: bool = False
    override_team: bool = False
    notice: Duration | None = None
    extension: Extension | None = None
    exclusion: Exclusion | None = None


@dataclass(frozen=True)
class GradeQuery:
    """Whether the parties can ask for advice on a grade, whom they ask, and whether it blocks the return (B2-10)."""

    allowed: bool
    blocks_return: bool
    ask: tuple[str, ...]


@dataclass(frozen=True)
class ActionKind:
    """A kind of action offered, such as improving practice or sharing what is good (C1-10)."""

    code: str
    label: str


@dataclass(frozen=True)
class Limit:
    """A length of time and what it counts from: `returned`, `raised`, `meeting`, `due` or `moderated` (C1-2)."""

    number: int
    unit: str
    anchor: str = ""

    @property
    def duration(self) -> Duration:
        """The length of time alone."""
        return Duration(self.number, self.unit)


@dataclass(frozen=True)
class ActionClass:
    """A class of action with its latest limit; without one the date is set freely (C1-2, C1-3).

    `later` says whether a later date than the limit is `refused` or allowed `with_reason`.
    """

    code: str
    label: str
    limit: Limit | None = None
    later: str = "refused"


@dataclass(frozen=True)
class SignOff:
    """Who signs an action off, and for which grades of the audit; all grades where none is named (C1-7)."""

    by: tuple[str, ...]
    grades: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class ImpactCheck:
    """How long after an action is signed off its difference for the child is looked at, and by whom."""

    after: Duration
    by: tuple[str, ...]


@dataclass(frozen=True)
class ActionRules:
    """What the framework says about actions: kinds, classes, SMART words, sign-off, the look at their impact.

    `impact_check` is None where the council has switched it off. `file_heading` stands over them on the child's file.
    """

    minimum: int
    kinds: tuple[ActionKind, ...]
    classes: tuple[ActionClass, ...] = ()
    file_heading: str = ""
    default_class: str = ""
    sign_off: tuple[SignOff, ...] = ()
    refused_words: tuple[str, ...] = ()
    success_asked: bool = False
    supervision_review: bool = False
    impact_check: ImpactCheck | None = None

    def action_class(self, code: str) -> ActionClass | None:
        """The class with this code; None for an unknown or empty one."""
        return next((one for one in self.classes if one.code == code), None)


@dataclass(frozen=True)
class ReturnCheck:
    """A rule across parts tried at return: when it applies, which answers it does not allow, what it says."""

    part: str
    not_in: tuple[str, ...]
    when: Mapping[str, object]
    say: str


@dataclass(frozen=True)
class Selecting:
    """One rule by which audits are chosen for moderation (A0-12, B2-14, B6-4 to B6-8)."""

    rule: str
    percent: int | None = None
    grades: tuple[str, ...] = ()
    months: int | None = None
    every: str = ""
    size: int | None = None


@dataclass(frozen=True)
class Content:
    """One thing that a moderation holds; `each` belongs to the kind `items` alone (A0-12, J-76)."""

    code: str
    label: str
    kind: str = "text"
    required: bool = False
    each: str = ""
    on_file: bool = True


@dataclass(frozen=True)
class PanelRule:
    """The validation panel: recipients that chair it, posts that sit on it (B5-59, B6-7, J-81)."""

    chair: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    every: str = ""
    note: str = ""


@dataclass(frozen=True)
class Moderation:
    """How grades are moderated: which audits, by whom, what it holds, what follows (A0-12, B2-14 to B2-18)."""

    selection: tuple[Selecting, ...] = ()
    moderators: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    independent_of: tuple[str, ...] = ()
    contents: tuple[Content, ...] = ()
    agree_tell: tuple[str, ...] = ()
    agree_text: str = ""
    disagree_tell: tuple[str, ...] = ()
    disagree_text: str = ""
    meet: bool = True
    talk_with: tuple[str, ...] = ()
    minutes: int | None = None
    blind: bool = False
    named_at_allocation: bool = False
    panel: PanelRule | None = None
    note: str = ""


@dataclass(frozen=True)
class DisputeRung:
    """One rung of a disagreement: who is brought in, and whether they decide (A0-13, B2-19, B2-20)."""

    title: str
    who: tuple[str, ...] = ()
    decides: bool = False


@dataclass(frozen=True)
class Dispute:
    """How a disagreement about a `moderation` or an `audit` is settled, rung by rung (A0-13, J-19)."""

    code: str
    title: str
    about: str
    rungs: tuple[DisputeRung, ...] = ()


@dataclass(frozen=True)
class TriggerTask:
    """A task that a grade sets off, whose it is and how soon (A0-14, B4)."""

    code: str
    title: str
    owner: str = ""
    limit: Limit | None = None


@dataclass(frozen=True)
class GradeTrigger:
    """What a grade sets off at one point; without grades, any grade does (A0-14, B4, B2-21)."""

    code: str
    title: str
    point: str
    grades: tuple[str, ...] = ()
    flag: str = ""
    tell: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    watch: tuple[str, ...] = ()
    tasks: tuple[TriggerTask, ...] = ()
    action_class: str = ""
    moderation: bool = False
    loop: bool = False
    reaudit: Duration | None = None


@dataclass(frozen=True)
class FollowUp:
    """What is looked at again after an audit, by whom and when (C2); `every` is a rhythm such as `week`."""

    code: str
    title: str
    owner: str = ""
    together_with: tuple[str, ...] = ()
    limit: Limit | None = None
    every: str = ""
    grades: tuple[str, ...] = ()
    flag: str = ""


@dataclass(frozen=True)
class ClosingLoop:
    """The form that closes the loop after an inadequate audit, and the second audit that follows it (C3)."""

    owner: str
    authorised_by: str
    sent_to: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    reaudit: Duration | None = None
    other_auditor: bool = False


@dataclass(frozen=True)
class ClosureCheck:
    """Something that must be there before an audit is closed, for some grades or for all (C3-8)."""

    code: str
    label: str
    grades: tuple[str, ...] = ()
    by: str = ""


@dataclass(frozen=True)
class Rung:
    """One rung of a ladder (A0-16, C4): who is told, and when.

    `after` counts from the anchor of a ladder that climbs by itself; `limit` is how long a stage lasts. `otherwise`
    are asked at a stage where nobody of `to` is left (C4-9).
    """

    title: str
    after: Duration | None = None
    limit: Duration | None = None
    to: tuple[str, ...] = ()
    copy: tuple[str, ...] = ()
    informal: bool = False
    otherwise: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ladder:
    """A ladder of a framework (C4, C5): one that climbs while something is `late`, or goes up by `stages`.

    `anchor` says what the time counts from: an audit's `deadline`, an action's `due` date or the day it was
    `set`, the day something was `raised` or a `stage_opened`. `skip` is `officer` where stages may be skipped.
    `longest` bounds the whole ladder. `asks` are what the officer records at each stage: `advocate`, `consulted`.
    `restricted`: only those who take part may open it (I-73). `informal_first`: an informal attempt is recorded when
    it is raised (C5-1).
    """

    code: str
    title: str
    kind: str = "late"
    anchor: str = ""
    rungs: tuple[Rung, ...] = ()
    skip: str = "nobody"
    solved_by: tuple[str, ...] = ()
    paused_by: tuple[str, ...] = ()
    longest: Duration | None = None
    reminders: tuple[Duration, ...] | None = None
    note: str = ""
    raised_by: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    restricted: bool = False
    informal_first: bool = False

    @property
    def begins_informally(self) -> bool:
        """Whether an informal attempt comes first, recorded before the stages or as one of them."""
        return self.informal_first or any(rung.informal for rung in self.rungs)


@dataclass(frozen=True)
class Template:
    """The council's own words for one kind of message (C6-3); they stand in place of ours."""

    event: str
    subject: str
    text: str


@dataclass(frozen=True)
class Body:
    """A board or meeting; `members` are the recipients who sit on it and have an account here."""

    code: str
    title: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportVersionRule:
    """Another version of a report, for an `audience` of its own (`members` or `staff`), and who gets it."""

    audience: str
    to: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportRule:
    """One report: how often, to whom, when its draft is there, which sections it has (G1, G2).

    `to` are codes of bodies and recipients. `response`: management's written answer is `compulsory`, `optional` or
    `none` (G-40). One without `sections` is not made by the system.
    """

    code: str
    title: str
    every: str
    contents: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    response: str = "none"
    due: Duration | None = None
    shown_at: str = ""
    note: str = ""
    sections: tuple[str, ...] = ()
    versions: tuple[ReportVersionRule, ...] = ()


@dataclass(frozen=True)
class FigureRules:
    """The least that figures stand on: no percentage of fewer than `minimum`, no group below `smallest` shown widely.

    `ceiling` is the share of audits with the worst grade that the council does not want to pass, 0 to 100. `good` is the
    lowest grade of those that figures call good or better; empty: the one with the code `good`, else the second best.
    """

    minimum: int = 10
    smallest: int = 5
    ceiling: int | None = None
    good: str = ""


# What the time for which a kind of record is kept may count from.
KEPT_FROM: Mapping[str, tuple[str, ...]] = {
    "audits": ("closed", "returned"),
    "cases": ("closed", "eighteenth_birthday"),
    "concerns": ("resolved",),
    "feedback": ("received",),
    "supervision_notes": ("written",),
    "files": ("uploaded",),
    "partners": ("ended",),
    "messages": ("made",),
    "documents": ("made",),
    "reports": ("published",),
    "tokens": ("ended",),
    "people": ("left",),
    "sign_ins": ("last_seen",),
    "history": ("written",),
    "imports": ("ended",),
}


@dataclass(frozen=True)
class RetentionRule:
    """How long one kind of record is kept: so many months since an event (`since`, one of `KEPT_FROM`) (H-11)."""

    kind: str
    months: int
    since: str

    @property
    def length(self) -> str:
        """How long, in words: 6 years, 18 months."""
        number, unit = (self.months, "month") if self.months % 12 else (self.months // 12, "year")
        return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


@dataclass(frozen=True)
class Policy:
    """Everything of an edition that is read whole."""

    grades: tuple[Grade, ...]
    scales: Mapping[str, Scale]
    overall_grade: OverallGrade
    post_types: tuple[PostType, ...]
    allocation: Allocation
    actions: ActionRules
    words: Mapping[str, str] = field(default_factory=dict)
    grade_query: GradeQuery | None = None
    return_checks: tuple[ReturnCheck, ...] = ()
    messages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    time_budget: Mapping[str, int] = field(default_factory=dict)
    note_title: str = ""
    months_without_audits: tuple[int, ...] = ()
    moderation: Moderation | None = None
    disputes: tuple[Dispute, ...] = ()
    grade_triggers: tuple[GradeTrigger, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    closing_loop: ClosingLoop | None = None
    closure_checks: tuple[ClosureCheck, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    reminders: tuple[Duration, ...] = REMINDERS
    templates: tuple[Template, ...] = ()
    themes: tuple[tuple[str, str], ...] = ()
    core_areas: tuple[str, ...] = ()
    bodies: Mapping[str, Body] = field(default_factory=dict)
    reports: tuple[ReportRule, ...] = ()
    figures: FigureRules = FigureRules()
    retention: tuple[RetentionRule, ...] = ()

    def kept(self, kind: str) -> RetentionRule | None:
        """How long this kind of record is kept; None where there is no local rule, and it is never erased."""
        return next((one for one in self.retention if one.kind == kind), None)

    def report(self, code: str) -> ReportRule:
        """The report with this code. Raises KeyError for a code the framework does not have."""
        for one in self.reports:
            if one.code == code:
                return one
        raise KeyError(code)

    @cached_property
    def lowest_good(self) -> Grade:
        """The lowest grade that figures count as good or better."""
        codes = {grade.code: grade for grade in self.grades}
        best = self.grades_best_first
        return codes.get(self.figures.good) or codes.get("good") or best[min(1, len(best) - 1)]

    @cached_property
    def good_grades(self) -> frozenset[str]:
        """The codes of the grades that figures count as good or better."""
        return frozenset(one.code for one in self.grades if one.rank >= self.lowest_good.rank)

    @property
    def worst_grade(self) -> Grade:
        """The worst grade."""
        return min(self.grades, key=lambda grade: grade.rank)

    def ladder(self, code: str) -> Ladder:
        """The ladder with this code. Raises KeyError for a code the framework does not have."""
        for one in self.ladders:
            if one.code == code:
                return one
        raise KeyError(code)

    def late_ladder(self, *anchors: str) -> Ladder | None:
        """The first ladder that climbs by itself from one of these anchors; None where there is none."""
        found = (one for one in self.ladders if one.kind == "late" and one.anchor in anchors)
        return next(found, None)

    def grade(self, code: str) -> Grade:
        """The grade with this code. Raises KeyError for a code the framework does not have."""
        for grade in self.grades:
            if grade.code == code:
                return grade
        raise KeyError(code)

    @property
    def grades_best_first(self) -> tuple[Grade, ...]:
        """The grades from best to worst."""
        return tuple(sorted(self.grades, key=lambda grade: -grade.rank))

    def word(self, key: str, default: str) -> str:
        """What this council calls something."""
        return self.words.get(key, default)
