"""Reading an audit for its screens: answers, progress, what is missing, what is next for each person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from actions.models import Action
from actions.plans import About
from actions.selectors import tasks as action_tasks
from audits import visibility
from audits.answers import Given, answered_in_full, is_answered
from audits.completeness import (
    RETURN,
    Key,
    Missing,
    counted,
    missing,
    needed,
)
from audits.models import Answer, Audit, Presence
from audits.points import TASKS
from audits.scoring import Overall, Suggested, overall, suggest
from audits.selectors import reading
from audits.selectors.reading import Confirmed, Here, confirmations
from audits.states import AuditState
from audits.words import why_apart
from core.addresses import address_of
from core.prepared import COUNCIL, MOMENT, USER, Prepared
from people.models import User
from people.roles import QA_TEAM
from people.selectors import holds
from standards.edition import Edition, PartForm, QuestionForm, SectionForm, ToolForm
from standards.policy import Policy
from standards.selectors import edition

HERE_FOR_SECONDS = 15
# The kinds of action that a grade or the return sets off by itself: tasks, follow-ups, the loop's form.
TASK, FOLLOW_UP, LOOP = "task", "follow_up", "loop"
SET_OFF = (TASK, FOLLOW_UP, LOOP)
COMING = frozenset({"audit.meeting_on", "audit.returned_on"})  # facts that come with a later step


def edition_of(audit: Audit) -> Edition:
    """The edition that the audit keeps for ever."""
    return edition(audit.version)


def tool_of(audit: Audit) -> ToolForm:
    """The form of the audit."""
    return edition_of(audit).tools[audit.tool.code]


class Row(NamedTuple):
    """One answer as the screens need it: what it says, who saved it when, and whether other words of it are kept."""

    code: str
    part_id: int
    respondent: str
    instance: int
    number: int | None
    text: str
    day: date | None
    place: str
    version: int
    saved_at: datetime
    saved_by_id: int
    saver: str
    has_earlier: bool


Rows = Mapping[Key, Row]


def given_of(answer: Answer | Row) -> Given:
    """An answer's row as a value."""
    return Given(number=answer.number, text=answer.text, day=answer.day, place=answer.place)


def answer_rows(audit: Audit, question: QuestionForm | None = None) -> dict[Key, Row]:
    """The answers of the audit, or of one question, by part code, respondent and instance; one query.

    Each row's `has_earlier` says whether other words of it are kept.
    """
    if question is None:
        rows = reading.ANSWERS.rows({reading.AUDIT: audit.pk})
    else:
        wanted = [part.id for part in question.parts]
        rows = list(reading.answer_rows(audit.pk).filter(part__in=wanted))
    made = map(Row._make, rows)
    return {(row.code, row.respondent, row.instance): row for row in made}


def given_answers(audit: Audit) -> dict[Key, Given]:
    """Every answer of the audit as a value; one query."""
    rows = reading.GIVEN.rows({reading.AUDIT: audit.pk})
    return {(code, whose, instance): Given(*said) for code, whose, instance, *said in rows}


class Sheet:
    """What stands in the form of one audit: its answers, and what follows from them, worked out once for a page."""

    def __init__(self, audit: Audit, rows: Rows) -> None:
        self.audit, self.rows = audit, rows

    @cached_property
    def answers(self) -> dict[Key, Given]:
        """The answers as values."""
        return {key: given_of(row) for key, row in self.rows.items()}

    @cached_property
    def applied(self) -> frozenset[str]:
        """The codes of the sections that apply."""
        return applied_sections(self.audit, tool_of(self.audit), self.answers)

    @cached_property
    def confirmed(self) -> list[Confirmed]:
        """Who has confirmed which joint question, newest last; one query."""
        return confirmations(self.audit.pk)

    @cached_property
    def names(self) -> dict[str, str]:
        """What each respondent is called."""
        return people_words(self.audit)

    def asks(self, section: SectionForm) -> bool:
        """Whether a section applies; nothing is worked out where it depends on nothing."""
        return section.applies_when is None or section.code in self.applied


