"""Demo data: what children, families, partners and staff said, made by the same steps that people take."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from actions.selectors import themes_of
from audits.models import Audit
from audits.states import AuditState
from cases.models import CaseFile
from feedback import words
from feedback.models import Reply, Summary, Survey
from feedback.models.replies import Way
from feedback.selectors.instruments import for_staff, instruments_in_force
from feedback.selectors.replies import asked_with, types_in
from feedback.selectors.surveys import induction_instruments, instruments_to_plan, last_day
from feedback.services import inviting
from feedback.services.answering import type_in, type_in_refusal
from feedback.services.contact import warn
from feedback.services.praising import show_praise, write_praise
from feedback.services.replies import Sheet, Subject, record_reply
from feedback.services.summaries import TOTALS, Heard, record_summary
from feedback.services.survey_reports import Written, share_report, write_report
from feedback.services.surveys import Planned, close_survey, give_out, open_survey, plan_survey
from people.models import Council, User
from people.roles import Role
from standards.instruments import CHOICES, NUMBERS, TEXTS, Asked, Instrument
from standards.models import FrameworkVersion
from standards.selectors import in_force

Value = TypeVar("Value")
# Invented answers by who speaks and by the question's code; where a code is not named, those under "".
SAID: dict[str, dict[str, tuple[str, ...]]] = {
    "child": {
        "role": ("Child", "Young person"),
        "knows_name": ("Yes", "Yes, and she knows mine"),
        "how_often": ("Every week", "Every two weeks, and more when mum was ill"),
        "knows_why": ("So that there is less shouting at home.", "To help me get back to school."),
        "difference": (
            "Mum is calmer. I have my own bed now and I can sleep.",
            "I am back at school most days, and my teacher knows who to ring.",
        ),
        "likes": (
            "She listens and does not write all the time.",
            "He comes when he says he will. We play cards while we talk.",
        ),
        "better": ("Tell me before my plan changes.", "Come after school, not in lessons."),
        "life": ("It is quieter. I see my gran on Sundays.", "Better than before the summer."),
        "": ("People ask me what I want and they remember it.",),
    },
    "family": {
        "role": ("Mother", "Father", "Grandmother"),
        "who": ("Mother", "Father"),
        "said": (
            "She explains things without talking down to us. I would like meetings at a time when I am not at work.",
            "It helped that somebody came with me to the school. Letters still use words that I have to look up.",
            "At first I was angry. Now I can say what I think, and something happens.",
        ),
        "change": ("Fewer changes of worker.", "Send the plan before the meeting, not after it."),
        "anything": ("Thank you for not giving up on us.",),
        "life": ("There is a routine now, and the evenings are calmer.",),
        "difference": ("The children are in school, and we know who to ring.",),
        "better": ("Tell us sooner when a visit is moved.",),
        "view": ("They say the visits help, and that the plan could be shorter.",),
        "": ("We were asked what we need, and most of it was done.",),
    },
    "network": {
        "role": ("Teacher", "Health visitor"),
        "said": (
            "The worker shares what we need to know and turns up to every meeting. Minutes come late.",
            "The family trusts the worker. We would like a date by which the plan is looked at again.",
        ),
        "": ("We know who does what, and the plan is short enough to use.",),
    },
    "parent": {
        "comment": (
            "My worker rings back on the same day. That matters more than anything.",
            "We had three workers in a year. Each time we began again.",
            "I felt judged at the first meeting. It has got better since.",
            "She helped with the housing form, and she asked the children what they think.",
            "I know what happens next and by when. Before, nobody told me.",
            "He noticed that my son is doing better at school and said so.",
            "The meetings are long and everybody talks fast.",
        ),
        "change": (
            "Send the plan before the meeting.",
            "Meet in the evening sometimes.",
            "Use fewer long words in letters.",
            "Tell me when a visit is moved.",
            "Come on your own at first, not three of you.",
            "Let the children choose where they talk.",
            "Nothing. Stay with us.",
        ),
        "anything": (
            "Thank you for asking.",
            "Please ask fathers too.",
            "The parking at the office is hard with a pram.",
            "I would like a copy of what is written about us.",
            "My daughter likes the drawing game.",
            "It took weeks before the first visit.",
            "I would ask for help sooner now.",
        ),
        "": ("They listen, and they do what they say.",),
    },
    "staff": {
        "confidence": (
            "More practice with a colleague watching.",
            "Time to prepare direct work.",
            "Seeing how another team does it.",
            "A short refresher each year.",
            "Examples of good plans.",
            "Somebody to ask on the day.",
            "Better materials for young children.",
        ),
        "culture": (
            "We help one another out, also across teams.",
            "People are kind here, and tired.",
            "I can say when I am not sure.",
            "We talk about what went wrong without blame.",
            "Working from home makes it harder to ask.",
            "New colleagues are made welcome.",
            "Decisions reach us late.",
        ),
        "worrying": (
            "The number of children I work with went up again.",
            "Recording takes the time that I need for visits.",
            "Two posts in the team have been empty since spring.",
            "We wait too long for assessments from others.",
            "Agency colleagues leave before the family knows them.",
            "I take work home on most evenings.",
            "Duty days are never quiet enough to finish anything.",
        ),
        "working_well": (
            "Group supervision. I come out with a plan.",
            "My manager knows the families and asks good questions.",
            "The family network meetings.",
            "The schools ring us early now.",
            "Audits together with the auditor: I learn from them.",
            "Our business support team.",
            "We stick to the plan and look at it every month.",
        ),
        "change": (
            "Fewer forms that ask for the same thing.",
            "A quiet room for telephone calls.",
            "Case numbers that leave time to think.",
            "Say early what the next reorganisation means for us.",
            "More rooms in which children like to be.",
            "Laptops that work on visits.",
            "Protect time for training.",
        ),
        "what": ("Nobody showed me how the case system works.",),
        "better": ("Meet the neighbouring teams in the first week.",),
        "who": ("A social worker in the assessment team", "A family support worker"),
        "why": (
            "Stayed with a young person at the hospital until the foster carer arrived, long after the end of the day.",
            "Wrote a life story book with a child that the child now shows to everybody.",
            "Took over a colleague’s visits for a fortnight so that no family was left waiting.",
        ),
        "": ("It is good to be asked.",),
    },
    "": {
        "said": (
            "I would like to be asked what I think before it is decided.",
            "Please tell us sooner when a meeting is moved.",
            "The person who took us to the room was kind, and we had time to talk.",
        ),
        "theme": ("Communication", "Contact with the worker"),
        "corrective_action": (
            "The team manager rang the family, apologised, and agreed one day each week for calls.",
        ),
        "learning": ("Tell families at once when a visit is moved, and say when the next one is.",),
        "process": ("Mostly. Somebody met me before it and told me who would be there.",),
        "relationship": ("Yes. She was honest with me, also when it was hard to hear.",),
        "changes": ("Yes. We have a plan for the mornings, and it works on most days.",),
        "worry": ("The new school has not been told about the plan.",),
        "": (
            "I was listened to, and I understood what happens next.",
            "The meeting was long, but I could say what I wanted.",
        ),
    },
}
SPEAKERS = ("child", "family", "network", "parent")
# Left out: why there is no answer, where there is one.
LEFT_OUT = frozenset({"reason", "why_not"})
# How an answer leans, of ten.
LEANINGS = (8, 9, 6, 7, 8, 5, 9, 7, 4, 8, 10)
# Of those who answer a survey one in two writes something.
WRITES = 2
ASKED_FOR = "Asked twice by telephone and once by letter; nobody answered."
REASONS = {
    words.DECLINED: "Did not want to talk about it this time; may be asked again after the review.",
    words.NO_REPLY: ASKED_FOR,
    words.UNSAFE: "Somebody at home reads letters and messages. Asking could put the family in danger.",
}
# What came of asking with an audit: a row for each audit in turn, in it one for each instrument.
CAME_OF_IT = (
    (words.ANSWERED, words.ANSWERED, words.ANSWERED),
    (words.DECLINED, words.NO_REPLY, words.ANSWERED),
    (words.UNSAFE,),
    (words.NO_REPLY, words.ANSWERED, words.ANSWERED),
)
WARNING = (
    "Calls and letters are read by somebody else at home. Speak with the worker before any contact."
)
PRAISES = (
    "A colleague stayed with a young person until they were safe, long after the end of the day.",
    "Two people in one team shared a colleague’s visits so that no family was left waiting.",
)
ENTRIES = 3
WAYS = (Way.CALL, Way.PAPER, Way.IN_PERSON, Way.LOG, Way.UPLOAD)
# What groups said on one occasion, and what is learned from it; how many of a council's instruments have such a summary.
HEARD = (
    (
        "Young people want to know a week before a meeting who will be there, and to choose one person to sit beside.",
        "Ask before each review whom the young person wants there.",
    ),
    (
        "Parents said that the first visit decides whether they trust us. Two had felt judged, and most had felt heard.",
        "First visits are talked through in group supervision.",
    ),
    (
        "Partners get our plans late and would rather have a short one on the day than a long one after a month.",
        "",
    ),
)
SUMMARIES = 3
TAKING_PART = 8
# What is said again and again, where the framework lists no themes.
THEMES = ("Communication", "Changes of worker", "Plans")
REPORT = Written(
    "Most people feel listened to and know whom to ring. Changes of worker, and plans that come late, worry them most.",
    "Team managers look at every change of worker. Plans go out before the meeting.",
)
# As far back as surveys go, and how long one runs where the framework does not say.
BACK, FORTNIGHT = timedelta(days=210), timedelta(days=13)
OPENED, AHEAD = 4, timedelta(days=30)
# How many answered each closed survey: those of each group of the breakdown, and those who did not say.
ROUNDS = ((3, 1, 0), (7, 5, 0), (8, 3, 2))
ANSWERED_SO_FAR = (2, 1, 0)
REFUSED, HANDED_OUT = 5, 30


@dataclass(frozen=True)
class Desk:
    """The council whose data is made, who in its QA team does it, under which edition, with which themes, and when."""

    council: Council
    team: tuple[User, ...]
    version: FrameworkVersion
    themes: tuple[str, ...]
    at: datetime

    @property
    def officer(self) -> User:
        """The member of the QA team who types in and runs surveys."""
        return self.team[0]

    @property
    def on(self) -> date:
        """Today."""
        return timezone.localdate(self.at)

    def before(self, days: int) -> datetime:
        """So many days ago, but not before the edition was in force."""
        return self.at - timedelta(days=min(days, (self.on - self.version.effective_from).days))


@transaction.atomic
def hear(council: Council, *, at: datetime) -> int:
    """Let a council hear from children, families, partners and staff, with what its framework asks of them.

    Does nothing where anything has been heard already. Returns how many replies there are.
    """
    on = timezone.localdate(at)
    replies = Reply.objects.filter(council=council)
    if any(one.objects.filter(council=council).exists() for one in (Reply, Summary, Survey)):
        return 0
    team, version = people_of_qa(council, on), in_force(council, on)
    if not team or version is None:
        return 0
    desk = Desk(council, team, version, tuple(themes_of(version)) or THEMES, at)
    with_audits(desk)
    without_audits(desk)
    in_groups(desk)
    ask_new(desk)
    for instrument in instruments_to_plan(council, on):
        surveys_with(instrument, desk)
    return replies.count()


def people_of_qa(council: Council, on: date) -> tuple[User, ...]:
    """The council's QA team, its officers first."""
    found = User.objects.filter(council=council)
    roles = (Role.QA_OFFICER, Role.QA_HEAD)
    return tuple(dict.fromkeys(user for role in roles for user in found.holding(role, on)))


