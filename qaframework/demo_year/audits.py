"""The audits of an invented year: given out, met about, returned, some late, some with more time, some left out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import F, Model
from django.utils import timezone

from audits.answers import Given
from audits.completeness import Key
from audits.independence import Parties
from audits.models import Answer, Audit, AuditCounter, AuditMove, GradeEvent
from audits.scoring import Overall
from audits.selectors import age_on, rationale_of
from audits.services.changing import EXTEND
from audits.states import AuditState
from cases.models import CaseFile, Involvement
from programme.models import DateChange
from qaframework.demo_year import phrases, story
from qaframework.demo_year.answers import Sheet, fill, grade_for, judgement, rationale
from qaframework.demo_year.bulk import BATCH, under, write_all
from qaframework.demo_year.desk import Desk, Rules, Worker
from standards.deadlines import clear_of, deadline

# The numbers of the children of such a year begin with these figures; by them it is known that there is one.
MARK = "8800"
LATE, LONGER, LEFT_OUT = 0.12, 0.06, 0.03
BORN = (1, 17)


@dataclass
class Told:
    """One audit of the year as it is told, before its rows are written."""

    rules: Rules
    worker: Worker
    rank: int
    audit: Audit
    moves: list[AuditMove] = field(default_factory=list)
    answers: dict[Key, Given] = field(default_factory=dict)
    judged: Overall | None = None
    rationale: str = ""
    changes: list[DateChange] = field(default_factory=list)
    events: list[GradeEvent] = field(default_factory=list)

    @property
    def returned_at(self) -> datetime:
        """When it was returned. Raises ValueError for one that never was."""
        if self.audit.returned_at is None:
            raise ValueError("This audit was left out.")
        return self.audit.returned_at


def tell(desk: Desk, chapters: Iterable[story.Chapter]) -> list[Told]:
    """Every audit of the year with its case, in the order of the months; the cases are written, the audits not yet."""
    cases = new_cases(desk)
    numbers = Numbers(desk)
    made = []
    for chapter in chapters:
        rules = desk.in_force(chapter.month)
        workers = sorted(desk.workers, key=lambda one: desk.rng.random())
        for place in range(chapter.number):
            worker = workers[place % len(workers)]
            if auditor := desk.auditor(worker, rules):
                told = begin(desk, rules, chapter, worker, next(cases))
                told.audit.auditor = auditor
                made.append(live(told, desk, chapter))
    CaseFile.objects.bulk_create([one.audit.case for one in made])
    Involvement.objects.bulk_create(
        Involvement(
            case=one.audit.case,
            user=one.worker.user,
            from_on=one.audit.case.opened_on,
            to_on=one.audit.case.closed_on,
        )
        for one in made
    )
    for one in made:
        one.audit.case = one.audit.case  # the id is known now
        one.audit.reference = numbers.next(one.audit.month.year)
    numbers.keep()
    return made


def new_cases(desk: Desk) -> Iterator[CaseFile]:
    """One child after the other, like those whom the council has; numbers nobody else uses."""
    known = list(CaseFile.objects.filter(council=desk.council).order_by("number")[:200])
    number = 0
    while True:
        number += 1
        like = desk.rng.choice(known) if known else CaseFile(plan_type="CIN")
        yield CaseFile(
            council=desk.council,
            number=f"{MARK}{number:04}",
            gender=like.gender,
            ethnicity=like.ethnicity,
            language=like.language,
            disability=like.disability,
            plan_type=like.plan_type,
        )


class Numbers:
    """The references of a council's audits: each year counts on from the last one."""

    def __init__(self, desk: Desk) -> None:
        self.council = desk.council
        rows = AuditCounter.objects.filter(council=desk.council)
        self.last = defaultdict(int, rows.values_list("year", "last"))
        self.added: dict[int, int] = defaultdict(int)

    def next(self, year: int) -> str:
        """The next reference of a year."""
        self.added[year] += 1
        return f"{year}-{self.last[year] + self.added[year]:04}"

    def keep(self) -> None:
        """Write down how far the numbers have come."""
        for year, number in self.added.items():
            AuditCounter.objects.get_or_create(council=self.council, year=year)
            AuditCounter.objects.filter(council=self.council, year=year).update(
                last=F("last") + number
            )