def sheet_of(audit: Audit, question: QuestionForm | None = None) -> Sheet:
    """What stands in the audit's form, or in one question of it; one query."""
    return Sheet(audit, answer_rows(audit, question))


def answers_to(audit: Audit, question: QuestionForm) -> list[Answer]:
    """The answers to one question."""
    codes = [part.code for part in question.parts]
    return list(Answer.objects.filter(audit=audit, part__code__in=codes).order_by("pk"))


def actions_of(audit: Audit, *, blind: bool = False) -> "QuerySet[Action]":
    """The actions that this audit raised and that stand; for whoever is `blind` not those that were set off."""
    found = Action.objects.raised_by("audit", audit.pk).standing().select_related("owner")
    return found.exclude(kind__in=SET_OFF) if blind else found


RECORDED = Prepared(
    lambda: reading.counted(
        Action.objects.raised_by("audit", reading.AUDIT).standing().exclude(kind__in=SET_OFF)
    )
)


def number_recorded(audit: Audit) -> int:
    """How many actions that stand somebody recorded in this audit; one query."""
    rows = RECORDED.rows({reading.AUDIT: audit.pk})
    return int(rows[0][0]) if rows else 0


def about_of(audit: Audit) -> About:
    """What the actions of an audit are about: whose work, under which edition, with which grade."""
    word = edition_of(audit).policy.word("audit", "audit").capitalize()
    return About(
        unit=audit.unit,
        worker=audit.worker,
        auditor=audit.auditor,
        version=audit.version,
        grade=audit.grade,
        label=f"{word} {audit.reference}",
    )


def anchors_of(audit: Audit) -> dict[str, datetime]:
    """The moments from which limits count that have come by now: the meeting, the return (J-46, J-64)."""
    met = audit.session_at or audit.meeting_at
    found = {"meeting": met, "returned": audit.returned_at}
    return {name: moment for name, moment in found.items() if moment}


def overall_of(tool: ToolForm, answers: dict[Key, Given], policy: Policy) -> Overall | None:
    """The overall judgement given so far."""
    for part in tool.parts:
        if part.kind == "overall_grade":
            return overall(answers.get((part.code, part.respondent, 1), Given()), policy)
    return None


def facts_of(audit: Audit) -> dict[str, str]:
    """The facts that decide which sections apply: as they were at the return, before it as they are now.

    The child's age is that on the day of allocation, so that a birthday does not change the form half-way.
    """
    if audit.state == AuditState.RETURNED:
        return dict(audit.facts)
    born, on = audit.case.date_of_birth, timezone.localtime(audit.allocated_at).date()
    return {
        "case.plan_type": audit.case.plan_type.strip(),
        "case.age": str(age_on(born, on)) if born and born <= on else "",
        "audit.practice_week": "yes" if audit.practice_week else "no",
    }


def age_on(born: date, on: date) -> int:
    """Whole years of life on a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def applied_sections(audit: Audit, tool: ToolForm, answers: dict[Key, Given]) -> frozenset[str]:
    """The codes of the sections that apply to this audit; no query."""
    return visibility.applying(tool, facts_of(audit), answers)


def why_left_out(audit: Audit, section: SectionForm) -> str:
    """Why a section that does not apply is not asked."""
    edition = edition_of(audit)
    return why_apart(section, edition.tools[audit.tool.code], edition.policy, facts_of(audit))


def suggestion_of(audit: Audit, answers: dict[Key, Given]) -> Suggested | None:
    """The grade that the answers suggest, once everybody may see them; no query."""
    edition = edition_of(audit)
    tool = edition.tools[audit.tool.code]
    if tool.suggestion is None or not audit.session_begun:
        return None
    return suggest(tool, counted(tool, answers, facts_of(audit)), edition.policy)


def reason_missing(audit: Audit, answers: dict[Key, Given]) -> list[Missing]:
    """The reason for another grade than the suggested one, where it is not given yet."""
    edition = edition_of(audit)
    tool = edition.tools[audit.tool.code]
    suggested = suggestion_of(audit, answers)
    judged = overall_of(tool, answers, edition.policy)
    if not tool.suggestion or not suggested or not judged or judged.grade == suggested.grade:
        return []
    part = tool.part(tool.suggestion.reason_part)
    if not answers.get((part.code, part.respondent, 1), Given()).blank:
        return []
    section = tool.section(part.section_code)
    return [Missing(section, tool.question(part.question_code), part, part.respondent, 1)]


def rationale_of(tool: ToolForm, answers: dict[Key, Given]) -> str:
    """The long text that stands with the overall grade in its question: the auditor's reasons."""
    graded = next((p for p in tool.parts if p.kind == "overall_grade"), None)
    if graded is None:
        return ""
    texts = [
        answers.get((part.code, part.respondent, 1), Given()).text
        for part in tool.question(graded.question_code).parts
        if part.kind == "long_text" and part.code.endswith(".rationale")
    ]
    return "\n\n".join(text for text in texts if text)