# With audits --------------------------------------------------------------------------------------


def with_audits(desk: Desk) -> None:
    """Replies with each audit whose meeting has been held, typed in by its auditor; where nobody answered, a link waits."""
    held = [AuditState.IN_SESSION, AuditState.RETURNED]
    audits = Audit.objects.filter(council=desk.council, state__in=held)
    audits = audits.select_related("council", "auditor", "worker", "case", "version__framework")
    for place, audit in enumerate(audits.order_by("pk")):
        asked = zip(asked_with(audit), CAME_OF_IT[place % len(CAME_OF_IT)], strict=False)
        for number, (instrument, outcome) in enumerate(asked):
            turn = place * 5 + number
            reply_with(audit, instrument, outcome, turn, desk)
            if place == 0 and any(one.kind == "scale" for one in instrument.fields):
                reply_with(audit, instrument, outcome, turn + 1, desk)
            if outcome == words.NO_REPLY and "link" in instrument.delivery:
                relation = relation_of(instrument, turn)
                inviting.invite(
                    audit, instrument.code, relation=relation, by=audit.auditor, at=desk.at
                )
            if outcome == words.UNSAFE:
                warn(audit.case, WARNING, by=desk.officer, at=desk.at)


def reply_with(audit: Audit, instrument: Instrument, outcome: str, turn: int, desk: Desk) -> None:
    """What came of asking one person with an audit, on the day of its meeting."""
    held = min(audit.session_at or desk.at, desk.at)
    on = timezone.localdate(held)
    answered = outcome == words.ANSWERED
    sheet = Sheet(
        instrument.code,
        way_of(instrument),
        outcome,
        on,
        answers=answers_to(instrument, turn, on) if answered else {},
        reason=REASONS.get(outcome, ""),
        relation=relation_of(instrument, turn),
        themes=(picked(desk.themes, turn),) if answered and turn % 2 else (),
    )
    record_reply(sheet, Subject.of_audit(audit), by=audit.auditor, at=held)


