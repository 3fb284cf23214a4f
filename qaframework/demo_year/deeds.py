"""The actions of an invented year: planned, done late or in time, signed off, and looked at for their effect."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from actions import limits
from actions.models import Action, ActionMove, ImpactAnswer, SignOffStep
from actions.selectors import steps_of
from actions.services.impact import TIME_TO_ANSWER, who_is_asked
from actions.signing import Step
from actions.states import ActionState
from audits.models import Triggered
from audits.selectors import FOLLOW_UP, TASK
from audits.services.follow_ups import ANY, meets
from audits.services.setting_off import HEAD, WORDS
from audits.services.triggers import MODERATED, RETURNED, USUAL, triggers
from people.models import User
from qaframework.demo_year import phrases
from qaframework.demo_year.audits import HOURS, Told
from qaframework.demo_year.desk import Desk
from standards.deadlines import Due, due, shifted
from standards.policy import Limit
from standards.workdays import working_days_from

S = ActionState
# One in so many is never done by the one whose it is; the others some days around their date.
NEVER, SPREAD, EARLY = 0.04, 9, 8
WEAKER = 5
ANSWERED = 0.85
BY_WORKER = 0.75
DAY = timedelta(days=1)


@dataclass
class Deed:
    """One action as it is told, before its rows are written."""

    told: Told
    row: Action
    opened_at: datetime
    moves: list[ActionMove] = field(default_factory=list)
    signatures: list[SignOffStep] = field(default_factory=list)
    impact: list[ImpactAnswer] = field(default_factory=list)
    again: bool = False

    def step(self, verb: str, state: str, by: int | None, at: datetime, reason: str = "") -> None:
        """Put one step into its history, and the action into its state."""
        self.row.state = state
        self.moves.append(ActionMove(verb=verb, state=state, by_id=by, at=at, reason=reason))

    @property
    def open(self) -> bool:
        """Whether it is not signed off."""
        return self.row.state != S.SIGNED_OFF


@dataclass
class Following:
    """Everything that follows from the audits of a year."""

    desk: Desk
    deeds: list[Deed] = field(default_factory=list)
    fired: list[tuple[Told, Triggered]] = field(default_factory=list)
    signers: dict[tuple[object, ...], tuple[Step, ...]] = field(default_factory=dict)
    answerers: dict[tuple[object, ...], Step] = field(default_factory=dict)

    def of(self, told: Told) -> None:
        """The actions of one returned audit, its tasks and its follow-ups."""
        met, back = told.audit.session_at or told.returned_at, told.returned_at
        policy = told.rules.policy
        first = told.events[0].grade
        least = policy.actions.minimum
        number = max(least, self.desk.rng.choice((1, 1, 2, 2, 3)))
        if not least and told.rank > 2 and self.desk.rng.random() < 0.15:
            number = 0
        for what in self.desk.rng.sample(phrases.TO_DO, number):
            self.one(told, what, met, back)
        self.sets_off(told, RETURNED, first, back)
        finished = next((one.at for one in told.events[1:]), None)
        if finished and told.audit.grade_final:
            last = told.events[-1]
            self.sets_off(told, MODERATED, told.audit.grade, last.at)
        for one in policy.follow_ups:
            if meets(one, first, frozenset()) and one.limit:
                grade = first if one.grades else ANY
                self.fire(told, f"follow-up-{one.code}", grade, back)
                self.task(told, FOLLOW_UP, one.title, one.owner, one.limit, back)

    def one(self, told: Told, what: tuple[str, str, str], met: datetime, back: datetime) -> None:
        """One action that was agreed at the meeting and opened at the return."""
        rules, rng = told.rules.policy.actions, self.desk.rng
        manager = told.audit.manager_id
        owner = told.audit.worker_id if rng.random() < BY_WORKER or not manager else manager
        kind = rules.kinds[0] if rng.random() < 0.85 else rng.choice(rules.kinds)
        cls = rules.action_class(rules.default_class)
        anchors = {"raised": met, "meeting": met, "returned": back}
        chosen = timezone.localdate(back) + DAY * rng.randint(10, 42)
        end = limits.settled(cls, chosen, "", anchors, self.desk.calendar) or Due(chosen)
        last = limits.settled(cls, None, "", anchors, self.desk.calendar)
        deed = self.deed(told, kind.code, kind.label, owner, end, met, back)
        row = deed.row
        row.what, row.why, row.success = what
        row.action_class = cls.code if cls else ""
        row.class_label = cls.label if cls else ""
        row.latest_on = last.on if last else None
        questions = [
            question
            for section in told.rules.tool.sections
            for question in section.questions
            if any(part.kind in {"scale", "grade", "yes_no"} for part in question.parts)
        ]
        if questions and rng.random() < 0.7:
            question = rng.choice(questions)
            row.question, row.question_label = question.code, question.heading[:300]
        row.themes = rng.sample(self.desk.themes, 1) if rng.random() < 0.6 else []
        self.live(deed, after=met)

    def sets_off(self, told: Told, point: str, grade: str, at: datetime) -> None:
        """The tasks that a grade sets off at a point."""
        given: set[str] = set()
        for one in triggers(told.rules.policy, point, grade, {"no_safeguarding"}):
            self.fire(told, one.code, grade, at)
            for task in one.tasks:
                if task.code not in given:
                    self.task(told, TASK, task.title, task.owner, task.limit or USUAL, at)
                given.add(task.code)

    def fire(self, told: Told, code: str, grade: str, at: datetime) -> None:
        """Note that something was set off for a grade."""
        self.fired.append((told, Triggered(code=code, grade=grade, at=at)))

    def task(
        self, told: Told, kind: str, what: str, owner: str, limit: Limit, at: datetime
    ) -> Deed | None:
        """What a grade or the return sets off by itself, for whoever holds the post."""
        people = self.people(told)
        found = self.desk.behind([owner], people) or self.desk.behind(HEAD, {})
        if not found:
            return None
        since = told.audit.session_at if limit.anchor == "meeting" else at
        until = due(limit.duration, since or at, self.desk.calendar)
        deed = self.deed(told, kind, WORDS[kind], found[0][0], until, at, at)
        deed.row.what, deed.row.hours = what, limits.hours_between(at, until.at)
        self.live(deed, after=at)
        return deed

    def people(self, told: Told) -> dict[str, User | None]:
        """Who is meant by a recipient's first word."""
        audit = told.audit
        return {"worker": audit.worker, "auditor": audit.auditor}

    def deed(
        self,
        told: Told,
        kind: str,
        label: str,
        owner: int,
        until: Due,
        recorded_at: datetime,
        opened_at: datetime,
    ) -> Deed:
        """One action about the work of an audit."""
        audit = told.audit
        word = told.rules.policy.word("audit", "audit").capitalize()
        row = Action(
            council=self.desk.council,
            case=audit.case,
            unit=audit.unit,
            worker=audit.worker,
            auditor=audit.auditor,
            version=told.rules.version,
            grade=audit.grade,
            source="audit",
            source_label=f"{word} {audit.reference}",
            kind=kind,
            kind_label=label,
            owner=self.desk.people[owner],
            due_on=until.on,
            due_at=until.at,
            recorded_by=audit.auditor,
            recorded_at=recorded_at,
            opened_on=timezone.localdate(opened_at),
            set_on=timezone.localdate(opened_at),
        )
        made = Deed(told, row, opened_at)
        self.deeds.append(made)
        return made

    def live(self, deed: Deed, *, after: datetime) -> None:
        """What becomes of an action, as far as the time reaches."""
        row, rng = deed.row, self.desk.rng
        row.asked = sorted({pk for one in self.steps(row) for pk in one.people})
        deed.step("record", S.DRAFT, row.recorded_by_id, after)
        deed.step("open", S.OPEN, row.recorded_by_id, deed.opened_at)
        opened = timezone.localdate(deed.opened_at)
        slip = WEAKER if deed.told.worker.service == self.desk.weak else 0
        until = row.due_on or opened
        spread = SPREAD if (until - opened).days > 7 else 2
        day = max(opened, until + DAY * round(rng.gauss(slip - min(EARLY, spread + 1), spread)))
        while day.weekday() > 4 and day > opened:  # nobody leaves it for after the weekend
            day -= DAY
        never = rng.random() < NEVER
        done_at = max(self.desk.moment(day, 15), deed.opened_at + HOURS / 3)
        began_at = deed.opened_at + (done_at - deed.opened_at) / 3
        if began_at < self.desk.at and rng.random() < 0.8:
            deed.step("start", S.IN_PROGRESS, row.owner_id, began_at)
        if never or done_at > self.desk.at:
            return
        row.done_on, row.evidence = timezone.localdate(done_at), rng.choice(phrases.EVIDENCE)
        deed.step("finish", S.DONE, row.owner_id, done_at)
        self.sign(deed, done_at)

    def steps(self, row: Action) -> tuple[Step, ...]:
        """The signatures that an action needs; worked out once for the same people and grade."""
        key = (row.version_id, row.owner_id, row.worker_id, row.auditor_id, row.grade)
        if key not in self.signers:
            self.signers[key] = steps_of(row, self.desk.tree)
        return self.signers[key]

    def sign(self, deed: Deed, at: datetime) -> None:
        """Sign an action off, each signature some days after the one before."""
        row, rng = deed.row, self.desk.rng
        steps = self.steps(row)
        for place, one in enumerate(steps):
            at = self.desk.moment(timezone.localdate(at) + DAY * rng.randint(1, 9), 12)
            if not one.people or at > self.desk.at or rng.random() < NEVER / 2:
                return
            by, note = one.people[0], rng.choice(phrases.SEEN)
            deed.signatures.append(
                SignOffStep(round=1, words=one.words[:300], by_id=by, at=at, note=note)
            )
            if place + 1 < len(steps):
                deed.step("sign", S.DONE, by, at, note)
            else:
                row.closed_on = timezone.localdate(at)
                deed.step("sign off", S.SIGNED_OFF, by, at, note)
                self.look(deed)

    def look(self, deed: Deed) -> None:
        """Ask whether a signed-off action made a difference, once its time has come."""
        row, policy, rng = deed.row, deed.told.rules.policy.actions, self.desk.rng
        rule = policy.impact_check
        if rule is None or row.closed_on is None or row.kind not in {k.code for k in policy.kinds}:
            return
        day = shifted(row.closed_on, rule.after, calendar=self.desk.calendar)
        if day >= self.desk.on:
            row.impact_on = day
            return
        key = (row.version_id, row.owner_id, row.worker_id, row.auditor_id)
        if key not in self.answerers:
            self.answerers[key] = who_is_asked(row, self.desk.tree)
        people = self.answerers[key].people
        made_at = self.desk.moment(day, 7)
        answer = ImpactAnswer(
            council_id=row.council_id,
            round=1,
            planned_on=day,
            due_on=working_days_from(day, TIME_TO_ANSWER, self.desk.calendar),
            asked=list(people),
            made_at=made_at,
        )
        deed.impact.append(answer)
        deed.step("ask", S.SIGNED_OFF, None, made_at)
        at = self.desk.moment(day + DAY * rng.randint(1, 12), 13)
        if people and at < self.desk.at and rng.random() < ANSWERED:
            said(answer, deed, people[0], at, rng.random())
            words = f"{answer.get_answer_display()}. {answer.difference}"
            deed.step("impact", S.SIGNED_OFF, people[0], at, words)