def people_words(audit: Audit) -> dict[str, str]:
    """What each respondent is called on the screen, with their name."""
    policy = edition_of(audit).policy
    auditor = policy.word("auditor", "auditor").capitalize()
    names = {
        visibility.AUDITOR: audit.auditor.name,
        visibility.PRACTITIONER: audit.worker.name,
        visibility.JOINT: f"{auditor} and {policy.word('practitioner', 'practitioner')} together",
    }
    if audit.second_worker:
        names[visibility.SECOND] = audit.second_worker.name
    return names


def in_words(audit: Audit, found: Iterable[Missing]) -> list[str]:
    """Each missing part as a line that says who still has to answer what."""
    found = list(found)
    names = people_words(audit) if found else {}
    lines = []
    for one in found:
        who = "" if one.respondent == visibility.JOINT else f"{names.get(one.respondent, '')}: "
        number = f"Question {one.question.number}" if one.question.number else one.question.title
        again = f" ({one.instance})" if one.instance > 1 else ""
        label = one.part.label.lower() if one.part.label.isupper() else one.part.label
        lines.append(
            f"{who}{number}{again} – {label}{' (tick every line)' if one.part.all_of else ''}"
        )
    return lines


def missing_parts(
    audit: Audit, gate: str, answers: dict[Key, Given] | None = None
) -> list[Missing]:
    """What is still unanswered at a gate; at the return with the reason for another grade than suggested.

    `answers` are all that the audit has, where they have been read already.
    """
    answers = given_answers(audit) if answers is None else answers
    found = missing(
        tool_of(audit),
        answers,
        gate=gate,
        second=audit.second_worker_id is not None,
        facts=facts_of(audit),
    )
    if gate == RETURN:
        asked = {(one.part.code, one.respondent) for one in found}
        found += [
            one
            for one in reason_missing(audit, answers)
            if (one.part.code, one.respondent) not in asked
        ]
    return found


def missing_in_words(audit: Audit, gate: str, answers: dict[Key, Given] | None = None) -> list[str]:
    """What is still unanswered at a gate, as lines for the screen."""
    return in_words(audit, missing_parts(audit, gate, answers))


def missing_in_section(audit: Audit, tool: ToolForm, section: SectionForm, me: str) -> list[str]:
    """What this party must still answer in one section, at either gate."""
    answers = given_answers(audit)
    second = audit.second_worker_id is not None
    found = missing(tool, answers, gate=RETURN, second=second, facts=facts_of(audit))
    mine = [
        one
        for one in found
        if one.section.code == section.code
        and one.respondent in {me, visibility.JOINT}
        and visibility.fills(one.part, me)
    ]
    return in_words(audit, mine)


def shown_fact(audit: Audit, what: str) -> str:
    """A fact of the case or the audit, shown and not answered."""
    case = audit.case
    facts = {
        "case.number": case.number,
        "case.date_of_birth": case.date_of_birth,
        "case.gender": case.gender,
        "case.ethnicity": case.ethnicity,
        "case.language": case.language,
        "case.referral_on": case.referral_on,
        "audit.auditor": audit.auditor.name,
        "audit.worker": audit.worker.name,
        "audit.second_worker": audit.second_worker.name if audit.second_worker else "None",
        "audit.manager": audit.manager.name if audit.manager else "",
        "audit.meeting_on": timezone.localtime(audit.meeting_at).date()
        if audit.meeting_at
        else None,
        "audit.returned_on": timezone.localtime(audit.returned_at).date()
        if audit.returned_at
        else None,
    }
    value = facts.get(what) or ("Not yet" if what in COMING else "")
    return f"{value:%-d %B %Y}" if hasattr(value, "strftime") else str(value)