# Without audits -----------------------------------------------------------------------------------


def without_audits(desk: Desk) -> None:
    """A few replies to each instrument in which the QA team types in; nominations are written anew, and one is shown."""
    case = CaseFile.objects.filter(council=desk.council).open_on(desk.on).order_by("number").first()
    for place, instrument in enumerate(types_in(desk.officer, desk.council, desk.on)):
        if instrument.follows or "in_audit" in instrument.delivery:
            continue
        child = case if instrument.privacy == "identified" else None
        about = Subject(desk.council, desk.version, case=child)
        replies = [entered(instrument, about, place + turn, desk) for turn in range(ENTRIES)]
        if instrument.publishable:
            praise(replies, desk)


def entered(instrument: Instrument, about: Subject, turn: int, desk: Desk) -> Reply:
    """One reply typed in some days ago; the first of those about a child that may raise a worry does."""
    at = desk.before(2 + 5 * turn)
    on = timezone.localdate(at)
    answers = answers_to(instrument, turn, on)
    if about.case and turn % ENTRIES == 0:
        answers |= {one.code: "yes" for one in instrument.fields if one.worry and one.options}
    themes = (picked(desk.themes, turn),) if turn % ENTRIES else ()
    sheet = Sheet(instrument.code, way_of(instrument), words.ANSWERED, on, answers, themes=themes)
    return record_reply(sheet, about, by=desk.officer, at=at)