def begin(desk: Desk, rules: Rules, chapter: story.Chapter, worker: Worker, case: CaseFile) -> Told:
    """One audit as it is given out, with its child."""
    allocated_at = desk.moment(chapter.month + timedelta(days=desk.rng.randrange(4)), 10)
    on = timezone.localdate(allocated_at)
    case.unit = worker.unit
    case.date_of_birth = on - timedelta(
        days=365 * desk.rng.randint(*BORN) + desk.rng.randrange(365)
    )
    case.opened_on = on - timedelta(days=desk.rng.randint(40, 420))
    case.referral_on = case.opened_on - timedelta(days=desk.rng.randrange(5))
    rank = story.rank(chapter, weak=worker.service == desk.weak, rng=desk.rng)
    audit = Audit(
        council=desk.council,
        case=case,
        version=rules.version,
        tool=rules.row,
        unit=worker.unit,
        worker=worker.user,
        manager_id=worker.manager,
        month=chapter.month,
        allocated_by=desk.officer,
        allocated_at=allocated_at,
    )
    return Told(rules, worker, rank, audit)


def live(told: Told, desk: Desk, chapter: story.Chapter) -> Told:
    """What becomes of an audit from its meeting to its return."""
    audit, rng = told.audit, desk.rng
    on = timezone.localdate(audit.allocated_at)
    audit.meeting_at = desk.moment(on + timedelta(days=rng.randint(7, 16)), 14)
    audit.meeting_mode = rng.choice(("in_person", "video"))
    met = timezone.localdate(audit.meeting_at)
    policy = told.rules.policy
    rule = policy.allocation.deadline
    audit.deadline_on = deadline(rule, allocated_on=on, month=audit.month, audit_on=met)
    if rule.rule != "audit_date":
        audit.deadline_on = clear_of(audit.deadline_on, policy.months_without_audits)
    moderation = policy.moderation
    if moderation and moderation.named_at_allocation:
        audit.moderator = desk.moderator(moderation, Parties(audit.auditor_id, audit.worker_id))
    step(told, "allocate", AuditState.ALLOCATED, desk.officer.pk, audit.allocated_at)
    if rng.random() < LEFT_OUT:
        return leave_out(told, desk)
    step(told, "set meeting", AuditState.PREPARING, audit.auditor_id, audit.allocated_at + HOURS)
    if rng.random() < LONGER and rule.rule != "audit_date":
        more_time(told, desk)
    return give_back(told, desk, met)


HOURS = timedelta(hours=3)


def step(told: Told, verb: str, state: str, by: int, at: datetime, reason: str = "") -> None:
    """Put one step into the audit's history."""
    told.moves.append(AuditMove(verb=verb, state=state, by_id=by, at=at, reason=reason))


def leave_out(told: Told, desk: Desk) -> Told:
    """Leave the audit out before its meeting, with a reason."""
    audit, reason = told.audit, desk.rng.choice(phrases.LEFT_OUT)
    at = audit.allocated_at + timedelta(days=2)
    audit.state, audit.meeting_at, audit.meeting_mode = AuditState.EXCLUDED, None, ""
    step(told, "exclude", AuditState.EXCLUDED, desk.officer.pk, at, reason)
    told.changes.append(change(told, desk, DateChange.Kind.EXCLUSION, reason, at))
    if told.rank:  # a child whose case is not worked on any more
        audit.case.closed_on = timezone.localdate(at) + timedelta(days=1)
    return told


def more_time(told: Told, desk: Desk) -> None:
    """Give the audit more time before its deadline; the old one stays in its history."""
    audit, reason = told.audit, desk.rng.choice(phrases.MORE_TIME)
    later = audit.deadline_on + timedelta(days=desk.rng.randint(5, 12))
    at = audit.allocated_at + timedelta(days=4)
    asked = change(told, desk, DateChange.Kind.EXTENSION, reason, at)
    asked.new_deadline_on = later
    told.changes.append(asked)
    words = f"Due back by {later:%-d %B %Y} instead of {audit.deadline_on:%-d %B %Y}. {reason}"
    step(told, "ask extension", AuditState.PREPARING, audit.auditor_id, at)
    step(told, EXTEND, AuditState.PREPARING, desk.officer.pk, at + HOURS, words)
    audit.deadline_on = later