@dataclass(frozen=True)
class Progress:
    """How far one person's part of a section has come."""

    section: SectionForm
    status: str
    words: str
    answered: int
    asked: int
    mine: bool
    pages: tuple["QuestionProgress", ...] = ()
    why: str = ""


@dataclass(frozen=True)
class QuestionProgress:
    """How far one question has come, where each has a page of its own."""

    question: QuestionForm
    status: str
    words: str


WORDS = {
    "hidden": "Opens at the meeting",
    "waiting": "Not open yet",
    "todo": "To do",
    "started": "Started",
    "complete": "Completed",
    "read": "Read only",
    "apart": "Does not apply",
    "actions": "Open for actions",
}


def progress(audit: Audit, me: str, answers: dict[Key, Given]) -> list[Progress]:
    """Each section's state for this person; one more query for the sections marked as finished."""
    done = reading.finished_sections(audit.pk)
    second = audit.second_worker_id is not None
    tool = tool_of(audit)
    applied = applied_sections(audit, tool, answers)
    answers = counted(tool, answers, facts_of(audit))
    return [
        section_progress(section, audit.state, me, answers, done, second)
        if section.code in applied
        else apart(audit, section, me)
        for section in tool.sections
    ]


def apart(audit: Audit, section: SectionForm, me: str) -> Progress:
    """A section that does not apply: it asks nothing, and says why."""
    seen = visibility.may_see(section, me=me, state=audit.state)
    why = why_left_out(audit, section)
    return Progress(
        section, "apart" if seen else "hidden", WORDS["apart"], 0, 0, mine=False, why=why
    )


def section_progress(
    section: SectionForm,
    state: str,
    me: str,
    answers: dict[Key, Given],
    done: set[tuple[str, str]],
    second: bool,
) -> Progress:
    """One section's state: what this person has answered of what is theirs to answer."""
    wanted = [
        key for q in section.questions for key in wanted_parts(q, me, answers, second).items()
    ]
    answered = sum(answered_in_full(part, answers.get(key, Given())) for key, part in wanted)
    theirs = [part for q in section.questions for part in q.parts if visibility.fills(part, me)]
    mine = any(map(is_answered, theirs))
    if not mine and visibility.is_open(section, state):
        mine_to_record = me == visibility.AUDITOR and any(p.kind == "actions" for p in theirs)
        if mine_to_record:
            return Progress(section, "actions", WORDS["actions"], 0, 0, mine=False)
    status = section_status(
        section, state, me, answered, len(wanted), mine, (section.code, me) in done
    )
    pages = (
        tuple(question_progress(q, me, answers, second) for q in section.questions)
        if section.paging == "question"
        else ()
    )
    return Progress(section, status, WORDS[status], answered, len(wanted), mine, pages)


def section_status(
    section: SectionForm, state: str, me: str, answered: int, asked: int, mine: bool, finished: bool
) -> str:
    """The one word for a section in the progress list."""
    if not visibility.may_see(section, me=me, state=state):
        return "hidden"
    if state in {AuditState.RETURNED, AuditState.EXCLUDED} or not mine:
        return "read"
    if not visibility.is_open(section, state):
        return (
            "complete" if asked and answered == asked else ("waiting" if not answered else "read")
        )
    if (asked and answered == asked) or (finished and answered == asked):
        return "complete"
    return "started" if answered else "todo"