def praise(replies: list[Reply], desk: Desk) -> None:
    """Write two nominations anew; another of the QA team shows the first, the second waits for it."""
    writer, reader = desk.team[0], desk.team[-1]
    pairs = zip(replies, PRAISES, strict=False)
    written = [write_praise(reply, text, by=writer, at=desk.at) for reply, text in pairs]
    if reader != writer:
        show_praise(written[0], written_at=written[0].written_at, by=reader, at=desk.at)


def in_groups(desk: Desk) -> None:
    """What several people said on one occasion, for some of the instruments of which only totals are kept."""
    found = [one for one in instruments_in_force(desk.council, desk.on) if one.privacy == TOTALS]
    for place, (instrument, (heard, learning)) in enumerate(
        zip(found[:SUMMARIES], HEARD, strict=False)
    ):
        at = desk.before(9 * (place + 1))
        said = Heard(
            timezone.localdate(at), heard, learning, TAKING_PART, [picked(desk.themes, place)]
        )
        record_summary(desk.council, instrument.code, said, by=desk.officer, at=at)


def ask_new(desk: Desk) -> None:
    """What one member of staff answered by a link to the form for those who are new."""
    person = User.objects.filter(council=desk.council, is_active=True).order_by("pk").last()
    for instrument in induction_instruments(desk.council, desk.on):
        if person:
            _, secret = inviting.invite(person, instrument.code, by=desk.officer, at=desk.at)
            inviting.keep_draft(secret, answers_to(instrument, 1, desk.on), at=desk.at)
            inviting.hand_in(secret, at=desk.at)


# Surveys ------------------------------------------------------------------------------------------


def surveys_with(instrument: Instrument, desk: Desk) -> None:
    """Three closed surveys, evenly over the time for which the framework has been in force, and one open; one planned of others than staff."""
    first = max(desk.version.effective_from, desk.on - BACK)
    opened_on = timezone.localdate(desk.before(OPENED))
    step = (opened_on - first) // len(ROUNDS)
    for place, groups in enumerate(ROUNDS):
        if step > FORTNIGHT:
            survey = opened(instrument, first + step * place, desk)
            answer(survey, instrument, groups)
            closed_at = moment(survey.closes_on + timedelta(days=1))
            survey = close_survey(survey, by=None, at=closed_at)
            report_on(survey, place, desk, at=closed_at + timedelta(days=7))
    now = opened(instrument, opened_on, desk)
    answer(now, instrument, ANSWERED_SO_FAR)
    if not for_staff(instrument):
        planned(instrument, desk.on + AHEAD, desk)