def change(told: Told, desk: Desk, kind: str, reason: str, at: datetime) -> DateChange:
    """A change that was asked for by the auditor and granted by the QA team on the same day."""
    audit = told.audit
    return DateChange(
        kind=kind,
        state=DateChange.State.GRANTED,
        reason=reason,
        asked_by_id=audit.auditor_id,
        asked_at=at,
        old_deadline_on=audit.deadline_on,
        old_auditor_id=audit.auditor_id,
        decided_by=desk.officer,
        decided_at=at + HOURS,
    )


def give_back(told: Told, desk: Desk, met: date) -> Told:
    """Hold the meeting and return the audit with everything that the return asks for; some are late."""
    audit, rng = told.audit, desk.rng
    audit.session_at = audit.meeting_at
    until = max(met, audit.deadline_on)
    day = met + timedelta(days=rng.randrange(0, max(1, min(9, (until - met).days + 1))))
    if rng.random() < LATE:
        day = until + timedelta(days=rng.randint(1, 10))
    returned_at = max(desk.moment(day, 16), (audit.session_at or audit.allocated_at) + HOURS / 2)
    if returned_at > desk.at:
        returned_at = desk.at - HOURS
    audit.returned_at, audit.state = returned_at, AuditState.RETURNED
    policy, tool = told.rules.policy, told.rules.tool
    grade = grade_for(policy, told.rank)
    born = audit.case.date_of_birth
    on = timezone.localdate(audit.allocated_at)
    facts = {
        "case.plan_type": audit.case.plan_type.strip(),
        "case.age": str(age_on(born, on)) if born else "",
        "audit.practice_week": "no",
    }
    weak = next((one.code for one in tool.sections[2:] if len(one.questions) > 1), "")
    sheet = Sheet(tool, policy, grade, told.rank, facts, met, weak)
    answers = fill(sheet, rng)
    told.answers, told.judged = dict(answers), judgement(sheet, answers)
    told.rationale = rationale_of(tool, answers) or rationale(told.rank, rng)
    asked = {one.applies_when.fact for one in tool.sections if one.applies_when}
    audit.facts = {fact: says for fact, says in facts.items() if fact in asked}
    audit.grade = told.judged.grade
    step(
        told,
        "start session",
        AuditState.IN_SESSION,
        audit.auditor_id,
        audit.session_at or on_day(on),
    )
    step(told, "return", AuditState.RETURNED, audit.auditor_id, returned_at)
    told.events.append(
        event(
            told,
            told.judged,
            GradeEvent.Kind.AUDITOR,
            audit.auditor_id,
            returned_at,
            told.rationale,
        )
    )
    if rng.random() < 0.45:
        closed = timezone.localdate(returned_at) + timedelta(days=rng.randint(50, 200))
        audit.case.closed_on = closed if closed < desk.on else None
    return told


def on_day(day: date) -> datetime:
    """The first moment of a day."""
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def event(told: Told, judged: Overall, kind: str, by: int, at: datetime, why: str) -> GradeEvent:
    """One grade of the audit's history."""
    return GradeEvent(
        kind=kind,
        value=judged.value,
        surpassed=judged.surpassed,
        grade=judged.grade,
        rationale=why,
        by_id=by,
        at=at,
    )


def write(stories: list[Told]) -> None:
    """Write the audits with their history, their answers and the grades given."""
    Audit.objects.bulk_create([one.audit for one in stories], batch_size=BATCH)
    rows: list[Model] = []
    for told in stories:
        parts = {part.code: part.id for part in told.rules.tool.parts}
        rows += under("audit", told.audit, (*told.moves, *told.events, *told.changes))
        rows += [
            answer(told, parts[code], who, instance, given)
            for (code, who, instance), given in told.answers.items()
        ]
    write_all(rows)


def answer(told: Told, part: int, who: str, instance: int, given: Given) -> Answer:
    """One answer's row, saved by whoever answers it."""
    audit = told.audit
    worker = who in {"practitioner", "second"}
    return Answer(
        audit=audit,
        part_id=part,
        respondent=who,
        instance=instance,
        number=given.number,
        text=given.text,
        day=given.day,
        place=given.place,
        saved_by_id=audit.worker_id if worker else audit.auditor_id,
        saved_at=audit.session_at or audit.allocated_at,
    )