def wanted_parts(
    question: QuestionForm, me: str, answers: dict[Key, Given], second: bool
) -> dict[Key, PartForm]:
    """The parts of a question that this person must answer; for somebody who only reads, everybody's."""
    found = {}
    for part in question.parts:
        if not is_answered(part) or not part.required_at:
            continue
        for respondent in visibility.respondents(part, second=second):
            own = respondent == me or (respondent == visibility.JOINT and me in visibility.PARTIES)
            if (own or me not in visibility.PARTIES) and needed(part, answers, respondent, 1):
                found[part.code, respondent, 1] = part
    return found


def question_progress(
    question: QuestionForm, me: str, answers: dict[Key, Given], second: bool
) -> QuestionProgress:
    """One question's state in a section that has a page for each."""
    wanted = wanted_parts(question, me, answers, second)
    answered = sum(
        answered_in_full(part, answers.get(key, Given())) for key, part in wanted.items()
    )
    status = "complete" if wanted and answered == len(wanted) else "started" if answered else "todo"
    return QuestionProgress(question, status, WORDS[status])


@dataclass(frozen=True)
class Box:
    """One thing on a form page: a part as one respondent's, with what stands in it and whether it may be changed."""

    part: PartForm
    name: str
    respondent: str
    instance: int
    whose: str
    given: Given
    version: int
    saved_at: datetime | None
    saved_by: str
    editable: bool
    earlier: bool = False
    fault: str = ""
    typed: dict[str, str] | None = None


def field_name(part: PartForm, instance: int) -> str:
    """The name of a part's form field; a further instance carries its number."""
    return part.code if instance == 1 else f"{part.code}~{instance}"


def boxes(
    sheet: Sheet,
    section: SectionForm,
    question: QuestionForm,
    me: str,
    only: PartForm | None = None,
) -> list[tuple[int, list[Box]]]:
    """The question's parts as this person sees them, by instance; an empty instance more while it may be repeated.

    With `only`, that part alone.
    """
    audit = sheet.audit
    second = audit.second_worker_id is not None
    open_now = sheet.asks(section) and visibility.is_open(section, audit.state)
    hidden = kept_back(audit) if me == visibility.BLIND else frozenset()
    return [
        (
            instance,
            [
                box(sheet, part, respondent, instance, me, open_now=open_now)
                for part in ([only] if only else question.parts)
                if part.code not in hidden
                for respondent in shown_respondents(part, me, audit.state, second)
            ],
        )
        for instance in shown_instances(question, sheet.rows, open_now)
    ]


def kept_back(audit: Audit) -> frozenset[str]:
    """The codes of the parts that are not sent to somebody who grades this audit blind."""
    return visibility.kept_back(tool_of(audit), edition_of(audit).policy)


def shown_respondents(part: PartForm, me: str, state: str, second: bool) -> list[str]:
    """Whose answers to the part this person sees: their own first."""
    everybody = visibility.respondents(part, second=second)
    seen = [one for one in everybody if visibility.sees_answers_of(one, me=me, state=state)]
    return sorted(seen, key=lambda one: one != me)


def shown_instances(question: QuestionForm, rows: Rows, open_now: bool) -> list[int]:
    """The instances with answers, and one more empty one while the question may be filled again."""
    if question.repeat == 1 and open_now:
        return [1]
    codes = {part.code for part in question.parts}
    used = {key[2] for key, row in rows.items() if key[0] in codes and not given_of(row).empty} | {
        0
    }
    last = max(used)
    upto = min(question.repeat, last + 1) if open_now else max(last, 1)
    return list(range(1, upto + 1))


def box(
    sheet: Sheet, part: PartForm, respondent: str, instance: int, me: str, *, open_now: bool
) -> Box:
    """One part of the page for one respondent; what is theirs may be changed while its section is asked for and open."""
    row = sheet.rows.get((part.code, respondent, instance))
    own = respondent == me or respondent == visibility.JOINT
    editable = open_now and own and is_answered(part) and visibility.fills(part, me)
    return Box(
        part=part,
        name=field_name(part, instance),
        respondent=respondent,
        instance=instance,
        whose="" if editable else sheet.names.get(respondent, ""),
        given=given_of(row) if row else Given(),
        version=row.version if row else 0,
        saved_at=row.saved_at if row else None,
        saved_by=row.saver if row else "",
        editable=editable,
        earlier=bool(row and row.has_earlier),
    )