def planned(instrument: Instrument, opens_on: date, desk: Desk) -> Survey:
    """A survey planned a week before its first day, or now."""
    closes_on = last_day(instrument, opens_on, desk.council.pk) or opens_on + FORTNIGHT
    plan = Planned(f"{instrument.title}, {opens_on:%B %Y}", opens_on, closes_on)
    at = min(moment(opens_on - timedelta(days=7)), desk.at)
    return plan_survey(desk.council, instrument.code, plan, by=desk.officer, at=at)


def opened(instrument: Instrument, opens_on: date, desk: Desk) -> Survey:
    """A survey opened on its first day, with links or papers handed out."""
    survey = planned(instrument, opens_on, desk)
    survey = open_survey(survey, by=desk.officer, at=moment(opens_on))
    give_out(survey, HANDED_OUT, by=desk.officer, at=moment(opens_on))
    return survey


def answer(survey: Survey, instrument: Instrument, groups: tuple[int, ...]) -> None:
    """So many answers of each group of the breakdown, and in a large round some who chose not to answer."""
    on = survey.opens_on
    by = next((one for one in instrument.fields if one.code == instrument.broken_down_by), None)
    codes = [*by.options, ""] if by else []
    turn = survey.number
    for place, number in enumerate(groups):
        for _ in range(number):
            answers = answers_to(instrument, turn, on)
            if by:
                answers[by.code] = codes[place] if place < len(codes) else ""
            type_in(survey, answers, on=on)
            turn += 1
    if sum(groups) >= instrument.smallest_group:
        for _ in range(REFUSED):
            type_in_refusal(survey, on=on)


def report_on(survey: Survey, place: int, desk: Desk, *, at: datetime) -> None:
    """Write the report of a round with enough answers; that of the last one has not been shared yet."""
    if place and at <= desk.at:
        write_report(survey, replace(REPORT, themes=desk.themes[:2]), by=desk.officer, at=at)
    if 0 < place < len(ROUNDS) - 1 and at <= desk.at:
        share_report(survey, by=desk.officer, at=at)


def moment(day: date) -> datetime:
    """Ten o'clock in the morning of a day."""
    return timezone.make_aware(datetime.combine(day, time(10, 0)))


# Invented answers ---------------------------------------------------------------------------------


def speaker_of(instrument: Instrument) -> str:
    """Who speaks, as the instrument's code has it; nobody in particular else."""
    if instrument.publishable or for_staff(instrument):
        return "staff"
    parts = instrument.code.split("_")
    return next((one for one in SPEAKERS if one in parts), "")


def relation_of(instrument: Instrument, turn: int) -> str:
    """Who of those who speak it was, where they are several."""
    return picked(SAID[speaker_of(instrument)].get("role", ("",)), turn)


def way_of(instrument: Instrument) -> str:
    """The first way of those by which somebody can type a reply in."""
    return next((way for way in WAYS if way in instrument.delivery), Way.IN_PERSON)


def answers_to(instrument: Instrument, turn: int, on: date) -> dict[str, str]:
    """Believable answers to everything that an instrument asks, another one at each turn."""
    speaker = speaker_of(instrument)
    return {
        one.code: answer_to(one, speaker, turn, place, on)
        for place, one in enumerate(instrument.fields)
        if one.code not in LEFT_OUT
        and not (instrument.anonymous and one.kind in TEXTS and (turn + place) % WRITES)
    }


def answer_to(asked: Asked, speaker: str, turn: int, place: int, on: date) -> str:
    """A believable answer to one question, at its place in the instrument."""
    if asked.kind in NUMBERS:
        steps = asked.steps
        lean = picked(LEANINGS, turn * 3 + place) - place % 3
        return str(steps[min(len(steps) - 1, lean * len(steps) // 11)])
    if asked.kind == "yes_no":
        return "no" if asked.worry or (place % 2 and turn % 2) else "yes"
    if asked.kind in CHOICES:
        options = tuple(asked.options)
        return words.ANSWERED if words.ANSWERED in options else picked(options, turn)
    if asked.kind == "date":
        return on.isoformat()
    if asked.worry:
        return ""
    said = SAID[speaker]
    return picked(said.get(asked.code) or SAID[""].get(asked.code) or said[""], turn // WRITES)


def picked(values: Sequence[Value], turn: int) -> Value:
    """One of some values, each in turn."""
    return values[turn % len(values)]