def said(answer: ImpactAnswer, deed: Deed, by: int, at: datetime, chance: float) -> None:
    """What somebody answers to whether it made a difference: more often in better work."""
    yes = 0.45 + 0.06 * deed.told.rank
    texts: tuple[str, ...] = phrases.DIFFERENCE
    kind = ImpactAnswer.Answer.YES
    if chance > yes:
        kind, texts = ImpactAnswer.Answer.PARTLY, phrases.PARTLY
    if chance > 0.94:
        kind, texts, deed.again = ImpactAnswer.Answer.NO, phrases.NOT_YET, True
    answer.answer, answer.by_id, answer.at = kind, by, at
    answer.difference = texts[round(chance * 100) % len(texts)]
    answer.evidence = phrases.EVIDENCE[round(chance * 1000) % len(phrases.EVIDENCE)]


def follow(desk: Desk, stories: Iterable[Told]) -> Following:
    """Everything that follows from the returned audits, before any of it is written."""
    found = Following(desk)
    for told in stories:
        if told.audit.returned_at:
            found.of(told)
    again(found)
    return found


def again(found: Following) -> None:
    """A new action in place of each one that made no difference."""
    for deed in [one for one in found.deeds if one.again]:
        answered = deed.impact[-1].at or found.desk.at
        until = Due(timezone.localdate(answered) + DAY * 21)
        old = deed.row
        new = found.deed(
            deed.told, old.kind, old.kind_label, old.owner_id, until, answered, answered
        )
        new.row.source, new.row.instead_of = "impact", old
        new.row.recorded_by_id = deed.impact[-1].by_id or old.owner_id
        new.row.what, new.row.why, new.row.themes = phrases.AGAIN, old.why, old.themes
        new.row.action_class, new.row.class_label = old.action_class, old.class_label
        found.live(new, after=answered)


def last_day(deeds: Iterable[Deed]) -> date | None:
    """The day on which the last of some actions was signed off; None while one is not, or where there are none."""
    days = [one.row.closed_on for one in deeds]
    return max(day for day in days if day) if days and all(days) else None