def was_here(audit: Audit, user: User, *, since: datetime) -> bool:
    """Whether this person has had the audit open since a moment."""
    return Presence.objects.filter(audit=audit, user=user, seen_at__gte=since).exists()


def see_presence(audit: Audit, user: User, *, place: str, at: datetime) -> list[Here]:
    """Note that this person is here, and say who else is: one write, one read."""
    who = {reading.AUDIT: audit.pk, USER: user.pk}
    if not reading.SEEN.make(who | {reading.PLACE: place, MOMENT: at}):
        here = {"place": place, "seen_at": at}
        Presence.objects.update_or_create(audit=audit, user=user, defaults=here)
    since = at - timedelta(seconds=HERE_FOR_SECONDS)
    return [Here(*row) for row in reading.HERE.rows(who | {MOMENT: since})]


@dataclass(frozen=True)
class Task:
    """One thing for a person to do next: what, on which audit or action, by when, and where to do it."""

    what: str
    about: str
    due_on: date
    url: str
    late: bool


# The queries of the start page are built once in a process, and read what is shown and no more.
A_PARTY = Q(auditor=USER) | Q(worker=USER) | Q(second_worker=USER)


def under_way() -> "QuerySet[Audit, Any]":
    """The audits under way of a council, as their tasks show them, soonest first."""
    found = Audit.objects.under_way().filter(council=COUNCIL).order_by("deadline_on", "id")
    return found.values_list(
        "pk", "reference", "case__number", "auditor_id", "state", "meeting_at", "deadline_on"
    )


# Their parties may open them, and the QA team each of the council.
OWN = Prepared(lambda: under_way().filter(A_PARTY)[:200])
QUERIES = Prepared(lambda: under_way().filter(state=AuditState.GRADE_QUERY).exclude(A_PARTY)[:50])


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An audit under way, as a task shows it."""

    pk: int
    reference: str
    case: str
    auditor_id: int
    state: str
    meeting_at: datetime | None
    deadline_on: date


def my_tasks(user: User, on: date) -> list[Task]:
    """Everything that is this person's to do next, soonest first; the queries do not grow with the rows."""
    values = {USER: user.pk, COUNCIL: user.council_id}
    mine = [UnderWay(*row) for row in OWN.rows(values)]
    tasks = [task for audit in mine if (task := audit_task(audit, user, on))]
    if holds(user, *QA_TEAM, on=on):
        queries = [UnderWay(*row) for row in QUERIES.rows(values)]
        tasks += [
            _task("Give advice on the grade", audit, audit.deadline_on, on) for audit in queries
        ]
    tasks += [
        Task(one.what, one.about, one.due_on, one.url, one.late) for one in action_tasks(user, on)
    ]
    tasks += [task for room in TASKS for task in room(user, on)]
    return sorted(tasks, key=lambda task: task.due_on)


def _task(what: str, audit: UnderWay, due_on: date, on: date) -> Task:
    about = f"Audit {audit.reference}, case {audit.case}"
    return Task(what, about, due_on, address_of("audit", audit.pk), due_on < on)


def audit_task(audit: UnderWay, user: User, on: date) -> Task | None:
    """What one party does next on an audit under way; None when it waits for somebody else."""
    meeting_on = (
        timezone.localtime(audit.meeting_at).date() if audit.meeting_at else audit.deadline_on
    )
    if user.pk == audit.auditor_id:
        steps = {
            AuditState.ALLOCATED: ("Set the meeting date", audit.deadline_on),
            AuditState.PREPARING: (
                "Check the file and start the meeting",
                min(meeting_on, audit.deadline_on),
            ),
            AuditState.IN_SESSION: ("Finish the form and return the audit", audit.deadline_on),
        }
    else:
        steps = {
            AuditState.PREPARING: ("Prepare for the audit meeting", meeting_on),
            AuditState.IN_SESSION: ("Fill in the form together", audit.deadline_on),
        }
    step = steps.get(AuditState(audit.state))
    return _task(step[0], audit, step[1], on) if step else None
